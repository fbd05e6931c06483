// SPDX-License-Identifier: Apache-2.0
//
// The CRM's view of what happened: deals, tickets, answers, consent, behaviour, leads.

#include <algorithm>
#include <string>

#include "base/strings.h"
#include "shell/generate/exporter.h"

namespace relata::shell {
namespace {

using internal::Concat;

bool IsRefusal(std::string_view status) {
  return status == "withdraw" || status == "object" || status == "complaint" || status == "bounce";
}

std::string Month(Date day) {
  const CivilDay c = ToCivil(day);
  return Concat(c.year, c.month < 10 ? "-0" : "-", c.month);
}

}  // namespace

void Exporter::WriteConsents(const Company& c, size_t person, Trace& trace) {
  const Person& p = c.people[person];
  ++truth_.totals().consent_states[static_cast<size_t>(p.consent_state)];
  for (const ConsentEntry& e : p.consents) {
    const int64_t row = consents_.row();
    if (IsRefusal(e.status)) {
      trace.refusals[person] =
          Cell{std::string(consents_.name()), row, "Status", std::string(e.status)};
    }
    consents_.Text(Key("CE", row - 1, 8)).Text(ContactKey(p)).Text(e.channel).Text(e.purpose);
    consents_.Text(e.topic).Text(e.status).At(e.at).At(e.at).Text(e.has_point ? p.email : "");
    consents_.Text(e.source).Text(e.wording).Text(e.form).Bool(e.double_opt_in);
    consents_.Text(e.form.empty() ? "" : Concat(e.form, "#", row - 1)).EndRow();
  }
}

void Exporter::WriteEvents(const Person& p, const std::string& contact, const std::string& lead) {
  std::vector<const Event*> ordered;
  ordered.reserve(p.events.size());
  for (const Event& e : p.events) ordered.push_back(&e);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Event* a, const Event* b) { return a->at < b->at; });
  int pricing = 0;
  for (const Event* e : ordered) {
    events_.Text(Key("E", events_.row() - 1, 9)).Text(contact).Text(lead).Text(e->kind).At(e->at);
    events_.Text(e->path).Text(e->campaign).EndRow();
    pricing +=
        e->kind == "page_view" && e->path.starts_with("/tarifs") && e->at > world_.now - Days(30);
  }
  if (pricing >= 3 && !contact.empty()) truth_.Member("pricing_visitors_30d", contact);
}

void Exporter::WriteAnswers(const Company& c, const Person& p) {
  const Answer* latest = nullptr;
  for (const Answer& a : p.answers) {
    answers_.Text(Key("N", answers_.row() - 1, 8)).Text(a.survey).Text(ContactKey(p));
    answers_.Text(AccountKey(c, p.site)).Int(a.score).Text(a.comment).At(a.at).EndRow();
    if (latest == nullptr || latest->at < a.at) latest = &a;
  }
  if (latest != nullptr && latest->score <= 6) truth_.Member("detractors", ContactKey(p));
}

void Exporter::WriteOpportunities(const Company& c, Trace& trace) {
  for (const Opportunity& o : c.opportunities) {
    const bool first = trace.opportunity.empty();
    if (first) trace.opportunity = Key("O", opportunities_.row() - 1, 7);
    WriteOpportunity(c, o, first ? trace.lead : "");
  }
}

void Exporter::WriteOpportunity(const Company& c, const Opportunity& o, const std::string& lead) {
  const std::string key = Key("O", opportunities_.row() - 1, 7);
  const Person& p = c.people[o.person];
  const Move& last = o.moves.back();
  const bool open = last.stage < kWon;
  opportunities_.Text(key).Text(o.name).Text(AccountKey(c, p.site)).Text(ContactKey(p));
  opportunities_.Text(lead);
  opportunities_.Text(Products()[static_cast<size_t>(o.product)].code).Text(StageName(last.stage));
  opportunities_.Int(StageProbability(last.stage)).Cents(last.amount).Text("EUR");
  opportunities_.At(o.moves.front().at).Day(last.close);
  opportunities_.At(open ? std::nullopt : std::optional(last.at)).Text(o.competitor);
  opportunities_.Text(o.next_step).Text(o.loss_reason).Text(o.origin).Text(c.owner().id).EndRow();
  for (const Move& move : o.moves) {
    moves_.Text(Key("H", moves_.row() - 1, 8)).Text(key).At(move.at).Text(StageName(move.stage));
    moves_.Int(StageProbability(move.stage)).Cents(move.amount).Day(move.close).EndRow();
  }
  WriteQuotes(c, o, key);
  if (!open) return;
  Totals& totals = truth_.totals();
  const int64_t weighted = last.amount * StageProbability(last.stage) / 100;
  totals.open_pipeline += last.amount;
  totals.weighted_pipeline += weighted;
  totals.weighted_by_month[Month(last.close)] += weighted;
}

// A quote for each time the deal was put to the customer with an amount.
void Exporter::WriteQuotes(const Company& c, const Opportunity& o, const std::string& opportunity) {
  int version = 0;
  int64_t amount = -1;
  const Person& p = c.people[o.person];
  const Move& last = o.moves.back();
  for (const Move& move : o.moves) {
    if ((move.stage != kProposal && move.stage != kNegotiation) || move.amount == amount) continue;
    amount = move.amount;
    ++version;
    const bool superseded = last.stage < kWon && last.amount != amount;
    const std::string_view status = last.stage == kWon    ? "accepted"
                                    : last.stage == kLost ? "declined"
                                    : superseded          ? "superseded"
                                                          : "sent";
    quotes_.Text(Key("Q", quotes_.row() - 1, 7)).Int(version).Text(opportunity);
    quotes_.Text(AccountKey(c, p.site)).Text(ContactKey(p)).Text(status).Cents(amount).Text("EUR");
    quotes_.At(move.at).Day(AddDays(UtcDate(move.at), 60));
    quotes_.At(last.stage >= kWon ? std::optional(last.at) : std::nullopt).EndRow();
  }
}

void Exporter::WriteTickets(const Company& c) {
  bool affected = false;
  for (const Ticket& t : c.tickets) {
    const Person& p = c.people[t.person];
    const std::string key = Key("T", tickets_.row() - 1, 7);
    tickets_.Text(key).Text(t.subject).Text(AccountKey(c, p.site)).Text(ContactKey(p));
    tickets_.Text(t.product < 0 ? "" : Products()[static_cast<size_t>(t.product)].code);
    tickets_.Text(t.severity).Text(t.channel).Text(t.closed ? "closed" : "open").At(t.opened);
    tickets_.At(t.closed).Bool(t.reopened);
    tickets_.Text(t.of_incident ? Key("T", kIncidentNumber, 7) : "").Text(t.cause);
    tickets_.Text(t.closed ? "Réglé avec le client" : "");
    if (t.satisfaction > 0) {
      tickets_.Int(t.satisfaction);
    } else {
      tickets_.Empty();
    }
    tickets_.EndRow();
    affected |= t.of_incident;
  }
  if (affected) truth_.Member("incident_affected", ClientKey(c));
}

void Exporter::WriteActivities(const Company& c, const Trace& trace) {
  for (const Activity& a : c.activities) {
    const Person* p = a.person ? &c.people[*a.person] : nullptr;
    activities_.Text(Key("V", activities_.row() - 1, 8)).Text(a.type).Text(a.subject);
    activities_.Text(AccountKey(c, p != nullptr ? p->site : 0));
    activities_.Text(p != nullptr ? ContactKey(*p) : "");
    activities_.Text(a.type == "meeting" || a.type == "visit" ? trace.opportunity : "");
    activities_.Text(c.owner().id).At(a.due);
    activities_.At(a.done ? std::optional(a.due) : std::nullopt);
    activities_.Text(a.done ? "done" : "planned").Text(a.minutes).EndRow();
  }
}

}  // namespace relata::shell
