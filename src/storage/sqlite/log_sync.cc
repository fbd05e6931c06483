// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/log_sync.h"

namespace relata::internal {

absl::StatusOr<std::unique_ptr<LogSync>> LogSync::Make(std::unique_ptr<Connection> connection) {
  // A first read opens the log.
  RELATA_RETURN_IF_ERROR(connection->QueryInt("SELECT count(*) FROM relata_meta").status());
  std::unique_ptr<LogSync> log(new LogSync(std::move(connection)));
  RELATA_RETURN_IF_ERROR(log->Settle());
  return log;
}

absl::Status LogSync::Sync() {
  sqlite3_file* log = nullptr;
  const int found =
      sqlite3_file_control(connection_->handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (found != SQLITE_OK || log == nullptr || log->pMethods == nullptr) {
    return Internal("the log of the database is not open");
  }
  const int code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (code == SQLITE_OK) return absl::OkStatus();
  return MakeStatus(absl::StatusCode::kUnknown,
                    Concat("the outcome of the commit is unknown: the log cannot be synced (",
                           sqlite3_errstr(code), ")"));
}

}  // namespace relata::internal
