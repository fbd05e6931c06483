// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>

#include "relata/score/sales_model.h"

namespace relata {

int MonthOf(Date day) {
  const CivilDay c = ToCivil(day);
  return c.year * 12 + c.month - 1;
}

Date MonthStart(int month) { return MakeDate(month / 12, month % 12 + 1, 1); }

namespace {

// The deals that are open, each with its factor.
struct Risk {
  double win = 0;
  double lose = 0;
};

}  // namespace

HazardCurve FitHazards(std::span<const DealDuration> durations, int64_t enough) {
  HazardCurve curve;
  curve.deals = static_cast<int64_t>(durations.size());
  int longest = 0;
  for (const DealDuration& d : durations) longest = std::max(longest, d.days);
  const auto size = static_cast<size_t>(longest) + 1;
  std::vector<double> won(size), lost(size), left(size);
  Risk whole;
  std::vector<Risk> leaving(size);
  for (const DealDuration& d : durations) {
    const auto at = static_cast<size_t>(std::max(0, d.days));
    if (d.end == DealEnd::kWon) ++won[at];
    if (d.end == DealEnd::kLost) ++lost[at];
    ++left[at];
    leaving[at].win += d.win;
    leaving[at].lose += d.lose;
    whole.win += d.win;
    whole.lose += d.lose;
    curve.won += d.end == DealEnd::kWon ? 1 : 0;
    curve.lost += d.end == DealEnd::kLost ? 1 : 0;
  }
  // Those who are cut off on a day were still at risk on it.
  double at_risk = static_cast<double>(durations.size());
  Risk risk = whole;
  size_t day = 0;
  for (; day < size && at_risk >= static_cast<double>(enough); ++day) {
    curve.win.push_back(won[day] / risk.win);
    curve.lose.push_back(lost[day] / risk.lose);
    at_risk -= left[day];
    risk.win -= leaving[day].win;
    risk.lose -= leaving[day].lose;
  }
  // The tail: events over days at risk in the last quarter of the days above and all beyond.
  const size_t from = day - day / 4;
  Risk exposure;
  double tail_won = 0;
  double tail_lost = 0;
  risk = whole;
  for (size_t a = 0; a < size; ++a) {
    if (a >= from) {
      exposure.win += risk.win;
      exposure.lose += risk.lose;
      tail_won += won[a];
      tail_lost += lost[a];
    }
    risk.win -= leaving[a].win;
    risk.lose -= leaving[a].lose;
  }
  if (exposure.win > 0) curve.tail_win = tail_won / exposure.win;
  if (exposure.lose > 0) curve.tail_lose = tail_lost / exposure.lose;
  return curve;
}

Incidence IncidenceFrom(const HazardCurve& curve, int age, int days, double win_factor,
                        double lose_factor) {
  constexpr int kEver = 3653;
  Incidence out;
  double open = 1;
  double won = 0;
  double lost = 0;
  for (int i = 0; i < std::max(days, kEver) && (open > 1e-9 || i < days); ++i) {
    const auto at = static_cast<size_t>(age + i + 1);
    const bool tail = at >= curve.win.size();
    double win = (tail ? curve.tail_win : curve.win[at]) * win_factor;
    double lose = (tail ? curve.tail_lose : curve.lose[at]) * lose_factor;
    if (const double both = win + lose; both > 1) {
      win /= both;
      lose /= both;
    }
    won += open * win;
    lost += open * lose;
    open *= 1 - win - lose;
    if (i < days) {
      out.won.push_back(won);
      out.lost.push_back(lost);
    }
  }
  out.won_ever = won;
  return out;
}

}  // namespace relata
