// SPDX-License-Identifier: Apache-2.0
//
// How points fade: exact exponential decay.
//
// What an event is worth halves with every half-life that passes, so the score of any instant
// follows from the events alone and no job has to run at night. A sum of such points fades as a
// whole: kept as of its newest event it takes one exponential to add an event and one to ask at
// any later instant (Cormode, Shkapenyuk, Srivastava, Xu 2009, "Forward decay: a practical time
// decay model for streaming systems"). Pure functions; DecayingSum is a plain value.

#ifndef RELATA_SCORE_DECAY_H_
#define RELATA_SCORE_DECAY_H_

#include <cmath>
#include <cstdint>

#include "relata/base/time.h"

namespace relata {

// `points` after `age`: points * 2^(-age / half_life). An age of zero or less keeps them whole; a
// half life of zero or less means they never fade.
inline double Decayed(double points, Duration age, Duration half_life) {
  if (half_life.micros <= 0 || age.micros <= 0) return points;
  return points *
         std::exp2(-static_cast<double>(age.micros) / static_cast<double>(half_life.micros));
}

// A sum of fading points, as of the newest of them.
struct DecayingSum {
  double value = 0;
  int64_t last = INT64_MIN;  // micros of the newest; INT64_MIN: nothing was added

  // Adds points of the instant `at`, in any order of time. In order the result is the same to the
  // bit however the additions are split; out of order it differs by rounding only.
  void Add(double points, Timestamp at, Duration half_life) {
    if (at.micros >= last) {
      if (last != INT64_MIN) value = Decayed(value, {at.micros - last}, half_life);
      value += points;
      last = at.micros;
    } else {
      value += Decayed(points, {last - at.micros}, half_life);
    }
  }
  // The sum at `now`, which is not before `last`.
  double At(Timestamp now, Duration half_life) const {
    return last == INT64_MIN ? 0 : Decayed(value, {now.micros - last}, half_life);
  }
};

}  // namespace relata

#endif  // RELATA_SCORE_DECAY_H_
