// SPDX-License-Identifier: Apache-2.0

#include "relata/base/money.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace relata {
namespace {

const Currency kEur = *Currency::Parse("eur");
const Currency kUsd = *Currency::Parse("USD");

TEST(Money, ParsesExactDecimals) {
  EXPECT_EQ(ParseMoney("1234.5", kEur), (Money{12'345'000, kEur}));
  EXPECT_EQ(ParseMoney("-0.0001", kEur), (Money{-1, kEur}));
  EXPECT_EQ(ParseMoney("-922337203685477.5808", kEur),
            (Money{std::numeric_limits<int64_t>::min(), kEur}));
}

TEST(Money, RefusesWhatIsNotAnExactAmount) {
  for (const char* text :
       {"", "-", ".5", "1.", "1.00001", "1e3", "1,5", "922337203685477.5808", " 1"}) {
    EXPECT_FALSE(ParseMoney(text, kEur).has_value()) << text;
  }
}

TEST(Money, PrintsAtLeastTwoDecimals) {
  EXPECT_EQ(FormatMoney({12'345'000, kEur}), "1234.50 EUR");
  EXPECT_EQ(FormatMoney({-1, kEur}), "-0.0001 EUR");
  EXPECT_EQ(FormatAmount({std::numeric_limits<int64_t>::min(), kEur}), "-922337203685477.5808");
}

TEST(Money, AddsWithinOneCurrencyOnly) {
  EXPECT_EQ(Add(Money{1, kEur}, Money{2, kEur}), (Money{3, kEur}));
  EXPECT_FALSE(Add(Money{1, kEur}, Money{2, kUsd}).has_value());
  EXPECT_FALSE(Add(Money{std::numeric_limits<int64_t>::max(), kEur}, Money{1, kEur}).has_value());
}

TEST(Money, AnEmptySumEqualsZeroInAnyCurrency) { EXPECT_EQ(Money{}, (Money{0, kUsd})); }

}  // namespace
}  // namespace relata
