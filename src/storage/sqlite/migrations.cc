// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/migrations.h"

#include <utility>

#include "base/strings.h"
#include "storage/sqlite/event_runs.h"

namespace relata::internal {
namespace {

absl::Status Take(Connection& connection, const MigrationStep& step, int64_t number,
                  const std::function<void()>& before_each) {
  if (step.before) {
    if (before_each) before_each();
    absl::Status status = step.before(connection);
    if (!status.ok()) {
      return Annotate(std::move(status), Concat("migration step ", number, ", ", step.name));
    }
  }
  for (const std::string& statement : step.statements) {
    if (before_each) before_each();
    absl::Status status = connection.Execute(statement);
    if (!status.ok()) {
      return Annotate(std::move(status), Concat("migration step ", number, ", ", step.name));
    }
  }
  if (before_each) before_each();
  return connection.Execute(
      Concat("INSERT OR REPLACE INTO relata_meta VALUES('step', '", number, "')"));
}

absl::Status CopyLongLines(Connection& connection) {
  RELATA_RETURN_IF_ERROR(connection.Execute(
      "CREATE TABLE IF NOT EXISTS relata_log_body(log TEXT NOT NULL, seq INTEGER NOT NULL, body "
      "TEXT NOT NULL, PRIMARY KEY(log, seq))"));
  RELATA_ASSIGN_OR_RETURN(Statement lines,
                          connection.Prepare("SELECT log, seq, body FROM relata_log WHERE "
                                             "length(CAST(body AS BLOB)) > ? ORDER BY log, seq"));
  RELATA_ASSIGN_OR_RETURN(
      Statement copy,
      connection.Prepare("INSERT INTO relata_log_body(log, seq, body) VALUES(?, ?, ?)"));
  lines.Bind(1, static_cast<int64_t>(kLongBody));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool line, lines.Step());
    if (!line) return absl::OkStatus();
    copy.BindText(1, lines.Text(0));
    copy.Bind(2, lines.Int(1));
    copy.BindText(3, lines.Text(2));
    RELATA_RETURN_IF_ERROR(copy.Run());
  }
}

}  // namespace

std::span<const MigrationStep> Migrations() {
  static const auto* const steps = new std::vector<MigrationStep>{
      {"steps taken",
       {"CREATE TABLE IF NOT EXISTS relata_migration(step INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        "INSERT OR REPLACE INTO relata_migration VALUES(1, 'steps taken')"}},
      {"erased events",
       {"CREATE TABLE IF NOT EXISTS relata_erased_event(type INTEGER NOT NULL, seq INTEGER NOT "
        "NULL, PRIMARY KEY(type, seq)) WITHOUT ROWID",
        "INSERT OR REPLACE INTO relata_migration VALUES(2, 'erased events')"}},
      // Record tables made before keep their own index of ids (Catalog::indexed_ids).
      {"packed names",
       {"CREATE TABLE IF NOT EXISTS relata_id(type INTEGER NOT NULL, id BLOB NOT NULL, row INTEGER "
        "NOT NULL, PRIMARY KEY(type, id)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS relata_name_run(type INTEGER NOT NULL, kind INTEGER NOT NULL, "
        "run INTEGER NOT NULL, entries INTEGER NOT NULL, PRIMARY KEY(type, kind, run)) WITHOUT "
        "ROWID",
        "CREATE TABLE IF NOT EXISTS relata_name_block(block INTEGER PRIMARY KEY, type INTEGER NOT "
        "NULL, kind INTEGER NOT NULL, run INTEGER NOT NULL, last BLOB NOT NULL, entries BLOB NOT "
        "NULL)",
        "CREATE UNIQUE INDEX IF NOT EXISTS relata_name_block_place ON relata_name_block(type, "
        "kind, run, last)",
        "INSERT OR REPLACE INTO relata_migration VALUES(3, 'packed names')"}},
      // Runs in the place of an index that every line touched somewhere else.
      {"packed ledger",
       {"DROP INDEX IF EXISTS relata_ledger_person",
        "INSERT OR REPLACE INTO relata_migration VALUES(4, 'packed ledger')"},
       IndexLedger},
      // Whoever adds a line compares it with others, which SQLite reads as a whole for that.
      {"long lines apart",
       {"UPDATE relata_log SET body = '' WHERE (log, seq) IN (SELECT log, seq FROM "
        "relata_log_body)",
        "INSERT OR REPLACE INTO relata_migration VALUES(5, 'long lines apart')"},
       CopyLongLines},
  };
  return *steps;
}

absl::StatusOr<int64_t> StepOf(Connection& connection, std::span<const MigrationStep> steps,
                               const std::string& path) {
  RELATA_ASSIGN_OR_RETURN(
      const auto step,
      connection.QueryInt("SELECT CAST(value AS INTEGER) FROM relata_meta WHERE key = 'step'"));
  const int64_t taken = step.value_or(0);
  if (taken > static_cast<int64_t>(steps.size())) {
    return FailedPrecondition(Concat(path, ": changed by a newer version (step ", taken,
                                     "); this one knows ", steps.size(), " steps. Please update."));
  }
  return taken;
}

absl::Status Migrate(Connection& connection, std::span<const MigrationStep> steps,
                     const std::string& path, const std::function<void()>& before_each) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const int64_t seen, StepOf(connection, steps, path));
    if (seen == static_cast<int64_t>(steps.size())) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
    // Whoever held the lock before may have taken it.
    absl::StatusOr<int64_t> taken = StepOf(connection, steps, path);
    absl::Status status = taken.status();
    if (status.ok() && *taken < static_cast<int64_t>(steps.size())) {
      status = Take(connection, steps[static_cast<size_t>(*taken)], *taken + 1, before_each);
    }
    if (status.ok()) status = connection.Run("COMMIT");
    if (status.ok()) continue;
    if (sqlite3_get_autocommit(connection.handle()) == 0) (void)connection.Run("ROLLBACK");
    return status;
  }
}

absl::Status TakeAllSteps(Connection& connection, std::span<const MigrationStep> steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    RELATA_RETURN_IF_ERROR(Take(connection, steps[i], static_cast<int64_t>(i) + 1, nullptr));
  }
  return absl::OkStatus();
}

}  // namespace relata::internal
