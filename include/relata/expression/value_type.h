// SPDX-License-Identifier: Apache-2.0
//
// The type of an expression: what kind of value it yields, and whether it may be null.
//
// These are the types of CEL plus references to records and events, money, civil dates and periods.
// `dyn` stands for any value: it is what an undeclared variable has, and it postpones the check to
// evaluation. A field without a value is null, so every field is `nullable`; CEL calls that a
// wrapper type. A nullable type is written with a question mark: "string?".
//
// Values; any thread may read.

#ifndef RELATA_EXPRESSION_VALUE_TYPE_H_
#define RELATA_EXPRESSION_VALUE_TYPE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/id.h"

namespace relata {

struct ValueType {
  enum class Kind : uint8_t {
    kDyn,
    kNull,
    kBool,
    kInt,
    kUint,
    kDouble,
    kString,
    kBytes,
    kTimestamp,
    kDuration,
    kDate,
    kPeriod,
    kMoney,
    kRecord,    // a reference to a record of `record`
    kEvent,     // a reference to an event of `record` (an event type)
    kList,      // of parameters[0]
    kMap,       // from parameters[0] to parameters[1]
    kType,      // a type as a value; parameters[0] is the type it names
    kOptional,  // of parameters[0]
    kAbstract,  // `name`, with parameters
    kVariable,  // `variable` of an inference; not found in a finished expression
  };

  Kind kind = Kind::kDyn;
  bool nullable = false;
  TypeId record = kNoType;
  uint32_t variable = 0;
  std::string name;
  std::vector<ValueType> parameters;

  ValueType() = default;
  ValueType(Kind k) : kind(k) {}  // NOLINT: ValueType::Kind::kInt is a type
  static ValueType List(ValueType element) { return {Kind::kList, {std::move(element)}}; }
  static ValueType Map(ValueType key, ValueType value) {
    return {Kind::kMap, {std::move(key), std::move(value)}};
  }
  static ValueType Optional(ValueType inner) { return {Kind::kOptional, {std::move(inner)}}; }
  static ValueType OfType(ValueType named) { return {Kind::kType, {std::move(named)}}; }
  static ValueType Record(TypeId id) { return {Kind::kRecord, id}; }
  static ValueType Event(TypeId id) { return {Kind::kEvent, id}; }
  static ValueType Abstract(std::string name, std::vector<ValueType> parameters) {
    ValueType t{Kind::kAbstract, std::move(parameters)};
    t.name = std::move(name);
    return t;
  }

  bool is(Kind k) const { return kind == k; }
  // The same type with `nullable` as given.
  ValueType AsNullable(bool value = true) const {
    ValueType t = *this;
    t.nullable = value;
    return t;
  }

  friend bool operator==(const ValueType&, const ValueType&) = default;

 private:
  ValueType(Kind k, std::vector<ValueType> p) : kind(k), parameters(std::move(p)) {}
  ValueType(Kind k, TypeId id) : kind(k), record(id) {}
};

// "int", "list(string?)", "map(string, dyn)", "optional_type(int)". A record or event type is
// written by its kind alone; a checked expression names it (CheckedExpression::DescribeType).
std::string ToString(const ValueType& type);

}  // namespace relata

#endif  // RELATA_EXPRESSION_VALUE_TYPE_H_
