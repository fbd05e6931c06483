// SPDX-License-Identifier: Apache-2.0
//
// Field values in and out of PostgreSQL: native types where a field has a column, JSON in the
// document otherwise.

#ifndef RELATA_SRC_STORAGE_POSTGRES_VALUES_H_
#define RELATA_SRC_STORAGE_POSTGRES_VALUES_H_

#include <functional>
#include <string>
#include <vector>

#include "storage/postgres/catalog.h"

namespace relata::internal {

// The value of the column at a place, null when it has none; borrowed.
using ValueAt = std::function<const Value*(size_t place)>;

// Appends `value` (nullptr is null) as the field or two fields of a column of `spec`.
void PutValue(PgFields& out, const ColumnSpec& spec, const Value* value);
// The same for row `i` of `column`.
void PutRow(PgFields& out, const ColumnSpec& spec, const Column& column, size_t i);

// The document of the fields without a column; nulls are left out unless `with_nulls`. "" when
// there is nothing to say.
std::string DocumentOf(const TableSpec& spec, const PgTable& table, const ValueAt& value,
                       bool with_nulls = false);

// Which fields a SELECT names and how its result is read.
class PgSelection {
 public:
  // `keys` columns come before it. InvalidArgument when a field is unknown.
  static absl::StatusOr<PgSelection> Of(const PgCatalog& catalog, const Layout::Table& table,
                                        const std::vector<FieldId>& fields, int keys);

  const std::string& sql() const { return sql_; }  // ", \"column\", ..." to follow the keys
  std::vector<Column> MakeColumns() const;
  // Appends row `row` of the result to the columns. DataLoss when it is no value of its column.
  absl::Status Read(const PgResult& result, int row, std::vector<Column>& columns) const;

 private:
  struct Field {
    const ColumnSpec* spec;
    int at;
    bool document;
  };

  std::vector<Field> fields_;
  std::string sql_;
};

// A value that stands alone, as a parameter of its own type.
void PutParameter(PgFields& out, const Value& v);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_VALUES_H_
