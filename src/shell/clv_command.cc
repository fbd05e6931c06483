// SPDX-License-Identifier: Apache-2.0
//
// What each customer is worth from now on.

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/cadence.h"
#include "relata/score/lifetime_value.h"
#include "shell/command.h"
#include "shell/limit_option.h"
#include "shell/ranking.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  LifetimeValueSpec spec;
  std::string currency;
  std::string record;
  double unit_days = 7;
  double horizon_days = 3 * 365;
  double hold_out_days = 0;
  size_t limit = 20;
};

std::string Number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

Duration OfDays(double days) {
  return {static_cast<int64_t>(days * static_cast<double>(Days(1).micros))};
}

void PrintFit(const Session& session, const LifetimeValueModel& model) {
  const BgNbdFit& b = model.buying;
  session.PrintLine(
      Concat(model.spec.name, session.Say(": version ", " : version "), model.version, ", ",
             b.customers, session.Say(" customers, ", " clients, "), b.repeat_customers,
             session.Say(" of them came back, ", " d'entre eux sont revenus, "), b.repeat_purchases,
             session.Say(" repeat purchases", " achats répétés")));
  TextTable table({std::string(session.Say("parameter", "paramètre")),
                   std::string(session.Say("value", "valeur")),
                   std::string(session.Say("standard error", "erreur type"))});
  const auto add = [&](const char* name, double value, double error) {
    table.Add({name, Number(value, 4), Number(error, 4)});
  };
  add("r", b.model.r, b.standard_error.r);
  add("alpha", b.model.alpha, b.standard_error.alpha);
  add("a", b.model.a, b.standard_error.a);
  add("b", b.model.b, b.standard_error.b);
  if (model.spend) {
    const SpendFit& s = *model.spend;
    add("p", s.model.p, s.standard_error.p);
    add("q", s.model.q, s.standard_error.q);
    add("gamma", s.model.gamma, s.standard_error.gamma);
  }
  session.Print(table.ToString());
  session.PrintLine(Concat(
      "BG/NBD: log likelihood ", Number(b.log_likelihood, 3),
      b.penalty > 0 ? session.Say(" (held by a small penalty)", " (tenu par une petite pénalité)")
                    : std::string_view()));
  if (model.spend) {
    session.PrintLine(Concat("Gamma-Gamma: log likelihood ", Number(model.spend->log_likelihood, 3),
                             session.Say(", correlation of number and amount ",
                                         ", corrélation du nombre et du montant "),
                             Number(model.spend->correlation, 2)));
  } else {
    session.PrintLine(Concat(session.Say("no amounts: ", "pas de montants : "), model.no_spend));
  }
}

void PrintHoldOut(const Session& session, const LifetimeValueModel& model) {
  if (!model.hold_out) {
    session.PrintLine(Concat(
        session.Say("no test on the last period: ", "pas d'essai sur la dernière période : "),
        model.no_hold_out));
    return;
  }
  const HoldOut& h = *model.hold_out;
  session.PrintLine(Concat(
      session.Say("test on the last ", "essai sur les derniers "),
      model.hold_out_length.micros / Days(1).micros,
      session.Say(" days, which the fit did not see: ", " jours, que l'ajustement n'a pas vus : "),
      Number(h.expected, 1), session.Say(" purchases expected, ", " achats attendus, "), h.actual,
      session.Say(" made; error of a customer ", " faits ; erreur par client "),
      Number(h.mean_absolute_error, 3), session.Say(", correlation ", ", corrélation "),
      Number(h.correlation, 2)));
  TextTable table({"x", std::string(session.Say("customers", "clients")),
                   std::string(session.Say("expected", "attendu")),
                   std::string(session.Say("made", "fait"))});
  for (const HoldOut::Line& line : h.lines) {
    table.Add({std::to_string(line.x) + (line.x == 7 ? "+" : ""), std::to_string(line.customers),
               Number(line.expected, 3), Number(line.actual, 3)});
  }
  session.Print(table.ToString());
}

int Fit(const Session& session, Request& request) {
  if (!request.currency.empty()) {
    const std::optional<Currency> currency = Currency::Parse(request.currency);
    if (!currency) return session.UsageError(Concat(request.currency, " is no currency"));
    request.spec.currency = *currency;
  }
  request.spec.unit = OfDays(request.unit_days);
  request.spec.horizon = OfDays(request.horizon_days);
  request.spec.hold_out = OfDays(request.hold_out_days);
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<LifetimeValueModel> model =
      FitLifetimeValue(*crm, request.spec, session.actor(), session.now());
  if (!model.ok()) return session.Fail(model.status());
  if (session.json) {
    Json out = Json::parse(LifetimeValueToJson(*model));
    out["name"] = model->spec.name;
    out["version"] = model->version;
    session.PrintLine(out.dump());
    return kDone;
  }
  PrintFit(session, *model);
  PrintHoldOut(session, *model);
  return kDone;
}

Json NumberJson(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

absl::StatusOr<Json> ValueOf(const Crm& crm, const CustomerValue& v) {
  RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name(v.customer));
  Json out = {{"id", name},
              {"repeat_purchases", v.history.x},
              {"last_at_age", v.history.t_x},
              {"age", v.history.T},
              {"alive", v.alive},
              {"expected_purchases", v.expected},
              {"discounted_purchases", NumberJson(v.discounted)},
              {"mean_amount", v.spend.x > 0 ? Json(v.spend.mean) : Json(nullptr)},
              {"expected_amount", NumberJson(v.expected_spend)}};
  if (!v.value.currency.none()) out["value"] = ValueJson(crm, Value::Amount(v.value));
  return out;
}

int Top(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  QueryOptions asking = QuestionOf(session);
  asking.limit = request.limit;
  const absl::StatusOr<std::vector<CustomerValue>> top =
      TopLifetimeValues(*crm, request.spec.name, asking);
  if (!top.ok()) return session.Fail(top.status());
  Ranking ranking(
      *crm, session,
      {std::string(session.Say("value", "valeur")), std::string(session.Say("alive", "actif")),
       std::string(session.Say("purchases", "achats"))});
  for (const CustomerValue& v : *top) {
    const absl::StatusOr<Json> row = ValueOf(*crm, v);
    if (!row.ok()) return session.Fail(row.status());
    const std::string worth = v.value.currency.none() ? "-" : ToDisplay(Value::Amount(v.value));
    const absl::Status added = ranking.Add(
        v.customer, {worth, ChanceText(v.alive, session.language()), Number(v.expected, 2)}, *row);
    if (!added.ok()) return session.Fail(added);
  }
  return ranking.Print("model", request.spec.name, "customers");
}

int Why(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.record);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<CustomerValue> v =
      LifetimeValueOf(*crm, request.spec.name, *record, QuestionOf(session));
  if (!v.ok()) return session.Fail(v.status());
  const absl::StatusOr<LifetimeValueModel> model = FindLifetimeValue(*crm, request.spec.name);
  if (!model.ok()) return session.Fail(model.status());
  const absl::StatusOr<Json> json = ValueOf(*crm, *v);
  if (!json.ok()) return session.Fail(json.status());
  if (session.json) {
    session.PrintLine(json->dump());
    return kDone;
  }
  session.PrintLine(Concat(TitleLine(*crm, session, *record, request.record),
                           v->value.currency.none() ? Concat(Number(v->discounted, 2),
                                                             session.Say(" purchases", " achats"))
                                                    : ToDisplay(Value::Amount(v->value))));
  const double days =
      static_cast<double>(model->spec.unit.micros) / static_cast<double>(Days(1).micros);
  session.PrintLine(Concat(
      "  ", v->history.x + 1, session.Say(" days with a purchase in ", " jours avec achat en "),
      Number(v->history.T * days, 0),
      session.Say(" days, the last one ", " jours, le dernier il y a "),
      Number((v->history.T - v->history.t_x) * days, 0), session.Say(" days ago", " jours")));
  session.PrintLine(Concat("  ", session.Say("still a customer: ", "toujours client : "),
                           ChanceText(v->alive, session.language())));
  session.PrintLine(
      Concat("  ", Number(v->expected, 2),
             session.Say(" purchases expected, discounted ", " achats attendus, actualisés "),
             Number(v->discounted, 2)));
  if (model->spend) {
    session.PrintLine(Concat("  ", session.Say("a purchase is worth ", "un achat vaut "),
                             Number(v->expected_spend, 2),
                             session.Say(" (their mean of ", " (leur moyenne de "), v->spend.x,
                             session.Say(": ", " : "), Number(v->spend.mean, 2), ")"));
  }
  return kDone;
}

}  // namespace

void AddClvCommands(CLI::App& app, Session& session) {
  CLI::App* clv =
      AddCommand(app, "clv", "What customers are worth from now on (BG/NBD, Gamma-Gamma)");
  clv->require_subcommand(1);
  auto request = std::make_shared<Request>();
  CLI::App* fit = AddCommand(
      *clv, "fit", "Fit how often customers buy, when they leave and what they spend; save it",
      "--purchases is an expression that yields a list of records or events, such as\n"
      "\"contact.invoices\"; --at and --amount are fields of these. Prints the parameters with\n"
      "standard errors, and how well the same fit foretold the last period.");
  LifetimeValueSpec& spec = request->spec;
  fit->add_option("--name", spec.name)->capture_default_str();
  fit->add_option("--type", spec.type, "Type of the customers")->capture_default_str();
  fit->add_option("--purchases", spec.purchases, "TYPE.orders without the cancelled, if not given")
      ->type_name("EXPR");
  fit->add_option("--at", spec.at, "Field: when it was bought")->capture_default_str();
  fit->add_option("--amount", spec.amount, "Field: for how much; \"\" counts purchases only")
      ->capture_default_str();
  fit->add_option("--currency", request->currency, "That of most purchases, if not given");
  fit->add_option("--unit-days", request->unit_days, "Unit of time of the parameters")
      ->capture_default_str();
  fit->add_option("--rate", spec.yearly_rate, "Yearly rate of discount")->capture_default_str();
  fit->add_option("--horizon-days", request->horizon_days, "How far to look; 0 is all time")
      ->capture_default_str();
  fit->add_option("--hold-out-days", request->hold_out_days,
                  "Last period to test on; a third of the data, if not given");
  session.On(fit, [&session, request] { return Fit(session, *request); });
  CLI::App* top = AddCommand(*clv, "top", "The customers worth most");
  top->add_option("--name", spec.name)->capture_default_str();
  top->add_option("--limit", request->limit)
      ->type_name("N")
      ->capture_default_str()
      ->check(NotNegative());
  session.On(top, [&session, request] { return Top(session, *request); });
  CLI::App* why = AddCommand(*clv, "why", "What makes a customer's value");
  why->add_option("RECORD", request->record, "TYPE/ID")->required();
  why->add_option("--name", spec.name)->capture_default_str();
  session.On(why, [&session, request] { return Why(session, *request); });
}

}  // namespace relata::shell
