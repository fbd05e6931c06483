// SPDX-License-Identifier: Apache-2.0
//
// What training a model and asking it have in common.

#ifndef RELATA_SRC_SCORE_MODEL_QUESTIONS_H_
#define RELATA_SRC_SCORE_MODEL_QUESTIONS_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "relata/score/model.h"
#include "score/questions.h"

namespace relata::internal {

// Asks the features, which are the first of the questions, of the rows. A feature that a given
// `model` does not use is left out, as it need not be asked. InvalidArgument for a feature that is
// neither a number nor a text.
absl::StatusOr<FeatureTable> AskFeatures(Questions& questions, std::span<const std::string> names,
                                         std::span<const Row> rows, Timestamp now,
                                         const PropensityModel* model);

// The saved model, read once a version. NotFound, DataLoss.
absl::StatusOr<std::shared_ptr<const Model>> KeptModel(const Crm& crm, std::string_view name);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_MODEL_QUESTIONS_H_
