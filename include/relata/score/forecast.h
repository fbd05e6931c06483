// SPDX-License-Identifier: Apache-2.0
//
// The weighted pipeline: what the open opportunities are worth, month by month.
//
// Every open opportunity counts with its amount times its probability, in the month of its expected
// close. The probability is the opportunity's own; where it has none, that of its stage, as the
// pipeline over opportunity.stage defines it (process/pipeline.h), else the usual one (StageOdds).
// What deals that went before say instead is in sales_model.h. An opportunity whose close date has
// passed is overdue: it is shown apart and in no month. Amounts add within a currency only, so
// there is one line a month and currency.
//
// The interval treats deals as independent: with p_i and a_i it has mean sum(a_i p_i) and variance
// sum(a_i^2 p_i (1 - p_i)), and the bounds are the normal ones of 80 percent (z = 1.2816), kept
// within 0 and the sum of amounts. With few deals it is only a guide, and says how many there are.
//
// As thread-safe as the Crm.

#ifndef RELATA_SCORE_FORECAST_H_
#define RELATA_SCORE_FORECAST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct ForecastDeal {
  RecordRef opportunity;
  Money amount;
  double probability = 0;   // 0 to 1
  bool from_stage = false;  // the stage's probability, as the opportunity has none of its own
};

struct ForecastMonth {
  int32_t year = 0;  // 0 for the overdue
  int32_t month = 0;
  Currency currency;
  int64_t deals = 0;
  Money amount;  // unweighted
  Money weighted;
  Money low;  // of the 80 percent interval
  Money high;
  std::vector<ForecastDeal> largest;  // up to ten, by weighted amount
};

struct Forecast {
  std::vector<ForecastMonth> months;   // ascending, then by currency
  std::vector<ForecastMonth> overdue;  // one a currency
  int64_t without_amount = 0;          // open opportunities that cannot be counted
  int64_t without_date = 0;
};

// Probabilities of the stages of opportunities, 0 to 1: those that pipelines define, by name, and
// the usual ones of the standard schema's other stages. A stage that neither knows has 0.5.
class StageOdds {
 public:
  explicit StageOdds(const Crm& crm);
  double Of(std::string_view stage) const;

 private:
  std::map<std::string, double, std::less<>> odds_;
};

// The forecast at options.now over `months` months (1 to 60). PermissionDenied when the reader may
// not read opportunities.
absl::StatusOr<Forecast> WeightedForecast(const Crm& crm, int months, const QueryOptions& options);

}  // namespace relata

#endif  // RELATA_SCORE_FORECAST_H_
