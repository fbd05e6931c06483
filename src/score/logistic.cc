// SPDX-License-Identifier: Apache-2.0

#include "score/logistic.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

namespace relata::internal {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double kFlat = 1e-5;       // slope a row at which the minimum is reached
constexpr double kNewtonWork = 3e8;  // multiplications a step that Newton may cost
constexpr int kMostNewtonSteps = 40;
constexpr int kMostQuasiSteps = 500;
constexpr size_t kRemembered = 10;  // pairs of L-BFGS
constexpr Index kBlock = 128;       // rows whose products stay in cache

// log(1 + e^m) without overflow.
double SoftPlus(double m) { return m > 0 ? m + std::log1p(std::exp(-m)) : std::log1p(std::exp(m)); }

class Problem {
 public:
  Problem(const Design& design, std::span<const uint8_t> truth, std::span<const int64_t> rows,
          double penalty)
      : design_(design),
        truth_(truth),
        rows_(rows),
        penalty_(penalty),
        dense_(static_cast<Index>(design.dense_columns)) {
    contiguous_ = !rows.empty() && rows.back() - rows.front() + 1 == std::ssize(rows) &&
                  std::is_sorted(rows.begin(), rows.end());
  }

  Index size() const { return static_cast<Index>(design_.weights); }
  double scale() const { return std::max<double>(1, static_cast<double>(rows_.size())); }
  int passes() const { return passes_; }

  // The objective at `w`, its slope, and its curvature when `hessian` is given (lower triangle).
  double Evaluate(const VectorXd& w, VectorXd& gradient, MatrixXd* hessian) {
    ++passes_;
    gradient.setZero(size());
    if (hessian != nullptr) hessian->setZero(size(), size());
    double loss = 0;
    for (size_t from = 0; from < rows_.size(); from += static_cast<size_t>(kBlock)) {
      const auto n = std::min(rows_.size() - from, static_cast<size_t>(kBlock));
      loss += Block(rows_.subspan(from, n), w, gradient, hessian);
    }
    VectorXd held = penalty_ * w;
    held[0] = 0;
    gradient += held;
    if (hessian != nullptr) {
      hessian->diagonal().tail(size() - 1).array() += penalty_;
      (*hessian)(0, 0) += 1e-9;  // so that a fold of one outcome only has an answer
    }
    return loss + 0.5 * held.dot(w);
  }

 private:
  // The rows of the dense part: in place where they lie together, else copied.
  Eigen::Map<const RowMatrix> DenseOf(std::span<const int64_t> rows) {
    const auto columns = static_cast<size_t>(dense_);
    if (contiguous_) {
      return {design_.dense.data() + static_cast<size_t>(rows.front()) * columns, std::ssize(rows),
              dense_};
    }
    copy_.resize(rows.size() * columns);
    for (size_t i = 0; i < rows.size(); ++i) {
      const double* row = design_.dense.data() + static_cast<size_t>(rows[i]) * columns;
      std::copy(row, row + columns, copy_.begin() + static_cast<std::ptrdiff_t>(i * columns));
    }
    return {copy_.data(), std::ssize(rows), dense_};
  }

  const uint32_t* CodesOf(int64_t row) const {
    return design_.codes.data() + static_cast<size_t>(row) * design_.code_columns;
  }

  double Block(std::span<const int64_t> rows, const VectorXd& w, VectorXd& gradient,
               MatrixXd* hessian) {
    const Index n = std::ssize(rows);
    VectorXd margin = VectorXd::Constant(n, w[0]);
    if (dense_ > 0) margin.noalias() += DenseOf(rows) * w.segment(1, dense_);
    const size_t codes = design_.code_columns;
    VectorXd off(n);
    VectorXd curve(n);
    double loss = 0;
    for (Index i = 0; i < n; ++i) {
      const int64_t row = rows[static_cast<size_t>(i)];
      const uint32_t* code = CodesOf(row);
      for (size_t c = 0; c < codes; ++c) margin[i] += w[code[c]];
      const bool yes = truth_[static_cast<size_t>(row)] != 0;
      const double p = 1 / (1 + std::exp(-margin[i]));
      loss += SoftPlus(yes ? -margin[i] : margin[i]);
      off[i] = p - (yes ? 1 : 0);
      curve[i] = p * (1 - p);
      for (size_t c = 0; c < codes; ++c) gradient[code[c]] += off[i];
    }
    gradient[0] += off.sum();
    if (dense_ > 0) gradient.segment(1, dense_).noalias() += DenseOf(rows).transpose() * off;
    if (hessian != nullptr) Curve(rows, curve, *hessian);
    return loss;
  }

  void Curve(std::span<const int64_t> rows, const VectorXd& curve, MatrixXd& h) {
    h(0, 0) += curve.sum();
    if (dense_ > 0) {
      const auto dense = DenseOf(rows);
      const MatrixXd rooted = curve.cwiseSqrt().asDiagonal() * dense;
      h.block(1, 1, dense_, dense_).selfadjointView<Eigen::Lower>().rankUpdate(rooted.transpose());
      h.col(0).segment(1, dense_).noalias() += dense.transpose() * curve;
      for (Index i = 0; i < curve.size(); ++i) {
        const uint32_t* code = CodesOf(rows[static_cast<size_t>(i)]);
        for (size_t c = 0; c < design_.code_columns; ++c) {
          h.row(code[c]).segment(1, dense_) += curve[i] * dense.row(i);
        }
      }
    }
    // Codes of later columns name later weights, so this is the lower triangle.
    for (Index i = 0; i < curve.size(); ++i) {
      const uint32_t* code = CodesOf(rows[static_cast<size_t>(i)]);
      for (size_t c = 0; c < design_.code_columns; ++c) {
        h(code[c], 0) += curve[i];
        for (size_t d = 0; d <= c; ++d) h(code[c], code[d]) += curve[i];
      }
    }
  }

  const Design& design_;
  std::span<const uint8_t> truth_;
  std::span<const int64_t> rows_;
  const double penalty_;
  const Index dense_;
  bool contiguous_ = false;
  int passes_ = 0;
  std::vector<double> copy_;
};

VectorXd Newton(Problem& problem) {
  VectorXd w = VectorXd::Zero(problem.size());
  VectorXd gradient;
  MatrixXd hessian;
  double value = problem.Evaluate(w, gradient, &hessian);
  for (int step = 0; step < kMostNewtonSteps; ++step) {
    if (gradient.cwiseAbs().maxCoeff() <= kFlat * problem.scale() * 1e-3) break;
    const Eigen::LLT<Eigen::Ref<MatrixXd>, Eigen::Lower> cholesky(hessian);
    if (cholesky.info() != Eigen::Success) break;
    const VectorXd direction = cholesky.solve(gradient);
    const double slope = gradient.dot(direction);
    if (slope <= 1e-12 * problem.scale()) break;
    // Convex, so half of a step that overshoots is one that does not, after a few halvings.
    double length = 1;
    VectorXd next_gradient;
    MatrixXd next_hessian;
    double next = 0;
    for (int halving = 0; halving < 30; ++halving, length /= 2) {
      next = problem.Evaluate(w - length * direction, next_gradient, &next_hessian);
      if (next <= value - 1e-4 * length * slope) break;
    }
    if (!(next < value)) break;
    w -= length * direction;
    value = next;
    gradient.swap(next_gradient);
    hessian.swap(next_hessian);
  }
  return w;
}

// The two-loop recursion: the remembered curvature applied to the slope.
VectorXd QuasiNewtonDirection(const VectorXd& gradient,
                              const std::deque<std::pair<VectorXd, VectorXd>>& pairs) {
  VectorXd q = gradient;
  std::vector<double> alpha(pairs.size());
  for (size_t i = pairs.size(); i-- > 0;) {
    const auto& [s, y] = pairs[i];
    alpha[i] = s.dot(q) / s.dot(y);
    q -= alpha[i] * y;
  }
  if (!pairs.empty()) {
    const auto& [s, y] = pairs.back();
    q *= s.dot(y) / y.squaredNorm();
  }
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [s, y] = pairs[i];
    q += (alpha[i] - y.dot(q) / s.dot(y)) * s;
  }
  return q;
}

VectorXd QuasiNewton(Problem& problem) {
  VectorXd w = VectorXd::Zero(problem.size());
  VectorXd gradient;
  double value = problem.Evaluate(w, gradient, nullptr);
  std::deque<std::pair<VectorXd, VectorXd>> pairs;
  for (int step = 0; step < kMostQuasiSteps; ++step) {
    if (gradient.cwiseAbs().maxCoeff() <= kFlat * problem.scale()) break;
    const VectorXd direction = QuasiNewtonDirection(gradient, pairs);
    const double slope = gradient.dot(direction);
    // The loss of a row curves by at most 1/4 of its squared length: a first step that is safe.
    double length = pairs.empty() ? 4 / problem.scale() : 1;
    VectorXd next_gradient;
    double next = 0;
    bool lower = false;
    for (int halving = 0; halving < 40 && !lower; ++halving) {
      next = problem.Evaluate(w - length * direction, next_gradient, nullptr);
      lower = next <= value - 1e-4 * length * slope;
      if (!lower) length /= 2;
    }
    if (!lower) break;
    const VectorXd s = -length * direction;
    const VectorXd y = next_gradient - gradient;
    if (s.dot(y) > 1e-12 * s.norm() * y.norm()) {
      pairs.emplace_back(s, y);
      if (pairs.size() > kRemembered) pairs.pop_front();
    }
    w += s;
    value = next;
    gradient.swap(next_gradient);
  }
  return w;
}

}  // namespace

namespace {

LogisticFit Solve(Problem& problem, bool by_newton) {
  LogisticFit fit;
  fit.newton = by_newton;
  const VectorXd w = by_newton ? Newton(problem) : QuasiNewton(problem);
  fit.weights.assign(w.data(), w.data() + w.size());
  fit.passes = problem.passes();
  return fit;
}

}  // namespace

LogisticFit FitLogistic(const Design& design, std::span<const uint8_t> truth,
                        std::span<const int64_t> rows, double penalty) {
  Problem problem(design, truth, rows, penalty);
  const auto n = static_cast<double>(rows.size());
  const auto d = static_cast<double>(design.dense_columns);
  const auto c = static_cast<double>(design.code_columns);
  const auto p = static_cast<double>(design.weights);
  return Solve(problem, n * (d * d / 8 + c * c / 2 + c * d) + p * p * p / 3 <= kNewtonWork);
}

LogisticFit FitLogisticByLbfgs(const Design& design, std::span<const uint8_t> truth,
                               std::span<const int64_t> rows, double penalty) {
  Problem problem(design, truth, rows, penalty);
  return Solve(problem, false);
}

double MarginOf(const Design& design, std::span<const double> weights, int64_t row) {
  double margin = weights[0];
  const double* dense = design.dense.data() + static_cast<size_t>(row) * design.dense_columns;
  for (size_t i = 0; i < design.dense_columns; ++i) margin += dense[i] * weights[1 + i];
  const uint32_t* code = design.codes.data() + static_cast<size_t>(row) * design.code_columns;
  for (size_t i = 0; i < design.code_columns; ++i) margin += weights[code[i]];
  return margin;
}

}  // namespace relata::internal
