// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/forecast.h"
#include "shell/command.h"
#include "shell/records.h"
#include "shell/sales_command.h"

namespace relata::shell {
namespace {

using internal::Concat;

std::string MonthText(const ForecastMonth& month) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02d", month.year, month.month);
  return text;
}

// To the cent: an expectation is no more exact than that.
std::string AmountText(Money money) {
  money.units = (money.units + (money.units < 0 ? -50 : 50)) / 100 * 100;
  return ToDisplay(Value::Amount(money));
}

absl::StatusOr<Json> MonthJson(const Crm& crm, const ForecastMonth& month, bool overdue) {
  Json out;
  if (!overdue) out["month"] = MonthText(month);
  out["currency"] = month.currency.ToString();
  out["deals"] = month.deals;
  out["amount"] = ValueJson(crm, Value::Amount(month.amount));
  out["weighted"] = ValueJson(crm, Value::Amount(month.weighted));
  out["low"] = ValueJson(crm, Value::Amount(month.low));
  out["high"] = ValueJson(crm, Value::Amount(month.high));
  out["largest"] = Json::array();
  for (const ForecastDeal& deal : month.largest) {
    RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name(deal.opportunity));
    out["largest"].push_back({{"id", name},
                              {"amount", ValueJson(crm, Value::Amount(deal.amount))},
                              {"probability", deal.probability},
                              {"from_stage", deal.from_stage}});
  }
  return out;
}

int PrintJson(const Crm& crm, const Session& session, const Forecast& forecast) {
  Json out = {{"now", FormatTimestamp(session.now())},
              {"months", Json::array()},
              {"overdue", Json::array()}};
  for (const ForecastMonth& month : forecast.months) {
    const absl::StatusOr<Json> one = MonthJson(crm, month, false);
    if (!one.ok()) return session.Fail(one.status());
    out["months"].push_back(*one);
  }
  for (const ForecastMonth& month : forecast.overdue) {
    const absl::StatusOr<Json> one = MonthJson(crm, month, true);
    if (!one.ok()) return session.Fail(one.status());
    out["overdue"].push_back(*one);
  }
  out["without_amount"] = forecast.without_amount;
  out["without_date"] = forecast.without_date;
  session.PrintLine(out.dump());
  return kDone;
}

void PrintWhy(const Crm& crm, const Session& session, const ForecastMonth& month) {
  for (const ForecastDeal& deal : month.largest) {
    const absl::StatusOr<std::string> title = crm.Title(deal.opportunity, QuestionOf(session));
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.0f %%", deal.probability * 100);
    session.PrintLine(Concat("    ", title.ok() ? *title : "?", ": ", AmountText(deal.amount),
                             " x ", percent,
                             deal.from_stage ? session.Say(" (by stage)", " (par étape)") : ""));
  }
}

int Run(const Session& session, int months, bool why) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<Forecast> forecast = WeightedForecast(*crm, months, QuestionOf(session));
  if (!forecast.ok()) return session.Fail(forecast.status());
  if (session.json) return PrintJson(*crm, session, *forecast);
  const auto line = [&](std::string_view label, const ForecastMonth& month) {
    session.PrintLine(Concat(label, "  ", AmountText(month.weighted), "  [", AmountText(month.low),
                             " - ", AmountText(month.high), "]  ", month.deals,
                             session.Say(" deals, ", " affaires, "), AmountText(month.amount)));
    if (why) PrintWhy(*crm, session, month);
  };
  for (const ForecastMonth& month : forecast->months) line(MonthText(month), month);
  for (const ForecastMonth& month : forecast->overdue) {
    line(session.Say("overdue", "en retard"), month);
  }
  if (forecast->without_amount + forecast->without_date > 0) {
    session.PrintLine(
        Concat(session.Say("not counted: ", "non comptées : "), forecast->without_amount,
               session.Say(" without amount, ", " sans montant, "), forecast->without_date,
               session.Say(" without close date", " sans date de clôture")));
  }
  return kDone;
}

}  // namespace

void AddForecastCommand(CLI::App& app, Session& session) {
  auto months = std::make_shared<int>(6);
  auto sales = std::make_shared<SalesRequest>();
  CLI::App* command = AddCommand(
      app, "forecast", "What will be sold, month by month, and how such forecasts did",
      "Without more: amount times probability of the open opportunities, in the month of the\n"
      "expected close, with an interval of 80 percent; --why names the deals.\n"
      "--learned asks the deals that went before instead: how long they took, which were won, "
      "what\n"
      "they brought; open ones count as not yet ended. New deals are included.\n"
      "--as-of DAY makes that forecast of what was known then and sets what happened beside it;\n"
      "--backtest does so for every month's end and says how often the intervals held.");
  command->add_option("--months", *months, "How many months")->capture_default_str();
  command->add_flag("--why", sales->why, "Name the largest deals");
  command->add_flag("--learned", sales->learned, "From the deals that went before");
  command->add_option("--as-of", sales->as_of, "A past day to make the forecast on")
      ->type_name("DAY");
  command->add_flag("--backtest", sales->back_test, "Forecasts of the past against what happened");
  command->add_flag("--patterns", sales->patterns,
                    "Which deals are won or lost more often than chance explains");
  command->add_flag("--channels", sales->channels, "Opened, won and lost by origin");
  command->add_flag("--stages", sales->stages, "Time in each stage, and what becomes of it");
  command->add_option("--series", sales->series, "A file of months and values that may move sales")
      ->type_name("FILE");
  command->add_option("--offer", sales->offer, "What is offered: an expression giving a text")
      ->type_name("EXPR");
  command->add_option("--sector", sales->sector, "The customer's sector: an expression")
      ->type_name("EXPR");
  command->add_option("--seed", sales->seed, "Of the draws")->capture_default_str();
  session.On(command, [&session, months, sales] {
    if (!sales->asked()) return Run(session, *months, sales->why);
    sales->months = *months;
    return RunSales(session, *sales);
  });
}

}  // namespace relata::shell
