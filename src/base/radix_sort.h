// SPDX-License-Identifier: Apache-2.0
//
// Values in order by the digits of a number instead of by comparing: several times faster for the
// rows of a commit or a million entries of an index.

#ifndef RELATA_SRC_BASE_RADIX_SORT_H_
#define RELATA_SRC_BASE_RADIX_SORT_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace relata::internal {

// Sorts by the bits of `key`, a uint64_t, from `first_bit` on; those that are equal there keep
// their order. Bits that all share cost nothing.
template <class T, class Key>
void RadixSortBy(std::vector<T>& values, Key key, int first_bit = 0) {
  constexpr size_t kFew = 1'000;
  constexpr int kBits = 11;
  constexpr size_t kBuckets = size_t{1} << kBits;
  if (values.size() <= kFew) {
    return std::stable_sort(values.begin(), values.end(), [&](const T& a, const T& b) {
      return key(a) >> first_bit < key(b) >> first_bit;
    });
  }
  uint64_t differ = 0;
  for (const T& value : values) differ |= key(value) ^ key(values.front());
  std::vector<T> other(values.size());
  for (int shift = first_bit; shift < 64; shift += kBits) {
    if ((differ >> shift & (kBuckets - 1)) == 0) continue;
    std::array<size_t, kBuckets> next{};
    const auto bucket = [&](const T& value) {
      return static_cast<size_t>(key(value) >> shift) & (kBuckets - 1);
    };
    for (const T& value : values) ++next[bucket(value)];
    size_t begin = 0;
    for (size_t& place : next) {
      const size_t here = place;
      place = begin;
      begin += here;
    }
    for (const T& value : values) other[next[bucket(value)]++] = value;
    values.swap(other);
  }
}

// The same of integers that are not negative.
template <class Integer>
void RadixSort(std::vector<Integer>& values, int first_bit = 0) {
  RadixSortBy(
      values, [](Integer value) { return static_cast<uint64_t>(value); }, first_bit);
}

}  // namespace relata::internal

#endif  // RELATA_SRC_BASE_RADIX_SORT_H_
