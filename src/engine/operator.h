// SPDX-License-Identifier: Apache-2.0
//
// The operators of the columnar evaluator. Each takes rows, a chunk or a list at a time, and gives
// their values; what a plan's nodes become (columnar_compiler.h).
//
// Single-thread. Operators borrow from the snapshot and the plan they were made for.

#ifndef RELATA_SRC_ENGINE_OPERATOR_H_
#define RELATA_SRC_ENGINE_OPERATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/graph.h"
#include "engine/vector.h"
#include "expression/functions.h"
#include "relata/expression/plan.h"

namespace relata::internal {

class Operator {
 public:
  Operator(Value::Kind kind, int cost) : kind_(kind), cost_(cost) {}
  virtual ~Operator() = default;

  // The values at the rows `wanted`; at other rows anything.
  virtual void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) = 0;
  // A condition that is known, without looking at values, to be the same at every wanted row.
  virtual std::optional<bool> Foresee(const Rows&, const ChunkBits&) { return std::nullopt; }

  Value::Kind kind() const { return kind_; }
  // What an evaluation costs beside others, to choose the order of conjuncts.
  int cost() const { return cost_; }

 private:
  const Value::Kind kind_;
  const int cost_;
};
using OperatorPtr = std::unique_ptr<Operator>;

// From rows to rows: the record that each row belongs or links to. The identity is nullptr.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // `list[i]` for each wanted row; kNoRow when there is none.
  virtual void Eval(const Rows& rows, const ChunkBits& wanted, std::vector<Row>& list) = 0;
};
using RowSourcePtr = std::shared_ptr<RowSource>;

// The existing record that `links` resolves to at the rows of `from`.
RowSourcePtr MakeFollow(RowSourcePtr from, const Graph& graph, const ChunkedColumn& links);

OperatorPtr MakeConstant(Value value);
OperatorPtr MakeErrorConstant(Value::Kind kind);
// `column` may be nullptr: null everywhere.
OperatorPtr MakeField(RowSourcePtr rows, const ChunkedColumn* column, Value::Kind kind);
// A double a row, computed for all rows of the table when first asked; NaN is left to the
// interpreter.
using RowNumbers = std::function<absl::StatusOr<std::vector<double>>()>;
OperatorPtr MakeNumbers(RowSourcePtr rows, RowNumbers numbers);
// Whether there is no record.
OperatorPtr MakeNoRecord(RowSourcePtr rows);
// Whether the operand is null; an error stays one.
OperatorPtr MakeIsNull(OperatorPtr operand);
OperatorPtr MakeNot(OperatorPtr operand);
// && when `all`, || otherwise.
OperatorPtr MakeLogic(bool all, std::vector<OperatorPtr> operands);
OperatorPtr MakeConditional(OperatorPtr condition, OperatorPtr yes, OperatorPtr no);
// A comparison of two operands of one kind of fixed size or of text, null when it has no kernel for
// them. Takes the operands only when it returns one.
OperatorPtr MakeCompare(PlanOp op, OperatorPtr& a, OperatorPtr& b);
// Any function of values, row by row. `call` is asked once a text when the only operand that is not
// constant is coded.
using ValueFunction = std::function<Outcome(std::span<const Value>)>;
OperatorPtr MakeCall(Value::Kind kind, std::vector<OperatorPtr> operands, ValueFunction call);
// The condition evaluated once for every row of the table and looked up at `rows`.
OperatorPtr MakeLookup(RowSourcePtr rows, const RecordTable& table, OperatorPtr condition);

// The column of a field of the rows asked themselves, nullptr for other operators.
const ChunkedColumn* OwnColumn(const Operator& op);
// The value of a constant operator, nullptr for others.
const Value* ConstantOf(const Operator& op);

// --- Grouped reductions ------------------------------------------------------------------------

enum class Reduction : uint8_t { kCount, kSum, kMin, kMax, kExists, kAll, kExistsOne };

// One list of children or events, reduced to a value a parent. It is computed for all parents by
// one scan of the child table when first asked.
struct RollupSpec {
  const Graph* graph = nullptr;
  const RecordTable* parents = nullptr;
  TypeId parent_type = kNoType;
  const RecordTable* records = nullptr;  // the children, or
  const EventTable* events = nullptr;    // the events
  const ChunkedColumn* links = nullptr;  // from child to parent
  // Conditions an element must meet to stay, in order.
  std::vector<OperatorPtr> filters;
  // What is reduced: the condition of a quantifier, the values of a sum; for a count, values that
  // must not be errors. nullptr: nothing.
  OperatorPtr body;
  Reduction reduction = Reduction::kCount;
  Value::Kind kind = Value::Kind::kInt;  // of the result
};
OperatorPtr MakeRollup(RowSourcePtr rows, RollupSpec spec);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_OPERATOR_H_
