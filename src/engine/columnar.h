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

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

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

class ColumnarCondition {
 public:
  // nullptr when the plan has a shape that only the interpreter knows. Every table that the plan
  // reads must be loaded; snapshot, plan and `context.view` must outlive the condition.
  static std::unique_ptr<ColumnarCondition> Make(const Snapshot& snapshot,
                                                 std::shared_ptr<const Plan> plan,
                                                 const EvaluationContext& context);

  ~ColumnarCondition();

  // A failure of the interpreter is returned as it is.
  absl::StatusOr<Population> Evaluate();

  // The same for some rows, existing ones in any order: cost follows what they have, by the indexes
  // of their children and events. One value a row.
  absl::StatusOr<std::vector<Tri>> EvaluateAmong(std::span<const Row> rows);

 private:
  ColumnarCondition(const Snapshot& snapshot, std::shared_ptr<const Plan> plan,
                    const EvaluationContext& context);
  absl::Status EvaluateChunks(Population& population);
  absl::Status EvaluateConjuncts(const std::vector<OperatorPtr>& conjuncts, Population& population);
  absl::StatusOr<Tri> AskInterpreter(Row row);
  absl::Status Settle(size_t chunk, const ChunkBits& undecided, Population& population);

  const Snapshot& snapshot_;
  const std::shared_ptr<const Plan> plan_;
  ColumnarRun run_;
  std::unique_ptr<Interpreter> interpreter_;
  OperatorPtr root_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COLUMNAR_H_
