// SPDX-License-Identifier: Apache-2.0
//
// Whether anybody has committed to a SQLite file since one last looked, without asking SQLite: the
// index beside the write-ahead log (-shm) begins with a header that every commit rewrites, and
// every connection of every process maps it. See "WAL-mode File Format", 2.1 "The WAL-Index
// Header", at sqlite.org/walformat.html.
//
// A look costs a comparison of 96 bytes where a statement costs the locks of a read transaction.

#ifndef RELATA_SRC_STORAGE_SQLITE_LOG_WATCH_H_
#define RELATA_SRC_STORAGE_SQLITE_LOG_WATCH_H_

#include <array>
#include <cstdint>
#include <memory>

#include "storage/sqlite/connection.h"

namespace relata::internal {

// Thread-safe.
class LogWatch {
 public:
  using Header = std::array<uint64_t, 6>;

  // Of a file that is in journal_mode=WAL. `connection` is this object's alone and keeps the index
  // mapped; it never reads the schema. nullptr when the index cannot be looked at.
  static std::unique_ptr<LogWatch> Make(std::unique_ptr<Connection> connection);

  // Two looks that give the same header lie between the same commits. False while a commit is
  // writing it, or when it is not valid.
  bool Look(Header& header) const;

 private:
  LogWatch(std::unique_ptr<Connection> connection, const volatile void* index)
      : connection_(std::move(connection)), index_(index) {}

  const std::unique_ptr<Connection> connection_;
  const volatile void* const index_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_LOG_WATCH_H_
