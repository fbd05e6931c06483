// SPDX-License-Identifier: Apache-2.0
//
// RFM: recency, frequency and monetary value, the oldest segmentation of customers (Hughes 1994,
// "Strategic Database Marketing").
//
// Every customer who bought gets a score from 1 (worst) to `bins` (best) for how recently, how
// often and for how much; the three together name a cell such as "champions". How scores are cut is
// a definition of kind "rfm":
//
//   {"type": "account", "method": "ranks", "bins": 5, "whole_days": true}
//   {"type": "account", "method": "thresholds",
//    "recency_days": [30, 90, 180, 365], "frequency": [1, 2, 4, 9], "monetary": [100, 500, 1000,
//    5000], "cells": [{"name": "stars", "cells": ["55*", "545"]}, {"name": "others", "cells":
//    ["***"]}]}
//
// Methods, and what each makes of ties:
//   ntile       ranked, ties broken by the customer's number, cut as SQL's NTILE(bins): the lowest
//               groups get one more when the count does not divide. Groups are equal; equal
//               customers may be parted. With fewer customers than bins the lowest groups get one
//               each.
//   ranks       equal values share the lowest of their ranks; the range of ranks is cut in `bins`
//               parts of one width, upper bounds included (what pandas.cut does with
//               rank(method='min')). Equal customers stay together. When all are equal, all get the
//               middle score.
//   quantiles   cut at the values of the quantiles 1/bins, 2/bins ... (type 7 of Hyndman and Fan
//               1996, as pandas.qcut); a value equal to a bound is in the lower bin. Equal
//               customers stay together; a bin between two equal bounds is empty.
//   thresholds  cut at the bounds given, ascending, `bins` being one more than there are; a value
//               equal to a bound is in the lower bin (for recency: the better one).
// With `whole_days` recency is counted in days of 24 hours that have passed, so that all customers
// of a day tie; without, to the microsecond.
//
// A cut is of a stated instant and is not maintained. Pure functions, and the definition's; the
// latter as thread-safe as the Crm.

#ifndef RELATA_SCORE_RFM_H_
#define RELATA_SCORE_RFM_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"

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
  int8_t recency = 0;  // 1 to bins; the highest is the most recent
  int8_t frequency = 0;
  int8_t monetary = 0;

  friend bool operator==(const RfmScore&, const RfmScore&) = default;
};

enum class RfmMethod : uint8_t { kNtile, kRanks, kQuantiles, kThresholds };

// A name for scores: patterns of three digits (recency, frequency, monetary), `*` for any. The
// first cell with a pattern that fits has the customer.
struct RfmCellRule {
  std::string name;
  std::vector<std::string> patterns;
};

struct RfmDefinition {
  std::string name;  // "" for the standard one
  int64_t version = 0;
  std::string type = "account";  // or contact
  RfmMethod method = RfmMethod::kNtile;
  int bins = 5;  // 2 to 9
  bool whole_days = false;
  std::vector<double> recency_days;  // bounds, for kThresholds
  std::vector<double> frequency;
  std::vector<double> monetary;  // in major units
  std::vector<RfmCellRule> cells;
};

// Quintiles by NTILE with the eleven cells in common use (champions, loyal, potential_loyalist,
// new, promising, needs_attention, about_to_sleep, cannot_lose, at_risk, hibernating, lost), each
// of the 125 combinations in one of them.
const RfmDefinition& StandardRfm();

// The scores of all customers with a purchase, ordered by customer. Linear but for the sorts.
std::vector<RfmScore> ScoreRfm(std::span<const Purchases> purchases, const RfmDefinition& how,
                               Timestamp now);

// The name of the score's cell; "" when the definition names none for it.
std::string_view RfmCell(const RfmDefinition& how, const RfmScore& score);

// InvalidArgument names what is wrong. With 5 bins and no cells of its own a definition has the
// standard ones.
absl::StatusOr<RfmDefinition> ParseRfm(std::string_view name, std::string_view body);

// Saves a definition as the next version of its name.
absl::Status DefineRfm(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                       Timestamp now);

// NotFound when there is none; StandardRfm() for an empty name.
absl::StatusOr<RfmDefinition> FindRfm(const Crm& crm, std::string_view name);

}  // namespace relata

#endif  // RELATA_SCORE_RFM_H_
