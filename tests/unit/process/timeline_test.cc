// SPDX-License-Identifier: Apache-2.0

#include "relata/process/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "relata/process/trajectory.h"
#include "relata/relata.h"

namespace relata {
namespace {

using internal::Concat;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Timestamp kMarch = *ParseTimestamp("2026-03-01T00:00:00Z");
const Timestamp kApril = *ParseTimestamp("2026-04-01T00:00:00Z");
const Timestamp kNow = *ParseTimestamp("2026-07-01T00:00:00Z");
const Actor kSomebody = Actor::User("amelie");

// Three people: Marie became a customer in March and was lost in May, Jean became one in March and
// still is, Paul only in April.
class People : public ::testing::Test {
 protected:
  People() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kSomebody);
    for (RecordRef* person : {&marie_, &jean_, &paul_}) {
      *person = tx.Create("contact", {{"lifecycle", Value::Text("lead")}});
    }
    EXPECT_TRUE(tx.Commit(kMarch - Days(30)).ok());
    for (RecordRef* person : {&marie_, &jean_, &paul_}) *person = crm_.Resolve(*person);
    Set(marie_, "customer", kMarch + Days(9));
    Set(jean_, "customer", kMarch + Days(19));
    Set(paul_, "customer", kApril + Days(5));
    Set(marie_, "inactive", kApril + Days(40));
  }

  void Set(RecordRef person, const char* state, Timestamp now,
           std::optional<Timestamp> effective = std::nullopt) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Update(person, {{"lifecycle", Value::Text(state)}});
    if (effective) tx.EffectiveAt(*effective);
    const auto commit = tx.Commit(now);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }

  QueryOptions Asking(Timestamp now = kNow) const {
    QueryOptions options;
    options.now = now;
    options.reader = kSomebody;
    return options;
  }

  std::vector<std::string> States(RecordRef person) {
    const auto states = StatesOf(crm_, person, "lifecycle", Asking());
    EXPECT_TRUE(states.ok()) << states.status();
    std::vector<std::string> told;
    for (const StateSpan& span : *states) {
      told.push_back(Concat(span.state, " ", span.Lasted(kNow).micros / 86'400'000'000, " days"));
    }
    return told;
  }

  CohortQuestion March() const { return {"contact", "lifecycle", "customer", kMarch, kApril}; }

  Crm crm_;
  RecordRef marie_, jean_, paul_;
};

TEST_F(People, StatesHaveTheirDurations) {
  EXPECT_THAT(States(marie_), ElementsAre("lead 39 days", "customer 62 days", "inactive 51 days"));
}

TEST_F(People, AStateHoldsFromWhenItTookEffect) {
  Set(jean_, "inactive", kNow - Days(1), kApril);
  EXPECT_THAT(States(jean_), ElementsAre("lead 49 days", "customer 12 days", "inactive 91 days"));
}

TEST_F(People, ACohortIsFollowedToWhereItIsNow) {
  const auto cohort = CohortOf(crm_, March(), Asking());
  ASSERT_TRUE(cohort.ok()) << cohort.status();
  EXPECT_EQ(cohort->size, 2);
  ASSERT_THAT(cohort->now, SizeIs(2));
  EXPECT_THAT(cohort->now,
              ::testing::UnorderedElementsAre(Field(&CohortState::records, ElementsAre(marie_)),
                                              Field(&CohortState::records, ElementsAre(jean_))));
  EXPECT_THAT(cohort->paths, ::testing::UnorderedElementsAre(
                                 Field(&CohortPath::states, ElementsAre("customer", "inactive")),
                                 Field(&CohortPath::states, ElementsAre("customer"))));
}

TEST_F(People, ACohortOfThePastEndsThere) {
  AsOf then;
  then.at = kApril;
  const auto past = crm_.Past(then);
  const auto cohort = CohortOf(*past, March(), Asking(kApril));
  ASSERT_TRUE(cohort.ok()) << cohort.status();
  EXPECT_EQ(cohort->size, 2);
  EXPECT_THAT(cohort->now, ElementsAre(Field(&CohortState::state, "customer")));
}

TEST_F(People, WhoWasDeletedSinceIsCountedAsGone) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Delete(marie_);
  ASSERT_TRUE(tx.Commit(kNow - Days(1)).ok());
  const auto cohort = CohortOf(crm_, March(), Asking());
  ASSERT_TRUE(cohort.ok()) << cohort.status();
  EXPECT_EQ(cohort->size, 2);
  EXPECT_EQ(cohort->gone, 1);
}

TEST_F(People, TransitionsAreCountedWithTheirMedian) {
  const auto found = TransitionsOf(crm_, "contact", "lifecycle", Timestamp::kMin, Asking());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_EQ(found->front().to, "customer");
  EXPECT_EQ(found->front().count, 3);
  EXPECT_EQ(found->front().median, Days(49));
}

// Marie's life as the former system kept it; she was a lead here from thirty days before March on.
class PeopleOfAFormerSystem : public People {
 protected:
  PeopleOfAFormerSystem() {
    const auto type = ParseTypeDef(R"({"name": "lifecycle_change",
        "subject": "contact", "title": ["lifecycle"], "fields": [
        {"name": "lifecycle", "kind": "text", "data_owner": "sales"}]})");
    EXPECT_TRUE(type.ok()) << type.status();
    EXPECT_TRUE(crm_.Extend(*crm_.schema()->WithType(*type), kSomebody, kApril + Days(44)).ok());
    Transaction tx = crm_.Begin(kSomebody);
    const auto told = [&](const char* state, Timestamp at) {
      tx.Append("lifecycle_change", marie_, at, {{"lifecycle", Value::Text(state)}});
    };
    told("Lead", kMarch - Days(150));  // labels and codes
    told("sql", kMarch - Days(60));
    told("lead", kMarch - Days(50));
    told("prospect", kNow + Days(9));  // not yet
    EXPECT_TRUE(tx.Commit(kApril + Days(45)).ok());
  }
};

TEST_F(PeopleOfAFormerSystem, StatesToldByItsEventsComeFirst) {
  EXPECT_THAT(States(marie_), ElementsAre("lead 90 days", "sql 10 days", "lead 59 days",
                                          "customer 62 days", "inactive 51 days"));
  EXPECT_THAT(States(jean_), ElementsAre("lead 49 days", "customer 103 days"));
}

TEST_F(PeopleOfAFormerSystem, CohortsAndTransitionsFollowThem) {
  const CohortQuestion winter = {"contact", "lifecycle", "lead", kMarch - Days(160),
                                 kMarch - Days(140)};
  const auto cohort = CohortOf(crm_, winter, Asking());
  ASSERT_TRUE(cohort.ok()) << cohort.status();
  EXPECT_THAT(cohort->now, ElementsAre(Field(&CohortState::records, ElementsAre(marie_))));
  EXPECT_THAT(cohort->paths,
              ElementsAre(Field(&CohortPath::states,
                                ElementsAre("lead", "sql", "lead", "customer", "inactive"))));
  const auto found = TransitionsOf(crm_, "contact", "lifecycle", Timestamp::kMin, Asking());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ::testing::Contains(Field(&Transition::to, "sql")));
}

TEST_F(PeopleOfAFormerSystem, WhatARecordWasCreatedWithDoesNotReachBackOverThem) {
  Transaction tx = crm_.Begin(kSomebody);
  RecordRef anna = tx.Create("contact", {{"lifecycle", Value::Text("customer")}});
  tx.EffectiveAt(kMarch - Days(100));
  ASSERT_TRUE(tx.Commit(kApril + Days(50)).ok());
  anna = crm_.Resolve(anna);
  EXPECT_THAT(States(anna), ElementsAre(HasSubstr("customer")));
  Transaction told = crm_.Begin(kSomebody);
  told.Append("lifecycle_change", anna, kMarch - Days(90), {{"lifecycle", Value::Text("lead")}});
  told.Append("lifecycle_change", anna, kMarch, {{"lifecycle", Value::Text("sql")}});
  ASSERT_TRUE(told.Commit(kApril + Days(51)).ok());
  const auto states = StatesOf(crm_, anna, "lifecycle", Asking());
  ASSERT_TRUE(states.ok()) << states.status();
  ASSERT_THAT(*states, SizeIs(3));
  EXPECT_EQ((*states)[0].from, kMarch - Days(90));
  EXPECT_EQ((*states)[2].state, "customer");
  EXPECT_EQ((*states)[2].from, kApril + Days(50));
}

TEST_F(People, OnlyStatesMakeACohort) {
  CohortQuestion question = March();
  question.field = "given_name";
  EXPECT_TRUE(absl::IsInvalidArgument(CohortOf(crm_, question, Asking()).status()));
  question = March();
  question.state = "custmer";
  EXPECT_THAT(std::string(Message(CohortOf(crm_, question, Asking()).status())),
              ::testing::HasSubstr("did you mean 'customer'"));
  question.state = "Client";  // its label in French
  EXPECT_EQ(CohortOf(crm_, question, Asking())->size, 2);
  EXPECT_TRUE(absl::IsInvalidArgument(
      TransitionsOf(crm_, "contact", "email", Timestamp::kMin, Asking()).status()));
  question = March();
  question.until = question.from;
  EXPECT_TRUE(absl::IsInvalidArgument(CohortOf(crm_, question, Asking()).status()));
}

TEST_F(People, TheTimelineHoldsEverythingInOrder) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Append("page_view", marie_, kMarch + Days(2), {{"path", Value::Text("/prices")}});
  tx.Create("ticket", {{"subject", Value::Text("Leak")},
                       {"contact", Value::Record(marie_)},
                       {"opened_at", Value::Time(kMarch + Days(20))}});
  ConsentEntry entry;
  entry.event = ConsentEvent::kWithdraw;
  entry.person = PartyId::Of(marie_);
  entry.at = kMarch + Days(21);
  entry.scope.channels = Bit(Channel::kEmail);
  tx.RecordConsent(entry);
  ASSERT_TRUE(tx.Commit(kNow - Days(1)).ok());
  const auto entries = TimelineOf(crm_, marie_, Asking());
  ASSERT_TRUE(entries.ok()) << entries.status();
  std::vector<std::string> told;
  for (const TimelineEntry& one : *entries) {
    told.push_back(Concat(KindName(one.kind), " ", one.text.substr(0, one.text.find(' '))));
    if (told.size() > 1) {
      EXPECT_GE(one.at, (*entries)[told.size() - 2].at);
    }
  }
  EXPECT_THAT(told,
              ElementsAre("change created:", "state Life-cycle", "event Page", "state Life-cycle",
                          "record Ticket", "consent withdraw", "state Life-cycle"));
  EXPECT_EQ((*entries)[3].lasted, Days(39));
  EXPECT_EQ((*entries)[3].actor, "user:amelie");
  TimelineOptions march;
  march.from = kMarch;
  march.until = kMarch + Days(5);
  EXPECT_THAT(*TimelineOf(crm_, marie_, Asking(), march), SizeIs(1));
}

TEST_F(People, WhatNamesARecordIsToldFromWhenItDoes) {
  Transaction first = crm_.Begin(kSomebody);
  const RecordRef old_firm = first.Create("account", {{"name", Value::Text("Old")}});
  const RecordRef new_firm = first.Create("account", {{"name", Value::Text("New")}});
  first.Update(marie_, {{"account", Value::Record(old_firm)}});
  ASSERT_TRUE(first.Commit(kApril + Days(50)).ok());
  Transaction second = crm_.Begin(kSomebody);
  second.Update(marie_, {{"account", Value::Record(crm_.Resolve(new_firm))}});
  ASSERT_TRUE(second.Commit(kApril + Days(60)).ok());
  const auto entries = TimelineOf(crm_, crm_.Resolve(new_firm), Asking());
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_THAT(*entries, SizeIs(2));
  EXPECT_EQ((*entries)[1].record, marie_);
  EXPECT_EQ((*entries)[1].at, kApril + Days(60));
}

TEST_F(People, ACorrectionThatNoStateTellsIsToldAsAChange) {
  // Recorded last, in effect before what was recorded first: none of the later states is left.
  Set(marie_, "lead", kNow - Days(2), kMarch + Days(1));
  const auto entries = TimelineOf(crm_, marie_, Asking());
  ASSERT_TRUE(entries.ok()) << entries.status();
  std::vector<std::string> told;
  for (const TimelineEntry& one : *entries) told.emplace_back(KindName(one.kind));
  EXPECT_THAT(told, ElementsAre("change", "state", "change", "change", "change"));
}

Crm At(const Crm& crm, Timestamp t) {
  AsOf as_of;
  as_of.at = t;
  return *crm.Past(as_of);
}

TEST_F(People, ARecordDiffersInItsFieldsAndWhatNamesIt) {
  Transaction tx = crm_.Begin(kSomebody);
  const RecordRef ticket =
      tx.Create("ticket", {{"subject", Value::Text("Leak")}, {"contact", Value::Record(marie_)}});
  ASSERT_TRUE(tx.Commit(kNow - Days(1)).ok());
  const auto diff = DiffRecord(At(crm_, kMarch), crm_, marie_, Asking());
  ASSERT_TRUE(diff.ok()) << diff.status();
  ASSERT_THAT(diff->fields, SizeIs(1));
  EXPECT_EQ(diff->fields[0].before.text(), "lead");
  EXPECT_EQ(diff->fields[0].after.text(), "inactive");
  EXPECT_THAT(diff->joined,
              ElementsAre(std::pair<std::string, RecordRef>("tickets", crm_.Resolve(ticket))));
  EXPECT_TRUE(DiffRecord(At(crm_, kNow), crm_, marie_, Asking())->empty());
  EXPECT_TRUE(DiffRecord(At(crm_, kApril), crm_, jean_, Asking())->empty());
}

TEST_F(People, ATypeDiffersInWhoCameWhoWentAndWhoChanged) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Delete(paul_);
  const RecordRef lea = tx.Create("contact", {{"given_name", Value::Text("Léa")}});
  ASSERT_TRUE(tx.Commit(kNow - Days(1)).ok());
  const auto diff = DiffType(At(crm_, kApril), crm_, "contact", Asking());
  ASSERT_TRUE(diff.ok()) << diff.status();
  EXPECT_THAT(diff->joined, ElementsAre(crm_.Resolve(lea)));
  EXPECT_THAT(diff->left, ElementsAre(paul_));
  ASSERT_THAT(diff->changed, SizeIs(1));
  EXPECT_EQ(diff->changed[0].record, marie_);
  EXPECT_EQ(diff->same, 1);
  EXPECT_THAT(DiffType(At(crm_, kNow), crm_, "contact", Asking())->changed, IsEmpty());
}

TEST_F(People, ASegmentDiffersInWhoEnteredAndLeft) {
  Segment customers;
  customers.name = "customers";
  customers.type = "contact";
  customers.expression = "contact.lifecycle == 'customer'";
  ASSERT_TRUE(DefineSegment(crm_, customers, kSomebody, kNow - Days(2)).ok());
  const auto diff = DiffMembers(At(crm_, kApril), At(crm_, kNow), "customers", Asking());
  ASSERT_TRUE(diff.ok()) << diff.status();
  EXPECT_THAT(diff->joined, ElementsAre(paul_));
  EXPECT_THAT(diff->left, ElementsAre(marie_));
  EXPECT_EQ(diff->same, 1);
}

TEST_F(People, TwoGraphsOfDifferentEnginesAreNotCompared) {
  const absl::StatusOr<Crm> other = Crm::Open(":memory:");
  EXPECT_EQ(DiffType(*other, crm_, "contact", Asking()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace relata
