// SPDX-License-Identifier: Apache-2.0
//
// Fields: JSON to the kind of value that the schema says, and back.

#include <charconv>
#include <optional>
#include <utility>

#include "capi/payload.h"
#include "relata/base/money.h"
#include "relata/expression/json.h"

namespace relata::capi {
namespace {

using nlohmann::json;

// Numbers of 64 bits are also taken as text, which is how protobuf's JSON writes them.
std::optional<Value> ReadInt(const json& given) {
  int64_t number = 0;
  if (given.is_string()) {
    const std::string& text = given.get_ref<const std::string&>();
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return Value::Int(number);
  }
  if (!given.is_number_integer()) return std::nullopt;
  if (given.is_number_unsigned() && given.get<uint64_t>() > uint64_t{INT64_MAX}) {
    return std::nullopt;
  }
  return Value::Int(given.get<int64_t>());
}

std::optional<Value> ReadMoney(const json& given) {
  if (!given.is_object() || given.size() != 2) return std::nullopt;
  const auto amount = given.find("amount");
  const auto code = given.find("currency");
  if (amount == given.end() || code == given.end()) return std::nullopt;
  if (!amount->is_string() || !code->is_string()) return std::nullopt;
  const std::optional<Currency> currency = Currency::Parse(code->get_ref<const std::string&>());
  if (!currency) return std::nullopt;
  const auto money = ParseMoney(amount->get_ref<const std::string&>(), *currency);
  if (!money) return std::nullopt;
  return Value::Amount(*money);
}

// "5400s", "-1.5s": at most six decimals.
std::optional<Value> ReadDuration(std::string_view text) {
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits(whole);
  if (point != std::string_view::npos) {
    const std::string_view decimals = text.substr(point + 1);
    if (decimals.empty() || decimals.size() > 6) return std::nullopt;
    digits += decimals;
    digits.append(6 - decimals.size(), '0');
  } else {
    digits += "000000";
  }
  int64_t micros = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, micros);
  if (whole.empty() || digits[0] == '-' || error != std::errc() || stop != end) return std::nullopt;
  return Value::Length(Microseconds(negative ? -micros : micros));
}

std::optional<Value> ReadTexts(const json& given) {
  if (!given.is_array()) return std::nullopt;
  ValueList texts;
  for (const json& item : given) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(Value::Text(item.get<std::string>()));
  }
  return Value::List(std::move(texts));
}

// A value of the kind, but not a link; nothing when the JSON is another.
std::optional<Value> ReadPlain(FieldKind kind, const json& given) {
  const auto text = [&] { return given.get_ref<const std::string&>(); };
  switch (kind) {
    case FieldKind::kText:
    case FieldKind::kChoice:
      return given.is_string() ? std::optional(Value::Text(text())) : std::nullopt;
    case FieldKind::kBool:
      return given.is_boolean() ? std::optional(Value::Bool(given.get<bool>())) : std::nullopt;
    case FieldKind::kInt:
      return ReadInt(given);
    case FieldKind::kDouble:
      return given.is_number() ? std::optional(Value::Double(given.get<double>())) : std::nullopt;
    case FieldKind::kMoney:
      return ReadMoney(given);
    case FieldKind::kDate: {
      const std::optional<Date> day = given.is_string() ? ParseDate(text()) : std::nullopt;
      return day ? std::optional(Value::Day(*day)) : std::nullopt;
    }
    case FieldKind::kTimestamp: {
      const auto instant = given.is_string() ? ParseTimestamp(text()) : std::nullopt;
      return instant ? std::optional(Value::Time(*instant)) : std::nullopt;
    }
    case FieldKind::kDuration:
      return given.is_string() ? ReadDuration(text()) : std::nullopt;
    case FieldKind::kTextList:
      return ReadTexts(given);
    case FieldKind::kLink:
      break;
  }
  return std::nullopt;
}

std::string_view Expected(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return "true or false";
    case FieldKind::kInt:
      return "a whole number of 64 bits";
    case FieldKind::kDouble:
      return "a number";
    case FieldKind::kMoney:
      return R"(an amount such as {"amount": "12.50", "currency": "EUR"})";
    case FieldKind::kDate:
      return "a day such as \"2026-01-31\"";
    case FieldKind::kTimestamp:
      return "an instant such as \"2026-01-31T08:00:00Z\"";
    case FieldKind::kDuration:
      return "a length of time such as \"5400s\"";
    case FieldKind::kLink:
      return "the name of a record such as \"account/erp:17\"";
    case FieldKind::kTextList:
      return "a list of texts";
    case FieldKind::kText:
    case FieldKind::kChoice:
      break;
  }
  return "a text";
}

}  // namespace

absl::StatusOr<json> ValueOut(const Crm& crm, const Value& value) {
  if (!value.is(Value::Kind::kRecord)) return json::parse(ValueToJson(value));
  absl::StatusOr<std::string> name = crm.Name(value.record());
  // What a link points to may have been deleted since.
  if (!name.ok() && name.status().code() == absl::StatusCode::kNotFound) return json(nullptr);
  RELATA_RETURN_IF_ERROR(name.status());
  return json(*std::move(name));
}

absl::StatusOr<json> NamesOut(const Crm& crm, const std::vector<RecordRef>& records) {
  json names = json::array();
  for (const RecordRef record : records) {
    RELATA_ASSIGN_OR_RETURN(std::string name, crm.Name(record));
    names.push_back(std::move(name));
  }
  return names;
}

absl::StatusOr<json> ChangesOut(const Crm& crm, const TypeDef& type,
                                const std::vector<FieldChange>& changes) {
  json out = json::array();
  for (const FieldChange& change : changes) {
    const FieldDef* field = type.field(change.field);
    if (field == nullptr || field->name.empty()) continue;
    json one = {{"field", field->name}};
    RELATA_ASSIGN_OR_RETURN(one["before"], ValueOut(crm, change.before));
    RELATA_ASSIGN_OR_RETURN(one["after"], ValueOut(crm, change.after));
    out.push_back(std::move(one));
  }
  return out;
}

absl::StatusOr<Value> BatchReader::ReadValue(const FieldDef& field, const json& given,
                                             const std::string& where) const {
  if (given.is_null()) return Value::Null();
  if (field.is_link() && given.is_string()) {
    RELATA_ASSIGN_OR_RETURN(const RecordRef record, Locate(given.get<std::string>(), where));
    return Value::Record(record);
  }
  std::optional<Value> value = ReadPlain(field.kind, given);
  if (!value) return InvalidArgument(where + " is " + std::string(Expected(field.kind)));
  return *std::move(value);
}

absl::StatusOr<NamedValues> BatchReader::ReadFields(const TypeDef& type, const json& owner,
                                                    const std::string& where) const {
  NamedValues values;
  const auto fields = owner.find("fields");
  if (fields == owner.end() || fields->is_null()) return values;
  if (!fields->is_object()) return InvalidArgument(where + ": fields is an object");
  for (const auto& [name, given] : fields->items()) {
    const FieldDef* field = type.FindField(name);
    if (field == nullptr) {
      return InvalidArgument(where + ": " + type.name + " has no field " + name);
    }
    const std::string path = where + ": " + type.name + "." + name;
    RELATA_ASSIGN_OR_RETURN(Value value, ReadValue(*field, given, path));
    values.emplace_back(name, std::move(value));
  }
  return values;
}

absl::StatusOr<json> RecordToJson(const Crm& crm, RecordRef record, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(std::string name, crm.Name(record));
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = schema->type(record.type);
  json fields = json::object();
  bool readable = false;
  for (const std::vector<FieldDef>* part : {&type.fields, &type.system}) {
    for (const FieldDef& field : *part) {
      if (!field.readable() || field.name == "id") continue;
      // As an expression, so that what a role hides is hidden here as everywhere.
      absl::StatusOr<Value> value =
          options.reader.kind == Actor::Kind::kSystem
              ? crm.Get(record, field.name)
              : crm.Evaluate(record, type.name + "." + field.name, options);
      if (value.status().code() == absl::StatusCode::kPermissionDenied) continue;
      RELATA_RETURN_IF_ERROR(value.status());
      readable = true;
      if (value->is_null()) continue;
      RELATA_ASSIGN_OR_RETURN(fields[field.name], ValueOut(crm, *value));
    }
  }
  if (!readable) return PermissionDenied("the reader may not read records of type " + type.name);
  json keys = json::array();
  RELATA_ASSIGN_OR_RETURN(const auto carried, crm.Keys(record));
  for (const auto& [system, key] : carried) keys.push_back({{"system", system}, {"key", key}});
  return json{{"name", std::move(name)},
              {"type", type.name},
              {"keys", std::move(keys)},
              {"fields", std::move(fields)}};
}

}  // namespace relata::capi
