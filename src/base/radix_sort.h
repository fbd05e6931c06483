// SPDX-License-Identifier: Apache-2.0
//
// Numbers in order by their digits instead of by comparing: several times faster for the rows of a
// commit, which are thousands and of few bits.

#ifndef RELATA_SRC_BASE_RADIX_SORT_H_
#define RELATA_SRC_BASE_RADIX_SORT_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace relata::internal {

// Sorts values that are not negative by their bits from `first_bit` on; those that are equal there
// keep their order.
template <class Integer>
void RadixSort(std::vector<Integer>& values, int first_bit = 0) {
  constexpr size_t kFew = 128;
  constexpr int kBits = 11;
  constexpr size_t kBuckets = size_t{1} << kBits;
  if (values.size() <= kFew) {
    return std::stable_sort(values.begin(), values.end(), [first_bit](Integer a, Integer b) {
      return (a >> first_bit) < (b >> first_bit);
    });
  }
  const auto highest = static_cast<uint64_t>(*std::max_element(values.begin(), values.end()));
  std::vector<Integer> other(values.size());
  for (int shift = first_bit; shift < 64 && (highest >> shift) != 0; shift += kBits) {
    std::array<size_t, kBuckets> next{};
    const auto bucket = [shift](Integer value) {
      return static_cast<size_t>(static_cast<uint64_t>(value) >> shift) & (kBuckets - 1);
    };
    for (const Integer value : values) ++next[bucket(value)];
    size_t begin = 0;
    for (size_t& place : next) {
      const size_t here = place;
      place = begin;
      begin += here;
    }
    for (const Integer value : values) other[next[bucket(value)]++] = value;
    values.swap(other);
  }
}

}  // namespace relata::internal

#endif  // RELATA_SRC_BASE_RADIX_SORT_H_
