// SPDX-License-Identifier: Apache-2.0
//
// What a customer spends on a purchase: the Gamma-Gamma model.
//
// The amounts of a customer's purchases vary at random about a mean of their own; they are gamma
// distributed with shape p, and the scale is gamma distributed over the customers (q, gamma). A
// customer is known by x, how many purchases were averaged, and their mean amount m. With few
// purchases the expected mean is drawn towards that of everybody, with many towards the customer's.
//
// Fader, Hardie and Lee (2005), RFM and CLV: Using Iso-Value Curves for Customer Base Analysis,
// Journal of Marketing Research 42, 415-430; formulas as in Fader and Hardie's note 025 (2013),
// equations (1a) likelihood and (5) conditional expectation.
//
// The model supposes that how much is independent of how often: look at the correlation before you
// trust it (SpendFit::correlation).
//
// Pure functions, thread-safe; parameters must be positive.

#ifndef RELATA_SCORE_GAMMA_GAMMA_H_
#define RELATA_SCORE_GAMMA_GAMMA_H_

#include <cstdint>
#include <span>

#include "relata/base/status.h"

namespace relata {

// The mean amount of x purchases of one customer: x >= 1, mean > 0. The literature averages the
// repeat purchases and leaves out the first.
struct Spend {
  int64_t x = 0;
  double mean = 0;
};

struct GammaGamma {
  double p = 1;
  double q = 2;
  double gamma = 1;
};

struct SpendFit {
  GammaGamma model;
  GammaGamma standard_error;  // from the inverse of the observed information
  double log_likelihood = 0;
  int64_t customers = 0;
  double correlation = 0;  // Pearson's, of x and the mean
  int iterations = 0;
};

// Maximum likelihood by Newton's method with the exact Hessian. InvalidArgument for an impossible
// spend; FailedPrecondition below `least` customers or when the likelihood has no maximum inside.
absl::StatusOr<SpendFit> FitGammaGamma(std::span<const Spend> spends, int64_t least = 30);

double LogLikelihood(const GammaGamma& model, std::span<const Spend> spends);

// The mean amount of a purchase to be expected of this customer; of anybody when spend.x is 0,
// which needs q > 1 (NaN otherwise: the population has no mean then).
double ExpectedSpend(const GammaGamma& model, const Spend& spend);

}  // namespace relata

#endif  // RELATA_SCORE_GAMMA_GAMMA_H_
