// SPDX-License-Identifier: Apache-2.0
//
// One commit written to a SQLite file inside one immediate transaction.

#ifndef RELATA_SRC_STORAGE_SQLITE_WRITER_H_
#define RELATA_SRC_STORAGE_SQLITE_WRITER_H_

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "storage/forwarding.h"
#include "storage/insides.h"
#include "storage/sqlite/bulk.h"
#include "storage/sqlite/event_runs.h"
#include "storage/sqlite/reads.h"

namespace relata::internal {

class ErasedLines;

// The names of a file that are not packed (names.cc).
class SqliteLooseNames : public LooseNames {
 public:
  // `session` must outlive it.
  explicit SqliteLooseNames(const Session* session) : session_(session) {}

  absl::Status Put(NameSpace space, const NameBatch& names) override;
  absl::Status TakeOutKnown(NameSpace space, NameBatch& names) override;
  absl::Status Free(NameSpace space, std::string_view name) override;
  absl::Status Taken(NameSpace space, std::string_view name) const override;

 private:
  absl::Status PutIds(NameSpace space, const NameBatch& names);
  absl::Status PutKeys(NameSpace space, const NameBatch& names);
  absl::Status CheckIds(NameSpace space, const NameBatch& names);
  absl::Status TakeOutKeys(NameSpace space, NameBatch& names);
  Connection& connection() const { return *session_->connection; }

  const Session* session_;
};

class SqliteWriter : public WithInsides<Forwarding<StoreWriter, SqliteReads>> {
 public:
  // `head` is the newest commit in the session's transaction.
  SqliteWriter(std::shared_ptr<Session> session, CommitRow head);

  // Known from the start until this writer's own commit is complete.
  absl::StatusOr<CommitRow> Head() override {
    if (complete_ || !status_.ok()) return WithInsides::Head();
    return before_;
  }
  absl::Status Prepare(std::span<const TableSpec> tables) override;
  absl::Status Apply(const CommitBatch& batch) override;
  absl::Status EraseImages(RecordRef subject) override;
  absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system,
                                      std::string_view key) override;
  absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) override;
  absl::StatusOr<Row> FindId(TypeId type, const Uuid& id) override;
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

  // records.cc
  absl::Status ApplyRecords(const std::vector<RecordWrite>& records);
  absl::Status CreateRecords(const Layout::Table& table, std::span<const RecordWrite> records);
  absl::Status UpdateRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status DeleteRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status RestoreRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status ApplyEvents(const EventBatch& batch);
  absl::Status InsertEvents(const Layout::Table& table, const EventBatch& batch,
                            const std::vector<int>& places);
  // writer.cc
  absl::Status ApplyLedger(const std::vector<LedgerWrite>& lines);
  absl::Status ApplyChanges(const std::vector<ChangeWrite>& changes);
  absl::Status ApplyAliases(const std::vector<AliasWrite>& aliases);
  absl::Status ApplyDefinitions(const std::vector<DefinitionWrite>& definitions);
  absl::Status ApplyLogs(const std::vector<LogWrite>& lines);
  absl::Status ApplyCommit(const CommitRow& commit);
  // erasure.cc
  absl::Status ApplyErase(const EraseWrite& erase);
  absl::Status EraseEventsOf(const Layout::Table& table, Row subject);
  absl::Status EraseEvent(const Layout::Table& table, Seq seq);
  absl::Status EraseEntries(const std::vector<Seq>& entries);
  absl::Status EraseKeys(const EraseWrite& erase, const ErasedLines& touched);
  absl::Status EraseLines(const ErasedLines& touched);
  absl::Status EraseReasons(const ErasedLines& touched);

  Connection& connection() { return *session_->connection; }
  const Catalog& catalog() const { return *session_->catalog; }
  // The INSERT of a record table and the place of each of its columns among the parameters of a
  // row, kept for the life of the writer.
  struct Insert {
    SqliteBulk rows;
    std::vector<int> parameters;
    std::vector<int64_t> given;  // by slot and column: the last record that named it, 0 when null
    int64_t record = 0;          // how many were bound
  };
  Insert& InsertOf(const Layout::Table& table);
  // The UPDATE of the fields last changed: the next record mostly changes the same ones.
  struct Update {
    TypeId type = kNoType;
    std::vector<FieldId> fields;
    Statement statement;
    std::vector<int> parameters;  // of each field
    int row = 0;                  // the parameter of the row
  };
  absl::StatusOr<Update*> UpdateOf(const Layout::Table& table, const RecordWrite& write);

  std::shared_ptr<Session> session_;
  const CommitRow before_;
  std::map<TypeId, Insert> inserts_;
  Update update_;
  SqliteEventRuns runs_;
  EventIndexWriter index_;
  SqliteLooseNames loose_;
  NameWriter names_;
  SqliteBulk lines_;
  SqliteBulk changes_;
  SqliteBulk images_;
  std::map<TypeId, Seq> last_event_;  // of the types written so far
  Seq last_line_ = 0;                 // of the ledger
  bool applied_ = false;
  bool complete_ = false;
  bool erased_ = false;
  absl::Status status_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_WRITER_H_
