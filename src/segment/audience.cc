// SPDX-License-Identifier: Apache-2.0

#include "relata/segment/audience.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "relata/segment/segment.h"
#include "segment/contact_facts.h"

namespace relata {
namespace {

using internal::Concat;
using internal::ContactFacts;

// What GatherFacts reads, by name.
constexpr std::string_view kTables[] = {
    "contact",       "lead",         "account",   "contact_point", "email_address",
    "phone_number",  "order",        "contract",  "subscription",  "opportunity",
    "email_clicked", "email_opened", "form_sent", "login",         "email_sent"};

// The packs of the library, read once.
const absl::StatusOr<RulePack>& Rules() {
  static const auto* const kRules = new absl::StatusOr<RulePack>(RulePack::Standard());
  return *kRules;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> ViewOfConsent(const Crm& crm) {
  return crm.View(ConsentTables(crm));
}

// Which rule keeps a person out, counted.
class Exclusions {
 public:
  void Add(std::string_view rule, Outcome outcome, RecordRef who) {
    Exclusion& exclusion = by_rule_[std::string(rule)];
    if (exclusion.count++ == 0) {
      exclusion.rule = rule;
      exclusion.outcome = outcome;
      exclusion.example = who;
    }
  }

  std::vector<Exclusion> MostFrequentFirst() const {
    std::vector<Exclusion> out;
    for (const auto& [rule, exclusion] : by_rule_) out.push_back(exclusion);
    std::stable_sort(out.begin(), out.end(),
                     [](const Exclusion& a, const Exclusion& b) { return a.count > b.count; });
    return out;
  }

 private:
  std::map<std::string, Exclusion> by_rule_;
};

}  // namespace

std::vector<TypeId> ConsentTables(const Crm& crm) {
  std::vector<TypeId> types;
  const std::shared_ptr<const Schema> schema = crm.schema();
  for (const std::string_view name : kTables) {
    if (const TypeDef* type = schema->Find(name)) types.push_back(type->id);
  }
  return types;
}

absl::StatusOr<Decision> MayContact(const Crm& crm, RecordRef person, const ContactPlan& plan) {
  RELATA_RETURN_IF_ERROR(Rules().status());
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, ViewOfConsent(crm));
  ContactFacts gathered(*view);
  RELATA_RETURN_IF_ERROR(gathered.Gather(crm.Resolve(person), plan));
  return Decide(gathered.question(), gathered.facts(), *Rules());
}

absl::StatusOr<ConsentExplanation> WhyContact(const Crm& crm, RecordRef person,
                                              const ContactPlan& plan, Language language) {
  RELATA_RETURN_IF_ERROR(Rules().status());
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, ViewOfConsent(crm));
  ContactFacts gathered(*view);
  RELATA_RETURN_IF_ERROR(gathered.Gather(crm.Resolve(person), plan));
  return Explain(gathered.question(), gathered.facts(), *Rules(), Rules()->policy(), language);
}

absl::StatusOr<SegmentAudience> FindAudience(const Crm& crm, std::string_view segment,
                                             const ContactPlan& plan, const QueryOptions& options) {
  RELATA_RETURN_IF_ERROR(Rules().status());
  if (plan.channel == Channel::kUnknown || plan.purpose == Purpose::kUnknown) {
    return InvalidArgument("an audience needs a channel and a purpose");
  }
  QueryOptions all = options;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer members, SegmentMembers(crm, segment, all));
  const std::string& type = crm.schema()->type(members.type).name;
  if (type != "contact" && type != "lead") {
    return InvalidArgument(Concat("segment '", segment, "' holds records of type ", type,
                                  "; an audience is of contacts or leads"));
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, ViewOfConsent(crm));
  SegmentAudience audience;
  audience.type = members.type;
  audience.members = members.count;
  audience.undecided = members.errors;
  ContactFacts gathered(*view);
  Exclusions exclusions;
  for (const Row row : members.rows) {
    const RecordRef who{members.type, row};
    RELATA_RETURN_IF_ERROR(gathered.Gather(who, plan));
    const Decision decision = Decide(gathered.question(), gathered.facts(), *Rules());
    if (!decision.allowed()) {
      exclusions.Add(Name(decision.rule), decision.outcome, who);
    } else if (const std::string_view problem = gathered.AddressProblem(); !problem.empty()) {
      exclusions.Add(problem, Outcome::kDeny, who);
    } else {
      audience.allowed.push_back(row);
    }
  }
  audience.excluded = exclusions.MostFrequentFirst();
  return audience;
}

absl::StatusOr<bool> AnswerMayContact(const Asking& asking, RecordRef person,
                                      std::string_view channel, std::string_view purpose) {
  RELATA_RETURN_IF_ERROR(Rules().status());
  ContactPlan plan;
  plan.channel = ParseChannel(channel);
  plan.purpose = ParsePurpose(purpose);
  plan.at = asking.now;
  ContactFacts gathered(asking.view);
  RELATA_RETURN_IF_ERROR(gathered.Gather(person, plan));
  return Decide(gathered.question(), gathered.facts(), *Rules()).allowed();
}

}  // namespace relata
