// SPDX-License-Identifier: Apache-2.0

#include "score/ntile_cut.h"

#include <algorithm>
#include <utility>

#include "engine/vector.h"

namespace relata::internal {

// How many rows there are in narrow bands of values.
class NtileCut::Histogram {
 public:
  Histogram(const ChunkedColumn& values, std::span<const ChunkBits> among) {
    for (size_t c = 0; c < among.size(); ++c) {
      if (!AnyBit(among[c])) continue;
      min_ = std::min(min_, values.chunk(c)->min);
      max_ = std::max(max_, values.chunk(c)->max);
    }
    if (min_ > max_) return;
    const uint64_t range = static_cast<uint64_t>(max_) - static_cast<uint64_t>(min_);
    while (range >> shift_ >= kBands) ++shift_;
    bands_ = static_cast<size_t>(range >> shift_) + 1;
    sides_ = bands_ <= kFew ? kSides : 1;
    counts_.resize(bands_ * sides_);
    std::vector<int64_t> here(kRowsPerChunk);
    for (size_t c = 0; c < among.size(); ++c) {
      if (AnyBit(among[c])) Count(*values.chunk(c), among[c], here);
    }
    for (size_t band = 0; band < bands_; ++band) {
      for (size_t side = 1; side < sides_; ++side) counts_[band] += counts_[side * bands_ + band];
    }
    counts_.resize(bands_);
  }

  std::span<const uint32_t> counts() const { return counts_; }
  // Whether a band holds one value only.
  bool exact() const { return shift_ == 0; }
  int64_t Least(size_t band) const {
    return static_cast<int64_t>(static_cast<uint64_t>(min_) + (uint64_t{band} << shift_));
  }
  int64_t Most(size_t band) const {
    return static_cast<int64_t>(static_cast<uint64_t>(Least(band)) + ((uint64_t{1} << shift_) - 1));
  }

 private:
  static constexpr size_t kBands = size_t{1} << 14;
  // Few bands are counted on several sides: where many rows have one value, an increment would wait
  // for the one before it.
  static constexpr size_t kFew = kBands / 8;
  static constexpr size_t kSides = 4;

  void Count(const Chunk& chunk, const ChunkBits& among, std::vector<int64_t>& here) {
    chunk.ints.Decode(here.data());
    const size_t n = chunk.size;
    // Rows that are not ranked are counted as the least value, and taken away again.
    ChunkBits others = FirstBits(n);
    EachWord(others, [&](size_t w) { return others[w] & ~among[w]; });
    EachBit(others, [&](size_t i) { here[i] = min_; });
    counts_[0] -= static_cast<uint32_t>(CountBits(others));
    uint32_t* sides[kSides];
    for (size_t side = 0; side < kSides; ++side) {
      sides[side] = counts_.data() + (side % sides_) * bands_;
    }
    const auto band = [&](size_t i) {
      return (static_cast<uint64_t>(here[i]) - static_cast<uint64_t>(min_)) >> shift_;
    };
    size_t i = 0;
    for (; i + kSides <= n; i += kSides) {
      ++sides[0][band(i)];
      ++sides[1][band(i + 1)];
      ++sides[2][band(i + 2)];
      ++sides[3][band(i + 3)];
    }
    for (; i < n; ++i) ++sides[0][band(i)];
  }

  int64_t min_ = INT64_MAX;
  int64_t max_ = INT64_MIN;
  int shift_ = 0;
  size_t bands_ = 0;
  size_t sides_ = 1;
  std::vector<uint32_t> counts_;
};

NtileCut::NtileCut(const ChunkedColumn& values, std::span<const ChunkBits> among, int groups,
                   std::span<const int> asked)
    : values_(values), among_(among), begins_(static_cast<size_t>(groups)) {
  if (asked.empty()) return;
  const Histogram histogram(values, among);
  const std::span<const uint32_t> counts = histogram.counts();
  uint64_t all = 0;
  for (const uint32_t count : counts) all += count;
  const auto parts = static_cast<uint64_t>(groups);
  const auto needed = [&](size_t g) {
    return std::any_of(asked.begin(), asked.end(), [&](int one) {
      return g == static_cast<size_t>(one) || g == static_cast<size_t>(one) + 1;
    });
  };
  uint64_t below = 0;
  size_t band = 0;
  uint64_t begin = 0;
  for (size_t g = 2; g <= parts; ++g) {
    // The lowest groups get one more when the number does not divide.
    begin += all / parts + (g - 2 < all % parts ? 1 : 0);
    if (begin >= all) return;
    if (!needed(g)) continue;
    while (below + counts[band] <= begin) below += counts[band++];
    const uint64_t nth = begin - below;
    const int64_t least = histogram.Least(band);
    begins_[g - 1] = histogram.exact() ? Begin{least, nth == 0 ? 0 : NthOf(least, nth)}
                                       : NthWithin(least, histogram.Most(band), nth);
  }
}

// The row of the nth of the ranked rows with a value, from 0.
Row NtileCut::NthOf(int64_t value, uint64_t nth) const {
  for (size_t c = 0; c < among_.size(); ++c) {
    const Chunk* chunk = values_.chunk(c);
    if (!AnyBit(among_[c]) || chunk->min > value || chunk->max < value) continue;
    ChunkBits same{};
    ComparePacked(chunk->ints, Order::kEqual, value, same);
    EachWord(same, [&](size_t w) { return same[w] & among_[c][w]; });
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

NtileCut::Begin NtileCut::NthWithin(int64_t least, int64_t most, uint64_t nth) const {
  std::vector<std::pair<int64_t, Row>> band;
  for (size_t c = 0; c < among_.size(); ++c) {
    const Chunk* chunk = values_.chunk(c);
    if (!AnyBit(among_[c]) || chunk->min > most || chunk->max < least) continue;
    ChunkBits above{};
    ChunkBits below{};
    ComparePacked(chunk->ints, Order::kGreaterEqual, least, above);
    ComparePacked(chunk->ints, Order::kLessEqual, most, below);
    EachWord(above, [&](size_t w) { return above[w] & below[w] & among_[c][w]; });
    EachBit(above, [&](size_t i) {
      band.emplace_back(chunk->Int(i), static_cast<Row>(c * kRowsPerChunk + i));
    });
  }
  const auto at = band.begin() + static_cast<std::ptrdiff_t>(nth);
  std::nth_element(band.begin(), at, band.end());
  return {at->first, at->second};
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
