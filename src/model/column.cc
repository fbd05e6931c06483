// SPDX-License-Identifier: Apache-2.0

#include "relata/model/column.h"

namespace relata {

using Kind = Value::Kind;

void Column::Reserve(size_t rows) {
  present_.reserve(rows);
  ints_.reserve(rows);
}

void Column::Clear() {
  present_.clear();
  ints_.clear();
  extra_.clear();
  arena_.clear();
  lists_.clear();
}

void Column::AppendNull() {
  present_.push_back(0);
  ints_.push_back(kind_ == Kind::kText ? static_cast<int64_t>(arena_.size()) : 0);
  if (kind_ == Kind::kMoney || kind_ == Kind::kRecord) extra_.push_back(0);
  if (kind_ == Kind::kList) lists_.emplace_back();
}

void Column::AppendText(std::string_view v) {
  present_.push_back(1);
  arena_.append(v);
  ints_.push_back(static_cast<int64_t>(arena_.size()));
}

void Column::AppendMoney(Money v) {
  AppendInt(v.units);
  extra_.push_back(v.currency.packed());
}

void Column::AppendRecord(RecordRef v) {
  AppendInt(v.row);
  extra_.push_back(v.type);
}

bool Column::Append(const Value& v) {
  if (v.kind() != kind_ ||
      (kind_ == Kind::kRecord && target_ != kNoType && v.record().type != target_)) {
    AppendNull();
    return v.is_null();
  }
  switch (kind_) {
    case Kind::kBool:
      AppendInt(v.bool_value());
      return true;
    case Kind::kInt:
      AppendInt(v.int_value());
      return true;
    case Kind::kDouble:
      AppendDouble(v.double_value());
      return true;
    case Kind::kText:
      AppendText(v.text());
      return true;
    case Kind::kTimestamp:
      AppendInt(v.timestamp().micros);
      return true;
    case Kind::kDuration:
      AppendInt(v.duration().micros);
      return true;
    case Kind::kDate:
      AppendInt(v.date().days);
      return true;
    case Kind::kMoney:
      AppendMoney(v.money());
      return true;
    case Kind::kRecord:
      AppendRecord(v.record());
      return true;
    case Kind::kList:
      AppendInt(0);
      lists_.push_back(v);
      return true;
    default:
      AppendNull();
      return false;
  }
}

Value Column::Get(size_t i) const {
  if (IsNull(i)) return Value();
  switch (kind_) {
    case Kind::kBool:
      return Value::Bool(ints_[i] != 0);
    case Kind::kInt:
      return Value::Int(ints_[i]);
    case Kind::kDouble:
      return Value::Double(Double(i));
    case Kind::kText:
      return Value::Text(Text(i));
    case Kind::kTimestamp:
      return Value::Time({ints_[i]});
    case Kind::kDuration:
      return Value::Length({ints_[i]});
    case Kind::kDate:
      return Value::Day({static_cast<int32_t>(ints_[i])});
    case Kind::kMoney:
      return Value::Amount(Amount(i));
    case Kind::kRecord:
      return Value::Record(Record(i));
    case Kind::kList:
      return lists_[i];
    default:
      return Value();
  }
}

}  // namespace relata
