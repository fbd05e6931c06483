// SPDX-License-Identifier: Apache-2.0
//
// How filled a field is: the one count behind the report's completeness and the maintenance job's.

#ifndef RELATA_SRC_PROCESS_FILL_H_
#define RELATA_SRC_PROCESS_FILL_H_

#include <cstdint>

#include "relata/engine/snapshot.h"

namespace relata::internal {

// The records of the type that exist and have a value in the field.
inline int64_t CountFilled(const Snapshot& view, TypeId type, FieldId field) {
  int64_t filled = 0;
  for (Row row = 0; row < view.RowLimit(type); ++row) {
    const RecordRef record{type, row};
    if (view.Exists(record) && !view.Get(record, field).is_null()) ++filled;
  }
  return filled;
}

}  // namespace relata::internal

#endif  // RELATA_SRC_PROCESS_FILL_H_
