// SPDX-License-Identifier: Apache-2.0
//
// A condition on a followed record, decided once for each record it may lead to.

#include <algorithm>
#include <array>

#include "engine/lanes.h"
#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

// What the condition says of every row of a table, and last of the empty record.
class LearnedRows : public SharedWork {
 public:
  enum Known : uint8_t { kFalse, kTrue, kNull, kError, kUndecided };

  LearnedRows(Lanes& lanes, const RecordTable& table, int cost)
      : SharedWork(lanes, table.limit * cost), table_(table), by_lane_(lanes.count()) {}

  void Join(size_t lane, Operator& condition) { by_lane_[lane].condition = &condition; }

  // The place of a row; the last is that of the empty record, which a missing link reads as.
  size_t PlaceOf(Row row) const { return std::min(static_cast<size_t>(row), known_.size() - 1); }
  uint8_t Of(Row row) const { return known_[PlaceOf(row)]; }
  uint8_t OfNone() const { return known_.back(); }
  // Whether something is known that is neither true nor false.
  bool odd() const { return odd_; }

 protected:
  size_t Begin(size_t lane) override {
    known_.resize(static_cast<size_t>(table_.limit) + 1);
    const Row none = kNoRow;
    const Vector& value = Ask(lane, {0, 1, &none}, FirstBits(1));
    std::fill(known_.begin(), known_.end(), Said(value, 0));
    odd_ = known_.back() > kTrue;
    return (static_cast<size_t>(table_.limit) + kRowsPerChunk - 1) / kRowsPerChunk;
  }
  void Do(size_t lane, size_t chunk) override {
    const ChunkBits* exists = table_.exists[chunk];
    if (exists == nullptr) return;
    const Row first = static_cast<Row>(chunk * kRowsPerChunk);
    const size_t n = static_cast<size_t>(std::min<Row>(kChunkRows, table_.limit - first));
    const Vector& value = Ask(lane, {first, n, nullptr}, *exists);
    bool odd = false;
    EachBit(*exists, [&](size_t i) {
      const uint8_t said = Said(value, i);
      known_[static_cast<size_t>(first) + i] = said;
      odd = odd || said > kTrue;
    });
    by_lane_[lane].odd |= odd;
  }
  void End(size_t) override {
    for (const OfLane& lane : by_lane_) odd_ = odd_ || lane.odd;
  }

 private:
  const Vector& Ask(size_t lane, const Rows& rows, const ChunkBits& wanted) {
    by_lane_[lane].condition->Eval(rows, wanted, by_lane_[lane].value);
    return by_lane_[lane].value;
  }
  static uint8_t Said(const Vector& value, size_t i) {
    if (TestBit(value.undecided, i)) return kUndecided;
    if (TestBit(value.error, i)) return kError;
    if (!TestBit(value.has, i)) return kNull;
    return TestBit(value.truth, i) ? kTrue : kFalse;
  }

  struct OfLane {
    Operator* condition = nullptr;
    Vector value;
    bool odd = false;
  };
  const RecordTable& table_;
  std::vector<OfLane> by_lane_;
  std::vector<uint8_t> known_;
  bool odd_ = false;
};

class Lookup : public Operator {
 public:
  Lookup(Lane& lane, RowSourcePtr rows, const RecordTable& table, OperatorPtr condition)
      : Operator(Kind::kBool, 20),
        lane_(lane.number()),
        rows_(std::move(rows)),
        table_(table),
        condition_(std::move(condition)),
        learned_(lane.Share<LearnedRows>([&] {
          return std::make_shared<LearnedRows>(lane.lanes(), table_, condition_->cost());
        })) {
    learned_->Join(lane_, *condition_);
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    const ChunkedColumn* links = rows.list == nullptr ? rows_->OwnLinks() : nullptr;
    if (!few_) learned_->Complete(lane_);
    const bool learned = learned_->complete();
    if (learned && links != nullptr) return EvalChunk(*links, rows, wanted, out);
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    if (!learned) {
      condition_->Eval(here, wanted, out);
      for (ChunkBits* bits : {&out.has, &out.truth, &out.error, &out.undecided}) {
        EachWord(*bits, [&](size_t w) { return (*bits)[w] & wanted[w]; });
      }
      return;
    }
    out.Reset(kind(), rows.n);
    EachBit(wanted, [&](size_t i) { Tell(learned_->Of(here.at(i)), i, out); });
  }

  // At few rows the condition is asked there.
  void Expect(int64_t rows) override {
    few_ = rows * 4 < table_.limit;
    if (few_) condition_->Expect(rows);
  }

 private:
  static void Tell(uint8_t known, size_t i, Vector& out) {
    if (known <= LearnedRows::kTrue) SetBit(out.has, i);
    if (known == LearnedRows::kTrue) SetBit(out.truth, i);
    if (known == LearnedRows::kError) SetBit(out.error, i);
    if (known == LearnedRows::kUndecided) SetBit(out.undecided, i);
  }

  // The links of a chunk looked up where they lie.
  void EvalChunk(const ChunkedColumn& links, const Rows& rows, const ChunkBits& wanted,
                 Vector& out) {
    out.Reset(kind(), rows.n);
    const Chunk* chunk = links.chunk(ChunkOf(rows.first));
    const ChunkBits linked = chunk == nullptr ? ChunkBits{} : ChunkBits(chunk->present);
    ChunkBits alone{};
    EachWord(alone, [&](size_t w) { return wanted[w] & ~linked[w]; });
    EachBit(alone, [&](size_t i) { Tell(learned_->OfNone(), i, out); });
    if (chunk == nullptr) return;
    ChunkBits asked{};
    EachWord(asked, [&](size_t w) { return wanted[w] & linked[w]; });
    targets_.resize(std::max(kRowsPerChunk, chunk->size));
    if (!learned_->odd() && 2 * CountBits(asked) > rows.n) {
      // Most rows: all of them, the others for nothing.
      chunk->ints.Decode(targets_.data());
      alignas(64) std::array<uint8_t, kRowsPerChunk> flags{};
      for (size_t i = 0; i < chunk->ints.size(); ++i) flags[i] = learned_->Of(targets_[i]);
      ChunkBits holds{};
      PackFlags(flags.data(), holds);
      EachWord(out.has, [&](size_t w) { return out.has[w] | asked[w]; });
      EachWord(out.truth, [&](size_t w) { return out.truth[w] | (holds[w] & asked[w]); });
      return;
    }
    slots_.clear();
    ListBits(asked, slots_);
    Gather(chunk->ints, slots_, targets_.data());
    if (learned_->odd()) {
      for (size_t k = 0; k < slots_.size(); ++k) {
        Tell(learned_->Of(targets_[k]), slots_[k], out);
      }
      return;
    }
    EachWord(out.has, [&](size_t w) { return out.has[w] | asked[w]; });
    for (size_t k = 0; k < slots_.size(); ++k) {
      const uint64_t holds = learned_->Of(targets_[k]);
      out.truth[slots_[k] / 64] |= holds << (slots_[k] % 64);
    }
  }

  const size_t lane_;
  const RowSourcePtr rows_;
  const RecordTable& table_;
  const OperatorPtr condition_;
  const std::shared_ptr<LearnedRows> learned_;
  bool few_ = false;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> targets_;
};

}  // namespace

OperatorPtr MakeLookup(Lane& lane, RowSourcePtr rows, const RecordTable& table,
                       OperatorPtr condition) {
  return std::make_unique<Lookup>(lane, std::move(rows), table, std::move(condition));
}

}  // namespace relata::internal
