// SPDX-License-Identifier: Apache-2.0

#include "engine/store_view.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"
#include "expression/functions.h"

namespace relata::internal {
namespace {

// The longest list of rows in one statement.
constexpr size_t kRowsInStatement = 10'000;

Value ValueAt(const std::vector<FieldId>& fields, const std::vector<Value>& values, FieldId field) {
  const auto found = std::find(fields.begin(), fields.end(), field);
  return found == fields.end() ? Value() : values[static_cast<size_t>(found - fields.begin())];
}

}  // namespace

bool StoreView::Answers(const Plan& plan, const SqlReader& sql) {
  // A link to several types is no column of SQL.
  const auto finds = [&](TypeId child, FieldId link) {
    return sql.SqlTable(child).empty() || !sql.SqlField(child, link, "t0").empty();
  };
  return std::all_of(plan.nodes().begin(), plan.nodes().end(), [&](const PlanNode& n) {
    switch (n.op) {
      case PlanOp::kChildren:
        return finds(n.record_type, n.field);
      case PlanOp::kPath:
        return std::all_of(n.steps.begin(), n.steps.end(), [&](const PathStep& step) {
          return !step.backward || finds(step.to, step.field);
        });
      case PlanOp::kInSegment:
      case PlanOp::kScore:
      case PlanOp::kMayContact:
      case PlanOp::kConsentStatus:
      case PlanOp::kConsentAt:
      case PlanOp::kFieldAt:
      case PlanOp::kFieldSince:
      case PlanOp::kFieldChanged:
        return false;
      case PlanOp::kCall:
        return FunctionName(n.function) != "in_currency";
      default:
        return true;
    }
  });
}

absl::Status StoreView::Start(std::span<const ColumnsNeeded> columns) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<TableSpec> stored, reader_.Tables());
  for (const ColumnsNeeded& needed : columns) {
    Table& table = TableOf(needed.type);
    const auto spec = std::find_if(stored.begin(), stored.end(),
                                   [&](const TableSpec& t) { return t.type == needed.type; });
    if (spec == stored.end()) continue;
    for (const ColumnSpec& column : spec->columns) {
      const bool asked = needed.all || std::find(needed.fields.begin(), needed.fields.end(),
                                                 column.field) != needed.fields.end();
      if (asked) table.fields.push_back(column.field);
    }
  }
  return absl::OkStatus();
}

void StoreView::Expect(TypeId type, std::span<const Row> rows) {
  TableOf(type).pending.insert(rows.begin(), rows.end());
}

void StoreView::ReadPending(TypeId type) const {
  Table& table = TableOf(type);
  ScanSpec spec;
  spec.type = type;
  spec.fields = table.fields;
  spec.rows.assign(table.pending.begin(), table.pending.end());
  table.pending.clear();
  for (const Row row : spec.rows) table.records.emplace(row, std::nullopt);
  if (spec.rows.empty()) return;
  Keep(reader_.ScanRecords(spec, [&](const RecordRows& rows) {
    for (size_t i = 0; i < rows.rows.size(); ++i) {
      Record record;
      if (i < rows.ids.size()) record.id = rows.ids[i];
      for (size_t f = 0; f < rows.columns.size(); ++f) {
        record.values.push_back(rows.columns[f].Get(i));
        if (!record.values.back().is(Value::Kind::kRecord)) continue;
        // What a link names will be asked about: whether it is there at least.
        const RecordRef target = graph_.Resolve(record.values.back().record());
        Table& targets = TableOf(target.type);
        if (!targets.records.contains(target.row)) targets.pending.insert(target.row);
      }
      table.records[rows.rows[i]] = std::move(record);
    }
    return absl::OkStatus();
  }));
}

const StoreView::Record* StoreView::Find(RecordRef record) const {
  if (record.row < 0 || record.type >= graph_.schema->types().size() || graph_.Merged(record)) {
    return nullptr;
  }
  Table& table = TableOf(record.type);
  auto found = table.records.find(record.row);
  if (found == table.records.end()) {
    table.pending.insert(record.row);
    ReadPending(record.type);
    found = table.records.find(record.row);
  }
  return found->second ? &*found->second : nullptr;
}

Value StoreView::Resolved(Value value) const {
  if (!value.is(Value::Kind::kRecord)) return value;
  const RecordRef target = graph_.Resolve(value.record());
  return Find(target) != nullptr ? Value::Record(target) : Value();
}

Value StoreView::Field(RecordRef record, FieldId field) const {
  const RecordRef here = graph_.Resolve(record);
  const Record* found = Find(here);
  if (found == nullptr) return Value();
  if (field == kIdField) return Value::Text(found->id.ToString());
  return Resolved(ValueAt(TableOf(here.type).fields, found->values, field));
}

void StoreView::ReadChildren(TypeId parent_type, TypeId child, FieldId link, ChildLists& lists,
                             std::vector<Row> parents) const {
  // With those asked for come all that are known and have not been asked for yet.
  for (const auto& [row, record] : TableOf(parent_type).records) parents.push_back(row);
  for (const Row row : TableOf(parent_type).pending) parents.push_back(row);
  std::sort(parents.begin(), parents.end());
  parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  std::erase_if(parents, [&](Row row) { return lists.by_parent.contains(row); });
  for (const Row row : parents) lists.by_parent[row];
  const std::string column = sql_.SqlField(child, link, "t0");
  const std::string mine = sql_.SqlMine(child, "t0");
  std::vector<Row> children;
  for (size_t first = 0; first < parents.size(); first += kRowsInStatement) {
    std::string statement = Concat("SELECT t0.\"row\" FROM ", sql_.SqlTable(child), " AS t0 WHERE ",
                                   mine.empty() ? "" : Concat(mine, " AND "), column, " IN (");
    const size_t end = std::min(parents.size(), first + kRowsInStatement);
    for (size_t i = first; i < end; ++i) statement += Concat(i == first ? "" : ",", parents[i]);
    Keep(sql_.SelectRows(statement + ")", {}, [&](const std::vector<Row>& rows) {
      children.insert(children.end(), rows.begin(), rows.end());
      return absl::OkStatus();
    }));
  }
  Table& table = TableOf(child);
  for (const Row row : children) {
    if (!table.records.contains(row)) table.pending.insert(row);
  }
  ReadPending(child);
  for (const Row row : children) {
    const std::optional<Record>& record = table.records[row];
    if (!record || graph_.Merged({child, row})) continue;
    const Value parent = ValueAt(table.fields, record->values, link);
    if (parent.is(Value::Kind::kRecord)) lists.by_parent[parent.record().row].push_back(row);
  }
}

void StoreView::Children(RecordRef parent, TypeId child, FieldId link,
                         std::vector<RecordRef>& out) const {
  if (sql_.SqlTable(child).empty()) return;
  ChildLists* lists = nullptr;
  std::vector<std::tuple<int64_t, Row>> ordered;
  for (const RecordRef one : graph_.Group(parent)) {
    lists = &children_[{one.type, {child, link}}];
    if (!lists->by_parent.contains(one.row)) {
      ReadChildren(one.type, child, link, *lists, {one.row});
    }
    for (const Row row : lists->by_parent[one.row]) {
      const Table& table = TableOf(child);
      const Value created = ValueAt(table.fields, table.records.at(row)->values, kCreatedAtField);
      ordered.emplace_back(created.is_null() ? Timestamp::kMin.micros : created.timestamp().micros,
                           row);
    }
  }
  std::sort(ordered.begin(), ordered.end());
  for (const auto& [created, row] : ordered) out.push_back({child, row});
}

void StoreView::Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const {
  Table& table = TableOf(event_type);
  const TypeId subject_type = graph_.schema->type(event_type).subject;
  std::vector<std::tuple<Timestamp, Seq, Row>> ordered;
  for (const RecordRef one : graph_.Group(subject)) {
    if (one.type != subject_type) continue;
    ScanSpec spec;
    spec.type = event_type;
    spec.fields = table.fields;
    spec.subject = one.row;
    Keep(reader_.ScanEvents(spec, [&](const EventRows& rows) {
      for (size_t i = 0; i < rows.seqs.size(); ++i) {
        ordered.emplace_back(rows.at[i], rows.seqs[i], std::ssize(table.events));
        Event& event = table.events.emplace_back(Event{rows.subjects[i], rows.at[i], {}});
        for (const Column& column : rows.columns) event.values.push_back(column.Get(i));
      }
      return absl::OkStatus();
    }));
  }
  std::sort(ordered.begin(), ordered.end());
  for (const auto& [at, seq, place] : ordered) out.push_back({event_type, place});
}

Value StoreView::EventField(RecordRef event, FieldId field) const {
  const Table& table = TableOf(event.type);
  const Event& found = table.events[static_cast<size_t>(event.row)];
  if (field == kAtField) return Value::Time(found.at);
  if (field == kSubjectField) {
    return Resolved(Value::Record({graph_.schema->type(event.type).subject, found.subject}));
  }
  return ValueAt(table.fields, found.values, field);
}

}  // namespace relata::internal
