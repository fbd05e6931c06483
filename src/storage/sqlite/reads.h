// SPDX-License-Identifier: Apache-2.0
//
// The reading functions of StoreReader on one connection inside one transaction.

#ifndef RELATA_SRC_STORAGE_SQLITE_READS_H_
#define RELATA_SRC_STORAGE_SQLITE_READS_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/event_index.h"
#include "storage/insides.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/event_runs.h"
#include "storage/sqlite/name_runs.h"

namespace relata::internal {

// A connection inside a transaction and the catalog that holds in it. `end` is called with the
// connection when the last owner goes: it ends the transaction and keeps or drops the connection.
struct Session {
  using End = std::function<void(std::unique_ptr<Connection>, bool committed)>;

  Session(std::unique_ptr<Connection> c, std::shared_ptr<const Catalog> k, End e)
      : connection(std::move(c)),
        catalog(std::move(k)),
        end(std::move(e)),
        names(connection.get(), &catalog) {}
  ~Session() { Close(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Close() {
    if (connection != nullptr) end(std::move(connection), committed);
  }

  std::unique_ptr<Connection> connection;
  std::shared_ptr<const Catalog> catalog;
  End end;
  SqliteNameRuns names;
  KnownEventRuns event_runs;
  std::shared_ptr<EventTails> tails;  // nullptr when lent
  size_t pack_from = SIZE_MAX;        // SqliteOptions::pack_names_from
  bool lent = false;       // inside a transaction of the host's, after SAVEPOINT relata_writer
  bool committed = false;  // by its writer
};

class SqliteReads {
 public:
  explicit SqliteReads(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  absl::StatusOr<CommitRow> Head();
  absl::StatusOr<CommitRow> FindCommit(CommitId id);
  absl::Status ScanCommits(CommitId since, const Sink<CommitRow>& sink);
  absl::StatusOr<CommitRow> FindOperation(std::string_view operation_id);
  absl::StatusOr<std::vector<TableSpec>> Tables();
  absl::StatusOr<Row> NextRow(TypeId type);
  absl::Status ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink);
  absl::Status ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink);
  absl::Status ScanLedger(Seq since, std::optional<RecordRef> person,
                          const Sink<LedgerWrite>& sink);
  absl::Status ScanChanges(CommitId since, std::optional<RecordRef> record,
                           const Sink<ChangeRow>& sink);
  absl::StatusOr<Row> FindExternalKey(TypeId type, std::string_view system, std::string_view key);
  absl::Status ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink);
  absl::StatusOr<Row> FindId(TypeId type, const Uuid& id);
  absl::Status ScanAliases(const Sink<AliasWrite>& sink);
  absl::Status ScanDefinitions(const Sink<DefinitionWrite>& sink);
  absl::Status ScanLog(std::string_view log, Seq since, std::string_view key,
                       const Sink<LogWrite>& sink);
  // See SqlReader.
  absl::Status SelectRows(const std::string& statement, std::span<const Value> parameters,
                          const Sink<std::vector<Row>>& sink);
  // See StoreInsides.
  std::string_view Backend() const { return "sqlite"; }
  absl::StatusOr<std::string> Describe();
  absl::StatusOr<std::vector<std::string>> LogNames();
  absl::Status ScanErasedEvents(const std::function<void(TypeId, Seq)>& sink);
  absl::Status CheckInsides(const StoreInsides::Wrong& wrong);
  const Catalog& catalog() const { return *session_->catalog; }

 protected:
  // FailedPrecondition once the transaction has ended.
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // The same for a statement that takes rows (batches.h).
  absl::StatusOr<Statement> PrepareTaking(std::string_view sql);
  absl::Status CheckSteps(const StoreInsides::Wrong& wrong);

  std::shared_ptr<Session> session_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_READS_H_
