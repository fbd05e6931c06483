// SPDX-License-Identifier: Apache-2.0

#include "relata/engine/hierarchy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/strings.h"
#include "relata/relata.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Timestamp kNow = *ParseTimestamp("2026-07-10T09:00:00Z");
const Actor kSomebody = Actor::User("amelie");

// Group over France and Spain; Lyon under France.
class Group : public ::testing::Test {
 protected:
  Group() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kSomebody);
    group_ = Account(tx, "Group", {});
    france_ = Account(tx, "France", group_);
    spain_ = Account(tx, "Spain", group_);
    lyon_ = Account(tx, "Lyon", france_);
    EXPECT_TRUE(tx.Commit(kNow - Days(100)).ok());
    for (RecordRef* one : {&group_, &france_, &spain_, &lyon_}) *one = crm_.Resolve(*one);
  }

  static RecordRef Account(Transaction& tx, const char* name, RecordRef parent) {
    NamedValues values = {{"name", Value::Text(name)}, {"headcount", Value::Int(10)}};
    if (!parent.none()) values.emplace_back("parent", Value::Record(parent));
    return tx.Create("account", std::move(values));
  }

  absl::Status Put(RecordRef record, RecordRef parent, Timestamp now = kNow) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Update(record, {{"parent", parent.none() ? Value() : Value::Record(parent)}});
    return tx.Commit(now).status();
  }
  absl::Status Merge(RecordRef loser, RecordRef winner) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Merge(loser, winner);
    return tx.Commit(kNow).status();
  }

  std::vector<std::string> Told(const Crm& crm, const char* expression) {
    QueryOptions asking;
    asking.now = kNow;
    const auto totals = RollUp(crm, group_, "parent", expression, asking);
    EXPECT_TRUE(totals.ok()) << totals.status();
    std::vector<std::string> lines;
    for (const TreeTotal& node : *totals) {
      lines.push_back(Concat(node.depth, " ", *crm.Title(node.record, {}), " ", ToDisplay(node.own),
                             " ", ToDisplay(node.total)));
    }
    return lines;
  }

  Crm crm_;
  RecordRef group_, france_, spain_, lyon_;
};

TEST_F(Group, ValuesAreRolledUpOverWhatIsBelow) {
  EXPECT_THAT(Told(crm_, "account.headcount"),
              ElementsAre("0 Group 10 40", "1 France 10 20", "2 Lyon 10 10", "1 Spain 10 10"));
}

TEST_F(Group, TheTreeOfAnyDateIsRolledUp) {
  ASSERT_TRUE(Put(lyon_, spain_).ok());
  AsOf before;
  before.at = kNow - Days(1);
  EXPECT_THAT(Told(*crm_.Past(before), "account.headcount"),
              ElementsAre("0 Group 10 40", "1 France 10 20", "2 Lyon 10 10", "1 Spain 10 10"));
  EXPECT_THAT(Told(crm_, "account.headcount"),
              ElementsAre("0 Group 10 40", "1 France 10 10", "1 Spain 10 20", "2 Lyon 10 10"));
}

TEST_F(Group, AncestorsComeNearestFirst) {
  const auto view = crm_.View({"account"});
  const FieldId parent = Hierarchies((*view)->schema().type(lyon_.type)).front();
  EXPECT_THAT(Ancestors(**view, lyon_, parent), ElementsAre(france_, group_));
  EXPECT_EQ(Subtree(**view, france_, parent).size(), 2u);
}

TEST_F(Group, ACircleIsRefusedWithItsPath) {
  const absl::Status status = Put(group_, lyon_);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Group -> Lyon -> France -> Group"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Put(spain_, spain_)));
}

TEST_F(Group, AMergeThatClosesACircleIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Merge(group_, lyon_)));
  EXPECT_TRUE(absl::IsFailedPrecondition(Merge(france_, lyon_)));
  EXPECT_TRUE(Merge(lyon_, spain_).ok());
}

TEST_F(Group, TheEndOfAMergeThatClosesACircleIsRefused) {
  ASSERT_TRUE(Merge(lyon_, spain_).ok());
  // As long as Lyon is Spain, France may lie below it; Lyon itself lies below France.
  ASSERT_TRUE(Put(spain_, {}).ok());
  ASSERT_TRUE(Put(france_, lyon_).ok());
  Transaction tx = crm_.Begin(kSomebody);
  tx.Unmerge(lyon_);
  EXPECT_TRUE(absl::IsFailedPrecondition(tx.Commit(kNow).status()));
}

TEST_F(Group, AmountsOfSeveralCurrenciesAreNotAdded) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Update(france_, {{"revenue", Value::Amount({10'000, *Currency::Parse("EUR")})}});
  tx.Update(spain_, {{"revenue", Value::Amount({10'000, *Currency::Parse("USD")})}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  QueryOptions asking;
  asking.now = kNow;
  const auto totals = RollUp(crm_, group_, "parent", "account.revenue", asking);
  EXPECT_TRUE(absl::IsInvalidArgument(totals.status())) << totals.status();
}

TEST(Hierarchy, OfTwoWritersAtOnceOneIsRefused) {
  const testing::TempDir dir;
  const std::string path = dir.File("tree.db");
  const Crm crm = *Crm::Open(path);
  for (int round = 0; round < 20; ++round) {
    Transaction tx = crm.Begin(kSomebody);
    RecordRef a = tx.Create("account", {{"name", Value::Text("A")}});
    RecordRef b = tx.Create("account", {{"name", Value::Text("B")}});
    ASSERT_TRUE(tx.Commit(kNow).ok());
    a = crm.Resolve(a);
    b = crm.Resolve(b);
    std::vector<absl::Status> outcome(2);
    std::vector<std::thread> writers;
    for (int i = 0; i < 2; ++i) {
      writers.emplace_back([&, i] {
        auto own = Crm::Open(path);
        if (!own.ok()) {
          outcome[static_cast<size_t>(i)] = own.status();
          return;
        }
        Transaction put = own->Begin(kSomebody);
        put.Update(i == 0 ? a : b, {{"parent", Value::Record(i == 0 ? b : a)}});
        outcome[static_cast<size_t>(i)] = put.Commit(kNow).status();
      });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(outcome[0].ok() + outcome[1].ok(), 1) << outcome[0] << " " << outcome[1];
    EXPECT_TRUE(absl::IsFailedPrecondition(outcome[outcome[0].ok() ? 1 : 0]));
  }
}

}  // namespace
}  // namespace relata
