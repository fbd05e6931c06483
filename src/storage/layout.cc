// SPDX-License-Identifier: Apache-2.0

#include "storage/layout.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/strings.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

constexpr size_t kMostColumns = 1500;  // SQLite's limit is 2,000 and a money takes two
constexpr size_t kLongestName = 200;

bool IsFieldKind(Kind kind) { return kind >= Kind::kBool && kind <= Kind::kList; }

bool StartsWith(std::string_view s, std::string_view prefix) {
  return s.substr(0, prefix.size()) == prefix;
}

// Type names become view names, so they must not meet the names of private tables.
absl::Status CheckTypeName(std::string_view name) {
  const bool letters = !name.empty() && name.size() <= kLongestName && name[0] >= 'a' &&
                       name[0] <= 'z' && std::all_of(name.begin(), name.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
  if (!letters) {
    return InvalidArgument(Concat("type name '", name, "' must match [a-z][a-z0-9_]*"));
  }
  for (std::string_view prefix : {"r_", "ev_", "relata_", "sqlite_"}) {
    if (StartsWith(name, prefix)) {
      return InvalidArgument(Concat("type name '", name, "' must not begin with ", prefix));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTable(const TableSpec& table) {
  RELATA_RETURN_IF_ERROR(CheckTypeName(table.name));
  if (table.type == kNoType) return InvalidArgument(Concat("type ", table.name, " has no id"));
  if (table.columns.size() > kMostColumns) {
    return ResourceExhausted(
        Concat("type ", table.name, " has more than ", kMostColumns, " fields"));
  }
  std::set<FieldId> fields;
  std::set<std::string_view> names;
  for (const ColumnSpec& column : table.columns) {
    const std::string where = Concat("field ", table.name, ".", column.name);
    if (column.name.empty() || column.name.size() > kLongestName ||
        column.name.find('\0') != std::string::npos) {
      return InvalidArgument(Concat(where, ": not a name"));
    }
    if (column.field == kNoField || !fields.insert(column.field).second) {
      return InvalidArgument(Concat(where, ": no field id of its own"));
    }
    if (!names.insert(column.name).second) return InvalidArgument(Concat(where, ": named twice"));
    if (!IsFieldKind(column.kind)) {
      return InvalidArgument(Concat(where, ": a field cannot be of kind ", KindName(column.kind)));
    }
  }
  return absl::OkStatus();
}

absl::Status MergeTable(const TableSpec& declared, TableSpec& into) {
  if (into.kind != declared.kind || into.subject != declared.subject) {
    return FailedPrecondition(Concat("type ", declared.name,
                                     " is stored as another kind of table or of another subject"));
  }
  into.name = declared.name;
  into.title = declared.title;
  for (const ColumnSpec& column : declared.columns) {
    const auto old = std::find_if(into.columns.begin(), into.columns.end(),
                                  [&](const ColumnSpec& c) { return c.field == column.field; });
    if (old == into.columns.end()) {
      into.columns.push_back(column);
    } else if (old->kind != column.kind || old->target != column.target) {
      return FailedPrecondition(Concat("field ", declared.name, ".", column.name, " is stored as ",
                                       KindName(old->kind), ", not as ", KindName(column.kind),
                                       ", or points to another type"));
    } else {
      *old = column;
    }
  }
  return CheckTable(into);
}

absl::Status CheckNumber(double v) {
  return std::isfinite(v) ? absl::OkStatus() : InvalidArgument("not a finite number");
}

absl::Status CheckInstant(Timestamp t) {
  return t >= Timestamp::kMin && t <= Timestamp::kMax
             ? absl::OkStatus()
             : InvalidArgument("an instant outside the years 0001 to 9999");
}

// 4713 BC, as far back as the Julian day count and PostgreSQL go.
absl::Status CheckDay(int64_t days) {
  return days >= -2'440'588 && days <= 2'145'031'948
             ? absl::OkStatus()
             : InvalidArgument("a day before 4713 BC or too far ahead");
}

// What an index of every backend takes.
absl::Status CheckKey(std::string_view what, size_t bytes) {
  return bytes <= kLongestKey
             ? absl::OkStatus()
             : InvalidArgument(Concat(what, " is longer than ", kLongestKey, " bytes"));
}

absl::Status CheckElement(const Value& v) {
  if (!v.is_null() && !IsFieldKind(v.kind())) {
    return InvalidArgument(Concat("a list in a field cannot hold a ", KindName(v.kind())));
  }
  if (v.is(Kind::kDouble)) return CheckNumber(v.double_value());
  if (v.is(Kind::kList)) {
    for (const Value& element : v.list()) RELATA_RETURN_IF_ERROR(CheckElement(element));
  }
  return absl::OkStatus();
}

absl::Status CheckValue(const ColumnSpec& column, const Value& v) {
  if (v.is_null()) return absl::OkStatus();
  if (v.kind() != column.kind) {
    return InvalidArgument(
        Concat(column.name, " takes ", KindName(column.kind), ", not ", KindName(v.kind())));
  }
  if (v.is(Kind::kRecord) && column.target != kNoType && v.record().type != column.target) {
    return InvalidArgument(Concat(column.name, " links to another type"));
  }
  absl::Status status;
  switch (column.kind) {
    case Kind::kTimestamp:
      status = CheckInstant(v.timestamp());
      break;
    case Kind::kDate:
      status = CheckDay(v.date().days);
      break;
    case Kind::kDouble:
    case Kind::kList:
      return CheckElement(v);
    default:
      break;
  }
  return status.ok() ? status : Annotate(std::move(status), column.name);
}

absl::Status CheckRecord(const Layout& layout, const RecordWrite& write) {
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          layout.Find(write.type, TableSpec::Kind::kRecord));
  if (write.row < 0) return InvalidArgument(Concat("a ", table->spec.name, " without a row"));
  if (write.op == RecordWrite::Op::kCreate && write.id.nil()) {
    return InvalidArgument(Concat("a new ", table->spec.name, " without an id"));
  }
  for (const auto& [field, value] : write.values) {
    const int place = table->Place(field);
    if (place < 0) return InvalidArgument(Concat(table->spec.name, " has no field ", field));
    absl::Status status = CheckValue(table->spec.columns[static_cast<size_t>(place)], value);
    if (!status.ok()) return Annotate(std::move(status), table->spec.name);
  }
  return absl::OkStatus();
}

absl::Status CheckEventColumn(const ColumnSpec& spec, const Column& column, size_t rows) {
  if (column.size() != rows || column.kind() != spec.kind) {
    return InvalidArgument(Concat("column ", spec.name, " does not fit its table"));
  }
  if (spec.kind == Kind::kDouble) {
    for (size_t i = 0; i < rows; ++i) {
      if (!column.IsNull(i)) RELATA_RETURN_IF_ERROR(CheckNumber(column.Double(i)));
    }
  }
  if (spec.kind == Kind::kTimestamp || spec.kind == Kind::kDate) {
    for (size_t i = 0; i < rows; ++i) {
      if (column.IsNull(i)) continue;
      RELATA_RETURN_IF_ERROR(spec.kind == Kind::kDate ? CheckDay(column.Int(i))
                                                      : CheckInstant({column.Int(i)}));
    }
  }
  if (spec.kind == Kind::kList || (spec.kind == Kind::kRecord && spec.target != kNoType)) {
    for (size_t i = 0; i < rows; ++i) RELATA_RETURN_IF_ERROR(CheckValue(spec, column.Get(i)));
  }
  return absl::OkStatus();
}

absl::Status CheckEvents(const Layout& layout, const EventBatch& batch) {
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          layout.Find(batch.type, TableSpec::Kind::kEvent));
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(*table, batch));
  if (batch.at.size() != batch.subjects.size()) {
    return InvalidArgument(Concat(table->spec.name, ": as many instants as subjects are needed"));
  }
  for (size_t i = 0; i < places.size(); ++i) {
    const ColumnSpec& spec = table->spec.columns[static_cast<size_t>(places[i])];
    RELATA_RETURN_IF_ERROR(Annotate(CheckEventColumn(spec, batch.columns[i], batch.subjects.size()),
                                    table->spec.name));
  }
  for (const Timestamp at : batch.at) RELATA_RETURN_IF_ERROR(CheckInstant(at));
  if (std::any_of(batch.subjects.begin(), batch.subjects.end(), [](Row r) { return r < 0; })) {
    return InvalidArgument(Concat(table->spec.name, ": an event without a subject"));
  }
  return absl::OkStatus();
}

absl::Status CheckLines(const CommitBatch& batch) {
  const LedgerWrite* before = nullptr;
  for (const LedgerWrite& line : batch.ledger) {
    RELATA_RETURN_IF_ERROR(CheckInstant(line.at));
    if (before != nullptr && line.seq <= before->seq) {
      return InvalidArgument("the seqs of ledger lines must ascend");
    }
    before = &line;
  }
  for (const ChangeWrite& change : batch.changes) {
    if (change.rows < 1) return InvalidArgument("a change of no record");
    if (change.effective_at) RELATA_RETURN_IF_ERROR(CheckInstant(*change.effective_at));
  }
  for (const LogWrite& line : batch.logs) {
    RELATA_RETURN_IF_ERROR(CheckInstant(line.at));
    RELATA_RETURN_IF_ERROR(CheckKey("a log line's key", line.log.size() + line.key.size()));
  }
  for (const DefinitionWrite& d : batch.definitions) {
    RELATA_RETURN_IF_ERROR(CheckKey("a definition's name", d.kind.size() + d.name.size()));
  }
  RELATA_RETURN_IF_ERROR(CheckKey("an operation id", batch.commit.operation_id.size()));
  return CheckInstant(batch.commit.recorded);
}

// The lowest and highest seq the batch uses; {INT64_MAX, 0} when it uses none.
std::pair<Seq, Seq> SeqRange(const CommitBatch& batch) {
  Seq low = INT64_MAX;
  Seq high = 0;
  const auto add = [&](Seq first, Seq last) {
    low = std::min(low, first);
    high = std::max(high, last);
  };
  for (const EventBatch& e : batch.events) {
    if (!e.subjects.empty()) {
      add(e.first_seq, e.first_seq + static_cast<Seq>(e.subjects.size()) - 1);
    }
  }
  for (const LedgerWrite& l : batch.ledger) add(l.seq, l.seq);
  for (const ChangeWrite& c : batch.changes) add(c.seq, c.seq);
  return {low, high};
}

}  // namespace

Layout::Layout(std::vector<TableSpec> tables) {
  for (TableSpec& spec : tables) {
    Table table;
    for (size_t i = 0; i < spec.columns.size(); ++i) {
      const FieldId field = spec.columns[i].field;
      std::vector<int>& places = field < kIdField ? table.declared : table.kept;
      const size_t at = field < kIdField ? field : field - size_t{kIdField};
      if (at >= places.size()) places.resize(at + 1, -1);
      places[at] = static_cast<int>(i);
    }
    const TypeId type = spec.type;
    table.spec = std::move(spec);
    tables_.insert_or_assign(type, std::move(table));
  }
}

const Layout::Table* Layout::Find(TypeId type) const {
  const auto found = tables_.find(type);
  return found == tables_.end() ? nullptr : &found->second;
}

absl::StatusOr<const Layout::Table*> Layout::Find(TypeId type, TableSpec::Kind kind) const {
  const Table* table = Find(type);
  if (table == nullptr || table->spec.kind != kind) {
    return InvalidArgument(Concat("no table of ",
                                  kind == TableSpec::Kind::kRecord ? "records" : "events",
                                  " for type ", type));
  }
  return table;
}

absl::StatusOr<const Layout::Table*> Layout::FindToRead(TypeId type, TableSpec::Kind kind) const {
  if (Find(type) == nullptr) return nullptr;
  return Find(type, kind);
}

std::vector<TableSpec> Layout::Specs() const {
  std::vector<TableSpec> specs;
  for (const auto& [type, table] : tables_) specs.push_back(table.spec);
  return specs;
}

absl::StatusOr<Layout> Layout::Merge(std::span<const TableSpec> declared) const {
  std::map<TypeId, TableSpec> merged;
  for (const auto& [type, table] : tables_) merged.emplace(type, table.spec);
  for (const TableSpec& table : declared) {
    RELATA_RETURN_IF_ERROR(CheckTable(table));
    const auto [old, added] = merged.emplace(table.type, table);
    if (!added) RELATA_RETURN_IF_ERROR(MergeTable(table, old->second));
  }
  std::set<std::string_view> names;
  std::vector<TableSpec> tables;
  for (const auto& [type, table] : merged) {
    if (!names.insert(table.name).second) {
      return InvalidArgument(Concat("two types are named ", table.name));
    }
    tables.push_back(table);
  }
  return Layout(std::move(tables));
}

absl::Status Layout::Check(const CommitBatch& batch, const CommitRow& head) const {
  for (const RecordWrite& write : batch.records) {
    RELATA_RETURN_IF_ERROR(CheckRecord(*this, write));
  }
  for (const EventBatch& events : batch.events) RELATA_RETURN_IF_ERROR(CheckEvents(*this, events));
  RELATA_RETURN_IF_ERROR(CheckLines(batch));
  for (const ExternalKeyWrite& key : batch.external_keys) {
    RELATA_RETURN_IF_ERROR(Find(key.type, TableSpec::Kind::kRecord).status());
    RELATA_RETURN_IF_ERROR(CheckKey("an external key", key.system.size() + key.key.size()));
  }
  const auto [low, high] = SeqRange(batch);
  if (low <= head.last_seq) {
    return InvalidArgument(Concat("seq ", low, " was given out before"));
  }
  const CommitRow& commit = batch.commit;
  if (commit.id == 0) return absl::OkStatus();
  if (commit.id != head.id + 1) {
    return InvalidArgument(Concat("commit ", commit.id, " does not follow commit ", head.id));
  }
  if (commit.last_seq < std::max(head.last_seq, high)) {
    return InvalidArgument(Concat("last_seq ", commit.last_seq, " is below a seq in use"));
  }
  return commit.recorded < head.recorded && head.id != 0
             ? InvalidArgument("a commit recorded before the one it follows")
             : absl::OkStatus();
}

bool operator==(const Layout& a, const Layout& b) {
  const auto same_column = [](const ColumnSpec& x, const ColumnSpec& y) {
    return x.field == y.field && x.name == y.name && x.kind == y.kind && x.target == y.target &&
           x.personal == y.personal;
  };
  const auto same_table = [&](const auto& x, const auto& y) {
    const TableSpec& s = x.second.spec;
    const TableSpec& t = y.second.spec;
    return s.type == t.type && s.name == t.name && s.kind == t.kind && s.subject == t.subject &&
           s.title == t.title &&
           std::equal(s.columns.begin(), s.columns.end(), t.columns.begin(), t.columns.end(),
                      same_column);
  };
  return std::equal(a.tables().begin(), a.tables().end(), b.tables().begin(), b.tables().end(),
                    same_table);
}

absl::StatusOr<std::vector<int>> PlacesOf(const Layout::Table& table,
                                          std::span<const FieldId> fields) {
  std::vector<int> places;
  places.reserve(fields.size());
  for (FieldId field : fields) {
    const int place = table.Place(field);
    if (place < 0) return InvalidArgument(Concat(table.spec.name, " has no field ", field));
    places.push_back(place);
  }
  return places;
}

absl::StatusOr<std::vector<int>> PlacesOf(const Layout::Table& table, const EventBatch& batch) {
  if (!batch.fields.empty()) {
    if (batch.fields.size() != batch.columns.size()) {
      return InvalidArgument(Concat(table.spec.name, ": as many columns as fields are needed"));
    }
    return PlacesOf(table, std::span<const FieldId>(batch.fields));
  }
  if (batch.columns.size() > table.spec.columns.size()) {
    return InvalidArgument(Concat(table.spec.name, " has fewer columns than the batch"));
  }
  std::vector<int> places(batch.columns.size());
  for (size_t i = 0; i < places.size(); ++i) places[i] = static_cast<int>(i);
  return places;
}

}  // namespace relata::internal
