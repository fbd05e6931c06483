// SPDX-License-Identifier: Apache-2.0

#include "score/named_score.h"

#include "relata/engine/crm.h"
#include "relata/score/lifetime_value.h"
#include "relata/score/rule_score.h"

namespace relata::internal {

absl::StatusOr<double> AnswerNamedScore(const Asking& asking, std::string_view name,
                                        RecordRef record) {
  if (asking.crm.FindDefinition("score", name).ok()) return AnswerScore(asking, name, record);
  if (asking.crm.FindDefinition("clv", name).ok()) {
    return AnswerLifetimeValue(asking, name, record);
  }
  return AnswerScore(asking, name, record);  // says that there is none
}

absl::StatusOr<std::vector<double>> AnswerNamedScores(const Asking& asking, std::string_view name,
                                                      TypeId type) {
  if (asking.crm.FindDefinition("score", name).ok()) return AnswerScores(asking, name, type);
  if (asking.crm.FindDefinition("clv", name).ok()) {
    return AnswerLifetimeValues(asking, name, type);
  }
  return AnswerScores(asking, name, type);
}

absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> NamedScorePlans(const Crm& crm,
                                                                         std::string_view name) {
  if (crm.FindDefinition("score", name).ok()) return ScorePlans(crm, name);
  if (crm.FindDefinition("clv", name).ok()) return LifetimeValuePlans(crm, name);
  return ScorePlans(crm, name);
}

}  // namespace relata::internal
