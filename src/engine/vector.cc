// SPDX-License-Identifier: Apache-2.0

#include "engine/vector.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/wide.h"

namespace relata::internal {

using Kind = Value::Kind;

namespace {
// Up to how many values are looked for one after the other.
constexpr size_t kFewValues = 6;
}  // namespace

ChunkBits FirstBits(size_t n) {
  ChunkBits bits{};
  for (size_t w = 0; w < kWordsPerChunk && w * 64 < n; ++w) {
    const size_t left = n - w * 64;
    bits[w] = left >= 64 ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
  }
  return bits;
}

bool AnyBit(const ChunkBits& bits) {
  uint64_t any = 0;
  for (uint64_t word : bits) any |= word;
  return any != 0;
}

RELATA_WIDE size_t CountBits(const ChunkBits& bits) {
  size_t count = 0;
  for (uint64_t word : bits) {
    // Written out: without the instruction for it the library's is a call a word.
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    count += word * 0x0101010101010101 >> 56;
  }
  return count;
}

void Vector::Reset(Kind of, size_t rows) {
  kind = of;
  n = rows;
  has = error = undecided = truth = ChunkBits{};
  extra.clear();
  extra_all = 0;
  texts.clear();
  owned.clear();
  dictionary = nullptr;
  if (of == Kind::kText) {
    texts.resize(rows);
  } else if (of != Kind::kBool && ints.size() < rows) {
    ints.resize(rows);  // where there is no value they are anything
  }
}

ChunkBits Vector::Nulls() const {
  ChunkBits nulls = FirstBits(n);
  EachWord(nulls, [&](size_t w) { return nulls[w] & ~(has[w] | error[w] | undecided[w]); });
  return nulls;
}

Value Vector::Get(size_t i) const {
  if (!Holds(i)) return Value();
  switch (kind) {
    case Kind::kBool:
      return Value::Bool(TestBit(truth, i));
    case Kind::kInt:
      return Value::Int(ints[i]);
    case Kind::kDouble:
      return Value::Double(std::bit_cast<double>(ints[i]));
    case Kind::kText:
      return Value::Text(Text(i));
    case Kind::kTimestamp:
      return Value::Time({ints[i]});
    case Kind::kDuration:
      return Value::Length({ints[i]});
    case Kind::kDate:
      return Value::Day({static_cast<int32_t>(ints[i])});
    case Kind::kMoney:
      return Value::Amount({ints[i], Currency::FromPacked(Extra(i))});
    default:
      return Value();
  }
}

void Vector::Put(size_t i, const Value& v) {
  if (v.is_null()) return;
  if (v.kind() != kind) return SetBit(undecided, i);
  SetBit(has, i);
  switch (kind) {
    case Kind::kBool:
      if (v.bool_value()) SetBit(truth, i);
      return;
    case Kind::kInt:
      ints[i] = v.int_value();
      return;
    case Kind::kDouble:
      ints[i] = std::bit_cast<int64_t>(v.double_value());
      return;
    case Kind::kText:
      // Reserved once, so that views of earlier texts stay good.
      if (owned.capacity() < n) owned.reserve(n);
      owned.push_back(v.text());
      texts[i] = owned.back();
      return;
    case Kind::kTimestamp:
      ints[i] = v.timestamp().micros;
      return;
    case Kind::kDuration:
      ints[i] = v.duration().micros;
      return;
    case Kind::kDate:
      ints[i] = v.date().days;
      return;
    case Kind::kMoney:
      ints[i] = v.money().units;
      SetExtra(i, v.money().currency.packed());
      return;
    default:
      ClearBit(has, i);
      SetBit(undecided, i);
  }
}

namespace {

void ReadChunk(const ChunkedColumn& column, const Rows& rows, Vector& out) {
  const Chunk* chunk = column.chunk(ChunkOf(rows.first));
  if (chunk == nullptr) return;
  const ChunkBits asked = FirstBits(std::min(rows.n, chunk->size));
  EachWord(out.has, [&](size_t w) { return chunk->present[w] & asked[w]; });
  if (column.kind() == Kind::kText && !chunk->coded) {
    EachBit(out.has, [&](size_t i) { out.texts[i] = chunk->Plain(i); });
    return;
  }
  const size_t room = std::max(rows.n, chunk->size);
  if (out.ints.size() < room) out.ints.resize(room);
  chunk->ints.Decode(out.ints.data());
  if (column.kind() == Kind::kText) {
    out.dictionary = &column.dictionary();
  } else if (column.kind() == Kind::kBool) {
    EachBit(out.has, [&](size_t i) {
      if (out.ints[i] != 0) SetBit(out.truth, i);
    });
  } else if (column.kind() == Kind::kMoney) {
    out.extra = chunk->extra;
    out.extra_all = chunk->extra_all;
    if (!out.extra.empty()) out.extra.resize(rows.n);
  }
}

}  // namespace

void ReadColumn(const ChunkedColumn& column, const Rows& rows, const ChunkBits& wanted,
                Vector& out) {
  out.Reset(column.kind(), rows.n);
  if (rows.list == nullptr) return ReadChunk(column, rows, out);
  EachBit(wanted, [&](size_t i) {
    const Row row = rows.list[i];
    if (row == kNoRow || !column.Has(row)) return;
    SetBit(out.has, i);
    switch (column.kind()) {
      case Kind::kText:
        out.texts[i] = column.Text(row);
        break;
      case Kind::kBool:
        if (column.Int(row) != 0) SetBit(out.truth, i);
        break;
      case Kind::kMoney:
        out.SetExtra(i, column.chunk(ChunkOf(row))->Extra(OffsetOf(row)));
        [[fallthrough]];
      default:
        out.ints[i] = column.Int(row);
    }
  });
}

namespace {

#ifdef __SSE2__
RELATA_WIDE_PART void PackFlagsHere(const uint8_t* flags, ChunkBits& out) {
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    uint64_t word = 0;
    for (size_t part = 0; part < 4; ++part) {
      const __m128i sixteen =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(flags + w * 64 + part * 16));
      // The lowest bit of each byte becomes its highest, which the mask takes.
      const auto bits = static_cast<uint32_t>(_mm_movemask_epi8(_mm_slli_epi16(sixteen, 7)));
      word |= uint64_t{bits} << (part * 16);
    }
    out[w] = word;
  }
}
#else
RELATA_WIDE_PART void PackFlagsHere(const uint8_t* flags, ChunkBits& out) {
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    uint64_t word = 0;
    for (size_t byte = 0; byte < 8; ++byte) {
      uint64_t eight = 0;
      std::memcpy(&eight, flags + w * 64 + byte * 8, 8);
      // Eight bytes of 0 or 1 become eight bits: each product lands on a bit of its own in the top
      // byte.
      word |= (eight * 0x0102040810204080) >> 56 << (byte * 8);
    }
    out[w] = word;
  }
}
#endif

template <class Code, class Test>
RELATA_WIDE_PART void Flag(const Code* codes, size_t n, const Test& test, ChunkBits& out) {
  alignas(64) uint8_t flags[kRowsPerChunk];
  for (size_t i = 0; i < n; ++i) flags[i] = test(codes[i]) ? 1 : 0;
  std::memset(flags + n, 0, kRowsPerChunk - n);
  PackFlagsHere(flags, out);
}

template <class Code>
RELATA_WIDE_PART void CompareEach(const Code* codes, size_t n, Order order, Code v,
                                  ChunkBits& out) {
  switch (order) {
    case Order::kLess:
      return Flag(
          codes, n, [v](Code c) { return c < v; }, out);
    case Order::kLessEqual:
      return Flag(
          codes, n, [v](Code c) { return c <= v; }, out);
    case Order::kGreater:
      return Flag(
          codes, n, [v](Code c) { return c > v; }, out);
    case Order::kGreaterEqual:
      return Flag(
          codes, n, [v](Code c) { return c >= v; }, out);
    case Order::kEqual:
      return Flag(
          codes, n, [v](Code c) { return c == v; }, out);
    case Order::kNotEqual:
      return Flag(
          codes, n, [v](Code c) { return c != v; }, out);
  }
}

RELATA_WIDE void CompareCodes(const uint8_t* codes, size_t n, Order order, uint8_t v,
                              ChunkBits& out) {
  CompareEach(codes, n, order, v, out);
}
RELATA_WIDE void CompareCodes(const uint16_t* codes, size_t n, Order order, uint16_t v,
                              ChunkBits& out) {
  CompareEach(codes, n, order, v, out);
}
RELATA_WIDE void CompareCodes(const uint32_t* codes, size_t n, Order order, uint32_t v,
                              ChunkBits& out) {
  CompareEach(codes, n, order, v, out);
}
RELATA_WIDE void CompareCodes(const int64_t* codes, size_t n, Order order, int64_t v,
                              ChunkBits& out) {
  CompareEach(codes, n, order, v, out);
}

// base + step * code against v, as code against a code. `step` is at least 1.
template <class Code>
void CompareScaled(const std::vector<Code>& codes, int64_t base, int64_t step, Order order,
                   int64_t v, ChunkBits& out) {
  const __int128 away = static_cast<__int128>(v) - base;
  const __int128 floor = away >= 0 ? away / step : -((-away + step - 1) / step);
  const bool exact = floor * step == away;
  if (!exact) {
    // Between two codes: nothing is equal, and the two orders of each direction are one.
    if (order == Order::kEqual || order == Order::kNotEqual) {
      out = order == Order::kEqual ? ChunkBits{} : FirstBits(codes.size());
      return;
    }
    order =
        order == Order::kLess || order == Order::kLessEqual ? Order::kLessEqual : Order::kGreater;
  }
  if (floor < 0 || floor > Code(-1)) {
    // All codes lie on one side of it.
    out = Holds(order, floor < 0 ? __int128{0} : __int128{Code(-1)}, floor)
              ? FirstBits(codes.size())
              : ChunkBits{};
    return;
  }
  CompareCodes(codes.data(), codes.size(), order, static_cast<Code>(floor), out);
}

}  // namespace

void PackFlags(const uint8_t* flags, ChunkBits& out) { PackFlagsHere(flags, out); }

void CompareInts(const int64_t* ints, size_t n, Order order, int64_t v, ChunkBits& out) {
  CompareCodes(ints, n, order, v, out);
}

RELATA_WIDE void CompareEachInt(const int64_t* a, const int64_t* b, size_t n, Order order,
                                ChunkBits& out) {
  alignas(64) uint8_t flags[kRowsPerChunk];
  std::memset(flags, 0, sizeof(flags));
  // Three of the six are others with the operands exchanged or the answer turned round.
  const bool swapped = order == Order::kGreater || order == Order::kLessEqual;
  if (swapped) std::swap(a, b);
  if (order == Order::kEqual || order == Order::kNotEqual) {
    for (size_t i = 0; i < n; ++i) flags[i] = a[i] == b[i] ? 1 : 0;
  } else {
    for (size_t i = 0; i < n; ++i) flags[i] = a[i] < b[i] ? 1 : 0;
  }
  PackFlagsHere(flags, out);
  if (order == Order::kNotEqual || order == Order::kLessEqual || order == Order::kGreaterEqual) {
    const ChunkBits all = FirstBits(n);
    EachWord(out, [&](size_t w) { return all[w] & ~out[w]; });
  }
}

void CompareCounts(const uint32_t* counts, size_t n, Order order, int64_t v, ChunkBits& out) {
  if (v < 0 || v > UINT32_MAX) {
    // All counts lie on one side of it.
    out = Holds(order, int64_t{0}, v < 0 ? int64_t{-1} : int64_t{1}) ? FirstBits(n) : ChunkBits{};
    return;
  }
  CompareCodes(counts, n, order, static_cast<uint32_t>(v), out);
}

void ComparePacked(const PackedInts& ints, Order order, int64_t v, ChunkBits& out) {
  std::visit(
      [&](const auto& codes) {
        using Codes = std::decay_t<decltype(codes)>;
        if constexpr (std::is_same_v<Codes, PackedInts::Wide>) {
          CompareCodes(codes.data(), codes.size(), order, v, out);
        } else if constexpr (std::is_same_v<Codes, PackedInts::Linear>) {
          if (ints.step() == 0) {
            out = Holds(order, ints.base(), v) ? FirstBits(codes.size) : ChunkBits{};
            return;
          }
          std::vector<int64_t> decoded(codes.size);
          ints.Decode(decoded.data());
          CompareCodes(decoded.data(), decoded.size(), order, v, out);
        } else {
          CompareScaled(codes, ints.base(), ints.step(), order, v, out);
        }
      },
      ints.codes());
}

void SelectValues(const PackedInts& ints, std::span<const uint8_t> told, ChunkBits& out) {
  out = ChunkBits{};
  std::vector<int64_t> values;
  for (size_t v = 0; v < told.size() && values.size() <= kFewValues; ++v) {
    if (told[v] != 0) values.push_back(static_cast<int64_t>(v));
  }
  if (values.size() <= kFewValues) {
    // A comparison each costs less than looking every code up.
    ChunkBits one{};
    for (const int64_t v : values) {
      ComparePacked(ints, Order::kEqual, v, one);
      EachWord(out, [&](size_t w) { return out[w] | one[w]; });
    }
    return;
  }
  alignas(64) std::array<uint8_t, kRowsPerChunk> flags{};
  const auto flag = [&](int64_t v) -> uint8_t {
    const auto at = static_cast<size_t>(v);
    return at < told.size() && told[at] != 0 ? 1 : 0;
  };
  if (const auto* codes = std::get_if<std::vector<uint8_t>>(&ints.codes())) {
    std::array<uint8_t, 256> of_code{};
    for (size_t code = 0; code < 256; ++code) {
      of_code[code] = flag(ints.base() + ints.step() * static_cast<int64_t>(code));
    }
    for (size_t i = 0; i < codes->size(); ++i) flags[i] = of_code[(*codes)[i]];
  } else {
    std::vector<int64_t> decoded(std::max(kRowsPerChunk, ints.size()));
    ints.Decode(decoded.data());
    for (size_t i = 0; i < ints.size(); ++i) flags[i] = flag(decoded[i]);
  }
  PackFlags(flags.data(), out);
}

void Gather(const PackedInts& ints, std::span<const uint32_t> slots, int64_t* out) {
  const auto base = static_cast<uint64_t>(ints.base());
  const auto step = static_cast<uint64_t>(ints.step());
  std::visit(
      [&](const auto& codes) {
        using Codes = std::decay_t<decltype(codes)>;
        for (size_t k = 0; k < slots.size(); ++k) {
          if constexpr (std::is_same_v<Codes, PackedInts::Wide>) {
            out[k] = codes[slots[k]];
          } else if constexpr (std::is_same_v<Codes, PackedInts::Linear>) {
            out[k] = static_cast<int64_t>(base + step * slots[k]);
          } else {
            out[k] = static_cast<int64_t>(base + step * codes[slots[k]]);
          }
        }
      },
      ints.codes());
}

size_t ListBits(const ChunkBits& bits, uint32_t* out) {
  uint32_t* at = out;
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
      *at++ = static_cast<uint32_t>(w * 64 + static_cast<size_t>(std::countr_zero(word)));
    }
  }
  return static_cast<size_t>(at - out);
}

void ListBits(const ChunkBits& bits, std::vector<uint32_t>& out) {
  const size_t before = out.size();
  out.resize(before + CountBits(bits));
  ListBits(bits, out.data() + before);
}

}  // namespace relata::internal
