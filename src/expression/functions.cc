// SPDX-License-Identifier: Apache-2.0

#include "expression/functions.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/strings.h"
#include "relata/expression/expression.h"

namespace relata::internal {
namespace {

using Kind = ValueType::Kind;

// Reads types of signatures: "list(A)", "map(string, dyn)", "int?".
class SignatureReader {
 public:
  explicit SignatureReader(std::string_view text) : text_(text) {}

  std::optional<ValueType> Type() {
    SkipSpace();
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      ++at_;
    }
    const std::string_view name = text_.substr(begin, at_ - begin);
    std::vector<ValueType> parameters;
    if (Accept('(')) {
      while (!Accept(')')) {
        std::optional<ValueType> p = Type();
        if (!p.has_value()) return std::nullopt;
        parameters.push_back(*std::move(p));
        Accept(',');
        if (at_ >= text_.size()) return std::nullopt;
      }
    }
    std::optional<ValueType> type = Named(name, std::move(parameters));
    if (type.has_value() && Accept('?')) type->nullable = true;
    return type;
  }

  bool Accept(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool AcceptDots() {
    SkipSpace();
    if (text_.substr(at_, 3) != "...") return false;
    at_ += 3;
    return true;
  }
  bool done() {
    SkipSpace();
    return at_ == text_.size();
  }

  static std::optional<ValueType> Named(std::string_view name, std::vector<ValueType> parameters) {
    static const std::map<std::string_view, Kind> kKinds = {{"dyn", Kind::kDyn},
                                                            {"null_type", Kind::kNull},
                                                            {"bool", Kind::kBool},
                                                            {"int", Kind::kInt},
                                                            {"uint", Kind::kUint},
                                                            {"double", Kind::kDouble},
                                                            {"string", Kind::kString},
                                                            {"bytes", Kind::kBytes},
                                                            {"timestamp", Kind::kTimestamp},
                                                            {"duration", Kind::kDuration},
                                                            {"date", Kind::kDate},
                                                            {"period", Kind::kPeriod},
                                                            {"money", Kind::kMoney},
                                                            {"list", Kind::kList},
                                                            {"map", Kind::kMap},
                                                            {"type", Kind::kType},
                                                            {"optional_type", Kind::kOptional}};
    if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') {
      ValueType t(Kind::kVariable);
      t.variable = static_cast<uint32_t>(name[0] - 'A');
      return t;
    }
    const auto it = kKinds.find(name);
    if (it == kKinds.end()) {
      if (parameters.empty()) return std::nullopt;
      return ValueType::Abstract(std::string(name), std::move(parameters));
    }
    ValueType t(it->second);
    const size_t wanted = t.is(Kind::kMap)                             ? 2
                          : t.is(Kind::kList) || t.is(Kind::kOptional) ? 1
                          : t.is(Kind::kType) && !parameters.empty()   ? 1
                                                                       : 0;
    if (parameters.size() != wanted) return std::nullopt;
    t.parameters = std::move(parameters);
    return t;
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// The place of the '(' that opens the arguments, which end at the end of `left`.
size_t FindArguments(std::string_view left) {
  int depth = 0;
  for (size_t i = left.size(); i-- > 0;) {
    if (left[i] == ')') ++depth;
    if (left[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::string_view Trimmed(std::string_view s) {
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  return s;
}

std::vector<Function> BuildTable() {
  std::vector<Function> table;
  const auto add = [&table](const std::vector<FunctionRow>& rows) {
    for (const FunctionRow& row : rows) {
      Function f;
      f.name = std::string(row.name);
      f.builtin = row.builtin;
      f.help = std::string(row.help);
      for (std::string_view signature : row.signatures) {
        std::string name;
        std::optional<Overload> overload = ParseSignature(signature, &name);
        if (overload.has_value()) f.overloads.push_back(*std::move(overload));
      }
      table.push_back(std::move(f));
    }
  };
  add(OperatorRows());
  add(StandardRows());
  add(StringRows());
  add(ListRows());
  add(MathRows());
  add(CalendarRows());
  add(CustomerRows());
  return table;
}

}  // namespace

std::optional<Overload> ParseSignature(std::string_view text, std::string* name) {
  const size_t arrow = text.rfind("->");
  if (arrow == std::string_view::npos) return std::nullopt;
  const std::string_view left = Trimmed(text.substr(0, arrow));
  const size_t open = FindArguments(left);
  if (open == std::string_view::npos || left.empty() || left.back() != ')') return std::nullopt;
  Overload overload;
  overload.text = std::string(text);
  std::string_view called = left.substr(0, open);
  const size_t dot = called.rfind('.');
  if (dot != std::string_view::npos) {
    SignatureReader receiver(called.substr(0, dot));
    std::optional<ValueType> type = receiver.Type();
    if (type.has_value() && receiver.done()) {
      overload.member = true;
      overload.parameters.push_back(*std::move(type));
      called = called.substr(dot + 1);
    }
  }
  if (called.empty()) return std::nullopt;
  *name = std::string(called);
  SignatureReader reader(left.substr(open + 1, left.size() - open - 2));
  while (!reader.done()) {
    std::optional<ValueType> type = reader.Type();
    if (!type.has_value()) return std::nullopt;
    overload.parameters.push_back(*std::move(type));
    if (reader.AcceptDots()) overload.variadic = true;
    if (!reader.Accept(',') && !reader.done()) return std::nullopt;
  }
  SignatureReader result(text.substr(arrow + 2));
  std::optional<ValueType> type = result.Type();
  if (!type.has_value() || !result.done()) return std::nullopt;
  overload.result = *std::move(type);
  return overload;
}

const std::vector<Function>& Functions() {
  static const std::vector<Function> table = BuildTable();
  return table;
}

int FindFunction(std::string_view name) {
  static const std::map<std::string, int, std::less<>> index = [] {
    std::map<std::string, int, std::less<>> m;
    for (size_t i = 0; i < Functions().size(); ++i) {
      m.emplace(Functions()[i].name, static_cast<int>(i));
    }
    return m;
  }();
  const auto it = index.find(name);
  return it == index.end() ? -1 : it->second;
}

std::string TypeNameOf(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "null_type";
    case Value::Kind::kText:
      return "string";
    case Value::Kind::kTimestamp:
      return "google.protobuf.Timestamp";
    case Value::Kind::kDuration:
      return "google.protobuf.Duration";
    case Value::Kind::kOptional:
      return "optional_type";
    default:
      return std::string(KindName(value.kind()));
  }
}

Outcome NoOverload(std::string_view name, Arguments arguments) {
  std::string types;
  for (const Value& v : arguments) {
    if (!types.empty()) types += ", ";
    types += v.is_null() ? "null" : v.is(Value::Kind::kText) ? "string" : KindName(v.kind());
  }
  return Outcome::Error(Concat("no matching overload for '", name, "' applied to (", types, ")"));
}

}  // namespace relata::internal

namespace relata {

const std::string& FunctionName(int function) {
  return internal::Functions()[static_cast<size_t>(function)].name;
}

std::vector<FunctionInfo> ListFunctions() {
  std::vector<FunctionInfo> all;
  for (const internal::Function& f : internal::Functions()) {
    for (const internal::Overload& o : f.overloads) all.push_back({o.text, f.help});
  }
  return all;
}

}  // namespace relata
