// SPDX-License-Identifier: Apache-2.0
//
// Rows on their way into one table: few become INSERTs in the pipeline, many a COPY.

#ifndef RELATA_SRC_STORAGE_POSTGRES_BULK_H_
#define RELATA_SRC_STORAGE_POSTGRES_BULK_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/postgres/connection.h"

namespace relata::internal {

class PgBulk {
 public:
  // `table` is quoted, `columns` a list "a, b, c" of `count` names. `conflict` follows the VALUES
  // of an INSERT ("ON CONFLICT ..."); a statement that then touches no row is AlreadyExists with
  // `taken`, and so is a COPY that meets a row.
  PgBulk(PgConnection* connection, const std::string& table, const std::string& columns, int count,
         std::string conflict, std::string taken);

  absl::Status Add(PgFields row);
  // Sends what is held: INSERTs are answered by the connection's next Sync.
  absl::Status Flush();

 private:
  PgConnection* connection_;
  std::string insert_;
  std::string copy_;
  std::string taken_;
  std::vector<PgFields> few_;
  std::string many_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_BULK_H_
