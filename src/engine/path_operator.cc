// SPDX-License-Identifier: Apache-2.0
//
// Derived paths: whether some record that a path of links reaches meets a condition. What is known
// of the records reached is carried back along the steps (path_reach.h); for few rows the path is
// walked forward instead.

#include <algorithm>

#include "engine/operator.h"
#include "engine/path_reach.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

class PathQuantifier : public Operator {
 public:
  PathQuantifier(Lane& lane, RowSourcePtr rows, PathQuantifierSpec spec)
      : Operator(Kind::kBool, 60),
        lane_(lane.number()),
        rows_(std::move(rows)),
        spec_(std::move(spec)),
        reach_(lane.Share<PathReach>([&] {
          return std::make_shared<PathReach>(lane.lanes(), *spec_.graph, spec_.steps,
                                             spec_.condition->cost(), spec_.all);
        })) {
    reach_->Join(lane_, *spec_.condition);
  }

  void Expect(int64_t rows) override { expected_ = rows; }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    // A row walked from costs as much as some thousand links carried back along.
    const bool walk =
        !reach_->carried() && expected_ >= 0 && expected_ * 2048 < reach_->RowsToCarry();
    const Reached& known = walk ? reach_->Targets(lane_) : reach_->Carried(lane_);
    out.Reset(Kind::kBool, rows.n);
    if (!walk && here.list == nullptr) return SettleChunk(known, here.first, wanted, out);
    EachBit(wanted, [&](size_t i) {
      const Row row = here.at(i);
      here_.clear();
      if (row != kNoRow) here_.push_back(row);
      if (walk) Walk();
      Settle(known, i, out);
    });
  }

 private:
  // What is known of the rows of here_ together. An element that decides beats what cannot be
  // decided beats an error.
  void Settle(const Reached& known, size_t i, Vector& out) const {
    bool hit = false;
    bool error = false;
    bool undecided = false;
    for (const Row one : here_) {
      hit = hit || known.hit.Test(one);
      error = error || known.error.Test(one);
      undecided = undecided || known.undecided.Test(one);
    }
    if (!hit && undecided) return SetBit(out.undecided, i);
    if (!hit && error) return SetBit(out.error, i);
    SetBit(out.has, i);
    if (hit != spec_.all) SetBit(out.truth, i);
  }

  // The same of a chunk of rows.
  void SettleChunk(const Reached& known, Row first, const ChunkBits& wanted, Vector& out) const {
    const size_t at = static_cast<size_t>(first) / 64;
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const uint64_t hit = known.hit.Word(at + w);
      const uint64_t undecided = known.undecided.Word(at + w) & ~hit;
      const uint64_t error = known.error.Word(at + w) & ~(hit | undecided);
      out.undecided[w] = wanted[w] & undecided;
      out.error[w] = wanted[w] & error;
      out.has[w] = wanted[w] & ~(undecided | error);
      out.truth[w] = out.has[w] & (spec_.all ? ~hit : hit);
    }
  }

  const RecordTable& TableOf(TypeId type) const { return *spec_.graph->Records(type); }

  // --- Walking forward ---

  // From the rows of here_ to those that the path reaches.
  void Walk() {
    for (const PathStep& step : spec_.steps) {
      next_.clear();
      for (const Row from : here_) Take(step, from);
      if (step.closure) {
        // What was reached is gone on from; the start is not reached by itself.
        std::vector<Row> seen = here_;
        std::vector<Row> found;
        for (size_t k = 0; k < next_.size(); ++k) {
          const Row one = next_[k];
          if (std::find(seen.begin(), seen.end(), one) != seen.end()) continue;
          seen.push_back(one);
          found.push_back(one);
          Take(step, one);
        }
        here_ = std::move(found);
      } else {
        std::swap(here_, next_);
      }
      if (here_.size() > 32) {
        std::sort(here_.begin(), here_.end());
        here_.erase(std::unique(here_.begin(), here_.end()), here_.end());
      }
    }
  }

  // Appends to next_ what one step from `row` reaches.
  void Take(const PathStep& step, Row row) {
    const RecordTable& from = TableOf(step.from);
    if (!step.backward) {
      const ChunkedColumn& links = *from.Column(step.field);
      if (!links.Has(row)) return;
      const Row target = LinkedRow(*spec_.graph, links, links.Int(row), TableOf(step.to));
      if (target != kNoRow) next_.push_back(target);
      return;
    }
    const RecordTable& to = TableOf(step.to);
    const Relation& relation = to.Reverse(step.field);
    const auto append = [&](RecordRef parent) {
      const RelationIndex* index = relation.For(parent.type);
      if (index != nullptr) index->AppendTo(parent.row, nullptr, next_);
    };
    const size_t first = next_.size();
    if (spec_.graph->HasAliases()) {
      for (const RecordRef one : spec_.graph->Group({step.from, row})) append(one);
    } else {
      append({step.from, row});
    }
    next_.erase(std::remove_if(next_.begin() + static_cast<std::ptrdiff_t>(first), next_.end(),
                               [&](Row child) { return !to.Exists(child); }),
                next_.end());
  }

  const size_t lane_;
  const RowSourcePtr rows_;
  const PathQuantifierSpec spec_;
  const std::shared_ptr<PathReach> reach_;
  int64_t expected_ = -1;
  std::vector<Row> here_;
  std::vector<Row> next_;
};

}  // namespace

OperatorPtr MakePathQuantifier(Lane& lane, RowSourcePtr rows, PathQuantifierSpec spec) {
  return std::make_unique<PathQuantifier>(lane, std::move(rows), std::move(spec));
}

}  // namespace relata::internal
