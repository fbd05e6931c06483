// SPDX-License-Identifier: Apache-2.0

#include "storage/physical.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace relata::internal {
namespace {

using Kind = Value::Kind;
using Json = nlohmann::json;

constexpr int kDeepestList = 8;

Json ElementToJson(const Value& v) {
  switch (v.kind()) {
    case Kind::kBool:
      return v.bool_value();
    case Kind::kInt:
      return v.int_value();
    case Kind::kDouble:
      return v.double_value();
    case Kind::kText:
      return v.text();
    case Kind::kTimestamp:
      return {{"timestamp", v.timestamp().micros}};
    case Kind::kDuration:
      return {{"duration", v.duration().micros}};
    case Kind::kDate:
      return {{"date", v.date().days}};
    case Kind::kMoney:
      return {{"money", Json::array({v.money().units, v.money().currency.ToString()})}};
    case Kind::kRecord:
      return {{"record", Json::array({v.record().type, v.record().row})}};
    case Kind::kList: {
      Json array = Json::array();
      for (const Value& element : v.list()) array.push_back(ElementToJson(element));
      return array;
    }
    default:
      return nullptr;
  }
}

absl::Status NotAList() { return DataLoss("a stored list cannot be read"); }

absl::StatusOr<Value> ObjectFromJson(const Json& json) {
  if (json.size() != 1) return NotAList();
  const std::string& kind = json.begin().key();
  const Json& body = json.begin().value();
  if (body.is_number_integer()) {
    const auto number = body.get<int64_t>();
    if (kind == "timestamp") return Value::Time({number});
    if (kind == "duration") return Value::Length({number});
    if (kind == "date") return Value::Day({static_cast<int32_t>(number)});
    return NotAList();
  }
  if (!body.is_array() || body.size() != 2 || !body[0].is_number_integer()) return NotAList();
  if (kind == "money" && body[1].is_string()) {
    const Currency currency =
        Currency::Parse(body[1].get_ref<const std::string&>()).value_or(Currency());
    return Value::Amount({body[0].get<int64_t>(), currency});
  }
  if (kind == "record" && body[1].is_number_integer()) {
    return Value::Record({body[0].get<TypeId>(), body[1].get<int64_t>()});
  }
  return NotAList();
}

absl::StatusOr<Value> ElementFromJson(const Json& json, int depth) {
  switch (json.type()) {
    case Json::value_t::null:
      return Value();
    case Json::value_t::boolean:
      return Value::Bool(json.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return Value::Int(json.get<int64_t>());
    case Json::value_t::number_float:
      return Value::Double(json.get<double>());
    case Json::value_t::string:
      return Value::Text(json.get_ref<const std::string&>());
    case Json::value_t::object:
      return ObjectFromJson(json);
    case Json::value_t::array:
      break;
    default:
      return NotAList();
  }
  if (depth > kDeepestList) return NotAList();
  ValueList list;
  for (const Json& element : json) {
    RELATA_ASSIGN_OR_RETURN(Value value, ElementFromJson(element, depth + 1));
    list.push_back(std::move(value));
  }
  return Value::List(std::move(list));
}

}  // namespace

std::string ListToJson(const ValueList& list) {
  Json array = Json::array();
  for (const Value& element : list) array.push_back(ElementToJson(element));
  return array.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Value> ListFromJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) return NotAList();
  return ElementFromJson(json, 0);
}

namespace {

std::string Quote(std::string_view text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (c == quote) out += c;
    out += c;
  }
  return out + quote;
}

}  // namespace

std::string QuoteName(std::string_view name) { return Quote(name, '"'); }
std::string QuoteText(std::string_view text) { return Quote(text, '\''); }

}  // namespace relata::internal
