// SPDX-License-Identifier: Apache-2.0

#include "shell/records.h"

#include <algorithm>

#include "base/strings.h"
#include "relata/expression/json.h"
#include "relata/process/overview.h"

namespace relata::shell {
namespace {

using internal::Concat;

// Characters of UTF-8 text.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

QueryOptions QuestionOf(const Session& session, const std::string& purpose) {
  QueryOptions options;
  options.now = session.now();
  options.purpose = purpose;
  options.reader = session.actor();
  return options;
}

void PutTimes(const Session& session, int64_t erased, Json& out) {
  const AsOf& as_of = session.as_of();
  if (as_of.today()) return;
  if (as_of.at) out["at"] = FormatTimestamp(*as_of.at);
  if (as_of.known_at) out["known_at"] = FormatTimestamp(*as_of.known_at);
  out["erased_since"] = erased;
}

void PrintErased(const Session& session, int64_t erased) {
  if (erased == 0) return;
  session.PrintLine(
      Concat(erased, session.Say(" left out: erased since", " omis : effacés depuis")));
}

absl::StatusOr<RecordRef> FindRecord(const Crm& crm, std::string_view name) {
  const size_t slash = name.find('/');
  if (slash != name.npos && name.substr(slash + 1).starts_with(name.substr(0, slash + 1))) {
    name.remove_prefix(slash + 1);
  }
  return crm.Find(name);
}

Json ValueJson(const Crm& crm, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kRecord: {
      const absl::StatusOr<std::string> name = crm.Name(value.record());
      return name.ok() ? Json(*name) : Json(nullptr);
    }
    case Value::Kind::kList: {
      Json list = Json::array();
      for (const Value& element : value.list()) list.push_back(ValueJson(crm, element));
      return list;
    }
    default:
      return Json::parse(ValueToJson(value));
  }
}

std::string ValueText(const Crm& crm, const Session& session, const Value& value) {
  if (value.is(Value::Kind::kRecord)) {
    absl::StatusOr<std::string> title = crm.Title(value.record(), QuestionOf(session));
    return title.ok() ? *std::move(title) : "";
  }
  if (!value.is(Value::Kind::kList)) return ToDisplay(value);
  std::string out;
  for (const Value& element : value.list()) {
    if (!out.empty()) out += ", ";
    out += ValueText(crm, session, element);
  }
  return out;
}

std::string TextTable::ToString() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    if (row.empty()) continue;  // a table without header
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - Width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string FieldText(const Crm& crm, const Session& session, const FieldDef& field,
                      const Value& value) {
  const bool composed = value.is(Value::Kind::kRecord) || value.is(Value::Kind::kList);
  return composed ? ValueText(crm, session, value) : DisplayText(field, value, session.language());
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> out(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      out.emplace_back();
      continue;
    }
    out.back() += c;
  }
  for (std::string& part : out) {
    part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
    part.erase(part.find_last_not_of(' ') + 1);
  }
  std::erase(out, "");
  return out;
}

}  // namespace relata::shell
