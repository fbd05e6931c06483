// SPDX-License-Identifier: Apache-2.0
//
// What each feature tells, and which seem to know the outcome.

#ifndef RELATA_SRC_SCORE_SUSPICION_H_
#define RELATA_SRC_SCORE_SUSPICION_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "relata/score/propensity.h"

namespace relata::internal {

// Fills training.worth and training.suspicions. A feature is suspicious when it ranks better alone
// than all others together, when one of its levels nearly decides the outcome, or when being filled
// at all does.
void JudgeFeatures(const FeatureTable& table, std::span<const uint8_t> truth, Training& training);

// Adds the features that tell the outcome much better with the values they have by now (`later`,
// the same columns of the same records) than with those known on `day`, from which was learnt.
void JudgeHindsight(const FeatureTable& known, const FeatureTable& later,
                    std::span<const uint8_t> truth, std::string_view day, Training& training);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_SUSPICION_H_
