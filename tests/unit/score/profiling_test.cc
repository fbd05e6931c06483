// SPDX-License-Identifier: Apache-2.0
//
// Somebody who objects to profiling is in no score, no model and no list made of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "relata/engine/pushdown.h"
#include "relata/relata.h"
#include "relata/score/affinity.h"
#include "relata/score/lifetime_value.h"
#include "relata/score/model.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");

// 300 persons who buy a press, oil or both, at their own rhythm; the first is the best of them.
class Objection : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Crm> opened = Crm::Open(":memory:");
    ASSERT_TRUE(opened.ok()) << opened.status();
    crm_.emplace(*std::move(opened));
    std::mt19937_64 random(7);
    Transaction tx = crm_->Begin(kAmelie);
    for (const char* code : {"PRESS", "OIL"}) {
      products_.push_back(
          tx.Create("product", {{"code", Value::Text(code)}, {"name", Value::Text(code)}}));
    }
    for (int i = 0; i < 300; ++i) {
      const RecordRef person = tx.Create(
          "contact", {{"family_name", Value::Text("P" + std::to_string(i))},
                      {"job_title", Value::Text(random() % 3 == 0 ? "buyer" : "director")},
                      {"department", Value::Text(i % 2 == 0 && random() % 4 != 0 ? "yes" : "no")}});
      people_.push_back(person);
      const int purchases = i == 0 ? 40 : static_cast<int>(random() % 6);
      for (int n = 0; n < purchases; ++n) {
        const int days = i == 0 ? 400 - 8 * n : static_cast<int>(random() % 400) + 1;
        Buy(tx, person, days, i == 0 || n % 2 == 0 ? 0 : 1);
      }
      for (int n = 0; i < 10 && n < 4; ++n) tx.Append("page_view", person, kNow - Days(100 + n));
    }
    const absl::Status status = tx.Commit(kNow - Days(1)).status();
    ASSERT_TRUE(status.ok()) << status;
    constexpr char kRule[] = R"json({"type": "contact", "rules": [
      {"name": "orders", "points": 0, "number": "contact.orders.size()"}]})json";
    const absl::Status defined = DefineScore(*crm_, "rule", kRule, kAmelie, kNow);
    ASSERT_TRUE(defined.ok()) << defined;
    asking_.now = kNow;
    best_ = crm_->Resolve(people_[0]);
    spec_.name = "nick";
    spec_.type = "contact";
    spec_.target = "contact.department == 'yes'";
    spec_.features = {"contact.job_title", "contact.orders.size()"};
    clv_.name = "clv";
    clv_.type = "contact";
    clv_.amount.clear();
  }

  void Buy(Transaction& tx, RecordRef person, int days_ago, size_t product) {
    const RecordRef order = tx.Create(
        "order", {{"contact", Value::Record(person)}, {"at", Value::Time(kNow - Days(days_ago))}});
    tx.Create("order_line",
              {{"order", Value::Record(order)}, {"product", Value::Record(products_[product])}});
  }

  void Say(ConsentEvent event, Timestamp at) {
    ConsentEntry entry;
    entry.event = event;
    entry.person = PartyId::Of(best_);
    entry.evidence.text = "sha256:form";
    entry.scope.purposes = Bit(Purpose::kProfiling);
    if (event == ConsentEvent::kGrant) entry.scope.channels = Bit(Channel::kEmail);
    entry.at = at;
    entry.evidence.source = ConsentSource::kWeb;
    Transaction tx = crm_->Begin(kAmelie);
    tx.RecordConsent(entry);
    const absl::Status status = tx.Commit(kNow).status();
    ASSERT_TRUE(status.ok()) << status;
  }
  void Object() { Say(ConsentEvent::kObject, kNow - Days(3)); }

  // What `ask` gives before the objection, after it, and after consent to profiling.
  template <class Ask>
  void ExpectGoneThenBack(const Ask& ask) {
    EXPECT_TRUE(ask()) << "they are there before they object";
    Object();
    EXPECT_FALSE(ask()) << "they object";
    Say(ConsentEvent::kGrant, kNow - Days(1));
    EXPECT_TRUE(ask()) << "they agreed again";
  }

  std::optional<Crm> crm_;
  std::vector<RecordRef> products_, people_;
  RecordRef best_;
  QueryOptions asking_;
  ModelSpec spec_;
  LifetimeValueSpec clv_;
};

constexpr char kObjects[] = "the person objects to profiling";

TEST_F(Objection, TakesThemOutOfRuleScores) {
  ExpectGoneThenBack([&] {
    const auto top = TopScores(*crm_, "rule", asking_);
    EXPECT_TRUE(top.ok()) << top.status();
    const bool listed = top->front().record == best_;
    EXPECT_EQ(ScoreOf(*crm_, "rule", best_, asking_).ok(), listed);
    EXPECT_EQ(crm_->Evaluate(best_, "score('rule')", asking_).ok(), listed);
    const auto many = crm_->Query("contact", "score('rule') >= 40.0", asking_);
    EXPECT_EQ(many->count, listed ? 1 : 0);
    return listed;
  });
}

TEST_F(Objection, TakesThemOutOfWhatAModelSays) {
  ASSERT_TRUE(TrainModel(*crm_, spec_, kAmelie, kNow).ok());
  ExpectGoneThenBack([&] {
    const auto scores = TopModelScores(*crm_, "nick", asking_);
    EXPECT_TRUE(scores.ok()) << scores.status();
    const bool listed = std::any_of(scores->begin(), scores->end(),
                                    [&](const ModelScore& s) { return s.record == best_; });
    EXPECT_THAT(*scores, SizeIs(listed ? 300 : 299));
    const auto why = WhyModel(*crm_, "nick", best_, asking_);
    EXPECT_EQ(why.ok(), listed);
    if (!listed) {
      EXPECT_THAT(std::string(why.status().message()), HasSubstr(kObjects));
    }
    EXPECT_EQ(crm_->Evaluate(best_, "score('nick')", asking_).ok(), listed);
    return listed;
  });
}

TEST_F(Objection, TakesThemOutOfWhatAModelLearnsFrom) {
  ExpectGoneThenBack([&] {
    const auto model = TrainModel(*crm_, spec_, kAmelie, kNow);
    EXPECT_TRUE(model.ok()) << model.status();
    return model->training.records == 300;
  });
}

TEST_F(Objection, TakesThemOutOfLifetimeValues) {
  ASSERT_TRUE(FitLifetimeValue(*crm_, clv_, kAmelie, kNow).ok());
  const auto fitted = [&] {
    clv_.name = "again";
    const auto model = FitLifetimeValue(*crm_, clv_, kAmelie, kNow);
    EXPECT_TRUE(model.ok()) << model.status();
    return model->buying.customers;
  };
  const int64_t all = fitted();
  ExpectGoneThenBack([&] {
    const auto top = TopLifetimeValues(*crm_, "clv", asking_);
    EXPECT_TRUE(top.ok()) << top.status();
    const bool listed = std::any_of(top->begin(), top->end(),
                                    [&](const CustomerValue& v) { return v.customer == best_; });
    EXPECT_EQ(LifetimeValueOf(*crm_, "clv", best_, asking_).ok(), listed);
    EXPECT_EQ(crm_->Evaluate(best_, "score('clv')", asking_).ok(), listed);
    EXPECT_EQ(fitted(), listed ? all : all - 1);
    return listed;
  });
}

TEST_F(Objection, TakesThemOutOfRecencyFrequencyAndCadence) {
  ExpectGoneThenBack([&] {
    const auto purchases = PurchasesOf(*crm_, "contact", Currency(), asking_);
    EXPECT_TRUE(purchases.ok()) << purchases.status();
    const bool listed = purchases->customers.front().customer == best_.row;
    EXPECT_EQ(purchases->objecting, listed ? 0 : 1);
    const auto late = LateCustomers(*crm_, "contact", 1.5, asking_);
    EXPECT_EQ(std::any_of(late->begin(), late->end(),
                          [&](const Cadence& c) { return c.customer == best_.row; }),
              listed);
    return listed;
  });
}

// Read from the store line by line: the ledger is larger than the memory it may take.
TEST_F(Objection, TakesThemOutOfPurchasesUnderALimitOfMemory) {
  LimitMemory(*crm_, 1);
  ExpectGoneThenBack([&] {
    const auto purchases = PurchasesOf(*crm_, "contact", Currency(), asking_);
    EXPECT_TRUE(purchases.ok()) << purchases.status();
    const bool listed = purchases->customers.front().customer == best_.row;
    EXPECT_EQ(purchases->objecting, listed ? 0 : 1);
    return listed;
  });
}

TEST_F(Objection, TakesThemOutOfAffinity) {
  AffinitySpec spec;
  spec.type = "contact";
  ExpectGoneThenBack([&] {
    const auto baskets = ReadBaskets(*crm_, spec, asking_);
    EXPECT_TRUE(baskets.ok()) << baskets.status();
    const bool listed = std::any_of(baskets->baskets.begin(), baskets->baskets.end(),
                                    [&](const Basket& b) { return b.customer == best_.row; });
    const auto offers = OffersFor(*crm_, *baskets, best_, {}, asking_);
    EXPECT_EQ(offers.ok(), listed);
    if (!listed) {
      EXPECT_THAT(std::string(offers.status().message()), HasSubstr(kObjects));
    }
    EXPECT_EQ(SimilarCustomers(*crm_, *baskets, best_, {"contact.job_title"}, asking_).ok(),
              listed);
    const auto similar = SimilarCustomers(*crm_, *baskets, crm_->Resolve(people_[1]),
                                          {"contact.job_title", "contact.department"}, asking_);
    EXPECT_TRUE(similar.ok()) << similar.status();
    EXPECT_EQ(std::any_of(similar->begin(), similar->end(),
                          [&](const SimilarCustomer& s) { return s.customer == best_; }),
              listed);
    return listed;
  });
}

TEST_F(Objection, TakesThemOutOfSignals) {
  ExpectGoneThenBack([&] {
    const auto found = FindSignal(*crm_, "engagement_gone", asking_);
    EXPECT_TRUE(found.ok()) << found.status();
    const bool listed = std::count(found->rows.begin(), found->rows.end(), best_.row) > 0;
    EXPECT_EQ(found->count, listed ? 10 : 9);
    return listed;
  });
}

}  // namespace
}  // namespace relata
