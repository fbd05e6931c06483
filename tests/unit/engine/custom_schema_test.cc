// SPDX-License-Identifier: Apache-2.0
//
// Types and fields added at run time, through the whole engine: they are written, asked, kept and
// found again like those of the standard schema.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "relata/crm/account.h"
#include "relata/crm/contact.h"
#include "relata/engine/crm.h"
#include "support/support.h"

namespace relata {
namespace {

constexpr Timestamp kNow{1'790'000'000'000'000};

absl::Status AddMachines(Crm& crm) {
  Schema schema = *crm.schema();
  auto machine = ParseTypeDef(R"({"name": "machine", "title": ["code"], "fields": [
      {"name": "code", "required": true},
      {"name": "state", "kind": "choice", "options": [
         {"code": "running", "label": {"en": "Running", "fr": "En marche"}},
         {"code": "stopped", "label": {"en": "Stopped", "fr": "À l'arrêt"}}]},
      {"name": "power", "kind": "double"},
      {"name": "account", "kind": "link", "target": "account", "inverse": "machines"}]})");
  if (!machine.ok()) return machine.status();
  auto breakdown = ParseTypeDef(R"({"name": "breakdown", "subject": "machine", "fields": [
      {"name": "cause"}]})");
  if (!breakdown.ok()) return breakdown.status();
  RELATA_ASSIGN_OR_RETURN(schema, schema.WithType(*std::move(machine)));
  RELATA_ASSIGN_OR_RETURN(schema, schema.WithType(*std::move(breakdown)));
  RELATA_ASSIGN_OR_RETURN(FieldDef size, ParseFieldDef(R"({"name": "floor_size", "kind": "int"})"));
  RELATA_ASSIGN_OR_RETURN(schema, schema.WithField(schema.IdOf(crm::account), std::move(size)));
  return crm.Extend(schema, Actor::User("amelie"), kNow);
}

int64_t Count(const Crm& crm, std::string_view type, std::string_view expression) {
  QueryOptions options;
  options.now = kNow;
  const auto answer = crm.Query(type, expression, options);
  EXPECT_TRUE(answer.ok()) << expression << ": " << answer.status();
  return answer.ok() ? answer->count : -1;
}

absl::Status Fill(Crm& crm) {
  Transaction tx = crm.Begin(Actor::User("amelie"));
  const auto acme = tx.Create(crm::account, {{crm::account.name, "Acme"}});
  tx.Update(acme.ref, {{"floor_size", Value::Int(1'200)}});
  const RecordRef press = tx.Create("machine", {{"code", Value::Text("P1")},
                                                {"state", Value::Text("À l'arrêt")},
                                                {"power", Value::Double(7.5)},
                                                {"account", Value::Record(acme.ref)}});
  tx.Create("machine", {{"code", Value::Text("P2")}, {"state", Value::Text("running")}});
  tx.Append("breakdown", press, kNow - Days(2), {{"cause", Value::Text("belt")}});
  return tx.Commit(kNow).status();
}

void ExpectAll(const Crm& crm) {
  EXPECT_EQ(Count(crm, "machine", "machine.state == 'stopped'"), 1);
  EXPECT_EQ(Count(crm, "machine", "machine.account.name == 'Acme'"), 1);
  EXPECT_EQ(Count(crm, "account", "account.machines.exists(m, m.code == 'P1')"), 1);
  EXPECT_EQ(Count(crm, "account", "account.floor_size > 1000"), 1);
  EXPECT_EQ(Count(crm, "machine",
                  "machine.events('breakdown').filter(e, e.at > now - days(7)).size() == 1"),
            1);
}

TEST(CustomSchema, IsWrittenAndAskedLikeTheStandardOne) {
  auto crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  ASSERT_TRUE(AddMachines(*crm).ok());
  const absl::Status filled = Fill(*crm);
  ASSERT_TRUE(filled.ok()) << filled;
  ExpectAll(*crm);
}

TEST(CustomSchema, IsFoundAgainInTheFile) {
  const testing::TempDir folder;
  const std::string file = folder.File("custom.db");
  TypeId machine = kNoType;
  {
    auto crm = Crm::Open(file);
    ASSERT_TRUE(crm.ok()) << crm.status();
    ASSERT_TRUE(AddMachines(*crm).ok());
    const absl::Status filled = Fill(*crm);
    ASSERT_TRUE(filled.ok()) << filled;
    machine = crm->schema()->Find("machine")->id;
  }
  auto crm = Crm::Open(file);
  ASSERT_TRUE(crm.ok()) << crm.status();
  EXPECT_EQ(crm->schema()->Find("machine")->id, machine);
  ExpectAll(*crm);
}

TEST(CustomSchema, IsRefusedAsAWholeWhenItTakesSomethingAway) {
  auto crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  EXPECT_TRUE(absl::IsInvalidArgument(crm->Extend(Schema(), Actor::User("amelie"), kNow)));
  EXPECT_NE(crm->schema()->Find("account"), nullptr);
}

TEST(CommittedValues, FollowTheFieldCard) {
  auto crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  Transaction tx = crm->Begin(Actor::User("amelie"));
  tx.Create("opportunity", {{"name", Value::Text("Press")}, {"status", Value::Text("Gagnée")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  EXPECT_EQ(Count(*crm, "opportunity", "opportunity.status == 'won'"), 1);

  Transaction wrong = crm->Begin(Actor::User("amelie"));
  wrong.Create("opportunity", {{"name", Value::Text("Saw")}, {"status", Value::Text("maybe")}});
  const absl::Status refused = wrong.Commit(kNow).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_EQ(Count(*crm, "opportunity", "true"), 1);
}

// The conditions that a customer graph is made to answer.
TEST(StandardSchema, AnswersTheConditionsItWasMadeFor) {
  auto crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok()) << crm.status();
  for (const char* expression : {
           "contact.country == 'FR' && contact.account.industry == 'retail'",
           "contact.events('page_view').filter(e, has(e.path) && e.path.startsWith('/pricing') && "
           "e.at > now - days(30)).size() >= 3",
           "contact.products_bought.exists(p, p.code == 'X') && "
           "!contact.products_bought.exists(p, p.code == 'Y')",
           "contact.account.orders.filter(o, o.at > now - days(365)).map(o, o.net).sum() > "
           "money('1000', 'EUR')",
           "contact.account.ancestors.exists(a, a.name == 'Group') && "
           "contact.tickets.exists(t, t.open && t.severity == 'critical')",
           "contact.emails.exists(e, e.valid == true)",
           "contact.account.parent.owner.team.name == 'North'",
       }) {
    EXPECT_EQ(Count(*crm, "contact", expression), 0) << expression;
  }
}

}  // namespace
}  // namespace relata
