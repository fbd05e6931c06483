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
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/snapshot.h"

namespace relata {

class Crm;
class Plan;

// One question under way: everything an answer may depend on.
struct Asking {
  const Crm& crm;
  const Snapshot& view;
  Timestamp now;
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
};

}  // namespace relata

#endif  // RELATA_ENGINE_HOOKS_H_
