// SPDX-License-Identifier: Apache-2.0
//
// Lists that are read from the summaries of their table in place of their elements.

#include <utility>

#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class Summarised : public Operator {
 public:
  Summarised(RowSourcePtr rows, SummarySpec spec, OperatorPtr otherwise)
      : Operator(otherwise->kind(), CostOf(spec)),
        rows_(std::move(rows)),
        spec_(std::move(spec)),
        otherwise_(std::move(otherwise)) {
    const Value* bound = spec_.bound == nullptr ? nullptr : ConstantOf(*spec_.bound);
    if (bound != nullptr) constant_ = IntegerOf(*bound);
  }

  void Expect(int64_t rows) override {
    otherwise_->Expect(rows);
    if (spec_.bound != nullptr) spec_.bound->Expect(rows);
    // Where the index tells of the few that are asked, nothing is made for all.
    make_ = !AsksByIndex(*spec_.table, rows);
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    const ChunkedColumn* column = Column();
    if (column == nullptr) return otherwise_->Eval(rows, wanted, out);
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    switch (spec_.reduction) {
      case Reduction::kExists:
      case Reduction::kAll:
        if (constant_ && here.list == nullptr) return CompareChunk(*column, here, wanted, out);
        return CompareEach(*column, rows, here, wanted, out);
      case Reduction::kMin:
      case Reduction::kMax:
        ReadColumn(*column, here, wanted, out);
        EachWord(out.has, [&](size_t w) { return out.has[w] & wanted[w]; });
        EachWord(out.error, [&](size_t w) { return wanted[w] & ~out.has[w]; });
        return;
      default:
        ReadAmounts(*column, here, wanted, out);
    }
  }

  bool EvalCompare(const Rows& rows, const ChunkBits& wanted, Order order, int64_t v,
                   uint32_t currency, Vector& out) override {
    const ChunkedColumn* column = Column();
    if (column == nullptr) return otherwise_->EvalCompare(rows, wanted, order, v, currency, out);
    if (rows_ != nullptr || rows.list != nullptr) return false;
    const bool amount = spec_.reduction == Reduction::kSum && kind() == Kind::kMoney;
    // Nothing, and zero, is the same in any currency.
    if (amount && v != 0 && currency != summary_->currency) return false;
    out.Reset(Kind::kBool, rows.n);
    const ChunkBits there = CompareHere(*column, rows, order, v, out.truth);
    const bool extreme = spec_.reduction == Reduction::kMin || spec_.reduction == Reduction::kMax;
    const uint64_t none = !extreme && Holds(order, int64_t{0}, v) ? ~uint64_t{0} : 0;
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.has[w] = extreme ? wanted[w] & there[w] : wanted[w];
      out.error[w] = wanted[w] & ~out.has[w];
      out.truth[w] = out.has[w] & ((there[w] & out.truth[w]) | (~there[w] & none));
    }
    return true;
  }

 private:
  static int CostOf(const SummarySpec& spec) {
    return 6 + (spec.bound == nullptr ? 0 : spec.bound->cost());
  }

  // What is read; nullptr when the elements themselves are to be asked.
  const ChunkedColumn* Column() {
    if (summary_ == nullptr && !missing_) {
      summary_ = Find(false);
      if (summary_ == nullptr && make_) summary_ = Find(true);
      const bool sum = spec_.reduction == Reduction::kSum;
      if (summary_ != nullptr && (!summary_->whole || (sum && !summary_->sums))) summary_ = nullptr;
      missing_ = summary_ == nullptr && make_;
    }
    if (summary_ == nullptr) return nullptr;
    switch (spec_.reduction) {
      case Reduction::kCount:
        return &summary_->count;
      case Reduction::kSum:
        return &summary_->sum;
      case Reduction::kMin:
        return &summary_->least;
      case Reduction::kMax:
        return &summary_->greatest;
      default:
        break;
    }
    // One that lies beyond: the greatest does. All of them: the least does.
    const bool upwards = spec_.order == Order::kGreater || spec_.order == Order::kGreaterEqual;
    const bool exists = spec_.reduction == Reduction::kExists;
    return upwards == exists ? &summary_->greatest : &summary_->least;
  }

  Summaries::Value Find(bool make) const {
    return spec_.records != nullptr ? spec_.records->SummaryOf(*spec_.links, spec_.values, make)
                                    : spec_.events->SummaryOf(spec_.values, make);
  }

  // Which rows of a chunk have a value, and of these which compare so.
  static ChunkBits CompareHere(const ChunkedColumn& column, const Rows& rows, Order order,
                               int64_t v, ChunkBits& truth) {
    const Chunk* chunk = column.chunk(ChunkOf(rows.first));
    if (chunk == nullptr) return {};
    ComparePacked(chunk->ints, order, v, truth);
    return chunk->present;
  }

  // Lists without elements have none beyond the bound, and all of them.
  uint64_t OfNone() const { return spec_.reduction == Reduction::kAll ? ~uint64_t{0} : 0; }

  void CompareChunk(const ChunkedColumn& column, const Rows& rows, const ChunkBits& wanted,
                    Vector& out) const {
    out.Reset(Kind::kBool, rows.n);
    const ChunkBits there = CompareHere(column, rows, spec_.order, *constant_, out.truth);
    out.has = wanted;
    EachWord(out.truth, [&](size_t w) {
      return wanted[w] & ((there[w] & out.truth[w]) | (~there[w] & OfNone()));
    });
  }

  // Against a bound of each row's own.
  void CompareEach(const ChunkedColumn& column, const Rows& rows, const Rows& here,
                   const ChunkBits& wanted, Vector& out) {
    ReadColumn(column, here, wanted, values_);
    ChunkBits there{};
    EachWord(there, [&](size_t w) { return values_.has[w] & wanted[w]; });
    out.Reset(Kind::kBool, rows.n);
    EachWord(out.has, [&](size_t w) { return wanted[w] & ~there[w]; });
    EachWord(out.truth, [&](size_t w) { return out.has[w] & OfNone(); });
    if (!AnyBit(there)) return;
    spec_.bound->Eval(rows, there, bounds_);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      out.undecided[w] = there[w] & bounds_.undecided[w];
      there[w] &= ~out.undecided[w];
      out.error[w] = there[w] & ~bounds_.has[w];
      there[w] &= bounds_.has[w];
      out.has[w] |= there[w];
    }
    EachBit(there, [&](size_t i) {
      if (Holds(spec_.order, values_.ints[i], bounds_.ints[i])) SetBit(out.truth, i);
    });
  }

  // Counts and sums, which are zero where there is nothing.
  void ReadAmounts(const ChunkedColumn& column, const Rows& here, const ChunkBits& wanted,
                   Vector& out) const {
    ReadColumn(column, here, wanted, out);
    out.kind = kind();
    ChunkBits none{};
    EachWord(none, [&](size_t w) { return wanted[w] & ~out.has[w]; });
    out.has = wanted;
    if (!AnyBit(none)) return;
    const bool amounts = kind() == Kind::kMoney;
    EachBit(none, [&](size_t i) {
      out.ints[i] = 0;
      if (amounts) out.SetExtra(i, 0);
    });
  }

  const RowSourcePtr rows_;
  const SummarySpec spec_;
  const OperatorPtr otherwise_;
  std::optional<int64_t> constant_;
  bool make_ = true;
  bool missing_ = false;  // there is none to be had
  Summaries::Value summary_;
  Vector values_;
  Vector bounds_;
};

}  // namespace

OperatorPtr MakeSummarised(RowSourcePtr rows, SummarySpec spec, OperatorPtr otherwise) {
  return std::make_unique<Summarised>(std::move(rows), std::move(spec), std::move(otherwise));
}

}  // namespace relata::internal
