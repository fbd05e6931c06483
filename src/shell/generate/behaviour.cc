// SPDX-License-Identifier: Apache-2.0
//
// What people said about being written to, and what they did on the web and with our mail.

#include <algorithm>
#include <utility>

#include "shell/generate/company.h"

namespace relata::shell {
namespace {

constexpr std::string_view kOfferWording =
    "J'accepte de recevoir par e-mail les offres des Ateliers Vernay. Je peux me désinscrire à "
    "tout "
    "moment.";
constexpr std::string_view kPhoneWording =
    "J'accepte d'être appelé par les Ateliers Vernay au sujet de leurs offres.";

Timestamp DaysBefore(const World& world, Random& random, int64_t low, int64_t high) {
  return world.now - Days(random.Between(low, high)) - Seconds(random.Below(36'000));
}

ConsentState DrawState(Random& random) {
  constexpr std::pair<int, ConsentState> kShares[] = {
      {30, ConsentState::kNone},     {57, ConsentState::kGranted},  {69, ConsentState::kConfirmed},
      {79, ConsentState::kImported}, {82, ConsentState::kPending},  {90, ConsentState::kWithdrawn},
      {94, ConsentState::kObjected}, {96, ConsentState::kComplaint}};
  const int64_t roll = random.Below(100);
  for (const auto& [limit, state] : kShares) {
    if (roll < limit) return state;
  }
  return ConsentState::kBounced;
}

ConsentEntry Entry(std::string_view status, Timestamp at, std::string_view source) {
  ConsentEntry e;
  e.channel = "email";
  e.purpose = "marketing";
  e.status = status;
  e.at = at;
  e.source = source;
  return e;
}

ConsentEntry Grant(Random& random, Timestamp at) {
  ConsentEntry e = Entry("grant", at, random.Percent(80) ? "web" : "paper");
  e.wording = kOfferWording;
  e.form = e.source == "web" ? "newsletter-3" : "salon-1";
  e.has_point = true;
  return e;
}

// Whether the ledger let a campaign of that instant go to the person.
bool MailableAt(const Person& p, Timestamp at) {
  bool granted = false;
  for (const ConsentEntry& e : p.consents) {
    if (e.channel == "phone" || !e.topic.empty() || e.at > at) continue;
    if (e.status == "confirm" || (e.status == "grant" && e.source != "import")) granted = true;
    if (e.status == "withdraw" || e.status == "object" || e.status == "complaint" ||
        e.status == "bounce") {
      granted = false;
    }
  }
  return granted;
}

void AddMailings(const World& world, Random& random, Person& p) {
  for (const Campaign& campaign : Campaigns()) {
    if (campaign.days_ago == 0) continue;
    const Timestamp at = UtcMidnight(AddDays(world.today, -campaign.days_ago)) + Hours(8) +
                         Minutes(30) + Seconds(random.Below(3'600));
    if (!MailableAt(p, at) || random.Percent(35)) continue;
    p.campaigns.emplace_back(campaign.id, at);
    p.events.push_back({"email_sent", at, "", campaign.id});
    if (!random.Percent(38)) continue;
    const Timestamp opened = at + Minutes(random.Between(3, 2'000));
    p.events.push_back({"email_opened", opened, "", campaign.id});
    if (!random.Percent(30)) continue;
    p.events.push_back({"email_clicked", opened + Seconds(random.Between(5, 90)),
                        random.Pick(Pages()), campaign.id});
  }
}

void AddVisit(Random& random, Timestamp at, Person& p) {
  const int64_t pages = random.LowBetween(1, 6);
  for (int64_t i = 0; i < pages; ++i) {
    p.events.push_back({"page_view", at, random.Pick(Pages()), ""});
    at = at + Seconds(random.Between(8, 240));
  }
  if (random.Percent(14)) p.events.push_back({"download", at, random.Pick(Downloads()), ""});
  if (random.Percent(5)) p.events.push_back({"form_sent", at + Seconds(40), "/contact", ""});
}

}  // namespace

void AddConsents(const World& world, Random& random, ConsentState state, Person& p) {
  p.consent_state = state;
  const Timestamp first = DaysBefore(world, random, 320, 1000);
  const Timestamp second = DaysBefore(world, random, 30, 300);
  switch (state) {
    case ConsentState::kNone:
      return;
    case ConsentState::kGranted:
      p.consents.push_back(Grant(random, first));
      return;
    case ConsentState::kConfirmed:
    case ConsentState::kPending: {
      ConsentEntry request = Entry("request", first, "web");
      request.wording = kOfferWording;
      request.form = "newsletter-3";
      request.has_point = true;
      p.consents.push_back(request);
      if (state == ConsentState::kPending) return;
      request.status = "confirm";
      request.at = first + Minutes(random.Between(2, 600));
      request.double_opt_in = true;
      p.consents.push_back(request);
      return;
    }
    case ConsentState::kImported:
      p.consents.push_back(Entry("grant", first, "import"));
      return;
    case ConsentState::kWithdrawn:
      p.consents.push_back(Grant(random, first));
      p.consents.push_back(Entry("withdraw", second, "web"));
      p.events.push_back({"unsubscribe", second, "/desinscription", ""});
      return;
    case ConsentState::kObjected: {
      ConsentEntry object = Entry("object", second, "paper");
      object.channel = "";
      p.consents.push_back(object);
      return;
    }
    case ConsentState::kComplaint:
      p.consents.push_back(Grant(random, first));
      p.consents.push_back(Entry("complaint", second, "web"));
      p.consents.back().has_point = true;
      return;
    case ConsentState::kBounced:
      p.consents.push_back(Grant(random, first));
      p.consents.push_back(Entry("bounce", second, "web"));
      p.consents.back().has_point = true;
      p.events.push_back({"email_bounced", second, "", ""});
      return;
  }
}

void AddBehaviour(const World& world, Random& random, Person& p) {
  if (!p.email.empty()) AddConsents(world, random, DrawState(random), p);
  if (!p.mobile.empty() && random.Percent(8)) {
    ConsentEntry e = Entry("grant", DaysBefore(world, random, 20, 600), "call");
    e.channel = "phone";
    e.wording = kPhoneWording;
    e.form = "appel-2";
    p.consents.push_back(e);
  }
  if (p.consent_state == ConsentState::kNone && !p.email.empty() && random.Percent(12)) {
    // Wants to hear of fairs and of nothing else.
    ConsentEntry e = Grant(random, DaysBefore(world, random, 40, 900));
    e.topic = "salons";
    p.consents.push_back(e);
  }
  AddMailings(world, random, p);
  const int64_t heat = random.Below(100);
  const int64_t old_visits = heat < 60 ? random.Below(2) : random.LowBetween(1, 4);
  for (int64_t i = 0; i < old_visits; ++i) AddVisit(random, DaysBefore(world, random, 31, 700), p);
  if (heat >= 92) {
    const int64_t visits = random.Between(1, 4);
    for (int64_t i = 0; i < visits; ++i) AddVisit(random, DaysBefore(world, random, 1, 29), p);
  }
  if (random.Percent(6)) {
    p.events.push_back({"login", DaysBefore(world, random, 1, 200), "/espace-client", ""});
  }
}

}  // namespace relata::shell
