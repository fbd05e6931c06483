// SPDX-License-Identifier: Apache-2.0
//
// The hazards of winning and losing by clock and group: the first step of the sales model.

#ifndef RELATA_SRC_SCORE_SALES_RATES_H_
#define RELATA_SRC_SCORE_SALES_RATES_H_

#include "relata/score/sales_model.h"

namespace relata::internal {

// Fills all, by_age, by_stage and amount_bounds from the deals known on the day.
void FitRates(const DealBook& known, Date day, SalesModel& model);

// What the hazards of one deal are, on the clock that fits it.
struct DealClock {
  const HazardCurve* curve = nullptr;
  Date start;
  double win = 1;  // factors
  double lose = 1;
  bool in_stage = false;
};
// The clock since opening; and, of an open deal, that of its stage when there is one.
DealClock AgeClock(const SalesModel& model, const Deal& deal);
DealClock BestClock(const SalesModel& model, const Deal& deal);

// The curve of by_age that a deal of this amount is on.
std::string AgeCurveOf(const SalesModel& model, const Deal& deal);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_SALES_RATES_H_
