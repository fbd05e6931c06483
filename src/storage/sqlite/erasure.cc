// SPDX-License-Identifier: Apache-2.0
//
// What a commit takes out of the file for good. secure_delete overwrites what is freed; what older
// states of a page left in its gaps goes with Scrub.

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/erased_words.h"
#include "storage/physical.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/writer.h"

namespace relata::internal {

absl::Status SqliteWriter::ApplyErase(const EraseWrite& erase) {
  if (erase.empty()) return absl::OkStatus();
  erased_ = true;
  if (!erase.subjects.empty() || !erase.events.empty()) index_.ForgetTails();
  // A file of before this table existed gets it now.
  RELATA_RETURN_IF_ERROR(
      connection().Execute("CREATE TABLE IF NOT EXISTS relata_erased_event("
                           "type INTEGER NOT NULL, seq INTEGER NOT NULL, "
                           "PRIMARY KEY(type, seq)) WITHOUT ROWID"));
  for (const RecordRef record : erase.images) RELATA_RETURN_IF_ERROR(EraseImages(record));
  for (const RecordRef record : erase.subjects) {
    RELATA_RETURN_IF_ERROR(EraseImages(record));
    for (const auto& [type, table] : catalog().layout.tables()) {
      if (table.spec.kind == TableSpec::Kind::kEvent && table.spec.subject == record.type) {
        RELATA_RETURN_IF_ERROR(EraseEventsOf(table, record.row));
      }
    }
  }
  for (const auto& [type, seq] : erase.events) {
    RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                            catalog().layout.Find(type, TableSpec::Kind::kEvent));
    RELATA_RETURN_IF_ERROR(EraseEvent(*table, seq));
  }
  RELATA_RETURN_IF_ERROR(EraseEntries(erase.entries));
  const ErasedLines touched(erase);
  if (!erase.subjects.empty()) RELATA_RETURN_IF_ERROR(EraseKeys(erase, touched));
  RELATA_RETURN_IF_ERROR(EraseLines(touched));
  return erase.words.empty() ? absl::OkStatus() : EraseReasons(touched);
}

absl::Status SqliteWriter::EraseEventsOf(const Layout::Table& table, Row subject) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<Seq> seqs,
                          FindEvents(runs_, table.spec.type, subject, 0, INT64_MAX));
  for (const Seq seq : seqs) RELATA_RETURN_IF_ERROR(EraseEvent(table, seq));
  return absl::OkStatus();
}

absl::Status SqliteWriter::EraseEvent(const Layout::Table& table, Seq seq) {
  const std::string& name = catalog().Physical(table.spec.type).name;
  RELATA_ASSIGN_OR_RETURN(
      Statement remove,
      connection().Prepare(Concat("DELETE FROM ", QuoteName(name), " WHERE seq = ?")));
  remove.Bind(1, seq);
  RELATA_RETURN_IF_ERROR(remove.Run());
  if (sqlite3_changes(connection().handle()) == 0) return absl::OkStatus();  // gone before
  RELATA_ASSIGN_OR_RETURN(
      Statement note,
      connection().Prepare("INSERT OR IGNORE INTO relata_erased_event VALUES(?, ?)"));
  note.Bind(1, table.spec.type);
  note.Bind(2, seq);
  return note.Run();
}

absl::Status SqliteWriter::EraseEntries(const std::vector<Seq>& entries) {
  if (entries.empty()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("UPDATE relata_ledger SET body = x'' WHERE seq = ?"));
  for (const Seq seq : entries) {
    s.Bind(1, seq);
    RELATA_RETURN_IF_ERROR(s.Run());
  }
  return absl::OkStatus();
}

// Neither keys nor log lines have an index by record: one pass over each, however many subjects.
absl::Status SqliteWriter::EraseKeys(const EraseWrite& erase, const ErasedLines& touched) {
  std::vector<std::tuple<int64_t, std::string, std::string>> keys;
  RELATA_ASSIGN_OR_RETURN(Statement scan, connection().Prepare("SELECT type, system, key, row FROM "
                                                               "relata_external_key"));
  for (;;) {
    RELATA_ASSIGN_OR_RETURN(const bool row, scan.Step());
    if (!row) break;
    if (touched.Has({static_cast<TypeId>(scan.Int(0)), scan.Int(3)})) {
      keys.emplace_back(scan.Int(0), scan.Text(1), scan.Text(2));
    }
  }
  RELATA_ASSIGN_OR_RETURN(Statement drop,
                          connection().Prepare("DELETE FROM relata_external_key WHERE type = ? AND "
                                               "system = ? AND key = ?"));
  for (const auto& [type, system, key] : keys) {
    drop.Bind(1, type);
    drop.BindText(2, system);
    drop.BindText(3, key);
    RELATA_RETURN_IF_ERROR(drop.Run());
  }
  std::set<TypeId> types;
  for (const RecordRef record : erase.subjects) types.insert(record.type);
  for (const TypeId type : types) {
    RELATA_RETURN_IF_ERROR(
        ErasePacked(session_->names, {type, NameSpace::Kind::kKey}, [&](Row row) {
          return touched.Has({type, row});
        }));
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::EraseLines(const ErasedLines& touched) {
  std::vector<std::pair<std::string, Seq>> lines;
  RELATA_ASSIGN_OR_RETURN(
      Statement scan,
      connection().Prepare(Concat("SELECT log, seq, subject_type, subject, key, ", kLineBody,
                                  " FROM relata_log WHERE log != 'audit'")));  // never touched
  for (;;) {
    RELATA_ASSIGN_OR_RETURN(const bool row, scan.Step());
    if (!row) break;
    std::string log(scan.Text(0));
    const Seq seq = scan.Int(1);
    const RecordRef subject{static_cast<TypeId>(scan.Int(2)), scan.Int(3)};
    if (touched.Touches(log, seq, subject, scan.Text(4), scan.Text(5))) {
      lines.emplace_back(std::move(log), seq);
    }
  }
  RELATA_ASSIGN_OR_RETURN(Statement empty,
                          connection().Prepare("UPDATE relata_log SET key = '', body = '{}' "
                                               "WHERE log = ? AND seq = ?"));
  RELATA_ASSIGN_OR_RETURN(
      Statement drop,
      connection().Prepare("DELETE FROM relata_log_body WHERE log = ? AND seq = ?"));
  for (const auto& [log, seq] : lines) {
    for (Statement* statement : {&empty, &drop}) {
      statement->BindText(1, log);
      statement->Bind(2, seq);
      RELATA_RETURN_IF_ERROR(statement->Run());
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::EraseReasons(const ErasedLines& touched) {
  std::vector<std::pair<CommitId, std::string>> commits;  // with the operation id that goes
  RELATA_ASSIGN_OR_RETURN(Statement scan,
                          connection().Prepare("SELECT id, reason, operation_id FROM relata_commit "
                                               "WHERE reason != '' OR operation_id != ''"));
  for (;;) {
    RELATA_ASSIGN_OR_RETURN(const bool row, scan.Step());
    if (!row) break;
    const bool operation = touched.words().In(scan.Text(2));
    if (!operation && !touched.words().In(scan.Text(1))) continue;
    commits.emplace_back(scan.Int(0), operation ? scan.Text(2) : std::string_view());
  }
  for (const auto& [id, operation] : commits) {
    RELATA_ASSIGN_OR_RETURN(
        Statement empty, connection().Prepare(Concat("UPDATE relata_commit SET reason = ''",
                                                     operation.empty() ? "" : ", operation_id = ''",
                                                     " WHERE id = ?")));
    empty.Bind(1, id);
    RELATA_RETURN_IF_ERROR(empty.Run());
    if (operation.empty()) continue;
    RELATA_ASSIGN_OR_RETURN(
        Statement drop,
        connection().Prepare("DELETE FROM relata_operation WHERE operation_id = ?"));
    drop.BindText(1, operation);
    RELATA_RETURN_IF_ERROR(drop.Run());
  }
  return absl::OkStatus();
}

}  // namespace relata::internal
