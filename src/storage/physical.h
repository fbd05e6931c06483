// SPDX-License-Identifier: Apache-2.0
//
// What the SQL backends share: how names and texts are quoted, and which fields take two columns.

#ifndef RELATA_SRC_STORAGE_PHYSICAL_H_
#define RELATA_SRC_STORAGE_PHYSICAL_H_

#include <string>
#include <string_view>

#include "relata/storage/store.h"

namespace relata::internal {

// `name` as a quoted SQL identifier, `text` as a quoted SQL string.
std::string QuoteName(std::string_view name);
std::string QuoteText(std::string_view text);

// Whether a field of `spec` takes a second column: a currency, or the type of a link to several
// types.
inline bool HasExtra(const ColumnSpec& spec) {
  return spec.kind == Value::Kind::kMoney ||
         (spec.kind == Value::Kind::kRecord && spec.target == kNoType);
}

// A list as JSON that keeps the kind of every element: numbers and text as they are, the rest as
// {"timestamp": micros}, {"duration": micros}, {"date": days}, {"money": [units, "EUR"]},
// {"record": [type, row]}.
std::string ListToJson(const ValueList& list);
absl::StatusOr<Value> ListFromJson(std::string_view json);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_PHYSICAL_H_
