// SPDX-License-Identifier: Apache-2.0

#include "relata/score/propensity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <sstream>

#include "score/encoding.h"
#include "score/logistic.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

struct Labelled {
  FeatureTable table;
  std::vector<uint8_t> truth;
};

std::vector<std::string> SplitLine(const std::string& line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '\r') continue;
    if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

// A file of the reference data, without the columns in `drop`.
Labelled Load(const std::string& file, char separator, const std::string& target,
              const std::string& yes, const std::set<std::string>& drop = {}) {
  std::istringstream in(testing::ReadFile(testing::RelataShared() / file));
  std::string line;
  std::getline(in, line);
  const std::vector<std::string> head = SplitLine(line, separator);
  std::vector<std::vector<std::string>> columns(head.size());
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = SplitLine(line, separator);
    EXPECT_EQ(cells.size(), head.size()) << line;
    for (size_t i = 0; i < head.size(); ++i) columns[i].push_back(cells[i]);
  }
  Labelled out;
  for (size_t i = 0; i < head.size(); ++i) {
    if (head[i] == target) {
      for (const std::string& cell : columns[i]) out.truth.push_back(cell == yes ? 1 : 0);
    } else if (!drop.contains(head[i])) {
      out.table.columns.push_back(ColumnFromTexts(head[i], columns[i]));
    }
  }
  return out;
}

const std::set<std::string> kLeaksOfLeads = {"Tags",
                                             "Lead Quality",
                                             "Lead Profile",
                                             "Asymmetrique Activity Index",
                                             "Asymmetrique Profile Index",
                                             "Asymmetrique Activity Score",
                                             "Asymmetrique Profile Score"};

void ExpectCalibrated(const Evaluation& e) {
  EXPECT_LT(e.calibration_error, 0.02);
  EXPECT_LT(e.log_loss, e.base_log_loss);
  // A tenth of the records is off by more than its 95 percent interval in few cases.
  int off = 0;
  for (const ReliabilityLine& line : e.reliability) {
    if (line.predicted < line.actual.low || line.predicted > line.actual.high) ++off;
  }
  EXPECT_LE(off, 3);
}

TEST(Propensity, TelcoChurnIsRankedAboveThePlainRegression) {
  RELATA_REQUIRE_SHARED("data/churn_telco_ibm/telco_70.csv");
  const Labelled telco = Load("data/churn_telco_ibm/telco_70.csv", ',', "Churn", "Yes");
  const auto training = TrainPropensity(telco.table, telco.truth);
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_GT(training->cross_validated.auc.value, 0.845);
  ExpectCalibrated(training->cross_validated);
  EXPECT_GT(training->cross_validated.lift[1].lift, 2.5);
  EXPECT_THAT(training->suspicions, IsEmpty());
  EXPECT_THAT(training->notes, Contains(HasSubstr("customerID")));
}

// The floor of 0.766 is of the whole file; on its first 70 percent, which are older, the same plain
// regression (one-hot, numbers standardised, scikit-learn) reaches 0.658.
TEST(Propensity, BankResponseIsRankedAboveThePlainRegression) {
  RELATA_REQUIRE_SHARED("data/score_bank_marketing/bank_first_70.csv");
  const Labelled bank =
      Load("data/score_bank_marketing/bank_first_70.csv", ';', "y", "yes", {"duration"});
  TrainOptions options;
  options.time_split = 0.7;
  const auto training = TrainPropensity(bank.table, bank.truth, options);
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_GT(training->cross_validated.auc.value, 0.66);
  ExpectCalibrated(training->cross_validated);
  // Later calls are another matter than calls drawn at random: only the time split says so.
  ASSERT_TRUE(training->time_split.has_value());
  EXPECT_LT(training->time_split->auc.value, training->cross_validated.auc.low);
}

TEST(Propensity, TheDurationOfACallIsSuspectedToKnowItsEnd) {
  RELATA_REQUIRE_SHARED("data/score_bank_marketing/bank_first_70.csv");
  const Labelled bank = Load("data/score_bank_marketing/bank_first_70.csv", ';', "y", "yes");
  const auto training = TrainPropensity(bank.table, bank.truth);
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_THAT(training->suspicions, SizeIs(1));
  EXPECT_THAT(training->suspicions, Contains(Field(&LeakSign::feature, "duration")));
}

TEST(Propensity, LeadsAreRankedAboveThePlainRegressionAndLeakingColumnsAreNamed) {
  RELATA_REQUIRE_SHARED("data/score_x_education_leads/leads_70.csv");
  const std::string file = "data/score_x_education_leads/leads_70.csv";
  const Labelled clean = Load(file, ',', "Converted", "1", kLeaksOfLeads);
  const auto training = TrainPropensity(clean.table, clean.truth);
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_GT(training->cross_validated.auc.value, 0.896);
  ExpectCalibrated(training->cross_validated);
  const Labelled all = Load(file, ',', "Converted", "1");
  const auto leaking = TrainPropensity(all.table, all.truth);
  ASSERT_TRUE(leaking.ok()) << leaking.status();
  EXPECT_THAT(leaking->suspicions, Contains(Field(&LeakSign::feature, "Tags")));
  EXPECT_THAT(leaking->suspicions, Contains(Field(&LeakSign::feature, "Lead Quality")));
}

TEST(Propensity, TreesRankTheLeadsBetterStill) {
  RELATA_REQUIRE_SHARED("data/score_x_education_leads/leads_70.csv");
  if (!CanTrainTrees()) GTEST_SKIP() << "this build has no XGBoost";
  const Labelled leads =
      Load("data/score_x_education_leads/leads_70.csv", ',', "Converted", "1", kLeaksOfLeads);
  TrainOptions options;
  options.kind = ModelKind::kTrees;
  options.folds = 3;
  const auto training = TrainPropensity(leads.table, leads.truth, options);
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_GT(training->cross_validated.auc.value, 0.9);
  ExpectCalibrated(training->cross_validated);
  const std::vector<double> scores = ScoreTable(training->model, leads.table);
  for (int64_t row = 0; row < 50; ++row) {
    const PropensityReason why = ExplainRow(training->model, leads.table, row);
    EXPECT_NEAR(why.probability, scores[static_cast<size_t>(row)], 1e-12);
    double sum = why.base;
    for (const FeatureEffect& effect : why.effects) sum += effect.log_odds;
    EXPECT_NEAR(sum, why.margin, 1e-9);
  }
  const auto back = PropensityFromJson(PropensityToJson(training->model));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ScoreTable(*back, leads.table), scores);
}

// Records of which the truth is known: the outcome follows one number, one level, and being absent.
Labelled Made(uint64_t seed, size_t rows) {
  std::mt19937_64 random(seed);
  Labelled out;
  FeatureColumn number{"number", true, {}, {}, {}};
  FeatureColumn level{"level", false, {}, {}, {"a", "b", "c", "rare"}};
  FeatureColumn noise{"noise", true, {}, {}, {}};
  for (size_t i = 0; i < rows; ++i) {
    const double x = std::normal_distribution<>()(random);
    const bool absent = std::bernoulli_distribution(0.2)(random);
    const auto code = static_cast<int32_t>(random() % 3);
    const double margin = -1 + 1.2 * (absent ? 1.5 : x) + (code == 1 ? 1.0 : 0.0);
    number.numbers.push_back(absent ? kAbsentNumber : x);
    level.codes.push_back(i % 1000 == 7 ? 3 : code);
    noise.numbers.push_back(std::uniform_real_distribution<>()(random));
    out.truth.push_back(std::bernoulli_distribution(1 / (1 + std::exp(-margin)))(random));
  }
  out.table.columns = {number, level, noise};
  return out;
}

TEST(Propensity, WeightsAreThoseTheDataWereMadeWith) {
  const Labelled made = Made(testing::Seed(11), 20'000);
  const auto training = TrainPropensity(made.table, made.truth);
  ASSERT_TRUE(training.ok()) << training.status();
  FeatureTable probe;
  probe.columns = {{"number", true, {0, 1, kAbsentNumber, 0, 0}, {}, {}},
                   {"level", false, {}, {0, 0, 0, 1, 0}, {"a", "b"}},
                   {"noise", true, {0.5, 0.5, 0.5, 0.5, 0.1}, {}, {}}};
  const auto margin = [&](int64_t row) { return ExplainRow(training->model, probe, row).margin; };
  EXPECT_NEAR(margin(1) - margin(0), 1.2, 0.25);
  EXPECT_NEAR(margin(2) - margin(0), 1.8, 0.25) << "absent has a weight of its own";
  EXPECT_NEAR(margin(3) - margin(0), 1.0, 0.2);
  EXPECT_NEAR(margin(4) - margin(0), 0, 0.2);
  EXPECT_EQ(training->worth[0].feature, "number");
  EXPECT_EQ(training->worth[2].feature, "noise");
}

TEST(Propensity, RareAndUnknownLevelsArePooledAndAMissingColumnIsAbsent) {
  const Labelled made = Made(5, 4000);
  const auto training = TrainPropensity(made.table, made.truth);
  ASSERT_TRUE(training.ok()) << training.status();
  const ModelFeature& level = training->model.features[1];
  EXPECT_THAT(level.levels, Not(Contains("rare")));
  EXPECT_THAT(level.weights, SizeIs(level.levels.size() + 2));
  FeatureTable rare, unknown;
  rare.columns = {{"level", false, {}, {0}, {"rare"}}};
  unknown.columns = {{"level", false, {}, {0}, {"never seen"}}};
  EXPECT_EQ(ScoreTable(training->model, rare), ScoreTable(training->model, unknown));
}

TEST(Propensity, TheSameTableGivesTheSameModelAndJsonKeepsItToTheLastBit) {
  const Labelled made = Made(5, 4000);
  const auto one = TrainPropensity(made.table, made.truth);
  const auto two = TrainPropensity(made.table, made.truth);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(PropensityToJson(one->model), PropensityToJson(two->model));
  const auto back = PropensityFromJson(PropensityToJson(one->model));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ScoreTable(*back, made.table), ScoreTable(one->model, made.table));
  EXPECT_EQ(PropensityFromJson("{}").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(PropensityFromJson("not json").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Propensity, BelowTheFloorItSaysSoInsteadOfLearning) {
  const Labelled made = Made(5, 60);
  const auto few = TrainPropensity(made.table, made.truth);
  EXPECT_EQ(few.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(few.status().message()), HasSubstr("too few examples"));
}

TEST(Propensity, ATimeSplitThatLeavesTooLittleSaysSo) {
  FeatureTable table;
  std::vector<std::string> texts;
  std::vector<uint8_t> truth;
  for (int i = 0; i < 1000; ++i) {
    texts.push_back(i % 3 == 0 ? "a" : "b");
    truth.push_back(i % 2 == 0 ? 1 : 0);
  }
  table.columns.push_back(ColumnFromTexts("c", texts));
  TrainOptions options;
  for (const double share : {0.001, 0.05}) {
    options.time_split = share;
    const auto training = TrainPropensity(table, truth, options);
    EXPECT_TRUE(absl::IsFailedPrecondition(training.status()));
    EXPECT_THAT(std::string(training.status().message()), HasSubstr("too few examples for the"));
  }
  options.time_split = 0.5;
  EXPECT_TRUE(TrainPropensity(table, truth, options).ok());
}

TEST(Propensity, ALevelThatDecidesAndAFieldFilledAfterwardsAreSuspected) {
  Labelled made = Made(9, 4000);
  FeatureColumn verdict{"verdict", false, {}, {}, {"signed", "talking"}};
  FeatureColumn filled{"invoice_date", true, {}, {}, {}};
  for (size_t i = 0; i < made.truth.size(); ++i) {
    verdict.codes.push_back(made.truth[i] && i % 3 == 0 ? 0 : 1);
    filled.numbers.push_back(made.truth[i] && i % 4 != 0 ? static_cast<double>(i % 90)
                                                         : kAbsentNumber);
  }
  made.table.columns.push_back(verdict);
  made.table.columns.push_back(filled);
  const auto training = TrainPropensity(made.table, made.truth);
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_THAT(training->suspicions, Contains(Field(&LeakSign::feature, "verdict")));
  EXPECT_THAT(training->suspicions, Contains(Field(&LeakSign::feature, "invoice_date")));
  EXPECT_THAT(training->suspicions, Not(Contains(Field(&LeakSign::feature, "number"))));
}

// Newton's method and L-BFGS go to the same minimum, which no small step away from lowers.
TEST(Logistic, BothMethodsReachTheMinimum) {
  std::mt19937_64 random(testing::Seed(3));
  internal::Design design;
  design.rows = 3000;
  design.dense_columns = 3;
  design.code_columns = 1;
  design.weights = 1 + 3 + 4;
  std::vector<uint8_t> truth;
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < design.rows; ++i) {
    double margin = -0.5;
    for (int c = 0; c < 3; ++c) {
      design.dense.push_back(std::normal_distribution<>()(random));
      margin += (c - 1) * design.dense.back();
    }
    design.codes.push_back(static_cast<uint32_t>(4 + random() % 4));
    truth.push_back(std::bernoulli_distribution(1 / (1 + std::exp(-margin)))(random));
    rows.push_back(i);
  }
  const auto newton = internal::FitLogistic(design, truth, rows, 2);
  ASSERT_TRUE(newton.newton);
  const auto loss = [&](const std::vector<double>& w) {
    double sum = 0;
    for (const int64_t row : rows) {
      const double m = internal::MarginOf(design, w, row);
      sum += std::log1p(std::exp(truth[static_cast<size_t>(row)] ? -m : m));
    }
    for (size_t i = 1; i < w.size(); ++i) sum += w[i] * w[i];
    return sum;
  };
  const double least = loss(newton.weights);
  for (size_t i = 0; i < newton.weights.size(); ++i) {
    for (const double step : {-1e-2, 1e-2}) {
      std::vector<double> near = newton.weights;
      near[i] += step;
      EXPECT_GT(loss(near), least);
    }
  }
  const auto quasi = internal::FitLogisticByLbfgs(design, truth, rows, 2);
  ASSERT_FALSE(quasi.newton);
  for (size_t i = 0; i < newton.weights.size(); ++i) {
    EXPECT_NEAR(quasi.weights[i], newton.weights[i], 5e-4);
  }
}

TEST(Evaluation, AreaIsTheShareOfPairsInTheRightOrder) {
  const std::vector<double> scores = {0.1, 0.4, 0.4, 0.8, 0.9};
  const std::vector<uint8_t> truths = {0, 0, 1, 1, 0};
  // Pairs (with, without): .4>.1, .4=.4, .4<.9, .8>.1, .8>.4, .8<.9: 3.5 of 6.
  const Estimate auc = AreaUnderRoc(scores, truths);
  EXPECT_NEAR(auc.value, 3.5 / 6, 1e-12);
  EXPECT_LE(auc.low, auc.value);
  EXPECT_GE(auc.high, auc.value);
  const std::vector<uint8_t> same = {1, 1, 1, 1, 1};
  EXPECT_EQ(AreaUnderRoc(scores, same).value, 0.5);
}

// The interval holds the true area 95 times in 100.
TEST(Evaluation, TheIntervalOfTheAreaCoversAsItSays) {
  std::mt19937_64 random(testing::Seed(17));
  // Two normal distributions one deviation apart: the area is Phi(1 / sqrt 2).
  const double truth = 0.5 * std::erfc(-0.5);
  int covered = 0;
  constexpr int kRuns = 1000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> scores;
    std::vector<uint8_t> truths;
    for (int i = 0; i < 200; ++i) {
      truths.push_back(i % 3 == 0 ? 1 : 0);
      scores.push_back(std::normal_distribution<>(truths.back(), 1)(random));
    }
    const Estimate auc = AreaUnderRoc(scores, truths);
    covered += auc.low <= truth && truth <= auc.high ? 1 : 0;
  }
  EXPECT_GT(covered, 925);
  EXPECT_LT(covered, 975);
}

TEST(Evaluation, LiftAndReliabilityCountTheBestFirst) {
  std::vector<double> p;
  std::vector<uint8_t> truths;
  for (int i = 0; i < 100; ++i) {
    p.push_back(i < 10 ? 0.9 : 0.1);
    truths.push_back(i < 9 || i == 50 ? 1 : 0);
  }
  const Evaluation e = Evaluate(p, truths);
  EXPECT_NEAR(e.lift[1].lift, 9, 1e-12);
  EXPECT_NEAR(e.lift[1].captured, 0.9, 1e-12);
  EXPECT_NEAR(e.reliability.back().actual.value, 0.9, 1e-12);
  EXPECT_NEAR(Share(9, 10).low, 0.596, 0.001);
  EXPECT_NEAR(Share(9, 10).high, 0.982, 0.001);
}

TEST(Calibration, BothKindsUndoAShiftAndKeepTheOrder) {
  std::mt19937_64 random(testing::Seed(23));
  std::vector<double> margins;
  std::vector<uint8_t> truths;
  for (int i = 0; i < 20'000; ++i) {
    const double m = 2 * std::normal_distribution<>()(random);
    margins.push_back(3 * m - 1);  // too sure, and shifted
    truths.push_back(std::bernoulli_distribution(1 / (1 + std::exp(-m)))(random));
  }
  for (const auto kind : {Calibration::Kind::kPlatt, Calibration::Kind::kIsotonic}) {
    const Calibration c = internal::FitCalibration(kind, margins, truths);
    double before = 0;
    for (double m = -8; m <= 8; m += 0.25) {
      const double p = internal::Calibrated(c, m);
      EXPECT_GE(p, before);
      before = p;
      const double meant = 1 / (1 + std::exp(-(m + 1) / 3));
      EXPECT_NEAR(p, meant, 0.06) << "at " << m;
    }
  }
}

TEST(Features, TextsThatAreNumbersBecomeNumbersAndBlanksAreAbsent) {
  std::vector<std::string> texts(40, "12.5");
  texts[3] = " ";
  texts[7] = "n/a";
  const FeatureColumn numbers = ColumnFromTexts("total", texts);
  EXPECT_TRUE(numbers.is_number);
  EXPECT_TRUE(std::isnan(numbers.numbers[3]) && std::isnan(numbers.numbers[7]));
  EXPECT_EQ(FeatureText(numbers, 0), "12.5");
  for (size_t i = 10; i < 20; ++i) texts[i] = "none";
  const FeatureColumn levels = ColumnFromTexts("total", texts);
  EXPECT_FALSE(levels.is_number);
  EXPECT_EQ(levels.codes[3], kAbsentLevel);
  EXPECT_EQ(FeatureText(levels, 12), "none");
}

}  // namespace
}  // namespace relata
