// SPDX-License-Identifier: Apache-2.0

#include "score/ntile_cut.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/large_pages.h"
#include "engine/vector.h"

namespace relata::internal {

namespace {
// Values that are stepped through one by one.
constexpr uint64_t kFewValues = 16;
}  // namespace

NtileCut::NtileCut(const ChunkedColumn& values, std::span<const ChunkBits> among, int groups,
                   std::span<const int> asked)
    : values_(values), among_(among), begins_(static_cast<size_t>(groups)) {
  if (asked.empty()) return;
  for (const ChunkBits& bits : among_) ranked_ += CountBits(bits);
  Sample();
  const auto parts = static_cast<uint64_t>(groups);
  const auto needed = [&](size_t g) {
    return std::any_of(asked.begin(), asked.end(), [&](int one) {
      return g == static_cast<size_t>(one) || g == static_cast<size_t>(one) + 1;
    });
  };
  uint64_t begin = 0;
  for (size_t g = 2; g <= parts; ++g) {
    // The lowest groups get one more when the number does not divide.
    begin += ranked_ / parts + (g - 2 < ranked_ % parts ? 1 : 0);
    if (begin >= ranked_) return;
    if (needed(g)) begins_[g - 1] = At(begin);
  }
}

// The value of one row in 64, which tell about where a rank is to be looked for.
void NtileCut::Sample() {
  std::vector<uint32_t> slots;
  for (size_t c = 0; c < among_.size(); ++c) {
    slots.clear();
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      if (among_[c][w] == 0) continue;
      slots.push_back(static_cast<uint32_t>(w * 64) +
                      static_cast<uint32_t>(std::countr_zero(among_[c][w])));
    }
    if (slots.empty()) continue;
    const size_t before = sample_.size();
    sample_.resize(before + slots.size());
    Gather(values_.chunk(c)->ints, slots, sample_.data() + before);
  }
}

// The row of a rank, from 0, and its value.
NtileCut::Begin NtileCut::At(uint64_t rank) {
  // Three times the deviation of a rank in the sample, or more, on both sides.
  const auto samples = std::ssize(sample_);
  const auto at = static_cast<std::ptrdiff_t>(
      static_cast<double>(rank) / static_cast<double>(ranked_) * static_cast<double>(samples));
  const auto away = static_cast<std::ptrdiff_t>(1.5 * std::sqrt(static_cast<double>(samples))) + 1;
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;
  auto from = sample_.begin();
  if (at > away) {
    from += at - away;
    std::nth_element(sample_.begin(), from, sample_.end());
    least = *from;
  }
  if (at + away < samples) {
    const auto until = sample_.begin() + at + away;
    std::nth_element(from, until, sample_.end());
    most = *until;
  }
  uint64_t below = CountBelow(least);
  if (below > rank) {  // a sample that misleads
    most = least - 1;
    least = INT64_MIN;
    below = 0;
  }
  if (static_cast<uint64_t>(most) - static_cast<uint64_t>(least) < kFewValues) {
    for (int64_t value = least;; ++value) {
      const uint64_t same = CountIn(value, value);
      if (rank < below + same) return {value, NthOf(value, rank - below)};
      below += same;
      if (value == most) break;
    }
  } else {
    if (const std::optional<Begin> begin = NthWithin(least, most, rank - below)) return *begin;
    below += CountIn(least, most);
  }
  return *NthWithin(most + 1, INT64_MAX, rank - below);
}

// The ranked rows of a chunk with values from `least` to `most`.
ChunkBits NtileCut::Between(size_t c, int64_t least, int64_t most) const {
  ChunkBits in{};
  const Chunk* chunk = values_.chunk(c);
  if (!AnyBit(among_[c]) || chunk->min > most || chunk->max < least) return in;
  in = among_[c];
  ChunkBits bits{};
  if (least == most) {
    ComparePacked(chunk->ints, Order::kEqual, least, bits);
    EachWord(in, [&](size_t w) { return in[w] & bits[w]; });
    return in;
  }
  if (chunk->min < least) {
    ComparePacked(chunk->ints, Order::kGreaterEqual, least, bits);
    EachWord(in, [&](size_t w) { return in[w] & bits[w]; });
  }
  if (chunk->max > most) {
    ComparePacked(chunk->ints, Order::kLessEqual, most, bits);
    EachWord(in, [&](size_t w) { return in[w] & bits[w]; });
  }
  return in;
}

uint64_t NtileCut::CountIn(int64_t least, int64_t most) const {
  uint64_t count = 0;
  for (size_t c = 0; c < among_.size(); ++c) count += CountBits(Between(c, least, most));
  return count;
}

uint64_t NtileCut::CountBelow(int64_t least) const {
  return least == INT64_MIN ? 0 : CountIn(INT64_MIN, least - 1);
}

// The row of the nth of the ranked rows with a value, from 0.
Row NtileCut::NthOf(int64_t value, uint64_t nth) const {
  for (size_t c = 0; c < among_.size(); ++c) {
    const ChunkBits same = Between(c, value, value);
    const uint64_t here = CountBits(same);
    if (here <= nth) {
      nth -= here;
      continue;
    }
    std::vector<uint32_t> slots;
    ListBits(same, slots);
    return static_cast<Row>(c * kRowsPerChunk) + slots[nth];
  }
  return 0;  // there are not so many: never asked
}

// The nth of the rows with such values, from 0; nothing when there are not so many.
std::optional<NtileCut::Begin> NtileCut::NthWithin(int64_t least, int64_t most,
                                                   uint64_t nth) const {
  LargeVector<int64_t> band;
  uint32_t slots[kRowsPerChunk];
  for (size_t c = 0; c < among_.size(); ++c) {
    const size_t n = ListBits(Between(c, least, most), slots);
    if (n == 0) continue;
    const size_t before = band.size();
    if (band.capacity() < before + n) band.reserve(std::max(before + n, 2 * band.capacity()));
    band.resize(before + n);
    Gather(values_.chunk(c)->ints, {slots, n}, band.data() + before);
  }
  if (nth >= band.size()) return std::nullopt;
  const auto at = band.begin() + static_cast<std::ptrdiff_t>(nth);
  std::nth_element(band.begin(), at, band.end());
  const int64_t value = *at;
  const auto less = std::count_if(band.begin(), at, [&](int64_t v) { return v < value; });
  return Begin{value, NthOf(value, nth - static_cast<uint64_t>(less))};
}

ChunkBits NtileCut::From(size_t c, int group) const {
  if (group <= 1) return among_[c];
  ChunkBits from{};
  if (static_cast<size_t>(group) > begins_.size()) return from;
  const std::optional<Begin>& begin = begins_[static_cast<size_t>(group) - 1];
  if (!begin || !AnyBit(among_[c])) return from;
  const PackedInts& values = values_.chunk(c)->ints;
  const Row first = static_cast<Row>(c * kRowsPerChunk);
  // Of the rows with the first value of the group only those from its first row on.
  const bool early = first + kChunkRows <= begin->row;
  ComparePacked(values, early ? Order::kGreater : Order::kGreaterEqual, begin->value, from);
  if (!early && first < begin->row) {
    ChunkBits same{};
    ComparePacked(values, Order::kEqual, begin->value, same);
    const ChunkBits before = FirstBits(static_cast<size_t>(begin->row - first));
    EachWord(from, [&](size_t w) { return from[w] & ~(same[w] & before[w]); });
  }
  EachWord(from, [&](size_t w) { return from[w] & among_[c][w]; });
  return from;
}

ChunkBits NtileCut::In(size_t chunk, int group) const {
  ChunkBits in = From(chunk, group);
  const ChunkBits above = From(chunk, group + 1);
  EachWord(in, [&](size_t w) { return in[w] & ~above[w]; });
  return in;
}

}  // namespace relata::internal
