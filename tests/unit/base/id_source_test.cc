// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "relata/base/id.h"

namespace relata {
namespace {

TEST(IdSource, IdsAscendAndDifferEvenWithinOneInstant) {
  for (const auto& source : {NewSeededIds(1), NewRandomIds()}) {
    Uuid last = source->Next({1'000'000});
    for (int i = 0; i < 10'000; ++i) {
      const Uuid next = source->Next({1'000'000});
      ASSERT_LT(last, next) << i;
      last = next;
    }
  }
}

TEST(IdSource, AnIdIsOfVersionSevenAndCarriesItsInstant) {
  const Uuid id = NewRandomIds()->Next(UtcMidnight(MakeDate(2026, 11, 22)));
  EXPECT_EQ(id.bytes[6] >> 4, 7);
  EXPECT_EQ(id.bytes[8] >> 6, 2);
  int64_t millis = 0;
  for (size_t i = 0; i < 6; ++i) millis = millis << 8 | id.bytes[i];
  EXPECT_EQ(millis, UtcMidnight(MakeDate(2026, 11, 22)).micros / 1000);
}

TEST(IdSource, OneSeedGivesOneSequence) {
  const auto a = NewSeededIds(7);
  const auto b = NewSeededIds(7);
  const auto c = NewSeededIds(8);
  const Uuid id = a->Next({0});
  EXPECT_EQ(id, b->Next({0}));
  EXPECT_NE(id, c->Next({0}));
}

}  // namespace
}  // namespace relata
