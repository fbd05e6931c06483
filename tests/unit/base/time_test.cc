// SPDX-License-Identifier: Apache-2.0

#include "relata/base/time.h"

#include <gtest/gtest.h>

namespace relata {
namespace {

TEST(Date, CivilPartsRoundTripOverFourHundredYears) {
  for (int32_t day = MakeDate(1800, 1, 1).days; day < MakeDate(2201, 1, 1).days; ++day) {
    const CivilDay civil = ToCivil({day});
    ASSERT_TRUE(IsValid(civil));
    ASSERT_EQ(ToDate(civil).days, day);
    ASSERT_EQ((Weekday({day}) + 1) % 7, Weekday({day + 1}));
  }
}

TEST(Date, MonthsAreClampedToTheLastDay) {
  EXPECT_EQ(AddMonths(MakeDate(2026, 8, 31), 6), MakeDate(2027, 2, 28));
  EXPECT_EQ(AddMonths(MakeDate(2024, 1, 31), 1), MakeDate(2024, 2, 29));
  EXPECT_EQ(AddMonths(MakeDate(2026, 1, 15), -13), MakeDate(2024, 12, 15));
}

TEST(Date, TheUtcDayOfAnInstantBeforeTheEpochIsTheDayItFallsOn) {
  EXPECT_EQ(UtcDate({-1}), MakeDate(1969, 12, 31));
  EXPECT_EQ(UtcMidnight(MakeDate(1, 1, 1)), Timestamp::kMin);
}

}  // namespace
}  // namespace relata
