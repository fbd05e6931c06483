// SPDX-License-Identifier: Apache-2.0

#include "engine/graph.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "engine/tables.h"
#include "relata/model/validate.h"

namespace relata::internal {

using Kind = Value::Kind;

// --- IdIndex -----------------------------------------------------------------------------------

IdIndex::IdIndex(size_t expected) : block_count_(1 + expected * 2 / kSlots) {}

uint64_t IdIndex::Hash(const Uuid& id) {
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), 8);
  std::memcpy(&low, id.bytes.data() + 8, 8);
  // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t h = high ^ (low * 0x9e3779b97f4a7c15);
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
  return h ^ (h >> 31);
}

void IdIndex::Add(const Uuid& id, Row row, EditToken edit) {
  const uint64_t hash = Hash(id);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  Block& block = blocks_.Edit(hash % block_count_, edit);
  for (size_t i = 0; i < kSlots; ++i) {
    Entry& entry = block.slots[(tag + i) % kSlots];
    if (entry.row != kFree && entry.row != kGone) continue;
    entry = {tag, static_cast<uint32_t>(row)};
    ++count_;
    return;
  }
  crowded_ = true;
}

void IdIndex::Remove(const Uuid& id, Row row, EditToken edit) {
  const uint64_t hash = Hash(id);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  Block& block = blocks_.Edit(hash % block_count_, edit);
  for (size_t i = 0; i < kSlots; ++i) {
    Entry& entry = block.slots[(tag + i) % kSlots];
    if (entry.row == kFree) return;
    if (entry.row != static_cast<uint32_t>(row)) continue;
    entry.row = kGone;
    --count_;
    return;
  }
}

// --- Tables ------------------------------------------------------------------------------------

std::optional<size_t> ColumnIndex(FieldId field) {
  if (field == kCreatedAtField) return 0;
  if (field == kUpdatedAtField) return 1;
  if (field > kMaxDeclaredField) return std::nullopt;
  return size_t{field} + 2;
}

RecordTable::RecordTable(const TypeDef& type) {
  const EditToken edit = NewEdit();
  columns.emplace_back(ChunkedColumn(Kind::kTimestamp), edit);
  columns.emplace_back(ChunkedColumn(Kind::kTimestamp), edit);
  for (const FieldDef& field : type.fields) {
    columns.emplace_back(ChunkedColumn(ValueKindOf(field.kind), field.target), edit);
  }
  reverse.resize(columns.size());
}

const ChunkedColumn* RecordTable::Column(FieldId field) const {
  const std::optional<size_t> index = ColumnIndex(field);
  return index && *index < columns.size() ? columns[*index].get() : nullptr;
}

bool RecordTable::Exists(Row row) const {
  if (row < 0) return false;
  const ChunkBits* bits = exists[ChunkOf(row)];
  return bits != nullptr && TestBit(*bits, OffsetOf(row));
}

bool RecordTable::Stored(Row row) const {
  if (row < 0) return false;
  const ChunkBits* bits = stored[ChunkOf(row)];
  return bits != nullptr && TestBit(*bits, OffsetOf(row));
}

Uuid RecordTable::Id(Row row) const {
  if (row < 0) return {};
  const std::vector<Uuid>* chunk = ids[ChunkOf(row)];
  return chunk != nullptr && OffsetOf(row) < chunk->size() ? (*chunk)[OffsetOf(row)] : Uuid();
}

const Relation& RecordTable::Reverse(FieldId field) const {
  const size_t index = *ColumnIndex(field);
  return reverse[index].Get([&] { return BuildRelation(*columns[index], limit, nullptr); });
}

const IdIndex& RecordTable::ById() const {
  return by_id.Get([&] {
    for (size_t room = static_cast<size_t>(limit);; room += room / 2 + 1) {
      IdIndex index(room);
      const EditToken edit = NewEdit();
      for (Row row = 0; row < limit; ++row) {
        if (const Uuid id = Id(row); !id.nil()) index.Add(id, row, edit);
      }
      if (!index.full()) return index;
    }
  });
}

Summaries::Value RecordTable::SummaryOf(const ChunkedColumn& links, const ChunkedColumn* values,
                                        bool make) const {
  const auto place = [&](const ChunkedColumn* column) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const auto& c) { return c.get() == column; });
    return found == columns.end() ? kCountOnly : static_cast<int>(found - columns.begin());
  };
  const SummaryKey key{place(&links), values == nullptr ? kCountOnly : place(values)};
  if (!make) return summaries.Peek(key);
  return summaries.Get(key, [&](const Summaries::Base& base) {
    return Summarize({&links, values, &exists, limit}, base);
  });
}

size_t RecordTable::MemoryUsed() const {
  size_t bytes = stored.size() * sizeof(ChunkBits) * 2 + summaries.MemoryUsed();
  if (ids_loaded) bytes += static_cast<size_t>(limit) * sizeof(Uuid);
  for (const auto& column : columns) bytes += column ? column->MemoryUsed() : 0;
  for (const auto& slot : reverse) bytes += slot.Peek() == nullptr ? 0 : slot.Peek()->MemoryUsed();
  return bytes + (by_id.Peek() == nullptr ? 0 : by_id.Peek()->MemoryUsed());
}

EventTable::EventTable(const TypeDef& type)
    : subject_type(type.subject),
      seq(Kind::kInt),
      subject(Kind::kRecord, type.subject),
      at(Kind::kTimestamp) {
  const EditToken edit = NewEdit();
  for (const FieldDef& field : type.fields) {
    columns.emplace_back(ChunkedColumn(ValueKindOf(field.kind), field.target), edit);
  }
}

const ChunkedColumn* EventTable::Column(FieldId field) const {
  if (field == kAtField) return &at;
  if (field == kSubjectField) return &subject;
  return field < columns.size() ? columns[field].get() : nullptr;
}

const Relation& EventTable::BySubject() const {
  return by_subject.Get([&] { return BuildRelation(subject, count, &at); });
}

Summaries::Value EventTable::SummaryOf(const ChunkedColumn* values, bool make) const {
  constexpr int kAtColumn = -2;
  int place = values == nullptr ? kCountOnly : kAtColumn;
  if (values != nullptr && values != &at) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const auto& c) { return c.get() == values; });
    place = static_cast<int>(found - columns.begin());
  }
  const SummaryKey key{kCountOnly, place};
  if (!make) return summaries.Peek(key);
  return summaries.Get(key, [&](const Summaries::Base& base) {
    return Summarize({&subject, values, nullptr, count}, base);
  });
}

size_t EventTable::MemoryUsed() const {
  size_t bytes = summaries.MemoryUsed() + seq.MemoryUsed() + subject.MemoryUsed() + at.MemoryUsed();
  for (const auto& column : columns) bytes += column ? column->MemoryUsed() : 0;
  return bytes + (by_subject.Peek() == nullptr ? 0 : by_subject.Peek()->MemoryUsed());
}

const Relation& LedgerTable::ByPerson() const {
  return by_person.Get([&] { return BuildRelation(person, count, &at); });
}

const Relation& LedgerTable::ByPoint() const {
  return by_point.Get([&] { return BuildRelation(point, count, &at); });
}

size_t LedgerTable::MemoryUsed() const {
  size_t bytes = seq.MemoryUsed() + at.MemoryUsed() + person.MemoryUsed() + point.MemoryUsed() +
                 recorded_at.MemoryUsed() + shape.MemoryUsed() + statements.MemoryUsed();
  for (const auto* slot : {&by_person, &by_point}) {
    bytes += slot->Peek() == nullptr ? 0 : slot->Peek()->MemoryUsed();
  }
  return bytes;
}

// --- Graph -------------------------------------------------------------------------------------

const RecordTable* Graph::Records(TypeId type) const {
  return type < records.size() ? records[type].get() : nullptr;
}

const EventTable* Graph::Events(TypeId type) const {
  return type < events.size() ? events[type].get() : nullptr;
}

bool Graph::Merged(RecordRef record) const {
  return record.type < aliases.size() && aliases[record.type] && record.row >= 0 &&
         aliases[record.type]->winner.Has(record.row);
}

RecordRef Graph::MergedInto(RecordRef record) const {
  return Merged(record) ? aliases[record.type]->winner.Record(record.row) : record;
}

RecordRef Graph::Resolve(RecordRef record) const {
  // The engine refuses cycles; the bound keeps a damaged database from hanging its reader.
  for (int64_t hops = alias_count; hops > 0 && Merged(record); --hops) record = MergedInto(record);
  return record;
}

std::vector<RecordRef> Graph::Group(RecordRef record) const {
  std::vector<RecordRef> group = {Resolve(record)};
  if (!HasAliases()) return group;
  std::vector<Row> rows;
  for (size_t i = 0; i < group.size(); ++i) {
    for (size_t type = 0; type < aliases.size(); ++type) {
      if (!aliases[type] || aliases[type]->count == 0) continue;
      const RelationIndex* losers = aliases[type]->losers.For(group[i].type);
      if (losers == nullptr) continue;
      rows.clear();
      losers->AppendTo(group[i].row, nullptr, rows);
      for (Row row : rows) {
        const RecordRef loser{static_cast<TypeId>(type), row};
        if (std::find(group.begin(), group.end(), loser) == group.end()) group.push_back(loser);
      }
    }
  }
  return group;
}

}  // namespace relata::internal
