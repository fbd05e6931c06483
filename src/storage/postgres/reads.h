// SPDX-License-Identifier: Apache-2.0
//
// The reading functions of StoreReader on one connection inside one transaction. Every scan goes by
// pages in the order of a key, so that a sink may scan with the same reader.

#ifndef RELATA_SRC_STORAGE_POSTGRES_READS_H_
#define RELATA_SRC_STORAGE_POSTGRES_READS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "storage/event_index.h"
#include "storage/insides.h"
#include "storage/name_index.h"
#include "storage/postgres/catalog.h"

namespace relata::internal {

using PgRunsOfNames = std::map<NameSpace, std::vector<NameRun>>;

// A connection inside a transaction, and what holds in it. `end` is called with the connection when
// the last owner goes: it ends the transaction and keeps or drops the connection.
struct PgSession {
  using End = std::function<void(std::shared_ptr<PgConnection>, bool committed)>;

  PgSession(std::shared_ptr<PgConnection> c, const PgDialect& d, int64_t t, End e)
      : connection(std::move(c)), dialect(d), tenant(t), end(std::move(e)) {}
  ~PgSession() { Close(); }
  PgSession(const PgSession&) = delete;
  PgSession& operator=(const PgSession&) = delete;

  void Close() {
    if (connection != nullptr) end(std::move(connection), committed);
  }
  // Fields that begin with the tenant, which is $1 of every statement.
  PgFields Mine() const {
    PgFields fields;
    fields.Int(tenant);
    return fields;
  }
  // The same in `fields`, which keeps its room.
  PgFields& Mine(PgFields& fields) const {
    fields.Clear();
    return fields.Int(tenant);
  }
  std::string Name(std::string_view table) const { return dialect.Name(table); }
  // Whether the ids of the table's records have an index of their own there; they are no names
  // then.
  bool IdsIndexed(const PgTable& table) const {
    return table.own || dialect.indexed_ids.contains(table.name);
  }
  // This transaction writes from now on.
  void Unsteady() {
    steady = false;
    head.reset();
    next_rows.clear();
  }
  // The runs of a space are others now.
  void Forget(NameSpace space) {
    name_runs.erase(space);
    all_name_runs = false;
  }
  // A writer whose connection is gone before COMMIT kept nothing: its commit can be decided again.
  absl::Status Explained(absl::Status status) const {
    const bool again = !status.ok() && writing && connection != nullptr && connection->lost();
    return again ? Aborted(Message(status)) : status;
  }

  std::shared_ptr<PgConnection> connection;
  std::shared_ptr<const PgCatalog> catalog;
  const PgDialect dialect;
  const int64_t tenant;
  PgRunsOfNames name_runs;      // as far as asked
  bool all_name_runs = false;   // other spaces have none
  size_t pack_from = SIZE_MAX;  // PostgresOptions::pack_names_from
  // What a transaction of one's own reads does not change until it writes, so these are asked once.
  // In a host's transaction others write too.
  bool steady = false;
  std::optional<CommitRow> head;
  std::map<TypeId, Row> next_rows;
  bool committed = false;  // by its writer
  bool writing = false;    // holds the tenant's lock
  End end;
};

// The statement that reads the tenant's newest commit, and a commit as it answers.
std::string NewestCommit(const PgDialect& dialect);
CommitRow ReadCommit(const PgResult& result, int row);

class PgSelection;

class PgReads {
 public:
  explicit PgReads(std::shared_ptr<PgSession> session) : session_(std::move(session)) {}

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
  // See StoreInsides (insides.cc).
  std::string_view Backend() const { return "postgresql"; }
  absl::StatusOr<std::string> Describe();
  absl::StatusOr<std::vector<std::string>> LogNames();
  absl::Status ScanErasedEvents(const std::function<void(TypeId, Seq)>& sink);
  absl::Status CheckInsides(const StoreInsides::Wrong& wrong);
  // See SqlReader.
  absl::Status SelectRows(const std::string& statement, std::span<const Value> parameters,
                          const Sink<std::vector<Row>>& sink);
  const PgSession& session() const { return *session_; }

 protected:
  // FailedPrecondition once the transaction has ended.
  absl::StatusOr<PgResult> Query(std::string sql, PgFields fields);
  // Runs `sql`, which must end in a LIMIT of kBatchRows, with fields made from the last key until a
  // page is not full. `row` is called with each row.
  absl::Status Pages(const std::string& sql, const std::function<PgFields()>& fields,
                     const std::function<absl::Status(const PgResult&, int)>& row);
  absl::StatusOr<CommitRow> OneCommit(const std::string& rest, PgFields fields,
                                      const std::string& missing);
  absl::Status EventsBySubject(const ScanSpec& spec, const PgSelection& selection,
                               const PgTable& table, const Sink<EventRows>& sink);

  absl::Status CheckTypes(const StoreInsides::Wrong& wrong);
  absl::Status CheckShared(const StoreInsides::Wrong& wrong);
  absl::Status CheckSteps(const StoreInsides::Wrong& wrong);

  // DataLoss when fewer of the indexed events were found than erasure explains.
  absl::Status CheckErased(TypeId type, std::span<const Seq> indexed, size_t found);

  std::shared_ptr<PgSession> session_;
};

// The packed event index in the tenant's tables.
class PgEventRuns : public EventRuns {
 public:
  explicit PgEventRuns(const PgSession* session) : session_(session) {}

  absl::StatusOr<std::vector<EventRun>> Runs(TypeId type) override;
  absl::Status Write(TypeId type, const EventRun& run,
                     const std::vector<EventBlock>& blocks) override;
  absl::Status Drop(TypeId type, const EventRun& run) override;
  absl::Status Blocks(TypeId type, const EventRun& run, Row subject,
                      const std::function<absl::StatusOr<bool>(std::string_view)>& sink) override;
  absl::Status Events(TypeId type, Seq after, Seq before, std::vector<EventEntry>& out) override;
  absl::StatusOr<int64_t> CountAfter(TypeId type, Seq seq) override;
  absl::Status EventsOf(TypeId type, Row subject, Seq from, Seq until,
                        std::vector<Seq>& out) override;

 private:
  const PgSession* session_;
};

// The packed names in the tenant's tables (names.cc).
class PgNameRuns : public NameRuns {
 public:
  explicit PgNameRuns(PgSession* session) : session_(session) {}

  absl::StatusOr<std::vector<NameRun>> Runs(NameSpace space) override;
  absl::Status Write(NameSpace space, const NameRun& run,
                     const std::vector<NameBlock>& blocks) override;
  absl::Status Append(NameSpace space, const NameRun& run,
                      const std::vector<NameBlock>& blocks) override;
  // All of a long commit: to write some of them ends the COPY of records.
  size_t MostAscending() const override { return SIZE_MAX; }
  absl::Status Drop(NameSpace space, const NameRun& run) override;
  absl::StatusOr<std::vector<NameBlock>> Blocks(NameSpace space, const NameRun& run,
                                                std::string_view from, size_t most) override;
  absl::Status LookUp(NameSpace space, std::span<const std::string_view> names,
                      const EachLookedUp& each) override;
  absl::Status Replace(NameSpace space, const NameRun& run, std::string_view last,
                       const NameBlock& block) override;
  absl::Status Lessen(NameSpace space, const NameRun& run, int64_t entries) override;

 private:
  PgSession* session_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_READS_H_
