// SPDX-License-Identifier: Apache-2.0

#include "score/encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include "base/strings.h"

namespace relata::internal {
namespace {

// A level kept beyond this many would cost more than it tells.
constexpr size_t kMostLevels = 200;

std::vector<double> Present(const FeatureColumn& column) {
  std::vector<double> values;
  for (const double v : column.numbers) {
    if (!std::isnan(v)) values.push_back(v);
  }
  std::sort(values.begin(), values.end());
  return values;
}

bool IsIdentifier(const std::vector<double>& sorted) {
  if (sorted.size() < 100) return false;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != std::floor(sorted[i]) || (i > 0 && sorted[i] == sorted[i - 1])) return false;
  }
  return true;
}

bool PlanNumber(const FeatureColumn& column, int bins, ModelFeature& f,
                std::vector<std::string>& notes) {
  const std::vector<double> sorted = Present(column);
  if (sorted.empty() ||
      (sorted.front() == sorted.back() && sorted.size() == column.numbers.size())) {
    notes.push_back(Concat(column.name, ": left out, it is the same everywhere"));
    return false;
  }
  if (IsIdentifier(sorted)) {
    notes.push_back(Concat(column.name,
                           ": left out, a whole number that is never repeated names "
                           "a record and describes none"));
    return false;
  }
  for (int b = 1; b < bins; ++b) {
    const double cut = sorted[sorted.size() * static_cast<size_t>(b) / static_cast<size_t>(bins)];
    if (cut > sorted.front() && (f.cuts.empty() || cut > f.cuts.back())) f.cuts.push_back(cut);
  }
  // Between the 1st and 99th percentile, so that one wild value does not flatten the rest.
  f.low = sorted[sorted.size() / 100];
  f.high = sorted[sorted.size() - 1 - sorted.size() / 100];
  double sum = 0, square = 0;
  for (const double v : sorted) sum += std::clamp(v, f.low, f.high);
  f.centre = sum / static_cast<double>(sorted.size());
  for (const double v : sorted) {
    const double off = std::clamp(v, f.low, f.high) - f.centre;
    square += off * off;
  }
  f.scale = std::sqrt(square / static_cast<double>(sorted.size()));
  if (!(f.scale > 0)) f.scale = 1;
  f.weights.assign(f.cuts.size() + 2, 0);
  return true;
}

bool PlanLevels(const FeatureColumn& column, int64_t least, ModelFeature& f,
                std::vector<std::string>& notes) {
  std::vector<int64_t> counts(column.levels.size());
  int64_t absent = 0;
  for (const int32_t code : column.codes) {
    if (code < 0)
      ++absent;
    else
      ++counts[static_cast<size_t>(code)];
  }
  std::vector<size_t> order(counts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return counts[a] > counts[b]; });
  const int64_t rows = column.rows();
  for (const size_t level : order) {
    if (counts[level] < least || f.levels.size() == kMostLevels) break;
    f.levels.push_back(column.levels[level]);
  }
  if (f.levels.empty() && absent < least) {
    notes.push_back(Concat(column.name, ": left out, no value of it occurs ", least, " times"));
    return false;
  }
  if (absent == 0 && f.levels.size() == 1 && counts[order[0]] == rows) {
    notes.push_back(Concat(column.name, ": left out, it is the same everywhere"));
    return false;
  }
  f.weights.assign(f.levels.size() + 2, 0);
  return true;
}

}  // namespace

std::vector<ModelFeature> PlanFeatures(const FeatureTable& table, const TrainOptions& options,
                                       std::vector<std::string>& notes) {
  std::vector<ModelFeature> features;
  for (const FeatureColumn& column : table.columns) {
    ModelFeature f;
    f.name = column.name;
    f.is_number = column.is_number;
    const bool tells = column.is_number ? PlanNumber(column, options.bins, f, notes)
                                        : PlanLevels(column, options.least_level, f, notes);
    if (tells) features.push_back(std::move(f));
  }
  return features;
}

FeatureReader::FeatureReader(const ModelFeature& feature, const FeatureTable& table)
    : feature_(&feature) {
  for (const FeatureColumn& column : table.columns) {
    if (column.name == feature.name && column.is_number == feature.is_number) column_ = &column;
  }
  if (column_ == nullptr || feature.is_number) return;
  std::unordered_map<std::string_view, size_t> known;
  for (size_t i = 0; i < feature.levels.size(); ++i) known.emplace(feature.levels[i], i + 2);
  for (const std::string& level : column_->levels) {
    const auto found = known.find(level);
    codes_.push_back(found == known.end() ? 1 : found->second);
  }
}

size_t FeatureReader::Code(int64_t row) const {
  if (column_ == nullptr) return 0;
  if (!feature_->is_number) {
    const int32_t code = column_->codes[static_cast<size_t>(row)];
    return code < 0 ? 0 : codes_[static_cast<size_t>(code)];
  }
  const double v = column_->numbers[static_cast<size_t>(row)];
  if (std::isnan(v)) return 0;
  const auto& cuts = feature_->cuts;
  return static_cast<size_t>(std::upper_bound(cuts.begin(), cuts.end(), v) - cuts.begin()) + 1;
}

double FeatureReader::Line(int64_t row) const {
  const double v = Number(row);
  if (std::isnan(v)) return 0;
  return (std::clamp(v, feature_->low, feature_->high) - feature_->centre) / feature_->scale;
}

namespace {

// What a number of at most 2^kSteps bins gives. Neither where it falls nor whether it is absent is
// asked by a branch, as no processor can foresee it.
template <int kSteps>
void AddNumbers(const ModelFeature& f, std::span<const double> numbers, std::span<double> out) {
  constexpr size_t kBins = size_t{1} << kSteps;
  std::array<double, kBins> cuts;
  cuts.fill(std::numeric_limits<double>::infinity());
  std::copy(f.cuts.begin(), f.cuts.end(), cuts.begin());
  const double slope = f.slope / f.scale;
  // Absent counts as `low` on the line, which its weight takes back.
  std::array<double, kBins + 1> weights{};
  weights[0] = f.weights[0] - slope * f.low;
  for (size_t i = 1; i < f.weights.size(); ++i) weights[i] = f.weights[i] - slope * f.centre;
  for (size_t i = 0; i < out.size(); ++i) {
    const double v = numbers[i];
    size_t bin = 0;
    for (size_t half = kBins / 2; half > 0; half /= 2) {
      bin += half * static_cast<size_t>(cuts[bin + half - 1] <= v);
    }
    const size_t state = (bin + 1) * static_cast<size_t>(v == v);
    const double above = v > f.low ? v : f.low;
    const double held = above < f.high ? above : f.high;
    out[i] += weights[state] + slope * held;
  }
}

}  // namespace

void FeatureReader::AddGiven(int64_t from, std::span<double> out) const {
  const std::vector<double>& weights = feature_->weights;
  if (column_ == nullptr) {
    for (double& v : out) v += weights[0];
    return;
  }
  const auto first = static_cast<size_t>(from);
  if (!feature_->is_number) {
    // One look-up a row: the weight of the column's level, absent first.
    std::vector<double> of_level = {weights[0]};
    for (const size_t code : codes_) of_level.push_back(weights[code]);
    const int32_t* codes = column_->codes.data() + first;
    for (size_t i = 0; i < out.size(); ++i) out[i] += of_level[static_cast<size_t>(codes[i] + 1)];
    return;
  }
  const std::span<const double> numbers(column_->numbers.data() + first, out.size());
  switch (std::bit_width(feature_->cuts.size())) {
    case 0:
    case 1:
      return AddNumbers<1>(*feature_, numbers, out);
    case 2:
      return AddNumbers<2>(*feature_, numbers, out);
    case 3:
      return AddNumbers<3>(*feature_, numbers, out);
    case 4:
      return AddNumbers<4>(*feature_, numbers, out);
    default:
      for (size_t i = 0; i < out.size(); ++i) out[i] += Given(from + static_cast<int64_t>(i));
  }
}

std::vector<FeatureReader> ReadersOf(std::span<const ModelFeature> features,
                                     const FeatureTable& table) {
  std::vector<FeatureReader> readers;
  for (const ModelFeature& f : features) readers.emplace_back(f, table);
  return readers;
}

Design MakeDesign(std::span<const ModelFeature> features, const FeatureTable& table) {
  const std::vector<FeatureReader> readers = ReadersOf(features, table);
  Design design;
  design.rows = table.rows();
  design.code_columns = features.size();
  for (const ModelFeature& f : features) design.dense_columns += f.is_number ? 1 : 0;
  const auto rows = static_cast<size_t>(design.rows);
  design.dense.resize(rows * design.dense_columns);
  design.codes.resize(rows * design.code_columns);
  size_t next = 1 + design.dense_columns;
  size_t line = 0;
  for (size_t c = 0; c < readers.size(); ++c) {
    for (size_t row = 0; row < rows; ++row) {
      const auto r = static_cast<int64_t>(row);
      design.codes[row * design.code_columns + c] =
          static_cast<uint32_t>(next + readers[c].Code(r));
      if (features[c].is_number) {
        design.dense[row * design.dense_columns + line] = readers[c].Line(r);
      }
    }
    next += features[c].weights.size();
    line += features[c].is_number ? 1 : 0;
  }
  design.weights = next;
  return design;
}

double TakeWeights(std::span<const double> weights, std::vector<ModelFeature>& features) {
  size_t line = 1;
  for (ModelFeature& f : features) {
    if (f.is_number) f.slope = weights[line++];
  }
  size_t next = line;
  for (ModelFeature& f : features) {
    std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(next), f.weights.size(),
                f.weights.begin());
    next += f.weights.size();
  }
  return weights[0];
}

// --- Calibration ---------------------------------------------------------------------------------

namespace {

double Sigmoid(double m) { return 1 / (1 + std::exp(-m)); }

// Platt's line by Newton's method, with his targets, which keep it off 0 and 1.
Calibration FitPlatt(std::span<const double> margins, std::span<const uint8_t> truths) {
  Calibration c;
  c.kind = Calibration::Kind::kPlatt;
  double yes = 0;
  for (const uint8_t t : truths) yes += t;
  const double no = static_cast<double>(truths.size()) - yes;
  const double target_yes = (yes + 1) / (yes + 2);
  const double target_no = 1 / (no + 2);
  for (int step = 0; step < 50; ++step) {
    double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
    for (size_t i = 0; i < margins.size(); ++i) {
      const double p = Sigmoid(c.slope * margins[i] + c.shift);
      const double off = p - (truths[i] ? target_yes : target_no);
      const double w = p * (1 - p);
      ga += off * margins[i];
      gb += off;
      haa += w * margins[i] * margins[i];
      hab += w * margins[i];
      hbb += w;
    }
    const double det = haa * hbb - hab * hab;
    if (!(det > 0)) break;
    const double da = (hbb * ga - hab * gb) / det;
    const double db = (haa * gb - hab * ga) / det;
    c.slope -= std::clamp(da, -1.0, 1.0);
    c.shift -= std::clamp(db, -1.0, 1.0);
    if (std::abs(da) + std::abs(db) < 1e-10) break;
  }
  // A line that falls would turn the ranking over.
  c.slope = std::max(c.slope, 1e-3);
  return c;
}

Calibration FitIsotonic(std::span<const double> margins, std::span<const uint8_t> truths) {
  struct Block {
    double margin = 0;  // sum
    double yes = 0;
    double n = 0;
  };
  std::vector<size_t> order(margins.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return margins[a] < margins[b]; });
  double base = 0;
  for (const uint8_t t : truths) base += t;
  base /= std::max<double>(1, static_cast<double>(truths.size()));
  std::vector<Block> blocks;
  for (const size_t i : order) {
    blocks.push_back({margins[i], static_cast<double>(truths[i]), 1});
    while (blocks.size() > 1) {
      const Block& last = blocks.back();
      Block& before = blocks[blocks.size() - 2];
      if (before.yes * last.n < last.yes * before.n) break;
      before.margin += last.margin;
      before.yes += last.yes;
      before.n += last.n;
      blocks.pop_back();
    }
  }
  Calibration c;
  c.kind = Calibration::Kind::kIsotonic;
  for (const Block& b : blocks) {
    // One more record at the overall rate: a block of three is no certainty.
    const double p = (b.yes + base) / (b.n + 1);
    const double last = c.probabilities.empty() ? 0 : c.probabilities.back();
    c.margins.push_back(b.margin / b.n);
    c.probabilities.push_back(std::max(p, last));
  }
  return c;
}

}  // namespace

double Calibrated(const Calibration& c, double margin) {
  if (c.kind == Calibration::Kind::kNone || c.margins.empty()) {
    return Sigmoid(c.slope * margin + c.shift);
  }
  // The first point above, halving without branches.
  size_t i = 0;
  for (size_t n = c.margins.size(); n > 0;) {
    const size_t half = (n + 1) / 2;
    i += c.margins[i + half - 1] <= margin ? half : 0;
    n -= half;
  }
  if (i == 0) return c.probabilities.front();
  if (i == c.margins.size()) return c.probabilities.back();
  const double share = (margin - c.margins[i - 1]) / (c.margins[i] - c.margins[i - 1]);
  return c.probabilities[i - 1] + share * (c.probabilities[i] - c.probabilities[i - 1]);
}

Calibration FitCalibration(Calibration::Kind kind, std::span<const double> margins,
                           std::span<const uint8_t> truths) {
  if (kind == Calibration::Kind::kPlatt) return FitPlatt(margins, truths);
  if (kind == Calibration::Kind::kIsotonic) return FitIsotonic(margins, truths);
  return {};
}

}  // namespace relata::internal
