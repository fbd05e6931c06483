// SPDX-License-Identifier: Apache-2.0

#include "score/suspicion.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "base/strings.h"
#include "score/encoding.h"
#include "score/logistic.h"

namespace relata::internal {
namespace {

constexpr double kStrongAlone = 0.75;  // area under the curve from which a feature is looked at
constexpr size_t kLookedAt = 5;        // at most so many: each costs a fit
constexpr double kDecides = 0.9;       // lower bound of the share with the outcome
constexpr int64_t kLeastDecided = 30;
constexpr double kFilledTells = 0.7;
constexpr double kLearntLater = 0.6;  // area from which hindsight is worth a word
constexpr double kMuchBetter = 0.1;
constexpr double kPenalty = 6;
constexpr int64_t kMostRows = 20'000;  // records by which a feature is judged

// Spread over the file, whatever its order.
bool InSecondHalf(int64_t row) {
  return ((static_cast<uint64_t>(row) * 0x9E3779B97F4A7C15) >> 63) != 0;
}

// Values ranked by their rate in one half of the records, measured on the other.
double AucOfHalf(const FeatureReader& reader, std::span<const uint8_t> truth, bool second) {
  const size_t codes = reader.feature().weights.size();
  std::vector<double> yes(codes), all(codes);
  double base = 0;
  for (const uint8_t t : truth) base += t;
  base /= static_cast<double>(truth.size());
  std::vector<double> scores;
  std::vector<uint8_t> truths;
  for (int64_t row = 0; row < std::ssize(truth); ++row) {
    if (InSecondHalf(row) == second) continue;
    const size_t code = reader.Code(row);
    yes[code] += truth[static_cast<size_t>(row)];
    ++all[code];
  }
  for (int64_t row = 0; row < std::ssize(truth); ++row) {
    if (InSecondHalf(row) != second) continue;
    const size_t code = reader.Code(row);
    scores.push_back((yes[code] + 10 * base) / (all[code] + 10));
    truths.push_back(truth[static_cast<size_t>(row)]);
  }
  return AreaUnderRoc(scores, truths).value;
}

double AucAlone(const FeatureReader& reader, std::span<const uint8_t> truth) {
  return (AucOfHalf(reader, truth, false) + AucOfHalf(reader, truth, true)) / 2;
}

// What the features but `without` reach, learnt on one half and measured on the other.
double AucWithout(const FeatureTable& table, std::span<const uint8_t> truth,
                  std::vector<ModelFeature> features, const std::string& without) {
  std::erase_if(features, [&](const ModelFeature& f) { return f.name == without; });
  if (features.empty()) return 0.5;
  const Design design = MakeDesign(features, table);
  std::vector<int64_t> learn;
  std::vector<int64_t> test;
  const int64_t step = std::max<int64_t>(1, std::ssize(truth) / kMostRows);
  for (int64_t row = 0; row < std::ssize(truth); row += step) {
    (InSecondHalf(row) ? test : learn).push_back(row);
  }
  const std::vector<double> weights = FitLogistic(design, truth, learn, kPenalty).weights;
  std::vector<double> margins;
  std::vector<uint8_t> truths;
  for (const int64_t row : test) {
    margins.push_back(MarginOf(design, weights, row));
    truths.push_back(truth[static_cast<size_t>(row)]);
  }
  return AreaUnderRoc(margins, truths).value;
}

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  return text;
}
std::string Area(double auc) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", auc);
  return text;
}

void JudgeLevels(const FeatureReader& reader, std::span<const uint8_t> truth, Training& training) {
  const ModelFeature& f = reader.feature();
  std::vector<int64_t> yes(f.weights.size()), all(f.weights.size());
  for (int64_t row = 0; row < std::ssize(truth); ++row) {
    const size_t code = reader.Code(row);
    ++all[code];
    yes[code] += truth[static_cast<size_t>(row)];
  }
  const double base =
      static_cast<double>(training.outcomes) / static_cast<double>(training.records);
  for (size_t code = 2; !f.is_number && base < 0.6 && code < all.size(); ++code) {
    if (all[code] < kLeastDecided || Share(yes[code], all[code]).low < kDecides) continue;
    training.suspicions.push_back(
        {f.name, Concat("'", f.levels[code - 2], "' decides the outcome: ",
                        Percent(static_cast<double>(yes[code]) / static_cast<double>(all[code])),
                        " of ", all[code], " records have it")});
    break;
  }
  if (all[0] < kLeastDecided || all[0] == std::ssize(truth)) return;
  // The area of one cut is the mean of the shares ranked right.
  const auto filled_yes = static_cast<double>(training.outcomes - yes[0]);
  const auto filled_no =
      static_cast<double>(training.records - training.outcomes - (all[0] - yes[0]));
  const double auc =
      0.5 + 0.5 * (filled_yes / static_cast<double>(training.outcomes) -
                   filled_no / static_cast<double>(training.records - training.outcomes));
  if (auc < kFilledTells) return;
  training.suspicions.push_back(
      {f.name, Concat("that it is filled at all tells the outcome (area ", Area(auc), ")")});
}

double SpreadOf(const FeatureReader& reader, double mean, int64_t rows) {
  double square = 0;
  for (int64_t row = 0; row < rows; ++row) {
    const double off = reader.Given(row) - mean;
    square += off * off;
  }
  return std::sqrt(square / static_cast<double>(std::max<int64_t>(1, rows)));
}

// Trees have no weights a feature: how much what they give varies over some of the records.
void SpreadOfTrees(const FeatureTable& table, Training& training) {
  constexpr int64_t kSome = 500;
  const int64_t step = std::max<int64_t>(1, table.rows() / kSome);
  int64_t n = 0;
  for (int64_t row = 0; row < table.rows(); row += step, ++n) {
    for (const FeatureEffect& effect : ExplainRow(training.model, table, row).effects) {
      for (FeatureWorth& worth : training.worth) {
        if (worth.feature == effect.feature) worth.spread += effect.log_odds * effect.log_odds;
      }
    }
  }
  for (FeatureWorth& worth : training.worth) {
    worth.spread = std::sqrt(worth.spread / static_cast<double>(std::max<int64_t>(1, n)));
  }
}

}  // namespace

void JudgeFeatures(const FeatureTable& table, std::span<const uint8_t> truth, Training& training) {
  const std::vector<ModelFeature>& features = training.model.features;
  const std::vector<FeatureReader> readers = ReadersOf(features, table);
  for (size_t f = 0; f < features.size(); ++f) {
    FeatureWorth worth;
    worth.feature = features[f].name;
    worth.auc_alone = AucAlone(readers[f], truth);
    if (training.model.kind == ModelKind::kLogistic) {
      worth.spread = SpreadOf(readers[f], features[f].mean, table.rows());
    }
    training.worth.push_back(std::move(worth));
  }
  if (training.model.kind == ModelKind::kTrees) SpreadOfTrees(table, training);
  std::vector<FeatureWorth> alone = training.worth;
  std::stable_sort(alone.begin(), alone.end(), [](const FeatureWorth& a, const FeatureWorth& b) {
    return a.auc_alone > b.auc_alone;
  });
  for (size_t i = 0; i < std::min(kLookedAt, alone.size()); ++i) {
    if (alone[i].auc_alone < kStrongAlone || features.size() < 2) break;
    const double others = AucWithout(table, truth, features, alone[i].feature);
    if (alone[i].auc_alone < others) continue;
    training.suspicions.push_back(
        {alone[i].feature, Concat("ranks better alone (area ", Area(alone[i].auc_alone),
                                  ") than all others together (", Area(others),
                                  "): is it known before the outcome?")});
  }
  for (const FeatureReader& reader : readers) JudgeLevels(reader, truth, training);
  std::stable_sort(
      training.worth.begin(), training.worth.end(),
      [](const FeatureWorth& a, const FeatureWorth& b) { return a.spread > b.spread; });
}

namespace {

// By name; a column that tells nothing is not there.
std::map<std::string, double> AloneByName(const FeatureTable& table,
                                          std::span<const uint8_t> truth) {
  std::vector<std::string> notes;
  const std::vector<ModelFeature> features = PlanFeatures(table, TrainOptions(), notes);
  std::map<std::string, double> alone;
  for (const FeatureReader& reader : ReadersOf(features, table)) {
    alone[reader.feature().name] = AucAlone(reader, truth);
  }
  return alone;
}

}  // namespace

void JudgeHindsight(const FeatureTable& known, const FeatureTable& later,
                    std::span<const uint8_t> truth, std::string_view day, Training& training) {
  const std::map<std::string, double> then = AloneByName(known, truth);
  for (const auto& [feature, today] : AloneByName(later, truth)) {
    const auto found = then.find(feature);
    const double before = found == then.end() ? 0.5 : found->second;
    if (today < kLearntLater || today - before < kMuchBetter) continue;
    training.suspicions.push_back(
        {feature, Concat("what stands there by now ranks much better (area ", Area(today),
                         ") than what was known on ", day, " (", Area(before),
                         "): it is written with the outcome or after it")});
  }
}

}  // namespace relata::internal
