// SPDX-License-Identifier: Apache-2.0
//
// Field values in and out of SQLite columns: money as units and currency, a link as its row (and
// type when it may point to several), an instant as microseconds, a day as days, a list as JSON.

#ifndef RELATA_SRC_STORAGE_SQLITE_VALUES_H_
#define RELATA_SRC_STORAGE_SQLITE_VALUES_H_

#include <string>
#include <string_view>

#include "storage/sqlite/catalog.h"

namespace relata::internal {

// Binds `value` (null or of the column's kind) at parameter `at`, and at the next one for a kind
// that takes two. `value` must outlive the next Step.
void BindValue(Statement& statement, int at, const ColumnSpec& spec, const Value& value);

// The same for row `i` of `column`.
void BindRow(Statement& statement, int at, const ColumnSpec& spec, const Column& column, size_t i);

// Appends what is stored in `values[0]` (and `values[1]`) to `out`. DataLoss when it is not a value
// of the column.
absl::Status ReadValue(sqlite3_value* const* values, const ColumnSpec& spec, Column& out);

// A value that stands alone; bytes must outlive the next Step.
void BindParameter(Statement& statement, int at, const Value& v);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_VALUES_H_
