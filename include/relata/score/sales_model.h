// SPDX-License-Identifier: Apache-2.0
//
// The sales forecast, learned: which open deals will be won, when, for how much, and what will come
// from deals that are not open yet; as a distribution by month, from what was known on one day.
//
// Deals that are still open are no failures: they are observations cut off by the day (censored).
// The model is one of competing risks in daily steps. From all deals known on the day it takes the
// cause-specific hazards of being won and of being lost by age (the steps of the Aalen-Johansen
// estimator; Aalen and Johansen 1978), apart for each stage that enough deals were seen to enter -
// the clock then is the time in the stage - and for all deals otherwise. Beyond the age that enough
// deals reached, the hazards of the last ages go on.
//
// Offer, sector, size of the customer and, where amounts are estimates, quarter of the amounts
// shift the hazards of a deal by the logarithm of the odds between the group's share of wins, drawn
// towards the whole as far as the group is small (proportion.h), and the whole's: half of it up for
// winning, half of it down for losing. Months of the quarter shift the rate of winning once two
// quarters are known, months of the year that and the rate of opening once two years are, drawn
// towards none alike. So do series from outside (days open, an index), by a Poisson regression on
// their logarithm with a ridge.
//
// Amounts are drawn from what won deals of the offer brought; where amounts are estimates, from the
// estimate times a ratio of outcome to estimate seen before. New deals come at the rate of the last
// twelve months. A month's figure is the sum of draws; beside the chance of each deal it carries
// that of the rates: how far months before lay off their expectation, in excess of chance, is drawn
// too - and, more telling, how far forecasts made before lay off what happened (Calibrate). Draws
// are made from a seed, so that an answer repeats.
//
// Pure functions on books (deals.h). Models are immutable and thread-safe.

#ifndef RELATA_SCORE_SALES_MODEL_H_
#define RELATA_SCORE_SALES_MODEL_H_

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "relata/base/status.h"
#include "relata/score/deals.h"

namespace relata {

// A month as one number: year * 12 + month - 1.
int MonthOf(Date day);
Date MonthStart(int month);

// Something measured each month, past and to come, that may move sales.
struct MonthlySeries {
  std::string name;
  std::map<int, double> values;  // positive, by month
};

// Hazards of one clock: what share of the deals that reached day `a` of it was won, and lost, on
// it.
struct HazardCurve {
  int64_t deals = 0;  // that ran on this clock
  int64_t won = 0;
  int64_t lost = 0;
  std::vector<double> win;   // by day
  std::vector<double> lose;  // as `win`
  double tail_win = 0;       // a day, beyond
  double tail_lose = 0;
};

// The curve of durations: days on the clock and the end (won, lost, or cut off). Ages that fewer
// than `enough` deals reached are the tail.
enum class DealEnd : uint8_t { kOpen, kWon, kLost };
struct DealDuration {
  int days = 0;
  DealEnd end = DealEnd::kOpen;
};
HazardCurve FitHazards(std::span<const DealDuration> durations, int64_t enough = 10);

// What the curve says from day `age` on: the share won, and lost, by each of the next `days` days,
// and in the end (after ten years).
struct Incidence {
  std::vector<double> won;  // [i]: within i + 1 days
  std::vector<double> lost;
  double won_ever = 0;
};
Incidence IncidenceFrom(const HazardCurve& curve, int age, int days, double win_factor = 1,
                        double lose_factor = 1);

struct GroupEffect {
  std::string kind;  // offer, sector, size, amount
  std::string name;
  int64_t won = 0;
  int64_t closed = 0;
  double share = 0;     // drawn towards the whole
  double log_odds = 0;  // against the whole
};

struct SalesModel {
  Date day;  // what was known then
  HazardCurve all;
  std::map<std::string, HazardCurve> stages;  // those that enough deals entered
  std::vector<GroupEffect> groups;
  std::array<double, 12> win_season{};   // factors, January first
  std::array<double, 12> open_season{};  // of deals opened
  std::map<std::string, double> series;  // exponent of each outside series
  std::map<int, double> outside;         // factor by month, of all series together
  std::vector<double> amount_bounds;     // between the quarters; empty unless amounts are estimates
  double level = 1;                      // of amounts, from forecasts before (Calibrate)
  double win_scale = 1;                  // makes what was won as many as the hazards and groups say
  double lose_scale = 1;                 // the same of losses
  double opened_a_month = 0;             // deals
  double excess = 0;       // variance of months' sales over expectation beyond chance, relative
  double open_excess = 0;  // of deals opened
  double rate_error = 0;   // relative standard error of the rate of winning
};

// FailedPrecondition below 30 closed deals: there is nothing to learn from.
absl::StatusOr<SalesModel> FitSales(const DealBook& known, Date day,
                                    std::span<const MonthlySeries> outside = {});

// One open deal's prospects.
struct DealOutlook {
  RecordRef opportunity;
  double win = 0;  // in the end
  double win_in_horizon = 0;
  std::optional<Date> closes;  // by when half of its closings within three years fall
  double amount = 0;           // expected, if won
  std::string clock;           // the stage whose curve was used, "" for all
};

struct SalesMonth {
  int month = 0;
  double mean = 0;              // won amount, major units
  double from_open = 0;         // of it, from deals open now
  double won_deals = 0;         // expected number
  std::array<double, 3> low{};  // of the 50, 80 and 95 percent intervals
  std::array<double, 3> high{};
  std::array<double, 3> open_low{};  // the same of the part from open deals
  std::array<double, 3> open_high{};
  double variance = 0;  // of `mean`, without what Calibrate adds
  double level = 1;     // that Calibrate set
  double quota = 0;     // 0: none given
  double reach = 0;     // probability that the quota is reached
};

struct SalesForecast {
  Date day;
  std::vector<SalesMonth> months;
  std::vector<DealOutlook> deals;  // open on the day, by probable amount within the horizon
  int64_t draws = 0;
};

struct SalesOptions {
  int months = 3;  // after the month of `day` when it is a month's last day; with it otherwise
  uint64_t seed = 1;
  std::map<int, double> quotas;  // by month, major units
};
SalesForecast ForecastSales(const DealBook& known, const SalesModel& model,
                            const SalesOptions& options);

// Forecasts made at the end of each month from what was known then, and what happened: one line an
// origin and month ahead.
struct BackTestLine {
  Date day;  // the origin
  int ahead = 0;
  SalesMonth forecast;
  double actual = 0;
  double actual_from_open = 0;
  double naive = 0;  // the mean of the three months before the origin
};
struct BackTest {
  std::vector<BackTestLine> lines;   // by origin, then months ahead
  std::array<double, 3> coverage{};  // share of actuals inside the 50, 80, 95 percent intervals
  std::array<double, 3> open_coverage{};  // the same for what open deals brought
  double error = 0;                       // mean absolute, as a share of the mean actual
  double naive_error = 0;                 // of the naive forecast
  double bias = 0;  // mean of forecast - actual, as a share of the mean actual
  // Deals open at the origins: mean probability to be won within the horizon, and the share that
  // was.
  int64_t deals = 0;
  double predicted_wins = 0;
  double actual_wins = 0;
  double brier = 0;
  double base_brier = 0;  // of giving each the share that was
};
// Origins from the first month's end with 60 closed deals behind it to the last one with a whole
// month after it. FailedPrecondition when there is none.
absl::StatusOr<BackTest> BackTestSales(const DealBook& book, int months, uint64_t seed,
                                       std::span<const MonthlySeries> outside = {});

// Corrects the level of the model by forecasts made before, as far as they came true by its day,
// and widens its months to their errors: the mean squared relative error beyond the variance they
// stated, with a prior of 0.15 that weighs as three of them; for the level, twelve that were right.
// The back-test does the same at each of its origins.
void Calibrate(SalesModel& model, std::span<const BackTestLine> past);

// What was won in a month, in major units; only from deals open at the end of `opened_by` when
// given.
double WonIn(const DealBook& book, int month, std::optional<Date> opened_by = std::nullopt);

}  // namespace relata

#endif  // RELATA_SCORE_SALES_MODEL_H_
