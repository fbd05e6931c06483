// SPDX-License-Identifier: Apache-2.0
//
// What tables keep of their rows by parent says at every commit what the rows say.

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "relata/relata.h"

namespace relata {
namespace {

constexpr int64_t kDay = 86'400'000'000;
const Timestamp kStart = *ParseTimestamp("2026-01-01T00:00:00Z");
const Actor kActor = Actor::User("amelie");

// Each with the same question put so that the elements themselves must be asked.
constexpr std::pair<const char*, const char*> kTwins[] = {
    {"contact.orders.size() >= 2", "contact.orders.filter(o, true).size() >= 2"},
    {"contact.orders.size() == 0", "contact.orders.filter(o, true).size() == 0"},
    {"contact.orders.exists(o, o.at >= now - days(90))",
     "contact.orders.filter(o, true).exists(o, o.at >= now - days(90))"},
    {"contact.orders.exists(o, now - days(250) > o.at)",
     "contact.orders.filter(o, true).exists(o, now - days(250) > o.at)"},
    {"contact.orders.all(o, o.at < now - days(90))",
     "contact.orders.filter(o, true).all(o, o.at < now - days(90))"},
    {"contact.orders.map(o, o.at).max() - contact.orders.map(o, o.at).min() > days(60)",
     "contact.orders.filter(o, true).map(o, o.at).max() - "
     "contact.orders.filter(o, true).map(o, o.at).min() > days(60)"},
    {"contact.orders.map(o, o.net).sum() > money('700', 'EUR')",
     "contact.orders.filter(o, true).map(o, o.net).sum() > money('700', 'EUR')"},
    {"contact.orders.map(o, o.net).sum() == money('0', 'EUR')",
     "contact.orders.filter(o, true).map(o, o.net).sum() == money('0', 'EUR')"},
    {"contact.orders.map(o, o.net).sum() > contact.account.orders.map(o, o.net).sum()",
     "contact.orders.filter(o, true).map(o, o.net).sum() > "
     "contact.account.orders.filter(o, true).map(o, o.net).sum()"},
    {"contact.events('login').size() > 3", "contact.events('login').filter(e, true).size() > 3"},
    {"contact.events('login').exists(e, e.at > contact.orders.map(o, o.at).max())",
     "contact.events('login').filter(e, true).exists(e, e.at > "
     "contact.orders.filter(o, true).map(o, o.at).max())"},
    {"contact.events('login').all(e, e.at >= now - days(200))",
     "contact.events('login').filter(e, true).all(e, e.at >= now - days(200))"},
};

class Shop {
 public:
  Shop(uint32_t seed, bool merges) : random_(seed), merges_(merges) {
    absl::StatusOr<Crm> opened = Crm::Open(":memory:", {.zone = "UTC"});
    EXPECT_TRUE(opened.ok()) << opened.status();
    crm_.emplace(*std::move(opened));
    Transaction tx = crm_->Begin(kActor);
    for (int i = 0; i < 5; ++i) {
      accounts_.push_back(tx.Create("account", {{"name", Value::Text(std::to_string(i))}}));
    }
    for (int i = 0; i < 60; ++i) {
      contacts_.push_back(tx.Create("contact", {{"account", Value::Record(Any(accounts_))}}));
    }
    for (int i = 0; i < 300; ++i) Order(tx);
    for (int i = 0; i < 200; ++i) Login(tx);
    Commit(tx);
  }

  // One commit of whatever may happen to the rows.
  void Step() {
    Transaction tx = crm_->Begin(kActor);
    const int changes = 1 + Number(6);
    for (int i = 0; i < changes; ++i) Change(tx);
    Commit(tx);
  }

  void Compare() const {
    QueryOptions options;
    options.now = now_;
    for (const auto& [text, twin] : kTwins) {
      const auto told = crm_->Query("contact", text, options);
      const auto asked = crm_->Query("contact", twin, options);
      ASSERT_TRUE(told.ok()) << text << ": " << told.status();
      ASSERT_TRUE(asked.ok()) << twin << ": " << asked.status();
      EXPECT_EQ(told->rows, asked->rows) << text;
      EXPECT_EQ(told->errors, asked->errors) << text;
    }
    if (!merges_) CompareConsent(options);
  }

 private:
  int Number(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }
  RecordRef Any(const std::vector<RecordRef>& among) {
    return among[static_cast<size_t>(Number(static_cast<int>(among.size())))];
  }
  Value Instant() { return Value::Time({now_.micros - Number(300) * kDay - Number(1000)}); }
  Value Net() { return Value::Amount({Number(500) * 10'000, *Currency::Parse("EUR")}); }

  void Order(Transaction& tx) {
    NamedValues values = {{"contact", Value::Record(Any(contacts_))},
                          {"account", Value::Record(Any(accounts_))},
                          {"at", Instant()},
                          {"net", Net()}};
    orders_.push_back(tx.Create("order", values));
  }
  void Login(Transaction& tx) { tx.Append("login", Any(contacts_), Instant().timestamp()); }

  void Consent(Transaction& tx) {
    const RecordRef person = Any(contacts_);
    ConsentEntry entry;
    entry.event = Number(2) == 0 ? ConsentEvent::kGrant : ConsentEvent::kWithdraw;
    // Few instants, so that some are the same.
    entry.at = {now_.micros - Number(5) * kDay};
    entry.person = PartyId::Of(person);
    entry.scope.channels = Bit(Channel::kEmail);
    entry.scope.purposes = Bit(Number(3) == 0 ? Purpose::kNewsletter : Purpose::kOffers);
    if (entry.event == ConsentEvent::kGrant) entry.evidence.source = ConsentSource::kImport;
    if (entry.scope.purposes == Bit(Purpose::kOffers)) said_.emplace_back(person, entry);
    tx.RecordConsent(entry);
  }

  void Change(Transaction& tx) {
    if (orders_.empty()) return Order(tx);
    const RecordRef order = Any(orders_);
    switch (Number(merges_ ? 12 : 11)) {
      case 0:
      case 1:
        return Order(tx);
      case 2:
        return Login(tx);
      case 3:
        return tx.Update(order, {{"contact", Value::Record(Any(contacts_))}});
      case 4:
        return tx.Update(order, {{"at", Instant()}});
      case 5:
        return tx.Update(order, {{"net", Net()}});
      case 6:
        std::erase(orders_, order);
        return tx.Delete(order);
      case 7:
        // An order without amount, contact or instant, until the next change of it.
        if (Number(4) != 0) return Login(tx);
        return tx.Update(order, {{Number(2) == 0 ? "net" : "contact", Value()}});
      case 8:
        if (Number(6) != 0) return tx.Update(order, {{"net", Net()}});
        return tx.Update(order, {{"net", Value::Amount({10'000, *Currency::Parse("CHF")})}});
      case 9:
      case 10:
        return Consent(tx);
      default:
        if (contacts_.size() < 30 || Number(3) != 0) return Login(tx);
        const RecordRef loser = contacts_.back();
        contacts_.pop_back();
        return tx.Merge(loser, Any(contacts_));
    }
  }

  void Commit(Transaction& tx) {
    now_.micros += kDay / 4;
    const absl::StatusOr<relata::Commit> commit = tx.Commit(now_);
    ASSERT_TRUE(commit.ok()) << commit.status();
    const auto resolve = [&](std::vector<RecordRef>& refs) {
      for (RecordRef& ref : refs) ref = crm_->Resolve(ref);
    };
    resolve(accounts_);
    resolve(contacts_);
    resolve(orders_);
  }

  void CompareConsent(const QueryOptions& options) const {
    std::map<Row, ConsentEntry> newest;
    for (const auto& [person, entry] : said_) {
      const auto [it, first] = newest.emplace(person.row, entry);
      if (!first && entry.at >= it->second.at) it->second = entry;
    }
    std::vector<Row> granted;
    for (const auto& [row, entry] : newest) {
      if (entry.event == ConsentEvent::kGrant) granted.push_back(row);
    }
    const auto told =
        crm_->Query("contact", "consent_status('email', 'offers') == 'grant'", options);
    ASSERT_TRUE(told.ok()) << told.status();
    EXPECT_EQ(told->rows, granted);
  }

  std::mt19937 random_;
  const bool merges_;
  std::optional<Crm> crm_;
  Timestamp now_ = kStart;
  std::vector<RecordRef> accounts_, contacts_, orders_;
  std::vector<std::pair<RecordRef, ConsentEntry>> said_;
};

void Follow(bool merges) {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Shop shop(seed, merges);
    shop.Compare();
    for (int step = 0; step < 60 && !testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE(testing::Message() << "step " << step);
      shop.Step();
      // Not after each, so that several commits are caught up with at once.
      if (step % 3 != 1) shop.Compare();
    }
  }
}

TEST(Summaries, SayWhatTheRowsSayAfterEveryCommit) { Follow(false); }
TEST(Summaries, SayWhatTheRowsSayWhereRecordsWereMerged) { Follow(true); }

// Whoever comes first makes what the others read too.
TEST(Summaries, AreMadeOnceForReadersOnSeveralThreads) {
  Shop shop(7, false);
  for (int step = 0; step < 5; ++step) {
    shop.Step();
    std::vector<std::thread> readers;
    for (int r = 0; r < 4; ++r) readers.emplace_back([&] { shop.Compare(); });
    for (std::thread& reader : readers) reader.join();
  }
}

}  // namespace
}  // namespace relata
