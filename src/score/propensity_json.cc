// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <utility>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "relata/score/propensity.h"

namespace relata {
namespace {

using Json = nlohmann::json;
using internal::Concat;

constexpr std::string_view kCalibrations[] = {"none", "platt", "isotonic"};

Json FeatureJson(const ModelFeature& f, ModelKind kind) {
  Json json = {{"name", f.name}, {"kind", f.is_number ? "number" : "levels"}};
  if (f.is_number) {
    json["cuts"] = f.cuts;
    json["line"] = {{"low", f.low},
                    {"high", f.high},
                    {"centre", f.centre},
                    {"scale", f.scale},
                    {"slope", f.slope}};
  } else {
    json["levels"] = f.levels;
  }
  if (kind == ModelKind::kLogistic) {
    json["weights"] = f.weights;
    json["mean"] = f.mean;
  }
  return json;
}

ModelFeature ReadFeature(const Json& json, ModelKind kind) {
  ModelFeature f;
  f.name = json.at("name").get<std::string>();
  f.is_number = json.at("kind").get<std::string>() == "number";
  if (f.is_number) {
    f.cuts = json.at("cuts").get<std::vector<double>>();
    const Json& line = json.at("line");
    f.low = line.at("low").get<double>();
    f.high = line.at("high").get<double>();
    f.centre = line.at("centre").get<double>();
    f.scale = line.at("scale").get<double>();
    f.slope = line.at("slope").get<double>();
  } else {
    f.levels = json.at("levels").get<std::vector<std::string>>();
  }
  const size_t states = (f.is_number ? f.cuts.size() : f.levels.size()) + 2;
  f.weights.assign(states, 0);
  if (kind == ModelKind::kLogistic) {
    f.weights = json.at("weights").get<std::vector<double>>();
    f.mean = json.at("mean").get<double>();
  }
  // What the arithmetic relies on, as the text may come from anywhere.
  if (f.weights.size() != states || f.low > f.high || !(f.scale > 0)) {
    throw Json::other_error::create(501, "a feature does not fit together", nullptr);
  }
  return f;
}

Json TreeJson(const std::vector<SplitNode>& tree) {
  Json nodes = Json::array();
  for (const SplitNode& n : tree) {
    if (n.column < 0) {
      nodes.push_back({{"value", n.value}});
    } else {
      nodes.push_back({{"feature", n.column},
                       {"level", n.level},
                       {"below", n.threshold},
                       {"yes", n.yes},
                       {"no", n.no},
                       {"absent", n.absent},
                       {"value", n.value}});
    }
  }
  return nodes;
}

std::vector<SplitNode> ReadTree(const Json& json, size_t features) {
  std::vector<SplitNode> tree;
  for (const Json& node : json) {
    SplitNode n;
    n.value = node.at("value").get<double>();
    if (node.contains("feature")) {
      n.column = node["feature"].get<int32_t>();
      n.level = node.at("level").get<int32_t>();
      n.threshold = node.at("below").get<double>();
      n.yes = node.at("yes").get<int32_t>();
      n.no = node.at("no").get<int32_t>();
      n.absent = node.at("absent").get<int32_t>();
      // Forwards only, so that a walk ends.
      const auto here = static_cast<int32_t>(tree.size());
      const auto size = static_cast<int32_t>(json.size());
      for (const int32_t next : {n.yes, n.no, n.absent}) {
        if (next <= here || next >= size || n.column < 0 ||
            n.column >= static_cast<int32_t>(features)) {
          throw Json::other_error::create(501, "a tree does not fit together", nullptr);
        }
      }
    }
    tree.push_back(n);
  }
  if (tree.empty()) throw Json::other_error::create(501, "an empty tree", nullptr);
  return tree;
}

// nlohmann's accessors throw when a member is missing or of another type: one guard for them all.
absl::StatusOr<PropensityModel> ReadModel(const Json& json) try {
  PropensityModel model;
  model.kind =
      json.at("kind").get<std::string>() == "trees" ? ModelKind::kTrees : ModelKind::kLogistic;
  for (const Json& f : json.at("features")) model.features.push_back(ReadFeature(f, model.kind));
  model.intercept = json.at("intercept").get<double>();
  model.penalty = json.value("penalty", 0.0);
  if (model.kind == ModelKind::kTrees) {
    for (const Json& tree : json.at("trees")) {
      model.trees.push_back(ReadTree(tree, model.features.size()));
    }
  }
  const Json& c = json.at("calibration");
  const auto kind = c.at("kind").get<std::string>();
  for (size_t i = 0; i < std::size(kCalibrations); ++i) {
    if (kind == kCalibrations[i]) model.calibration.kind = static_cast<Calibration::Kind>(i);
  }
  model.calibration.slope = c.value("slope", 1.0);
  model.calibration.shift = c.value("shift", 0.0);
  model.calibration.margins = c.value("margins", std::vector<double>());
  model.calibration.probabilities = c.value("probabilities", std::vector<double>());
  if (model.calibration.margins.size() != model.calibration.probabilities.size()) {
    return DataLoss("the calibration does not fit together");
  }
  return model;
} catch (const Json::exception& error) {
  return DataLoss(Concat("the model cannot be read: ", std::string_view(error.what())));
}

}  // namespace

std::string PropensityToJson(const PropensityModel& model) {
  Json json = {{"kind", ModelKindName(model.kind)},
               {"intercept", model.intercept},
               {"penalty", model.penalty},
               {"features", Json::array()}};
  for (const ModelFeature& f : model.features) {
    json["features"].push_back(FeatureJson(f, model.kind));
  }
  if (model.kind == ModelKind::kTrees) {
    json["trees"] = Json::array();
    for (const auto& tree : model.trees) json["trees"].push_back(TreeJson(tree));
  }
  const Calibration& c = model.calibration;
  json["calibration"] = {{"kind", kCalibrations[static_cast<size_t>(c.kind)]}};
  if (c.kind == Calibration::Kind::kPlatt) {
    json["calibration"]["slope"] = c.slope;
    json["calibration"]["shift"] = c.shift;
  } else if (c.kind == Calibration::Kind::kIsotonic) {
    json["calibration"]["margins"] = c.margins;
    json["calibration"]["probabilities"] = c.probabilities;
  }
  return json.dump();
}

absl::StatusOr<PropensityModel> PropensityFromJson(std::string_view text) {
  return ReadModel(Json::parse(text, nullptr, false));
}

}  // namespace relata
