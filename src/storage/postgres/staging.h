// SPDX-License-Identifier: Apache-2.0
//
// A tenant that is filled out of sight. It has a name that no tenant can be opened by, made of the
// name that it is to take; what was filled in only shows once it has that one. When the process
// ends before, what is left is taken out by whoever begins the same again. Of two that fill a
// tenant for the same name at once, the one that began first fails.

#ifndef RELATA_SRC_STORAGE_POSTGRES_STAGING_H_
#define RELATA_SRC_STORAGE_POSTGRES_STAGING_H_

#include <memory>
#include <string>

#include "relata/storage/postgres.h"

namespace relata::internal {

// Takes out what an earlier attempt left and opens a new tenant that is to be `options.tenant`.
// FailedPrecondition when that one has commits; otherwise as OpenPostgresStore, which makes the
// database when it is not there.
absl::StatusOr<std::unique_ptr<Store>> OpenStagedPostgres(const std::string& dsn,
                                                          const PostgresOptions& options);

// Gives it the name. A tenant of that name which has no commits makes way: who has it open is told
// that it is gone. FailedPrecondition when it has commits now, NotFound when nothing was staged.
// Nothing may have the staged store open.
absl::Status KeepStagedPostgres(const std::string& dsn, const PostgresOptions& options);

// Takes everything that was staged out of the database; OK when there is nothing.
absl::Status DropStagedPostgres(const std::string& dsn, const PostgresOptions& options);

// The name of the staged tenant in the table of tenants.
std::string StagedName(const std::string& tenant);

// InvalidArgument when the tenant or the schema has no plain name (store.cc).
absl::Status CheckNames(const PostgresOptions& options);
// As OpenPostgresStore, by any name (store.cc).
absl::StatusOr<std::unique_ptr<Store>> OpenPostgresByAnyName(const std::string& dsn,
                                                             const PostgresOptions& options);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_STAGING_H_
