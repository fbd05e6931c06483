// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "expression/regexes.h"
#include "expression/text_forms.h"

namespace relata {
namespace {

using Kind = Value::Kind;

constexpr size_t kMaxDepth = 200;

void AppendText(std::string& out, const std::string& text) {
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void AppendDouble(std::string& out, double d) {
  if (std::isnan(d)) {
    out += "\"NaN\"";
  } else if (std::isinf(d)) {
    out += d > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    std::string number = internal::FormatDouble(d);
    if (number.find_first_of(".e") == std::string::npos) number += ".0";
    out += number;
  }
}

void Append(std::string& out, const Value& v);

void AppendMap(std::string& out, const ValueMap& map) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : map) {
    if (!first) out += ',';
    first = false;
    AppendText(out, ToDisplay(key));
    out += ':';
    Append(out, value);
  }
  out += '}';
}

void AppendList(std::string& out, const ValueList& list) {
  out += '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ',';
    Append(out, list[i]);
  }
  out += ']';
}

void Append(std::string& out, const Value& v) {
  using internal::Concat;
  switch (v.kind()) {
    case Kind::kNull:
      out += "null";
      break;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kUint:
      out += ToDisplay(v);
      break;
    case Kind::kDouble:
      return AppendDouble(out, v.double_value());
    case Kind::kBytes:
      return AppendText(out, internal::EncodeBase64(v.bytes()));
    case Kind::kDuration:
      return AppendText(out, internal::FormatSeconds(v.duration()));
    case Kind::kPeriod:
      out += Concat("{\"months\":", v.period().months, ",\"days\":", v.period().days, "}");
      break;
    case Kind::kMoney:
      out += Concat("{\"amount\":\"", FormatAmount(v.money()), "\",\"currency\":\"",
                    v.money().currency.ToString(), "\"}");
      break;
    case Kind::kRecord:
      out += Concat("{\"type\":", v.record().type, ",\"row\":", v.record().row, "}");
      break;
    case Kind::kList:
      return AppendList(out, v.list());
    case Kind::kMap:
      return AppendMap(out, v.map());
    case Kind::kOptional:
      if (v.optional() == nullptr) {
        out += "null";
      } else {
        Append(out, *v.optional());
      }
      break;
    default:
      AppendText(out, ToDisplay(v));
  }
}

// Builds a Value while the text is read; nlohmann's own tree has neither the order of an object's
// names nor a limit to its depth.
class Reader {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return Put(Value()); }
  bool boolean(bool v) { return Put(Value::Bool(v)); }
  bool number_integer(number_integer_t v) { return Put(Value::Int(v)); }
  bool number_unsigned(number_unsigned_t v) {
    return Put(v <= INT64_MAX ? Value::Int(static_cast<int64_t>(v)) : Value::Uint(v));
  }
  bool number_float(number_float_t v, const string_t&) { return Put(Value::Double(v)); }
  bool string(string_t& v) { return Put(Value::Text(std::move(v))); }
  bool binary(binary_t&) { return false; }
  bool start_object(size_t) { return Open(true); }
  bool start_array(size_t) { return Open(false); }
  bool key(string_t& v) {
    Level& level = levels_.back();
    level.key = Value::Text(std::move(v));
    for (const auto& [name, value] : level.map) {
      if (name.text() == level.key.text()) {
        return Fail(internal::Concat("the name '", name.text(), "' is repeated"));
      }
    }
    return true;
  }
  bool end_object() {
    Value v = Value::Map(std::move(levels_.back().map));
    levels_.pop_back();
    return Put(std::move(v));
  }
  bool end_array() {
    Value v = Value::List(std::move(levels_.back().list));
    levels_.pop_back();
    return Put(std::move(v));
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    return Fail(internal::Concat("not JSON at byte ", position));
  }

  Value TakeResult() { return std::move(result_); }
  const std::string& error() const { return error_; }

 private:
  struct Level {
    bool is_map = false;
    Value key;
    ValueMap map;
    ValueList list;
  };

  bool Fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
    return false;
  }
  bool Open(bool is_map) {
    if (levels_.size() >= kMaxDepth) return Fail("nested too deeply");
    levels_.push_back({is_map, Value(), {}, {}});
    return true;
  }
  bool Put(Value v) {
    if (levels_.empty()) {
      result_ = std::move(v);
    } else if (levels_.back().is_map) {
      levels_.back().map.emplace_back(std::move(levels_.back().key), std::move(v));
    } else {
      levels_.back().list.push_back(std::move(v));
    }
    return true;
  }

  std::vector<Level> levels_;
  Value result_;
  std::string error_;
};

}  // namespace

std::string ValueToJson(const Value& value) {
  std::string out;
  Append(out, value);
  return out;
}

absl::StatusOr<Value> ValueFromJson(std::string_view json) {
  Reader reader;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) {
    return InvalidArgument(reader.error().empty() ? "not JSON" : reader.error());
  }
  return reader.TakeResult();
}

}  // namespace relata
