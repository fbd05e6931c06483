// SPDX-License-Identifier: Apache-2.0

#include "relata/model/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/strings.h"

namespace relata {
namespace {

using Kind = Value::Kind;

std::string TwoDigits(int64_t n) {
  return {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
}

std::string FormatDouble(double v) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), v);
  return {buffer, result.ptr};
}

// "3d 4h 5m 6.5s", largest unit first, zero units left out.
std::string FormatDuration(Duration d) {
  if (d.micros == 0) return "0s";
  std::string out = d.micros < 0 ? "-" : "";
  uint64_t rest =
      d.micros < 0 ? ~static_cast<uint64_t>(d.micros) + 1 : static_cast<uint64_t>(d.micros);
  const auto take = [&](uint64_t unit, const char* name) {
    if (rest >= unit) out += internal::Concat(rest / unit, name, " ");
    rest %= unit;
  };
  take(86'400'000'000, "d");
  take(3'600'000'000, "h");
  take(60'000'000, "m");
  if (rest % 1'000'000 == 0) {
    take(1'000'000, "s");
  } else {
    out += internal::Concat(FormatDouble(static_cast<double>(rest) / 1e6), "s ");
  }
  out.pop_back();
  return out;
}

// `count` digits at `at`; -1 when there are not.
int64_t Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int64_t n = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

// "Z", "+01:00" or "-05:30" as micros east of UTC; nothing for any other text.
std::optional<int64_t> Offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int64_t hours = Digits(text, 1, 2);
  const int64_t minutes = Digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60) * 1'000'000;
}

std::string FormatList(const ValueList& list) {
  std::string out;
  for (const Value& v : list) {
    if (!out.empty()) out += ", ";
    out += ToDisplay(v);
  }
  return out;
}

std::string FormatMap(const ValueMap& map) {
  std::string out = "{";
  for (const auto& [key, v] : map) {
    if (out.size() > 1) out += ", ";
    out += internal::Concat(ToDisplay(key), ": ", ToDisplay(v));
  }
  return out + "}";
}

}  // namespace

bool Value::Same(const Value& other) const {
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return bool_value() == other.bool_value();
    case Kind::kInt:
      return int_value() == other.int_value();
    case Kind::kDouble:
      return double_value() == other.double_value() ||
             (std::isnan(double_value()) && std::isnan(other.double_value()));
    case Kind::kText:
      return text() == other.text();
    case Kind::kTimestamp:
      return timestamp() == other.timestamp();
    case Kind::kDuration:
      return duration() == other.duration();
    case Kind::kDate:
      return date() == other.date();
    case Kind::kMoney:
      return money().units == other.money().units && money().currency == other.money().currency;
    case Kind::kRecord:
      return record() == other.record();
    case Kind::kList:
      return std::equal(list().begin(), list().end(), other.list().begin(), other.list().end(),
                        [](const Value& a, const Value& b) { return a.Same(b); });
    case Kind::kUint:
      return uint_value() == other.uint_value();
    case Kind::kBytes:
      return bytes() == other.bytes();
    case Kind::kPeriod:
      return period() == other.period();
    case Kind::kMap:
      return std::equal(map().begin(), map().end(), other.map().begin(), other.map().end(),
                        [](const auto& a, const auto& b) {
                          return a.first.Same(b.first) && a.second.Same(b.second);
                        });
    case Kind::kType:
      return type_name() == other.type_name();
    case Kind::kOptional: {
      const Value* a = optional();
      const Value* b = other.optional();
      return a == nullptr || b == nullptr ? a == b : a->Same(*b);
    }
  }
  return false;
}

std::string_view KindName(Kind kind) {
  constexpr std::string_view kNames[] = {
      "null",   "bool", "int",  "double", "text",   "timestamp", "duration", "date",    "money",
      "record", "list", "uint", "bytes",  "period", "map",       "type",     "optional"};
  return kNames[static_cast<size_t>(kind)];
}

std::string FormatDate(Date date) {
  const CivilDay c = ToCivil(date);
  std::string year = std::to_string(c.year);
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return internal::Concat(year, "-", TwoDigits(c.month), "-", TwoDigits(c.day));
}

std::optional<Date> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const CivilDay day{static_cast<int32_t>(Digits(text, 0, 4)),
                     static_cast<int32_t>(Digits(text, 5, 2)),
                     static_cast<int32_t>(Digits(text, 8, 2))};
  if (!IsValid(day)) return std::nullopt;
  return ToDate(day);
}

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  const std::optional<Date> date = ParseDate(text.substr(0, 10));
  if (!date) return std::nullopt;
  if (text.size() == 10) return UtcMidnight(*date);
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) {
    return std::nullopt;
  }
  const int64_t hour = Digits(text, 11, 2);
  const int64_t minute = Digits(text, 14, 2);
  const int64_t second = Digits(text, 17, 2);
  if (text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59) {
    return std::nullopt;
  }
  size_t at = 19;
  int64_t micros = 0;
  if (text[at] == '.') {
    const size_t from = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == from || at - from > 6) return std::nullopt;
    micros = Digits(text, from, at - from);
    for (size_t i = at - from; i < 6; ++i) micros *= 10;
  }
  const std::optional<int64_t> offset = Offset(text.substr(at));
  if (!offset) return std::nullopt;
  const Timestamp t{UtcMidnight(*date).micros + (hour * 3600 + minute * 60 + second) * 1'000'000 +
                    micros - *offset};
  if (t < Timestamp::kMin || t > Timestamp::kMax) return std::nullopt;
  return t;
}

std::string FormatTimestamp(Timestamp t) {
  const Date day = UtcDate(t);
  int64_t micros = t.micros - UtcMidnight(day).micros;
  const int64_t fraction = micros % 1'000'000;
  const int64_t seconds = micros / 1'000'000;
  std::string out = internal::Concat(FormatDate(day), "T", TwoDigits(seconds / 3600), ":",
                                     TwoDigits(seconds / 60 % 60), ":", TwoDigits(seconds % 60));
  if (fraction != 0) {
    std::string digits = std::to_string(fraction);
    digits.insert(0, 6 - digits.size(), '0');
    while (digits.back() == '0') digits.pop_back();
    out += "." + digits;
  }
  return out + "Z";
}

std::string ToDisplay(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "";
    case Kind::kBool:
      return value.bool_value() ? "true" : "false";
    case Kind::kInt:
      return std::to_string(value.int_value());
    case Kind::kDouble:
      return FormatDouble(value.double_value());
    case Kind::kText:
      return value.text();
    case Kind::kTimestamp:
      return FormatTimestamp(value.timestamp());
    case Kind::kDuration:
      return FormatDuration(value.duration());
    case Kind::kDate:
      return FormatDate(value.date());
    case Kind::kMoney:
      return FormatMoney(value.money());
    case Kind::kRecord:
      return internal::Concat("record ", value.record().type, "/", value.record().row);
    case Kind::kList:
      return FormatList(value.list());
    case Kind::kUint:
      return std::to_string(value.uint_value());
    case Kind::kBytes:
      return internal::Concat("bytes of length ", value.bytes().size());
    case Kind::kPeriod:
      return internal::Concat(value.period().months, " months ", value.period().days, " days");
    case Kind::kMap:
      return FormatMap(value.map());
    case Kind::kType:
      return value.type_name();
    case Kind::kOptional:
      return value.optional() == nullptr ? "" : ToDisplay(*value.optional());
  }
  return "";
}

}  // namespace relata
