// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "gtest/gtest.h"
#include "storage/physical.h"

namespace relata::internal {
namespace {

TEST(ListJson, KeepsTheKindOfEveryElement) {
  const Value list = Value::List(
      {Value(), Value::Bool(true), Value::Int(INT64_MIN), Value::Double(1.0), Value::Double(1e300),
       Value::Text("é\"\\\n"), Value::Time({-5}), Value::Length({6}), Value::Day({-7}),
       Value::Amount({-8, *Currency::Parse("EUR")}), Value::Amount({9, Currency()}),
       Value::Record({65'534, 10}), Value::List({Value::List({})})});
  const auto back = ListFromJson(ListToJson(list.list()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(back->Same(list)) << ListToJson(back->list());
}

TEST(ListJson, WhatIsNoListIsDataLoss) {
  for (const char* text : {"", "1", "{}", "[", "[{}]", "[{\"date\":\"x\"}]", "[{\"money\":[1]}]",
                           "[{\"record\":[1,2,3]}]", "[{\"money\":[1,2]}]", "[{\"unknown\":1}]",
                           "[[[[[[[[[[[1]]]]]]]]]]]"}) {
    EXPECT_TRUE(absl::IsDataLoss(ListFromJson(text).status())) << text;
  }
}

}  // namespace
}  // namespace relata::internal
