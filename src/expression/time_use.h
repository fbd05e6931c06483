// SPDX-License-Identifier: Apache-2.0
//
// How the value of each node of a plan moves with now.
//
// A value is constant in time, moves with now (slope 1: now - days(30), now - t; slope -1: t - now)
// or jumps where a calendar jumps. Whatever else is made of now cannot be foreseen, and the checker
// says so (NowUse::kOther).

#ifndef RELATA_SRC_EXPRESSION_TIME_USE_H_
#define RELATA_SRC_EXPRESSION_TIME_USE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "relata/base/zone.h"
#include "relata/expression/plan.h"

namespace relata::internal {

struct TimeUse {
  enum class Jump : uint8_t { kNone, kMillisecond, kSecond, kMinute, kHour, kDay };

  int slope = 0;              // of the value, by microsecond of now
  Jump jump = Jump::kNone;    // of a calendar function: where its value may change
  bool of_clock = false;      // it asks for now itself
  int zone = -1;              // the input that names a zone
  std::vector<int> instants;  // the inputs that move with now
};

// For each node. Variables count as constant: the checker lets no moving value into one.
std::vector<TimeUse> FindTimeUses(const std::vector<PlanNode>& nodes);

// Whether a function's value changes only where a calendar does.
bool IsCalendar(const PlanNode& node);

// The time until the value of a comparison of a - b with 0 can change, when a - b is `difference`
// now and moves with `slope` (1 or -1); nothing when it never does.
std::optional<int64_t> UntilCrossing(PlanOp op, int64_t difference, int slope);

// The time until an instant that moves with `slope` reaches the next place of `jump`, on the clocks
// of UTC and `zone`; of a length, the next multiple. Never 0; may be early, never late.
int64_t UntilJump(TimeUse::Jump jump, Timestamp instant, int slope, const Zone& zone);
int64_t UntilJump(TimeUse::Jump jump, Duration length, int slope);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_TIME_USE_H_
