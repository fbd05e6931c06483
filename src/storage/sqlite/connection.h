// SPDX-License-Identifier: Apache-2.0
//
// One connection to a SQLite file and its prepared statements, with statuses for result codes.
// Opening and schema statements go through SQLiteCpp; statements that run once a row use the C
// handle. Single-thread.

#ifndef RELATA_SRC_STORAGE_SQLITE_CONNECTION_H_
#define RELATA_SRC_STORAGE_SQLITE_CONNECTION_H_

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "storage/physical.h"

namespace relata::internal {

class Connection;

// The page cache of a connection of ours.
inline constexpr char kCacheSize[] = "PRAGMA cache_size=-32768";

// A statement that a connection keeps prepared.
struct KeptStatement {
  sqlite3_stmt* handle = nullptr;
  bool lent = false;
};

// A prepared statement on loan from its connection; destroying it resets it and gives it back.
// Indexes of parameters count from 1, of result columns from 0, as in SQLite. What Text and Blob
// give is borrowed until the next Step. A failed Bind is reported by the next Step.
class Statement {
 public:
  Statement() = default;
  // `kept` is nullptr when the statement is not given back but finalized.
  Statement(Connection* connection, KeptStatement* kept, sqlite3_stmt* handle)
      : connection_(connection), kept_(kept), handle_(handle) {}
  Statement(Statement&& other) noexcept { *this = std::move(other); }
  Statement& operator=(Statement&& other) noexcept;
  ~Statement() { Return(); }

  void Bind(int i, int64_t v) { Note(sqlite3_bind_int64(handle_, i, v)); }
  void BindDouble(int i, double v) { Note(sqlite3_bind_double(handle_, i, v)); }
  void BindNull(int i) { Note(sqlite3_bind_null(handle_, i)); }
  // `v` must outlive the next Step; BindCopy's need not.
  void BindText(int i, std::string_view v) {
    Note(sqlite3_bind_text64(handle_, i, v.data() == nullptr ? "" : v.data(), v.size(),
                             SQLITE_STATIC, SQLITE_UTF8));
  }
  void BindCopy(int i, std::string_view v) {
    Note(sqlite3_bind_text64(handle_, i, v.data() == nullptr ? "" : v.data(), v.size(),
                             SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  // `kind` is a constant: whoever reads the pointer names it too.
  void BindPointer(int i, void* v, const char* kind) {
    Note(sqlite3_bind_pointer(handle_, i, v, kind, nullptr));
  }
  void BindBlob(int i, std::string_view v) {
    Note(sqlite3_bind_blob64(handle_, i, v.data() == nullptr ? "" : v.data(), v.size(),
                             SQLITE_STATIC));
  }

  // True when there is a row to read, false at the end (the statement is then reset).
  absl::StatusOr<bool> Step();
  // Runs a statement that gives no row.
  absl::Status Run();
  // Makes the statement ready to run again; parameters keep their values.
  void Reset() { sqlite3_reset(handle_); }
  void ClearBindings() { sqlite3_clear_bindings(handle_); }

  bool IsNull(int i) const { return sqlite3_column_type(handle_, i) == SQLITE_NULL; }
  int64_t Int(int i) const { return sqlite3_column_int64(handle_, i); }
  double Double(int i) const { return sqlite3_column_double(handle_, i); }
  std::string_view Text(int i) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, i));
    return text == nullptr ? std::string_view() : std::string_view(text, Size(i));
  }
  std::string_view Blob(int i) const {
    const auto* blob = static_cast<const char*>(sqlite3_column_blob(handle_, i));
    return blob == nullptr ? std::string_view() : std::string_view(blob, Size(i));
  }

 private:
  size_t Size(int i) const { return static_cast<size_t>(sqlite3_column_bytes(handle_, i)); }
  void Note(int code) {
    if (code != SQLITE_OK) bind_code_ = code;
  }
  void Return();

  Connection* connection_ = nullptr;
  KeptStatement* kept_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
  int bind_code_ = SQLITE_OK;
};

class Connection {
 public:
  struct Options {
    std::string path;
    std::string vfs;
    bool read_only = false;
    bool create = false;
  };

  // NotFound when there is no file and it is not to be created; PermissionDenied when it cannot be
  // opened.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Options& options);
  // Works on the host's connection, which it neither sets up nor closes.
  static std::unique_ptr<Connection> Borrow(sqlite3* handle);
  ~Connection();

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // Runs statements that give no rows: schema, pragmas.
  absl::Status Execute(const std::string& sql);
  // Runs one such statement and keeps it prepared: BEGIN, COMMIT, ROLLBACK.
  absl::Status Run(std::string_view sql);
  // The first column of the first row; nothing when there is no row or it is null.
  absl::StatusOr<std::optional<int64_t>> QueryInt(std::string_view sql);

  // Gives the connection a function of SQL, which takes any number of values; one that it has
  // stays. `name` is a constant.
  using Function = void(sqlite3_context* context, int count, sqlite3_value** values);
  absl::Status Teach(const char* name, Function* function);

  // How long a statement waits for another connection's lock.
  void SetPatience(Duration patience) { patience_ = patience; }

  // The status of a result code, with SQLite's own message. Never OK.
  absl::Status StatusOf(int code) const;

  sqlite3* handle() const { return handle_; }

 private:
  friend class Statement;

  explicit Connection(std::unique_ptr<SQLite::Database> database);
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  static int WaitForLock(void* self, int attempt);

  std::unique_ptr<SQLite::Database> database_;  // nullptr when borrowed
  sqlite3* handle_;
  std::unordered_map<std::string, KeptStatement, StringHash, std::equal_to<>> statements_;
  std::vector<const char*> taught_;
  Duration patience_ = Seconds(5);
  Duration waited_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_CONNECTION_H_
