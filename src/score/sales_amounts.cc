// SPDX-License-Identifier: Apache-2.0

#include "score/sales_amounts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "score/sales_rates.h"

namespace relata::internal {
namespace {

constexpr size_t kAll = 0;
constexpr size_t kRatios = 1;
constexpr size_t kLeastRatios = 20;
constexpr size_t kLeastOnCurve = 10;
constexpr double kMostError = 1;

}  // namespace

Amounts::Amounts(const DealBook& known, const SalesModel& model)
    : estimates_(known.amounts_are_estimates) {
  std::vector<double> all, ratios;
  std::map<std::string, std::vector<double>> offers, curves;
  for (const Deal& d : known.deals) {
    if (!d.closed || !d.won) continue;
    all.push_back(d.won_amount);
    if (!d.offer.empty()) offers[d.offer].push_back(d.won_amount);
    curves[AgeCurveOf(model, d)].push_back(d.won_amount);
    const double estimate =
        !d.moves.empty() && d.moves.back().amount ? *d.moves.back().amount : d.amount.value_or(0);
    if (estimates_ && estimate > 0) ratios.push_back(d.won_amount / estimate);
  }
  if (ratios.size() < kLeastRatios) ratios = {1};
  Add(std::move(all));
  Add(std::move(ratios));
  for (auto& [name, values] : offers) by_offer_[name] = Add(std::move(values));
  Weigh();
  for (auto& [name, values] : curves) {
    if (values.size() >= kLeastOnCurve) by_curve_[name] = Add(std::move(values));
  }
}

size_t Amounts::Add(std::vector<double> values) {
  AmountPool pool;
  const auto n = static_cast<double>(std::max<size_t>(1, values.size()));
  for (const double v : values) {
    pool.mean += v / n;
    pool.square += v * v / n;
  }
  if (pool.mean > 0 && n > 1) {
    const double variance = (pool.square - pool.mean * pool.mean) * n / (n - 1);
    pool.error = std::clamp(variance / (pool.mean * pool.mean) / n, 0.0, kMostError);
  }
  pool.values = std::move(values);
  pools_.push_back(std::move(pool));
  return pools_.size() - 1;
}

void Amounts::Weigh() {
  double n = 0;
  double sum = 0;
  double squares = 0;  // of the counts
  double within = 0;
  double groups = 0;
  for (const auto& [name, place] : by_offer_) {
    const AmountPool& pool = pools_[place];
    const auto count = static_cast<double>(pool.values.size());
    n += count;
    sum += count * pool.mean;
    squares += count * count;
    within += count * (pool.square - pool.mean * pool.mean);
    ++groups;
  }
  if (groups < 2 || n <= groups) return;
  within /= n - groups;
  double between = -(groups - 1) * within;
  for (const auto& [name, place] : by_offer_) {
    const double off = pools_[place].mean - sum / n;
    between += static_cast<double>(pools_[place].values.size()) * off * off;
  }
  between /= n - squares / n;
  // No difference beyond chance: nothing is gained by telling offers apart.
  strength_ = between > 0 ? within / between : HUGE_VAL;
}

bool Amounts::Estimated(const Deal& d) const {
  const bool then = !d.moves.empty() && d.moves.back().amount.has_value();
  return (estimates_ || then) && d.amount.value_or(0) > 0;
}

AmountSource Amounts::Of(const Deal& d) const {
  if (Estimated(d)) return {kRatios, kRatios, 1};
  const auto found = by_offer_.find(d.offer);
  if (found == by_offer_.end()) return {kAll, kAll, 1};
  const auto n = static_cast<double>(pools_[found->second].values.size());
  return {found->second, kAll, n / (n + strength_)};
}

AmountSource Amounts::OnCurve(const std::string& name) const {
  const auto found = by_curve_.find(name);
  const size_t place = found == by_curve_.end() ? kAll : found->second;
  return {place, place, 1};
}

double Amounts::Mean(const AmountSource& s) const {
  return s.trust * pools_[s.own].mean + (1 - s.trust) * pools_[s.other].mean;
}
double Amounts::Square(const AmountSource& s) const {
  return s.trust * pools_[s.own].square + (1 - s.trust) * pools_[s.other].square;
}

}  // namespace relata::internal
