// SPDX-License-Identifier: Apache-2.0
//
// How an older file becomes one of this version.
//
// A file says its format and, in it, the last step taken. Steps are numbered, only go forward and
// are never changed once released; a new file takes them all. Each is one transaction with the
// number it leaves behind, so a process killed at any statement leaves the file at a step, and of
// several processes that open it one takes the step while the others wait and find it taken.

#ifndef RELATA_SRC_STORAGE_SQLITE_MIGRATIONS_H_
#define RELATA_SRC_STORAGE_SQLITE_MIGRATIONS_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "storage/sqlite/connection.h"

namespace relata::internal {

// The version of the file's layout; what changes it is a step below.
inline constexpr int64_t kSqliteFormat = 0;

// Bodies of log lines that are longer lie in relata_log_body, and relata_log says '': a page of the
// file holds none of them as a whole.
inline constexpr size_t kLongBody = 800;
// The body of a line of relata_log, as SQL.
inline constexpr char kLineBody[] =
    "CASE body WHEN '' THEN coalesce((SELECT apart.body FROM relata_log_body apart WHERE "
    "apart.log = relata_log.log AND apart.seq = relata_log.seq), '') ELSE body END";

struct MigrationStep {
  std::string name;
  std::vector<std::string> statements;
  // What is done before them, where SQL alone cannot.
  std::function<absl::Status(Connection&)> before = nullptr;
};

// The steps of this version; the first has number 1.
std::span<const MigrationStep> Migrations();

// The last step the file has taken; 0 when none. FailedPrecondition when it is later than `steps`
// go: a newer version wrote the file.
absl::StatusOr<int64_t> StepOf(Connection& connection, std::span<const MigrationStep> steps,
                               const std::string& path);

// Takes the steps that are missing. Unavailable when another process holds the lock for longer than
// the connection's patience. `before_each` is told before every statement.
absl::Status Migrate(Connection& connection, std::span<const MigrationStep> steps,
                     const std::string& path, const std::function<void()>& before_each = nullptr);

// The same inside the transaction that makes a new file.
absl::Status TakeAllSteps(Connection& connection, std::span<const MigrationStep> steps);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_MIGRATIONS_H_
