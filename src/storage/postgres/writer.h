// SPDX-License-Identifier: Apache-2.0
//
// One commit written to a PostgreSQL database inside one transaction that holds the tenant's lock.

#ifndef RELATA_SRC_STORAGE_POSTGRES_WRITER_H_
#define RELATA_SRC_STORAGE_POSTGRES_WRITER_H_

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "storage/forwarding.h"
#include "storage/postgres/bulk.h"
#include "storage/postgres/reads.h"

namespace relata::internal {

class ErasedLines;

// What is read with the tenant's lock.
struct PgLocked {
  std::string digest;  // of the catalog
  PgRunsOfNames runs;  // all runs of the tenant's names
  CommitRow head;
};

// What the writer asks of the store it came from.
class PgWriterHome {
 public:
  virtual ~PgWriterHome() = default;
  // Begins a transaction on the connection and takes the tenant's lock, in one round trip.
  virtual absl::StatusOr<PgLocked> Lock(PgConnection& connection, Duration patience) = 0;
  // Runs schema statements, each in a transaction of its own. No transaction is open.
  virtual absl::Status RunSteps(PgConnection& connection, const std::vector<PgStep>& steps) = 0;
  // A host's transaction has taken over what was written in it.
  virtual void Released() = 0;
  // A commit of the store's own transaction is kept.
  virtual void Wrote(const CommitRow& commit) = 0;
  // What became of a commit whose answer was lost: OK, Aborted (it was not kept) or Unknown.
  virtual absl::Status Resolve(const CommitRow& commit) = 0;
  // Makes the tenant's views follow its catalog, as far as that can be done now.
  virtual void RefreshViews(PgConnection& connection, const PgCatalog& catalog) = 0;
};

// The names of a tenant that are not packed (names.cc).
class PgLooseNames : public LooseNames {
 public:
  // `session` must outlive it.
  explicit PgLooseNames(const PgSession* session) : session_(session) {}

  absl::Status Put(NameSpace space, const NameBatch& names) override;
  absl::Status TakeOutKnown(NameSpace space, NameBatch& names) override;
  absl::Status Free(NameSpace space, std::string_view name) override;
  absl::Status Taken(NameSpace space, std::string_view name) const override;

 private:
  void PutOne(NameSpace space, std::string_view name, Row row);
  absl::Status PutMany(NameSpace space, const NameBatch& names);

  const PgSession* session_;
};

class PgWriter : public WithInsides<Forwarding<StoreWriter, PgReads>> {
 public:
  // `head` is the newest commit in the session's transaction.
  PgWriter(std::shared_ptr<PgSession> session, CommitRow head, std::shared_ptr<PgWriterHome> home,
           Duration patience);
  ~PgWriter() override;

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
    if (status_.ok()) status_ = session_->Explained(f());
    return status_;
  }

  absl::Status PrepareNow(std::span<const TableSpec> tables);
  absl::Status MakeTables(const std::vector<PgStep>& steps);
  absl::Status SaveCatalog(const PgCatalog& catalog);
  absl::Status EraseNow(RecordRef subject);
  absl::Status ApplyNow(const CommitBatch& batch);
  absl::Status QueueAll(const CommitBatch& batch);
  absl::Status PushHeld();
  absl::Status SendHeld();
  // `sent`: COMMIT is on its way, so that a lost answer leaves its outcome open.
  absl::Status CommitNow(bool& sent);

  absl::Status ApplyRecords(const std::vector<RecordWrite>& records);
  absl::Status CreateRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status UpdateRecord(const Layout::Table& table, const RecordWrite& write);
  void DeleteRecord(const Layout::Table& table, const RecordWrite& write);
  absl::Status ApplyEvents(const EventBatch& batch);
  absl::Status FlushNames();  // names.cc
  absl::Status ApplyLedger(const std::vector<LedgerWrite>& lines);
  absl::Status ApplyChanges(const std::vector<ChangeWrite>& changes);
  absl::Status ApplyLogs(const std::vector<LogWrite>& lines);
  void ApplyAliases(const std::vector<AliasWrite>& aliases);
  absl::Status ApplyDefinitions(const std::vector<DefinitionWrite>& definitions);
  void ApplyCommit(const CommitRow& commit);
  // erasure.cc
  absl::Status ApplyErase(const EraseWrite& erase);
  absl::Status EraseEventsOf(TypeId type, Row subject);
  void EraseEvents(TypeId type, const std::vector<Seq>& seqs);
  absl::Status EraseKeys(const std::vector<RecordRef>& subjects);
  absl::Status EraseLines(const ErasedLines& touched);
  absl::Status EraseReasons(const ErasedLines& touched);

  PgConnection& connection() { return *session_->connection; }
  const PgCatalog& catalog() const { return *session_->catalog; }
  PgBulk Into(const char* table, const std::string& columns, int count, std::string taken);
  PgBulk& EventsOf(const Layout::Table& table);
  // Calls `f` with each bulk whose rows wait.
  template <class F>
  absl::Status EachHeld(F f) {
    for (auto& [type, creations] : creations_) RELATA_RETURN_IF_ERROR(f(creations.fresh));
    for (auto& [type, events] : events_) RELATA_RETURN_IF_ERROR(f(events));
    for (std::optional<PgBulk>* held : {&ledger_, &changes_, &images_}) {
      if (held->has_value()) RELATA_RETURN_IF_ERROR(f(**held));
    }
    return absl::OkStatus();
  }
  // The rows on their way into a record table and the highest row given out in it.
  struct Creations {
    PgBulk fresh;
    PgBulk any;
    Row highest;
  };
  absl::StatusOr<Creations*> CreationsOf(const Layout::Table& table);
  absl::Status FlushCreations(TypeId type);

  std::shared_ptr<PgSession> session_;
  const CommitRow before_;
  const std::shared_ptr<PgWriterHome> home_;
  const Duration patience_;
  // Rows of a part wait for those of the next ones, for the last one or for a reader, so that few
  // COPYs are begun and one goes on while the next part is made.
  std::map<TypeId, Creations> creations_;
  std::map<TypeId, Row> next_rows_;  // as far as they were asked for before the first Apply
  std::map<TypeId, PgBulk> events_;
  std::optional<PgBulk> ledger_;
  std::optional<PgBulk> changes_;
  std::optional<PgBulk> images_;
  // The row being made, which keeps its room from one to the next.
  PgFields row_;
  PgFields image_;
  std::vector<const Value*> values_;
  PgEventRuns runs_;
  EventIndexWriter index_;
  PgNameRuns name_runs_;
  PgLooseNames loose_;
  NameWriter names_;
  std::map<TypeId, Seq> last_event_;  // of the types written so far
  Seq last_line_ = 0;                 // of the ledger
  std::vector<RecordRef> erased_;
  CommitRow commit_;
  int64_t definitions_ = 0;
  bool prepared_ = false;
  bool applied_ = false;
  bool part_ = false;  // what is applied is not the last of its commit
  bool complete_ = false;
  absl::Status status_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_WRITER_H_
