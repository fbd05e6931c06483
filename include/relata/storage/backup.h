// SPDX-License-Identifier: Apache-2.0
//
// Copies of a database file that can be trusted: made while others write, checked before they
// count.
//
// A backup is one SQLite file with everything in it, as of one commit: no log beside it. It is
// written beside its place under another name, checked, synced and only then given its name, so a
// file that has the name of a backup is one. A restore goes the same way. Neither changes the file
// it reads.
//
// A backup still holds who was erased after it was made: whoever restores one replays the erasure
// journal before anybody reads it (exchange/restore.h does both).
//
// Free functions; they may run in any thread or process, whoever else uses the files.

#ifndef RELATA_STORAGE_BACKUP_H_
#define RELATA_STORAGE_BACKUP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"

namespace relata {

struct BackupReport {
  std::string tenant;
  CommitId commit = 0;  // the newest one in it
  int64_t bytes = 0;
};

// Copies the database in `from` to the new file `to`. AlreadyExists when `to` is there;
// NotFound; ResourceExhausted when the disk is full; DataLoss when the copy does not check (nothing
// is left then).
absl::StatusOr<BackupReport> BackupSqlite(const std::string& from, const std::string& to);

// Puts the database in `backup` in the place of `to`, which is kept when anything fails.
// AlreadyExists when `to` is there and not to be replaced; Unavailable when another process has it
// open; otherwise as BackupSqlite.
absl::StatusOr<BackupReport> RestoreSqlite(const std::string& backup, const std::string& to,
                                           bool replace);

// What is wrong with the file as a database: every finding of SQLite's integrity check, tables and
// views that are not as Relata made them. Empty when nothing is. NotFound, FailedPrecondition (of a
// newer version, of another application), DataLoss when it cannot be read at all.
absl::StatusOr<std::vector<Issue>> CheckSqlite(const std::string& path, BackupReport* report);

}  // namespace relata

#endif  // RELATA_STORAGE_BACKUP_H_
