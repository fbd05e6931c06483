// SPDX-License-Identifier: Apache-2.0

#include "storage/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace relata::internal {
namespace {

using ::testing::SizeIs;

TEST(Layout, ATableHoldsAsMuchAsItHasColumnsAndNotAsFieldsAreNumbered) {
  TableSpec spec;
  spec.type = 1;
  spec.name = "thing";
  spec.columns = {{1, "name"}, {3, "size"}, {kCreatedAtField, "created"}};
  const Layout layout({spec});
  const Layout::Table* table = layout.Find(1);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->Place(1), 0);
  EXPECT_EQ(table->Place(2), -1);
  EXPECT_EQ(table->Place(3), 1);
  EXPECT_EQ(table->Place(4), -1);
  EXPECT_EQ(table->Place(kIdField), -1);
  EXPECT_EQ(table->Place(kCreatedAtField), 2);
  EXPECT_EQ(table->Place(kUpdatedAtField), -1);
  EXPECT_EQ(table->Place(kNoField), -1);
  EXPECT_THAT(table->declared, SizeIs(4));
  EXPECT_THAT(table->kept, SizeIs(2));
}

}  // namespace
}  // namespace relata::internal
