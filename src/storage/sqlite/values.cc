// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

void BindCurrency(Statement& statement, int at, Currency currency) {
  statement.BindCopy(at, currency.ToString());
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

absl::Status ReadValue(const Statement& statement, int at, const ColumnSpec& spec, Column& out) {
  if (statement.IsNull(at)) {
    out.AppendNull();
    return absl::OkStatus();
  }
  switch (spec.kind) {
    case Kind::kText:
      out.AppendText(statement.Text(at));
      break;
    case Kind::kDouble:
      out.AppendDouble(statement.Double(at));
      break;
    case Kind::kMoney:
      out.AppendMoney(
          {statement.Int(at), Currency::Parse(statement.Text(at + 1)).value_or(Currency())});
      break;
    case Kind::kRecord:
      if (HasExtra(spec)) {
        out.AppendRecord({static_cast<TypeId>(statement.Int(at + 1)), statement.Int(at)});
      } else {
        out.AppendRecord({spec.target, statement.Int(at)});
      }
      break;
    case Kind::kList: {
      RELATA_ASSIGN_OR_RETURN(const Value list, ListFromJson(statement.Text(at)));
      out.Append(list);
      break;
    }
    default:
      out.AppendInt(statement.Int(at));
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
