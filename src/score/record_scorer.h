// SPDX-License-Identifier: Apache-2.0
//
// The score of one record at a time, with what gave it: the interpreter on every rule. Small and
// obvious; the reference for the other ways.

#ifndef RELATA_SRC_SCORE_RECORD_SCORER_H_
#define RELATA_SRC_SCORE_RECORD_SCORER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/graph_view.h"
#include "relata/expression/evaluate.h"
#include "score/score_program.h"

namespace relata::internal {

// Single-thread; everything given must outlive it, and the program's tables must be loaded.
class RecordScorer {
 public:
  RecordScorer(const Crm& crm, const Snapshot& view, const ScoreProgram& program, Timestamp now);

  absl::StatusOr<ScoredRecord> Score(RecordRef record);
  // One rule's part, within the rule's cap.
  absl::StatusOr<Contribution> Contribute(size_t rule, RecordRef record);
  // What an event rule sums, before the cap: the sum as of its newest event and the oldest event
  // in it. Nothing when it cannot be decided.
  struct OwnEvents {
    DecayingSum sum;
    int64_t oldest = INT64_MAX;
    bool to_come = false;  // the record has events of the type later than now
  };
  absl::StatusOr<std::optional<OwnEvents>> SumEvents(size_t rule, RecordRef record);

 private:
  struct Ready {
    std::optional<Interpreter> when, number, events, values;
  };
  absl::Status AddCondition(size_t rule, RecordRef record, Contribution& c);
  absl::StatusOr<std::optional<OwnEvents>> AddEvents(size_t rule, RecordRef record,
                                                     Contribution& c);

  const Snapshot& view_;
  const ScoreProgram& program_;
  const Timestamp now_;
  SnapshotView graph_;
  std::vector<Ready> rules_;
};

// The number that an expression gave: an int or a double. Nothing for another value.
std::optional<double> NumberOf(const Value& value);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_RECORD_SCORER_H_
