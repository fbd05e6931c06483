// SPDX-License-Identifier: Apache-2.0
//
// Which records time alone may decide differently before an instant: found for a whole population
// by one question over columns, so that timers are kept for those only.
//
// A comparison with now changes at most once, so whether it changes before `to` is whether it
// differs between now and `to`. The question is made of the plan: does any comparison with now, for
// any element of the lists it stands in, differ? Calendars jump for everybody at once.

#ifndef RELATA_SRC_ENGINE_FLIPS_H_
#define RELATA_SRC_ENGINE_FLIPS_H_

#include <memory>

#include "relata/expression/evaluate.h"
#include "relata/expression/plan.h"

namespace relata::internal {

struct Flips {
  // The instant at which a calendar in the plan may first jump; kMax without one.
  Timestamp jump = Timestamp::kMax;
  // True, or an error, for every record whose answer may change before `to` other than by a jump;
  // nullptr when there is none.
  std::shared_ptr<const Plan> question;
  // The plan has a shape of which this cannot be said: each record must be asked by itself.
  bool each = false;
};

// `context` gives now, zone and parameters. The plan's use of now is not NowUse::kOther.
Flips FindFlips(std::shared_ptr<const Plan> plan, const EvaluationContext& context, Timestamp to);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_FLIPS_H_
