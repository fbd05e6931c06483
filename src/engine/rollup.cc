// SPDX-License-Identifier: Apache-2.0
//
// Grouped reductions: one scan of a child table, chunk by chunk, into one total a parent; for the
// parents of a short list by the index of their children.

#include <algorithm>
#include <utility>

#include "engine/element_scan.h"
#include "engine/lanes.h"
#include "engine/operator.h"
#include "engine/parent_totals.h"

namespace relata::internal {

namespace {

// A row of the scan takes about ten times what the comparison of a column takes a row.
constexpr int64_t kCostOfRow = 10;

// The totals of all parents, by one scan of the children.
class RollupScan : public SharedWork {
 public:
  RollupScan(Lanes& lanes, const RollupSpec& spec, int64_t rows)
      : SharedWork(lanes, rows * kCostOfRow),
        graph_(*spec.graph),
        parent_type_(spec.parent_type),
        parents_(*spec.parents),
        records_(spec.records),
        links_(*spec.links),
        shape_{spec.reduction, spec.kind, spec.counts},
        by_lane_(lanes.count()) {}

  void Join(size_t lane, ElementScan& scan) { by_lane_[lane].scan = &scan; }
  // Before anything is scanned.
  void AlsoCount() { shape_.counts = true; }
  const ParentTotals::Shape& shape() const { return shape_; }
  const ParentTotals& totals() const { return *totals_; }

 protected:
  size_t Begin(size_t) override {
    rows_ = static_cast<size_t>(parents_.limit);
    for (size_t c = 0; c < links_.chunk_count(); ++c) {
      const Chunk* links = links_.chunk(c);
      if (links != nullptr && links->max >= 0) {
        rows_ = std::max(rows_, static_cast<size_t>(links->max) + 1);
      }
    }
    return links_.chunk_count();
  }

  void Do(size_t lane, size_t c) override {
    const Chunk* links = links_.chunk(c);
    if (links == nullptr) return;
    ChunkBits wanted = links->present;
    if (records_ != nullptr) {
      const ChunkBits* exists = records_->exists[c];
      if (exists == nullptr) return;
      EachWord(wanted, [&](size_t w) { return wanted[w] & (*exists)[w]; });
    }
    by_lane_[lane].scan->Take({static_cast<Row>(c * kRowsPerChunk), links->size, nullptr}, wanted,
                              {links, nullptr}, TotalsOf(lane));
  }

  void End(size_t lane) override {
    totals_ = &TotalsOf(lane);
    for (OfLane& other : by_lane_) {
      if (other.totals == nullptr || other.totals.get() == totals_) continue;
      totals_->Join(*other.totals);
      other.totals.reset();
    }
    if (graph_.HasAliases()) FoldMerged();
  }

 private:
  struct OfLane {
    ElementScan* scan = nullptr;
    std::unique_ptr<ParentTotals> totals;
  };

  ParentTotals& TotalsOf(size_t lane) {
    std::unique_ptr<ParentTotals>& totals = by_lane_[lane].totals;
    if (totals == nullptr) {
      totals = std::make_unique<ParentTotals>();
      totals->Start(shape_, rows_);
    }
    return *totals;
  }

  // What was counted for a merged record is its winner's.
  void FoldMerged() {
    const AliasTable* aliases = graph_.aliases[parent_type_].get();
    if (aliases == nullptr) return;
    for (Row loser = 0; loser < parents_.limit; ++loser) {
      if (!aliases->winner.Has(loser)) continue;
      const RecordRef winner = graph_.Resolve({parent_type_, loser});
      if (winner.type != parent_type_ || winner.row >= parents_.limit) continue;
      totals_->Fold(static_cast<size_t>(loser), static_cast<size_t>(winner.row));
    }
  }

  const Graph& graph_;
  const TypeId parent_type_;
  const RecordTable& parents_;
  const RecordTable* const records_;  // the children, or nullptr for events
  const ChunkedColumn& links_;
  ParentTotals::Shape shape_;
  size_t rows_ = 0;  // of parents
  std::vector<OfLane> by_lane_;
  ParentTotals* totals_ = nullptr;
};

}  // namespace

class RollupTable {
 public:
  RollupTable(Lane& lane, RollupSpec spec)
      : lane_(lane.number()),
        spec_(std::move(spec)),
        scan_(std::move(spec_.filters), std::move(spec_.body), spec_.reduction),
        since_(spec_.events == nullptr ? INT64_MIN : scan_.Since(spec_.events->at)),
        scan_rows_(*lane.Share<int64_t>([&] { return std::make_shared<int64_t>(RowsToScan()); })),
        whole_(lane.Share<RollupScan>(
            [&] { return std::make_shared<RollupScan>(lane.lanes(), spec_, scan_rows_); })) {
    whole_->Join(lane_, scan_);
  }

  Value::Kind kind() const { return spec_.kind; }
  // Told while lane 0 makes its operators; the others find it told.
  void AlsoCount() {
    if (lane_ == 0) whole_->AlsoCount();
  }
  bool built() const { return whole_->complete(); }

  // What a row costs where the table is read, beside the comparison of a column.
  int Cost() const {
    const int64_t rows_a_parent =
        kCostOfRow * scan_rows_ / std::max<int64_t>(1, spec_.parents->limit);
    return 5 + static_cast<int>(std::min<int64_t>(rows_a_parent, 4'000));
  }

  // Whether `rows` parents are cheaper asked by the index than all by a scan. An index that is not
  // there costs a scan and more.
  bool ByIndex(int64_t rows) const {
    if (built() || rows < 0 || spec_.parents->limit == 0) return false;
    if (spec_.links->chunk_count() == 0) return false;
    const int64_t touched = Touched(rows);
    const bool indexed = Index(false) != nullptr;
    if (!indexed && touched * 64 > Children()) return false;
    // A parent looked up costs about as much as twenty rows of a scan, a child as seven.
    return rows * 20 + touched * 7 < scan_rows_;
  }

  // Told when the parents of so many rows will be asked by the index.
  void ExpectFew(int64_t rows) { scan_.Expect(Touched(rows)); }

  // The totals of all parents.
  const ParentTotals& All() {
    whole_->Complete(lane_);
    return whole_->totals();
  }

  // The totals of the wanted rows alone: those of row i are at i.
  const ParentTotals& Few(const Rows& rows, const ChunkBits& wanted) {
    few_.Start(whole_->shape(), rows.n);
    children_.clear();
    askers_.clear();
    EachBit(wanted, [&](size_t i) {
      if (rows.at(i) == kNoRow) return;
      AppendChildren(rows.at(i));
      askers_.resize(children_.size(), static_cast<int64_t>(i));
      if (children_.size() >= kRowsPerChunk) TakeChildren();
    });
    TakeChildren();
    return few_;
  }

 private:
  // What the rows of a scan cost beside others: those of the chunks that the filters do not rule
  // out without looking.
  int64_t RowsToScan() {
    int64_t rows = 0;
    for (size_t c = 0; c < spec_.links->chunk_count(); ++c) {
      const Chunk* links = spec_.links->chunk(c);
      if (links == nullptr) continue;
      const Rows here{static_cast<Row>(c * kRowsPerChunk), links->size, nullptr};
      if (!scan_.RulesOut(here, links->present)) rows += static_cast<int64_t>(links->size);
    }
    return rows;
  }

  int64_t Children() const { return static_cast<int64_t>(spec_.links->chunk_count()) * kChunkRows; }
  // How many children so many parents have.
  int64_t Touched(int64_t parents) const {
    return parents * (Children() / spec_.parents->limit + 1);
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

  void TakeChildren() {
    for (size_t first = 0; first < children_.size(); first += kRowsPerChunk) {
      const size_t n = std::min(kRowsPerChunk, children_.size() - first);
      scan_.Take({0, n, children_.data() + first}, FirstBits(n), {nullptr, askers_.data() + first},
                 few_);
    }
    children_.clear();
    askers_.clear();
  }

  const size_t lane_;
  RollupSpec spec_;
  ElementScan scan_;
  const int64_t since_;  // events of before need not be looked at
  const int64_t scan_rows_;
  const std::shared_ptr<RollupScan> whole_;
  // Of the parents asked by the index.
  ParentTotals few_;
  std::vector<Row> children_;
  std::vector<int64_t> askers_;
};

namespace {

class Rollup : public Operator {
 public:
  Rollup(RowSourcePtr rows, std::shared_ptr<RollupTable> table, Reduction reduction)
      : Operator(reduction == Reduction::kCount ? Value::Kind::kInt : table->kind(), table->Cost()),
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
    if (few_ && !table_->built()) return EvalFew(here, wanted, out);
    table_->All().Read(here, wanted, reduction_, out);
  }

  bool EvalCompare(const Rows& rows, const ChunkBits& wanted, Order order, int64_t v,
                   uint32_t currency, Vector& out) override {
    if (rows_ != nullptr || (few_ && !table_->built())) return false;
    out.Reset(Value::Kind::kBool, rows.n);
    return table_->All().Compare(rows, wanted, reduction_, order, v, currency, out);
  }

 private:
  void EvalFew(const Rows& rows, const ChunkBits& wanted, Vector& out) {
    const ParentTotals& few = table_->Few(rows, wanted);
    // Slots are read as rows would be.
    slots_.assign(rows.n, kNoRow);
    EachBit(wanted, [&](size_t i) {
      if (rows.at(i) != kNoRow) slots_[i] = static_cast<Row>(i);
    });
    few.Read({0, rows.n, slots_.data()}, wanted, reduction_, out);
  }

  const RowSourcePtr rows_;
  const std::shared_ptr<RollupTable> table_;
  const Reduction reduction_;
  bool few_ = false;
  std::vector<Row> slots_;
};

}  // namespace

void AlsoCount(RollupTable& table) { table.AlsoCount(); }

bool AsksByIndex(RollupTable& table, int64_t parents) { return table.ByIndex(parents); }

std::shared_ptr<RollupTable> MakeRollupTable(Lane& lane, RollupSpec spec) {
  return std::make_shared<RollupTable>(lane, std::move(spec));
}

OperatorPtr MakeRollup(RowSourcePtr rows, std::shared_ptr<RollupTable> table, Reduction reduction) {
  return std::make_unique<Rollup>(std::move(rows), std::move(table), reduction);
}

}  // namespace relata::internal
