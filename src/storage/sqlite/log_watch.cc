// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/log_watch.h"

#include <sqlite3.h>

#include <atomic>
#include <utility>

namespace relata::internal {
namespace {

constexpr int kIndexRegion = 32 * 1024;  // of the mapping, as SQLite takes it
constexpr uint32_t kIndexVersion = 3'007'000;

}  // namespace

std::unique_ptr<LogWatch> LogWatch::Make(std::unique_ptr<Connection> connection) {
  // The first read transaction maps the index; this one needs no table, so no schema is parsed.
  if (!connection->QueryInt("PRAGMA schema_version").ok()) return nullptr;
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection->handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) !=
          SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2 ||
      file->pMethods->xShmMap == nullptr) {
    return nullptr;
  }
  volatile void* index = nullptr;
  if (file->pMethods->xShmMap(file, 0, kIndexRegion, 0, &index) != SQLITE_OK || index == nullptr) {
    return nullptr;
  }
  return std::unique_ptr<LogWatch>(new LogWatch(std::move(connection), index));
}

// The header is there twice. Who commits writes the second copy first, then a barrier, then the
// first: read in the other order, equal copies are whole.
#if defined(__has_attribute)
#if __has_attribute(no_sanitize)
__attribute__((no_sanitize("thread")))
#endif
#endif
bool LogWatch::Look(Header& header) const {
  const auto* words = static_cast<const volatile uint64_t*>(index_);
  for (size_t i = 0; i < header.size(); ++i) header[i] = words[i];
  std::atomic_thread_fence(std::memory_order_seq_cst);
  bool whole = true;
  for (size_t i = 0; i < header.size(); ++i) whole &= header[i] == words[header.size() + i];
  constexpr size_t kInitialised = 12;  // a byte: whether the rest is valid
  const bool valid = (header[kInitialised / 8] >> (8 * (kInitialised % 8)) & 0xff) != 0;
  return whole && valid && static_cast<uint32_t>(header[0]) == kIndexVersion;
}

}  // namespace relata::internal
