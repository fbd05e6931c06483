// SPDX-License-Identifier: Apache-2.0
//
// What the memory store holds at one commit: plain ordered maps. A State that was published is
// never changed; a writer changes its own copy, which shares the untouched blocks.

#ifndef RELATA_SRC_STORAGE_MEMORY_STATE_H_
#define RELATA_SRC_STORAGE_MEMORY_STATE_H_

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/cow_map.h"
#include "storage/layout.h"

namespace relata::internal {

struct MemoryRecord {
  Uuid id;
  bool deleted = false;
  std::vector<Value> values;  // by place; may be shorter than the table is wide
};

struct MemoryEvent {
  Row subject = kNoRow;
  Timestamp at;
  std::vector<Value> values;
};

struct MemoryRecords {
  CowMap<Row, MemoryRecord> rows;
  CowMap<Uuid, Row> ids;
  CowMap<std::pair<std::string, std::string>, Row> keys;  // by (system, key)
};

struct MemoryState {
  std::shared_ptr<const Layout> layout = std::make_shared<Layout>();
  std::map<TypeId, MemoryRecords> records;
  std::map<TypeId, CowMap<Seq, MemoryEvent>> events;
  CowMap<CommitId, CommitRow> commits;
  CowMap<std::string, CommitId> operations;
  CowMap<Seq, LedgerWrite> ledger;
  CowMap<Seq, ChangeRow> changes;
  CowMap<std::pair<CommitId, RecordRef>, AliasWrite> aliases;
  CowMap<int64_t, DefinitionWrite> definitions;  // in order of writing
  CowMap<std::tuple<std::string, std::string, int64_t>, int64_t> definition_places;
  CowMap<std::pair<std::string, Seq>, LogWrite> logs;

  CommitRow Head() const {
    const auto* last = commits.Last();
    return last == nullptr ? CommitRow() : last->second;
  }
};

// The reading functions of StoreReader on one state.
class MemoryReads {
 public:
  explicit MemoryReads(std::shared_ptr<const MemoryState> state) : state_(std::move(state)) {}

  absl::StatusOr<CommitRow> Head() const { return state_->Head(); }
  absl::StatusOr<CommitRow> FindCommit(CommitId id) const;
  absl::Status ScanCommits(CommitId since, const Sink<CommitRow>& sink) const;
  absl::StatusOr<CommitRow> FindOperation(std::string_view operation_id) const;
  absl::StatusOr<std::vector<TableSpec>> Tables() const { return state_->layout->Specs(); }
  absl::StatusOr<Row> NextRow(TypeId type) const;
  absl::Status ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) const;
  absl::Status ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) const;
  absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                          const Sink<LedgerWrite>& sink) const;
  absl::Status ScanChanges(CommitId since, std::optional<RecordRef> record,
                           const Sink<ChangeRow>& sink) const;
  absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system,
                                      std::string_view key) const;
  absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) const;
  absl::StatusOr<Row> FindId(TypeId type, const Uuid& id) const;
  absl::Status ScanAliases(const Sink<AliasWrite>& sink) const;
  absl::Status ScanDefinitions(const Sink<DefinitionWrite>& sink) const;
  absl::Status ScanLog(std::string_view log, Seq since, std::string_view key,
                       const Sink<LogWrite>& sink) const;

 protected:
  absl::Status ScanAllLogs(Seq since, std::string_view key, const Sink<LogWrite>& sink) const;

  std::shared_ptr<const MemoryState> state_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_MEMORY_STATE_H_
