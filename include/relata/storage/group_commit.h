// SPDX-License-Identifier: Apache-2.0
//
// Commits that become durable together.
//
// A durable commit waits for the disk, and one writer at a time would make every thread wait for
// every other's. In a store with group commit StoreWriter::Commit returns as soon as the commit is
// written, the next writer may begin, and what all of them wrote is made durable by one sync. A
// commit is acknowledged only after Settle: Crm does so before Transaction::Commit returns, outside
// its lock.
//
// Three things follow. Nothing acknowledged is lost, as ever: Settle has returned. What is lost in
// a power failure is a tail of commits that nobody was told of, none of them by half, for they lie
// in the order of their numbers. And others may read a commit for up to one sync before it is
// acknowledged: who must not act on what a power failure can still take back leaves the option off.

#ifndef RELATA_STORAGE_GROUP_COMMIT_H_
#define RELATA_STORAGE_GROUP_COMMIT_H_

#include "relata/base/status.h"

namespace relata {

// What a Store of this kind is besides. Thread-safe.
class GroupCommitStore {
 public:
  virtual ~GroupCommitStore() = default;

  // Waits until every commit written before the call is durable; of several callers at once one
  // syncs for all. Unknown when the disk did not say so: the commits may be there or not, and after
  // it no writer is given (Unavailable) until the store is opened again, for a disk that failed
  // once may forget what it was given before.
  virtual absl::Status Settle() = 0;
};

}  // namespace relata

#endif  // RELATA_STORAGE_GROUP_COMMIT_H_
