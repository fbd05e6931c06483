// SPDX-License-Identifier: Apache-2.0
//
// The log beside a SQLite file (-wal) synced for several commits at once.

#ifndef RELATA_SRC_STORAGE_SQLITE_LOG_SYNC_H_
#define RELATA_SRC_STORAGE_SQLITE_LOG_SYNC_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "storage/sqlite/connection.h"

namespace relata::internal {

// Thread-safe.
class LogSync {
 public:
  // `connection` is this object's alone and keeps the log from being taken away.
  static absl::StatusOr<std::unique_ptr<LogSync>> Make(std::unique_ptr<Connection> connection);

  // As GroupCommitStore::Settle.
  absl::Status Settle();
  // Unavailable once a sync has failed.
  absl::Status Check();

 private:
  explicit LogSync(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  absl::Status Sync();

  const std::unique_ptr<Connection> connection_;  // used by the one that is syncing
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t asked_ = 0;    // calls so far
  uint64_t settled_ = 0;  // of them, those answered by a sync
  bool syncing_ = false;
  absl::Status failed_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_LOG_SYNC_H_
