// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relata/relata.h"
#include "relata/storage/memory.h"

namespace relata {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const Timestamp kJanuary = *ParseTimestamp("2026-01-10T09:00:00Z");
const Timestamp kMarch = *ParseTimestamp("2026-03-10T09:00:00Z");
const Timestamp kMay = *ParseTimestamp("2026-05-10T09:00:00Z");
const Timestamp kNow = *ParseTimestamp("2026-07-10T09:00:00Z");
const Actor kSomebody = Actor::User("amelie");

QueryOptions Asking(Timestamp now = kNow) {
  QueryOptions options;
  options.now = now;
  return options;
}

AsOf At(Timestamp t) {
  AsOf as_of;
  as_of.at = t;
  return as_of;
}

AsOf KnownAt(Timestamp t) {
  AsOf as_of;
  as_of.known_at = t;
  return as_of;
}

// A store whose images can be erased behind the engine's back, as erasing a person does.
class SharedStore : public Store {
 public:
  explicit SharedStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}
  absl::StatusOr<std::unique_ptr<StoreReader>> Read() override { return store_->Read(); }
  absl::StatusOr<std::unique_ptr<StoreWriter>> Write(Duration patience) override {
    return store_->Write(patience);
  }
  absl::StatusOr<CommitId> HeadId() override { return store_->HeadId(); }

 private:
  const std::shared_ptr<Store> store_;
};

// Marie, French in January, moved to Germany in March.
class Moved : public ::testing::Test {
 protected:
  Moved() : store_(NewMemoryStore()), crm_(*Crm::Open(std::make_unique<SharedStore>(store_))) {
    Transaction tx = crm_.Begin(kSomebody);
    marie_ = tx.Create("contact",
                       {{"given_name", Value::Text("Marie")}, {"country", Value::Text("FR")}});
    EXPECT_TRUE(tx.Commit(kJanuary).ok());
    marie_ = crm_.Resolve(marie_);
    Set(kMarch, "country", "DE");
  }

  void Set(Timestamp now, const char* field, const char* value,
           std::optional<Timestamp> effective = std::nullopt) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.Update(marie_, {{field, Value::Text(value)}});
    if (effective) tx.EffectiveAt(*effective);
    const auto commit = tx.Commit(now);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }

  int64_t Count(const AsOf& as_of, std::string_view expression, Timestamp now = kNow) {
    const auto past = crm_.Past(as_of);
    EXPECT_TRUE(past.ok()) << past.status();
    const auto answer = past->Query("contact", expression, Asking(now));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->count : -1;
  }

  std::shared_ptr<Store> store_;
  Crm crm_;
  RecordRef marie_;
};

TEST_F(Moved, QueriesAnswerFromTheGraphOfTheInstant) {
  EXPECT_EQ(Count({}, "contact.country == 'DE'"), 1);
  EXPECT_EQ(Count(At(kJanuary), "contact.country == 'FR'"), 1);
  EXPECT_EQ(Count(At(kJanuary - Days(1)), "true"), 0);
}

TEST_F(Moved, TablesLoadedInPartForTodayDoNotStandInTheWay) {
  const absl::StatusOr<Crm> again = Crm::Open(std::make_unique<SharedStore>(store_));
  ASSERT_TRUE(again.ok()) << again.status();
  const std::string name = *again->Name(marie_);  // loads ids alone
  for (const Timestamp at : {kJanuary - Days(1), kJanuary}) {
    const auto past = again->Past(At(at));
    ASSERT_TRUE(past.ok()) << past.status();
    EXPECT_EQ(past->Resolve(marie_), marie_);
    EXPECT_EQ(past->Query("contact", "contact.country == 'FR'", Asking())->count,
              at == kJanuary ? 1 : 0);
    EXPECT_EQ(past->Name(marie_).ok(), at == kJanuary);
  }
  EXPECT_EQ(*again->Name(marie_), name);
}

TEST_F(Moved, ACorrectionHoldsFromWhenItTookEffectButWasNotKnownBefore) {
  Set(kMay, "country", "IT", kJanuary + Days(1));
  EXPECT_EQ(Count(At(kMarch), "contact.country == 'IT'"), 1);
  EXPECT_EQ(Count(At(kJanuary), "contact.country == 'FR'"), 1);
  EXPECT_EQ(Count(KnownAt(kMarch), "contact.country == 'DE'"), 1);
  AsOf both = At(kMarch);
  both.known_at = kMarch;
  EXPECT_EQ(Count(both, "contact.country == 'DE'"), 1);
}

TEST_F(Moved, TheRecordItselfReadsAsItWas) {
  const auto past = crm_.Past(At(kJanuary));
  ASSERT_TRUE(past.ok());
  EXPECT_EQ(past->Get(marie_, "country")->text(), "FR");
  EXPECT_THAT(*past->History(marie_), SizeIs(1));
  EXPECT_THAT(*crm_.History(marie_), SizeIs(2));
}

TEST_F(Moved, WhyIsAskedOfThePastToo) {
  const auto past = crm_.Past(At(kJanuary));
  ASSERT_TRUE(past.ok());
  const auto why = past->Explain(marie_, "contact.country == 'FR'", Asking(kJanuary));
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_THAT(*why, ::testing::Contains(::testing::HasSubstr("FR")));
}

TEST_F(Moved, ASegmentIsTheOneKnownThen) {
  Segment abroad;
  abroad.name = "abroad";
  abroad.type = "contact";
  abroad.expression = "contact.country == 'DE'";
  ASSERT_TRUE(DefineSegment(crm_, abroad, kSomebody, kMay).ok());
  abroad.expression = "contact.country == 'FR'";
  ASSERT_TRUE(DefineSegment(crm_, abroad, kSomebody, kMay + Days(1)).ok());
  const auto then = crm_.Past(KnownAt(kMay));
  EXPECT_EQ(SegmentMembers(*then, "abroad", Asking(kMay))->count, 1);
  EXPECT_EQ(SegmentMembers(crm_, "abroad", Asking())->count, 0);
  // What was so in May, by what the segment means today.
  EXPECT_EQ(SegmentMembers(*crm_.Past(At(kMay)), "abroad", Asking(kMay))->count, 0);
  const auto before = crm_.Past(KnownAt(kMarch));
  EXPECT_TRUE(absl::IsNotFound(SegmentMembers(*before, "abroad", Asking()).status()));
}

TEST_F(Moved, ErasedPeopleAreLeftOutAndCounted) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Delete(marie_);
  ASSERT_TRUE(tx.Commit(kMay).ok());
  EXPECT_EQ(Count(At(kMarch), "true"), 1);
  auto writer = store_->Write(Seconds(1));
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->EraseImages(marie_).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  const auto past = crm_.Past(At(kMarch));
  const auto answer = past->Query("contact", "true", Asking());
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->count, 0);
  EXPECT_EQ(answer->erased, 1);
  EXPECT_EQ(*past->Erased(""), 1);
  EXPECT_EQ(*crm_.Erased("contact"), 0);
}

TEST_F(Moved, ThePastTakesNoChange) {
  auto past = crm_.Past(At(kMarch));
  ASSERT_TRUE(past.ok());
  Transaction tx = past->Begin(kSomebody);
  tx.Update(marie_, {{"country", Value::Text("ES")}});
  EXPECT_TRUE(absl::IsFailedPrecondition(tx.Commit(kNow).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(past->Advance(kNow).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(past->Extend(*past->schema(), kSomebody, kNow)));
}

TEST_F(Moved, RolesAreThoseOfToday) {
  Transaction tx = crm_.Begin(kSomebody);
  tx.Define("role", "none", R"({"types": {}})");
  ASSERT_TRUE(tx.Commit(kMay).ok());
  QueryOptions asking = Asking();
  asking.reader = Actor::User("sam");
  const auto past = crm_.Past(KnownAt(kMarch));
  EXPECT_TRUE(absl::IsPermissionDenied(past->Query("contact", "true", asking).status()));
}

TEST_F(Moved, HistoryIsAskedInsideConditions) {
  EXPECT_EQ(Count({}, "was(contact.country, timestamp('2026-02-01T00:00:00Z')) == 'FR'"), 1);
  EXPECT_EQ(Count({}, "changed(contact.country, now - days(130))"), 1);
  EXPECT_EQ(Count({}, "changed(contact.country, now - days(100))"), 0);
  EXPECT_EQ(Count({}, "time_in(contact.country) > days(121)"), 1);
  EXPECT_EQ(Count(At(kMarch), "changed(contact.country, now - days(1))", kMarch), 1);
}

TEST(PastOfACommit, ARuleSeesWhatTheCommitUnderWayChanges) {
  Crm crm = *Crm::Open(":memory:");
  std::vector<bool> changed;
  RecordRef marie;
  crm.AddDecider({[](const Crm& c, bool) { return c.TablesOf("contact", "true"); },
                  [&](CommitStep& step) -> absl::Status {
                    for (const RecordWrite& write : step.writes().records) {
                      RELATA_ASSIGN_OR_RETURN(
                          const bool now, step.Test({write.type, write.row},
                                                    "changed(contact.country, now - days(1)) && "
                                                    "was(contact.country, now - days(1)) == 'FR'"));
                      changed.push_back(now);
                    }
                    return absl::OkStatus();
                  }});
  for (const auto& [now, country] : {std::pair{kJanuary, "FR"}, {kMarch, "DE"}, {kMay, "IT"}}) {
    Transaction tx = crm.Begin(kSomebody);
    if (marie.none()) marie = tx.Create("contact", {{"given_name", Value::Text("Marie")}});
    tx.Update(marie, {{"country", Value::Text(country)}});
    const auto commit = tx.Commit(now);
    ASSERT_TRUE(commit.ok()) << commit.status();
  }
  EXPECT_THAT(changed, ::testing::ElementsAre(false, true, false));
}

TEST(PastOfLinks, APostIsHeldBetweenItsDays) {
  Crm crm = *Crm::Open(":memory:");
  Transaction tx = crm.Begin(kSomebody);
  const RecordRef marie = tx.Create("contact", {{"given_name", Value::Text("Marie")}});
  const RecordRef acme = tx.Create("account", {{"name", Value::Text("Acme")}});
  const RecordRef bolt = tx.Create("account", {{"name", Value::Text("Bolt")}});
  tx.Create("employment", {{"contact", Value::Record(marie)},
                           {"account", Value::Record(acme)},
                           {"until", Value::Day(MakeDate(2026, 4, 1))}});
  tx.Create("employment", {{"contact", Value::Record(marie)},
                           {"account", Value::Record(bolt)},
                           {"from", Value::Day(MakeDate(2026, 4, 1))}});
  ASSERT_TRUE(tx.Commit(kJanuary).ok());
  const auto employer = [&](const AsOf& as_of) {
    const auto past = crm.Past(as_of);
    const auto names =
        past->Evaluate(marie, "contact.employments.map(e, e.account.name)", Asking());
    EXPECT_TRUE(names.ok()) << names.status();
    return names.ok() ? ToDisplay(*names) : "";
  };
  EXPECT_NE(employer(At(kMarch)).find("Acme"), std::string::npos);
  EXPECT_EQ(employer(At(kMarch)).find("Bolt"), std::string::npos);
  EXPECT_NE(employer(At(*ParseTimestamp("2026-04-01T00:00:00Z"))).find("Bolt"), std::string::npos);
  EXPECT_EQ(employer(At(kMay)).find("Acme"), std::string::npos);
  EXPECT_NE(employer({}).find("Acme"), std::string::npos);  // all are known today
}

TEST(PastOfConsent, ADecisionIsTheOneOfThen) {
  Crm crm = *Crm::Open(":memory:");
  Transaction tx = crm.Begin(kSomebody);
  RecordRef marie =
      tx.Create("contact", {{"given_name", Value::Text("Marie")}, {"country", Value::Text("FR")}});
  ConsentEntry grant;
  grant.event = ConsentEvent::kGrant;
  grant.person = PartyId::Of(marie);
  grant.at = kJanuary;
  grant.scope = {Bit(Channel::kEmail), Bit(Purpose::kNewsletter)};
  grant.evidence.source = ConsentSource::kWeb;
  grant.evidence.text = "form 3";
  grant.evidence.doi = DoubleOptIn::kEmail;
  tx.RecordConsent(grant);
  ASSERT_TRUE(tx.Commit(kJanuary).ok());
  marie = crm.Resolve(marie);
  const auto allowed = [&](const Crm& asked, Timestamp now) {
    const auto answer =
        asked.Query("contact", "contact.may_contact('email', 'newsletter')", Asking(now));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() && answer->count == 1;
  };
  EXPECT_TRUE(allowed(crm, kMarch));
  Transaction out = crm.Begin(kSomebody);
  ConsentEntry withdrawal;
  withdrawal.event = ConsentEvent::kWithdraw;
  withdrawal.person = PartyId::Of(marie);
  withdrawal.at = kMay;
  withdrawal.scope = grant.scope;
  out.RecordConsent(withdrawal);
  ASSERT_TRUE(out.Commit(kMay).ok());
  EXPECT_FALSE(allowed(crm, kNow));
  EXPECT_TRUE(allowed(*crm.Past(At(kMarch)), kMarch));
  EXPECT_TRUE(allowed(*crm.Past(KnownAt(kMarch)), kMarch));
  EXPECT_FALSE(allowed(crm, kNow));  // and what was asked of the past is not kept for today
}

}  // namespace
}  // namespace relata
