// SPDX-License-Identifier: Apache-2.0
//
// A condition on a followed record, decided once for each record it may lead to.

#include <algorithm>
#include <array>

#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class Lookup : public Operator {
 public:
  Lookup(RowSourcePtr rows, const RecordTable& table, OperatorPtr condition)
      : Operator(Kind::kBool, 20),
        rows_(std::move(rows)),
        table_(table),
        condition_(std::move(condition)) {}

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    const ChunkedColumn* links = rows.list == nullptr ? rows_->OwnLinks() : nullptr;
    if (known_.empty() && !few_) Learn();
    if (!known_.empty() && links != nullptr) return EvalChunk(*links, rows, wanted, out);
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    if (known_.empty()) {
      condition_->Eval(here, wanted, out);
      Settle(wanted, out);
      return;
    }
    out.Reset(kind(), rows.n);
    EachBit(wanted, [&](size_t i) { Tell(known_[PlaceOf(here.at(i))], i, out); });
  }

  // At few rows the condition is asked there.
  void Expect(int64_t rows) override {
    few_ = rows * 4 < table_.limit;
    if (few_) condition_->Expect(rows);
  }

 private:
  enum Known : uint8_t { kFalse, kTrue, kNull, kError, kUndecided };

  static void Settle(const ChunkBits& wanted, Vector& out) {
    for (ChunkBits* bits : {&out.has, &out.truth, &out.error, &out.undecided}) {
      EachWord(*bits, [&](size_t w) { return (*bits)[w] & wanted[w]; });
    }
  }

  static void Tell(uint8_t known, size_t i, Vector& out) {
    if (known <= kTrue) SetBit(out.has, i);
    if (known == kTrue) SetBit(out.truth, i);
    if (known == kError) SetBit(out.error, i);
    if (known == kUndecided) SetBit(out.undecided, i);
  }

  // Where known_ holds what is known of a row: the last place is that of the empty record, which a
  // missing link reads as.
  size_t PlaceOf(Row row) const { return std::min(static_cast<size_t>(row), known_.size() - 1); }

  // The links of a chunk looked up where they lie.
  void EvalChunk(const ChunkedColumn& links, const Rows& rows, const ChunkBits& wanted,
                 Vector& out) {
    out.Reset(kind(), rows.n);
    const Chunk* chunk = links.chunk(ChunkOf(rows.first));
    const ChunkBits linked = chunk == nullptr ? ChunkBits{} : ChunkBits(chunk->present);
    ChunkBits alone{};
    EachWord(alone, [&](size_t w) { return wanted[w] & ~linked[w]; });
    EachBit(alone, [&](size_t i) { Tell(known_.back(), i, out); });
    if (chunk == nullptr) return;
    ChunkBits asked{};
    EachWord(asked, [&](size_t w) { return wanted[w] & linked[w]; });
    targets_.resize(std::max(kRowsPerChunk, chunk->size));
    if (!odd_ && 2 * CountBits(asked) > rows.n) {
      // Most rows: all of them, the others for nothing.
      chunk->ints.Decode(targets_.data());
      alignas(64) std::array<uint8_t, kRowsPerChunk> flags{};
      for (size_t i = 0; i < chunk->ints.size(); ++i) flags[i] = known_[PlaceOf(targets_[i])];
      ChunkBits holds{};
      PackFlags(flags.data(), holds);
      EachWord(out.has, [&](size_t w) { return out.has[w] | asked[w]; });
      EachWord(out.truth, [&](size_t w) { return out.truth[w] | (holds[w] & asked[w]); });
      return;
    }
    slots_.clear();
    ListBits(asked, slots_);
    Gather(chunk->ints, slots_, targets_.data());
    if (odd_) {
      for (size_t k = 0; k < slots_.size(); ++k) {
        Tell(known_[PlaceOf(targets_[k])], slots_[k], out);
      }
      return;
    }
    EachWord(out.has, [&](size_t w) { return out.has[w] | asked[w]; });
    for (size_t k = 0; k < slots_.size(); ++k) {
      const uint64_t holds = known_[PlaceOf(targets_[k])];
      out.truth[slots_[k] / 64] |= holds << (slots_[k] % 64);
    }
  }

  // Every row of the table, and last the empty record.
  void Learn() {
    known_.resize(static_cast<size_t>(table_.limit) + 1);
    Vector value;
    const auto ask = [&](const Rows& rows, const ChunkBits& wanted) {
      condition_->Eval(rows, wanted, value);
      Settle(wanted, value);
    };
    const auto said = [&](size_t i) -> uint8_t {
      if (TestBit(value.undecided, i)) return kUndecided;
      if (TestBit(value.error, i)) return kError;
      if (!TestBit(value.has, i)) return kNull;
      return TestBit(value.truth, i) ? kTrue : kFalse;
    };
    const Row none = kNoRow;
    ask({0, 1, &none}, FirstBits(1));
    std::fill(known_.begin(), known_.end(), said(0));
    odd_ = known_.back() > kTrue;
    for (Row first = 0; first < table_.limit; first += kChunkRows) {
      const size_t n = static_cast<size_t>(std::min<Row>(kChunkRows, table_.limit - first));
      const ChunkBits* exists = table_.exists[ChunkOf(first)];
      if (exists == nullptr) continue;
      ask({first, n, nullptr}, *exists);
      EachBit(*exists, [&](size_t i) {
        const uint8_t known = said(i);
        known_[static_cast<size_t>(first) + i] = known;
        odd_ = odd_ || known > kTrue;
      });
    }
  }

  const RowSourcePtr rows_;
  const RecordTable& table_;
  const OperatorPtr condition_;
  bool few_ = false;
  std::vector<uint8_t> known_;
  bool odd_ = false;  // something is known that is neither true nor false
  std::vector<uint32_t> slots_;
  std::vector<int64_t> targets_;
};

}  // namespace

OperatorPtr MakeLookup(RowSourcePtr rows, const RecordTable& table, OperatorPtr condition) {
  return std::make_unique<Lookup>(std::move(rows), table, std::move(condition));
}

}  // namespace relata::internal
