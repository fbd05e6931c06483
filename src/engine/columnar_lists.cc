// SPDX-License-Identifier: Apache-2.0
//
// Lists: children, events and derived paths, reduced for all their parents at once.

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/columnar_compiler.h"
#include "expression/comparisons.h"

namespace relata::internal {

using Kind = Value::Kind;

std::optional<ColumnarCompiler::ListShape> ColumnarCompiler::ShapeOf(uint32_t at) const {
  const PlanNode& n = plan_.node(at);
  if (n.op == PlanOp::kChildren || n.op == PlanOp::kEvents) return ListShape{at, {}, std::nullopt};
  if ((n.op != PlanOp::kFilter && n.op != PlanOp::kTransform) || n.slot2 >= 0) return std::nullopt;
  std::optional<ListShape> shape = ShapeOf(n.inputs[0]);
  if (!shape || shape->map) return std::nullopt;
  if (n.op == PlanOp::kFilter || n.inputs.size() == 3) {
    shape->filters.emplace_back(n.inputs[1], n.slot);
  }
  if (n.op == PlanOp::kTransform) shape->map = {n.inputs.back(), n.slot};
  return shape;
}

std::optional<PathQuantifierSpec> ColumnarCompiler::SpecOfPath(const PlanNode& path) const {
  PathQuantifierSpec spec;
  spec.graph = &graph_;
  spec.steps = path.steps;
  const bool known = !path.steps.empty() && TypeOf(path.inputs[0]) == path.steps.front().from &&
                     std::all_of(path.steps.begin(), path.steps.end(), [&](const PathStep& step) {
                       const RecordTable* from = graph_.Records(step.from);
                       const RecordTable* to = graph_.Records(step.to);
                       if (from == nullptr || to == nullptr) return false;
                       const ChunkedColumn* links = (step.backward ? to : from)->Column(step.field);
                       return links != nullptr && links->kind() == Kind::kRecord &&
                              links->target() == (step.backward ? step.from : step.to);
                     });
  if (!known) return std::nullopt;
  // A closure leaves out where it starts, which is more than a record can tell of itself when there
  // are several starts.
  bool one_start = true;
  for (const PathStep& step : path.steps) {
    if (step.closure && !one_start) return std::nullopt;
    one_start = one_start && !step.backward && !step.closure;
  }
  spec.start = graph_.Records(path.steps.front().from);
  return spec;
}

OperatorPtr ColumnarCompiler::CompilePath(const PlanNode& n, const Scope& scope) {
  const PlanNode& path = plan_.node(n.inputs[0]);
  RowSourcePtr rows;
  if (n.op == PlanOp::kExistsOne || !RowsOf(path.inputs[0], scope, rows)) return nullptr;
  std::optional<PathQuantifierSpec> spec = SpecOfPath(path);
  if (!spec) return nullptr;
  spec->all = n.op == PlanOp::kAll;
  const TypeId target = path.steps.back().to;
  spec->condition = Compile(n.inputs[1], {target, {Concat("v", n.slot)}, "", nullptr});
  if (spec->condition == nullptr || spec->condition->kind() != Kind::kBool) return nullptr;
  return MakePathQuantifier(lane_, std::move(rows), *std::move(spec));
}

OperatorPtr ColumnarCompiler::CompilePathSize(const PlanNode& n, const Scope& scope) {
  for (size_t side = 0; side < 2; ++side) {
    const PlanNode& size = plan_.node(n.inputs[side]);
    if (size.op != PlanOp::kCall || size.inputs.size() != 1) continue;
    const std::string& name = FunctionName(size.function);
    const PlanNode& path = plan_.node(size.inputs[0]);
    if (path.op != PlanOp::kPath || (name != "size" && name != "count")) continue;
    const std::optional<Value> bound = FixedValue(n.inputs[1 - side]);
    if (!bound || !bound->is(Kind::kInt)) continue;
    const PlanOp op = side == 0 ? n.op : Mirrored(n.op);
    if (!IsAboutAny(op, bound->int_value())) return nullptr;
    return CompileLeadsAnywhere(path, !HoldsAtZero(op, bound->int_value()), scope);
  }
  return nullptr;
}

OperatorPtr ColumnarCompiler::CompileLeadsAnywhere(const PlanNode& path, bool anywhere,
                                                   const Scope& scope) {
  RowSourcePtr rows;
  std::optional<PathQuantifierSpec> spec = SpecOfPath(path);
  if (!spec || !RowsOf(path.inputs[0], scope, rows)) return nullptr;
  spec->condition = MakeConstant(Value::Bool(true));
  OperatorPtr any = MakePathQuantifier(lane_, std::move(rows), *std::move(spec));
  return anywhere ? std::move(any) : MakeNot(std::move(any));
}

std::string ColumnarCompiler::KeyOfList(const ListShape& list) const {
  const PlanNode& relation = plan_.node(list.relation);
  std::string key = Concat(static_cast<int>(relation.op), " ", relation.record_type, " ",
                           relation.field, " ", *PathOf(relation.inputs[0]));
  for (const auto& [node, slot] : list.filters) {
    std::vector<int> bound(1, slot);
    key += Concat(" ? ", KeyOf(node, bound));
  }
  return key;
}

OperatorPtr ColumnarCompiler::CompileCountWithExtremes(const ListShape& list, RowSourcePtr rows,
                                                       const Scope& scope) {
  const std::string key = KeyOfList(list);
  for (const PlanNode& n : plan_.nodes()) {
    if (n.op != PlanOp::kCall || n.inputs.size() != 1) continue;
    const std::string& name = FunctionName(n.function);
    if (name != "min" && name != "max") continue;
    const std::optional<ListShape> other = ShapeOf(n.inputs[0]);
    if (!other || !other->map || !PathOf(plan_.node(other->relation).inputs[0]) ||
        KeyOfList(*other) != key) {
      continue;
    }
    std::shared_ptr<RollupTable> table;
    if (CompileRollup(n.inputs[0], Reduction::kMax, other->map, scope, &table) == nullptr) continue;
    AlsoCount(*table);
    OperatorPtr count = MakeRollup(rows, table, Reduction::kCount);
    return Summarise(list, Reduction::kCount, std::nullopt, scope, std::move(rows),
                     std::move(table), std::move(count));
  }
  return nullptr;
}

const ChunkedColumn* ColumnarCompiler::ElementColumn(uint32_t at, int slot) const {
  const PlanNode& n = plan_.node(at);
  if ((n.op != PlanOp::kField && n.op != PlanOp::kEventField) || n.optional) return nullptr;
  const PlanNode& element = plan_.node(n.inputs[0]);
  return element.op == PlanOp::kVariable && element.slot == slot ? ColumnOf(n) : nullptr;
}

OperatorPtr ColumnarCompiler::Summarise(const ListShape& list, Reduction reduction,
                                        std::optional<std::pair<uint32_t, int>> body,
                                        const Scope& scope, RowSourcePtr rows,
                                        std::shared_ptr<RollupTable> table, OperatorPtr otherwise) {
  // Of merged records the lists are one, which summaries do not know.
  if (!list.filters.empty() || graph_.HasAliases()) return otherwise;
  const PlanNode& relation = plan_.node(list.relation);
  SummarySpec spec;
  if (relation.op == PlanOp::kChildren) {
    spec.records = graph_.Records(relation.record_type);
    spec.links = spec.records->Column(relation.field);
  } else {
    spec.events = graph_.Events(relation.record_type);
    spec.links = &spec.events->subject;
  }
  spec.reduction = reduction;
  spec.table = std::move(table);
  switch (reduction) {
    case Reduction::kCount:
      if (body) return otherwise;
      break;
    case Reduction::kSum:
    case Reduction::kMin:
    case Reduction::kMax:
      spec.values = ElementColumn(body->first, body->second);
      if (spec.values == nullptr) return otherwise;
      break;
    case Reduction::kExists:
    case Reduction::kAll: {
      const PlanNode& n = plan_.node(body->first);
      const std::optional<Order> order = OrderOf(n.op);
      if (!order || *order == Order::kEqual || *order == Order::kNotEqual) return otherwise;
      for (const size_t side : {0, 1}) {
        spec.values = ElementColumn(n.inputs[side], body->second);
        if (spec.values == nullptr) continue;
        spec.order = side == 0 ? *order : Mirrored(*order);
        spec.bound = Compile(n.inputs[1 - side], scope);
        break;
      }
      const bool fits = spec.bound != nullptr && HasExtremes(spec.values->kind()) &&
                        spec.bound->kind() == spec.values->kind();
      if (!fits) return otherwise;
      break;
    }
    default:
      return otherwise;
  }
  return MakeSummarised(std::move(rows), std::move(spec), std::move(otherwise));
}

OperatorPtr ColumnarCompiler::CompileRollup(uint32_t list, Reduction reduction,
                                            std::optional<std::pair<uint32_t, int>> body,
                                            const Scope& scope,
                                            std::shared_ptr<RollupTable>* made) {
  const std::optional<ListShape> shape = ShapeOf(list);
  if (!shape) return nullptr;
  const bool quantifier = reduction == Reduction::kExists || reduction == Reduction::kAll ||
                          reduction == Reduction::kExistsOne;
  if (quantifier && shape->map) return nullptr;
  if (reduction == Reduction::kCount) body = shape->map;
  const PlanNode& relation = plan_.node(shape->relation);
  const uint32_t parent = relation.inputs[0];
  RowSourcePtr rows;
  if (!RowsOf(parent, scope, rows)) return nullptr;

  RollupSpec spec;
  spec.graph = &graph_;
  spec.parent_type = TypeOf(parent);
  spec.parents = graph_.Records(spec.parent_type);
  spec.field = relation.field;
  if (relation.op == PlanOp::kChildren) {
    spec.records = graph_.Records(relation.record_type);
    spec.links = spec.records == nullptr ? nullptr : spec.records->Column(relation.field);
  } else {
    spec.events = graph_.Events(relation.record_type);
    spec.links = spec.events == nullptr ? nullptr : &spec.events->subject;
  }
  const bool known =
      spec.parents != nullptr && spec.links != nullptr && spec.links->target() == spec.parent_type;
  if (!known) return nullptr;

  if (reduction == Reduction::kCount && !body) {
    if (OperatorPtr count = CompileCountWithExtremes(*shape, rows, scope)) return count;
  }
  const Reduction kept = reduction == Reduction::kMin ? Reduction::kMax : reduction;
  std::string key = Concat(KeyOfList(*shape), " ", static_cast<int>(kept));
  if (body) {
    std::vector<int> bound(1, body->second);
    key += Concat(" : ", KeyOf(body->first, bound));
  }
  if (const auto found = rollups_.find(key); found != rollups_.end()) {
    if (made != nullptr) *made = found->second;
    return Summarise(*shape, reduction, body, scope, rows, found->second,
                     MakeRollup(rows, found->second, reduction));
  }

  Scope element{relation.record_type, {}, *PathOf(parent), spec.links};
  for (const auto& [node, slot] : shape->filters) element.self.push_back(Concat("v", slot));
  if (body) element.self.push_back(Concat("v", body->second));
  for (const auto& [node, slot] : shape->filters) {
    spec.filters.push_back(Compile(node, element));
    if (spec.filters.back() == nullptr || spec.filters.back()->kind() != Kind::kBool) {
      return nullptr;
    }
  }
  if (body) {
    spec.body = Compile(body->first, element);
    if (spec.body == nullptr || (quantifier && spec.body->kind() != Kind::kBool)) return nullptr;
  }
  spec.reduction = reduction;
  spec.kind = quantifier ? Kind::kBool : Kind::kInt;
  if (reduction == Reduction::kSum || reduction == Reduction::kMin ||
      reduction == Reduction::kMax) {
    spec.kind = spec.body->kind();
    const bool integer = spec.kind == Kind::kInt || spec.kind == Kind::kDuration;
    const bool instant = spec.kind == Kind::kTimestamp || spec.kind == Kind::kDate;
    // Doubles are summed exactly, which takes all of them at once; amounts in two currencies have
    // no least.
    const bool fits =
        reduction == Reduction::kSum ? integer || spec.kind == Kind::kMoney : integer || instant;
    if (!fits) return nullptr;
  }
  std::shared_ptr<RollupTable> table = MakeRollupTable(lane_, std::move(spec));
  rollups_.emplace(std::move(key), table);
  if (made != nullptr) *made = table;
  return Summarise(*shape, reduction, body, scope, rows, table, MakeRollup(rows, table, reduction));
}

}  // namespace relata::internal
