// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

void BindCurrency(Statement& statement, int at, Currency currency) {
  statement.BindCopy(at, currency.ToString());
}

// No text when SQLite has no memory to give it.
std::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_value_bytes(value))};
}

}  // namespace

void BindValue(Statement& statement, int at, const ColumnSpec& spec, const Value& value) {
  if (value.is_null()) {
    statement.BindNull(at);
    if (HasExtra(spec)) statement.BindNull(at + 1);
    return;
  }
  switch (spec.kind) {
    case Kind::kBool:
      return statement.Bind(at, value.bool_value());
    case Kind::kInt:
      return statement.Bind(at, value.int_value());
    case Kind::kDouble:
      return statement.BindDouble(at, value.double_value());
    case Kind::kText:
      return statement.BindText(at, value.text());
    case Kind::kTimestamp:
      return statement.Bind(at, value.timestamp().micros);
    case Kind::kDuration:
      return statement.Bind(at, value.duration().micros);
    case Kind::kDate:
      return statement.Bind(at, value.date().days);
    case Kind::kMoney:
      statement.Bind(at, value.money().units);
      return BindCurrency(statement, at + 1, value.money().currency);
    case Kind::kRecord:
      statement.Bind(at, value.record().row);
      if (HasExtra(spec)) statement.Bind(at + 1, value.record().type);
      return;
    case Kind::kList:
      return statement.BindCopy(at, ListToJson(value.list()));
    default:
      return statement.BindNull(at);
  }
}

void BindRow(Statement& statement, int at, const ColumnSpec& spec, const Column& column, size_t i) {
  if (column.IsNull(i)) {
    statement.BindNull(at);
    if (HasExtra(spec)) statement.BindNull(at + 1);
    return;
  }
  switch (spec.kind) {
    case Kind::kText:
      return statement.BindText(at, column.Text(i));
    case Kind::kDouble:
      return statement.BindDouble(at, column.Double(i));
    case Kind::kMoney:
      statement.Bind(at, column.Int(i));
      return BindCurrency(statement, at + 1, column.Amount(i).currency);
    case Kind::kRecord:
      statement.Bind(at, column.Int(i));
      if (HasExtra(spec)) statement.Bind(at + 1, column.Record(i).type);
      return;
    case Kind::kList:
      return statement.BindCopy(at, ListToJson(column.Get(i).list()));
    default:
      return statement.Bind(at, column.Int(i));
  }
}

absl::Status ReadValue(sqlite3_value* const* values, const ColumnSpec& spec, Column& out) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
    out.AppendNull();
    return absl::OkStatus();
  }
  switch (spec.kind) {
    case Kind::kText:
      out.AppendText(TextOf(values[0]));
      break;
    case Kind::kDouble:
      out.AppendDouble(sqlite3_value_double(values[0]));
      break;
    case Kind::kMoney:
      out.AppendMoney({sqlite3_value_int64(values[0]),
                       Currency::Parse(TextOf(values[1])).value_or(Currency())});
      break;
    case Kind::kRecord: {
      const TypeId type =
          HasExtra(spec) ? static_cast<TypeId>(sqlite3_value_int64(values[1])) : spec.target;
      out.AppendRecord({type, sqlite3_value_int64(values[0])});
      break;
    }
    case Kind::kList: {
      RELATA_ASSIGN_OR_RETURN(const Value list, ListFromJson(TextOf(values[0])));
      out.Append(list);
      break;
    }
    default:
      out.AppendInt(sqlite3_value_int64(values[0]));
  }
  return absl::OkStatus();
}

void BindParameter(Statement& statement, int at, const Value& v) {
  switch (v.kind()) {
    case Kind::kBool:
      return statement.Bind(at, v.bool_value() ? 1 : 0);
    case Kind::kInt:
      return statement.Bind(at, v.int_value());
    case Kind::kDouble:
      return statement.BindDouble(at, v.double_value());
    case Kind::kText:
      return statement.BindCopy(at, v.text());
    case Kind::kBytes:
      return statement.BindBlob(at, v.bytes());
    case Kind::kTimestamp:
      return statement.Bind(at, v.timestamp().micros);
    case Kind::kDuration:
      return statement.Bind(at, v.duration().micros);
    case Kind::kDate:
      return statement.Bind(at, v.date().days);
    default:
      return statement.BindNull(at);
  }
}

}  // namespace relata::internal
