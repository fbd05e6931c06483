// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>

#include "relata/score/sales_model.h"
#include "score/special.h"

namespace relata {
namespace {

// What is believed of forgetting before any month was seen, and how firmly.
constexpr double kUsualKeep = 0.9;
constexpr double kKeepSpread = 0.15;

// Of the next count, a negative binomial one; the level is updated by it.
double Observe(RateLevel& level, const MonthRate& seen) {
  const double a = level.events *= level.keep;
  const double b = level.exposure *= level.keep;
  double log_likelihood = 0;
  if (a > 0 && b > 0 && seen.expected > 0) {
    log_likelihood = internal::LogGamma(a + seen.actual) - internal::LogGamma(a) -
                     internal::LogGamma(seen.actual + 1) + a * std::log(b / (b + seen.expected)) +
                     seen.actual * std::log(seen.expected / (b + seen.expected));
  }
  level.events += seen.actual;
  level.exposure += seen.expected;
  return log_likelihood;
}

}  // namespace

RateLevel FitLevel(std::span<const MonthRate> months, double usual) {
  RateLevel best;
  double highest = -HUGE_VAL;
  for (int percent = 30; percent <= 100; percent += 5) {
    RateLevel level;
    level.keep = percent / 100.0;
    level.events = level.exposure = usual;
    const double apart = (level.keep - kUsualKeep) / kKeepSpread;
    double log_posterior = -apart * apart / 2;
    for (const MonthRate& month : months) log_posterior += Observe(level, month);
    if (log_posterior <= highest) continue;
    highest = log_posterior;
    best = level;
  }
  return best;
}

double RateLevel::Mean() const { return exposure > 0 ? events / exposure : 0; }

double RateLevel::Variance(int ahead) const {
  const double known = events * std::pow(keep, ahead);
  return known > 0 ? std::min(1.0, 1 / known) : 1;
}

}  // namespace relata
