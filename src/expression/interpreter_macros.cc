// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's half that runs over lists and maps.

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "expression/values.h"

namespace relata::internal {

using Kind = Value::Kind;

bool Evaluator::Elements(const PlanNode& n, const Value& range,
                         std::vector<std::pair<Value, Value>>* out) {
  const bool two = n.slot2 >= 0;
  if (range.is(Kind::kList)) {
    out->reserve(range.list().size());
    int64_t i = 0;
    for (const Value& v : range.list()) {
      if (v.is(Kind::kText)) function_.Charge(v.text().size() / 64);
      out->emplace_back(two ? Value::Int(i++) : v, two ? v : Value());
    }
    return true;
  }
  if (!range.is(Kind::kMap)) return false;
  for (const auto& [key, v] : range.map()) out->emplace_back(key, two ? v : Value());
  return true;
}

void Evaluator::SetVariables(const PlanNode& n, const std::pair<Value, Value>& element) {
  slots_[static_cast<size_t>(n.slot)] = element.first;
  if (n.slot2 >= 0) slots_[static_cast<size_t>(n.slot2)] = element.second;
}

namespace {

Outcome NoRange(const Value& range) {
  return Outcome::Error(Concat("no such overload: ", TypeNameOf(range), " has no elements"));
}

Outcome NoCondition(const Value& value) {
  return Outcome::Error(Concat("no such overload: a condition gave ", TypeNameOf(value)));
}

}  // namespace

// all() is && over the elements, exists() is ||.
Outcome Evaluator::EvalQuantifier(const PlanNode& n) {
  const bool stop = n.op == PlanOp::kExists;
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  std::vector<std::pair<Value, Value>> elements;
  if (!Elements(n, range.value, &elements)) return NoRange(range.value);
  const size_t start = Mark();
  Outcome failed;
  bool any_failed = false;
  for (const auto& element : elements) {
    SetVariables(n, element);
    const size_t before = Mark();
    Outcome o = Eval(n.inputs[1]);
    if (stopped()) return o;
    if (o.Is(stop)) {
      KeepOnly(start, before);
      return o;
    }
    if (o.Is(!stop)) {
      if (any_failed) Drop(before);
      continue;
    }
    if (any_failed) {
      Drop(before);
      continue;
    }
    KeepOnly(start, before);
    failed = o.ok() ? NoCondition(o.value) : std::move(o);
    any_failed = true;
  }
  if (any_failed) return failed;
  return Value::Bool(!stop);
}

Outcome Evaluator::EvalExistsOne(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  std::vector<std::pair<Value, Value>> elements;
  if (!Elements(n, range.value, &elements)) return NoRange(range.value);
  int64_t found = 0;
  for (const auto& element : elements) {
    SetVariables(n, element);
    Outcome o = Eval(n.inputs[1]);
    if (!o.ok()) return o;
    if (!o.value.is(Kind::kBool)) return NoCondition(o.value);
    found += o.value.bool_value() ? 1 : 0;
  }
  return Value::Bool(found == 1);
}

Outcome Evaluator::EvalFilter(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  std::vector<std::pair<Value, Value>> elements;
  if (!Elements(n, range.value, &elements)) return NoRange(range.value);
  ValueList list;
  for (auto& element : elements) {
    SetVariables(n, element);
    const size_t before = Mark();
    Outcome o = Eval(n.inputs[1]);
    if (!o.ok()) return o;
    if (!o.value.is(Kind::kBool)) return NoCondition(o.value);
    if (!o.value.bool_value()) {
      Drop(before);
      continue;
    }
    // With two variables the value is kept, with one the element.
    list.push_back(n.slot2 >= 0 ? std::move(element.second) : std::move(element.first));
  }
  return Value::List(std::move(list));
}

Outcome Evaluator::EvalTransform(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  std::vector<std::pair<Value, Value>> elements;
  if (!Elements(n, range.value, &elements)) return NoRange(range.value);
  const bool filtered = n.inputs.size() == 3;
  ValueList list;
  list.reserve(elements.size());
  for (const auto& element : elements) {
    SetVariables(n, element);
    const size_t before = Mark();
    if (filtered) {
      Outcome keep = Eval(n.inputs[1]);
      if (!keep.ok()) return keep;
      if (!keep.value.is(Kind::kBool)) return NoCondition(keep.value);
      if (!keep.value.bool_value()) {
        Drop(before);
        continue;
      }
    }
    Outcome o = Eval(n.inputs.back());
    if (!o.ok()) return o;
    Weigh(function_, o.value);
    list.push_back(std::move(o.value));
  }
  return Value::List(std::move(list));
}

Outcome Evaluator::EvalTransformMap(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  std::vector<std::pair<Value, Value>> elements;
  if (!Elements(n, range.value, &elements)) return NoRange(range.value);
  const bool entries = n.op == PlanOp::kTransformEntry;
  ValueMap map;
  for (const auto& element : elements) {
    SetVariables(n, element);
    if (n.inputs.size() == 3) {
      Outcome keep = Eval(n.inputs[1]);
      if (!keep.ok()) return keep;
      if (!keep.value.is(Kind::kBool)) return NoCondition(keep.value);
      if (!keep.value.bool_value()) continue;
    }
    Outcome o = Eval(n.inputs.back());
    if (!o.ok()) return o;
    Weigh(function_, o.value);
    if (!entries) {
      map.emplace_back(element.first, std::move(o.value));
      continue;
    }
    if (!o.value.is(Kind::kMap)) return Outcome::Error("no such overload: a map is needed");
    for (const auto& [key, value] : o.value.map()) {
      function_.Charge(map.size() / 8);
      if (FindKey(map, key) != nullptr) {
        return Outcome::Error(Concat("insert failed: key '", ToDisplay(key), "' already exists"));
      }
      map.emplace_back(key, value);
    }
  }
  return Value::Map(std::move(map));
}

Outcome Evaluator::EvalSortBy(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  if (!range.value.is(Kind::kList)) return NoRange(range.value);
  const ValueList& list = range.value.list();
  ValueList keys;
  for (const Value& v : list) {
    SetVariables(n, {v, Value()});
    Outcome key = Eval(n.inputs[1]);
    if (!key.ok()) return key;
    if (!keys.empty()) {
      const Outcome comparable = Ordered(PlanOp::kLess, keys[0], key.value);
      if (!comparable.ok()) return comparable;
    }
    keys.push_back(std::move(key.value));
  }
  function_.Charge(list.size() * 4);
  std::vector<size_t> order(list.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return CompareValues(keys[a], keys[b]) == std::partial_ordering::less;
  });
  ValueList sorted;
  for (size_t i : order) sorted.push_back(list[i]);
  return Value::List(std::move(sorted));
}

Outcome Evaluator::EvalOptionalMap(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  if (!target.value.is(Kind::kOptional)) {
    return Outcome::Error("no such overload: an optional is needed");
  }
  if (target.value.optional() == nullptr) return Value::NoneOptional();
  SetVariables(n, {*target.value.optional(), Value()});
  Outcome o = Eval(n.inputs[1]);
  if (!o.ok()) return o;
  if (n.optional) {
    if (o.value.is(Kind::kOptional)) return o;
    return Outcome::Error("no such overload: optFlatMap needs an optional");
  }
  return Value::Optional(std::move(o.value));
}

// An error value is bound too: it is an error only where the variable is used.
Outcome Evaluator::EvalBind(const PlanNode& n) {
  slots_[static_cast<size_t>(n.slot)] = Eval(n.inputs[0]);
  if (stopped()) return Outcome::Error("stopped");
  return Eval(n.inputs[1]);
}

}  // namespace relata::internal
