// SPDX-License-Identifier: Apache-2.0

#include "engine/membership_log.h"

#include <charconv>
#include <map>
#include <utility>

#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace relata::internal {
namespace {

using Json = nlohmann::json;

// As many changes of one segment have lines of their own.
constexpr size_t kMostLines = 256;

std::string_view WordFor(Cause::Kind kind) {
  switch (kind) {
    case Cause::Kind::kEvent:
      return "event";
    case Cause::Kind::kField:
      return "field";
    case Cause::Kind::kCreated:
      return "created";
    case Cause::Kind::kDeleted:
      return "deleted";
    case Cause::Kind::kMerged:
      return "merged";
    case Cause::Kind::kRate:
      return "rate";
    case Cause::Kind::kDefined:
      return "defined";
    case Cause::Kind::kTime:
      return "time";
  }
  return "";
}

Json ToJson(const Schema& schema, const Cause& cause) {
  Json json = {{"cause", WordFor(cause.kind)}};
  if (cause.type == kNoType) return json;
  const TypeDef& type = schema.type(cause.type);
  const FieldDef* field = type.field(cause.field);
  json["what"] = field == nullptr ? type.name : Concat(type.name, ".", field->name);
  return json;
}

// Rows that follow each other: the first and how many.
using Runs = std::vector<std::pair<Row, Row>>;

void AddTo(Runs& runs, Row row) {
  if (!runs.empty() && runs.back().first + runs.back().second == row) {
    ++runs.back().second;
  } else {
    runs.emplace_back(row, 1);
  }
}

std::string ToText(const Runs& runs) {
  std::string text = "[";
  text.reserve(runs.size() * 16);
  const auto number = [&text](Row n) {
    char digits[24];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
  };
  for (const auto& [first, n] : runs) {
    text += text.size() > 1 ? ",[" : "[";
    number(first);
    text += ',';
    number(n);
    text += ']';
  }
  return text + "]";
}

}  // namespace

void MembershipLines::Finish() {
  const Snapshot& after = *step_.after();
  if (changes_.size() <= kMostLines) {
    for (const Change& change : changes_) {
      Json body = ToJson(after.schema(), change.cause);
      body["entered"] = change.entered;
      const RecordRef subject{type_, change.row};
      // Where it happened, when that is another record.
      if (!change.cause.record.none() && change.cause.record != subject) {
        const Uuid id = id_of_(change.cause.record);
        if (!id.nil()) {
          body["of"] =
              Concat(after.schema().type(change.cause.record.type).name, "/", id.ToString());
        }
      }
      step_.next().Log(kMembershipLog, subject, segment_, body.dump());
    }
    return;
  }
  std::map<std::string, std::pair<Runs, Runs>> lines;
  const Change* last = nullptr;
  std::pair<Runs, Runs>* line = nullptr;
  for (const Change& change : changes_) {
    const Cause& cause = change.cause;
    if (last == nullptr || last->cause.kind != cause.kind || last->cause.type != cause.type ||
        last->cause.field != cause.field) {
      line = &lines[ToJson(after.schema(), cause).dump()];
    }
    last = &change;
    AddTo(change.entered ? line->first : line->second, change.row);
  }
  for (const auto& [cause, runs] : lines) {
    // The rows are written by hand, which for many is most of the work.
    step_.next().Log(kMembershipLog, RecordRef(), segment_,
                     Concat(std::string_view(cause).substr(0, cause.size() - 1), ",\"enter\":",
                            ToText(runs.first), ",\"leave\":", ToText(runs.second), "}"));
  }
}

std::string MembershipCause(const LogWrite& line) {
  const Json body = Json::parse(line.body, nullptr, false);
  const auto cause = body.is_object() ? body.find("cause") : body.end();
  return cause != body.end() && cause->is_string() ? cause->get<std::string>() : "";
}

void EachMembershipChange(const LogWrite& line, const std::function<void(Row, bool)>& visit) {
  const Json body = Json::parse(line.body, nullptr, false);
  if (!body.is_object()) return;
  if (!line.subject.none()) return visit(line.subject.row, body.value("entered", false));
  for (const bool entered : {true, false}) {
    const Json runs = body.value(entered ? "enter" : "leave", Json::array());
    if (!runs.is_array()) continue;
    for (const Json& run : runs) {
      if (!run.is_array() || run.size() != 2 || !run[0].is_number_integer() ||
          !run[1].is_number_integer()) {
        continue;
      }
      const Row first = run[0].get<Row>();
      for (Row i = 0; i < run[1].get<Row>(); ++i) visit(first + i, entered);
    }
  }
}

}  // namespace relata::internal
