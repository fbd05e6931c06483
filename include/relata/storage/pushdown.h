// SPDX-License-Identifier: Apache-2.0
//
// What a store that keeps its rows in SQL tables lets the engine ask there, without loading them.
//
// The engine writes the statement (expression/sql.h) in the words given here and decides what it
// means; a store only names its tables and hands back row numbers. A reader of such a store is also
// a SqlReader (dynamic_cast tells); one that is not is loaded and asked in memory, with the same
// answers. A wrapper around a store need not pass this on.
//
// Single-thread, as StoreReader. What is asked sees exactly what the reader sees.

#ifndef RELATA_STORAGE_PUSHDOWN_H_
#define RELATA_STORAGE_PUSHDOWN_H_

#include <span>
#include <string>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/model/value.h"
#include "relata/storage/store.h"

namespace relata {

class SqlReader {
 public:
  virtual ~SqlReader() = default;

  // PostgreSQL's words; SQLite's otherwise.
  virtual bool postgres() const = 0;

  // The table of a type as it follows FROM; "" when this database has none. Record tables have the
  // columns "row" and "deleted", event tables "seq", "subject" and "at".
  virtual std::string SqlTable(TypeId type) const = 0;
  // The value of a field in the row that `alias` names, and the code of an amount's currency. ""
  // for a field that the table does not have or that no SQL can compare (lists, links to several
  // types). Instants and dates are of the server's own types on PostgreSQL, microseconds and days
  // on SQLite; lengths are microseconds, amounts units, links rows.
  virtual std::string SqlField(TypeId type, FieldId field, const std::string& alias) const = 0;
  virtual std::string SqlCurrency(TypeId type, FieldId field, const std::string& alias) const = 0;
  // Which rows of the table are this tenant's and of this type; "" when all are.
  virtual std::string SqlMine(TypeId type, const std::string& alias) const = 0;

  // Runs a statement whose one result is row numbers. Its parameters are `?1`, `?2` ... on SQLite,
  // `$1::type` ... on PostgreSQL; values are bool, int, double, text, bytes (SQLite), timestamp,
  // duration or date. Unavailable, DataLoss as the scans; Internal when the statement is not one
  // that the server takes.
  virtual absl::Status SelectRows(const std::string& statement, std::span<const Value> parameters,
                                  const Sink<std::vector<Row>>& sink) = 0;
};

}  // namespace relata

#endif  // RELATA_STORAGE_PUSHDOWN_H_
