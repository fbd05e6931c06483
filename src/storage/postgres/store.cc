// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "relata/storage/group_commit.h"
#include "storage/physical.h"
#include "storage/postgres/commit_sync.h"
#include "storage/postgres/staging.h"
#include "storage/postgres/writer.h"
#include "storage/sql_face.h"

namespace relata {
namespace internal {
namespace {

constexpr int kStepAttempts = 6;

class Asked : public Forwarding<StoreReader, PgReads> {
 public:
  using Forwarding::Forwarding;

 protected:
  const Layout& layout() const { return reads_.session().catalog->layout; }
  std::unique_ptr<ViewDialect> Face() const {
    const PgSession& session = reads_.session();
    return NewPgFace(session.dialect, *session.catalog, session.tenant);
  }
};

class Reader : public WithInsides<SqlFace<Asked>> {
 public:
  using WithInsides::WithInsides;

  bool postgres() const override { return true; }
  absl::Status SelectRows(const std::string& statement, std::span<const Value> parameters,
                          const Sink<std::vector<Row>>& sink) override {
    return reads_.SelectRows(statement, parameters, sink);
  }
};

bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 41 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// The idle connections to one server. A connection knows no tenant, so the stores of a process that
// were opened alike share them: ten thousand tenants do not keep ten thousand connections.
class Pool {
 public:
  Pool(std::string dsn, PostgresOptions options)
      : dsn_(std::move(dsn)), options_(std::move(options)) {}

  static std::shared_ptr<Pool> For(const std::string& dsn, const PostgresOptions& options) {
    // A traced store has its own connections: others must not be traced with it.
    if (options.trace) return std::make_shared<Pool>(dsn, options);
    static std::mutex& mutex = *new std::mutex;
    static auto& pools = *new std::map<std::string, std::weak_ptr<Pool>>;
    const std::string key =
        Concat(options.connect_patience.micros, " ", options.statement_timeout.micros, " ",
               options.lock_timeout.micros, " ", options.most_idle, " ", dsn);
    const std::lock_guard lock(mutex);
    std::erase_if(pools, [](const auto& entry) { return entry.second.expired(); });
    std::shared_ptr<Pool> pool = pools[key].lock();
    if (pool == nullptr) pools[key] = pool = std::make_shared<Pool>(dsn, options);
    return pool;
  }

  absl::StatusOr<std::shared_ptr<PgConnection>> Connect() const {
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<PgConnection> connection,
                            PgConnection::Open(dsn_, options_));
    return std::shared_ptr<PgConnection>(std::move(connection));
  }

  // nullptr when none lies idle.
  std::shared_ptr<PgConnection> TakeIdle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    std::shared_ptr<PgConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

  void GiveBack(std::shared_ptr<PgConnection> connection) {
    if (connection->lost()) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < options_.most_idle) idle_.push_back(std::move(connection));
  }

 private:
  const std::string dsn_;
  const PostgresOptions options_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<PgConnection>> idle_;
};

// The tenant and the pool of its server. Owned by the store and by every session, so a reader may
// outlive its store.
class Home : public PgWriterHome, public std::enable_shared_from_this<Home> {
 public:
  Home(std::shared_ptr<Pool> pool, PostgresOptions options)
      : pool_(std::move(pool)), options_(std::move(options)) {
    dialect_.schema = options_.schema;
    dialect_.subject_index = options_.subject_index;
  }

  const PostgresOptions& options() const { return options_; }

  absl::Status Open() {
    RELATA_ASSIGN_OR_RETURN(std::shared_ptr<PgConnection> connection,
                            OnConnection([&](PgConnection& c) { return FindOut(c); }));
    if (options_.views && !options_.read_only) {
      RELATA_ASSIGN_OR_RETURN(const std::string digest, CatalogDigest(*connection));
      RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const PgCatalog> catalog,
                              LoadCatalog(*connection, dialect_, digest));
      if (!digest.empty()) RefreshViews(*connection, *catalog);
    }
    pool_->GiveBack(std::move(connection));
    if (options_.group_commit && !options_.read_only && !dialect_.distributed) {
      sync_ = std::make_unique<PgCommitSync>(
          [this](const PgCommitSync::Work& work) { return Do(work); },
          dialect_.Name("relata_commit"), tenant_);
    }
    return absl::OkStatus();
  }

  absl::Status Lend(PGconn* connection) {
    lent_ = PgConnection::Borrow(connection, options_);
    RELATA_RETURN_IF_ERROR(CheckLent());
    return FindOut(*lent_);
  }

  absl::StatusOr<std::shared_ptr<PgSession>> BeginReading() {
    return Begin(false, [&](PgConnection& connection) -> absl::StatusOr<std::string> {
      if (!lent()) connection.Add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {});
      // The first read fixes what the transaction sees.
      return CatalogDigest(connection);
    });
  }

  absl::StatusOr<std::shared_ptr<PgSession>> BeginWriting(Duration patience) {
    PgLocked locked;
    RELATA_ASSIGN_OR_RETURN(
        std::shared_ptr<PgSession> session,
        Begin(true, [&](PgConnection& connection) -> absl::StatusOr<std::string> {
          RELATA_ASSIGN_OR_RETURN(locked, Lock(connection, patience));
          return locked.digest;
        }));
    // In a host's transaction others write too: what was asked once may be otherwise later.
    session->all_name_runs = session->steady;
    if (!session->steady) return session;
    session->name_runs = std::move(locked.runs);
    session->head = std::move(locked.head);
    return session;
  }

  absl::StatusOr<CommitId> HeadId() {
    CommitId head = 0;
    const auto ask = [&](PgConnection& connection) -> absl::Status {
      RELATA_ASSIGN_OR_RETURN(
          const PgResult newest,
          connection.Query(Concat("SELECT id FROM ", dialect_.Name("relata_commit"),
                                  " WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1"),
                           Tenant()));
      head = newest.rows() == 0 ? 0 : newest.Int(0, 0);
      return absl::OkStatus();
    };
    RELATA_RETURN_IF_ERROR(Do(ask));
    return head;
  }

  absl::Status Settle() { return sync_ == nullptr ? absl::OkStatus() : sync_->Settle(); }
  absl::Status CheckSync() { return sync_ == nullptr ? absl::OkStatus() : sync_->Check(); }

  absl::Status Scrub(Duration patience) {
    if (lent()) {
      return FailedPrecondition(
          "tables cannot be rewritten inside the host's transaction: scrub them from a store that "
          "was opened by its connection string");
    }
    if (options_.read_only) return FailedPrecondition("the store is read-only");
    // A connection of its own: the settings of the rewriting end with it.
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<PgConnection> connection, pool_->Connect());
    return ScrubTables(*connection, dialect_, patience);
  }

  // --- For writers

  absl::StatusOr<PgLocked> Lock(PgConnection& connection, Duration patience) override {
    if (savepoint_) return Unavailable("another writer of this connection is open");
    connection.Add(lent() ? "SAVEPOINT relata_writer" : "BEGIN ISOLATION LEVEL READ COMMITTED", {});
    if (sync_ != nullptr) connection.Add("SET LOCAL synchronous_commit = off", {});
    if (dialect_.distributed) {
      // The lock is another node's, which knows only those settings of a transaction that are
      // passed on to it.
      connection.Add("SET LOCAL citus.propagate_set_commands = 'local'", {});
      connection.Add("SET LOCAL synchronous_commit = on", {});
    }
    connection.Add(
        Concat("SET LOCAL lock_timeout = ", std::max<int64_t>((patience.micros + 999) / 1000, 1)),
        {});
    PgLocked locked;
    bool found = false;
    connection.Add(Concat("SELECT catalog FROM ", dialect_.Name("relata_lock"),
                          " WHERE tenant_id = $1 FOR UPDATE"),
                   Tenant(), [&](PgResult& row) {
                     found = row.rows() > 0;
                     if (found) locked.digest = row.Text(0, 0);
                     return absl::OkStatus();
                   });
    connection.Add(Concat("SET LOCAL lock_timeout = ",
                          std::max<int64_t>(options_.lock_timeout.micros / 1000, 1)),
                   {});
    // A statement sees what was committed before it began: here all that the last writer left.
    connection.Add(NewestCommit(dialect_), Tenant(), [&](PgResult& row) {
      if (row.rows() > 0) locked.head = ReadCommit(row, 0);
      return absl::OkStatus();
    });
    connection.Add(Concat("SELECT type, kind, run, entries FROM ", dialect_.Name("relata_name_run"),
                          " WHERE tenant_id = $1 ORDER BY type, kind, run"),
                   Tenant(), [&](PgResult& r) {
                     for (int i = 0; i < r.rows(); ++i) {
                       const NameSpace space{static_cast<TypeId>(r.Int(i, 0)),
                                             static_cast<NameSpace::Kind>(r.Int(i, 1))};
                       locked.runs[space].push_back({r.Int(i, 2), r.Int(i, 3)});
                     }
                     return absl::OkStatus();
                   });
    absl::Status status = connection.Sync();
    if (lent()) savepoint_ = true;
    if (status.ok() && !found) status = NotFound("the tenant is gone");
    if (status.ok()) return locked;
    const bool busy = absl::IsUnavailable(status) && !connection.lost();
    EndFailed(connection);
    return busy ? Unavailable("another writer holds the tenant's lock") : status;
  }

  absl::Status RunSteps(PgConnection& connection, const std::vector<PgStep>& steps) override {
    for (const PgStep& step : steps) {
      absl::Status status;
      for (int attempt = 0; attempt < kStepAttempts; ++attempt) {
        status = connection.Execute(step.sql);
        if (status.ok() || connection.lost() || absl::IsUnavailable(status)) break;
        // Another process makes the same table at this moment: it is there the next time.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      RELATA_RETURN_IF_ERROR(Annotate(status, step.name));
    }
    for (const PgStep& step : steps) {
      if (step.name == "schema") continue;
      PgFields fields;
      fields.Text(step.name).Text(step.sql);
      connection.Add(Concat("INSERT INTO ", dialect_.Name("relata_migration"),
                            "(name, statement) VALUES($1, $2) ON CONFLICT (name) DO NOTHING"),
                     std::move(fields));
    }
    return connection.Sync();
  }

  void Wrote(const CommitRow& commit) override {
    if (sync_ != nullptr) sync_->Wrote(commit);
  }

  absl::Status Resolve(const CommitRow& commit) override {
    const auto unknown = [&](const absl::Status& why) {
      return MakeStatus(
          absl::StatusCode::kUnknown,
          Concat("the outcome of commit ", commit.id,
                 commit.operation_id.empty() ? std::string()
                                             : Concat(" (operation ", commit.operation_id, ")"),
                 " is not known: ", Message(why)));
    };
    // The lock is free when the old transaction has ended, one way or the other.
    auto session = BeginWriting(options_.connect_patience);
    if (!session.ok()) return unknown(session.status());
    const absl::StatusOr<CommitRow> found = PgReads(*session).FindCommit(commit.id);
    if (found.ok() && found->salt == commit.salt && found->commitment == commit.commitment &&
        found->chain == commit.chain && found->recorded == commit.recorded &&
        found->operation_id == commit.operation_id) {
      return absl::OkStatus();
    }
    if (!found.ok() && !absl::IsNotFound(found.status())) return unknown(found.status());
    return Aborted("the connection was lost before the commit was kept");
  }

  // A view that cannot be made now is made at the next open.
  void Released() override {
    if (lent()) savepoint_ = false;
  }

  void RefreshViews(PgConnection& connection, const PgCatalog& catalog) override {
    if (!options_.views) return;
    const std::string schema = Concat(options_.schema, "_", options_.tenant);
    const auto current = connection.Query(
        Concat("SELECT catalog FROM ", dialect_.Name("relata_view"), " WHERE tenant_id = $1"),
        Tenant());
    if (!current.ok() || (current->rows() > 0 && current->Text(0, 0) == catalog.digest)) return;
    if (!MakeViews(connection, catalog, schema).ok()) return;
    PgFields fields = Tenant();
    fields.Text(catalog.digest);
    (void)connection
        .Query(Concat("INSERT INTO ", dialect_.Name("relata_view"),
                      "(tenant_id, catalog) VALUES($1, $2) ON CONFLICT (tenant_id) "
                      "DO UPDATE SET catalog = excluded.catalog"),
               std::move(fields))
        .status();
  }

 private:
  bool lent() const { return lent_ != nullptr; }

  PgFields Tenant() const {
    PgFields fields;
    fields.Int(tenant_);
    return fields;
  }

  absl::Status CheckLent() const {
    return PQtransactionStatus(lent_->handle()) == PQTRANS_INTRANS
               ? absl::OkStatus()
               : FailedPrecondition("the lent connection is not inside a transaction");
  }

  // A connection on which `use` succeeded. One that lay idle may have died with its server, which
  // shows at its first use only: then another is taken.
  absl::StatusOr<std::shared_ptr<PgConnection>> OnConnection(
      const std::function<absl::Status(PgConnection&)>& use) {
    if (lent()) {
      RELATA_RETURN_IF_ERROR(CheckLent());
      RELATA_RETURN_IF_ERROR(use(*lent_));
      return lent_;
    }
    while (true) {
      std::shared_ptr<PgConnection> connection = pool_->TakeIdle();
      const bool was_idle = connection != nullptr;
      if (!was_idle) {
        RELATA_ASSIGN_OR_RETURN(connection, pool_->Connect());
      }
      const absl::Status status = use(*connection);
      if (status.ok()) return connection;
      const bool lost = connection->lost();
      End(std::move(connection), true);
      if (!was_idle || !lost) return status;
    }
  }

  absl::Status Do(const std::function<absl::Status(PgConnection&)>& work) {
    RELATA_ASSIGN_OR_RETURN(std::shared_ptr<PgConnection> connection, OnConnection(work));
    if (!lent()) pool_->GiveBack(std::move(connection));
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<PgSession>> Begin(
      bool writing, const std::function<absl::StatusOr<std::string>(PgConnection&)>& begin) {
    std::string digest;
    std::shared_ptr<const PgCatalog> catalog;
    RELATA_ASSIGN_OR_RETURN(std::shared_ptr<PgConnection> connection,
                            OnConnection([&](PgConnection& c) -> absl::Status {
                              RELATA_ASSIGN_OR_RETURN(digest, begin(c));
                              RELATA_ASSIGN_OR_RETURN(catalog, LoadCatalog(c, dialect_, digest));
                              Hold(catalog);
                              return absl::OkStatus();
                            }));
    auto session = std::make_shared<PgSession>(
        std::move(connection), dialect_, tenant_,
        [home = shared_from_this(), writing](std::shared_ptr<PgConnection> c, bool committed) {
          home->End(std::move(c), writing && !committed);
        });
    session->catalog = std::move(catalog);
    session->steady = !lent();
    session->writing = writing;
    session->pack_from = options_.pack_names_from;
    return session;
  }

  // Ends the transaction, keeping nothing that was not committed. A connection that cannot end it
  // is closed. A host's transaction goes on.
  void End(std::shared_ptr<PgConnection> connection, bool undo) {
    if (connection->borrowed()) {
      (void)connection->Sync();
      if (undo) EndFailed(*connection);
      return;
    }
    if (!connection->Rollback().ok()) return;
    pool_->GiveBack(std::move(connection));
  }

  // After a failed or given up writer.
  void EndFailed(PgConnection& connection) {
    if (!connection.borrowed()) {
      (void)connection.Rollback();
      return;
    }
    if (!savepoint_) return;
    savepoint_ = false;
    (void)connection.Execute("ROLLBACK TO SAVEPOINT relata_writer");
    (void)connection.Execute("RELEASE SAVEPOINT relata_writer");
  }

  // The next transaction finds the catalog in memory, which is one for all tenants that have it.
  void Hold(std::shared_ptr<const PgCatalog> catalog) {
    const std::lock_guard lock(mutex_);
    catalog_.swap(catalog);
  }

  absl::StatusOr<std::string> CatalogDigest(PgConnection& connection) {
    RELATA_ASSIGN_OR_RETURN(
        const PgResult row,
        connection.Query(
            Concat("SELECT catalog FROM ", dialect_.Name("relata_lock"), " WHERE tenant_id = $1"),
            Tenant()));
    if (row.rows() == 0) return NotFound("the tenant is gone");
    return row.Text(0, 0);
  }

  // What kind of server this is, that its tables are ours, and which number the tenant has.
  absl::Status FindOut(PgConnection& connection) {
    RELATA_RETURN_IF_ERROR(FindDialect(connection));
    RELATA_ASSIGN_OR_RETURN(std::optional<Version> version, FindVersion(connection));
    const bool may_create = options_.create && !options_.read_only && !lent();
    if (!version && !may_create) return NotFound("no Relata database is there");
    if (!version) {
      RELATA_RETURN_IF_ERROR(CreateAll(connection));
      RELATA_ASSIGN_OR_RETURN(version, FindVersion(connection));
    }
    if (version && version->format > kPgFormat) {
      return FailedPrecondition(Concat("written in format ", version->format,
                                       " by a newer version; this one reads up to ", kPgFormat,
                                       ". Please update."));
    }
    if (version && version->step > kPgStep) {
      return FailedPrecondition(Concat("changed by a newer version (step ", version->step,
                                       "); this one knows ", kPgStep, " steps. Please update."));
    }
    RELATA_ASSIGN_OR_RETURN(std::optional<int64_t> tenant, FindTenant(connection));
    if (!tenant && !may_create) {
      return NotFound(Concat("there is no tenant ", options_.tenant));
    }
    for (int attempt = 0; !tenant && attempt < kStepAttempts; ++attempt) {
      RELATA_RETURN_IF_ERROR(CreateTenant(connection));
      RELATA_ASSIGN_OR_RETURN(tenant, FindTenant(connection));
    }
    if (!tenant) return Aborted("the tenant could not be made beside others");
    tenant_ = *tenant;
    if (!may_create) return absl::OkStatus();
    RELATA_RETURN_IF_ERROR(AddMissing(connection));
    if (version && version->step < kPgStep) RELATA_RETURN_IF_ERROR(WriteStep(connection));
    return MakeLock(connection);
  }

  absl::Status FindDialect(PgConnection& connection) {
    PgFields schema;
    schema.Text(options_.schema);
    RELATA_ASSIGN_OR_RETURN(
        const PgResult found,
        connection.Query(
            "SELECT '' FROM pg_catalog.pg_extension WHERE extname = 'citus' UNION ALL "
            "SELECT c.relname::text FROM pg_catalog.pg_constraint k "
            "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid "
            "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = $1::text AND k.contype = 'u' AND c.relname LIKE 'r\\_%'",
            std::move(schema)));
    for (int i = 0; i < found.rows(); ++i) {
      const std::string table = found.Text(i, 0);
      if (table.empty()) {
        dialect_.distributed = true;
      } else {
        dialect_.indexed_ids.insert(dialect_.Name(table));
      }
    }
    return absl::OkStatus();
  }

  // A database of an older version gets the tables and indexes that came later.
  absl::Status AddMissing(PgConnection& connection) {
    RELATA_ASSIGN_OR_RETURN(
        const PgResult taken,
        connection.Query(Concat("SELECT name FROM ", dialect_.Name("relata_migration"))));
    std::set<std::string> names = {"schema"};
    for (int i = 0; i < taken.rows(); ++i) names.insert(taken.Text(i, 0));
    std::vector<PgStep> steps = SystemTables(dialect_);
    std::erase_if(steps, [&](const PgStep& step) { return names.contains(step.name); });
    return steps.empty() ? absl::OkStatus() : RunSteps(connection, steps);
  }

  struct Version {
    int64_t format = 0;
    int64_t step = 1;
  };

  // None when the format is not there: it is written last, so that a database without it is made
  // again from where it was left.
  absl::StatusOr<std::optional<Version>> FindVersion(PgConnection& connection) {
    PgFields name;
    name.Text(dialect_.Name("relata_meta"));
    RELATA_ASSIGN_OR_RETURN(
        const PgResult there,
        connection.Query("SELECT (pg_catalog.to_regclass($1::text) IS NOT NULL)::integer",
                         std::move(name)));
    if (there.Int(0, 0) == 0) return std::optional<Version>();
    RELATA_ASSIGN_OR_RETURN(
        const PgResult meta,
        connection.Query(Concat("SELECT key, value::bigint FROM ", dialect_.Name("relata_meta"),
                                " WHERE key IN ('format', 'step')")));
    bool whole = false;
    Version version;
    for (int i = 0; i < meta.rows(); ++i) {
      const bool format = meta.Text(i, 0) == "format";
      (format ? version.format : version.step) = meta.Int(i, 1);
      whole |= format;
    }
    return whole ? std::optional<Version>(version) : std::nullopt;
  }

  // Of several that migrate at once, the one that goes farthest has the last word.
  absl::Status WriteStep(PgConnection& connection) {
    PgFields step;
    step.Text(std::to_string(kPgStep));
    return connection
        .Query(Concat("INSERT INTO ", dialect_.Name("relata_meta"),
                      " AS t(key, value) VALUES('step', $1) ON CONFLICT (key) DO UPDATE SET "
                      "value = excluded.value WHERE t.value::bigint < excluded.value::bigint"),
               std::move(step))
        .status();
  }

  absl::Status CreateAll(PgConnection& connection) {
    RELATA_RETURN_IF_ERROR(RunSteps(connection, SystemTables(dialect_)));
    RELATA_RETURN_IF_ERROR(WriteStep(connection));
    PgFields format;
    format.Text(std::to_string(kPgFormat));
    return connection
        .Query(Concat("INSERT INTO ", dialect_.Name("relata_meta"),
                      "(key, value) VALUES('format', $1) ON CONFLICT (key) DO NOTHING"),
               std::move(format))
        .status();
  }

  absl::StatusOr<std::optional<int64_t>> FindTenant(PgConnection& connection) {
    PgFields name;
    name.Text(options_.tenant);
    RELATA_ASSIGN_OR_RETURN(
        const PgResult row,
        connection.Query(
            Concat("SELECT tenant_id FROM ", dialect_.Name("relata_tenant"), " WHERE name = $1"),
            std::move(name)));
    return row.rows() == 0 ? std::optional<int64_t>() : std::optional<int64_t>(row.Int(0, 0));
  }

  // The next number; of two processes that take the same one, one does nothing and asks again.
  absl::Status CreateTenant(PgConnection& connection) {
    RELATA_ASSIGN_OR_RETURN(
        const PgResult highest,
        connection.Query(Concat("SELECT coalesce(max(tenant_id), 0::bigint) FROM ",
                                dialect_.Name("relata_tenant"))));
    PgFields fields;
    fields.Int(highest.Int(0, 0) + 1).Text(options_.tenant);
    return connection
        .Query(Concat("INSERT INTO ", dialect_.Name("relata_tenant"),
                      "(tenant_id, name) VALUES($1, $2) ON CONFLICT DO NOTHING"),
               std::move(fields))
        .status();
  }

  absl::Status MakeLock(PgConnection& connection) {
    return connection
        .Query(Concat("INSERT INTO ", dialect_.Name("relata_lock"),
                      "(tenant_id, catalog) VALUES($1, '') ON CONFLICT (tenant_id) DO NOTHING"),
               Tenant())
        .status();
  }

  absl::Status MakeViews(PgConnection& connection, const PgCatalog& catalog,
                         const std::string& schema) {
    RELATA_RETURN_IF_ERROR(
        connection.Execute(Concat("CREATE SCHEMA IF NOT EXISTS ", QuoteName(schema))));
    PgFields fields;
    fields.Text(schema);
    RELATA_ASSIGN_OR_RETURN(
        const PgResult there,
        connection.Query("SELECT viewname::text FROM pg_catalog.pg_views WHERE schemaname = $1",
                         std::move(fields)));
    const std::map<std::string, std::string> wanted =
        TenantViews(dialect_, catalog, tenant_, schema);
    const auto drop = [&](const std::string& name) {
      return connection.Execute(
          Concat("DROP VIEW IF EXISTS ", QuoteName(schema), ".", QuoteName(name)));
    };
    for (int i = 0; i < there.rows(); ++i) {
      const std::string name = there.Text(i, 0);
      if (!wanted.contains(name)) RELATA_RETURN_IF_ERROR(drop(name));
    }
    for (const auto& [name, sql] : wanted) {
      if (connection.Execute("CREATE OR REPLACE " + sql).ok()) continue;
      // Columns may be added to a view at its end only; otherwise it is made anew.
      RELATA_RETURN_IF_ERROR(drop(name));
      RELATA_RETURN_IF_ERROR(connection.Execute("CREATE " + sql));
    }
    return absl::OkStatus();
  }

  const std::shared_ptr<Pool> pool_;  // nullptr when the connection is lent
  const PostgresOptions options_;
  PgDialect dialect_;
  int64_t tenant_ = 0;
  std::shared_ptr<PgConnection> lent_;
  bool savepoint_ = false;  // a writer is open on the lent connection, which one thread uses
  std::unique_ptr<PgCommitSync> sync_;  // with group commit
  std::mutex mutex_;
  std::shared_ptr<const PgCatalog> catalog_;  // of the last transaction; guarded by mutex_
};

class PostgresStore : public Store, public GroupCommitStore {
 public:
  explicit PostgresStore(std::shared_ptr<Home> home) : home_(std::move(home)) {}

  absl::StatusOr<std::unique_ptr<StoreReader>> Read() override {
    RELATA_ASSIGN_OR_RETURN(std::shared_ptr<PgSession> session, home_->BeginReading());
    return std::make_unique<Reader>(PgReads(std::move(session)));
  }

  absl::StatusOr<std::unique_ptr<StoreWriter>> Write(Duration patience) override {
    if (home_->options().read_only) return FailedPrecondition("the store is read-only");
    RELATA_RETURN_IF_ERROR(home_->CheckSync());
    RELATA_ASSIGN_OR_RETURN(std::shared_ptr<PgSession> session, home_->BeginWriting(patience));
    RELATA_ASSIGN_OR_RETURN(CommitRow head, PgReads(session).Head());
    return std::make_unique<PgWriter>(std::move(session), std::move(head), home_, patience);
  }

  absl::StatusOr<CommitId> HeadId() override { return home_->HeadId(); }

  absl::Status Scrub(Duration patience) override { return home_->Scrub(patience); }

  absl::Status Settle() override { return home_->Settle(); }

 private:
  std::shared_ptr<Home> home_;
};

}  // namespace

absl::Status CheckNames(const PostgresOptions& options) {
  if (!IsPlainName(options.tenant)) {
    return InvalidArgument(Concat("tenant '", options.tenant, "' must match [a-z][a-z0-9_]{0,40}"));
  }
  if (!IsPlainName(options.schema) || options.schema.starts_with("pg_")) {
    return InvalidArgument(Concat("schema '", options.schema, "' must match [a-z][a-z0-9_]{0,40}"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Store>> OpenPostgresByAnyName(const std::string& dsn,
                                                             const PostgresOptions& options) {
  auto home = std::make_shared<Home>(Pool::For(dsn, options), options);
  RELATA_RETURN_IF_ERROR(home->Open());
  return std::make_unique<PostgresStore>(std::move(home));
}

}  // namespace internal

absl::StatusOr<std::unique_ptr<Store>> OpenPostgresStore(const std::string& dsn,
                                                         const PostgresOptions& options) {
  RELATA_RETURN_IF_ERROR(internal::CheckNames(options));
  return internal::OpenPostgresByAnyName(dsn, options);
}

absl::StatusOr<std::unique_ptr<Store>> LendPostgresStore(PGconn* connection,
                                                         const PostgresOptions& options) {
  RELATA_RETURN_IF_ERROR(internal::CheckNames(options));
  if (connection == nullptr) return InvalidArgument("no connection was lent");
  auto home = std::make_shared<internal::Home>(nullptr, options);
  RELATA_RETURN_IF_ERROR(home->Lend(connection));
  return std::make_unique<internal::PostgresStore>(std::move(home));
}

}  // namespace relata
