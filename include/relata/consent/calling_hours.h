// SPDX-License-Identifier: Apache-2.0
//
// Hours of the day in which contact is allowed, in the local time of the person called.
//
// OpenHours is a weekly pattern: days of the week, up to two windows a day, and sets of public
// holidays that are closed. Windows are [from, until): at 13:00:00 a window that ends at 13:00 is
// closed. Pure; allocates nothing.

#ifndef RELATA_CONSENT_CALLING_HOURS_H_
#define RELATA_CONSENT_CALLING_HOURS_H_

#include <array>
#include <cstdint>
#include <optional>

#include "relata/base/zone.h"
#include "relata/consent/holidays.h"
#include "relata/consent/policy.h"

namespace relata {

// [from, until) in seconds of the day. Unused while they are equal.
struct TimeWindow {
  int32_t from = 0;
  int32_t until = 0;

  friend constexpr bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

struct OpenHours {
  uint8_t weekdays = 0x7f;  // bit 0 = Sunday ... bit 6 = Saturday
  uint8_t exempt = 0;       // days on which the pattern says nothing: open all day
  HolidaySet holidays = 0;
  std::array<TimeWindow, 2> windows{};  // in order, not overlapping

  friend constexpr bool operator==(const OpenHours&, const OpenHours&) = default;
};

constexpr bool IsOpenDay(const OpenHours& hours, Date date) {
  return ((hours.weekdays >> Weekday(date)) & 1) != 0 && !IsHoliday(hours.holidays, date);
}

constexpr bool IsOpen(const OpenHours& hours, LocalTime local) {
  if ((hours.exempt >> Weekday(local.date) & 1) != 0) return true;
  if (!IsOpenDay(hours, local.date)) return false;
  for (const TimeWindow& w : hours.windows) {
    if (local.second >= w.from && local.second < w.until) return true;
  }
  return false;
}

// The first instant after `t` at which a window opens in the zone; nothing when none opens within a
// year (a pattern that is never open).
inline std::optional<Timestamp> NextOpening(const OpenHours& hours, const Zone& zone, Timestamp t) {
  const Date today = zone.LocalDate(t);
  for (int32_t n = 0; n <= 366; ++n) {
    const Date date = AddDays(today, n);
    if (n > 0 && (hours.exempt >> Weekday(date) & 1) != 0) return zone.DayStart(date);
    if (!IsOpenDay(hours, date)) continue;
    for (const TimeWindow& w : hours.windows) {
      if (w.from == w.until) continue;
      const Timestamp opening = zone.Instant({date, w.from}, t);
      if (opening > t) return opening;
    }
  }
  return std::nullopt;
}

// Is it quiet at this wall-clock time? [from, to), over midnight when `to` lies before `from`.
constexpr bool IsQuiet(const QuietHours& quiet, int32_t second) {
  if (quiet.from < quiet.to) return second >= quiet.from && second < quiet.to;
  return quiet.on() && (second >= quiet.from || second < quiet.to);
}

// The first instant after `t` at which the wall clock shows the end of the quiet hours.
inline Timestamp QuietUntil(const QuietHours& quiet, const Zone& zone, Timestamp t) {
  const Date today = zone.LocalDate(t);
  const Timestamp end = zone.Instant({today, quiet.to}, t);
  return end > t ? end : zone.Instant({AddDays(today, 1), quiet.to}, t);
}

}  // namespace relata

#endif  // RELATA_CONSENT_CALLING_HOURS_H_
