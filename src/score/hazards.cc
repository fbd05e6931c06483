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

// The deals that are open, and each with its factor.
struct Risk {
  double deals = 0;
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
  std::vector<double> won(size), lost(size);
  std::vector<Risk> risk(size + 1);  // changes from day to day, then sums
  const auto change = [&](size_t at, const DealDuration& d, double sign) {
    risk[at].deals += sign;
    risk[at].win += sign * d.win;
    risk[at].lose += sign * d.lose;
  };
  for (const DealDuration& d : durations) {
    const auto at = static_cast<size_t>(std::max(0, d.days));
    if (d.end == DealEnd::kWon) ++won[at];
    if (d.end == DealEnd::kLost) ++lost[at];
    // Those who are cut off on a day were still at risk on it.
    change(std::min(at, static_cast<size_t>(std::max(0, d.from))), d, 1);
    change(at + 1, d, -1);
    curve.won += d.end == DealEnd::kWon ? 1 : 0;
    curve.lost += d.end == DealEnd::kLost ? 1 : 0;
  }
  size_t days = 0;
  for (size_t a = 0; a < size; ++a) {
    if (a > 0) {
      risk[a].deals += risk[a - 1].deals;
      risk[a].win += risk[a - 1].win;
      risk[a].lose += risk[a - 1].lose;
    }
    if (risk[a].deals >= static_cast<double>(enough)) days = a + 1;
  }
  for (size_t a = 0; a < days; ++a) {
    const bool any = risk[a].deals > 0.5;
    curve.win.push_back(any ? won[a] / risk[a].win : 0);
    curve.lose.push_back(any ? lost[a] / risk[a].lose : 0);
  }
  // The tail: events over days at risk in the last quarter of the days above and all beyond.
  Risk exposure;
  double tail_won = 0;
  double tail_lost = 0;
  for (size_t a = days - days / 4; a < size; ++a) {
    exposure.win += risk[a].win;
    exposure.lose += risk[a].lose;
    tail_won += won[a];
    tail_lost += lost[a];
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
