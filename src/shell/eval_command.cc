// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "base/strings.h"
#include "relata/base/zone.h"
#include "relata/expression/evaluate.h"
#include "shell/command.h"

namespace relata::shell {
namespace {

using Json = nlohmann::ordered_json;
using internal::Concat;

struct Request {
  std::string expression;
  std::string bindings;
  std::string batch;
  std::string zone = "UTC";
};

// The answer to one line of a batch, as one line: the value is JSON text already.
std::string AnswerLine(std::string_view id, std::string_view key, std::string_view json) {
  return Concat("{\"id\":", id, ",\"", key, "\":", json, "}");
}

std::string EvaluateLine(const Session& session, const Zone& zone, std::string_view line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) {
    return AnswerLine("null", "error", JsonString("the line is not a JSON object"));
  }
  const std::string id = request.value("id", Json()).dump();
  if (!request.contains("expr") || !request["expr"].is_string()) {
    return AnswerLine(id, "error", JsonString("\"expr\" is missing or not a text"));
  }
  const std::string bindings = request.contains("bindings") ? request["bindings"].dump() : "";
  const absl::StatusOr<std::string> value =
      EvaluateText(request["expr"].get<std::string>(), bindings, session.now(), zone);
  if (!value.ok()) return AnswerLine(id, "error", JsonString(Message(value.status())));
  return AnswerLine(id, "value", *value);
}

int Batch(const Session& session, const Zone& zone, const std::string& file) {
  const absl::StatusOr<std::string> text = ReadText(file);
  if (!text.ok()) return session.Fail(text.status());
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    session.PrintLine(EvaluateLine(session, zone, line));
  }
  return kDone;
}

int Run(const Session& session, const Request& request) {
  const std::optional<Zone> zone = Zone::Load(request.zone);
  if (!zone) return session.UsageError(Concat("there is no time zone ", request.zone));
  if (!request.batch.empty()) return Batch(session, *zone, request.batch);
  if (request.expression.empty()) return session.UsageError("eval needs EXPR or --batch FILE");
  const absl::StatusOr<std::string> value =
      EvaluateText(request.expression, request.bindings, session.now(), *zone);
  if (!value.ok()) {
    if (session.json) {
      session.PrintLine(Concat("{\"error\":", JsonString(Message(value.status())), "}"));
    }
    return session.Fail(value.status());
  }
  session.PrintLine(session.json ? Concat("{\"value\":", *value, "}") : *value);
  return kDone;
}

}  // namespace

void AddEvalCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      app, "eval", "Evaluate an expression without a database",
      "relata eval 'x.map(n, n * 2).sum()' --bindings '{\"x\": [1, 2, 3]}'\n--batch reads one "
      "{\"id\",\"expr\",\"bindings\"} a line and prints {\"id\",\"value\"} or "
      "{\"id\",\"error\"}.");
  command->add_option("EXPR", request->expression, "The expression");
  command->add_option("--bindings", request->bindings, "Its variables, as a JSON object")
      ->type_name("JSON");
  command->add_option("--batch", request->batch, "Many of them; '-' reads standard input")
      ->type_name("FILE");
  command->add_option("--zone", request->zone, "Time zone of calendar functions")
      ->type_name("ZONE")
      ->capture_default_str();
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell
