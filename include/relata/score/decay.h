// SPDX-License-Identifier: Apache-2.0
//
// How points fade: exact exponential decay.
//
// What an event is worth halves with every half-life that passes, so the score of any instant
// follows from the events alone and no job has to run at night. Pure functions.

#ifndef RELATA_SCORE_DECAY_H_
#define RELATA_SCORE_DECAY_H_

#include <cmath>

#include "relata/base/time.h"

namespace relata {

// `points` after `age`: points * 2^(-age / half_life). An age of zero or less keeps them whole; a
// half life of zero or less means they never fade.
inline double Decayed(double points, Duration age, Duration half_life) {
  if (half_life.micros <= 0 || age.micros <= 0) return points;
  return points *
         std::exp2(-static_cast<double>(age.micros) / static_cast<double>(half_life.micros));
}

}  // namespace relata

#endif  // RELATA_SCORE_DECAY_H_
