// SPDX-License-Identifier: Apache-2.0

#include "relata/score/affinity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "relata/relata.h"
#include "support/support.h"
#include "unit/score/online_retail.h"

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");

Basket Bought(int64_t customer, int days_ago, std::vector<int32_t> items) {
  return {customer, kNow - Days(days_ago), std::move(items)};
}

const AffinityRule* Find(const std::vector<AffinityRule>& rules, int32_t a, int32_t b) {
  for (const AffinityRule& rule : rules) {
    if (rule.a == a && rule.b == b) return &rule;
  }
  return nullptr;
}

TEST(Affinity, MeasuresAreThoseCountedByHand) {
  // Ten customers: 0 by six, 1 by five, both by four (one in two purchases), 2 by all.
  std::vector<Basket> baskets;
  for (int c = 0; c < 10; ++c) baskets.push_back(Bought(c, 50, {2}));
  for (int c = 0; c < 6; ++c) baskets.push_back(Bought(c, 40, {0, 0}));
  for (int c = 2; c < 7; ++c) baskets.push_back(Bought(c, c == 2 ? 40 : 30, {1}));
  AffinityOptions options;
  options.least = 2;
  const std::vector<AffinityRule> rules = BoughtTogether(baskets, options);
  const AffinityRule* rule = Find(rules, 0, 1);
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->with_a, 6);
  EXPECT_EQ(rule->with_b, 5);
  EXPECT_EQ(rule->with_both, 4);
  EXPECT_EQ(rule->all, 10);
  EXPECT_DOUBLE_EQ(rule->support, 0.4);
  EXPECT_DOUBLE_EQ(rule->confidence.value, 4.0 / 6);
  EXPECT_DOUBLE_EQ(rule->lift.value, 4.0 / 6 / 0.5);
  const double error = 1.959963984540054 * std::sqrt(1 / 4.0 - 1 / 6.0 + 1 / 5.0 - 1 / 10.0);
  EXPECT_NEAR(rule->lift.low, rule->lift.value * std::exp(-error), 1e-12);
  EXPECT_NEAR(rule->lift.high, rule->lift.value * std::exp(error), 1e-12);
  EXPECT_DOUBLE_EQ(Find(rules, 0, 2)->lift.value, 1) << "what all buy lifts nothing";
  options.least = 5;
  EXPECT_EQ(Find(BoughtTogether(baskets, options), 0, 1), nullptr);
  // In sequence: 1 after 0 by customers 3, 4, 5; customer 2 bought both at once and cannot.
  options.least = 2;
  const std::vector<AffinityRule> next = BoughtAfter(baskets, options);
  const AffinityRule* after = Find(next, 0, 1);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->with_both, 3);
  EXPECT_EQ(after->with_a, 5);
  EXPECT_DOUBLE_EQ(after->days, 10);
  EXPECT_EQ(Find(next, 1, 0), nullptr);
  options.within = Days(5);
  EXPECT_EQ(Find(BoughtAfter(baskets, options), 0, 1), nullptr);
}

TEST(Affinity, PerBasketCountsPurchasesAndNotCustomers) {
  const std::vector<Basket> baskets = {Bought(1, 9, {0, 1}), Bought(1, 8, {0, 1}),
                                       Bought(1, 7, {0}), Bought(2, 6, {2})};
  AffinityOptions options;
  options.least = 1;
  EXPECT_EQ(Find(BoughtTogether(baskets, options), 0, 1)->with_both, 1);
  options.per = AffinityOptions::Per::kBasket;
  const std::vector<AffinityRule> rules = BoughtTogether(baskets, options);
  EXPECT_EQ(Find(rules, 0, 1)->with_both, 2);
  EXPECT_EQ(Find(rules, 0, 1)->with_a, 3);
  EXPECT_EQ(Find(rules, 0, 1)->all, 4);
}

// Random baskets against counting every pair by brute force.
TEST(Affinity, CountsAgreeWithBruteForce) {
  std::mt19937_64 random(testing::Seed(31));
  std::vector<Basket> baskets;
  for (int i = 0; i < 400; ++i) {
    Basket b = Bought(static_cast<int64_t>(random() % 120), static_cast<int>(random() % 300), {});
    for (size_t k = random() % 4 + 1; k > 0; --k) {
      b.items.push_back(static_cast<int32_t>(random() % 12));
    }
    baskets.push_back(b);
  }
  std::map<int64_t, std::set<int32_t>> owned;
  for (const Basket& b : baskets) owned[b.customer].insert(b.items.begin(), b.items.end());
  AffinityOptions options;
  options.least = 1;
  for (const AffinityRule& rule : BoughtTogether(baskets, options)) {
    int64_t a = 0, b = 0, both = 0;
    for (const auto& [customer, items] : owned) {
      a += items.contains(rule.a);
      b += items.contains(rule.b);
      both += items.contains(rule.a) && items.contains(rule.b);
    }
    EXPECT_EQ(rule.with_a, a);
    EXPECT_EQ(rule.with_b, b);
    EXPECT_EQ(rule.with_both, both);
    EXPECT_EQ(rule.all, std::ssize(owned));
  }
}

TEST(Affinity, AnOfferFollowsTheSurestRuleAndIsNotOwnedYet) {
  std::vector<Basket> baskets;
  for (int c = 0; c < 200; ++c) {
    std::vector<int32_t> items;
    if (c < 60) items = {0, 1};             // who buys 0 buys 1
    if (c >= 60 && c < 70) items = {0, 2};  // and seldom 2
    if (c >= 70) items = {3};
    if (c == 80) items = {3, 1};  // once: no rule
    baskets.push_back(Bought(c, 10, items));
  }
  const std::vector<AffinityRule> rules = BoughtTogether(baskets);
  const int32_t owns[] = {0};
  const std::vector<Offer> offers = NextBestOffers(rules, owns, 0);
  ASSERT_THAT(offers, SizeIs(2));
  EXPECT_EQ(offers[0].item, 1);
  EXPECT_EQ(offers[0].because.a, 0);
  EXPECT_EQ(offers[1].item, 2);
  const int32_t owns_more[] = {0, 1};
  EXPECT_EQ(NextBestOffers(rules, owns_more, 0)[0].item, 2);
  const int32_t other[] = {3};
  EXPECT_THAT(NextBestOffers(rules, other, 0), IsEmpty());
}

TEST(Affinity, BuyersOfRareThingsAreMoreAlikeThanBuyersOfWhatAllBuy) {
  std::vector<Basket> baskets;
  for (int c = 0; c < 20; ++c) baskets.push_back(Bought(c, 5, {0, c == 1 ? 9 : 1 + c % 3}));
  baskets.push_back(Bought(0, 4, {9}));
  const std::vector<AlikeBuyer> alike = BuyAlike(baskets, 0);
  ASSERT_FALSE(alike.empty());
  EXPECT_EQ(alike[0].customer, 1);
  EXPECT_EQ(alike[0].shared[0], 9);
  EXPECT_LE(alike[0].cosine, 1 + 1e-12);
  EXPECT_THAT(BuyAlike(baskets, 77), IsEmpty());
}

// A year of a shop that is not ours. The expected figures were computed with pandas and sparse
// matrices (the product of the basket-by-item matrix with itself), the sequence from first
// purchases.
TEST(Affinity, OfAYearOfOnlineRetailIsThatOfTheMatrixProduct) {
  RELATA_REQUIRE_SHARED(testing::kOnlineRetail);
  std::map<std::string, Basket> invoices;
  std::map<std::string, int64_t> customers;
  std::map<std::string, int32_t> items;
  testing::EachRetailLine([&](const testing::RetailLine& line) {
    if (line.customer.empty()) return;
    const auto next = static_cast<int64_t>(customers.size());
    Basket& basket = invoices[line.invoice];
    basket.customer = customers.emplace(line.customer, next).first->second;
    basket.at = line.at;
    const auto item = static_cast<int32_t>(items.size());
    basket.items.push_back(items.emplace(line.product, item).first->second);
  });
  std::vector<Basket> baskets;
  for (auto& [number, basket] : invoices) baskets.push_back(std::move(basket));
  ASSERT_EQ(baskets.size(), 19'215U);
  ASSERT_EQ(customers.size(), 4314U);
  const auto count = [](const std::vector<AffinityRule>& rules) {
    int64_t both = 0;
    for (const AffinityRule& rule : rules) both += rule.with_both;
    return both;
  };
  const auto rule = [&](const std::vector<AffinityRule>& rules, const char* a, const char* b) {
    const AffinityRule* found = Find(rules, items.at(a), items.at(b));
    EXPECT_NE(found, nullptr) << a << " " << b;
    return found == nullptr ? AffinityRule() : *found;
  };
  AffinityOptions options;
  options.per = AffinityOptions::Per::kBasket;
  options.least = 200;
  const std::vector<AffinityRule> in_basket = BoughtTogether(baskets, options);
  EXPECT_EQ(in_basket.size(), 2 * 276U);
  EXPECT_EQ(count(in_basket), 2 * 78'112);
  EXPECT_EQ(rule(in_basket, "85123A", "21733").with_both, 722);
  EXPECT_EQ(rule(in_basket, "85123A", "21733").with_a, 3021);
  EXPECT_NEAR(rule(in_basket, "85123A", "21733").confidence.value, 0.2389937106918239, 1e-12);
  EXPECT_NEAR(rule(in_basket, "85123A", "21733").lift.value, 4.619984055275046, 1e-9);
  EXPECT_NEAR(rule(in_basket, "22746", "22748").lift.value, 59.49350820055205, 1e-9);
  options.per = AffinityOptions::Per::kCustomer;
  options.least = 150;
  const std::vector<AffinityRule> together = BoughtTogether(baskets, options);
  EXPECT_EQ(together.size(), 2 * 549U);
  EXPECT_EQ(count(together), 2 * 104'679);
  EXPECT_NEAR(rule(together, "21977", "21212").confidence.value, 0.7027027027027027, 1e-12);
  EXPECT_NEAR(rule(together, "22522", "22520").lift.value, 21.602188691759242, 1e-9);
  const AffinityRule next = rule(BoughtAfter(baskets, options), "85123A", "21733");
  EXPECT_EQ(next.with_both, 171);
  EXPECT_EQ(next.with_a, 846);
  EXPECT_NEAR(next.days, 131.8986111111111, 1e-6);
}

// Twelve accounts: eight bought the press and the oil, two the press only, two nothing.
class Shop : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Crm> opened = Crm::Open(":memory:");
    ASSERT_TRUE(opened.ok()) << opened.status();
    crm_.emplace(*std::move(opened));
    Transaction tx = crm_->Begin(kAmelie);
    const RecordRef press =
        tx.Create("product", {{"code", Value::Text("PR-1")}, {"name", Value::Text("Press")}});
    const RecordRef oil =
        tx.Create("product", {{"code", Value::Text("OIL")}, {"name", Value::Text("Oil")}});
    for (int i = 0; i < 12; ++i) {
      const RecordRef account =
          tx.Create("account", {{"name", Value::Text("A" + std::to_string(i))},
                                {"industry", Value::Text(i < 6 ? "retail" : "energy")}});
      accounts_.push_back(account);
      people_.push_back(tx.Create(
          "contact", {{"family_name", Value::Text("P")}, {"account", Value::Record(account)}}));
      if (i < 10) Order(tx, account, press, 90, "delivered");
      if (i < 8) Order(tx, account, oil, 30, "delivered");
      if (i == 9) Order(tx, account, oil, 30, "cancelled");
    }
    const absl::Status status = tx.Commit(kNow).status();
    ASSERT_TRUE(status.ok()) << status;
    asking_.now = kNow;
  }

  void Order(Transaction& tx, RecordRef account, RecordRef product, int days_ago,
             const char* status) {
    const RecordRef order = tx.Create("order", {{"account", Value::Record(account)},
                                                {"at", Value::Time(kNow - Days(days_ago))},
                                                {"status", Value::Text(status)}});
    tx.Create("order_line", {{"order", Value::Record(order)}, {"product", Value::Record(product)}});
  }

  std::optional<Crm> crm_;
  std::vector<RecordRef> accounts_, people_;
  QueryOptions asking_;
};

TEST_F(Shop, BasketsAreReadFromOrdersWithoutTheCancelled) {
  const auto baskets = ReadBaskets(*crm_, {}, asking_);
  ASSERT_TRUE(baskets.ok()) << baskets.status();
  EXPECT_THAT(baskets->baskets, SizeIs(18));
  EXPECT_THAT(baskets->items, ElementsAre("PR-1", "OIL"));
  const std::vector<AffinityRule> next = BoughtAfter(baskets->baskets);
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].with_a, 10);
  EXPECT_EQ(next[0].with_both, 8);
  EXPECT_DOUBLE_EQ(next[0].days, 60);
  QueryOptions earlier = asking_;
  earlier.now = kNow - Days(60);
  EXPECT_THAT(ReadBaskets(*crm_, {}, earlier)->baskets, SizeIs(10));
}

TEST_F(Shop, SimilarCustomersShareWhatTheyBuyAndWhatTheyAre) {
  const auto baskets = ReadBaskets(*crm_, {}, asking_);
  ASSERT_TRUE(baskets.ok()) << baskets.status();
  const auto similar =
      SimilarCustomers(*crm_, *baskets, accounts_[0], {"account.industry"}, asking_);
  ASSERT_TRUE(similar.ok()) << similar.status();
  // Five share the sector and both products; then those who share one of the two.
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR((*similar)[i].similarity, 1, 1e-9);
    EXPECT_THAT((*similar)[i].shared_attributes, ElementsAre("account.industry"));
  }
  EXPECT_LT((*similar)[5].similarity, 0.9);
}

TEST_F(Shop, BoughtOneNotTheOtherIsASegmentAndAnAudienceInOneCall) {
  ContactPlan plan;
  plan.channel = Channel::kEmail;
  plan.purpose = Purpose::kMarketing;
  plan.at = kNow;
  const BoughtNot asked{"", "contact", "PR-1", "OIL"};
  const auto found = FindBoughtNotAudience(*crm_, asked, plan, kAmelie, asking_);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->segment, "bought_pr_1_not_oil");
  // The ninth and, as a cancelled order is an order, not the tenth. Nobody without address is
  // reached.
  const auto members = SegmentMembers(*crm_, found->segment, asking_);
  ASSERT_TRUE(members.ok()) << members.status();
  EXPECT_THAT(members->rows, Contains(crm_->Resolve(people_[8]).row));
  EXPECT_EQ(found->audience.members, members->count);
  EXPECT_THAT(found->audience.allowed, IsEmpty());
  ASSERT_THAT(found->audience.excluded, SizeIs(1));
  EXPECT_EQ(FindBoughtNotAudience(*crm_, {"", "contact", "NONE", "OIL"}, plan, kAmelie, asking_)
                .status()
                .code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace relata
