// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/values.h"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "storage/physical.h"

namespace relata::internal {
namespace {

using Json = nlohmann::json;
using Kind = Value::Kind;

absl::Status Damaged(const ColumnSpec& spec) {
  return DataLoss(Concat("a stored value of ", spec.name, " cannot be read"));
}

// JSON numbers have no negative zero once PostgreSQL has read them.
Json NumberJson(double v) { return v == 0 && std::signbit(v) ? Json("-0.0") : Json(v); }

Json ToJson(const Value& v) {
  switch (v.kind()) {
    case Kind::kBool:
      return v.bool_value();
    case Kind::kInt:
      return v.int_value();
    case Kind::kDouble:
      return NumberJson(v.double_value());
    case Kind::kText:
      return Escaped(v.text());
    case Kind::kTimestamp:
      return v.timestamp().micros;
    case Kind::kDuration:
      return v.duration().micros;
    case Kind::kDate:
      return v.date().days;
    case Kind::kMoney:
      return Json::array({v.money().units, v.money().currency.ToString()});
    case Kind::kRecord:
      return Json::array({v.record().type, v.record().row});
    case Kind::kList:
      return Escaped(ListToJson(v.list()));
    default:
      return nullptr;
  }
}

absl::StatusOr<Value> PairFromJson(const ColumnSpec& spec, const Json& json) {
  if (!json.is_array() || json.size() != 2) return Damaged(spec);
  if (spec.kind == Kind::kMoney) {
    if (!json[0].is_number_integer() || !json[1].is_string()) return Damaged(spec);
    return Value::Amount(
        {json[0].get<int64_t>(),
         Currency::Parse(json[1].get_ref<const std::string&>()).value_or(Currency())});
  }
  if (!json[0].is_number_integer() || !json[1].is_number_integer()) return Damaged(spec);
  return Value::Record({json[0].get<TypeId>(), json[1].get<int64_t>()});
}

absl::StatusOr<Value> FromJson(const ColumnSpec& spec, const Json& json) {
  if (json.is_null()) return Value();
  switch (spec.kind) {
    case Kind::kBool:
      return json.is_boolean() ? Value::Bool(json.get<bool>())
                               : absl::StatusOr<Value>(Damaged(spec));
    case Kind::kText:
      if (!json.is_string()) return Damaged(spec);
      return Value::Text(Unescaped(json.get_ref<const std::string&>()));
    case Kind::kList:
      if (!json.is_string()) return Damaged(spec);
      return ListFromJson(Unescaped(json.get_ref<const std::string&>()));
    case Kind::kDouble:
      if (json.is_string()) return Value::Double(-0.0);
      return json.is_number() ? Value::Double(json.get<double>())
                              : absl::StatusOr<Value>(Damaged(spec));
    case Kind::kMoney:
    case Kind::kRecord:
      return PairFromJson(spec, json);
    default:
      break;
  }
  if (!json.is_number_integer()) return Damaged(spec);
  const auto number = json.get<int64_t>();
  switch (spec.kind) {
    case Kind::kTimestamp:
      return Value::Time({number});
    case Kind::kDuration:
      return Value::Length({number});
    case Kind::kDate:
      return Value::Day({static_cast<int32_t>(number)});
    default:
      return Value::Int(number);
  }
}

void PutNull(PgFields& out, const ColumnSpec& spec) {
  out.Null();
  if (HasExtra(spec)) out.Null();
}

}  // namespace

void PutValue(PgFields& out, const ColumnSpec& spec, const Value* value) {
  if (value == nullptr || value->is_null()) return PutNull(out, spec);
  switch (spec.kind) {
    case Kind::kBool:
      out.Bool(value->bool_value());
      break;
    case Kind::kInt:
      out.Int(value->int_value());
      break;
    case Kind::kDouble:
      out.Double(value->double_value());
      break;
    case Kind::kText:
      out.Text(value->text());
      break;
    case Kind::kTimestamp:
      out.Time(value->timestamp());
      break;
    case Kind::kDuration:
      out.Int(value->duration().micros);
      break;
    case Kind::kDate:
      out.Day(value->date());
      break;
    case Kind::kMoney:
      out.Int(value->money().units).Text(value->money().currency.ToString());
      break;
    case Kind::kRecord:
      out.Int(value->record().row);
      if (HasExtra(spec)) out.Int4(value->record().type);
      break;
    default:
      out.Text(ListToJson(value->list()));
  }
}

void PutRow(PgFields& out, const ColumnSpec& spec, const Column& column, size_t i) {
  if (column.IsNull(i)) return PutNull(out, spec);
  switch (spec.kind) {
    case Kind::kBool:
      out.Bool(column.Int(i) != 0);
      break;
    case Kind::kDouble:
      out.Double(column.Double(i));
      break;
    case Kind::kText:
      out.Text(column.Text(i));
      break;
    case Kind::kTimestamp:
      out.Time({column.Int(i)});
      break;
    case Kind::kDate:
      out.Day({static_cast<int32_t>(column.Int(i))});
      break;
    case Kind::kMoney:
      out.Int(column.Int(i)).Text(column.Amount(i).currency.ToString());
      break;
    case Kind::kRecord:
      out.Int(column.Int(i));
      if (HasExtra(spec)) out.Int4(column.Record(i).type);
      break;
    case Kind::kList:
      out.Text(ListToJson(column.Get(i).list()));
      break;
    default:
      out.Int(column.Int(i));
  }
}

std::string DocumentOf(const TableSpec& spec, const PgTable& table, const ValueAt& value,
                       bool with_nulls) {
  Json document;
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    if (!table.columns[i].name.empty()) continue;
    const Value* v = value(i);
    if (v == nullptr || (v->is_null() && !with_nulls)) continue;
    document[std::to_string(spec.columns[i].field)] = ToJson(*v);
  }
  return document.is_null() ? std::string()
                            : document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<PgSelection> PgSelection::Of(const PgCatalog& catalog, const Layout::Table& table,
                                            const std::vector<FieldId>& fields, int keys) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<int> places, PlacesOf(table, fields));
  const PgTable& physical = catalog.Physical(table.spec.type);
  PgSelection selection;
  for (int place : places) {
    const auto i = static_cast<size_t>(place);
    const ColumnSpec& spec = table.spec.columns[i];
    const PgColumn& column = physical.columns[i];
    selection.fields_.push_back({&spec, keys++, column.name.empty()});
    if (column.name.empty()) {
      selection.sql_ += Concat(", ext -> '", spec.field, "'::text");
      continue;
    }
    selection.sql_ += ", " + QuoteName(column.name);
    if (!column.extra.empty()) {
      selection.sql_ += ", " + QuoteName(column.extra);
      ++keys;
    }
  }
  return selection;
}

std::vector<Column> PgSelection::MakeColumns() const {
  std::vector<Column> columns;
  columns.reserve(fields_.size());
  for (const Field& field : fields_) columns.push_back(MakeColumn(*field.spec));
  return columns;
}

absl::Status PgSelection::Read(const PgResult& result, int row,
                               std::vector<Column>& columns) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    const auto& [spec, at, document] = fields_[i];
    Column& out = columns[i];
    if (result.IsNull(row, at)) {
      out.AppendNull();
      continue;
    }
    if (document) {
      const std::string_view text = result.Bytes(row, at).substr(1);
      const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
      if (json.is_discarded()) return Damaged(*spec);
      RELATA_ASSIGN_OR_RETURN(const Value value, FromJson(*spec, json));
      out.Append(value);
      continue;
    }
    switch (spec->kind) {
      case Kind::kText:
        out.AppendText(result.Text(row, at));
        break;
      case Kind::kDouble:
        out.AppendDouble(result.Double(row, at));
        break;
      case Kind::kTimestamp:
        out.AppendInt(result.Time(row, at).micros);
        break;
      case Kind::kDate:
        out.AppendInt(result.Int(row, at) + kPostgresEpochDay);
        break;
      case Kind::kMoney:
        out.AppendMoney(
            {result.Int(row, at), Currency::Parse(result.Bytes(row, at + 1)).value_or(Currency())});
        break;
      case Kind::kRecord: {
        const TypeId type =
            HasExtra(*spec) ? static_cast<TypeId>(result.Int(row, at + 1)) : spec->target;
        out.AppendRecord({type, result.Int(row, at)});
        break;
      }
      case Kind::kList: {
        RELATA_ASSIGN_OR_RETURN(const Value list, ListFromJson(result.Text(row, at)));
        out.Append(list);
        break;
      }
      default:
        out.AppendInt(result.Int(row, at));
    }
  }
  return absl::OkStatus();
}

void PutParameter(PgFields& out, const Value& v) {
  switch (v.kind()) {
    case Kind::kBool:
      out.Bool(v.bool_value());
      break;
    case Kind::kInt:
      out.Int(v.int_value());
      break;
    case Kind::kDouble:
      out.Double(v.double_value());
      break;
    case Kind::kText:
      out.Text(v.text());
      break;
    case Kind::kTimestamp:
      out.Time(v.timestamp());
      break;
    case Kind::kDuration:
      out.Int(v.duration().micros);
      break;
    case Kind::kDate:
      out.Day(v.date());
      break;
    default:
      out.Null();
  }
}

}  // namespace relata::internal
