// SPDX-License-Identifier: Apache-2.0
//
// One sync for all who wait for one: what GroupCommitStore::Settle rests on.

#ifndef RELATA_SRC_STORAGE_SHARED_SYNC_H_
#define RELATA_SRC_STORAGE_SHARED_SYNC_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "relata/base/status.h"

namespace relata::internal {

// Thread-safe.
class SharedSync {
 public:
  virtual ~SharedSync() = default;

  // Returns when everything written before the call is durable, as GroupCommitStore::Settle. The
  // first of those who wait syncs for all; a failure is told to everybody from then on.
  absl::Status Settle();
  // Unavailable once a sync has failed.
  absl::Status Check();

 protected:
  // Makes durable what was written before the call; Unknown when that is not certain. Called by one
  // thread at a time, without a lock.
  virtual absl::Status Sync() = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t asked_ = 0;    // calls so far
  uint64_t settled_ = 0;  // of them, those answered by a sync
  bool syncing_ = false;
  absl::Status failed_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SHARED_SYNC_H_
