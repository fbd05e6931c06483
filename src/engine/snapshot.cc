// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/snapshot.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "codec/pack.h"
#include "engine/graph.h"

namespace relata {

using internal::ChunkedColumn;
using internal::EventTable;
using internal::Graph;
using internal::GraphEditor;
using internal::LedgerTable;
using internal::RecordTable;
using internal::Relation;
using internal::RelationIndex;

namespace internal {
namespace {

absl::StatusOr<ConsentEntry> EntryAt(const LedgerTable& table, int64_t place) {
  const Seq seq = table.seq.Int(place);
  const std::string_view shape = table.shape.Text(place);
  if (!table.recorded_at.Has(place)) return UnpackEntry(seq, shape);
  const auto party = [&](const ChunkedColumn& column) {
    return column.Has(place) ? PartyId::Of(column.Record(place)) : PartyId{};
  };
  return JoinEntry(seq, {{table.at.Int(place)},
                         {table.recorded_at.Int(place)},
                         party(table.person),
                         party(table.point),
                         std::string(shape)});
}

}  // namespace

bool Covers(const StatementShape& said, Channel channel, Purpose purpose) {
  constexpr uint32_t kStatements = 1u << static_cast<int>(ConsentEvent::kGrant) |
                                   1u << static_cast<int>(ConsentEvent::kRequest) |
                                   1u << static_cast<int>(ConsentEvent::kConfirm) |
                                   1u << static_cast<int>(ConsentEvent::kWithdraw) |
                                   1u << static_cast<int>(ConsentEvent::kObject) |
                                   1u << static_cast<int>(ConsentEvent::kOptout) |
                                   1u << static_cast<int>(ConsentEvent::kRefuseCall);
  if (channel == Channel::kUnknown || purpose == Purpose::kUnknown ||
      said.event > ConsentEvent::kErase) {
    return false;
  }
  return (kStatements >> static_cast<int>(said.event) & 1) != 0 &&
         (said.channels == 0 || (said.channels & Bit(channel)) != 0) &&
         (said.purposes == 0 || (said.purposes & Bit(purpose)) != 0);
}

}  // namespace internal

std::shared_ptr<const Snapshot> Snapshot::Publish(Graph graph) {
  return std::shared_ptr<const Snapshot>(
      new Snapshot(std::make_shared<const Graph>(std::move(graph))));
}

std::shared_ptr<const Snapshot> Snapshot::Empty(std::shared_ptr<const Schema> schema) {
  Graph graph;
  GraphEditor editor(graph);
  editor.Extend(std::move(schema), 0);
  editor.BeginLedger();
  return Publish(std::move(graph));
}

std::shared_ptr<const Snapshot> Snapshot::With(const CommitBatch& batch) const {
  Graph graph = *graph_;
  GraphEditor(graph).Apply(batch);
  return Publish(std::move(graph));
}

std::shared_ptr<const Snapshot> Snapshot::WithSchema(std::shared_ptr<const Schema> schema) const {
  Graph graph = *graph_;
  GraphEditor(graph).Extend(std::move(schema), static_cast<TypeId>(graph_->schema->types().size()));
  return Publish(std::move(graph));
}

CommitId Snapshot::commit() const { return graph_->commit; }
Timestamp Snapshot::recorded() const { return graph_->recorded; }
Seq Snapshot::last_seq() const { return graph_->last_seq; }
const Schema& Snapshot::schema() const { return *graph_->schema; }
const std::shared_ptr<const Schema>& Snapshot::shared_schema() const { return graph_->schema; }

bool Snapshot::Loaded(TypeId type) const {
  if (type == kLedgerTable) return graph_->ledger_loaded;
  const auto complete = [](const auto& table) {
    return std::all_of(table.columns.begin(), table.columns.end(),
                       [](const auto& column) { return static_cast<bool>(column); });
  };
  if (const EventTable* events = graph_->Events(type)) return complete(*events);
  const RecordTable* records = graph_->Records(type);
  return records != nullptr && records->ids_loaded && complete(*records);
}

bool Snapshot::Loaded(const ColumnsNeeded& needed) const {
  if (needed.all || needed.type == kLedgerTable) return Loaded(needed.type);
  const EventTable* events = graph_->Events(needed.type);
  const RecordTable* records = graph_->Records(needed.type);
  if (events == nullptr && records == nullptr) return false;
  return std::all_of(needed.fields.begin(), needed.fields.end(), [&](FieldId field) {
    if (events != nullptr) {
      return field >= events->columns.size() || static_cast<bool>(events->columns[field]);
    }
    if (field == kIdField) return records->ids_loaded;
    const std::optional<size_t> index = internal::ColumnIndex(field);
    return !index || *index >= records->columns.size() ||
           static_cast<bool>(records->columns[*index]);
  });
}

size_t Snapshot::MemoryUsed(TypeId type) const {
  const RecordTable* records = graph_->Records(type);
  const EventTable* events = graph_->Events(type);
  return (records != nullptr ? records->MemoryUsed() : 0) +
         (events != nullptr ? events->MemoryUsed() : 0);
}

std::shared_ptr<const Snapshot> Snapshot::Forget(const EraseWrite& erased) const {
  Graph graph = *graph_;
  const auto forget = [&](TypeId type) {
    if (type < graph.records.size()) graph.records[type] = {};
    if (type < graph.events.size()) graph.events[type] = {};
  };
  for (const std::vector<RecordRef>* records : {&erased.subjects, &erased.images}) {
    for (const RecordRef record : *records) forget(record.type);
  }
  for (const TypeDef* type : graph.schema->types()) {
    if (type->event && std::any_of(erased.subjects.begin(), erased.subjects.end(),
                                   [&](RecordRef r) { return r.type == type->subject; })) {
      forget(type->id);
    }
  }
  for (const auto& [type, seq] : erased.events) forget(type);
  if (!erased.entries.empty() && graph.ledger_loaded) {
    GraphEditor(graph).EmptyLedger({erased.entries.begin(), erased.entries.end()});
  }
  return Publish(std::move(graph));
}

// --- Records -----------------------------------------------------------------------------------

Row Snapshot::RowLimit(TypeId type) const {
  const RecordTable* table = graph_->Records(type);
  return table == nullptr ? 0 : table->limit;
}

int64_t Snapshot::Count(TypeId type) const {
  const RecordTable* table = graph_->Records(type);
  return table == nullptr ? 0 : table->count;
}

bool Snapshot::Exists(RecordRef record) const {
  const RecordTable* table = graph_->Records(record.type);
  return table != nullptr && table->Exists(record.row);
}

RecordRef Snapshot::Resolve(RecordRef record) const { return graph_->Resolve(record); }

Value Snapshot::Get(RecordRef record, FieldId field) const {
  const RecordTable* table = graph_->Records(record.type);
  if (table == nullptr || record.row < 0) return Value();
  if (field == kIdField) {
    const Uuid id = table->Id(record.row);
    return id.nil() ? Value() : Value::Text(id.ToString());
  }
  const ChunkedColumn* column = table->Column(field);
  return column == nullptr ? Value() : column->Get(record.row);
}

Uuid Snapshot::Id(RecordRef record) const {
  const RecordTable* table = graph_->Records(record.type);
  return table == nullptr ? Uuid() : table->Id(record.row);
}

RecordRef Snapshot::Find(TypeId type, const Uuid& id) const {
  const RecordTable* table = graph_->Records(type);
  if (table == nullptr || id.nil()) return {};
  const Row row = table->ById().Find(id, [&](Row r) { return table->Id(r) == id; });
  return row == kNoRow ? RecordRef() : RecordRef{type, row};
}

void Snapshot::Children(RecordRef parent, TypeId child, FieldId link, std::vector<Row>& out) const {
  const RecordTable* table = graph_->Records(child);
  const ChunkedColumn* column = table == nullptr ? nullptr : table->Column(link);
  if (column == nullptr || column->kind() != Value::Kind::kRecord || parent.none()) return;
  const Relation& relation = table->Reverse(link);
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  const auto append = [&](RecordRef one) {
    if (const RelationIndex* index = relation.For(one.type)) index->AppendTo(one.row, nullptr, out);
  };
  if (graph_->HasAliases()) {
    const std::vector<RecordRef> group = graph_->Group(parent);
    for (RecordRef one : group) append(one);
    if (group.size() > 1) std::sort(out.begin() + first, out.end());
  } else {
    append(parent);
  }
  out.erase(
      std::remove_if(out.begin() + first, out.end(), [&](Row row) { return !table->Exists(row); }),
      out.end());
}

// --- Events ------------------------------------------------------------------------------------

int64_t Snapshot::EventCount(TypeId type) const {
  const EventTable* table = graph_->Events(type);
  return table == nullptr ? 0 : table->count - table->dropped;
}

void Snapshot::Events(RecordRef subject, TypeId type, std::vector<int64_t>& out) const {
  const EventTable* table = graph_->Events(type);
  if (table == nullptr || subject.none()) return;
  const RelationIndex* index = table->BySubject().For(table->subject_type);
  if (index == nullptr) return;
  if (!graph_->HasAliases()) {
    if (subject.type == table->subject_type) index->AppendTo(subject.row, &table->at, out);
    return;
  }
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  const std::vector<RecordRef> group = graph_->Group(subject);
  for (RecordRef one : group) {
    if (one.type == table->subject_type) index->AppendTo(one.row, &table->at, out);
  }
  if (group.size() == 1) return;
  std::sort(out.begin() + first, out.end(), [&](int64_t a, int64_t b) {
    const int64_t at_a = table->at.Int(a);
    const int64_t at_b = table->at.Int(b);
    return at_a != at_b ? at_a < at_b : a < b;
  });
}

Seq Snapshot::EventSeq(EventRef event) const {
  return graph_->Events(event.type)->seq.Int(event.place);
}

RecordRef Snapshot::EventSubject(EventRef event) const {
  return graph_->Events(event.type)->subject.Record(event.place);
}

Timestamp Snapshot::EventAt(EventRef event) const {
  return {graph_->Events(event.type)->at.Int(event.place)};
}

Value Snapshot::EventField(EventRef event, FieldId field) const {
  const ChunkedColumn* column = graph_->Events(event.type)->Column(field);
  return column == nullptr ? Value() : column->Get(event.place);
}

// --- Consent -----------------------------------------------------------------------------------

absl::StatusOr<std::vector<ConsentEntry>> Snapshot::Ledger(
    RecordRef person, std::span<const RecordRef> points) const {
  if (!graph_->ledger_loaded) return FailedPrecondition("the consent ledger is not loaded");
  const LedgerTable& table = *graph_->ledger;
  std::vector<int64_t> places;
  const auto append = [&](const Relation& relation, RecordRef asked) {
    if (asked.none()) return;
    for (RecordRef one : graph_->Group(asked)) {
      const RelationIndex* index = relation.For(one.type);
      if (index != nullptr) index->AppendTo(one.row, &table.at, places);
    }
  };
  append(table.ByPerson(), person);
  for (RecordRef point : points) append(table.ByPoint(), point);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::stable_sort(places.begin(), places.end(),
                   [&](int64_t a, int64_t b) { return table.at.Int(a) < table.at.Int(b); });
  std::vector<ConsentEntry> entries;
  entries.reserve(places.size());
  for (int64_t place : places) {
    if (table.shape.Text(place).empty()) continue;  // erased
    RELATA_ASSIGN_OR_RETURN(ConsentEntry entry, internal::EntryAt(table, place));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::pair<ConsentEvent, Timestamp> Snapshot::LastStatement(RecordRef person, Channel channel,
                                                           Purpose purpose) const {
  const LedgerTable& table = *graph_->ledger;
  std::pair<ConsentEvent, Timestamp> last{ConsentEvent::kUnknown, Timestamp::kMin};
  if (person.none()) return last;
  std::optional<std::pair<int64_t, int64_t>> newest;  // at, place
  std::vector<int64_t> places;
  for (RecordRef one : graph_->Group(person)) {
    const RelationIndex* index = table.ByPerson().For(one.type);
    if (index == nullptr) continue;
    places.clear();
    index->AppendTo(one.row, &table.at, places);
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
      const std::pair<int64_t, int64_t> key(table.at.Int(*place), *place);
      if (newest && key < *newest) break;
      if (!table.recorded_at.Has(*place)) continue;
      const internal::StatementShape said = internal::StatementOf(table.shape.Text(*place));
      if (!internal::Covers(said, channel, purpose)) continue;
      newest = key;
      last = {said.event, {key.first}};
      break;
    }
  }
  return last;
}

int64_t Snapshot::LedgerSize() const { return graph_->ledger->count - graph_->ledger->dropped; }
size_t Snapshot::LedgerMemoryUsed() const { return graph_->ledger->MemoryUsed(); }

}  // namespace relata
