// SPDX-License-Identifier: Apache-2.0
//
// How values and comparisons look in SQL.

#ifndef RELATA_SRC_EXPRESSION_SQL_VALUES_H_
#define RELATA_SRC_EXPRESSION_SQL_VALUES_H_

#include <optional>
#include <string_view>

#include "relata/expression/plan.h"
#include "relata/model/value.h"

namespace relata::internal {

// The kind of the column that a field of this type has; kNull when SQL has no such column.
Value::Kind KindOf(const ValueType& type);

// The constant as it is compared with a column of `kind`; nothing when SQL's comparison differs.
std::optional<Value> Bindable(Value::Kind kind, const Value& v);

// What a parameter that holds a value of `kind` is cast to in PostgreSQL.
std::string_view PostgresType(Value::Kind kind);

// "<", "=", ... of kEqual ... kGreaterEqual.
std::string_view SqlSymbol(PlanOp op);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_SQL_VALUES_H_
