// SPDX-License-Identifier: Apache-2.0
//
// A SQLite VFS that shows every disk operation to a hook before it is done, and lets the hook fail
// it: what the traces of simulated power loss are recorded with and how I/O faults are injected.

#ifndef RELATA_TESTS_DURABILITY_OBSERVED_VFS_H_
#define RELATA_TESTS_DURABILITY_OBSERVED_VFS_H_

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace relata::testing {

struct DiskOp {
  enum class Kind { kOpen, kRead, kWrite, kTruncate, kSync, kDelete };

  Kind kind = Kind::kOpen;
  std::string_view file;  // the full path
  int64_t offset = 0;     // kWrite; for kTruncate the new size
  std::string_view data;  // kWrite
};

// Registers itself under `name` while it lives. Files opened through it must be closed before.
class ObservedVfs {
 public:
  explicit ObservedVfs(std::string name);
  ~ObservedVfs();
  ObservedVfs(const ObservedVfs&) = delete;
  ObservedVfs& operator=(const ObservedVfs&) = delete;

  const std::string& name() const { return name_; }
  // A SQLite result code; the operation is done only when it is SQLITE_OK.
  void SetHook(std::function<int(const DiskOp&)> hook) { hook_ = std::move(hook); }

  int Ask(const DiskOp& op) const { return hook_ ? hook_(op) : SQLITE_OK; }
  sqlite3_vfs* real() const { return real_; }

 private:
  std::string name_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::function<int(const DiskOp&)> hook_;
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_DURABILITY_OBSERVED_VFS_H_
