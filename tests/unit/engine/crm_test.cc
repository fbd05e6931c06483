// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "relata/relata.h"
#include "support/support.h"

namespace relata {
namespace {

using crm::account;
using crm::contact;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");

Crm OpenMemory() {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:", {.zone = "Europe/Paris"});
  EXPECT_TRUE(crm.ok()) << crm.status();
  return *std::move(crm);
}

QueryOptions At(Timestamp now) {
  QueryOptions options;
  options.now = now;
  return options;
}

// Acme with Marie, and Bolt with Jean who has no e-mail.
struct Company {
  Crm crm = OpenMemory();
  Id<crm::Account> acme;
  Id<crm::Account> bolt;
  Id<crm::Contact> marie;
  Id<crm::Contact> jean;

  Company() {
    Transaction tx = crm.Begin(kAmelie);
    acme = tx.Create(account, {{account.name, "Acme SAS"}});
    bolt = tx.Create(account, {{account.name, "Bolt"}});
    marie = tx.Create(contact, {{contact.given_name, "Marie"},
                                {contact.family_name, "Durand"},
                                {contact.email, "marie@acme.example"},
                                {contact.account, acme}});
    jean = tx.Create(contact, {{contact.family_name, "Petit"}, {contact.account, bolt}});
    const absl::StatusOr<Commit> commit = tx.Commit(kNow);
    EXPECT_TRUE(commit.ok()) << commit.status();
    EXPECT_EQ(commit->created, 4);
  }
};

TEST(Crm, ARecordIsThereUnderItsReferenceAfterTheCommit) {
  Company c;
  EXPECT_EQ(c.crm.Get(c.marie.ref, "family_name")->text(), "Durand");
  EXPECT_EQ(*c.crm.Title(c.marie.ref, At(kNow)), "Marie Durand");
  const std::string name = *c.crm.Name(c.marie.ref);
  EXPECT_EQ(*c.crm.Find(name), c.crm.Resolve(c.marie.ref));
}

TEST(Crm, AQueryFollowsLinksBothWaysAndCountsWhatCannotBeDecided) {
  Company c;
  const auto by_link = c.crm.Query("contact", "contact.account.name == 'Acme SAS'", At(kNow));
  ASSERT_TRUE(by_link.ok()) << by_link.status();
  EXPECT_THAT(by_link->rows, ElementsAre(c.crm.Resolve(c.marie.ref).row));
  const auto back =
      c.crm.Query("account", "account.contacts.exists(p, p.family_name == 'Petit')", At(kNow));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_THAT(back->rows, ElementsAre(c.crm.Resolve(c.bolt.ref).row));
  const auto undecided = c.crm.Query("contact", "contact.email.endsWith('.example')", At(kNow));
  ASSERT_TRUE(undecided.ok()) << undecided.status();
  EXPECT_EQ(undecided->count, 1);
  EXPECT_EQ(undecided->errors, 1);
}

TEST(Crm, EventsAreAskedWithinAWindow) {
  Company c;
  Transaction tx = c.crm.Begin(Actor::System("site"));
  for (const int days : {1, 5, 40}) {
    tx.Append("page_view", c.marie.ref, kNow - Days(days), {{"path", Value::Text("/pricing")}});
  }
  ASSERT_TRUE(tx.Commit(kNow + Hours(1)).ok());
  const auto two = c.crm.Evaluate(
      c.marie.ref, "contact.events('page_view').filter(e, e.at > now - days(30)).size()", At(kNow));
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->int_value(), 2);
}

TEST(Crm, AFailedTransactionLeavesNoTrace) {
  Company c;
  Transaction tx = c.crm.Begin(kAmelie);
  tx.Create(account, {{account.name, "Half"}});
  tx.Create("contact", {{"no_such_field", Value::Int(1)}});
  const absl::StatusOr<Commit> commit = tx.Commit(kNow);
  EXPECT_TRUE(absl::IsInvalidArgument(commit.status()));
  EXPECT_THAT(std::string(Message(commit.status())), HasSubstr("no_such_field"));
  EXPECT_EQ(c.crm.Query("account", "true", At(kNow))->count, 2);
}

TEST(Crm, AnUpsertFindsItsRecordAgainAndChangesNothingTwice) {
  Company c;
  const auto load = [&] {
    Transaction tx = c.crm.Begin(Actor::System("import"));
    tx.Upsert("account", "erp", "C-1", {{"name", Value::Text("Cargo")}});
    return *tx.Commit(kNow);
  };
  EXPECT_EQ(load().created, 1);
  const Commit again = load();
  EXPECT_EQ(again.created, 0);
  EXPECT_EQ(again.unchanged, 1);
  EXPECT_EQ(*c.crm.Title(*c.crm.Find("account/erp:C-1"), At(kNow)), "Cargo");
}

TEST(Crm, AnOperationIdIsCarriedOutOnce) {
  Company c;
  const auto append = [&] {
    Transaction tx = c.crm.Begin(kAmelie);
    tx.OperationId("op-1");
    tx.Create(account, {{account.name, "Once"}});
    return *tx.Commit(kNow);
  };
  EXPECT_FALSE(append().replayed);
  const Commit replay = append();
  EXPECT_TRUE(replay.replayed);
  EXPECT_EQ(replay.created, 1);
  EXPECT_EQ(c.crm.Query("account", "account.name == 'Once'", At(kNow))->count, 1);
}

TEST(Crm, HistoryTellsBeforeAndAfterWithAuthorAndReason) {
  Company c;
  Transaction tx = c.crm.Begin(Actor::User("bob"));
  tx.Reason("married");
  tx.Update(c.marie, contact, {{contact.family_name, "Martin"}});
  ASSERT_TRUE(tx.Commit(kNow + Days(1)).ok());
  const auto history = c.crm.History(c.marie.ref);
  ASSERT_TRUE(history.ok()) << history.status();
  ASSERT_THAT(*history, SizeIs(2));
  EXPECT_EQ((*history)[0].op, RecordWrite::Op::kCreate);
  const HistoryEntry& change = (*history)[1];
  EXPECT_EQ(change.actor, "user:bob");
  EXPECT_EQ(change.reason, "married");
  ASSERT_THAT(change.changes, SizeIs(1));
  EXPECT_EQ(change.changes[0].before.text(), "Durand");
  EXPECT_EQ(change.changes[0].after.text(), "Martin");
}

TEST(Crm, AMergeResolvesLinksAndCanBeUndone) {
  Company c;
  Transaction merge = c.crm.Begin(kAmelie);
  merge.Merge(c.bolt.ref, c.acme.ref);
  ASSERT_TRUE(merge.Commit(kNow).ok());
  EXPECT_EQ(c.crm.Query("account", "true", At(kNow))->count, 1);
  EXPECT_EQ(c.crm.Query("contact", "contact.account.name == 'Acme SAS'", At(kNow))->count, 2);
  Transaction undo = c.crm.Begin(kAmelie);
  undo.Unmerge(c.bolt.ref);
  ASSERT_TRUE(undo.Commit(kNow).ok());
  EXPECT_EQ(c.crm.Query("account", "true", At(kNow))->count, 2);
  EXPECT_EQ(c.crm.Query("contact", "contact.account.name == 'Bolt'", At(kNow))->count, 1);
}

// What one batch does to the same records again and again, and the accounts that are left: by a
// writer's own eyes, and by those of somebody who opens the file afterwards.
TEST(Crm, MergesOfOneTransactionFollowEachOther) {
  using Step = std::function<void(Transaction&, RecordRef acme, RecordRef bolt, RecordRef cargo)>;
  const struct {
    const char* name;
    bool merged_before;  // Acme into Bolt, in a commit of its own
    Step step;
    std::vector<std::string> left;  // none: the transaction is refused
  } cases[] = {
      {"a chain",
       false,
       [](auto& tx, auto acme, auto bolt, auto cargo) {
         tx.Merge(acme, bolt), tx.Merge(bolt, cargo);
       },
       {"Cargo"}},
      {"through the winner of the same batch",
       false,
       [](auto& tx, auto acme, auto bolt, auto cargo) {
         tx.Merge(acme, bolt), tx.Merge(acme, cargo);
       },
       {"Cargo"}},
      {"a circle",
       false,
       [](auto& tx, auto acme, auto bolt, auto) { tx.Merge(acme, bolt), tx.Merge(bolt, acme); },
       {}},
      {"merged and un-merged",
       false,
       [](auto& tx, auto acme, auto bolt, auto) { tx.Merge(acme, bolt), tx.Unmerge(acme); },
       {"Acme", "Bolt", "Cargo"}},
      {"un-merged and merged elsewhere",
       true,
       [](auto& tx, auto acme, auto, auto cargo) { tx.Unmerge(acme), tx.Merge(acme, cargo); },
       {"Bolt", "Cargo"}},
      {"un-merged, merged again, un-merged",
       true,
       [](auto& tx, auto acme, auto bolt, auto) {
         tx.Unmerge(acme), tx.Merge(acme, bolt), tx.Unmerge(acme);
       },
       {"Acme", "Bolt", "Cargo"}},
      {"un-merged twice",
       true,
       [](auto& tx, auto acme, auto, auto) { tx.Unmerge(acme), tx.Unmerge(acme); },
       {}},
      {"un-merged and changed",
       true,
       [](auto& tx, auto acme, auto, auto) {
         tx.Unmerge(acme);
         tx.Update(acme, {{"name", Value::Text("Again")}});
       },
       {"Again", "Bolt", "Cargo"}},
      {"a chain opened in its middle",
       true,
       [](auto& tx, auto acme, auto bolt, auto cargo) {
         tx.Merge(bolt, cargo), tx.Unmerge(bolt);
         tx.Update(acme, {{"name", Value::Text("Both")}});
       },
       {"Both", "Cargo"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const testing::TempDir dir;
    const std::string file = dir.File("crm.db");
    const auto names = [](Crm& crm) {
      std::vector<std::string> names;
      const auto found = crm.Query("account", "true", At(kNow));
      EXPECT_TRUE(found.ok()) << found.status();
      for (const Row row : found->rows) {
        names.push_back(std::string(crm.Get({found->type, row}, "name")->text()));
      }
      std::sort(names.begin(), names.end());
      return names;
    };
    absl::StatusOr<Crm> crm = Crm::Open(file, {.zone = "Europe/Paris"});
    ASSERT_TRUE(crm.ok()) << crm.status();
    Transaction create = crm->Begin(kAmelie);
    const Id<crm::Account> acme = create.Create(account, {{account.name, "Acme"}});
    const Id<crm::Account> bolt = create.Create(account, {{account.name, "Bolt"}});
    const Id<crm::Account> cargo = create.Create(account, {{account.name, "Cargo"}});
    ASSERT_TRUE(create.Commit(kNow).ok());
    if (c.merged_before) {
      Transaction merge = crm->Begin(kAmelie);
      merge.Merge(acme.ref, bolt.ref);
      ASSERT_TRUE(merge.Commit(kNow).ok());
    }
    const std::vector<std::string> before = names(*crm);
    Transaction tx = crm->Begin(kAmelie);
    c.step(tx, acme.ref, bolt.ref, cargo.ref);
    const absl::StatusOr<Commit> commit = tx.Commit(kNow);
    EXPECT_EQ(commit.ok(), !c.left.empty()) << commit.status();
    EXPECT_EQ(names(*crm), c.left.empty() ? before : c.left);
    absl::StatusOr<Crm> again = Crm::Open(file, {.zone = "Europe/Paris"});
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(names(*again), names(*crm));
  }
}

TEST(Crm, ACycleInATreeIsRefusedWithItsPath) {
  Company c;
  Transaction up = c.crm.Begin(kAmelie);
  up.Update(c.acme, account, {{account.parent, c.bolt}});
  ASSERT_TRUE(up.Commit(kNow).ok());
  Transaction down = c.crm.Begin(kAmelie);
  down.Update(c.bolt, account, {{account.parent, c.acme}});
  const absl::Status status = down.Commit(kNow).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(Message(status)), HasSubstr("cycle"));
}

TEST(Crm, ARoleHidesAFieldFromQueriesAndCounts) {
  Company c;
  Transaction tx = c.crm.Begin(kAmelie);
  tx.Define("role", "service",
            R"({"types": {"*": "read", "contact": {"access": "read", "hidden": ["email"]}}})");
  ASSERT_TRUE(tx.Commit(kNow).ok());
  QueryOptions options = At(kNow);
  options.reader = Actor::User("sam", "service");
  EXPECT_TRUE(c.crm.Query("contact", "contact.family_name == 'Petit'", options).ok());
  EXPECT_TRUE(
      absl::IsPermissionDenied(c.crm.Query("contact", "contact.email == null", options).status()));
  options.reader = Actor::User("sam");
  EXPECT_TRUE(absl::IsPermissionDenied(c.crm.Query("contact", "true", options).status()));
}

// The fields that a history tells of, for one who asks.
std::set<std::string> FieldsTold(const Crm& crm, RecordRef record, const QueryOptions& asking) {
  std::set<std::string> told;
  const auto history = crm.History(record, asking);
  EXPECT_TRUE(history.ok()) << history.status();
  if (!history.ok()) return told;
  for (const HistoryEntry& entry : *history) {
    for (const FieldChange& change : entry.changes) {
      told.insert(crm.schema()->type(record.type).field(change.field)->name);
    }
  }
  return told;
}

TEST(Crm, ATitleAndAReasonSayOnlyWhatTheReaderMayRead) {
  Company c;
  Transaction tx = c.crm.Begin(kAmelie);
  tx.Define("role", "service",
            R"({"types": {"contact": {"access": "read", "hidden": ["family_name"]}}})");
  ASSERT_TRUE(tx.Commit(kNow).ok());
  QueryOptions service = At(kNow);
  service.reader = Actor::User("sam", "service");
  EXPECT_EQ(*c.crm.Title(c.marie.ref, service), "Marie");
  EXPECT_EQ(*c.crm.Title(c.jean.ref, service), *c.crm.Name(c.jean.ref));
  EXPECT_EQ(*c.crm.Title(c.acme.ref, service), *c.crm.Name(c.acme.ref)) << "of a closed type";
  const auto reasons = c.crm.Explain(c.marie.ref, "contact.email != null", service);
  ASSERT_TRUE(reasons.ok()) << reasons.status();
  for (const std::string& reason : *reasons) EXPECT_THAT(reason, Not(HasSubstr("Durand")));
  EXPECT_THAT(*c.crm.Explain(c.marie.ref, "contact.email != null", At(kNow)),
              Contains(HasSubstr("Marie Durand")));
}

TEST(Crm, AHistoryLeavesOutWhatTheReaderOrThePurposeMayNotRead) {
  Company c;
  Transaction tx = c.crm.Begin(kAmelie);
  tx.Define(
      "role", "service",
      R"({"types": {"account": "read", "contact": {"access": "read", "hidden": ["email"]}}})");
  tx.Define("role", "sales", R"({"types": {"account": "read"}})");
  tx.Update(c.marie, contact, {{contact.email, "marie@durand.example"}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  EXPECT_THAT(FieldsTold(c.crm, c.marie.ref, At(kNow)), Contains("email"));

  QueryOptions service = At(kNow);
  service.reader = Actor::User("sam", "service");
  EXPECT_THAT(FieldsTold(c.crm, c.marie.ref, service),
              AllOf(Contains("family_name"), Not(Contains("email"))));
  EXPECT_THAT(*c.crm.History(c.marie.ref, service), SizeIs(2)) << "the commit itself is told";

  QueryOptions profiling = At(kNow);
  profiling.purpose = "profiling";
  EXPECT_THAT(FieldsTold(c.crm, c.marie.ref, profiling), Not(Contains("email")));

  QueryOptions sales = At(kNow);
  sales.reader = Actor::User("bob", "sales");
  EXPECT_TRUE(absl::IsPermissionDenied(c.crm.History(c.marie.ref, sales).status()));
}

TEST(Crm, WhatWasCommittedIsThereAfterReopening) {
  const testing::TempDir dir;
  const std::string file = dir.File("crm.db");
  {
    absl::StatusOr<Crm> crm = Crm::Open(file, {.zone = "Europe/Paris"});
    ASSERT_TRUE(crm.ok()) << crm.status();
    Transaction tx = crm->Begin(kAmelie);
    const auto acme = tx.Upsert("account", "erp", "1", {{"name", Value::Text("Acme")}});
    const auto marie = tx.Create(
        "contact", {{"family_name", Value::Text("Durand")}, {"account", Value::Record(acme)}});
    tx.Append("page_view", marie, kNow, {{"path", Value::Text("/")}});
    ASSERT_TRUE(tx.Commit(kNow).ok());
  }
  absl::StatusOr<Crm> crm = Crm::Open(file);
  ASSERT_TRUE(crm.ok()) << crm.status();
  EXPECT_EQ(crm->zone(), "Europe/Paris");
  const auto answer = crm->Query(
      "contact", "contact.account.name == 'Acme' && contact.events('page_view').size() == 1",
      At(kNow));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->count, 1);
  EXPECT_TRUE(crm->Find("account/erp:1").ok());
}

TEST(Crm, TwoProcessesSeeEachOthersCommits) {
  const testing::TempDir dir;
  const std::string file = dir.File("crm.db");
  absl::StatusOr<Crm> a = Crm::Open(file);
  absl::StatusOr<Crm> b = Crm::Open(file);
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  for (int i = 0; i < 3; ++i) {
    for (Crm* crm : {&*a, &*b}) {
      Transaction tx = crm->Begin(kAmelie);
      tx.Create(account, {{account.name, "one more"}});
      ASSERT_TRUE(tx.Commit(kNow).ok());
    }
  }
  EXPECT_EQ(a->Query("account", "true", At(kNow))->count, 6);
  EXPECT_EQ(b->Query("account", "true", At(kNow))->count, 6);
}

TEST(Crm, ATypeAddedAtRunTimeIsLikeAnyOther) {
  Company c;
  const absl::StatusOr<TypeDef> machine = ParseTypeDef(
      R"({"name": "machine", "fields": [
           {"name": "serial", "kind": "text"},
           {"name": "owner", "kind": "link", "target": "account", "inverse": "machines"}]})");
  ASSERT_TRUE(machine.ok()) << machine.status();
  const absl::StatusOr<Schema> extended = c.crm.schema()->WithType(*machine);
  ASSERT_TRUE(extended.ok()) << extended.status();
  const absl::Status extend = c.crm.Extend(*extended, kAmelie, kNow);
  ASSERT_TRUE(extend.ok()) << extend;
  Transaction tx = c.crm.Begin(kAmelie);
  tx.Create("machine",
            {{"serial", Value::Text("M1")}, {"owner", Value::Record(c.crm.Resolve(c.acme.ref))}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const auto owners = c.crm.Query("account", "account.machines.size() == 1", At(kNow));
  ASSERT_TRUE(owners.ok()) << owners.status();
  EXPECT_EQ(owners->count, 1);
}

TEST(Crm, ExplainNamesTheFactsThatDecide) {
  Company c;
  const auto why = c.crm.Explain(c.marie.ref, "contact.account.name == 'Bolt'", At(kNow));
  ASSERT_TRUE(why.ok()) << why.status();
  ASSERT_FALSE(why->empty());
  EXPECT_THAT((*why)[0], HasSubstr("is false"));
  EXPECT_THAT((*why)[0], HasSubstr("Acme SAS"));
}

}  // namespace
}  // namespace relata
