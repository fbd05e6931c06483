// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/segment/audience.h"
#include "shell/command.h"
#include "shell/contact_plan.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  std::string segment;
  bool fields_for_purpose = false;
  PlanRequest plan;
};

absl::StatusOr<Json> AudienceJson(const Crm& crm, const SegmentAudience& audience) {
  Json ids = Json::array();
  for (const Row row : audience.allowed) {
    RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name({audience.type, row}));
    ids.push_back(name);
  }
  Json excluded = Json::array();
  for (const Exclusion& exclusion : audience.excluded) {
    RELATA_ASSIGN_OR_RETURN(const std::string example, crm.Name(exclusion.example));
    excluded.push_back({{"rule", exclusion.rule},
                        {"decision", Name(exclusion.outcome)},
                        {"count", exclusion.count},
                        {"example", example}});
  }
  return Json({{"members", audience.members},
               {"undecided", audience.undecided},
               {"count", audience.allowed.size()},
               {"ids", ids},
               {"excluded", excluded}});
}

int Run(const Session& session, const Request& request) {
  const absl::StatusOr<ContactPlan> plan = PlanOf(session, request.plan);
  if (!plan.ok()) return session.Fail(plan.status());
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const QueryOptions asking =
      QuestionOf(session, request.fields_for_purpose ? request.plan.purpose : "");
  const absl::StatusOr<SegmentAudience> audience =
      FindAudience(*crm, request.segment, *plan, asking);
  if (!audience.ok()) return session.Fail(audience.status());
  return PrintAudience(*crm, session, request.segment, request.plan, *audience);
}

}  // namespace

int PrintAudience(const Crm& crm, const Session& session, const std::string& segment,
                  const PlanRequest& request, const SegmentAudience& audience) {
  if (session.json) {
    absl::StatusOr<Json> out = AudienceJson(crm, audience);
    if (!out.ok()) return session.Fail(out.status());
    Json head = {{"segment", segment},
                 {"channel", request.channel},
                 {"purpose", request.purpose},
                 {"now", FormatTimestamp(ParseInstant(request.at).value_or(session.now()))}};
    head.update(*out);
    session.PrintLine(head.dump());
    return kDone;
  }
  session.PrintLine(Concat(audience.allowed.size(), session.Say(" of ", " sur "), audience.members,
                           session.Say(" members of ", " membres de "), segment,
                           session.Say(" may be reached by ", " peuvent être joints par "),
                           request.channel, session.Say(" for ", " pour "), request.purpose));
  for (const Exclusion& exclusion : audience.excluded) {
    const absl::StatusOr<std::string> example = crm.Title(exclusion.example, QuestionOf(session));
    session.PrintLine(Concat("  ", exclusion.count, "  ", exclusion.rule,
                             exclusion.outcome == Outcome::kNeedsEvidence
                                 ? session.Say(" (evidence is missing)", " (preuve manquante)")
                                 : "",
                             example.ok() ? session.Say(", such as ", ", par exemple ") : "",
                             example.ok() ? *example : ""));
  }
  return kDone;
}

void AddAudienceCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      app, "audience", "Who of a segment may be reached, and who may not by which rule",
      "An audience cannot be had without a channel and a purpose. --json prints the ids of\nthose "
      "who may be reached and the counts of the others by rule.");
  command->add_option("SEGMENT", request->segment, "The segment")->required();
  AddPlanOptions(*command, request->plan);
  command->add_flag("--strict-purpose", request->fields_for_purpose,
                    "Refuse conditions over fields that do not serve the purpose");
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell
