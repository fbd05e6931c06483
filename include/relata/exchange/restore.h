// SPDX-License-Identifier: Apache-2.0
//
// Backups that are kept and restores that are proven.
//
// A backup is made while others write (storage/backup.h) and recorded in the database it was made
// of: a line of the log "maintenance" says when, where to and up to which commit.
//
// A restore is a job in steps, each of which must succeed before the place of the old database is
// taken: the backup is copied beside that place and checked as a file; everything in it is read and
// compared (engine/verify.h); what was erased after the backup was made is erased in the copy; the
// job is recorded in the copy. Only then it gets the name. Until then, and when a step fails, what
// was there is untouched.
//
// Where there is no file to copy, on a PostgreSQL server, a dump (exchange/dump.h) is the backup
// and loading it the restore, in the same steps.

#ifndef RELATA_EXCHANGE_RESTORE_H_
#define RELATA_EXCHANGE_RESTORE_H_

#include <functional>
#include <string>
#include <vector>

#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"
#include "relata/engine/verify.h"
#include "relata/exchange/dump.h"
#include "relata/storage/backup.h"

namespace relata {

// Backs up the database in the file `from` to the new file `to` and records it. Errors as
// BackupSqlite; FailedPrecondition when `from` is on a server.
absl::StatusOr<BackupReport> BackupDatabase(const std::string& from, const std::string& to,
                                            const OpenOptions& options, const Actor& actor,
                                            Timestamp now);

struct RestoreRequest {
  std::string backup;
  std::string to;
  bool replace = false;  // a database at `to` makes way; it must not be in use
  // What the copy must be told before anybody reads it, such as the erasure journal. Gives a line
  // for the record of the job. An error ends the restore.
  std::function<absl::StatusOr<std::string>(Crm& copy)> prepare;
};

struct RestoreReport {
  BackupReport backup;
  VerifyReport verified;
  std::string prepared;  // what `prepare` said
};

// DataLoss when the backup does not check or does not hold together, with the first finding;
// otherwise as RestoreSqlite and Crm::Open.
absl::StatusOr<RestoreReport> RestoreDatabase(const RestoreRequest& request,
                                              const OpenOptions& options, const Actor& actor,
                                              Timestamp now);

struct LoadRequest {
  std::string dump;   // what it is called in the record of the job
  DumpSource source;  // its bytes
  std::string to;     // a new file, or a tenant of a server that has no commits
  // As of a restore.
  std::function<absl::StatusOr<std::string>(Crm& copy)> prepare;
};

struct LoadReport {
  DumpReport loaded;
  VerifyReport verified;
  std::string prepared;
};

// Fills a new database with a dump, verified and recorded. DataLoss when the dump is damaged or
// what is in it does not hold together; AlreadyExists when the file is there, FailedPrecondition
// when the tenant has commits; otherwise as Crm::Open. A file, or a tenant of a server, gets its
// name when all of it is done: a load that fails leaves nothing under it, and what a load that was
// killed left behind is taken out by the next one. Whoever had the empty tenant open is told that
// it is gone. Of two loads of one tenant at once, the one that began first fails.
absl::StatusOr<LoadReport> LoadDatabase(const LoadRequest& request, const OpenOptions& options,
                                        const Actor& actor, Timestamp now);

// All findings about a database: of its file, when it is one, and of what is in it. Errors as
// CheckSqlite and Crm::Open.
absl::StatusOr<VerifyReport> VerifyDatabase(const std::string& path, const OpenOptions& options);

}  // namespace relata

#endif  // RELATA_EXCHANGE_RESTORE_H_
