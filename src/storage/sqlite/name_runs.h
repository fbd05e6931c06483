// SPDX-License-Identifier: Apache-2.0
//
// The name index runs of a SQLite file.

#ifndef RELATA_SRC_STORAGE_SQLITE_NAME_RUNS_H_
#define RELATA_SRC_STORAGE_SQLITE_NAME_RUNS_H_

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/name_index.h"
#include "storage/sqlite/catalog.h"

namespace relata::internal {

class SqliteNameRuns : public NameRuns {
 public:
  // In the transaction of one reader or writer; both must outlive this.
  SqliteNameRuns(Connection* connection, const std::shared_ptr<const Catalog>* catalog)
      : connection_(connection), catalog_(catalog) {}
  // Others write in the transaction too: what was asked once may be otherwise later.
  void Share() { shared_ = true; }

  absl::StatusOr<std::vector<NameRun>> Runs(NameSpace space) override;
  absl::Status Write(NameSpace space, const NameRun& run,
                     const std::vector<NameBlock>& blocks) override;
  absl::Status Append(NameSpace space, const NameRun& run,
                      const std::vector<NameBlock>& blocks) override;
  absl::Status Drop(NameSpace space, const NameRun& run) override;
  absl::StatusOr<std::vector<NameBlock>> Blocks(NameSpace space, const NameRun& run,
                                                std::string_view from, size_t most) override;
  absl::Status LookUp(NameSpace space, std::span<const std::string_view> names,
                      const EachLookedUp& each) override;
  absl::Status Replace(NameSpace space, const NameRun& run, std::string_view last,
                       const NameBlock& block) override;
  absl::Status Lessen(NameSpace space, const NameRun& run, int64_t entries) override;
  bool FindsIds() const override { return true; }

 private:
  // The blocks as they are kept.
  absl::StatusOr<std::vector<NameBlock>> Kept(NameSpace space, const NameRun& run,
                                              std::string_view from, size_t most);
  // `bytes` with the ids of the records from row `first` on.
  absl::Status FindIds(TypeId type, Row first, int64_t count, std::string& bytes);
  // `bytes` with the one of them that is `id`, or none.
  absl::Status FindId(TypeId type, Row first, int64_t count, std::string_view id,
                      std::string& bytes);
  absl::StatusOr<std::string> TableOf(TypeId type) const;

  Connection* connection_;
  const std::shared_ptr<const Catalog>* catalog_;
  bool shared_ = false;
  std::map<NameSpace, std::vector<NameRun>> runs_;  // as far as asked
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_NAME_RUNS_H_
