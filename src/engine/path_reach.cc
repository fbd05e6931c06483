// SPDX-License-Identifier: Apache-2.0

#include "engine/path_reach.h"

#include <bit>
#include <variant>

namespace relata::internal {

Row LinkedRow(const Graph& graph, const ChunkedColumn& links, Row target,
              const RecordTable& table) {
  if (graph.HasAliases()) {
    const RecordRef resolved = graph.Resolve({links.target(), target});
    target = resolved.type == links.target() ? resolved.row : kNoRow;
  }
  return table.Exists(target) ? target : kNoRow;
}

// --- The condition at the targets --------------------------------------------------------------

size_t PathTargets::Begin(size_t) {
  reached_ = Reached(static_cast<size_t>(table_.limit));
  return (static_cast<size_t>(table_.limit) + kRowsPerChunk - 1) / kRowsPerChunk;
}

void PathTargets::Do(size_t lane, size_t chunk) {
  const ChunkBits* exists = table_.exists[chunk];
  if (exists == nullptr) return;
  const Row first = static_cast<Row>(chunk * kRowsPerChunk);
  const size_t n = static_cast<size_t>(std::min<Row>(kChunkRows, table_.limit - first));
  Vector& value = by_lane_[lane].value;
  by_lane_[lane].condition->Eval({first, n, nullptr}, *exists, value);
  const size_t at = chunk * kWordsPerChunk;
  for (size_t w = 0; w < kWordsPerChunk && at + w < reached_.hit.words.size(); ++w) {
    const uint64_t here = (*exists)[w];
    const uint64_t yes = all_ ? ~value.truth[w] : value.truth[w];
    reached_.hit.words[at + w] = here & value.has[w] & yes;
    reached_.undecided.words[at + w] = here & value.undecided[w];
    reached_.error.words[at + w] = here & ~(value.has[w] | value.undecided[w]);
  }
}

namespace {
// Beside the comparison of a column, a row.
constexpr int64_t kCostOfLink = 10;
}  // namespace

// --- One step back -----------------------------------------------------------------------------

CarriedStep::CarriedStep(Lanes& lanes, const Graph& graph, const PathStep& step,
                         const Reached& after)
    : SharedWork(lanes, kCostOfLink * graph.Records(step.backward ? step.to : step.from)->limit),
      graph_(graph),
      step_(step),
      after_(after),
      holders_(*graph.Records(step.backward ? step.to : step.from)),
      links_(*holders_.Column(step.field)),
      targets_(*graph.Records(step.backward ? step.from : step.to)),
      told_by_lane_(lanes.count()) {}

size_t CarriedStep::Begin(size_t) {
  reached_ = Reached(static_cast<size_t>(graph_.Records(step_.from)->limit));
  for (TableBits Reached::*const kind : {&Reached::hit, &Reached::error, &Reached::undecided}) {
    if (!(after_.*kind).none()) carries_.push_back({&(after_.*kind), kind, {}});
  }
  if (carries_.empty()) return 0;
  if (step_.closure) return 1;
  const bool merged = graph_.HasAliases();
  side_by_side_ = step_.backward && !merged && SideBySide();
  constexpr Row kFewTargets = 4096;
  if (!step_.backward && !merged && targets_.limit <= kFewTargets) {
    // A deleted record may have been told something, but links to it read as none.
    for (Carry& carry : carries_) {
      carry.told.resize(static_cast<size_t>(targets_.limit));
      for (Row row = 0; row < targets_.limit; ++row) {
        const bool told = carry.source->Test(row) && targets_.Exists(row);
        carry.told[static_cast<size_t>(row)] = told ? 1 : 0;
      }
    }
  }
  return links_.chunk_count();
}

void CarriedStep::Do(size_t lane, size_t chunk) {
  Reached* into = &reached_;  // a chunk of children is told by nobody else
  if (step_.backward && !step_.closure && lanes().count() > 1) {
    std::unique_ptr<Reached>& told = told_by_lane_[lane];
    if (told == nullptr) told = std::make_unique<Reached>(static_cast<size_t>(targets_.limit));
    into = told.get();
  }
  for (const Carry& carry : carries_) {
    TableBits& target = into->*carry.kind;
    if (step_.closure) {
      CarryClosure(*carry.source, target, into->undecided);
    } else if (!step_.backward) {
      carry.told.empty() ? CarryToChildren(carry, chunk, target)
                         : CarryByCodes(carry, chunk, target);
    } else {
      side_by_side_ ? CarrySideBySide(*carry.source, chunk, target)
                    : CarryToParents(*carry.source, chunk, target);
    }
  }
}

void CarriedStep::End(size_t) {
  for (std::unique_ptr<Reached>& told : told_by_lane_) {
    if (told == nullptr) continue;
    for (const Carry& carry : carries_) {
      LargeVector<uint64_t>& into = (reached_.*carry.kind).words;
      const LargeVector<uint64_t>& from = ((*told).*carry.kind).words;
      for (size_t w = 0; w < into.size(); ++w) into[w] |= from[w];
    }
    told.reset();
  }
}

// Calls visit(row, target) for each existing row of a chunk, of those in `among` when given, whose
// link names a record; an existing one where records were merged.
template <class Visit>
void CarriedStep::EachLink(size_t chunk, const TableBits* among, const Visit& visit) const {
  const Chunk* links = links_.chunk(chunk);
  const ChunkBits* exists = holders_.exists[chunk];
  if (links == nullptr || exists == nullptr) return;
  ChunkBits here{};
  EachWord(here, [&](size_t w) {
    return links->present[w] & (*exists)[w] &
           (among == nullptr ? ~uint64_t{0} : among->Word(chunk * kWordsPerChunk + w));
  });
  uint32_t slots[kRowsPerChunk];
  int64_t to[kRowsPerChunk];
  const size_t n = ListBits(here, slots);
  Gather(links->ints, {slots, n}, to);
  const bool merged = graph_.HasAliases();
  const Row first = static_cast<Row>(chunk * kRowsPerChunk);
  for (size_t k = 0; k < n; ++k) {
    const Row target = merged ? LinkedRow(graph_, links_, to[k], targets_) : to[k];
    if (target != kNoRow) visit(first + static_cast<Row>(slots[k]), target);
  }
}

// A child that reaches tells its parent.
void CarriedStep::CarryToParents(const TableBits& source, size_t chunk, TableBits& target) const {
  EachLink(chunk, &source, [&](Row, Row parent) { target.Set(parent); });
}

void CarriedStep::CarryToChildren(const Carry& carry, size_t chunk, TableBits& target) const {
  EachLink(chunk, nullptr, [&](Row row, Row linked) {
    if (carry.source->Test(linked) && targets_.Exists(linked)) target.Set(row);
  });
}

// The rows whose link, in a column of few different targets, names one that was told something:
// codes are looked up where they lie.
void CarriedStep::CarryByCodes(const Carry& carry, size_t chunk, TableBits& target) const {
  const Chunk* links = links_.chunk(chunk);
  const ChunkBits* exists = holders_.exists[chunk];
  if (links == nullptr || exists == nullptr) return;
  ChunkBits bits{};
  SelectValues(links->ints, carry.told, bits);
  for (size_t w = 0; w < kWordsPerChunk; ++w) {
    const size_t at = chunk * kWordsPerChunk + w;
    if (at < target.words.size()) target.words[at] |= bits[w] & links->present[w] & (*exists)[w];
  }
}

// Whether children lie as their parents do, one each: what they reach is then carried word by word.
bool CarriedStep::SideBySide() const {
  for (size_t c = 0; c < links_.chunk_count(); ++c) {
    const Chunk* chunk = links_.chunk(c);
    if (chunk == nullptr) continue;
    const bool lies = std::holds_alternative<PackedInts::Linear>(chunk->ints.codes()) &&
                      chunk->ints.step() == 1 && chunk->ints.base() >= 0;
    if (!lies && chunk->size == kRowsPerChunk) return false;
  }
  return true;
}

void CarriedStep::CarrySideBySide(const TableBits& source, size_t c, TableBits& target) const {
  const Chunk* chunk = links_.chunk(c);
  const ChunkBits* exists = holders_.exists[c];
  if (chunk == nullptr || exists == nullptr) return;
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

// Both directions of a closure follow one link of a type to itself, towards the parent. Above a
// record lies what it reaches forward; what it reaches backward is told to all above it.
void CarriedStep::CarryClosure(const TableBits& source, TableBits& target,
                               TableBits& undecided) const {
  LargeVector<Row> parent(static_cast<size_t>(holders_.limit), kNoRow);
  for (size_t c = 0; c < links_.chunk_count(); ++c) {
    EachLink(c, nullptr, [&](Row row, Row linked) {
      if (holders_.Exists(linked)) parent[static_cast<size_t>(row)] = linked;
    });
  }
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
      if (reaches && !step_.backward) target.Set(static_cast<Row>(*down));
      state[*down] = kKnown;
    }
  }
  if (step_.backward) TellAncestors(parent, source, target);
  // A ring of parents, which no commit makes, is left to the interpreter.
  if (!ring) return;
  target.words.assign(target.words.size(), 0);
  undecided.words.assign(undecided.words.size(), ~uint64_t{0});
}

void CarriedStep::TellAncestors(std::span<const Row> parent, const TableBits& source,
                                TableBits& target) {
  for (size_t row = 0; row < parent.size(); ++row) {
    if (!source.Test(static_cast<Row>(row))) continue;
    // Whoever was told has told those above.
    for (Row up = parent[row]; up != kNoRow && !target.Test(up);
         up = parent[static_cast<size_t>(up)]) {
      target.Set(up);
    }
  }
}

// --- A path ------------------------------------------------------------------------------------

PathReach::PathReach(Lanes& lanes, const Graph& graph, const std::vector<PathStep>& steps, int cost,
                     bool all)
    : targets_(lanes, *graph.Records(steps.back().to), cost, all), steps_(steps.size()) {
  const Reached* after = &targets_.reached();
  for (size_t i = steps.size(); i-- > 0;) {
    const PathStep& step = steps[i];
    steps_[i] = std::make_unique<CarriedStep>(lanes, graph, step, *after);
    after = &steps_[i]->reached();
    rows_to_carry_ += graph.Records(step.backward && !step.closure ? step.to : step.from)->limit;
  }
}

const Reached& PathReach::Targets(size_t lane) {
  targets_.Complete(lane);
  return targets_.reached();
}

const Reached& PathReach::Carried(size_t lane) {
  targets_.Complete(lane);
  for (size_t i = steps_.size(); i-- > 0;) steps_[i]->Complete(lane);
  return steps_.front()->reached();
}

}  // namespace relata::internal
