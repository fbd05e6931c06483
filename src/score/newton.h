// SPDX-License-Identifier: Apache-2.0
//
// The maximum of a log likelihood over positive parameters, by Newton's method in their logarithms
// with a step held in bounds (Levenberg and Marquardt's damping).

#ifndef RELATA_SRC_SCORE_NEWTON_H_
#define RELATA_SRC_SCORE_NEWTON_H_

#include <Eigen/Dense>
#include <functional>

#include "relata/base/status.h"

namespace relata::internal {

// A function with its first and second derivatives by the parameters themselves.
struct Derivatives {
  explicit Derivatives(Eigen::Index n)
      : gradient(Eigen::VectorXd::Zero(n)), hessian(Eigen::MatrixXd::Zero(n, n)) {}

  double value = 0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
};

struct Maximum {
  Eigen::VectorXd at;
  Eigen::VectorXd standard_error;  // of the parameters, from -hessian^-1
  double value = 0;
  int iterations = 0;
};

// FailedPrecondition when there is no maximum inside: a parameter runs away to 0 or infinity, or
// the function is flat. `scale` is the number of observations, which says when a slope is zero.
absl::StatusOr<Maximum> MaximisePositive(
    const std::function<Derivatives(const Eigen::VectorXd&)>& function, Eigen::VectorXd start,
    double scale);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_NEWTON_H_
