// SPDX-License-Identifier: Apache-2.0

#include "relata/score/cadence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "score/special.h"

namespace relata {
namespace {

double DaysOf(Duration d) {
  return static_cast<double>(d.micros) / static_cast<double>(Days(1).micros);
}

double ChanceOfSilence(const std::vector<Duration>& intervals, Duration usual, Duration since) {
  if (since.micros <= 0) return 1;
  const auto n = static_cast<double>(intervals.size());
  double mean = 0;
  for (const Duration d : intervals) mean += std::log(DaysOf(d)) / n;
  double square = 0;
  for (const Duration d : intervals) {
    const double off = std::log(DaysOf(d)) - mean;
    square += off * off;
  }
  // Two days, each known to the day, differ by an amount with the variance 1/6 of a day squared.
  const double least = 1 / std::sqrt(6.0) / DaysOf(usual);
  const double spread = std::max(std::sqrt(square / (n - 1)), least);
  const double t = (std::log(DaysOf(since)) - mean) / (spread * std::sqrt(1 + 1 / n));
  return internal::StudentTail(t, n - 1);
}

}  // namespace

std::optional<Cadence> CadenceOf(std::span<const Timestamp> orders, Timestamp now) {
  std::vector<Timestamp> at;
  for (const Timestamp t : orders) {
    if (t <= now) at.push_back(t);
  }
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end(),
                       [](Timestamp a, Timestamp b) { return UtcDate(a) == UtcDate(b); }),
           at.end());
  if (static_cast<int64_t>(at.size()) < kLeastOrdersOfCadence) return std::nullopt;
  std::vector<Duration> intervals;
  for (size_t i = 1; i < at.size(); ++i) {
    intervals.push_back(Days(UtcDate(at[i]).days - UtcDate(at[i - 1]).days));
  }
  std::vector<Duration> sorted = intervals;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  Cadence cadence;
  cadence.orders = static_cast<int64_t>(at.size());
  cadence.usual = *middle;
  cadence.since = now - at.back();
  cadence.chance = ChanceOfSilence(intervals, cadence.usual, cadence.since);
  return cadence;
}

std::string ChanceText(double chance, Language language) {
  const bool french = language == Language::kFrench;
  const double percent = chance * 100;
  if (percent < 0.1) return french ? "moins de 0,1 %" : "under 0.1 %";
  char text[32];
  std::snprintf(text, sizeof text, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
  std::string out = text;
  if (french) std::replace(out.begin(), out.end(), '.', ',');
  return out;
}

}  // namespace relata
