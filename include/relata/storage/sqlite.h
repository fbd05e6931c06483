// SPDX-License-Identifier: Apache-2.0
//
// The default store: one SQLite file, any number of processes.
//
// journal_mode=WAL and synchronous=FULL are set by the store itself, so that an acknowledged commit
// survives a power loss. The tables are private; the generated views are the SQL face and may be
// read by any tool: `sqlite3 file.db 'SELECT * FROM contact'`. There is one view a type, with
// public ids, ISO times in UTC, amounts with their currency beside them, a linked record by its id
// and <link>_name, and no deleted records; and commit_history, change_history and consent_ledger.
//
// A file that a process has open may be read and written by others: commits take turns, and readers
// wait for nobody. A reader that is kept for long keeps the log beside the file (-wal) from being
// taken into it.

#ifndef RELATA_STORAGE_SQLITE_H_
#define RELATA_STORAGE_SQLITE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "relata/storage/store.h"

struct sqlite3;  // SQLite's connection

namespace relata {

struct SqliteOptions {
  enum class Durability : uint8_t {
    kFull,    // an acknowledged commit survives a power loss
    kNormal,  // it survives the death of the process; a power loss may take the last commits, whole
    kNone,    // a power loss may damage the file: for files that can be made again
  };

  bool create = true;      // create the file when it is not there; otherwise NotFound
  bool read_only = false;  // Write answers FailedPrecondition
  Durability durability = Durability::kFull;
  // With kFull: the commits of several threads become durable by one sync (storage/group_commit.h),
  // which others may then read a moment before they are acknowledged.
  bool group_commit = false;
  // A commit that brings at least so many new ids or keys of a type packs them, which makes a bulk
  // import faster; fewer are written one by one.
  size_t pack_names_from = 2'048;
  std::string tenant = "main";  // of a new file; another tenant's file is FailedPrecondition
  std::string vfs;              // the SQLite VFS to go through; "" is the platform's own
};

// Opens `path`; ":memory:" is NewMemoryStore(). NotFound, FailedPrecondition (a
// newer format, another tenant's, or another application's database), DataLoss (not a database
// file, or damaged), PermissionDenied.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                                       const SqliteOptions& options = {});

// The store inside a transaction that the host began on its own connection and will end: the host's
// tables and Relata's in one file, changed together. What is written becomes durable when the host
// commits (under the host's journal_mode and synchronous) and never was when it rolls back. A
// writer that is given up or fails leaves the host's transaction usable (a savepoint). A reader
// shares the connection, so it sees later writes too. The connection keeps a function of the
// store's, relata_take, which is of no use to the host.
//
// `connection` must outlive the store, be inside a transaction at every call (FailedPrecondition
// otherwise) and be used by one thread. The tables must be there (NotFound): open the file once by
// OpenSqliteStore before. A Crm opened on this store must not outlive the host's transaction.
absl::StatusOr<std::unique_ptr<Store>> LendSqliteStore(sqlite3* connection,
                                                       const SqliteOptions& options = {});

}  // namespace relata

#endif  // RELATA_STORAGE_SQLITE_H_
