// SPDX-License-Identifier: Apache-2.0
//
// Entries and exits as commits record them; tests/property compares them with evaluation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "relata/process/definitions.h"
#include "relata/process/workflow.h"
#include "relata/relata.h"
#include "relata/score/rule_score.h"
#include "relata/segment/segment.h"

namespace relata {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Timestamp kNow = *ParseTimestamp("2026-11-12T09:00:00Z");
const Actor kSomebody = Actor::System("test");

class Membership : public ::testing::Test {
 protected:
  Membership() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kSomebody);
    acme_ = tx.Create("account", {{"name", Value::Text("Acme")}});
    marie_ = tx.Create("contact",
                       {{"family_name", Value::Text("Roux")}, {"account", Value::Record(acme_)}});
    EXPECT_TRUE(tx.Commit(kNow - Days(40)).ok());
  }

  void Define(const char* name, const char* expression, const char* type = "contact") {
    Segment segment;
    segment.name = name;
    segment.type = type;
    segment.expression = expression;
    const absl::Status saved = DefineSegment(crm_, segment, kSomebody, kNow - Days(30));
    EXPECT_TRUE(saved.ok()) << saved;
  }

  void Set(RecordRef record, const char* field, Value value, Timestamp at = kNow) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Update(record, {{field, std::move(value)}});
    const absl::StatusOr<Commit> commit = tx.Commit(at);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }

  std::vector<MembershipEntry> History(const char* segment, RecordRef record) {
    const absl::StatusOr<std::vector<MembershipEntry>> entries =
        MembershipHistory(crm_, segment, record, {});
    EXPECT_TRUE(entries.ok()) << entries.status();
    return entries.ok() ? *entries : std::vector<MembershipEntry>();
  }

  Crm crm_;
  RecordRef acme_, marie_;
};

TEST_F(Membership, FollowsAnEventThatIsErased) {
  Define("viewers", "contact.events('page_view').size() > 0");
  Transaction tx = crm_.Begin(kSomebody);
  tx.Append("page_view", marie_, kNow - Days(1), {{"path", Value::Text("/")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const std::string marie = *crm_.Name(marie_);
  ASSERT_TRUE(*IsMember(crm_, "viewers", marie, kNow));

  const auto view = crm_.View({"page_view"});
  ASSERT_TRUE(view.ok()) << view.status();
  const TypeId type = (*view)->schema().Find("page_view")->id;
  std::vector<int64_t> places;
  (*view)->Events(crm_.Resolve(marie_), type, places);
  ASSERT_THAT(places, SizeIs(1));
  EraseWrite erase;
  erase.events = {{type, (*view)->EventSeq({type, places[0]})}};
  Transaction forget = crm_.Begin(kSomebody);
  forget.Erase(std::move(erase));
  ASSERT_TRUE(forget.Commit(kNow + Seconds(1)).ok());
  EXPECT_FALSE(*IsMember(crm_, "viewers", marie, kNow + Seconds(2)));
  ASSERT_TRUE(crm_.Advance(kNow + Days(1)).ok());
  const std::vector<MembershipEntry> history = History("viewers", marie_);
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_FALSE(history[1].entered);
}

TEST_F(Membership, NothingIsSavedThatNamesWhatIsNotThere) {
  const auto save = [&](std::vector<std::pair<const char*, const char*>> definitions) {
    std::vector<Segment> segments;
    for (const auto& [name, expression] : definitions) {
      segments.emplace_back();
      segments.back().name = name;
      segments.back().type = "contact";
      segments.back().expression = expression;
    }
    return DefineSegments(crm_, segments, kSomebody, kNow);
  };
  const absl::Status lost = save({{"a", "in_segment('b')"}});
  EXPECT_TRUE(absl::IsNotFound(lost)) << lost;
  EXPECT_THAT(std::string(Message(lost)), HasSubstr("there is no segment 'b'"));
  EXPECT_TRUE(absl::IsNotFound(save({{"a", "score('heat') > 1.0"}})));
  EXPECT_TRUE(absl::IsFailedPrecondition(save({{"a", "in_segment('a')"}})));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      save({{"a", "in_segment('b')"}, {"b", "in_segment('c')"}, {"c", "!in_segment('a')"}})));
  EXPECT_THAT(ListSegments(crm_), IsEmpty());
  EXPECT_EQ(save({{"a", "in_segment('b')"}, {"b", "contact.country == 'FR'"}}), absl::OkStatus());
  // What is there already is followed as the same commit changes it.
  EXPECT_TRUE(
      absl::IsFailedPrecondition(save({{"c", "in_segment('a')"}, {"b", "in_segment('c')"}})));
}

TEST_F(Membership, MovesToTheInstantOfTheNewestCommitsThoughTheyLieAMicrosecondApart) {
  Define("recent", "contact.events('page_view').exists(e, e.at > now - days(1))");
  for (int i = 0; i < 3; ++i) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Append("page_view", marie_, kNow - Days(1) + Seconds(5), {{"path", Value::Text("/")}});
    ASSERT_TRUE(tx.Commit(kNow).ok());
  }
  EXPECT_EQ(crm_.Advance(kNow).status(), absl::OkStatus());
  EXPECT_TRUE(absl::IsInvalidArgument(crm_.Advance(kNow - Seconds(2)).status()));
  const absl::StatusOr<Commit> moved = crm_.Advance(kNow + Seconds(6));
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_THAT(History("recent", marie_), SizeIs(2));
}

// What leaves by time is known beside what comes: an event more is counted without asking anew.
TEST_F(Membership, CountsEventsThatComeWhileOthersAreAboutToLeave) {
  Define("keen",
         "contact.events('page_view').filter(e, e.at > now - days(30)).size() >= 2 && "
         "contact.family_name == 'Roux'");
  Define("idle", "!in_segment('keen') && contact.family_name != ''");
  const std::string marie = *crm_.Name(marie_);
  const auto view = [&](Timestamp at, Timestamp committed) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Append("page_view", marie_, at, {{"path", Value::Text("/")}});
    ASSERT_TRUE(tx.Commit(committed).ok());
  };
  view(kNow - Days(30) + Hours(2), kNow);
  ASSERT_TRUE(crm_.Advance(kNow + Minutes(1)).ok());
  EXPECT_FALSE(*IsMember(crm_, "keen", marie, kNow + Minutes(1)));
  view(kNow, kNow + Minutes(2));
  EXPECT_TRUE(*IsMember(crm_, "keen", marie, kNow + Minutes(3)));
  EXPECT_FALSE(*IsMember(crm_, "idle", marie, kNow + Minutes(3)));
  // The oldest leaves: one is left.
  ASSERT_TRUE(crm_.Advance(kNow + Hours(3)).ok());
  EXPECT_FALSE(*IsMember(crm_, "keen", marie, kNow + Hours(3)));
  EXPECT_TRUE(*IsMember(crm_, "idle", marie, kNow + Hours(3)));
  // What was known up to then is not taken for known.
  view(kNow + Hours(1), kNow + Hours(4));
  EXPECT_TRUE(*IsMember(crm_, "keen", marie, kNow + Hours(4)));
  EXPECT_FALSE(*IsMember(crm_, "idle", marie, kNow + Hours(4)));
  EXPECT_THAT(History("keen", marie_), SizeIs(3));
}

TEST_F(Membership, TellsARoleNothingOfWhatItDoesNotSee) {
  ASSERT_TRUE(DefineRole(crm_, "blind",
                         R"({"types": {"*": "read", "contact": {"hidden": ["country"]}}})",
                         Actor::System("host"), kNow)
                  .ok());
  QueryOptions asking;
  asking.now = kNow;
  asking.reader = Actor::User("rob", "blind");
  Segment segment;
  segment.name = "french";
  segment.type = "contact";
  segment.expression = "contact.country == 'FR'";
  ASSERT_TRUE(DefineSegment(crm_, segment, Actor::System("host"), kNow).ok());
  const std::string marie = *crm_.Name(marie_);
  EXPECT_TRUE(IsMember(crm_, "french", marie, kNow).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(IsMember(crm_, "french", marie, asking).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(MembershipHistory(crm_, "french", marie_, asking).status()));
}

TEST_F(Membership, FollowsWhatIsStatedAloneInACommit) {
  Define("agreed", "consent_status('email', 'offers') == 'grant'");
  Transaction tx = crm_.Begin(kSomebody);
  ConsentEntry entry;
  entry.event = ConsentEvent::kGrant;
  entry.person = PartyId::Of(marie_);
  entry.scope = {Bit(Channel::kEmail), Bit(Purpose::kOffers)};
  entry.at = kNow - Days(1);
  tx.RecordConsent(std::move(entry));
  const absl::StatusOr<Commit> commit = tx.Commit(kNow);
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_THAT(History("agreed", marie_), SizeIs(1));
  const absl::StatusOr<bool> member = IsMember(crm_, "agreed", *crm_.Name(marie_), kNow);
  ASSERT_TRUE(member.ok()) << member.status();
  EXPECT_TRUE(*member);
}

TEST_F(Membership, IsRecordedByTheCommitThatCausesIt) {
  Define("retail", "contact.account.industry == 'retail'");
  EXPECT_THAT(History("retail", marie_), IsEmpty());
  Set(acme_, "industry", Value::Text("retail"));
  const std::vector<MembershipEntry> entries = History("retail", marie_);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_TRUE(entries[0].entered);
  EXPECT_EQ(entries[0].cause, "field");
  EXPECT_EQ(entries[0].what, "account.industry");
  EXPECT_EQ(entries[0].of, *crm_.Name(acme_));
  Set(acme_, "name", Value::Text("Acme SAS"));
  EXPECT_THAT(History("retail", marie_), SizeIs(1)) << "a field that nobody reads changes nothing";
}

TEST_F(Membership, EndsWhenTimeMovesNotWhenSomethingElseIsWritten) {
  Define("seen", "contact.events('page_view').exists(e, e.at > now - days(30))");
  Transaction tx = crm_.Begin(kSomebody);
  tx.Append("page_view", marie_, kNow - Days(10), {{"path", Value::Text("/")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  ASSERT_THAT(History("seen", marie_), SizeIs(1));
  EXPECT_EQ(History("seen", marie_)[0].cause, "event");
  Set(acme_, "name", Value::Text("Acme SAS"), kNow + Days(25));
  EXPECT_THAT(History("seen", marie_), SizeIs(1));
  ASSERT_TRUE(crm_.Advance(kNow + Days(25)).ok());
  const std::vector<MembershipEntry> entries = History("seen", marie_);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_FALSE(entries[1].entered);
  EXPECT_EQ(entries[1].cause, "time");
}

TEST_F(Membership, OfASegmentFollowsTheSegmentsItNames) {
  Define("retail", "account.industry == 'retail'", "account");
  Define("people",
         "contact.account != null && contact.account.contacts.size() == 1 && "
         "contact.account.days_late == null");
  Define("both", "in_segment('people') && !(contact.country == 'FR')");
  EXPECT_THAT(History("both", marie_), SizeIs(1));
  Set(acme_, "days_late", Value::Int(3));
  const std::vector<MembershipEntry> entries = History("both", marie_);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[1].what, "account.days_late");
  Define("people", "contact.account != null");
  ASSERT_THAT(History("both", marie_), SizeIs(3));
  EXPECT_EQ(History("both", marie_)[2].cause, "defined");
}

TEST_F(Membership, ThatCannotBeForeseenIsRefusedWithTheReason) {
  ASSERT_TRUE(DefineScore(crm_, "fit",
                          R"json({"type": "contact", "rules": [
                              {"name": "french", "points": 5, "when": "contact.country == 'FR'"}]})json",
                          kSomebody, kNow - Days(35))
                  .ok());
  Define("scored", "score('fit') > 3.0");
  Define("clock", "string(now).endsWith('00Z')");
  Define("through", "in_segment('clock')");
  Define("plain", "contact.country == 'FR'");
  EXPECT_TRUE(WhyNotKept(crm_, "plain").ok());
  for (const char* name : {"scored", "clock", "through"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(WhyNotKept(crm_, name))) << name;
  }
  EXPECT_THAT(WhyNotKept(crm_, "scored").ToString(), HasSubstr("score('fit')"));
  EXPECT_THAT(WhyNotKept(crm_, "through").ToString(), HasSubstr("segment 'clock'"));
  // It can be asked all the same.
  const absl::StatusOr<bool> member = IsMember(crm_, "clock", *crm_.Name(marie_), kNow);
  ASSERT_TRUE(member.ok()) << member.status();
  EXPECT_TRUE(*member);
}

TEST_F(Membership, OfManyIsOneLineInTheLog) {
  Transaction tx = crm_.Begin(kSomebody);
  for (int i = 0; i < 1'000; ++i) {
    tx.Create("contact", {{"family_name", Value::Text("Roux")},
                          {"country", Value::Text(i % 2 == 0 ? "FR" : "DE")}});
  }
  ASSERT_TRUE(tx.Commit(kNow - Days(35)).ok());
  Define("french", "contact.country == 'FR'");
  EXPECT_THAT(*crm_.Log("membership", "french"), SizeIs(1));
  QueryOptions asking;
  asking.now = kNow;
  const absl::StatusOr<QueryAnswer> members = SegmentMembers(crm_, "french", asking);
  ASSERT_TRUE(members.ok());
  ASSERT_EQ(members->count, 500);
  const RecordRef last{members->type, members->rows.back()};
  EXPECT_THAT(History("french", last), SizeIs(1));
  Set(last, "country", Value::Text("BE"));
  EXPECT_THAT(History("french", last), SizeIs(2));
}

TEST_F(Membership, SetsOffWorkflowsOnEntryAndOnExit) {
  Define("retail", "contact.account.industry == 'retail'");
  const auto define = [&](const char* name, const char* on) {
    const std::string body = std::string(R"({"type": "contact", "segment": "retail", "on": ")") +
                             on + R"(", "actions": [{"do": "notify", "text": "Look"}]})";
    const absl::Status saved = DefineWorkflow(crm_, name, body, kSomebody, kNow - Days(20));
    EXPECT_TRUE(saved.ok()) << saved;
  };
  define("welcome", "enter");
  define("goodbye", "leave");
  Set(acme_, "industry", Value::Text("retail"));
  ASSERT_THAT(*Outbox(crm_), SizeIs(1));
  EXPECT_EQ((*Outbox(crm_))[0].workflow, "welcome");
  Set(acme_, "industry", Value::Text("energy"));
  ASSERT_THAT(*Outbox(crm_), SizeIs(2));
  EXPECT_EQ((*Outbox(crm_))[1].workflow, "goodbye");
  Define("retail", "true");
  EXPECT_THAT(*Outbox(crm_), SizeIs(2)) << "a new definition fires nothing";
}

TEST_F(Membership, IsExplainedWithAsFewFactsAsItTakesAndWithWhatWouldChangeIt) {
  Define("keen",
         "contact.events('page_view').filter(e, e.path == '/pricing').size() >= 2 && "
         "contact.country in ['FR', 'BE']");
  QueryOptions asking;
  asking.now = kNow;
  const auto why = [&] {
    const absl::StatusOr<MembershipReason> reason = WhyMember(crm_, "keen", marie_, asking);
    EXPECT_TRUE(reason.ok()) << reason.status();
    std::string lines;
    for (const std::string& fact : reason->facts) lines += fact + "\n";
    return lines;
  };
  EXPECT_THAT(why(), HasSubstr("it would be true if contact.events('page_view').filter(e, e.path "
                               "== '/pricing').size() were at least 2 instead of 0"));
  Transaction tx = crm_.Begin(kSomebody);
  for (int i = 0; i < 5; ++i) {
    tx.Append("page_view", marie_, kNow - Days(i), {{"path", Value::Text("/pricing")}});
  }
  ASSERT_TRUE(tx.Commit(kNow).ok());
  EXPECT_THAT(why(), HasSubstr("it would be true if contact.country were one of"));
  Set(marie_, "country", Value::Text("FR"));
  const std::string facts = why();
  EXPECT_THAT(facts, Not(HasSubstr("would be")));
  size_t views = 0;
  for (size_t at = 0; (at = facts.find("with path '/pricing'", at)) != facts.npos; ++at) ++views;
  EXPECT_EQ(views, 2u) << facts;
}

TEST_F(Membership, OfPartsIsStableAndCoversTheWholeOnce) {
  Transaction tx = crm_.Begin(kSomebody);
  for (int i = 0; i < 400; ++i) tx.Create("contact", {{"family_name", Value::Text("Roux")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  Define("all", "contact.family_name == 'Roux'");
  const absl::StatusOr<std::vector<std::string>> names =
      SplitSegment(crm_, "all", 2, kSomebody, kNow);
  ASSERT_TRUE(names.ok()) << names.status();
  QueryOptions asking;
  asking.now = kNow;
  const auto first = SegmentMembers(crm_, "all_a", asking);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_GT(first->count, 150);
  EXPECT_LT(first->count, 250);
  const auto apart = OverlapSegments(crm_, "all_a", "all_b", asking);
  ASSERT_TRUE(apart.ok()) << apart.status();
  EXPECT_EQ(apart->both, 0);
  EXPECT_EQ(apart->only_first + apart->only_second, 401);
  Set(marie_, "family_name", Value::Text("Noir"));
  const auto again = SegmentMembers(crm_, "all_a", asking);
  for (const Row row : again->rows) {
    EXPECT_TRUE(std::binary_search(first->rows.begin(), first->rows.end(), row));
  }
  EXPECT_TRUE(WhyNotKept(crm_, "all_a").ok());
}

TEST_F(Membership, StarterSegmentsCheckAndLeaveTakenNamesAlone) {
  Define("lapsing", "account.name == 'Acme'", "account");
  const auto names = DefineStarterSegments(crm_, kSomebody, kNow);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ::testing::ElementsAre("hot_prospects", "loyal_upsell", "inactive_to_wake"));
  EXPECT_EQ(FindSegment(crm_, "lapsing")->expression, "account.name == 'Acme'");
  for (const std::string& name : *names) EXPECT_TRUE(WhyNotKept(crm_, name).ok()) << name;
}

}  // namespace
}  // namespace relata
