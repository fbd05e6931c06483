// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/staging.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "storage/postgres/catalog.h"
#include "storage/postgres/connection.h"

namespace relata::internal {
namespace {

PgFields Of(int64_t tenant) {
  PgFields fields;
  fields.Int(tenant);
  return fields;
}

// Statements about whole tenants on a connection of its own.
class Tenants {
 public:
  Tenants(std::unique_ptr<PgConnection> connection, const PostgresOptions& options)
      : connection_(std::move(connection)) {
    dialect_.schema = options.schema;
  }

  static absl::StatusOr<Tenants> Open(const std::string& dsn, const PostgresOptions& options) {
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> connection,
                            PgConnection::Open(dsn, options));
    return Tenants(std::move(connection), options);
  }

  // Whether there is a database of Relata's at all.
  absl::StatusOr<bool> Any() {
    PgFields name;
    name.Text(dialect_.Name("relata_lock"));
    RELATA_ASSIGN_OR_RETURN(
        const PgResult there,
        connection_->Query("SELECT (pg_catalog.to_regclass($1::text) IS NOT NULL)::integer",
                           std::move(name)));
    return there.Int(0, 0) != 0;
  }

  absl::StatusOr<std::optional<int64_t>> Find(const std::string& tenant) {
    PgFields name;
    name.Text(tenant);
    RELATA_ASSIGN_OR_RETURN(
        const PgResult row,
        connection_->Query(
            Concat("SELECT tenant_id FROM ", dialect_.Name("relata_tenant"), " WHERE name = $1"),
            std::move(name)));
    return row.rows() == 0 ? std::optional<int64_t>() : std::optional<int64_t>(row.Int(0, 0));
  }

  // FailedPrecondition when the tenant has commits.
  absl::Status CheckEmpty(int64_t tenant, const std::string& name) {
    RELATA_ASSIGN_OR_RETURN(
        const PgResult commits,
        connection_->Query(Concat("SELECT id FROM ", dialect_.Name("relata_commit"),
                                  " WHERE tenant_id = $1 ORDER BY id LIMIT 1"),
                           Of(tenant)));
    return commits.rows() == 0 ? absl::OkStatus()
                               : FailedPrecondition(Concat("the tenant ", name,
                                                           " has commits: only a new one, or "
                                                           "one without, can be filled"));
  }

  // Runs `work` in one transaction.
  absl::Status InOne(const std::function<absl::Status()>& work) {
    connection_->Add("BEGIN ISOLATION LEVEL READ COMMITTED", {});
    absl::Status status = connection_->Sync();
    if (status.ok()) status = work();
    if (status.ok()) status = connection_->Sync();
    if (status.ok()) return connection_->Commit();
    (void)connection_->Rollback();
    return status;
  }

  // Waits until no writer holds the tenant.
  absl::Status Lock(int64_t tenant) {
    return connection_
        ->Query(Concat("SELECT catalog FROM ", dialect_.Name("relata_lock"),
                       " WHERE tenant_id = $1 FOR UPDATE"),
                Of(tenant))
        .status();
  }

  // Deletes all rows of the tenant but its number, which nobody is given again: who still has the
  // store open is told that the tenant is gone.
  absl::Status Remove(int64_t tenant) {
    RELATA_ASSIGN_OR_RETURN(const PgColumns present, PresentColumns(*connection_, dialect_));
    for (const auto& [table, columns] : present) {
      if (table == "relata_tenant" || !columns.contains("tenant_id")) continue;
      connection_->Add(Concat("DELETE FROM ", dialect_.Name(table), " WHERE tenant_id = $1"),
                       Of(tenant));
    }
    return Rename(tenant, Concat(tenant, " (gone)"));
  }

  absl::Status Rename(int64_t tenant, const std::string& to) {
    PgFields fields = Of(tenant);
    fields.Text(to);
    return connection_
        ->Query(Concat("UPDATE ", dialect_.Name("relata_tenant"),
                       " SET name = $2 WHERE tenant_id = $1"),
                std::move(fields))
        .status();
  }

 private:
  std::unique_ptr<PgConnection> connection_;
  PgDialect dialect_;
};

}  // namespace

std::string StagedName(const std::string& tenant) { return Concat(tenant, " (staged)"); }

absl::StatusOr<std::unique_ptr<Store>> OpenStagedPostgres(const std::string& dsn,
                                                          const PostgresOptions& options) {
  RELATA_RETURN_IF_ERROR(CheckNames(options));
  {
    RELATA_ASSIGN_OR_RETURN(Tenants tenants, Tenants::Open(dsn, options));
    RELATA_ASSIGN_OR_RETURN(const bool any, tenants.Any());
    if (any) {
      RELATA_ASSIGN_OR_RETURN(const std::optional<int64_t> there, tenants.Find(options.tenant));
      if (there) RELATA_RETURN_IF_ERROR(tenants.CheckEmpty(*there, options.tenant));
    }
  }
  RELATA_RETURN_IF_ERROR(DropStagedPostgres(dsn, options));
  PostgresOptions staged = options;
  staged.tenant = StagedName(options.tenant);
  staged.views = false;
  return OpenPostgresByAnyName(dsn, staged);
}

absl::Status KeepStagedPostgres(const std::string& dsn, const PostgresOptions& options) {
  RELATA_ASSIGN_OR_RETURN(Tenants tenants, Tenants::Open(dsn, options));
  return tenants.InOne([&]() -> absl::Status {
    RELATA_ASSIGN_OR_RETURN(const std::optional<int64_t> staged,
                            tenants.Find(StagedName(options.tenant)));
    if (!staged) return NotFound(Concat("nothing was filled for the tenant ", options.tenant));
    RELATA_ASSIGN_OR_RETURN(const std::optional<int64_t> there, tenants.Find(options.tenant));
    if (there) {
      RELATA_RETURN_IF_ERROR(tenants.Lock(*there));
      RELATA_RETURN_IF_ERROR(tenants.CheckEmpty(*there, options.tenant));
      RELATA_RETURN_IF_ERROR(tenants.Remove(*there));
    }
    return tenants.Rename(*staged, options.tenant);
  });
}

absl::Status DropStagedPostgres(const std::string& dsn, const PostgresOptions& options) {
  RELATA_ASSIGN_OR_RETURN(Tenants tenants, Tenants::Open(dsn, options));
  RELATA_ASSIGN_OR_RETURN(const bool any, tenants.Any());
  if (!any) return absl::OkStatus();
  return tenants.InOne([&]() -> absl::Status {
    RELATA_ASSIGN_OR_RETURN(const std::optional<int64_t> staged,
                            tenants.Find(StagedName(options.tenant)));
    if (!staged) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(tenants.Lock(*staged));
    return tenants.Remove(*staged);
  });
}

}  // namespace relata::internal
