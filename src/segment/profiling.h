// SPDX-License-Identifier: Apache-2.0
//
// Who does not want to be profiled (GDPR 21(1), 22), or whose data may only be stored (GDPR 18):
// scores say nothing about them.

#ifndef RELATA_SRC_SEGMENT_PROFILING_H_
#define RELATA_SRC_SEGMENT_PROFILING_H_

#include <set>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/snapshot.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Whether the record is a person who, at `now`, objects to profiling or has withdrawn consent to
// it, without having agreed to it again later; or whose processing is restricted. What was said by
// anybody merged into the person counts.
absl::StatusOr<bool> ObjectsToProfiling(const Snapshot& view, RecordRef person, Timestamp now);

// NotFound when there is nothing to say about the record for that reason.
absl::Status MayBeProfiled(const Snapshot& view, RecordRef person, Timestamp now);

// The rows of a type whose persons object. Cost follows the ledger, not the population.
absl::StatusOr<std::set<Row>> ObjectorsTo(const Snapshot& view, TypeId type, Timestamp now);
// The same from the store, line by line, where the ledger is not to be loaded. Aborted when the
// reader does not stand at the view's commit.
absl::StatusOr<std::set<Row>> ObjectorsInStore(const Snapshot& view, StoreReader& reader,
                                               TypeId type, Timestamp now);
// Takes them out of the scores of a type: NaN by row.
absl::Status LeaveOutObjectors(const Snapshot& view, TypeId type, Timestamp now,
                               std::vector<double>& totals);

}  // namespace relata::internal

#endif  // RELATA_SRC_SEGMENT_PROFILING_H_
