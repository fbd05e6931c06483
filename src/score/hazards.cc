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

HazardCurve FitHazards(std::span<const DealDuration> durations, int64_t enough) {
  HazardCurve curve;
  curve.deals = static_cast<int64_t>(durations.size());
  int longest = 0;
  for (const DealDuration& d : durations) longest = std::max(longest, d.days);
  const auto size = static_cast<size_t>(longest) + 1;
  std::vector<double> won(size), lost(size), left(size);
  for (const DealDuration& d : durations) {
    const auto at = static_cast<size_t>(std::max(0, d.days));
    if (d.end == DealEnd::kWon) ++won[at];
    if (d.end == DealEnd::kLost) ++lost[at];
    ++left[at];
    curve.won += d.end == DealEnd::kWon ? 1 : 0;
    curve.lost += d.end == DealEnd::kLost ? 1 : 0;
  }
  // Those who are cut off on a day were still at risk on it.
  double at_risk = static_cast<double>(durations.size());
  size_t day = 0;
  for (; day < size && at_risk >= static_cast<double>(enough); ++day) {
    curve.win.push_back(won[day] / at_risk);
    curve.lose.push_back(lost[day] / at_risk);
    at_risk -= left[day];
  }
  // The tail: events over days at risk in the last quarter of the days above and all beyond.
  const size_t from = day - day / 4;
  double exposure = 0;
  double tail_won = 0;
  double tail_lost = 0;
  at_risk = static_cast<double>(durations.size());
  for (size_t a = 0; a < size; ++a) {
    if (a >= from) {
      exposure += at_risk;
      tail_won += won[a];
      tail_lost += lost[a];
    }
    at_risk -= left[a];
  }
  if (exposure > 0) {
    curve.tail_win = tail_won / exposure;
    curve.tail_lose = tail_lost / exposure;
  }
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
