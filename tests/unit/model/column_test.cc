// SPDX-License-Identifier: Apache-2.0

#include "relata/model/column.h"

#include <gtest/gtest.h>

namespace relata {
namespace {

TEST(Column, EveryKindComesBackAsItWentInWithNullsBetween) {
  const Value values[] = {
      Value::Bool(true),
      Value::Int(-5),
      Value::Double(2.5),
      Value::Text("café"),
      Value::Time({7}),
      Value::Length(Days(1)),
      Value::Day({3}),
      Value::Amount({10, *Currency::Parse("EUR")}),
      Value::Record(RecordRef{4, 9}),
      Value::List({Value::Text("a")}),
  };
  for (const Value& v : values) {
    Column column(v.kind());
    column.AppendNull();
    EXPECT_TRUE(column.Append(v)) << KindName(v.kind());
    column.AppendNull();
    EXPECT_TRUE(column.Append(v));
    ASSERT_EQ(column.size(), 4u);
    EXPECT_TRUE(column.Get(0).is_null() && column.Get(2).is_null());
    EXPECT_TRUE(column.Get(1).Same(v) && column.Get(3).Same(v)) << KindName(v.kind());
  }
}

TEST(Column, AValueOfAnotherKindBecomesNullAndSaysSo) {
  Column column(Value::Kind::kInt);
  EXPECT_FALSE(column.Append(Value::Text("12")));
  EXPECT_TRUE(column.Append(Value()));
  EXPECT_TRUE(column.IsNull(0) && column.IsNull(1));
}

TEST(Column, ALinkOfOneTargetRefusesAnotherType) {
  Column column(Value::Kind::kRecord, 3);
  EXPECT_TRUE(column.Append(Value::Record({3, 1})));
  EXPECT_FALSE(column.Append(Value::Record({4, 1})));
}

}  // namespace
}  // namespace relata
