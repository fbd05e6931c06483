// SPDX-License-Identifier: Apache-2.0
//
// Features whose fields were written when, or after, the outcome was: the history of records says.

#ifndef RELATA_SRC_SCORE_RECORDED_LATER_H_
#define RELATA_SRC_SCORE_RECORDED_LATER_H_

#include <span>
#include <string>
#include <vector>

#include "relata/score/propensity.h"
#include "score/questions.h"

namespace relata::internal {

// Looks at the history of some records with the outcome. `features` are the first of the questions.
// Only fields of the records themselves are followed.
absl::Status FindRecordedLater(const Crm& crm, const Questions& questions,
                               std::span<const std::string> features, const Plan& target,
                               std::span<const Row> rows, std::span<const uint8_t> truth,
                               std::vector<LeakSign>& suspicions);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_RECORDED_LATER_H_
