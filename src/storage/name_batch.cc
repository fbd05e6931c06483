// SPDX-License-Identifier: Apache-2.0

#include "storage/name_batch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/radix_sort.h"

namespace relata::internal {
namespace {

// Eight bytes of a name behind what all names share, so that most compare as numbers.
uint64_t HeadOf(std::string_view rest) {
  uint64_t head = 0;
  for (size_t i = 0; i < 8; ++i) {
    head = head << 8 | (i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U);
  }
  return head;
}

// Which entry of a batch stands beside what is left of its head, in one number.
constexpr unsigned kIndexBits = 20;

// The bits of heads in which any two differ, and those between them in a byte: digits need four of
// the eight. What is left out is the same in all heads, so that the order stays.
class HeadBits {
 public:
  explicit HeadBits(uint64_t differ) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      const uint64_t byte = differ >> shift & 0xff;
      if (byte == 0) continue;
      const auto low = static_cast<unsigned>(std::countr_zero(byte));
      const auto width = static_cast<unsigned>(std::bit_width(byte)) - low;
      parts_[parts_used_++] = {shift + low, count_, (uint64_t{1} << width) - 1};
      count_ += width;
    }
  }
  unsigned count() const { return count_; }
  uint64_t Of(uint64_t head) const {
    uint64_t bits = 0;
    for (size_t i = 0; i < parts_used_; ++i) {
      bits |= (head >> parts_[i].from & parts_[i].mask) << parts_[i].to;
    }
    return bits;
  }

 private:
  struct Part {
    unsigned from = 0;
    unsigned to = 0;
    uint64_t mask = 0;
  };
  std::array<Part, 8> parts_;
  size_t parts_used_ = 0;
  unsigned count_ = 0;
};

}  // namespace

size_t SharedPrefix(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(most), b.begin()).first -
      a.begin());
}

void NameBatch::Clear() {
  bytes_.clear();
  entries_.clear();
  longest_ = 0;
  ascending_ = true;
}

void NameBatch::Add(std::string_view name, Row row) {
  ascending_ = ascending_ && (entries_.empty() || this->name(entries_.size() - 1) < name);
  entries_.push_back(
      {row, static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(name.size())});
  bytes_ += name;
  longest_ = std::max(longest_, name.size());
}

bool NameBatch::Sort(size_t& taken) {
  if (ascending_) return true;
  size_t shared = entries_.front().size;
  for (const Entry& e : entries_) shared = std::min(shared, SharedPrefix(name(0), text(e)));
  std::vector<uint64_t> heads(entries_.size());
  uint64_t differ = 0;
  for (size_t i = 0; i < heads.size(); ++i) {
    heads[i] = HeadOf(name(i).substr(shared));
    differ |= heads[i] ^ heads[0];
  }
  const HeadBits bits(differ);
  if (bits.count() + kIndexBits <= 64 && heads.size() <= size_t{1} << kIndexBits) {
    for (size_t i = 0; i < heads.size(); ++i) heads[i] = bits.Of(heads[i]) << kIndexBits | i;
    RadixSort(heads, kIndexBits);
    return Arrange(
        heads, [](uint64_t place) { return place >> kIndexBits; },
        [](uint64_t place) { return place & ((size_t{1} << kIndexBits) - 1); }, taken);
  }
  std::vector<std::pair<uint64_t, uint32_t>> places;
  for (size_t i = 0; i < heads.size(); ++i) places.emplace_back(heads[i], i);
  RadixSortBy(places, [](const auto& place) { return place.first; });
  return Arrange(
      places, [](const auto& place) { return place.first; },
      [](const auto& place) { return place.second; }, taken);
}

template <class Places, class Head, class Index>
bool NameBatch::Arrange(const Places& places, Head head, Index index, size_t& taken) {
  std::vector<Entry> sorted;
  sorted.reserve(places.size());
  for (const auto& place : places) sorted.push_back(entries_[index(place)]);
  entries_ = std::move(sorted);
  bool twice = false;
  // What the heads do not tell apart.
  for (size_t from = 0; from < places.size();) {
    size_t end = from + 1;
    while (end < places.size() && head(places[end]) == head(places[from])) ++end;
    if (end - from > 1) {
      const auto at = [this](size_t i) {
        return entries_.begin() + static_cast<std::ptrdiff_t>(i);
      };
      std::sort(at(from), at(end),
                [this](const Entry& a, const Entry& b) { return text(a) < text(b); });
      for (taken = from + 1; taken < end; ++taken) {
        if (name(taken - 1) != name(taken)) continue;
        if (row(taken - 1) != row(taken)) return false;
        twice = true;
      }
    }
    from = end;
  }
  if (twice) {
    entries_.erase(std::unique(entries_.begin(), entries_.end(),
                               [&](const Entry& a, const Entry& b) { return text(a) == text(b); }),
                   entries_.end());
  }
  return true;
}

size_t NameBatch::From(size_t i, std::string_view wanted) const {
  // Mostly near: twice as far each time, then by halves.
  size_t step = 1;
  while (i + step < size() && name(i + step) < wanted) {
    i += step;
    step *= 2;
  }
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(i);
  const auto last = entries_.begin() + static_cast<std::ptrdiff_t>(std::min(i + step, size()));
  const auto found =
      std::lower_bound(first, last, wanted, [this](const Entry& e, std::string_view n) {
        return std::string_view(bytes_).substr(e.offset, e.size) < n;
      });
  return static_cast<size_t>(found - entries_.begin());
}

void NameBatch::Compact() {
  std::erase_if(entries_, [](const Entry& e) { return e.row == kNoRow; });
}

}  // namespace relata::internal
