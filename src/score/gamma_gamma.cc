// SPDX-License-Identifier: Apache-2.0

#include "relata/score/gamma_gamma.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "base/strings.h"
#include "score/newton.h"
#include "score/special.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Derivatives;
using internal::Digamma;
using internal::LogGamma;
using internal::Trigamma;

constexpr Eigen::Index kP = 0, kQ = 1, kGamma = 2;

// The terms that depend on x alone, for `n` customers with x purchases.
void AddCountTerm(const GammaGamma& m, double x, double n, Derivatives& d) {
  const double px = m.p * x;
  const double both = Digamma(px + m.q);
  const double both2 = Trigamma(px + m.q);
  d.value += n * (LogGamma(px + m.q) - LogGamma(px) - LogGamma(m.q) + m.q * std::log(m.gamma) +
                  px * std::log(x));
  d.gradient[kP] += n * x * (both - Digamma(px) + std::log(x));
  d.gradient[kQ] += n * (both - Digamma(m.q) + std::log(m.gamma));
  d.gradient[kGamma] += n * m.q / m.gamma;
  d.hessian(kP, kP) += n * x * x * (both2 - Trigamma(px));
  d.hessian(kP, kQ) += n * x * both2;
  d.hessian(kQ, kQ) += n * (both2 - Trigamma(m.q));
  d.hessian(kQ, kGamma) += n / m.gamma;
  d.hessian(kGamma, kGamma) -= n * m.q / (m.gamma * m.gamma);
}

void AddAmountTerm(const GammaGamma& m, const Spend& s, Derivatives& d) {
  const auto x = static_cast<double>(s.x);
  const double px = m.p * x;
  const double sum = m.gamma + s.mean * x;
  const double log_sum = std::log(sum);
  const double log_mean = std::log(s.mean);
  d.value += (px - 1) * log_mean - (px + m.q) * log_sum;
  d.gradient[kP] += x * (log_mean - log_sum);
  d.gradient[kQ] -= log_sum;
  d.gradient[kGamma] -= (px + m.q) / sum;
  d.hessian(kP, kGamma) -= x / sum;
  d.hessian(kQ, kGamma) -= 1 / sum;
  d.hessian(kGamma, kGamma) += (px + m.q) / (sum * sum);
}

Derivatives DerivativesAt(const GammaGamma& m, std::span<const Spend> spends) {
  Derivatives d(3);
  std::map<int64_t, int64_t> counts;
  for (const Spend& s : spends) {
    ++counts[s.x];
    AddAmountTerm(m, s, d);
  }
  for (const auto& [x, n] : counts) {
    AddCountTerm(m, static_cast<double>(x), static_cast<double>(n), d);
  }
  d.hessian = Eigen::MatrixXd(d.hessian.selfadjointView<Eigen::Upper>());
  return d;
}

double Correlation(std::span<const Spend> spends) {
  double sx = 0, sm = 0, sxx = 0, smm = 0, sxm = 0;
  const auto n = static_cast<double>(spends.size());
  for (const Spend& s : spends) {
    sx += static_cast<double>(s.x);
    sm += s.mean;
  }
  for (const Spend& s : spends) {
    const double x = static_cast<double>(s.x) - sx / n;
    const double m = s.mean - sm / n;
    sxx += x * x;
    smm += m * m;
    sxm += x * m;
  }
  return sxx > 0 && smm > 0 ? sxm / std::sqrt(sxx * smm) : 0;
}

}  // namespace

absl::StatusOr<SpendFit> FitGammaGamma(std::span<const Spend> spends, int64_t least) {
  if (static_cast<int64_t>(spends.size()) < std::max<int64_t>(1, least)) {
    return FailedPrecondition(
        Concat("too few customers with amounts: ", spends.size(), ", and ", least, " are needed"));
  }
  const auto n = static_cast<double>(spends.size());
  double log_mean = 0;
  for (const Spend& s : spends) {
    if (s.x < 1 || !(s.mean > 0) || !std::isfinite(s.mean)) {
      return InvalidArgument(Concat("no spend: ", s.x, " purchases of ", std::to_string(s.mean)));
    }
    log_mean += std::log(s.mean) / n;
  }
  // In units of the typical amount: cents or millions, the steps are the same.
  const double unit = std::exp(log_mean);
  std::vector<Spend> scaled(spends.begin(), spends.end());
  for (Spend& s : scaled) s.mean /= unit;
  const auto derivatives = [&](const Eigen::VectorXd& at) {
    return DerivativesAt({at[kP], at[kQ], at[kGamma]}, scaled);
  };
  // The population's mean is p gamma / (q - 1).
  Eigen::VectorXd start(3);
  start << 2, 3, 1;
  absl::StatusOr<internal::Maximum> maximum = internal::MaximisePositive(derivatives, start, n);
  if (!maximum.ok()) return Annotate(maximum.status(), "Gamma-Gamma");
  SpendFit fit;
  fit.model = {maximum->at[kP], maximum->at[kQ], maximum->at[kGamma] * unit};
  fit.standard_error = {maximum->standard_error[kP], maximum->standard_error[kQ],
                        maximum->standard_error[kGamma] * unit};
  fit.log_likelihood = maximum->value - n * log_mean;
  fit.customers = static_cast<int64_t>(spends.size());
  fit.correlation = Correlation(spends);
  fit.iterations = maximum->iterations;
  return fit;
}

double LogLikelihood(const GammaGamma& model, std::span<const Spend> spends) {
  return DerivativesAt(model, spends).value;
}

double ExpectedSpend(const GammaGamma& model, const Spend& spend) {
  const auto x = static_cast<double>(spend.x);
  const double weight = model.p * x + model.q - 1;
  if (weight <= 0) return std::numeric_limits<double>::quiet_NaN();
  return model.p * (model.gamma + x * spend.mean) / weight;
}

}  // namespace relata
