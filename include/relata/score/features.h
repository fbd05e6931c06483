// SPDX-License-Identifier: Apache-2.0
//
// What a model learns from and is asked about: a table of features, one row a record.
//
// A feature is a column of numbers or of levels (one of a few texts). Absent is its own state, not
// a number and not a level: that somebody gave no phone number may say more than the number would.
//
// Plain data; thread-safe to read.

#ifndef RELATA_SCORE_FEATURES_H_
#define RELATA_SCORE_FEATURES_H_

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relata {

inline constexpr double kAbsentNumber = std::numeric_limits<double>::quiet_NaN();
inline constexpr int32_t kAbsentLevel = -1;

struct FeatureColumn {
  std::string name;
  bool is_number = true;
  std::vector<double> numbers;      // when is_number; NaN is absent
  std::vector<int32_t> codes;       // otherwise: indexes into `levels`; kAbsentLevel is absent
  std::vector<std::string> levels;  // distinct

  int64_t rows() const { return static_cast<int64_t>(is_number ? numbers.size() : codes.size()); }
};

struct FeatureTable {
  std::vector<FeatureColumn> columns;  // of equal length

  int64_t rows() const { return columns.empty() ? 0 : columns.front().rows(); }
};

// A column from texts, blank being absent: of numbers when 19 of 20 of the others are numbers (what
// is no number is absent then), of levels otherwise.
FeatureColumn ColumnFromTexts(std::string_view name, std::span<const std::string> texts);

// The same when it is known which of both it is.
FeatureColumn NumbersFromTexts(std::string_view name, std::span<const std::string> texts);
FeatureColumn LevelsFromTexts(std::string_view name, std::span<const std::string> texts);

// The value of a row as people read it; "" when it is absent.
std::string FeatureText(const FeatureColumn& column, int64_t row);

}  // namespace relata

#endif  // RELATA_SCORE_FEATURES_H_
