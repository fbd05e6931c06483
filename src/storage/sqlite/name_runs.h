// SPDX-License-Identifier: Apache-2.0
//
// The name index runs of a SQLite file.

#ifndef RELATA_SRC_STORAGE_SQLITE_NAME_RUNS_H_
#define RELATA_SRC_STORAGE_SQLITE_NAME_RUNS_H_

#include <map>
#include <string_view>
#include <vector>

#include "storage/name_index.h"
#include "storage/sqlite/connection.h"

namespace relata::internal {

class SqliteNameRuns : public NameRuns {
 public:
  // In the transaction of one reader or writer; `connection` must outlive this.
  explicit SqliteNameRuns(Connection* connection) : connection_(connection) {}
  // Others write in the transaction too: what was asked once may be otherwise later.
  void Share() { shared_ = true; }

  absl::StatusOr<std::vector<NameRun>> Runs(NameSpace space) override;
  absl::Status Write(NameSpace space, const NameRun& run,
                     const std::vector<NameBlock>& blocks) override;
  absl::Status Drop(NameSpace space, const NameRun& run) override;
  absl::StatusOr<std::vector<NameBlock>> Blocks(NameSpace space, const NameRun& run,
                                                std::string_view from, size_t most) override;
  absl::Status Replace(NameSpace space, const NameRun& run, std::string_view last,
                       const NameBlock& block) override;
  absl::Status Lessen(NameSpace space, const NameRun& run, int64_t entries) override;

 private:
  absl::Status Insert(NameSpace space, const NameRun& run, const std::vector<NameBlock>& blocks);

  Connection* connection_;
  bool shared_ = false;
  std::map<NameSpace, std::vector<NameRun>> runs_;  // as far as asked
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_NAME_RUNS_H_
