// SPDX-License-Identifier: Apache-2.0
//
// Grouped reductions: one scan of a child table, chunk by chunk, into one total a parent; for the
// parents of a short list by the index of their children.

#include <algorithm>
#include <utility>

#include "engine/element_scan.h"
#include "engine/operator.h"
#include "engine/parent_totals.h"

namespace relata::internal {

class RollupTable {
 public:
  explicit RollupTable(RollupSpec spec)
      : spec_(std::move(spec)),
        scan_(std::move(spec_.filters), std::move(spec_.body), spec_.reduction),
        since_(spec_.events == nullptr ? INT64_MIN : scan_.Since(spec_.events->at)) {}

  Value::Kind kind() const { return spec_.kind; }
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
      if (!scan_.RulesOut(here, links->present)) rows += static_cast<int64_t>(links->size);
    }
    return rows;
  }

  // Whether `rows` parents are cheaper asked by the index than all by a scan. An index that is not
  // there costs a scan and more.
  bool ByIndex(int64_t rows) {
    if (built_ || rows < 0 || spec_.parents->limit == 0) return false;
    if (spec_.links->chunk_count() == 0) return false;
    const int64_t touched = Touched(rows);
    const bool indexed = Index(false) != nullptr;
    if (!indexed && touched * 64 > Children()) return false;
    if (scan_rows_ < 0) scan_rows_ = RowsToScan();
    // A parent looked up costs about as much as twenty rows of a scan, a child as seven.
    return rows * 20 + touched * 7 < scan_rows_;
  }

  // Told when the parents of so many rows will be asked by the index.
  void ExpectFew(int64_t rows) { scan_.Expect(Touched(rows)); }

  // The totals of all parents.
  const ParentTotals& All() {
    if (!built_) Build();
    return totals_;
  }

  // The totals of the wanted rows alone: those of row i are at i.
  const ParentTotals& Few(const Rows& rows, const ChunkBits& wanted) {
    few_.Start(Shape(), rows.n);
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
  ParentTotals::Shape Shape() const { return {spec_.reduction, spec_.kind, spec_.counts}; }

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

  // --- By a scan ---

  void Build() {
    built_ = true;
    auto parents = static_cast<size_t>(spec_.parents->limit);
    for (size_t c = 0; c < spec_.links->chunk_count(); ++c) {
      const Chunk* links = spec_.links->chunk(c);
      if (links != nullptr && links->max >= 0) {
        parents = std::max(parents, static_cast<size_t>(links->max) + 1);
      }
    }
    totals_.Start(Shape(), parents);
    for (size_t c = 0; c < spec_.links->chunk_count(); ++c) ScanChunk(c);
    if (spec_.graph->HasAliases()) FoldMerged();
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
    scan_.Take({static_cast<Row>(c * kRowsPerChunk), links->size, nullptr}, wanted,
               {links, nullptr}, totals_);
  }

  // What was counted for a merged record is its winner's.
  void FoldMerged() {
    const AliasTable* aliases = spec_.graph->aliases[spec_.parent_type].get();
    if (aliases == nullptr) return;
    for (Row loser = 0; loser < spec_.parents->limit; ++loser) {
      if (!aliases->winner.Has(loser)) continue;
      const RecordRef winner = spec_.graph->Resolve({spec_.parent_type, loser});
      if (winner.type != spec_.parent_type || winner.row >= spec_.parents->limit) continue;
      totals_.Fold(static_cast<size_t>(loser), static_cast<size_t>(winner.row));
    }
  }

  RollupSpec spec_;
  ElementScan scan_;
  const int64_t since_;  // events of before need not be looked at
  bool built_ = false;
  int64_t scan_rows_ = -1;
  ParentTotals totals_;
  // Of the parents asked by the index.
  ParentTotals few_;
  std::vector<Row> children_;
  std::vector<int64_t> askers_;
};

namespace {

class Rollup : public Operator {
 public:
  Rollup(RowSourcePtr rows, std::shared_ptr<RollupTable> table, Reduction reduction, int cost)
      : Operator(reduction == Reduction::kCount ? Value::Kind::kInt : table->kind(), cost),
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
