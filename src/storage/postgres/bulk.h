// SPDX-License-Identifier: Apache-2.0
//
// Rows on their way into one table: few become INSERTs in the pipeline, many a COPY that runs while
// they are made.

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

  absl::Status Add(const PgFields& row);
  // Sends what is held and ends the COPY; INSERTs are answered by the connection's next Sync.
  absl::Status Flush();
  // The same, but a COPY goes on until another command ends it: Flush, which does nothing else
  // then, or the next one on the connection says what became of it.
  absl::Status Pause();

 private:
  absl::Status Send();
  absl::Status Explained(const absl::Status& status) const;

  PgConnection* connection_;
  std::string insert_;
  std::string copy_sql_;
  std::string taken_;
  std::vector<PgFields> few_;
  std::string many_;
  int64_t copy_ = 0;  // of the connection; 0 when none was begun since the last Flush
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_BULK_H_
