// SPDX-License-Identifier: Apache-2.0

#include "engine/blake_many.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

TEST(BlakeMany, IsBlakeOfEachOfThem) {
  std::mt19937_64 random(testing::Seed(31));
  for (size_t blocks = 1; blocks <= 5; ++blocks) {
    const size_t least = blocks == 1 ? 0 : (blocks - 1) * kBlakeBlock + 1;
    for (size_t size = least; size <= blocks * kBlakeBlock; ++size) {
      std::vector<std::string> texts(random() % (kBlakeTexts + 1));
      std::vector<std::string_view> views;
      for (size_t i = 0; i < texts.size(); ++i) {
        // The first of every size, the others of any of as many blocks.
        texts[i].resize(i == 0 ? size : least + random() % (blocks * kBlakeBlock - least + 1));
        for (char& byte : texts[i]) byte = static_cast<char>(random());
        ASSERT_EQ(BlakeBlocks(texts[i]), blocks);
        views.push_back(texts[i]);
      }
      for (const int bits : {64, 256, 512}) {
        std::vector<BlakeDigest> digests(texts.size());
        BlakeMany(views, digests, bits);
        for (size_t i = 0; i < texts.size(); ++i) {
          ASSERT_EQ(digests[i], Blake(texts[i])) << size << " bytes in registers of " << bits;
        }
      }
    }
  }
}

}  // namespace
}  // namespace relata::internal
