// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/connection.h"

#include <SQLiteCpp/Exception.h>

#include <algorithm>
#include <new>
#include <utility>

namespace relata::internal {
namespace {

constexpr size_t kMostStatements = 512;

absl::StatusCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return absl::StatusCode::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_CONSTRAINT:
      return absl::StatusCode::kAlreadyExists;
    default:
      return absl::StatusCode::kInternal;
  }
}

// The one place where SQLiteCpp's exceptions end.
template <class F>
absl::Status Guard(F f) {
  try {
    f();
    return absl::OkStatus();
  } catch (const SQLite::Exception& e) {
    const int code = e.getExtendedErrorCode() > 0 ? e.getExtendedErrorCode() : e.getErrorCode();
    return MakeStatus(CodeOf(code), e.what());
  } catch (const std::bad_alloc&) {
    return ResourceExhausted("out of memory");
  }
}

}  // namespace

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this == &other) return *this;
  Return();
  connection_ = std::exchange(other.connection_, nullptr);
  kept_ = other.kept_;
  handle_ = std::exchange(other.handle_, nullptr);
  bind_code_ = other.bind_code_;
  return *this;
}

void Statement::Return() {
  if (std::exchange(connection_, nullptr) == nullptr) return;
  if (kept_ == nullptr) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  kept_->lent = false;
}

absl::StatusOr<bool> Statement::Step() {
  if (bind_code_ != SQLITE_OK) return connection_->StatusOf(std::exchange(bind_code_, SQLITE_OK));
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_);
    return false;
  }
  absl::Status status = connection_->StatusOf(code);
  sqlite3_reset(handle_);
  return status;
}

absl::Status Statement::Run() {
  RELATA_ASSIGN_OR_RETURN(const bool row, Step());
  if (row) Reset();
  return absl::OkStatus();
}

Connection::Connection(std::unique_ptr<SQLite::Database> database)
    : database_(std::move(database)), handle_(database_->getHandle()) {
  sqlite3_extended_result_codes(handle(), 1);
  sqlite3_busy_handler(handle(), &Connection::WaitForLock, this);
}

Connection::~Connection() {
  for (const auto& [sql, kept] : statements_) sqlite3_finalize(kept.handle);
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Options& options) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (vfs == nullptr) return InvalidArgument(Concat("no SQLite VFS is named ", options.vfs));
  int exists = 0;
  vfs->xAccess(vfs, options.path.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  if (exists == 0 && !options.create) return NotFound(options.path + ": no such file");

  const int mode = options.read_only
                       ? SQLite::OPEN_READONLY
                       : SQLite::OPEN_READWRITE | (options.create ? SQLite::OPEN_CREATE : 0);
  std::unique_ptr<Connection> connection;
  absl::Status status = Guard([&] {
    connection.reset(new Connection(std::make_unique<SQLite::Database>(
        options.path, mode | SQLite::OPEN_NOMUTEX, 0, options.vfs)));
  });
  if (!status.ok()) return Annotate(status, options.path);
  return connection;
}

std::unique_ptr<Connection> Connection::Borrow(sqlite3* handle) {
  return std::unique_ptr<Connection>(new Connection(handle));
}

absl::StatusOr<Statement> Connection::Prepare(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end() && !found->second.lent) {
    found->second.lent = true;
    return Statement(this, &found->second, found->second.handle);
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Annotate(StatusOf(code), sql);
  const bool keep = found == statements_.end() && statements_.size() < kMostStatements;
  if (!keep) return Statement(this, nullptr, statement);
  KeptStatement& kept = statements_[std::string(sql)];
  kept = {statement, true};
  return Statement(this, &kept, statement);
}

absl::Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : StatusOf(code);
}

absl::Status Connection::Run(std::string_view sql) {
  RELATA_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  return statement.Run();
}

absl::StatusOr<std::optional<int64_t>> Connection::QueryInt(std::string_view sql) {
  RELATA_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  RELATA_ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row || statement.IsNull(0)) return std::nullopt;
  return statement.Int(0);
}

absl::Status Connection::Teach(const char* name, Function* function) {
  if (std::find(taught_.begin(), taught_.end(), name) != taught_.end()) return absl::OkStatus();
  // A connection that the host lends may have been lent before; giving it the function once more
  // would expire the statements that the host keeps prepared.
  const bool known = database_ == nullptr && Prepare(Concat("SELECT ", name, "(NULL)")).ok();
  const int code =
      known ? SQLITE_OK
            : sqlite3_create_function_v2(handle_, name, -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                         nullptr, function, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return StatusOf(code);
  taught_.push_back(name);
  return absl::OkStatus();
}

// Short sleeps that grow to 10 ms; their sum is what has been waited.
int Connection::WaitForLock(void* self, int attempt) {
  auto* connection = static_cast<Connection*>(self);
  if (attempt == 0) connection->waited_ = {};
  if (connection->waited_ >= connection->patience_) return 0;
  const int milliseconds = std::min(1 + attempt, 10);
  sqlite3_sleep(milliseconds);
  connection->waited_ = connection->waited_ + Microseconds(milliseconds * 1000);
  return 1;
}

absl::Status Connection::StatusOf(int code) const {
  return MakeStatus(CodeOf(code), Concat("SQLite: ", sqlite3_errmsg(handle())));
}

}  // namespace relata::internal
