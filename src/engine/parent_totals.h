// SPDX-License-Identifier: Apache-2.0
//
// What the elements of a list add up to, for each of many parents: lengths, sums, extremes, whether
// an element decides a quantifier; and of which parents the list is an error or the interpreter's.
//
// Elements come in any order: what they add up to does not follow it, but for a sum that overflows
// on the way, which is left to the interpreter.

#ifndef RELATA_SRC_ENGINE_PARENT_TOTALS_H_
#define RELATA_SRC_ENGINE_PARENT_TOTALS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "base/large_pages.h"
#include "engine/operator.h"
#include "engine/vector.h"

namespace relata::internal {

// One bit a parent, held only once a bit was set.
class ParentBits {
 public:
  explicit ParentBits(size_t parents = 0) : parents_(parents) {}
  void Set(size_t i) { Words()[i / 64] |= uint64_t{1} << (i % 64); }
  bool none() const { return words_.empty(); }
  void Join(const ParentBits& other) {
    if (other.none()) return;
    uint64_t* const words = Words();
    for (size_t w = 0; w < words_.size(); ++w) words[w] |= other.words_[w];
  }
  // All words, to set bits in.
  uint64_t* Words() {
    if (words_.empty()) words_.resize(parents_ / 64 + 1);
    return words_.data();
  }
  // The bits of 64 parents.
  uint64_t Word(size_t w) const { return w < words_.size() ? words_[w] : 0; }
  bool Test(size_t i) const { return !words_.empty() && (words_[i / 64] >> (i % 64) & 1); }

 private:
  size_t parents_;
  LargeVector<uint64_t> words_;
};

// Elements of a chunk, the k-th of which is a parent's: `parents[k]`.
struct ParentedElements {
  std::span<const int64_t> parents;
  std::span<const uint32_t> slots;  // where their values are; empty when they are the first ones
  const Vector* values = nullptr;

  size_t slot(size_t k) const { return slots.empty() ? k : slots[k]; }
  int64_t value(size_t k) const { return values->ints[slot(k)]; }
};

class ParentTotals {
 public:
  struct Shape {
    Reduction reduction = Reduction::kCount;
    Value::Kind kind = Value::Kind::kInt;  // of sums and extremes
    bool counts = false;                   // the length is wanted too
  };

  // Nothing has been added yet.
  void Start(const Shape& shape, size_t parents);
  bool counts() const { return shape_.counts; }

  // --- Adding ---

  void Count(std::span<const int64_t> parents);
  void Hit(std::span<const int64_t> parents);
  void Sum(const ParentedElements& elements);
  void TakeExtremes(const ParentedElements& elements);

  // An error in the list itself; in what is asked of its elements; not to be decided here.
  void SpoilList(size_t parent) { list_error_.Set(parent); }
  void SpoilBody(size_t parent) { body_error_.Set(parent); }
  void LeaveToInterpreter(size_t parent) { undecided_.Set(parent); }

  // The elements of one parent are another's too.
  void Fold(size_t from, size_t to);
  // What was added to `other`, which has as many parents, was added here.
  void Join(const ParentTotals& other);

  // --- Reading ---

  // What `read` says of the parents at `rows`; the list of an empty record is empty.
  void Read(const Rows& rows, const ChunkBits& wanted, Reduction read, Vector& out) const;
  // Whether what is read of a chunk of parents compares so with `v`, an amount being in `currency`:
  // false, and nothing is done, when that cannot be told as a whole.
  bool Compare(const Rows& rows, const ChunkBits& wanted, Reduction read, Order order, int64_t v,
               uint32_t currency, Vector& out) const;

 private:
  struct Extremes {
    int64_t min = INT64_MAX;
    int64_t max = INT64_MIN;

    void Take(int64_t v) {
      min = std::min(min, v);
      max = std::max(max, v);
    }
    bool none() const { return max < min; }
  };

  bool Compares() const {
    return shape_.reduction == Reduction::kMin || shape_.reduction == Reduction::kMax;
  }
  bool NeedsCount() const {
    return shape_.counts || shape_.reduction == Reduction::kCount ||
           shape_.reduction == Reduction::kExistsOne;
  }
  void AddTo(size_t parent, int64_t v, uint32_t currency);
  void JoinSums(const ParentTotals& other);
  void Separate();
  uint32_t CurrencyOf(size_t parent) const;
  bool Plain(Reduction read) const;
  bool ReadChunk(const Rows& rows, const ChunkBits& wanted, Reduction read, Vector& out) const;
  void ReadAt(size_t parent, size_t i, Reduction read, Vector& out) const;

  Shape shape_;
  size_t parents_ = 0;
  LargeVector<uint32_t> count_;
  LargeVector<int64_t> value_;
  LargeVector<Extremes> extremes_;
  // The one currency of all sums and who has a sum, or the currency of each.
  uint32_t currency_ = 0;
  ParentBits summed_;
  std::vector<uint32_t> currencies_;
  ParentBits list_error_;
  ParentBits body_error_;
  ParentBits undecided_;
  ParentBits hit_;  // an element that decides a quantifier
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_PARENT_TOTALS_H_
