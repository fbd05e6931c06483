// SPDX-License-Identifier: Apache-2.0
//
// Instants, lengths of time and civil dates, as the whole library uses them.
//
// A Timestamp is an instant: microseconds since 1970-01-01T00:00:00Z, no zone. A Date is a day of
// the proleptic Gregorian calendar, no zone either. Nothing here reads a clock: `now` is always an
// argument. Where an instant has to become a day, or a day an instant, a zone is named
// (base/zone.h).
//
// All types are small values, ordered, hashable by their one member, and safe to share.

#ifndef RELATA_BASE_TIME_H_
#define RELATA_BASE_TIME_H_

#include <compare>
#include <cstdint>
#include <limits>

namespace relata {

// A length of time in microseconds. A day is 24 hours here; calendar lengths are Periods.
struct Duration {
  int64_t micros = 0;

  friend constexpr auto operator<=>(Duration, Duration) = default;
};

constexpr Duration Microseconds(int64_t n) { return {n}; }
constexpr Duration Seconds(int64_t n) { return {n * 1'000'000}; }
constexpr Duration Minutes(int64_t n) { return Seconds(n * 60); }
constexpr Duration Hours(int64_t n) { return Seconds(n * 3600); }
constexpr Duration Days(int64_t n) { return Hours(n * 24); }
constexpr Duration Weeks(int64_t n) { return Days(n * 7); }

// A length of the calendar: months and days whose length in hours depends on where they are
// applied.
struct Period {
  int32_t months = 0;
  int32_t days = 0;

  friend constexpr bool operator==(Period, Period) = default;
};

// An instant in UTC. Valid instants lie in the years 0001 to 9999 (`kMin` to `kMax`).
struct Timestamp {
  int64_t micros = 0;

  static const Timestamp kMin;  // 0001-01-01T00:00:00Z
  static const Timestamp kMax;  // 9999-12-31T23:59:59.999999Z

  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};

inline constexpr Timestamp Timestamp::kMin{-62'135'596'800'000'000};
inline constexpr Timestamp Timestamp::kMax{253'402'300'799'999'999};

// Arithmetic on instants inside kMin..kMax and on lengths below 10,000 years; callers that take
// lengths from outside check with the Checked forms of the expression room.
constexpr Timestamp operator+(Timestamp t, Duration d) { return {t.micros + d.micros}; }
constexpr Timestamp operator-(Timestamp t, Duration d) { return {t.micros - d.micros}; }
constexpr Duration operator-(Timestamp a, Timestamp b) { return {a.micros - b.micros}; }
constexpr Duration operator+(Duration a, Duration b) { return {a.micros + b.micros}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.micros - b.micros}; }

// A civil day, counted from 1970-01-01 (day 0).
struct Date {
  int32_t days = 0;

  friend constexpr auto operator<=>(Date, Date) = default;
};

// The parts of a civil day. `month` is 1-12, `day` 1-31.
struct CivilDay {
  int32_t year = 1970;
  int32_t month = 1;
  int32_t day = 1;

  friend constexpr auto operator<=>(const CivilDay&, const CivilDay&) = default;
};

constexpr bool IsLeapYear(int32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// Days in `month` (1-12) of `year`.
constexpr int32_t DaysInMonth(int32_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

constexpr bool IsValid(const CivilDay& c) {
  return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
         c.day <= DaysInMonth(c.year, c.month);
}

// The day number of a valid civil day. Source: the days-from-civil arithmetic on 400-year eras
// with March as first month, known from H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
constexpr Date ToDate(const CivilDay& c) {
  const int32_t y = c.month <= 2 ? c.year - 1 : c.year;
  const int32_t era = (y >= 0 ? y : y - 399) / 400;
  const int32_t year_of_era = y - era * 400;
  const int32_t day_of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
  const int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {era * 146'097 + day_of_era - 719'468};
}

constexpr Date MakeDate(int32_t year, int32_t month, int32_t day) {
  return ToDate(CivilDay{year, month, day});
}

// The inverse of ToDate.
constexpr CivilDay ToCivil(Date date) {
  const int32_t z = date.days + 719'468;
  const int32_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const int32_t day_of_era = z - era * 146'097;
  const int32_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int32_t shifted = (5 * day_of_year + 2) / 153;
  const int32_t month = shifted + (shifted < 10 ? 3 : -9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

// 0 = Sunday ... 6 = Saturday.
constexpr int Weekday(Date date) { return static_cast<int>(((date.days % 7) + 11) % 7); }

// `n` months later (earlier when negative), clamped to the last day of the month:
// 31 Aug 2026 + 6 months = 28 Feb 2027.
constexpr Date AddMonths(Date date, int32_t n) {
  CivilDay c = ToCivil(date);
  const int32_t index = c.year * 12 + (c.month - 1) + n;
  c.year = index >= 0 ? index / 12 : (index - 11) / 12;
  c.month = index - c.year * 12 + 1;
  const int32_t last = DaysInMonth(c.year, c.month);
  if (c.day > last) c.day = last;
  return ToDate(c);
}

constexpr Date AddDays(Date date, int32_t n) { return {date.days + n}; }

// The UTC day on which `t` falls, and midnight UTC of `date`. Calendars of people use base/zone.h.
constexpr Date UtcDate(Timestamp t) {
  constexpr int64_t kDay = 86'400'000'000;
  return {static_cast<int32_t>(t.micros >= 0 ? t.micros / kDay : (t.micros - kDay + 1) / kDay)};
}
constexpr Timestamp UtcMidnight(Date date) { return {int64_t{date.days} * 86'400'000'000}; }

}  // namespace relata

#endif  // RELATA_BASE_TIME_H_
