// SPDX-License-Identifier: Apache-2.0
//
// L2-regularised logistic regression on a design of dense columns and of codes, each of which
// switches one weight on (one-hot without the zeros).

#ifndef RELATA_SRC_SCORE_LOGISTIC_H_
#define RELATA_SRC_SCORE_LOGISTIC_H_

#include <cstdint>
#include <span>
#include <vector>

namespace relata::internal {

// Weight 0 is the intercept, then the dense columns', then those that codes name.
struct Design {
  int64_t rows = 0;
  size_t dense_columns = 0;
  size_t code_columns = 0;
  size_t weights = 1;
  std::vector<double> dense;    // row after row
  std::vector<uint32_t> codes;  // row after row: indexes of weights
};

struct LogisticFit {
  std::vector<double> weights;
  int passes = 0;  // over the data
  bool newton = false;
};

// Minimises sum over `rows` of log(1 + exp(-y margin)) + penalty / 2 * |weights|^2, the intercept
// free. By Newton's method (iteratively reweighted least squares) where its matrix is cheap to
// make, else by L-BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.5). `truth`
// is 0 or 1 by row of the design; deterministic.
LogisticFit FitLogistic(const Design& design, std::span<const uint8_t> truth,
                        std::span<const int64_t> rows, double penalty);

// The same by L-BFGS whatever the cost of Newton's method.
LogisticFit FitLogisticByLbfgs(const Design& design, std::span<const uint8_t> truth,
                               std::span<const int64_t> rows, double penalty);

double MarginOf(const Design& design, std::span<const double> weights, int64_t row);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_LOGISTIC_H_
