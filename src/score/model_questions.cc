// SPDX-License-Identifier: Apache-2.0

#include "score/model_questions.h"

#include <optional>
#include <utility>

#include "base/strings.h"
#include "score/feature_columns.h"
#include "score/kept_definition.h"
#include "score/model_json.h"

namespace relata::internal {
absl::StatusOr<FeatureTable> AskFeatures(Questions& questions, std::span<const std::string> names,
                                         std::span<const Row> rows, Timestamp now,
                                         const PropensityModel* model) {
  FeatureTable table;
  for (size_t i = 0; i < names.size(); ++i) {
    std::optional<bool> is_number;
    for (size_t f = 0; model != nullptr && f < model->features.size(); ++f) {
      if (model->features[f].name == names[i]) is_number = model->features[f].is_number;
    }
    if (model != nullptr && !is_number) continue;
    ColumnFiller filler(names[i], is_number);
    for (const Row row : rows) {
      RELATA_ASSIGN_OR_RETURN(const EvalResult result, questions.Ask(i, {questions.type(), row}));
      if (!filler.Add(result.ok() ? result.value : Value(), now)) {
        return InvalidArgument(Concat("feature '", names[i],
                                      "' yields no number, text or bool but a ",
                                      KindName(result.value.kind())));
      }
    }
    table.columns.push_back(filler.Take());
  }
  return table;
}

absl::StatusOr<std::shared_ptr<const Model>> KeptModel(const Crm& crm, std::string_view name) {
  return KeptDefinition<Model>(
      crm, "model", name, [](const Definition& definition) -> absl::StatusOr<Model> {
        RELATA_ASSIGN_OR_RETURN(Model model, ModelFromJson(definition.name, definition.body));
        model.version = definition.version;
        return model;
      });
}

}  // namespace relata::internal
