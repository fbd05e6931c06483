// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/commit_sync.h"

#include <utility>

namespace relata::internal {
namespace {

constexpr int kAttempts = 3;

// A message to nobody: it gives the transaction a number and a record of the log, for which its
// COMMIT then waits.
constexpr char kTouchLog[] =
    "SELECT pg_catalog.pg_logical_emit_message(true, 'relata', 'settled') IS NOT NULL";

}  // namespace

PgCommitSync::PgCommitSync(std::function<absl::Status(const Work&)> run, std::string table,
                           int64_t tenant)
    : run_(std::move(run)),
      find_(Concat("SELECT recorded, chain FROM ", table, " WHERE tenant_id = $1 AND id = $2")),
      tenant_(tenant) {}

void PgCommitSync::Wrote(const CommitRow& commit) {
  const std::lock_guard lock(mutex_);
  if (commit.id > newest_.id) newest_ = {commit.id, commit.recorded, commit.chain};
}

absl::Status PgCommitSync::Sync() {
  Mark newest;
  {
    const std::lock_guard lock(mutex_);
    newest = newest_;
  }
  if (newest.id == 0) return absl::OkStatus();
  absl::Status status;
  // Asking again is safe: what counts is that the commit is there when a sync has succeeded.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    status = run_([&](PgConnection& connection) { return SyncOn(connection, newest); });
    if (status.ok() || absl::IsDataLoss(status)) break;
  }
  if (status.ok()) return status;
  return MakeStatus(
      absl::StatusCode::kUnknown,
      Concat("the outcome of the commits up to ", newest.id, " is unknown: ", Message(status)));
}

absl::Status PgCommitSync::SyncOn(PgConnection& connection, const Mark& newest) const {
  PgFields which;
  which.Int(tenant_).Int(newest.id);
  bool there = false;
  connection.Add("BEGIN ISOLATION LEVEL READ COMMITTED", {});
  connection.Add(kTouchLog, {});
  connection.Add(find_, std::move(which), [&](PgResult& row) {
    there = row.rows() == 1 && row.Time(0, 0) == newest.recorded && row.Bytes(0, 1) == newest.chain;
    return absl::OkStatus();
  });
  absl::Status status = connection.Sync();
  if (status.ok()) status = connection.Commit();
  if (status.ok() && !there) {
    status = DataLoss("the server crashed before they were durable");
  }
  if (!status.ok() && !connection.lost()) (void)connection.Rollback();
  return status;
}

}  // namespace relata::internal
