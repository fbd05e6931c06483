// SPDX-License-Identifier: Apache-2.0

#include "durability/observed_vfs.h"

#include <new>
#include <utility>

namespace relata::testing {
namespace {

// SQLite allocates szOsFile bytes: this, followed by the real file.
struct File {
  sqlite3_file base;
  const ObservedVfs* vfs;
  std::string* name;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *real()->pMethods; }
  int Ask(DiskOp::Kind kind, int64_t offset = 0, std::string_view data = {}) const {
    return vfs->Ask({kind, *name, offset, data});
  }
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

int Close(sqlite3_file* f) {
  const int code = Of(f)->methods().xClose(Of(f)->real());
  delete std::exchange(Of(f)->name, nullptr);
  return code;
}
int Read(sqlite3_file* f, void* out, int size, sqlite3_int64 offset) {
  const int code = Of(f)->Ask(DiskOp::Kind::kRead, offset);
  return code != SQLITE_OK ? code : Of(f)->methods().xRead(Of(f)->real(), out, size, offset);
}
int Write(sqlite3_file* f, const void* data, int size, sqlite3_int64 offset) {
  const int code = Of(f)->Ask(DiskOp::Kind::kWrite, offset,
                              {static_cast<const char*>(data), static_cast<size_t>(size)});
  return code != SQLITE_OK ? code : Of(f)->methods().xWrite(Of(f)->real(), data, size, offset);
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  const int code = Of(f)->Ask(DiskOp::Kind::kTruncate, size);
  return code != SQLITE_OK ? code : Of(f)->methods().xTruncate(Of(f)->real(), size);
}
int Sync(sqlite3_file* f, int flags) {
  const int code = Of(f)->Ask(DiskOp::Kind::kSync);
  return code != SQLITE_OK ? code : Of(f)->methods().xSync(Of(f)->real(), flags);
}
int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  return Of(f)->methods().xFileSize(Of(f)->real(), size);
}
int Lock(sqlite3_file* f, int level) { return Of(f)->methods().xLock(Of(f)->real(), level); }
int Unlock(sqlite3_file* f, int level) { return Of(f)->methods().xUnlock(Of(f)->real(), level); }
int CheckReservedLock(sqlite3_file* f, int* out) {
  return Of(f)->methods().xCheckReservedLock(Of(f)->real(), out);
}
int FileControl(sqlite3_file* f, int op, void* arg) {
  return Of(f)->methods().xFileControl(Of(f)->real(), op, arg);
}
int SectorSize(sqlite3_file* f) { return Of(f)->methods().xSectorSize(Of(f)->real()); }
int DeviceCharacteristics(sqlite3_file* f) {
  return Of(f)->methods().xDeviceCharacteristics(Of(f)->real());
}
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Of(f)->methods().xShmMap(Of(f)->real(), page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) {
  return Of(f)->methods().xShmLock(Of(f)->real(), offset, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Of(f)->methods().xShmBarrier(Of(f)->real()); }
int ShmUnmap(sqlite3_file* f, int remove) {
  return Of(f)->methods().xShmUnmap(Of(f)->real(), remove);
}

// Version 2: with shared memory for the write-ahead log, without memory mapping, which would go
// past the hook.
constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

const ObservedVfs* Of(sqlite3_vfs* vfs) { return static_cast<const ObservedVfs*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  out->pMethods = nullptr;
  const std::string path = name == nullptr ? "" : name;
  const int asked = Of(vfs)->Ask({DiskOp::Kind::kOpen, path, 0, {}});
  if (asked != SQLITE_OK) return asked;
  File* file = new (out) File{};
  file->vfs = Of(vfs);
  const int code = Of(vfs)->real()->xOpen(Of(vfs)->real(), name, file->real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  file->name = new std::string(path);
  file->base.pMethods = &kMethods;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync) {
  const int code = Of(vfs)->Ask({DiskOp::Kind::kDelete, name, 0, {}});
  return code != SQLITE_OK ? code : Of(vfs)->real()->xDelete(Of(vfs)->real(), name, sync);
}

}  // namespace

ObservedVfs::ObservedVfs(std::string name)
    : name_(std::move(name)), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = Open;
  vfs_.xDelete = Delete;
  sqlite3_vfs_register(&vfs_, 0);
}

ObservedVfs::~ObservedVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace relata::testing
