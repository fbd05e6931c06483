// SPDX-License-Identifier: Apache-2.0

#include "relata/base/zone.h"

#include <gtest/gtest.h>

namespace relata {
namespace {

Timestamp Utc(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute = 0) {
  return UtcMidnight(MakeDate(year, month, day)) + Hours(hour) + Minutes(minute);
}

TEST(Zone, RefusesWhatIsNotAZoneOfTheDatabase) {
  for (const char* name : {"", "Europe/Nowhere", "/etc/passwd", "../x", "localtime"}) {
    EXPECT_FALSE(Zone::Load(name).has_value()) << name;
  }
  ASSERT_TRUE(Zone::Load("Europe/Paris").has_value());
  EXPECT_EQ(Zone::Load("Europe/Paris")->name(), "Europe/Paris");
}

TEST(Zone, ShowsTheWallClockOnBothSidesOfAChange) {
  const Zone paris = *Zone::Load("Europe/Paris");
  struct Case {
    const char* name;
    Timestamp at;
    LocalTime local;
  };
  const Case cases[] = {
      {"winter", Utc(2026, 3, 29, 0, 59), {MakeDate(2026, 3, 29), SecondOfDay(1, 59)}},
      {"summer", Utc(2026, 3, 29, 1), {MakeDate(2026, 3, 29), SecondOfDay(3, 0)}},
      {"next day", Utc(2026, 7, 14, 22), {MakeDate(2026, 7, 15), 0}},
  };
  for (const Case& c : cases) EXPECT_EQ(paris.Local(c.at), c.local) << c.name;
}

TEST(Zone, MapsSkippedTimesToTheChangeAndDoubleTimesToTheFirst) {
  const Zone paris = *Zone::Load("Europe/Paris");
  EXPECT_EQ(paris.Instant({MakeDate(2026, 3, 29), SecondOfDay(2, 30)}), Utc(2026, 3, 29, 1));
  const LocalTime twice{MakeDate(2026, 10, 25), SecondOfDay(2, 30)};
  EXPECT_EQ(paris.Instant(twice), Utc(2026, 10, 25, 0, 30));
  EXPECT_EQ(paris.Instant(twice, Utc(2026, 10, 25, 0, 45)), Utc(2026, 10, 25, 1, 30));
}

TEST(Zone, StartsADayAtTheEndOfAGapWhereMidnightIsSkipped) {
  const Zone santiago = *Zone::Load("America/Santiago");
  // Clocks went from 24:00 to 01:00 on 7 September 2025.
  EXPECT_EQ(santiago.DayStart(MakeDate(2025, 9, 7)), Utc(2025, 9, 7, 4));
  EXPECT_EQ(Zone().DayStart(MakeDate(2025, 9, 7)), Utc(2025, 9, 7, 0));
}

TEST(Zone, RoundTripsEveryHourOfAYear) {
  for (const char* name : {"Europe/Paris", "Indian/Reunion", "America/New_York", "Asia/Kolkata"}) {
    const Zone zone = *Zone::Load(name);
    for (int hour = 0; hour < 366 * 24; ++hour) {
      const Timestamp t = Utc(2026, 1, 1, 0) + Hours(hour);
      ASSERT_EQ(zone.Instant(zone.Local(t), t - Microseconds(1)), t) << name << " " << hour;
    }
  }
}

TEST(AddMonthsToInstant, ClampsToTheLastDayAndKeepsTheTimeOfDay) {
  EXPECT_EQ(AddMonths(Utc(2026, 8, 31, 10), 6), Utc(2027, 2, 28, 10));
  EXPECT_EQ(AddMonths(Utc(2024, 2, 29, 23, 59), 12), Utc(2025, 2, 28, 23, 59));
  EXPECT_EQ(AddMonths(Utc(2026, 1, 15, 1), -13), Utc(2024, 12, 15, 1));
}

}  // namespace
}  // namespace relata
