// SPDX-License-Identifier: Apache-2.0
//
// The operators of the columnar evaluator. Each takes rows, a chunk or a list at a time, and gives
// their values; what a plan's nodes become (columnar_compiler.h).
//
// Single-thread: each lane of a question (lanes.h) has its own. What operators of all lanes would
// compute for a whole table, they share. Operators borrow from the snapshot and the plan they were
// made for.

#ifndef RELATA_SRC_ENGINE_OPERATOR_H_
#define RELATA_SRC_ENGINE_OPERATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/graph.h"
#include "engine/lanes.h"
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
  // Whether the values compare so with `v`, an amount being in `currency`, into `out` as Eval would
  // give it; false when the operator has no way of its own to tell.
  virtual bool EvalCompare(const Rows&, const ChunkBits&, Order, int64_t /*v*/,
                           uint32_t /*currency*/, Vector&) {
    return false;
  }
  // A condition that is known, without looking at values, to be the same at every wanted row.
  virtual std::optional<bool> Foresee(const Rows&, const ChunkBits&) { return std::nullopt; }

  // A condition that is false wherever the column holds less than this.
  virtual std::optional<int64_t> FalseBelow(const ChunkedColumn&) const { return std::nullopt; }

  // How many rows will be asked about in all, lists of rows among them: few are cheaper asked one
  // by one, many by a scan. Told before the first Eval, if at all.
  virtual void Expect(int64_t) {}

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
  // The column that holds the links of the rows asked themselves, where following it is all there
  // is to do but for targets that do not exist; nullptr otherwise.
  virtual const ChunkedColumn* OwnLinks() const { return nullptr; }
};
using RowSourcePtr = std::shared_ptr<RowSource>;

// The rows that `source` gives for `rows`, which may use `list`.
Rows Through(const RowSourcePtr& source, const Rows& rows, const ChunkBits& wanted,
             std::vector<Row>& list);

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
// The order that a comparison asks for, nothing for other nodes; as the other operand sees it.
std::optional<Order> OrderOf(PlanOp op);
Order Mirrored(Order order);
// What stands for a whole number, instant, length or day in columns.
int64_t IntegerOf(const Value& v);
// Any function of values, row by row. `call` is asked once a text when the only operand that is not
// constant is coded.
using ValueFunction = std::function<Outcome(std::span<const Value>)>;
OperatorPtr MakeCall(Value::Kind kind, std::vector<OperatorPtr> operands, ValueFunction call);
// The condition evaluated once for every row of the table and looked up at `rows`.
OperatorPtr MakeLookup(Lane& lane, RowSourcePtr rows, const RecordTable& table,
                       OperatorPtr condition);

// + - * of whole numbers, instants and lengths; nullptr when it has no kernel for the operands.
// Takes them only when it returns one.
OperatorPtr MakeArithmetic(PlanOp op, Value::Kind kind, OperatorPtr& a, OperatorPtr& b);
// A whole part of a length: its microseconds over `unit`.
OperatorPtr MakeLengthPart(OperatorPtr length, int64_t unit);
// The public ids of records as text.
OperatorPtr MakeId(RowSourcePtr rows, const RecordTable& table);
// Whether the record at `rows` has this public id (`equal`) or another or is none (not `equal`).
OperatorPtr MakeIsRecord(Lane& lane, RowSourcePtr rows, const RecordTable& table,
                         const std::string& id, bool equal);

// What is asked of a room above, a record at a time: its answer, and that for a missing record.
// `stop` gets the failure of an answer that is no answer at all.
struct QuestionSpec {
  TypeId type = kNoType;
  std::function<absl::StatusOr<Value>(RecordRef)> ask;
  Outcome missing;
  absl::Status* stop = nullptr;
};
OperatorPtr MakeQuestion(Value::Kind kind, RowSourcePtr rows, QuestionSpec spec);

// Who is in a segment. Thread-compatible.
class Membership {
 public:
  virtual ~Membership() = default;
  // Every record of its type, one bit each; computed when first asked.
  virtual absl::StatusOr<const std::vector<ChunkBits>*> All() = 0;
  // Those of the rows listed.
  virtual absl::Status Among(const Rows& rows, const ChunkBits& wanted, ChunkBits& members) = 0;
};
OperatorPtr MakeMember(RowSourcePtr rows, std::shared_ptr<Membership> segment, int64_t population,
                       absl::Status* stop);

// The newest statement of each person of a type about a channel and a purpose, found when first
// asked for. A text that asks for it twice shares it.
class StatementFold;
std::shared_ptr<StatementFold> MakeStatementFold(Lane& lane, const Graph& graph, TypeId type,
                                                 Channel channel, Purpose purpose);
// The name of its event (kText) or its instant (kTimestamp), null when there is none.
OperatorPtr MakeStatement(Value::Kind kind, RowSourcePtr rows, std::shared_ptr<StatementFold> fold);

// exists, or all, over the records that a path reaches from the rows.
struct PathQuantifierSpec {
  const Graph* graph = nullptr;
  const RecordTable* start = nullptr;
  std::vector<PathStep> steps;
  OperatorPtr condition;  // over the last type's records
  bool all = false;
};
OperatorPtr MakePathQuantifier(Lane& lane, RowSourcePtr rows, PathQuantifierSpec spec);

// The operands of && when the operator is one, nullptr otherwise.
const std::vector<OperatorPtr>* Conjuncts(const Operator& op);

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
  FieldId field = kNoField;              // of the link, for children
  // Conditions an element must meet to stay, in order.
  std::vector<OperatorPtr> filters;
  // What is reduced: the condition of a quantifier, the values of a sum; for a count, values that
  // must not be errors. nullptr: nothing.
  OperatorPtr body;
  Reduction reduction = Reduction::kCount;
  Value::Kind kind = Value::Kind::kInt;  // of the result
  bool counts = false;  // a table of extremes is asked for the length of the list too
};
// Lists that are written twice in a text are reduced once: operators share the table.
class RollupTable;
std::shared_ptr<RollupTable> MakeRollupTable(Lane& lane, RollupSpec spec);
// From now on a table of extremes counts too, and may be read so.
void AlsoCount(RollupTable& table);
// Whether the lists of so many parents are asked by the index.
bool AsksByIndex(RollupTable& table, int64_t parents);
// The least and the greatest of a list come of one table: `reduction` says which is read.
OperatorPtr MakeRollup(RowSourcePtr rows, std::shared_ptr<RollupTable> table, Reduction reduction);

// A list without filters, of which the table's summaries tell what is asked: its length, an extreme
// or the sum of a column, or whether an element (all elements) of it lies beyond a bound.
struct SummarySpec {
  const RecordTable* records = nullptr;  // the children, or
  const EventTable* events = nullptr;    // the events
  const ChunkedColumn* links = nullptr;
  const ChunkedColumn* values = nullptr;  // of the length there are none
  Reduction reduction = Reduction::kCount;
  Order order = Order::kGreater;  // element against bound
  OperatorPtr bound;              // at the rows asked; of the column's kind
  std::shared_ptr<RollupTable> table;
};
// `otherwise` asks the elements, where there is no summary or its making does not pay.
OperatorPtr MakeSummarised(RowSourcePtr rows, SummarySpec spec, OperatorPtr otherwise);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_OPERATOR_H_
