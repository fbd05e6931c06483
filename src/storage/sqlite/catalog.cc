// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/catalog.h"

#include <algorithm>
#include <set>

namespace relata::internal {
namespace {

using Kind = Value::Kind;

constexpr char kTables[] = R"sql(
CREATE TABLE relata_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE relata_type(
  type INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INTEGER NOT NULL, subject INTEGER NOT NULL,
  title TEXT NOT NULL, table_name TEXT NOT NULL);
CREATE TABLE relata_field(
  type INTEGER NOT NULL, field INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,
  kind INTEGER NOT NULL, target INTEGER NOT NULL, personal INTEGER NOT NULL,
  column_name TEXT NOT NULL, extra_name TEXT NOT NULL,
  PRIMARY KEY(type, field)) WITHOUT ROWID;
CREATE TABLE relata_commit(
  id INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, actor TEXT NOT NULL, source TEXT NOT NULL,
  reason TEXT NOT NULL, operation_id TEXT NOT NULL, salt BLOB NOT NULL, commitment BLOB NOT NULL,
  chain BLOB NOT NULL, last_seq INTEGER NOT NULL);
CREATE TABLE relata_operation(
  operation_id TEXT PRIMARY KEY, commit_id INTEGER NOT NULL, result BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE relata_change(
  seq INTEGER PRIMARY KEY, commit_id INTEGER NOT NULL, type INTEGER NOT NULL, row INTEGER NOT NULL,
  rows INTEGER NOT NULL, op INTEGER NOT NULL, subject_type INTEGER, subject INTEGER,
  effective_at INTEGER, before BLOB, personal_digest BLOB);
CREATE INDEX relata_change_record ON relata_change(type, row) WHERE rows = 1;
CREATE INDEX relata_change_range ON relata_change(type, row) WHERE rows > 1;
CREATE TABLE relata_personal_image(
  seq INTEGER PRIMARY KEY, subject_type INTEGER NOT NULL, subject INTEGER NOT NULL,
  image BLOB NOT NULL);
CREATE INDEX relata_personal_image_subject ON relata_personal_image(subject_type, subject);
CREATE TABLE relata_ledger(
  seq INTEGER PRIMARY KEY, person_type INTEGER NOT NULL, person INTEGER NOT NULL,
  point_type INTEGER NOT NULL, point INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE relata_external_key(
  type INTEGER NOT NULL, system TEXT NOT NULL, key TEXT NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY(type, system, key)) WITHOUT ROWID;
CREATE TABLE relata_alias(
  from_commit INTEGER NOT NULL, loser_type INTEGER NOT NULL, loser INTEGER NOT NULL,
  winner_type INTEGER NOT NULL, winner INTEGER NOT NULL, until_commit INTEGER,
  PRIMARY KEY(from_commit, loser_type, loser)) WITHOUT ROWID;
CREATE TABLE relata_definition(
  place INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
  body TEXT NOT NULL, UNIQUE(kind, name, version));
CREATE TABLE relata_log(
  log TEXT NOT NULL, seq INTEGER NOT NULL, subject_type INTEGER NOT NULL, subject INTEGER NOT NULL,
  key TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(log, seq)) WITHOUT ROWID;
CREATE INDEX relata_log_key ON relata_log(log, key, seq) WHERE key != '';
CREATE TABLE relata_erased_event(
  type INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(type, seq)) WITHOUT ROWID;
CREATE TABLE relata_event_run(
  type INTEGER NOT NULL, run INTEGER NOT NULL, first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL, entries INTEGER NOT NULL, PRIMARY KEY(type, run)) WITHOUT ROWID;
CREATE TABLE relata_event_block(
  block INTEGER PRIMARY KEY, type INTEGER NOT NULL, run INTEGER NOT NULL,
  last_subject INTEGER NOT NULL, last_seq INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE UNIQUE INDEX relata_event_block_place
  ON relata_event_block(type, run, last_subject, last_seq);
)sql";

std::string SqlType(Kind kind) {
  switch (kind) {
    case Kind::kDouble:
      return "REAL";
    case Kind::kText:
    case Kind::kList:
      return "TEXT";
    default:
      return "INTEGER";
  }
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// Names not yet in use in one table; SQLite compares them without case.
class Names {
 public:
  explicit Names(std::initializer_list<const char*> reserved) {
    for (const char* name : reserved) used_.insert(name);
  }
  std::string Take(const std::string& wanted, FieldId field) {
    std::string name = wanted;
    for (int i = 0; !used_.insert(Lower(name)).second; ++i) {
      name = Concat(wanted, "_", field, i == 0 ? "" : Concat("_", i));
    }
    return name;
  }

 private:
  std::set<std::string> used_;
};

// Gives every column of `spec` from `physical.columns.size()` on its names.
void NameColumns(const TableSpec& spec, PhysicalTable& physical) {
  Names names{"row", "id", "deleted", "seq", "subject", "at", "rowid", "oid", "_rowid_"};
  for (const PhysicalColumn& column : physical.columns) {
    names.Take(column.name, 0);
    if (!column.extra.empty()) names.Take(column.extra, 0);
  }
  for (size_t i = physical.columns.size(); i < spec.columns.size(); ++i) {
    const ColumnSpec& column = spec.columns[i];
    PhysicalColumn out{names.Take(column.name, column.field), ""};
    if (HasExtra(column)) {
      const char* suffix = column.kind == Kind::kMoney ? "_currency" : "_type";
      out.extra = names.Take(out.name + suffix, column.field);
    }
    physical.columns.push_back(std::move(out));
  }
}

// The SQL declarations of the columns of one field.
std::vector<std::string> Declarations(const ColumnSpec& spec, const PhysicalColumn& column) {
  std::vector<std::string> out = {Concat(QuoteName(column.name), " ", SqlType(spec.kind))};
  if (!column.extra.empty()) {
    out.push_back(
        Concat(QuoteName(column.extra), spec.kind == Kind::kMoney ? " TEXT" : " INTEGER"));
  }
  return out;
}

absl::Status CreateTable(Connection& connection, const TableSpec& spec,
                         const PhysicalTable& physical) {
  std::string sql = Concat("CREATE TABLE ", QuoteName(physical.name),
                           spec.kind == TableSpec::Kind::kRecord
                               ? "(row INTEGER PRIMARY KEY, id BLOB NOT NULL, "
                                 "deleted INTEGER NOT NULL"
                               : "(seq INTEGER PRIMARY KEY, subject INTEGER NOT NULL, "
                                 "at INTEGER NOT NULL");
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    for (const std::string& declaration : Declarations(spec.columns[i], physical.columns[i])) {
      sql += ", " + declaration;
    }
  }
  return connection.Execute(sql + ")");
}

absl::Status AddColumns(Connection& connection, const TableSpec& spec,
                        const PhysicalTable& physical, size_t from) {
  for (size_t i = from; i < spec.columns.size(); ++i) {
    for (const std::string& declaration : Declarations(spec.columns[i], physical.columns[i])) {
      RELATA_RETURN_IF_ERROR(connection.Execute(
          Concat("ALTER TABLE ", QuoteName(physical.name), " ADD COLUMN ", declaration)));
    }
  }
  return absl::OkStatus();
}

absl::Status SaveType(Connection& connection, const TableSpec& spec,
                      const PhysicalTable& physical) {
  RELATA_ASSIGN_OR_RETURN(
      Statement type,
      connection.Prepare("INSERT OR REPLACE INTO relata_type VALUES(?, ?, ?, ?, ?, ?)"));
  type.Bind(1, spec.type);
  type.BindText(2, spec.name);
  type.Bind(3, static_cast<int64_t>(spec.kind));
  type.Bind(4, spec.subject);
  type.BindText(5, spec.title);
  type.BindText(6, physical.name);
  RELATA_RETURN_IF_ERROR(type.Run());
  RELATA_ASSIGN_OR_RETURN(
      Statement field,
      connection.Prepare("INSERT OR REPLACE INTO relata_field VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    const ColumnSpec& column = spec.columns[i];
    field.Bind(1, spec.type);
    field.Bind(2, column.field);
    field.Bind(3, static_cast<int64_t>(i));
    field.BindText(4, column.name);
    field.Bind(5, static_cast<int64_t>(column.kind));
    field.Bind(6, column.target);
    field.Bind(7, column.personal);
    field.BindText(8, physical.columns[i].name);
    field.BindText(9, physical.columns[i].extra);
    RELATA_RETURN_IF_ERROR(field.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TableSpec>> LoadTypes(Connection& connection, Catalog& catalog) {
  std::vector<TableSpec> specs;
  RELATA_ASSIGN_OR_RETURN(
      Statement types,
      connection.Prepare("SELECT type, name, kind, subject, title, table_name FROM relata_type "
                         "ORDER BY type"));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, types.Step());
    if (!row) break;
    TableSpec spec;
    spec.type = static_cast<TypeId>(types.Int(0));
    spec.name = types.Text(1);
    spec.kind = static_cast<TableSpec::Kind>(types.Int(2));
    spec.subject = static_cast<TypeId>(types.Int(3));
    spec.title = types.Text(4);
    catalog.tables[spec.type].name = types.Text(5);
    specs.push_back(std::move(spec));
  }
  return specs;
}

// SQLite made an index by itself for the UNIQUE that record tables were declared with.
absl::Status FindIndexedIds(Connection& connection, Catalog& catalog) {
  RELATA_ASSIGN_OR_RETURN(
      Statement indexes,
      connection.Prepare(
          "SELECT t.type FROM relata_type t JOIN sqlite_schema s ON s.type = 'index' "
          "AND s.tbl_name = t.table_name AND s.sql IS NULL"));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, indexes.Step());
    if (!row) return absl::OkStatus();
    catalog.indexed_ids.insert(static_cast<TypeId>(indexes.Int(0)));
  }
}

}  // namespace

absl::Status CreateTables(Connection& connection) { return connection.Execute(kTables); }

absl::StatusOr<Catalog> LoadCatalog(Connection& connection) {
  Catalog catalog;
  RELATA_ASSIGN_OR_RETURN(std::vector<TableSpec> specs, LoadTypes(connection, catalog));
  RELATA_ASSIGN_OR_RETURN(
      Statement fields,
      connection.Prepare("SELECT type, field, name, kind, target, personal, column_name, "
                         "extra_name FROM relata_field ORDER BY type, place"));
  auto spec = specs.begin();
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, fields.Step());
    if (!row) break;
    while (spec != specs.end() && spec->type < fields.Int(0)) ++spec;
    if (spec == specs.end() || spec->type != fields.Int(0)) {
      return DataLoss("a field is stored without its type");
    }
    spec->columns.push_back({static_cast<FieldId>(fields.Int(1)), std::string(fields.Text(2)),
                             static_cast<Kind>(fields.Int(3)), static_cast<TypeId>(fields.Int(4)),
                             fields.Int(5) != 0});
    catalog.tables[spec->type].columns.push_back(
        {std::string(fields.Text(6)), std::string(fields.Text(7))});
  }
  catalog.layout = Layout(std::move(specs));
  RELATA_RETURN_IF_ERROR(FindIndexedIds(connection, catalog));
  return catalog;
}

absl::StatusOr<Catalog> PrepareTables(Connection& connection, const Catalog& catalog,
                                      std::span<const TableSpec> declared) {
  Catalog merged;
  merged.tables = catalog.tables;
  merged.indexed_ids = catalog.indexed_ids;
  RELATA_ASSIGN_OR_RETURN(merged.layout, catalog.layout.Merge(declared));
  if (merged.layout == catalog.layout) return merged;
  for (const auto& [type, table] : merged.layout.tables()) {
    const Layout::Table* old = catalog.layout.Find(type);
    PhysicalTable& physical = merged.tables[type];
    if (old == nullptr) {
      // The id makes the name unique even when another type once had this name.
      const char* prefix = table.spec.kind == TableSpec::Kind::kRecord ? "r_" : "ev_";
      physical.name = Concat(prefix, table.spec.name);
      const bool taken = std::any_of(merged.tables.begin(), merged.tables.end(),
                                     [self = type, &name = physical.name](const auto& other) {
                                       return other.first != self && other.second.name == name;
                                     });
      if (taken) physical.name += Concat("_", type);
      NameColumns(table.spec, physical);
      RELATA_RETURN_IF_ERROR(CreateTable(connection, table.spec, physical));
    } else {
      NameColumns(table.spec, physical);
      RELATA_RETURN_IF_ERROR(
          AddColumns(connection, table.spec, physical, old->spec.columns.size()));
    }
    RELATA_RETURN_IF_ERROR(SaveType(connection, table.spec, physical));
  }
  RELATA_RETURN_IF_ERROR(GenerateViews(connection, merged));
  return merged;
}

}  // namespace relata::internal
