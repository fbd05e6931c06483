// SPDX-License-Identifier: Apache-2.0
//
// Special functions of statistics: Boost.Math behind one guard, as it reports bad arguments by
// exceptions. Every function gives NaN where it is not defined.

#ifndef RELATA_SRC_SCORE_SPECIAL_H_
#define RELATA_SRC_SCORE_SPECIAL_H_

#include <functional>

namespace relata::internal {

double LogGamma(double x);  // x > 0
double Digamma(double x);   // x > 0
double Trigamma(double x);  // x > 0

// I_z(p, q), the regularised incomplete beta function.
double IncompleteBeta(double p, double q, double z);

// P(T > t) of Student's distribution.
double StudentTail(double t, double degrees);

// z of the standard normal distribution with P(Z <= z) = p.
double NormalQuantile(double p);

// Gauss's series for 0 <= z < 1, summed to full precision; c is no integer below 1. Meant for
// arguments whose terms fall at once, after Euler's transformation.
double Hypergeometric2F1(double a, double b, double c, double z);

// The integral of `f` from 0 to `end`, smooth and steep near 0.
double Integrate(const std::function<double(double)>& f, double end);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_SPECIAL_H_
