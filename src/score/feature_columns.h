// SPDX-License-Identifier: Apache-2.0
//
// Values of expressions made into columns of features.

#ifndef RELATA_SRC_SCORE_FEATURE_COLUMNS_H_
#define RELATA_SRC_SCORE_FEATURE_COLUMNS_H_

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "relata/base/time.h"
#include "relata/model/value.h"
#include "relata/score/features.h"

namespace relata::internal {

// One column being filled, row after row. Texts that are numbers nearly always become numbers, as
// in ColumnFromTexts, unless it is said what the column is.
class ColumnFiller {
 public:
  // `is_number`: what a model that exists expects.
  explicit ColumnFiller(std::string name, std::optional<bool> is_number = std::nullopt)
      : name_(std::move(name)), expected_(is_number) {}

  // False for a value that is neither a number nor a text: a list, a map.
  bool Add(const Value& value, Timestamp now);
  FeatureColumn Take();

 private:
  static constexpr int32_t kIsNumber = -2;

  int32_t LevelOf(std::string text);

  const std::string name_;
  const std::optional<bool> expected_;
  std::vector<double> numbers_;
  std::vector<int32_t> codes_;  // a level, kAbsentLevel, or kIsNumber
  std::vector<std::string> levels_;
  std::unordered_map<std::string, int32_t> places_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_FEATURE_COLUMNS_H_
