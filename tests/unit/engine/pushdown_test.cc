// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/pushdown.h"

#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/segment/segment.h"
#include "relata/storage/sqlite.h"
#include "relata/storage/wrapper.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Timestamp kNow = *ParseTimestamp("2026-05-01T00:00:00Z");
const Actor kSomebody = Actor::User("amelie");

// Ten contacts: the country of every third is unknown, contact i has i orders of 100 EUR.
class MemoryLimit : public ::testing::Test {
 protected:
  MemoryLimit() {
    Crm crm = Open();
    Transaction tx = crm.Begin(kSomebody);
    for (int i = 0; i < 10; ++i) {
      const RecordRef contact = tx.Create(
          "contact", {{"family_name", Value::Text(Concat("N", i))},
                      {"country", i % 3 == 0 ? Value() : Value::Text(i % 2 == 0 ? "FR" : "DE")}});
      for (int k = 0; k < i; ++k) {
        tx.Create("order", {{"contact", Value::Record(contact)},
                            {"at", Value::Time(kNow - Days(k + 1))},
                            {"net", Value::Amount({1'000'000, *Currency::Parse("EUR")})}});
      }
    }
    EXPECT_TRUE(tx.Commit(kNow).ok());
  }

  Crm Open() {
    absl::StatusOr<Crm> crm = Crm::Open(folder_.File("crm.db"));
    EXPECT_TRUE(crm.ok()) << crm.status();
    return *std::move(crm);
  }

  // What is found with no memory for columns is what is found in memory.
  void ExpectSame(const std::string& text) {
    QueryOptions asking;
    asking.now = kNow;
    Crm plain = Open();
    Crm bounded = Open();
    LimitMemory(bounded, 1);
    const size_t before = MemoryUsed(bounded);
    const absl::StatusOr<QueryAnswer> expected = plain.Query("contact", text, asking);
    const absl::StatusOr<QueryAnswer> found = bounded.Query("contact", text, asking);
    ASSERT_TRUE(expected.ok() && found.ok()) << text << expected.status() << found.status();
    EXPECT_EQ(found->rows, expected->rows) << text;
    EXPECT_EQ(found->count, expected->count) << text;
    EXPECT_EQ(found->errors, expected->errors) << text;
    EXPECT_EQ(MemoryUsed(bounded), before) << text;
    asking.limit = 2;
    const absl::StatusOr<QueryAnswer> few = bounded.Query("contact", text, asking);
    ASSERT_TRUE(few.ok()) << few.status();
    EXPECT_EQ(few->count, expected->count) << text;
    EXPECT_LE(few->rows.size(), 2u) << text;
  }

  testing::TempDir folder_;
};

TEST_F(MemoryLimit, AnswersFromTheStoreWhatIsNotLoaded) {
  ExpectSame("contact.country == 'FR'");
  ExpectSame("contact.country.startsWith('D')");  // an error where nothing is known
  ExpectSame("contact.orders.exists(o, o.at > now - days(3)) && contact.country != null");
  ExpectSame("contact.orders.map(o, o.net).sum() > money('400', 'EUR')");
  ExpectSame("contact.orders.map(o, o.net).sum() < money('400', 'EUR')");
  ExpectSame("contact.orders.map(o, o.at).min() < now - days(5)");  // an error of no orders
  ExpectSame("contact.country == 'DE' && fold(contact.family_name) == 'n5'");
}

// Decided again on records read from the store: fields, children, events and what links name.
TEST_F(MemoryLimit, DecidesAgainOnWhatWasFoundWithoutLoadingTables) {
  {
    Crm crm = Open();
    QueryOptions asking;
    asking.now = kNow;
    const absl::StatusOr<QueryAnswer> all = crm.Query("contact", "true", asking);
    ASSERT_TRUE(all.ok()) << all.status();
    Transaction tx = crm.Begin(kSomebody);
    const RecordRef account = tx.Create("account", {{"name", Value::Text("Société Générale")}});
    const RecordRef gone = tx.Create("account", {{"name", Value::Text("Société Gone")}});
    for (const Row row : all->rows) {
      const RecordRef contact{all->type, row};
      tx.Update(contact, {{"account", Value::Record(row % 2 == 0 ? account : gone)}});
      for (Row k = 0; k < row; ++k) {
        tx.Append("page_view", contact, kNow - Days(10 - k),
                  {{"path", Value::Text(k % 2 == 0 ? "/Prix" : "/prix/x")}});
      }
    }
    tx.Delete(gone);
    tx.Merge({all->type, all->rows[3]}, {all->type, all->rows[5]});
    ASSERT_TRUE(tx.Commit(kNow).ok());
  }
  ExpectSame("contact.country != null && fold(contact.account.name) == 'societe generale'");
  ExpectSame("contact.country != null && fold(contact.account.name).startsWith('societe')");
  ExpectSame(
      "contact.country == 'DE' && contact.orders.exists(o, o.net * 2 > money('150', 'EUR') "
      "&& fold(o.contact.family_name) == 'n5')");
  ExpectSame(
      "contact.country == 'DE' && contact.events('page_view').filter(e, fold(e.path) == "
      "'/prix').size() >= 2");
  ExpectSame(
      "contact.country == 'DE' && contact.events('page_view').map(e, fold(e.path))[0] == "
      "'/prix'");
  ExpectSame(
      "contact.country == 'FR' && contact.account.contacts.exists(c, fold(c.family_name) == "
      "'n8')");
}

// Of the ledger only what those said who were found is read, by whoever was merged into them too.
TEST_F(MemoryLimit, DecidesOnConsentByWhatThoseFoundSaid) {
  {
    Crm crm = Open();
    QueryOptions asking;
    asking.now = kNow;
    const absl::StatusOr<QueryAnswer> all = crm.Query("contact", "true", asking);
    ASSERT_TRUE(all.ok()) << all.status();
    Transaction tx = crm.Begin(kSomebody);
    const RecordRef account = tx.Create("account", {{"name", Value::Text("Acme")}});
    for (const Row row : all->rows) {
      const RecordRef contact{all->type, row};
      tx.Update(contact, {{"account", Value::Record(account)}});
      for (Row k = 0; k < 3; ++k) {
        ConsentEntry entry;
        entry.event = (row + k) % 3 == 0 ? ConsentEvent::kWithdraw : ConsentEvent::kGrant;
        entry.at = kNow - Days((row * 5 + k * 3) % 11 + 1);
        entry.person = PartyId::Of(contact);
        entry.scope.channels = Bit(Channel::kEmail);
        entry.scope.purposes = Bit(Purpose::kOffers);
        if (entry.event == ConsentEvent::kGrant) entry.evidence.source = ConsentSource::kImport;
        tx.RecordConsent(entry);
      }
    }
    const absl::Status said = tx.Commit(kNow).status();
    ASSERT_TRUE(said.ok()) << said;
    Transaction merge = crm.Begin(kSomebody);
    merge.Merge({all->type, all->rows[4]}, {all->type, all->rows[5]});
    merge.Merge({all->type, all->rows[9]}, {all->type, all->rows[7]});
    ASSERT_TRUE(merge.Commit(kNow).ok());
  }
  ExpectSame("contact.country == 'DE' && consent_status('email', 'offers') == 'grant'");
  ExpectSame("contact.country != null && consent_status('email', 'offers') == 'withdraw'");
  ExpectSame(
      "contact.country != null && consent_at('email', 'offers') > now - days(4) && "
      "!contact.events('unsubscribe').exists(e, e.at > consent_at('email', 'offers'))");
  ExpectSame(
      "contact.country == 'FR' && contact.account.contacts.exists(c, "
      "c.consent_status('email', 'offers') == 'grant' && c.country == 'DE')");
}

TEST_F(MemoryLimit, FollowsMergesAndLaterCommits) {
  Crm crm = Open();
  LimitMemory(crm, 1);
  QueryOptions asking;
  asking.now = kNow;
  const auto french = [&] {
    return crm.Query("contact", "contact.country == 'FR'", asking)->count;
  };
  const int64_t before = french();
  const absl::StatusOr<QueryAnswer> found = crm.Query("contact", "contact.country == 'FR'", asking);
  ASSERT_GE(found->rows.size(), 2u);
  Transaction tx = crm.Begin(kSomebody);
  tx.Merge({found->type, found->rows[0]}, {found->type, found->rows[1]});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  EXPECT_EQ(french(), before - 1);
  ExpectSame("contact.orders.size() >= 3");
}

TEST_F(MemoryLimit, AsksAWrappedStoreToo) {
  auto store = OpenSqliteStore(folder_.File("crm.db"));
  ASSERT_TRUE(store.ok()) << store.status();
  const auto metrics = std::make_shared<StoreMetrics>(nullptr);
  const absl::StatusOr<Crm> plain = Crm::Open(folder_.File("crm.db"));
  absl::StatusOr<Crm> crm = Crm::Open(WrapStore(*std::move(store), metrics));
  ASSERT_TRUE(crm.ok()) << crm.status();
  LimitMemory(*crm, 1);
  QueryOptions asking;
  asking.now = kNow;
  const std::string text = "contact.orders.size() >= 3";
  const auto pushed = PushDown(*crm, "contact", text, asking);
  ASSERT_TRUE(pushed.ok()) << pushed.status();
  EXPECT_TRUE(pushed->exact);
  const int64_t scans = metrics->figure(StoreCall::kScanRecords).calls;
  const auto found = crm->Query("contact", text, asking);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->rows, plain->Query("contact", text, asking)->rows);
  EXPECT_EQ(metrics->figure(StoreCall::kScanRecords).calls, scans + 1) << "one statement";
}

TEST_F(MemoryLimit, KeepsWhatFits) {
  Crm crm = Open();
  LimitMemory(crm, 100'000'000);
  QueryOptions asking;
  asking.now = kNow;
  const size_t before = MemoryUsed(crm);
  ASSERT_TRUE(crm.Query("contact", "fold(contact.family_name) == 'n5'", asking).ok());
  EXPECT_GT(MemoryUsed(crm), before);
}

TEST_F(MemoryLimit, ShowsTheStatementAndWhatIsDecidedAgain) {
  const Crm crm = Open();
  QueryOptions asking;
  asking.now = kNow;
  const auto exact = PushDown(crm, "contact", "contact.country == 'FR'", asking);
  ASSERT_TRUE(exact.ok()) << exact.status();
  EXPECT_TRUE(exact->exact);
  EXPECT_THAT(exact->statement, HasSubstr("SELECT t0.\"row\" FROM \"r_contact\" AS t0 WHERE"));
  ASSERT_EQ(exact->parameters.size(), 1u);
  EXPECT_EQ(exact->parameters[0].text(), "FR");
  EXPECT_THAT(exact->residual, IsEmpty());
  const auto rest = PushDown(crm, "contact",
                             "contact.country == 'FR' && fold(contact.family_name) == 'x'", asking);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_FALSE(rest->exact);
  EXPECT_THAT(rest->residual, ElementsAre("fold(contact.family_name) == 'x'"));
  const absl::StatusOr<Crm> memory = Crm::Open(":memory:");
  ASSERT_TRUE(memory.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      PushDown(*memory, "contact", "contact.country == 'FR'", asking).status()));
}

}  // namespace
}  // namespace relata
