// SPDX-License-Identifier: Apache-2.0

#ifndef RELATA_SRC_SCORE_MODEL_JSON_H_
#define RELATA_SRC_SCORE_MODEL_JSON_H_

#include <string_view>

#include "relata/score/model.h"

namespace relata::internal {

// The reverse of ModelToJson, without the version. DataLoss when it cannot be read.
absl::StatusOr<Model> ModelFromJson(std::string_view name, std::string_view body);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_MODEL_JSON_H_
