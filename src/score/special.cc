// SPDX-License-Identifier: Apache-2.0

#include "score/special.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <exception>
#include <limits>

namespace relata::internal {
namespace {

// Computing in long double would cost twice for digits nobody asks for.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

template <class F>
double Guarded(const F& f) {
  try {
    return f();
  } catch (const std::exception&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

double LogGamma(double x) {
  return Guarded([&] { return boost::math::lgamma(x, Policy()); });
}
double Digamma(double x) {
  return Guarded([&] { return boost::math::digamma(x, Policy()); });
}
double Trigamma(double x) {
  return Guarded([&] { return boost::math::trigamma(x, Policy()); });
}

double IncompleteBeta(double p, double q, double z) {
  return Guarded([&] { return boost::math::ibeta(p, q, z, Policy()); });
}

double StudentTail(double t, double degrees) {
  return Guarded([&] {
    return boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), t));
  });
}

double NormalQuantile(double p) {
  return Guarded([&] { return boost::math::quantile(boost::math::normal(), p); });
}

double Hypergeometric2F1(double a, double b, double c, double z) {
  constexpr int kMostTerms = 2'000'000;
  double sum = 1;
  double lost = 0;  // Kahan's compensation
  double term = 1;
  for (int n = 0; n < kMostTerms; ++n) {
    const double step = (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
    term *= step;
    const double y = term - lost;
    const double next = sum + y;
    lost = (next - sum) - y;
    sum = next;
    // What is left is less than a geometric series with the ratio of the terms, or with z.
    const double ratio = std::max(std::abs(step), z);
    if (n > 2 && ratio < 1 && std::abs(term) * ratio / (1 - ratio) <= 1e-17 * std::abs(sum)) {
      return sum;
    }
  }
  return sum;
}

double Integrate(const std::function<double(double)>& f, double end) {
  // Pieces that double in length follow a function that is steep near 0.
  constexpr int kPieces = 10;
  double sum = 0;
  double from = 0;
  for (int i = kPieces - 1; i >= 0; --i) {
    const double to = end / static_cast<double>(1 << i);
    sum += boost::math::quadrature::gauss<double, 15>::integrate(f, from, to);
    from = to;
  }
  return sum;
}

}  // namespace relata::internal
