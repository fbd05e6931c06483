// SPDX-License-Identifier: Apache-2.0
//
// Reading a snapshot from a store: whole tables, and what other processes wrote since.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/graph.h"
#include "engine/tables.h"
#include "relata/engine/snapshot.h"
#include "relata/model/validate.h"
#include "relata/storage/store.h"

namespace relata {
namespace internal {
namespace {

// What is asked of the store for a type: the fields it has a column for. DataLoss when a column is
// of another kind than the schema's field.
absl::StatusOr<std::vector<FieldId>> StoredFields(const Schema& schema, TypeId type,
                                                  const std::vector<TableSpec>& tables) {
  std::vector<FieldId> fields;
  const auto table = std::find_if(tables.begin(), tables.end(),
                                  [&](const TableSpec& t) { return t.type == type; });
  if (table == tables.end()) return fields;
  const TypeDef& def = schema.type(type);
  for (const ColumnSpec& column : table->columns) {
    const FieldDef* field = def.field(column.field);
    if (field == nullptr) continue;
    if (ValueKindOf(field->kind) != column.kind) {
      return DataLoss(Concat(def.name, ".", field->name, " is stored as ", KindName(column.kind),
                             ", which the schema says it is not"));
    }
    fields.push_back(column.field);
  }
  return fields;
}

ScanSpec ScanOf(TypeId type, int64_t from = 0, int64_t until = INT64_MAX) {
  ScanSpec spec;
  spec.type = type;
  spec.from = from;
  spec.until = until;
  return spec;
}

// Fills one table from the store, or brings it up to date.
class TableReader {
 public:
  TableReader(Graph& graph, GraphEditor& editor, StoreReader& reader)
      : graph_(graph), editor_(editor), reader_(reader) {}

  // Reads what of `needed` is not here yet, in one scan.
  absl::Status Load(const ColumnsNeeded& needed) {
    const TypeId type = needed.type;
    const bool event = graph_.schema->type(type).event;
    const bool there = event ? graph_.Events(type) != nullptr : graph_.Records(type) != nullptr;
    if (!there) editor_.BeginBare(type);
    const std::vector<FieldId> added = editor_.AddColumns(needed);
    if (event) return there ? FillEvents(type, added) : ReadEvents(type, 0);
    if (there) return FillRecords(type, added);
    RELATA_ASSIGN_OR_RETURN(const Row limit, reader_.NextRow(type));
    editor_.SetLimit(type, limit);
    return ReadRecords(type, ScanOf(type), nullptr);
  }

  absl::Status ReadEvents(TypeId type, Seq from) {
    RELATA_ASSIGN_OR_RETURN(std::vector<FieldId> fields, LoadedFields(type));
    ScanSpec spec = ScanOf(type, from);
    spec.fields = fields;
    return reader_.ScanEvents(spec, [&](const EventRows& rows) {
      editor_.AppendEvents(type, fields, rows.seqs, rows.subjects, rows.at, rows.columns);
      return absl::OkStatus();
    });
  }

  // Puts the records of `spec`, and notes in `seen` which there were.
  absl::Status ReadRecords(TypeId type, ScanSpec spec, std::set<Row>* seen) {
    RELATA_ASSIGN_OR_RETURN(spec.fields, LoadedFields(type));
    spec.ids = graph_.Records(type)->ids_loaded;
    return reader_.ScanRecords(spec, [&](const RecordRows& rows) {
      editor_.PutRecords(type, spec.fields, rows);
      if (seen != nullptr) seen->insert(rows.rows.begin(), rows.rows.end());
      return absl::OkStatus();
    });
  }

 private:
  absl::Status FillRecords(TypeId type, const std::vector<FieldId>& added) {
    if (added.empty()) return absl::OkStatus();
    ScanSpec spec = ScanOf(type);
    spec.ids = std::find(added.begin(), added.end(), kIdField) != added.end();
    RELATA_ASSIGN_OR_RETURN(spec.fields, StoredAmong(type, added));
    if (spec.fields.empty() && !spec.ids) return absl::OkStatus();
    return reader_.ScanRecords(spec, [&](const RecordRows& rows) {
      editor_.FillRecords(type, spec.fields, spec.ids, rows);
      return absl::OkStatus();
    });
  }

  absl::Status FillEvents(TypeId type, const std::vector<FieldId>& added) {
    ScanSpec spec = ScanOf(type);
    RELATA_ASSIGN_OR_RETURN(spec.fields, StoredAmong(type, added));
    if (spec.fields.empty()) return absl::OkStatus();
    int64_t place = 0;
    return reader_.ScanEvents(spec, [&](const EventRows& rows) {
      editor_.FillEvents(type, spec.fields, place, rows.columns);
      place += static_cast<int64_t>(rows.seqs.size());
      return absl::OkStatus();
    });
  }

  absl::StatusOr<std::vector<FieldId>> StoredAmong(TypeId type, std::vector<FieldId> fields) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<FieldId> stored, Fields(type));
    std::erase_if(fields, [&](FieldId field) {
      return std::find(stored.begin(), stored.end(), field) == stored.end();
    });
    return fields;
  }

  // The stored fields whose columns are here.
  absl::StatusOr<std::vector<FieldId>> LoadedFields(TypeId type) {
    RELATA_ASSIGN_OR_RETURN(std::vector<FieldId> fields, Fields(type));
    const RecordTable* records = graph_.Records(type);
    const EventTable* events = graph_.Events(type);
    std::erase_if(fields, [&](FieldId field) {
      return (records != nullptr ? records->Column(field) : events->Column(field)) == nullptr;
    });
    return fields;
  }

  absl::StatusOr<std::vector<FieldId>> Fields(TypeId type) {
    if (!tables_) {
      RELATA_ASSIGN_OR_RETURN(tables_, reader_.Tables());
    }
    return StoredFields(*graph_.schema, type, *tables_);
  }

  Graph& graph_;
  GraphEditor& editor_;
  StoreReader& reader_;
  std::optional<std::vector<TableSpec>> tables_;
};

absl::Status ReadLedger(Seq since, GraphEditor& editor, StoreReader& reader) {
  return reader.ScanLedger(since, std::nullopt, [&](const LedgerWrite& line) {
    editor.AppendLedger(std::span(&line, 1));
    return absl::OkStatus();
  });
}

absl::Status ReadAliases(CommitId since, GraphEditor& editor, StoreReader& reader) {
  return reader.ScanAliases([&](const AliasWrite& alias) {
    if (alias.from > since || (alias.until && *alias.until > since)) editor.Put(alias);
    return absl::OkStatus();
  });
}

// Which records of the loaded tables changed: single rows, and ranges that were created at once.
struct Touched {
  std::set<Row> rows;
  std::vector<std::pair<Row, Row>> ranges;  // [first, second)
};

absl::StatusOr<std::map<TypeId, Touched>> ReadTouched(const Graph& graph, CommitId since,
                                                      StoreReader& reader) {
  std::map<TypeId, Touched> touched;
  RELATA_RETURN_IF_ERROR(
      reader.ScanChanges(since, std::nullopt, [&](const ChangeRow& row) -> absl::Status {
        const ChangeWrite& change = row.change;
        if (graph.Records(change.type) == nullptr) return absl::OkStatus();
        Touched& of_type = touched[change.type];
        if (change.rows == 1) {
          of_type.rows.insert(change.row);
        } else {
          of_type.ranges.emplace_back(change.row, change.row + change.rows);
        }
        return absl::OkStatus();
      }));
  return touched;
}

absl::Status ReadTouchedRecords(TypeId type, const Touched& touched, TableReader& table,
                                GraphEditor& editor, StoreReader& reader) {
  RELATA_ASSIGN_OR_RETURN(const Row limit, reader.NextRow(type));
  editor.SetLimit(type, limit);
  std::set<Row> seen;
  for (const auto& [from, until] : touched.ranges) {
    RELATA_RETURN_IF_ERROR(table.ReadRecords(type, ScanOf(type, from, until), nullptr));
  }
  if (touched.rows.empty()) return absl::OkStatus();
  ScanSpec spec = ScanOf(type);
  spec.rows.assign(touched.rows.begin(), touched.rows.end());
  RELATA_RETURN_IF_ERROR(table.ReadRecords(type, std::move(spec), &seen));
  for (Row row : touched.rows) {
    if (!seen.contains(row)) editor.Delete(type, row);
  }
  return absl::OkStatus();
}

void SetHead(const CommitRow& head, Graph& graph) {
  if (head.id == 0) return;
  graph.commit = head.id;
  graph.recorded = head.recorded;
  graph.last_seq = head.last_seq;
}

}  // namespace
}  // namespace internal

using internal::Concat;
using internal::Graph;
using internal::GraphEditor;
using internal::TableReader;

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Open(std::shared_ptr<const Schema> schema,
                                                               StoreReader& reader) {
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  Graph graph;
  GraphEditor editor(graph);
  const auto types = static_cast<TypeId>(schema->types().size());
  editor.Extend(std::move(schema), types);
  RELATA_RETURN_IF_ERROR(internal::ReadAliases(0, editor, reader));
  internal::SetHead(head, graph);
  return Publish(std::move(graph));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Load(std::span<const TypeId> types,
                                                               StoreReader& reader) const {
  std::vector<ColumnsNeeded> columns;
  for (TypeId type : types) columns.push_back({type, {}, true});
  return Load(columns, reader);
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Load(
    std::span<const ColumnsNeeded> columns, StoreReader& reader) const {
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  if (head.id != graph_->commit) {
    return FailedPrecondition(
        Concat("the store is at commit ", head.id, ", the snapshot at ", graph_->commit));
  }
  Graph graph = *graph_;
  GraphEditor editor(graph);
  TableReader table(graph, editor, reader);
  for (const ColumnsNeeded& needed : columns) {
    if (needed.type == kLedgerTable) {
      if (graph.ledger_loaded) continue;
      editor.BeginLedger();
      RELATA_RETURN_IF_ERROR(internal::ReadLedger(0, editor, reader));
      continue;
    }
    if (needed.type >= graph.schema->types().size()) {
      return InvalidArgument(Concat("no type ", needed.type));
    }
    if (!Loaded(needed)) RELATA_RETURN_IF_ERROR(table.Load(needed));
  }
  return Publish(std::move(graph));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::CatchUp(StoreReader& reader) const {
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader.Head());
  Graph graph = *graph_;
  GraphEditor editor(graph);
  TableReader table(graph, editor, reader);
  RELATA_ASSIGN_OR_RETURN(const auto touched, internal::ReadTouched(graph, graph_->commit, reader));
  for (const auto& [type, of_type] : touched) {
    RELATA_RETURN_IF_ERROR(internal::ReadTouchedRecords(type, of_type, table, editor, reader));
  }
  for (size_t type = 0; type < graph.events.size(); ++type) {
    if (!graph.events[type]) continue;
    RELATA_RETURN_IF_ERROR(table.ReadEvents(static_cast<TypeId>(type), graph_->last_seq + 1));
  }
  if (graph.ledger_loaded) {
    RELATA_RETURN_IF_ERROR(internal::ReadLedger(graph_->last_seq, editor, reader));
  }
  RELATA_RETURN_IF_ERROR(internal::ReadAliases(graph_->commit, editor, reader));
  internal::SetHead(head, graph);
  return Publish(std::move(graph));
}

}  // namespace relata
