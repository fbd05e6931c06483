// SPDX-License-Identifier: Apache-2.0
//
// Parts of a condition that new events decide without a look at the old ones: whether an event of
// the subject exists that meets a condition, and how many there are, compared with a constant.

#ifndef RELATA_SRC_ENGINE_MEMBERSHIP_EVENTS_H_
#define RELATA_SRC_ENGINE_MEMBERSHIP_EVENTS_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/columns.h"
#include "relata/engine/snapshot.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/plan.h"

namespace relata::internal {

// What such a part says: that the number of the listed events compares so with a constant.
struct EventForm {
  TypeId event = kNoType;
  std::shared_ptr<const Plan> list;  // of the subject's events, those that count
  // The number itself; nullptr where one event is enough to know, as in exists().
  std::shared_ptr<const Plan> size;
  PlanOp op = PlanOp::kGreaterEqual;
  int64_t than = 1;
  bool any = false;  // the number matters only until there is one

  bool Holds(int64_t count) const;
};

// Nothing when the plan says something else.
std::optional<EventForm> EventFormOf(const Plan& plan);

// What is new to one subject.
struct NewEvent {
  Row subject = kNoRow;
  bool counts = false;
  // Whether it counts is not certain or may change before the end of what is kept.
  bool unsure = false;
};

// The events that `after` has and `before` has not, as the part with the form sees them until
// `until`: those that count or may, in the order of their subjects. False when that cannot be told
// from them alone. The caller has made sure that nothing else that the part reads was written.
bool EachNewEvent(const EventForm& form, const std::shared_ptr<const Plan>& part,
                  const Snapshot& before, const Snapshot& after, const EvaluationContext& context,
                  Timestamp until, const std::function<void(const NewEvent&)>& visit);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_MEMBERSHIP_EVENTS_H_
