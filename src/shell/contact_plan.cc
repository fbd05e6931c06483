// SPDX-License-Identifier: Apache-2.0

#include "shell/contact_plan.h"

#include "base/strings.h"

namespace relata::shell {

using internal::Concat;

void AddPlanOptions(CLI::App& command, PlanRequest& request, bool optional) {
  command.add_option("--channel", request.channel, "email, sms, phone, robocall, post, any")
      ->type_name("C")
      ->required(!optional);
  command.add_option("--purpose", request.purpose, "marketing, newsletter, offers, service, ...")
      ->type_name("P")
      ->required(!optional);
  command.add_option("--topic", request.topic, "A topic of the purpose")->type_name("T");
  command.add_option("--at", request.at, "When it would be sent; --now when not given")
      ->type_name("RFC3339");
  command.add_option("--known-at", request.known_at, "Only what was recorded by then counts")
      ->type_name("RFC3339");
  command.add_flag("--similar-product", request.plan.similar_product,
                   "The offer is about products like those bought");
  command.add_flag("--related-to-job", request.plan.related_to_job,
                   "The offer is about the person's job");
  command.add_flag("--related-to-contract", request.plan.related_to_contract,
                   "It is about a running contract");
  command.add_flag("--mixed-promo", request.plan.mixed_promo, "A service message that promotes");
}

absl::StatusOr<ContactPlan> PlanOf(const Session& session, const PlanRequest& request) {
  ContactPlan plan = request.plan;
  plan.channel = ParseChannel(request.channel);
  if (plan.channel == Channel::kUnknown) {
    return InvalidArgument(Concat("'", request.channel, "' is no channel"));
  }
  plan.purpose = ParsePurpose(request.purpose);
  if (plan.purpose == Purpose::kUnknown) {
    return InvalidArgument(Concat("'", request.purpose, "' is no purpose"));
  }
  plan.topic = request.topic;
  plan.at = session.now();
  if (!request.at.empty()) {
    const std::optional<Timestamp> at = ParseInstant(request.at);
    if (!at) return InvalidArgument(Concat("--at is an instant, not ", request.at));
    plan.at = *at;
  }
  if (!request.known_at.empty()) {
    const std::optional<Timestamp> at = ParseInstant(request.known_at);
    if (!at) return InvalidArgument(Concat("--known-at is an instant, not ", request.known_at));
    plan.known_at = *at;
  }
  return plan;
}

}  // namespace relata::shell
