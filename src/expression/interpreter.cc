// SPDX-License-Identifier: Apache-2.0

#include "expression/interpreter.h"

#include <utility>

#include "base/strings.h"
#include "expression/comparisons.h"
#include "expression/planner.h"
#include "expression/values.h"

namespace relata::internal {

using Kind = Value::Kind;

Evaluator::Evaluator(std::shared_ptr<const Plan> plan, EvaluationContext context)
    : plan_(std::move(plan)), context_(std::move(context)) {
  function_.now = context_.now;
  function_.zone = &context_.zone;
  function_.fiscal_year_start = context_.fiscal_year_start;
  function_.view = context_.view;
  function_.regexes = &regexes_;
  function_.cost = &cost_;
  function_.cost_limit = context_.cost_limit;
  slots_.resize(static_cast<size_t>(plan_->slots()));
  kept_.resize(plan_->nodes().size(), Kept::kNo);
  kept_values_.resize(plan_->nodes().size());
  const std::vector<bool> fixed = FindFixed(*plan_);
  for (size_t i = 0; i < fixed.size(); ++i) {
    // Conditions stay, so that an explanation can name their parts; leaves are as quick.
    const PlanNode& n = plan_->nodes()[i];
    if (fixed[i] && !n.inputs.empty() && !n.type.is(ValueType::Kind::kBool)) {
      kept_[i] = Kept::kNotYet;
    }
  }
  for (const std::string& name : plan_->parameters()) {
    const auto it = context_.parameters.find(name);
    parameters_.push_back(it == context_.parameters.end() ? nullptr : &it->second);
  }
}

absl::StatusOr<EvalResult> Evaluator::Run(RecordRef subject) {
  subject_ = subject;
  cost_ = 0;
  function_.status = absl::OkStatus();
  Outcome outcome = Eval(plan_->root_index());
  if (cost_ > context_.cost_limit && function_.status.ok()) {
    Stop("");
  }
  if (stopped()) return function_.status;
  EvalResult result;
  result.value = std::move(outcome.value);
  if (!outcome.ok()) result.error = outcome.error->empty() ? "error" : *outcome.error;
  return result;
}

// Ends the evaluation: everything above sees an error value and the status wins.
Outcome Evaluator::Stop(std::string_view why) {
  if (function_.status.ok()) {
    function_.status = why.empty()
                           ? ResourceExhausted(Concat("the evaluation passed its cost limit of ",
                                                      context_.cost_limit))
                           : FailedPrecondition(why);
  }
  return Outcome::Error("stopped");
}

Outcome Evaluator::Eval(uint32_t at) {
  if (++cost_ > context_.cost_limit) return Stop("");
  const PlanNode& n = plan_->node(at);
  if (kept_[at] != Kept::kNo) {
    const Outcome* kept = EvalOnce(at);
    if (timed_) until_ = std::min(until_, kept_until_[at]);
    return *kept;
  }
  return trace_ == nullptr ? EvalNode(n) : EvalAtom(n);
}

// What computing a kept part costs is not counted, so that every record costs the same; a part that
// costs much is computed every time.
const Outcome* Evaluator::EvalOnce(uint32_t at) {
  constexpr int64_t kMostKept = 1'000;
  if (kept_[at] == Kept::kNotYet) {
    const int64_t before = cost_;
    kept_[at] = Kept::kNo;
    const int64_t outer = std::exchange(until_, Timestamp::kMax.micros);
    kept_values_[at] = EvalNode(plan_->node(at));
    if (timed_) kept_until_[at] = until_;
    until_ = outer;
    if (cost_ - before <= kMostKept && !stopped()) {
      kept_[at] = Kept::kYes;
      cost_ = before;
    }
  }
  return &kept_values_[at];
}

namespace {

// Nodes whose parts are explained rather than they themselves.
bool IsStructure(PlanOp op) {
  switch (op) {
    case PlanOp::kAnd:
    case PlanOp::kOr:
    case PlanOp::kNot:
    case PlanOp::kConditional:
    case PlanOp::kAll:
    case PlanOp::kExists:
    case PlanOp::kExistsOne:
    case PlanOp::kBind:
      return true;
    default:
      return false;
  }
}

}  // namespace

Outcome Evaluator::EvalAtom(const PlanNode& n) {
  const bool constant = n.op == PlanOp::kConstant || n.op == PlanOp::kVariable;
  if (trace_->in_atom_ || constant || IsStructure(n.op) || !n.type.is(ValueType::Kind::kBool)) {
    return EvalNode(n);
  }
  const size_t at = trace_->mark();
  trace_->entries_.push_back({true, {n.span, Tri::kFalse, "", {}, std::nullopt}, {}});
  trace_->in_atom_ = true;
  tell_at_most_ = ElementsNeeded(n);
  Outcome result = EvalNode(n);
  tell_at_most_ = -1;
  trace_->in_atom_ = false;
  Reason& reason = trace_->entries_[at].reason;
  reason.result = result.Is(true) ? Tri::kTrue : result.Is(false) ? Tri::kFalse : Tri::kError;
  if (!result.ok()) reason.error = *result.error;
  if (reason.result != Tri::kError) reason.what_if = FindWhatIf(n, reason.result == Tri::kTrue);
  return result;
}

// For what is told beside the answer: it costs nothing and is not told itself.
Outcome Evaluator::EvalUntraced(uint32_t at) {
  Trace* const trace = std::exchange(trace_, nullptr);
  const int64_t cost = cost_;
  Outcome o = Eval(at);
  cost_ = cost;
  trace_ = trace;
  return o;
}

std::optional<WhatIf> Evaluator::FindWhatIf(const PlanNode& n, bool result) {
  if (n.op == PlanOp::kField || n.op == PlanOp::kEventField) {
    return WhatIf{n.span, Value::Bool(result), PlanOp::kEqual, false, Value::Bool(!result)};
  }
  const bool in = n.op == PlanOp::kIn;
  if (!in && (n.op < PlanOp::kEqual || n.op > PlanOp::kGreaterEqual)) return std::nullopt;
  const std::vector<bool> fixed = FindFixed(*plan_);
  const bool left = fixed[n.inputs[0]];
  if (left == fixed[n.inputs[1]] || (in && left)) return std::nullopt;
  const uint32_t open = n.inputs[left ? 1 : 0];
  const Outcome is = EvalUntraced(open);
  const Outcome value = EvalUntraced(n.inputs[left ? 0 : 1]);
  if (!is.ok() || !value.ok()) return std::nullopt;
  WhatIf change{plan_->node(open).span, is.value, n.op, false, value.value};
  if (in) {
    change.negated = result;
    return change;
  }
  if (left) change.op = Mirrored(change.op);
  if (result) change.op = Opposite(change.op);
  return change;
}

// list.filter(...).size() >= 3 needs three of those that were counted, however many there are.
int64_t Evaluator::ElementsNeeded(const PlanNode& n) {
  if (n.op != PlanOp::kGreater && n.op != PlanOp::kGreaterEqual) return -1;
  static const int kSize = FindFunction("size");
  const PlanNode& size = plan_->node(n.inputs[0]);
  if (size.op != PlanOp::kCall || size.function != kSize) return -1;
  if (plan_->node(size.inputs[0]).op != PlanOp::kFilter) return -1;
  if (!FindFixed(*plan_)[n.inputs[1]]) return -1;
  const Outcome bound = EvalUntraced(n.inputs[1]);
  if (!bound.ok() || !bound.value.is(Kind::kInt) || bound.value.int_value() < 0) return -1;
  return bound.value.int_value() + (n.op == PlanOp::kGreater ? 1 : 0);
}

Outcome Evaluator::EvalNode(const PlanNode& n) {
  switch (n.op) {
    case PlanOp::kConstant:
    case PlanOp::kSubject:
    case PlanOp::kNow:
    case PlanOp::kParameter:
    case PlanOp::kVariable:
    case PlanOp::kError:
      return EvalLeaf(n);
    case PlanOp::kField:
    case PlanOp::kFollow:
    case PlanOp::kEventField:
      return EvalField(n);
    case PlanOp::kChildren:
    case PlanOp::kEvents:
      return EvalRelation(n);
    case PlanOp::kPath:
      return EvalPath(n);
    case PlanOp::kInSegment:
    case PlanOp::kScore:
      return EvalDefinition(n);
    case PlanOp::kMayContact:
    case PlanOp::kConsentStatus:
    case PlanOp::kConsentAt:
      return EvalConsent(n);
    case PlanOp::kFieldAt:
    case PlanOp::kFieldSince:
    case PlanOp::kFieldChanged:
      return EvalHistory(n);
    case PlanOp::kKey:
      return EvalKey(n, false);
    case PlanOp::kHasKey:
      return EvalKey(n, true);
    case PlanOp::kIndex:
      return EvalIndex(n);
    case PlanOp::kCall:
      return EvalCall(n);
    case PlanOp::kNot:
      return EvalNot(n);
    case PlanOp::kAnd:
      return EvalLogic(n, false);
    case PlanOp::kOr:
      return EvalLogic(n, true);
    case PlanOp::kConditional:
      return EvalConditional(n);
    case PlanOp::kOptionalOr:
    case PlanOp::kOptionalOrElse:
      return EvalOptionalElse(n);
    case PlanOp::kList:
      return EvalList(n);
    case PlanOp::kMap:
      return EvalMap(n);
    case PlanOp::kAll:
    case PlanOp::kExists:
      return EvalQuantifier(n);
    case PlanOp::kExistsOne:
      return EvalExistsOne(n);
    case PlanOp::kFilter:
      return EvalFilter(n);
    case PlanOp::kTransform:
      return EvalTransform(n);
    case PlanOp::kTransformMap:
    case PlanOp::kTransformEntry:
      return EvalTransformMap(n);
    case PlanOp::kSortBy:
      return EvalSortBy(n);
    case PlanOp::kOptionalMap:
      return EvalOptionalMap(n);
    case PlanOp::kBind:
      return EvalBind(n);
    default:
      return EvalBinary(n);
  }
}

Outcome Evaluator::EvalLeaf(const PlanNode& n) {
  switch (n.op) {
    case PlanOp::kConstant:
      return n.constant;
    case PlanOp::kSubject:
      return Value::Record(subject_);
    case PlanOp::kNow:
      return Value::Time(context_.now);
    case PlanOp::kVariable: {
      const Outcome& variable = slots_[static_cast<size_t>(n.slot)];
      // Text is copied, everything else is shared.
      if (variable.value.is(Kind::kText)) function_.Charge(variable.value.text().size() / 64);
      return variable;
    }
    case PlanOp::kParameter: {
      const Value* value = parameters_[static_cast<size_t>(n.slot)];
      if (value == nullptr) return Outcome::Error(Concat("undeclared reference to '", n.name, "'"));
      return *value;
    }
    default:
      return Outcome::Error(n.name);
  }
}

// && with stop = false, || with stop = true: the first operand that is `stop` decides, whatever the
// others are; without one, an operand that is neither makes the whole an error.
Outcome Evaluator::EvalLogic(const PlanNode& n, bool stop) {
  if (timed_) return EvalLogicTimed(n, stop);
  const size_t start = Mark();
  Outcome failed;
  bool any_failed = false;
  size_t failed_end = 0;
  for (uint32_t input : n.inputs) {
    const size_t before = Mark();
    Outcome o = Eval(input);
    if (o.Is(stop)) {
      KeepOnly(start, before);
      return o;
    }
    if (o.Is(!stop)) {
      if (any_failed) Drop(before);
      continue;
    }
    if (o.ok()) {
      const Value arguments[] = {o.value};
      o = NoOverload(stop ? "||" : "&&", arguments);
    }
    if (any_failed) {
      Drop(before);
      continue;
    }
    // Of an error only the first operand in error speaks.
    KeepOnly(start, before);
    failed = std::move(o);
    any_failed = true;
    failed_end = Mark();
  }
  if (any_failed) {
    Drop(failed_end);
    return failed;
  }
  return Value::Bool(!stop);
}

Outcome Evaluator::EvalNot(const PlanNode& n) {
  Outcome o = Eval(n.inputs[0]);
  if (!o.ok()) return o;
  if (!o.value.is(Kind::kBool)) {
    const Value arguments[] = {o.value};
    return NoOverload("!", arguments);
  }
  return Value::Bool(!o.value.bool_value());
}

Outcome Evaluator::EvalConditional(const PlanNode& n) {
  Outcome condition = Eval(n.inputs[0]);
  if (!condition.ok()) return condition;
  if (!condition.value.is(Kind::kBool)) {
    const Value arguments[] = {condition.value};
    return NoOverload("?:", arguments);
  }
  return Eval(n.inputs[condition.value.bool_value() ? 1 : 2]);
}

Outcome Evaluator::EvalBinary(const PlanNode& n) {
  Outcome a = Eval(n.inputs[0]);
  if (!a.ok()) return a;
  if (n.op == PlanOp::kNegate) return Negate(a.value);
  Outcome b = Eval(n.inputs[1]);
  if (!b.ok()) return b;
  if (timed_) NoteCrossing(n, a.value, b.value);
  switch (n.op) {
    case PlanOp::kEqual:
      return Value::Bool(Equal(function_, a.value, b.value));
    case PlanOp::kNotEqual:
      return Value::Bool(!Equal(function_, a.value, b.value));
    case PlanOp::kLess:
    case PlanOp::kLessEqual:
    case PlanOp::kGreater:
    case PlanOp::kGreaterEqual:
      return Ordered(n.op, a.value, b.value);
    case PlanOp::kIn:
      return IsIn(function_, a.value, b.value);
    default: {
      Outcome result = Arithmetic(function_, n.op, a.value, b.value);
      if (timed_) NoteMove(n, result);
      return result;
    }
  }
}

Outcome Evaluator::EvalCall(const PlanNode& n) {
  const Function& f = Functions()[static_cast<size_t>(n.function)];
  std::vector<Value> arguments;
  arguments.reserve(n.inputs.size());
  for (uint32_t input : n.inputs) {
    Outcome o = Eval(input);
    if (!o.ok()) return o;
    arguments.push_back(std::move(o.value));
  }
  if (timed_) NoteJump(n, arguments);
  Outcome result = f.builtin(function_, arguments);
  if (cost_ > context_.cost_limit) return Stop("");
  // The sum of nothing is a zero of the type that the elements would have had.
  static const int kSum = FindFunction("sum");
  if (n.function == kSum && result.ok() && result.value.is(Kind::kInt) &&
      !n.type.is(ValueType::Kind::kInt)) {
    if (n.type.is(ValueType::Kind::kMoney)) return Value::Amount({});
    if (n.type.is(ValueType::Kind::kDouble)) return Value::Double(0);
    if (n.type.is(ValueType::Kind::kUint)) return Value::Uint(0);
    if (n.type.is(ValueType::Kind::kDuration)) return Value::Length({});
  }
  return result;
}

// The entry of a map under a name. An optional around the map makes the answer an optional.
Outcome Evaluator::EvalKey(const PlanNode& n, bool test) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  Value map = std::move(target.value);
  bool optional = n.optional;
  if (map.is(Kind::kOptional)) {
    optional = true;
    if (map.optional() == nullptr) return test ? Value::Bool(false) : Value::NoneOptional();
    map = Value(*map.optional());
  }
  if (!map.is(Kind::kMap)) {
    return Outcome::Error(
        Concat("no such overload: ", TypeNameOf(map), " has no member '", n.name, "'"));
  }
  const Value* found = FindKey(map.map(), Value::Text(n.name));
  if (test) return Value::Bool(found != nullptr);
  if (found == nullptr) {
    return optional ? Outcome(Value::NoneOptional())
                    : Outcome::Error(Concat("no such key: '", n.name, "'"));
  }
  return optional ? Value::Optional(*found) : *found;
}

Outcome Evaluator::EvalIndex(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  Outcome key = Eval(n.inputs[1]);
  if (!key.ok()) return key;
  Value range = std::move(target.value);
  bool optional = n.optional;
  if (range.is(Kind::kOptional)) {
    optional = true;
    if (range.optional() == nullptr) return Value::NoneOptional();
    range = Value(*range.optional());
  }
  const Value* found = nullptr;
  std::string message;
  if (range.is(Kind::kMap)) {
    found = FindKey(range.map(), key.value);
    message = "no such key";
  } else if (range.is(Kind::kList)) {
    const std::optional<int64_t> index = AsIndex(key.value);
    if (!index.has_value()) return Outcome::Error("invalid_argument: a list is indexed by int");
    const auto size = static_cast<int64_t>(range.list().size());
    if (*index >= 0 && *index < size) found = &range.list()[static_cast<size_t>(*index)];
    message = Concat("invalid_argument: index ", *index, " out of bounds of a list of ", size);
  } else {
    const Value arguments[] = {range, key.value};
    return NoOverload("[]", arguments);
  }
  if (found == nullptr) {
    return optional ? Outcome(Value::NoneOptional()) : Outcome::Error(std::move(message));
  }
  return optional ? Value::Optional(*found) : Value(*found);
}

Outcome Evaluator::EvalList(const PlanNode& n) {
  ValueList list;
  list.reserve(n.inputs.size());
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    Outcome o = Eval(n.inputs[i]);
    if (!o.ok()) return o;
    Weigh(function_, o.value);
    if (!n.flags[i]) {
      list.push_back(std::move(o.value));
      continue;
    }
    if (!o.value.is(Kind::kOptional)) return Outcome::Error("'?' takes an optional");
    if (o.value.optional() != nullptr) list.push_back(*o.value.optional());
  }
  return Value::List(std::move(list));
}

Outcome Evaluator::EvalMap(const PlanNode& n) {
  ValueMap map;
  for (size_t i = 0; i < n.inputs.size(); i += 2) {
    Outcome key = Eval(n.inputs[i]);
    if (!key.ok()) return key;
    Outcome value = Eval(n.inputs[i + 1]);
    if (!value.ok()) return value;
    Weigh(function_, value.value);
    function_.Charge(map.size() / 8);
    const Kind kind = key.value.kind();
    if (kind != Kind::kBool && kind != Kind::kInt && kind != Kind::kUint && kind != Kind::kText) {
      return Outcome::Error(Concat("unsupported key type: ", KindName(kind)));
    }
    if (n.flags[i / 2]) {
      if (!value.value.is(Kind::kOptional)) return Outcome::Error("'?' takes an optional");
      if (value.value.optional() == nullptr) continue;
      value.value = Value(*value.value.optional());
    }
    if (FindKey(map, key.value) != nullptr) {
      return Outcome::Error(Concat("Failed with repeated key: ", ToDisplay(key.value)));
    }
    map.emplace_back(std::move(key.value), std::move(value.value));
  }
  return Value::Map(std::move(map));
}

Outcome Evaluator::EvalOptionalElse(const PlanNode& n) {
  Outcome first = Eval(n.inputs[0]);
  if (!first.ok()) return first;
  if (!first.value.is(Kind::kOptional)) {
    const Value arguments[] = {first.value};
    return NoOverload(FunctionName(n.function), arguments);
  }
  if (first.value.optional() == nullptr) return Eval(n.inputs[1]);
  return n.op == PlanOp::kOptionalOr ? first : Outcome(Value(*first.value.optional()));
}

}  // namespace relata::internal
