// SPDX-License-Identifier: Apache-2.0

#include "engine/columnar_compiler.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/tables.h"
#include "expression/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;
using Type = ValueType::Kind;

// The kind of the values of a type that columns can hold; nothing for others.
std::optional<Kind> KindOfType(const ValueType& type) {
  switch (type.kind) {
    case Type::kBool:
      return Kind::kBool;
    case Type::kInt:
      return Kind::kInt;
    case Type::kDouble:
      return Kind::kDouble;
    case Type::kString:
      return Kind::kText;
    case Type::kTimestamp:
      return Kind::kTimestamp;
    case Type::kDuration:
      return Kind::kDuration;
    case Type::kDate:
      return Kind::kDate;
    case Type::kMoney:
      return Kind::kMoney;
    default:
      return std::nullopt;
  }
}

bool IsNullConstant(const PlanNode& n) { return n.op == PlanOp::kConstant && n.constant.is_null(); }

bool IsEmptyList(const PlanNode& n) {
  return (n.op == PlanOp::kConstant && n.constant.is(Kind::kList) && n.constant.list().empty()) ||
         (n.op == PlanOp::kList && n.inputs.empty());
}

// Exact; a constant of a kind that the codec does not pack is like no other.
std::string KeyOfConstant(const Value& constant, uint32_t at) {
  switch (constant.kind()) {
    case Kind::kNull:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kDouble:
    case Kind::kText:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kDate:
    case Kind::kMoney: {
      Packer packed;
      packed.Put(constant);
      return Concat(" =", packed.Take());
    }
    default:
      return Concat(" @", at);
  }
}

bool TakesList(PlanOp op) {
  return op == PlanOp::kAll || op == PlanOp::kExists || op == PlanOp::kExistsOne ||
         op == PlanOp::kFilter || op == PlanOp::kTransform;
}

}  // namespace

OperatorPtr ColumnarCompiler::CompileValue() {
  if (plan_.subject_type() == kNoType || graph_.Records(plan_.subject_type()) == nullptr) {
    return nullptr;
  }
  return Compile(plan_.root_index(), {plan_.subject_type(), {"s"}, "", nullptr});
}

std::optional<EventScan> ColumnarCompiler::CompileEvents() {
  const std::optional<ListShape> shape = ShapeOf(plan_.root_index());
  if (!shape) return std::nullopt;
  const PlanNode& relation = plan_.node(shape->relation);
  if (relation.op != PlanOp::kEvents || PathOf(relation.inputs[0]) != "s") return std::nullopt;
  EventScan scan;
  scan.events = graph_.Events(relation.record_type);
  if (scan.events == nullptr || scan.events->subject.target() != plan_.subject_type()) {
    return std::nullopt;
  }
  Scope element{relation.record_type, {}, "s", &scan.events->subject};
  for (const auto& [node, slot] : shape->filters) element.self.push_back(Concat("v", slot));
  if (shape->map) element.self.push_back(Concat("v", shape->map->second));
  for (const auto& [node, slot] : shape->filters) {
    scan.filters.push_back(Compile(node, element));
    if (scan.filters.back() == nullptr || scan.filters.back()->kind() != Kind::kBool) {
      return std::nullopt;
    }
  }
  if (shape->map) {
    scan.value = Compile(shape->map->first, element);
    if (scan.value == nullptr) return std::nullopt;
  }
  return scan;
}

OperatorPtr ColumnarCompiler::CompileRoot() {
  OperatorPtr root = CompileValue();
  return root != nullptr && root->kind() == Kind::kBool ? std::move(root) : nullptr;
}

// --- Records and lists -------------------------------------------------------------------------

const ChunkedColumn* ColumnarCompiler::ColumnOf(const PlanNode& n) const {
  if (n.op != PlanOp::kField && n.op != PlanOp::kFollow && n.op != PlanOp::kEventField) {
    return nullptr;
  }
  if (const RecordTable* records = graph_.Records(n.record_type)) return records->Column(n.field);
  if (const EventTable* events = graph_.Events(n.record_type)) return events->Column(n.field);
  return nullptr;
}

std::optional<std::string> ColumnarCompiler::PathOf(uint32_t at) const {
  const PlanNode& n = plan_.node(at);
  if (n.op == PlanOp::kSubject) return "s";
  if (n.op == PlanOp::kVariable) return Concat("v", n.slot);
  const ChunkedColumn* column = ColumnOf(n);
  if (column == nullptr || column->kind() != Kind::kRecord || n.optional) return std::nullopt;
  const std::optional<std::string> from = PathOf(n.inputs[0]);
  if (!from) return std::nullopt;
  return Concat(*from, ".", n.field);
}

TypeId ColumnarCompiler::TypeOf(uint32_t at) const {
  const PlanNode& n = plan_.node(at);
  if (n.op == PlanOp::kSubject) return plan_.subject_type();
  if (const ChunkedColumn* column = ColumnOf(n)) return column->target();
  return n.type.is(Type::kRecord) || n.type.is(Type::kEvent) ? n.type.record : kNoType;
}

bool ColumnarCompiler::RowsOf(uint32_t at, const Scope& scope, RowSourcePtr& rows) const {
  const std::optional<std::string> path = PathOf(at);
  if (!path) return false;
  if (std::find(scope.self.begin(), scope.self.end(), *path) != scope.self.end()) {
    rows = nullptr;
    return true;
  }
  if (*path == scope.parent) {
    rows = MakeFollow(nullptr, graph_, *scope.parent_link);
    return true;
  }
  const PlanNode& n = plan_.node(at);
  if (n.inputs.size() != 1) return false;
  RowSourcePtr from;
  if (!RowsOf(n.inputs[0], scope, from)) return false;
  const ChunkedColumn* links = ColumnOf(n);
  const bool known = links != nullptr && links->kind() == Kind::kRecord &&
                     links->target() != kNoType && graph_.Records(links->target()) != nullptr;
  if (!known) return false;
  rows = MakeFollow(std::move(from), graph_, *links);
  return true;
}

void ColumnarCompiler::CollectPaths(uint32_t at, std::vector<int>& bound,
                                    std::vector<std::string>& paths) const {
  const PlanNode& n = plan_.node(at);
  if (const std::optional<std::string> path = PathOf(at)) {
    uint32_t root = at;
    while (!plan_.node(root).inputs.empty()) root = plan_.node(root).inputs[0];
    const bool own = plan_.node(root).op == PlanOp::kVariable &&
                     std::find(bound.begin(), bound.end(), plan_.node(root).slot) != bound.end();
    if (!own) paths.push_back(*path);
    return;
  }
  const size_t bound_before = bound.size();
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    if (i == 1 && TakesList(n.op)) bound.push_back(n.slot);
    CollectPaths(n.inputs[i], bound, paths);
  }
  bound.resize(bound_before);
}

// --- Nodes -------------------------------------------------------------------------------------

// Whether nothing under the node depends on a record or a variable.
bool ColumnarCompiler::IsFixed(uint32_t at) const {
  const PlanNode& n = plan_.node(at);
  switch (n.op) {
    case PlanOp::kSubject:
    case PlanOp::kVariable:
    case PlanOp::kField:
    case PlanOp::kFollow:
    case PlanOp::kChildren:
    case PlanOp::kPath:
    case PlanOp::kEvents:
    case PlanOp::kEventField:
    case PlanOp::kInSegment:
    case PlanOp::kScore:
    case PlanOp::kMayContact:
    case PlanOp::kConsentStatus:
    case PlanOp::kConsentAt:
    case PlanOp::kFieldAt:
    case PlanOp::kFieldSince:
    case PlanOp::kFieldChanged:
      return false;
    default:
      return std::all_of(n.inputs.begin(), n.inputs.end(),
                         [&](uint32_t input) { return IsFixed(input); });
  }
}

// Evaluated once, by the interpreter: the plan up to the node is a plan of its own.
OperatorPtr ColumnarCompiler::CompileFixed(uint32_t at) {
  std::vector<PlanNode> nodes(plan_.nodes().begin(), plan_.nodes().begin() + at + 1);
  auto part = std::make_shared<const Plan>(std::move(nodes), plan_.parameters(), plan_.slots(),
                                           plan_.subject_type());
  const absl::StatusOr<EvalResult> result =
      relata::Evaluate(std::move(part), RecordRef(), context_);
  if (!result.ok()) return nullptr;
  if (result->ok()) return MakeConstant(result->value);
  const std::optional<Kind> kind = KindOfType(plan_.node(at).type);
  return kind ? MakeErrorConstant(*kind) : nullptr;
}

std::optional<Value> ColumnarCompiler::FixedValue(uint32_t at) {
  if (!IsFixed(at)) return std::nullopt;
  const OperatorPtr fixed = CompileFixed(at);
  const Value* value = fixed == nullptr ? nullptr : ConstantOf(*fixed);
  return value == nullptr ? std::nullopt : std::optional<Value>(*value);
}

std::string ColumnarCompiler::KeyOf(uint32_t at, std::vector<int>& bound) const {
  const PlanNode& n = plan_.node(at);
  const auto number = [&](int slot) {
    const auto found = std::find(bound.rbegin(), bound.rend(), slot);
    return found == bound.rend() ? Concat("v", slot) : Concat("#", bound.rend() - found);
  };
  std::string key = Concat("(", static_cast<int>(n.op), " ", n.record_type, " ", n.field, " ",
                           n.function, " ", n.optional ? 1 : 0, " ", n.name);
  for (const PathStep& step : n.steps) {
    key += Concat(" /", step.from, " ", step.to, " ", step.field, step.backward ? "b" : "",
                  step.closure ? "+" : "");
  }
  if (n.op == PlanOp::kConstant) key += KeyOfConstant(n.constant, at);
  const bool binds = TakesList(n.op) || n.op == PlanOp::kBind || n.op == PlanOp::kSortBy ||
                     n.op == PlanOp::kOptionalMap || n.op == PlanOp::kTransformMap ||
                     n.op == PlanOp::kTransformEntry;
  if (!binds && n.slot >= 0) {
    key += Concat(" ", n.op == PlanOp::kVariable ? number(n.slot) : Concat("slot ", n.slot));
  }
  const size_t before = bound.size();
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    if (i == 1 && binds) {
      if (n.slot >= 0) bound.push_back(n.slot);
      if (n.slot2 >= 0) bound.push_back(n.slot2);
    }
    key += KeyOf(n.inputs[i], bound);
  }
  bound.resize(before);
  return key + ")";
}

OperatorPtr ColumnarCompiler::Compile(uint32_t at, const Scope& scope) {
  if (IsFixed(at)) return CompileFixed(at);
  const PlanNode& n = plan_.node(at);
  // A condition on one followed record alone is decided once for each such record.
  if (n.type.is(Type::kBool) && n.op != PlanOp::kField && n.op != PlanOp::kEventField) {
    std::vector<int> bound;
    std::vector<std::string> paths;
    CollectPaths(at, bound, paths);
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    const bool followed =
        paths.size() == 1 && paths[0].find('.') != std::string::npos &&
        std::find(scope.self.begin(), scope.self.end(), paths[0]) == scope.self.end();
    if (followed) {
      if (OperatorPtr op = CompileOnTarget(at, paths[0], scope)) return op;
    }
  }
  return CompileNode(n, scope);
}

OperatorPtr ColumnarCompiler::CompileOnTarget(uint32_t at, const std::string& target,
                                              const Scope& scope) {
  // Any node with that path leads to the same rows.
  std::optional<uint32_t> node;
  for (uint32_t i = 0; i < at && !node; ++i) {
    if (PathOf(i) == target && TypeOf(i) != kNoType) node = i;
  }
  if (!node) return nullptr;
  const RecordTable* table = graph_.Records(TypeOf(*node));
  RowSourcePtr rows;
  if (table == nullptr || !RowsOf(*node, scope, rows)) return nullptr;
  OperatorPtr condition = CompileNode(plan_.node(at), {TypeOf(*node), {target}, "", nullptr});
  if (condition == nullptr || condition->kind() != Kind::kBool) return nullptr;
  return MakeLookup(lane_, std::move(rows), *table, std::move(condition));
}

OperatorPtr ColumnarCompiler::CompileNode(const PlanNode& n, const Scope& scope) {
  switch (n.op) {
    case PlanOp::kField:
    case PlanOp::kEventField:
      return CompileField(n, scope);
    case PlanOp::kNot: {
      OperatorPtr operand = Compile(n.inputs[0], scope);
      return operand != nullptr && operand->kind() == Kind::kBool ? MakeNot(std::move(operand))
                                                                  : nullptr;
    }
    case PlanOp::kAnd:
    case PlanOp::kOr:
      return CompileLogic(n, scope);
    case PlanOp::kInSegment:
    case PlanOp::kMayContact:
      return CompileQuestion(n, scope);
    case PlanOp::kConsentStatus:
    case PlanOp::kConsentAt:
      return CompileStatement(n, scope);
    case PlanOp::kConditional: {
      OperatorPtr condition = Compile(n.inputs[0], scope);
      OperatorPtr yes = Compile(n.inputs[1], scope);
      OperatorPtr no = Compile(n.inputs[2], scope);
      const bool fits = condition != nullptr && condition->kind() == Kind::kBool &&
                        yes != nullptr && no != nullptr && yes->kind() == no->kind();
      return fits ? MakeConditional(std::move(condition), std::move(yes), std::move(no)) : nullptr;
    }
    case PlanOp::kEqual:
    case PlanOp::kNotEqual:
      return CompileEqual(n, scope);
    case PlanOp::kLess:
    case PlanOp::kLessEqual:
    case PlanOp::kGreater:
    case PlanOp::kGreaterEqual:
      if (OperatorPtr test = CompilePathSize(n, scope)) return test;
      return CompileBinary(n, scope);
    case PlanOp::kAdd:
    case PlanOp::kSubtract:
    case PlanOp::kMultiply:
    case PlanOp::kDivide:
    case PlanOp::kModulo:
    case PlanOp::kIn:
    case PlanOp::kNegate:
      return CompileBinary(n, scope);
    case PlanOp::kCall:
      return CompileCall(n, scope);
    case PlanOp::kScore:
      return CompileScore(n, scope);
    case PlanOp::kAll:
    case PlanOp::kExists:
    case PlanOp::kExistsOne: {
      if (n.slot2 >= 0) return nullptr;
      if (plan_.node(n.inputs[0]).op == PlanOp::kPath) return CompilePath(n, scope);
      const Reduction reduction = n.op == PlanOp::kAll      ? Reduction::kAll
                                  : n.op == PlanOp::kExists ? Reduction::kExists
                                                            : Reduction::kExistsOne;
      return CompileRollup(n.inputs[0], reduction, std::pair(n.inputs[1], n.slot), scope);
    }
    default:
      return nullptr;
  }
}

OperatorPtr ColumnarCompiler::CompileField(const PlanNode& n, const Scope& scope) {
  RowSourcePtr rows;
  if (n.optional || !RowsOf(n.inputs[0], scope, rows)) return nullptr;
  if (n.field == kIdField && n.op == PlanOp::kField) {
    const RecordTable* table = graph_.Records(TypeOf(n.inputs[0]));
    return table == nullptr || !table->ids_loaded ? nullptr : MakeId(std::move(rows), *table);
  }
  const ChunkedColumn* column = ColumnOf(n);
  if (column == nullptr || column->kind() == Kind::kList || column->kind() == Kind::kRecord) {
    return nullptr;
  }
  return MakeField(std::move(rows), column, column->kind());
}

OperatorPtr ColumnarCompiler::CompileLogic(const PlanNode& n, const Scope& scope) {
  std::vector<OperatorPtr> operands;
  for (uint32_t input : n.inputs) {
    operands.push_back(Compile(input, scope));
    if (operands.back() == nullptr || operands.back()->kind() != Kind::kBool) return nullptr;
  }
  return MakeLogic(n.op == PlanOp::kAnd, std::move(operands));
}

// List == [] and its like, the form that has() of a relation takes.
OperatorPtr ColumnarCompiler::CompileEmptyTest(const PlanNode& n, const Scope& scope) {
  const uint32_t list = IsEmptyList(plan_.node(n.inputs[0])) ? n.inputs[1] : n.inputs[0];
  if (const PlanNode& path = plan_.node(list); path.op == PlanOp::kPath) {
    return CompileLeadsAnywhere(path, n.op == PlanOp::kNotEqual, scope);
  }
  OperatorPtr size = CompileRollup(list, Reduction::kCount, std::nullopt, scope);
  OperatorPtr zero = MakeConstant(Value::Int(0));
  return size == nullptr ? nullptr : MakeCompare(n.op, size, zero);
}

OperatorPtr ColumnarCompiler::CompileEqual(const PlanNode& n, const Scope& scope) {
  const PlanNode& left = plan_.node(n.inputs[0]);
  const PlanNode& right = plan_.node(n.inputs[1]);
  if (IsEmptyList(left) || IsEmptyList(right)) return CompileEmptyTest(n, scope);
  if (OperatorPtr test = CompileIdTest(n, scope)) return test;
  if (OperatorPtr test = CompilePathSize(n, scope)) return test;
  if (!IsNullConstant(left) && !IsNullConstant(right)) return CompileBinary(n, scope);
  const uint32_t operand = IsNullConstant(left) ? n.inputs[1] : n.inputs[0];
  OperatorPtr is_null;
  RowSourcePtr rows;
  if (RowsOf(operand, scope, rows)) {
    is_null = MakeNoRecord(std::move(rows));
  } else if (OperatorPtr value = Compile(operand, scope)) {
    is_null = MakeIsNull(std::move(value));
  }
  if (is_null == nullptr || n.op == PlanOp::kEqual) return is_null;
  return MakeNot(std::move(is_null));
}

OperatorPtr ColumnarCompiler::CompileBinary(const PlanNode& n, const Scope& scope) {
  std::vector<OperatorPtr> operands;
  for (uint32_t input : n.inputs) {
    operands.push_back(Compile(input, scope));
    if (operands.back() == nullptr) return nullptr;
  }
  if (operands.size() == 2) {
    if (OperatorPtr op = MakeCompare(n.op, operands[0], operands[1])) return op;
  }
  const std::optional<Kind> kind = KindOfType(n.type);
  if (!kind) return nullptr;
  if (operands.size() == 2) {
    OperatorPtr op = MakeArithmetic(n.op, *kind, operands[0], operands[1]);
    if (op != nullptr) return op;
  }
  FunctionContext& function = function_;
  const PlanOp op = n.op;
  ValueFunction call;
  switch (op) {
    case PlanOp::kEqual:
    case PlanOp::kNotEqual:
      call = [op](std::span<const Value> a) -> Outcome {
        return Value::Bool(CelEqual(a[0], a[1]) == (op == PlanOp::kEqual));
      };
      break;
    case PlanOp::kLess:
    case PlanOp::kLessEqual:
    case PlanOp::kGreater:
    case PlanOp::kGreaterEqual:
      call = [op](std::span<const Value> a) { return Ordered(op, a[0], a[1]); };
      break;
    case PlanOp::kIn:
      call = [&function](std::span<const Value> a) { return IsIn(function, a[0], a[1]); };
      break;
    case PlanOp::kNegate:
      call = [](std::span<const Value> a) { return Negate(a[0]); };
      break;
    default:
      call = [op, &function](std::span<const Value> a) {
        return Arithmetic(function, op, a[0], a[1]);
      };
  }
  return MakeCall(*kind, std::move(operands), std::move(call));
}

OperatorPtr ColumnarCompiler::CompileCall(const PlanNode& n, const Scope& scope) {
  const std::string& name = FunctionName(n.function);
  if (n.inputs.size() == 1 && plan_.node(n.inputs[0]).type.is(Type::kList)) {
    if (name == "size" || name == "count") {
      return CompileRollup(n.inputs[0], Reduction::kCount, std::nullopt, scope);
    }
    const std::optional<ListShape> shape = ShapeOf(n.inputs[0]);
    if (!shape || !shape->map) return nullptr;
    const auto reduction = name == "sum"   ? std::optional(Reduction::kSum)
                           : name == "min" ? std::optional(Reduction::kMin)
                           : name == "max" ? std::optional(Reduction::kMax)
                                           : std::nullopt;
    return reduction ? CompileRollup(n.inputs[0], *reduction, shape->map, scope) : nullptr;
  }
  const std::optional<Kind> kind = KindOfType(n.type);
  const Builtin builtin = Functions()[static_cast<size_t>(n.function)].builtin;
  // A rate is asked of the graph for an instant and may fail as a whole: the interpreter's.
  if (!kind || builtin == nullptr || name == "in_currency") return nullptr;
  std::vector<OperatorPtr> operands;
  for (uint32_t input : n.inputs) {
    operands.push_back(Compile(input, scope));
    if (operands.back() == nullptr) return nullptr;
  }
  if (operands.size() == 1 && operands[0]->kind() == Kind::kDuration && *kind == Kind::kInt) {
    const int64_t unit = name == "getSeconds"   ? 1'000'000
                         : name == "getMinutes" ? 60'000'000
                         : name == "getHours"   ? 3'600'000'000
                                                : 0;
    if (unit != 0) return MakeLengthPart(std::move(operands[0]), unit);
  }
  FunctionContext& function = function_;
  return MakeCall(*kind, std::move(operands),
                  [builtin, &function](std::span<const Value> a) { return builtin(function, a); });
}

}  // namespace relata::internal
