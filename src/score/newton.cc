// SPDX-License-Identifier: Apache-2.0

#include "score/newton.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace relata::internal {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostSteps = 200;
constexpr double kLongestStep = 1.5;  // of a logarithm
constexpr double kOutside = 14;       // a parameter beyond e^14 or below e^-14 has run away

// The derivatives by the logarithms of the parameters.
Derivatives ByLogarithms(const Derivatives& d, const VectorXd& at) {
  Derivatives out(at.size());
  out.value = d.value;
  out.gradient = d.gradient.cwiseProduct(at);
  out.hessian = at.asDiagonal() * d.hessian * at.asDiagonal();
  out.hessian.diagonal() += out.gradient;
  return out;
}

// A step uphill: Newton's when the function is concave enough, shorter and steeper with damping.
VectorXd Step(const Derivatives& d, double damping) {
  const Index n = d.gradient.size();
  const double size = std::max(1e-12, d.hessian.diagonal().cwiseAbs().maxCoeff());
  for (double extra = damping;; extra = std::max(extra * 4, 1e-6)) {
    const MatrixXd damped = -d.hessian + extra * size * MatrixXd::Identity(n, n);
    const Eigen::LLT<MatrixXd> cholesky(damped);
    if (cholesky.info() != Eigen::Success) continue;
    VectorXd step = cholesky.solve(d.gradient);
    const double longest = step.cwiseAbs().maxCoeff();
    if (longest > kLongestStep) step *= kLongestStep / longest;
    return step;
  }
}

}  // namespace

absl::StatusOr<Maximum> MaximisePositive(
    const std::function<Derivatives(const VectorXd&)>& function, VectorXd start, double scale) {
  const auto lost = [] {
    return FailedPrecondition(
        "the likelihood has no maximum inside: the data do not tell the parameters apart");
  };
  VectorXd log = start.array().log();
  Derivatives raw = function(start);
  Derivatives here = ByLogarithms(raw, start);
  if (!std::isfinite(here.value) || !here.hessian.allFinite()) return lost();
  double damping = 0;
  Maximum found;
  for (; found.iterations < kMostSteps; ++found.iterations) {
    if (here.gradient.cwiseAbs().maxCoeff() <= 1e-10 * scale) break;
    const VectorXd step = Step(here, damping);
    const VectorXd next_log = log + step;
    if (next_log.cwiseAbs().maxCoeff() > kOutside) return lost();
    const VectorXd next = next_log.array().exp();
    Derivatives next_raw = function(next);
    const bool better = std::isfinite(next_raw.value) && next_raw.hessian.allFinite() &&
                        next_raw.value >= here.value;
    if (!better) {
      // At the top the rounding of the sum decides; nothing more is to be had there.
      if (step.cwiseAbs().maxCoeff() < 1e-9) break;
      damping = std::max(damping * 8, 1e-4);
      if (damping > 1e12) return lost();
      continue;
    }
    damping = damping < 1e-5 ? 0 : damping / 8;
    log = next_log;
    raw = std::move(next_raw);
    here = ByLogarithms(raw, next);
  }
  found.at = log.array().exp();
  found.value = here.value;
  // Concave in the logarithms, or it is no maximum.
  const Eigen::SelfAdjointEigenSolver<MatrixXd> shape(-here.hessian);
  if (found.iterations == kMostSteps || shape.eigenvalues().minCoeff() <= 1e-7 * scale / 1000) {
    return lost();
  }
  const VectorXd variance =
      (-here.hessian).inverse().diagonal().cwiseProduct(found.at).cwiseProduct(found.at);
  found.standard_error = variance.cwiseMax(0).cwiseSqrt();
  return found;
}

}  // namespace relata::internal
