// SPDX-License-Identifier: Apache-2.0
//
// What is bought together and in sequence, what to offer next, who buys alike.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/affinity.h"
#include "shell/command.h"
#include "shell/contact_plan.h"
#include "shell/limit_option.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  AffinitySpec spec;
  AffinityOptions options;
  std::string per = "customer";
  double within_days = 0;
  std::string record;
  BoughtNot bought;
  PlanRequest plan;
  size_t limit = 20;
};

std::string Number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string Interval(const Estimate& e, int decimals) {
  return Concat(Number(e.value, decimals), " (", Number(e.low, decimals), "-",
                Number(e.high, decimals), ")");
}

Json EstimateJson(const Estimate& e) {
  return {{"value", e.value}, {"low", e.low}, {"high", e.high}};
}

Json RuleJson(const PurchaseBaskets& baskets, const AffinityRule& rule) {
  return {{"a", baskets.items[static_cast<size_t>(rule.a)]},
          {"b", baskets.items[static_cast<size_t>(rule.b)]},
          {"with_a", rule.with_a},
          {"with_b", rule.with_b},
          {"with_both", rule.with_both},
          {"all", rule.all},
          {"support", rule.support},
          {"confidence", EstimateJson(rule.confidence)},
          {"lift", EstimateJson(rule.lift)}};
}

int PrintRules(const Session& session, const Request& request, bool sequence) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<PurchaseBaskets> baskets =
      ReadBaskets(*crm, request.spec, QuestionOf(session));
  if (!baskets.ok()) return session.Fail(baskets.status());
  AffinityOptions options = request.options;
  if (request.per != "customer" && request.per != "basket") {
    return session.UsageError("--per is customer or basket");
  }
  if (request.per == "basket") options.per = AffinityOptions::Per::kBasket;
  options.within = {
      static_cast<int64_t>(request.within_days * static_cast<double>(Days(1).micros))};
  std::vector<AffinityRule> rules =
      sequence ? BoughtAfter(baskets->baskets, options) : BoughtTogether(baskets->baskets, options);
  const size_t count = rules.size();
  if (request.limit != 0 && rules.size() > request.limit) rules.resize(request.limit);
  Json out = Json::array();
  TextTable table(
      {std::string(session.Say("bought", "acheté")),
       std::string(sequence ? session.Say("then", "puis") : session.Say("with", "avec")),
       std::string(session.Say("both", "les deux")), "support",
       std::string(session.Say("confidence", "confiance")), "lift",
       std::string(sequence ? session.Say("days", "jours") : "")});
  for (const AffinityRule& rule : rules) {
    Json one = RuleJson(*baskets, rule);
    if (sequence) one["days"] = rule.days;
    out.push_back(std::move(one));
    table.Add({baskets->items[static_cast<size_t>(rule.a)],
               baskets->items[static_cast<size_t>(rule.b)], std::to_string(rule.with_both),
               Number(rule.support, 3), Interval(rule.confidence, 2), Interval(rule.lift, 2),
               sequence ? Number(rule.days, 0) : ""});
  }
  if (session.json) {
    session.PrintLine(
        Json({{"baskets", baskets->baskets.size()}, {"count", count}, {"rules", out}}).dump());
  } else {
    session.Print(table.ToString());
  }
  return kDone;
}

int Next(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.record);
  if (!record.ok()) return session.Fail(record.status());
  AffinitySpec spec = request.spec;
  spec.type = crm->schema()->type(record->type).name;
  const absl::StatusOr<PurchaseBaskets> baskets = ReadBaskets(*crm, spec, QuestionOf(session));
  if (!baskets.ok()) return session.Fail(baskets.status());
  QueryOptions asking = QuestionOf(session);
  asking.limit = request.limit;
  const absl::StatusOr<std::vector<Offer>> offers =
      OffersFor(*crm, *baskets, *record, request.options, asking);
  if (!offers.ok()) return session.Fail(offers.status());
  Json out = Json::array();
  for (const Offer& offer : *offers) {
    out.push_back({{"offer", baskets->items[static_cast<size_t>(offer.item)]},
                   {"because", RuleJson(*baskets, offer.because)}});
    if (session.json) continue;
    const AffinityRule& rule = offer.because;
    session.PrintLine(
        Concat(baskets->items[static_cast<size_t>(offer.item)], session.Say(": of ", " : de "),
               rule.with_a, session.Say(" who bought ", " qui ont acheté "),
               baskets->items[static_cast<size_t>(rule.a)], ", ", rule.with_both,
               session.Say(" bought it too, ", " l'ont pris aussi, "), Interval(rule.confidence, 2),
               session.Say("; lift ", " ; lift "), Interval(rule.lift, 2)));
  }
  if (session.json) session.PrintLine(Json({{"offers", out}}).dump());
  if (!session.json && out.empty()) {
    session.PrintLine(session.Say("nothing that is sure enough", "rien d'assez sûr"));
  }
  return out.empty() ? kNo : kDone;
}

int Similar(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.record);
  if (!record.ok()) return session.Fail(record.status());
  AffinitySpec spec = request.spec;
  spec.type = crm->schema()->type(record->type).name;
  QueryOptions asking = QuestionOf(session);
  const absl::StatusOr<PurchaseBaskets> baskets = ReadBaskets(*crm, spec, asking);
  if (!baskets.ok()) return session.Fail(baskets.status());
  asking.limit = request.limit;
  const absl::StatusOr<std::vector<SimilarCustomer>> similar =
      SimilarCustomers(*crm, *baskets, *record, {}, asking);
  if (!similar.ok()) return session.Fail(similar.status());
  Json out = Json::array();
  TextTable table({std::string(session.Say("similar", "proche")),
                   std::string(session.Say("buys", "achats")),
                   std::string(session.Say("is", "profil")), "id",
                   std::string(session.Say("title", "intitulé")),
                   std::string(session.Say("shares", "en commun"))});
  for (const SimilarCustomer& one : *similar) {
    const absl::StatusOr<std::string> name = crm->Name(one.customer);
    if (!name.ok()) return session.Fail(name.status());
    std::vector<std::string> shared = one.shared_attributes;
    for (const int32_t item : one.shared_items) {
      shared.push_back(baskets->items[static_cast<size_t>(item)]);
    }
    out.push_back({{"id", *name},
                   {"similarity", one.similarity},
                   {"behaviour", one.behaviour},
                   {"attributes", one.attributes},
                   {"shared", shared}});
    std::string text;
    for (size_t i = 0; i < shared.size() && i < 4; ++i) text += (i == 0 ? "" : ", ") + shared[i];
    const absl::StatusOr<std::string> title = crm->Title(one.customer, QuestionOf(session));
    table.Add({Number(one.similarity, 2), Number(one.behaviour, 2), Number(one.attributes, 2),
               *name, title.ok() ? *title : "", text});
  }
  if (session.json) {
    session.PrintLine(Json({{"customers", out}}).dump());
  } else {
    session.Print(table.ToString());
  }
  return kDone;
}

int Audience(const Session& session, const Request& request) {
  const absl::StatusOr<ContactPlan> plan = PlanOf(session, request.plan);
  if (!plan.ok()) return session.Fail(plan.status());
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<BoughtNotAudience> found =
      FindBoughtNotAudience(*crm, request.bought, *plan, session.actor(), QuestionOf(session));
  if (!found.ok()) return session.Fail(found.status());
  return PrintAudience(*crm, session, found->segment, request.plan, found->audience);
}

void AddReading(CLI::App& command, const std::shared_ptr<Request>& request) {
  AffinitySpec& spec = request->spec;
  command.add_option("--purchases", spec.purchases, "TYPE.orders without the cancelled by default")
      ->type_name("EXPR");
  command.add_option("--at", spec.at, "Field: when it was bought")->capture_default_str();
  command.add_option("--lines", spec.lines, "The lines of a purchase")->capture_default_str();
  command.add_option("--product", spec.product, "Field: what a line is of")->capture_default_str();
  command.add_option("--least", request->options.least, "Cases below which nothing is said")
      ->capture_default_str();
  command.add_option("--limit", request->limit)
      ->type_name("N")
      ->capture_default_str()
      ->check(NotNegative());
}

}  // namespace

void AddAffinityCommands(CLI::App& app, Session& session) {
  CLI::App* affinity = AddCommand(app, "affinity", "What is bought together, next, and by whom");
  affinity->require_subcommand(1);
  auto request = std::make_shared<Request>();
  CLI::App* pairs = AddCommand(*affinity, "pairs", "Products bought together",
                               "Support, confidence and lift with 95 % intervals, surest first.");
  pairs->add_option("--type", request->spec.type, "Type of customers")->capture_default_str();
  pairs->add_option("--per", request->per, "customer or basket")->capture_default_str();
  AddReading(*pairs, request);
  session.On(pairs, [&session, request] { return PrintRules(session, *request, false); });
  CLI::App* sequence = AddCommand(*affinity, "sequence", "Products bought one after the other");
  sequence->add_option("--type", request->spec.type, "Type of customers")->capture_default_str();
  sequence->add_option("--within-days", request->within_days, "At most so long after; 0 is any");
  AddReading(*sequence, request);
  session.On(sequence, [&session, request] { return PrintRules(session, *request, true); });
  CLI::App* next = AddCommand(*affinity, "next", "What to offer a customer next, and why",
                              "Exit status 1 when there is nothing sure enough.");
  next->add_option("RECORD", request->record, "TYPE/ID")->required();
  AddReading(*next, request);
  session.On(next, [&session, request] { return Next(session, *request); });
  CLI::App* similar = AddCommand(*affinity, "similar", "Customers like one: what they buy and are");
  similar->add_option("RECORD", request->record, "TYPE/ID")->required();
  AddReading(*similar, request);
  session.On(similar, [&session, request] { return Similar(session, *request); });
  CLI::App* audience = AddCommand(*affinity, "audience",
                                  "Who bought one product and not another, and may be reached",
                                  "Saved as a segment, so that it stays current.");
  audience->add_option("--bought", request->bought.bought, "Code of a product")->required();
  audience->add_option("--not", request->bought.not_bought, "Code of a product")->required();
  audience->add_option("--type", request->bought.type, "contact or lead")->capture_default_str();
  audience->add_option("--name", request->bought.name, "Of the segment");
  AddPlanOptions(*audience, request->plan);
  session.On(audience, [&session, request] { return Audience(session, *request); });
}

}  // namespace relata::shell
