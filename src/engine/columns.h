// SPDX-License-Identifier: Apache-2.0
//
// Columns of the graph in memory, as snapshots share them and evaluators scan them.
//
// A ChunkedColumn is a directory of chunks of kChunkRows rows. A chunk has a bitmap of the rows
// that hold a value and, by kind, integers (every kind of fixed size: a double is its bits, a money
// its units, a link its row) or text. When the next
// chunk begins a chunk is packed: integers become the narrowest code of
// `base + step * code`, text of few different values becomes codes of the column's dictionary.
// The last chunk stays wide, so that appending is cheap.
//
// Thread rule: a column under edit belongs to one thread; a published one is immutable.

#ifndef RELATA_SRC_ENGINE_COLUMNS_H_
#define RELATA_SRC_ENGINE_COLUMNS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/strings.h"
#include "engine/cow.h"
#include "relata/engine/snapshot.h"
#include "relata/model/column.h"
#include "relata/model/value.h"

namespace relata::internal {

inline constexpr size_t kRowsPerChunk = static_cast<size_t>(kChunkRows);
inline constexpr size_t kWordsPerChunk = kRowsPerChunk / 64;

inline size_t ChunkOf(int64_t row) { return static_cast<size_t>(row) / kRowsPerChunk; }
inline size_t OffsetOf(int64_t row) { return static_cast<size_t>(row) % kRowsPerChunk; }

// One bit a row of a chunk.
using ChunkBits = std::array<uint64_t, kWordsPerChunk>;

inline bool TestBit(const ChunkBits& bits, size_t i) { return bits[i / 64] >> (i % 64) & 1; }
inline void SetBit(ChunkBits& bits, size_t i) { bits[i / 64] |= uint64_t{1} << (i % 64); }
inline void ClearBit(ChunkBits& bits, size_t i) { bits[i / 64] &= ~(uint64_t{1} << (i % 64)); }

// Up to kRowsPerChunk integers: wide (the codes are the values) or packed (value = base + step *
// code, all modulo 2^64). Slots without a value hold any code.
class PackedInts {
 public:
  // Every value is base + step * (its index): a constant when step is 0.
  struct Linear {
    size_t size = 0;
  };
  using Wide = std::vector<int64_t>;
  using Codes = std::variant<Wide, std::vector<uint8_t>, std::vector<uint16_t>,
                             std::vector<uint32_t>, Linear>;

  size_t size() const;
  int64_t Get(size_t i) const;
  // Appends slots without a value up to `n` of them.
  void Resize(size_t n);
  // `i` < size(). Values that the packing cannot say make the block wide again.
  void Set(size_t i, int64_t v);
  // Takes the narrowest form for the values of the slots in `present`.
  void Pack(const ChunkBits& present);
  // All size() values; `out` has room for them.
  void Decode(int64_t* out) const;

  const Codes& codes() const { return codes_; }
  // The values themselves while they are wide, or nullptr.
  int64_t* wide() {
    Wide* values = std::get_if<Wide>(&codes_);
    return values == nullptr ? nullptr : values->data();
  }
  int64_t base() const { return base_; }
  int64_t step() const { return step_; }
  size_t MemoryUsed() const;

 private:
  void Widen();

  Codes codes_;
  int64_t base_ = 0;
  int64_t step_ = 1;
};

// The texts of a column's coded chunks. A code, once given, keeps its text.
class Dictionary {
 public:
  static constexpr size_t kMaxTexts = 4096;

  size_t size() const { return texts_.size(); }
  std::string_view text(size_t code) const { return texts_[code]; }
  std::optional<uint32_t> Find(std::string_view text) const;
  // The text's code, given now when it had none; nothing when the dictionary is full.
  std::optional<uint32_t> Add(std::string_view text);
  size_t MemoryUsed() const;

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, uint32_t, StringHash, std::equal_to<>> codes_;
};

// The values of kRowsPerChunk rows, or of the first `size` of them.
struct Chunk {
  size_t size = 0;
  ChunkBits present{};
  // No present integer is outside (kept early: may be wider than the values after updates).
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
  // Values of fixed size; codes of the dictionary when `coded`.
  PackedInts ints;
  // The currency of a money, the type of a link: `extra[i]`, or `extra_all` when `extra` is empty.
  std::vector<uint32_t> extra;
  uint32_t extra_all = 0;
  // Text that is not coded: `arena` from `begin` on, `length` bytes.
  bool coded = false;
  std::vector<uint32_t> begin;
  std::vector<uint32_t> length;
  std::string arena;
  size_t dead_bytes = 0;  // bytes of the arena that no row names any more
  std::vector<Value> lists;

  bool Has(size_t i) const { return i < size && TestBit(present, i); }
  // Each on a row that has a value.
  int64_t Int(size_t i) const { return ints.Get(i); }
  uint32_t Extra(size_t i) const { return extra.empty() ? extra_all : extra[i]; }
  std::string_view Plain(size_t i) const {
    return std::string_view(arena).substr(begin[i], length[i]);
  }
  size_t MemoryUsed() const;
};

class ChunkedColumn {
 public:
  ChunkedColumn() = default;
  // `target` is the type all links point to, or kNoType when each names its own.
  explicit ChunkedColumn(Value::Kind kind, TypeId target = kNoType)
      : kind_(kind), target_(target) {}

  Value::Kind kind() const { return kind_; }
  TypeId target() const { return target_; }

  // --- Reading. Rows that were never put hold no value. ---
  bool Has(int64_t row) const {
    const Chunk* chunk = chunks_[ChunkOf(row)];
    return chunk != nullptr && chunk->Has(OffsetOf(row));
  }
  Value Get(int64_t row) const;
  // Each on a row that holds a value of the kind.
  int64_t Int(int64_t row) const { return chunks_[ChunkOf(row)]->Int(OffsetOf(row)); }
  std::string_view Text(int64_t row) const;
  RecordRef Record(int64_t row) const;

  // --- Scanning: nullptr for a chunk without any value. ---
  size_t chunk_count() const { return chunks_.size(); }
  const Chunk* chunk(size_t i) const { return chunks_[i]; }
  const Dictionary& dictionary() const;

  // --- Editing ---
  void PutNull(int64_t row, EditToken edit);
  // `v` is null or of the column's kind.
  void Put(int64_t row, const Value& v, EditToken edit);
  void PutInt(int64_t row, int64_t v, uint32_t extra, EditToken edit);
  // The same for rows that follow each other from `first` on.
  void PutInts(int64_t first, std::span<const int64_t> values, uint32_t extra, EditToken edit);
  void PutText(int64_t row, std::string_view v, EditToken edit);
  // Value `i` of `source` into row `rows[i]`; rows ascend.
  void PutAll(std::span<const int64_t> rows, const Column& source, EditToken edit);
  // A whole chunk of integers in place of the one there: values[i] where `present` says so.
  void PutChunk(size_t chunk, std::span<const int64_t> values, const ChunkBits& present,
                uint32_t extra, EditToken edit);
  // Packs what this edit made wide.
  void Repack(EditToken edit);

  size_t MemoryUsed() const;

 private:
  Chunk& EditRow(int64_t row, EditToken edit);
  void PutFrom(Chunk& chunk, size_t offset, const Column& source, size_t i, EditToken edit);
  void PutRun(std::span<const int64_t> rows, const Column& source, size_t first, EditToken edit);
  void StoreInt(Chunk& chunk, size_t offset, int64_t v, uint32_t extra);
  void StoreText(Chunk& chunk, size_t offset, std::string_view v, EditToken edit);
  void StorePlain(Chunk& chunk, size_t offset, std::string_view v);
  void StoreList(Chunk& chunk, size_t offset, const Value& v);
  void DropText(Chunk& chunk, size_t offset);
  void Uncode(Chunk& chunk) const;
  void Pack(Chunk& chunk, EditToken edit);
  void PackText(Chunk& chunk, EditToken edit);

  Value::Kind kind_ = Value::Kind::kNull;
  TypeId target_ = kNoType;
  Directory<Chunk> chunks_;
  Cow<Dictionary> dictionary_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COLUMNS_H_
