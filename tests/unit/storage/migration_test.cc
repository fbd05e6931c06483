// SPDX-License-Identifier: Apache-2.0

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "storage/sqlite/migrations.h"
#include "support/support.h"

namespace relata::internal {
namespace {

std::unique_ptr<Connection> Connect(const std::string& path) {
  Connection::Options options;
  options.path = path;
  options.create = true;
  auto connection = Connection::Open(options);
  EXPECT_TRUE(connection.ok()) << connection.status();
  (*connection)->SetPatience(Seconds(20));
  return *std::move(connection);
}

// Three steps of three statements each; each step leaves one line in a table.
std::vector<MigrationStep> Steps() {
  std::vector<MigrationStep> steps;
  for (int i = 1; i <= 3; ++i) {
    steps.push_back(
        {Concat("step ", i),
         {Concat("CREATE TABLE t", i, "(x)"), Concat("INSERT INTO done VALUES(", i, ")"),
          Concat("INSERT INTO t", i, " SELECT count(*) FROM done")}});
  }
  return steps;
}

void MakeOldFile(const std::string& path) {
  const auto connection = Connect(path);
  ASSERT_TRUE(
      connection
          ->Execute("PRAGMA journal_mode=WAL;CREATE TABLE relata_meta(key TEXT PRIMARY KEY, "
                    "value TEXT);CREATE TABLE done(step)")
          .ok());
}

void ExpectEachStepOnce(const std::string& path) {
  const auto connection = Connect(path);
  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM done"), 3);
  EXPECT_EQ(**connection->QueryInt("SELECT count(DISTINCT step) FROM done"), 3);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(**connection->QueryInt(Concat("SELECT x FROM t", i)), i);
  }
  EXPECT_EQ(*StepOf(*connection, Steps(), path), 3);
}

TEST(Migration, GoesOnAfterAKillAtAnyStatement) {
  const testing::TempDir dir;
  int kills = 0;
  for (int at = 1;; ++at) {
    const std::string path = dir.File(Concat("kill", at, ".db"));
    MakeOldFile(path);
    const pid_t child = fork();
    if (child == 0) {
      int statement = 0;
      const auto connection = Connect(path);
      const bool done = Migrate(*connection, Steps(), path, [&] {
                          if (++statement == at) kill(getpid(), SIGKILL);
                        }).ok();
      _exit(done ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(Migrate(*Connect(path), Steps(), path).ok());
    ExpectEachStepOnce(path);
    if (WIFEXITED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ++kills;
  }
  EXPECT_EQ(kills, 12);  // before each statement, and before each number
}

TEST(Migration, OfSeveralAtOnceEachStepIsTakenByOne) {
  const testing::TempDir dir;
  for (int round = 0; round < 10; ++round) {
    const std::string path = dir.File(Concat("race", round, ".db"));
    MakeOldFile(path);
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
      children.push_back(fork());
      if (children.back() == 0) {
        const auto connection = Connect(path);
        _exit(Migrate(*connection, Steps(), path).ok() ? 0 : 1);
      }
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    ExpectEachStepOnce(path);
  }
}

TEST(Migration, AStepThatFailsLeavesTheFileAtTheOneBefore) {
  const testing::TempDir dir;
  const std::string path = dir.File("fails.db");
  MakeOldFile(path);
  std::vector<MigrationStep> steps = Steps();
  steps[1].statements.push_back("INSERT INTO nowhere VALUES(1)");
  const auto connection = Connect(path);
  const absl::Status status = Migrate(*connection, steps, path);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(std::string(status.message()).find("step 2"), std::string::npos) << status;
  EXPECT_EQ(*StepOf(*connection, steps, path), 1);
  EXPECT_TRUE(Migrate(*connection, Steps(), path).ok());
  ExpectEachStepOnce(path);
}

TEST(Migration, AFileOfTheFirstVersionIsBroughtUpToDate) {
  const testing::TempDir dir;
  const std::string path = dir.File("first.db");
  ASSERT_TRUE(OpenSqliteStore(path).ok());
  ASSERT_TRUE(Connect(path)
                  ->Execute("DROP TABLE relata_migration;DROP TABLE relata_erased_event;"
                            "DELETE FROM relata_meta WHERE key = 'step'")
                  .ok());
  SqliteOptions reading;
  reading.read_only = true;
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenSqliteStore(path, reading).status()));
  ASSERT_TRUE(OpenSqliteStore(path).ok());
  EXPECT_TRUE(OpenSqliteStore(path, reading).ok());
  EXPECT_EQ(**Connect(path)->QueryInt("SELECT count(*) FROM relata_migration"),
            static_cast<int64_t>(Migrations().size()));
}

TEST(Migration, LongLinesOfAnOlderFileAreSetApart) {
  const testing::TempDir dir;
  const std::string path = dir.File("lines.db");
  const std::string longer(kLongBody + 1, 'x');
  {
    const auto store = OpenSqliteStore(path);
    ASSERT_TRUE(store.ok());
    const auto writer = (*store)->Write(Seconds(1));
    ASSERT_TRUE(writer.ok());
    CommitBatch batch;
    batch.commit.id = 1;
    batch.commit.last_seq = 2;
    batch.logs = {{"outbox", 1, {}, "", {1}, longer}, {"outbox", 2, {}, "", {1}, "{}"}};
    ASSERT_TRUE((*writer)->Apply(batch).ok());
    ASSERT_TRUE((*writer)->Commit().ok());
  }
  ASSERT_TRUE(Connect(path)
                  ->Execute(Concat("UPDATE relata_log SET body = ", kLineBody,
                                   ";DROP TABLE relata_log_body;"
                                   "DELETE FROM relata_migration WHERE step > 4;"
                                   "UPDATE relata_meta SET value = '4' WHERE key = 'step'"))
                  .ok());
  const auto store = OpenSqliteStore(path);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(**Connect(path)->QueryInt("SELECT count(*) FROM relata_log_body"), 1);
  EXPECT_EQ(**Connect(path)->QueryInt("SELECT max(length(body)) FROM relata_log"), 2);
  std::vector<std::string> bodies;
  ASSERT_TRUE((*(*store)->Read())
                  ->ScanLog("outbox", 0, "",
                            [&](const LogWrite& line) {
                              bodies.push_back(line.body);
                              return absl::OkStatus();
                            })
                  .ok());
  EXPECT_EQ(bodies, (std::vector<std::string>{longer, "{}"}));
}

TEST(Migration, AFileOfANewerVersionIsRefused) {
  const testing::TempDir dir;
  const std::string path = dir.File("newer.db");
  ASSERT_TRUE(OpenSqliteStore(path).ok());
  ASSERT_TRUE(
      Connect(path)->Execute("UPDATE relata_meta SET value = '999' WHERE key = 'step'").ok());
  const absl::Status status = OpenSqliteStore(path).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_NE(std::string(status.message()).find("newer version"), std::string::npos) << status;
}

}  // namespace
}  // namespace relata::internal
