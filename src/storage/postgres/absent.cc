// SPDX-License-Identifier: Apache-2.0
//
// The PostgreSQL store of a library that was built without libpq.

#include "relata/storage/postgres.h"
#include "storage/postgres/staging.h"

namespace relata {

absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(const std::string&,
                                                         const PostgresOptions&) {
  return InvalidArgument("this library was built without PostgreSQL");
}

absl::StatusOr<std::unique_ptr<Store>> LendPostgresStore(PGconn*, const PostgresOptions&) {
  return InvalidArgument("this library was built without PostgreSQL");
}

namespace internal {

absl::StatusOr<std::unique_ptr<Store>> OpenStagedPostgres(const std::string& dsn,
                                                          const PostgresOptions& options) {
  return OpenPostgresStore(dsn, options);
}

absl::Status KeepStagedPostgres(const std::string& dsn, const PostgresOptions& options) {
  return OpenPostgresStore(dsn, options).status();
}

absl::Status DropStagedPostgres(const std::string& dsn, const PostgresOptions& options) {
  return OpenPostgresStore(dsn, options).status();
}

}  // namespace internal
}  // namespace relata
