// SPDX-License-Identifier: Apache-2.0
//
// A small graph with a person in every corner of it, for the tests of this room.

#ifndef RELATA_TESTS_UNIT_PRIVACY_PRIVACY_WORLD_H_
#define RELATA_TESTS_UNIT_PRIVACY_PRIVACY_WORLD_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "relata/privacy/erasure.h"
#include "relata/relata.h"

namespace relata {

inline const Timestamp kNow = *ParseTimestamp("2026-11-12T09:00:00Z");
inline const Actor kDpo = Actor::User("dpo");

inline SecretKey TestKey(char digit = '7') { return *SecretKey::FromHex(std::string(64, digit)); }

inline ErasureOptions Options() {
  ErasureOptions options(TestKey());
  options.why = "request 7";
  return options;
}

inline Value T(std::string text) { return Value::Text(std::move(text)); }

inline Crm OpenWorld(const std::string& where = ":memory:") {
  OpenOptions options;
  options.privacy_key = TestKey();
  options.zone = "Europe/Paris";
  absl::StatusOr<Crm> crm = Crm::Open(where, std::move(options));
  EXPECT_TRUE(crm.ok()) << crm.status();
  return *std::move(crm);
}

inline Commit Done(Transaction& tx, Timestamp at = kNow) {
  absl::StatusOr<Commit> commit = tx.Commit(at);
  EXPECT_TRUE(commit.ok()) << commit.status();
  return commit.ok() ? *commit : Commit();
}

// Marie Durand of Acme and her consumer side, and Paul who stays.
struct World {
  RecordRef acme, marie, paul, mail, phone, held, call, ticket, invoice, order, activity, lead;

  explicit World(Crm& crm) {
    Transaction tx = crm.Begin(Actor::System("import"));
    acme = tx.Create("account", {{"name", T("Acme SAS")}, {"country", T("FR")}});
    marie = tx.Upsert("contact", "crm", "C17",
                      {{"given_name", T("Marie")},
                       {"family_name", T("Durand-Lenoir")},
                       {"email", T("marie.durand@mail.example")},
                       {"mobile", T("+33612345678")},
                       {"country", T("FR")},
                       {"description", T("prefers mornings")}});
    paul = tx.Create("contact", {{"given_name", T("Paul")},
                                 {"family_name", T("Roux")},
                                 {"email", T("paul@mail.example")},
                                 {"country", T("FR")},
                                 {"account", Value::Record(acme)},
                                 {"reports_to", Value::Record(marie)}});
    mail = tx.Create("email_address", {{"address", T("marie.durand@mail.example")}});
    phone = tx.Create("phone_number", {{"number", T("+33612345678")}});
    held = tx.Create("contact_point",
                     {{"contact", Value::Record(marie)}, {"email", Value::Record(mail)}});
    tx.Create("contact_point",
              {{"contact", Value::Record(marie)}, {"phone", Value::Record(phone)}});
    tx.Create("contact_point", {{"contact", Value::Record(paul)}, {"phone", Value::Record(phone)}});
    call = tx.Create("activity", {{"subject", T("Call with Marie")},
                                  {"kind", T("call")},
                                  {"contact", Value::Record(marie)}});
    activity = tx.Create(
        "activity", {{"subject", T("Meeting")},
                     {"kind", T("meeting")},
                     {"minutes", T("DURAND-LENOIR Marie (06 12 34 56 78) said yes, Paul Roux too")},
                     {"contact", Value::Record(paul)}});
    ticket = tx.Create("ticket", {{"subject", T("Mme Durand-Lenoir: press stopped")},
                                  {"account", Value::Record(acme)},
                                  {"contact", Value::Record(marie)}});
    order = tx.Create("order", {{"number", T("O-1")},
                                {"at", Value::Time(kNow - Days(400))},
                                {"contact", Value::Record(marie)}});
    invoice = tx.Create("invoice", {{"number", T("F-2025-1")}, {"contact", Value::Record(marie)}});
    lead = tx.Create("lead", {{"family_name", T("Durand-Lenoir")},
                              {"email", T("marie@old.example")},
                              {"contact", Value::Record(marie)}});
    tx.Append("page_view", marie, kNow - Days(3), {{"path", T("/private/marie")}});
    tx.Append("page_view", paul, kNow - Days(3), {{"path", T("/pricing")}});
    tx.Append("form_sent", paul, kNow - Days(2),
              {{"form", T("contact")}, {"message", T("write to marie.durand@mail.example")}});
    tx.Log("outbox", marie, "welcome", R"({"do":"notify","text":"call Marie Durand-Lenoir"})");
    tx.Log("outbox", paul, "welcome", R"({"do":"notify","text":"ask marie.durand@mail.example"})");
    tx.Log("disclosure", marie, "", R"({"recipient":"Router SA","reference":"batch 9"})");
    tx.Reason("found by marie.durand@mail.example");
    for (const ConsentEvent event : {ConsentEvent::kGrant, ConsentEvent::kWithdraw}) {
      ConsentEntry entry;
      entry.event = event;
      entry.at = kNow - Days(event == ConsentEvent::kGrant ? 90 : 30);
      entry.person = PartyId::Of(marie);
      entry.scope.channels = Bit(Channel::kEmail);
      entry.scope.purposes = Bit(Purpose::kNewsletter);
      entry.evidence.source = ConsentSource::kWeb;
      entry.evidence.text = "form 3";
      tx.RecordConsent(std::move(entry));
    }
    Done(tx, kNow - Days(1));
    for (RecordRef* record : {&acme, &marie, &paul, &mail, &phone, &held, &call, &ticket, &invoice,
                              &order, &activity, &lead}) {
      *record = crm.Resolve(*record);
    }
    Transaction change = crm.Begin(kDpo);
    change.Update(marie, {{"email", T("marie.new@mail.example")}, {"city", T("Guingamp")}});
    change.Update(activity, {{"outcome", T("won")}});
    Done(change, kNow - Hours(5));
  }
};

inline std::string TextOf(const Crm& crm, RecordRef record, std::string_view field) {
  const absl::StatusOr<Value> value = crm.Get(record, field);
  return value.ok() && value->is(Value::Kind::kText) ? value->text() : "";
}

inline int64_t CountOf(const Crm& crm, std::string_view type, std::string_view expression) {
  QueryOptions options;
  options.now = kNow;
  const absl::StatusOr<QueryAnswer> answer = crm.Query(type, expression, options);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? answer->count : -1;
}

}  // namespace relata

#endif  // RELATA_TESTS_UNIT_PRIVACY_PRIVACY_WORLD_H_
