// SPDX-License-Identifier: Apache-2.0
//
// RFM: recency, frequency and monetary value, the oldest segmentation of customers (Hughes 1994).
//
// Every customer gets a score from 1 (worst) to 5 (best) for how recently, how often and for how
// much they bought; the three together name a cell such as "champions". Quintiles are cut over the
// customers who bought at all: ranked, ties broken by the customer's number, and cut as SQL's
// NTILE(5) does, so that the first groups get one more when the count does not divide. The cut is
// of a stated instant and is not maintained.
//
// Pure functions; the numbers come from the graph through segment or score definitions.

#ifndef RELATA_SCORE_RFM_H_
#define RELATA_SCORE_RFM_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/time.h"

namespace relata {

// One customer's purchases up to the instant of the cut.
struct Purchases {
  Row customer = kNoRow;
  Timestamp last;      // the newest purchase
  int64_t count = 0;   // how many; 0 is not scored
  int64_t amount = 0;  // sum, in 1/10,000 of the currency's major unit
};

struct RfmScore {
  Row customer = kNoRow;
  int8_t recency = 0;  // 1 to 5; 5 is the most recent
  int8_t frequency = 0;
  int8_t monetary = 0;

  friend bool operator==(const RfmScore&, const RfmScore&) = default;
};

// Quintile scores of all customers with a purchase, ordered by customer. Linear but for the sorts.
std::vector<RfmScore> ScoreRfm(std::span<const Purchases> purchases);

// The cell's usual name, from recency and the mean of frequency and monetary value rounded up:
// champions, loyal, potential_loyalist, new, promising, needs_attention, about_to_sleep, at_risk,
// cannot_lose, hibernating, lost.
std::string_view RfmCell(const RfmScore& score);

}  // namespace relata

#endif  // RELATA_SCORE_RFM_H_
