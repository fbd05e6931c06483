// SPDX-License-Identifier: Apache-2.0

#include "relata/model/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace relata {
namespace {

TEST(Value, DefaultIsNullAndALinkToNothingIsNull) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_TRUE(Value::Record(RecordRef{}).is_null());
}

TEST(Value, SameComparesKindAndContent) {
  EXPECT_FALSE(Value::Int(1).Same(Value::Double(1)));
  EXPECT_FALSE(Value::Int(1).Same(Value::Uint(1)));
  EXPECT_TRUE(Value::Double(std::nan("")).Same(Value::Double(std::nan(""))));
  EXPECT_TRUE(Value::List({Value::Int(1), Value::Text("a")})
                  .Same(Value::List({Value::Int(1), Value::Text("a")})));
  EXPECT_FALSE(Value::Amount({0, *Currency::Parse("EUR")}).Same(Value::Amount({})));
}

TEST(Value, InstantsComeBackFromTheirText) {
  for (const int64_t micros : {int64_t{0}, int64_t{-1}, int64_t{1'500'000}, Timestamp::kMin.micros,
                               Timestamp::kMax.micros}) {
    EXPECT_EQ(ParseTimestamp(FormatTimestamp({micros})), Timestamp{micros});
  }
  EXPECT_EQ(ParseTimestamp("2026-11-22T01:30:00+01:30"), UtcMidnight(MakeDate(2026, 11, 22)));
  EXPECT_EQ(ParseTimestamp("2026-11-22"), UtcMidnight(MakeDate(2026, 11, 22)));
}

TEST(Value, WhatIsNoInstantIsRefused) {
  for (const char* text :
       {"", "2026", "2026-02-30", "2026-11-22T", "2026-11-22T24:00:00Z", "2026-11-22T00:00:00",
        "2026-11-22T00:00:00.Z", "2026-11-22T00:00:00.1234567Z", "2026-11-22T00:00:00+1:00",
        "0001-01-01T00:00:00+00:01", "2026-11-22T00:00:0xZ"}) {
    EXPECT_FALSE(ParseTimestamp(text).has_value()) << text;
  }
}

TEST(Value, DisplayIsOneReadableLine) {
  struct Case {
    const char* name;
    Value value;
    const char* text;
  };
  const Case cases[] = {
      {"null", Value(), ""},
      {"instant", Value::Time(UtcMidnight(MakeDate(2026, 11, 22))), "2026-11-22T00:00:00Z"},
      {"fraction", Value::Time({1'500'000}), "1970-01-01T00:00:01.5Z"},
      {"before 1970", Value::Time({-1}), "1969-12-31T23:59:59.999999Z"},
      {"money", Value::Amount({125'000, *Currency::Parse("EUR")}), "12.50 EUR"},
      {"length", Value::Length(Days(2) + Duration{3'500'000}), "2d 3.5s"},
      {"list", Value::List({Value::Text("a"), Value::Int(2)}), "a, 2"},
      {"date of year 1", Value::Day(MakeDate(1, 2, 3)), "0001-02-03"},
  };
  for (const Case& c : cases) EXPECT_EQ(ToDisplay(c.value), c.text) << c.name;
}

}  // namespace
}  // namespace relata
