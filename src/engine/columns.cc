// SPDX-License-Identifier: Apache-2.0

#include "engine/columns.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <type_traits>
#include <utility>

#include "base/wide.h"
#include "engine/distinct_texts.h"

namespace relata::internal {

using Kind = Value::Kind;

EditToken NewEdit() {
  static std::atomic<EditToken> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

// --- PackedInts --------------------------------------------------------------------------------

namespace {

template <class C>
constexpr bool kIsLinear = std::is_same_v<std::decay_t<C>, PackedInts::Linear>;
template <class C>
constexpr bool kIsWide = std::is_same_v<std::decay_t<C>, PackedInts::Wide>;

// The common step of the values that are present, and whether each is one step after the one
// before it, counted from the first slot.
struct Spread {
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
  uint64_t step = 0;
  bool linear = true;
};

Spread SpreadOf(const PackedInts::Wide& wide, const ChunkBits& present) {
  Spread s;
  std::optional<size_t> first;
  uint64_t slope = 0;
  for (size_t i = 0; i < wide.size(); ++i) {
    if (!TestBit(present, i)) continue;
    if (!first) first = i;
    const uint64_t from_first =
        static_cast<uint64_t>(wide[i]) - static_cast<uint64_t>(wide[*first]);
    const uint64_t away = wide[i] >= wide[*first] ? from_first : -from_first;
    if (s.step != 1 && (s.step == 0 || away % s.step != 0)) s.step = std::gcd(s.step, away);
    if (i == *first + 1) slope = from_first;
    s.linear = s.linear && from_first == slope * (i - *first);
    s.min = std::min(s.min, wide[i]);
    s.max = std::max(s.max, wide[i]);
  }
  return s;
}

template <class Code>
std::vector<Code> Encode(const PackedInts::Wide& wide, const ChunkBits& present, int64_t base,
                         uint64_t step) {
  std::vector<Code> codes(wide.size());
  for (size_t i = 0; i < wide.size(); ++i) {
    if (!TestBit(present, i)) continue;
    codes[i] =
        static_cast<Code>((static_cast<uint64_t>(wide[i]) - static_cast<uint64_t>(base)) / step);
  }
  return codes;
}

}  // namespace

size_t PackedInts::size() const {
  return std::visit(
      [](const auto& codes) -> size_t {
        if constexpr (kIsLinear<decltype(codes)>) {
          return codes.size;
        } else {
          return codes.size();
        }
      },
      codes_);
}

int64_t PackedInts::Get(size_t i) const {
  return std::visit(
      [&](const auto& codes) -> int64_t {
        if constexpr (kIsWide<decltype(codes)>) {
          return codes[i];
        } else {
          uint64_t code = i;
          if constexpr (!kIsLinear<decltype(codes)>) code = codes[i];
          return static_cast<int64_t>(static_cast<uint64_t>(base_) +
                                      static_cast<uint64_t>(step_) * code);
        }
      },
      codes_);
}

void PackedInts::Resize(size_t n) {
  std::visit(
      [&](auto& codes) {
        if constexpr (kIsLinear<decltype(codes)>) {
          codes.size = std::max(codes.size, n);
        } else {
          if (codes.size() < n) codes.resize(n);
        }
      },
      codes_);
}

void PackedInts::Set(size_t i, int64_t v) {
  const bool fits = std::visit(
      [&](auto& codes) {
        if constexpr (kIsWide<decltype(codes)>) {
          codes[i] = v;
          return true;
        } else if constexpr (kIsLinear<decltype(codes)>) {
          return Get(i) == v;
        } else {
          using Code = typename std::decay_t<decltype(codes)>::value_type;
          const uint64_t away = static_cast<uint64_t>(v) - static_cast<uint64_t>(base_);
          const auto step = static_cast<uint64_t>(step_);
          if (v < base_ || away % step != 0 || away / step > Code(-1)) return false;
          codes[i] = static_cast<Code>(away / step);
          return true;
        }
      },
      codes_);
  if (fits) return;
  Widen();
  std::get<Wide>(codes_)[i] = v;
}

void PackedInts::Widen() {
  Wide wide(size());
  Decode(wide.data());
  codes_ = std::move(wide);
  base_ = 0;
  step_ = 1;
}

void PackedInts::Pack(const ChunkBits& present) {
  const Wide* wide = std::get_if<Wide>(&codes_);
  if (wide == nullptr) return;
  const Spread s = SpreadOf(*wide, present);
  if (s.min > s.max) {  // no value at all
    codes_ = Linear{wide->size()};
    return;
  }
  const auto range = static_cast<uint64_t>(s.max) - static_cast<uint64_t>(s.min);
  const uint64_t step = s.step == 0 ? 1 : s.step;
  const uint64_t codes = range / step;
  if (range == 0) {
    base_ = s.min;
    step_ = 0;
    codes_ = Linear{wide->size()};
  } else if (s.linear && TestBit(present, 0) && TestBit(present, 1)) {
    base_ = (*wide)[0];
    step_ =
        static_cast<int64_t>(static_cast<uint64_t>((*wide)[1]) - static_cast<uint64_t>((*wide)[0]));
    codes_ = Linear{wide->size()};
  } else if (codes <= UINT32_MAX && step <= INT64_MAX) {
    Codes packed;
    if (codes <= UINT8_MAX) {
      packed = Encode<uint8_t>(*wide, present, s.min, step);
    } else if (codes <= UINT16_MAX) {
      packed = Encode<uint16_t>(*wide, present, s.min, step);
    } else {
      packed = Encode<uint32_t>(*wide, present, s.min, step);
    }
    codes_ = std::move(packed);
    base_ = s.min;
    step_ = static_cast<int64_t>(step);
  } else {
    std::get<Wide>(codes_).shrink_to_fit();
  }
}

namespace {

template <class Code>
RELATA_WIDE_PART void DecodeEach(std::span<const Code> codes, uint64_t base, uint64_t step,
                                 int64_t* out) {
  if (step == 1) {
    for (size_t i = 0; i < codes.size(); ++i) out[i] = static_cast<int64_t>(base + codes[i]);
  } else if (step <= UINT32_MAX) {
    // Of two halves of a word, which processors multiply several at a time.
    const auto narrow = static_cast<uint32_t>(step);
    for (size_t i = 0; i < codes.size(); ++i) {
      out[i] = static_cast<int64_t>(base + uint64_t{narrow} * uint32_t{codes[i]});
    }
  } else {
    for (size_t i = 0; i < codes.size(); ++i) {
      out[i] = static_cast<int64_t>(base + step * codes[i]);
    }
  }
}

RELATA_WIDE void DecodeCodes(std::span<const uint8_t> codes, uint64_t base, uint64_t step,
                             int64_t* out) {
  DecodeEach(codes, base, step, out);
}
RELATA_WIDE void DecodeCodes(std::span<const uint16_t> codes, uint64_t base, uint64_t step,
                             int64_t* out) {
  DecodeEach(codes, base, step, out);
}
RELATA_WIDE void DecodeCodes(std::span<const uint32_t> codes, uint64_t base, uint64_t step,
                             int64_t* out) {
  DecodeEach(codes, base, step, out);
}

}  // namespace

void PackedInts::Decode(int64_t* out) const {
  const auto base = static_cast<uint64_t>(base_);
  const auto step = static_cast<uint64_t>(step_);
  std::visit(
      [&](const auto& codes) {
        if constexpr (kIsWide<decltype(codes)>) {
          std::copy(codes.begin(), codes.end(), out);
        } else if constexpr (kIsLinear<decltype(codes)>) {
          for (size_t i = 0; i < codes.size; ++i) out[i] = static_cast<int64_t>(base + step * i);
        } else {
          DecodeCodes(std::span(codes), base, step, out);
        }
      },
      codes_);
}

size_t PackedInts::MemoryUsed() const {
  return std::visit(
      [](const auto& codes) -> size_t {
        if constexpr (kIsLinear<decltype(codes)>) {
          return 0;
        } else {
          return codes.capacity() * sizeof(codes[0]);
        }
      },
      codes_);
}

// --- Dictionary --------------------------------------------------------------------------------

std::optional<uint32_t> Dictionary::Find(std::string_view text) const {
  const auto it = codes_.find(text);
  if (it == codes_.end()) return std::nullopt;
  return it->second;
}

std::optional<uint32_t> Dictionary::Add(std::string_view text) {
  if (const auto code = Find(text)) return code;
  if (texts_.size() == kMaxTexts) return std::nullopt;
  const auto code = static_cast<uint32_t>(texts_.size());
  texts_.emplace_back(text);
  codes_.emplace(text, code);
  return code;
}

size_t Dictionary::MemoryUsed() const {
  size_t bytes = 0;
  for (const std::string& text : texts_) bytes += 2 * (sizeof(text) + text.capacity()) + 24;
  return bytes;
}

// --- Chunk and ChunkedColumn -------------------------------------------------------------------

size_t Chunk::MemoryUsed() const {
  return sizeof(*this) + ints.MemoryUsed() + extra.capacity() * sizeof(uint32_t) +
         (begin.capacity() + length.capacity()) * sizeof(uint32_t) + arena.capacity() +
         lists.capacity() * sizeof(Value);
}

std::string_view ChunkedColumn::Text(int64_t row) const {
  const Chunk& chunk = *chunks_[ChunkOf(row)];
  const size_t i = OffsetOf(row);
  return chunk.coded ? dictionary_->text(static_cast<size_t>(chunk.Int(i))) : chunk.Plain(i);
}

RecordRef ChunkedColumn::Record(int64_t row) const {
  const Chunk& chunk = *chunks_[ChunkOf(row)];
  const size_t i = OffsetOf(row);
  return {target_ != kNoType ? target_ : static_cast<TypeId>(chunk.Extra(i)), chunk.Int(i)};
}

Value ChunkedColumn::Get(int64_t row) const {
  if (!Has(row)) return Value();
  const Chunk& chunk = *chunks_[ChunkOf(row)];
  const size_t i = OffsetOf(row);
  switch (kind_) {
    case Kind::kBool:
      return Value::Bool(chunk.Int(i) != 0);
    case Kind::kInt:
      return Value::Int(chunk.Int(i));
    case Kind::kDouble:
      return Value::Double(std::bit_cast<double>(chunk.Int(i)));
    case Kind::kText:
      return Value::Text(Text(row));
    case Kind::kTimestamp:
      return Value::Time({chunk.Int(i)});
    case Kind::kDuration:
      return Value::Length({chunk.Int(i)});
    case Kind::kDate:
      return Value::Day({static_cast<int32_t>(chunk.Int(i))});
    case Kind::kMoney:
      return Value::Amount({chunk.Int(i), Currency::FromPacked(chunk.Extra(i))});
    case Kind::kRecord:
      return Value::Record(Record(row));
    case Kind::kList:
      return chunk.lists[i];
    default:
      return Value();
  }
}

const Dictionary& ChunkedColumn::dictionary() const {
  static const Dictionary kEmpty;
  return dictionary_ ? *dictionary_ : kEmpty;
}

Chunk& ChunkedColumn::EditRow(int64_t row, EditToken edit) {
  const size_t index = ChunkOf(row);
  if (index >= chunks_.size() && chunks_.size() > 0) {
    // The chunk that was last so far will see updates only: now packing pays.
    Pack(chunks_.Edit(chunks_.size() - 1, edit), edit);
  }
  Chunk& chunk = chunks_.Edit(index, edit);
  const size_t needed = OffsetOf(row) + 1;
  if (chunk.size >= needed) return chunk;
  chunk.size = needed;
  if (kind_ == Kind::kList) {
    chunk.lists.resize(needed);
  } else if (kind_ == Kind::kText && !chunk.coded) {
    chunk.begin.resize(needed);
    chunk.length.resize(needed);
  } else {
    chunk.ints.Resize(needed);
    if (!chunk.extra.empty()) chunk.extra.resize(needed);
  }
  return chunk;
}

void ChunkedColumn::PutNull(int64_t row, EditToken edit) {
  if (!Has(row)) return;
  Chunk& chunk = chunks_.Edit(ChunkOf(row), edit);
  const size_t i = OffsetOf(row);
  if (kind_ == Kind::kText) DropText(chunk, i);
  if (kind_ == Kind::kList) chunk.lists[i] = Value();
  ClearBit(chunk.present, i);
}

void ChunkedColumn::PutInt(int64_t row, int64_t v, uint32_t extra, EditToken edit) {
  StoreInt(EditRow(row, edit), OffsetOf(row), v, extra);
}

void ChunkedColumn::PutInts(int64_t first, std::span<const int64_t> values, uint32_t extra,
                            EditToken edit) {
  const bool plain = kind_ != Kind::kMoney && (kind_ != Kind::kRecord || target_ != kNoType);
  while (!values.empty()) {
    const size_t offset = OffsetOf(first);
    const size_t n = std::min(values.size(), kRowsPerChunk - offset);
    Chunk& chunk = EditRow(first + static_cast<int64_t>(n) - 1, edit);
    int64_t* const wide = plain ? chunk.ints.wide() : nullptr;
    for (size_t i = 0; i < n; ++i) {
      if (wide == nullptr) {
        StoreInt(chunk, offset + i, values[i], extra);
        continue;
      }
      SetBit(chunk.present, offset + i);
      wide[offset + i] = values[i];
      chunk.min = std::min(chunk.min, values[i]);
      chunk.max = std::max(chunk.max, values[i]);
    }
    first += static_cast<int64_t>(n);
    values = values.subspan(n);
  }
}

void ChunkedColumn::PutText(int64_t row, std::string_view v, EditToken edit) {
  StoreText(EditRow(row, edit), OffsetOf(row), v, edit);
}

void ChunkedColumn::Put(int64_t row, const Value& v, EditToken edit) {
  switch (v.kind() == kind_ ? kind_ : Kind::kNull) {
    case Kind::kBool:
      return PutInt(row, v.bool_value() ? 1 : 0, 0, edit);
    case Kind::kInt:
      return PutInt(row, v.int_value(), 0, edit);
    case Kind::kDouble:
      return PutInt(row, std::bit_cast<int64_t>(v.double_value()), 0, edit);
    case Kind::kText:
      return PutText(row, v.text(), edit);
    case Kind::kTimestamp:
      return PutInt(row, v.timestamp().micros, 0, edit);
    case Kind::kDuration:
      return PutInt(row, v.duration().micros, 0, edit);
    case Kind::kDate:
      return PutInt(row, v.date().days, 0, edit);
    case Kind::kMoney:
      return PutInt(row, v.money().units, v.money().currency.packed(), edit);
    case Kind::kRecord:
      return PutInt(row, v.record().row, v.record().type, edit);
    case Kind::kList:
      return StoreList(EditRow(row, edit), OffsetOf(row), v);
    default:
      return PutNull(row, edit);
  }
}

void ChunkedColumn::PutAll(std::span<const int64_t> rows, const Column& source, EditToken edit) {
  // A chunk at a time, not a value: this is the path of every load.
  for (size_t i = 0; i < rows.size();) {
    const auto next = static_cast<int64_t>((ChunkOf(rows[i]) + 1) * kRowsPerChunk);
    const auto until = std::lower_bound(rows.begin() + static_cast<ptrdiff_t>(i), rows.end(), next);
    const auto end = static_cast<size_t>(until - rows.begin());
    PutRun(rows.subspan(i, end - i), source, i, edit);
    i = end;
  }
}

// Values from `first` on into rows of one chunk.
void ChunkedColumn::PutRun(std::span<const int64_t> rows, const Column& source, size_t first,
                           EditToken edit) {
  size_t last = rows.size();
  while (last > 0 && source.IsNull(first + last - 1)) PutNull(rows[--last], edit);
  if (last == 0) return;
  Chunk& chunk = EditRow(rows[last - 1], edit);
  const bool plain = kind_ != Kind::kText && kind_ != Kind::kList && kind_ != Kind::kMoney &&
                     (kind_ != Kind::kRecord || target_ != kNoType);
  int64_t* const wide = plain ? chunk.ints.wide() : nullptr;
  for (size_t i = 0; i < last; ++i) {
    const size_t offset = OffsetOf(rows[i]);
    if (source.IsNull(first + i)) {
      PutNull(rows[i], edit);
    } else if (wide == nullptr) {
      PutFrom(chunk, offset, source, first + i, edit);
    } else {
      const int64_t v = source.Int(first + i);
      SetBit(chunk.present, offset);
      wide[offset] = v;
      chunk.min = std::min(chunk.min, v);
      chunk.max = std::max(chunk.max, v);
    }
  }
}

void ChunkedColumn::PutChunk(size_t chunk, std::span<const int64_t> values,
                             const ChunkBits& present, uint32_t extra, EditToken edit) {
  Chunk& here = chunks_.Edit(chunk, edit);
  here = Chunk();
  here.size = values.size();
  here.present = present;
  here.extra_all = extra;
  here.ints.Resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (!TestBit(present, i)) continue;
    here.ints.Set(i, values[i]);
    here.min = std::min(here.min, values[i]);
    here.max = std::max(here.max, values[i]);
  }
  here.ints.Pack(present);
}

void ChunkedColumn::Repack(EditToken edit) {
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const Chunk* chunk = chunks_[i];
    if (chunk == nullptr || !std::holds_alternative<PackedInts::Wide>(chunk->ints.codes())) {
      continue;
    }
    if (chunks_.Edits(i, edit)) chunks_.Edit(i, edit).ints.Pack(chunk->present);
  }
}

void ChunkedColumn::PutFrom(Chunk& chunk, size_t offset, const Column& source, size_t i,
                            EditToken edit) {
  switch (kind_) {
    case Kind::kText:
      return StoreText(chunk, offset, source.Text(i), edit);
    case Kind::kMoney:
      return StoreInt(chunk, offset, source.Amount(i).units, source.Amount(i).currency.packed());
    case Kind::kRecord:
      return StoreInt(chunk, offset, source.Record(i).row, source.Record(i).type);
    case Kind::kList:
      return StoreList(chunk, offset, source.Get(i));
    default:
      return StoreInt(chunk, offset, source.Int(i), 0);
  }
}

void ChunkedColumn::StoreInt(Chunk& chunk, size_t offset, int64_t v, uint32_t extra) {
  SetBit(chunk.present, offset);
  chunk.ints.Set(offset, v);
  chunk.min = std::min(chunk.min, v);
  chunk.max = std::max(chunk.max, v);
  if (kind_ != Kind::kMoney && (kind_ != Kind::kRecord || target_ != kNoType)) return;
  if (chunk.extra.empty()) {
    if (extra == chunk.extra_all) return;
    const bool only =
        std::all_of(chunk.present.begin(), chunk.present.end(), [&](const auto& word) {
          const auto at = static_cast<size_t>(&word - chunk.present.data());
          return word == (at == offset / 64 ? uint64_t{1} << (offset % 64) : 0);
        });
    if (only) {
      chunk.extra_all = extra;
      return;
    }
    chunk.extra.assign(chunk.size, chunk.extra_all);
  }
  chunk.extra[offset] = extra;
}

void ChunkedColumn::StoreText(Chunk& chunk, size_t offset, std::string_view v, EditToken edit) {
  if (chunk.coded) {
    std::optional<uint32_t> code = dictionary_->Find(v);
    if (!code) code = dictionary_.Edit(edit).Add(v);
    if (code) {
      SetBit(chunk.present, offset);
      chunk.ints.Set(offset, *code);
      return;
    }
    Uncode(chunk);
  }
  StorePlain(chunk, offset, v);
}

void ChunkedColumn::StorePlain(Chunk& chunk, size_t offset, std::string_view v) {
  DropText(chunk, offset);
  SetBit(chunk.present, offset);
  chunk.begin[offset] = static_cast<uint32_t>(chunk.arena.size());
  chunk.length[offset] = static_cast<uint32_t>(v.size());
  chunk.arena.append(v);
}

void ChunkedColumn::StoreList(Chunk& chunk, size_t offset, const Value& v) {
  SetBit(chunk.present, offset);
  chunk.lists[offset] = v;
}

// Forgets a plain text's bytes; gives the arena's holes back when they outweigh the rest.
void ChunkedColumn::DropText(Chunk& chunk, size_t offset) {
  if (chunk.coded || !chunk.Has(offset)) return;
  ClearBit(chunk.present, offset);
  chunk.dead_bytes += chunk.length[offset];
  if (chunk.dead_bytes < 4096 || chunk.dead_bytes < chunk.arena.size() / 2) return;
  std::string arena;
  for (size_t i = 0; i < chunk.size; ++i) {
    if (!TestBit(chunk.present, i)) continue;
    const std::string_view text = chunk.Plain(i);
    chunk.begin[i] = static_cast<uint32_t>(arena.size());
    arena.append(text);
  }
  chunk.arena = std::move(arena);
  chunk.dead_bytes = 0;
}

void ChunkedColumn::Uncode(Chunk& chunk) const {
  chunk.begin.assign(chunk.size, 0);
  chunk.length.assign(chunk.size, 0);
  for (size_t i = 0; i < chunk.size; ++i) {
    if (!TestBit(chunk.present, i)) continue;
    const std::string_view text = dictionary_->text(static_cast<size_t>(chunk.Int(i)));
    chunk.begin[i] = static_cast<uint32_t>(chunk.arena.size());
    chunk.length[i] = static_cast<uint32_t>(text.size());
    chunk.arena.append(text);
  }
  chunk.ints = PackedInts();
  chunk.coded = false;
}

void ChunkedColumn::Pack(Chunk& chunk, EditToken edit) {
  if (kind_ == Kind::kText) {
    PackText(chunk, edit);
  } else if (kind_ != Kind::kList) {
    chunk.ints.Pack(chunk.present);
  }
}

void ChunkedColumn::PackText(Chunk& chunk, EditToken edit) {
  // Codes pay when most rows repeat a text of the chunk; counted first, so that a column of
  // different texts leaves nothing in the dictionary.
  static_assert(DistinctTexts::kMost == kRowsPerChunk / 8);
  if (chunk.coded) return;
  DistinctTexts texts;
  std::vector<uint16_t> numbers(chunk.size);
  size_t number = 0;
  for (size_t i = 0; i < chunk.size && number < DistinctTexts::kMost; ++i) {
    if (!TestBit(chunk.present, i)) continue;
    number = texts.Add(chunk.Plain(i));
    numbers[i] = static_cast<uint16_t>(number);
  }
  const size_t known = dictionary_ ? dictionary_->size() : 0;
  if (number == DistinctTexts::kMost || known + texts.texts().size() > Dictionary::kMaxTexts) {
    chunk.arena.shrink_to_fit();
    return;
  }
  Dictionary& dictionary = dictionary_.Edit(edit);
  std::vector<int64_t> codes;
  for (const std::string_view text : texts.texts()) codes.push_back(*dictionary.Add(text));
  chunk.ints.Resize(chunk.size);
  int64_t* const wide = chunk.ints.wide();
  for (size_t i = 0; i < chunk.size; ++i) {
    if (TestBit(chunk.present, i)) wide[i] = codes[numbers[i]];
  }
  chunk.ints.Pack(chunk.present);
  chunk.coded = true;
  // Swapped away, because assignment would keep the room.
  std::vector<uint32_t>().swap(chunk.begin);
  std::vector<uint32_t>().swap(chunk.length);
  std::string().swap(chunk.arena);
  chunk.dead_bytes = 0;
}

size_t ChunkedColumn::MemoryUsed() const {
  size_t bytes = dictionary_ ? dictionary_->MemoryUsed() : 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i] != nullptr) bytes += sizeof(Cow<Chunk>) + chunks_[i]->MemoryUsed();
  }
  return bytes;
}

}  // namespace relata::internal
