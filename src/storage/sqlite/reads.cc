// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/reads.h"

#include <algorithm>
#include <initializer_list>

#include "storage/sqlite/batches.h"
#include "storage/sqlite/event_runs.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/name_runs.h"
#include "storage/sqlite/values.h"

namespace relata::internal {
namespace {

constexpr char kCommit[] =
    "SELECT id, recorded, actor, source, reason, c.operation_id, o.result, salt, commitment, chain,"
    " last_seq FROM relata_commit c LEFT JOIN relata_operation o "
    "ON c.operation_id != '' AND o.operation_id = c.operation_id ";

CommitRow ReadCommit(const Statement& s) {
  CommitRow row;
  row.id = s.Int(0);
  row.recorded = {s.Int(1)};
  row.actor = s.Text(2);
  row.source = s.Text(3);
  row.reason = s.Text(4);
  row.operation_id = s.Text(5);
  row.result = s.Blob(6);
  row.salt = s.Blob(7);
  row.commitment = s.Blob(8);
  row.chain = s.Blob(9);
  row.last_seq = s.Int(10);
  return row;
}

RecordRef ReadRef(const Statement& s, int at) {
  return s.IsNull(at) ? RecordRef() : RecordRef{static_cast<TypeId>(s.Int(at)), s.Int(at + 1)};
}

// A reference is two columns, both there or both absent; half of one was put there by another hand.
absl::Status CheckRefs(const Statement& s, std::initializer_list<int> places) {
  for (const int at : places) {
    if (s.IsNull(at) != s.IsNull(at + 1)) {
      return DataLoss(Concat("line ", s.Int(0), " refers to half a record"));
    }
  }
  return absl::OkStatus();
}

// Calls `row` for each row of the result.
template <class F>
absl::Status ForEach(Statement& statement, F row) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(row());
  }
}

// A page cache of a few hundred pages while a whole table is read: reading comes past each page
// once, and a cache that grows instead of using its pages again costs half of the time of a scan.
// Not inside a writer, whose changed pages the cache holds, nor on the host's connection.
class SmallCache {
 public:
  SmallCache(const Session& session, const ScanSpec& spec)
      : connection_(session.connection.get()),
        made_(spec.from == 0 && spec.until == INT64_MAX && spec.rows.empty() && !spec.subject &&
              !session.lent &&
              sqlite3_txn_state(connection_->handle(), "main") == SQLITE_TXN_READ &&
              connection_->Execute("PRAGMA cache_size=-1024").ok()) {}
  ~SmallCache() {
    if (made_) (void)connection_->Execute(kCacheSize);
  }
  SmallCache(const SmallCache&) = delete;
  SmallCache& operator=(const SmallCache&) = delete;

 private:
  Connection* const connection_;
  const bool made_;
};

// What a statement sorts and groups goes into a file, which nobody else sees, once it is larger
// than the page cache: these questions are asked so that memory holds little. Not on the host's
// connection, nor in a build of SQLite that was told otherwise.
class SortingInFiles {
 public:
  explicit SortingInFiles(const Session& session)
      : connection_(session.connection.get()),
        made_(!session.lent && connection_->Execute("PRAGMA temp_store=FILE").ok()) {}
  ~SortingInFiles() {
    if (made_) (void)connection_->Execute("PRAGMA temp_store=MEMORY");
  }
  SortingInFiles(const SortingInFiles&) = delete;
  SortingInFiles& operator=(const SortingInFiles&) = delete;

 private:
  Connection* const connection_;
  const bool made_;
};

absl::StatusOr<bool> WasErased(Connection& connection, TypeId type, Seq seq) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection.Prepare("SELECT 1 FROM relata_erased_event WHERE type = ? AND seq = ?"));
  s.Bind(1, type);
  s.Bind(2, seq);
  return s.Step();
}

// The seqs of one subject's events in (at, seq) order.
absl::StatusOr<std::vector<Seq>> SubjectSeqs(Session& session, const std::string& table,
                                             const ScanSpec& spec) {
  SqliteEventRuns runs(&session);
  RELATA_ASSIGN_OR_RETURN(const std::vector<Seq> seqs,
                          FindEvents(runs, spec.type, *spec.subject, spec.from, spec.until));
  Connection& connection = *session.connection;
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection.Prepare(Concat("SELECT at FROM ", QuoteName(table), " WHERE seq = ?")));
  std::vector<std::pair<int64_t, Seq>> by_time;
  by_time.reserve(seqs.size());
  for (Seq seq : seqs) {
    select.Bind(1, seq);
    RELATA_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      // The index is not rewritten when an event is erased.
      RELATA_ASSIGN_OR_RETURN(const bool erased, WasErased(connection, spec.type, seq));
      if (!erased) return DataLoss(Concat("event ", seq, " is indexed and not there"));
      continue;
    }
    by_time.emplace_back(select.Int(0), seq);
    select.Reset();
  }
  std::sort(by_time.begin(), by_time.end());
  std::vector<Seq> ordered;
  ordered.reserve(seqs.size());
  for (const auto& [at, seq] : by_time) ordered.push_back(seq);
  return ordered;
}

}  // namespace

absl::StatusOr<Statement> SqliteReads::Prepare(std::string_view sql) {
  if (session_->connection == nullptr) return FailedPrecondition("the writer is committed");
  return session_->connection->Prepare(sql);
}

absl::StatusOr<Statement> SqliteReads::PrepareTaking(std::string_view sql) {
  if (session_->connection == nullptr) return FailedPrecondition("the writer is committed");
  return internal::PrepareTaking(*session_->connection, sql);
}

absl::StatusOr<CommitRow> SqliteReads::Head() {
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(Concat(kCommit, "ORDER BY id DESC LIMIT 1")));
  RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
  return found ? ReadCommit(s) : CommitRow();
}

absl::StatusOr<CommitRow> SqliteReads::FindCommit(CommitId id) {
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(Concat(kCommit, "WHERE id = ?")));
  s.Bind(1, id);
  RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
  if (!found) return NotFound(Concat("no commit ", id));
  return ReadCommit(s);
}

absl::Status SqliteReads::ScanCommits(CommitId since, const Sink<CommitRow>& sink) {
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(Concat(kCommit, "WHERE id > ? ORDER BY id")));
  s.Bind(1, since);
  return ForEach(s, [&] { return sink(ReadCommit(s)); });
}

absl::StatusOr<CommitRow> SqliteReads::FindOperation(std::string_view operation_id) {
  CommitId commit = 0;
  {
    RELATA_ASSIGN_OR_RETURN(
        Statement s, Prepare("SELECT commit_id FROM relata_operation WHERE operation_id = ?"));
    s.BindText(1, operation_id);
    RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
    if (!found) return NotFound(Concat("no operation ", operation_id));
    commit = s.Int(0);
  }
  return FindCommit(commit);
}

absl::StatusOr<std::vector<TableSpec>> SqliteReads::Tables() {
  return session_->catalog->layout.Specs();
}

absl::StatusOr<Row> SqliteReads::NextRow(TypeId type) {
  const Catalog& catalog = *session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog.layout.FindToRead(type, TableSpec::Kind::kRecord));
  if (table == nullptr) return Row{0};
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(Concat("SELECT max(row) FROM ",
                                                      QuoteName(catalog.Physical(type).name))));
  RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
  return found && !s.IsNull(0) ? s.Int(0) + 1 : Row{0};
}

absl::Status SqliteReads::ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) {
  // The catalog may be replaced by Prepare; this scan keeps the one it began with.
  const std::shared_ptr<const Catalog> catalog = session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog->layout.FindToRead(spec.type, TableSpec::Kind::kRecord));
  if (table == nullptr) return absl::OkStatus();
  const SmallCache small(*session_, spec);
  RELATA_ASSIGN_OR_RETURN(Selection selection, Select(*catalog, *table, spec.fields));
  const std::unique_ptr<Batches> batches = NewRecordBatches(std::move(selection), spec.ids, sink);
  // A CASE decides in the order it is written in; the conditions of an AND need not.
  const auto select = [&](std::string_view rows) {
    return PrepareTaking(Concat("SELECT 1 FROM ", QuoteName(catalog->Physical(spec.type).name),
                                " NOT INDEXED WHERE ", rows, " AND CASE WHEN deleted = 0 THEN ",
                                batches->condition(), " END ORDER BY row"));
  };
  if (spec.rows.empty()) {
    RELATA_ASSIGN_OR_RETURN(Statement s, select("row >= ?1 AND row < ?2"));
    s.Bind(1, spec.from);
    s.Bind(2, spec.until);
    RELATA_RETURN_IF_ERROR(batches->TakeAll(s));
    return batches->Finish();
  }
  RELATA_ASSIGN_OR_RETURN(Statement s, select("row = ?1"));
  for (Row row : spec.rows) {
    if (row < spec.from || row >= spec.until) continue;
    s.Bind(1, row);
    RELATA_RETURN_IF_ERROR(batches->TakeAll(s));
  }
  return batches->Finish();
}

absl::Status SqliteReads::ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) {
  const std::shared_ptr<const Catalog> catalog = session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog->layout.FindToRead(spec.type, TableSpec::Kind::kEvent));
  if (table == nullptr) return absl::OkStatus();
  const SmallCache small(*session_, spec);
  RELATA_ASSIGN_OR_RETURN(Selection selection, Select(*catalog, *table, spec.fields));
  const std::string& name = catalog->Physical(spec.type).name;
  const std::unique_ptr<Batches> batches = NewEventBatches(std::move(selection), sink);
  const auto select = [&](std::string_view seqs) {
    return PrepareTaking(Concat("SELECT 1 FROM ", QuoteName(name), " NOT INDEXED WHERE ", seqs,
                                " AND ", batches->condition(), " ORDER BY seq"));
  };
  if (!spec.subject) {
    RELATA_ASSIGN_OR_RETURN(Statement s, select("seq >= ?1 AND seq < ?2"));
    s.Bind(1, spec.from);
    s.Bind(2, spec.until);
    RELATA_RETURN_IF_ERROR(batches->TakeAll(s));
    return batches->Finish();
  }
  RELATA_ASSIGN_OR_RETURN(Statement s, select("seq = ?1"));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Seq> seqs, SubjectSeqs(*session_, name, spec));
  for (Seq seq : seqs) {
    s.Bind(1, seq);
    const size_t before = batches->taken();
    RELATA_RETURN_IF_ERROR(batches->TakeAll(s));
    if (batches->taken() == before) {
      return DataLoss(Concat("event ", seq, " is indexed and not there"));
    }
  }
  return batches->Finish();
}

absl::Status SqliteReads::ScanLedger(Seq since, std::optional<RecordRef> person,
                                     const Sink<LedgerWrite>& sink) {
  constexpr std::string_view kLines =
      "SELECT seq, person_type, person, point_type, point, at, body FROM relata_ledger WHERE seq ";
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          Prepare(Concat(kLines, person ? "= ?" : "> ? ORDER BY seq")));
  const auto line = [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckRefs(s, {1, 3}));
    return sink(
        LedgerWrite{s.Int(0), ReadRef(s, 1), ReadRef(s, 3), {s.Int(5)}, std::string(s.Blob(6))});
  };
  if (!person) {
    s.Bind(1, since);
    return ForEach(s, line);
  }
  SqliteEventRuns runs(session_.get());
  RELATA_ASSIGN_OR_RETURN(const std::vector<Seq> seqs,
                          FindEvents(runs, kLedgerIndex, person->row, since + 1, INT64_MAX));
  for (const Seq seq : seqs) {
    s.Bind(1, seq);
    RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
    if (!found) return DataLoss(Concat("ledger line ", seq, " is indexed and not there"));
    if (ReadRef(s, 1) == *person) RELATA_RETURN_IF_ERROR(line());
    s.Reset();
  }
  return absl::OkStatus();
}

absl::Status SqliteReads::ScanChanges(CommitId since, std::optional<RecordRef> record,
                                      const Sink<ChangeRow>& sink) {
  constexpr char kChange[] =
      "SELECT seq, commit_id, type, row, rows, op, subject_type, subject, effective_at, before, "
      "(SELECT image FROM relata_personal_image p WHERE p.seq = c.seq), personal_digest "
      "FROM relata_change c ";
  // A commit's seqs lie above the last_seq of the commit before it.
  constexpr char kAfter[] =
      "seq > coalesce((SELECT last_seq FROM relata_commit WHERE id = ?1), 0) AND commit_id > ?1 ";
  // One branch for each of the two indexes on records.
  const std::string sql =
      record
          ? Concat(kChange, "WHERE rows = 1 AND type = ?2 AND row = ?3 AND ", kAfter, "UNION ALL ",
                   kChange, "WHERE rows > 1 AND type = ?2 AND row <= ?3 AND row + rows > ?3 AND ",
                   kAfter, "ORDER BY 1")
          : Concat(kChange, "WHERE ", kAfter, "ORDER BY seq");
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(sql));
  s.Bind(1, since);
  if (record) {
    s.Bind(2, record->type);
    s.Bind(3, record->row);
  }
  return ForEach(s, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckRefs(s, {6}));
    ChangeRow row;
    row.commit = s.Int(1);
    row.change = {s.Int(0),
                  static_cast<TypeId>(s.Int(2)),
                  s.Int(3),
                  s.Int(4),
                  static_cast<RecordWrite::Op>(s.Int(5)),
                  std::string(s.Blob(9)),
                  std::string(s.Blob(10)),
                  ReadRef(s, 6),
                  std::nullopt,
                  std::string(s.Blob(11))};
    if (!s.IsNull(8)) row.change.effective_at = Timestamp{s.Int(8)};
    return sink(row);
  });
}

absl::StatusOr<Row> SqliteReads::FindExternalKey(TypeId type, std::string_view system,
                                                 std::string_view key) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      Prepare("SELECT row FROM relata_external_key WHERE type = ? AND system = ? AND key = ?"));
  s.Bind(1, type);
  s.BindText(2, system);
  s.BindText(3, key);
  RELATA_ASSIGN_OR_RETURN(const bool loose, s.Step());
  if (loose) return s.Int(0);
  RELATA_ASSIGN_OR_RETURN(
      const Row packed,
      FindPacked(session_->names, {type, NameSpace::Kind::kKey}, KeyName(system, key)));
  if (packed != kNoRow) return packed;
  return NotFound(Concat("no record has key ", system, ":", key));
}

absl::Status SqliteReads::ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) {
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          Prepare("SELECT system, key, row FROM relata_external_key WHERE type = ? "
                                  "ORDER BY system, key"));
  s.Bind(1, type);
  KeyMerge merge(&session_->names, type, sink);
  RELATA_RETURN_IF_ERROR(ForEach(s, [&] {
    return merge.Loose({type, std::string(s.Text(0)), std::string(s.Text(1)), s.Int(2)});
  }));
  return merge.Finish();
}

absl::StatusOr<Row> SqliteReads::FindId(TypeId type, const Uuid& id) {
  const Catalog& catalog = *session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog.layout.FindToRead(type, TableSpec::Kind::kRecord));
  if (table == nullptr) return NotFound(Concat("no record has id ", id.ToString()));
  const bool indexed = catalog.indexed_ids.contains(type);
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      Prepare(indexed ? Concat("SELECT row FROM ", QuoteName(catalog.Physical(type).name),
                               " WHERE id = ?")
                      : std::string("SELECT row FROM relata_id WHERE id = ? AND type = ?")));
  s.BindBlob(1, IdName(id));
  if (!indexed) s.Bind(2, type);
  RELATA_ASSIGN_OR_RETURN(const bool loose, s.Step());
  if (loose) return s.Int(0);
  if (!indexed) {
    RELATA_ASSIGN_OR_RETURN(const Row packed,
                            FindPacked(session_->names, {type, NameSpace::Kind::kId}, IdName(id)));
    if (packed != kNoRow) return packed;
  }
  return NotFound(Concat("no record has id ", id.ToString()));
}

absl::Status SqliteReads::ScanAliases(const Sink<AliasWrite>& sink) {
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          Prepare("SELECT loser_type, loser, winner_type, winner, from_commit, "
                                  "until_commit FROM relata_alias "
                                  "ORDER BY from_commit, loser_type, loser"));
  return ForEach(s, [&] {
    AliasWrite alias{ReadRef(s, 0), ReadRef(s, 2), s.Int(4), std::nullopt};
    if (!s.IsNull(5)) alias.until = s.Int(5);
    return sink(alias);
  });
}

absl::Status SqliteReads::ScanDefinitions(const Sink<DefinitionWrite>& sink) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      Prepare("SELECT kind, name, version, body FROM relata_definition ORDER BY place"));
  return ForEach(s, [&] {
    return sink(DefinitionWrite{std::string(s.Text(0)), std::string(s.Text(1)), s.Int(2),
                                std::string(s.Text(3))});
  });
}

absl::Status SqliteReads::ScanLog(std::string_view log, Seq since, std::string_view key,
                                  const Sink<LogWrite>& sink) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      Prepare(Concat("SELECT seq, subject_type, subject, key, at, ", kLineBody,
                     ", log FROM relata_log WHERE seq > ?2 ", log.empty() ? "" : "AND log = ?1 ",
                     key.empty() ? "" : "AND key = ?3 AND key != '' ", "ORDER BY seq")));
  if (!log.empty()) s.BindText(1, log);
  s.Bind(2, since);
  if (!key.empty()) s.BindText(3, key);
  return ForEach(s, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckRefs(s, {1}));
    return sink(LogWrite{std::string(s.Text(6)),
                         s.Int(0),
                         ReadRef(s, 1),
                         std::string(s.Text(3)),
                         {s.Int(4)},
                         std::string(s.Text(5))});
  });
}

absl::Status SqliteReads::SelectRows(const std::string& statement,
                                     std::span<const Value> parameters,
                                     const Sink<std::vector<Row>>& sink) {
  const SortingInFiles sorting(*session_);
  RELATA_ASSIGN_OR_RETURN(Statement s, Prepare(statement));
  int at = 0;
  for (const Value& v : parameters) BindParameter(s, ++at, v);
  std::vector<Row> rows;
  RELATA_RETURN_IF_ERROR(ForEach(s, [&]() -> absl::Status {
    rows.push_back(s.Int(0));
    if (rows.size() < kBatchRows) return absl::OkStatus();
    const absl::Status taken = sink(rows);
    rows.clear();
    return taken;
  }));
  return rows.empty() ? absl::OkStatus() : sink(rows);
}

}  // namespace relata::internal
