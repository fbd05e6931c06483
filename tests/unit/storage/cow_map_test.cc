// SPDX-License-Identifier: Apache-2.0

#include "storage/cow_map.h"

#include <map>
#include <random>

#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

using Map = CowMap<int, int>;

std::map<int, int> Contents(const Map& map) {
  std::map<int, int> out;
  map.ForEach([&](int k, int v) {
    EXPECT_TRUE(out.empty() || out.rbegin()->first < k);
    out.emplace(k, v);
    return true;
  });
  return out;
}

TEST(CowMap, RandomOperationsMatchAnOrdinaryMapAndCopiesStayAsTheyWere) {
  std::mt19937_64 random(testing::Seed(1));
  Map map;
  std::map<int, int> model;
  std::vector<std::pair<Map, std::map<int, int>>> copies;
  uint64_t owner = 1;
  for (int i = 0; i < 20'000; ++i) {
    const int key = static_cast<int>(random() % 3'000);
    switch (random() % 4) {
      case 0:
      case 1:
        ASSERT_EQ(map.Insert(owner, key, i), model.emplace(key, i).second);
        break;
      case 2: {
        int* value = map.Mutable(owner, key);
        ASSERT_EQ(value != nullptr, model.contains(key));
        if (value != nullptr) *value = model[key] = -i;
        break;
      }
      default:
        if (random() % 3 != 0) break;
        map.Erase(owner, key);
        model.erase(key);
    }
    if (i % 2'000 == 0) {
      copies.emplace_back(map, model);
      ++owner;
    }
  }
  EXPECT_EQ(Contents(map), model);
  ASSERT_NE(map.Last(), nullptr);
  EXPECT_EQ(map.Last()->first, model.rbegin()->first);
  for (const auto& [copy, then] : copies) EXPECT_EQ(Contents(copy), then);
}

TEST(CowMap, ForEachBeginsAtTheFirstKeyNotBelow) {
  Map map;
  for (int i = 0; i < 2'000; i += 2) map.Insert(1, i, i);
  for (int from : {-5, 0, 1, 511, 512, 513, 1'998, 1'999, 5'000}) {
    int first = -1;
    map.ForEach(from, [&](int k, int) {
      first = k;
      return false;
    });
    const int expected = from <= 0 ? 0 : from > 1'998 ? -1 : (from + 1) / 2 * 2;
    EXPECT_EQ(first, expected) << from;
  }
}

TEST(CowMap, AnEmptyMapHasNothing) {
  Map map;
  EXPECT_EQ(map.Find(1), nullptr);
  EXPECT_EQ(map.Last(), nullptr);
  map.Insert(1, 1, 1);
  map.Erase(1, 1);
  EXPECT_TRUE(Contents(map).empty());
}

}  // namespace
}  // namespace relata::internal
