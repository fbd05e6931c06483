// SPDX-License-Identifier: Apache-2.0

#include "engine/blake_four.h"

#include <random>
#include <string>

#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

TEST(BlakeFour, IsBlakeOfEachOfThem) {
  std::mt19937_64 random(testing::Seed(31));
  for (size_t blocks = 1; blocks <= 5; ++blocks) {
    const size_t least = blocks == 1 ? 0 : (blocks - 1) * kBlakeBlock + 1;
    for (size_t size = least; size <= blocks * kBlakeBlock; ++size) {
      std::array<std::string, 4> texts;
      for (size_t i = 0; i < texts.size(); ++i) {
        // The first of every size, the others of any of as many blocks.
        texts[i].resize(i == 0 ? size : least + random() % (blocks * kBlakeBlock - least + 1));
        for (char& byte : texts[i]) byte = static_cast<char>(random());
        ASSERT_EQ(BlakeBlocks(texts[i]), blocks);
      }
      const auto digests = BlakeFour({texts[0], texts[1], texts[2], texts[3]});
      for (size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(digests[i], Blake(texts[i])) << size;
    }
  }
}

}  // namespace
}  // namespace relata::internal
