// SPDX-License-Identifier: Apache-2.0

#include "relata/segment/audience.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "relata/segment/segment.h"
#include "segment/contact_cards.h"

namespace relata {
namespace {

using internal::Concat;
using internal::ContactCard;
using internal::ContactCards;
using internal::RulesPointer;

// What a card is made from, by name.
constexpr std::string_view kTables[] = {"contact",
                                        "lead",
                                        "account",
                                        "contact_point",
                                        "email_address",
                                        "phone_number",
                                        "order",
                                        "contract",
                                        "subscription",
                                        "opportunity",
                                        "notice",
                                        "email_clicked",
                                        "email_opened",
                                        "form_sent",
                                        "login",
                                        "email_sent",
                                        "contact_attempt",
                                        "contact_outcome",
                                        "lead_email_clicked",
                                        "lead_form_sent",
                                        "lead_login",
                                        "lead_email_sent",
                                        "lead_contact_attempt",
                                        "lead_contact_outcome"};

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

absl::Status CheckPlan(const ContactPlan& plan) {
  if (plan.channel != Channel::kUnknown && plan.purpose != Purpose::kUnknown) {
    return absl::OkStatus();
  }
  return InvalidArgument("an audience needs a channel and a purpose");
}

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
  ContactCards& cards = ContactCards::Of(crm);
  Decision decision;
  RELATA_RETURN_IF_ERROR(
      cards.With(crm, person, [&](const ContactCard& card, PartyId who, const RulesPointer& rules) {
        decision = internal::DecideOn(card, who, plan, *rules, cards.lookup());
      }));
  return decision;
}

absl::StatusOr<Decision> MayContact(const Crm& crm, std::string_view name, const ContactPlan& plan,
                                    RecordRef* person) {
  ContactCards& cards = ContactCards::Of(crm);
  Decision decision;
  RELATA_RETURN_IF_ERROR(cards.WithNamed(
      crm, name, [&](const ContactCard& card, PartyId who, const RulesPointer& rules) {
        decision = internal::DecideOn(card, who, plan, *rules, cards.lookup());
        if (person != nullptr) *person = who.ref();
      }));
  return decision;
}

absl::StatusOr<ConsentExplanation> WhyContact(const Crm& crm, RecordRef person,
                                              const ContactPlan& plan, Language language) {
  ContactCards& cards = ContactCards::Of(crm);
  ConsentExplanation why;
  RELATA_RETURN_IF_ERROR(
      cards.With(crm, person, [&](const ContactCard& card, PartyId who, const RulesPointer& rules) {
        why = internal::OnFacts(
            card, who, plan, cards.lookup(), [&](const Question& question, const Facts& facts) {
              return Explain(question, facts, rules->pack, rules->policy(), language);
            });
        why.pack = std::shared_ptr<const RulePack>(rules, &rules->pack);
      }));
  return why;
}

absl::Status MayContactAll(const Crm& crm, TypeId type, std::span<const Row> rows,
                           const ContactPlan& plan, std::span<Decision> answers) {
  ContactCards& cards = ContactCards::Of(crm);
  auto answer = answers.begin();
  return cards.ForEach(
      crm, type, rows.first(std::min(rows.size(), answers.size())),
      [&](Row, const ContactCard& card, PartyId person, const RulesPointer& rules) {
        *answer++ = internal::DecideOn(card, person, plan, *rules, cards.lookup());
      });
}

absl::StatusOr<SegmentAudience> FindAudience(const Crm& crm, std::string_view segment,
                                             const ContactPlan& plan, const QueryOptions& options) {
  RELATA_RETURN_IF_ERROR(CheckPlan(plan));
  QueryOptions all = options;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer members, SegmentMembers(crm, segment, all));
  absl::StatusOr<SegmentAudience> audience = AudienceAmong(crm, members, plan);
  if (!audience.ok()) return Annotate(audience.status(), Concat("segment '", segment, "'"));
  return audience;
}

absl::StatusOr<SegmentAudience> AudienceAmong(const Crm& crm, const QueryAnswer& members,
                                              const ContactPlan& plan) {
  RELATA_RETURN_IF_ERROR(CheckPlan(plan));
  const std::string& type = crm.schema()->type(members.type).name;
  if (type != "contact" && type != "lead") {
    return InvalidArgument(
        Concat("these are records of type ", type, "; an audience is of contacts or leads"));
  }
  SegmentAudience audience;
  audience.type = members.type;
  audience.members = members.count;
  audience.undecided = members.errors;
  Exclusions exclusions;
  ContactCards& cards = ContactCards::Of(crm);
  const auto decide = [&](Row row, const ContactCard& card, PartyId person,
                          const RulesPointer& rules) {
    const Decision decision = internal::DecideOn(card, person, plan, *rules, cards.lookup());
    const RecordRef who{members.type, row};
    if (!decision.allowed()) {
      exclusions.Add(Name(decision.rule), decision.outcome, who);
    } else if (const std::string_view problem = card.AddressProblem(plan.channel);
               !problem.empty()) {
      exclusions.Add(problem, Outcome::kDeny, who);
    } else {
      audience.allowed.push_back(row);
    }
  };
  RELATA_RETURN_IF_ERROR(cards.ForEach(crm, members.type, members.rows, decide));
  audience.excluded = exclusions.MostFrequentFirst();
  return audience;
}

absl::StatusOr<bool> AnswerMayContact(const Asking& asking, RecordRef person,
                                      std::string_view channel, std::string_view purpose) {
  ContactPlan plan;
  plan.channel = ParseChannel(channel);
  plan.purpose = ParsePurpose(purpose);
  plan.at = asking.now;
  ContactCards& cards = ContactCards::Of(asking.crm);
  bool allowed = false;
  RELATA_RETURN_IF_ERROR(cards.WithOn(
      asking.crm, asking.view, person,
      [&](const ContactCard& card, PartyId who, const RulesPointer& rules) {
        allowed = internal::DecideOn(card, who, plan, *rules, cards.lookup()).allowed();
      }));
  return allowed;
}

}  // namespace relata
