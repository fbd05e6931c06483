// SPDX-License-Identifier: Apache-2.0
//
// The consent ledger compiled for speed: who said what, ready to decide on.
//
// The ledger of the store is the truth; the cache holds its lines in memory, those of one person
// side by side and in order, found by one probe of a hash table. Entries that name an address are
// found by the address too, because what somebody else said there speaks as well. Filling it costs
// 56 bytes an entry plus the tables; a new entry is put in its place at once.
//
//   LedgerCache cache;
//   for (const ConsentEntry& e : ledger) cache.Add(e);
//   facts.lines = cache.Lines(person, point, &scratch);
//
// Thread-compatible: many readers, or one writer. Spans are valid until the next Add.

#ifndef RELATA_CONSENT_LEDGER_CACHE_H_
#define RELATA_CONSENT_LEDGER_CACHE_H_

#include <deque>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "relata/consent/facts.h"

namespace relata {

class LedgerCache {
 public:
  LedgerCache() = default;
  LedgerCache(LedgerCache&&) = default;
  LedgerCache& operator=(LedgerCache&&) = default;

  // Adds an entry of the ledger; ascending `at` is fastest, any order is right. An entry that names
  // neither person nor point speaks for nobody here and is left out. Only negatives may name a
  // point alone; everything else names its person.
  void Add(const ConsentEntry& entry) {
    LedgerLine line = LineOf(entry);
    if (line.rare != nullptr) {
      rare_.push_back(entry);
      line.rare = &rare_.back();
    }
    if (!line.person.none()) Insert(&persons_, line.person, line);
    if (!line.point.none()) Insert(&points_, line.point, line);
    if (!line.person.none() || !line.point.none()) ++size_;
  }

  // Room for `persons` and for `entries` lines, to fill a large cache without moving it.
  void Reserve(size_t persons, size_t entries) {
    persons_.index.reserve(persons);
    persons_.lines.reserve(entries * 2);
  }

  // Every line that may speak about `person` at `point`, in order of (at, seq): what the person
  // said anywhere, and what anybody said at the point. `merged` are the persons who became this
  // one. Copies into `*scratch` only where two lists must be merged; the span is valid while
  // neither the cache nor `*scratch` changes.
  std::span<const LedgerLine> Lines(PartyId person, PartyId point, std::vector<LedgerLine>* scratch,
                                    std::span<const PartyId> merged = {}) const {
    const std::span<const LedgerLine> own = Find(persons_, person);
    const std::span<const LedgerLine> there = Find(points_, point);
    const bool foreign = std::any_of(there.begin(), there.end(),
                                     [&](const LedgerLine& l) { return l.person != person; });
    if (!foreign && merged.empty()) return own;
    scratch->assign(own.begin(), own.end());
    for (PartyId other : merged) {
      const std::span<const LedgerLine> lines = Find(persons_, other);
      scratch->insert(scratch->end(), lines.begin(), lines.end());
    }
    for (const LedgerLine& l : there) {
      const bool known =
          l.person == person || std::find(merged.begin(), merged.end(), l.person) != merged.end();
      if (!known) scratch->push_back(l);
    }
    std::stable_sort(scratch->begin(), scratch->end(), Before);
    return *scratch;
  }

  // Lines held.
  size_t size() const { return size_; }

 private:
  // Blocks of lines by party. A block that is full moves to the end with twice the room; what it
  // leaves is taken back when it is half of everything.
  struct Block {
    uint32_t start = 0;
    uint32_t count = 0;
    uint32_t room = 0;
  };
  struct Table {
    absl::flat_hash_map<uint64_t, Block> index;
    std::vector<LedgerLine> lines;
    size_t lost = 0;
  };

  static bool Before(const LedgerLine& a, const LedgerLine& b) {
    return a.at != b.at ? a.at < b.at : a.seq < b.seq;
  }

  static std::span<const LedgerLine> Find(const Table& table, PartyId party) {
    const auto found = table.index.find(party.value);
    if (found == table.index.end()) return {};
    return std::span(table.lines).subspan(found->second.start, found->second.count);
  }

  static void Insert(Table* table, PartyId party, const LedgerLine& line) {
    if (table->lost > 1024 && table->lost * 2 > table->lines.size()) Compact(table);
    Block& block = table->index[party.value];
    if (block.count == block.room) Grow(table, &block);
    LedgerLine* const first = table->lines.data() + block.start;
    LedgerLine* place = first + block.count++;
    for (; place != first && Before(line, place[-1]); --place) *place = place[-1];
    *place = line;
  }

  static void Grow(Table* table, Block* block) {
    const uint32_t room = block->room == 0 ? 4 : block->room * 2;
    const size_t start = table->lines.size();
    if (block->start + block->room == start) {
      table->lines.resize(start + room - block->room);
    } else {
      table->lines.resize(start + room);
      std::copy_n(table->lines.begin() + block->start, block->count,
                  table->lines.begin() + static_cast<std::ptrdiff_t>(start));
      table->lost += block->room;
      block->start = static_cast<uint32_t>(start);
    }
    block->room = room;
  }

  static void Compact(Table* table) {
    std::vector<LedgerLine> lines;
    lines.reserve(table->lines.size() - table->lost);
    for (auto& [party, block] : table->index) {
      const auto from = table->lines.begin() + block.start;
      block.start = static_cast<uint32_t>(lines.size());
      lines.insert(lines.end(), from, from + block.room);
    }
    table->lines = std::move(lines);
    table->lost = 0;
  }

  Table persons_;
  Table points_;
  std::deque<ConsentEntry> rare_;
  size_t size_ = 0;
};

}  // namespace relata

#endif  // RELATA_CONSENT_LEDGER_CACHE_H_
