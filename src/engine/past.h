// SPDX-License-Identifier: Apache-2.0
//
// How a past graph is found: the instant worked out against the commits, and the graph of it kept
// for the questions that follow.

#ifndef RELATA_SRC_ENGINE_PAST_H_
#define RELATA_SRC_ENGINE_PAST_H_

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "relata/base/zone.h"
#include "relata/engine/as_of.h"
#include "relata/engine/crm.h"
#include "relata/engine/snapshot.h"
#include "relata/storage/store.h"

namespace relata::internal {

// An AsOf against the commits of a store.
struct PastInstant {
  CommitRow known;              // the last commit that counts; id 0 when none does
  std::optional<Timestamp> at;  // what took effect later does not count
  Date day;                     // of `at`, in the tenant's zone
  CommitId since = 0;           // all changes up to this commit count

  // Whether a change counts. `effective`: see EffectiveOf.
  bool Counts(CommitId commit, Timestamp effective) const {
    return commit <= known.id && (!at || effective <= *at);
  }
};

// When a change took effect: never later than it was recorded.
inline Timestamp EffectiveOf(const ChangeWrite& change, Timestamp recorded) {
  return change.effective_at ? std::min(*change.effective_at, recorded) : recorded;
}

// The last commit recorded at `t` or before; id 0 when there is none. Asks for few commits.
absl::StatusOr<CommitRow> LastCommitAt(StoreReader& reader, Timestamp t);

absl::StatusOr<PastInstant> FindInstant(StoreReader& reader, const AsOf& as_of, const Zone& zone);

// When the commits after `since` were recorded.
class RecordedTimes {
 public:
  absl::Status Load(StoreReader& reader, CommitId since);
  // `commit` is after `since` and not later than the reader's head.
  Timestamp Of(CommitId commit) const {
    return recorded_[static_cast<size_t>(commit - since_ - 1)];
  }

 private:
  CommitId since_ = 0;
  std::vector<Timestamp> recorded_;
};

// The field values in both parts of a before-image; what was erased is not among them. DataLoss.
absl::StatusOr<std::vector<std::pair<FieldId, Value>>> ImagesOf(const ChangeWrite& change);
// Whether a personal image that was there has been erased.
inline bool ImageErased(const ChangeWrite& change) {
  return !change.personal_digest.empty() && change.personal.empty();
}

// What a Crm of the past keeps. Thread-safe.
class PastView {
 public:
  explicit PastView(AsOf as_of) : as_of_(as_of) {}

  const AsOf& as_of() const { return as_of_; }
  absl::StatusOr<PastSnapshot> View(Crm::Engine& engine, std::span<const TypeId> types);
  // The instant, worked out at the first question.
  absl::StatusOr<PastInstant> Instant(Crm::Engine& engine);
  // Definitions as known then, newest versions by kind and name; all of them when known_at is not
  // given. Retired ones have an empty body.
  absl::StatusOr<std::optional<Definition>> FindDefinition(Crm::Engine& engine,
                                                           std::string_view kind,
                                                           std::string_view name);
  absl::StatusOr<std::vector<Definition>> Definitions(Crm::Engine& engine, std::string_view kind);

 private:
  using Known = std::map<std::pair<std::string, std::string>, Definition>;
  absl::Status Resolve(Crm::Engine& engine);
  absl::StatusOr<const Known*> KnownDefinitions(Crm::Engine& engine);

  const AsOf as_of_;
  std::mutex mutex_;
  std::optional<PastInstant> instant_;
  std::optional<Known> definitions_;
  std::optional<PastSnapshot> view_;
  std::set<TypeId> types_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_PAST_H_
