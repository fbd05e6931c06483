// SPDX-License-Identifier: Apache-2.0
//
// Who is still a customer, and how often they will buy: the BG/NBD model.
//
// A customer buys at random at a rate of their own and after each purchase may have left for good
// with a chance of their own; rates are gamma distributed over the customers (r, alpha) and chances
// beta distributed (a, b). Four numbers say everything, and a customer is known by three: x, how
// many purchases after the first; t_x, the age at the last of them; T, the age now. Ages are in any
// unit of time, the same throughout: weeks in the literature and here where nothing else is said.
//
// Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
// Pareto/NBD Model, Marketing Science 24(2), 275-284: equations (6) likelihood, (9) expected
// purchases, (10) conditional expectation. P(alive) is from their note 021.
//
// The first purchase makes the customer and is not counted; purchases of one day are one purchase
// (SummarisePurchases). What the model leaves out: seasons, prices, customers alike in any other
// way than by chance. A customer without a repeat purchase is alive to it with certainty: that is
// the model's assumption, not a finding.
//
// Pure functions, thread-safe; parameters must be positive.

#ifndef RELATA_SCORE_BG_NBD_H_
#define RELATA_SCORE_BG_NBD_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "relata/base/status.h"
#include "relata/base/time.h"

namespace relata {

// One customer, or `customers` with the same history: 0 <= t_x <= T, and t_x = 0 when x = 0.
struct RepeatBuying {
  int64_t x = 0;
  double t_x = 0;
  double T = 0;
  int64_t customers = 1;

  friend bool operator==(const RepeatBuying&, const RepeatBuying&) = default;
};

// The history at `now` of a customer whose purchases are `at` (any order; those later than now are
// left out), in units of `unit`. Purchases on one UTC day are one. Nothing when there is none.
std::optional<RepeatBuying> SummarisePurchases(std::span<const Timestamp> at, Timestamp now,
                                               Duration unit);

// The same histories with equal ones counted together, ordered: all that the likelihood depends on,
// so that a fit costs what there are different histories.
std::vector<RepeatBuying> GroupHistories(std::span<const RepeatBuying> histories);

struct BgNbd {
  double r = 1;
  double alpha = 1;
  double a = 1;
  double b = 1;
};

struct BgNbdFit {
  BgNbd model;
  BgNbd
      standard_error;  // from the inverse of the observed information (the Hessian at the maximum)
  double log_likelihood = 0;
  int64_t customers = 0;
  int64_t repeat_customers = 0;  // with x > 0
  int64_t repeat_purchases = 0;
  double penalty = 0;  // what was asked for
  int iterations = 0;
};

struct BgNbdOptions {
  // Holds the parameters towards 1: penalty * customers * sum(log(parameter)^2) is taken off the
  // log likelihood. 0 is maximum likelihood. A small one (0.001) gives an answer where nobody ever
  // leaves or the customers are all alike, and the likelihood has no maximum.
  double penalty = 0;
  int64_t least_repeat_customers = 30;  // fewer are not fitted
};

// Maximum likelihood by Newton's method with the exact Hessian, in the logarithms of the
// parameters. Linear in the number of different histories; deterministic. InvalidArgument for an
// impossible history; FailedPrecondition with fewer repeat customers than the floor, or when the
// likelihood has no maximum inside (the message says what to do).
absl::StatusOr<BgNbdFit> FitBgNbd(std::span<const RepeatBuying> histories,
                                  const BgNbdOptions& options = {});

// Equation (6), summed over all customers.
double LogLikelihood(const BgNbd& model, std::span<const RepeatBuying> histories);

// The chance that the customer has not left at T.
double ProbabilityAlive(const BgNbd& model, const RepeatBuying& customer);

// Equation (10): purchases expected in (T, T + t].
double ExpectedPurchases(const BgNbd& model, const RepeatBuying& customer, double t);
// Equation (9): of somebody of whom nothing is known, in the time t after the first purchase.
double ExpectedPurchases(const BgNbd& model, double t);

// Equation (8): the chance of exactly n purchases in the time t after the first.
double ProbabilityOfPurchases(const BgNbd& model, int64_t n, double t);

// Purchases expected after T, each discounted continuously at `rate` a unit of time to T: of the
// next `horizon` units, or of all time when `horizon` is 0 (then rate > 0). The discounted expected
// residual transactions of Fader, Hardie and Lee (2005b), here by quadrature:
// integral of e^(-rate t) dE(t) = e^(-rate h) E(h) + rate * integral of e^(-rate t) E(t) dt.
double DiscountedPurchases(const BgNbd& model, const RepeatBuying& customer, double rate,
                           double horizon);

// --- How right it was

// What a customer known by `history` did in the `t` after it.
struct HeldOut {
  RepeatBuying history;
  double t = 0;
  int64_t purchases = 0;
};

// Purchases expected and made in a period the model did not see.
struct HoldOut {
  // Customers by x in the calibration period; the last line is of all with that many and more.
  struct Line {
    int64_t x = 0;
    int64_t customers = 0;
    double expected = 0;  // mean of a customer
    double actual = 0;
  };

  int64_t customers = 0;
  double expected = 0;             // total
  int64_t actual = 0;              // total
  double mean_absolute_error = 0;  // of a customer
  double root_mean_square_error = 0;
  double correlation = 0;   // Pearson's, over the customers
  std::vector<Line> lines;  // x = 0 .. 7 and more, those that occur
};
HoldOut CompareHoldOut(const BgNbd& model, std::span<const HeldOut> held_out);

}  // namespace relata

#endif  // RELATA_SCORE_BG_NBD_H_
