// SPDX-License-Identifier: Apache-2.0
//
// Commits of one tenant that a PostgreSQL server was told not to flush one by one, made durable
// together.
//
// Their transactions end with synchronous_commit off. A small transaction of its own that waits for
// the server's log makes everything before it durable, and reads the newest commit back: a server
// that crashed in between has forgotten it, whichever connection asks, and with it may have gone
// others before it.

#ifndef RELATA_SRC_STORAGE_POSTGRES_COMMIT_SYNC_H_
#define RELATA_SRC_STORAGE_POSTGRES_COMMIT_SYNC_H_

#include <functional>
#include <mutex>
#include <string>

#include "relata/storage/store.h"
#include "storage/postgres/connection.h"
#include "storage/shared_sync.h"

namespace relata::internal {

// Thread-safe.
class PgCommitSync : public SharedSync {
 public:
  using Work = std::function<absl::Status(PgConnection&)>;
  // `run` does the work on a connection outside a transaction; `table` is the table of commits.
  PgCommitSync(std::function<absl::Status(const Work&)> run, std::string table, int64_t tenant);

  // The server has answered COMMIT.
  void Wrote(const CommitRow& commit);

 protected:
  absl::Status Sync() override;

 private:
  // What tells a commit from another of its number.
  struct Mark {
    CommitId id = 0;
    Timestamp recorded;
    std::string chain;
  };

  absl::Status SyncOn(PgConnection& connection, const Mark& newest) const;

  const std::function<absl::Status(const Work&)> run_;
  const std::string find_;  // the statement that reads a commit's mark
  const int64_t tenant_;
  std::mutex mutex_;
  Mark newest_;  // of those written; 0: none
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_COMMIT_SYNC_H_
