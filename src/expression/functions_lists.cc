// SPDX-License-Identifier: Apache-2.0
//
// Lists: sums and extremes, CEL's lists and sets libraries.

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

bool IsList(Arguments a, size_t i) { return a.size() > i && a[i].is(Kind::kList); }

Outcome Count(size_t n) { return Value::Int(static_cast<int64_t>(n)); }

// The correctly rounded sum whatever the order: partial sums that do not overlap (J. R. Shewchuk,
// "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997).
double ExactSum(const ValueList& list) {
  std::vector<double> partials;
  double special = 0;
  for (const Value& v : list) {
    double x = v.double_value();
    if (!std::isfinite(x)) {
      special += x;
      continue;
    }
    size_t kept = 0;
    for (double y : partials) {
      if (std::abs(x) < std::abs(y)) std::swap(x, y);
      const double high = x + y;
      const double low = y - (high - x);
      if (low != 0) partials[kept++] = low;
      x = high;
    }
    partials.resize(kept);
    partials.push_back(x);
  }
  if (special != 0 || std::isnan(special)) return special;
  // Added from the largest down, stopping at the first inexact step, which is then rounded once.
  if (partials.empty()) return 0;
  double high = partials.back();
  partials.pop_back();
  double low = 0;
  while (!partials.empty()) {
    const double x = high;
    const double y = partials.back();
    partials.pop_back();
    high = x + y;
    low = y - (high - x);
    if (low != 0) break;
  }
  if (!partials.empty() && ((low < 0 && partials.back() < 0) || (low > 0 && partials.back() > 0))) {
    const double y = low * 2;
    const double x = high + y;
    if (y == x - high) high = x;
  }
  return high;
}

// In 128 bits too. Amounts of no currency join any.
Outcome SumOfAmounts(const ValueList& list) {
  __int128 total = 0;
  Currency currency;
  for (const Value& v : list) {
    const Money amount = v.money();
    if (!currency.none() && !amount.currency.none() && amount.currency != currency) {
      return Outcome::Error(Concat("amounts in ", currency.ToString(), " and ",
                                   amount.currency.ToString(), " do not mix; use in_currency"));
    }
    if (currency.none()) currency = amount.currency;
    total += amount.units;
  }
  if (total > INT64_MAX || total < INT64_MIN) return Outcome::Error("amount out of range");
  return Value::Amount({static_cast<int64_t>(total), currency});
}

Outcome Sum(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0)) return NoOverload("sum", a);
  const ValueList& list = a[0].list();
  context.Charge(list.size());
  if (list.empty()) return Value::Int(0);
  const Kind kind = list[0].kind();
  const bool summable = kind == Kind::kInt || kind == Kind::kUint || kind == Kind::kDouble ||
                        kind == Kind::kMoney || kind == Kind::kDuration;
  if (!summable) return NoOverload("sum", a);
  if (!std::all_of(list.begin(), list.end(), [&](const Value& v) { return v.is(kind); })) {
    return Outcome::Error("sum of values of different types, or of no value");
  }
  if (kind == Kind::kDouble) return Value::Double(ExactSum(list));
  // 128 bits, so that the order of positive and negative summands cannot overflow on the way.
  if (kind == Kind::kInt || kind == Kind::kDuration) {
    __int128 total = 0;
    for (const Value& v : list) total += kind == Kind::kInt ? v.int_value() : v.duration().micros;
    if (total > INT64_MAX || total < INT64_MIN) return Outcome::Error("integer overflow");
    const auto sum = static_cast<int64_t>(total);
    return kind == Kind::kInt ? Value::Int(sum) : Value::Length({sum});
  }
  if (kind == Kind::kMoney) return SumOfAmounts(list);
  Outcome total = list[0];
  for (size_t i = 1; i < list.size() && total.ok(); ++i) {
    total = Arithmetic(context, PlanOp::kAdd, total.value, list[i]);
  }
  return total;
}

Outcome Extreme(FunctionContext& context, std::string_view name, Arguments a, bool greatest) {
  if (!IsList(a, 0)) return NoOverload(name, a);
  const ValueList& list = a[0].list();
  context.Charge(list.size());
  if (list.empty()) return Outcome::Error(Concat(name, " of an empty list"));
  const Value* best = list.data();
  for (const Value& v : list) {
    const Outcome better = Ordered(greatest ? PlanOp::kGreater : PlanOp::kLess, v, *best);
    if (!better.ok()) return better;
    if (better.Is(true)) best = &v;
  }
  return *best;
}

Outcome Min(FunctionContext& c, Arguments a) { return Extreme(c, "min", a, false); }
Outcome Max(FunctionContext& c, Arguments a) { return Extreme(c, "max", a, true); }

Outcome Average(FunctionContext& context, Arguments a) {
  Outcome sum = Sum(context, a);
  if (!sum.ok()) return sum;
  const ValueList& list = a[0].list();
  if (list.empty()) return Outcome::Error("average of an empty list");
  const auto n = static_cast<double>(list.size());
  switch (sum.value.kind()) {
    case Kind::kInt:
      return Value::Double(static_cast<double>(sum.value.int_value()) / n);
    case Kind::kUint:
      return Value::Double(static_cast<double>(sum.value.uint_value()) / n);
    case Kind::kDouble:
      return Value::Double(sum.value.double_value() / n);
    default:
      return Arithmetic(context, PlanOp::kDivide, sum.value,
                        Value::Int(static_cast<int64_t>(list.size())));
  }
}

Outcome Slice(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0) || !a[1].is(Kind::kInt) || !a[2].is(Kind::kInt)) return NoOverload("slice", a);
  const ValueList& list = a[0].list();
  const int64_t from = a[1].int_value();
  const int64_t to = a[2].int_value();
  if (from < 0 || to < from || to > static_cast<int64_t>(list.size())) {
    return Outcome::Error("slice out of range");
  }
  context.Charge(static_cast<size_t>(to - from));
  return Value::List(ValueList(list.begin() + from, list.begin() + to));
}

bool FlattenInto(FunctionContext& context, const ValueList& from, int64_t depth, ValueList& out) {
  for (const Value& v : from) {
    if (v.is(Kind::kList) && depth > 0) {
      if (!FlattenInto(context, v.list(), depth - 1, out)) return false;
    } else {
      if (!context.Charge(1)) return false;
      out.push_back(v);
    }
  }
  return true;
}

Outcome Flatten(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0) || (a.size() > 1 && !a[1].is(Kind::kInt))) return NoOverload("flatten", a);
  const int64_t depth = a.size() > 1 ? a[1].int_value() : 1;
  if (depth < 0) return Outcome::Error("flatten takes no negative depth");
  ValueList out;
  FlattenInto(context, a[0].list(), depth, out);
  return Value::List(std::move(out));
}

Outcome Distinct(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0)) return NoOverload("distinct", a);
  ValueList out;
  for (const Value& v : a[0].list()) {
    if (!context.Charge(1)) break;
    if (std::none_of(out.begin(), out.end(),
                     [&](const Value& w) { return Equal(context, v, w); })) {
      out.push_back(v);
    }
  }
  return Value::List(std::move(out));
}

Outcome Sort(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0)) return NoOverload("sort", a);
  ValueList list = a[0].list();
  context.Charge(list.size() * 4);
  for (size_t i = 1; i < list.size(); ++i) {
    const Outcome fits = Ordered(PlanOp::kLess, list[0], list[i]);
    if (!fits.ok()) return fits;
    // Ordering needs one type; NaN has no place in it.
    if (list[i].kind() != list[0].kind()) return NoOverload("sort", a);
  }
  const auto less = [](const Value& x, const Value& y) {
    return CompareValues(x, y) == std::partial_ordering::less;
  };
  for (const Value& v : list) {
    if (v.is(Kind::kDouble) && std::isnan(v.double_value())) return Outcome::Error("sort of NaN");
  }
  std::stable_sort(list.begin(), list.end(), less);
  return Value::List(std::move(list));
}

Outcome IsSorted(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0)) return NoOverload("isSorted", a);
  context.Charge(a[0].list().size());
  for (size_t i = 1; i < a[0].list().size(); ++i) {
    const Outcome after = Ordered(PlanOp::kLessEqual, a[0].list()[i - 1], a[0].list()[i]);
    if (!after.ok() || after.Is(false)) return after;
  }
  return Value::Bool(true);
}

Outcome Range(FunctionContext& context, Arguments a) {
  if (!a[0].is(Kind::kInt)) return NoOverload("lists.range", a);
  const int64_t n = a[0].int_value();
  if (n > 1'000'000) return Outcome::Error("lists.range: more than 1000000");
  ValueList list;
  for (int64_t i = 0; i < n && context.Charge(1); ++i) list.push_back(Value::Int(i));
  return Value::List(std::move(list));
}

Outcome First(FunctionContext&, Arguments a) {
  if (!IsList(a, 0)) return NoOverload("first", a);
  return a[0].list().empty() ? Value::NoneOptional() : Value::Optional(a[0].list().front());
}

Outcome Last(FunctionContext&, Arguments a) {
  if (!IsList(a, 0)) return NoOverload("last", a);
  return a[0].list().empty() ? Value::NoneOptional() : Value::Optional(a[0].list().back());
}

bool Has(FunctionContext& context, const ValueList& list, const Value& v) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Value& w) { return Equal(context, v, w); });
}

bool HasAll(FunctionContext& context, const ValueList& list, const ValueList& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Value& v) { return Has(context, list, v); });
}

Outcome SetContains(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0) || !IsList(a, 1)) return NoOverload("sets.contains", a);
  return Value::Bool(HasAll(context, a[0].list(), a[1].list()));
}

Outcome SetEquivalent(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0) || !IsList(a, 1)) return NoOverload("sets.equivalent", a);
  return Value::Bool(HasAll(context, a[0].list(), a[1].list()) &&
                     HasAll(context, a[1].list(), a[0].list()));
}

Outcome SetIntersects(FunctionContext& context, Arguments a) {
  if (!IsList(a, 0) || !IsList(a, 1)) return NoOverload("sets.intersects", a);
  const ValueList& list = a[0].list();
  return Value::Bool(std::any_of(list.begin(), list.end(),
                                 [&](const Value& v) { return Has(context, a[1].list(), v); }));
}

Outcome CountOf(FunctionContext&, Arguments a) {
  return IsList(a, 0) ? Count(a[0].list().size()) : NoOverload("count", a);
}

}  // namespace

std::vector<FunctionRow> ListRows() {
  return {
      {"sum",
       Sum,
       {"list(int).sum() -> int", "list(uint).sum() -> uint", "list(double).sum() -> double",
        "list(money).sum() -> money", "list(duration).sum() -> duration"},
       "the sum; 0 of an empty list; doubles are summed exactly, amounts in one currency"},
      {"min", Min, {"list(A).min() -> A"}, "the least; an error of an empty list"},
      {"max", Max, {"list(A).max() -> A"}, "the greatest; an error of an empty list"},
      {"average",
       Average,
       {"list(int).average() -> double", "list(uint).average() -> double",
        "list(double).average() -> double", "list(money).average() -> money"},
       "the mean; an error of an empty list"},
      {"count", CountOf, {"list(A).count() -> int"}, "the number of elements, as size()"},
      {"slice", Slice, {"list(A).slice(int, int) -> list(A)"}, "from a position up to another"},
      {"flatten",
       Flatten,
       {"list(list(A)).flatten() -> list(A)", "list(A).flatten() -> list(A)",
        "list(dyn).flatten(int) -> list(dyn)"},
       "the elements of the lists in it, one level or so many"},
      {"distinct", Distinct, {"list(A).distinct() -> list(A)"}, "each value once, in order"},
      {"sort", Sort, {"list(A).sort() -> list(A)"}, "ascending"},
      {"isSorted", IsSorted, {"list(A).isSorted() -> bool"}, "whether it ascends"},
      {"lists.range", Range, {"lists.range(int) -> list(int)"}, "0 up to one less"},
      {"first", First, {"list(A).first() -> optional_type(A)"}, "the first element, if any"},
      {"last", Last, {"list(A).last() -> optional_type(A)"}, "the last element, if any"},
      {"sets.contains",
       SetContains,
       {"sets.contains(list(A), list(A)) -> bool"},
       "whether the first has every value of the second"},
      {"sets.equivalent",
       SetEquivalent,
       {"sets.equivalent(list(A), list(A)) -> bool"},
       "whether both have the same values"},
      {"sets.intersects",
       SetIntersects,
       {"sets.intersects(list(A), list(A)) -> bool"},
       "whether they share a value"},
  };
}

}  // namespace relata::internal
