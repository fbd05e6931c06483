// SPDX-License-Identifier: Apache-2.0
//
// The options by which a command is told what somebody wants to send.

#ifndef RELATA_SRC_SHELL_CONTACT_PLAN_H_
#define RELATA_SRC_SHELL_CONTACT_PLAN_H_

#include <string>

#include "relata/segment/audience.h"
#include "shell/command.h"

namespace relata::shell {

struct PlanRequest {
  std::string channel;
  std::string purpose;
  std::string topic;
  std::string at;
  std::string known_at;
  ContactPlan plan;  // the assertions are set by the options themselves
};

// Adds --channel, --purpose (both required unless the plan is `optional`), --topic, --at,
// --known-at and the sender's assertions.
void AddPlanOptions(CLI::App& command, PlanRequest& request, bool optional = false);

// The plan as asked for; `at` is the session's now when not given. InvalidArgument.
absl::StatusOr<ContactPlan> PlanOf(const Session& session, const PlanRequest& request);

// Prints whether the person may be reached by the plan and why. The exit status: kDone when
// allowed.
int DecideContact(const Crm& crm, const Session& session, const std::string& person,
                  const PlanRequest& request);

// Prints who of the segment may be reached by the plan, and who not by which rule. The exit status.
int PrintAudience(const Crm& crm, const Session& session, const std::string& segment,
                  const PlanRequest& request, const SegmentAudience& audience);

}  // namespace relata::shell

#endif  // RELATA_SRC_SHELL_CONTACT_PLAN_H_
