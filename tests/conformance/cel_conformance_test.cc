// SPDX-License-Identifier: Apache-2.0
//
// The published test files of the CEL specification (github.com/google/cel-spec, tests/simple), run
// whole. Each file prints how many cases passed, how many the product supports, and how many were
// skipped for which reason. The reasons are these and no others:
//
//   protobuf message types      the case builds, reads or declares a message or an enum
//   Any                         the case packs or unpacks a google.protobuf.Any
//   protobuf extensions         proto.getExt, proto.hasExt
//   network extension           ip(), cidr()
//   finer than a microsecond    a literal that is refused by design

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/strings.h"
#include "conformance/textproto.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/expression.h"
#include "relata/expression/json.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::ProtoNode;
using Kind = ValueType::Kind;

// Files that must have no failing case; in the others every supported case must pass too.
const std::vector<std::string>& RequiredFiles() {
  static const std::vector<std::string> kFiles = {
      "basic",        "comparisons", "logic",       "macros", "string",  "lists",
      "integer_math", "fp_math",     "conversions", "parse",  "plumbing"};
  return kFiles;
}

constexpr std::string_view kMessages = "protobuf message types";
constexpr std::string_view kAny = "Any";

// A value, or why the case is out of scope.
struct Expected {
  Value value;
  std::string skip;
};

Expected ReadValue(const ProtoNode& node);

Expected ReadObject(const ProtoNode& node) {
  for (const auto& [key, message] : node.fields) {
    const auto number = [&m = message](const char* name) {
      return std::strtoll(m.Text(name).c_str(), nullptr, 10);
    };
    const int64_t nanos = number("nanos");
    if (key.find("google.protobuf.Timestamp") == std::string::npos &&
        key.find("google.protobuf.Duration") == std::string::npos) {
      continue;
    }
    if (nanos % 1000 != 0) return {Value(), "finer than a microsecond"};
    const int64_t micros = number("seconds") * 1'000'000 + nanos / 1000;
    if (key.find("Timestamp") != std::string::npos) return {Value::Time({micros}), ""};
    return {Value::Length({micros}), ""};
  }
  return {Value(), std::string(kMessages)};
}

Expected ReadMap(const ProtoNode& node) {
  ValueMap map;
  for (const ProtoNode* entry : node.All("entries")) {
    Expected key = ReadValue(*entry->Find("key"));
    Expected value = ReadValue(*entry->Find("value"));
    if (!key.skip.empty()) return key;
    if (!value.skip.empty()) return value;
    map.emplace_back(std::move(key.value), std::move(value.value));
  }
  return {Value::Map(std::move(map)), ""};
}

Expected ReadValue(const ProtoNode& node) {
  if (node.fields.empty()) return {Value(), std::string(kMessages)};
  const auto& [kind, content] = node.fields.front();
  const std::string& s = content.scalar;
  if (kind == "int64_value") return {Value::Int(std::strtoll(s.c_str(), nullptr, 0)), ""};
  if (kind == "uint64_value") return {Value::Uint(std::strtoull(s.c_str(), nullptr, 0)), ""};
  if (kind == "double_value") return {Value::Double(std::strtod(s.c_str(), nullptr)), ""};
  if (kind == "bool_value") return {Value::Bool(s == "true"), ""};
  if (kind == "string_value") return {Value::Text(s), ""};
  if (kind == "bytes_value") return {Value::Bytes(s), ""};
  if (kind == "null_value") return {Value(), ""};
  if (kind == "type_value") return {Value::TypeNamed(s), ""};
  if (kind == "object_value") return ReadObject(content);
  if (kind == "map_value") return ReadMap(content);
  if (kind == "list_value") {
    ValueList list;
    for (const ProtoNode* element : content.All("values")) {
      Expected e = ReadValue(*element);
      if (!e.skip.empty()) return e;
      list.push_back(std::move(e.value));
    }
    return {Value::List(std::move(list)), ""};
  }
  return {Value(), std::string(kMessages)};
}

// A declared type, or nothing for a message.
std::optional<ValueType> ReadType(const ProtoNode& node) {
  if (node.fields.empty()) return ValueType(Kind::kDyn);
  const auto& [kind, content] = node.fields.front();
  static const std::map<std::string, Kind> kPrimitives = {
      {"BOOL", Kind::kBool},     {"INT64", Kind::kInt},     {"UINT64", Kind::kUint},
      {"DOUBLE", Kind::kDouble}, {"STRING", Kind::kString}, {"BYTES", Kind::kBytes}};
  if (kind == "primitive" || kind == "wrapper") {
    return ValueType(kPrimitives.at(content.scalar)).AsNullable(kind == "wrapper");
  }
  if (kind == "dyn") return ValueType(Kind::kDyn);
  if (kind == "null") return ValueType(Kind::kNull);
  if (kind == "well_known" && content.scalar == "TIMESTAMP") return ValueType(Kind::kTimestamp);
  if (kind == "well_known" && content.scalar == "DURATION") return ValueType(Kind::kDuration);
  if (kind == "type_param") {
    ValueType t(Kind::kVariable);
    t.variable = static_cast<uint32_t>(content.scalar[0] - 'A');
    return t;
  }
  std::vector<ValueType> parameters;
  const auto add = [&](const ProtoNode* p) {
    std::optional<ValueType> t = p == nullptr ? ValueType(Kind::kDyn) : ReadType(*p);
    if (t.has_value()) parameters.push_back(*t);
    return t.has_value();
  };
  if (kind == "type") {
    if (!add(&content)) return std::nullopt;
    return ValueType::OfType(parameters[0]);
  }
  if (kind == "list_type") {
    if (!add(content.Find("elem_type"))) return std::nullopt;
    return ValueType::List(parameters[0]);
  }
  if (kind == "map_type") {
    if (!add(content.Find("key_type")) || !add(content.Find("value_type"))) return std::nullopt;
    return ValueType::Map(parameters[0], parameters[1]);
  }
  if (kind == "abstract_type") {
    for (const ProtoNode* p : content.All("parameter_types")) {
      if (!add(p)) return std::nullopt;
    }
    if (content.Text("name") == "optional_type") return ValueType::Optional(parameters[0]);
    return ValueType::Abstract(content.Text("name"), parameters);
  }
  return std::nullopt;
}

// Signature text of a type, with type parameters as letters.
std::string SignatureOf(const ValueType& type) {
  if (type.is(Kind::kVariable)) return std::string(1, static_cast<char>('A' + type.variable));
  ValueType outer = type;
  outer.parameters.clear();
  std::string out = ToString(outer);
  for (size_t i = 0; i < type.parameters.size(); ++i) {
    out += Concat(i == 0 ? "(" : ", ", SignatureOf(type.parameters[i]));
  }
  return type.parameters.empty() ? out : out + ")";
}

// Whether the text needs protobuf messages, and why.
std::string ReasonToSkip(const std::string& file, const std::string& expr,
                         const std::string& container) {
  if (file == "network_ext") return "network extension";
  if (expr.find("proto.getExt") != std::string::npos ||
      expr.find("proto.hasExt") != std::string::npos) {
    return "protobuf extensions";
  }
  if (expr.find("google.protobuf.Any") != std::string::npos) return std::string(kAny);
  static const std::regex kBuilt(
      "(^|[^A-Za-z_'\"])[A-Za-z_.]*(TestAllTypes|NestedTestAllTypes|TestRequired|GlobalEnum|"
      "NestedEnum|NestedMessage|google\\.protobuf\\.[A-Za-z0-9]*Value|google\\.protobuf\\.Struct|"
      "google\\.protobuf\\.Empty|google\\.protobuf\\.FieldMask|google\\.protobuf\\.NullValue|"
      "google\\.protobuf\\.(Timestamp|Duration) *\\{|[A-Za-z0-9]*Value *\\{)");
  if (std::regex_search(expr, kBuilt)) return std::string(kMessages);
  const bool strong = container.find("proto2") != std::string::npos ||
                      container.find("proto3") != std::string::npos;
  return strong && file == "enums" ? std::string(kMessages) : "";
}

bool SameResult(const Value& got, const Value& expected) {
  if (got.kind() != expected.kind()) return false;
  if (got.is(Value::Kind::kDouble) && std::isnan(expected.double_value())) {
    return std::isnan(got.double_value());
  }
  if (got.is(Value::Kind::kList)) {
    return std::equal(got.list().begin(), got.list().end(), expected.list().begin(),
                      expected.list().end(), SameResult);
  }
  return got.is(Value::Kind::kMap) ? CelEqual(got, expected) : got.Same(expected);
}

struct Case {
  std::string name;
  std::string expr;
  CheckOptions options;
  EvaluationContext context;
  std::string skip;
  bool wants_error = false;
  bool check_only = false;
  Value expected;
  std::optional<ValueType> deduced;
};

void ReadEnvironment(const ProtoNode& test, Case& c) {
  for (const ProtoNode* env : test.All("type_env")) {
    if (const ProtoNode* ident = env->Find("ident"); ident != nullptr) {
      const ProtoNode* declared = ident->Find("type");
      const std::optional<ValueType> type =
          declared == nullptr ? ValueType(Kind::kDyn) : ReadType(*declared);
      if (!type.has_value()) c.skip = kMessages;
      c.options.parameters.emplace_back(env->Text("name"), type.value_or(ValueType(Kind::kDyn)));
    }
    const ProtoNode* function = env->Find("function");
    if (function == nullptr) continue;
    for (const ProtoNode* overload : function->All("overloads")) {
      std::string signature = env->Text("name") + "(";
      for (const ProtoNode* p : overload->All("params")) {
        const std::optional<ValueType> type = ReadType(*p);
        if (!type.has_value()) c.skip = kMessages;
        if (signature.back() != '(') signature += ", ";
        signature += SignatureOf(type.value_or(ValueType(Kind::kDyn)));
      }
      const std::optional<ValueType> result = ReadType(*overload->Find("result_type"));
      if (!result.has_value()) c.skip = kMessages;
      c.options.functions.push_back(
          Concat(signature, ") -> ", SignatureOf(result.value_or(ValueType(Kind::kDyn)))));
    }
  }
  for (const ProtoNode* binding : test.All("bindings")) {
    const ProtoNode* outer = binding->Find("value");
    const ProtoNode* value = outer == nullptr ? nullptr : outer->Find("value");
    if (value == nullptr) continue;
    Expected e = ReadValue(*value);
    if (!e.skip.empty()) c.skip = e.skip;
    c.context.parameters.emplace(binding->Text("key"), std::move(e.value));
  }
}

Case ReadCase(const std::string& file, const std::string& section, const ProtoNode& test) {
  Case c;
  c.name = Concat(file, "/", section, "/", test.Text("name"));
  c.expr = test.Text("expr");
  c.options.container = test.Text("container");
  c.options.block_macros = file == "block_ext";
  c.options.checking =
      test.Text("disable_check") == "true" ? Checking::kDynamic : Checking::kDeclared;
  c.check_only = test.Text("check_only") == "true";
  c.skip = ReasonToSkip(file, c.expr, c.options.container);
  if (!c.skip.empty()) return c;
  ReadEnvironment(test, c);
  c.wants_error = test.Find("eval_error") != nullptr || test.Find("any_eval_errors") != nullptr;
  const ProtoNode* value = test.Find("value");
  if (const ProtoNode* typed = test.Find("typed_result"); typed != nullptr) {
    value = typed->Find("result");
    if (const ProtoNode* type = typed->Find("deduced_type"); type != nullptr) {
      c.deduced = ReadType(*type);
      if (!c.deduced.has_value()) c.skip = kMessages;
    }
  }
  if (value != nullptr) {
    Expected e = ReadValue(*value);
    if (!e.skip.empty()) c.skip = e.skip;
    c.expected = std::move(e.value);
  } else if (!c.wants_error && !c.check_only) {
    // The specification's default: a case without a result expects true.
    c.expected = Value::Bool(true);
  }
  return c;
}

// "" when the case passes.
std::string RunCase(const Case& c) {
  const CheckedExpression checked = Check(c.expr, c.options);
  if (!checked.ok()) {
    return c.wants_error ? "" : Concat("does not check:\n", Message(checked.status()));
  }
  if (c.deduced.has_value() && !(checked.type().AsNullable(c.deduced->nullable) == *c.deduced)) {
    return Concat("type is ", ToString(checked.type()), ", expected ", ToString(*c.deduced));
  }
  if (c.check_only) return "";
  const absl::StatusOr<EvalResult> result = Evaluate(checked.shared_plan(), RecordRef(), c.context);
  if (!result.ok()) return std::string(Message(result.status()));
  if (c.wants_error) {
    return result->ok() ? Concat("gives ", ValueToJson(result->value), ", expected an error") : "";
  }
  if (!result->ok()) return Concat("ends in error: ", result->error);
  if (SameResult(result->value, c.expected)) return "";
  return Concat("gives ", ValueToJson(result->value), ", expected ", ValueToJson(c.expected));
}

// The same case without declarations, as `relata eval` runs it: names are what is bound.
std::string RunDynamically(const Case& c) {
  if (c.wants_error || c.check_only) return "";
  Case dynamic = c;
  dynamic.options.checking = Checking::kDynamic;
  dynamic.deduced.reset();
  for (auto& [name, type] : dynamic.options.parameters) type = ValueType(Kind::kDyn);
  const std::string failure = RunCase(dynamic);
  return failure.empty() ? "" : Concat("unchecked it ", failure);
}

class CelConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(CelConformance, EverySupportedCasePasses) {
  const std::string file = GetParam();
  const std::string relative = Concat("data/vec_cel/", file, ".textproto");
  RELATA_REQUIRE_SHARED(relative);
  const std::optional<ProtoNode> root =
      testing::ParseTextproto(testing::ReadFile(testing::RelataShared() / relative));
  ASSERT_TRUE(root.has_value()) << relative << " is no text proto";
  int passed = 0;
  int supported = 0;
  std::map<std::string, int> skipped;
  for (const ProtoNode* section : root->All("section")) {
    for (const ProtoNode* test : section->All("test")) {
      const Case c = ReadCase(file, section->Text("name"), *test);
      if (!c.skip.empty()) {
        ++skipped[c.skip];
        continue;
      }
      ++supported;
      std::string failure = RunCase(c);
      if (failure.empty()) failure = RunDynamically(c);
      if (failure.empty()) {
        ++passed;
      } else {
        ADD_FAILURE() << c.name << ": " << c.expr << "\n  " << failure;
      }
    }
  }
  std::cout << "CEL " << file << ": " << passed << " passed of " << supported << " supported";
  for (const auto& [reason, count] : skipped) {
    std::cout << ", " << count << " skipped (" << reason << ")";
  }
  std::cout << std::endl;
  const auto& required = RequiredFiles();
  if (std::find(required.begin(), required.end(), file) != required.end()) {
    EXPECT_GT(supported, 0) << "a required file has nothing to run";
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CelConformance,
                         ::testing::Values("basic", "comparisons", "logic", "macros", "string",
                                           "lists", "integer_math", "fp_math", "conversions",
                                           "parse", "plumbing", "bindings_ext", "block_ext",
                                           "dynamic", "encoders_ext", "enums", "fields", "math_ext",
                                           "namespace", "network_ext", "proto2", "proto2_ext",
                                           "proto3", "type_deduction", "unknowns", "wrappers"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace relata
