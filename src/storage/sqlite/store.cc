// SPDX-License-Identifier: Apache-2.0

#include <mutex>
#include <utility>
#include <vector>

#include "relata/storage/group_commit.h"
#include "relata/storage/memory.h"
#include "relata/storage/sqlite.h"
#include "storage/insides.h"
#include "storage/sql_face.h"
#include "storage/sqlite/log_sync.h"
#include "storage/sqlite/log_watch.h"
#include "storage/sqlite/migrations.h"
#include "storage/sqlite/writer.h"

namespace relata {
namespace internal {
namespace {

constexpr int64_t kApplicationId = 0x52454c41;  // "RELA"
constexpr Duration kReadPatience = Seconds(5);
constexpr size_t kMostIdle = 16;
constexpr char kHeadId[] = "SELECT id FROM relata_commit ORDER BY id DESC LIMIT 1";

class Asked : public Forwarding<StoreReader, SqliteReads> {
 public:
  using Forwarding::Forwarding;

 protected:
  const Layout& layout() const { return reads_.catalog().layout; }
  std::unique_ptr<ViewDialect> Face() const { return NewSqliteFace(reads_.catalog()); }
};

class Reader : public WithInsides<SqlFace<Asked>> {
 public:
  using WithInsides::WithInsides;

  bool postgres() const override { return false; }
  absl::Status SelectRows(const std::string& statement, std::span<const Value> parameters,
                          const Sink<std::vector<Row>>& sink) override {
    return reads_.SelectRows(statement, parameters, sink);
  }
};

// The file, the idle connections to it and the catalog last seen. Owned by the store and by every
// session, so a reader may outlive its store.
class File : public std::enable_shared_from_this<File> {
 public:
  File(std::string path, SqliteOptions options)
      : path_(std::move(path)), options_(std::move(options)) {}

  const SqliteOptions& options() const { return options_; }

  // Looks at a database on the host's connection. It must be there.
  absl::Status Lend(sqlite3* handle) {
    lent_ = handle;
    const std::unique_ptr<Connection> connection = Connection::Borrow(handle);
    RELATA_RETURN_IF_ERROR(CheckLent());
    RELATA_ASSIGN_OR_RETURN(const bool empty, IsEmpty(*connection));
    if (empty) return NotFound("no Relata database is there");
    return CheckOurs(*connection);
  }
  bool lent() const { return lent_ != nullptr; }

  // A session inside the host's transaction.
  absl::StatusOr<std::shared_ptr<Session>> BeginLent(bool writing) {
    RELATA_RETURN_IF_ERROR(CheckLent());
    if (writing && lent_writer_) return Unavailable("another writer of this connection is open");
    std::unique_ptr<Connection> connection = Connection::Borrow(lent_);
    RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Catalog> catalog, CatalogFor(*connection));
    if (writing) RELATA_RETURN_IF_ERROR(connection->Run("SAVEPOINT relata_writer"));
    lent_writer_ |= writing;
    auto session = std::make_shared<Session>(
        std::move(connection), std::move(catalog),
        [file = shared_from_this(), writing](std::unique_ptr<Connection> c, bool committed) {
          if (!writing) return;
          file->lent_writer_ = false;
          if (committed || sqlite3_get_autocommit(c->handle()) != 0) return;
          (void)c->Run("ROLLBACK TO relata_writer");
          (void)c->Run("RELEASE relata_writer");
        });
    session->lent = true;
    session->names.Share();
    session->pack_from = options_.pack_names_from;
    return session;
  }

  // Checks that the file is ours, making it when it is new.
  absl::Status Open() {
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connect(options_.create));
    RELATA_ASSIGN_OR_RETURN(const bool empty, IsEmpty(*connection));
    if (empty && (options_.read_only || !options_.create)) {
      return FailedPrecondition(path_ + ": not a Relata database (it is empty)");
    }
    if (empty) RELATA_RETURN_IF_ERROR(Create(*connection));
    RELATA_RETURN_IF_ERROR(CheckOurs(*connection));
    RELATA_RETURN_IF_ERROR(BringUpToDate(*connection));
    GiveBack(std::move(connection));
    if (!Grouped()) return absl::OkStatus();
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> own, Connect(false));
    RELATA_ASSIGN_OR_RETURN(log_, LogSync::Make(std::move(own)));
    return absl::OkStatus();
  }

  // A session inside a transaction begun by `begin`.
  absl::StatusOr<std::shared_ptr<Session>> Begin(const char* begin, Duration patience) {
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Take());
    connection->SetPatience(patience);
    absl::Status status = connection->Run(begin);
    if (!status.ok()) {
      GiveBack(std::move(connection));
      return absl::IsUnavailable(status) ? Unavailable("another writer holds the tenant's lock")
                                         : status;
    }
    // The first read fixes what the transaction sees.
    absl::StatusOr<std::shared_ptr<const Catalog>> catalog = CatalogFor(*connection);
    auto session =
        std::make_shared<Session>(std::move(connection), nullptr,
                                  [file = shared_from_this()](std::unique_ptr<Connection> c, bool) {
                                    file->End(std::move(c));
                                  });
    RELATA_ASSIGN_OR_RETURN(session->catalog, std::move(catalog));
    session->tails = std::shared_ptr<EventTails>(shared_from_this(), &tails_);
    session->pack_from = options_.pack_names_from;
    return session;
  }

  // Rewrites the file, which leaves the gaps of its pages behind, and empties the log beside it.
  absl::Status Scrub(Duration patience) {
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connect(false));
    connection->SetPatience(patience);
    // The copy that VACUUM makes may be larger than memory.
    RELATA_RETURN_IF_ERROR(connection->Execute("PRAGMA temp_store=FILE;VACUUM"));
    RELATA_ASSIGN_OR_RETURN(const auto busy,
                            connection->QueryInt("PRAGMA wal_checkpoint(TRUNCATE)"));
    if (busy.value_or(1) == 0) return absl::OkStatus();
    return FailedPrecondition("a reader of an older commit keeps the log from being emptied");
  }

  // Whether commits wait for Settle instead of for the disk.
  bool Grouped() const {
    return options_.group_commit && !options_.read_only && !lent() &&
           options_.durability == SqliteOptions::Durability::kFull;
  }
  absl::Status Settle() { return log_ == nullptr ? absl::OkStatus() : log_->Settle(); }
  absl::Status CheckLog() { return log_ == nullptr ? absl::OkStatus() : log_->Check(); }

  absl::StatusOr<CommitId> HeadId() {
    if (lent()) {
      RELATA_RETURN_IF_ERROR(CheckLent());
      RELATA_ASSIGN_OR_RETURN(const auto newest, Connection::Borrow(lent_)->QueryInt(kHeadId));
      return newest.value_or(0);
    }
    // Nobody committed since the index of the log looked so: the head is the one found then.
    LogWatch::Header now{};
    bool looked = false;
    {
      const std::lock_guard lock(watch_mutex_);
      looked = watch_ != nullptr && watch_->Look(now);
      if (looked && head_known_ && head_header_ == now) return head_;
    }
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Take());
    connection->SetPatience(kReadPatience);
    if (!looked) {
      const std::lock_guard lock(watch_mutex_);
      looked = Watch(*connection) && watch_->Look(now);
    }
    auto head = connection->QueryInt(kHeadId);
    GiveBack(std::move(connection));
    RELATA_RETURN_IF_ERROR(head.status());
    const std::lock_guard lock(watch_mutex_);
    head_known_ = looked;
    head_header_ = now;
    head_ = head->value_or(0);
    return head->value_or(0);
  }

 private:
  // Whether the log can be watched. Called with watch_mutex_ held.
  bool Watch(Connection& connection) {
    if (!std::exchange(watched_, true) && UsesLog(connection)) {
      absl::StatusOr<std::unique_ptr<Connection>> own =
          Connection::Open({path_, options_.vfs, options_.read_only, false});
      if (own.ok()) watch_ = LogWatch::Make(*std::move(own));
    }
    return watch_ != nullptr;
  }

  static bool UsesLog(Connection& connection) {
    absl::StatusOr<Statement> mode = connection.Prepare("PRAGMA journal_mode");
    if (!mode.ok()) return false;
    const absl::StatusOr<bool> found = mode->Step();
    return found.ok() && *found && mode->Text(0) == "wal";
  }

  absl::StatusOr<std::unique_ptr<Connection>> Connect(bool create) {
    RELATA_ASSIGN_OR_RETURN(
        std::unique_ptr<Connection> connection,
        Connection::Open({path_, options_.vfs, options_.read_only, create && !options_.read_only}));
    connection->SetPatience(kReadPatience);
    // NORMAL leaves the log unsynced until somebody settles or it is taken into the file.
    const char* synchronous = "OFF";
    if (options_.durability == SqliteOptions::Durability::kFull) synchronous = "FULL";
    if (options_.durability == SqliteOptions::Durability::kNormal || Grouped()) {
      synchronous = "NORMAL";
    }
    RELATA_RETURN_IF_ERROR(connection->Execute(
        Concat("PRAGMA synchronous=", synchronous, ";", kCacheSize,
               ";PRAGMA temp_store=MEMORY;"
               "PRAGMA secure_delete=ON;PRAGMA trusted_schema=OFF;"
               "PRAGMA cell_size_check=ON;PRAGMA journal_size_limit=67108864")));
    return connection;
  }

  absl::StatusOr<bool> IsEmpty(Connection& connection) {
    auto count = connection.QueryInt("SELECT count(*) FROM sqlite_schema");
    if (!count.ok()) return Annotate(count.status(), path_);
    RELATA_ASSIGN_OR_RETURN(const auto id, connection.QueryInt("PRAGMA application_id"));
    return count->value_or(0) == 0 && id.value_or(0) == 0;
  }

  // SQLite does not wait here for another who does the same, as when two processes make one file.
  absl::Status UseLog(Connection& connection) {
    constexpr int kPause = 2;  // milliseconds
    for (int64_t waited = 0;; waited += kPause) {
      const absl::Status status = connection.Execute("PRAGMA journal_mode=WAL");
      if (!absl::IsUnavailable(status) || waited >= kReadPatience.micros / 1000) return status;
      sqlite3_sleep(kPause);
    }
  }

  absl::Status Create(Connection& connection) {
    RELATA_RETURN_IF_ERROR(UseLog(connection));
    RELATA_RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
    absl::Status status = CreateInside(connection);
    if (status.ok()) status = connection.Run("COMMIT");
    if (!status.ok() && sqlite3_get_autocommit(connection.handle()) == 0) {
      (void)connection.Run("ROLLBACK");
    }
    return status;
  }

  absl::Status CreateInside(Connection& connection) {
    RELATA_ASSIGN_OR_RETURN(const bool empty, IsEmpty(connection));
    if (!empty) return absl::OkStatus();  // another process was faster
    RELATA_RETURN_IF_ERROR(CreateTables(connection));
    RELATA_RETURN_IF_ERROR(connection.Execute(Concat(
        "PRAGMA application_id=", kApplicationId, ";INSERT INTO relata_meta VALUES('format', '",
        kSqliteFormat, "'), ('tenant', ", QuoteText(options_.tenant), ")")));
    RELATA_RETURN_IF_ERROR(TakeAllSteps(connection, Migrations()));
    return GenerateViews(connection, Catalog());
  }

  absl::Status BringUpToDate(Connection& connection) {
    if (!options_.read_only) {
      // A restored file comes without a log.
      RELATA_RETURN_IF_ERROR(UseLog(connection));
      return Migrate(connection, Migrations(), path_);
    }
    RELATA_ASSIGN_OR_RETURN(const int64_t step, StepOf(connection, Migrations(), path_));
    if (step == static_cast<int64_t>(Migrations().size())) return absl::OkStatus();
    return FailedPrecondition(
        Concat(path_, ": of an older version; open it for writing once to bring it up to date"));
  }

  absl::Status CheckOurs(Connection& connection) {
    RELATA_ASSIGN_OR_RETURN(const auto id, connection.QueryInt("PRAGMA application_id"));
    if (id.value_or(0) != kApplicationId) {
      return FailedPrecondition(path_ + ": a database of another application");
    }
    RELATA_ASSIGN_OR_RETURN(
        const auto format,
        connection.QueryInt("SELECT CAST(value AS INTEGER) FROM relata_meta WHERE key='format'"));
    if (!format) return DataLoss(path_ + ": the format number is missing");
    if (*format > kSqliteFormat) {
      return FailedPrecondition(Concat(path_, ": written in format ", *format,
                                       " by a newer version; this one reads up to ", kSqliteFormat,
                                       ". Please update."));
    }
    RELATA_ASSIGN_OR_RETURN(Statement tenant,
                            connection.Prepare("SELECT value FROM relata_meta WHERE key='tenant'"));
    RELATA_ASSIGN_OR_RETURN(const bool found, tenant.Step());
    if (!found || tenant.Text(0) != options_.tenant) {
      return FailedPrecondition(Concat(path_, ": belongs to tenant ", QuoteText(tenant.Text(0)),
                                       ", not to ", QuoteText(options_.tenant)));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Connection>> Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
    }
    return Connect(false);
  }

  void GiveBack(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
  }

  // Ends the transaction, keeping nothing that was not committed. A connection that cannot end it
  // is closed.
  void End(std::unique_ptr<Connection> connection) {
    if (sqlite3_get_autocommit(connection->handle()) == 0 && !connection->Run("ROLLBACK").ok()) {
      return;
    }
    GiveBack(std::move(connection));
  }

  // The catalog by SQLite's own counter of schema changes, which the transaction pins.
  absl::StatusOr<std::shared_ptr<const Catalog>> CatalogFor(Connection& connection) {
    RELATA_ASSIGN_OR_RETURN(const auto version, connection.QueryInt("PRAGMA schema_version"));
    {
      const std::lock_guard lock(mutex_);
      if (catalog_ != nullptr && catalog_version_ == version) return catalog_;
    }
    RELATA_ASSIGN_OR_RETURN(Catalog loaded, LoadCatalog(connection));
    auto catalog = std::make_shared<const Catalog>(std::move(loaded));
    const std::lock_guard lock(mutex_);
    catalog_ = catalog;
    catalog_version_ = version;
    return catalog;
  }

  absl::Status CheckLent() const {
    return sqlite3_get_autocommit(lent_) == 0
               ? absl::OkStatus()
               : FailedPrecondition("the lent connection is not inside a transaction");
  }

  const std::string path_;
  const SqliteOptions options_;
  std::unique_ptr<LogSync> log_;  // when Grouped()
  EventTails tails_;
  sqlite3* lent_ = nullptr;
  bool lent_writer_ = false;
  std::mutex watch_mutex_;
  bool watched_ = false;
  std::unique_ptr<LogWatch> watch_;
  // The head found when the index of the log had this header.
  bool head_known_ = false;
  LogWatch::Header head_header_{};
  CommitId head_ = 0;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::shared_ptr<const Catalog> catalog_;
  std::optional<int64_t> catalog_version_;
};

class SqliteStore : public Store, public GroupCommitStore {
 public:
  explicit SqliteStore(std::shared_ptr<File> file) : file_(std::move(file)) {}

  absl::StatusOr<std::unique_ptr<StoreReader>> Read() override {
    RELATA_ASSIGN_OR_RETURN(
        std::shared_ptr<Session> session,
        file_->lent() ? file_->BeginLent(false) : file_->Begin("BEGIN DEFERRED", kReadPatience));
    return std::make_unique<Reader>(SqliteReads(std::move(session)));
  }

  absl::StatusOr<std::unique_ptr<StoreWriter>> Write(Duration patience) override {
    if (file_->options().read_only) return FailedPrecondition("the store is read-only");
    RELATA_RETURN_IF_ERROR(file_->CheckLog());
    RELATA_ASSIGN_OR_RETURN(
        std::shared_ptr<Session> session,
        file_->lent() ? file_->BeginLent(true) : file_->Begin("BEGIN IMMEDIATE", patience));
    RELATA_ASSIGN_OR_RETURN(CommitRow head, SqliteReads(session).Head());
    return std::make_unique<SqliteWriter>(std::move(session), std::move(head));
  }

  absl::StatusOr<CommitId> HeadId() override { return file_->HeadId(); }
  absl::Status Settle() override { return file_->Settle(); }

  absl::Status Scrub(Duration patience) override {
    if (file_->options().read_only) return FailedPrecondition("the store is read-only");
    return file_->Scrub(patience);
  }

 private:
  std::shared_ptr<File> file_;
};

}  // namespace
}  // namespace internal

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                                       const SqliteOptions& options) {
  if (path == ":memory:") return NewMemoryStore();
  if (path.empty() || path.find('\0') != std::string::npos) {
    return InvalidArgument("not a file name");
  }
  auto file = std::make_shared<internal::File>(path, options);
  RELATA_RETURN_IF_ERROR(file->Open());
  return std::make_unique<internal::SqliteStore>(std::move(file));
}

absl::StatusOr<std::unique_ptr<Store>> LendSqliteStore(sqlite3* connection,
                                                       const SqliteOptions& options) {
  if (connection == nullptr) return InvalidArgument("no connection was lent");
  auto file = std::make_shared<internal::File>("the lent database", options);
  RELATA_RETURN_IF_ERROR(file->Lend(connection));
  return std::make_unique<internal::SqliteStore>(std::move(file));
}

}  // namespace relata
