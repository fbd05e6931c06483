// SPDX-License-Identifier: Apache-2.0

#include "relata/score/proportion.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace relata {
namespace {

constexpr double kZ95 = 1.959963984540054;

double LogChoose(int64_t n, int64_t k) {
  return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
         std::lgamma(static_cast<double>(n - k) + 1);
}

}  // namespace

ShareInterval WilsonInterval(int64_t hits, int64_t n) {
  if (n <= 0) return {0, 1};
  const auto size = static_cast<double>(n);
  const double share = static_cast<double>(hits) / size;
  const double z2 = kZ95 * kZ95;
  const double centre = (share + z2 / (2 * size)) / (1 + z2 / size);
  const double spread =
      kZ95 / (1 + z2 / size) * std::sqrt(share * (1 - share) / size + z2 / (4 * size * size));
  // At 0 and at n the bound is exactly there.
  return {hits == 0 ? 0 : std::max(0.0, centre - spread),
          hits == n ? 1 : std::min(1.0, centre + spread)};
}

double FisherExact(int64_t hits_a, int64_t n_a, int64_t hits_b, int64_t n_b) {
  const int64_t hits = hits_a + hits_b;
  const auto log_p = [&](int64_t a) {
    return LogChoose(n_a, a) + LogChoose(n_b, hits - a) - LogChoose(n_a + n_b, hits);
  };
  // Splits as likely as the one seen count, whatever the rounding of their logarithms.
  const double seen = log_p(hits_a) + 1e-7;
  double p = 0;
  for (int64_t a = std::max<int64_t>(0, hits - n_b); a <= std::min(n_a, hits); ++a) {
    const double l = log_p(a);
    if (l <= seen) p += std::exp(l);
  }
  return std::min(1.0, p);
}

std::vector<double> FalseDiscoveryRates(std::span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> rates(p_values.size());
  double least = 1;
  for (size_t i = order.size(); i > 0; --i) {
    const size_t at = order[i - 1];
    least =
        std::min(least, p_values[at] * static_cast<double>(order.size()) / static_cast<double>(i));
    rates[at] = least;
  }
  return rates;
}

double PriorStrength(std::span<const GroupShare> groups) {
  constexpr double kLeast = 2;
  constexpr double kMost = 1000;
  double n = 0;
  double hits = 0;
  double squares = 0;
  for (const GroupShare& g : groups) {
    n += static_cast<double>(g.n);
    hits += static_cast<double>(g.hits);
    squares += static_cast<double>(g.n) * static_cast<double>(g.n);
  }
  if (groups.size() < 2 || hits <= 0 || hits >= n) return kMost;
  const double pooled = hits / n;
  double spread = 0;
  for (const GroupShare& g : groups) {
    if (g.n == 0) continue;
    const double d = static_cast<double>(g.hits) / static_cast<double>(g.n) - pooled;
    spread += static_cast<double>(g.n) * d * d;
  }
  // E[spread] = pooled (1 - pooled) [(k - 1) (1 - rho) + rho (n - squares / n)]
  const double k = static_cast<double>(groups.size()) - 1;
  const double unit = pooled * (1 - pooled);
  const double rho = (spread / unit - k) / (n - squares / n - k);
  if (!(rho > 0)) return kMost;
  return std::clamp(1 / rho - 1, kLeast, kMost);
}

double Shrunk(const GroupShare& group, double pooled, double strength) {
  return (static_cast<double>(group.hits) + strength * pooled) /
         (static_cast<double>(group.n) + strength);
}

}  // namespace relata
