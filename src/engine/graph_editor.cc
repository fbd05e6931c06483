// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "codec/pack.h"
#include "engine/graph.h"
#include "engine/tables.h"
#include "relata/model/validate.h"

namespace relata::internal {

using Kind = Value::Kind;

RecordTable& GraphEditor::EditRecords(TypeId type) {
  RecordTable& table = graph_.records[type].Edit(edit_);
  table.summaries.Edit(edit_);
  return table;
}

EventTable& GraphEditor::EditEvents(TypeId type) {
  EventTable& table = graph_.events[type].Edit(edit_);
  table.summaries.Edit(edit_);
  return table;
}

LedgerTable& GraphEditor::EditLedger() {
  LedgerTable& table = graph_.ledger.Edit(edit_);
  table.statements.Edit(edit_);
  return table;
}

void GraphEditor::NoteParents(RecordTable& table, Row row, std::optional<size_t> column) {
  if (table.summaries.none()) return;
  table.summaries.Note([&](const SummaryKey& key, const Summary& summary) {
    const bool concerned = !column || key.first == static_cast<int>(*column) ||
                           key.second == static_cast<int>(*column);
    // Rows that came since are looked at anyway.
    if (!concerned || row >= summary.rows) return kNoRow;
    const ChunkedColumn& links = *table.columns[static_cast<size_t>(key.first)];
    return links.Has(row) ? Row{links.Int(row)} : kNoRow;
  });
}

void GraphEditor::Apply(const CommitBatch& batch) {
  for (const RecordWrite& write : batch.records) Put(write);
  for (const EventBatch& events : batch.events) Append(events);
  AppendLedger(batch.ledger);
  for (const AliasWrite& alias : batch.aliases) Put(alias);
  if (batch.commit.id == 0) return;  // a part of a longer commit
  graph_.commit = batch.commit.id;
  graph_.recorded = batch.commit.recorded;
  graph_.last_seq = batch.commit.last_seq;
}

void GraphEditor::Extend(std::shared_ptr<const Schema> schema, TypeId first_empty) {
  const size_t types = schema->types().size();
  graph_.schema = std::move(schema);
  graph_.records.resize(types);
  graph_.events.resize(types);
  graph_.aliases.resize(types);
  if (!graph_.ledger) graph_.ledger.Edit(edit_);
  for (size_t id = 0; id < types; ++id) {
    const TypeDef& type = graph_.schema->type(static_cast<TypeId>(id));
    if (id >= first_empty) {
      Begin(type.id);
      continue;
    }
    // A table that is here gets the fields it has not: empty columns.
    if (graph_.records[id]) {
      RecordTable& table = EditRecords(static_cast<TypeId>(id));
      for (size_t f = table.columns.size() - 2; f < type.fields.size(); ++f) {
        const FieldDef& field = type.fields[f];
        table.columns.emplace_back(ChunkedColumn(ValueKindOf(field.kind), field.target), edit_);
      }
      table.reverse.resize(table.columns.size());
    }
    if (graph_.events[id]) {
      EventTable& table = EditEvents(static_cast<TypeId>(id));
      for (size_t f = table.columns.size(); f < type.fields.size(); ++f) {
        const FieldDef& field = type.fields[f];
        table.columns.emplace_back(ChunkedColumn(ValueKindOf(field.kind), field.target), edit_);
      }
    }
  }
}

void GraphEditor::Begin(TypeId type) {
  const TypeDef& def = graph_.schema->type(type);
  if (def.event) {
    graph_.events[type] = Cow<EventTable>(EventTable(def), edit_);
  } else {
    graph_.records[type] = Cow<RecordTable>(RecordTable(def), edit_);
  }
}

void GraphEditor::BeginBare(TypeId type) {
  Begin(type);
  if (graph_.events[type]) {
    for (Cow<ChunkedColumn>& column : EditEvents(type).columns) column = {};
    return;
  }
  RecordTable& table = EditRecords(type);
  for (Cow<ChunkedColumn>& column : table.columns) column = {};
  table.ids_loaded = false;
}

std::vector<FieldId> GraphEditor::AddColumns(const ColumnsNeeded& needed) {
  const TypeDef& def = graph_.schema->type(needed.type);
  std::vector<FieldId> wanted = needed.fields;
  if (needed.all) {
    wanted.clear();
    for (const FieldDef& field : def.fields) wanted.push_back(field.id);
    if (!def.event) {
      for (FieldId field : {kIdField, kCreatedAtField, kUpdatedAtField}) wanted.push_back(field);
    }
  }
  std::vector<FieldId> added;
  std::vector<Cow<ChunkedColumn>>* const columns =
      def.event ? &EditEvents(needed.type).columns : &EditRecords(needed.type).columns;
  for (FieldId field : wanted) {
    if (field == kIdField && !def.event) {
      RecordTable& table = EditRecords(needed.type);
      if (!table.ids_loaded) added.push_back(field);
      table.ids_loaded = true;
      continue;
    }
    const std::optional<size_t> index =
        def.event ? std::optional<size_t>(field) : ColumnIndex(field);
    if (!index || *index >= columns->size() || (*columns)[*index]) continue;
    const FieldDef* of = def.field(field);
    (*columns)[*index] =
        Cow<ChunkedColumn>(of == nullptr ? ChunkedColumn(Kind::kTimestamp)
                                         : ChunkedColumn(ValueKindOf(of->kind), of->target),
                           edit_);
    added.push_back(field);
  }
  return added;
}

void GraphEditor::FillRecords(TypeId type, std::span<const FieldId> fields, bool ids,
                              const RecordRows& rows) {
  RecordTable& table = EditRecords(type);
  for (size_t f = 0; f < fields.size(); ++f) {
    const size_t index = *ColumnIndex(fields[f]);
    table.columns[index].Edit(edit_).PutAll(rows.rows, rows.columns[f], edit_);
    table.summaries.Forget([&](const SummaryKey& key) {
      return key.first == static_cast<int>(index) || key.second == static_cast<int>(index);
    });
  }
  if (!ids) return;
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    std::vector<Uuid>& chunk = table.ids.Edit(ChunkOf(rows.rows[i]), edit_);
    if (chunk.size() <= OffsetOf(rows.rows[i])) chunk.resize(OffsetOf(rows.rows[i]) + 1);
    chunk[OffsetOf(rows.rows[i])] = rows.ids[i];
  }
}

void GraphEditor::FillEvents(TypeId type, std::span<const FieldId> fields, int64_t first_place,
                             std::span<const Column> columns) {
  if (columns.empty()) return;
  EventTable& table = EditEvents(type);
  std::vector<int64_t> places(columns[0].size());
  std::iota(places.begin(), places.end(), first_place);
  for (size_t f = 0; f < fields.size(); ++f) {
    table.columns[fields[f]].Edit(edit_).PutAll(places, columns[f], edit_);
    table.summaries.Forget(
        [&](const SummaryKey& key) { return key.second == static_cast<int>(fields[f]); });
  }
}

void GraphEditor::SetLimit(TypeId type, Row limit) {
  RecordTable& table = EditRecords(type);
  table.limit = std::max(table.limit, limit);
}

// --- Records -----------------------------------------------------------------------------------

void GraphEditor::Put(const RecordWrite& write) {
  if (graph_.Records(write.type) == nullptr) return;
  if (write.op == RecordWrite::Op::kDelete) return Delete(write.type, write.row);
  RecordTable& table = EditRecords(write.type);
  if (write.op == RecordWrite::Op::kCreate) Create(table, write.type, write.row, write.id);
  for (const auto& [field, value] : write.values) SetField(table, write.row, field, value);
}

void GraphEditor::Create(RecordTable& table, TypeId type, Row row, const Uuid& id) {
  table.limit = std::max(table.limit, row + 1);
  SetBit(table.stored.Edit(ChunkOf(row), edit_), OffsetOf(row));
  if (table.ids_loaded && table.Id(row) != id) {
    std::vector<Uuid>& chunk = table.ids.Edit(ChunkOf(row), edit_);
    if (chunk.size() <= OffsetOf(row)) chunk.resize(OffsetOf(row) + 1);
    chunk[OffsetOf(row)] = id;
    if (IdIndex* index = table.by_id.Edit(edit_)) {
      index->Add(id, row, edit_);
      if (index->full()) table.by_id.Reset(edit_);
    }
  }
  RefreshExists(table, type, row);
}

void GraphEditor::Delete(TypeId type, Row row) {
  RecordTable& table = EditRecords(type);
  const ChunkBits* stored = row < table.limit ? table.stored[ChunkOf(row)] : nullptr;
  if (stored == nullptr || !TestBit(*stored, OffsetOf(row))) return;
  NoteParents(table, row);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i] || !table.columns[i]->Has(row)) continue;
    if (table.columns[i]->kind() == Kind::kRecord) SetLink(table, i, row, RecordRef());
    table.columns[i].Edit(edit_).PutNull(row, edit_);
  }
  if (table.ids_loaded) {
    if (IdIndex* index = table.by_id.Edit(edit_)) index->Remove(table.Id(row), row, edit_);
    table.ids.Edit(ChunkOf(row), edit_)[OffsetOf(row)] = Uuid();
  }
  ClearBit(table.stored.Edit(ChunkOf(row), edit_), OffsetOf(row));
  RefreshExists(table, type, row);
}

void GraphEditor::SetField(RecordTable& table, Row row, FieldId field, const Value& value) {
  const std::optional<size_t> index = ColumnIndex(field);
  if (!index || *index >= table.columns.size() || !table.columns[*index]) return;
  NoteParents(table, row, *index);
  if (table.columns[*index]->kind() == Kind::kRecord) {
    SetLink(table, *index, row, value.is(Kind::kRecord) ? value.record() : RecordRef());
  }
  table.columns[*index].Edit(edit_).Put(row, value, edit_);
  NoteParents(table, row, *index);
}

// Keeps the reverse index, where one was built, in step with a link that is about to change.
void GraphEditor::SetLink(RecordTable& table, size_t column, Row row, RecordRef to) {
  const ChunkedColumn& links = *table.columns[column];
  const RecordRef from = links.Has(row) ? links.Record(row) : RecordRef();
  if (from == to) return;
  Relation* relation = table.reverse[column].Edit(edit_);
  if (relation == nullptr) return;
  if (!from.none()) relation->Edit(from.type).Remove(from.row, row, nullptr, edit_);
  if (!to.none()) relation->Edit(to.type).Add(to.row, row, nullptr, edit_);
}

void GraphEditor::RefreshExists(RecordTable& table, TypeId type, Row row) {
  const ChunkBits* stored = table.stored[ChunkOf(row)];
  const bool exists =
      stored != nullptr && TestBit(*stored, OffsetOf(row)) && !graph_.Merged({type, row});
  if (exists == table.Exists(row)) return;
  NoteParents(table, row);
  ChunkBits& bits = table.exists.Edit(ChunkOf(row), edit_);
  if (exists) {
    SetBit(bits, OffsetOf(row));
    ++table.count;
  } else {
    ClearBit(bits, OffsetOf(row));
    --table.count;
  }
}

void GraphEditor::PutRecords(TypeId type, std::span<const FieldId> fields,
                             const RecordRows& records) {
  RecordTable& table = EditRecords(type);
  const bool noted = !table.summaries.none();
  if (noted) {
    for (const Row row : records.rows) NoteParents(table, row);
  }
  for (size_t f = 0; f < fields.size(); ++f) {
    const std::optional<size_t> index = ColumnIndex(fields[f]);
    if (!index || *index >= table.columns.size() || !table.columns[*index]) continue;
    const Column& source = records.columns[f];
    // A new slot is needed even when no index was built: the old one is another snapshot's too.
    if (source.kind() == Kind::kRecord && table.reverse[*index].Edit(edit_) != nullptr) {
      for (size_t i = 0; i < records.rows.size(); ++i) {
        SetLink(table, *index, records.rows[i], source.IsNull(i) ? RecordRef() : source.Record(i));
      }
    }
    table.columns[*index].Edit(edit_).PutAll(records.rows, source, edit_);
  }
  if (!noted && !table.ids_loaded) return CreateAll(table, type, records.rows);
  for (const Row row : records.rows) NoteParents(table, row);
  for (size_t i = 0; i < records.rows.size(); ++i) {
    Create(table, type, records.rows[i], table.ids_loaded ? records.ids[i] : Uuid());
  }
}

// Create for ascending rows of a table that has neither ids nor anything that wants to be told: a
// chunk is looked up once.
void GraphEditor::CreateAll(RecordTable& table, TypeId type, std::span<const Row> rows) {
  for (size_t i = 0; i < rows.size();) {
    const size_t index = ChunkOf(rows[i]);
    ChunkBits& stored = table.stored.Edit(index, edit_);
    ChunkBits& exists = table.exists.Edit(index, edit_);
    for (; i < rows.size() && ChunkOf(rows[i]) == index; ++i) {
      const size_t offset = OffsetOf(rows[i]);
      SetBit(stored, offset);
      if (TestBit(exists, offset) || graph_.Merged({type, rows[i]})) continue;
      SetBit(exists, offset);
      ++table.count;
    }
  }
  if (!rows.empty()) table.limit = std::max(table.limit, rows.back() + 1);
}

// --- Events, ledger, aliases -------------------------------------------------------------------

void GraphEditor::Append(const EventBatch& batch) {
  if (graph_.Events(batch.type) == nullptr) return;
  std::vector<Seq> seqs(batch.subjects.size());
  std::iota(seqs.begin(), seqs.end(), batch.first_seq);
  // A batch that names no fields has the type's, in the order of their ids.
  std::vector<FieldId> fields = batch.fields;
  if (fields.empty()) {
    fields.resize(batch.columns.size());
    std::iota(fields.begin(), fields.end(), FieldId{0});
  }
  AppendEvents(batch.type, fields, seqs, batch.subjects, batch.at, batch.columns);
}

void GraphEditor::AppendEvents(TypeId type, std::span<const FieldId> fields,
                               std::span<const Seq> seqs, std::span<const Row> subjects,
                               std::span<const Timestamp> at, std::span<const Column> columns) {
  if (seqs.empty()) return;
  EventTable& table = EditEvents(type);
  std::vector<int64_t> places(seqs.size());
  std::iota(places.begin(), places.end(), table.count);
  std::vector<int64_t> instants;
  instants.reserve(at.size());
  for (const Timestamp instant : at) instants.push_back(instant.micros);
  table.seq.PutInts(table.count, seqs, 0, edit_);
  table.subject.PutInts(table.count, subjects, table.subject_type, edit_);
  table.at.PutInts(table.count, instants, 0, edit_);
  for (size_t f = 0; f < fields.size(); ++f) {
    if (fields[f] >= table.columns.size() || !table.columns[fields[f]]) continue;
    table.columns[fields[f]].Edit(edit_).PutAll(places, columns[f], edit_);
  }
  table.count += static_cast<int64_t>(places.size());
  // Past a quarter of the table, building the index anew is cheaper than growing it.
  if (static_cast<int64_t>(places.size()) * 4 > table.count) return table.by_subject.Reset(edit_);
  if (Relation* relation = table.by_subject.Edit(edit_)) {
    relation->Edit(table.subject_type).AddAll(subjects, places.front(), &table.at, edit_);
  }
}

void GraphEditor::AppendLedger(std::span<const LedgerWrite> lines) {
  if (lines.empty() || !graph_.ledger_loaded) return;
  LedgerTable& table = EditLedger();
  const auto put = [&](ChunkedColumn& column, Slot<Relation>& slot, int64_t place, RecordRef to) {
    Relation* relation = slot.Edit(edit_);
    if (to.none()) return;
    column.PutInt(place, to.row, to.type, edit_);
    if (relation != nullptr) relation->Edit(to.type).Add(to.row, place, &table.at, edit_);
  };
  for (const LedgerWrite& line : lines) {
    const int64_t place = table.count++;
    table.seq.PutInt(place, line.seq, 0, edit_);
    table.at.PutInt(place, line.at.micros, 0, edit_);
    EntryParts parts;
    const bool apart = SplitEntry(line.body, parts) && parts.at == line.at &&
                       parts.person == PartyId::Of(line.person) &&
                       parts.point == PartyId::Of(line.point);
    if (apart) table.recorded_at.PutInt(place, parts.recorded_at.micros, 0, edit_);
    table.shape.PutText(place, apart ? parts.shape : line.body, edit_);
    put(table.person, table.by_person, place, line.person);
    put(table.point, table.by_point, place, line.point);
  }
}

// The column of shapes is made anew, so that its dictionary forgets too.
void GraphEditor::EmptyLedger(const std::set<Seq>& gone) {
  LedgerTable& table = EditLedger();
  table.statements.Forget([](const auto&) { return true; });
  const ChunkedColumn before = std::exchange(table.shape, ChunkedColumn(Value::Kind::kText));
  for (int64_t place = 0; place < table.count; ++place) {
    const bool emptied = gone.contains(table.seq.Int(place));
    if (emptied) table.recorded_at.PutNull(place, edit_);
    if (before.Has(place)) {
      table.shape.PutText(place, emptied ? "" : before.Text(place), edit_);
    }
  }
}

void GraphEditor::Put(const AliasWrite& alias) {
  const RecordRef loser = alias.loser;
  if (loser.type >= graph_.aliases.size()) return;
  AliasTable& table = graph_.aliases[loser.type].Edit(edit_);
  const bool merged = table.winner.Has(loser.row);
  // Ending an alias that is not in force changes nothing; a new one takes the place of an old one.
  if (alias.until && (!merged || table.from.Int(loser.row) != alias.from)) return;
  if (merged) {
    const RecordRef winner = table.winner.Record(loser.row);
    table.losers.Edit(winner.type).Remove(winner.row, loser.row, nullptr, edit_);
    table.winner.PutNull(loser.row, edit_);
    table.from.PutNull(loser.row, edit_);
    --table.count;
    --graph_.alias_count;
  }
  if (!alias.until) {
    table.winner.PutInt(loser.row, alias.winner.row, alias.winner.type, edit_);
    table.from.PutInt(loser.row, alias.from, 0, edit_);
    table.losers.Edit(alias.winner.type).Add(alias.winner.row, loser.row, nullptr, edit_);
    ++table.count;
    ++graph_.alias_count;
  }
  if (graph_.Records(loser.type) != nullptr) {
    RefreshExists(EditRecords(loser.type), loser.type, loser.row);
  }
}

// --- Towards the past ----------------------------------------------------------------------------

void GraphEditor::PutBack(const RecordWrite& write) {
  RecordTable& table = EditRecords(write.type);
  if (write.op == RecordWrite::Op::kCreate) {
    Create(table, write.type, write.row, write.id);
  } else if (!table.Stored(write.row)) {
    return;
  }
  for (const auto& [field, value] : write.values) SetField(table, write.row, field, value);
}

void GraphEditor::LowerLimit(TypeId type, Row limit) {
  RecordTable& table = EditRecords(type);
  table.limit = limit;
  table.summaries.Forget([](const SummaryKey&) { return true; });
}

namespace {

// The first place whose seq is after `last`; places are in order of seq.
int64_t FirstAfter(const ChunkedColumn& seqs, int64_t count, Seq last) {
  int64_t from = 0;
  int64_t until = count;
  while (from < until) {
    const int64_t middle = from + (until - from) / 2;
    if (seqs.Int(middle) > last) {
      until = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

// The places of `count` that are not in a graph of the past, ascending. A chunk whose instants are
// all early enough is not looked into.
std::vector<int64_t> LaterPlaces(const ChunkedColumn& seqs, const ChunkedColumn& instants,
                                 int64_t count, Seq last, std::optional<Timestamp> at) {
  const int64_t keep = FirstAfter(seqs, count, last);
  std::vector<int64_t> later;
  for (int64_t place = 0; at && place < keep; ++place) {
    const Chunk* chunk = instants.chunk(ChunkOf(place));
    if (chunk != nullptr && chunk->max <= at->micros) {
      place += static_cast<int64_t>(kRowsPerChunk - OffsetOf(place)) - 1;
    } else if (instants.Int(place) > at->micros) {
      later.push_back(place);
    }
  }
  for (int64_t place = keep; place < count; ++place) later.push_back(place);
  return later;
}

void Clear(ChunkedColumn& column, const std::vector<int64_t>& places, EditToken edit) {
  for (const int64_t place : places) {
    if (column.Has(place)) column.PutNull(place, edit);
  }
}

// Takes `places` out of a relation that was built; building it anew is cheaper when they are many.
void Unlink(Slot<Relation>& slot, const ChunkedColumn& links, const ChunkedColumn* at,
            const std::vector<int64_t>& places, int64_t count, EditToken edit) {
  if (static_cast<int64_t>(places.size()) * 4 > count) return slot.Reset(edit);
  Relation* relation = slot.Edit(edit);
  if (relation == nullptr) return;
  for (const int64_t place : places) {
    if (!links.Has(place)) continue;
    const RecordRef to = links.Record(place);
    relation->Edit(to.type).Remove(to.row, place, at, edit);
  }
}

}  // namespace

void GraphEditor::DropEvents(TypeId type, Seq last, std::optional<Timestamp> at) {
  const EventTable& before = *graph_.events[type];
  const std::vector<int64_t> places = LaterPlaces(before.seq, before.at, before.count, last, at);
  if (places.empty()) return;
  EventTable& table = EditEvents(type);
  table.summaries.Forget([](const SummaryKey&) { return true; });
  Unlink(table.by_subject, table.subject, &table.at, places, table.count, edit_);
  for (auto& column : table.columns) {
    if (column) Clear(column.Edit(edit_), places, edit_);
  }
  for (ChunkedColumn* column : {&table.seq, &table.subject, &table.at}) {
    Clear(*column, places, edit_);
  }
  table.dropped += static_cast<int64_t>(places.size());
}

void GraphEditor::DropLedger(Seq last, std::optional<Timestamp> at) {
  const LedgerTable& before = *graph_.ledger;
  const std::vector<int64_t> places = LaterPlaces(before.seq, before.at, before.count, last, at);
  if (places.empty()) return;
  LedgerTable& table = EditLedger();
  table.statements.Forget([](const auto&) { return true; });
  Unlink(table.by_person, table.person, &table.at, places, table.count, edit_);
  Unlink(table.by_point, table.point, &table.at, places, table.count, edit_);
  for (ChunkedColumn* column :
       {&table.seq, &table.at, &table.person, &table.point, &table.recorded_at, &table.shape}) {
    Clear(*column, places, edit_);
  }
  table.dropped += static_cast<int64_t>(places.size());
}

}  // namespace relata::internal
