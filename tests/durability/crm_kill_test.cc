// SPDX-License-Identifier: Apache-2.0
//
// Two processes commit through Crm to one file and are killed at random. Every acknowledged
// operation is there exactly once, replaying it says so, and each commit is there whole.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;

OpenOptions Options() {
  OpenOptions options;
  options.ids = NewRandomIds();
  options.patience = Seconds(60);
  return options;
}

std::string OperationOf(int round, int writer, int64_t n) {
  return Concat("round ", round, " writer ", writer, " operation ", n);
}

// A contact with a visit and an entry in a log, all named after the operation.
absl::StatusOr<Commit> CommitOperation(const Crm& crm, const std::string& operation) {
  Transaction tx = crm.Begin(Actor::System("writer"));
  const RecordRef contact = tx.Create("contact", {{"family_name", Value::Text(operation)}});
  tx.Append("page_view", contact, {1'000'000}, {{"path", Value::Text(operation)}});
  tx.Log("outbox", contact, operation, "{}");
  tx.OperationId(operation);
  return tx.Commit({1'800'000'000'000'000});
}

[[noreturn]] void WriteUntilKilled(const std::string& path, int round, int writer, int report) {
  auto crm = Crm::Open(path, Options());
  if (!crm.ok()) _exit(1);
  for (int64_t n = 0;; ++n) {
    const auto commit = CommitOperation(*crm, OperationOf(round, writer, n));
    if (!commit.ok() || write(report, &n, sizeof(n)) != sizeof(n)) _exit(1);
  }
}

struct Writer {
  pid_t process = 0;
  int report = 0;
};

Writer Start(const std::string& path, int round, int writer) {
  int report[2];
  EXPECT_EQ(pipe(report), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(report[0]);
    WriteUntilKilled(path, round, writer, report[1]);
  }
  close(report[1]);
  return {child, report[0]};
}

// Kills the writer and adds what it acknowledged to `operations`.
void Stop(const Writer& writer, int round, int number, std::set<std::string>& operations) {
  kill(writer.process, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(writer.process, &status, 0), writer.process);
  EXPECT_TRUE(WIFSIGNALED(status)) << "a writer ended by itself";
  int64_t n = 0;
  while (read(writer.report, &n, sizeof(n)) == sizeof(n)) {
    operations.insert(OperationOf(round, number, n));
  }
  close(writer.report);
}

std::multiset<std::string> Texts(StoreReader& reader, const Schema& schema, const char* type_name,
                                 const char* field_name) {
  const TypeDef& type = *schema.Find(type_name);
  std::multiset<std::string> texts;
  const ScanSpec spec{type.id, {type.FindField(field_name)->id}, 0, INT64_MAX, std::nullopt, {}};
  const auto add = [&](const std::vector<Column>& columns) {
    for (size_t i = 0; i < columns[0].size(); ++i) texts.emplace(columns[0].Text(i));
    return absl::OkStatus();
  };
  const absl::Status status =
      type.event
          ? reader.ScanEvents(spec, [&](const EventRows& rows) { return add(rows.columns); })
          : reader.ScanRecords(spec, [&](const RecordRows& rows) { return add(rows.columns); });
  EXPECT_EQ(status, absl::OkStatus());
  return texts;
}

// Each operation id in the store has its contact, its visit and its log line, and nothing else is
// there.
void CheckWhole(const std::string& path, const Schema& schema,
                const std::set<std::string>& acknowledged) {
  auto store = OpenSqliteStore(path);
  ASSERT_TRUE(store.ok()) << store.status();
  auto reader = (*store)->Read();
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::multiset<std::string> committed;
  CommitId commits = 0;
  ASSERT_EQ((*reader)->ScanCommits(0,
                                   [&](const CommitRow& row) {
                                     EXPECT_EQ(row.id, ++commits);
                                     committed.insert(row.operation_id);
                                     return absl::OkStatus();
                                   }),
            absl::OkStatus());
  std::multiset<std::string> logged;
  ASSERT_EQ((*reader)->ScanLog("outbox", 0, "",
                               [&](const LogWrite& line) {
                                 logged.insert(line.key);
                                 return absl::OkStatus();
                               }),
            absl::OkStatus());
  EXPECT_EQ(Texts(**reader, schema, "contact", "family_name"), committed);
  EXPECT_EQ(Texts(**reader, schema, "page_view", "path"), committed);
  EXPECT_EQ(logged, committed);
  for (const std::string& operation : acknowledged) EXPECT_EQ(committed.count(operation), 1u);
}

TEST(CrmKillNine, TwoKilledWritersLeaveEveryAcknowledgedOperationOnceAndWhole) {
  std::mt19937_64 random(testing::Seed(31));
  testing::TempDir dir;
  const std::string path = dir.File("crm.db");
  std::set<std::string> acknowledged;
  for (int round = 0; round < RELATA_CRM_KILLS / 2 && !::testing::Test::HasFailure(); ++round) {
    const Writer first = Start(path, round, 1);
    const Writer second = Start(path, round, 2);
    // Until the first has acknowledged something, then a little more.
    int64_t n = 0;
    if (random() % 4 != 0 && read(first.report, &n, sizeof(n)) == sizeof(n)) {
      acknowledged.insert(OperationOf(round, 1, n));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    Stop(first, round, 1, acknowledged);
    Stop(second, round, 2, acknowledged);

    auto crm = Crm::Open(path, Options());
    ASSERT_TRUE(crm.ok()) << crm.status();
    CheckWhole(path, *crm->schema(), acknowledged);
    if (acknowledged.empty()) continue;
    const auto replayed = CommitOperation(*crm, *acknowledged.rbegin());
    ASSERT_TRUE(replayed.ok()) << replayed.status();
    EXPECT_TRUE(replayed->replayed);
    EXPECT_EQ(replayed->created, 1);
  }
  std::printf("[ FIGURES ] %d kills, %zu acknowledged operations, 0 lost, 0 doubled\n",
              RELATA_CRM_KILLS, acknowledged.size());
  EXPECT_GT(acknowledged.size(), RELATA_CRM_KILLS / 10u);
}

}  // namespace
}  // namespace relata
