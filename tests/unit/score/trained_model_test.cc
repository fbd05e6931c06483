// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <random>

#include "nlohmann/json.hpp"
#include "relata/relata.h"
#include "relata/score/model.h"

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");

// 600 leads: those of fairs and with many visits convert more often. A month after they came the
// outcome was recorded, and with it, for those who converted, a rating.
class Leads : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Crm> opened = Crm::Open(":memory:");
    ASSERT_TRUE(opened.ok()) << opened.status();
    crm_.emplace(*std::move(opened));
    std::mt19937_64 random(5);
    Transaction tx = crm_->Begin(kAmelie);
    for (int i = 0; i < 600; ++i) {
      const bool fair = i % 3 == 0;
      const auto visits = static_cast<int>(random() % 6);
      NamedValues values = {{"company", Value::Text("L" + std::to_string(i))},
                            {"status", Value::Text("new")},
                            {"origin", Value::Text(fair ? "event" : "web")}};
      if (i % 4 != 0) values.emplace_back("country", Value::Text(i % 2 ? "FR" : "DE"));
      const RecordRef lead = tx.Create("lead", values);
      for (int v = 0; v < visits; ++v) tx.Append("lead_page_view", lead, kBefore - Days(v + 1));
      const double margin = -2.5 + (fair ? 1.5 : 0) + 0.5 * visits;
      margins_.push_back(margin);
      won_.push_back(std::bernoulli_distribution(1 / (1 + std::exp(-margin)))(random));
      leads_.push_back(lead);
    }
    absl::Status status = tx.Commit(kBefore).status();
    ASSERT_TRUE(status.ok()) << status;
    Transaction later = crm_->Begin(kAmelie);
    for (size_t i = 0; i < leads_.size(); ++i) {
      NamedValues values = {{"status", Value::Text(won_[i] ? "converted" : "disqualified")}};
      if (won_[i]) values.emplace_back("rating", Value::Text("hot"));
      later.Update(leads_[i], values);
      // Visits of customers: what came after cannot foretell it.
      for (int v = 0; won_[i] && v < 5; ++v)
        later.Append("lead_page_view", leads_[i], kNow - Days(2));
    }
    status = later.Commit(kNow - Days(1)).status();
    ASSERT_TRUE(status.ok()) << status;
    asking_.now = kNow;
    spec_.name = "conversion";
    spec_.type = "lead";
    spec_.target = "lead.status == 'converted'";
    spec_.features = {"lead.origin", "lead.country",
                      "lead.events('lead_page_view').filter(e, e.at <= now).size()"};
  }

  // The area under the curve of the margins that the outcomes were drawn by.
  double TrueAuc() const {
    return AreaUnderRoc(margins_, std::vector<uint8_t>(won_.begin(), won_.end())).value;
  }

  static constexpr Timestamp kBefore{1'760'000'000'000'000};
  std::optional<Crm> crm_;
  std::vector<RecordRef> leads_;
  std::vector<bool> won_;
  std::vector<double> margins_;
  QueryOptions asking_;
  ModelSpec spec_;
};

TEST_F(Leads, AModelIsLearntSavedAskedAndExplained) {
  const auto model = TrainModel(*crm_, spec_, kAmelie, kNow);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->version, 1);
  EXPECT_EQ(model->training.records, 600);
  const auto found = FindModel(*crm_, "conversion");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(ModelToJson(*found), ModelToJson(*model));
  QueryOptions ten = asking_;
  ten.limit = 10;
  const auto top = TopModelScores(*crm_, "conversion", ten);
  ASSERT_TRUE(top.ok()) << top.status();
  ASSERT_THAT(*top, SizeIs(10));
  EXPECT_GE(top->front().probability, top->back().probability);
  const RecordRef best = top->front().record;
  const auto why = WhyModel(*crm_, "conversion", best, asking_);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_NEAR(why->probability, top->front().probability, 1e-12);
  EXPECT_THAT(why->effects, SizeIs(3));
  const auto one = crm_->Evaluate(best, "score('conversion')", asking_);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_DOUBLE_EQ(one->double_value(), why->probability);
  const auto likely = crm_->Query("lead", "score('conversion') > 0.5", asking_);
  ASSERT_TRUE(likely.ok()) << likely.status();
  int64_t counted = 0;
  const auto all = TopModelScores(*crm_, "conversion", asking_);
  for (const ModelScore& score : *all) counted += score.probability > 0.5 ? 1 : 0;
  EXPECT_EQ(likely->count, counted);
}

TEST_F(Leads, AFieldWrittenWithTheOutcomeIsSuspected) {
  spec_.features.push_back("lead.rating");
  const auto model = TrainModel(*crm_, spec_, kAmelie, kNow);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->training.suspicions,
              Contains(::testing::AllOf(
                  Field(&LeakSign::feature, "lead.rating"),
                  Field(&LeakSign::reason, HasSubstr("when the outcome was recorded")))));
  EXPECT_THAT(model->training.suspicions, Not(Contains(Field(&LeakSign::feature, "lead.origin"))));
}

TEST_F(Leads, FeaturesTakenByThemselvesLeaveOutNamesAndWhatTheTargetReads) {
  const auto features = AutoFeatures(*crm_, "lead", spec_.target);
  ASSERT_TRUE(features.ok()) << features.status();
  EXPECT_THAT(*features, Contains("lead.origin"));
  EXPECT_THAT(*features, Contains(HasSubstr("events('lead_page_view')")));
  EXPECT_THAT(*features, Not(Contains("lead.status")));
  EXPECT_THAT(*features, Not(Contains("lead.family_name")));
  spec_.features.clear();
  const auto model = TrainModel(*crm_, spec_, kAmelie, kNow);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->spec.features, *features);
}

TEST_F(Leads, WrongOrTooLittleIsSaid) {
  ModelSpec wrong = spec_;
  wrong.target = "lead.statuz == 'x'";
  EXPECT_THAT(std::string(TrainModel(*crm_, wrong, kAmelie, kNow).status().message()),
              HasSubstr("statuz"));
  wrong = spec_;
  wrong.features = {"lead.events('lead_page_view')"};
  EXPECT_THAT(std::string(TrainModel(*crm_, wrong, kAmelie, kNow).status().message()),
              HasSubstr("yields no number"));
  wrong = spec_;
  wrong.target = "lead.origin == 'nowhere'";
  const auto few = TrainModel(*crm_, wrong, kAmelie, kNow);
  EXPECT_EQ(few.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(few.status().message()), HasSubstr("too few examples"));
  ASSERT_TRUE(TrainModel(*crm_, spec_, kAmelie, kNow).ok());
  wrong = spec_;
  wrong.features = {"score('conversion')"};
  EXPECT_THAT(std::string(TrainModel(*crm_, wrong, kAmelie, kNow).status().message()),
              HasSubstr("learn from itself"));
}

TEST_F(Leads, WhatWasKnownOnlyAfterTheCutOffIsInNoFeature) {
  spec_.features.push_back("lead.rating");
  const auto leaking = TrainModel(*crm_, spec_, kAmelie, kNow);
  ASSERT_TRUE(leaking.ok()) << leaking.status();
  EXPECT_GT(leaking->training.cross_validated.auc.value, 0.95) << "the rating knows it all";
  spec_.as_of = kBefore + Hours(1);
  const auto honest = TrainModel(*crm_, spec_, kAmelie, kNow);
  ASSERT_TRUE(honest.ok()) << honest.status();
  EXPECT_EQ(honest->training.records, 600);
  EXPECT_EQ(honest->training.outcomes, leaking->training.outcomes);
  // As good as the outcome was drawn: what the margins themselves rank it by.
  EXPECT_NEAR(honest->training.cross_validated.auc.value, TrueAuc(), 0.05);
  EXPECT_THAT(honest->training.suspicions,
              Contains(::testing::AllOf(Field(&LeakSign::feature, "lead.rating"),
                                        Field(&LeakSign::reason, HasSubstr("written with")))));
  EXPECT_THAT(honest->training.suspicions,
              Contains(Field(&LeakSign::feature, HasSubstr("lead_page_view"))))
      << "visits of customers came later";
  EXPECT_THAT(honest->training.suspicions, Not(Contains(Field(&LeakSign::feature, "lead.origin"))));
  const auto found = FindModel(*crm_, "conversion");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(ModelToJson(*found), ModelToJson(*honest));
  // Everybody is decided by now: there is nothing left to foretell.
  const auto top = TopModelScores(*crm_, "conversion", asking_);
  ASSERT_TRUE(top.ok()) << top.status();
  EXPECT_THAT(*top, IsEmpty());
}

TEST_F(Leads, RecordsDecidedAtTheCutOffAreNoExamples) {
  spec_.as_of = kNow - Hours(1);
  const auto none = TrainModel(*crm_, spec_, kAmelie, kNow);
  EXPECT_EQ(none.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("undecided on 2026-11-13"));
  // Two hundred are decided early; some are new by the time the others are.
  Transaction tx = crm_->Begin(kAmelie);
  for (size_t i = 0; i < 200; ++i) tx.Update(leads_[i], {{"status", Value::Text("contacted")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  Transaction later = crm_->Begin(kAmelie);
  for (size_t i = 0; i < 200; ++i) {
    later.Update(leads_[i], {{"status", Value::Text(i % 2 == 0 ? "converted" : "disqualified")}});
  }
  later.Delete(leads_[3]);
  ASSERT_TRUE(later.Commit(kNow + Days(30)).ok());
  spec_.as_of = kNow + Days(1);
  const auto model = TrainModel(*crm_, spec_, kAmelie, kNow + Days(31));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->training.records, 199);
  EXPECT_EQ(model->training.outcomes, 100);
  EXPECT_THAT(model->training.notes, Contains(HasSubstr("400 records left out: decided")));
  EXPECT_THAT(model->training.notes, Contains(HasSubstr("1 records left out: deleted since")));
  spec_.as_of = kNow + Days(31);
  EXPECT_EQ(TrainModel(*crm_, spec_, kAmelie, kNow + Days(31)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace relata
