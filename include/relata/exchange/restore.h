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

#ifndef RELATA_EXCHANGE_RESTORE_H_
#define RELATA_EXCHANGE_RESTORE_H_

#include <functional>
#include <string>
#include <vector>

#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"
#include "relata/engine/verify.h"
#include "relata/storage/backup.h"

namespace relata {

// Backs up the database in `from` to the new file `to` and records it. Errors as BackupSqlite.
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

// All findings about a database: of its file, and of what is in it. Errors as CheckSqlite.
absl::StatusOr<VerifyReport> VerifyDatabase(const std::string& path, const OpenOptions& options);

}  // namespace relata

#endif  // RELATA_EXCHANGE_RESTORE_H_
