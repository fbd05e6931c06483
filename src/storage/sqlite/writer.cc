// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/writer.h"

#include <utility>

#include "storage/sqlite/migrations.h"

namespace relata::internal {
namespace {

void BindRef(Statement& s, int at, RecordRef ref) {
  s.Bind(at, ref.type);
  s.Bind(at + 1, ref.row);
}

// `status` with what was being written, when it says that something is taken.
absl::Status Taken(const absl::Status& status, std::string_view what) {
  return absl::IsAlreadyExists(status) ? AlreadyExists(what) : status;
}

}  // namespace

SqliteWriter::SqliteWriter(std::shared_ptr<Session> session, CommitRow head)
    : WithInsides(SqliteReads(session)),
      session_(std::move(session)),
      before_(std::move(head)),
      runs_(session_.get()),
      index_(&runs_,
             session_->tails == nullptr ? EventTails::Known() : session_->tails->Take(before_.id)),
      loose_(session_.get()),
      names_(&session_->names, &loose_, session_->pack_from),
      lines_(session_->connection.get(), "INSERT INTO relata_ledger", 7),
      changes_(session_->connection.get(), "INSERT INTO relata_change", 11),
      images_(session_->connection.get(), "INSERT INTO relata_personal_image", 4) {}

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
  lines_ = {};
  changes_ = {};
  images_ = {};
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
  if (applied_ && session_->tails != nullptr)
    session_->tails->Put(before_.id + 1, index_.TakeTails());
  // What was erased must not stay behind in the log. Readers may hold it up; the next checkpoint
  // then does it.
  if (erased_) (void)connection().Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return absl::OkStatus();
}

absl::Status SqliteWriter::ApplyLedger(const std::vector<LedgerWrite>& lines) {
  if (lines.empty()) return absl::OkStatus();
  if (lines.front().seq <= last_line_) {
    return InvalidArgument("the seqs of ledger lines must ascend");
  }
  last_line_ = lines.back().seq;
  std::vector<EventEntry> entries;
  entries.reserve(lines.size());
  for (const LedgerWrite& line : lines) entries.push_back({line.person.row, line.seq});
  RELATA_RETURN_IF_ERROR(lines_.Write(
      lines.size(),
      [&](Statement& s, int first, size_t, size_t i) {
        const LedgerWrite& line = lines[i];
        s.Bind(first, line.seq);
        BindRef(s, first + 1, line.person);
        BindRef(s, first + 3, line.point);
        s.Bind(first + 5, line.at.micros);
        s.BindBlob(first + 6, line.body);
      },
      [&](size_t i) { return AlreadyExists(Concat("there is a ledger line ", lines[i].seq)); }));
  return index_.AddLines(entries);
}

absl::Status SqliteWriter::ApplyChanges(const std::vector<ChangeWrite>& changes) {
  if (changes.empty()) return absl::OkStatus();
  const auto bind = [&](Statement& s, int first, size_t, size_t i) {
    const ChangeWrite& change = changes[i];
    const auto blob = [&](int at, const std::string& bytes) {
      bytes.empty() ? s.BindNull(first + at) : s.BindBlob(first + at, bytes);
    };
    s.Bind(first, change.seq);
    s.Bind(first + 1, before_.id + 1);
    s.Bind(first + 2, change.type);
    s.Bind(first + 3, change.row);
    s.Bind(first + 4, change.rows);
    s.Bind(first + 5, static_cast<int64_t>(change.op));
    if (change.subject.none()) {
      s.BindNull(first + 6);
      s.BindNull(first + 7);
    } else {
      BindRef(s, first + 6, change.subject);
    }
    change.effective_at ? s.Bind(first + 8, change.effective_at->micros) : s.BindNull(first + 8);
    blob(9, change.before);
    blob(10, change.personal_digest);
  };
  RELATA_RETURN_IF_ERROR(changes_.Write(changes.size(), bind, [&](size_t i) {
    return AlreadyExists(Concat("there is a change ", changes[i].seq));
  }));
  std::vector<const ChangeWrite*> images;
  for (const ChangeWrite& change : changes) {
    if (!change.personal.empty()) images.push_back(&change);
  }
  return images_.Write(
      images.size(),
      [&](Statement& s, int first, size_t, size_t i) {
        s.Bind(first, images[i]->seq);
        BindRef(s, first + 1, images[i]->subject);
        s.BindBlob(first + 3, images[i]->personal);
      },
      [&](size_t i) { return AlreadyExists(Concat("there is an image ", images[i]->seq)); });
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
    const bool apart = line.body.size() > kLongBody;
    s.BindText(1, line.log);
    s.Bind(2, line.seq);
    BindRef(s, 3, line.subject);
    s.BindText(5, line.key);
    s.Bind(6, line.at.micros);
    s.BindText(7, apart ? std::string_view() : line.body);
    RELATA_RETURN_IF_ERROR(Taken(s.Run(), Concat("there is a log line ", line.seq)));
    if (!apart) continue;
    RELATA_ASSIGN_OR_RETURN(
        Statement body,
        connection().Prepare("INSERT INTO relata_log_body(log, seq, body) VALUES(?, ?, ?)"));
    body.BindText(1, line.log);
    body.Bind(2, line.seq);
    body.BindText(3, line.body);
    RELATA_RETURN_IF_ERROR(body.Run());
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
