// SPDX-License-Identifier: Apache-2.0
//
// CEL's math library.

#include <cmath>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

bool IsNumber(const Value& v) {
  return v.is(Kind::kInt) || v.is(Kind::kUint) || v.is(Kind::kDouble);
}

Outcome Extreme(std::string_view name, Arguments a, bool greatest) {
  Arguments values = a;
  if (a.size() == 1 && a[0].is(Kind::kList)) values = Arguments(a[0].list());
  if (values.empty()) return Outcome::Error(Concat(name, " of nothing"));
  const Value* best = nullptr;
  for (const Value& v : values) {
    if (!IsNumber(v)) return NoOverload(name, a);
    const std::optional<std::partial_ordering> order =
        best == nullptr ? std::partial_ordering::equivalent : CompareValues(v, *best);
    if (best == nullptr || (greatest ? *order > 0 : *order < 0)) best = &v;
  }
  return *best;
}

Outcome Greatest(FunctionContext&, Arguments a) { return Extreme("math.greatest", a, true); }
Outcome Least(FunctionContext&, Arguments a) { return Extreme("math.least", a, false); }

template <double (*kFunction)(double)>
Outcome OfDouble(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kDouble)) return NoOverload("math function", a);
  return Value::Double(kFunction(a[0].double_value()));
}

double Ceil(double v) { return std::ceil(v); }
double Floor(double v) { return std::floor(v); }
double Round(double v) { return std::round(v); }
double Trunc(double v) { return std::trunc(v); }

Outcome Sqrt(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kInt)) return Value::Double(std::sqrt(static_cast<double>(a[0].int_value())));
  if (a[0].is(Kind::kUint)) return Value::Double(std::sqrt(static_cast<double>(a[0].uint_value())));
  if (a[0].is(Kind::kDouble)) return Value::Double(std::sqrt(a[0].double_value()));
  return NoOverload("math.sqrt", a);
}

Outcome Abs(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kDouble)) return Value::Double(std::abs(a[0].double_value()));
  if (a[0].is(Kind::kUint)) return a[0];
  if (a[0].is(Kind::kInt)) return a[0].int_value() < 0 ? Negate(a[0]) : Outcome(a[0]);
  if (a[0].is(Kind::kMoney)) return a[0].money().units < 0 ? Negate(a[0]) : Outcome(a[0]);
  return NoOverload("math.abs", a);
}

Outcome Sign(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kInt)) {
    return Value::Int(a[0].int_value() > 0 ? 1 : a[0].int_value() < 0 ? -1 : 0);
  }
  if (a[0].is(Kind::kUint)) return Value::Uint(a[0].uint_value() > 0 ? 1 : 0);
  if (a[0].is(Kind::kDouble)) {
    const double d = a[0].double_value();
    return Value::Double(std::isnan(d) ? d : d > 0 ? 1.0 : d < 0 ? -1.0 : 0.0);
  }
  return NoOverload("math.sign", a);
}

Outcome IsNan(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kDouble)) return NoOverload("math.isNaN", a);
  return Value::Bool(std::isnan(a[0].double_value()));
}
Outcome IsInf(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kDouble)) return NoOverload("math.isInf", a);
  return Value::Bool(std::isinf(a[0].double_value()));
}
Outcome IsFinite(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kDouble)) return NoOverload("math.isFinite", a);
  return Value::Bool(std::isfinite(a[0].double_value()));
}

template <class Operation>
Outcome Bits(std::string_view name, Arguments a, Operation operation) {
  if (a[0].is(Kind::kInt) && a[1].is(Kind::kInt)) {
    return Value::Int(static_cast<int64_t>(operation(static_cast<uint64_t>(a[0].int_value()),
                                                     static_cast<uint64_t>(a[1].int_value()))));
  }
  if (a[0].is(Kind::kUint) && a[1].is(Kind::kUint)) {
    return Value::Uint(operation(a[0].uint_value(), a[1].uint_value()));
  }
  return NoOverload(name, a);
}

Outcome BitAnd(FunctionContext&, Arguments a) {
  return Bits("math.bitAnd", a, [](uint64_t x, uint64_t y) { return x & y; });
}
Outcome BitOr(FunctionContext&, Arguments a) {
  return Bits("math.bitOr", a, [](uint64_t x, uint64_t y) { return x | y; });
}
Outcome BitXor(FunctionContext&, Arguments a) {
  return Bits("math.bitXor", a, [](uint64_t x, uint64_t y) { return x ^ y; });
}
Outcome BitNot(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kInt)) return Value::Int(~a[0].int_value());
  if (a[0].is(Kind::kUint)) return Value::Uint(~a[0].uint_value());
  return NoOverload("math.bitNot", a);
}

// Shifts fill with zeros on either side, past the width they leave nothing.
Outcome Shift(std::string_view name, Arguments a, bool left) {
  if (!a[1].is(Kind::kInt) || (!a[0].is(Kind::kInt) && !a[0].is(Kind::kUint))) {
    return NoOverload(name, a);
  }
  const int64_t by = a[1].int_value();
  if (by < 0) return Outcome::Error(Concat(name, " by a negative number of bits"));
  const bool is_int = a[0].is(Kind::kInt);
  const uint64_t v = is_int ? static_cast<uint64_t>(a[0].int_value()) : a[0].uint_value();
  const uint64_t r = by > 63 ? 0 : left ? v << by : v >> by;
  return is_int ? Value::Int(static_cast<int64_t>(r)) : Value::Uint(r);
}
Outcome ShiftLeft(FunctionContext&, Arguments a) { return Shift("math.bitShiftLeft", a, true); }
Outcome ShiftRight(FunctionContext&, Arguments a) { return Shift("math.bitShiftRight", a, false); }

}  // namespace

std::vector<FunctionRow> MathRows() {
  return {
      {"math.greatest",
       Greatest,
       {"math.greatest(list(int)) -> int", "math.greatest(list(uint)) -> uint",
        "math.greatest(list(double)) -> double", "math.greatest(list(dyn)) -> dyn",
        "math.greatest(int...) -> int", "math.greatest(uint...) -> uint",
        "math.greatest(double...) -> double", "math.greatest(dyn...) -> dyn"},
       "the greatest of the numbers"},
      {"math.least",
       Least,
       {"math.least(list(int)) -> int", "math.least(list(uint)) -> uint",
        "math.least(list(double)) -> double", "math.least(list(dyn)) -> dyn",
        "math.least(int...) -> int", "math.least(uint...) -> uint",
        "math.least(double...) -> double", "math.least(dyn...) -> dyn"},
       "the least of the numbers"},
      {"math.ceil", OfDouble<Ceil>, {"math.ceil(double) -> double"}, "upwards"},
      {"math.floor", OfDouble<Floor>, {"math.floor(double) -> double"}, "downwards"},
      {"math.round",
       OfDouble<Round>,
       {"math.round(double) -> double"},
       "to the nearest, ties away"},
      {"math.trunc", OfDouble<Trunc>, {"math.trunc(double) -> double"}, "towards zero"},
      {"math.sqrt",
       Sqrt,
       {"math.sqrt(double) -> double", "math.sqrt(int) -> double", "math.sqrt(uint) -> double"},
       "square root"},
      {"math.abs",
       Abs,
       {"math.abs(int) -> int", "math.abs(uint) -> uint", "math.abs(double) -> double",
        "math.abs(money) -> money"},
       "without its sign"},
      {"math.sign",
       Sign,
       {"math.sign(int) -> int", "math.sign(uint) -> uint", "math.sign(double) -> double"},
       "-1, 0 or 1"},
      {"math.isNaN", IsNan, {"math.isNaN(double) -> bool"}, "not a number"},
      {"math.isInf", IsInf, {"math.isInf(double) -> bool"}, "infinite"},
      {"math.isFinite", IsFinite, {"math.isFinite(double) -> bool"}, "a finite number"},
      {"math.bitAnd",
       BitAnd,
       {"math.bitAnd(int, int) -> int", "math.bitAnd(uint, uint) -> uint"},
       "bits in both"},
      {"math.bitOr",
       BitOr,
       {"math.bitOr(int, int) -> int", "math.bitOr(uint, uint) -> uint"},
       "bits in either"},
      {"math.bitXor",
       BitXor,
       {"math.bitXor(int, int) -> int", "math.bitXor(uint, uint) -> uint"},
       "bits in one only"},
      {"math.bitNot",
       BitNot,
       {"math.bitNot(int) -> int", "math.bitNot(uint) -> uint"},
       "every bit the other way"},
      {"math.bitShiftLeft",
       ShiftLeft,
       {"math.bitShiftLeft(int, int) -> int", "math.bitShiftLeft(uint, int) -> uint"},
       "bits moved up"},
      {"math.bitShiftRight",
       ShiftRight,
       {"math.bitShiftRight(int, int) -> int", "math.bitShiftRight(uint, int) -> uint"},
       "bits moved down, zeros moved in"},
  };
}

}  // namespace relata::internal
