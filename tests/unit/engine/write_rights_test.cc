// SPDX-License-Identifier: Apache-2.0
//
// What a role may write, asked of every kind of operation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "relata/engine/crm.h"
#include "relata/model/schema.h"
#include "relata/process/definitions.h"
#include "relata/process/workflow.h"
#include "relata/segment/segment.h"

namespace relata {
namespace {

using ::testing::Test;

const Timestamp kNow = *ParseTimestamp("2026-03-10T10:00:00Z");

// A role that writes contacts, but not their e-mail, and page views; it reads everything else.
class WriteRights : public Test {
 protected:
  WriteRights() : crm_(*Crm::Open(":memory:")) {
    Transaction tx = crm_.Begin(host_);
    marie_ = tx.Create("contact", {{"given_name", Value::Text("Marie")}});
    paul_ = tx.Create("contact", {{"given_name", Value::Text("Paul")}});
    acme_ = tx.Create("account", {{"name", Value::Text("Acme")}});
    other_ = tx.Create("account", {{"name", Value::Text("Acme SAS")}});
    EXPECT_TRUE(tx.Commit(kNow).ok());
    for (RecordRef* r : {&marie_, &paul_, &acme_, &other_}) *r = crm_.Resolve(*r);
    const absl::Status defined = DefineRole(crm_, "agent", R"json(
        {"types": {"*": "read", "contact": {"access": "write", "hidden": ["email"]},
                   "page_view": "write"}})json",
                                            host_, kNow);
    EXPECT_TRUE(defined.ok()) << defined;
  }

  absl::StatusCode Try(const std::function<void(Transaction&)>& write) {
    return TryAs(Actor::User("sam", "agent"), write);
  }
  absl::StatusCode TryAs(Actor actor, const std::function<void(Transaction&)>& write) {
    Transaction tx = crm_.Begin(std::move(actor));
    write(tx);
    return tx.Commit(kNow).status().code();
  }

  static ConsentEntry Entry(ConsentEvent event, RecordRef person) {
    ConsentEntry entry;
    entry.event = event;
    entry.at = kNow;
    entry.person = PartyId::Of(person);
    entry.scope.channels = Bit(Channel::kEmail);
    entry.scope.purposes = Bit(Purpose::kNewsletter);
    entry.evidence.source = ConsentSource::kPaper;
    return entry;
  }

  const Actor host_ = Actor::System("host");
  Crm crm_;
  RecordRef marie_, paul_, acme_, other_;
};

TEST_F(WriteRights, WhatTheRoleWritesIsTaken) {
  EXPECT_EQ(Try([&](Transaction& tx) {
              const RecordRef lea = tx.Create("contact", {{"given_name", Value::Text("Lea")}});
              tx.Update(marie_, {{"country", Value::Text("FR")}});
              tx.Upsert("contact", "web", "7", {{"given_name", Value::Text("Jean")}});
              tx.AddKey(marie_, "web", "8");
              tx.Append("page_view", lea, kNow);
              tx.Merge(paul_, marie_);
            }),
            absl::StatusCode::kOk);
  EXPECT_EQ(Try([&](Transaction& tx) { tx.Unmerge(paul_); }), absl::StatusCode::kOk);
  EXPECT_EQ(Try([&](Transaction& tx) { tx.Delete(paul_); }), absl::StatusCode::kOk);
  EXPECT_EQ(Try([&](Transaction& tx) { tx.RecordConsent(Entry(ConsentEvent::kGrant, marie_)); }),
            absl::StatusCode::kOk);
}

TEST_F(WriteRights, WhatItOnlyReadsIsRefusedAsAWhole) {
  const struct {
    const char* name;
    std::function<void(Transaction&)> write;
  } cases[] = {
      {"create",
       [](Transaction& tx) {
         tx.Create("account", {{"name", Value::Text("New")}});
       }},
      {"create another",
       [](Transaction& tx) {
         tx.Create("ticket", {{"subject", Value::Text("T")}});
       }},
      {"update",
       [&](Transaction& tx) {
         tx.Update(acme_, {{"name", Value::Text("B")}});
       }},
      {"clear",
       [&](Transaction& tx) {
         tx.Update(acme_, {{"name", Value()}});
       }},
      {"upsert", [](Transaction& tx) { tx.Upsert("account", "erp", "1", {}); }},
      {"key", [&](Transaction& tx) { tx.AddKey(acme_, "erp", "2"); }},
      {"delete", [&](Transaction& tx) { tx.Delete(acme_); }},
      {"merge", [&](Transaction& tx) { tx.Merge(other_, acme_); }},
      {"event", [&](Transaction& tx) { tx.Append("download", marie_, kNow); }},
      {"hidden field",
       [&](Transaction& tx) {
         tx.Update(marie_, {{"email", Value::Text("m@x.example")}});
       }},
      {"hidden field of a new record",
       [](Transaction& tx) {
         tx.Create("contact", {{"email", Value::Text("n@x.example")}});
       }},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Try([&](Transaction& tx) {
                tx.Create("contact", {{"given_name", Value::Text("Left out")}});
                c.write(tx);
              }),
              absl::StatusCode::kPermissionDenied)
        << c.name;
  }
  EXPECT_EQ(crm_.Query("contact", "contact.given_name == 'Left out'", {})->count, 0);
}

TEST_F(WriteRights, AMergeIsUndoneOnlyByWhoMayWrite) {
  ASSERT_EQ(TryAs(host_, [&](Transaction& tx) { tx.Merge(other_, acme_); }), absl::StatusCode::kOk);
  EXPECT_EQ(Try([&](Transaction& tx) { tx.Unmerge(other_); }), absl::StatusCode::kPermissionDenied);
}

TEST_F(WriteRights, AnOptOutIsTakenFromAnybody) {
  const Actor outside = Actor::User("eve");  // in no role
  for (const ConsentEvent event : {ConsentEvent::kWithdraw, ConsentEvent::kObject,
                                   ConsentEvent::kComplaint, ConsentEvent::kRestrict}) {
    EXPECT_EQ(TryAs(outside, [&](Transaction& tx) { tx.RecordConsent(Entry(event, marie_)); }),
              absl::StatusCode::kOk);
  }
  EXPECT_EQ(TryAs(outside,
                  [&](Transaction& tx) { tx.RecordConsent(Entry(ConsentEvent::kGrant, marie_)); }),
            absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(DefineRole(crm_, "reader", R"({"types": {"*": "read"}})", host_, kNow).ok());
  EXPECT_EQ(TryAs(Actor::User("rob", "reader"),
                  [&](Transaction& tx) { tx.RecordConsent(Entry(ConsentEvent::kGrant, marie_)); }),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(WriteRights, OnlyTheRightToGovernBindsEverybody) {
  const Actor agent = Actor::User("sam", "agent");
  const absl::Status role = DefineRole(crm_, "agent", R"({"types": {"*": "write"}})", agent, kNow);
  EXPECT_TRUE(absl::IsPermissionDenied(role)) << role;
  EXPECT_THAT(std::string(role.message()), ::testing::HasSubstr("govern"));
  const char* workflow =
      R"json({"type": "contact", "on": "change", "when": "contact.country == 'FR'",
              "actions": [{"do": "notify", "text": "French"}]})json";
  EXPECT_TRUE(absl::IsPermissionDenied(DefineWorkflow(crm_, "french", workflow, agent, kNow)));
  const auto machine = ParseTypeDef(R"({"name": "machine", "fields": [{"name": "code"}]})");
  ASSERT_TRUE(machine.ok()) << machine.status();
  const auto more = crm_.schema()->WithType(*machine);
  ASSERT_TRUE(more.ok()) << more.status();
  EXPECT_TRUE(absl::IsPermissionDenied(crm_.Extend(*more, agent, kNow)));
  Segment segment;
  segment.name = "french";
  segment.type = "contact";
  segment.expression = "contact.country == 'FR'";
  EXPECT_TRUE(DefineSegment(crm_, segment, agent, kNow).ok());

  ASSERT_TRUE(
      DefineRole(crm_, "steward", R"({"types": {"*": "read"}, "rights": ["govern"]})", host_, kNow)
          .ok());
  const Actor steward = Actor::User("ste", "steward");
  EXPECT_TRUE(DefineWorkflow(crm_, "french", workflow, steward, kNow).ok());
}

TEST_F(WriteRights, WhatAWorkflowSetsIsNotAskedOfTheRole) {
  ASSERT_TRUE(DefineWorkflow(crm_, "welcome",
                             R"json({"type": "contact", "on": "change",
                                     "when": "contact.country == 'FR'",
                                     "actions": [{"do": "set", "field": "email",
                                                  "value": "'welcome@x.example'"}]})json",
                             host_, kNow)
                  .ok());
  EXPECT_EQ(Try([&](Transaction& tx) {
              tx.Update(marie_, {{"country", Value::Text("FR")}});
            }),
            absl::StatusCode::kOk);
  EXPECT_EQ(crm_.Get(marie_, "email")->text(), "welcome@x.example");
}

TEST(WriteRightsAtFirst, WhoeverIsFirstDefinesTheFirstRole) {
  Crm crm = *Crm::Open(":memory:");
  const Actor amelie = Actor::User("amelie");
  EXPECT_TRUE(
      DefineRole(crm, "all", R"({"types": {"*": "write"}, "rights": ["govern"]})", amelie, kNow)
          .ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      DefineRole(crm, "more", R"({"types": {"*": "write"}})", amelie, kNow)));
}

}  // namespace
}  // namespace relata
