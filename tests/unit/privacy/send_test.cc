// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/send.h"

#include <thread>

#include "privacy_world.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Thursday 12 November 2026, 10:30 in Paris: calls are allowed then.
const Timestamp kMorning = *ParseTimestamp("2026-11-12T09:30:00Z");

ContactPlan Plan(Channel channel, Purpose purpose) {
  ContactPlan plan;
  plan.channel = channel;
  plan.purpose = purpose;
  plan.similar_product = true;
  return plan;
}

// A French consumer who agreed to the newsletter by e-mail and to calls.
struct Sending {
  Crm crm = OpenWorld();
  RecordRef anne;

  Sending() {
    Transaction tx = crm.Begin(kDpo);
    anne = tx.Create("contact", {{"given_name", T("Anne")},
                                 {"family_name", T("Petit")},
                                 {"email", T("anne@mail.example")},
                                 {"phone", T("+33298000001")},
                                 {"country", T("FR")},
                                 {"time_zone", T("Europe/Paris")}});
    for (const Channel channel : {Channel::kEmail, Channel::kPhone}) {
      ConsentEntry grant;
      grant.event = ConsentEvent::kGrant;
      grant.at = kMorning - Days(20);
      grant.person = PartyId::Of(anne);
      grant.scope.channels = Bit(channel);
      grant.scope.purposes = Bit(Purpose::kMarketing);
      grant.evidence.source = ConsentSource::kWeb;
      grant.evidence.text = "form 3";
      tx.RecordConsent(grant);
    }
    Done(tx, kMorning - Days(20));
    anne = crm.Resolve(anne);
  }

  absl::StatusOr<ContactTicket> Begin(const std::string& operation, Channel channel,
                                      Timestamp at = kMorning,
                                      Purpose purpose = Purpose::kMarketing) {
    return ContactBegin(crm, {operation, anne, Plan(channel, purpose)}, kDpo, at);
  }
  int64_t Events(const std::string& type) {
    const auto view = crm.View({type});
    return (*view)->EventCount((*view)->schema().Find(type)->id);
  }
};

TEST(ContactBegin, GivesTheAddressWithThePermissionAndLogsTheAttempt) {
  Sending s;
  const auto ticket = s.Begin("m1", Channel::kEmail);
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_TRUE(ticket->allowed());
  EXPECT_EQ(ticket->address, "anne@mail.example");
  EXPECT_EQ(Name(ticket->decision.rule), "CONSENT.OK");
  EXPECT_FALSE(ticket->replayed);
  EXPECT_EQ(s.Events("contact_attempt"), 1);
}

TEST(ContactBegin, DecidesOnWhatWasSaidAMomentAgo) {
  Sending s;
  Transaction tx = s.crm.Begin(kDpo);
  ConsentEntry no;
  no.event = ConsentEvent::kWithdraw;
  no.at = kMorning - Seconds(1);
  no.person = PartyId::Of(s.anne);
  tx.RecordConsent(no);
  Done(tx, kMorning - Seconds(1));
  const auto ticket = s.Begin("m1", Channel::kEmail);
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_FALSE(ticket->allowed());
  EXPECT_EQ(Name(ticket->decision.rule), "CONSENT.WITHDRAWN");
  EXPECT_THAT(ticket->address, IsEmpty());
  EXPECT_THAT(ticket->token, IsEmpty());
  EXPECT_EQ(s.Events("contact_attempt"), 0);
}

TEST(ContactBegin, DoneAgainGivesTheSameTicketAndCountsOnce) {
  Sending s;
  const auto first = s.Begin("m1", Channel::kEmail);
  const auto again = s.Begin("m1", Channel::kEmail, kMorning + Hours(1));
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->token, first->token);
  EXPECT_EQ(again->address, first->address);
  EXPECT_EQ(again->decision.rule, first->decision.rule);
  EXPECT_EQ(s.Events("contact_attempt"), 1);
}

TEST(ContactBegin, AnOperationBelongsToOnePerson) {
  Sending s;
  ASSERT_TRUE(s.Begin("m1", Channel::kEmail).ok());
  Transaction tx = s.crm.Begin(kDpo);
  const RecordRef other = tx.Create(
      "contact",
      {{"family_name", T("Roux")}, {"email", T("roux@mail.example")}, {"country", T("FR")}});
  Done(tx, kMorning);
  const auto service =
      ContactBegin(s.crm, {"m1", other, Plan(Channel::kEmail, Purpose::kService)}, kDpo, kMorning);
  EXPECT_TRUE(absl::IsAlreadyExists(service.status())) << service.status();
}

TEST(ContactBegin, TheFifthCallInThirtyDaysIsDenied) {
  Sending s;
  for (int i = 0; i < 4; ++i) {
    const auto ticket =
        s.Begin("call" + std::to_string(i), Channel::kPhone, kMorning - Days(10) + Hours(i > 2));
    ASSERT_TRUE(ticket.ok() && ticket->allowed()) << i << " " << Name(ticket->decision.rule);
  }
  const auto fifth = s.Begin("call5", Channel::kPhone);
  ASSERT_TRUE(fifth.ok());
  EXPECT_EQ(Name(fifth->decision.rule), "FR.PHONE.FREQ_4_PER_30D");
  // One of the four was never dialled.
  const auto third = s.Begin("call3", Channel::kPhone);
  ASSERT_TRUE(ContactEnd(s.crm, third->token, ContactResult::kNotMade, "", kDpo, kMorning).ok());
  EXPECT_TRUE(s.Begin("call5", Channel::kPhone)->allowed());
}

TEST(ContactBegin, OfTwoSendersOnlyAsManyAsTheCapGetThrough) {
  const testing::TempDir directory;
  Sending s;
  std::vector<std::thread> threads;
  std::atomic<int> allowed = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 3; ++i) {
        const auto ticket = s.Begin(std::to_string(t) + "/" + std::to_string(i), Channel::kPhone);
        if (ticket.ok() && ticket->allowed()) ++allowed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed, 4);
  EXPECT_EQ(s.Events("contact_attempt"), 4);
}

TEST(ContactBegin, SaysThatThereIsNowhereToSendTo) {
  Sending s;
  Transaction tx = s.crm.Begin(kDpo);
  tx.Update(s.anne, {{"email", Value()}});
  Done(tx, kMorning);
  const auto ticket = s.Begin("m1", Channel::kEmail);
  ASSERT_TRUE(ticket.ok());
  EXPECT_EQ(ticket->problem, "NO_ADDRESS");
  EXPECT_FALSE(ticket->allowed());
  EXPECT_EQ(s.Events("contact_attempt"), 0);
}

TEST(ContactBegin, RefusesWhatIsNoRequest) {
  Sending s;
  EXPECT_TRUE(absl::IsInvalidArgument(s.Begin("", Channel::kEmail).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(s.Begin("m", Channel::kUnknown).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(s.Begin("m", Channel::kEmail, kMorning, Purpose::kUnknown).status()));
}

TEST(ContactEnd, WhatItLearnsStopsTheNextMessage) {
  const struct {
    ContactResult result;
    Channel channel;
    std::string rule;
  } cases[] = {{ContactResult::kBounced, Channel::kEmail, "SUPPRESS.BOUNCE"},
               {ContactResult::kComplained, Channel::kEmail, "SUPPRESS.COMPLAINT"},
               {ContactResult::kRefused, Channel::kPhone, "CONSENT.WITHDRAWN"},
               {ContactResult::kDelivered, Channel::kEmail, "CONSENT.OK"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(Name(c.result)));
    Sending s;
    const auto ticket = s.Begin("m1", c.channel);
    ASSERT_TRUE(ticket.ok() && ticket->allowed());
    const Timestamp later = kMorning + Minutes(5);
    ASSERT_TRUE(ContactEnd(s.crm, ticket->token, c.result, "550", kDpo, later).ok());
    ASSERT_TRUE(ContactEnd(s.crm, ticket->token, c.result, "550", kDpo, later).ok());
    EXPECT_EQ(s.Events("contact_outcome"), 1) << "recorded once";
    const auto next = s.Begin("m2", c.channel, kMorning + Minutes(30));
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_EQ(Name(next->decision.rule), c.rule);
  }
}

TEST(ContactEnd, ABounceIsOfTheAddressAndNotOfThePerson) {
  Sending s;
  const auto ticket = s.Begin("m1", Channel::kEmail);
  ASSERT_TRUE(ContactEnd(s.crm, ticket->token, ContactResult::kBounced, "", kDpo, kMorning).ok());
  Transaction tx = s.crm.Begin(kDpo);
  tx.Update(s.anne, {{"email", T("anne.petit@mail.example")}});
  ConsentEntry grant;
  grant.event = ConsentEvent::kGrant;
  grant.at = kMorning + Hours(1);
  grant.person = PartyId::Of(s.anne);
  grant.scope.channels = Bit(Channel::kEmail);
  grant.scope.purposes = Bit(Purpose::kMarketing);
  grant.evidence.source = ConsentSource::kWeb;
  grant.evidence.text = "form 3";
  tx.RecordConsent(grant);
  const RecordRef point = tx.Create("email_address", {{"address", T("anne.petit@mail.example")}});
  tx.Create("contact_point", {{"contact", Value::Record(s.anne)}, {"email", Value::Record(point)}});
  Done(tx, kMorning + Hours(1));
  const auto next = s.Begin("m2", Channel::kEmail, kMorning + Hours(2));
  ASSERT_TRUE(next.ok());
  EXPECT_TRUE(next->allowed()) << Name(next->decision.rule);
  EXPECT_EQ(next->address, "anne.petit@mail.example");
}

TEST(ContactEnd, RefusesWhatIsNoTicket) {
  Sending s;
  EXPECT_TRUE(absl::IsInvalidArgument(
      ContactEnd(s.crm, "nonsense", ContactResult::kSent, "", kDpo, kMorning)));
  const std::string name = *s.crm.Name(s.anne);
  EXPECT_TRUE(
      absl::IsNotFound(ContactEnd(s.crm, name + " m9", ContactResult::kSent, "", kDpo, kMorning)));
}

TEST(Unsubscribe, OnlyPostTakesThePersonOff) {
  const SecretKey keys[] = {TestKey()};
  for (const auto& [method, body, withdrawn] : {std::tuple{"GET", "", false},
                                                {"HEAD", "", false},
                                                {"PUT", "List-Unsubscribe=One-Click", false},
                                                {"POST", "List-Unsubscribe=One-Click", true},
                                                {"POST", "sure=1", true}}) {
    SCOPED_TRACE(std::string(method) + " " + body);
    Sending s;
    UnsubscribeTarget target;
    target.person = PartyId::Of(s.anne);
    const auto token = MakeUnsubscribeToken(keys[0], target);
    ASSERT_TRUE(token.ok());
    const auto answer = HandleUnsubscribe(s.crm, keys, method, *token, body, kDpo, kMorning);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->withdrawn, withdrawn);
    EXPECT_EQ(answer->show_page, !withdrawn);
    const auto ticket = s.Begin("m1", Channel::kEmail, kMorning + Minutes(1));
    EXPECT_EQ(ticket->allowed(), !withdrawn) << Name(ticket->decision.rule);
  }
}

TEST(Unsubscribe, AnExpiredOrForgedLinkDoesNothing) {
  Sending s;
  const SecretKey keys[] = {TestKey()};
  UnsubscribeTarget target;
  target.person = PartyId::Of(s.anne);
  target.expires_at = kMorning;
  const auto token = MakeUnsubscribeToken(keys[0], target);
  EXPECT_TRUE(absl::IsFailedPrecondition(
      HandleUnsubscribe(s.crm, keys, "POST", *token, "", kDpo, kMorning).status()));
  EXPECT_TRUE(HandleUnsubscribe(s.crm, keys, "POST", *token, "", kDpo, kMorning - Seconds(1)).ok());
  std::string forged = *token;
  forged[20] = forged[20] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(absl::IsInvalidArgument(
      HandleUnsubscribe(s.crm, keys, "POST", forged, "", kDpo, kMorning - Days(1)).status()));
}

}  // namespace
}  // namespace relata
