// SPDX-License-Identifier: Apache-2.0

#include "engine/statements.h"

#include <algorithm>
#include <memory>

#include "base/large_pages.h"
#include "codec/pack.h"
#include "engine/graph.h"
#include "engine/vector.h"

namespace relata::internal {

size_t StatementReader::chunks() const { return ledger_.shape.chunk_count(); }

uint8_t StatementReader::Counted(std::string_view shape) const {
  const StatementShape said = StatementOf(shape);
  return Covers(said, channel_, purpose_) ? static_cast<uint8_t>(said.event) : 0;
}

const std::vector<uint8_t>& StatementReader::EventsOfCodes() {
  const Dictionary& shapes = ledger_.shape.dictionary();
  for (size_t code = events_of_code_.size(); code < shapes.size(); ++code) {
    events_of_code_.push_back(Counted(shapes.text(code)));
  }
  return events_of_code_;
}

uint8_t StatementReader::EventAt(int64_t place) {
  if (!ledger_.recorded_at.Has(place)) return 0;
  const internal::Chunk& chunk = *ledger_.shape.chunk(ChunkOf(place));
  if (!chunk.coded) return Counted(chunk.Plain(OffsetOf(place)));
  return EventsOfCodes()[static_cast<size_t>(chunk.Int(OffsetOf(place)))];
}

std::span<const StatementReader::Line> StatementReader::Chunk(size_t c, int64_t from) {
  lines_.clear();
  const internal::Chunk* shapes = ledger_.shape.chunk(c);
  const internal::Chunk* persons = ledger_.person.chunk(c);
  const internal::Chunk* apart = ledger_.recorded_at.chunk(c);
  if (shapes == nullptr || persons == nullptr || apart == nullptr) return lines_;
  ChunkBits here{};
  if (shapes->coded) {
    SelectValues(shapes->ints, EventsOfCodes(), here);
  } else {
    EachBit(shapes->present, [&](size_t i) {
      if (Counted(shapes->Plain(i)) != 0) SetBit(here, i);
    });
  }
  EachWord(here, [&](size_t w) {
    return here[w] & shapes->present[w] & persons->present[w] & apart->present[w];
  });
  if (ChunkOf(from) == c) {
    const ChunkBits before = FirstBits(OffsetOf(from));
    EachWord(here, [&](size_t w) { return here[w] & ~before[w]; });
  }
  slots_.clear();
  ListBits(here, slots_);
  rows_.resize(kRowsPerChunk);
  at_.resize(kRowsPerChunk);
  codes_.resize(kRowsPerChunk);
  Gather(persons->ints, slots_, rows_.data());
  Gather(ledger_.at.chunk(c)->ints, slots_, at_.data());
  if (shapes->coded) Gather(shapes->ints, slots_, codes_.data());
  lines_.reserve(slots_.size());
  for (size_t k = 0; k < slots_.size(); ++k) {
    const uint8_t event = shapes->coded ? events_of_code_[static_cast<size_t>(codes_[k])]
                                        : Counted(shapes->Plain(slots_[k]));
    lines_.push_back({{static_cast<TypeId>(persons->Extra(slots_[k])), rows_[k]}, at_[k], event});
  }
  return lines_;
}

namespace {

void FoldAll(StatementReader& reader, TypeId type, Row persons, Statements& into, EditToken edit) {
  const auto limit = static_cast<size_t>(persons);
  LargeVector<int64_t> at(limit, INT64_MIN);
  std::vector<uint8_t> event(limit);
  for (size_t c = 0; c < reader.chunks(); ++c) {
    for (const StatementReader::Line& line : reader.Chunk(c, 0)) {
      const auto p = static_cast<size_t>(line.person.row);
      if (line.person.type != type || p >= limit || line.at < at[p]) continue;
      at[p] = line.at;
      event[p] = line.event;
    }
  }
  std::vector<int64_t> instants;
  std::vector<int64_t> events;
  for (size_t first = 0; first < limit; first += kRowsPerChunk) {
    const size_t n = std::min(kRowsPerChunk, limit - first);
    ChunkBits present{};
    instants.assign(n, 0);
    events.assign(n, 0);
    for (size_t i = 0; i < n; ++i) {
      if (event[first + i] == 0) continue;
      SetBit(present, i);
      instants[i] = at[first + i];
      events[i] = event[first + i];
    }
    if (!AnyBit(present)) continue;
    into.at.PutChunk(first / kRowsPerChunk, instants, present, 0, edit);
    into.event.PutChunk(first / kRowsPerChunk, events, present, 0, edit);
  }
}

void FoldSince(StatementReader& reader, TypeId type, int64_t from, Statements& into,
               EditToken edit) {
  for (size_t c = ChunkOf(from); c < reader.chunks(); ++c) {
    for (const StatementReader::Line& line : reader.Chunk(c, from)) {
      const Row row = line.person.row;
      if (line.person.type != type) continue;
      if (into.at.Has(row) && line.at < into.at.Int(row)) continue;
      into.at.PutInt(row, line.at, 0, edit);
      into.event.PutInt(row, line.event, 0, edit);
    }
  }
  into.at.Repack(edit);
  into.event.Repack(edit);
}

}  // namespace

KeptStatements::Value NewestStatements(const LedgerTable& ledger, TypeId type, Row persons,
                                       Channel channel, Purpose purpose) {
  return ledger.statements.Get({type, channel, purpose}, [&](const KeptStatements::Base& base) {
    StatementReader reader(ledger, channel, purpose);
    const EditToken edit = NewEdit();
    const int64_t known = base.value == nullptr ? 0 : base.value->count;
    auto made = std::make_shared<Statements>();
    if ((ledger.count - known) * 4 > ledger.count) {
      FoldAll(reader, type, persons, *made, edit);
    } else if (base.value != nullptr) {
      *made = *base.value;
      FoldSince(reader, type, known, *made, edit);
    }
    made->count = ledger.count;
    return KeptStatements::Value(std::move(made));
  });
}

}  // namespace relata::internal
