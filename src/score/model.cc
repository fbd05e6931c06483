// SPDX-License-Identifier: Apache-2.0

#include "relata/score/model.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/strings.h"
#include "score/feature_columns.h"
#include "score/model_json.h"
#include "score/questions.h"
#include "score/recorded_later.h"

namespace relata {
namespace {

using internal::ColumnFiller;
using internal::Concat;
using internal::Questions;

constexpr std::string_view kKind = "model";

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 63 || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Asks the features, which are the first of the questions, of the rows.
absl::StatusOr<FeatureTable> AskFeatures(Questions& questions, std::span<const std::string> names,
                                         std::span<const Row> rows, Timestamp now,
                                         const PropensityModel* model) {
  FeatureTable table;
  for (size_t i = 0; i < names.size(); ++i) {
    std::optional<bool> is_number;
    for (size_t f = 0; model != nullptr && f < model->features.size(); ++f) {
      if (model->features[f].name == names[i]) is_number = model->features[f].is_number;
    }
    // What the model does not use need not be asked.
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

ModelSpec Completed(const ModelSpec& asked) {
  ModelSpec spec = asked;
  if (spec.name.empty()) spec.name = Concat(spec.type, "_propensity");
  return spec;
}

// The rows to learn from with their outcome, and when they came.
struct Examples {
  std::vector<Row> rows;
  std::vector<uint8_t> truth;
  std::vector<double> order;
  int64_t undecided = 0;
};

// The questions by place: after the features come the population, the target and the order.
absl::StatusOr<Examples> FindExamples(Questions& questions, size_t features, Timestamp now) {
  Examples examples;
  const TypeId type = questions.type();
  for (Row row = 0; row < questions.view().RowLimit(type); ++row) {
    const RecordRef record{type, row};
    if (!questions.view().Exists(record)) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult belongs, questions.Ask(features, record));
    if (belongs.tri() != Tri::kTrue) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult outcome, questions.Ask(features + 1, record));
    if (outcome.tri() == Tri::kError) {
      ++examples.undecided;
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(const EvalResult when, questions.Ask(features + 2, record));
    std::optional<double> order;
    if (when.ok()) order = internal::NumberOf(when.value, now);
    const bool instant =
        when.ok() && (when.value.is(Value::Kind::kTimestamp) || when.value.is(Value::Kind::kDate));
    examples.rows.push_back(row);
    examples.truth.push_back(outcome.tri() == Tri::kTrue ? 1 : 0);
    // Instants count backwards from now.
    examples.order.push_back(instant ? -*order : order.value_or(0));
  }
  return examples;
}

absl::Status CheckSpec(const Crm& crm, const ModelSpec& spec) {
  if (!IsName(spec.name)) {
    return InvalidArgument(Concat("'", spec.name,
                                  "' is no name of a model: lower-case letters, digits and _, "
                                  "beginning with a letter"));
  }
  if (spec.target.empty()) return InvalidArgument("a model needs a target: a condition");
  for (const std::string& text : {spec.target, spec.population}) {
    if (text.empty()) continue;
    RELATA_RETURN_IF_ERROR(
        internal::CheckCondition(crm, spec.type, text, {}, ValueType::Kind::kBool).status());
  }
  for (const std::string& text : spec.features) {
    RELATA_ASSIGN_OR_RETURN(const internal::Condition feature,
                            internal::CheckCondition(crm, spec.type, text, {}, ValueType()));
    RELATA_ASSIGN_OR_RETURN(const bool cyclic, internal::DependsOn(crm, feature.expression->plan(),
                                                                   "score", spec.name));
    if (cyclic) {
      return FailedPrecondition(Concat("model '", spec.name, "' would learn from itself"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Model> Learn(const Crm& crm, ModelSpec spec, const QueryOptions& options) {
  std::vector<std::string> texts = spec.features;
  texts.push_back(spec.population.empty() ? "true" : spec.population);
  texts.push_back(spec.target);
  texts.push_back(spec.time_order.empty() ? Concat(spec.type, ".created_at") : spec.time_order);
  RELATA_ASSIGN_OR_RETURN(Questions questions, Questions::Prepare(crm, spec.type, texts, options));
  const size_t n = spec.features.size();
  RELATA_ASSIGN_OR_RETURN(const Examples examples, FindExamples(questions, n, options.now));
  RELATA_ASSIGN_OR_RETURN(
      const FeatureTable table,
      AskFeatures(questions, spec.features, examples.rows, options.now, nullptr));
  TrainOptions training = spec.training;
  training.order = examples.order;
  Model model;
  RELATA_ASSIGN_OR_RETURN(model.training, TrainPropensity(table, examples.truth, training));
  if (examples.undecided > 0) {
    model.training.notes.push_back(
        Concat(examples.undecided, " records left out: the target cannot be decided"));
  }
  RELATA_RETURN_IF_ERROR(internal::FindRecordedLater(crm, questions, spec.features,
                                                     questions.plan(n + 1), examples.rows,
                                                     examples.truth, model.training.suspicions));
  model.spec = std::move(spec);
  return model;
}

// A saved model with its questions over one graph.
struct Ready {
  Model model;
  Questions questions;

  absl::StatusOr<std::vector<double>> Score(std::span<const Row> rows, Timestamp now) {
    RELATA_ASSIGN_OR_RETURN(
        const FeatureTable table,
        AskFeatures(questions, model.spec.features, rows, now, &model.training.model));
    return ScoreTable(model.training.model, table);
  }
};

std::vector<std::string> TextsOf(const Model& model) {
  std::vector<std::string> texts = model.spec.features;
  texts.push_back(model.spec.population.empty() ? "true" : model.spec.population);
  return texts;
}

absl::StatusOr<Ready> Prepare(const Crm& crm, std::string_view name, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(Model model, FindModel(crm, name));
  const std::vector<std::string> texts = TextsOf(model);
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, model.spec.type, texts, options));
  return Ready{std::move(model), std::move(questions)};
}

absl::StatusOr<Ready> PrepareOn(const Asking& asking, std::string_view name, TypeId type) {
  RELATA_ASSIGN_OR_RETURN(Model model, FindModel(asking.crm, name));
  const TypeDef* def = asking.crm.schema()->Find(model.spec.type);
  if (def == nullptr || def->id != type) {
    return NotFound(Concat("model '", name, "' is of records of type ", model.spec.type));
  }
  const std::vector<std::string> texts = TextsOf(model);
  RELATA_ASSIGN_OR_RETURN(Questions questions, Questions::On(asking.crm, asking.view,
                                                             model.spec.type, texts, asking.now));
  return Ready{std::move(model), std::move(questions)};
}

absl::StatusOr<std::vector<Row>> PopulationOf(Questions& questions, size_t population) {
  std::vector<Row> rows;
  const TypeId type = questions.type();
  for (Row row = 0; row < questions.view().RowLimit(type); ++row) {
    if (!questions.view().Exists({type, row})) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult belongs, questions.Ask(population, {type, row}));
    if (belongs.tri() == Tri::kTrue) rows.push_back(row);
  }
  return rows;
}

}  // namespace

absl::StatusOr<Model> TrainModel(Crm& crm, const ModelSpec& asked, const Actor& actor,
                                 Timestamp now, std::string_view purpose) {
  ModelSpec spec = Completed(asked);
  if (spec.features.empty()) {
    RELATA_ASSIGN_OR_RETURN(spec.features, AutoFeatures(crm, spec.type, spec.target, purpose));
  }
  RELATA_RETURN_IF_ERROR(CheckSpec(crm, spec));
  QueryOptions options;
  options.now = now;
  options.reader = actor;
  options.purpose = purpose;
  absl::StatusOr<Model> model = Learn(crm, spec, options);
  RELATA_RETURN_IF_ERROR(model.status());
  model->trained_at = now;
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, model->spec.name, ModelToJson(*model));
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  RELATA_ASSIGN_OR_RETURN(const Definition saved, crm.FindDefinition(kKind, model->spec.name));
  model->version = saved.version;
  return model;
}

absl::StatusOr<Model> FindModel(const Crm& crm, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kKind, name));
  RELATA_ASSIGN_OR_RETURN(Model model, internal::ModelFromJson(name, definition.body));
  model.version = definition.version;
  return model;
}

absl::StatusOr<std::vector<ModelScore>> TopModelScores(const Crm& crm, std::string_view name,
                                                       const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(Ready ready, Prepare(crm, name, options));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                          PopulationOf(ready.questions, ready.model.spec.features.size()));
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
        Concat("model '", name, "' is of records of type ", ready.model.spec.type));
  }
  if (!ready.questions.view().Exists(here)) return NotFound("there is no such record");
  const Row rows[] = {here.row};
  RELATA_ASSIGN_OR_RETURN(const FeatureTable table,
                          AskFeatures(ready.questions, ready.model.spec.features, rows, options.now,
                                      &ready.model.training.model));
  return ExplainRow(ready.model.training.model, table, 0);
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
  RELATA_ASSIGN_OR_RETURN(const Model model, FindModel(crm, name));
  std::vector<std::shared_ptr<const Plan>> plans;
  for (const std::string& text : TextsOf(model)) {
    RELATA_ASSIGN_OR_RETURN(const internal::Condition condition,
                            internal::CheckCondition(crm, model.spec.type, text, {}, ValueType()));
    plans.push_back(condition.expression->shared_plan());
  }
  return plans;
}

}  // namespace relata
