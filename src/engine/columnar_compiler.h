// SPDX-License-Identifier: Apache-2.0
//
// From a plan's nodes to operators.

#ifndef RELATA_SRC_ENGINE_COLUMNAR_COMPILER_H_
#define RELATA_SRC_ENGINE_COLUMNAR_COMPILER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph_view.h"
#include "engine/operator.h"
#include "relata/expression/evaluate.h"

namespace relata::internal {

// The events of a list expression: those of a type that pass every filter, and a value of each.
struct EventScan {
  const EventTable* events = nullptr;
  std::vector<OperatorPtr> filters;
  OperatorPtr value;  // nullptr: the list is of the events themselves
};

// Single use. Whatever has no operator makes the whole nullptr.
class ColumnarCompiler {
 public:
  ColumnarCompiler(Lane& lane, const Graph& graph, const Plan& plan,
                   const EvaluationContext& context, FunctionContext& function)
      : lane_(lane),
        graph_(graph),
        plan_(plan),
        context_(context),
        function_(function),
        view_(dynamic_cast<const SnapshotView*>(context.view)) {}

  // Of a condition; of an expression of any kind; of a list of the subject's events.
  OperatorPtr CompileRoot();
  OperatorPtr CompileValue();
  std::optional<EventScan> CompileEvents();

 private:
  // The table whose rows the operators are asked about, and how the plan names its rows: by path
  // from the subject or a variable ("s", "s.3", "v0").
  struct Scope {
    TypeId type = kNoType;
    std::vector<std::string> self;
    // The row's parent, in the body of a comprehension over children or events.
    std::string parent;
    const ChunkedColumn* parent_link = nullptr;
  };
  // A list of children or events, and the conditions its elements passed.
  struct ListShape {
    uint32_t relation = 0;                          // kChildren or kEvents
    std::vector<std::pair<uint32_t, int>> filters;  // body and slot
    std::optional<std::pair<uint32_t, int>> map;    // last, if at all
  };

  OperatorPtr Compile(uint32_t at, const Scope& scope);
  OperatorPtr CompileNode(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileFixed(uint32_t at);
  OperatorPtr CompileScore(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileField(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileLogic(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileEqual(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileBinary(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileCall(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileRollup(uint32_t list, Reduction reduction,
                            std::optional<std::pair<uint32_t, int>> body, const Scope& scope,
                            std::shared_ptr<RollupTable>* made = nullptr);
  // The length of a list of which the text asks the extremes too: one scan tells both. nullptr when
  // it does not.
  OperatorPtr CompileCountWithExtremes(const ListShape& list, RowSourcePtr rows,
                                       const Scope& scope);
  // The list read from the summaries of its table where they tell what is asked of it; `otherwise`
  // as it is where they do not.
  OperatorPtr Summarise(const ListShape& list, Reduction reduction,
                        std::optional<std::pair<uint32_t, int>> body, const Scope& scope,
                        RowSourcePtr rows, std::shared_ptr<RollupTable> table,
                        OperatorPtr otherwise);
  // The column of a field of an element of a list, named by its variable.
  const ChunkedColumn* ElementColumn(uint32_t at, int slot) const;
  // What the text says of a list of elements, by which equal ones are known.
  std::string KeyOfList(const ListShape& list) const;
  OperatorPtr CompileEmptyTest(const PlanNode& n, const Scope& scope);
  // exists and all over a derived path, whose condition asks the record reached alone.
  OperatorPtr CompilePath(const PlanNode& n, const Scope& scope);
  // A comparison of a derived path's size that asks whether it leads anywhere; nullptr for others.
  OperatorPtr CompilePathSize(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileLeadsAnywhere(const PlanNode& path, bool anywhere, const Scope& scope);
  // What a quantifier over the path needs but for the condition; nothing for what it cannot take.
  std::optional<PathQuantifierSpec> SpecOfPath(const PlanNode& path) const;
  OperatorPtr CompileIdTest(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileQuestion(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileStatement(const PlanNode& n, const Scope& scope);
  OperatorPtr CompileOnTarget(uint32_t at, const std::string& target, const Scope& scope);

  bool IsFixed(uint32_t at) const;
  std::optional<ListShape> ShapeOf(uint32_t at) const;
  // The value of a node that depends on no record; nothing when it is none or an error.
  std::optional<Value> FixedValue(uint32_t at);
  // What the subtree says, with its own variables numbered in order: equal keys, equal values.
  std::string KeyOf(uint32_t at, std::vector<int>& bound) const;
  // The path that names a record, nothing for other nodes.
  std::optional<std::string> PathOf(uint32_t at) const;
  TypeId TypeOf(uint32_t at) const;
  // The column that a field is read from; nullptr for other nodes and for what is no column.
  const ChunkedColumn* ColumnOf(const PlanNode& n) const;
  // Rows of the record at a path, as seen from the scope; false when it cannot be seen from there.
  bool RowsOf(uint32_t at, const Scope& scope, RowSourcePtr& rows) const;
  // The paths of records that a node asks something of, those of its own variables left out.
  void CollectPaths(uint32_t at, std::vector<int>& bound, std::vector<std::string>& paths) const;

  Lane& lane_;
  const Graph& graph_;
  const Plan& plan_;
  const EvaluationContext& context_;
  FunctionContext& function_;
  // Answers for segments, scores and consent; nullptr leaves those to the interpreter.
  const SnapshotView* const view_;
  // The lists that the text reduces, by what it says of them.
  std::map<std::string, std::shared_ptr<RollupTable>> rollups_;
  // The statements that it asks for, by type, channel and purpose.
  std::map<std::string, std::shared_ptr<StatementFold>> statements_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COLUMNAR_COMPILER_H_
