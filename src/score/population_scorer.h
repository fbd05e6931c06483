// SPDX-License-Identifier: Apache-2.0
//
// The scores of a whole population: conditions by columns, events by one scan of each event table
// into one accumulator a record and rule. What columns cannot decide is the record scorer's.

#ifndef RELATA_SRC_SCORE_POPULATION_SCORER_H_
#define RELATA_SRC_SCORE_POPULATION_SCORER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/columnar_events.h"
#include "score/record_scorer.h"
#include "score/score_program.h"

namespace relata::internal {

// Bits by row.
class RowBits {
 public:
  explicit RowBits(size_t rows = 0) : words_((rows + 63) / 64) {}
  void Set(size_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }
  void Clear(size_t row) { words_[row / 64] &= ~(uint64_t{1} << (row % 64)); }
  bool Test(size_t row) const { return words_[row / 64] >> (row % 64) & 1; }
  void Resize(size_t rows) { words_.resize((rows + 63) / 64); }
  int64_t Count() const;
  // Ascending.
  std::vector<Row> Rows() const;

 private:
  std::vector<uint64_t> words_;
};

class EventChunk;

// Single-thread; everything given must outlive it, and the program's tables must be loaded.
class PopulationScorer {
 public:
  PopulationScorer(const Crm& crm, const Snapshot& view, const ScoreProgram& program,
                   Timestamp now);

  absl::StatusOr<PopulationScores> Totals();

  // The points of a rule without events, capped, by row. `undecided` gets the rows without answer.
  absl::StatusOr<std::vector<double>> ConditionPoints(size_t rule, RowBits& undecided);

  // What an event rule sums, before its cap, as the events come; for those who keep it current.
  struct EventSums {
    std::vector<DecayingSum> sums;
    std::vector<int64_t> oldest;  // of the events in each sum; empty unless the rule has a window
    RowBits ask;                  // rows that the record scorer must be asked about
    std::vector<Row> to_come;     // those of them with events later than now, each once or more
  };
  absl::StatusOr<EventSums> SumEvents(size_t rule);

  // The events of an event rule among the places [from, until) of its table, whatever their age.
  struct NewEvent {
    size_t row = 0;
    Timestamp at;
    double points = 0;
    bool odd = false;  // cannot be decided here
  };
  std::vector<NewEvent> NewEvents(size_t rule, int64_t from, int64_t until);

 private:
  struct Part;

  absl::Status AddBlock(const std::vector<size_t>& rules);
  absl::Status AskRows(const Part& part);
  EventChunk ChunksOf(TypeId event) const;
  std::unique_ptr<ColumnarEvents> EventsOf(size_t rule, Timestamp until) const;
  EvaluationContext ContextOf(const ScoreRule& rule, Timestamp until) const;
  std::vector<double>& GroupOf(size_t rule);

  const Crm& crm_;
  const Snapshot& view_;
  const ScoreProgram& program_;
  const Timestamp now_;
  const RecordTable& table_;
  const size_t rows_;
  SnapshotView graph_;
  RecordScorer one_;
  RowBits undecided_;
  std::vector<std::vector<double>> groups_;  // the last is of the rules without group
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_POPULATION_SCORER_H_
