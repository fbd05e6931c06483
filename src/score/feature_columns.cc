// SPDX-License-Identifier: Apache-2.0

#include "score/feature_columns.h"

#include <cmath>
#include <utility>

#include "score/questions.h"

namespace relata::internal {

int32_t ColumnFiller::LevelOf(std::string text) {
  const auto next = static_cast<int32_t>(levels_.size());
  const auto [place, fresh] = places_.emplace(std::move(text), next);
  if (fresh) levels_.push_back(place->first);
  return place->second;
}

bool ColumnFiller::Add(const Value& value, Timestamp now) {
  double number = kAbsentNumber;
  int32_t code = kAbsentLevel;
  bool known = true;
  if (value.is(Value::Kind::kBool)) {
    code = LevelOf(value.bool_value() ? "true" : "false");
  } else if (value.is(Value::Kind::kText)) {
    if (value.text().find_first_not_of(' ') != std::string::npos) code = LevelOf(value.text());
  } else if (const std::optional<double> v = NumberOf(value, now); v && std::isfinite(*v)) {
    number = *v;
    code = kIsNumber;
  } else {
    known = value.is_null();
  }
  numbers_.push_back(number);
  codes_.push_back(code);
  return known;
}

FeatureColumn ColumnFiller::Take() {
  // Numbers as they came, texts that may be numbers, and both mixed.
  bool numbers_only = true;
  for (const int32_t code : codes_) numbers_only &= code < 0;
  if (numbers_only && levels_.empty() && expected_ != false) {
    FeatureColumn column;
    column.name = name_;
    column.numbers = std::move(numbers_);
    return column;
  }
  std::vector<std::string> texts;
  texts.reserve(codes_.size());
  for (size_t i = 0; i < codes_.size(); ++i) {
    if (codes_[i] == kIsNumber) {
      FeatureColumn one;
      one.numbers = {numbers_[i]};
      texts.push_back(FeatureText(one, 0));
    } else {
      texts.push_back(codes_[i] < 0 ? "" : levels_[static_cast<size_t>(codes_[i])]);
    }
  }
  if (!expected_) return ColumnFromTexts(name_, texts);
  return *expected_ ? NumbersFromTexts(name_, texts) : LevelsFromTexts(name_, texts);
}

}  // namespace relata::internal
