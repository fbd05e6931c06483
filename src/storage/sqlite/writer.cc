// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "storage/sqlite/values.h"

namespace relata::internal {
namespace {

using Op = RecordWrite::Op;

void BindRef(Statement& s, int at, RecordRef ref) {
  s.Bind(at, ref.type);
  s.Bind(at + 1, ref.row);
}

// `status` with what was being written, when it says that something is taken.
absl::Status Taken(const absl::Status& status, std::string_view what) {
  return absl::IsAlreadyExists(status) ? AlreadyExists(what) : status;
}

int Width(const ColumnSpec& spec) { return HasExtra(spec) ? 2 : 1; }

// The parameter of each column of `table` when `first` is the first one's.
std::vector<int> ParametersOf(const TableSpec& table, int first) {
  std::vector<int> parameters;
  for (const ColumnSpec& column : table.columns) {
    parameters.push_back(first);
    first += Width(column);
  }
  return parameters;
}

// "?, ?, ?" for `keys` key columns and every column of the table.
std::string Placeholders(const TableSpec& table, int keys) {
  int count = keys;
  for (const ColumnSpec& column : table.columns) count += Width(column);
  std::string out = "?";
  for (int i = 1; i < count; ++i) out += ", ?";
  return out;
}

// The columns named in physical order, which need not be the order of the table's own columns.
std::string ColumnNames(const PhysicalTable& physical, std::string_view keys) {
  std::string out(keys);
  for (const PhysicalColumn& column : physical.columns) {
    out += ", " + QuoteName(column.name);
    if (!column.extra.empty()) out += ", " + QuoteName(column.extra);
  }
  return out;
}

std::string Assignment(const PhysicalColumn& column) {
  std::string out = QuoteName(column.name) + " = ?";
  if (!column.extra.empty()) out += ", " + QuoteName(column.extra) + " = ?";
  return out;
}

}  // namespace

SqliteWriter::SqliteWriter(std::shared_ptr<Session> session, CommitRow head)
    : WithInsides(SqliteReads(session)),
      session_(std::move(session)),
      before_(std::move(head)),
      runs_(session_.get()),
      index_(&runs_),
      loose_(session_.get()),
      names_(&session_->names, &loose_, session_->pack_from) {}

absl::Status SqliteWriter::Prepare(std::span<const TableSpec> tables) {
  return Sticky([&] { return PrepareNow(tables); });
}

absl::Status SqliteWriter::Apply(const CommitBatch& batch) {
  return Sticky([&] { return ApplyNow(batch); });
}

absl::Status SqliteWriter::EraseImages(RecordRef subject) {
  return Sticky([&]() -> absl::Status {
    RELATA_ASSIGN_OR_RETURN(Statement s,
                            connection().Prepare("DELETE FROM relata_personal_image WHERE "
                                                 "subject_type = ? AND subject = ?"));
    BindRef(s, 1, subject);
    erased_ = true;
    return s.Run();
  });
}

absl::Status SqliteWriter::Commit() {
  absl::Status status = Sticky([&] { return CommitNow(); });
  if (status.ok()) status_ = FailedPrecondition("the writer is committed");
  inserts_.clear();
  update_ = {};
  session_->Close();
  return status;
}

absl::Status SqliteWriter::CheckOpen() {
  return sqlite3_get_autocommit(connection().handle()) == 0
             ? absl::OkStatus()
             : Unavailable("the transaction ended after an earlier failure");
}

absl::Status SqliteWriter::PrepareNow(std::span<const TableSpec> tables) {
  if (applied_) return FailedPrecondition("Prepare after Apply");
  RELATA_ASSIGN_OR_RETURN(Catalog merged, PrepareTables(connection(), catalog(), tables));
  session_->catalog = std::make_shared<Catalog>(std::move(merged));
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyNow(const CommitBatch& batch) {
  if (complete_) return FailedPrecondition("the commit is complete");
  applied_ = true;
  RELATA_RETURN_IF_ERROR(catalog().layout.Check(batch, before_));
  RELATA_RETURN_IF_ERROR(ApplyRecords(batch.records));
  for (const EventBatch& events : batch.events) RELATA_RETURN_IF_ERROR(ApplyEvents(events));
  RELATA_RETURN_IF_ERROR(names_.Apply(batch.external_keys));
  if (batch.commit.id != 0 || !batch.erase.empty()) RELATA_RETURN_IF_ERROR(names_.Flush());
  RELATA_RETURN_IF_ERROR(ApplyLedger(batch.ledger));
  RELATA_RETURN_IF_ERROR(ApplyChanges(batch.changes));
  RELATA_RETURN_IF_ERROR(ApplyLogs(batch.logs));
  RELATA_RETURN_IF_ERROR(ApplyAliases(batch.aliases));
  RELATA_RETURN_IF_ERROR(ApplyDefinitions(batch.definitions));
  RELATA_RETURN_IF_ERROR(ApplyErase(batch.erase));
  return batch.commit.id == 0 ? absl::OkStatus() : ApplyCommit(batch.commit);
}

absl::Status SqliteWriter::CommitNow() {
  if (applied_ && !complete_) return FailedPrecondition("the last part of the commit is missing");
  RELATA_RETURN_IF_ERROR(index_.Finish());
  RELATA_RETURN_IF_ERROR(names_.Finish());
  if (session_->lent) {
    RELATA_RETURN_IF_ERROR(connection().Run("RELEASE relata_writer"));
    session_->committed = true;
    return absl::OkStatus();
  }
  absl::Status status = connection().Run("COMMIT");
  if (absl::IsUnavailable(status) && sqlite3_get_autocommit(connection().handle()) != 0) {
    // The frames may have reached the disk although the call failed; a crash could bring them back.
    return MakeStatus(absl::StatusCode::kUnknown,
                      Concat("the outcome of the commit is unknown: ", Message(status)));
  }
  RELATA_RETURN_IF_ERROR(status);
  // What was erased must not stay behind in the log. Readers may hold it up; the next checkpoint
  // then does it.
  if (erased_) (void)connection().Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyRecords(const std::vector<RecordWrite>& records) {
  const Layout::Table* table = nullptr;
  for (const RecordWrite& write : records) {
    if (table == nullptr || table->spec.type != write.type) {
      table = catalog().layout.Find(write.type);
    }
    RELATA_RETURN_IF_ERROR(write.op == Op::kCreate   ? CreateRecord(*table, write)
                           : write.op == Op::kUpdate ? UpdateRecord(*table, write)
                                                     : DeleteRecord(*table, write));
  }
  return absl::OkStatus();
}

absl::StatusOr<SqliteWriter::Insert*> SqliteWriter::InsertOf(const Layout::Table& table) {
  if (const auto found = inserts_.find(table.spec.type); found != inserts_.end()) {
    return &found->second;
  }
  const PhysicalTable& physical = catalog().Physical(table.spec.type);
  RELATA_ASSIGN_OR_RETURN(Statement statement, connection().Prepare(Concat(
                                                   "INSERT INTO ", QuoteName(physical.name), "(",
                                                   ColumnNames(physical, "row, id, deleted"),
                                                   ") VALUES(", Placeholders(table.spec, 3), ")")));
  Insert insert{std::move(statement), ParametersOf(table.spec, 4),
                std::vector<int64_t>(table.spec.columns.size())};
  return &inserts_.emplace(table.spec.type, std::move(insert)).first->second;
}

absl::Status SqliteWriter::CreateRecord(const Layout::Table& table, const RecordWrite& write) {
  RELATA_ASSIGN_OR_RETURN(Insert * insert, InsertOf(table));
  Statement& s = insert->statement;
  s.Bind(1, write.row);
  s.BindBlob(2, IdName(write.id));
  s.Bind(3, 0);
  // What the record before was given and this one is not becomes null.
  ++insert->record;
  size_t given = 0;
  for (const auto& [field, value] : write.values) {
    const auto place = static_cast<size_t>(table.Place(field));
    given += std::exchange(insert->given[place], insert->record) != insert->record;
    BindValue(s, insert->parameters[place], table.spec.columns[place], value);
  }
  for (size_t i = 0; given < insert->given.size() && i < insert->given.size(); ++i) {
    if (insert->given[i] == insert->record) continue;
    BindValue(s, insert->parameters[i], table.spec.columns[i], Value());
  }
  const absl::Status status = s.Run();
  if (absl::IsAlreadyExists(status)) return RestoreRecord(table, write);
  RELATA_RETURN_IF_ERROR(status);
  if (catalog().indexed_ids.contains(write.type)) return absl::OkStatus();
  return names_.Add({write.type, NameSpace::Kind::kId}, IdName(write.id), write.row);
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

absl::Status SqliteWriter::ApplyEvents(const EventBatch& batch) {
  if (batch.subjects.empty()) return absl::OkStatus();
  const Layout::Table& table = *catalog().layout.Find(batch.type);
  const PhysicalTable& physical = catalog().Physical(batch.type);
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(table, batch));
  const auto [last, added] = last_event_.try_emplace(batch.type, 0);
  if (!added && batch.first_seq <= last->second) {
    return InvalidArgument(Concat(table.spec.name, ": seqs must ascend"));
  }
  RELATA_ASSIGN_OR_RETURN(Statement insert, connection().Prepare(Concat(
                                                "INSERT INTO ", QuoteName(physical.name), "(",
                                                ColumnNames(physical, "seq, subject, at"),
                                                ") VALUES(", Placeholders(table.spec, 3), ")")));
  insert.ClearBindings();
  const std::vector<int> parameters = ParametersOf(table.spec, 4);
  for (size_t i = 0; i < batch.subjects.size(); ++i) {
    insert.Bind(1, batch.first_seq + static_cast<Seq>(i));
    insert.Bind(2, batch.subjects[i]);
    insert.Bind(3, batch.at[i].micros);
    for (size_t c = 0; c < places.size(); ++c) {
      const auto place = static_cast<size_t>(places[c]);
      BindRow(insert, parameters[place], table.spec.columns[place], batch.columns[c], i);
    }
    RELATA_RETURN_IF_ERROR(insert.Run());
  }
  last->second = batch.first_seq + static_cast<Seq>(batch.subjects.size()) - 1;
  return index_.Add(batch.type, batch.first_seq, batch.subjects);
}

absl::Status SqliteWriter::ApplyLedger(const std::vector<LedgerWrite>& lines) {
  if (lines.empty()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("INSERT INTO relata_ledger VALUES(?, ?, ?, ?, ?, ?, ?)"));
  for (const LedgerWrite& line : lines) {
    s.Bind(1, line.seq);
    BindRef(s, 2, line.person);
    BindRef(s, 4, line.point);
    s.Bind(6, line.at.micros);
    s.BindBlob(7, line.body);
    RELATA_RETURN_IF_ERROR(Taken(s.Run(), Concat("there is a ledger line ", line.seq)));
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyChanges(const std::vector<ChangeWrite>& changes) {
  if (changes.empty()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection().Prepare("INSERT INTO relata_change VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  RELATA_ASSIGN_OR_RETURN(
      Statement image,
      connection().Prepare("INSERT INTO relata_personal_image VALUES(?, ?, ?, ?)"));
  for (const ChangeWrite& change : changes) {
    s.ClearBindings();
    s.Bind(1, change.seq);
    s.Bind(2, before_.id + 1);
    s.Bind(3, change.type);
    s.Bind(4, change.row);
    s.Bind(5, change.rows);
    s.Bind(6, static_cast<int64_t>(change.op));
    if (!change.subject.none()) BindRef(s, 7, change.subject);
    if (change.effective_at) s.Bind(9, change.effective_at->micros);
    if (!change.before.empty()) s.BindBlob(10, change.before);
    if (!change.personal_digest.empty()) s.BindBlob(11, change.personal_digest);
    RELATA_RETURN_IF_ERROR(Taken(s.Run(), Concat("there is a change ", change.seq)));
    if (change.personal.empty()) continue;
    image.Bind(1, change.seq);
    BindRef(image, 2, change.subject);
    image.BindBlob(4, change.personal);
    RELATA_RETURN_IF_ERROR(image.Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyAliases(const std::vector<AliasWrite>& aliases) {
  if (aliases.empty()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection().Prepare("INSERT OR REPLACE INTO relata_alias VALUES(?, ?, ?, ?, ?, ?)"));
  for (const AliasWrite& alias : aliases) {
    s.Bind(1, alias.from);
    BindRef(s, 2, alias.loser);
    BindRef(s, 4, alias.winner);
    if (alias.until) {
      s.Bind(6, *alias.until);
    } else {
      s.BindNull(6);
    }
    RELATA_RETURN_IF_ERROR(s.Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyDefinitions(const std::vector<DefinitionWrite>& definitions) {
  if (definitions.empty()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("INSERT INTO relata_definition(kind, name, version, body) "
                                        "VALUES(?, ?, ?, ?)"));
  for (const DefinitionWrite& definition : definitions) {
    s.BindText(1, definition.kind);
    s.BindText(2, definition.name);
    s.Bind(3, definition.version);
    s.BindText(4, definition.body);
    RELATA_RETURN_IF_ERROR(Taken(s.Run(), Concat(definition.kind, " ", definition.name,
                                                 " has a version ", definition.version)));
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyLogs(const std::vector<LogWrite>& lines) {
  if (lines.empty()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("INSERT INTO relata_log VALUES(?, ?, ?, ?, ?, ?, ?)"));
  for (const LogWrite& line : lines) {
    s.BindText(1, line.log);
    s.Bind(2, line.seq);
    BindRef(s, 3, line.subject);
    s.BindText(5, line.key);
    s.Bind(6, line.at.micros);
    s.BindText(7, line.body);
    RELATA_RETURN_IF_ERROR(Taken(s.Run(), Concat("there is a log line ", line.seq)));
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyCommit(const CommitRow& commit) {
  if (!commit.operation_id.empty()) {
    RELATA_ASSIGN_OR_RETURN(Statement s,
                            connection().Prepare("INSERT INTO relata_operation VALUES(?, ?, ?)"));
    s.BindText(1, commit.operation_id);
    s.Bind(2, commit.id);
    s.BindBlob(3, commit.result);
    RELATA_RETURN_IF_ERROR(
        Taken(s.Run(), Concat("operation ", commit.operation_id, " was carried out before")));
  }
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection().Prepare("INSERT INTO relata_commit VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  s.Bind(1, commit.id);
  s.Bind(2, commit.recorded.micros);
  s.BindText(3, commit.actor);
  s.BindText(4, commit.source);
  s.BindText(5, commit.reason);
  s.BindText(6, commit.operation_id);
  s.BindBlob(7, commit.salt);
  s.BindBlob(8, commit.commitment);
  s.BindBlob(9, commit.chain);
  s.Bind(10, commit.last_seq);
  RELATA_RETURN_IF_ERROR(s.Run());
  complete_ = true;
  return absl::OkStatus();
}

}  // namespace relata::internal
