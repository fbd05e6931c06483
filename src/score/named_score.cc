// SPDX-License-Identifier: Apache-2.0

#include "score/named_score.h"

#include "relata/engine/crm.h"
#include "relata/score/lifetime_value.h"
#include "relata/score/model.h"
#include "relata/score/rule_score.h"
#include "segment/profiling.h"

namespace relata::internal {

namespace {

absl::StatusOr<std::vector<double>> ScoresOfAll(const Asking& asking, std::string_view name,
                                                TypeId type) {
  if (asking.crm.FindDefinition("score", name).ok()) return AnswerScores(asking, name, type);
  if (asking.crm.FindDefinition("model", name).ok()) return AnswerModels(asking, name, type);
  if (asking.crm.FindDefinition("clv", name).ok()) {
    return AnswerLifetimeValues(asking, name, type);
  }
  return AnswerScores(asking, name, type);
}

}  // namespace

absl::StatusOr<double> AnswerNamedScore(const Asking& asking, std::string_view name,
                                        RecordRef record) {
  RELATA_RETURN_IF_ERROR(MayBeProfiled(asking.view, record, asking.now));
  if (asking.crm.FindDefinition("score", name).ok()) return AnswerScore(asking, name, record);
  if (asking.crm.FindDefinition("model", name).ok()) return AnswerModel(asking, name, record);
  if (asking.crm.FindDefinition("clv", name).ok()) {
    return AnswerLifetimeValue(asking, name, record);
  }
  return AnswerScore(asking, name, record);  // says that there is none
}

absl::StatusOr<std::vector<double>> AnswerNamedScores(const Asking& asking, std::string_view name,
                                                      TypeId type) {
  RELATA_ASSIGN_OR_RETURN(std::vector<double> scores, ScoresOfAll(asking, name, type));
  RELATA_RETURN_IF_ERROR(LeaveOutObjectors(asking.view, type, asking.now, scores));
  return scores;
}

absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> NamedScorePlans(const Crm& crm,
                                                                         std::string_view name) {
  if (crm.FindDefinition("score", name).ok()) return ScorePlans(crm, name);
  if (crm.FindDefinition("model", name).ok()) return ModelPlans(crm, name);
  if (crm.FindDefinition("clv", name).ok()) return LifetimeValuePlans(crm, name);
  return ScorePlans(crm, name);
}

}  // namespace relata::internal
