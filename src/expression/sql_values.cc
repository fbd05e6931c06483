// SPDX-License-Identifier: Apache-2.0

#include "expression/sql_values.h"

#include <cmath>

namespace relata::internal {

using Kind = Value::Kind;

namespace {

// Doubles below this compare with integers alike in SQL (exactly) and here (by the nearest double).
constexpr double kExactInteger = 9007199254740992.0;

}  // namespace

Kind KindOf(const ValueType& type) {
  switch (type.kind) {
    case ValueType::Kind::kBool:
      return Kind::kBool;
    case ValueType::Kind::kInt:
      return Kind::kInt;
    case ValueType::Kind::kDouble:
      return Kind::kDouble;
    case ValueType::Kind::kString:
      return Kind::kText;
    case ValueType::Kind::kTimestamp:
      return Kind::kTimestamp;
    case ValueType::Kind::kDuration:
      return Kind::kDuration;
    case ValueType::Kind::kDate:
      return Kind::kDate;
    case ValueType::Kind::kMoney:
      return Kind::kMoney;
    case ValueType::Kind::kRecord:
      return Kind::kRecord;
    default:
      return Kind::kNull;
  }
}

std::optional<Value> Bindable(Kind kind, const Value& v) {
  switch (v.kind()) {
    case Kind::kInt:
      if (kind == Kind::kInt) return v;
      if (kind == Kind::kDouble && std::abs(static_cast<double>(v.int_value())) < kExactInteger) {
        return Value::Double(static_cast<double>(v.int_value()));
      }
      return std::nullopt;
    case Kind::kUint:
      if (kind == Kind::kInt && v.uint_value() <= INT64_MAX) {
        return Value::Int(static_cast<int64_t>(v.uint_value()));
      }
      return std::nullopt;
    case Kind::kDouble:
      // SQLite has no NaN: binding one would bind NULL.
      if (std::isnan(v.double_value())) return std::nullopt;
      if (kind == Kind::kDouble) return v;
      if (kind == Kind::kInt && std::abs(v.double_value()) < kExactInteger) return v;
      return std::nullopt;
    default:
      break;
  }
  if (v.kind() != kind) return std::nullopt;
  switch (kind) {
    case Kind::kBool:
    case Kind::kText:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kDate:
      return v;
    case Kind::kMoney:
      return Value::Int(v.money().units);
    default:
      return std::nullopt;
  }
}

std::string_view PostgresType(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return "boolean";
    case Kind::kDouble:
      return "double precision";
    case Kind::kText:
      return "text";
    case Kind::kTimestamp:
      return "timestamptz";
    case Kind::kDate:
      return "date";
    default:
      return "bigint";
  }
}

std::string_view SqlSymbol(PlanOp op) {
  switch (op) {
    case PlanOp::kLess:
      return "<";
    case PlanOp::kLessEqual:
      return "<=";
    case PlanOp::kGreater:
      return ">";
    case PlanOp::kGreaterEqual:
      return ">=";
    case PlanOp::kNotEqual:
      return "<>";
    default:
      return "=";
  }
}

}  // namespace relata::internal
