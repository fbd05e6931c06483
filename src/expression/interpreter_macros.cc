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

void Evaluator::SetVariable(int slot, const Value& v) {
  if (v.is(Kind::kText)) function_.Charge(v.text().size() / 64);
  slots_[static_cast<size_t>(slot)] = v;
}

template <class Visit>
bool Evaluator::ForEach(const PlanNode& n, const Value& range, Visit visit) {
  const bool two = n.slot2 >= 0;
  if (range.is(Kind::kList)) {
    int64_t i = 0;
    for (const Value& v : range.list()) {
      if (two) SetVariable(n.slot, Value::Int(i++));
      SetVariable(two ? n.slot2 : n.slot, v);
      if (!visit(two ? slots_[static_cast<size_t>(n.slot)].value : v, v)) break;
    }
    return true;
  }
  if (!range.is(Kind::kMap)) return false;
  for (const auto& [key, v] : range.map()) {
    SetVariable(n.slot, key);
    if (two) SetVariable(n.slot2, v);
    if (!visit(key, two ? v : key)) break;
  }
  return true;
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
  if (timed_) return EvalQuantifierTimed(n);
  const bool stop = n.op == PlanOp::kExists;
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  const size_t start = Mark();
  Outcome result = Value::Bool(!stop);
  const bool ran = ForEach(n, range.value, [&](const Value&, const Value&) {
    const size_t before = Mark();
    Outcome o = Eval(n.inputs[1]);
    if (stopped() || o.Is(stop)) {
      KeepOnly(start, before);
      result = std::move(o);
      return false;
    }
    if (!result.ok()) {
      // Of an error only the first element in error speaks.
      Drop(before);
    } else if (!o.Is(!stop)) {
      KeepOnly(start, before);
      result = o.ok() ? NoCondition(o.value) : std::move(o);
    }
    return true;
  });
  return ran ? result : NoRange(range.value);
}

// The same, going on after an element that decides for one that decides longer.
Outcome Evaluator::EvalQuantifierTimed(const PlanNode& n) {
  const bool stop = n.op == PlanOp::kExists;
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  const int64_t outer = until_;
  int64_t all = Timestamp::kMax.micros;
  int64_t longest = 0;
  bool decided = false;
  Outcome result = Value::Bool(!stop);
  const bool ran = ForEach(n, range.value, [&](const Value&, const Value&) {
    until_ = Timestamp::kMax.micros;
    Outcome o = decided ? EvalFurther([&] { return Eval(n.inputs[1]); }) : Eval(n.inputs[1]);
    if (o.Is(stop)) {
      longest = std::max(longest, until_);
      result = Value::Bool(stop);
      decided = true;
    } else if (!decided) {
      all = std::min(all, until_);
      if (result.ok() && !o.Is(!stop)) result = o.ok() ? NoCondition(o.value) : std::move(o);
    }
    return decided ? longest < Timestamp::kMax.micros : !stopped();
  });
  until_ = std::min(outer, decided ? longest : all);
  return ran ? result : NoRange(range.value);
}

// Evaluates the condition of an element; false when it is none, and then `failed` says why.
bool Evaluator::Decide(uint32_t condition, bool* yes, Outcome* failed) {
  Outcome o = Eval(condition);
  if (!o.ok() || !o.value.is(Kind::kBool)) {
    *failed = o.ok() ? NoCondition(o.value) : std::move(o);
    return false;
  }
  *yes = o.value.bool_value();
  return true;
}

Outcome Evaluator::EvalExistsOne(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  int64_t found = 0;
  Outcome failed;
  const bool ran = ForEach(n, range.value, [&](const Value&, const Value&) {
    bool yes = false;
    if (!Decide(n.inputs[1], &yes, &failed)) return false;
    found += yes ? 1 : 0;
    return true;
  });
  if (!ran) return NoRange(range.value);
  return failed.ok() ? Value::Bool(found == 1) : failed;
}

Outcome Evaluator::EvalFilter(const PlanNode& n) {
  const int64_t tell = std::exchange(tell_at_most_, -1);
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  ValueList list;
  Outcome failed;
  const bool ran = ForEach(n, range.value, [&](const Value&, const Value& element) {
    const size_t before = Mark();
    bool yes = false;
    if (!Decide(n.inputs[1], &yes, &failed)) return false;
    if (yes) list.push_back(element);
    const bool told = tell < 0 || list.size() <= static_cast<size_t>(tell);
    if (!yes || !told) Drop(before);
    return true;
  });
  if (!ran) return NoRange(range.value);
  return failed.ok() ? Value::List(std::move(list)) : failed;
}

Outcome Evaluator::EvalTransform(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  const bool filtered = n.inputs.size() == 3;
  ValueList list;
  Outcome failed;
  const bool ran = ForEach(n, range.value, [&](const Value&, const Value&) {
    const size_t before = Mark();
    bool yes = true;
    if (filtered && !Decide(n.inputs[1], &yes, &failed)) return false;
    if (!yes) {
      Drop(before);
      return true;
    }
    Outcome o = Eval(n.inputs.back());
    if (!o.ok()) {
      failed = std::move(o);
      return false;
    }
    Weigh(function_, o.value);
    list.push_back(std::move(o.value));
    return true;
  });
  if (!ran) return NoRange(range.value);
  return failed.ok() ? Value::List(std::move(list)) : failed;
}

// Puts what an element gave into the map under construction; the message of what is wrong, or "".
std::string Evaluator::AddEntries(const PlanNode& n, const Value& key, Value value, ValueMap& map) {
  if (n.op == PlanOp::kTransformMap) {
    map.emplace_back(key, std::move(value));
    return "";
  }
  if (!value.is(Kind::kMap)) return "no such overload: a map is needed";
  for (const auto& [name, v] : value.map()) {
    function_.Charge(map.size() / 8);
    if (FindKey(map, name) != nullptr) {
      return Concat("insert failed: key '", ToDisplay(name), "' already exists");
    }
    map.emplace_back(name, v);
  }
  return "";
}

Outcome Evaluator::EvalTransformMap(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  ValueMap map;
  Outcome failed;
  const bool ran = ForEach(n, range.value, [&](const Value& key, const Value&) {
    const Value kept = key;
    bool yes = true;
    if (n.inputs.size() == 3 && !Decide(n.inputs[1], &yes, &failed)) return false;
    if (!yes) return true;
    Outcome o = Eval(n.inputs.back());
    if (o.ok()) {
      Weigh(function_, o.value);
      const std::string wrong = AddEntries(n, kept, std::move(o.value), map);
      if (!wrong.empty()) o = Outcome::Error(wrong);
    }
    if (!o.ok()) failed = std::move(o);
    return failed.ok();
  });
  if (!ran) return NoRange(range.value);
  return failed.ok() ? Value::Map(std::move(map)) : failed;
}

Outcome Evaluator::EvalSortBy(const PlanNode& n) {
  Outcome range = Eval(n.inputs[0]);
  if (!range.ok()) return range;
  if (!range.value.is(Kind::kList)) return NoRange(range.value);
  const ValueList& list = range.value.list();
  ValueList keys;
  for (const Value& v : list) {
    SetVariable(n.slot, v);
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
  SetVariable(n.slot, *target.value.optional());
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
