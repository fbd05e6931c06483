// SPDX-License-Identifier: Apache-2.0
//
// A story of commits in which each commit's content follows from its number alone, so that a
// database found after a crash can be compared with what it must hold.

#ifndef RELATA_TESTS_DURABILITY_STORY_H_
#define RELATA_TESTS_DURABILITY_STORY_H_

#include <memory>
#include <string>
#include <vector>

#include "relata/storage/store.h"

namespace relata::testing {

class Story {
 public:
  // Every fourth commit creates `bulk` records of about 2.5 kB, so that the log is checkpointed.
  explicit Story(int bulk = 1);

  // Declares the story's tables in an empty store.
  static absl::Status Begin(Store& store);
  // Writes the commit after the store's head; its id when it is acknowledged.
  absl::StatusOr<CommitId> Continue(Store& store) const;

  // What is wrong with `store`, whose commits up to `acknowledged` were promised: "" when nothing.
  // "lost ..." when an acknowledged commit is missing, "half-applied ..." when what is there is not
  // what the story says at the head, "failed ..." when it cannot be read.
  std::string Check(Store& store, CommitId acknowledged);

 private:
  CommitBatch BatchAfter(const CommitRow& head) const;
  int64_t RowsBefore(CommitId id) const;

  int bulk_;
  std::unique_ptr<Store> model_;
  std::vector<size_t> states_;  // a hash of everything at each commit, as far as it was needed
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_DURABILITY_STORY_H_
