// SPDX-License-Identifier: Apache-2.0
//
// The tables of a SQLite file: which column holds which field. A column keeps the name it was made
// with, so a renamed field finds its values again; only the generated views show today's names.

#ifndef RELATA_SRC_STORAGE_SQLITE_CATALOG_H_
#define RELATA_SRC_STORAGE_SQLITE_CATALOG_H_

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "storage/layout.h"
#include "storage/sqlite/connection.h"
#include "storage/views.h"

namespace relata::internal {

// The columns that hold one field, unquoted. A money and a link to several types take a second one,
// for the currency and the type.
struct PhysicalColumn {
  std::string name;
  std::string extra;
};

struct PhysicalTable {
  std::string name;
  std::vector<PhysicalColumn> columns;  // by place
};

struct Catalog {
  Layout layout;
  std::map<TypeId, PhysicalTable> tables;
  // Record tables that came with an index of their own on id, as all did once; the ids of the
  // others are in the name index.
  std::set<TypeId> indexed_ids;

  const PhysicalTable& Physical(TypeId type) const { return tables.find(type)->second; }
};

// Creates the private tables of an empty file.
absl::Status CreateTables(Connection& connection);

absl::StatusOr<Catalog> LoadCatalog(Connection& connection);

// Merges `declared` into `catalog` and the file inside the open transaction: creates tables, adds
// columns, generates the views anew. Nothing is written when nothing is new.
absl::StatusOr<Catalog> PrepareTables(Connection& connection, const Catalog& catalog,
                                      std::span<const TableSpec> declared);

// How the tables are named in a statement; `catalog` must outlive it (views.cc).
std::unique_ptr<ViewDialect> NewSqliteFace(const Catalog& catalog);

// Makes the views say what the catalog says (views.cc).
absl::Status GenerateViews(Connection& connection, const Catalog& catalog);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_CATALOG_H_
