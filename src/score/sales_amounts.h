// SPDX-License-Identifier: Apache-2.0
//
// What won deals brought, as the sales forecast draws it: what the same offer brought before, as
// far as it is known apart, else what all did; or a ratio of outcome to estimate.
//
// How far an offer's own amounts are trusted is their credibility n / (n + k), k the variance
// within offers over that between them (Buehlmann and Straub 1970). That a mean of n amounts is
// itself uncertain, by their variance over n, is drawn too: one factor a pool and draw.

#ifndef RELATA_SRC_SCORE_SALES_AMOUNTS_H_
#define RELATA_SRC_SCORE_SALES_AMOUNTS_H_

#include <map>
#include <string>
#include <vector>

#include "relata/score/sales_model.h"

namespace relata::internal {

struct AmountPool {
  std::vector<double> values;
  double mean = 0;
  double square = 0;  // mean of the squares
  double error = 0;   // relative variance of the mean
};

// Amounts are drawn from pool `own` with probability `trust`, else from `other`.
struct AmountSource {
  size_t own = 0;
  size_t other = 0;
  double trust = 1;
};

class Amounts {
 public:
  Amounts(const DealBook& known, const SalesModel& model);

  // Whether the deal's amount is an estimate: a ratio is drawn, to multiply it with.
  bool Estimated(const Deal& deal) const;
  AmountSource Of(const Deal& deal) const;
  AmountSource OnCurve(const std::string& name) const;  // of deals not yet opened

  const std::vector<AmountPool>& pools() const { return pools_; }
  double Mean(const AmountSource& source) const;
  double Square(const AmountSource& source) const;

 private:
  size_t Add(std::vector<double> values);
  void Weigh();

  bool estimates_;
  std::vector<AmountPool> pools_;  // all, ratios, then offers and curves
  std::map<std::string, size_t> by_offer_;
  std::map<std::string, size_t> by_curve_;
  double strength_ = 0;  // k above
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_SALES_AMOUNTS_H_
