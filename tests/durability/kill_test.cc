// SPDX-License-Identifier: Apache-2.0
//
// A writing process killed at random: what it acknowledged is there, nothing is half-applied. This
// cannot see a missing sync (the system keeps what was written); power_loss_test.cc can.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "durability/story.h"
#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using testing::Story;

// In the child: commits for ever and reports each acknowledged commit.
[[noreturn]] void WriteUntilKilled(const std::string& path, int report) {
  SqliteOptions options;
  options.pack_names_from = 16;  // the larger commits pack their names
  auto store = OpenSqliteStore(path, options);
  if (!store.ok()) _exit(1);
  const Story story(60);
  while (true) {
    const auto id = story.Continue(**store);
    if (!id.ok() || write(report, &*id, sizeof(*id)) != sizeof(*id)) _exit(1);
  }
}

// Starts a writer, lets it acknowledge `commits` more and live `longer`, and kills it. Returns the
// last commit it acknowledged.
CommitId RunAndKill(const std::string& path, int commits, std::chrono::microseconds longer,
                    CommitId last) {
  int report[2];
  EXPECT_EQ(pipe(report), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(report[0]);
    WriteUntilKilled(path, report[1]);
  }
  close(report[1]);
  CommitId id = 0;
  for (int i = 0; i < commits && read(report[0], &id, sizeof(id)) == sizeof(id); ++i) last = id;
  std::this_thread::sleep_for(longer);
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  while (read(report[0], &id, sizeof(id)) == sizeof(id)) last = id;
  close(report[0]);
  return last;
}

void KillAgainAndAgain(int kills) {
  constexpr int kFresh = 25;  // kills before the next database, so that checking stays quick
  std::mt19937_64 random(testing::Seed(11));
  CommitId commits = 0;
  for (int done = 0; done < kills;) {
    testing::TempDir dir;
    const std::string path = dir.File("crm.db");
    Story story(60);
    {
      auto store = OpenSqliteStore(path);
      ASSERT_TRUE(store.ok()) << store.status();
      ASSERT_EQ(Story::Begin(**store), absl::OkStatus());
    }
    CommitId acknowledged = 0;
    for (int i = 0; i < kFresh && done < kills; ++i, ++done) {
      const auto longer = std::chrono::microseconds(random() % 6'000);
      acknowledged = RunAndKill(path, static_cast<int>(random() % 4), longer, acknowledged);
      auto store = OpenSqliteStore(path);
      ASSERT_TRUE(store.ok()) << store.status();
      ASSERT_EQ(story.Check(**store, acknowledged), "") << "after kill " << done;
    }
    commits += acknowledged;
  }
  std::printf("[ FIGURES ] %d kills, %lld acknowledged commits, 0 lost, 0 half-applied\n", kills,
              static_cast<long long>(commits));
  EXPECT_GT(commits, kills / 4) << "the writers lived too shortly to prove anything";
}

TEST(KillNine, AcknowledgedCommitsSurviveAndNothingIsHalfApplied) {
  KillAgainAndAgain(RELATA_KILLS);
}

}  // namespace
}  // namespace relata
