// SPDX-License-Identifier: Apache-2.0
//
// Where an instant becomes a civil day and hour, and back.
//
// A Zone is an IANA time zone ("Europe/Paris") taken from the time-zone database of the machine.
// Its rules are applied at the instant asked, so the days on which clocks change come out right:
// an hour that is skipped maps to the instant of the change, an hour that happens twice maps to
// its first occurrence. Law speaks of the consumer's local time and of local calendar days; this
// header is the only place where those meet instants.
//
// Zone is a small value, copied freely, immutable and safe to share between threads. Loading one
// reads the time-zone files once; everything else is pure.

#ifndef RELATA_BASE_ZONE_H_
#define RELATA_BASE_ZONE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "relata/base/time.h"

namespace relata {

// A civil day and the second of that day (0 to 86,399), as a wall clock shows them.
struct LocalTime {
  Date date;
  int32_t second = 0;

  friend constexpr auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

// Seconds after midnight of a wall-clock time.
constexpr int32_t SecondOfDay(int32_t hour, int32_t minute, int32_t second = 0) {
  return hour * 3600 + minute * 60 + second;
}

// An IANA time zone. A default Zone is UTC.
class Zone {
 public:
  Zone() : zone_(absl::UTCTimeZone()) {}

  // The zone called `name`, or nothing when the database has no such zone. An empty name, a path
  // and "localtime" are refused: a zone never depends on the machine's own setting.
  static std::optional<Zone> Load(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.front() == '.' || name == "localtime") {
      return std::nullopt;
    }
    Zone zone;
    if (!absl::LoadTimeZone(std::string(name), &zone.zone_)) return std::nullopt;
    return zone;
  }

  std::string name() const { return std::string(zone_.name()); }

  // What a wall clock in the zone shows at `t`.
  LocalTime Local(Timestamp t) const {
    const absl::CivilSecond c = zone_.At(absl::FromUnixMicros(t.micros)).cs;
    return {MakeDate(static_cast<int32_t>(c.year()), c.month(), c.day()),
            SecondOfDay(c.hour(), c.minute(), c.second())};
  }
  Date LocalDate(Timestamp t) const { return Local(t).date; }

  // The instant at which the wall clock shows `local`. A time skipped by a change of clocks gives
  // the instant of the change; a time shown twice gives the first.
  Timestamp Instant(LocalTime local) const { return Instant(local, Timestamp::kMin); }

  // The same, but of a time shown twice the first occurrence later than `after` (the second when
  // the first is over).
  Timestamp Instant(LocalTime local, Timestamp after) const {
    const CivilDay day = ToCivil(local.date);
    const absl::TimeZone::TimeInfo info =
        zone_.At(absl::CivilSecond(day.year, day.month, day.day, local.second / 3600,
                                   local.second / 60 % 60, local.second % 60));
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return At(info.trans);
    const Timestamp first = At(info.pre);
    return first > after ? first : At(info.post);
  }

  // The first instant of the civil day: midnight, or the end of the gap where midnight is skipped.
  Timestamp DayStart(Date date) const { return Instant({date, 0}); }

  friend bool operator==(const Zone& a, const Zone& b) { return a.zone_ == b.zone_; }

 private:
  static Timestamp At(absl::Time t) { return {absl::ToUnixMicros(t)}; }

  absl::TimeZone zone_;
};

// `t` plus `months` on the UTC calendar, clamped to the last day of the month, the time of day
// kept: 2026-08-31T10:00Z + 6 months = 2027-02-28T10:00Z.
constexpr Timestamp AddMonths(Timestamp t, int32_t months) {
  const Date day = UtcDate(t);
  return UtcMidnight(AddMonths(day, months)) + (t - UtcMidnight(day));
}

}  // namespace relata

#endif  // RELATA_BASE_ZONE_H_
