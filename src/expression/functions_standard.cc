// SPDX-License-Identifier: Apache-2.0
//
// Operators' overloads, conversions, size, type and optionals: what every CEL has.

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/text_forms.h"
#include "expression/values.h"
#include "relata/base/text.h"
#include "relata/expression/evaluate.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

size_t CountCharacters(std::string_view s) {
  size_t n = 0;
  for (char c : s) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return n;
}

Outcome Size(FunctionContext& context, Arguments a) {
  const auto count = [](size_t n) { return Value::Int(static_cast<int64_t>(n)); };
  switch (a[0].kind()) {
    case Kind::kText:
      context.Charge(a[0].text().size() / 64);
      return count(CountCharacters(a[0].text()));
    case Kind::kBytes:
      return count(a[0].bytes().size());
    case Kind::kList:
      return count(a[0].list().size());
    case Kind::kMap:
      return count(a[0].map().size());
    default:
      return NoOverload("size", a);
  }
}

Outcome ToBool(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kBool)) return a[0];
  if (!a[0].is(Kind::kText)) return NoOverload("bool", a);
  const std::string& s = a[0].text();
  for (const char* yes : {"1", "t", "true", "TRUE", "True", "T"}) {
    if (s == yes) return Value::Bool(true);
  }
  for (const char* no : {"0", "f", "false", "FALSE", "False", "F"}) {
    if (s == no) return Value::Bool(false);
  }
  return Outcome::Error(Concat("'", s, "' is no bool"));
}

template <class T>
bool ParseWhole(const std::string& s, T* out) {
  const char* begin = s.data();
  const char* end = begin + s.size();
  if (begin != end && *begin == '+') ++begin;
  const auto parsed = std::from_chars(begin, end, *out);
  return parsed.ec == std::errc() && parsed.ptr == end && begin != end;
}

Outcome ToInt(FunctionContext&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kInt:
      return a[0];
    case Kind::kUint:
      if (a[0].uint_value() > INT64_MAX) return Outcome::Error("integer overflow");
      return Value::Int(static_cast<int64_t>(a[0].uint_value()));
    case Kind::kDouble: {
      // Both ends are out: no double beside them says which integer was meant.
      const double d = a[0].double_value();
      if (!(d > -9223372036854775808.0 && d < 9223372036854775808.0)) {
        return Outcome::Error("integer overflow");
      }
      return Value::Int(static_cast<int64_t>(d));
    }
    case Kind::kText: {
      int64_t v = 0;
      if (!ParseWhole(a[0].text(), &v)) {
        return Outcome::Error(Concat("'", a[0].text(), "' is no int"));
      }
      return Value::Int(v);
    }
    case Kind::kTimestamp: {
      const int64_t micros = a[0].timestamp().micros;
      return Value::Int(micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0));
    }
    default:
      return NoOverload("int", a);
  }
}

Outcome ToUint(FunctionContext&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kUint:
      return a[0];
    case Kind::kInt:
      if (a[0].int_value() < 0) return Outcome::Error("unsigned integer overflow");
      return Value::Uint(static_cast<uint64_t>(a[0].int_value()));
    case Kind::kDouble: {
      const double d = a[0].double_value();
      if (!(d >= 0 && d < 18446744073709551616.0)) {
        return Outcome::Error("unsigned integer overflow");
      }
      return Value::Uint(static_cast<uint64_t>(d));
    }
    case Kind::kText: {
      uint64_t v = 0;
      if (!ParseWhole(a[0].text(), &v)) {
        return Outcome::Error(Concat("'", a[0].text(), "' is no uint"));
      }
      return Value::Uint(v);
    }
    default:
      return NoOverload("uint", a);
  }
}

Outcome ToDouble(FunctionContext&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kDouble:
      return a[0];
    case Kind::kInt:
      return Value::Double(static_cast<double>(a[0].int_value()));
    case Kind::kUint:
      return Value::Double(static_cast<double>(a[0].uint_value()));
    case Kind::kText: {
      const std::string& s = a[0].text();
      char* end = nullptr;
      const double d = std::strtod(s.c_str(), &end);
      const bool plain = s.find_first_of("xXpP \t\n") == std::string::npos;
      if (s.empty() || !plain || end != s.c_str() + s.size()) {
        return Outcome::Error(Concat("'", s, "' is no double"));
      }
      return Value::Double(d);
    }
    default:
      return NoOverload("double", a);
  }
}

Outcome ToText(FunctionContext&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::kText:
      return a[0];
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kTimestamp:
    case Kind::kDate:
    case Kind::kMoney:
      return Value::Text(ToDisplay(a[0]));
    case Kind::kDouble:
      return Value::Text(FormatDouble(a[0].double_value()));
    case Kind::kDuration:
      return Value::Text(FormatSeconds(a[0].duration()));
    case Kind::kBytes:
      if (!IsValidUtf8(a[0].bytes())) return Outcome::Error("invalid UTF-8");
      return Value::Text(a[0].bytes());
    default:
      return NoOverload("string", a);
  }
}

Outcome ToBytes(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kBytes)) return a[0];
  if (a[0].is(Kind::kText)) return Value::Bytes(a[0].text());
  return NoOverload("bytes", a);
}

Outcome ToTimestamp(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kTimestamp)) return a[0];
  if (a[0].is(Kind::kInt)) {
    int64_t micros = 0;
    const bool overflow = __builtin_mul_overflow(a[0].int_value(), 1'000'000, &micros);
    return CheckedTime(micros, overflow);
  }
  if (!a[0].is(Kind::kText)) return NoOverload("timestamp", a);
  std::string why;
  const std::optional<Timestamp> t = ParseTimestamp(a[0].text(), &why);
  if (!t.has_value()) return Outcome::Error(why);
  return Value::Time(*t);
}

Outcome ToDuration(FunctionContext&, Arguments a) {
  if (a[0].is(Kind::kDuration)) return a[0];
  if (!a[0].is(Kind::kText)) return NoOverload("duration", a);
  std::string why;
  const std::optional<Duration> d = ParseDuration(a[0].text(), &why);
  if (!d.has_value()) return Outcome::Error(why);
  return Value::Length(*d);
}

Outcome TypeOf(FunctionContext&, Arguments a) { return Value::TypeNamed(TypeNameOf(a[0])); }
Outcome Identity(FunctionContext&, Arguments a) { return a[0]; }

// --- Optionals -----------------------------------------------------------------------------------

bool IsZero(const Value& v) {
  switch (v.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return !v.bool_value();
    case Kind::kInt:
      return v.int_value() == 0;
    case Kind::kUint:
      return v.uint_value() == 0;
    case Kind::kDouble:
      return v.double_value() == 0;
    case Kind::kText:
      return v.text().empty();
    case Kind::kBytes:
      return v.bytes().empty();
    case Kind::kList:
      return v.list().empty();
    case Kind::kMap:
      return v.map().empty();
    case Kind::kDuration:
      return v.duration().micros == 0;
    case Kind::kTimestamp:
      return v.timestamp().micros == 0;
    case Kind::kMoney:
      return v.money().units == 0;
    default:
      return false;
  }
}

Outcome OptionalOf(FunctionContext&, Arguments a) { return Value::Optional(a[0]); }
Outcome OptionalNone(FunctionContext&, Arguments) { return Value::NoneOptional(); }
Outcome OptionalOfNonZero(FunctionContext&, Arguments a) {
  return IsZero(a[0]) ? Value::NoneOptional() : Value::Optional(a[0]);
}
Outcome HasValue(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kOptional)) return NoOverload("hasValue", a);
  return Value::Bool(a[0].optional() != nullptr);
}
Outcome ValueOf(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kOptional)) return NoOverload("value", a);
  if (a[0].optional() == nullptr) return Outcome::Error("optional.none() dereference");
  return *a[0].optional();
}
Outcome Unwrap(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kList)) return NoOverload("optional.unwrap", a);
  ValueList list;
  for (const Value& v : a[0].list()) {
    if (!v.is(Kind::kOptional)) return NoOverload("optional.unwrap", a);
    if (v.optional() != nullptr) list.push_back(*v.optional());
  }
  return Value::List(std::move(list));
}

}  // namespace

std::vector<FunctionRow> OperatorRows() {
  std::vector<FunctionRow> rows;
  const auto ordering = [](std::string_view name) {
    static const std::vector<std::string_view> kTypes = {"bool",   "int",   "uint",      "double",
                                                         "string", "bytes", "timestamp", "duration",
                                                         "date",   "money"};
    // Signatures are borrowed for the life of the program.
    static std::vector<std::unique_ptr<std::string>> kept;
    std::vector<std::string_view> signatures;
    const auto keep = [&](std::string s) {
      kept.push_back(std::make_unique<std::string>(std::move(s)));
      signatures.push_back(*kept.back());
    };
    for (std::string_view t : kTypes) keep(Concat(name, "(", t, ", ", t, ") -> bool"));
    for (std::string_view a : {"int", "uint", "double"}) {
      for (std::string_view b : {"int", "uint", "double"}) {
        if (a != b) keep(Concat(name, "(", a, ", ", b, ") -> bool"));
      }
    }
    return signatures;
  };
  for (std::string_view name : {"<", "<=", ">", ">="}) {
    rows.push_back({name, nullptr, ordering(name), "order of two values of one type"});
  }
  rows.push_back({"!_", nullptr, {"!_(bool) -> bool"}, "not"});
  rows.push_back({"-_",
                  nullptr,
                  {"-_(int) -> int", "-_(double) -> double", "-_(money) -> money",
                   "-_(duration) -> duration", "-_(period) -> period"},
                  "the negative"});
  rows.push_back(
      {"+",
       nullptr,
       {"+(int, int) -> int", "+(uint, uint) -> uint", "+(double, double) -> double",
        "+(string, string) -> string", "+(bytes, bytes) -> bytes", "+(list(A), list(A)) -> list(A)",
        "+(duration, duration) -> duration", "+(timestamp, duration) -> timestamp",
        "+(duration, timestamp) -> timestamp", "+(timestamp, period) -> timestamp",
        "+(period, timestamp) -> timestamp", "+(date, period) -> date", "+(period, date) -> date",
        "+(date, duration) -> date", "+(duration, date) -> date", "+(money, money) -> money",
        "+(period, period) -> period"},
       "sum, or one after the other; an instant plus a period is the start of that day"});
  rows.push_back(
      {"-",
       nullptr,
       {"-(int, int) -> int", "-(uint, uint) -> uint", "-(double, double) -> double",
        "-(duration, duration) -> duration", "-(timestamp, duration) -> timestamp",
        "-(timestamp, timestamp) -> duration", "-(timestamp, period) -> timestamp",
        "-(date, period) -> date", "-(date, duration) -> date", "-(date, date) -> duration",
        "-(money, money) -> money", "-(period, period) -> period"},
       "difference; an instant minus a period is the start of that day"});
  rows.push_back({"*",
                  nullptr,
                  {"*(int, int) -> int", "*(uint, uint) -> uint", "*(double, double) -> double",
                   "*(money, int) -> money", "*(int, money) -> money", "*(money, double) -> money",
                   "*(double, money) -> money"},
                  "product; an amount is rounded to 1/10,000"});
  rows.push_back(
      {"/",
       nullptr,
       {"/(int, int) -> int", "/(uint, uint) -> uint", "/(double, double) -> double",
        "/(money, int) -> money", "/(money, double) -> money", "/(money, money) -> double"},
       "quotient, of integers towards zero"});
  rows.push_back({"%", nullptr, {"%(int, int) -> int", "%(uint, uint) -> uint"}, "remainder"});
  return rows;
}

std::vector<FunctionRow> StandardRows() {
  return {
      {"size",
       Size,
       {"size(string) -> int", "size(bytes) -> int", "size(list(A)) -> int",
        "size(map(A, B)) -> int", "string.size() -> int", "bytes.size() -> int",
        "list(A).size() -> int", "map(A, B).size() -> int"},
       "characters of a text, bytes, elements or entries"},
      {"bool", ToBool, {"bool(bool) -> bool", "bool(string) -> bool"}, "'true', 'false', '1', '0'"},
      {"int",
       ToInt,
       {"int(int) -> int", "int(uint) -> int", "int(double) -> int", "int(string) -> int",
        "int(timestamp) -> int"},
       "towards zero; of an instant the seconds since 1970"},
      {"uint",
       ToUint,
       {"uint(uint) -> uint", "uint(int) -> uint", "uint(double) -> uint", "uint(string) -> uint"},
       "towards zero"},
      {"double",
       ToDouble,
       {"double(double) -> double", "double(int) -> double", "double(uint) -> double",
        "double(string) -> double"},
       "the nearest double"},
      {"string",
       ToText,
       {"string(string) -> string", "string(bool) -> string", "string(int) -> string",
        "string(uint) -> string", "string(double) -> string", "string(bytes) -> string",
        "string(timestamp) -> string", "string(duration) -> string", "string(date) -> string",
        "string(money) -> string"},
       "as text"},
      {"bytes", ToBytes, {"bytes(bytes) -> bytes", "bytes(string) -> bytes"}, "UTF-8"},
      {"timestamp",
       ToTimestamp,
       {"timestamp(string) -> timestamp", "timestamp(int) -> timestamp",
        "timestamp(timestamp) -> timestamp"},
       "an instant from RFC 3339 text, or seconds since 1970; microseconds at the finest"},
      {"duration",
       ToDuration,
       {"duration(string) -> duration", "duration(duration) -> duration"},
       "a length of time from '1h30m', '-1.5s', '20ms'"},
      {"type", TypeOf, {"type(A) -> type(A)"}, "the type as a value"},
      {"dyn", Identity, {"dyn(A) -> dyn"}, "the value, its type left to evaluation"},
      {"optional.of", OptionalOf, {"optional.of(A) -> optional_type(A)"}, "an optional with value"},
      {"optional.none", OptionalNone, {"optional.none() -> optional_type(A)"}, "an empty optional"},
      {"optional.ofNonZeroValue",
       OptionalOfNonZero,
       {"optional.ofNonZeroValue(A) -> optional_type(A)"},
       "empty for null, zero, false and what is empty"},
      {"hasValue", HasValue, {"optional_type(A).hasValue() -> bool"}, "whether there is a value"},
      {"value", ValueOf, {"optional_type(A).value() -> A"}, "the value; an error when empty"},
      {"or",
       nullptr,
       {"optional_type(A).or(optional_type(A)) -> optional_type(A)"},
       "this, or the other when this is empty"},
      {"orValue",
       nullptr,
       {"optional_type(A).orValue(A) -> A"},
       "the value, or the given one when this is empty"},
      {"optional.unwrap",
       Unwrap,
       {"optional.unwrap(list(optional_type(A))) -> list(A)"},
       "the values of those that have one"},
      {"unwrapOpt",
       Unwrap,
       {"list(optional_type(A)).unwrapOpt() -> list(A)"},
       "the values of those that have one"},
  };
}

}  // namespace relata::internal
