// SPDX-License-Identifier: Apache-2.0
//
// The bodies of a dump's frames.

#ifndef RELATA_SRC_EXCHANGE_DUMP_FRAMES_H_
#define RELATA_SRC_EXCHANGE_DUMP_FRAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Never used again for anything else.
enum class Frame : uint8_t {
  kHeader = 1,
  kTables = 2,
  kCommit = 3,  // begins a commit; what follows is of it
  kChange = 4,
  kEvents = 5,
  kLedger = 6,
  kLog = 7,
  kRecord = 8,
  kKey = 9,
  kAlias = 10,
  kDefinition = 11,
  kEnd = 12,
};

std::string PackTables(const std::vector<TableSpec>& tables);
std::string PackCommit(const CommitRow& commit);
std::string PackChange(const ChangeWrite& change);
std::string PackEvents(const EventBatch& events);
std::string PackLine(const LedgerWrite& line);
std::string PackLog(const LogWrite& line);
std::string PackRecord(const RecordWrite& record);
std::string PackKey(const ExternalKeyWrite& key);
std::string PackAlias(const AliasWrite& alias);
std::string PackDefinition(const DefinitionWrite& definition);

// DataLoss when the body is not what Pack made. Events get the columns of their table.
absl::StatusOr<std::vector<TableSpec>> UnpackTables(std::string_view body);
absl::StatusOr<CommitRow> UnpackCommit(std::string_view body);
absl::StatusOr<ChangeWrite> UnpackChange(std::string_view body);
absl::StatusOr<EventBatch> UnpackEvents(std::string_view body,
                                        const std::vector<TableSpec>& tables);
absl::StatusOr<LedgerWrite> UnpackLine(std::string_view body);
absl::StatusOr<LogWrite> UnpackLog(std::string_view body);
absl::StatusOr<RecordWrite> UnpackRecord(std::string_view body);
absl::StatusOr<ExternalKeyWrite> UnpackKey(std::string_view body);
absl::StatusOr<AliasWrite> UnpackAlias(std::string_view body);
absl::StatusOr<DefinitionWrite> UnpackDefinition(std::string_view body);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_DUMP_FRAMES_H_
