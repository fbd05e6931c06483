// SPDX-License-Identifier: Apache-2.0

#include "relata/process/overview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relata/relata.h"

namespace relata {
namespace {

const Timestamp kNow = *ParseTimestamp("2026-11-12T09:00:00Z");
const Actor kSomebody = Actor::System("test");

Value Euros(int64_t amount) { return Value::Amount({amount * 10'000, *Currency::Parse("EUR")}); }

// An account with one person, five orders 30 days apart of which the last is 70 days old, an open
// and a closed ticket.
class Customers : public ::testing::Test {
 protected:
  Customers() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kSomebody);
    acme_ =
        tx.Create("account", {{"name", Value::Text("Acme")}, {"siren", Value::Text("732829320")}});
    marie_ = tx.Create("contact", {{"given_name", Value::Text("Marie")},
                                   {"family_name", Value::Text("Durand")},
                                   {"account", Value::Record(acme_)}});
    for (int i = 0; i < 5; ++i) {
      tx.Create("order", {{"number", Value::Text("O" + std::to_string(i))},
                          {"account", Value::Record(acme_)},
                          {"at", Value::Time(kNow - Days(70 + 30 * i))},
                          {"net", Euros(100)}});
    }
    tx.Create("ticket", {{"subject", Value::Text("Leak")},
                         {"account", Value::Record(acme_)},
                         {"opened_at", Value::Time(kNow - Days(3))}});
    tx.Create("ticket", {{"subject", Value::Text("Noise")},
                         {"account", Value::Record(acme_)},
                         {"opened_at", Value::Time(kNow - Days(40))},
                         {"closed_at", Value::Time(kNow - Days(39))}});
    tx.Append("page_view", marie_, kNow - Days(1), {{"path", Value::Text("/prices")}});
    const absl::StatusOr<Commit> commit = tx.Commit(kNow);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }

  QueryOptions Asking(Actor reader = kSomebody) const {
    QueryOptions options;
    options.now = kNow;
    options.reader = std::move(reader);
    return options;
  }

  Crm crm_;
  RecordRef acme_, marie_;
};

std::vector<std::string> Kinds(const Brief& brief) {
  std::vector<std::string> kinds;
  for (const BriefPoint& point : brief.points) kinds.push_back(point.kind);
  return kinds;
}

TEST_F(Customers, ShowWhatIsOpenAndWhatHappened) {
  const absl::StatusOr<Overview> view = OverviewOf(crm_, acme_, Asking());
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->title, "Acme");
  EXPECT_EQ(view->orders, 5);
  EXPECT_EQ(view->bought.units, 500 * 10'000);
  ASSERT_EQ(view->open.size(), 1u);
  EXPECT_THAT(view->open[0].text, ::testing::HasSubstr("Leak"));
  EXPECT_EQ(view->people.size(), 1u);
  ASSERT_FALSE(view->timeline.empty());
  EXPECT_THAT(view->timeline[0].text, ::testing::HasSubstr("/prices"));
}

TEST_F(Customers, BriefTellsTheBrokenRhythmOfOrders) {
  const absl::StatusOr<Brief> brief = BriefFor(crm_, marie_, Asking());
  ASSERT_TRUE(brief.ok()) << brief.status();
  EXPECT_EQ(brief->account, crm_.Resolve(acme_));
  EXPECT_THAT(Kinds(*brief), ::testing::ElementsAre("ticket", "cadence", "activity"));
  EXPECT_THAT(brief->points[1].text, ::testing::HasSubstr("every 30 days, the last one 70 days"));
}

TEST_F(Customers, ARoleHidesFieldsAndTypesFromTheView) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Define(
      "role", "service",
      R"({"types": {"*": "read", "ticket": "none", "account": {"access": "read", "hidden": ["siren"]}}})");
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const absl::StatusOr<Overview> view =
      OverviewOf(crm_, acme_, Asking(Actor::User("amelie", "service")));
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_TRUE(view->open.empty());
  for (const LabelledValue& value : view->profile) EXPECT_NE(value.field, "siren");
  EXPECT_EQ(OverviewOf(crm_, acme_, Asking(Actor::User("bruno"))).status().code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace relata
