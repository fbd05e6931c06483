// SPDX-License-Identifier: Apache-2.0
//
// The log beside a SQLite file (-wal) synced for several commits at once.

#ifndef RELATA_SRC_STORAGE_SQLITE_LOG_SYNC_H_
#define RELATA_SRC_STORAGE_SQLITE_LOG_SYNC_H_

#include <memory>
#include <utility>

#include "storage/shared_sync.h"
#include "storage/sqlite/connection.h"

namespace relata::internal {

class LogSync : public SharedSync {
 public:
  // `connection` is this object's alone and keeps the log from being taken away.
  static absl::StatusOr<std::unique_ptr<LogSync>> Make(std::unique_ptr<Connection> connection);

 protected:
  absl::Status Sync() override;

 private:
  explicit LogSync(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  const std::unique_ptr<Connection> connection_;  // used by the one that is syncing
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_LOG_SYNC_H_
