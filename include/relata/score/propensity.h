// SPDX-License-Identifier: Apache-2.0
//
// How probable an outcome is: conversion, win, churn, response, learnt from those of whom it is
// known.
//
// The readable model is a logistic regression. A level of a feature has a weight of its own; levels
// too rare to say anything are pooled; a number is cut into bins of equal count, each with a
// weight, on top of a straight line; absent has its own weight. L2 regularisation holds all of them
// towards 0, as strongly as does best on records the fit did not see. A record's log odds are a sum
// of one term a feature, so every probability says what made it.
//
// The stronger model is boosted trees (XGBoost: Chen and Guestrin 2016; in builds that have it). A
// saved model is asked without the library. What a feature gave a record is the change of the mean
// along the paths of the trees, credited to the feature that was asked (Saabas 2014); the sum is
// exact here too.
//
// The log odds are calibrated on records the fits did not see: by Platt's line (1999) or by
// isotonic regression (pool adjacent violators; Zadrozny and Elkan 2002), whichever gives the lower
// log loss on records that the calibration did not see.
//
// Deterministic: the same table gives the same model to the last bit on the same machine. A
// PropensityModel is plain data; functions are thread-safe.

#ifndef RELATA_SCORE_PROPENSITY_H_
#define RELATA_SCORE_PROPENSITY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/score/evaluation.h"
#include "relata/score/features.h"

namespace relata {

enum class ModelKind : uint8_t { kLogistic, kTrees };

// "logistic", "trees".
std::string_view ModelKindName(ModelKind kind);

// Whether this build can train trees.
bool CanTrainTrees();

// How a feature enters, and what it weighs in a logistic model.
struct ModelFeature {
  std::string name;
  bool is_number = true;
  std::vector<double> cuts;  // of a number's bins, ascending: bin i holds cuts[i-1] <= v < cuts[i]
  double low = 0;            // the straight line runs from low to high and is level outside
  double high = 0;
  double centre = 0;  // of the line: slope * (v - centre) / scale
  double scale = 1;
  double slope = 0;
  std::vector<std::string> levels;  // with a weight of their own; all others are pooled
  // Of a number: absent, then the bins. Of levels: absent, pooled, then the levels.
  std::vector<double> weights;
  double mean = 0;  // of what it gives, over the records trained on
};

// A node of a tree of splits; a tree is its nodes in one row, the root first.
struct SplitNode {
  int32_t column = -1;   // -1: a leaf
  int32_t level = -1;    // of a feature of levels: the one asked about, as in ModelFeature::weights
  double threshold = 0;  // of a number: v < threshold goes to `yes`; a level asked about to `no`
  int32_t yes = 0;
  int32_t no = 0;
  int32_t absent = 0;
  double value = 0;  // of a leaf what it adds to the log odds; of a node the mean of its leaves
};

struct Calibration {
  enum class Kind : uint8_t { kNone, kPlatt, kIsotonic };

  Kind kind = Kind::kNone;
  double slope = 1;  // Platt: probability = 1 / (1 + exp(-(slope * margin + shift)))
  double shift = 0;
  std::vector<double> margins;  // isotonic: linear between these points, level outside
  std::vector<double> probabilities;
};

struct PropensityModel {
  ModelKind kind = ModelKind::kLogistic;
  std::vector<ModelFeature> features;
  double intercept = 0;
  double penalty = 0;                         // that did best
  std::vector<std::vector<SplitNode>> trees;  // kTrees
  Calibration calibration;
};

// Something to look at before the model is trusted: a feature that seems to know the outcome.
struct LeakSign {
  std::string feature;
  std::string reason;
};

// What a feature tells: alone, and inside the model.
struct FeatureWorth {
  std::string feature;
  double auc_alone = 0.5;  // of the feature by itself, on records not used to rank its values
  double spread = 0;       // standard deviation of what it gives to the log odds
};

struct TrainOptions {
  ModelKind kind = ModelKind::kLogistic;
  int folds = 5;                  // 2 to 20
  int bins = 16;                  // of a number, at most
  int64_t least_outcomes = 40;    // of the rarer outcome; fewer are not learnt from
  int64_t least_level = 20;       // records of a level, fewer are pooled
  std::optional<double> penalty;  // by cross-validation when not given
  // Train on the first such share by `order`, test on the rest; 0 does not.
  double time_split = 0;
  std::vector<double> order;  // one a row; the order of rows when empty
};

struct Training {
  PropensityModel model;  // from all records
  int64_t records = 0;
  int64_t outcomes = 0;
  Evaluation cross_validated;  // its AUC is the mean of the folds', with their interval
  std::optional<Evaluation> time_split;
  std::vector<LeakSign> suspicions;
  std::vector<FeatureWorth> worth;  // most spread first
  std::vector<std::string> notes;   // columns left out, and why
};

// Learns `truth` (0 or 1 a row). InvalidArgument for columns of different lengths or bad options;
// FailedPrecondition below the floor of outcomes, saying how many there are and are needed;
// Unimplemented for trees in a build without them.
absl::StatusOr<Training> TrainPropensity(const FeatureTable& table, std::span<const uint8_t> truth,
                                         const TrainOptions& options = {});

// The calibrated probability of every row. Columns are found by name; one that is missing reads as
// absent, a level that was never seen as pooled.
std::vector<double> ScoreTable(const PropensityModel& model, const FeatureTable& table);

// What each feature gave one row, in log odds against the average record; largest first.
struct FeatureEffect {
  std::string feature;
  std::string value;  // "" is absent
  double log_odds = 0;
};
struct PropensityReason {
  double probability = 0;
  double margin = 0;  // base + sum of effects, before calibration
  double base = 0;    // of the average record
  std::vector<FeatureEffect> effects;
};
PropensityReason ExplainRow(const PropensityModel& model, const FeatureTable& table, int64_t row);

// As JSON, shaped as PropensityModel in proto/relata/v1/model.proto; and back. DataLoss.
std::string PropensityToJson(const PropensityModel& model);
absl::StatusOr<PropensityModel> PropensityFromJson(std::string_view json);

}  // namespace relata

#endif  // RELATA_SCORE_PROPENSITY_H_
