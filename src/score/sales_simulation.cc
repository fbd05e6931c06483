// SPDX-License-Identifier: Apache-2.0
//
// Months drawn from the sales model.

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "relata/score/sales_model.h"
#include "score/sales_amounts.h"
#include "score/sales_rates.h"

namespace relata {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed) {}
  // A variance about `mean`, as it may be when it was seen `n` times: mean * n over a chi-square of
  // n degrees (Wilson and Hilferty 1931).
  double Variance(double mean, double n) {
    const double root = 1 - 2 / (9 * n) + Normal() * std::sqrt(2 / (9 * n));
    return mean / std::max(0.05, root * root * root);
  }
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
  double Factor(double variance) { return variance <= 0 ? 1 : Factor(variance, Normal()); }
  static double Factor(double variance, double normal) {
    const double s2 = std::log1p(variance);
    return std::exp(std::sqrt(s2) * normal - s2 / 2);
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

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// One open deal made ready to be drawn.
struct Candidate {
  std::vector<double> by_month;  // probability to be won in it
  internal::AmountSource amount;
  double times = 1;
};

// Deals of one curve that will be opened in one month.
struct NewDeals {
  size_t month = 0;
  double opened = 0;           // how many
  std::vector<double> won_in;  // by month, of one
  internal::AmountSource amount;
};

class Simulation {
 public:
  Simulation(const DealBook& known, const SalesModel& model, const SalesOptions& options)
      : known_(known), model_(model), options_(options), amounts_(known, model) {
    const int first = MonthOf(AddDays(model.day, 1));
    for (int m = 0; m < options.months; ++m) months_.push_back(first + m);
    days_ = MonthStart(first + options.months).days - model.day.days - 1;
    naive_ = NaiveMean(known, model.day, model.extent.closings_from);
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
    const internal::DealClock clock = internal::BestClock(model_, d);
    constexpr int kThreeYears = 1096;
    const Incidence outlook =
        IncidenceFrom(*clock.curve, std::max(0, model_.day.days - clock.start.days),
                      std::max(days_, kThreeYears), clock.win, clock.lose);
    Candidate c;
    c.by_month = Split(outlook.won, model_.day);
    c.amount = amounts_.Of(d);
    c.times = model_.level * (amounts_.Estimated(d) ? *d.amount : 1);
    DealOutlook line;
    line.opportunity = d.opportunity;
    line.win = outlook.won_ever;
    for (const double p : c.by_month) line.win_in_horizon += p;
    // The season moves wins from month to month; it makes no more of them.
    if (line.win_in_horizon > line.win) {
      for (double& p : c.by_month) p *= line.win / line.win_in_horizon;
      line.win_in_horizon = line.win;
    }
    line.amount = amounts_.Mean(c.amount) * c.times;
    line.clock = clock.in_stage ? d.stage : "";
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

  // Wins by month from deals opened in each month of the horizon, for one deal opened on each
  // curve.
  void AddNew() {
    if (model_.extent.openings_until) return;
    std::map<std::string, int64_t> opened;
    const Date since =
        std::max(AddDays(model_.day, -365), model_.extent.closings_from.value_or(known_.first));
    int64_t all = 0;
    for (const Deal& d : known_.deals) {
      if (d.opened < since) continue;
      ++opened[internal::AgeCurveOf(model_, d)];
      ++all;
    }
    for (const auto& [name, count] : opened) {
      const auto curve = model_.by_age.curves.find(name);
      const bool apart = opened.size() > 1 && curve != model_.by_age.curves.end();
      AddNewOn(apart ? curve->second : model_.all, amounts_.OnCurve(name),
               static_cast<double>(count) / static_cast<double>(all));
    }
  }
  void AddNewOn(const HazardCurve& curve, const internal::AmountSource& amount, double share) {
    const Incidence fresh = IncidenceFrom(curve, -1, days_ + 1);
    for (size_t o = 0; o < months_.size(); ++o) {
      const int opened = months_[o];
      const Date begin = std::max(MonthStart(opened), AddDays(model_.day, 1));
      const int days = MonthStart(opened + 1).days - begin.days;
      NewDeals deals;
      deals.month = o;
      deals.won_in.resize(months_.size());
      for (int i = 0; i < days; ++i) {
        const std::vector<double> one = Split(fresh.won, AddDays(begin, i - 1));
        for (size_t m = 0; m < one.size(); ++m) deals.won_in[m] += one[m] / days;
      }
      const double whole = MonthStart(opened + 1).days - MonthStart(opened).days;
      deals.opened = model_.openings.Mean() * share * days / whole *
                     model_.open_season[static_cast<size_t>(opened % 12)];
      deals.amount = amount;
      fresh_.push_back(std::move(deals));
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
      const double excess = draws.Variance(model_.excess, std::max(3.0, model_.excess_known));
      for (size_t m = 0; m < n; ++m) {
        factors[m] = rate * draws.Factor(excess + SeasonError(m));
      }
      means_.clear();
      for (const internal::AmountPool& pool : amounts_.pools()) {
        means_.push_back(draws.Factor(pool.error));
      }
      std::fill(month_open.begin(), month_open.end(), 0);
      std::fill(month_new.begin(), month_new.end(), 0);
      for (const Candidate& c : candidates_) {
        double u = draws.Unit();
        for (size_t m = 0; m < n; ++m) {
          u -= c.by_month[m] * factors[m];
          if (u >= 0) continue;
          month_open[m] += c.times * Amount(draws, c.amount);
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
    std::vector<double> busy;  // how many more deals are opened in each month
    const double luck = draws.Normal();
    for (size_t m = 0; m < months_.size(); ++m) {
      busy.push_back(Draws::Factor(model_.openings.Variance(static_cast<int>(m) + 1), luck));
    }
    for (const NewDeals& deals : fresh_) {
      for (size_t m = deals.month; m < sums.size(); ++m) {
        const int64_t wins =
            draws.Poisson(deals.opened * busy[deals.month] * deals.won_in[m] * factors[m]);
        for (int64_t w = 0; w < wins; ++w) sums[m] += model_.level * Amount(draws, deals.amount);
        won_deals[m] += static_cast<double>(wins);
      }
    }
  }

  double Amount(Draws& draws, const internal::AmountSource& source) const {
    const size_t pool = draws.Unit() < source.trust ? source.own : source.other;
    return means_[pool] * draws.Of(amounts_.pools()[pool].values);
  }

  double SeasonError(size_t m) const {
    return model_.season_error[static_cast<size_t>(months_[m] % 12)];
  }

  // Of a month's sales, were every rate known.
  double VarianceByChance(size_t m) const {
    std::vector<double> from_pool(amounts_.pools().size());
    double variance = 0;
    const auto add = [&](const internal::AmountSource& s, double wins, double times) {
      const std::vector<internal::AmountPool>& pools = amounts_.pools();
      from_pool[s.own] += wins * times * s.trust * pools[s.own].mean;
      from_pool[s.other] += wins * times * (1 - s.trust) * pools[s.other].mean;
      variance += wins * times * times * amounts_.Square(s);
    };
    for (const Candidate& c : candidates_) {
      const double mean = c.by_month[m] * c.times * amounts_.Mean(c.amount);
      add(c.amount, c.by_month[m], c.times);
      variance -= mean * mean;
    }
    for (const NewDeals& deals : fresh_) {
      const double wins = deals.month <= m ? deals.opened * deals.won_in[m] : 0;
      const double mean = wins * model_.level * amounts_.Mean(deals.amount);
      add(deals.amount, wins, model_.level);
      variance += mean * mean * model_.openings.Variance(static_cast<int>(deals.month) + 1);
    }
    for (size_t i = 0; i < from_pool.size(); ++i) {
      variance += from_pool[i] * from_pool[i] * amounts_.pools()[i].error;
    }
    return variance;
  }

  // Widens the draws about their mean by as much as forecasts before were off.
  void Spread(std::vector<double>& open, const SalesMonth& month) const {
    if (model_.open_spread <= 1 || month.from_open <= 0) return;
    const double relative = month.open_variance / (month.from_open * month.from_open);
    Draws draws(options_.seed + 1);
    for (double& t : open) t *= draws.Factor((model_.open_spread - 1) * relative);
  }

  SalesMonth Summarise(size_t m, std::vector<double>& total, std::vector<double>& open) const {
    constexpr double kLevels[] = {0.5, 0.8, 0.95};
    SalesMonth month;
    month.month = months_[m];
    month.own = MeanOf(total);
    month.level = model_.level;
    month.variance =
        VarianceByChance(m) +
        month.own * month.own * (model_.rate_error * model_.rate_error + SeasonError(m));
    // What the last months say moves all draws alike.
    const double weight = model_.extent.openings_until ? 0 : model_.naive_weight;
    const double mixed = (1 - weight) * month.own + weight * naive_;
    const double move = month.own > 0 ? mixed / month.own : 1;
    for (double& t : total) t *= move;
    for (double& t : open) t *= move;
    month.mean = MeanOf(total);
    month.from_open = MeanOf(open);
    for (const double t : open) {
      month.open_variance +=
          (t - month.from_open) * (t - month.from_open) / static_cast<double>(open.size());
    }
    Spread(open, month);
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
  const internal::Amounts amounts_;
  std::vector<double> means_;  // factors on the amounts of each pool, in the draw at hand
  std::vector<int> months_;
  int days_ = 0;
  double naive_ = 0;
  std::vector<Candidate> candidates_;
  std::vector<NewDeals> fresh_;
};

}  // namespace

SalesForecast ForecastSales(const DealBook& known, const SalesModel& model,
                            const SalesOptions& options) {
  return Simulation(known, model, options).Run();
}

}  // namespace relata
