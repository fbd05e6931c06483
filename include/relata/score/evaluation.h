// SPDX-License-Identifier: Apache-2.0
//
// How good probabilities are: how well they rank, how near they are to what happens, and what is
// gained by following them.
//
// Pure functions, thread-safe. `truths` are 0 or 1, as many as there are probabilities.

#ifndef RELATA_SCORE_EVALUATION_H_
#define RELATA_SCORE_EVALUATION_H_

#include <cstdint>
#include <span>
#include <vector>

namespace relata {

// An estimate with the bounds of its 95 percent interval.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

// The area under the ROC curve: the chance that one of those with the outcome is ranked above one
// without, ties counting half. Variance by DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44,
// 837-845, computed from ranks. 0.5 with an interval from 0 to 1 when there is one outcome only.
Estimate AreaUnderRoc(std::span<const double> scores, std::span<const uint8_t> truths);

// Mean of -log of the probability given to what happened; probabilities are kept 1e-15 off 0 and 1.
double LogLoss(std::span<const double> probabilities, std::span<const uint8_t> truths);

// k of n as a share with Wilson's interval (1927).
Estimate Share(int64_t k, int64_t n);

// One tenth of the records by probability.
struct ReliabilityLine {
  int64_t records = 0;
  double predicted = 0;  // mean probability
  Estimate actual;       // share with the outcome
};

// Following the ranking through the best `share` of the records.
struct LiftLine {
  double share = 0;
  double lift = 0;      // rate of the outcome there over the rate of all
  double captured = 0;  // share of all outcomes found there
};

struct Evaluation {
  int64_t records = 0;
  int64_t outcomes = 0;  // with the outcome
  Estimate auc;
  double log_loss = 0;
  double base_log_loss = 0;      // of giving everybody the overall rate
  double brier = 0;              // mean squared error
  double calibration_error = 0;  // mean distance of predicted and actual over the lines, weighted
  std::vector<ReliabilityLine> reliability;
  std::vector<LiftLine> lift;  // best 5, 10, 20, 30, 50 percent
};

Evaluation Evaluate(std::span<const double> probabilities, std::span<const uint8_t> truths);

}  // namespace relata

#endif  // RELATA_SCORE_EVALUATION_H_
