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
  // Sends what is held, unless it is few rows, and lets the COPY go on until another command ends
  // it: Flush, or the next one on the connection, says what became of it.
  absl::Status Push();
  // Sends what is held, few rows too, and lets the server work on it while the caller goes on.
  absl::Status Leave();
  // Bytes of rows that were not sent.
  size_t held() const { return many_.size(); }
  // Whether its COPY is the one that goes on.
  bool copying() const { return copy_ != 0 && connection_->Copying(copy_); }

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
