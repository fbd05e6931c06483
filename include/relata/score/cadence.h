// SPDX-License-Identifier: Apache-2.0
//
// How regularly a customer orders, and how unusual the silence since the last order is.
//
// "Usually every 31 days, now 58." Usual is the median time between days with an order; several
// orders on one UTC day are one. Behind it stands a chance: if the customer went on as before, how
// probable is an interval at least as long as the present silence? Intervals are taken as
// log-normal with mean and spread unknown, so the chance is the tail of Student's distribution with
// n - 1 degrees of freedom at
//
//   (ln since - mean of ln intervals) / (s sqrt(1 + 1/n))
//
// (the predictive distribution of a next value: Hahn and Meeker, Statistical Intervals, 1991,
// section 4.3). The spread s is not less than what counting in whole days leaves uncertain. Few
// intervals give a cautious chance by themselves.
//
// Pure and thread-safe.

#ifndef RELATA_SCORE_CADENCE_H_
#define RELATA_SCORE_CADENCE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "relata/base/id.h"
#include "relata/base/language.h"
#include "relata/base/time.h"

namespace relata {

// Days with an order that are needed before a rhythm can be spoken of.
inline constexpr int64_t kLeastOrdersOfCadence = 3;

struct Cadence {
  Row customer = kNoRow;
  int64_t orders = 0;  // days with an order
  Duration usual;      // median interval between them
  Duration since;      // since the last one
  double chance = 1;   // 0 to 1: that an interval of theirs is at least `since`

  bool LaterThan(double factor) const {
    return static_cast<double>(since.micros) > factor * static_cast<double>(usual.micros);
  }
};

// The rhythm of orders at these instants (any order; those later than `now` are left out). Nothing
// with fewer than kLeastOrdersOfCadence days with an order.
std::optional<Cadence> CadenceOf(std::span<const Timestamp> orders, Timestamp now);

// A probability as people read it: "12 %", "1.6 %", "under 0.1 %"; "1,6 %" in French.
std::string ChanceText(double chance, Language language = Language::kEnglish);

}  // namespace relata

#endif  // RELATA_SCORE_CADENCE_H_
