// SPDX-License-Identifier: Apache-2.0

#include "relata/score/features.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <unordered_map>

namespace relata {
namespace {

std::optional<double> ParseNumber(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Whether 19 of 20 texts are numbers: what is left are slips, and read as absent.
bool AreNumbers(std::span<const std::string> texts) {
  int64_t numbers = 0, others = 0;
  for (const std::string& text : texts) {
    const std::string_view trimmed = Trimmed(text);
    if (!trimmed.empty()) ++(ParseNumber(trimmed) ? numbers : others);
  }
  return numbers > 0 && others * 19 <= numbers;
}

}  // namespace

FeatureColumn ColumnFromTexts(std::string_view name, std::span<const std::string> texts) {
  return AreNumbers(texts) ? NumbersFromTexts(name, texts) : LevelsFromTexts(name, texts);
}

FeatureColumn NumbersFromTexts(std::string_view name, std::span<const std::string> texts) {
  FeatureColumn column;
  column.name = name;
  for (const std::string& text : texts) {
    column.numbers.push_back(ParseNumber(Trimmed(text)).value_or(kAbsentNumber));
  }
  return column;
}

FeatureColumn LevelsFromTexts(std::string_view name, std::span<const std::string> texts) {
  FeatureColumn column;
  column.name = name;
  column.is_number = false;
  std::unordered_map<std::string_view, int32_t> seen;
  for (const std::string& given : texts) {
    const std::string_view text = Trimmed(given);
    if (text.empty()) {
      column.codes.push_back(kAbsentLevel);
      continue;
    }
    const auto [place, fresh] = seen.emplace(text, static_cast<int32_t>(column.levels.size()));
    if (fresh) column.levels.emplace_back(text);
    column.codes.push_back(place->second);
  }
  return column;
}

std::string FeatureText(const FeatureColumn& column, int64_t row) {
  const auto i = static_cast<size_t>(row);
  if (!column.is_number) {
    return column.codes[i] < 0 ? "" : column.levels[static_cast<size_t>(column.codes[i])];
  }
  if (std::isnan(column.numbers[i])) return "";
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", column.numbers[i]);
  return text;
}

}  // namespace relata
