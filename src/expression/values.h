// SPDX-License-Identifier: Apache-2.0
//
// Equality, order and arithmetic of values as expressions mean them.

#ifndef RELATA_SRC_EXPRESSION_VALUES_H_
#define RELATA_SRC_EXPRESSION_VALUES_H_

#include <compare>
#include <optional>
#include <string_view>

#include "expression/functions.h"
#include "relata/expression/plan.h"
#include "relata/model/value.h"

namespace relata::internal {

// The order of two values of ordered types; nothing when they have no order (different types, null,
// records, amounts in different currencies). Numbers of different types compare as CEL does, an
// integer with a double by the nearest double; text by code point; NaN is unordered.
std::optional<std::partial_ordering> CompareValues(const Value& a, const Value& b);

// `op` is one of kLess ... kGreaterEqual.
Outcome Ordered(PlanOp op, const Value& a, const Value& b);

// `op` is one of kAdd ... kModulo.
Outcome Arithmetic(FunctionContext& context, PlanOp op, const Value& a, const Value& b);
Outcome Negate(const Value& a);

// CEL's equality within a budget of steps, which it uses up: values may share parts so often that
// comparing them whole would not end. Past the budget the answer means nothing.
bool EqualWithin(const Value& a, const Value& b, int64_t& budget);

// The same, charged to the evaluation.
bool Equal(FunctionContext& context, const Value& a, const Value& b);

// Charges for a value that is put into a list or map: its elements at every level, its text.
void Weigh(FunctionContext& context, const Value& v);

// Whether `element` is in a list, or a key of a map.
Outcome IsIn(FunctionContext& context, const Value& element, const Value& range);

// The entry of a map under a key that equals `key`; nullptr when there is none.
const Value* FindKey(const ValueMap& map, const Value& key);

// The list position that `index` names: an int, a uint, or a double without fraction.
std::optional<int64_t> AsIndex(const Value& index);

// Inside years 0001 to 9999, as CEL's timestamps are; durations inside what int64 microseconds
// hold.
Outcome CheckedTime(int64_t micros, bool overflow);

// The first instant of the day `months` and `days` after the day of `t` in the zone.
Outcome ShiftByPeriod(const FunctionContext& context, Timestamp t, Period period);
Outcome ShiftDate(Date date, Period period);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_VALUES_H_
