// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/mapping.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/strings.h"
#include "relata/base/status.h"
#include "relata/base/text.h"

namespace relata {

using Json = nlohmann::ordered_json;
using internal::Concat;

namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view word;
};

constexpr std::array kParses = {
    Word<ParseAs>{ParseAs::kField, "field"}, Word<ParseAs>{ParseAs::kJoin, "join"},
    Word<ParseAs>{ParseAs::kFullName, "full_name"}, Word<ParseAs>{ParseAs::kSiret, "siret"}};
constexpr std::array kLinks = {
    Word<LinkBy>{LinkBy::kKey, "key"}, Word<LinkBy>{LinkBy::kName, "name"},
    Word<LinkBy>{LinkBy::kEmail, "email"}, Word<LinkBy>{LinkBy::kField, "field"}};
constexpr std::array kOrders = {Word<DateOrder>{DateOrder::kUnknown, "unknown"},
                                Word<DateOrder>{DateOrder::kDayFirst, "day_first"},
                                Word<DateOrder>{DateOrder::kMonthFirst, "month_first"}};
constexpr std::array kMarks = {Word<DecimalMark>{DecimalMark::kUnknown, "unknown"},
                               Word<DecimalMark>{DecimalMark::kPoint, "point"},
                               Word<DecimalMark>{DecimalMark::kComma, "comma"}};

template <class Words, class Enum>
bool Find(const Words& words, std::string_view word, Enum* value) {
  for (const auto& w : words) {
    if (w.word == word) {
      *value = w.value;
      return true;
    }
  }
  return false;
}
template <class Words, class Enum>
std::string Name(const Words& words, Enum value) {
  for (const auto& w : words) {
    if (w.value == value) return std::string(w.word);
  }
  return "";
}

absl::Status WrongMember(std::string_view where, std::string_view key) {
  return InvalidArgument(Concat("mapping: ", where, ": \"", key, "\" is unknown or malformed"));
}

absl::StatusOr<ColumnRule> ParseColumn(std::string_view header, const Json& json) {
  ColumnRule rule;
  if (json.is_string()) {
    rule.field = json.get<std::string>();
    return rule;
  }
  if (!json.is_object()) return WrongMember(header, "columns");
  for (const auto& [key, value] : json.items()) {
    const bool text = value.is_string();
    if (key == "field" && text) {
      rule.field = value.get<std::string>();
    } else if (key == "parse" && text && Find(kParses, value.get<std::string>(), &rule.parse)) {
    } else if (key == "otherwise" && text) {
      rule.otherwise = value.get<std::string>();
    } else if (key == "values" && value.is_object()) {
      for (const auto& [from, to] : value.items()) {
        if (!to.is_string()) return WrongMember(header, from);
        rule.values[FoldWords(from)] = to.get<std::string>();
      }
    } else {
      return WrongMember(header, key);
    }
  }
  if (rule.field.empty() && rule.parse == ParseAs::kField) return WrongMember(header, "field");
  return rule;
}

absl::StatusOr<LinkRule> ParseLink(std::string_view header, const Json& json) {
  LinkRule rule;
  if (!json.is_object()) return WrongMember(header, "links");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return WrongMember(header, key);
    const std::string text = value.get<std::string>();
    if (key == "field") {
      rule.field = text;
    } else if (key == "system") {
      rule.system = text;
    } else if (key == "match") {
      rule.match = text;
    } else if (key != "by" || !Find(kLinks, text, &rule.by)) {
      return WrongMember(header, key);
    }
  }
  if (rule.field.empty()) return WrongMember(header, "field");
  if ((rule.by == LinkBy::kField) == rule.match.empty()) return WrongMember(header, "match");
  return rule;
}

// Each member of `json`, or each element of a member that is a list, through `parse` to `rules`.
template <class Rule, class Parse>
absl::Status ParseRules(const Json& json, Parse parse,
                        std::vector<std::pair<std::string, Rule>>* rules) {
  if (!json.is_object()) return InvalidArgument("mapping: columns and links are objects");
  for (const auto& [header, value] : json.items()) {
    const Json list = value.is_array() ? value : Json::array({value});
    for (const Json& item : list) {
      RELATA_ASSIGN_OR_RETURN(Rule rule, parse(header, item));
      rules->emplace_back(header, std::move(rule));
    }
  }
  return absl::OkStatus();
}

absl::Status ParseKey(const Json& json, Mapping* mapping) {
  if (!json.is_object()) return WrongMember("key", "key");
  for (const auto& [key, value] : json.items()) {
    if (key == "system" && value.is_string()) {
      mapping->system = value.get<std::string>();
    } else if (key == "column" && value.is_string()) {
      mapping->key.push_back(value.get<std::string>());
    } else if (key == "column" && value.is_array()) {
      for (const Json& column : value) {
        if (!column.is_string()) return WrongMember("key", "column");
        mapping->key.push_back(column.get<std::string>());
      }
    } else {
      return WrongMember("key", key);
    }
  }
  return absl::OkStatus();
}

absl::Status ParseMember(const std::string& key, const Json& value, Mapping* mapping) {
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  if (key == "key") return ParseKey(value, mapping);
  if (key == "columns") return ParseRules<ColumnRule>(value, ParseColumn, &mapping->columns);
  if (key == "links") return ParseRules<LinkRule>(value, ParseLink, &mapping->links);
  if (key == "constants" && value.is_object()) {
    for (const auto& [field, constant] : value.items()) {
      if (!constant.is_string()) return WrongMember("constants", field);
      mapping->constants.emplace_back(field, constant.get<std::string>());
    }
    return absl::OkStatus();
  }
  if (text.empty()) return WrongMember("top", key);
  if (key == "type") {
    mapping->type = text;
  } else if (key == "preset") {
    mapping->preset = text;
  } else if (key == "currency") {
    const auto currency = Currency::Parse(text);
    if (!currency) return WrongMember("top", key);
    mapping->currency = *currency;
  } else if (!(key == "date_order" && Find(kOrders, text, &mapping->date_order)) &&
             !(key == "decimal_mark" && Find(kMarks, text, &mapping->decimal_mark))) {
    return WrongMember("top", key);
  }
  return absl::OkStatus();
}

Json ColumnJson(const ColumnRule& rule) {
  Json json = Json::object();
  if (!rule.field.empty()) json["field"] = rule.field;
  if (rule.parse != ParseAs::kField) json["parse"] = Name(kParses, rule.parse);
  for (const auto& [from, to] : rule.values) json["values"][from] = to;
  if (!rule.otherwise.empty()) json["otherwise"] = rule.otherwise;
  return json;
}

Json LinkJson(const LinkRule& rule) {
  Json json = {{"field", rule.field}, {"by", Name(kLinks, rule.by)}};
  if (!rule.system.empty()) json["system"] = rule.system;
  if (!rule.match.empty()) json["match"] = rule.match;
  return json;
}

// A header's only rule as it is, several as a list.
void Put(Json& json, const std::string& header, Json rule) {
  if (!json.contains(header)) {
    json[header] = std::move(rule);
  } else {
    if (!json[header].is_array()) json[header] = Json::array({json[header]});
    json[header].push_back(std::move(rule));
  }
}

}  // namespace

absl::StatusOr<Mapping> ParseMapping(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return InvalidArgument("mapping: not a JSON object");
  Mapping mapping;
  for (const auto& [key, value] : parsed.items()) {
    RELATA_RETURN_IF_ERROR(ParseMember(key, value, &mapping));
  }
  if (mapping.type.empty()) return InvalidArgument("mapping: \"type\" is missing");
  if (mapping.columns.empty() && mapping.links.empty()) {
    return InvalidArgument("mapping: \"columns\" is missing");
  }
  return mapping;
}

std::string FormatMapping(const Mapping& mapping) {
  Json json = Json::object();
  if (!mapping.preset.empty()) json["preset"] = mapping.preset;
  json["type"] = mapping.type;
  if (!mapping.key.empty() || !mapping.system.empty()) {
    if (mapping.key.size() == 1) {
      json["key"]["column"] = mapping.key[0];
    } else {
      json["key"]["column"] = mapping.key;
    }
    if (!mapping.system.empty()) json["key"]["system"] = mapping.system;
  }
  json["columns"] = Json::object();
  for (const auto& [header, rule] : mapping.columns) Put(json["columns"], header, ColumnJson(rule));
  for (const auto& [header, rule] : mapping.links) Put(json["links"], header, LinkJson(rule));
  for (const auto& [field, text] : mapping.constants) json["constants"][field] = text;
  if (mapping.date_order != DateOrder::kUnknown) {
    json["date_order"] = Name(kOrders, mapping.date_order);
  }
  if (mapping.decimal_mark != DecimalMark::kUnknown) {
    json["decimal_mark"] = Name(kMarks, mapping.decimal_mark);
  }
  if (!mapping.currency.none()) json["currency"] = mapping.currency.ToString();
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string HeaderKey(std::string_view header) {
  std::string key = FoldWords(header);
  key.erase(std::remove(key.begin(), key.end(), ' '), key.end());
  return key;
}

}  // namespace relata
