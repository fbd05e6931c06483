// SPDX-License-Identifier: Apache-2.0
//
// What the columnar evaluator computes with: the values of up to kRowsPerChunk rows at once, in
// three values and one more (a value, null, an error value, or undecided: left to the interpreter).

#ifndef RELATA_SRC_ENGINE_VECTOR_H_
#define RELATA_SRC_ENGINE_VECTOR_H_

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/columns.h"
#include "relata/model/value.h"

namespace relata::internal {

// --- Bits --------------------------------------------------------------------------------------

// The first `n` bits set.
ChunkBits FirstBits(size_t n);
bool AnyBit(const ChunkBits& bits);
size_t CountBits(const ChunkBits& bits);
// Whether every bit of `of` is set in `bits`.
inline bool CoversBits(const ChunkBits& bits, const ChunkBits& of) {
  uint64_t missing = 0;
  for (size_t w = 0; w < kWordsPerChunk; ++w) missing |= of[w] & ~bits[w];
  return missing == 0;
}

// Sets out[w] = f(w) for each word.
template <class F>
void EachWord(ChunkBits& out, const F& f) {
  for (size_t w = 0; w < kWordsPerChunk; ++w) out[w] = f(w);
}
// Calls f(i) for each bit that is set, ascending.
template <class F>
void EachBit(const ChunkBits& bits, const F& f) {
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
      f(w * 64 + static_cast<size_t>(std::countr_zero(word)));
    }
  }
}

// --- Rows and vectors --------------------------------------------------------------------------

// The rows an operator is asked about: `n` rows from `first`, a multiple of kRowsPerChunk; or those
// listed, where kNoRow stands for an empty record.
struct Rows {
  Row first = 0;
  size_t n = 0;
  const Row* list = nullptr;

  Row at(size_t i) const { return list != nullptr ? list[i] : first + static_cast<Row>(i); }
};

struct Vector {
  Value::Kind kind = Value::Kind::kNull;
  size_t n = 0;
  ChunkBits has{};        // holds a value
  ChunkBits error{};      // is an error value
  ChunkBits undecided{};  // must be asked of the interpreter; what is in none of the three is null
  ChunkBits truth{};      // kBool
  // Kinds of fixed size; codes when there is a dictionary. At least n, anything where not `has`.
  std::vector<int64_t> ints;
  // The currency of a money: `extra[i]`, or `extra_all` when `extra` is empty.
  std::vector<uint32_t> extra;
  uint32_t extra_all = 0;
  const Dictionary* dictionary = nullptr;
  std::vector<std::string_view> texts;  // kText without dictionary
  std::vector<std::string> owned;       // what `texts` may point to

  // Empty again, for `rows` rows of values of `of`.
  void Reset(Value::Kind of, size_t rows);
  bool Holds(size_t i) const { return TestBit(has, i); }
  std::string_view Text(size_t i) const {
    return dictionary != nullptr ? dictionary->text(static_cast<size_t>(ints[i])) : texts[i];
  }
  uint32_t Extra(size_t i) const { return extra.empty() ? extra_all : extra[i]; }
  void SetExtra(size_t i, uint32_t v) {
    if (v == Extra(i)) return;
    if (extra.empty()) extra.assign(n, extra_all);
    extra[i] = v;
  }
  // Null or the value of row `i`, which is neither an error nor undecided.
  Value Get(size_t i) const;
  // `v` into row `i`, which was null; undecided when it is of another kind.
  void Put(size_t i, const Value& v);
  // Neither a value nor anything else that is not null.
  ChunkBits Nulls() const;
};

// The values of a column at `rows`, all of them when `rows` is a chunk.
void ReadColumn(const ChunkedColumn& column, const Rows& rows, const ChunkBits& wanted,
                Vector& out);

// --- Comparing a chunk's integers in their packed form -----------------------------------------

enum class Order : uint8_t { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual, kNotEqual };

template <class T>
bool Holds(Order order, const T& a, const T& b) {
  switch (order) {
    case Order::kLess:
      return a < b;
    case Order::kLessEqual:
      return a <= b;
    case Order::kGreater:
      return a > b;
    case Order::kGreaterEqual:
      return a >= b;
    case Order::kEqual:
      return a == b;
    case Order::kNotEqual:
      return a != b;
  }
  return false;
}

// One bit for each slot of `ints` that compares so with `v`.
void ComparePacked(const PackedInts& ints, Order order, int64_t v, ChunkBits& out);

// One bit for each of the `n` integers that compares so with `v`.
void CompareInts(const int64_t* ints, size_t n, Order order, int64_t v, ChunkBits& out);
// The same, each with one of its own.
void CompareEachInt(const int64_t* a, const int64_t* b, size_t n, Order order, ChunkBits& out);
void CompareCounts(const uint32_t* counts, size_t n, Order order, int64_t v, ChunkBits& out);

// Bit i of `out` is flags[i] != 0; flags holds kRowsPerChunk bytes of 0 or 1.
void PackFlags(const uint8_t* flags, ChunkBits& out);

// One bit for each slot of `ints` whose value v has told[v] != 0; a value outside of `told` has
// not.
void SelectValues(const PackedInts& ints, std::span<const uint8_t> told, ChunkBits& out);

// The values of the slots listed, in that order.
void Gather(const PackedInts& ints, std::span<const uint32_t> slots, int64_t* out);

// Writes the numbers of the bits that are set; how many there are.
size_t ListBits(const ChunkBits& bits, uint32_t* out);
// Appends them.
void ListBits(const ChunkBits& bits, std::vector<uint32_t>& out);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_VECTOR_H_
