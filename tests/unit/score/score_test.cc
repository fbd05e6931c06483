// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "relata/engine/threads.h"
#include "relata/relata.h"
#include "relata/score/customers.h"
#include "relata/score/decay.h"
#include "relata/score/forecast.h"
#include "relata/score/rule_score.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");
const Currency kEur = *Currency::Parse("EUR");

Crm OpenMemory() {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  EXPECT_TRUE(crm.ok()) << crm.status();
  return *std::move(crm);
}

QueryOptions At(Timestamp now) {
  QueryOptions options;
  options.now = now;
  return options;
}

constexpr std::string_view kScore = R"json({
  "type": "contact", "cap": 30,
  "groups": [{"name": "engagement", "cap": 25}],
  "rules": [
    {"name": "job", "points": 10, "when": "contact.job_title != null"},
    {"name": "mobile", "points": -4, "when": "contact.mobile == null"},
    {"name": "visits", "group": "engagement", "points": 8, "event": "page_view",
     "where": "e.path == '/pricing'", "window_days": 60, "half_life_days": 30, "most": 4,
     "cap": 20}],
  "grades": [{"name": "A", "from": 20}, {"name": "B", "from": 0}]})json";

// A contact with a job and `visits` views of the pricing page, so many days ago.
RecordRef Visitor(Crm& crm, const std::vector<int>& visits) {
  Transaction tx = crm.Begin(kAmelie);
  const RecordRef who = tx.Create(
      "contact", {{"family_name", Value::Text("Durand")}, {"job_title", Value::Text("Buyer")}});
  for (const int days : visits) {
    tx.Append("page_view", who, kNow - Days(days), {{"path", Value::Text("/pricing")}});
  }
  const absl::Status status = tx.Commit(kNow).status();
  EXPECT_TRUE(status.ok()) << status;
  return who;
}

TEST(Decay, PointsHalveWithEveryHalfLife) {
  EXPECT_DOUBLE_EQ(Decayed(8, Days(30), Days(30)), 4);
  EXPECT_DOUBLE_EQ(Decayed(8, Days(60), Days(30)), 2);
  EXPECT_DOUBLE_EQ(Decayed(8, Days(-1), Days(30)), 8);
  EXPECT_DOUBLE_EQ(Decayed(8, Days(60), Duration{}), 8);
}

TEST(RuleScore, PointsFadeExactlyAndLeaveWithTheWindow) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefineScore(crm, "ripe", kScore, kAmelie, kNow).ok());
  const RecordRef who = Visitor(crm, {0, 30, 61});
  const auto scored = ScoreOf(crm, "ripe", who, At(kNow));
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_DOUBLE_EQ(scored->total, 10 - 4 + 8 + 4);
  EXPECT_EQ(scored->grade, "B");
  ASSERT_THAT(scored->contributions, SizeIs(3));
  EXPECT_THAT(scored->contributions[2].events, SizeIs(2));
  EXPECT_DOUBLE_EQ(ScoreOf(crm, "ripe", who, At(kNow + Days(30)))->total, 10 - 4 + 4);
}

TEST(RuleScore, CapsBoundTheRuleTheGroupAndTheWhole) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefineScore(crm, "ripe", kScore, kAmelie, kNow).ok());
  const RecordRef who = Visitor(crm, {0, 0, 0, 0, 0, 0});
  const auto scored = ScoreOf(crm, "ripe", who, At(kNow));
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_THAT(scored->contributions[2].events, SizeIs(4));  // "most" takes the newest four
  EXPECT_DOUBLE_EQ(scored->contributions[2].points, 20);
  EXPECT_DOUBLE_EQ(scored->total, 26);
  EXPECT_EQ(scored->grade, "A");
}

TEST(RuleScore, RepeatsCountOnlyApartFromTheLastThatCounted) {
  Crm crm = OpenMemory();
  constexpr std::string_view kBody = R"json({"type": "contact", "rules": [
    {"name": "visits", "points": 1, "event": "page_view", "apart_days": 2, "window_days": 5}]})json";
  ASSERT_TRUE(DefineScore(crm, "apart", kBody, kAmelie, kNow).ok());
  // From the first on: 7 counts, 6 does not, 5, 3 and 1 do; 7 and 5 lie outside the window.
  const RecordRef who = Visitor(crm, {7, 6, 5, 4, 3, 1});
  const auto scored = ScoreOf(crm, "apart", who, At(kNow));
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_DOUBLE_EQ(scored->total, 2);
  ASSERT_THAT(scored->contributions, SizeIs(1));
  EXPECT_THAT(scored->contributions[0].events, SizeIs(2));
}

TEST(RuleScore, ANumberExpressionGivesThePointsOfARecordOrOfAnEvent) {
  Crm crm = OpenMemory();
  constexpr std::string_view kBody = R"json({"type": "contact", "rules": [
    {"name": "length", "number": "contact.family_name == null ? 0 : contact.family_name.size()"},
    {"name": "path", "event": "page_view", "points": 1, "half_life_days": 30,
     "number": "e.path == null ? 0 : e.path.size()"}]})json";
  ASSERT_TRUE(DefineScore(crm, "numbers", kBody, kAmelie, kNow).ok());
  const RecordRef who = Visitor(crm, {0, 30});
  const auto scored = ScoreOf(crm, "numbers", who, At(kNow));
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_DOUBLE_EQ(scored->total, 6 + 9 + 4.5);
  const auto all = ScoreAll(crm, "numbers", At(kNow));
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_DOUBLE_EQ(all->totals[static_cast<size_t>(crm.Resolve(who).row)], 6 + 9 + 4.5);
}

TEST(RuleScore, IsOfItsOwnTypeOnly) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefineScore(crm, "ripe", kScore, kAmelie, kNow).ok());
  Visitor(crm, {0});
  Transaction tx = crm.Begin(kAmelie);
  tx.Create("account", {{"name", Value::Text("Acme")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const auto answer = crm.Query("account", "score('ripe') > 0.0", At(kNow));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->count, 0);
  EXPECT_EQ(answer->errors, 1);
  EXPECT_THAT(answer->first_error, HasSubstr("contact only"));
}

TEST(RuleScore, AnswersInsideExpressionsAndRefusesToDependOnItself) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefineScore(crm, "ripe", kScore, kAmelie, kNow).ok());
  Visitor(crm, {0});
  const auto answer = crm.Query("contact", "score('ripe') >= 14.0", At(kNow));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->count, 1);
  const absl::Status cyclic = DefineScore(
      crm, "ripe",
      R"({"type": "contact", "rules": [{"name": "x", "points": 1, "when": "score('ripe') > 1.0"}]})",
      kAmelie, kNow);
  EXPECT_TRUE(absl::IsFailedPrecondition(cyclic)) << cyclic;
}

TEST(RuleScore, WhatIsWrongWithADefinitionIsSaid) {
  struct Case {
    const char* name;
    const char* body;
    const char* says;
  };
  const Case cases[] = {
      {"no rules", R"({"type": "contact"})", "rules"},
      {"rule without what", R"({"type": "contact", "rules": [{"name": "a"}]})", "event, when"},
      {"unknown group", R"({"type": "contact", "rules": [{"name": "a", "when": "true",
                             "group": "g"}]})",
       "'g'"},
      {"negative cap",
       R"({"type": "contact", "cap": -1, "rules": [{"name": "a", "when": "true"}]})", "cap"},
      {"window without event", R"({"type": "contact", "rules": [{"name": "a", "when": "true",
                                    "window_days": 3}]})",
       "event rules"},
      {"a slip of the pen", R"({"type": "contact", "rules": [{"name": "a", "event": "page_view",
                                 "points": 1, "half_live_days": 30}]})",
       "'half_live_days' is not known"},
      {"another", R"({"type": "contact", "caps": 3, "rules": [{"name": "a", "when": "true"}]})",
       "'caps'"},
  };
  for (const Case& c : cases) {
    const absl::Status status = ParseRuleScore("s", c.body).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.name;
    EXPECT_THAT(std::string(Message(status)), HasSubstr(c.says)) << c.name;
  }
}

TEST(Forecast, WeighsOpenDealsByMonthAndKeepsTheOverdueApart) {
  Crm crm = OpenMemory();
  Transaction tx = crm.Begin(kAmelie);
  const auto deal = [&](int64_t euros, Date close, std::optional<double> percent) {
    NamedValues values = {{"name", Value::Text("Deal")},
                          {"amount", Value::Amount({euros * 10'000, kEur})},
                          {"close_date", Value::Day(close)},
                          {"stage", Value::Text("proposal")}};
    if (percent) values.emplace_back("probability", Value::Double(*percent));
    tx.Create("opportunity", std::move(values));
  };
  deal(1000, MakeDate(2026, 11, 20), 50);
  deal(2000, MakeDate(2026, 11, 30), std::nullopt);  // the stage's 60 percent
  deal(4000, MakeDate(2026, 12, 1), 25);
  deal(9000, MakeDate(2026, 11, 12), 90);  // yesterday
  deal(9000, MakeDate(2027, 2, 1), 90);    // beyond three months
  const absl::Status status = tx.Commit(kNow).status();
  ASSERT_TRUE(status.ok()) << status;
  const auto forecast = WeightedForecast(crm, 3, At(kNow));
  ASSERT_TRUE(forecast.ok()) << forecast.status();
  ASSERT_THAT(forecast->months, SizeIs(2));
  EXPECT_EQ(forecast->months[0].weighted, (Money{(500 + 1200) * 10'000, kEur}));
  EXPECT_EQ(forecast->months[1].weighted, (Money{1000 * 10'000, kEur}));
  EXPECT_LE(forecast->months[0].low.units, forecast->months[0].weighted.units);
  EXPECT_GE(forecast->months[0].high.units, forecast->months[0].weighted.units);
  ASSERT_THAT(forecast->overdue, SizeIs(1));
  EXPECT_EQ(forecast->overdue[0].amount, (Money{9000 * 10'000, kEur}));
}

TEST(Customers, CadenceIsTheMedianIntervalAndCancelledOrdersDoNotCount) {
  Crm crm = OpenMemory();
  Transaction tx = crm.Begin(kAmelie);
  const RecordRef acme = tx.Create("account", {{"name", Value::Text("Acme")}});
  const auto order = [&](int days_ago, const char* status) {
    tx.Create("order", {{"account", Value::Record(acme)},
                        {"at", Value::Time(kNow - Days(days_ago))},
                        {"status", Value::Text(status)},
                        {"net", Value::Amount({10'000, kEur})}});
  };
  for (const int days : {58, 89, 120}) order(days, "delivered");
  order(3, "cancelled");
  const absl::Status status = tx.Commit(kNow).status();
  ASSERT_TRUE(status.ok()) << status;
  const auto late = LateCustomers(crm, "account", 1.5, At(kNow));
  ASSERT_TRUE(late.ok()) << late.status();
  ASSERT_THAT(*late, SizeIs(1));
  EXPECT_EQ((*late)[0].usual, Days(31));
  EXPECT_EQ((*late)[0].since, Days(58));
  EXPECT_EQ(PurchasesOf(crm, "account", Currency(), At(kNow))->customers[0].count, 3);
}

TEST(Customers, AReturnLowersTheAmountAndIsNoPurchase) {
  Crm crm = OpenMemory();
  Transaction tx = crm.Begin(kAmelie);
  const RecordRef acme = tx.Create("account", {{"name", Value::Text("Acme")}});
  const RecordRef returner = tx.Create("account", {{"name", Value::Text("Returns only")}});
  const auto order = [&](RecordRef who, int days_ago, int64_t euros) {
    tx.Create("order", {{"account", Value::Record(who)},
                        {"at", Value::Time(kNow - Days(days_ago))},
                        {"net", Value::Amount({euros * 10'000, kEur})}});
  };
  for (const int days : {60, 90, 120}) order(acme, days, 100);
  order(acme, 2, -30);
  order(returner, 2, -30);
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const auto bought = PurchasesOf(crm, "account", Currency(), At(kNow));
  ASSERT_TRUE(bought.ok()) << bought.status();
  ASSERT_THAT(bought->customers, SizeIs(1));
  EXPECT_EQ(bought->customers[0].count, 3);
  EXPECT_EQ(bought->customers[0].last, kNow - Days(60));
  EXPECT_EQ(bought->customers[0].amount, 270 * 10'000);
  const auto late = LateCustomers(crm, "account", 1.5, At(kNow));
  ASSERT_TRUE(late.ok()) << late.status();
  ASSERT_THAT(*late, SizeIs(1));
  EXPECT_EQ((*late)[0].since, Days(60));
}

// Customers over two chunks of rows, most figures shared by many of them.
void Buy(Crm& crm, uint64_t seed) {
  std::mt19937_64 random(seed);
  constexpr size_t kCustomers = 4'600;
  Transaction tx = crm.Begin(kAmelie);
  std::vector<RecordRef> who;
  for (size_t i = 0; i < kCustomers; ++i) {
    who.push_back(tx.Create("account", {{"name", Value::Text("A")}}));
  }
  for (size_t i = 0; i < 2 * kCustomers; ++i) {
    const auto hours = static_cast<int>(random() % 3) * static_cast<int>(random() % 4'000);
    tx.Create("order", {{"account", Value::Record(who[random() % kCustomers])},
                        {"at", Value::Time(kNow - Hours(hours))},
                        {"net", Value::Amount({static_cast<int64_t>(random() % 9) *
                                                   static_cast<int64_t>(random() % 1'000'000),
                                               kEur})}});
  }
  const absl::Status status = tx.Commit(kNow).status();
  ASSERT_TRUE(status.ok()) << status;
}

TEST(Customers, ThoseOfAScoreAreFoundWithoutWritingAllScores) {
  const uint64_t seed = testing::Seed(20260112);
  Crm crm = OpenMemory();
  Buy(crm, seed);
  const auto purchases = PurchasesOf(crm, "account", kEur, At(kNow));
  ASSERT_TRUE(purchases.ok()) << purchases.status();
  const std::vector<std::vector<std::string>> asked = {
      {"555"}, {"111"}, {"3*2"}, {"***"}, {"155", "154", "*2*"}, {"959"}, {}};
  for (const int bins : {5, 2, 9}) {
    RfmDefinition how = StandardRfm();
    how.bins = bins;
    const std::vector<RfmScore> scores = ScoreRfm(purchases->customers, how, kNow);
    for (const std::vector<std::string>& patterns : asked) {
      how.cells = {{"asked", patterns}};
      std::vector<Row> expected;
      for (const RfmScore& score : scores) {
        if (!RfmCell(how, score).empty()) expected.push_back(score.customer);
      }
      const auto found = CustomersScored(crm, how, patterns, kEur, At(kNow));
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(*found, expected) << bins << " " << (patterns.empty() ? "" : patterns[0]);
      // Where the currency is to be found out, from what everybody bought.
      EXPECT_EQ(*CustomersScored(crm, how, patterns, Currency(), At(kNow)), expected);
    }
  }
  // By two threads as by one.
  ASSERT_TRUE(SetThreads(crm, 2).ok());
  crm.engine().SetLeastWork(1);
  const std::string best[] = {"5*5"};
  const auto alone = CustomersScored(crm, StandardRfm(), best, Currency(), At(kNow));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(*CustomersScored(crm, StandardRfm(), best, kEur, At(kNow)), *alone);
  }
  const std::string wrong[] = {"55"};
  EXPECT_FALSE(CustomersScored(crm, StandardRfm(), wrong, kEur, At(kNow)).ok());
}

TEST(ScoreDefinition, WhatIsKeptOfItIsThatOfItsNewestVersionAndOfThePastThatOfThen) {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  const Actor amelie = Actor::User("amelie");
  const Timestamp first = *ParseTimestamp("2026-01-01T09:00:00Z");
  Transaction tx = crm->Begin(amelie);
  const RecordRef person = tx.Create("contact", {{"family_name", Value::Text("Durand")}});
  ASSERT_TRUE(tx.Commit(first).ok());
  const auto define = [&](const char* points, Timestamp at) {
    const std::string body = std::string(R"json({"type": "contact", "rules": [
      {"name": "named", "points": )json") +
                             points + R"json(, "when": "contact.family_name != null"}]})json";
    const absl::Status status = DefineScore(*crm, "kept", body, amelie, at);
    ASSERT_TRUE(status.ok()) << status;
  };
  const auto score = [&](const Crm& asked, Timestamp now) {
    QueryOptions options;
    options.now = now;
    const auto value = asked.Evaluate(person, "score('kept')", options);
    return value.ok() ? value->double_value() : -1;
  };
  define("5", first + Days(1));
  EXPECT_EQ(score(*crm, first + Days(2)), 5);
  EXPECT_EQ(score(*crm, first + Days(2)), 5);
  define("7", first + Days(3));
  EXPECT_EQ(score(*crm, first + Days(4)), 7);
  const absl::StatusOr<Crm> past = crm->Past({.at = {}, .known_at = first + Days(2)});
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(score(*past, first + Days(2)), 5);
  EXPECT_EQ(score(*crm, first + Days(4)), 7);
}

}  // namespace
}  // namespace relata
