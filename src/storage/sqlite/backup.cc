// SPDX-License-Identifier: Apache-2.0

#include "relata/storage/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "base/strings.h"
#include "relata/storage/sqlite.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/migrations.h"

namespace relata {
namespace internal {
namespace {

constexpr int64_t kApplicationId = 0x52454c41;  // "RELA"
constexpr Duration kPatience = Seconds(10);

// A file that is removed when it goes, unless it was given its name.
class PartialFile {
 public:
  explicit PartialFile(std::string name) : name_(std::move(name)) { Remove(); }
  ~PartialFile() { Remove(); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::string& name() const { return name_; }

  // Makes what was written last, and the name.
  absl::Status Become(const std::string& to) {
    RELATA_RETURN_IF_ERROR(Sync(name_));
    if (std::rename(name_.c_str(), to.c_str()) != 0) {
      return PermissionDenied(Concat("cannot put the copy in the place of ", to));
    }
    const std::string folder = std::filesystem::path(to).parent_path().string();
    return Sync(folder.empty() ? "." : folder);
  }

 private:
  static absl::Status Sync(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Unavailable(Concat("cannot open ", path));
    const bool synced = fsync(file) == 0;
    close(file);
    return synced ? absl::OkStatus() : Unavailable(Concat("cannot sync ", path));
  }
  void Remove() {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      (void)std::remove((name_ + suffix).c_str());
    }
  }

  const std::string name_;
};

absl::StatusOr<std::unique_ptr<Connection>> Connect(const std::string& path, bool read_only,
                                                    bool create) {
  Connection::Options options;
  options.path = path;
  options.read_only = read_only;
  options.create = create;
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(options));
  connection->SetPatience(kPatience);
  return connection;
}

// All pages in one go, inside one read of the source: writers go on beside it.
absl::Status CopyPages(const std::string& from, const std::string& to) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> source, Connect(from, false, false));
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> copy, Connect(to, false, true));
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle(), "main", source->handle(), "main");
  if (backup == nullptr) return copy->StatusOf(sqlite3_errcode(copy->handle()));
  int64_t waited = 0;
  int code = sqlite3_backup_step(backup, -1);
  while ((code == SQLITE_BUSY || code == SQLITE_LOCKED) && waited < kPatience.micros / 1000) {
    waited += sqlite3_sleep(20);
    code = sqlite3_backup_step(backup, -1);
  }
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return copy->StatusOf(code);
  if (finished != SQLITE_OK) return copy->StatusOf(finished);
  // The copy stands alone: no log beside it. It is put to WAL again by the first who opens it.
  return copy->Execute("PRAGMA journal_mode=DELETE");
}

// What SQLite's own check finds.
absl::Status IntegrityOf(Connection& connection, std::vector<Issue>& issues) {
  RELATA_ASSIGN_OR_RETURN(Statement check, connection.Prepare("PRAGMA integrity_check(100)"));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row) return absl::OkStatus();
    if (check.Text(0) != "ok") {
      issues.push_back({Severity::kError, "file", std::string(check.Text(0))});
    }
  }
}

// What stands in the file and was not made by Relata, and the tables it made that are gone.
absl::Status ForeignObjects(Connection& connection, const Catalog& catalog,
                            std::vector<Issue>& issues) {
  std::set<std::string> tables;
  std::set<std::string> views = {"commit_history", "change_history", "consent_ledger"};
  for (const auto& [type, table] : catalog.layout.tables()) {
    tables.insert(catalog.Physical(type).name);
  }
  std::set<std::string> found;
  RELATA_ASSIGN_OR_RETURN(
      Statement objects,
      connection.Prepare("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE "
                         "'sqlite\\_%' ESCAPE '\\'"));
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, objects.Step());
    if (!row) break;
    const std::string kind(objects.Text(0));
    const std::string name(objects.Text(1));
    const std::string table(objects.Text(2));
    found.insert(name);
    const bool ours = table.starts_with("relata_") || tables.contains(table);
    if (kind == "trigger" || (kind != "view" && !ours)) {
      issues.push_back({Severity::kWarning, "file",
                        Concat("the ", kind, " ", QuoteName(name), " was not made by Relata")});
    }
  }
  for (const std::string& table : tables) {
    if (!found.contains(table)) {
      issues.push_back({Severity::kError, "file", Concat("the table ", table, " is gone")});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<BackupReport> Describe(Connection& connection, const std::string& path) {
  RELATA_ASSIGN_OR_RETURN(const auto id, connection.QueryInt("PRAGMA application_id"));
  if (id.value_or(0) != kApplicationId) {
    return FailedPrecondition(path + ": not a Relata database");
  }
  RELATA_RETURN_IF_ERROR(StepOf(connection, Migrations(), path).status());
  BackupReport report;
  RELATA_ASSIGN_OR_RETURN(Statement tenant,
                          connection.Prepare("SELECT value FROM relata_meta WHERE key='tenant'"));
  RELATA_ASSIGN_OR_RETURN(const bool found, tenant.Step());
  if (!found) return DataLoss(path + ": the tenant is missing");
  report.tenant = tenant.Text(0);
  RELATA_ASSIGN_OR_RETURN(const auto head,
                          connection.QueryInt("SELECT max(id) FROM relata_commit"));
  report.commit = head.value_or(0);
  RELATA_ASSIGN_OR_RETURN(const auto pages, connection.QueryInt("PRAGMA page_count"));
  RELATA_ASSIGN_OR_RETURN(const auto size, connection.QueryInt("PRAGMA page_size"));
  report.bytes = pages.value_or(0) * size.value_or(0);
  return report;
}

// `from` copied and checked under another name, then named `to`.
absl::StatusOr<BackupReport> Copy(const std::string& from, const std::string& to) {
  PartialFile partial(to + ".part");
  RELATA_RETURN_IF_ERROR(CopyPages(from, partial.name()));
  BackupReport report;
  RELATA_ASSIGN_OR_RETURN(const std::vector<Issue> issues, CheckSqlite(partial.name(), &report));
  for (const Issue& issue : issues) {
    if (issue.severity == Severity::kError) {
      return DataLoss(Concat("the copy of ", from, " does not check: ", issue.message));
    }
  }
  RELATA_RETURN_IF_ERROR(partial.Become(to));
  return report;
}

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// Nobody else has the file open: to leave WAL, SQLite needs it for this connection alone. Its log
// is taken into it by that.
absl::Status TakeOutOfUse(const std::string& path) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                          Connect(path, false, false));
  connection->SetPatience(Microseconds(200'000));
  RELATA_ASSIGN_OR_RETURN(Statement leave, connection->Prepare("PRAGMA journal_mode=DELETE"));
  const absl::StatusOr<bool> row = leave.Step();
  if (row.ok() && *row && leave.Text(0) == "delete") return absl::OkStatus();
  return Unavailable(path + " is in use; close it first");
}

}  // namespace
}  // namespace internal

using internal::Concat;
using internal::Connection;

absl::StatusOr<std::vector<Issue>> CheckSqlite(const std::string& path, BackupReport* report) {
  if (!internal::IsThere(path)) return NotFound("there is no file " + path);
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection,
                          internal::Connect(path, false, false));
  RELATA_ASSIGN_OR_RETURN(BackupReport found, internal::Describe(*connection, path));
  if (report != nullptr) *report = found;
  std::vector<Issue> issues;
  RELATA_RETURN_IF_ERROR(internal::IntegrityOf(*connection, issues));
  RELATA_ASSIGN_OR_RETURN(const internal::Catalog catalog, internal::LoadCatalog(*connection));
  RELATA_RETURN_IF_ERROR(internal::ForeignObjects(*connection, catalog, issues));
  return issues;
}

absl::StatusOr<BackupReport> BackupSqlite(const std::string& from, const std::string& to) {
  if (!internal::IsThere(from)) return NotFound("there is no file " + from);
  if (internal::IsThere(to)) return AlreadyExists(to + " is there already");
  return internal::Copy(from, to);
}

absl::StatusOr<BackupReport> RestoreSqlite(const std::string& backup, const std::string& to,
                                           bool replace) {
  if (!internal::IsThere(backup)) return NotFound("there is no file " + backup);
  if (internal::IsThere(to)) {
    if (!replace) return AlreadyExists(to + " is there already");
    RELATA_RETURN_IF_ERROR(internal::TakeOutOfUse(to));
  }
  return internal::Copy(backup, to);
}

}  // namespace relata
