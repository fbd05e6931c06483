// SPDX-License-Identifier: Apache-2.0
//
// Several expressions about records of one type, made ready once and asked of many records: what
// every score that reads the graph stands on.

#ifndef RELATA_SRC_SCORE_QUESTIONS_H_
#define RELATA_SRC_SCORE_QUESTIONS_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/conditions.h"
#include "engine/graph_view.h"
#include "relata/engine/crm.h"
#include "relata/expression/evaluate.h"

namespace relata::internal {

// Single-thread; the Crm must outlive it, and so must the snapshot given to On.
class Questions {
 public:
  // Checks the texts, the reader's rights and purpose, and loads what they read. InvalidArgument,
  // PermissionDenied as Crm::Query.
  static absl::StatusOr<Questions> Prepare(const Crm& crm, std::string_view type,
                                           std::span<const std::string> texts,
                                           const QueryOptions& options);
  // The same over a snapshot whose tables are loaded; rights are the caller's.
  static absl::StatusOr<Questions> On(const Crm& crm, const Snapshot& view, std::string_view type,
                                      std::span<const std::string> texts, Timestamp now);

  TypeId type() const { return type_; }
  const Snapshot& view() const { return *view_; }
  const Plan& plan(size_t i) const { return conditions_[i].expression->plan(); }
  const std::vector<Condition>& conditions() const { return conditions_; }

  // The value of text `i` for a record.
  absl::StatusOr<EvalResult> Ask(size_t i, RecordRef record) {
    return interpreters_[i].Evaluate(record);
  }

 private:
  void MakeReady(const Crm& crm, Timestamp now);

  TypeId type_ = kNoType;
  std::vector<Condition> conditions_;
  std::shared_ptr<const Snapshot> owned_;
  const Snapshot* view_ = nullptr;
  std::unique_ptr<SnapshotView> graph_;
  std::vector<Interpreter> interpreters_;
};

// A number behind a value: integers, doubles, booleans, money in major units, durations in days;
// instants and dates as days before `now`. Nothing for anything else.
std::optional<double> NumberOf(const Value& value, Timestamp now);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_QUESTIONS_H_
