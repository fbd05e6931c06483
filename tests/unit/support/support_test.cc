// SPDX-License-Identifier: Apache-2.0

#include "support/support.h"

#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"

namespace relata::testing {
namespace {

TEST(TempDir, IsThereAndGoesWithItsContent) {
  std::filesystem::path kept;
  {
    TempDir dir;
    kept = dir.path();
    WriteFile(dir.File("a.txt"), "content\n");
    EXPECT_EQ(ReadFile(dir.File("a.txt")), "content\n");
  }
  EXPECT_FALSE(std::filesystem::exists(kept));
}

TEST(TempDir, TwoDoNotShareAFolder) {
  TempDir a;
  TempDir b;
  EXPECT_NE(a.path(), b.path());
}

TEST(Seed, ComesFromTheEnvironmentWhenNamedThere) {
  ASSERT_EQ(setenv("RELATA_SEED", "42", 1), 0);
  EXPECT_EQ(Seed(7), 42u);
  ASSERT_EQ(unsetenv("RELATA_SEED"), 0);
  EXPECT_EQ(Seed(7), 7u);
}

TEST(RelataShared, NamesNothingWhenTheFolderIsAbsent) {
  const char* before = std::getenv("RELATA_SHARED");
  const std::string kept = before == nullptr ? "" : before;
  TempDir dir;
  ASSERT_EQ(setenv("RELATA_SHARED", dir.File("absent").c_str(), 1), 0);
  EXPECT_TRUE(RelataShared().empty());
  ASSERT_EQ(setenv("RELATA_SHARED", dir.path().c_str(), 1), 0);
  EXPECT_EQ(RelataShared(), dir.path());
  ASSERT_EQ(setenv("RELATA_SHARED", kept.c_str(), 1), 0);
}

}  // namespace
}  // namespace relata::testing
