// SPDX-License-Identifier: Apache-2.0

#include "relata/segment/audience.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relata/relata.h"
#include "relata/segment/segment.h"

namespace relata {
namespace {

const Timestamp kNow = *ParseTimestamp("2026-11-12T09:00:00Z");
const Actor kSomebody = Actor::System("test");

ContactPlan EmailMarketing(Timestamp at = kNow) {
  ContactPlan plan;
  plan.channel = Channel::kEmail;
  plan.purpose = Purpose::kMarketing;
  plan.at = at;
  return plan;
}

ConsentEntry Said(ConsentEvent event, RecordRef person, Timestamp at) {
  ConsentEntry entry;
  entry.event = event;
  entry.at = at;
  entry.person = PartyId::Of(person);
  entry.scope.channels = Bit(Channel::kEmail);
  entry.scope.purposes = Bit(Purpose::kMarketing);
  entry.evidence.source = ConsentSource::kWeb;
  entry.evidence.text = "I agree";
  return entry;
}

// Three French consumers: one agreed, one agreed without an address, one agreed and is not to be
// contacted; and one who was never asked.
class Audiences : public ::testing::Test {
 protected:
  Audiences() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(kSomebody);
    agreed_ = Person(tx, "agreed@mail.example", false);
    homeless_ = Person(tx, "", false);
    stopped_ = Person(tx, "stopped@mail.example", true);
    silent_ = Person(tx, "silent@mail.example", false);
    for (const RecordRef who : {agreed_, homeless_, stopped_}) {
      tx.RecordConsent(Said(ConsentEvent::kGrant, who, kNow - Days(100)));
    }
    EXPECT_TRUE(tx.Commit(kNow - Days(90)).ok());
    Segment all;
    all.name = "everybody";
    all.type = "contact";
    all.expression = "true";
    EXPECT_TRUE(DefineSegment(crm_, all, kSomebody, kNow - Days(80)).ok());
  }

  static RecordRef Person(Transaction& tx, const std::string& email, bool stopped) {
    NamedValues values = {{"family_name", Value::Text("Roux")}, {"country", Value::Text("FR")}};
    if (!email.empty()) values.emplace_back("email", Value::Text(email));
    if (stopped) values.emplace_back("do_not_contact", Value::Bool(true));
    return tx.Create("contact", std::move(values));
  }

  void Record(const ConsentEntry& entry) {
    Transaction tx = crm_.Begin(kSomebody);
    tx.RecordConsent(entry);
    const absl::StatusOr<Commit> commit = tx.Commit(kNow);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }

  Rule RuleFor(RecordRef who, const ContactPlan& plan = EmailMarketing()) {
    const absl::StatusOr<Decision> decision = MayContact(crm_, who, plan);
    EXPECT_TRUE(decision.ok()) << decision.status();
    return decision.ok() ? decision->rule : Rule::kNoBasis;
  }

  Crm crm_;
  RecordRef agreed_, homeless_, stopped_, silent_;
};

TEST_F(Audiences, LeaveOutWhoMayNotBeReachedByRule) {
  QueryOptions asking;
  asking.now = kNow;
  const absl::StatusOr<SegmentAudience> audience =
      FindAudience(crm_, "everybody", EmailMarketing(), asking);
  ASSERT_TRUE(audience.ok()) << audience.status();
  EXPECT_EQ(audience->members, 4);
  EXPECT_EQ(audience->allowed.size(), 1u);
  std::map<std::string, int64_t> excluded;
  for (const Exclusion& e : audience->excluded) excluded[e.rule] = e.count;
  EXPECT_THAT(excluded, ::testing::UnorderedElementsAre(::testing::Pair("NO_ADDRESS", 1),
                                                        ::testing::Pair("SUPPRESS.LIST", 1),
                                                        ::testing::Pair("DEFAULT.NO_BASIS", 1)));
}

TEST_F(Audiences, CannotBeHadWithoutChannelOrPurpose) {
  QueryOptions asking;
  asking.now = kNow;
  EXPECT_EQ(FindAudience(crm_, "everybody", ContactPlan{}, asking).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Audiences, WithdrawalIsHeardAtOnceAndThePastStaysLawful) {
  EXPECT_EQ(RuleFor(agreed_), Rule::kConsentOk);
  Record(Said(ConsentEvent::kWithdraw, agreed_, kNow - Days(1)));
  EXPECT_EQ(RuleFor(agreed_), Rule::kWithdrawn);
  EXPECT_EQ(RuleFor(agreed_, EmailMarketing(kNow - Days(2))), Rule::kConsentOk);
}

TEST_F(Audiences, WithdrawalOfOneOfTwoMergedPersonsBindsBoth) {
  Record(Said(ConsentEvent::kWithdraw, silent_, kNow - Days(200)));
  Transaction tx = crm_.Begin(kSomebody);
  tx.Merge(silent_, agreed_);
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const absl::StatusOr<Decision> decision = MayContact(crm_, agreed_, EmailMarketing());
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_FALSE(decision->allowed());
}

TEST_F(Audiences, MayContactIsAskedInsideExpressions) {
  QueryOptions asking;
  asking.now = kNow;
  const absl::StatusOr<QueryAnswer> answer =
      crm_.Query("contact", "may_contact('email', 'marketing')", asking);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->count, 2);  // the address is the audience's to miss
}

TEST_F(Audiences, LinkToNothingIsNullAndLinkToARecordIsNot) {
  Transaction tx = crm_.Begin(kSomebody);
  const RecordRef acme = tx.Create("account", {{"name", Value::Text("Acme")}});
  tx.Update(agreed_, {{"account", Value::Record(acme)}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  QueryOptions asking;
  asking.now = kNow;
  EXPECT_EQ(crm_.Query("contact", "contact.account != null", asking)->count, 1);
  EXPECT_EQ(crm_.Query("contact", "contact.account == null", asking)->count, 3);
}

}  // namespace
}  // namespace relata
