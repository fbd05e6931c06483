// SPDX-License-Identifier: Apache-2.0

#include "expression/text_forms.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/strings.h"

namespace relata::internal {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes exactly `count` digits from the front.
bool TakeDigits(std::string_view& text, size_t count, int32_t* out) {
  if (text.size() < count) return false;
  int32_t v = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsDigit(text[i])) return false;
    v = v * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  *out = v;
  return true;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeDate(std::string_view& text, CivilDay* day) {
  return TakeDigits(text, 4, &day->year) && Take(text, '-') && TakeDigits(text, 2, &day->month) &&
         Take(text, '-') && TakeDigits(text, 2, &day->day) && IsValid(*day);
}

// The digits after a point as microseconds; false when there is none or one is finer.
bool TakeFraction(std::string_view& text, int64_t* micros, std::string* why) {
  int64_t unit = 100'000;
  size_t digits = 0;
  for (; !text.empty() && IsDigit(text.front()); text.remove_prefix(1), ++digits) {
    *micros += (text.front() - '0') * unit;
    if (unit == 0 && text.front() != '0') {
      *why = "times are kept in microseconds; a finer fraction is refused";
      return false;
    }
    unit /= 10;
  }
  return digits > 0;
}

}  // namespace

std::optional<Date> ParseDate(std::string_view text) {
  CivilDay day;
  if (!TakeDate(text, &day) || !text.empty()) return std::nullopt;
  return ToDate(day);
}

std::optional<int32_t> ParseOffset(std::string_view text) {
  if (text == "UTC" || text == "Z" || text == "z") return 0;
  int32_t sign = 1;
  if (Take(text, '-')) {
    sign = -1;
  } else {
    Take(text, '+');
  }
  int32_t hours = 0;
  int32_t minutes = 0;
  if (!TakeDigits(text, 2, &hours)) return std::nullopt;
  Take(text, ':');
  if (!TakeDigits(text, 2, &minutes) || !text.empty() || hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  return sign * (hours * 3600 + minutes * 60);
}

std::optional<Timestamp> ParseTimestamp(std::string_view text, std::string* why) {
  *why = Concat("'", text, "' is no instant such as 2026-01-31T08:00:00Z");
  CivilDay day;
  int32_t h = 0;
  int32_t m = 0;
  int32_t s = 0;
  int64_t micros = 0;
  if (!TakeDate(text, &day) || text.empty() || (text.front() != 'T' && text.front() != 't')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  if (!TakeDigits(text, 2, &h) || !Take(text, ':') || !TakeDigits(text, 2, &m) ||
      !Take(text, ':') || !TakeDigits(text, 2, &s) || h > 23 || m > 59 || s > 59) {
    return std::nullopt;
  }
  if (Take(text, '.') && !TakeFraction(text, &micros, why)) return std::nullopt;
  const bool signed_offset = !text.empty() && (text.front() == '+' || text.front() == '-');
  if (text != "Z" && text != "z" && !(signed_offset && text.size() == 6)) return std::nullopt;
  const std::optional<int32_t> offset = ParseOffset(text);
  if (!offset.has_value()) return std::nullopt;
  const int64_t seconds = int64_t{h} * 3600 + m * 60 + s - *offset;
  const Timestamp t = UtcMidnight(ToDate(day)) + Seconds(seconds) + Microseconds(micros);
  if (t < Timestamp::kMin || t > Timestamp::kMax) {
    *why = "timestamp out of range";
    return std::nullopt;
  }
  return t;
}

std::optional<Duration> ParseDuration(std::string_view text, std::string* why) {
  *why = Concat("'", text, "' is no length of time such as 1h30m or 20s");
  const bool negative = Take(text, '-');
  if (!negative) Take(text, '+');
  if (text == "0") return Duration{0};
  if (text.empty()) return std::nullopt;
  constexpr std::array<std::pair<std::string_view, int64_t>, 6> kUnits = {{{"h", 3'600'000'000'000},
                                                                           {"ms", 1'000'000},
                                                                           {"m", 60'000'000'000},
                                                                           {"us", 1'000},
                                                                           {"ns", 1},
                                                                           {"s", 1'000'000'000}}};
  // Nanoseconds in 128 bits: exact whatever the unit and the fraction.
  __int128 nanos = 0;
  while (!text.empty()) {
    __int128 number = 0;
    __int128 scale = 1;
    size_t digits = 0;
    bool point = false;
    for (; !text.empty() && (IsDigit(text.front()) || (text.front() == '.' && !point));
         text.remove_prefix(1)) {
      if (text.front() == '.') {
        point = true;
        continue;
      }
      if (++digits > 20) return std::nullopt;
      number = number * 10 + (text.front() - '0');
      if (point) scale *= 10;
    }
    if (digits == 0) return std::nullopt;
    int64_t unit = 0;
    for (const auto& [name, size] : kUnits) {
      if (text.substr(0, name.size()) != name) continue;
      unit = size;
      text.remove_prefix(name.size());
      break;
    }
    if (unit == 0) return std::nullopt;
    if (number * unit % scale != 0) {
      *why = "lengths are kept in microseconds; a finer fraction is refused";
      return std::nullopt;
    }
    nanos += number * unit / scale;
  }
  if (nanos % 1000 != 0) {
    *why = "lengths are kept in microseconds; a finer fraction is refused";
    return std::nullopt;
  }
  // CEL's range: 10,000 years either way.
  constexpr int64_t kMost = int64_t{315'576'000'000} * 1'000'000;
  if (nanos / 1000 > kMost) {
    *why = "duration out of range";
    return std::nullopt;
  }
  const auto micros = static_cast<int64_t>(nanos / 1000);
  return Duration{negative ? -micros : micros};
}

std::string FormatSeconds(Duration d) {
  const bool negative = d.micros < 0;
  const uint64_t micros =
      negative ? ~static_cast<uint64_t>(d.micros) + 1 : static_cast<uint64_t>(d.micros);
  std::string out = Concat(negative ? "-" : "", micros / 1'000'000);
  if (const uint64_t rest = micros % 1'000'000; rest != 0) {
    std::string digits = std::to_string(rest);
    digits.insert(0, 6 - digits.size(), '0');
    while (digits.back() == '0') digits.pop_back();
    out += "." + digits;
  }
  return out + "s";
}

std::string FormatDouble(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), v);
  return {buffer, result.ptr};
}

}  // namespace relata::internal
