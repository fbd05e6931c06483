// SPDX-License-Identifier: Apache-2.0

#include "engine/summary.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/large_pages.h"
#include "engine/vector.h"

namespace relata::internal {

using Kind = Value::Kind;

bool HasExtremes(Kind kind) {
  return kind == Kind::kInt || kind == Kind::kDuration || kind == Kind::kTimestamp ||
         kind == Kind::kDate;
}
bool HasSum(Kind kind) {
  return kind == Kind::kInt || kind == Kind::kDuration || kind == Kind::kMoney;
}

namespace {

// What is said of one parent.
struct Said {
  int64_t count = 0;
  int64_t least = INT64_MAX;
  int64_t greatest = INT64_MIN;
  int64_t sum = 0;

  // False when the sum does not fit.
  bool Take(int64_t v) {
    ++count;
    least = std::min(least, v);
    greatest = std::max(greatest, v);
    return !__builtin_add_overflow(sum, v, &sum);
  }
};

class Summariser {
 public:
  explicit Summariser(const Children& children) : children_(children) {
    if (children_.values == nullptr) return;
    kind_ = children_.values->kind();
    made_.least = made_.greatest = made_.sum = ChunkedColumn(kind_);
  }

  Summaries::Value All() {
    made_.rows = children_.rows;
    if (!LookAtValues(0)) return Take();
    size_t parents = 0;
    for (size_t c = 0; c < children_.links->chunk_count(); ++c) {
      const Chunk* links = children_.links->chunk(c);
      if (links != nullptr && links->max >= 0) {
        parents = std::max(parents, static_cast<size_t>(links->max) + 1);
      }
    }
    if (children_.values == nullptr) {
      Count(parents);
    } else {
      Gather(parents);
    }
    return Take();
  }

  // The base with the rows that came since, and the parents of `changed` looked at anew.
  Summaries::Value From(const Summary& base, const std::vector<Row>& changed) {
    made_ = base;
    made_.rows = children_.rows;
    // What had none has none with more rows.
    if (!base.whole || !LookAtValues(changed.empty() ? base.rows : 0)) return Take();
    std::unordered_map<int64_t, Said> anew;
    for (const Row parent : changed) anew[parent];
    if (!anew.empty()) Reread(anew);
    std::unordered_map<int64_t, Said> more;
    EachChild(base.rows, [&](int64_t parent, int64_t v) {
      if (anew.contains(parent)) return;
      if (!more[parent].Take(v)) made_.sums = false;
    });
    for (auto& [parent, said] : more) Join(parent, said);
    for (const auto& [parent, said] : anew) Put(parent, said);
    for (ChunkedColumn* column : Columns()) column->Repack(edit_);
    DropSumsUnlessGood();
    return Take();
  }

 private:
  Summaries::Value Take() { return std::make_shared<const Summary>(std::move(made_)); }

  std::vector<ChunkedColumn*> Columns() {
    if (children_.values == nullptr) return {&made_.count};
    std::vector<ChunkedColumn*> columns;
    if (HasExtremes(kind_)) columns = {&made_.least, &made_.greatest};
    if (HasSum(kind_)) columns.push_back(&made_.sum);
    return columns;
  }

  ChunkBits Chosen(size_t chunk) const {
    const Chunk* links = children_.links->chunk(chunk);
    if (links == nullptr) return {};
    ChunkBits chosen = links->present;
    if (children_.exists == nullptr) return chosen;
    const ChunkBits* exists = (*children_.exists)[chunk];
    if (exists == nullptr) return {};
    EachWord(chosen, [&](size_t w) { return chosen[w] & (*exists)[w]; });
    return chosen;
  }

  // Whether all children from `first` on that count have a value, and of which currency.
  bool LookAtValues(Row first) {
    if (children_.values == nullptr) return true;
    for (size_t c = ChunkOf(first); c < children_.links->chunk_count(); ++c) {
      const ChunkBits chosen = Chosen(c);
      if (!AnyBit(chosen)) continue;
      const Chunk* values = children_.values->chunk(c);
      if (values == nullptr || !CoversBits(values->present, chosen)) {
        made_ = Summary();
        made_.rows = children_.rows;
        made_.whole = made_.sums = false;
        return false;
      }
      if (kind_ != Kind::kMoney) continue;
      const auto note = [&](uint32_t currency) {
        if (made_.currency == 0) made_.currency = currency;
        made_.sums = made_.sums && currency == made_.currency && currency != 0;
      };
      if (values->extra.empty()) {
        note(values->extra_all);
      } else {
        EachBit(chosen, [&](size_t i) { note(values->extra[i]); });
      }
    }
    return true;
  }

  // f(parent, value) of the rows from `first` on, chunk by chunk.
  template <class F>
  void EachChild(Row first, const F& f) {
    parents_here_.resize(kRowsPerChunk);
    values_here_.assign(kRowsPerChunk, 0);
    for (size_t c = ChunkOf(first); c < children_.links->chunk_count(); ++c) {
      ChunkBits chosen = Chosen(c);
      if (!AnyBit(chosen)) continue;
      if (c == ChunkOf(first)) {
        const ChunkBits before = FirstBits(OffsetOf(first));
        EachWord(chosen, [&](size_t w) { return chosen[w] & ~before[w]; });
      }
      children_.links->chunk(c)->ints.Decode(parents_here_.data());
      if (children_.values != nullptr) {
        children_.values->chunk(c)->ints.Decode(values_here_.data());
      }
      EachBit(chosen, [&](size_t i) { f(parents_here_[i], values_here_[i]); });
    }
  }

  void Count(size_t parents) {
    LargeVector<uint32_t> counts(parents);
    EachChild(0, [&](int64_t parent, int64_t) { ++counts[static_cast<size_t>(parent)]; });
    PutAll(
        made_.count, parents, [&](size_t p) { return counts[p] != 0; },
        [&](size_t p) { return static_cast<int64_t>(counts[p]); });
  }

  void Gather(size_t parents) {
    LargeVector<Said> said(parents);
    EachChild(0, [&](int64_t parent, int64_t v) {
      if (!said[static_cast<size_t>(parent)].Take(v)) made_.sums = false;
    });
    const auto there = [&](size_t p) { return said[p].count != 0; };
    if (HasExtremes(kind_)) {
      PutAll(made_.least, parents, there, [&](size_t p) { return said[p].least; });
      PutAll(made_.greatest, parents, there, [&](size_t p) { return said[p].greatest; });
    }
    if (HasSum(kind_) && made_.sums) {
      PutAll(made_.sum, parents, there, [&](size_t p) { return said[p].sum; });
    }
  }

  template <class There, class Of>
  void PutAll(ChunkedColumn& column, size_t parents, const There& there, const Of& of) {
    std::vector<int64_t> values;
    for (size_t first = 0; first < parents; first += kRowsPerChunk) {
      const size_t n = std::min(kRowsPerChunk, parents - first);
      ChunkBits present{};
      values.assign(n, 0);
      for (size_t i = 0; i < n; ++i) {
        if (!there(first + i)) continue;
        SetBit(present, i);
        values[i] = of(first + i);
      }
      if (AnyBit(present)) {
        column.PutChunk(first / kRowsPerChunk, values, present, made_.currency, edit_);
      }
    }
  }

  // All children of some parents.
  void Reread(std::unordered_map<int64_t, Said>& anew) {
    int64_t most = 0;
    for (const auto& [parent, said] : anew) most = std::max(most, parent);
    std::vector<uint64_t> asked(static_cast<size_t>(most) / 64 + 1);
    for (const auto& [parent, said] : anew) {
      asked[static_cast<size_t>(parent) / 64] |= uint64_t{1} << (parent % 64);
    }
    EachChild(0, [&](int64_t parent, int64_t v) {
      const auto w = static_cast<size_t>(parent) / 64;
      if (w >= asked.size() || (asked[w] >> (parent % 64) & 1) == 0) return;
      if (!anew[parent].Take(v)) made_.sums = false;
    });
  }

  // What was said of the parent joins what is said now.
  void Join(int64_t parent, Said& said) {
    if (children_.values == nullptr) {
      if (made_.count.Has(parent)) said.count += made_.count.Int(parent);
    } else if (HasExtremes(kind_) && made_.least.Has(parent)) {
      said.least = std::min(said.least, made_.least.Int(parent));
      said.greatest = std::max(said.greatest, made_.greatest.Int(parent));
    }
    if (children_.values != nullptr && HasSum(kind_) && made_.sum.Has(parent) &&
        __builtin_add_overflow(said.sum, made_.sum.Int(parent), &said.sum)) {
      made_.sums = false;
    }
    Put(parent, said);
  }

  void Put(int64_t parent, const Said& said) {
    const auto put = [&](ChunkedColumn& column, int64_t v) {
      if (said.count == 0) return column.PutNull(parent, edit_);
      column.PutInt(parent, v, made_.currency, edit_);
    };
    if (children_.values == nullptr) return put(made_.count, said.count);
    if (HasExtremes(kind_)) {
      put(made_.least, said.least);
      put(made_.greatest, said.greatest);
    }
    if (HasSum(kind_)) put(made_.sum, said.sum);
  }

  void DropSumsUnlessGood() {
    if (!made_.sums) made_.sum = ChunkedColumn(kind_);
  }

  const Children children_;
  const EditToken edit_ = NewEdit();
  Kind kind_ = Kind::kNull;
  Summary made_;
  std::vector<int64_t> parents_here_, values_here_;
};

}  // namespace

Summaries::Value Summarize(const Children& children, const Summaries::Base& base) {
  Summariser summariser(children);
  const Summary* before = base.value.get();
  // Without a value somewhere, or sums, a change may bring them back: only all rows tell.
  const bool again = before == nullptr || before->rows > children.rows ||
                     (children.rows - before->rows) * 4 > children.rows ||
                     ((!before->whole || !before->sums) && !base.changed.empty());
  return again ? summariser.All() : summariser.From(*before, base.changed);
}

}  // namespace relata::internal
