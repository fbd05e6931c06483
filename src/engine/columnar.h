// SPDX-License-Identifier: Apache-2.0
//
// A condition evaluated for every record of its subject type at once: the plan's nodes become
// operators over chunks of columns (operator.h), lists of children and events become grouped
// reductions, conditions on a followed record are decided once for each target.
//
// The answer is the interpreter's, row by row: what an operator cannot decide exactly it leaves to
// the interpreter, and a plan with a shape that is not known here is left to it as a whole.

#ifndef RELATA_SRC_ENGINE_COLUMNAR_H_
#define RELATA_SRC_ENGINE_COLUMNAR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/lanes.h"
#include "engine/operator.h"
#include "relata/engine/snapshot.h"
#include "relata/expression/evaluate.h"

namespace relata::internal {

// The existing records of a type for which a condition is true, and those for which it is an error;
// for all others it is false. By chunk of rows.
struct Population {
  std::vector<ChunkBits> is_true;
  std::vector<ChunkBits> is_error;
  int64_t count = 0;
  int64_t errors = 0;
  int64_t asked = 0;  // rows that the interpreter decided
};

// What the operators of one question use beside columns: the instant, the zone, the regular
// expressions of the plan. The cost limit is the interpreter's business.
struct ColumnarRun {
  explicit ColumnarRun(const EvaluationContext& given);
  ~ColumnarRun();
  ColumnarRun(const ColumnarRun&) = delete;
  ColumnarRun& operator=(const ColumnarRun&) = delete;

  const EvaluationContext context;
  FunctionContext function;

 private:
  int64_t cost_ = 0;
  std::unique_ptr<Regexes> regexes_;
};

// How many threads a condition may take, the asking one among them.
struct ColumnarThreads {
  Helpers* helpers = nullptr;  // the other threads; nullptr: there are none
  // A question of less work is not worth a second thread, nor a part of it of less than a quarter;
  // in the units of Operator::cost a row.
  int64_t least_work = 0;
  // What the thread of a lane from 1 on asks with: the same question, a view of its own. Called
  // once on that thread; must be good until the condition is gone.
  std::function<const EvaluationContext&(size_t lane)> context;
};

class ColumnarCondition {
 public:
  // nullptr when the plan has a shape that only the interpreter knows. Every table that the plan
  // reads must be loaded; snapshot, plan and `context.view` must outlive the condition.
  static std::unique_ptr<ColumnarCondition> Make(const Snapshot& snapshot,
                                                 std::shared_ptr<const Plan> plan,
                                                 const EvaluationContext& context,
                                                 ColumnarThreads threads = {});

  ~ColumnarCondition();

  // A failure of the interpreter is returned as it is: that of the first record in order. Takes
  // more than one thread where the work is worth it, and only until it returns; what it answers
  // does not follow their number.
  absl::StatusOr<Population> Evaluate();

  // The same for some rows, existing ones in any order: cost follows what they have, by the indexes
  // of their children and events. One value a row.
  absl::StatusOr<std::vector<Tri>> EvaluateAmong(std::span<const Row> rows);

 private:
  // What belongs to one thread.
  struct OfLane {
    explicit OfLane(const EvaluationContext& context) : run(context) {}

    ColumnarRun run;
    OperatorPtr root;
    std::unique_ptr<Interpreter> interpreter;
    Vector value;
    const Operator* expects = nullptr;  // the last conjunct that was told how many are open
    int64_t asked = 0;
    absl::Status status;
  };
  using Body = std::function<absl::Status(OfLane& lane, size_t chunk)>;

  ColumnarCondition(const Snapshot& snapshot, std::shared_ptr<const Plan> plan,
                    ColumnarThreads threads);
  bool MakeLane(size_t number, const EvaluationContext& context);
  bool StartLanes();
  absl::Status EachChunk(int64_t cost, size_t chunks, Body body);
  absl::Status Run(Population& population);
  absl::Status RunChunks(Population& population);
  absl::Status RunConjuncts(size_t conjuncts, Population& population);
  absl::StatusOr<Tri> AskInterpreter(OfLane& lane, Row row);
  absl::Status Settle(OfLane& lane, size_t chunk, const ChunkBits& undecided,
                      Population& population);

  const Snapshot& snapshot_;
  const std::shared_ptr<const Plan> plan_;
  const ColumnarThreads threads_;
  std::vector<std::unique_ptr<OfLane>> of_lane_;
  std::vector<std::unique_ptr<SharedWork>> passes_;
  std::atomic<bool> failed_{false};
  Lanes lanes_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COLUMNAR_H_
