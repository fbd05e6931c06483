// SPDX-License-Identifier: Apache-2.0

#include "relata/score/sales_model.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "relata/score/proportion.h"

namespace relata {
namespace {

constexpr int64_t kLeastClosed = 30;
constexpr int64_t kLeastInStage = 40;  // closed deals that entered it
constexpr int64_t kLeastInGroup = 5;
constexpr double kSeasonStrength = 25;  // expected wins that a month's factor is mixed with
constexpr double kSeriesRidge = 4;

double Logit(double p) { return std::log(p / (1 - p)); }

std::string GroupOf(const SalesModel& model, const Deal& deal, const std::string& kind) {
  if (kind == "offer") return deal.offer;
  if (kind == "sector") return deal.sector;
  if (kind == "size") return deal.size;
  if (model.amount_bounds.empty() || !deal.amount) return "";
  const auto below =
      std::lower_bound(model.amount_bounds.begin(), model.amount_bounds.end(), *deal.amount) -
      model.amount_bounds.begin();
  return std::string("quarter ") + static_cast<char>('1' + below);
}

// --- Curves ------------------------------------------------------------------------------------

DealDuration DurationFrom(const Deal& deal, Date start, Date day) {
  const Date end = deal.closed.value_or(day);
  return {std::max(0, end.days - start.days), !deal.closed ? DealEnd::kOpen
                                              : deal.won   ? DealEnd::kWon
                                                           : DealEnd::kLost};
}

void FitCurves(const DealBook& known, Date day, SalesModel& model) {
  std::vector<DealDuration> all;
  std::map<std::string, std::vector<DealDuration>> stages;
  for (const Deal& deal : known.deals) {
    all.push_back(DurationFrom(deal, deal.opened, day));
    std::set<std::string> entered;
    for (const DealMove& move : deal.moves) {
      const bool end = deal.closed && move.on >= *deal.closed;
      if (!end && entered.insert(move.stage).second) {
        stages[move.stage].push_back(DurationFrom(deal, move.on, day));
      }
    }
  }
  model.all = FitHazards(all);
  for (const auto& [stage, durations] : stages) {
    HazardCurve curve = FitHazards(durations);
    if (curve.won + curve.lost >= kLeastInStage) model.stages[stage] = std::move(curve);
  }
}

void FitGroups(const DealBook& known, SalesModel& model) {
  std::vector<double> amounts;
  for (const Deal& deal : known.deals) {
    if (known.amounts_are_estimates && deal.amount) amounts.push_back(*deal.amount);
  }
  std::sort(amounts.begin(), amounts.end());
  if (amounts.size() >= 40 && amounts.front() < amounts.back()) {
    for (const size_t q : {1U, 2U, 3U})
      model.amount_bounds.push_back(amounts[amounts.size() * q / 4]);
  }
  const double pooled = std::clamp(
      static_cast<double>(model.all.won) / static_cast<double>(model.all.won + model.all.lost),
      0.01, 0.99);
  for (const std::string kind : {"offer", "sector", "size", "amount"}) {
    std::map<std::string, GroupShare> shares;
    for (const Deal& deal : known.deals) {
      const std::string name = GroupOf(model, deal, kind);
      if (name.empty() || !deal.closed) continue;
      ++shares[name].n;
      shares[name].hits += deal.won ? 1 : 0;
    }
    std::vector<GroupShare> list;
    for (const auto& [name, share] : shares) list.push_back(share);
    const double strength = PriorStrength(list);
    for (const auto& [name, share] : shares) {
      if (share.n < kLeastInGroup) continue;
      const double drawn = std::clamp(Shrunk(share, pooled, strength), 0.001, 0.999);
      model.groups.push_back(
          {kind, name, share.hits, share.n, drawn, Logit(drawn) - Logit(pooled)});
    }
  }
}

// Kept within what makes sense for a product of shares that may say the same thing twice.
double LogOddsOf(const SalesModel& model, const Deal& deal) {
  double sum = 0;
  for (const GroupEffect& g : model.groups) {
    if (GroupOf(model, deal, g.kind) == g.name) sum += g.log_odds;
  }
  return std::clamp(sum, -2.0, 2.0);
}

// --- Months ------------------------------------------------------------------------------------

// Expected and actual wins, losses and openings of each month up to the day.
struct MonthCounts {
  double expected = 0;
  double won = 0;
  double opened = 0;
};

double HazardAt(const std::vector<double>& hazard, double tail, int age) {
  const auto at = static_cast<size_t>(age);
  return at < hazard.size() ? hazard[at] : tail;
}

std::map<int, MonthCounts> CountMonths(const DealBook& known, Date day, SalesModel& model) {
  std::map<int, MonthCounts> months;
  double lost = 0;
  double expected_lost = 0;
  for (const Deal& deal : known.deals) {
    const double half = LogOddsOf(model, deal) / 2;
    const Date end = deal.closed.value_or(day);
    int month = MonthOf(deal.opened);
    Date next = MonthStart(month + 1);
    ++months[month].opened;
    double here = 0;
    for (int d = deal.opened.days; d <= end.days; ++d) {
      if (d >= next.days) {
        months[month].expected += here;
        here = 0;
        next = MonthStart(++month + 1);
      }
      const int age = d - deal.opened.days;
      here += HazardAt(model.all.win, model.all.tail_win, age) * std::exp(half);
      expected_lost += HazardAt(model.all.lose, model.all.tail_lose, age) * std::exp(-half);
    }
    months[month].expected += here;
    if (deal.closed && deal.won) ++months[MonthOf(*deal.closed)].won;
    if (deal.closed && !deal.won) ++lost;
  }
  double won = 0;
  double expected = 0;
  for (const auto& [month, c] : months) {
    won += c.won;
    expected += c.expected;
  }
  model.win_scale = expected > 0 ? won / expected : 1;
  model.lose_scale = expected_lost > 0 ? lost / expected_lost : 1;
  for (auto& [month, c] : months) c.expected *= model.win_scale;
  return months;
}

void SeasonOfQuarter(const std::map<int, MonthCounts>& months, int last, int known,
                     std::array<double, 12>& factors) {
  double won[3] = {};
  double expected[3] = {};
  for (const auto& [month, c] : months) {
    if (month > last || month <= last - known) continue;
    won[month % 3] += c.won;
    expected[month % 3] += c.expected;
  }
  for (size_t m = 0; m < 12; ++m) {
    factors[m] = (won[m % 3] + kSeasonStrength) / (expected[m % 3] + kSeasonStrength);
  }
}

// Factors by month of the quarter and the year, of the last whole ones; ones below two of them.
std::array<double, 12> SeasonOf(const std::map<int, MonthCounts>& months, int last,
                                double MonthCounts::*actual, double MonthCounts::*expected) {
  std::array<double, 12> factors;
  factors.fill(1);
  if (months.empty()) return factors;
  const int known = last - months.begin()->first + 1;
  if (expected != nullptr && known >= 6) SeasonOfQuarter(months, last, known / 3 * 3, factors);
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
  FitCurves(known, day, model);
  if (model.all.won + model.all.lost < kLeastClosed || model.all.won < 5) {
    return FailedPrecondition("fewer than 30 closed deals, or 5 won ones: nothing to learn from");
  }
  FitGroups(known, model);
  const std::map<int, MonthCounts> months = CountMonths(known, day, model);
  const bool whole = MonthOf(AddDays(day, 1)) != MonthOf(day);
  const int last = MonthOf(day) - (whole ? 0 : 1);
  model.win_season = SeasonOf(months, last, &MonthCounts::won, &MonthCounts::expected);
  model.open_season = SeasonOf(months, last, &MonthCounts::opened, nullptr);
  FitSeries(months, last, outside, model);

  std::vector<std::pair<double, double>> wins, opened;
  // The first month is seldom whole.
  const int first = std::max(months.begin()->first + 1, last - 11);
  for (int m = first; m <= last; ++m) {
    const auto found = months.find(m);
    const MonthCounts c = found == months.end() ? MonthCounts{} : found->second;
    const auto outer = model.outside.find(m);
    wins.emplace_back(c.won, c.expected * model.win_season[static_cast<size_t>(m % 12)] *
                                 (outer == model.outside.end() ? 1 : outer->second));
    opened.emplace_back(c.opened, model.open_season[static_cast<size_t>(m % 12)]);
    model.opened_a_month += c.opened;
  }
  if (!opened.empty()) model.opened_a_month /= static_cast<double>(opened.size());
  for (auto& [actual, factor] : opened) factor *= model.opened_a_month;
  model.excess = ExcessVariance(wins);
  model.open_excess = ExcessVariance(opened);
  model.rate_error =
      std::sqrt(1.0 / static_cast<double>(model.all.won) +
                model.excess / std::max<double>(1, static_cast<double>(wins.size())));
  return model;
}

void Calibrate(SalesModel& model, std::span<const BackTestLine> past) {
  constexpr double kPrior = 0.15;
  constexpr double kPriorWeight = 3;
  constexpr double kRight = 12;
  constexpr size_t kLines = 36;  // the newest
  double sum = kPrior * kPriorWeight;
  double n = kPriorWeight;
  std::vector<const BackTestLine*> lines;
  double forecast = 0;
  double actual = 0;
  for (size_t i = past.size(); i > 0 && lines.size() < kLines; --i) {
    const BackTestLine& line = past[i - 1];
    const double mean = line.forecast.mean;
    if (MonthStart(line.forecast.month + 1) > AddDays(model.day, 1) || mean <= 0) continue;
    lines.push_back(&line);
    forecast += mean / line.forecast.level;
    actual += line.actual;
  }
  if (lines.empty()) return;
  const double right = kRight * forecast / static_cast<double>(lines.size());
  model.level = std::clamp((actual + right) / (forecast + right), 0.25, 4.0);
  for (const BackTestLine* line : lines) {
    const double scale = model.level / line->forecast.level;
    const double mean = line->forecast.mean * scale;
    const double off = line->actual - mean;
    sum += std::min(4.0, (off * off - line->forecast.variance * scale * scale) / (mean * mean));
    ++n;
  }
  model.excess = std::max(model.excess, sum / n);
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

namespace {

// --- Simulation --------------------------------------------------------------------------------

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed) {}
  double Unit() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }
  double Normal() {
    return std::sqrt(-2 * std::log(1 - Unit())) * std::cos(2 * 3.14159265358979323846 * Unit());
  }
  // A factor of mean 1 and this variance.
  double Factor(double variance) {
    if (variance <= 0) return 1;
    const double s2 = std::log1p(variance);
    return std::exp(std::sqrt(s2) * Normal() - s2 / 2);
  }
  int64_t Poisson(double mean) {
    if (mean > 200) {
      return std::max<int64_t>(0, std::llround(mean + std::sqrt(mean) * Normal()));
    }
    int64_t n = 0;
    for (double p = Unit(), limit = std::exp(-mean); p > limit; p *= Unit()) ++n;
    return n;
  }
  double Of(const std::vector<double>& values) {
    const auto i = static_cast<size_t>(Unit() * static_cast<double>(values.size()));
    return values[std::min(i, values.size() - 1)];
  }

 private:
  uint64_t state_;
};

// What won deals brought.
struct Amounts {
  std::vector<double> all;
  std::map<std::string, std::vector<double>> by_offer;
  std::vector<double> ratios;  // outcome to estimate

  explicit Amounts(const DealBook& known) {
    for (const Deal& d : known.deals) {
      if (!d.closed || !d.won) continue;
      all.push_back(d.won_amount);
      if (!d.offer.empty()) by_offer[d.offer].push_back(d.won_amount);
      const double estimate =
          !d.moves.empty() && d.moves.back().amount ? *d.moves.back().amount : d.amount.value_or(0);
      if (known.amounts_are_estimates && estimate > 0) ratios.push_back(d.won_amount / estimate);
    }
    if (ratios.size() < 20) ratios = {1};
  }
  bool Estimated(const DealBook& known, const Deal& d) const {
    const bool then = !d.moves.empty() && d.moves.back().amount.has_value();
    return (known.amounts_are_estimates || then) && d.amount.value_or(0) > 0;
  }
  const std::vector<double>& Pool(const Deal& d) const {
    const auto found = by_offer.find(d.offer);
    return found != by_offer.end() && found->second.size() >= 10 ? found->second : all;
  }
};

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// One open deal made ready to be drawn.
struct Candidate {
  std::vector<double> by_month;  // probability to be won in it
  const std::vector<double>* pool = nullptr;
  double times = 1;
};

class Simulation {
 public:
  Simulation(const DealBook& known, const SalesModel& model, const SalesOptions& options)
      : known_(known), model_(model), options_(options), amounts_(known) {
    const int first = MonthOf(AddDays(model.day, 1));
    for (int m = 0; m < options.months; ++m) months_.push_back(first + m);
    days_ = MonthStart(first + options.months).days - model.day.days - 1;
  }

  SalesForecast Run() {
    SalesForecast forecast;
    forecast.day = model_.day;
    for (const Deal& d : known_.deals) {
      if (!d.closed) AddDeal(d, forecast);
    }
    AddNew();
    Draw(forecast);
    std::sort(forecast.deals.begin(), forecast.deals.end(),
              [](const DealOutlook& a, const DealOutlook& b) {
                return std::pair(-a.win_in_horizon * a.amount, a.opportunity.row) <
                       std::pair(-b.win_in_horizon * b.amount, b.opportunity.row);
              });
    return forecast;
  }

 private:
  double FactorOf(int month) const {
    const auto outer = model_.outside.find(month);
    return model_.win_season[static_cast<size_t>(month % 12)] *
           (outer == model_.outside.end() ? 1 : outer->second);
  }
  // The share won within the months, from a cumulated share by day; `from` is the day before the
  // first of them.
  std::vector<double> Split(const std::vector<double>& won, Date from) const {
    std::vector<double> by_month;
    const auto until = [&](Date day) {
      const int n = day.days - from.days;
      if (n <= 0 || won.empty()) return 0.0;
      return won[std::min(static_cast<size_t>(n), won.size()) - 1];
    };
    for (const int m : months_) {
      by_month.push_back(
          (until(AddDays(MonthStart(m + 1), -1)) - until(AddDays(MonthStart(m), -1))) *
          FactorOf(m));
    }
    return by_month;
  }

  void AddDeal(const Deal& d, SalesForecast& forecast) {
    const auto stage = model_.stages.find(d.stage);
    const bool own_clock = stage != model_.stages.end();
    const HazardCurve& curve = own_clock ? stage->second : model_.all;
    const Date start = own_clock ? d.stage_since : d.opened;
    const double half = LogOddsOf(model_, d) / 2;
    constexpr int kThreeYears = 1096;
    const Incidence outlook = IncidenceFrom(curve, std::max(0, model_.day.days - start.days),
                                            std::max(days_, kThreeYears),
                                            std::exp(half) * (own_clock ? 1 : model_.win_scale),
                                            std::exp(-half) * (own_clock ? 1 : model_.lose_scale));
    Candidate c;
    c.by_month = Split(outlook.won, model_.day);
    const bool estimated = amounts_.Estimated(known_, d);
    c.pool = estimated ? &amounts_.ratios : &amounts_.Pool(d);
    c.times = model_.level * (estimated ? *d.amount : 1);
    DealOutlook line;
    line.opportunity = d.opportunity;
    line.win = outlook.won_ever;
    for (const double p : c.by_month) line.win_in_horizon += p;
    line.win_in_horizon = std::min(1.0, line.win_in_horizon);
    line.amount = MeanOf(*c.pool) * c.times;
    line.clock = own_clock ? d.stage : "";
    const double closing = outlook.won[kThreeYears - 1] + outlook.lost[kThreeYears - 1];
    for (int i = 0; i < kThreeYears && closing > 0.01; ++i) {
      const auto at = static_cast<size_t>(i);
      if (outlook.won[at] + outlook.lost[at] < closing / 2) continue;
      line.closes = AddDays(model_.day, i + 1);
      break;
    }
    forecast.deals.push_back(line);
    candidates_.push_back(std::move(c));
  }

  // Wins by month from deals opened in each month of the horizon, for one deal opened.
  void AddNew() {
    const Incidence fresh =
        IncidenceFrom(model_.all, -1, days_ + 1, model_.win_scale, model_.lose_scale);
    for (const int opened : months_) {
      const Date begin = std::max(MonthStart(opened), AddDays(model_.day, 1));
      const int days = MonthStart(opened + 1).days - begin.days;
      std::vector<double> mean(months_.size());
      for (int i = 0; i < days; ++i) {
        const std::vector<double> one = Split(fresh.won, AddDays(begin, i - 1));
        for (size_t m = 0; m < mean.size(); ++m) mean[m] += one[m] / days;
      }
      const double share =
          static_cast<double>(days) / (MonthStart(opened + 1).days - MonthStart(opened).days);
      opened_.push_back(model_.opened_a_month * share *
                        model_.open_season[static_cast<size_t>(opened % 12)]);
      fresh_.push_back(std::move(mean));
    }
  }

  void Draw(SalesForecast& forecast) {
    const auto deals = static_cast<int64_t>(candidates_.size());
    forecast.draws = std::clamp<int64_t>(20'000'000 / (deals + 1), 400, 4000);
    Draws draws(options_.seed);
    const size_t n = months_.size();
    std::vector<std::vector<double>> total(n), open(n);
    std::vector<double> factors(n), month_open(n), month_new(n);
    std::vector<double> won_deals(n);
    for (int64_t i = 0; i < forecast.draws; ++i) {
      const double rate = draws.Factor(model_.rate_error * model_.rate_error);
      for (double& f : factors) f = rate * draws.Factor(model_.excess);
      std::fill(month_open.begin(), month_open.end(), 0);
      std::fill(month_new.begin(), month_new.end(), 0);
      for (const Candidate& c : candidates_) {
        double u = draws.Unit();
        for (size_t m = 0; m < n; ++m) {
          u -= c.by_month[m] * factors[m];
          if (u >= 0) continue;
          month_open[m] += c.times * draws.Of(*c.pool);
          ++won_deals[m];
          break;
        }
      }
      DrawNew(draws, factors, month_new, won_deals);
      for (size_t m = 0; m < n; ++m) {
        open[m].push_back(month_open[m]);
        total[m].push_back(month_open[m] + month_new[m]);
      }
    }
    for (size_t m = 0; m < n; ++m) {
      forecast.months.push_back(Summarise(m, total[m], open[m]));
      forecast.months.back().won_deals = won_deals[m] / static_cast<double>(forecast.draws);
    }
  }

  void DrawNew(Draws& draws, const std::vector<double>& factors, std::vector<double>& sums,
               std::vector<double>& won_deals) {
    std::vector<double> opened;
    for (const double mean : opened_) opened.push_back(mean * draws.Factor(model_.open_excess));
    for (size_t m = 0; m < sums.size(); ++m) {
      double mean = 0;
      for (size_t j = 0; j <= m; ++j) mean += opened[j] * fresh_[j][m] * factors[m];
      const int64_t wins = draws.Poisson(mean);
      for (int64_t w = 0; w < wins; ++w) sums[m] += model_.level * draws.Of(amounts_.all);
      won_deals[m] += static_cast<double>(wins);
    }
  }

  SalesMonth Summarise(size_t m, std::vector<double>& total, std::vector<double>& open) const {
    constexpr double kLevels[] = {0.5, 0.8, 0.95};
    SalesMonth month;
    month.month = months_[m];
    month.mean = MeanOf(total);
    month.level = model_.level;
    for (const double t : total) month.variance += (t - month.mean) * (t - month.mean);
    month.variance = std::max(0.0, month.variance / static_cast<double>(total.size()) -
                                       month.mean * month.mean * model_.excess);
    month.from_open = MeanOf(open);
    if (const auto quota = options_.quotas.find(month.month); quota != options_.quotas.end()) {
      month.quota = quota->second;
      for (const double t : total) month.reach += t >= month.quota ? 1 : 0;
      month.reach /= static_cast<double>(total.size());
    }
    std::sort(total.begin(), total.end());
    std::sort(open.begin(), open.end());
    const auto at = [](const std::vector<double>& sorted, double q) {
      return sorted[static_cast<size_t>(q * static_cast<double>(sorted.size() - 1) + 0.5)];
    };
    for (size_t level = 0; level < 3; ++level) {
      const double tail = (1 - kLevels[level]) / 2;
      month.low[level] = at(total, tail);
      month.high[level] = at(total, 1 - tail);
      month.open_low[level] = at(open, tail);
      month.open_high[level] = at(open, 1 - tail);
    }
    return month;
  }

  const DealBook& known_;
  const SalesModel& model_;
  const SalesOptions& options_;
  const Amounts amounts_;
  std::vector<int> months_;
  int days_ = 0;
  std::vector<Candidate> candidates_;
  std::vector<double> opened_;
  std::vector<std::vector<double>> fresh_;
};

}  // namespace

SalesForecast ForecastSales(const DealBook& known, const SalesModel& model,
                            const SalesOptions& options) {
  return Simulation(known, model, options).Run();
}

}  // namespace relata
