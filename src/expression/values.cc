// SPDX-License-Identifier: Apache-2.0

#include "expression/values.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/strings.h"
#include "relata/expression/evaluate.h"

namespace relata {
namespace internal {
namespace {

using Kind = Value::Kind;

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;

// As CEL compares: inside the integer's range by the nearest double, so that the literal
// 9223372036854775807.0 is what it looks like; outside it by the bounds.
std::partial_ordering CompareIntDouble(int64_t i, double d) {
  if (d > kTwo63) return std::partial_ordering::less;
  if (d < -kTwo63) return std::partial_ordering::greater;
  return static_cast<double>(i) <=> d;
}

std::partial_ordering CompareUintDouble(uint64_t u, double d) {
  if (d > kTwo64) return std::partial_ordering::less;
  if (d < 0) return std::partial_ordering::greater;
  return static_cast<double>(u) <=> d;
}

std::partial_ordering CompareIntUint(int64_t i, uint64_t u) {
  if (i < 0) return std::partial_ordering::less;
  return static_cast<uint64_t>(i) <=> u;
}

std::partial_ordering Reverse(std::partial_ordering o) { return 0 <=> o; }

std::optional<std::partial_ordering> CompareNumbers(const Value& a, const Value& b) {
  if (a.is(Kind::kInt)) {
    if (b.is(Kind::kInt)) return a.int_value() <=> b.int_value();
    if (b.is(Kind::kUint)) return CompareIntUint(a.int_value(), b.uint_value());
    if (b.is(Kind::kDouble)) return CompareIntDouble(a.int_value(), b.double_value());
  } else if (a.is(Kind::kUint)) {
    if (b.is(Kind::kUint)) return a.uint_value() <=> b.uint_value();
    if (b.is(Kind::kInt)) return Reverse(CompareIntUint(b.int_value(), a.uint_value()));
    if (b.is(Kind::kDouble)) return CompareUintDouble(a.uint_value(), b.double_value());
  } else if (a.is(Kind::kDouble)) {
    if (b.is(Kind::kDouble)) return a.double_value() <=> b.double_value();
    if (b.is(Kind::kInt)) return Reverse(CompareIntDouble(b.int_value(), a.double_value()));
    if (b.is(Kind::kUint)) return Reverse(CompareUintDouble(b.uint_value(), a.double_value()));
  }
  return std::nullopt;
}

// std::string compares bytes as unsigned, which for UTF-8 is the order of code points.
std::partial_ordering CompareBytes(const std::string& a, const std::string& b) {
  return a.compare(b) <=> 0;
}

Outcome Overflow() { return Outcome::Error("integer overflow"); }

bool NoFirstCurrencyClash(const Money& a, const Money& b) {
  return a.currency == b.currency || a.currency.none() || b.currency.none();
}

Outcome IntArithmetic(PlanOp op, int64_t a, int64_t b) {
  int64_t r = 0;
  switch (op) {
    case PlanOp::kAdd:
      return __builtin_add_overflow(a, b, &r) ? Overflow() : Outcome(Value::Int(r));
    case PlanOp::kSubtract:
      return __builtin_sub_overflow(a, b, &r) ? Overflow() : Outcome(Value::Int(r));
    case PlanOp::kMultiply:
      return __builtin_mul_overflow(a, b, &r) ? Overflow() : Outcome(Value::Int(r));
    default:
      break;
  }
  if (b == 0) return Outcome::Error(op == PlanOp::kDivide ? "division by zero" : "modulus by zero");
  if (a == std::numeric_limits<int64_t>::min() && b == -1) return Overflow();
  return Value::Int(op == PlanOp::kDivide ? a / b : a % b);
}

Outcome UintArithmetic(PlanOp op, uint64_t a, uint64_t b) {
  uint64_t r = 0;
  switch (op) {
    case PlanOp::kAdd:
      return __builtin_add_overflow(a, b, &r) ? Overflow() : Outcome(Value::Uint(r));
    case PlanOp::kSubtract:
      return __builtin_sub_overflow(a, b, &r) ? Overflow() : Outcome(Value::Uint(r));
    case PlanOp::kMultiply:
      return __builtin_mul_overflow(a, b, &r) ? Overflow() : Outcome(Value::Uint(r));
    default:
      break;
  }
  if (b == 0) return Outcome::Error(op == PlanOp::kDivide ? "division by zero" : "modulus by zero");
  return Value::Uint(op == PlanOp::kDivide ? a / b : a % b);
}

std::optional<Outcome> DoubleArithmetic(PlanOp op, double a, double b) {
  switch (op) {
    case PlanOp::kAdd:
      return Value::Double(a + b);
    case PlanOp::kSubtract:
      return Value::Double(a - b);
    case PlanOp::kMultiply:
      return Value::Double(a * b);
    case PlanOp::kDivide:
      return Value::Double(a / b);
    default:
      return std::nullopt;
  }
}

std::optional<Outcome> MoneyArithmetic(PlanOp op, const Money& a, const Value& b) {
  if (b.is(Kind::kMoney)) {
    const Money other = b.money();
    if (!NoFirstCurrencyClash(a, other)) {
      return Outcome::Error(Concat("amounts in ", a.currency.ToString(), " and ",
                                   other.currency.ToString(), " do not mix; use in_currency"));
    }
    if (op == PlanOp::kDivide) {
      if (other.units == 0) return Outcome::Error("division by zero");
      return Value::Double(static_cast<double>(a.units) / static_cast<double>(other.units));
    }
    if (op != PlanOp::kAdd && op != PlanOp::kSubtract) return std::nullopt;
    Money r{0, a.currency.none() ? other.currency : a.currency};
    const bool overflow = op == PlanOp::kAdd
                              ? __builtin_add_overflow(a.units, other.units, &r.units)
                              : __builtin_sub_overflow(a.units, other.units, &r.units);
    return overflow ? Outcome::Error("amount out of range") : Outcome(Value::Amount(r));
  }
  if (op != PlanOp::kMultiply && op != PlanOp::kDivide) return std::nullopt;
  if (b.is(Kind::kInt) && op == PlanOp::kMultiply) {
    Money r{0, a.currency};
    if (__builtin_mul_overflow(a.units, b.int_value(), &r.units)) {
      return Outcome::Error("amount out of range");
    }
    return Value::Amount(r);
  }
  if (!b.is(Kind::kInt) && !b.is(Kind::kDouble)) return std::nullopt;
  const double factor = b.is(Kind::kInt) ? static_cast<double>(b.int_value()) : b.double_value();
  if (op == PlanOp::kDivide && factor == 0) return Outcome::Error("division by zero");
  const double units = std::round(op == PlanOp::kMultiply ? static_cast<double>(a.units) * factor
                                                          : static_cast<double>(a.units) / factor);
  if (!(std::abs(units) < kTwo63)) return Outcome::Error("amount out of range");
  return Value::Amount({static_cast<int64_t>(units), a.currency});
}

Outcome LengthSum(PlanOp op, int64_t a, int64_t b) {
  int64_t r = 0;
  const bool overflow =
      op == PlanOp::kAdd ? __builtin_add_overflow(a, b, &r) : __builtin_sub_overflow(a, b, &r);
  return overflow ? Outcome::Error("duration out of range") : Outcome(Value::Length({r}));
}

Period Negative(Period p) { return {-p.months, -p.days}; }

std::optional<Outcome> PeriodSum(PlanOp op, Period a, Period b) {
  if (op == PlanOp::kSubtract) b = Negative(b);
  Period r;
  if (__builtin_add_overflow(a.months, b.months, &r.months) ||
      __builtin_add_overflow(a.days, b.days, &r.days)) {
    return Outcome::Error("period out of range");
  }
  return Value::Calendar(r);
}

std::optional<Outcome> TimeArithmetic(FunctionContext& context, PlanOp op, const Value& a,
                                      const Value& b) {
  const bool add = op == PlanOp::kAdd;
  if (b.is(Kind::kDuration)) {
    int64_t r = 0;
    const int64_t t = a.timestamp().micros;
    const int64_t d = b.duration().micros;
    const bool overflow = add ? __builtin_add_overflow(t, d, &r) : __builtin_sub_overflow(t, d, &r);
    return CheckedTime(r, overflow);
  }
  if (b.is(Kind::kPeriod)) {
    return ShiftByPeriod(context, a.timestamp(), add ? b.period() : Negative(b.period()));
  }
  if (b.is(Kind::kTimestamp) && !add) {
    return Value::Length({a.timestamp().micros - b.timestamp().micros});
  }
  return std::nullopt;
}

std::optional<Outcome> DateArithmetic(PlanOp op, const Value& a, const Value& b) {
  const bool add = op == PlanOp::kAdd;
  if (b.is(Kind::kPeriod)) return ShiftDate(a.date(), add ? b.period() : Negative(b.period()));
  if (b.is(Kind::kDuration)) {
    const int64_t micros = b.duration().micros;
    constexpr int64_t kDay = 86'400'000'000;
    if (micros % kDay != 0) return Outcome::Error("a date moves by whole days");
    const int64_t days = micros / kDay;
    if (std::abs(days) > 4'000'000) return Outcome::Error("date out of range");
    return ShiftDate(a.date(), {0, static_cast<int32_t>(add ? days : -days)});
  }
  if (b.is(Kind::kDate) && !add) {
    return Value::Length(Days(int64_t{a.date().days} - b.date().days));
  }
  return std::nullopt;
}

std::optional<Outcome> Concatenate(FunctionContext& context, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return std::nullopt;
  if (a.is(Kind::kText)) {
    context.Charge((a.text().size() + b.text().size()) / 16);
    return Value::Text(a.text() + b.text());
  }
  if (a.is(Kind::kBytes)) {
    context.Charge((a.bytes().size() + b.bytes().size()) / 16);
    return Value::Bytes(a.bytes() + b.bytes());
  }
  if (a.is(Kind::kList)) {
    context.Charge(2 * (a.list().size() + b.list().size()));
    ValueList list = a.list();
    list.insert(list.end(), b.list().begin(), b.list().end());
    return Value::List(std::move(list));
  }
  return std::nullopt;
}

// The operation on these kinds, nothing when there is none.
std::optional<Outcome> Apply(FunctionContext& context, PlanOp op, const Value& a, const Value& b) {
  const bool additive = op == PlanOp::kAdd || op == PlanOp::kSubtract;
  switch (a.kind()) {
    case Kind::kInt:
      if (b.is(Kind::kInt)) return IntArithmetic(op, a.int_value(), b.int_value());
      if (b.is(Kind::kMoney) && op == PlanOp::kMultiply) return MoneyArithmetic(op, b.money(), a);
      return std::nullopt;
    case Kind::kUint:
      if (b.is(Kind::kUint)) return UintArithmetic(op, a.uint_value(), b.uint_value());
      return std::nullopt;
    case Kind::kDouble:
      if (b.is(Kind::kDouble)) return DoubleArithmetic(op, a.double_value(), b.double_value());
      if (b.is(Kind::kMoney) && op == PlanOp::kMultiply) return MoneyArithmetic(op, b.money(), a);
      return std::nullopt;
    case Kind::kMoney:
      return MoneyArithmetic(op, a.money(), b);
    case Kind::kTimestamp:
      return additive ? TimeArithmetic(context, op, a, b) : std::nullopt;
    case Kind::kDate:
      return additive ? DateArithmetic(op, a, b) : std::nullopt;
    case Kind::kDuration:
      if (!additive) return std::nullopt;
      if (b.is(Kind::kDuration)) return LengthSum(op, a.duration().micros, b.duration().micros);
      if (op == PlanOp::kAdd && b.is(Kind::kTimestamp)) return TimeArithmetic(context, op, b, a);
      if (op == PlanOp::kAdd && b.is(Kind::kDate)) return DateArithmetic(op, b, a);
      return std::nullopt;
    case Kind::kPeriod:
      if (!additive) return std::nullopt;
      if (b.is(Kind::kPeriod)) return PeriodSum(op, a.period(), b.period());
      if (op == PlanOp::kAdd && b.is(Kind::kTimestamp)) return TimeArithmetic(context, op, b, a);
      if (op == PlanOp::kAdd && b.is(Kind::kDate)) return DateArithmetic(op, b, a);
      return std::nullopt;
    default:
      return op == PlanOp::kAdd ? Concatenate(context, a, b) : std::nullopt;
  }
}

std::string_view Symbol(PlanOp op) {
  switch (op) {
    case PlanOp::kAdd:
      return "+";
    case PlanOp::kSubtract:
      return "-";
    case PlanOp::kMultiply:
      return "*";
    case PlanOp::kDivide:
      return "/";
    case PlanOp::kModulo:
      return "%";
    case PlanOp::kLess:
      return "<";
    case PlanOp::kLessEqual:
      return "<=";
    case PlanOp::kGreater:
      return ">";
    case PlanOp::kGreaterEqual:
      return ">=";
    default:
      return "?";
  }
}

bool ListsEqual(const ValueList& a, const ValueList& b, int64_t& budget) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!EqualWithin(a[i], b[i], budget)) return false;
  }
  return true;
}

bool MapsEqual(const ValueMap& a, const ValueMap& b, int64_t& budget) {
  if (a.size() != b.size()) return false;
  budget -= static_cast<int64_t>(a.size() * b.size() / 8);
  for (const auto& [key, value] : a) {
    const Value* other = FindKey(b, key);
    if (other == nullptr || !EqualWithin(value, *other, budget)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::partial_ordering> CompareValues(const Value& a, const Value& b) {
  if (std::optional<std::partial_ordering> numbers = CompareNumbers(a, b)) return numbers;
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Kind::kBool:
      return a.bool_value() <=> b.bool_value();
    case Kind::kText:
      return CompareBytes(a.text(), b.text());
    case Kind::kBytes:
      return CompareBytes(a.bytes(), b.bytes());
    case Kind::kTimestamp:
      return a.timestamp() <=> b.timestamp();
    case Kind::kDuration:
      return a.duration() <=> b.duration();
    case Kind::kDate:
      return a.date() <=> b.date();
    case Kind::kMoney: {
      const Money x = a.money();
      const Money y = b.money();
      if (x.currency != y.currency && x.units != 0 && y.units != 0) return std::nullopt;
      return x.units <=> y.units;
    }
    default:
      return std::nullopt;
  }
}

Outcome Ordered(PlanOp op, const Value& a, const Value& b) {
  const std::optional<std::partial_ordering> order = CompareValues(a, b);
  if (!order.has_value()) {
    if (a.is(Kind::kMoney) && b.is(Kind::kMoney)) {
      return Outcome::Error(Concat("amounts in ", a.money().currency.ToString(), " and ",
                                   b.money().currency.ToString(),
                                   " do not compare; use in_currency"));
    }
    const Value arguments[] = {a, b};
    return NoOverload(Symbol(op), arguments);
  }
  switch (op) {
    case PlanOp::kLess:
      return Value::Bool(*order < 0);
    case PlanOp::kLessEqual:
      return Value::Bool(*order <= 0);
    case PlanOp::kGreater:
      return Value::Bool(*order > 0);
    default:
      return Value::Bool(*order >= 0);
  }
}

Outcome Arithmetic(FunctionContext& context, PlanOp op, const Value& a, const Value& b) {
  std::optional<Outcome> result = Apply(context, op, a, b);
  if (result.has_value()) return *std::move(result);
  const Value arguments[] = {a, b};
  return NoOverload(Symbol(op), arguments);
}

Outcome Negate(const Value& a) {
  switch (a.kind()) {
    case Kind::kInt:
      if (a.int_value() == std::numeric_limits<int64_t>::min()) return Overflow();
      return Value::Int(-a.int_value());
    case Kind::kDouble:
      return Value::Double(-a.double_value());
    case Kind::kMoney:
      if (a.money().units == std::numeric_limits<int64_t>::min()) {
        return Outcome::Error("amount out of range");
      }
      return Value::Amount({-a.money().units, a.money().currency});
    case Kind::kDuration:
      return LengthSum(PlanOp::kSubtract, 0, a.duration().micros);
    case Kind::kPeriod:
      return Value::Calendar(Negative(a.period()));
    default: {
      const Value arguments[] = {a};
      return NoOverload("-", arguments);
    }
  }
}

bool EqualWithin(const Value& a, const Value& b, int64_t& budget) {
  if (--budget < 0) return false;
  if (const auto numbers = CompareNumbers(a, b); numbers.has_value()) return *numbers == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kMoney:
      return a.money() == b.money();
    case Kind::kList:
      return ListsEqual(a.list(), b.list(), budget);
    case Kind::kMap:
      return MapsEqual(a.map(), b.map(), budget);
    case Kind::kOptional:
      if (a.optional() == nullptr || b.optional() == nullptr) return a.optional() == b.optional();
      return EqualWithin(*a.optional(), *b.optional(), budget);
    default:
      return a.Same(b);
  }
}

bool Equal(FunctionContext& context, const Value& a, const Value& b) {
  // One more than is left, so that the charge shows when it was not enough.
  const int64_t left = std::min(context.cost_limit - *context.cost, INT64_MAX - 1) + 1;
  int64_t budget = left;
  const bool equal = EqualWithin(a, b, budget);
  *context.cost += left - budget;
  return equal;
}

void Weigh(FunctionContext& context, const Value& v) {
  if (!context.Charge(1)) return;
  switch (v.kind()) {
    case Kind::kText:
      context.Charge(v.text().size() / 16);
      break;
    case Kind::kBytes:
      context.Charge(v.bytes().size() / 16);
      break;
    case Kind::kList:
      for (const Value& e : v.list()) {
        if (*context.cost > context.cost_limit) return;
        Weigh(context, e);
      }
      break;
    case Kind::kMap:
      for (const auto& [key, value] : v.map()) {
        if (*context.cost > context.cost_limit) return;
        Weigh(context, value);
      }
      break;
    case Kind::kOptional:
      if (v.optional() != nullptr) Weigh(context, *v.optional());
      break;
    default:
      break;
  }
}

// Keys are plain values.
const Value* FindKey(const ValueMap& map, const Value& key) {
  for (const auto& [k, v] : map) {
    if (k.is(Kind::kText) && key.is(Kind::kText) ? k.text() == key.text() : CelEqual(k, key)) {
      return &v;
    }
  }
  return nullptr;
}

Outcome IsIn(FunctionContext& context, const Value& element, const Value& range) {
  if (range.is(Kind::kList)) {
    for (const Value& v : range.list()) {
      if (Equal(context, v, element)) return Value::Bool(true);
    }
    return Value::Bool(false);
  }
  if (range.is(Kind::kMap)) return Value::Bool(FindKey(range.map(), element) != nullptr);
  const Value arguments[] = {element, range};
  return NoOverload("in", arguments);
}

std::optional<int64_t> AsIndex(const Value& index) {
  if (index.is(Kind::kInt)) return index.int_value();
  if (index.is(Kind::kUint) && index.uint_value() <= INT64_MAX) {
    return static_cast<int64_t>(index.uint_value());
  }
  if (index.is(Kind::kDouble) && std::abs(index.double_value()) < kTwo63 &&
      std::trunc(index.double_value()) == index.double_value()) {
    return static_cast<int64_t>(index.double_value());
  }
  return std::nullopt;
}

Outcome CheckedTime(int64_t micros, bool overflow) {
  if (overflow || micros < Timestamp::kMin.micros || micros > Timestamp::kMax.micros) {
    return Outcome::Error("timestamp out of range");
  }
  return Value::Time({micros});
}

Outcome ShiftDate(Date date, Period period) {
  // Bounded before the arithmetic of civil days, which has 32 bits.
  if (std::abs(period.months) > 120'000 || std::abs(period.days) > 4'000'000) {
    return Outcome::Error("date out of range");
  }
  const Date moved = AddDays(AddMonths(date, period.months), period.days);
  const int32_t year = ToCivil(moved).year;
  if (year < 1 || year > 9999) return Outcome::Error("date out of range");
  return Value::Day(moved);
}

Outcome ShiftByPeriod(const FunctionContext& context, Timestamp t, Period period) {
  Outcome day = ShiftDate(context.zone->LocalDate(t), period);
  if (!day.ok()) return Outcome::Error("timestamp out of range");
  return CheckedTime(context.zone->DayStart(day.value.date()).micros, false);
}

}  // namespace internal

bool CelEqual(const Value& a, const Value& b) {
  int64_t budget = 1'000'000'000;
  return internal::EqualWithin(a, b, budget);
}

}  // namespace relata
