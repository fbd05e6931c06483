// SPDX-License-Identifier: Apache-2.0
//
// Chapters 4 to 7: one customer, the rhythm of orders, a segment and who of it may be mailed.

#include <algorithm>

#include "relata/process/overview.h"
#include "relata/score/customers.h"
#include "shell/demo/story.h"

namespace relata::shell {
namespace {

using internal::Concat;

// The facts of a line "CONDITION is true: FACTS; what would change it"; the condition itself is
// shown above.
std::string Facts(std::string_view line) {
  line = line.substr(0, line.find("; it would be"));
  for (const std::string_view verdict : {" is true: ", " is false: "}) {
    const size_t at = line.find(verdict);
    if (at != line.npos) return Short(line.substr(at + verdict.size()));
  }
  return Short(line);
}

// The fact that says most: one that names a value, rather than how many there are.
std::string TellingFact(const std::vector<std::string>& facts) {
  if (facts.empty()) return "";
  const auto names = [](const std::string& fact) { return fact.find(" has ") == fact.npos; };
  const auto found = std::find_if(facts.begin(), facts.end(), names);
  return Facts(found == facts.end() ? facts.front() : *found);
}

}  // namespace

// --- 4 and 5

absl::StatusOr<RecordRef> Story::BestCustomer() const {
  if (generated_) return crm_.Find("account/crm:A000001");
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer accounts, crm_.Query("account", "true", asking_));
  if (accounts.rows.empty()) return RecordRef{};
  RELATA_ASSIGN_OR_RETURN(const CustomerPurchases bought,
                          PurchasesOf(crm_, "account", Currency(), asking_));
  Row best = accounts.rows[0];
  int64_t most = 0;
  if (bought.customers.empty()) {
    for (const Row row : accounts.rows) {
      RELATA_ASSIGN_OR_RETURN(
          const Value known,
          crm_.Evaluate({accounts.type, row},
                        "account.contacts.size() + account.opportunities.size()", asking_));
      if (known.int_value() <= most) continue;
      best = row;
      most = known.int_value();
    }
  }
  for (const Purchases& p : bought.customers) {
    if (p.amount > most) {
      best = p.customer;
      most = p.amount;
    }
  }
  return RecordRef{accounts.type, best};
}

absl::Status Story::OneCustomer() {
  RELATA_ASSIGN_OR_RETURN(const RecordRef customer, BestCustomer());
  if (customer.none()) return absl::OkStatus();
  Chapter("One customer in one call, and the brief before the meeting",
          "Un client en un appel, et la note avant le rendez-vous");
  RELATA_ASSIGN_OR_RETURN(const Overview overview, OverviewOf(crm_, customer, asking_));
  Line("$0: $1 people, $2 orders for $3, $4 things open, $5 contracts running",
       "$0 : $1 personnes, $2 commandes pour $3, $4 choses ouvertes, $5 contrats en cours",
       overview.title, overview.people.size(), overview.orders, FormatMoney(overview.bought),
       overview.open.size(), overview.running.size());
  RELATA_ASSIGN_OR_RETURN(const Brief brief,
                          BriefFor(crm_, customer, asking_, session_.language()));
  for (size_t i = 0; i < brief.points.size() && i < 6; ++i) {
    Line("- $0", "- $0", Short(brief.points[i].text));
  }
  return absl::OkStatus();
}

absl::Status Story::LaterThanUsual() {
  Chapter("Who is later than usual", "Qui tarde à commander");
  RELATA_ASSIGN_OR_RETURN(const std::vector<Cadence> late,
                          LateCustomers(crm_, "account", 1.8, asking_));
  int shown = 0;
  for (auto one = late.rbegin(); one != late.rend() && shown < 3; ++one, ++shown) {
    RELATA_ASSIGN_OR_RETURN(
        const std::string title,
        crm_.Title({crm_.schema()->Find("account")->id, one->customer}, asking_));
    Line("$0: usually every $1 days, now $2; why: the median of $3 intervals",
         "$0 : tous les $1 jours d'habitude, $2 aujourd'hui ; pourquoi : médiane de $3 intervalles",
         title, InDays(one->usual), InDays(one->since), one->orders - 1);
  }
  if (late.empty()) {
    Line("nobody: it takes three orders to know a rhythm",
         "personne : il faut trois commandes pour connaître un rythme");
  }
  return absl::OkStatus();
}

// --- 6

absl::Status Story::AlwaysCurrent() {
  Segment segment;
  segment.type = "contact";
  std::string others = "true";  // among whom somebody is shown who is not a member
  if (generated_) {
    segment.name = "press_without_maintenance";
    const std::string press =
        "contact.account.products_bought.exists(p, p.code != null && p.code.startsWith('PH-'))";
    segment.expression =
        Concat(press, " && !contact.account.products_bought.exists(p, p.code == 'MAINT-AN')");
    others = press;
  } else {
    segment.name = "with_email";
    segment.expression = "contact.email != null";
  }
  segment_ = segment.name;
  RELATA_RETURN_IF_ERROR(DefineSegment(crm_, segment, actor_, asking_.now));
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer members, SegmentMembers(crm_, segment.name, asking_));
  Chapter("A segment, always current", "Un segment, toujours à jour");
  Line("$0: $1", "$0 : $1", segment.name, segment.expression);
  Line("$0 members, $1 undecided", "$0 membres, $1 indécis", members.count, members.errors);
  if (members.rows.empty()) return absl::OkStatus();
  const RecordRef member{members.type, members.rows[0]};
  RELATA_RETURN_IF_ERROR(WhyOne(segment.name, member, true));
  RELATA_ASSIGN_OR_RETURN(
      const QueryAnswer out,
      crm_.Query("contact", Concat("(", others, ") && !in_segment('", segment.name, "')"),
                 asking_));
  if (!out.rows.empty()) {
    RELATA_RETURN_IF_ERROR(WhyOne(segment.name, {out.type, out.rows[0]}, false));
  }
  return generated_ ? ADownloadArrives(segment.name, member) : absl::OkStatus();
}

absl::Status Story::WhyOne(const std::string& segment, RecordRef record, bool in) {
  RELATA_ASSIGN_OR_RETURN(const MembershipReason reason, WhyMember(crm_, segment, record, asking_));
  RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(record, asking_));
  if (in) {
    Line("why $0: $1", "pourquoi $0 : $1", title, TellingFact(reason.facts));
  } else {
    Line("why not $0: $1", "pourquoi pas $0 : $1", title, TellingFact(reason.facts));
  }
  return absl::OkStatus();
}

// A member of the segment downloads a file, and is in a narrower one with the same commit.
absl::Status Story::ADownloadArrives(const std::string& segment, RecordRef person) {
  Segment warm;
  warm.name = "warm";
  warm.type = "contact";
  warm.expression = Concat("in_segment('", segment,
                           "') && contact.events('download').exists(e, e.at > now - days(30))");
  RELATA_RETURN_IF_ERROR(DefineSegment(crm_, warm, actor_, asking_.now));
  RELATA_ASSIGN_OR_RETURN(
      const QueryAnswer others,
      crm_.Query("contact", Concat("in_segment('", segment, "') && !in_segment('warm')"), asking_));
  if (!others.rows.empty()) person = {others.type, others.rows[0]};
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer before, SegmentMembers(crm_, warm.name, asking_));
  Transaction tx = crm_.Begin(Actor::System("site"));
  tx.Append("download", person, asking_.now, {{"file", Value::Text("maintenance.pdf")}});
  RELATA_RETURN_IF_ERROR(tx.Commit(asking_.now).status());
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer after, SegmentMembers(crm_, warm.name, asking_));
  RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(person, asking_));
  RELATA_ASSIGN_OR_RETURN(const auto history, MembershipHistory(crm_, warm.name, person, asking_));
  Line(
      "$0 downloads maintenance.pdf: segment warm goes from $1 to $2 members with that commit; "
      "why: $3 $4",
      "$0 télécharge maintenance.pdf : le segment warm passe de $1 à $2 membres dans ce commit ; "
      "pourquoi : $3 $4",
      title, before.count, after.count, history.empty() ? "" : history.back().cause,
      history.empty() ? "" : history.back().what);
  return absl::OkStatus();
}

// --- 7

absl::Status Story::WhoMayBeMailed() {
  ContactPlan plan;
  plan.channel = Channel::kEmail;
  plan.purpose = Purpose::kMarketing;
  plan.at = asking_.now;
  plan.related_to_job = true;  // the sender says so: an offer for the trade these people are in
  RELATA_ASSIGN_OR_RETURN(const SegmentAudience audience,
                          FindAudience(crm_, segment_, plan, asking_));
  Chapter("Who of them may be e-mailed", "À qui écrire");
  int64_t unproven = 0;
  for (const Exclusion& e : audience.excluded) {
    if (e.outcome == Outcome::kNeedsEvidence) unproven += e.count;
  }
  Line("$0 of $1 may be e-mailed$2", "$0 sur $1 peuvent recevoir un e-mail$2",
       audience.allowed.size(), audience.members,
       unproven == 0 ? ""
                     : Concat(Say("; for ", " ; pour "), unproven,
                              Say(" no proof is recorded", " aucune preuve n'est enregistrée")));
  for (size_t i = 0; i < audience.excluded.size() && i < 5; ++i) {
    Line("$0 left out by $1", "$0 écartés par $1", audience.excluded[i].count,
         audience.excluded[i].rule);
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm_.View({"contact"}));
  if (view->LedgerSize() == 0) {
    Line("no proof recorded: the files hold no line about consent",
         "aucune preuve : les fichiers ne contiennent pas une ligne de consentement");
  }
  RecordRef example;
  if (!audience.excluded.empty()) {
    example = audience.excluded[0].example;
  } else if (!audience.allowed.empty()) {
    example = {audience.type, audience.allowed[0]};
  }
  if (example.none()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(example, asking_));
  RELATA_ASSIGN_OR_RETURN(const ConsentExplanation why,
                          WhyContact(crm_, example, plan, session_.language()));
  if (audience.excluded.empty()) {
    Line("why $0: $1", "pourquoi $0 : $1", title, Short(why.sentence));
  } else {
    Line("why not $0: $1", "pourquoi pas $0 : $1", title, Short(why.sentence));
  }
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer everybody, crm_.Query("contact", "true", asking_));
  return AskedLater(everybody.rows, everybody.type);
}

// "Why did you write to me on 12 February?", asked by somebody to whom it was allowed then and is
// not now.
absl::Status Story::AskedLater(std::span<const Row> people, TypeId type) {
  ContactPlan now;
  now.channel = Channel::kEmail;
  now.purpose = Purpose::kMarketing;
  now.at = asking_.now;
  ContactPlan then = now;
  then.at = UtcMidnight(MakeDate(ToCivil(UtcDate(asking_.now)).year, 2, 12)) + Hours(9);
  if (then.at > now.at) return absl::OkStatus();
  std::vector<Decision> today(people.size());
  std::vector<Decision> that_day(people.size());
  RELATA_RETURN_IF_ERROR(MayContactAll(crm_, type, people, now, today));
  RELATA_RETURN_IF_ERROR(MayContactAll(crm_, type, people, then, that_day));
  for (size_t i = 0; i < people.size(); ++i) {
    if (that_day[i].outcome != Outcome::kAllow || today[i].outcome != Outcome::kDeny) continue;
    const RecordRef person{type, people[i]};
    RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(person, asking_));
    RELATA_ASSIGN_OR_RETURN(const ConsentExplanation why,
                            WhyContact(crm_, person, then, session_.language()));
    RELATA_ASSIGN_OR_RETURN(const ConsentExplanation since,
                            WhyContact(crm_, person, now, session_.language()));
    Line("\"Why did you write to me on 12 February?\" $0: $1 ($2); today: $3",
         "« Pourquoi m'avez-vous écrit le 12 février ? » $0 : $1 ($2) ; aujourd'hui : $3", title,
         Short(why.sentence), why.citation, Short(since.sentence));
    break;
  }
  return absl::OkStatus();
}

}  // namespace relata::shell
