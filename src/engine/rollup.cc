// SPDX-License-Identifier: Apache-2.0
//
// Grouped reductions: one scan of a child table, chunk by chunk, into one accumulator a parent.

#include <algorithm>

#include "base/large_pages.h"
#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

// One bit a parent, held only once a bit was set.
class ParentBits {
 public:
  explicit ParentBits(size_t parents) : parents_(parents) {}
  void Set(size_t i) {
    if (words_.empty()) words_.resize(parents_ / 64 + 1);
    words_[i / 64] |= uint64_t{1} << (i % 64);
  }
  bool none() const { return words_.empty(); }
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
  std::vector<uint64_t> words_;
};

}  // namespace

// One list of children or events reduced to a value a parent: for all parents by one scan of the
// child table, or for the parents of a list by their index.
class RollupTable {
 public:
  explicit RollupTable(RollupSpec spec) : spec_(std::move(spec)), since_(Since(spec_)) {}

  Kind kind() const { return spec_.kind; }
  int64_t Parents() const { return spec_.parents->limit; }
  void AlsoCount() { spec_.counts = true; }
  bool built() const { return built_; }

  // What the rows of a scan cost beside others: those of the chunks that the filters do not rule
  // out without looking.
  int64_t RowsToScan() {
    int64_t rows = 0;
    for (size_t c = 0; c < spec_.links->chunk_count(); ++c) {
      const Chunk* links = spec_.links->chunk(c);
      if (links == nullptr) continue;
      const Rows here{static_cast<Row>(c * kRowsPerChunk), links->size, nullptr};
      const bool out =
          std::any_of(spec_.filters.begin(), spec_.filters.end(), [&](const OperatorPtr& filter) {
            return filter->Foresee(here, links->present) == false;
          });
      if (!out) rows += static_cast<int64_t>(links->size);
    }
    return rows;
  }

  // Whether `rows` parents are cheaper asked by the index than all by a scan. An index that is not
  // there costs a scan and more.
  bool ByIndex(int64_t rows) {
    if (built_ || rows < 0 || spec_.parents->limit == 0) return false;
    if (spec_.links->chunk_count() == 0) return false;
    const int64_t children = static_cast<int64_t>(spec_.links->chunk_count()) * kChunkRows;
    const int64_t touched = rows * (children / spec_.parents->limit + 1);
    const bool indexed = Index(false) != nullptr;
    if (!indexed && touched * 64 > children) return false;
    if (scan_rows_ < 0) scan_rows_ = RowsToScan();
    // A parent looked up costs about as much as twenty rows of a scan, a child as seven.
    return rows * 20 + touched * 7 < scan_rows_;
  }

  // Told when the parents of so many rows will be asked by the index.
  void ExpectFew(int64_t rows) {
    const int64_t children = static_cast<int64_t>(spec_.links->chunk_count()) * kChunkRows;
    const int64_t touched = rows * (children / spec_.parents->limit + 1);
    for (const OperatorPtr& filter : spec_.filters) filter->Expect(touched);
    if (spec_.body != nullptr) spec_.body->Expect(touched);
  }

  void EvalAll(const Rows& rows, const ChunkBits& wanted, Reduction reduction, Vector& out) {
    if (!built_) Build();
    read_ = reduction;
    Read(rows, wanted, out);
  }

  // Whether what is read of the parents of a chunk compares so with `v`, an amount being in
  // `currency`: false, and nothing is done, when that cannot be told from the accumulators as a
  // whole.
  bool Compare(const Rows& rows, const ChunkBits& wanted, Reduction reduction, Order order,
               int64_t v, uint32_t currency, Vector& out) {
    if (rows.list != nullptr) return false;
    if (!built_) Build();
    read_ = reduction;
    if (!Plain()) return false;
    const auto first = static_cast<size_t>(rows.first);
    if (reduction == Reduction::kCount) {
      CompareCounts(count_.data() + first, rows.n, order, v, out.truth);
    } else if (reduction == Reduction::kSum) {
      // Nothing, and zero, is the same in any currency.
      const bool same = kind() != Kind::kMoney || v == 0 || currency_ == 0 || currency_ == currency;
      if (!same || !currencies_.empty()) return false;
      CompareInts(value_.data() + first, rows.n, order, v, out.truth);
    } else {
      return false;
    }
    out.has = wanted;
    EachWord(out.truth, [&](size_t w) { return out.truth[w] & wanted[w]; });
    return true;
  }

  // The same for the parents of the wanted rows alone.
  void EvalFew(const Rows& rows, const ChunkBits& wanted, Reduction reduction, Vector& out) {
    read_ = reduction;
    Clear(rows.n);
    children_.clear();
    askers_.clear();
    EachBit(wanted, [&](size_t i) {
      if (rows.at(i) == kNoRow) return;
      AppendChildren(rows.at(i));
      askers_.resize(children_.size(), static_cast<int64_t>(i));
      if (children_.size() >= kRowsPerChunk) ReduceChildren();
    });
    ReduceChildren();
    // Slots are read as rows would be.
    std::vector<Row> list(rows.n, kNoRow);
    EachBit(wanted, [&](size_t i) {
      if (rows.at(i) != kNoRow) list[i] = static_cast<Row>(i);
    });
    Read({0, rows.n, list.data()}, wanted, out);
  }

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

  // Elements of before need not be looked at: the first condition, or what is asked to exist, is
  // false of them.
  static int64_t Since(const RollupSpec& spec) {
    if (spec.events == nullptr) return INT64_MIN;
    const bool exists =
        spec.reduction == Reduction::kExists || spec.reduction == Reduction::kExistsOne;
    const Operator* first = !spec.filters.empty() ? spec.filters.front().get()
                            : exists              ? spec.body.get()
                                                  : nullptr;
    return first == nullptr ? INT64_MIN : first->FalseBelow(spec.events->at).value_or(INT64_MIN);
  }

  bool Quantifies() const {
    return spec_.reduction == Reduction::kExists || spec_.reduction == Reduction::kAll ||
           spec_.reduction == Reduction::kExistsOne;
  }

  // --- By index ---

  // The children of each parent; built only when asked to.
  const Relation* Index(bool build) const {
    if (spec_.records != nullptr) {
      return build ? &spec_.records->Reverse(spec_.field)
                   : spec_.records->reverse[*ColumnIndex(spec_.field)].Peek();
    }
    return build ? &spec_.events->BySubject() : spec_.events->by_subject.Peek();
  }

  void AppendChildren(Row parent) {
    const Relation& relation = *Index(true);
    const ChunkedColumn* at = spec_.events != nullptr ? &spec_.events->at : nullptr;
    const size_t first = children_.size();
    const auto append = [&](RecordRef one) {
      if (const RelationIndex* index = relation.For(one.type)) {
        index->AppendTo(one.row, at, children_, since_);
      }
    };
    if (spec_.graph->HasAliases()) {
      for (const RecordRef one : spec_.graph->Group({spec_.parent_type, parent})) append(one);
    } else {
      append({spec_.parent_type, parent});
    }
    if (spec_.records == nullptr) return;
    children_.erase(
        std::remove_if(children_.begin() + static_cast<std::ptrdiff_t>(first), children_.end(),
                       [&](Row row) { return !spec_.records->Exists(row); }),
        children_.end());
  }

  void ReduceChildren() {
    for (size_t first = 0; first < children_.size(); first += kRowsPerChunk) {
      const size_t n = std::min(kRowsPerChunk, children_.size() - first);
      parent_rows_.assign(askers_.begin() + static_cast<std::ptrdiff_t>(first),
                          askers_.begin() + static_cast<std::ptrdiff_t>(first + n));
      links_here_ = nullptr;
      ReduceRows({0, n, children_.data() + first}, FirstBits(n));
    }
    children_.clear();
    askers_.clear();
  }

  // --- Building ---

  void Build() {
    built_ = true;
    parents_ = static_cast<size_t>(spec_.parents->limit);
    for (size_t c = 0; c < spec_.links->chunk_count(); ++c) {
      const Chunk* links = spec_.links->chunk(c);
      if (links != nullptr && links->max >= 0) {
        parents_ = std::max(parents_, static_cast<size_t>(links->max) + 1);
      }
    }
    Clear(parents_);
    for (size_t c = 0; c < spec_.links->chunk_count(); ++c) ScanChunk(c);
    if (spec_.graph->HasAliases()) FoldMerged();
  }
  void Clear(size_t parents) {
    parents_ = parents;
    list_error_ = body_error_ = undecided_ = hit_ = summed_ = ParentBits(parents);
    if (NeedsCount()) count_.assign(parents, 0);
    if (spec_.reduction == Reduction::kSum) value_.assign(parents, 0);
    if (Compares()) extremes_.assign(parents, Extremes());
    currency_ = 0;
    currencies_.clear();
  }
  bool Compares() const {
    return spec_.reduction == Reduction::kMin || spec_.reduction == Reduction::kMax;
  }
  bool NeedsCount() const {
    return spec_.counts || spec_.reduction == Reduction::kCount ||
           spec_.reduction == Reduction::kExistsOne;
  }

  void ScanChunk(size_t c) {
    const Chunk* links = spec_.links->chunk(c);
    if (links == nullptr) return;
    ChunkBits wanted = links->present;
    if (spec_.records != nullptr) {
      const ChunkBits* exists = spec_.records->exists[c];
      if (exists == nullptr) return;
      EachWord(wanted, [&](size_t w) { return wanted[w] & (*exists)[w]; });
    }
    links_here_ = links;
    ReduceRows({static_cast<Row>(c * kRowsPerChunk), links->size, nullptr}, wanted);
  }

  void ReduceRows(const Rows& rows, ChunkBits wanted) {
    // A condition that no row of the chunk meets, such as a window of time, spares all reading.
    for (const OperatorPtr& filter : spec_.filters) {
      if (filter->Foresee(rows, wanted) == false) return;
    }
    for (const OperatorPtr& filter : spec_.filters) {
      if (filter->Foresee(rows, wanted) == true) continue;
      filter->Eval(rows, wanted, element_);
      Note(element_, wanted, list_error_);
      EachWord(wanted, [&](size_t w) { return wanted[w] & element_.has[w] & element_.truth[w]; });
      if (!AnyBit(wanted)) return;
    }
    if (spec_.body != nullptr) {
      const std::optional<bool> known =
          Quantifies() ? spec_.body->Foresee(rows, wanted) : std::nullopt;
      if (known == (spec_.reduction == Reduction::kAll)) return;  // nothing that could decide
      spec_.body->Eval(rows, wanted, element_);
    }
    Reduce(wanted);
  }

  // The parents of the rows that are set, into parents_here_; their numbers in the chunk come to
  // slots_, which stays empty when they are the first rows, all of them.
  size_t ListParents(const ChunkBits& chosen) {
    slots_.clear();
    const size_t n = CountBits(chosen);
    const bool all = n == kRowsPerChunk;
    parents_here_.resize(kRowsPerChunk);
    if (!all) ListBits(chosen, slots_);
    if (links_here_ == nullptr) {
      for (size_t k = 0; k < n; ++k) parents_here_[k] = parent_rows_[all ? k : slots_[k]];
    } else if (all) {
      links_here_->ints.Decode(parents_here_.data());
    } else {
      Gather(links_here_->ints, slots_, parents_here_.data());
    }
    return n;
  }
  size_t SlotOf(size_t k) const { return slots_.empty() ? k : slots_[k]; }
  size_t Parent(size_t i) const {
    return static_cast<size_t>(links_here_ != nullptr ? links_here_->ints.Get(i) : parent_rows_[i]);
  }

  // What is no condition's answer: an error or null spoils the list, undecided leaves the parent to
  // the interpreter.
  void Note(const Vector& element, const ChunkBits& wanted, ParentBits& errors) {
    ChunkBits odd{};
    EachWord(odd, [&](size_t w) { return wanted[w] & ~element.has[w]; });
    if (!AnyBit(odd)) return;
    EachBit(odd, [&](size_t i) {
      (TestBit(element.undecided, i) ? undecided_ : errors).Set(Parent(i));
    });
  }

  void Reduce(const ChunkBits& wanted) {
    ChunkBits chosen = wanted;
    switch (spec_.reduction) {
      case Reduction::kCount:
        if (spec_.body != nullptr) {
          // A mapped value may be null, but an error in it is the list's.
          EachWord(element_.has,
                   [&](size_t w) { return ~(element_.error[w] | element_.undecided[w]); });
          Note(element_, wanted, list_error_);
        }
        CountAll(chosen);
        return;
      case Reduction::kExists:
      case Reduction::kAll: {
        Note(element_, wanted, body_error_);
        const bool stop = spec_.reduction == Reduction::kExists;
        EachWord(chosen, [&](size_t w) {
          return wanted[w] & element_.has[w] & (stop ? element_.truth[w] : ~element_.truth[w]);
        });
        HitAll(chosen);
        return;
      }
      case Reduction::kExistsOne:
        Note(element_, wanted, body_error_);
        EachWord(chosen, [&](size_t w) { return wanted[w] & element_.has[w] & element_.truth[w]; });
        CountAll(chosen);
        return;
      case Reduction::kSum:
        Note(element_, wanted, list_error_);
        EachWord(chosen, [&](size_t w) { return wanted[w] & element_.has[w]; });
        SumAll(chosen);
        return;
      case Reduction::kMin:
      case Reduction::kMax:
        // The length of the list, which may be asked too, knows nothing of these.
        Note(element_, wanted, body_error_);
        EachWord(chosen, [&](size_t w) { return wanted[w] & element_.has[w]; });
        CompareAll(wanted, chosen);
    }
  }

  // Parents lie anywhere: their accumulators are fetched some elements ahead.
  static constexpr size_t kAhead = 64;

  void CountAll(const ChunkBits& chosen) {
    const size_t n = ListParents(chosen);
    uint32_t* const counts = count_.data();
    const int64_t* const parents = parents_here_.data();
    for (size_t k = 0; k < n; ++k) {
      if (k + kAhead < n) __builtin_prefetch(counts + parents[k + kAhead], 1);
      ++counts[parents[k]];
    }
  }

  void HitAll(const ChunkBits& chosen) {
    if (!AnyBit(chosen)) return;
    uint64_t* const words = hit_.Words();
    const size_t n = ListParents(chosen);
    for (size_t k = 0; k < n; ++k) {
      const auto p = static_cast<size_t>(parents_here_[k]);
      words[p / 64] |= uint64_t{1} << (p % 64);
    }
  }

  void SumAll(const ChunkBits& chosen) {
    const size_t n = ListParents(chosen);
    if (n == 0) return;
    const bool money = kind() == Kind::kMoney;
    const bool uniform = !money || (element_.extra.empty() && currencies_.empty() &&
                                    (currency_ == 0 || currency_ == element_.extra_all));
    if (!uniform) {
      for (size_t k = 0; k < n; ++k) {
        const size_t i = SlotOf(k);
        AddTo(static_cast<size_t>(parents_here_[k]), element_.ints[i], element_.Extra(i));
      }
      return;
    }
    // One currency everywhere so far.
    if (money) currency_ = element_.extra_all;
    uint64_t* const summed = money && currency_ != 0 ? summed_.Words() : nullptr;
    int64_t* const sums = value_.data();
    for (size_t k = 0; k < n; ++k) {
      if (k + kAhead < n) __builtin_prefetch(sums + parents_here_[k + kAhead], 1);
      const auto p = static_cast<size_t>(parents_here_[k]);
      if (__builtin_add_overflow(sums[p], element_.ints[SlotOf(k)], &sums[p])) undecided_.Set(p);
      if (summed != nullptr) summed[p / 64] |= uint64_t{1} << (p % 64);
    }
  }

  void CompareAll(const ChunkBits& wanted, const ChunkBits& chosen) {
    if (spec_.counts && wanted != chosen) CountAll(wanted);
    const size_t n = ListParents(chosen);
    const int64_t* const parents = parents_here_.data();
    Extremes* const extremes = extremes_.data();
    for (size_t k = 0; k < n; ++k) {
      if (k + kAhead < n) __builtin_prefetch(extremes + parents[k + kAhead], 1);
      extremes[parents[k]].Take(element_.ints[SlotOf(k)]);
    }
    if (!spec_.counts || wanted != chosen) return;
    for (size_t k = 0; k < n; ++k) ++count_[static_cast<size_t>(parents[k])];
  }

  void AddTo(size_t parent, int64_t v, uint32_t currency) {
    // Whether the whole sum overflows is not known from one step of it: the interpreter decides.
    if (__builtin_add_overflow(value_[parent], v, &value_[parent])) undecided_.Set(parent);
    if (currency == 0) return;
    if (currencies_.empty()) {
      if (currency == currency_ || currency_ == 0) {
        currency_ = currency;
        return summed_.Set(parent);
      }
      Separate();
    }
    if (currencies_[parent] != 0 && currencies_[parent] != currency) return list_error_.Set(parent);
    currencies_[parent] = currency;
  }

  // A second currency has come: from now on each parent has its own.
  void Separate() {
    currencies_.resize(parents_);
    for (size_t p = 0; p < parents_; ++p) {
      if (summed_.Test(p)) currencies_[p] = currency_;
    }
  }

  uint32_t CurrencyOf(size_t parent) const {
    if (!currencies_.empty()) return currencies_[parent];
    return summed_.Test(parent) ? currency_ : 0;
  }

  // What was counted for a merged record is its winner's.
  void FoldMerged() {
    const AliasTable* aliases = spec_.graph->aliases[spec_.parent_type].get();
    if (aliases == nullptr) return;
    for (Row loser = 0; loser < spec_.parents->limit; ++loser) {
      if (!aliases->winner.Has(loser)) continue;
      const RecordRef winner = spec_.graph->Resolve({spec_.parent_type, loser});
      if (winner.type != spec_.parent_type || winner.row >= spec_.parents->limit) continue;
      Fold(static_cast<size_t>(loser), static_cast<size_t>(winner.row));
    }
  }

  void Fold(size_t from, size_t to) {
    for (ParentBits* bits : {&list_error_, &body_error_, &undecided_, &hit_}) {
      if (bits->Test(from)) bits->Set(to);
    }
    if (spec_.reduction == Reduction::kSum) {
      AddTo(to, value_[from], CurrencyOf(from));
    } else if (Compares()) {
      if (!extremes_[from].none()) {
        extremes_[to].Take(extremes_[from].min);
        extremes_[to].Take(extremes_[from].max);
      }
    }
    if (NeedsCount()) count_[to] += count_[from];
  }

  // --- Reading ---

  void Read(const Rows& rows, const ChunkBits& wanted, Vector& out) const {
    out.has = wanted;
    if (rows.list == nullptr && Plain() && ReadChunk(rows, wanted, out)) return;
    EachBit(wanted, [&](size_t i) {
      const Row row = rows.at(i);
      if (row == kNoRow) return ReadEmpty(i, out);
      const auto p = static_cast<size_t>(row);
      if (undecided_.Test(p)) return Withdraw(i, out.undecided, out);
      if (list_error_.Test(p)) return Withdraw(i, out.error, out);
      ReadAt(p, i, out);
    });
  }

  // No parent is an exception to what is read.
  bool Plain() const {
    return undecided_.none() && list_error_.none() &&
           (body_error_.none() || read_ == Reduction::kCount);
  }

  // A chunk of parents without exceptions, read as a whole; false when it has no such form.
  bool ReadChunk(const Rows& rows, const ChunkBits& wanted, Vector& out) const {
    const auto first = static_cast<size_t>(rows.first);
    switch (read_) {
      case Reduction::kCount:
        for (size_t i = 0; i < rows.n; ++i) out.ints[i] = count_[first + i];
        return true;
      case Reduction::kSum:
        std::copy_n(value_.begin() + rows.first, rows.n, out.ints.begin());
        // The currency of a sum that is not zero is known; what is zero may have none.
        if (!currencies_.empty()) return false;
        out.extra_all = currency_;
        for (size_t i = 0; i < rows.n && currency_ != 0; ++i) {
          if (out.ints[i] == 0) out.SetExtra(i, CurrencyOf(first + i));
        }
        return true;
      case Reduction::kMin:
      case Reduction::kMax:
        EachBit(wanted, [&](size_t i) {
          const Extremes& e = extremes_[first + i];
          if (e.none()) return Withdraw(i, out.error, out);
          out.ints[i] = read_ == Reduction::kMin ? e.min : e.max;
        });
        return true;
      case Reduction::kExists:
      case Reduction::kAll: {
        const uint64_t flip = spec_.reduction == Reduction::kAll ? ~uint64_t{0} : 0;
        EachWord(out.truth, [&](size_t w) { return hit_.Word(first / 64 + w) ^ flip; });
        return true;
      }
      default:
        return false;
    }
  }
  static void Withdraw(size_t i, ChunkBits& into, Vector& out) {
    ClearBit(out.has, i);
    SetBit(into, i);
  }

  void ReadAt(size_t p, size_t i, Vector& out) const {
    switch (read_) {
      case Reduction::kCount:
        out.ints[i] = count_[p];
        return;
      case Reduction::kSum:
        out.ints[i] = value_[p];
        if (kind() == Kind::kMoney) out.SetExtra(i, CurrencyOf(p));
        return;
      case Reduction::kMin:
      case Reduction::kMax:
        if (extremes_[p].none() || body_error_.Test(p)) return Withdraw(i, out.error, out);
        out.ints[i] = read_ == Reduction::kMin ? extremes_[p].min : extremes_[p].max;
        return;
      case Reduction::kExists:
      case Reduction::kAll: {
        const bool exists = spec_.reduction == Reduction::kExists;
        if (!hit_.Test(p) && body_error_.Test(p)) return Withdraw(i, out.error, out);
        if (hit_.Test(p) == exists) SetBit(out.truth, i);
        return;
      }
      case Reduction::kExistsOne:
        if (body_error_.Test(p)) return Withdraw(i, out.error, out);
        if (count_[p] == 1) SetBit(out.truth, i);
        return;
    }
  }

  // The list of an empty record is empty.
  void ReadEmpty(size_t i, Vector& out) const {
    if (read_ == Reduction::kMin || read_ == Reduction::kMax) {
      return Withdraw(i, out.error, out);
    }
    if (spec_.reduction == Reduction::kAll) SetBit(out.truth, i);
  }

  RollupSpec spec_;
  const int64_t since_;
  bool built_ = false;
  int64_t scan_rows_ = -1;
  size_t parents_ = 0;
  Reduction read_ = Reduction::kCount;
  LargeVector<uint32_t> count_;
  LargeVector<int64_t> value_;
  LargeVector<Extremes> extremes_;
  // The one currency of all sums and who has a sum, or the currency of each.
  uint32_t currency_ = 0;
  ParentBits summed_{0};
  std::vector<uint32_t> currencies_;
  ParentBits list_error_{0};
  ParentBits body_error_{0};
  ParentBits undecided_{0};
  ParentBits hit_{0};  // an element that decides a quantifier
  // Of the chunk under scan.
  Vector element_;
  const Chunk* links_here_ = nullptr;  // nullptr: parent_rows_ says whose the rows are
  std::vector<int64_t> parent_rows_;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> parents_here_;
  // Of the parents asked by the index.
  std::vector<Row> children_;
  std::vector<int64_t> askers_;
};

namespace {

class Rollup : public Operator {
 public:
  Rollup(RowSourcePtr rows, std::shared_ptr<RollupTable> table, Reduction reduction, int cost)
      : Operator(reduction == Reduction::kCount ? Kind::kInt : table->kind(), cost),
        rows_(std::move(rows)),
        table_(std::move(table)),
        reduction_(reduction) {}

  void Expect(int64_t rows) override {
    few_ = table_->ByIndex(rows);
    if (few_) table_->ExpectFew(rows);
  }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    out.Reset(kind(), rows.n);
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    if (few_ && !table_->built()) {
      table_->EvalFew(here, wanted, reduction_, out);
    } else {
      table_->EvalAll(here, wanted, reduction_, out);
    }
  }

  bool EvalCompare(const Rows& rows, const ChunkBits& wanted, Order order, int64_t v,
                   uint32_t currency, Vector& out) override {
    if (rows_ != nullptr || (few_ && !table_->built())) return false;
    out.Reset(Kind::kBool, rows.n);
    return table_->Compare(rows, wanted, reduction_, order, v, currency, out);
  }

 private:
  const RowSourcePtr rows_;
  const std::shared_ptr<RollupTable> table_;
  const Reduction reduction_;
  bool few_ = false;
};

}  // namespace

void AlsoCount(RollupTable& table) { table.AlsoCount(); }

bool AsksByIndex(RollupTable& table, int64_t parents) { return table.ByIndex(parents); }

std::shared_ptr<RollupTable> MakeRollupTable(RollupSpec spec) {
  return std::make_shared<RollupTable>(std::move(spec));
}

OperatorPtr MakeRollup(RowSourcePtr rows, std::shared_ptr<RollupTable> table, Reduction reduction) {
  // A row of the scan takes about ten times what a comparison of a column takes a row.
  const int64_t rows_a_parent = 10 * table->RowsToScan() / std::max<int64_t>(1, table->Parents());
  const int cost = 5 + static_cast<int>(std::min<int64_t>(rows_a_parent, 4'000));
  return std::make_unique<Rollup>(std::move(rows), std::move(table), reduction, cost);
}

}  // namespace relata::internal
