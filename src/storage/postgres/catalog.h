// SPDX-License-Identifier: Apache-2.0
//
// The tables of one tenant in a PostgreSQL database: which column holds which field. The tables are
// shared by all tenants; a catalog is stored once for all tenants that have the same, by the digest
// of its text, and held once in a process.

#ifndef RELATA_SRC_STORAGE_POSTGRES_CATALOG_H_
#define RELATA_SRC_STORAGE_POSTGRES_CATALOG_H_

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "storage/layout.h"
#include "storage/postgres/connection.h"
#include "storage/views.h"

namespace relata::internal {

// The format of the tables as a whole and the last step taken on the way to today's, in
// relata_meta. Newer ones are refused. A step adds tables that a version which does not know them
// would pass over: 1 is what the format began with, 2 keeps the public ids of records beside their
// tables.
inline constexpr int64_t kPgFormat = 0;
inline constexpr int64_t kPgStep = 2;

// Where one field lies: in a column (and a second one for a currency or the type of a link to
// several types), or, when `name` is empty, in the document beside the columns.
struct PgColumn {
  std::string name;
  std::string extra;
};

struct PgTable {
  std::string name;  // quoted, with its schema
  bool own = false;  // one of the two tables that hold what tenants declared themselves
  std::vector<PgColumn> columns;  // by place

  // The condition that selects this tenant's rows of this type; $1 is the tenant.
  std::string Mine(TypeId type) const {
    return own ? Concat("tenant_id = $1 AND type = ", type) : std::string("tenant_id = $1");
  }
};

struct PgCatalog {
  std::string digest;
  Layout layout;
  std::map<TypeId, PgTable> tables;

  const PgTable& Physical(TypeId type) const { return tables.find(type)->second; }
};

// What a server can do beside PostgreSQL 13, found out once a connection pool.
struct PgDialect {
  std::string schema;  // unquoted
  bool distributed = false;
  bool brin = true;
  bool subject_index = false;
  // Record tables (quoted, with the schema) that an older version made with an index of their ids.
  // They keep it, and their ids are no names of the name index.
  std::set<std::string> indexed_ids = {};

  std::string Name(std::string_view table) const;  // quoted, with the schema
};

// `name` cut at a character's boundary to `most` bytes: PostgreSQL's names have 63.
std::string Shortened(std::string_view name, size_t most);

// One statement of the schema and what it is recorded by.
struct PgStep {
  std::string name;
  std::string sql;
};

// The statements that make the private tables, in order; each may be repeated.
std::vector<PgStep> SystemTables(const PgDialect& dialect);

// The statements that bring the physical tables of `catalog` about where `present` (columns and
// their types by table name without schema) lacks them. May be repeated.
using PgColumns = std::map<std::string, std::map<std::string, std::string>>;
std::vector<PgStep> TableSteps(const PgDialect& dialect, const PgCatalog& catalog,
                               const PgColumns& present);
absl::StatusOr<PgColumns> PresentColumns(PgConnection& connection, const PgDialect& dialect);

// `layout` placed in the tables: what `old` placed stays, a column that is there under the field's
// name with its type is taken, other names are new.
absl::StatusOr<PgCatalog> Place(const PgDialect& dialect, Layout layout, const PgCatalog& old,
                                const PgColumns& present);

// The catalog as text, and back (its digest included).
std::string CatalogText(const PgCatalog& catalog);
absl::StatusOr<std::shared_ptr<const PgCatalog>> ReadCatalog(std::string_view text);
// The catalog of that digest, from this process or the database. "" is the empty one.
absl::StatusOr<std::shared_ptr<const PgCatalog>> LoadCatalog(PgConnection& connection,
                                                             const PgDialect& dialect,
                                                             const std::string& digest);

// How the tenant's tables are named in a statement; `dialect` and `catalog` must outlive it
// (views.cc).
std::unique_ptr<ViewDialect> NewPgFace(const PgDialect& dialect, const PgCatalog& catalog,
                                       int64_t tenant);

// The tenant's views by name, as statements (views.cc).
std::map<std::string, std::string> TenantViews(const PgDialect& dialect, const PgCatalog& catalog,
                                               int64_t tenant, const std::string& views_schema);

// Rewrites every table of the schema, so that no byte of a dead row is left in its files; all
// tenants wait while a table is written. A transaction that is older than the erasure, or another
// holder of a table, is waited for up to `patience`: then FailedPrecondition or Unavailable.
// PermissionDenied when the tables are another role's.
absl::Status ScrubTables(PgConnection& connection, const PgDialect& dialect, Duration patience);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_CATALOG_H_
