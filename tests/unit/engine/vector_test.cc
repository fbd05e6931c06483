// SPDX-License-Identifier: Apache-2.0

#include "engine/vector.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

// Packed forms of every width, among them a constant and a progression.
std::vector<PackedInts> Forms(std::mt19937_64& random, std::vector<std::vector<int64_t>>& values) {
  std::vector<PackedInts> forms;
  const int64_t widest[] = {0, 1, 5, 200, 60'000, 4'000'000'000, int64_t{1} << 60};
  for (const int64_t width : widest) {
    for (const int64_t step : {1, 7}) {
      std::vector<int64_t> list(kRowsPerChunk);
      for (int64_t& v : list) {
        v = -3 + step * static_cast<int64_t>(random() % (static_cast<uint64_t>(width / step) + 1));
      }
      values.push_back(std::move(list));
    }
  }
  values.emplace_back();
  for (size_t i = 0; i < kRowsPerChunk; ++i) values.back().push_back(static_cast<int64_t>(3 * i));
  for (const std::vector<int64_t>& list : values) {
    PackedInts& ints = forms.emplace_back();
    ints.Resize(list.size());
    for (size_t i = 0; i < list.size(); ++i) ints.Set(i, list[i]);
    ints.Pack(FirstBits(list.size()));
  }
  return forms;
}

TEST(Vector, SelectsAndGathersInEveryPackedForm) {
  std::mt19937_64 random(testing::Seed(20260107));
  std::vector<std::vector<int64_t>> values;
  const std::vector<PackedInts> forms = Forms(random, values);
  for (size_t form = 0; form < forms.size(); ++form) {
    for (const size_t many : {0, 1, 5, 40}) {
      std::vector<uint8_t> told(200);
      for (size_t k = 0; k < many; ++k) told[(random() % told.size())] = 1 + k % 2;
      ChunkBits selected{};
      SelectValues(forms[form], told, selected);
      std::vector<uint32_t> slots;
      ListBits(selected, slots);
      std::vector<int64_t> gathered(slots.size());
      Gather(forms[form], slots, gathered.data());
      size_t next = 0;
      for (size_t i = 0; i < kRowsPerChunk; ++i) {
        const int64_t v = values[form][i];
        const bool in = v >= 0 && v < 200 && told[static_cast<size_t>(v)] != 0;
        ASSERT_EQ(TestBit(selected, i), in) << "form " << form << " slot " << i;
        if (!in) continue;
        ASSERT_EQ(slots[next], i);
        ASSERT_EQ(gathered[next++], v);
      }
      ASSERT_EQ(next, slots.size());
    }
  }
}

TEST(Vector, ComparesCountsAndPackedIntegers) {
  std::mt19937_64 random(testing::Seed(20260108));
  std::vector<std::vector<int64_t>> values;
  const std::vector<PackedInts> forms = Forms(random, values);
  const Order orders[] = {Order::kLess,         Order::kLessEqual, Order::kGreater,
                          Order::kGreaterEqual, Order::kEqual,     Order::kNotEqual};
  ChunkBits bits{};
  for (size_t form = 0; form < forms.size(); ++form) {
    for (const Order order : orders) {
      const int64_t picked = values[form][(random() % kRowsPerChunk)];
      for (const int64_t v : {picked, picked + 1, int64_t{-4}, INT64_MAX, INT64_MIN}) {
        ComparePacked(forms[form], order, v, bits);
        for (size_t i = 0; i < kRowsPerChunk; ++i) {
          ASSERT_EQ(TestBit(bits, i), Holds(order, values[form][i], v)) << form << " " << v;
        }
      }
    }
  }
  std::vector<uint32_t> counts(1'000);
  for (uint32_t& count : counts) count = static_cast<uint32_t>((random() % 4));
  counts[7] = UINT32_MAX;
  for (const Order order : orders) {
    for (const int64_t v : {int64_t{-1}, int64_t{0}, int64_t{2}, int64_t{UINT32_MAX},
                            int64_t{UINT32_MAX} + 1, INT64_MIN}) {
      CompareCounts(counts.data(), counts.size(), order, v, bits);
      for (size_t i = 0; i < kRowsPerChunk; ++i) {
        const bool holds = i < counts.size() && Holds(order, int64_t{counts[i]}, v);
        ASSERT_EQ(TestBit(bits, i), holds) << "count " << i << " against " << v;
      }
    }
  }
}

}  // namespace
}  // namespace relata::internal
