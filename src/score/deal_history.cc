// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "relata/score/deals.h"

namespace relata {

DealBook BookAsOf(const DealBook& book, Date day) {
  DealBook then = book;
  then.deals.clear();
  then.last = day;
  for (const Deal& deal : book.deals) {
    if (deal.opened > day) continue;
    Deal known = deal;
    while (!known.moves.empty() && known.moves.back().on > day) known.moves.pop_back();
    if (known.closed && *known.closed > day) {
      const Date end = *known.closed;
      known.closed.reset();
      known.won = false;
      known.won_amount = 0;
      if (!book.amounts_are_estimates) known.amount.reset();
      if (known.expected == end) known.expected.reset();
      known.probability.reset();
      known.stage.clear();
      known.stage_since = known.opened;
    } else if (!known.closed && known.stage_since > day) {
      known.stage.clear();
      known.stage_since = known.opened;
      known.probability.reset();
    }
    if (!known.closed && !known.moves.empty()) {
      const DealMove& move = known.moves.back();
      known.stage = move.stage;
      known.stage_since = move.on;
      known.amount = move.amount ? move.amount : known.amount;
      known.expected = move.expected ? move.expected : known.expected;
      known.probability = move.probability ? move.probability : known.probability;
    }
    then.deals.push_back(std::move(known));
  }
  return then;
}

}  // namespace relata
