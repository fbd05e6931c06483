// SPDX-License-Identifier: Apache-2.0
//
// Which records a change can have an effect on: the paths of expressions walked backwards.

#ifndef RELATA_SRC_SCORE_REACHED_ROWS_H_
#define RELATA_SRC_SCORE_REACHED_ROWS_H_

#include <set>
#include <span>
#include <vector>

#include "relata/engine/snapshot.h"
#include "relata/expression/plan.h"

namespace relata::internal {

// The rows of `subject` from which one of `changed` is reached, before or after the change, along
// the links and relations that the plans follow; those among `changed` included. May hold more rows
// than depend on the change, never fewer. Cost follows the records reached.
std::set<Row> ReachedRows(const Snapshot& before, const Snapshot& after,
                          std::span<const PathsRead* const> paths, TypeId subject,
                          std::span<const RecordRef> changed);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_REACHED_ROWS_H_
