// SPDX-License-Identifier: Apache-2.0
//
// From a table of features to what a fit runs on, and back to the weights of features.

#ifndef RELATA_SRC_SCORE_ENCODING_H_
#define RELATA_SRC_SCORE_ENCODING_H_

#include <cstdint>
#include <span>
#include <vector>

#include "relata/score/propensity.h"
#include "score/logistic.h"

namespace relata::internal {

// The bins, lines and levels of every column that can tell something; the notes say which cannot.
std::vector<ModelFeature> PlanFeatures(const FeatureTable& table, const TrainOptions& options,
                                       std::vector<std::string>& notes);

// The column of a feature in the table with the table's levels told in those of the feature.
// Borrows both.
class FeatureReader {
 public:
  FeatureReader(const ModelFeature& feature, const FeatureTable& table);

  const ModelFeature& feature() const { return *feature_; }
  const FeatureColumn* column() const { return column_; }
  double Number(int64_t row) const {
    return column_ == nullptr || !feature_->is_number ? kAbsentNumber
                                                      : column_->numbers[static_cast<size_t>(row)];
  }
  // The index into ModelFeature::weights.
  size_t Code(int64_t row) const;
  // The straight line of a number at the row: 0 when absent.
  double Line(int64_t row) const;
  // What the feature gives to the log odds of a logistic model.
  double Given(int64_t row) const {
    const double weight = feature_->weights[Code(row)];
    return feature_->is_number ? weight + feature_->slope * Line(row) : weight;
  }
  // Adds the same for the rows [from, from + out.size()).
  void AddGiven(int64_t from, std::span<double> out) const;

 private:
  const ModelFeature* feature_;
  const FeatureColumn* column_ = nullptr;
  std::vector<size_t> codes_;  // of the column's levels
};

std::vector<FeatureReader> ReadersOf(std::span<const ModelFeature> features,
                                     const FeatureTable& table);

Design MakeDesign(std::span<const ModelFeature> features, const FeatureTable& table);

// Puts the weights of a fit into the features; returns the intercept.
double TakeWeights(std::span<const double> weights, std::vector<ModelFeature>& features);

double Calibrated(const Calibration& calibration, double margin);
// Fitted to margins of records that the model had not seen.
Calibration FitCalibration(Calibration::Kind kind, std::span<const double> margins,
                           std::span<const uint8_t> truths);

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_ENCODING_H_
