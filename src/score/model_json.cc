// SPDX-License-Identifier: Apache-2.0

#include "score/model_json.h"

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using Json = nlohmann::json;
using internal::Concat;

Json EstimateJson(const Estimate& e) {
  return {{"value", e.value}, {"low", e.low}, {"high", e.high}};
}
Estimate ReadEstimate(const Json& json) {
  return {json.at("value").get<double>(), json.at("low").get<double>(),
          json.at("high").get<double>()};
}

Json EvaluationJson(const Evaluation& e) {
  Json json = {{"records", e.records},
               {"outcomes", e.outcomes},
               {"auc", EstimateJson(e.auc)},
               {"log_loss", e.log_loss},
               {"base_log_loss", e.base_log_loss},
               {"brier", e.brier},
               {"calibration_error", e.calibration_error},
               {"reliability", Json::array()},
               {"lift", Json::array()}};
  for (const ReliabilityLine& line : e.reliability) {
    json["reliability"].push_back({{"records", line.records},
                                   {"predicted", line.predicted},
                                   {"actual", EstimateJson(line.actual)}});
  }
  for (const LiftLine& line : e.lift) {
    json["lift"].push_back(
        {{"share", line.share}, {"lift", line.lift}, {"captured", line.captured}});
  }
  return json;
}

Evaluation ReadEvaluation(const Json& json) {
  Evaluation e;
  e.records = json.at("records").get<int64_t>();
  e.outcomes = json.at("outcomes").get<int64_t>();
  e.auc = ReadEstimate(json.at("auc"));
  e.log_loss = json.at("log_loss").get<double>();
  e.base_log_loss = json.at("base_log_loss").get<double>();
  e.brier = json.at("brier").get<double>();
  e.calibration_error = json.at("calibration_error").get<double>();
  for (const Json& line : json.at("reliability")) {
    e.reliability.push_back({line.at("records").get<int64_t>(), line.at("predicted").get<double>(),
                             ReadEstimate(line.at("actual"))});
  }
  for (const Json& line : json.at("lift")) {
    e.lift.push_back({line.at("share").get<double>(), line.at("lift").get<double>(),
                      line.at("captured").get<double>()});
  }
  return e;
}

Json TrainingJson(const Training& t) {
  Json json = {{"records", t.records},
               {"outcomes", t.outcomes},
               {"cross_validated", EvaluationJson(t.cross_validated)},
               {"suspicions", Json::array()},
               {"worth", Json::array()},
               {"notes", t.notes}};
  if (t.time_split) json["time_split"] = EvaluationJson(*t.time_split);
  for (const LeakSign& s : t.suspicions) {
    json["suspicions"].push_back({{"feature", s.feature}, {"reason", s.reason}});
  }
  for (const FeatureWorth& w : t.worth) {
    json["worth"].push_back(
        {{"feature", w.feature}, {"auc_alone", w.auc_alone}, {"spread", w.spread}});
  }
  return json;
}

Training ReadTraining(const Json& json) {
  Training t;
  t.records = json.at("records").get<int64_t>();
  t.outcomes = json.at("outcomes").get<int64_t>();
  t.cross_validated = ReadEvaluation(json.at("cross_validated"));
  if (json.contains("time_split")) t.time_split = ReadEvaluation(json["time_split"]);
  for (const Json& s : json.at("suspicions")) {
    t.suspicions.push_back({s.at("feature").get<std::string>(), s.at("reason").get<std::string>()});
  }
  for (const Json& w : json.at("worth")) {
    t.worth.push_back({w.at("feature").get<std::string>(), w.at("auc_alone").get<double>(),
                       w.at("spread").get<double>()});
  }
  t.notes = json.at("notes").get<std::vector<std::string>>();
  return t;
}

// nlohmann's accessors throw when a member is missing or of another type: one guard for them all.
absl::StatusOr<Model> ReadModel(std::string_view name, const Json& json) try {
  Model model;
  ModelSpec& spec = model.spec;
  spec.name = name;
  spec.type = json.at("type").get<std::string>();
  spec.target = json.at("target").get<std::string>();
  spec.features = json.at("features").get<std::vector<std::string>>();
  spec.population = json.value("population", "");
  spec.time_order = json.value("time_order", "");
  spec.decided = json.value("decided", "");
  if (json.contains("as_of")) spec.as_of = ParseTimestamp(json["as_of"].get<std::string>());
  spec.training.folds = json.value("folds", 5);
  spec.training.time_split = json.value("time_split", 0.0);
  model.trained_at = ParseTimestamp(json.value("trained_at", "")).value_or(Timestamp{});
  model.training = ReadTraining(json.at("training"));
  RELATA_ASSIGN_OR_RETURN(model.training.model, PropensityFromJson(json.at("model").dump()));
  spec.training.kind = model.training.model.kind;
  return model;
} catch (const Json::exception& error) {
  return DataLoss(Concat("the definition of model '", name,
                         "' cannot be read: ", std::string_view(error.what())));
}

}  // namespace

std::string ModelToJson(const Model& model) {
  const ModelSpec& spec = model.spec;
  Json json = {{"type", spec.type},
               {"target", spec.target},
               {"features", spec.features},
               {"folds", spec.training.folds},
               {"time_split", spec.training.time_split},
               {"trained_at", FormatTimestamp(model.trained_at)},
               {"training", TrainingJson(model.training)},
               {"model", Json::parse(PropensityToJson(model.training.model))}};
  if (!spec.population.empty()) json["population"] = spec.population;
  if (!spec.time_order.empty()) json["time_order"] = spec.time_order;
  if (spec.as_of) json["as_of"] = FormatTimestamp(*spec.as_of);
  if (!spec.decided.empty()) json["decided"] = spec.decided;
  return json.dump();
}

absl::StatusOr<Model> internal::ModelFromJson(std::string_view name, std::string_view body) {
  return ReadModel(name, Json::parse(body, nullptr, false));
}

}  // namespace relata
