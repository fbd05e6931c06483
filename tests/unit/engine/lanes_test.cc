// SPDX-License-Identifier: Apache-2.0
//
// Work that several threads of one question share is done once and whole; what a question answers
// does not follow their number.

#include "engine/lanes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"
#include "relata/relata.h"

namespace relata {
namespace {

using internal::Helpers;
using internal::Lane;
using internal::Lanes;
using internal::SharedLoop;
using internal::SharedWork;

TEST(Lanes, DoEachPartOnceAndWaitForAll) {
  for (const size_t count : {1, 2, 5}) {
    Helpers helpers(count - 1);
    std::vector<std::unique_ptr<SharedLoop>> loops;
    Lanes lanes;
    lanes.SetCount(count);
    lanes.Start(helpers, [](size_t) { return true; });
    for (size_t parts : {0, 1, 2, 1'000}) {
      std::vector<std::atomic<int>> done(parts);
      loops.push_back(std::make_unique<SharedLoop>(lanes, 1, parts, [&](size_t lane, size_t part) {
        EXPECT_LT(lane, count);
        ++done[part];
      }));
      loops.back()->Complete(0);
      loops.back()->Complete(0);
      for (const std::atomic<int>& times : done) EXPECT_EQ(times.load(), 1);
    }
    lanes.Close();
  }
}

// A scan that lane-own work needs within: whoever comes first begins it, the others join or wait.
class Total : public SharedWork {
 public:
  Total(Lanes& lanes, size_t parts)
      : SharedWork(lanes, 1), parts_(parts), by_lane_(lanes.count()) {}
  int64_t Get(size_t lane) {
    Complete(lane);
    return total_;
  }

 protected:
  size_t Begin(size_t) override { return parts_; }
  void Do(size_t lane, size_t part) override { by_lane_[lane] += static_cast<int64_t>(part); }
  void End(size_t) override {
    total_ += std::accumulate(by_lane_.begin(), by_lane_.end(), int64_t{0});
  }

 private:
  const size_t parts_;
  std::vector<int64_t> by_lane_;
  int64_t total_ = 0;
};

TEST(Lanes, ShareWorkWithinWork) {
  Helpers helpers(2);
  for (int round = 0; round < 200; ++round) {
    Lanes lanes;
    lanes.SetCount(3);
    Total inner(lanes, 100);
    std::atomic<int64_t> sum = 0;
    SharedLoop outer(lanes, 1, 50, [&](size_t lane, size_t) { sum += inner.Get(lane); });
    lanes.Start(helpers, [](size_t lane) { return lane != 2; });  // the third cannot help
    outer.Complete(0);
    EXPECT_EQ(sum.load(), 50 * 4'950);
    lanes.Close();
  }
}

TEST(Lanes, BringLackingMemoryToWhoAsked) {
  Helpers helpers(1);
  Lanes lanes;
  lanes.SetCount(2);
  SharedLoop inner(lanes, 1, 64, [](size_t, size_t part) {
    if (part == 40) throw std::bad_alloc();
  });
  SharedLoop outer(lanes, 1, 64, [&](size_t lane, size_t) { inner.Complete(lane); });
  lanes.Start(helpers, [](size_t) { return true; });
  EXPECT_THROW(outer.Complete(0), std::bad_alloc);
  lanes.Close();
}

TEST(Lanes, KnowALaneThatMadeOtherOperators) {
  Lanes lanes;
  lanes.SetCount(2);
  Lane first(lanes, 0);
  const auto shared = first.Share<int>([] { return std::make_shared<int>(7); });
  Lane same(lanes, 1);
  EXPECT_EQ(same.Share<int>([] { return std::make_shared<int>(8); }), shared);
  EXPECT_FALSE(same.strayed());
  Lane fewer(lanes, 1);
  EXPECT_TRUE(fewer.strayed());
  Lane other(lanes, 1);
  other.Share<double>([] { return std::make_shared<double>(1); });
  EXPECT_TRUE(other.strayed());
}

// Two questions want the same helper: it serves one at a time, and neither waits for it.
TEST(Lanes, ServeSeveralQuestionsAtOnce) {
  Helpers helpers(1);
  std::vector<std::thread> askers;
  std::atomic<int64_t> sum = 0;
  for (int asker = 0; asker < 4; ++asker) {
    askers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        Lanes lanes;
        lanes.SetCount(2);
        Total total(lanes, 200);
        lanes.Start(helpers, [](size_t) { return true; });
        sum += total.Get(0);
        lanes.Close();
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(sum.load(), 400 * 19'900);
}

// Three chunks of contacts with accounts, orders in two currencies, events, consent and a ring of
// what is deleted and merged.
class ThreadedQuery : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Crm> opened = Crm::Open(":memory:", {.zone = "UTC"});
    ASSERT_TRUE(opened.ok()) << opened.status();
    crm_.emplace(*std::move(opened));
    std::mt19937 random(20260107);
    Transaction tx = crm_->Begin(Actor::System("test"));
    std::vector<RecordRef> accounts, contacts;
    for (int i = 0; i < 5'000; ++i) {
      accounts.push_back(
          tx.Create("account", {{"name", Value::Text("A" + std::to_string(i))},
                                {"industry", Value::Text(i % 3 == 0 ? "retail" : "energy")}}));
    }
    for (int i = 0; i < 10'000; ++i) {
      contacts.push_back(
          tx.Create("contact", {{"given_name", Value::Text("C" + std::to_string(i % 300))},
                                {"account", Value::Record(accounts[random() % accounts.size()])},
                                {"country", i % 7 == 0 ? Value() : Value::Text("FR")}}));
    }
    for (int i = 0; i < 9'000; ++i) {
      const Currency currency = *Currency::Parse(i % 900 == 0 ? "USD" : "EUR");
      tx.Create("order",
                {{"contact", Value::Record(contacts[random() % contacts.size()])},
                 {"at", Value::Time(kStart + Days(static_cast<int>(random() % 400)))},
                 {"net", Value::Amount({static_cast<int64_t>(random() % 9'000'000), currency})}});
    }
    for (int i = 0; i < 20'000; ++i) {
      const RecordRef who = contacts[random() % contacts.size()];
      tx.Append("page_view", who, kStart + Days(static_cast<int>(random() % 400)),
                {{"path", i % 50 == 0 ? Value() : Value::Text(i % 3 == 0 ? "/pricing" : "/")}});
    }
    ASSERT_TRUE(tx.Commit(kStart + Days(400)).ok());
  }

  QueryAnswer Ask(const char* text, int threads) {
    EXPECT_TRUE(SetThreads(*crm_, threads).ok());
    crm_->engine().SetLeastWork(0);
    QueryOptions options;
    options.now = kStart + Days(400);
    // A text is new each time, so that nothing is known of it.
    const absl::StatusOr<QueryAnswer> answer =
        crm_->Query("contact", text + std::string(static_cast<size_t>(++asked_), ' '), options);
    EXPECT_TRUE(answer.ok()) << text << answer.status();
    return answer.ok() ? *answer : QueryAnswer();
  }

  void ExpectTheSame() {
    for (const char* text : kTexts) {
      const QueryAnswer one = Ask(text, 1);
      EXPECT_GT(one.count, 0) << text;
      for (const int threads : {2, 4}) {
        for (int again = 0; again < 3; ++again) {
          const QueryAnswer more = Ask(text, threads);
          EXPECT_EQ(more.rows, one.rows) << text;
          EXPECT_EQ(more.count, one.count) << text;
          EXPECT_EQ(more.errors, one.errors) << text;
          EXPECT_EQ(more.first_error, one.first_error) << text;
        }
      }
    }
  }

  static constexpr const char* kTexts[] = {
      "contact.country == 'FR' && contact.account.industry == 'retail'",
      "contact.account.industry == 'retail' || contact.given_name.endsWith('7')",
      "contact.orders.filter(o, o.at >= now - days(200)).map(o, o.net).sum() > money('300', 'EUR')",
      "contact.orders.exists(o, o.net > money('800', 'EUR')) && contact.country == 'FR'",
      "contact.orders.map(o, o.at).max() - contact.orders.map(o, o.at).min() > days(60)",
      "contact.events('page_view').filter(e, e.path.startsWith('/pricing')).size() >= 2",
      "contact.events('page_view').all(e, e.path == '/')",
      "contact.account.contacts.filter(c, c.country == 'FR').size() > 2",
      "contact.account.orders.exists(o, o.at > now - days(9)) || contact.country == 'FR'",
      // Left to the interpreter row by row.
      "contact.given_name.size() > 3 && contact.account.name.matches('A[0-9]*7')",
  };
  const Timestamp kStart = *ParseTimestamp("2025-01-01T00:00:00Z");
  std::optional<Crm> crm_;
  int asked_ = 0;
};

TEST_F(ThreadedQuery, AnswersTheSameByAnyNumber) { ExpectTheSame(); }

TEST_F(ThreadedQuery, AnswersTheSameAfterMergesAndDeletions) {
  QueryOptions options;
  options.now = kStart + Days(400);
  const QueryAnswer all = *crm_->Query("contact", "true", options);
  Transaction tx = crm_->Begin(Actor::System("test"));
  for (size_t i = 0; i + 1 < all.rows.size(); i += 200) {
    tx.Merge({all.type, all.rows[i]}, {all.type, all.rows[i + 1]});
    tx.Delete({all.type, all.rows[i + 50]});
  }
  ASSERT_TRUE(tx.Commit(kStart + Days(400)).ok());
  ExpectTheSame();
}

TEST(Threads, AreFromOneToSixtyFour) {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:", {.zone = "UTC"});
  ASSERT_TRUE(crm.ok()) << crm.status();
  for (const int threads : {-1, 0, 65}) {
    EXPECT_EQ(SetThreads(*crm, threads).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(SetThreads(*crm, 64).ok());
}

}  // namespace
}  // namespace relata
