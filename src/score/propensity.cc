// SPDX-License-Identifier: Apache-2.0

#include "relata/score/propensity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/strings.h"
#include "score/encoding.h"
#include "score/logistic.h"
#include "score/suspicion.h"
#include "score/trees.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Design;
using internal::FeatureReader;

constexpr double kPenalties[] = {1, 6, 36};
constexpr size_t kMostToChooseBy = 50'000;  // records on which the penalty is chosen
constexpr int kMostRounds = 400;
constexpr int kRoundStep = 25;
constexpr double kZ = 1.959963984540054;

// A number that spreads neighbouring rows (splitmix64: Steele, Lea and Flood 2014).
uint64_t Mixed(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

// A fold for each of the rows; every fold has its share of both outcomes.
std::vector<int> FoldsOf(std::span<const int64_t> rows, std::span<const uint8_t> truth, int folds) {
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(Mixed(static_cast<uint64_t>(rows[a])), a) <
           std::pair(Mixed(static_cast<uint64_t>(rows[b])), b);
  });
  std::vector<int> fold(rows.size());
  int next[2] = {0, folds / 2};
  for (const size_t i : order) {
    int& n = next[truth[static_cast<size_t>(rows[i])]];
    fold[i] = n++ % folds;
  }
  return fold;
}

// What was fitted, as either kind has it.
struct Fitted {
  std::vector<double> weights;
  double base = 0;
  internal::Trees trees;
};

// Margins of records that their fits did not see, and what was chosen by them.
struct OutOfFold {
  std::vector<double> margins;  // as `rows`
  std::vector<int> fold;
  double penalty = 0;
  int rounds = 0;
};

class Trainer {
 public:
  Trainer(const FeatureTable& table, std::span<const uint8_t> truth, const TrainOptions& options,
          std::vector<ModelFeature> features)
      : table_(table),
        truth_(truth),
        options_(options),
        features_(std::move(features)),
        readers_(internal::ReadersOf(features_, table)) {
    if (options.kind == ModelKind::kLogistic) design_ = internal::MakeDesign(features_, table);
  }
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  std::span<const FeatureReader> readers() const { return readers_; }

  absl::StatusOr<OutOfFold> CrossFit(std::span<const int64_t> rows) const {
    OutOfFold out;
    out.fold = FoldsOf(rows, truth_, options_.folds);
    out.margins.resize(rows.size());
    if (options_.kind == ModelKind::kTrees) {
      RELATA_RETURN_IF_ERROR(CrossFitTrees(rows, out));
      return out;
    }
    out.penalty = options_.penalty.value_or(kPenalties[1]);
    if (!options_.penalty) out.penalty = ChoosePenalty(rows);
    CrossFitLogistic(rows, out.penalty, out);
    return out;
  }

  absl::StatusOr<Fitted> Fit(std::span<const int64_t> rows, const OutOfFold& chosen) const {
    Fitted fitted;
    if (options_.kind == ModelKind::kLogistic) {
      fitted.weights = internal::FitLogistic(design_, truth_, rows, chosen.penalty).weights;
      return fitted;
    }
    RELATA_ASSIGN_OR_RETURN(internal::TreesFit fit,
                            internal::FitTrees(readers_, truth_, rows, chosen.rounds));
    fitted.base = fit.base;
    fitted.trees = std::move(fit.trees);
    return fitted;
  }

  double Margin(const Fitted& fitted, int64_t row) const {
    if (options_.kind == ModelKind::kLogistic) {
      return internal::MarginOf(design_, fitted.weights, row);
    }
    double margin = fitted.base;
    for (const auto& tree : fitted.trees) {
      margin += internal::WalkTree(tree, readers_, row, [](const SplitNode&, const SplitNode&) {});
    }
    return margin;
  }

  // The model for keeping, with the mean of what each feature gives.
  PropensityModel Finish(Fitted fitted, const OutOfFold& chosen) const {
    PropensityModel model;
    model.kind = options_.kind;
    model.features = features_;
    model.penalty = chosen.penalty;
    if (options_.kind == ModelKind::kTrees) {
      model.intercept = fitted.base;
      model.trees = std::move(fitted.trees);
      return model;
    }
    model.intercept = internal::TakeWeights(fitted.weights, model.features);
    for (ModelFeature& f : model.features) {
      const FeatureReader reader(f, table_);
      for (int64_t row = 0; row < table_.rows(); ++row) f.mean += reader.Given(row);
      f.mean /= static_cast<double>(table_.rows());
    }
    return model;
  }

 private:
  static std::vector<int64_t> Pick(std::span<const int64_t> rows, const std::vector<int>& fold,
                                   int which, bool inside) {
    std::vector<int64_t> picked;
    for (size_t i = 0; i < rows.size(); ++i) {
      if ((fold[i] == which) == inside) picked.push_back(rows[i]);
    }
    return picked;
  }

  void CrossFitLogistic(std::span<const int64_t> rows, double penalty, OutOfFold& out) const {
    for (int k = 0; k < options_.folds; ++k) {
      const std::vector<int64_t> training = Pick(rows, out.fold, k, false);
      const auto weights = internal::FitLogistic(design_, truth_, training, penalty).weights;
      for (size_t i = 0; i < rows.size(); ++i) {
        if (out.fold[i] == k) out.margins[i] = internal::MarginOf(design_, weights, rows[i]);
      }
    }
  }

  double ChoosePenalty(std::span<const int64_t> rows) const {
    const size_t step = (rows.size() + kMostToChooseBy - 1) / kMostToChooseBy;
    std::vector<int64_t> some;
    for (size_t i = 0; i < rows.size(); i += step) some.push_back(rows[i]);
    OutOfFold trial;
    trial.fold = FoldsOf(some, truth_, options_.folds);
    trial.margins.resize(some.size());
    double best = 0, best_loss = std::numeric_limits<double>::infinity();
    for (const double penalty : kPenalties) {
      CrossFitLogistic(some, penalty, trial);
      double loss = 0;
      for (size_t i = 0; i < some.size(); ++i) loss += LossOf(trial.margins[i], some[i]);
      if (loss < best_loss) {
        best_loss = loss;
        best = penalty;
      }
    }
    return best;
  }

  double LossOf(double margin, int64_t row) const {
    const double signed_margin = truth_[static_cast<size_t>(row)] ? -margin : margin;
    return signed_margin > 0 ? signed_margin + std::log1p(std::exp(-signed_margin))
                             : std::log1p(std::exp(signed_margin));
  }

  // As many rounds as give the lowest loss on the folds left out.
  absl::Status CrossFitTrees(std::span<const int64_t> rows, OutOfFold& out) const {
    constexpr size_t kStops = kMostRounds / kRoundStep;
    std::vector<std::vector<double>> margins(kStops, std::vector<double>(rows.size()));
    std::vector<double> loss(kStops);
    for (int k = 0; k < options_.folds; ++k) {
      const std::vector<int64_t> training = Pick(rows, out.fold, k, false);
      RELATA_ASSIGN_OR_RETURN(const internal::TreesFit fit,
                              internal::FitTrees(readers_, truth_, training, kMostRounds));
      for (size_t i = 0; i < rows.size(); ++i) {
        if (out.fold[i] != k) continue;
        double margin = fit.base;
        for (size_t t = 0; t < fit.trees.size(); ++t) {
          margin += internal::WalkTree(fit.trees[t], readers_, rows[i],
                                       [](const SplitNode&, const SplitNode&) {});
          if ((t + 1) % kRoundStep != 0) continue;
          const size_t stop = t / kRoundStep;
          margins[stop][i] = margin;
          loss[stop] += LossOf(margin, rows[i]);
        }
      }
    }
    const auto best =
        static_cast<size_t>(std::min_element(loss.begin(), loss.end()) - loss.begin());
    out.margins = margins[best];
    out.rounds = static_cast<int>(best + 1) * kRoundStep;
    return absl::OkStatus();
  }

  const FeatureTable& table_;
  const std::span<const uint8_t> truth_;
  const TrainOptions& options_;
  const std::vector<ModelFeature> features_;
  const std::vector<FeatureReader> readers_;
  Design design_;
};

std::vector<uint8_t> TruthOf(std::span<const uint8_t> truth, std::span<const int64_t> rows) {
  std::vector<uint8_t> out;
  for (const int64_t row : rows) out.push_back(truth[static_cast<size_t>(row)]);
  return out;
}

// Probabilities of each fold by a calibration that did not see it.
std::vector<double> CrossCalibrated(Calibration::Kind kind, const OutOfFold& out,
                                    const std::vector<uint8_t>& truths, int folds) {
  std::vector<double> probabilities(truths.size());
  for (int k = 0; k < folds; ++k) {
    std::vector<double> margins;
    std::vector<uint8_t> of;
    for (size_t i = 0; i < truths.size(); ++i) {
      if (out.fold[i] == k) continue;
      margins.push_back(out.margins[i]);
      of.push_back(truths[i]);
    }
    const Calibration c = internal::FitCalibration(kind, margins, of);
    for (size_t i = 0; i < truths.size(); ++i) {
      if (out.fold[i] == k) probabilities[i] = internal::Calibrated(c, out.margins[i]);
    }
  }
  return probabilities;
}

struct CalibrationChoice {
  Calibration calibration;
  std::vector<double> probabilities;  // cross-calibrated
};

CalibrationChoice ChooseCalibration(const OutOfFold& out, const std::vector<uint8_t>& truths,
                                    int folds) {
  CalibrationChoice best;
  double best_loss = std::numeric_limits<double>::infinity();
  for (const auto kind : {Calibration::Kind::kPlatt, Calibration::Kind::kIsotonic}) {
    std::vector<double> probabilities = CrossCalibrated(kind, out, truths, folds);
    const double loss = LogLoss(probabilities, truths);
    if (!(loss < best_loss)) continue;
    best_loss = loss;
    best = {internal::FitCalibration(kind, out.margins, truths), std::move(probabilities)};
  }
  return best;
}

// The mean of the folds' areas; their errors are taken as independent.
Estimate MeanAuc(const OutOfFold& out, const std::vector<uint8_t>& truths, int folds) {
  Estimate mean;
  double variance = 0;
  for (int k = 0; k < folds; ++k) {
    std::vector<double> margins;
    std::vector<uint8_t> of;
    for (size_t i = 0; i < truths.size(); ++i) {
      if (out.fold[i] != k) continue;
      margins.push_back(out.margins[i]);
      of.push_back(truths[i]);
    }
    const Estimate auc = AreaUnderRoc(margins, of);
    mean.value += auc.value / folds;
    const double error = (auc.high - auc.low) / (2 * kZ);
    variance += error * error / (folds * folds);
  }
  mean.low = std::max(0.0, mean.value - kZ * std::sqrt(variance));
  mean.high = std::min(1.0, mean.value + kZ * std::sqrt(variance));
  return mean;
}

absl::StatusOr<Evaluation> TestLater(const Trainer& trainer, std::span<const uint8_t> truth,
                                     const TrainOptions& options) {
  std::vector<int64_t> rows(truth.size());
  std::iota(rows.begin(), rows.end(), int64_t{0});
  if (!options.order.empty()) {
    std::stable_sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) {
      return options.order[static_cast<size_t>(a)] < options.order[static_cast<size_t>(b)];
    });
  }
  const auto split = static_cast<size_t>(options.time_split * static_cast<double>(rows.size()));
  const std::span<const int64_t> all(rows);
  const std::span<const int64_t> early = all.first(split);
  const std::span<const int64_t> late = all.subspan(split);
  // Fewer outcomes than folds cannot be learnt from, and of one outcome alone nothing is ranked.
  const auto rarer = [&](std::span<const int64_t> part) {
    const auto yes = std::count_if(part.begin(), part.end(),
                                   [&](int64_t r) { return truth[static_cast<size_t>(r)] != 0; });
    return std::min<int64_t>(yes, std::ssize(part) - yes);
  };
  const int64_t least = std::max<int64_t>(options.folds, options.least_outcomes);
  if (rarer(early) < least || rarer(late) < 1) {
    return FailedPrecondition(Concat("too few examples for the time split: of ", early.size(),
                                     " earlier records ", rarer(early), " have the rarer outcome, ",
                                     least, " are needed; of ", late.size(), " later ones ",
                                     rarer(late), ", 1 is needed"));
  }
  RELATA_ASSIGN_OR_RETURN(const OutOfFold out, trainer.CrossFit(early));
  const CalibrationChoice choice = ChooseCalibration(out, TruthOf(truth, early), options.folds);
  RELATA_ASSIGN_OR_RETURN(const Fitted fitted, trainer.Fit(early, out));
  std::vector<double> probabilities;
  for (const int64_t row : late) {
    probabilities.push_back(internal::Calibrated(choice.calibration, trainer.Margin(fitted, row)));
  }
  return Evaluate(probabilities, TruthOf(truth, late));
}

absl::Status CheckTable(const FeatureTable& table, std::span<const uint8_t> truth,
                        const TrainOptions& options) {
  for (const FeatureColumn& column : table.columns) {
    if (column.rows() != std::ssize(truth)) {
      return InvalidArgument(Concat("feature '", column.name, "' has ", column.rows(),
                                    " values for ", truth.size(), " records"));
    }
  }
  if (options.folds < 2 || options.folds > 20) return InvalidArgument("folds are 2 to 20");
  if (options.bins < 2 || options.bins > 256) return InvalidArgument("bins are 2 to 256");
  if (options.time_split < 0 || options.time_split > 0.95) {
    return InvalidArgument("the time split is a share of the records, 0 to 0.95");
  }
  if (!options.order.empty() && options.order.size() != truth.size()) {
    return InvalidArgument("the order of time has another length than the records");
  }
  int64_t yes = 0;
  for (const uint8_t t : truth) yes += t != 0 ? 1 : 0;
  const int64_t rarer = std::min<int64_t>(yes, std::ssize(truth) - yes);
  if (rarer < std::max<int64_t>(options.folds, options.least_outcomes)) {
    return FailedPrecondition(Concat("too few examples to learn from: ", yes, " of ", truth.size(),
                                     " records have the outcome; ", options.least_outcomes,
                                     " with it and without it are needed"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ModelKindName(ModelKind kind) {
  return kind == ModelKind::kTrees ? "trees" : "logistic";
}

absl::StatusOr<Training> TrainPropensity(const FeatureTable& table, std::span<const uint8_t> truth,
                                         const TrainOptions& options) {
  RELATA_RETURN_IF_ERROR(CheckTable(table, truth, options));
  Training training;
  std::vector<ModelFeature> features = internal::PlanFeatures(table, options, training.notes);
  if (features.empty()) return FailedPrecondition("no feature tells anything");
  const Trainer trainer(table, truth, options, std::move(features));
  std::vector<int64_t> rows(truth.size());
  std::iota(rows.begin(), rows.end(), int64_t{0});
  training.records = std::ssize(truth);
  training.outcomes = std::accumulate(truth.begin(), truth.end(), int64_t{0});
  RELATA_ASSIGN_OR_RETURN(const OutOfFold out, trainer.CrossFit(rows));
  const std::vector<uint8_t> truths(truth.begin(), truth.end());
  CalibrationChoice choice = ChooseCalibration(out, truths, options.folds);
  training.cross_validated = Evaluate(choice.probabilities, truths);
  training.cross_validated.auc = MeanAuc(out, truths, options.folds);
  RELATA_ASSIGN_OR_RETURN(Fitted fitted, trainer.Fit(rows, out));
  training.model = trainer.Finish(std::move(fitted), out);
  training.model.calibration = std::move(choice.calibration);
  if (options.time_split > 0) {
    RELATA_ASSIGN_OR_RETURN(training.time_split, TestLater(trainer, truth, options));
  }
  internal::JudgeFeatures(table, truth, training);
  return training;
}

std::vector<double> ScoreTable(const PropensityModel& model, const FeatureTable& table) {
  constexpr int64_t kBlock = 2048;  // rows that stay in cache from feature to feature
  const std::vector<FeatureReader> readers = internal::ReadersOf(model.features, table);
  std::vector<double> out(static_cast<size_t>(table.rows()), model.intercept);
  for (int64_t from = 0; from < table.rows(); from += kBlock) {
    const auto n = static_cast<size_t>(std::min(kBlock, table.rows() - from));
    const std::span<double> block = std::span(out).subspan(static_cast<size_t>(from), n);
    if (model.kind == ModelKind::kLogistic) {
      for (const FeatureReader& reader : readers) reader.AddGiven(from, block);
    } else {
      for (const auto& tree : model.trees) {
        for (size_t i = 0; i < n; ++i) {
          block[i] += internal::WalkTree(tree, readers, from + static_cast<int64_t>(i),
                                         [](const SplitNode&, const SplitNode&) {});
        }
      }
    }
    for (double& v : block) v = internal::Calibrated(model.calibration, v);
  }
  return out;
}

PropensityReason ExplainRow(const PropensityModel& model, const FeatureTable& table, int64_t row) {
  const std::vector<FeatureReader> readers = internal::ReadersOf(model.features, table);
  PropensityReason reason;
  reason.base = model.intercept;
  std::vector<double> given(readers.size());
  if (model.kind == ModelKind::kLogistic) {
    for (size_t f = 0; f < readers.size(); ++f) {
      reason.base += model.features[f].mean;
      given[f] = readers[f].Given(row) - model.features[f].mean;
    }
  }
  for (const auto& tree : model.trees) {
    reason.base += tree[0].value;
    internal::WalkTree(tree, readers, row, [&](const SplitNode& node, const SplitNode& next) {
      given[static_cast<size_t>(node.column)] += next.value - node.value;
    });
  }
  reason.margin = reason.base;
  for (size_t f = 0; f < readers.size(); ++f) {
    reason.margin += given[f];
    const FeatureColumn* column = readers[f].column();
    reason.effects.push_back(
        {model.features[f].name, column == nullptr ? "" : FeatureText(*column, row), given[f]});
  }
  reason.probability = internal::Calibrated(model.calibration, reason.margin);
  std::stable_sort(reason.effects.begin(), reason.effects.end(),
                   [](const FeatureEffect& a, const FeatureEffect& b) {
                     return std::abs(a.log_odds) > std::abs(b.log_odds);
                   });
  return reason;
}

}  // namespace relata
