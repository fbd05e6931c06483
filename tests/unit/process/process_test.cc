// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "relata/process/maintenance.h"
#include "relata/process/pipeline.h"
#include "relata/process/report.h"
#include "relata/process/workflow.h"
#include "relata/relata.h"
#include "relata/segment/segment.h"
#include "relata/storage/memory.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");

Crm OpenMemory() {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  EXPECT_TRUE(crm.ok()) << crm.status();
  return *std::move(crm);
}

QueryOptions At(Timestamp now) {
  QueryOptions options;
  options.now = now;
  return options;
}

RecordRef CreateOpportunity(Crm& crm, NamedValues values) {
  values.emplace_back("name", Value::Text("Press"));
  Transaction tx = crm.Begin(kAmelie);
  const RecordRef record = tx.Create("opportunity", std::move(values));
  const absl::Status status = tx.Commit(kNow).status();
  EXPECT_TRUE(status.ok()) << status;
  return record;
}

absl::Status MoveTo(Crm& crm, RecordRef record, std::string_view stage, Timestamp at) {
  Transaction tx = crm.Begin(kAmelie);
  tx.Update(record, {{"stage", Value::Text(stage)}});
  return tx.Commit(at).status();
}

constexpr std::string_view kPipeline = R"json({
  "type": "opportunity", "open": "opportunity.status == 'open'",
  "stages": [{"name": "qualification", "max_age_days": 30},
             {"name": "proposal", "max_age_days": 10, "enter": "opportunity.amount != null"}]})json";

TEST(Pipeline, AStageIsEnteredOnlyWhenItsCriterionIsMet) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefinePipeline(crm, "sales", kPipeline, kAmelie, kNow).ok());
  const RecordRef deal = CreateOpportunity(crm, {{"stage", Value::Text("qualification")}});
  const absl::Status refused = MoveTo(crm, deal, "proposal", kNow);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(Message(refused)), HasSubstr("opportunity.amount != null"));
  EXPECT_EQ(crm.Get(deal, "stage")->text(), "qualification");
  Transaction tx = crm.Begin(kAmelie);
  tx.Update(deal, {{"amount", Value::Amount({10'000, *Currency::Parse("EUR")})},
                   {"stage", Value::Text("proposal")}});
  ASSERT_TRUE(tx.Commit(kNow + Days(1)).ok());
  EXPECT_EQ(crm.Get(deal, "stage")->text(), "proposal");
  EXPECT_EQ(crm.Get(deal, "stage_since")->timestamp(), kNow + Days(1));
}

TEST(Pipeline, ADealIsStalledOnceNothingCountedForLongerThanItsStageAllows) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefinePipeline(crm, "sales", kPipeline, kAmelie, kNow).ok());
  CreateOpportunity(crm, {{"stage", Value::Text("qualification")}});
  EXPECT_THAT(*StalledRecords(crm, "sales", At(kNow + Days(30))), IsEmpty());
  const auto stalled = StalledRecords(crm, "sales", At(kNow + Days(31)));
  ASSERT_THAT(*stalled, SizeIs(1));
  EXPECT_EQ((*stalled)[0].idle, Days(31));
}

TEST(Pipeline, WhatIsWrongWithADefinitionIsSaid) {
  Crm crm = OpenMemory();
  struct Case {
    const char* name;
    const char* body;
    const char* says;
  };
  const Case cases[] = {
      {"not JSON", "{", "JSON object"},
      {"no stages", R"({"type": "opportunity"})", "stages"},
      {"two of a name", R"({"type": "opportunity", "stages": [{"name": "a"}, {"name": "a"}]})",
       "taken"},
      {"unknown field", R"({"type": "opportunity", "field": "phase", "stages": [{"name": "a"}]})",
       "phase"},
      {"a criterion that does not check",
       R"({"type": "opportunity", "stages": [{"name": "a", "enter": "opportunity.size > 1"}]})",
       "size"},
  };
  for (const Case& c : cases) {
    const absl::Status status = DefinePipeline(crm, "p", c.body, kAmelie, kNow);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.name;
    EXPECT_THAT(std::string(Message(status)), HasSubstr(c.says)) << c.name;
  }
}

TEST(Workflow, FiresOnceWhenTheConditionBecomesTrue) {
  Crm crm = OpenMemory();
  const char* const body = R"({"type": "ticket", "when": "ticket.severity == 'critical'",
                                 "actions": [{"do": "create_task", "text": "Call", "days": 1}]})";
  ASSERT_TRUE(DefineWorkflow(crm, "critical", body, kAmelie, kNow).ok());
  Transaction create = crm.Begin(kAmelie);
  const RecordRef ticket = create.Create("ticket", {{"subject", Value::Text("Stopped")}});
  ASSERT_TRUE(create.Commit(kNow).ok());
  EXPECT_THAT(*Outbox(crm), IsEmpty());
  for (const char* subject : {"Stopped", "Stopped again"}) {
    Transaction tx = crm.Begin(kAmelie);
    tx.Update(ticket, {{"severity", Value::Text("critical")}, {"subject", Value::Text(subject)}});
    ASSERT_TRUE(tx.Commit(kNow).ok());
  }
  const auto outbox = Outbox(crm);
  ASSERT_THAT(*outbox, SizeIs(1));
  EXPECT_THAT((*outbox)[0].body, HasSubstr("create_task"));
  ASSERT_TRUE(Acknowledge(crm, (*outbox)[0].seq, kAmelie, kNow).ok());
  EXPECT_THAT(*Outbox(crm), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(Acknowledge(crm, 999'999, kAmelie, kNow)));
}

std::vector<Seq> SeqsOf(const absl::StatusOr<std::vector<OutboxItem>>& items) {
  EXPECT_TRUE(items.ok()) << items.status();
  std::vector<Seq> seqs;
  if (items.ok()) {
    for (const OutboxItem& item : *items) seqs.push_back(item.seq);
  }
  return seqs;
}

// In whatever order items are done, the outbox holds the others; and what is done in front is not
// read again.
TEST(Workflow, TheOutboxIsWhatIsNotDoneInAnyOrder) {
  std::mt19937_64 random(testing::Seed(71));
  Crm crm = OpenMemory();
  const char* const body = R"({"type": "ticket", "when": "ticket.severity == 'critical'",
                                 "actions": [{"do": "notify", "text": "Call"}]})";
  ASSERT_TRUE(DefineWorkflow(crm, "critical", body, kAmelie, kNow).ok());
  std::vector<Seq> open;
  for (int round = 0; round < 10; ++round) {
    Transaction tx = crm.Begin(kAmelie);
    for (int i = 0; i < 30; ++i) {
      tx.Create("ticket",
                {{"subject", Value::Text("Stopped")}, {"severity", Value::Text("critical")}});
    }
    ASSERT_TRUE(tx.Commit(kNow).ok());
    open = SeqsOf(Outbox(crm));
    std::shuffle(open.begin(), open.end(), random);
    for (size_t left = round == 9 ? 0 : random() % 20; open.size() > left;) {
      ASSERT_TRUE(Acknowledge(crm, open.back(), kAmelie, kNow).ok());
      open.pop_back();
      if (open.size() % 5 != 0) continue;
      std::vector<Seq> expected = open;
      std::sort(expected.begin(), expected.end());
      ASSERT_EQ(SeqsOf(Outbox(crm)), expected);
    }
  }
  EXPECT_THAT(*Outbox(crm, true), SizeIs(300));
  EXPECT_THAT(*crm.Log("outbox_done", "through"), Not(IsEmpty()));
}

// Erasure empties the lines about a subject, and every line in which a number of theirs stands.
TEST(Workflow, WhatIsDoneStaysDoneWhenItsLinesAreErased) {
  std::unique_ptr<Store> owned = NewMemoryStore();
  Store* const store = owned.get();
  absl::StatusOr<Crm> crm = Crm::Open(std::move(owned));
  ASSERT_TRUE(crm.ok()) << crm.status();
  const char* const body = R"({"type": "ticket", "when": "ticket.severity == 'critical'",
                                 "actions": [{"do": "notify", "text": "Call"}]})";
  ASSERT_TRUE(DefineWorkflow(*crm, "critical", body, kAmelie, kNow).ok());
  for (int i = 0; i < 4; ++i) {
    Transaction tx = crm->Begin(kAmelie);
    const RecordRef ticket = tx.Create(
        "ticket", {{"subject", Value::Text("Stopped")}, {"severity", Value::Text("critical")}});
    for (int k = 0; k < 2'000; ++k) tx.Log("attempt", ticket, "", "{}");  // numbers grow
    ASSERT_TRUE(tx.Commit(kNow).ok());
  }
  const auto open = Outbox(*crm);
  const std::vector<Seq> items = SeqsOf(open);
  ASSERT_THAT(items, SizeIs(4));
  ASSERT_TRUE(Acknowledge(*crm, items[0], kAmelie, kNow).ok());
  ASSERT_TRUE(Acknowledge(*crm, items[2], kAmelie, kNow).ok());

  auto writer = store->Write(Seconds(5));
  ASSERT_TRUE(writer.ok());
  const CommitRow head = *(*writer)->Head();
  CommitBatch batch;
  batch.commit = head;
  batch.commit.id = head.id + 1;
  batch.commit.recorded = {head.recorded.micros + 1};
  batch.commit.operation_id = "";
  // The first item's record, the second's, which is not done, and the digits of the third item.
  batch.erase.subjects = {(*open)[0].subject, (*open)[1].subject};
  batch.erase.words = {std::to_string(items[2])};
  ASSERT_GE(batch.erase.words[0].size(), 4u);
  ASSERT_TRUE((*writer)->Apply(batch).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  writer->reset();

  EXPECT_EQ(SeqsOf(Outbox(*crm)), std::vector<Seq>{items[3]});
  EXPECT_THAT(*Outbox(*crm, true), SizeIs(4));
}

TEST(Workflow, TwoThatFeedEachOtherAreRefusedWithTheCommit) {
  Crm crm = OpenMemory();
  for (const auto& [name, when, value] :
       {std::tuple("up", "account.headcount != null && account.headcount % 2 == 0",
                   "account.headcount + 1"),
        std::tuple("down", "account.headcount != null && account.headcount % 2 == 1",
                   "account.headcount + 1")}) {
    const std::string body = std::string(R"({"type": "account", "when": ")") + when +
                             R"(", "actions": [{"do": "set", "field": "headcount", "value": ")" +
                             value + R"("}]})";
    const absl::Status status = DefineWorkflow(crm, name, body, kAmelie, kNow);
    ASSERT_TRUE(status.ok()) << status;
  }
  Transaction tx = crm.Begin(kAmelie);
  tx.Create("account", {{"name", Value::Text("Loop")}, {"headcount", Value::Int(2)}});
  const absl::Status status = tx.Commit(kNow).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(crm.Query("account", "true", At(kNow))->count, 0);
}

TEST(Workflow, OnTimeFiresWhenAdvanceFindsTheConditionTrue) {
  Crm crm = OpenMemory();
  const char* const body = R"json({"type": "account", "on": "time",
      "when": "account.created_at < now - days(10)",
      "actions": [{"do": "notify", "text": "Review"}]})json";
  ASSERT_TRUE(DefineWorkflow(crm, "old", body, kAmelie, kNow).ok());
  Transaction tx = crm.Begin(kAmelie);
  tx.Create("account", {{"name", Value::Text("Acme")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  for (const int days : {5, 11, 12}) ASSERT_TRUE(crm.Advance(kNow + Days(days)).ok());
  EXPECT_THAT(*Outbox(crm), SizeIs(1));
}

// An erasure empties the lines about its subjects and those in which one of its words stands: here
// both names, of a record and of the workflow.
TEST(Workflow, WhatIsDoneByTimeIsNotDoneAgainAfterItsLinesAreErased) {
  std::unique_ptr<Store> owned = NewMemoryStore();
  Store* const store = owned.get();
  absl::StatusOr<Crm> crm = Crm::Open(std::move(owned));
  ASSERT_TRUE(crm.ok()) << crm.status();
  const char* const body =
      R"json({"type": "account", "on": "time", "when": "account.headcount > 10",
      "actions": [{"do": "notify", "text": "Review"}]})json";
  ASSERT_TRUE(DefineWorkflow(*crm, "ask-curie", body, kAmelie, kNow).ok());
  ASSERT_TRUE(DefineWorkflow(*crm, "large", body, kAmelie, kNow).ok());
  std::vector<RecordRef> accounts;
  const auto set = [&](int day, std::vector<int> heads) {
    Transaction tx = crm->Begin(kAmelie);
    for (size_t i = 0; i < heads.size(); ++i) {
      if (accounts.size() == i)
        accounts.push_back(tx.Create("account", {{"name", Value::Text("Acme")}}));
      tx.Update(accounts[i], {{"headcount", Value::Int(heads[i])}});
    }
    EXPECT_TRUE(tx.Commit(kNow + Days(day)).ok());
    EXPECT_TRUE(crm->Advance(kNow + Days(day)).ok());
    return Outbox(*crm, true)->size();
  };
  ASSERT_EQ(set(1, {20, 20, 20, 5}), 6u);
  ASSERT_EQ(set(2, {20, 5, 20, 5}), 6u);  // the second is small again

  auto writer = store->Write(Seconds(5));
  ASSERT_TRUE(writer.ok());
  CommitBatch batch;
  batch.commit = *(*writer)->Head();
  ++batch.commit.id;
  batch.commit.recorded = {batch.commit.recorded.micros + 1};
  batch.commit.operation_id = "";
  batch.erase.subjects = {accounts[0], accounts[1]};
  batch.erase.words = {"curie", "true"};
  ASSERT_TRUE((*writer)->Apply(batch).ok());
  ASSERT_TRUE((*writer)->Commit().ok());
  writer->reset();

  EXPECT_EQ(set(3, {20, 5, 20, 5}), 6u);
  EXPECT_EQ(set(4, {20, 20, 20, 20}), 10u);  // new: the second and the fourth
  EXPECT_EQ(set(5, {5, 20, 20, 20}), 10u);
  EXPECT_EQ(set(6, {20, 20, 20, 20}), 12u);
}

// A condition that comes and goes for years: what has fired is summed up, and goes on from there.
TEST(Workflow, OnTimeGoesOnFromASummaryOfWhatHasFired) {
  Crm crm = OpenMemory();
  const char* const body =
      R"json({"type": "account", "on": "time", "when": "account.headcount > 10",
      "actions": [{"do": "notify", "text": "Review"}]})json";
  ASSERT_TRUE(DefineWorkflow(crm, "large", body, kAmelie, kNow).ok());
  std::vector<RecordRef> accounts;
  Transaction create = crm.Begin(kAmelie);
  for (int i = 0; i < 60; ++i) {
    accounts.push_back(create.Create("account", {{"name", Value::Text("Acme")}}));
  }
  ASSERT_TRUE(create.Commit(kNow).ok());
  std::mt19937_64 random(testing::Seed(72));
  std::vector<bool> large(accounts.size());
  size_t fired = 0;
  for (int day = 1; day <= 60; ++day) {
    Transaction tx = crm.Begin(kAmelie);
    for (size_t i = 0; i < accounts.size(); ++i) {
      const bool now = random() % 2 == 0;
      fired += now && !large[i];
      large[i] = now;
      tx.Update(accounts[i], {{"headcount", Value::Int(now ? 50 : 5)}});
    }
    ASSERT_TRUE(tx.Commit(kNow + Days(day)).ok());
    ASSERT_TRUE(crm.Advance(kNow + Days(day)).ok());
  }
  EXPECT_THAT(*Outbox(crm), SizeIs(fired));
  EXPECT_THAT(*crm.Log("workflow_true", "large"), Not(IsEmpty()));
}

TEST(Membership, AdvanceRecordsWhoEnteredAndWhoLeft) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(
      DefineSegment(
          crm, {"fresh", "account", "account.created_at > now - days(10)", {}, false, {}, "", {}},
          kAmelie, kNow)
          .ok());
  Transaction tx = crm.Begin(kAmelie);
  tx.Create("account", {{"name", Value::Text("Acme")}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  ASSERT_TRUE(crm.Advance(kNow + Days(1)).ok());
  ASSERT_TRUE(crm.Advance(kNow + Days(2)).ok());
  EXPECT_THAT(*crm.Log("membership", "fresh"), SizeIs(1));
  ASSERT_TRUE(crm.Advance(kNow + Days(11)).ok());
  const auto lines = crm.Log("membership", "fresh");
  ASSERT_THAT(*lines, SizeIs(2));
  EXPECT_THAT((*lines)[1].body, HasSubstr("false"));
  EXPECT_TRUE(absl::IsInvalidArgument(crm.Advance(kNow).status()));
}

TEST(Maintenance, AJobIsOverdueUntilItIsRun) {
  Crm crm = OpenMemory();
  ASSERT_TRUE(DefineStarterCalendar(crm, kAmelie, kNow).ok());
  const auto overdue = [&](Timestamp now) {
    int64_t n = 0;
    const absl::StatusOr<std::vector<MaintenanceJob>> jobs = MaintenanceCalendar(crm, now);
    for (const MaintenanceJob& job : *jobs) n += job.overdue ? 1 : 0;
    return n;
  };
  EXPECT_EQ(overdue(kNow + Days(7)), 0);
  EXPECT_EQ(overdue(kNow + Days(8)), 1);
  Transaction tx = crm.Begin(kAmelie);
  for (const char* name : {"Marie", "Marié"}) {
    tx.Create("contact",
              {{"family_name", Value::Text(name)}, {"email", Value::Text("marie@acme.example")}});
  }
  ASSERT_TRUE(tx.Commit(kNow + Days(8)).ok());
  const auto result = RunMaintenance(crm, "duplicates", kAmelie, kNow + Days(8));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(*result, HasSubstr("2 values"));
  EXPECT_EQ(overdue(kNow + Days(9)), 0);
  EXPECT_TRUE(absl::IsNotFound(RunMaintenance(crm, "nothing", kAmelie, kNow).status()));
}

TEST(Report, TextFromTheGraphCannotBecomeMarkup) {
  Crm crm = OpenMemory();
  CreateOpportunity(crm, {{"stage", Value::Text("<script>alert(1)</script>")}});
  const auto html = HtmlReport(crm, At(kNow));
  ASSERT_TRUE(html.ok()) << html.status();
  EXPECT_THAT(*html, ::testing::Not(HasSubstr("<script")));
  EXPECT_THAT(*html, HasSubstr("&lt;script&gt;"));
}

}  // namespace
}  // namespace relata
