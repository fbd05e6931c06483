// SPDX-License-Identifier: Apache-2.0

#include "relata/score/forecast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/graph_view.h"
#include "relata/process/pipeline.h"

namespace relata {
namespace {

using internal::Concat;

constexpr double kZ80 = 1.2815515655446004;  // the 90 percent quantile of the normal distribution
constexpr size_t kLargest = 10;

struct Totals {
  double mean = 0;
  double variance = 0;
  double sum = 0;
  std::vector<ForecastDeal> deals;
};
using Key = std::tuple<int32_t, int32_t, Currency>;

Money ToMoney(double units, Currency currency) {
  return {static_cast<int64_t>(std::llround(units)), currency};
}

void AddDeal(Totals& t, const ForecastDeal& deal) {
  const auto amount = static_cast<double>(deal.amount.units);
  t.mean += amount * deal.probability;
  t.variance += amount * amount * deal.probability * (1 - deal.probability);
  t.sum += amount;
  t.deals.push_back(deal);
}

ForecastMonth Summarise(const Key& key, Totals t) {
  ForecastMonth m;
  std::tie(m.year, m.month, m.currency) = key;
  m.deals = static_cast<int64_t>(t.deals.size());
  m.amount = ToMoney(t.sum, m.currency);
  m.weighted = ToMoney(t.mean, m.currency);
  const double spread = kZ80 * std::sqrt(t.variance);
  m.low = ToMoney(std::max(0.0, t.mean - spread), m.currency);
  m.high = ToMoney(std::min(t.sum, t.mean + spread), m.currency);
  std::sort(t.deals.begin(), t.deals.end(), [](const ForecastDeal& a, const ForecastDeal& b) {
    const auto weight = [](const ForecastDeal& d) {
      return -static_cast<double>(d.amount.units) * d.probability;
    };
    return std::pair(weight(a), a.opportunity.row) < std::pair(weight(b), b.opportunity.row);
  });
  if (t.deals.size() > kLargest) t.deals.resize(kLargest);
  m.largest = std::move(t.deals);
  return m;
}

}  // namespace

StageOdds::StageOdds(const Crm& crm)
    : odds_{{"prospecting", 0.1}, {"qualification", 0.2}, {"needs_analysis", 0.4},
            {"proposal", 0.6},    {"negotiation", 0.8},   {"won", 1.0},
            {"lost", 0.0}} {
  for (const Pipeline& pipeline : ListPipelines(crm)) {
    if (pipeline.type != "opportunity" || pipeline.field != "stage") continue;
    for (const Stage& stage : pipeline.stages) odds_[stage.name] = stage.probability / 100;
  }
}

double StageOdds::Of(std::string_view stage) const {
  const auto found = odds_.find(stage);
  return found == odds_.end() ? 0.5 : found->second;
}

absl::StatusOr<Forecast> WeightedForecast(const Crm& crm, int months, const QueryOptions& options) {
  if (months < 1 || months > 60) return InvalidArgument("a forecast covers 1 to 60 months");
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = *schema->Find("opportunity");
  const auto field = [&](std::string_view name) { return type.FindField(name)->id; };
  const FieldId amount_field = field("amount");
  const FieldId stage_field = field("stage");
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, options.reader));
  for (const std::string_view name : {"amount", "stage", "status", "close_date", "probability"}) {
    if (!permissions.MayRead(type.id, field(name))) {
      return PermissionDenied(Concat("the role may not read opportunity.", name));
    }
  }
  const TypeId types[] = {type.id};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  const Date today = internal::ZoneOf(crm).LocalDate(options.now);
  const CivilDay this_month = ToCivil(today);
  const Date end = AddMonths(MakeDate(this_month.year, this_month.month, 1), months);

  const StageOdds odds(crm);
  Forecast forecast;
  std::map<Key, Totals> by_month;
  for (Row row = 0; row < view->RowLimit(type.id); ++row) {
    const RecordRef record{type.id, row};
    if (!view->Exists(record)) continue;
    const Value status = view->Get(record, field("status"));
    if (!status.is_null() && status.text() != "open") continue;
    const Value amount = view->Get(record, amount_field);
    const Value close = view->Get(record, field("close_date"));
    if (amount.is_null()) {
      ++forecast.without_amount;
      continue;
    }
    if (close.is_null()) {
      ++forecast.without_date;
      continue;
    }
    ForecastDeal deal{record, amount.money(), 0, false};
    const Value own = view->Get(record, field("probability"));
    if (own.is(Value::Kind::kDouble)) {
      deal.probability = own.double_value() / 100;
    } else if (own.is(Value::Kind::kInt)) {
      deal.probability = static_cast<double>(own.int_value()) / 100;
    } else {
      deal.probability = odds.Of(ToDisplay(view->Get(record, stage_field)));
      deal.from_stage = true;
    }
    deal.probability = std::clamp(deal.probability, 0.0, 1.0);
    const CivilDay day = ToCivil(close.date());
    const bool overdue = close.date() < today;
    if (!overdue && close.date() >= end) continue;
    const Key key =
        overdue ? Key{0, 0, deal.amount.currency} : Key{day.year, day.month, deal.amount.currency};
    AddDeal(by_month[key], deal);
  }
  for (auto& [key, totals] : by_month) {
    (std::get<0>(key) == 0 ? forecast.overdue : forecast.months)
        .push_back(Summarise(key, std::move(totals)));
  }
  return forecast;
}

}  // namespace relata
