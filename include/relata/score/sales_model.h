// SPDX-License-Identifier: Apache-2.0
//
// The sales forecast, learned: which open deals will be won, when, for how much, and what will come
// from deals that are not open yet; as a distribution by month, from what was known on one day.
//
// Deals that are still open are no failures: they are observations cut off by the day (censored).
// Nor does a book have all deals: where those that ended before some day are missing, the others
// count from that day on (delayed entry; Klein and Moeschberger 2003, 3.4), and where those opened
// after one are missing, only open ones are foreseen and judged (BookExtent).
// The model is one of competing risks in daily steps. From all deals known on the day it takes the
// cause-specific hazards of being won and of being lost by age (the steps of the Aalen-Johansen
// estimator; Aalen and Johansen 1978), apart for each stage that enough deals were seen to enter -
// the clock then is the time in the stage - and otherwise for each quarter of the amounts, where
// these are estimates: large deals take longer, and so are most of those that are open. Beyond the
// age that enough deals reached, the hazards of the last ages go on.
//
// Offer, sector, size of the customer, channel and amount multiply the hazards of winning and of
// losing (proportional hazards, Cox 1972; the curves are then Breslow's). A group's factor is its
// wins over those its deals' time at risk lets expect, both drawn towards the whole by as many wins
// as the groups' spread beyond chance says (a gamma prior by moments). Months of the quarter shift
// the rate of winning once two quarters are known, months of the year that and the rate of opening
// once two years are, drawn towards none alike. So do series from outside (days open, an index), by
// a Poisson regression on their logarithm with a ridge.
//
// Amounts are drawn from what won deals of the offer brought, as far as it is known apart
// (credibility: Buehlmann and Straub 1970), else from what all did; where amounts are estimates,
// from the estimate times a ratio of outcome to estimate seen before. New deals come at a rate that
// may drift (RateLevel). A month's figure is the sum of draws; beside the chance of each deal it
// carries that of what was learned: the errors of the rates of winning and opening, the latter
// growing with the months ahead, of the season's factors and of the mean amounts. How far months
// before lay off their expectation, in excess of chance, is drawn too - and, more telling, how far
// forecasts made before lay off what happened (Calibrate), for the months as a whole and for what
// open deals bring. Draws are made from a seed, so that an answer repeats.
//
// What a simple mean of the last months knows and the deals do not (campaigns, moods of a market)
// is taken from it: the forecast is a combination of both (Bates and Granger 1969), the mean's
// weight being what would have done best in the forecasts before, drawn towards a half.
//
// Pure functions on books (deals.h). Models are immutable and thread-safe.

#ifndef RELATA_SCORE_SALES_MODEL_H_
#define RELATA_SCORE_SALES_MODEL_H_

#include <array>
#include <cstdint>
#include <functional>
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

// The curve of durations: days on the clock and the end (won, lost, or cut off), and the factors of
// the deal on the hazards, which the curve is then without. Ages that fewer than `enough` deals
// reached are the tail.
enum class DealEnd : uint8_t { kOpen, kWon, kLost };
struct DealDuration {
  int days = 0;
  DealEnd end = DealEnd::kOpen;
  double win = 1;
  double lose = 1;
  int from = 0;  // seen from this day of the clock on: had it ended before, nobody would know
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

// How a group's deals differ from what their curve says.
struct GroupEffect {
  std::string kind;  // offer, sector, size, channel, amount
  std::string name;
  int64_t won = 0;
  int64_t closed = 0;
  double win = 1;   // factor on the hazard of winning
  double lose = 1;  // and of losing
};

// Curves by what the clock counts, and the groups' factors on them.
struct SalesRates {
  std::map<std::string, HazardCurve> curves;
  std::vector<GroupEffect> groups;
};

// What of the deals' lives is in the book at all, as far as it shows: an extract often holds the
// deals that ended from some day on, or those opened up to one.
struct BookExtent {
  std::optional<Date> closings_from;   // deals that ended before are missing
  std::optional<Date> openings_until;  // deals opened later are missing
};
// As known at the end of `day`. A stretch without closings (openings) counts as missing when a
// dozen or more would be expected in it, which chance leaves out once in 160,000 books.
BookExtent ExtentOf(const DealBook& book, Date day);

// A month's count and what was expected of it at a rate of one.
struct MonthRate {
  double actual = 0;
  double expected = 0;
};

// A rate that may drift: known as a gamma distribution of `events` over `exposure`, of which each
// month that passes keeps a share (Harvey and Fernandes 1989, Journal of Business and Economic
// Statistics 7). The share is the likeliest of the months seen, about 0.9 where they say little.
struct RateLevel {
  double events = 0;
  double exposure = 0;
  double keep = 1;

  double Mean() const;
  double Variance(int ahead) const;  // relative, so many months on: more than chance of counts
};
// `usual`: as many events as expected ones are known beforehand.
RateLevel FitLevel(std::span<const MonthRate> months, double usual = 0);

struct SalesModel {
  Date day;  // what was known then
  BookExtent extent;
  HazardCurve all;      // of all deals, whatever their groups
  SalesRates by_age;    // the clock since opening: curves by quarter of the amounts, "" for all
  SalesRates by_stage;  // the clock in a stage: curves of those that enough deals entered
  std::array<double, 12> win_season{};    // factors, January first
  std::array<double, 12> season_error{};  // relative variance of the factor of winning
  std::array<double, 12> open_season{};   // of deals opened
  std::map<std::string, double> series;   // exponent of each outside series
  std::map<int, double> outside;          // factor by month, of all series together
  std::vector<double> amount_bounds;      // between eighths; empty unless amounts are estimates
  double level = 1;                       // of amounts, from forecasts before (Calibrate)
  RateLevel openings;                     // deals opened a month, apart from their season
  double naive_weight = 0;                // of the mean of the last three months (Calibrate)
  double excess = 0;        // variance of months' sales over expectation beyond chance, relative
  double excess_known = 0;  // from so many months: the fewer, the wider the intervals
  double rate_error = 0;    // relative standard error of the rate of winning
  double open_spread = 1;   // of what open deals bring, over what the draws say (Calibrate)
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
  double own = 0;            // what the deals alone say, before the last months' mean is mixed in
  double variance = 0;       // of `own`, without what Calibrate adds
  double level = 1;          // that Calibrate set
  double open_variance = 0;  // of the part from open deals, as drawn
  double quota = 0;          // 0: none given
  double reach = 0;          // probability that the quota is reached
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
  double naive = 0;   // the mean of the three months before the origin
  bool whole = true;  // the book has the deals opened by then: else only open ones can be judged
};
struct BackTest {
  std::vector<BackTestLine> lines;  // by origin, then months ahead
  BookExtent extent;
  int64_t whole = 0;                 // lines whose sums can be judged: the figures are of these
  std::array<double, 3> coverage{};  // share of actuals inside the 50, 80, 95 percent intervals
  std::array<double, 3> open_coverage{};  // the same for what open deals brought, of all lines
  double error = 0;                       // mean absolute, as a share of the mean actual
  double naive_error = 0;                 // of the naive forecast
  double root_error = 0;        // root of the mean squared one, which a mean is meant to keep low
  double naive_root_error = 0;  // of the naive forecast
  double bias = 0;              // mean of forecast - actual, as a share of the mean actual
  // Deals open at the origins: mean probability to be won within the horizon, and the share that
  // was.
  int64_t deals = 0;
  double predicted_wins = 0;
  double actual_wins = 0;
  int64_t recorded = 0;  // origins whose book is what was recorded then, not what dates tell
  int64_t origins = 0;
  double brier = 0;
  double base_brier = 0;  // of giving each the share that was
};
// `known` gives the book of a past day (DealsKnownOn); without it BookAsOf does.
//
// Origins from the first month's end with 60 closed deals behind it to the last one with a whole
// month after it. FailedPrecondition when there is none.
using BookOfDay = std::function<absl::StatusOr<KnownBook>(Date)>;
absl::StatusOr<BackTest> BackTestSales(const DealBook& book, int months, uint64_t seed,
                                       std::span<const MonthlySeries> outside = {},
                                       const BookOfDay& known = nullptr);

// Corrects the level of the model by the forecasts of the last 18 months that came true by its day,
// gives the mean of the last months the weight that would have done best with them (for the level
// twelve that were right are added, for the weight six that wanted a half, which is hard to beat:
// Clemen 1989), and widens the months to the errors left: the mean squared relative error beyond
// the variance they stated, with a prior of 0.05 plus half of one over the months with sales in the
// book, that weighs as three. What open deals bring is widened, never narrowed, by the mean squared
// error over what the draws stated, six right ones added. Only months that were over by the model's
// day count. The back-test does the same at each of its origins.
void Calibrate(SalesModel& model, std::span<const BackTestLine> past);

// The mean of what was won in the last three whole months up to the day, as far as they lie after
// `from`.
double NaiveMean(const DealBook& book, Date day, std::optional<Date> from = std::nullopt);

// What was won in a month, in major units; only from deals open at the end of `opened_by` when
// given.
double WonIn(const DealBook& book, int month, std::optional<Date> opened_by = std::nullopt);

}  // namespace relata

#endif  // RELATA_SCORE_SALES_MODEL_H_
