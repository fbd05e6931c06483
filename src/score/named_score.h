// SPDX-License-Identifier: Apache-2.0
//
// What score('name') means in an expression: a rule score, the probability of a model, or the
// lifetime value of that name, looked for in this order.

#ifndef RELATA_SRC_SCORE_NAMED_SCORE_H_
#define RELATA_SRC_SCORE_NAMED_SCORE_H_

#include <memory>
#include <string_view>
#include <vector>

#include "relata/engine/hooks.h"

namespace relata::internal {

absl::StatusOr<double> AnswerNamedScore(const Asking& asking, std::string_view name,
                                        RecordRef record);
// Of all records of a type, by row; NaN where there is no record.
absl::StatusOr<std::vector<double>> AnswerNamedScores(const Asking& asking, std::string_view name,
                                                      TypeId type);
absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> NamedScorePlans(const Crm& crm,
                                                                         std::string_view name);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_NAMED_SCORE_H_
