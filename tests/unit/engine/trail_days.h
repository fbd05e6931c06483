// SPDX-License-Identifier: Apache-2.0
//
// Days that leave every kind of row that commits leave, for the tests of the audit trail.

#ifndef RELATA_TESTS_UNIT_ENGINE_TRAIL_DAYS_H_
#define RELATA_TESTS_UNIT_ENGINE_TRAIL_DAYS_H_

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "relata/relata.h"

namespace relata {

inline const Timestamp kStart = *ParseTimestamp("2026-03-02T09:00:00Z");

inline SecretKey KeyOf(uint8_t fill) {
  std::array<uint8_t, SecretKey::kBytes> bytes{};
  bytes.fill(fill);
  return SecretKey(bytes);
}

// One commit of the day: a person more, with all that can be recorded, and a change of the one
// before.
inline void WriteDay(Crm& crm, int day, std::vector<RecordRef>& persons) {
  const Timestamp now = kStart + Days(day);
  Transaction tx = crm.Begin(Actor::User("amelie"));
  const std::string n = std::to_string(day);
  const RecordRef person = tx.Create("contact", {{"family_name", Value::Text("Durand " + n)},
                                                 {"email", Value::Text("p" + n + "@x.example")}});
  ConsentEntry entry;
  entry.event = day % 3 == 0 ? ConsentEvent::kWithdraw : ConsentEvent::kGrant;
  entry.person = PartyId::Of(person);
  entry.at = now;
  entry.scope.channels = Bit(Channel::kEmail);
  entry.scope.purposes = Bit(Purpose::kMarketing);
  entry.evidence.source = ConsentSource::kWeb;
  entry.evidence.text = "sha256:" + n;
  tx.RecordConsent(entry);
  tx.Append("page_view", person, now - Hours(1), {{"path", Value::Text("/page/" + n)}});
  if (day > 0) tx.Append("page_view", persons.back(), now, {{"path", Value::Text("/back")}});
  tx.AddKey(person, "crm", "C" + n);
  tx.Log("access", person, "amelie", "{\"fields\":[\"email\"]}");
  tx.Log("decision", person, "", "{\"rule\":\"CONSENT.OK\"}");
  if (day > 0) tx.Update(persons.back(), {{"family_name", Value::Text("Martin " + n)}});
  if (day % 4 == 1) tx.Define("note", "n" + n, "{\"day\":" + n + "}");
  if (day == 7) tx.Merge(persons[2], persons[3]);
  tx.Reason("day " + n).Source("test").OperationId("operation " + n);
  const absl::StatusOr<Commit> commit = tx.Commit(now);
  ASSERT_TRUE(commit.ok()) << commit.status();
  persons.push_back(crm.Resolve(person));
}

}  // namespace relata

#endif  // RELATA_TESTS_UNIT_ENGINE_TRAIL_DAYS_H_
