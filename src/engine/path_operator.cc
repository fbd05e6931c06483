// SPDX-License-Identifier: Apache-2.0
//
// Derived paths: whether some record that a path of links reaches meets a condition.
//
// The condition is decided once for every record of the last type, and what it says is carried back
// along the steps, one scan of a link column each: a child tells its parent, a parent its children,
// a closure every record below or above. For few rows the path is walked forward instead.

#include <algorithm>
#include <bit>

#include "engine/operator.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

// What is known of the rows of a table, one bit a row.
struct RowBits {
  std::vector<uint64_t> words;

  explicit RowBits(size_t rows = 0) : words(rows / 64 + 1) {}
  bool Test(Row row) const {
    const auto i = static_cast<size_t>(row);
    return i / 64 < words.size() && (words[i / 64] >> (i % 64) & 1) != 0;
  }
  // The bits of 64 rows.
  uint64_t Word(size_t w) const { return w < words.size() ? words[w] : 0; }
  void Set(Row row) {
    const auto i = static_cast<size_t>(row);
    if (i / 64 < words.size()) words[i / 64] |= uint64_t{1} << (i % 64);
  }
  // The bits of `word`, the first of them that of row `first`.
  void SetWord(size_t first, uint64_t word) {
    const size_t w = first / 64;
    const size_t shift = first % 64;
    if (w < words.size()) words[w] |= word << shift;
    if (shift != 0 && w + 1 < words.size()) words[w + 1] |= word >> (64 - shift);
  }
  bool none() const {
    return std::all_of(words.begin(), words.end(), [](uint64_t w) { return w == 0; });
  }
};

// Of each record: reaches one for which the condition decides; is an error; is undecided.
struct Reached {
  RowBits hit, error, undecided;

  explicit Reached(size_t rows = 0) : hit(rows), error(rows), undecided(rows) {}
};

class PathQuantifier : public Operator {
 public:
  PathQuantifier(RowSourcePtr rows, PathQuantifierSpec spec)
      : Operator(Kind::kBool, 60), rows_(std::move(rows)), spec_(std::move(spec)) {}

  void Expect(int64_t rows) override { expected_ = rows; }

  void Eval(const Rows& rows, const ChunkBits& wanted, Vector& out) override {
    if (!decided_) Decide();
    std::vector<Row> buffer;
    const Rows here = Through(rows_, rows, wanted, buffer);
    // A row walked from costs as much as some thousand links carried back along.
    const bool walk = !carried_ && expected_ >= 0 && expected_ * 2048 < RowsToCarry();
    if (!walk && !carried_) CarryBack();
    out.Reset(Kind::kBool, rows.n);
    if (!walk && here.list == nullptr) return SettleChunk(here.first, wanted, out);
    EachBit(wanted, [&](size_t i) {
      const Row row = here.at(i);
      if (row == kNoRow) return Settle(false, false, false, i, out);
      if (walk) return Walk(row, i, out);
      Settle(reached_.hit.Test(row), reached_.error.Test(row), reached_.undecided.Test(row), i,
             out);
    });
  }

 private:
  // An element that decides beats what cannot be decided beats an error.
  void Settle(bool hit, bool error, bool undecided, size_t i, Vector& out) const {
    if (!hit && undecided) return SetBit(out.undecided, i);
    if (!hit && error) return SetBit(out.error, i);
    SetBit(out.has, i);
    if (hit != spec_.all) SetBit(out.truth, i);
  }

  // The same of a chunk of rows.
  void SettleChunk(Row first, const ChunkBits& wanted, Vector& out) const {
    const size_t at = static_cast<size_t>(first) / 64;
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const uint64_t hit = reached_.hit.Word(at + w);
      const uint64_t undecided = reached_.undecided.Word(at + w) & ~hit;
      const uint64_t error = reached_.error.Word(at + w) & ~(hit | undecided);
      out.undecided[w] = wanted[w] & undecided;
      out.error[w] = wanted[w] & error;
      out.has[w] = wanted[w] & ~(undecided | error);
      out.truth[w] = out.has[w] & (spec_.all ? ~hit : hit);
    }
  }

  const RecordTable& TableOf(TypeId type) const { return *spec_.graph->Records(type); }

  // The condition for every record of the last type.
  void Decide() {
    decided_ = true;
    const RecordTable& table = TableOf(spec_.steps.back().to);
    target_ = Reached(static_cast<size_t>(table.limit));
    Vector value;
    for (Row first = 0; first < table.limit; first += kChunkRows) {
      const ChunkBits* exists = table.exists[ChunkOf(first)];
      if (exists == nullptr) continue;
      const size_t n = static_cast<size_t>(std::min<Row>(kChunkRows, table.limit - first));
      spec_.condition->Eval({first, n, nullptr}, *exists, value);
      const size_t at = static_cast<size_t>(first) / 64;
      for (size_t w = 0; w < kWordsPerChunk && at + w < target_.hit.words.size(); ++w) {
        const uint64_t here = (*exists)[w];
        const uint64_t yes = spec_.all ? ~value.truth[w] : value.truth[w];
        target_.hit.words[at + w] = here & value.has[w] & yes;
        target_.undecided.words[at + w] = here & value.undecided[w];
        target_.error.words[at + w] = here & ~(value.has[w] | value.undecided[w]);
      }
    }
  }

  // The links that carrying back looks at.
  int64_t RowsToCarry() const {
    int64_t rows = 0;
    for (const PathStep& step : spec_.steps) {
      rows += TableOf(step.backward && !step.closure ? step.to : step.from).limit;
    }
    return rows;
  }

  void CarryBack() {
    carried_ = true;
    const Reached* from = &target_;
    Reached carried;
    for (auto step = spec_.steps.rbegin(); step != spec_.steps.rend(); ++step) {
      Reached next(static_cast<size_t>(TableOf(step->from).limit));
      const std::pair<const RowBits*, RowBits*> kinds[] = {{&from->hit, &next.hit},
                                                           {&from->error, &next.error},
                                                           {&from->undecided, &next.undecided}};
      for (const auto& [source, target] : kinds) {
        if (source->none()) continue;
        if (step->closure) {
          CarryClosure(*step, *source, *target, next.undecided);
        } else {
          CarryStep(*step, *source, *target);
        }
      }
      carried = std::move(next);
      from = &carried;
    }
    reached_ = std::move(carried);
  }

  // The record that the link column says, resolved; kNoRow when it does not exist.
  Row Linked(const ChunkedColumn& links, Row target, const RecordTable& table) const {
    if (spec_.graph->HasAliases()) {
      const RecordRef resolved = spec_.graph->Resolve({links.target(), target});
      target = resolved.type == links.target() ? resolved.row : kNoRow;
    }
    return table.Exists(target) ? target : kNoRow;
  }

  // Calls visit(row, target) for each existing row of `table`, of those in `among` when given,
  // whose link names an existing record.
  template <class Visit>
  void EachLink(const RecordTable& table, const ChunkedColumn& links, const RecordTable& targets,
                const RowBits* among, const Visit& visit) const {
    const bool merged = spec_.graph->HasAliases();
    std::vector<int64_t> to(kRowsPerChunk);
    std::vector<uint32_t> slots;
    for (size_t c = 0; c < links.chunk_count(); ++c) {
      const Chunk* chunk = links.chunk(c);
      const ChunkBits* exists = table.exists[c];
      if (chunk == nullptr || exists == nullptr) continue;
      ChunkBits here{};
      EachWord(here, [&](size_t w) {
        return chunk->present[w] & (*exists)[w] &
               (among == nullptr ? ~uint64_t{0} : among->Word(c * kWordsPerChunk + w));
      });
      slots.clear();
      ListBits(here, slots);
      Gather(chunk->ints, slots, to.data());
      const Row first = static_cast<Row>(c * kRowsPerChunk);
      for (size_t k = 0; k < slots.size(); ++k) {
        Row target = to[k];
        if (merged) {
          target = Linked(links, target, targets);
          if (target == kNoRow) continue;
        }
        visit(first + static_cast<Row>(slots[k]), target);
      }
    }
  }

  // The rows whose link, in a column of few different targets, names one that `source` has: codes
  // are looked up where they lie. `told` is `source` by row, without targets that are gone.
  static void CarryByCodes(const RecordTable& table, const Chunk& chunk, size_t c,
                           const std::vector<uint8_t>& told, RowBits& target) {
    const ChunkBits* exists = table.exists[c];
    if (exists == nullptr) return;
    ChunkBits bits{};
    SelectValues(chunk.ints, told, bits);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const size_t at = c * kWordsPerChunk + w;
      if (at < target.words.size()) {
        target.words[at] |= bits[w] & chunk.present[w] & (*exists)[w];
      }
    }
  }

  // Children that lie as their parents do, one each: what they reach is carried word by word.
  // False, and nothing is done, when some lie otherwise.
  static bool CarrySideBySide(const RecordTable& children, const ChunkedColumn& links,
                              const RowBits& source, RowBits& target) {
    for (size_t c = 0; c < links.chunk_count(); ++c) {
      const Chunk* chunk = links.chunk(c);
      if (chunk == nullptr) continue;
      const bool lies = std::holds_alternative<PackedInts::Linear>(chunk->ints.codes()) &&
                        chunk->ints.step() == 1 && chunk->ints.base() >= 0;
      if (!lies && chunk->size == kRowsPerChunk) return false;
    }
    for (size_t c = 0; c < links.chunk_count(); ++c) {
      const Chunk* chunk = links.chunk(c);
      const ChunkBits* exists = children.exists[c];
      if (chunk == nullptr || exists == nullptr) continue;
      const bool lies = std::holds_alternative<PackedInts::Linear>(chunk->ints.codes());
      for (size_t w = 0; w < kWordsPerChunk; ++w) {
        uint64_t word = source.Word(c * kWordsPerChunk + w) & chunk->present[w] & (*exists)[w];
        if (word == 0) continue;
        if (lies) {
          target.SetWord(static_cast<size_t>(chunk->ints.base()) + w * 64, word);
          continue;
        }
        for (; word != 0; word &= word - 1) {
          target.Set(chunk->Int(w * 64 + static_cast<size_t>(std::countr_zero(word))));
        }
      }
    }
    return true;
  }

  void CarryStep(const PathStep& step, const RowBits& source, RowBits& target) const {
    const RecordTable& from = TableOf(step.from);
    const RecordTable& to = TableOf(step.to);
    if (step.backward) {
      if (!spec_.graph->HasAliases() &&
          CarrySideBySide(to, *to.Column(step.field), source, target)) {
        return;
      }
      // A child that reaches tells its parent.
      EachLink(to, *to.Column(step.field), from, &source,
               [&](Row, Row parent) { target.Set(parent); });
      return;
    }
    // A deleted record may have been told something, but links to it read as none.
    const ChunkedColumn& links = *from.Column(step.field);
    constexpr Row kFewTargets = 4096;
    if (to.limit <= kFewTargets && !spec_.graph->HasAliases()) {
      std::vector<uint8_t> told(static_cast<size_t>(to.limit));
      for (Row row = 0; row < to.limit; ++row) {
        told[static_cast<size_t>(row)] = source.Test(row) && to.Exists(row) ? 1 : 0;
      }
      for (size_t c = 0; c < links.chunk_count(); ++c) {
        if (const Chunk* chunk = links.chunk(c)) CarryByCodes(from, *chunk, c, told, target);
      }
      return;
    }
    EachLink(from, links, to, nullptr, [&](Row row, Row linked) {
      if (source.Test(linked) && to.Exists(linked)) target.Set(row);
    });
  }

  // Both directions of a closure follow one link of a type to itself, towards the parent. Above a
  // record lies what it reaches forward; what it reaches backward is told to all above it.
  void CarryClosure(const PathStep& step, const RowBits& source, RowBits& target,
                    RowBits& undecided) const {
    const RecordTable& table = TableOf(step.from);
    std::vector<Row> parent(static_cast<size_t>(table.limit), kNoRow);
    EachLink(table, *table.Column(step.field), table, nullptr, [&](Row row, Row linked) {
      if (table.Exists(linked)) parent[static_cast<size_t>(row)] = linked;
    });
    // Told once a chain, from a record up to one that is known, and back.
    enum : uint8_t { kOpen, kOnChain, kKnown };
    std::vector<uint8_t> state(parent.size(), kOpen);
    std::vector<size_t> chain;
    bool ring = false;
    for (size_t row = 0; row < parent.size(); ++row) {
      chain.clear();
      size_t at = row;
      while (state[at] == kOpen) {
        state[at] = kOnChain;
        chain.push_back(at);
        if (parent[at] == kNoRow) break;
        at = static_cast<size_t>(parent[at]);
        ring = ring || state[at] == kOnChain;
      }
      for (auto down = chain.rbegin(); down != chain.rend(); ++down) {
        const Row above = parent[*down];
        const bool reaches = above != kNoRow && (source.Test(above) || target.Test(above));
        if (reaches && !step.backward) target.Set(static_cast<Row>(*down));
        state[*down] = kKnown;
      }
    }
    if (step.backward) TellAncestors(parent, source, target);
    // A ring of parents, which no commit makes, is left to the interpreter.
    if (!ring) return;
    target.words.assign(target.words.size(), 0);
    undecided.words.assign(undecided.words.size(), ~uint64_t{0});
  }

  static void TellAncestors(const std::vector<Row>& parent, const RowBits& source,
                            RowBits& target) {
    for (size_t row = 0; row < parent.size(); ++row) {
      if (!source.Test(static_cast<Row>(row))) continue;
      // Whoever was told has told those above.
      for (Row up = parent[row]; up != kNoRow && !target.Test(up);
           up = parent[static_cast<size_t>(up)]) {
        target.Set(up);
      }
    }
  }

  // --- Walking forward ---

  void Walk(Row row, size_t i, Vector& out) {
    here_.assign(1, row);
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
    bool hit = false;
    bool error = false;
    bool undecided = false;
    for (const Row one : here_) {
      hit = hit || target_.hit.Test(one);
      error = error || target_.error.Test(one);
      undecided = undecided || target_.undecided.Test(one);
    }
    Settle(hit, error, undecided, i, out);
  }

  // Appends to next_ what one step from `row` reaches.
  void Take(const PathStep& step, Row row) {
    const RecordTable& from = TableOf(step.from);
    if (!step.backward) {
      const ChunkedColumn& links = *from.Column(step.field);
      if (!links.Has(row)) return;
      const Row target = Linked(links, links.Int(row), TableOf(step.to));
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

  const RowSourcePtr rows_;
  PathQuantifierSpec spec_;
  int64_t expected_ = -1;
  bool decided_ = false;
  bool carried_ = false;
  Reached target_;
  Reached reached_;
  std::vector<Row> here_;
  std::vector<Row> next_;
};

}  // namespace

OperatorPtr MakePathQuantifier(RowSourcePtr rows, PathQuantifierSpec spec) {
  return std::make_unique<PathQuantifier>(std::move(rows), std::move(spec));
}

}  // namespace relata::internal
