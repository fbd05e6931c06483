// SPDX-License-Identifier: Apache-2.0
//
// What a backend packs, against what it is packed from: the index of the events, and the runs of
// public ids and external keys. The checks are the same for every backend that packs; it says here
// how its rows are read.

#ifndef RELATA_SRC_STORAGE_INSIDES_CHECK_H_
#define RELATA_SRC_STORAGE_INSIDES_CHECK_H_

#include <functional>
#include <set>
#include <string_view>

#include "storage/event_index.h"
#include "storage/name_index.h"

namespace relata::internal {

class PackedRows {
 public:
  virtual ~PackedRows() = default;
  // The blocks of a run, each with what it is named by, in the order of these names.
  virtual absl::Status EventBlocks(
      TypeId type, const EventRun& run,
      const std::function<void(std::string_view bytes, EventEntry named)>& sink) = 0;
  // The events of the type up to `last`, in any order.
  virtual absl::Status EventsUpTo(TypeId type, Seq last,
                                  const std::function<void(EventEntry)>& sink) = 0;
  // The public ids that are not packed, and those of the records. Asked for types only whose ids
  // are packed.
  virtual absl::Status LooseIds(TypeId type,
                                const std::function<void(Row, std::string_view)>& sink) = 0;
  virtual absl::Status RecordIds(TypeId type,
                                 const std::function<void(Row, std::string_view)>& sink) = 0;
};

// Whether the runs over the events of one type say exactly what is there, those erased apart.
absl::StatusOr<bool> EventIndexHolds(PackedRows& rows, EventRuns& runs, TypeId type,
                                     const std::set<Seq>& erased);
// Whether every packed name is found where it is, and the ids are those of the records. What the
// keys are, readers show.
absl::StatusOr<bool> NamesHold(PackedRows& rows, NameRuns& runs, NameSpace space);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_INSIDES_CHECK_H_
