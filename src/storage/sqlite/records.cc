// SPDX-License-Identifier: Apache-2.0
//
// Records and events written to their tables.

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "storage/sqlite/values.h"
#include "storage/sqlite/writer.h"

namespace relata::internal {
namespace {

using Op = RecordWrite::Op;

int Width(const ColumnSpec& spec) { return HasExtra(spec) ? 2 : 1; }

// Which columns of a table an INSERT names, by place.
using Named = std::vector<bool>;

Named All(const TableSpec& table) { return Named(table.columns.size(), true); }

// The parameter of each column of `table`, behind `keys` key columns.
std::vector<int> ParametersOf(const TableSpec& table, const Named& named, int keys) {
  std::vector<int> parameters;
  for (size_t i = 0; i < named.size(); ++i) {
    parameters.push_back(keys);
    if (named[i]) keys += Width(table.columns[i]);
  }
  return parameters;
}

int WidthOf(const TableSpec& table, const Named& named, int keys) {
  for (size_t i = 0; i < named.size(); ++i) {
    if (named[i]) keys += Width(table.columns[i]);
  }
  return keys;
}

// The columns named in physical order, which need not be the order of the table's own columns.
std::string InsertInto(const PhysicalTable& physical, const Named& named, std::string_view keys) {
  std::string out = Concat("INSERT INTO ", QuoteName(physical.name), "(", keys);
  for (size_t i = 0; i < named.size(); ++i) {
    if (!named[i]) continue;
    const PhysicalColumn& column = physical.columns[i];
    out += ", " + QuoteName(column.name);
    if (!column.extra.empty()) out += ", " + QuoteName(column.extra);
  }
  return out + ")";
}

// The columns that hold a value in any row. Of few rows all, so that there is one statement.
Named NamedBy(const EventBatch& batch, const TableSpec& table, const std::vector<int>& places) {
  const size_t rows = batch.subjects.size();
  if (rows < SqliteBulk::kAtOnce) return All(table);
  Named named(table.columns.size(), false);
  for (size_t c = 0; c < places.size(); ++c) {
    size_t i = 0;
    while (i < rows && batch.columns[c].IsNull(i)) ++i;
    if (i < rows) named[static_cast<size_t>(places[c])] = true;
  }
  return named;
}

std::string Assignment(const PhysicalColumn& column) {
  std::string out = QuoteName(column.name) + " = ?";
  if (!column.extra.empty()) out += ", " + QuoteName(column.extra) + " = ?";
  return out;
}

}  // namespace

absl::Status SqliteWriter::ApplyRecords(const std::vector<RecordWrite>& records) {
  const auto changes_or_of = [](TypeId type) {
    return [type](const RecordWrite& w) { return w.op != Op::kCreate || w.type != type; };
  };
  for (auto at = records.begin(); at != records.end();) {
    const Layout::Table& table = *catalog().layout.Find(at->type);
    if (at->op == Op::kCreate) {
      const auto end = std::find_if(at, records.end(), changes_or_of(at->type));
      RELATA_RETURN_IF_ERROR(CreateRecords(table, {at, end}));
      at = end;
    } else {
      RELATA_RETURN_IF_ERROR(at->op == Op::kUpdate ? UpdateRecord(table, *at)
                                                   : DeleteRecord(table, *at));
      ++at;
    }
  }
  return absl::OkStatus();
}

SqliteWriter::Insert& SqliteWriter::InsertOf(const Layout::Table& table) {
  const auto [found, added] = inserts_.try_emplace(table.spec.type);
  if (!added) return found->second;
  constexpr int kKeys = 3;
  Insert& insert = found->second;
  insert.rows = SqliteBulk(
      &connection(),
      InsertInto(catalog().Physical(table.spec.type), All(table.spec), "row, id, deleted"),
      WidthOf(table.spec, All(table.spec), kKeys));
  insert.parameters = ParametersOf(table.spec, All(table.spec), kKeys);
  insert.given.resize(table.spec.columns.size() * SqliteBulk::kSlots);
  return insert;
}

absl::Status SqliteWriter::CreateRecords(const Layout::Table& table,
                                         std::span<const RecordWrite> records) {
  Insert& insert = InsertOf(table);
  const std::vector<ColumnSpec>& columns = table.spec.columns;
  const auto bind = [&](Statement& s, int first, size_t slot, size_t i) {
    const RecordWrite& write = records[i];
    s.Bind(first, write.row);
    s.BindBlob(first + 1, IdName(write.id));
    s.Bind(first + 2, 0);
    // What the record before was given and this one is not becomes null.
    int64_t* const given = insert.given.data() + slot * columns.size();
    const int64_t record = ++insert.record;
    size_t count = 0;
    for (const auto& [field, value] : write.values) {
      const auto place = static_cast<size_t>(table.Place(field));
      count += std::exchange(given[place], record) != record;
      BindValue(s, first + insert.parameters[place], columns[place], value);
    }
    for (size_t c = 0; count < columns.size() && c < columns.size(); ++c) {
      if (given[c] == record || given[c] == 0) continue;
      given[c] = 0;
      BindValue(s, first + insert.parameters[c], columns[c], Value());
    }
  };
  std::set<size_t> restored;
  RELATA_RETURN_IF_ERROR(insert.rows.Write(records.size(), bind, [&](size_t i) {
    restored.insert(i);
    return RestoreRecord(table, records[i]);
  }));
  if (catalog().indexed_ids.contains(table.spec.type)) return absl::OkStatus();
  const NameSpace ids{table.spec.type, NameSpace::Kind::kId};
  for (size_t i = 0; i < records.size(); ++i) {
    if (!restored.empty() && restored.contains(i)) continue;
    RELATA_RETURN_IF_ERROR(names_.Add(ids, IdName(records[i].id), records[i].row));
  }
  return absl::OkStatus();
}

// A record that was deleted under the same row and id comes back; anything else is taken.
absl::Status SqliteWriter::RestoreRecord(const Layout::Table& table, const RecordWrite& write) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection().Prepare(Concat("UPDATE ", QuoteName(catalog().Physical(write.type).name),
                                  " SET deleted = 0 WHERE row = ? AND id = ? AND deleted = 1")));
  s.Bind(1, write.row);
  s.BindBlob(2, IdName(write.id));
  RELATA_RETURN_IF_ERROR(s.Run());
  if (sqlite3_changes(connection().handle()) == 0) {
    return AlreadyExists(Concat(table.spec.name, " ", write.row, " or its id is taken"));
  }
  return UpdateRecord(table, write);
}

absl::StatusOr<SqliteWriter::Update*> SqliteWriter::UpdateOf(const Layout::Table& table,
                                                             const RecordWrite& write) {
  const bool same = update_.type == write.type &&
                    std::equal(update_.fields.begin(), update_.fields.end(), write.values.begin(),
                               write.values.end(), [](FieldId field, const auto& value) {
                                 return field == value.first;
                               });
  if (same) return &update_;
  update_ = {};
  const PhysicalTable& physical = catalog().Physical(write.type);
  std::map<size_t, int> parameters;  // a field named twice is one column; its last value counts
  for (const auto& [field, value] : write.values) {
    parameters[static_cast<size_t>(table.Place(field))] = 0;
  }
  std::string sql = Concat("UPDATE ", QuoteName(physical.name), " SET deleted = 0");
  int next = 1;
  for (auto& [place, parameter] : parameters) {
    sql += ", " + Assignment(physical.columns[place]);
    parameter = next;
    next += Width(table.spec.columns[place]);
  }
  RELATA_ASSIGN_OR_RETURN(update_.statement,
                          connection().Prepare(sql + " WHERE row = ? AND deleted = 0"));
  for (const auto& [field, value] : write.values) {
    update_.fields.push_back(field);
    update_.parameters.push_back(parameters[static_cast<size_t>(table.Place(field))]);
  }
  update_.row = next;
  update_.type = write.type;
  return &update_;
}

absl::Status SqliteWriter::UpdateRecord(const Layout::Table& table, const RecordWrite& write) {
  RELATA_ASSIGN_OR_RETURN(Update * update, UpdateOf(table, write));
  Statement& s = update->statement;
  for (size_t i = 0; i < write.values.size(); ++i) {
    const auto& [field, value] = write.values[i];
    BindValue(s, update->parameters[i], table.spec.columns[static_cast<size_t>(table.Place(field))],
              value);
  }
  s.Bind(update->row, write.row);
  RELATA_RETURN_IF_ERROR(s.Run());
  if (sqlite3_changes(connection().handle()) != 0) return absl::OkStatus();
  return NotFound(Concat("no ", table.spec.name, " ", write.row));
}

absl::Status SqliteWriter::DeleteRecord(const Layout::Table& table, const RecordWrite& write) {
  const PhysicalTable& physical = catalog().Physical(write.type);
  std::string sql = Concat("UPDATE ", QuoteName(physical.name), " SET deleted = 1");
  for (const PhysicalColumn& column : physical.columns) {
    sql += Concat(", ", QuoteName(column.name), " = NULL");
    if (!column.extra.empty()) sql += Concat(", ", QuoteName(column.extra), " = NULL");
  }
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection().Prepare(sql + " WHERE row = ? AND deleted = 0"));
  s.Bind(1, write.row);
  RELATA_RETURN_IF_ERROR(s.Run());
  if (sqlite3_changes(connection().handle()) != 0) return absl::OkStatus();
  return NotFound(Concat("no ", table.spec.name, " ", write.row));
}

// A row that comes after all that are there and names no seq gets the next one, without SQLite's
// way from the root of the tree to the place of each. Of many rows only the first is named.
absl::Status SqliteWriter::InsertEvents(const Layout::Table& table, const EventBatch& batch,
                                        const std::vector<int>& places) {
  const size_t rows = batch.subjects.size();
  const PhysicalTable& physical = catalog().Physical(batch.type);
  const Named named = NamedBy(batch, table.spec, places);
  const auto insert = [&](size_t from, size_t until, bool with_seq) {
    const int keys = with_seq ? 3 : 2;
    const std::vector<int> parameters = ParametersOf(table.spec, named, keys);
    SqliteBulk bulk(&connection(),
                    InsertInto(physical, named, with_seq ? "seq, subject, at" : "subject, at"),
                    WidthOf(table.spec, named, keys));
    const auto bind = [&](Statement& s, int first, size_t, size_t place) {
      const size_t i = from + place;
      if (with_seq) s.Bind(first, batch.first_seq + static_cast<Seq>(i));
      s.Bind(first + keys - 2, batch.subjects[i]);
      s.Bind(first + keys - 1, batch.at[i].micros);
      for (size_t c = 0; c < places.size(); ++c) {
        const auto column = static_cast<size_t>(places[c]);
        if (!named[column]) continue;
        BindRow(s, first + parameters[column], table.spec.columns[column], batch.columns[c], i);
      }
    };
    return bulk.Write(until - from, bind, [&](size_t place) {
      return AlreadyExists(Concat("there is a ", table.spec.name, " ",
                                  batch.first_seq + static_cast<Seq>(from + place)));
    });
  };
  size_t done = 0;
  if (rows > SqliteBulk::kAtOnce) {
    RELATA_RETURN_IF_ERROR(insert(0, 1, true));
    RELATA_ASSIGN_OR_RETURN(
        const auto newest,
        connection().QueryInt(Concat("SELECT max(seq) FROM ", QuoteName(physical.name))));
    const bool last = newest == batch.first_seq;
    done = last ? rows : 1;
    if (last) RELATA_RETURN_IF_ERROR(insert(1, rows, false));
  }
  return insert(done, rows, true);
}

absl::Status SqliteWriter::ApplyEvents(const EventBatch& batch) {
  if (batch.subjects.empty()) return absl::OkStatus();
  const Layout::Table& table = *catalog().layout.Find(batch.type);
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(table, batch));
  const auto [last, added] = last_event_.try_emplace(batch.type, 0);
  if (!added && batch.first_seq <= last->second) {
    return InvalidArgument(Concat(table.spec.name, ": seqs must ascend"));
  }
  RELATA_RETURN_IF_ERROR(InsertEvents(table, batch, places));
  last->second = batch.first_seq + static_cast<Seq>(batch.subjects.size()) - 1;
  return index_.Add(batch.type, batch.first_seq, batch.subjects);
}

}  // namespace relata::internal
