// SPDX-License-Identifier: Apache-2.0

#include "relata/score/evaluation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "relata/score/proportion.h"

namespace relata {
namespace {

constexpr double kZ = 1.959963984540054;  // of the normal distribution, 95 percent both sides

// Ranks from 1, ties sharing their mean.
std::vector<double> MidRanks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t i = 0; i < order.size();) {
    size_t j = i;
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    for (size_t k = i; k < j; ++k) {
      ranks[order[k]] = (static_cast<double>(i) + static_cast<double>(j) + 1) / 2;
    }
    i = j;
  }
  return ranks;
}

double Variance(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double square = 0;
  for (const double v : values) square += (v - mean) * (v - mean);
  return square / (n - 1);
}

std::vector<size_t> BestFirst(std::span<const double> probabilities) {
  std::vector<size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return probabilities[a] > probabilities[b]; });
  return order;
}

void AddReliability(std::span<const double> probabilities, std::span<const uint8_t> truths,
                    const std::vector<size_t>& best_first, Evaluation& e) {
  const size_t n = best_first.size();
  const size_t lines = std::min<size_t>(10, n);
  for (size_t line = lines; line-- > 0;) {
    ReliabilityLine one;
    int64_t outcomes = 0;
    for (size_t i = n * line / lines; i < n * (line + 1) / lines; ++i) {
      ++one.records;
      one.predicted += probabilities[best_first[i]];
      outcomes += truths[best_first[i]];
    }
    one.predicted /= static_cast<double>(one.records);
    one.actual = Share(outcomes, one.records);
    e.calibration_error += std::abs(one.predicted - one.actual.value) *
                           static_cast<double>(one.records) / static_cast<double>(n);
    e.reliability.push_back(one);
  }
}

void AddLift(std::span<const uint8_t> truths, const std::vector<size_t>& best_first,
             Evaluation& e) {
  for (const double share : {0.05, 0.1, 0.2, 0.3, 0.5}) {
    const auto n = static_cast<size_t>(std::ceil(share * static_cast<double>(best_first.size())));
    double found = 0;
    for (size_t i = 0; i < n; ++i) found += truths[best_first[i]];
    const auto all = static_cast<double>(std::max<int64_t>(1, e.outcomes));
    const double captured = found / all;
    e.lift.push_back(
        {share, captured * static_cast<double>(e.records) / static_cast<double>(n), captured});
  }
}

}  // namespace

Estimate AreaUnderRoc(std::span<const double> scores, std::span<const uint8_t> truths) {
  std::vector<double> with, without;
  for (size_t i = 0; i < scores.size(); ++i) (truths[i] ? with : without).push_back(scores[i]);
  if (with.empty() || without.empty()) return {0.5, 0, 1};
  const auto m = static_cast<double>(with.size());
  const auto n = static_cast<double>(without.size());
  std::vector<double> all = with;
  all.insert(all.end(), without.begin(), without.end());
  const std::vector<double> rank = MidRanks(all);
  const std::vector<double> rank_with = MidRanks(with);
  const std::vector<double> rank_without = MidRanks(without);
  // For each record, the share of the other kind that it is ranked on the right side of.
  std::vector<double> right_with(with.size()), right_without(without.size());
  double sum = 0;
  for (size_t i = 0; i < with.size(); ++i) {
    right_with[i] = (rank[i] - rank_with[i]) / n;
    sum += right_with[i];
  }
  for (size_t i = 0; i < without.size(); ++i) {
    right_without[i] = 1 - (rank[with.size() + i] - rank_without[i]) / m;
  }
  Estimate auc;
  auc.value = sum / m;
  const double error = kZ * std::sqrt(Variance(right_with) / m + Variance(right_without) / n);
  auc.low = std::max(0.0, auc.value - error);
  auc.high = std::min(1.0, auc.value + error);
  return auc;
}

double LogLoss(std::span<const double> probabilities, std::span<const uint8_t> truths) {
  double sum = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const double p = std::clamp(probabilities[i], 1e-15, 1 - 1e-15);
    sum -= truths[i] ? std::log(p) : std::log1p(-p);
  }
  return probabilities.empty() ? 0 : sum / static_cast<double>(probabilities.size());
}

Estimate Share(int64_t k, int64_t n) {
  const ShareInterval interval = WilsonInterval(k, n);
  const double share = n <= 0 ? 0 : static_cast<double>(k) / static_cast<double>(n);
  return {share, interval.low, interval.high};
}

Evaluation Evaluate(std::span<const double> probabilities, std::span<const uint8_t> truths) {
  Evaluation e;
  e.records = static_cast<int64_t>(probabilities.size());
  for (const uint8_t truth : truths) e.outcomes += truth;
  if (e.records == 0) return e;
  e.auc = AreaUnderRoc(probabilities, truths);
  e.log_loss = LogLoss(probabilities, truths);
  const std::vector<double> base(probabilities.size(),
                                 static_cast<double>(e.outcomes) / static_cast<double>(e.records));
  e.base_log_loss = LogLoss(base, truths);
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const double off = probabilities[i] - truths[i];
    e.brier += off * off / static_cast<double>(e.records);
  }
  const std::vector<size_t> best_first = BestFirst(probabilities);
  AddReliability(probabilities, truths, best_first, e);
  AddLift(truths, best_first, e);
  return e;
}

}  // namespace relata
