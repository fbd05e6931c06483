// SPDX-License-Identifier: Apache-2.0

#include "relata/score/model.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "score/model_questions.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Questions;

// A saved model with its questions over one graph.
struct Ready {
  std::shared_ptr<const Model> model;
  Questions questions;

  absl::StatusOr<FeatureTable> Table(std::span<const Row> rows, Timestamp now) {
    return internal::AskFeatures(questions, model->spec.features, rows, now,
                                 &model->training.model);
  }
  absl::StatusOr<std::vector<double>> Score(std::span<const Row> rows, Timestamp now) {
    RELATA_ASSIGN_OR_RETURN(const FeatureTable table, Table(rows, now));
    return ScoreTable(model->training.model, table);
  }
};

// After the features: whom it is about, and of whom the outcome is known already.
std::vector<std::string> TextsOf(const Model& model) {
  std::vector<std::string> texts = model.spec.features;
  texts.push_back(model.spec.population.empty() ? "true" : model.spec.population);
  texts.push_back(model.spec.decided.empty() ? "false" : model.spec.decided);
  return texts;
}

absl::StatusOr<Ready> Prepare(const Crm& crm, std::string_view name, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, internal::KeptModel(crm, name));
  const std::vector<std::string> texts = TextsOf(*model);
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, model->spec.type, texts, options));
  return Ready{std::move(model), std::move(questions)};
}

absl::StatusOr<Ready> PrepareOn(const Asking& asking, std::string_view name, TypeId type) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                          internal::KeptModel(asking.crm, name));
  const TypeDef* def = asking.crm.schema()->Find(model->spec.type);
  if (def == nullptr || def->id != type) {
    return NotFound(Concat("model '", name, "' is of records of type ", model->spec.type));
  }
  const std::vector<std::string> texts = TextsOf(*model);
  RELATA_ASSIGN_OR_RETURN(Questions questions, Questions::On(asking.crm, asking.view,
                                                             model->spec.type, texts, asking.now));
  return Ready{std::move(model), std::move(questions)};
}

// Whom the model is about: its population, without those whose outcome is known already and those
// who object to profiling.
absl::StatusOr<std::vector<Row>> PopulationOf(Ready& ready, Timestamp now) {
  Questions& questions = ready.questions;
  const Snapshot& view = questions.view();
  const TypeId type = questions.type();
  const size_t population = ready.model->spec.features.size();
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors, internal::ObjectorsTo(view, type, now));
  std::vector<Row> rows;
  for (Row row = 0; row < view.RowLimit(type); ++row) {
    if (!view.Exists({type, row}) || objectors.contains(row)) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult belongs, questions.Ask(population, {type, row}));
    if (belongs.tri() != Tri::kTrue) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult decided, questions.Ask(population + 1, {type, row}));
    if (decided.tri() != Tri::kTrue) rows.push_back(row);
  }
  return rows;
}

}  // namespace

absl::StatusOr<Model> FindModel(const Crm& crm, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Model> model, internal::KeptModel(crm, name));
  return *model;
}

absl::StatusOr<std::vector<ModelScore>> TopModelScores(const Crm& crm, std::string_view name,
                                                       const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(Ready ready, Prepare(crm, name, options));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows, PopulationOf(ready, options.now));
  RELATA_ASSIGN_OR_RETURN(const std::vector<double> probabilities, ready.Score(rows, options.now));
  std::vector<ModelScore> scores;
  for (size_t i = 0; i < rows.size(); ++i) {
    scores.push_back({{ready.questions.type(), rows[i]}, probabilities[i]});
  }
  std::stable_sort(scores.begin(), scores.end(), [](const ModelScore& a, const ModelScore& b) {
    return a.probability > b.probability;
  });
  if (options.limit != 0 && scores.size() > options.limit) scores.resize(options.limit);
  return scores;
}

absl::StatusOr<PropensityReason> WhyModel(const Crm& crm, std::string_view name, RecordRef record,
                                          const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(Ready ready, Prepare(crm, name, options));
  const RecordRef here = crm.Resolve(record);
  if (here.type != ready.questions.type()) {
    return InvalidArgument(
        Concat("model '", name, "' is of records of type ", ready.model->spec.type));
  }
  const Snapshot& view = ready.questions.view();
  if (!view.Exists(here)) return NotFound("there is no such record");
  RELATA_RETURN_IF_ERROR(internal::MayBeProfiled(view, here, options.now));
  const Row rows[] = {here.row};
  RELATA_ASSIGN_OR_RETURN(const FeatureTable table, ready.Table(rows, options.now));
  return ExplainRow(ready.model->training.model, table, 0);
}

absl::StatusOr<double> AnswerModel(const Asking& asking, std::string_view name, RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(Ready ready, PrepareOn(asking, name, record.type));
  const Row rows[] = {record.row};
  RELATA_ASSIGN_OR_RETURN(const std::vector<double> one, ready.Score(rows, asking.now));
  return one.front();
}

absl::StatusOr<std::vector<double>> AnswerModels(const Asking& asking, std::string_view name,
                                                 TypeId type) {
  RELATA_ASSIGN_OR_RETURN(Ready ready, PrepareOn(asking, name, type));
  std::vector<Row> rows;
  const Row limit = asking.view.RowLimit(type);
  for (Row row = 0; row < limit; ++row) {
    if (asking.view.Exists({type, row})) rows.push_back(row);
  }
  RELATA_ASSIGN_OR_RETURN(const std::vector<double> scores, ready.Score(rows, asking.now));
  std::vector<double> out(static_cast<size_t>(limit), kAbsentNumber);
  for (size_t i = 0; i < rows.size(); ++i) out[static_cast<size_t>(rows[i])] = scores[i];
  return out;
}

absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> ModelPlans(const Crm& crm,
                                                                    std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Model> model, internal::KeptModel(crm, name));
  std::vector<std::shared_ptr<const Plan>> plans;
  for (const std::string& text : TextsOf(*model)) {
    RELATA_ASSIGN_OR_RETURN(const internal::Condition condition,
                            internal::CheckCondition(crm, model->spec.type, text, {}, ValueType()));
    plans.push_back(condition.expression->shared_plan());
  }
  return plans;
}

}  // namespace relata
