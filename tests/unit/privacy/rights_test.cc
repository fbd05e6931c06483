// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/rights.h"

#include <nlohmann/json.hpp>

#include "privacy_world.h"
#include "relata/process/definitions.h"

namespace relata {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Json = nlohmann::json;

Timestamp At(std::string_view text) { return *ParseTimestamp(text); }

RequestState Opened(Crm& crm, RecordRef person, const std::string& right,
                    Timestamp received = kNow) {
  const auto request = OpenRequest(crm, {right, person, "", "", received}, kDpo, kNow);
  EXPECT_TRUE(request.ok()) << request.status();
  return request.ok() ? *request : RequestState();
}

TEST(RightsRequest, IsDueAMonthLaterOnAWorkingDay) {
  const struct {
    const char* name;
    const char* received;
    const char* due;
  } cases[] = {{"a month", "2026-09-14T10:00:00Z", "2026-10-14"},
               {"a Saturday moves to Monday", "2026-10-14T10:00:00Z", "2026-11-16"},
               {"no such day: the last of the month", "2026-08-31T10:00:00Z", "2026-09-30"},
               {"a holiday moves to the next day", "2026-11-25T10:00:00Z", "2026-12-28"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Crm crm = OpenWorld();
    const World world(crm);
    Transaction tx = crm.Begin(kDpo);
    const RecordRef calendar = tx.Create("working_calendar", {{"name", T("France")}});
    tx.Create("holiday", {{"name", T("Noël")},
                          {"calendar", Value::Record(calendar)},
                          {"on", Value::Day(MakeDate(2026, 12, 25))}});
    Done(tx);
    const RequestState request = Opened(crm, world.marie, "access", At(c.received));
    EXPECT_EQ(FormatTimestamp(request.due_at), std::string(c.due) + "T23:59:59.999999Z");
  }
}

TEST(RightsRequest, IsExtendedOnceBeforeItIsDueAndWithAReason) {
  Crm crm = OpenWorld();
  const World world(crm);
  const RequestState request = Opened(crm, world.marie, "access", At("2026-11-02T10:00:00Z"));
  EXPECT_TRUE(absl::IsInvalidArgument(ExtendRequest(crm, request.number, "", kDpo, kNow)));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      ExtendRequest(crm, request.number, "many", kDpo, At("2026-12-03T10:00:00Z"))));
  ASSERT_EQ(ExtendRequest(crm, request.number, "many requests", kDpo, kNow), absl::OkStatus());
  EXPECT_TRUE(absl::IsFailedPrecondition(ExtendRequest(crm, request.number, "more", kDpo, kNow)));
  const auto extended = FindRequest(crm, request.number, kNow);
  EXPECT_EQ(FormatTimestamp(extended->due_at), "2027-02-02T23:59:59.999999Z");
}

TEST(RightsRequest, TheMostUrgentComesFirstAndTheLateOneSaysSo) {
  Crm crm = OpenWorld();
  const World world(crm);
  Opened(crm, world.paul, "access", At("2026-11-10T10:00:00Z"));
  const RequestState late = Opened(crm, world.marie, "erasure", At("2026-10-01T10:00:00Z"));
  const auto requests = ListRequests(crm, kNow);
  ASSERT_THAT(*requests, SizeIs(2));
  EXPECT_EQ((*requests)[0].number, late.number);
  EXPECT_TRUE((*requests)[0].overdue);
  EXPECT_FALSE((*requests)[1].overdue);
  EXPECT_EQ(late.number, "R-2026-2");
}

TEST(RightsRequest, AnObjectionAndARestrictionTakeEffectAtOnce) {
  for (const auto& [right, rule] :
       {std::pair{"objection", "OBJECTION.ART21"}, {"restriction", "SUBJECT.RESTRICTED"}}) {
    Crm crm = OpenWorld();
    const World world(crm);
    Transaction tx = crm.Begin(kDpo);
    ConsentEntry grant;
    grant.event = ConsentEvent::kGrant;
    grant.at = kNow - Days(2);
    grant.person = PartyId::Of(world.paul);
    grant.scope.channels = Bit(Channel::kEmail);
    grant.scope.purposes = Bit(Purpose::kNewsletter);
    grant.evidence.source = ConsentSource::kWeb;
    grant.evidence.text = "form";
    tx.RecordConsent(grant);
    Done(tx);
    ContactPlan plan;
    plan.channel = Channel::kEmail;
    plan.purpose = Purpose::kNewsletter;
    plan.at = kNow + Hours(1);
    ASSERT_TRUE(MayContact(crm, world.paul, plan)->allowed());
    Opened(crm, world.paul, right);
    EXPECT_EQ(Name(MayContact(crm, world.paul, plan)->rule), rule);
  }
}

TEST(RightsRequest, NothingLeavesBeforeTheIdentityIsSettled) {
  Crm crm = OpenWorld();
  const World world(crm);
  const RequestState request = Opened(crm, world.marie, "access");
  ASSERT_EQ(SetIdentity(crm, request.number, "asked", kDpo, kNow), absl::OkStatus());
  EXPECT_EQ(FindRequest(crm, request.number, kNow)->status, "identity_asked");
  EXPECT_TRUE(absl::IsFailedPrecondition(ExportFor(crm, request.number, kDpo, kNow).status()));
  ASSERT_TRUE(SetIdentity(crm, request.number, "verified", kDpo, kNow).ok());
  EXPECT_EQ(FindRequest(crm, request.number, kNow)->status, "received");
  EXPECT_TRUE(ExportFor(crm, request.number, kDpo, kNow).ok());
  EXPECT_THAT(*crm.Log("rights_export", request.number), SizeIs(1));
  EXPECT_TRUE(absl::IsInvalidArgument(SetIdentity(crm, request.number, "maybe", kDpo, kNow)));
}

TEST(RightsRequest, AreReadAndAnsweredByWhoMay) {
  Crm crm = OpenWorld();
  const World world(crm);
  const RequestState request = Opened(crm, world.marie, "access");
  const struct {
    const char* role;
    const char* body;
    bool may;
  } cases[] = {
      {"agent", R"({"types": {"*": "write"}})", false},
      {"dpo", R"({"types": {"*": "write"}, "rights": ["export"]})", true},
  };
  for (const auto& c : cases) {
    ASSERT_TRUE(DefineRole(crm, c.role, c.body, Actor::System("host"), kNow).ok());
  }
  ASSERT_TRUE(
      DefineRole(crm, "desk", R"({"types": {"contact": "read"}})", Actor::System("host"), kNow)
          .ok());
  QueryOptions asking;
  asking.now = kNow;
  asking.reader = Actor::User("rob", "desk");
  EXPECT_TRUE(absl::IsPermissionDenied(ListRequests(crm, asking).status()));
  for (const auto& c : cases) {
    const auto copy = ExportFor(crm, request.number, Actor::User("sam", c.role), kNow);
    EXPECT_EQ(copy.status().code(),
              c.may ? absl::StatusCode::kOk : absl::StatusCode::kPermissionDenied);
  }
}

TEST(RightsRequest, IsClosedOnceAndARefusalHasAReason) {
  Crm crm = OpenWorld();
  const World world(crm);
  const RequestState request = Opened(crm, world.marie, "access");
  EXPECT_TRUE(absl::IsInvalidArgument(CloseRequest(crm, request.number, true, "", kDpo, kNow)));
  ASSERT_TRUE(CloseRequest(crm, request.number, true, "excessive", kDpo, kNow).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(CloseRequest(crm, request.number, false, "", kDpo, kNow)));
  EXPECT_THAT(*ListRequests(crm, kNow), IsEmpty());
  EXPECT_THAT(*ListRequests(crm, kNow, true), SizeIs(1));
}

TEST(RightsRequest, AnErasureIsAnsweredWhenThePersonIsGone) {
  Crm crm = OpenWorld();
  const World world(crm);
  const RequestState request = Opened(crm, world.marie, "erasure");
  EXPECT_TRUE(absl::IsFailedPrecondition(CloseRequest(crm, request.number, false, "", kDpo, kNow)));
  const RecordRef persons[] = {world.marie};
  ASSERT_TRUE(ErasePersons(crm, persons, Options(), kDpo, kNow).ok());
  EXPECT_TRUE(CloseRequest(crm, request.number, false, "done", kDpo, kNow).ok());
}

TEST(RightsRequest, ARectificationTellsWhoeverReceivedTheData) {
  Crm crm = OpenWorld();
  const World world(crm);
  ASSERT_TRUE(RecordDisclosure(crm, world.marie, "Post SA", "row 3", kDpo, kNow).ok());
  const RequestState request = Opened(crm, world.marie, "rectification");
  ASSERT_TRUE(Rectify(crm, request.number, {{"city", T("Brest")}}, kDpo, kNow).ok());
  EXPECT_EQ(TextOf(crm, world.marie, "city"), "Brest");
  EXPECT_EQ(FindRequest(crm, request.number, kNow)->status, "answered");
  const auto outbox = Outbox(crm);
  std::string told;
  for (const OutboxItem& item : *outbox) told += item.body;
  EXPECT_THAT(told, HasSubstr("correct city: Post SA row 3"));
  EXPECT_THAT(told, HasSubstr("correct city: Router SA batch 9"));
  const RequestState access = Opened(crm, world.marie, "access");
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Rectify(crm, access.number, {{"city", T("Brest")}}, kDpo, kNow)));
}

TEST(AccessExport, HoldsEverythingAndNobodyElsesName) {
  Crm crm = OpenWorld();
  const World world(crm);
  Transaction tx = crm.Begin(kDpo);
  tx.Update(world.call, {{"minutes", T("Marie complained about Paul Roux (paul@mail.example)")}});
  Done(tx);
  const auto text = AccessExport(crm, world.marie, kNow);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("marie.new@mail.example"));
  EXPECT_THAT(*text, HasSubstr("F-2025-1"));
  EXPECT_THAT(*text, HasSubstr("/private/marie"));
  EXPECT_THAT(*text, HasSubstr("Router SA"));
  EXPECT_THAT(*text, HasSubstr("Marie complained about [erased] ([erased])"));
  EXPECT_THAT(*text, Not(HasSubstr("Paul Roux")));
  EXPECT_THAT(*text, Not(HasSubstr("paul@mail.example")));
  const Json json = Json::parse(*text);
  EXPECT_THAT(json["consents"], SizeIs(2));
  EXPECT_EQ(json["records"][0]["fields"]["email"]["category"], "contact");
}

TEST(AccessExport, ScoresSayWhatMadeThem) {
  Crm crm = OpenWorld();
  const World world(crm);
  ASSERT_TRUE(DefineScore(crm, "warmth",
                          R"json({"type": "contact", "cap": 10, "groups": [],
                                  "rules": [{"name": "has mail", "points": 4,
                                             "when": "contact.email != null"}],
                                  "grades": [{"name": "A", "from": 0}]})json",
                          kDpo, kNow)
                  .ok());
  const Json json = Json::parse(*AccessExport(crm, world.marie, kNow));
  ASSERT_THAT(json["scores"], SizeIs(1));
  EXPECT_EQ(json["scores"][0]["value"], 4.0);
  EXPECT_EQ(json["scores"][0]["why"][0]["rule"], "has mail");
}

TEST(PortableExport, HoldsWhatThePersonGaveAndNotWhatOthersWrote) {
  Crm crm = OpenWorld();
  const World world(crm);
  const auto text = PortableExport(crm, world.marie, kNow);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("marie.new@mail.example"));
  EXPECT_THAT(*text, HasSubstr("/private/marie"));
  EXPECT_THAT(*text, Not(HasSubstr("prefers mornings"))) << "a note of ours";
  EXPECT_THAT(*text, Not(HasSubstr("Call with Marie")));
}

}  // namespace
}  // namespace relata
