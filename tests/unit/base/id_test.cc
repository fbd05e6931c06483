// SPDX-License-Identifier: Apache-2.0

#include "relata/base/id.h"

#include <gtest/gtest.h>

namespace relata {
namespace {

TEST(Uuid, TextRoundTripsInLowerCase) {
  const auto id = Uuid::Parse("018F2B4E-7C1A-7D3E-9A55-0B1C2D3E4F50");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->ToString(), "018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f50");
}

TEST(Uuid, RefusesAnythingElse) {
  for (const char* text :
       {"", "018f2b4e7c1a7d3e9a550b1c2d3e4f50", "018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f5g",
        "018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f500", "018f2b4e-7c1a-7d3e-9a5-50b1c2d3e4f50",
        // A hyphen more, where the last group would then end behind the text.
        "018f2b4e-7c1a-7d3e-9a55-0b-1c2d3e4f5"}) {
    EXPECT_FALSE(Uuid::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace relata
