// SPDX-License-Identifier: Apache-2.0

#include "storage/shared_sync.h"

#include "base/strings.h"

namespace relata::internal {

absl::Status SharedSync::Settle() {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++asked_;
  while (settled_ < mine && failed_.ok() && syncing_) changed_.wait(lock);
  if (settled_ >= mine) return absl::OkStatus();
  if (!failed_.ok()) return failed_;
  // Everybody who has asked by now has written before.
  const uint64_t all = asked_;
  syncing_ = true;
  lock.unlock();
  const absl::Status synced = Sync();
  lock.lock();
  syncing_ = false;
  if (synced.ok()) {
    settled_ = all;
  } else {
    failed_ = synced;
  }
  changed_.notify_all();
  return synced;
}

absl::Status SharedSync::Check() {
  const std::lock_guard lock(mutex_);
  if (failed_.ok()) return absl::OkStatus();
  return Unavailable(Concat("a sync failed; open the database again: ", Message(failed_)));
}

}  // namespace relata::internal
