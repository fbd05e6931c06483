// SPDX-License-Identifier: Apache-2.0
//
// Where the rooms above answer what an expression asks of them: score('name'), may_contact(...).
//
// The engine knows segments itself (they are conditions); scores and consent are answered by their
// rooms through these functions, set once when a Crm is opened.

#ifndef RELATA_ENGINE_HOOKS_H_
#define RELATA_ENGINE_HOOKS_H_

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/snapshot.h"

namespace relata {

class Crm;
struct CommitBatch;
class Plan;

// One question under way: everything an answer may depend on.
struct Asking {
  const Crm& crm;
  const Snapshot& view;
  Timestamp now;
};

// What a room above keeps of the graph between questions, and is told so that it stays true. Called
// in the order of the commits, while the new snapshot becomes the newest; must be quick and must
// not ask the Crm.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  // A commit of this process: these writes brought the graph from `before` to `after`.
  virtual void Committed(const Snapshot& before, const Snapshot& after,
                         std::span<const CommitBatch> steps) = 0;
  // Others wrote: anything may have changed up to `after`.
  virtual void Overtaken(const Snapshot& after) = 0;
};

struct Hooks {
  // The score of a record. NotFound: no such score, or none for this record.
  std::function<absl::StatusOr<double>(const Asking&, std::string_view name, RecordRef record)>
      score;
  // The scores of all records of a type, by row; NaN where there is no record. NotFound as above.
  std::function<absl::StatusOr<std::vector<double>>(const Asking&, std::string_view name,
                                                    TypeId type)>
      scores;
  // Whether a contact is allowed (Decision::kAllow).
  std::function<absl::StatusOr<bool>(const Asking&, RecordRef person, std::string_view channel,
                                     std::string_view purpose)>
      may_contact;
  // The expressions behind a score, so that what a question reads is known through it. NotFound.
  std::function<absl::StatusOr<std::vector<std::shared_ptr<const Plan>>>(const Crm&,
                                                                         std::string_view name)>
      score_plans;
  // The tables that `may_contact` reads.
  std::function<std::vector<TypeId>(const Crm&)> consent_types;
  // What the consent room keeps between questions.
  std::shared_ptr<CommitObserver> consent;
};

}  // namespace relata

#endif  // RELATA_ENGINE_HOOKS_H_
