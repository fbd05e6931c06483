// SPDX-License-Identifier: Apache-2.0
//
// One word for every why: of a condition, a segment, a score, a contact.

#include <memory>
#include <string>

#include "base/strings.h"
#include "shell/command.h"
#include "shell/contact_plan.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

struct Request {
  std::string record;
  std::string expression;
  std::string segment;
  std::string score;
  PlanRequest plan;
};

int Answer(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  if (!request.segment.empty()) {
    return WhySegment(*crm, session, request.segment, request.record);
  }
  if (!request.score.empty()) return WhyScore(*crm, session, request.score, request.record);
  if (!request.plan.channel.empty()) {
    return DecideContact(*crm, session, request.record, request.plan);
  }
  const std::string type = request.record.substr(0, request.record.find('/'));
  return ExplainRecord(*crm, session, type, request.record, request.expression,
                       QuestionOf(session));
}

int Run(const Session& session, const Request& request) {
  const int asked = !request.expression.empty() + !request.segment.empty() +
                    !request.score.empty() + !request.plan.channel.empty();
  if (asked != 1) {
    return session.UsageError(
        "why needs one of EXPR, --segment, --score, or --channel with --purpose");
  }
  // A plan to contact somebody has its own --at; every other why is asked of the past.
  Session then = session;
  if (request.plan.channel.empty()) {
    then.at_text = request.plan.at;
    then.known_at_text = request.plan.known_at;
    if (const absl::Status s = then.Prepare(); !s.ok()) return session.Fail(s);
  }
  return Answer(then, request);
}

}  // namespace

void AddWhyCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      app, "why", "The reason behind an answer about a record",
      "relata why contact/zoho:2585 \"contact.country == 'FR'\"\nrelata why contact/zoho:2585 "
      "--segment ripe\nrelata why contact/zoho:2585 --score fit\nrelata why contact/zoho:2585 "
      "--channel email --purpose marketing --at 2026-02-12");
  command->add_option("RECORD", request->record, "TYPE/ID")->required();
  command->add_option("EXPR", request->expression, "A condition");
  command->add_option("--segment", request->segment, "Why it is a member or not")
      ->type_name("NAME");
  command->add_option("--score", request->score, "What gave it its points")->type_name("NAME");
  AddPlanOptions(*command, request->plan);
  for (const char* option : {"--channel", "--purpose"}) {
    command->get_option(option)->required(false);
  }
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell
