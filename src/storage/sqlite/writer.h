// SPDX-License-Identifier: Apache-2.0
//
// One commit written to a SQLite file inside one immediate transaction.

#ifndef RELATA_SRC_STORAGE_SQLITE_WRITER_H_
#define RELATA_SRC_STORAGE_SQLITE_WRITER_H_

#include <map>
#include <memory>
#include <vector>

#include "storage/forwarding.h"
#include "storage/sqlite/event_runs.h"
#include "storage/sqlite/reads.h"

namespace relata::internal {

class ErasedLines;

class SqliteWriter : public Forwarding<StoreWriter, SqliteReads> {
 public:
  // `head` is the newest commit in the session's transaction.
  SqliteWriter(std::shared_ptr<Session> session, CommitRow head);

  absl::Status Prepare(std::span<const TableSpec> tables) override;
  absl::Status Apply(const CommitBatch& batch) override;
  absl::Status EraseImages(RecordRef subject) override;
  absl::Status Commit() override;

 private:
  // Runs `f` unless something failed before; its failure is what every later call returns.
  template <class F>
  absl::Status Sticky(F f) {
    if (status_.ok()) status_ = CheckOpen();
    if (status_.ok()) status_ = f();
    return status_;
  }

  // SQLite ends a transaction by itself after some failures; what followed would then be kept.
  absl::Status CheckOpen();

  absl::Status PrepareNow(std::span<const TableSpec> tables);
  absl::Status ApplyNow(const CommitBatch& batch);
  absl::Status CommitNow();

  absl::Status ApplyRecord(const RecordWrite& write);
  absl::Status CreateRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status UpdateRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status DeleteRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status RestoreRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status ApplyEvents(const EventBatch& batch);
  absl::Status ApplyLedger(const std::vector<LedgerWrite>& lines);
  absl::Status ApplyChanges(const std::vector<ChangeWrite>& changes);
  absl::Status ApplyKeys(const std::vector<ExternalKeyWrite>& keys);
  absl::Status ApplyAliases(const std::vector<AliasWrite>& aliases);
  absl::Status ApplyDefinitions(const std::vector<DefinitionWrite>& definitions);
  absl::Status ApplyLogs(const std::vector<LogWrite>& lines);
  absl::Status ApplyCommit(const CommitRow& commit);
  // erasure.cc
  absl::Status ApplyErase(const EraseWrite& erase);
  absl::Status EraseEventsOf(const Layout::Table& table, Row subject);
  absl::Status EraseEvent(const Layout::Table& table, Seq seq);
  absl::Status EraseEntries(const std::vector<Seq>& entries);
  absl::Status EraseKeys(const ErasedLines& touched);
  absl::Status EraseLines(const ErasedLines& touched);
  absl::Status EraseReasons(const ErasedLines& touched);

  Connection& connection() { return *session_->connection; }
  const Catalog& catalog() const { return *session_->catalog; }
  // The INSERT of a record table and the parameter of each of its columns, kept for the life of the
  // writer.
  struct Insert {
    Statement statement;
    std::vector<int> parameters;
  };
  absl::StatusOr<Insert*> InsertOf(const Layout::Table& table);

  std::shared_ptr<Session> session_;
  const CommitRow before_;
  std::map<TypeId, Insert> inserts_;
  SqliteEventRuns runs_;
  EventIndexWriter index_;
  std::map<TypeId, Seq> last_event_;  // of the types written so far
  bool applied_ = false;
  bool complete_ = false;
  bool erased_ = false;
  absl::Status status_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_WRITER_H_
