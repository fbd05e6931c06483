// SPDX-License-Identifier: Apache-2.0

#include "relata/score/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relata/score/rule_score.h"

namespace relata {
namespace {

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-12T17:00:00Z");

QueryOptions At(Timestamp now) {
  QueryOptions options;
  options.now = now;
  return options;
}

// One customer with a contact, and what happened so many days ago.
class Customer {
 public:
  Customer() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kAmelie);
    account_ = tx.Create("account", {{"name", Value::Text("Acme")}});
    contact_ = tx.Create(
        "contact", {{"family_name", Value::Text("Durand")}, {"account", Value::Record(account_)}});
    EXPECT_TRUE(tx.Commit(kNow).ok());
  }
  void Orders(const std::vector<int>& days, const char* status = "delivered") {
    Put(days, [&](Transaction& tx, Timestamp at) {
      tx.Create("order", {{"account", Value::Record(account_)},
                          {"at", Value::Time(at)},
                          {"status", Value::Text(status)}});
    });
  }
  void Tickets(const std::vector<int>& days) {
    Put(days, [&](Transaction& tx, Timestamp at) {
      tx.Create("ticket", {{"subject", Value::Text("Broken")},
                           {"account", Value::Record(account_)},
                           {"opened_at", Value::Time(at)}});
    });
  }
  void Logins(const std::vector<int>& days) {
    Put(days, [&](Transaction& tx, Timestamp at) { tx.Append("login", contact_, at, {}); });
  }
  void Answer(int days, double score) {
    Put({days}, [&](Transaction& tx, Timestamp at) {
      tx.Create("survey_answer", {{"kind", Value::Text("nps")},
                                  {"contact", Value::Record(contact_)},
                                  {"score", Value::Double(score)},
                                  {"at", Value::Time(at)}});
    });
  }
  void Left(int days) {
    Put({days}, [&](Transaction& tx, Timestamp at) {
      tx.Create("employment", {{"contact", Value::Record(contact_)},
                               {"account", Value::Record(account_)},
                               {"until", Value::Day(UtcDate(at))}});
    });
  }
  bool Shows(std::string_view signal, Timestamp now = kNow) {
    const absl::StatusOr<QueryAnswer> found = FindSignal(crm_, signal, At(now));
    EXPECT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->errors, 0) << found->first_error;
    return found->count == 1;
  }
  Crm& crm() { return crm_; }
  RecordRef account() { return crm_.Resolve(account_); }

 private:
  template <class Write>
  void Put(const std::vector<int>& days, const Write& write) {
    Transaction tx = crm_.Begin(kAmelie);
    for (const int d : days) write(tx, kNow - Days(d));
    const absl::Status status = tx.Commit(kNow).status();
    EXPECT_TRUE(status.ok()) << status;
  }

  Crm crm_;
  RecordRef account_;
  RecordRef contact_;
};

TEST(Signals, FrequencyFallsBelowHalfTheRateOfTheYearBefore) {
  Customer steady;
  steady.Orders({20, 80, 140, 200, 260, 320, 380, 440, 500});
  EXPECT_FALSE(steady.Shows("frequency_falling"));
  Customer falling;
  falling.Orders({100, 200, 260, 320, 380, 440, 500});
  falling.Orders({10, 15}, "cancelled");
  EXPECT_TRUE(falling.Shows("frequency_falling"));
  Customer few;
  few.Orders({200, 300, 400});
  EXPECT_FALSE(few.Shows("frequency_falling"));
}

TEST(Signals, TicketsRise) {
  Customer rising;
  rising.Tickets({5, 30, 80, 100});
  EXPECT_TRUE(rising.Shows("tickets_rising"));
  Customer always;
  always.Tickets({5, 30, 80, 100, 120});
  EXPECT_FALSE(always.Shows("tickets_rising"));
  Customer few;
  few.Tickets({5, 30});
  EXPECT_FALSE(few.Shows("tickets_rising"));
}

TEST(Signals, AContactWhoLeftIsASignalForThreeMonths) {
  Customer c;
  EXPECT_FALSE(c.Shows("contact_changed"));
  c.Left(30);
  EXPECT_TRUE(c.Shows("contact_changed"));
  EXPECT_FALSE(c.Shows("contact_changed", kNow + Days(61)));
}

TEST(Signals, EngagementIsGoneAfterSixtySilentDays) {
  Customer c;
  c.Logins({70, 90, 200});
  EXPECT_TRUE(c.Shows("engagement_gone"));
  EXPECT_FALSE(c.Shows("engagement_gone", kNow - Days(15)));  // 55 days after the last
  c.Logins({3});
  EXPECT_FALSE(c.Shows("engagement_gone"));
}

TEST(Signals, SatisfactionDropsByThreePoints) {
  Customer c;
  c.Answer(300, 9);
  c.Answer(100, 7);
  EXPECT_FALSE(c.Shows("satisfaction_dropped"));
  c.Answer(20, 6);
  EXPECT_TRUE(c.Shows("satisfaction_dropped"));
  EXPECT_FALSE(c.Shows("satisfaction_dropped", kNow + Days(170)));
}

TEST(Signals, TogetherTheyScoreTheRiskToLoseTheCustomer) {
  Customer c;
  c.Orders({200, 260, 320, 380});
  c.Left(10);
  c.Answer(300, 9);
  c.Answer(20, 2);
  const absl::Status defined = DefineSignals(c.crm(), kAmelie, kNow);
  ASSERT_TRUE(defined.ok()) << defined;
  const auto scored = ScoreOf(c.crm(), "leaving", c.account(), At(kNow));
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_DOUBLE_EQ(scored->total, 35 + 15 + 25);
  EXPECT_EQ(scored->grade, "high");
  EXPECT_TRUE(absl::IsNotFound(FindSignal(c.crm(), "weather", At(kNow)).status()));
}

}  // namespace
}  // namespace relata
