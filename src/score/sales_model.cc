// SPDX-License-Identifier: Apache-2.0

#include "relata/score/sales_model.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "score/sales_rates.h"

namespace relata {
namespace {

constexpr int64_t kLeastClosed = 30;
constexpr double kSeasonStrength = 25;  // expected wins that a month's factor is mixed with
constexpr double kSeriesRidge = 4;

// --- Months ------------------------------------------------------------------------------------

// A book that starts on a month's third day may well have all of it.
int FirstWholeMonth(Date start) { return MonthOf(AddDays(start, -3)) + 1; }

// Expected and actual wins, and openings.
struct MonthCounts {
  double expected = 0;
  double won = 0;
  double opened = 0;
};

// Of each month up to the day; of the months whose closings are in the book.
std::map<int, MonthCounts> CountMonths(const DealBook& known, Date day, const SalesModel& model) {
  std::map<int, MonthCounts> months;
  for (const Deal& deal : known.deals) {
    const internal::DealClock clock = internal::AgeClock(model, deal);
    const Date end = deal.closed.value_or(day);
    const Date start = std::max(deal.opened, model.extent.closings_from.value_or(deal.opened));
    int month = MonthOf(start);
    Date next = MonthStart(month + 1);
    // Of deals opened before, those that ended before are missing.
    if (start == deal.opened) ++months[month].opened;
    double here = 0;
    for (int d = start.days; d <= end.days; ++d) {
      if (d >= next.days) {
        months[month].expected += here * clock.win;
        here = 0;
        next = MonthStart(++month + 1);
      }
      const auto age = static_cast<size_t>(d - deal.opened.days);
      here += age < clock.curve->win.size() ? clock.curve->win[age] : clock.curve->tail_win;
    }
    months[month].expected += here * clock.win;
    if (deal.closed && deal.won) ++months[MonthOf(*deal.closed)].won;
  }
  return months;
}

void SeasonOfQuarter(const std::map<int, MonthCounts>& months, int last, int known,
                     std::array<double, 12>& factors, std::array<double, 12>& errors) {
  double won[3] = {};
  double expected[3] = {};
  for (const auto& [month, c] : months) {
    if (month > last || month <= last - known) continue;
    won[month % 3] += c.won;
    expected[month % 3] += c.expected;
  }
  for (size_t m = 0; m < 12; ++m) {
    factors[m] = (won[m % 3] + kSeasonStrength) / (expected[m % 3] + kSeasonStrength);
    errors[m] = 1 / (won[m % 3] + kSeasonStrength);
  }
}

// Factors by month of the quarter and the year, of the last whole ones; ones below two of them. And
// their errors, as the posterior of the gamma prior has them.
std::array<double, 12> SeasonOf(const std::map<int, MonthCounts>& months, int last,
                                double MonthCounts::*actual, double MonthCounts::*expected,
                                std::array<double, 12>& errors) {
  std::array<double, 12> factors;
  factors.fill(1);
  if (months.empty()) return factors;
  const int known = last - months.begin()->first + 1;
  if (expected != nullptr && known >= 6) {
    SeasonOfQuarter(months, last, known / 3 * 3, factors, errors);
  }
  const int years = known / 12;
  if (years < 2) return factors;
  const std::array<double, 12> of_quarter = factors;
  std::array<double, 12> seen{};
  std::array<double, 12> foreseen{};
  double total = 0;
  for (const auto& [month, c] : months) {
    if (month > last || month <= last - 12 * years) continue;
    seen[static_cast<size_t>(month % 12)] += c.*actual;
    total += c.*actual;
    const auto m = static_cast<size_t>(month % 12);
    if (expected != nullptr) foreseen[m] += c.*expected * of_quarter[m];
  }
  for (size_t m = 0; m < 12; ++m) {
    const double base = expected != nullptr ? foreseen[m] : total / 12;
    factors[m] *= (seen[m] + kSeasonStrength) / (base + kSeasonStrength);
    errors[m] += 1 / (seen[m] + kSeasonStrength);
  }
  return factors;
}

// Exponents of the outside series, by Poisson regression of the wins on the centred logarithms with
// the expectations as exposure; Newton steps on each in turn.
void FitSeries(const std::map<int, MonthCounts>& months, int last,
               std::span<const MonthlySeries> outside, SalesModel& model) {
  struct Centred {
    const MonthlySeries* series;
    double mean = 0;
  };
  std::vector<Centred> terms;
  for (const MonthlySeries& s : outside) {
    Centred term{&s};
    int n = 0;
    for (const auto& [month, value] : s.values) {
      if (month > last || !months.contains(month) || value <= 0) continue;
      term.mean += std::log(value);
      ++n;
    }
    if (n < 6) continue;
    term.mean /= n;
    terms.push_back(term);
    model.series[s.name] = 0;
  }
  const auto x = [](const Centred& t, int month) {
    const auto found = t.series->values.find(month);
    return found == t.series->values.end() || found->second <= 0 ? 0
                                                                 : std::log(found->second) - t.mean;
  };
  for (int round = 0; round < 30; ++round) {
    for (const Centred& term : terms) {
      double& beta = model.series[term.series->name];
      double gradient = -kSeriesRidge * beta;
      double curvature = kSeriesRidge;
      for (const auto& [month, c] : months) {
        if (month > last) continue;
        double rate = c.expected * model.win_season[static_cast<size_t>(month % 12)];
        for (const Centred& other : terms) {
          rate *= std::exp(model.series[other.series->name] * x(other, month));
        }
        gradient += (c.won - rate) * x(term, month);
        curvature += rate * x(term, month) * x(term, month);
      }
      beta += gradient / curvature;
    }
  }
  for (const Centred& term : terms) {
    for (const auto& [month, value] : term.series->values) {
      double& factor = model.outside.try_emplace(month, 1).first->second;
      factor *= std::exp(model.series[term.series->name] * x(term, month));
    }
  }
}

// The relative variance of counts about their expectations that chance (Poisson) does not explain.
double ExcessVariance(const std::vector<std::pair<double, double>>& actual_and_expected) {
  double sum = 0;
  int n = 0;
  for (const auto& [actual, expected] : actual_and_expected) {
    if (expected < 3) continue;
    sum += ((actual - expected) * (actual - expected) - expected) / (expected * expected);
    ++n;
  }
  return n < 3 ? 0.05 : std::clamp(sum / n, 0.0, 1.0);
}

}  // namespace

absl::StatusOr<SalesModel> FitSales(const DealBook& known, Date day,
                                    std::span<const MonthlySeries> outside) {
  SalesModel model;
  model.day = day;
  model.extent = ExtentOf(known, day);
  internal::FitRates(known, day, model);
  if (model.all.won + model.all.lost < kLeastClosed || model.all.won < 5) {
    return FailedPrecondition("fewer than 30 closed deals, or 5 won ones: nothing to learn from");
  }
  const std::map<int, MonthCounts> months = CountMonths(known, day, model);
  const bool whole = MonthOf(AddDays(day, 1)) != MonthOf(day);
  const int last = MonthOf(day) - (whole ? 0 : 1);
  model.win_season =
      SeasonOf(months, last, &MonthCounts::won, &MonthCounts::expected, model.season_error);
  std::array<double, 12> ignored{};
  model.open_season = SeasonOf(months, last, &MonthCounts::opened, nullptr, ignored);
  FitSeries(months, last, outside, model);

  std::vector<std::pair<double, double>> wins;
  std::vector<MonthRate> opened;
  const Date start = model.extent.closings_from.value_or(known.first);
  const int first = FirstWholeMonth(start);
  for (int m = first; m <= last; ++m) {
    const auto found = months.find(m);
    const MonthCounts c = found == months.end() ? MonthCounts{} : found->second;
    const auto outer = model.outside.find(m);
    opened.push_back({c.opened, model.open_season[static_cast<size_t>(m % 12)]});
    if (m <= last - 12) continue;
    wins.emplace_back(c.won, c.expected * model.win_season[static_cast<size_t>(m % 12)] *
                                 (outer == model.outside.end() ? 1 : outer->second));
  }
  model.openings = FitLevel(opened);
  constexpr double kPrior = 0.05;
  constexpr double kPriorMonths = 3;
  const double of_wins = ExcessVariance(wins);
  const auto known_months = static_cast<double>(std::max<int64_t>(
      1,
      std::count_if(months.begin(), months.end(), [](const auto& m) { return m.second.won > 0; })));
  model.excess = std::max(of_wins, kPrior + 0.5 / known_months);
  model.excess_known = kPriorMonths;
  model.rate_error = std::sqrt(1.0 / static_cast<double>(model.all.won) +
                               of_wins / std::max<double>(1, static_cast<double>(wins.size())));
  return model;
}

namespace {

// A forecast made before that can be checked by now.
struct Checked {
  double own = 0;  // at level 1
  double variance = 0;
  double naive = 0;
  double actual = 0;
  int month = 0;
};

bool IsOver(const SalesModel& model, int month) {
  return MonthStart(month + 1) <= AddDays(model.day, 1);
}

// How much larger the squared errors of what open deals brought were than the draws said; where
// there is little to go by, they said right.
double OpenSpread(const SalesModel& model, std::span<const BackTestLine> past) {
  constexpr double kRight = 6;
  constexpr double kMostOff = 9;  // one month says no more
  constexpr double kMostSpread = 6;
  double sum = kRight;
  double n = kRight;
  for (const BackTestLine& line : past) {
    const SalesMonth& f = line.forecast;
    if (!IsOver(model, f.month) || f.open_variance <= 0) continue;
    const double off = line.actual_from_open - f.from_open;
    sum += std::min(kMostOff, off * off / f.open_variance);
    ++n;
  }
  return std::clamp(sum / n, 1.0, kMostSpread);
}

std::vector<Checked> CheckedLines(const SalesModel& model, std::span<const BackTestLine> past) {
  constexpr int kMonths = 18;  // the newest
  std::vector<Checked> lines;
  for (size_t i = past.size(); i > 0; --i) {
    const SalesMonth& f = past[i - 1].forecast;
    if (!past[i - 1].whole || !IsOver(model, f.month) || f.own <= 0) continue;
    if (f.month <= MonthOf(model.day) - kMonths) continue;
    lines.push_back({f.own / f.level, f.variance / (f.level * f.level), past[i - 1].naive,
                     past[i - 1].actual, f.month});
  }
  return lines;
}

// By least squares: the error of a forecast against its distance from the naive one.
double BestNaiveWeight(std::span<const Checked> lines, double level) {
  constexpr double kUsual = 0.5;
  constexpr double kUsualWeight = 6;
  constexpr double kMost = 0.8;
  double product = 0;
  double square = 0;
  for (const Checked& line : lines) {
    const double apart = line.naive - line.own * level;
    product += (line.actual - line.own * level) * apart;
    square += apart * apart;
  }
  const double prior = kUsualWeight * square / static_cast<double>(lines.size());
  if (square <= 0) return kUsual;
  return std::clamp((product + kUsual * prior) / (square + prior), 0.0, kMost);
}

}  // namespace

void Calibrate(SalesModel& model, std::span<const BackTestLine> past) {
  constexpr double kRight = 12;
  model.open_spread = OpenSpread(model, past);
  const std::vector<Checked> lines = CheckedLines(model, past);
  if (lines.empty()) return;
  double forecast = 0;
  double actual = 0;
  for (const Checked& line : lines) {
    forecast += line.own;
    actual += line.actual;
  }
  const double right = kRight * forecast / static_cast<double>(lines.size());
  model.level = std::clamp((actual + right) / (forecast + right), 0.25, 4.0);
  model.naive_weight = BestNaiveWeight(lines, model.level);
  double sum = model.excess * model.excess_known;
  double n = model.excess_known;
  std::set<int> months;
  for (const Checked& line : lines) {
    const double w = model.naive_weight;
    const double mean = (1 - w) * line.own * model.level + w * line.naive;
    if (mean <= 0) continue;
    const double by_chance = line.variance * model.level * model.level * (1 - w) * (1 - w);
    const double off = line.actual - mean;
    sum += std::min(4.0, (off * off - by_chance) / (mean * mean));
    ++n;
    months.insert(line.month);
  }
  model.excess = std::max(0.0, sum / n);
  // Forecasts of one month are no more than one look at it.
  model.excess_known += static_cast<double>(months.size());
}

double NaiveMean(const DealBook& book, Date day, std::optional<Date> from) {
  const int last = MonthOf(AddDays(day, 1)) != MonthOf(day) ? MonthOf(day) : MonthOf(day) - 1;
  const int first = from ? std::min(last, std::max(last - 2, FirstWholeMonth(*from))) : last - 2;
  double sum = 0;
  for (int m = first; m <= last; ++m) sum += WonIn(book, m);
  return sum / (last - first + 1);
}

double WonIn(const DealBook& book, int month, std::optional<Date> opened_by) {
  double sum = 0;
  for (const Deal& d : book.deals) {
    if (!d.closed || !d.won || MonthOf(*d.closed) != month) continue;
    if (opened_by && (d.opened > *opened_by || *d.closed <= *opened_by)) continue;
    sum += d.won_amount;
  }
  return sum;
}

}  // namespace relata
