// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/log_sync.h"

#include <utility>

namespace relata::internal {

absl::StatusOr<std::unique_ptr<LogSync>> LogSync::Make(std::unique_ptr<Connection> connection) {
  // A first read opens the log.
  RELATA_RETURN_IF_ERROR(connection->QueryInt("SELECT count(*) FROM relata_meta").status());
  std::unique_ptr<LogSync> log(new LogSync(std::move(connection)));
  RELATA_RETURN_IF_ERROR(log->Settle());
  return log;
}

absl::Status LogSync::Settle() {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++asked_;
  while (settled_ < mine && failed_.ok() && syncing_) changed_.wait(lock);
  if (settled_ >= mine) return absl::OkStatus();
  if (!failed_.ok()) return failed_;
  // Everybody who has asked by now has written before.
  const uint64_t all = asked_;
  syncing_ = true;
  lock.unlock();
  const absl::Status synced = Sync();
  lock.lock();
  syncing_ = false;
  if (synced.ok()) {
    settled_ = all;
  } else {
    failed_ = synced;
  }
  changed_.notify_all();
  return synced;
}

absl::Status LogSync::Check() {
  const std::lock_guard lock(mutex_);
  if (failed_.ok()) return absl::OkStatus();
  return Unavailable(
      Concat("the disk failed to sync; open the database again: ", Message(failed_)));
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
