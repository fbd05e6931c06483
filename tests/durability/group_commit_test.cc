// SPDX-License-Identifier: Apache-2.0
//
// Commits of several threads made durable by one sync, and what a disk that fails to sync does.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "durability/observed_vfs.h"
#include "durability/pairs.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::DiskOp;
using testing::Pairs;
using testing::PairsWritten;

const Timestamp kNow = *ParseTimestamp("2026-03-01T00:00:00Z");
const Actor kSomebody = Actor::User("amelie");

bool IsLog(const DiskOp& op) { return op.file.ends_with("-wal"); }

// A disk on which a sync takes two milliseconds; counts those of the log.
class SlowDisk {
 public:
  explicit SlowDisk(std::string name) : vfs_(std::move(name)) {
    vfs_.SetHook([this](const DiskOp& op) -> int {
      if (op.kind != DiskOp::Kind::kSync || !IsLog(op)) return SQLITE_OK;
      if (fails_) return SQLITE_IOERR_FSYNC;
      ++syncs_;
      std::this_thread::sleep_for(std::chrono::milliseconds(8));
      return SQLITE_OK;
    });
  }
  absl::StatusOr<Crm> Open(const std::string& path, bool group) const {
    SqliteOptions options;
    options.vfs = vfs_.name();
    options.group_commit = group;
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, OpenSqliteStore(path, options));
    return Crm::Open(std::move(store));
  }
  int syncs() const { return syncs_; }
  void Fail(bool fails) { fails_ = fails; }

 private:
  testing::ObservedVfs vfs_;
  std::atomic<int> syncs_{0};
  std::atomic<bool> fails_{false};
};

TEST(GroupCommit, ThreadsShareASyncAndEachIsWholeInOrderAndAnsweredByItself) {
  const uint64_t seed = testing::Seed(41);
  const testing::TempDir dir;
  const auto write = [&](const char* name, bool group) {
    const SlowDisk disk(name);
    return testing::WriteFromAllThreads([&] { return disk.Open(dir.File(name), group); },
                                        [&] { return disk.syncs(); }, /*each=*/40, seed);
  };
  const PairsWritten single = write("single", false);
  const PairsWritten grouped = write("grouped", true);
  EXPECT_GE(single.syncs, single.commits) << "the control syncs each commit";
  EXPECT_LT(grouped.syncs, grouped.commits) << "how much fewer is the machine's affair";
  std::printf(
      "[ FIGURES ] %d threads, a sync of 8 ms: %d commits, %d syncs grouped and %d one by one; "
      "%.2f times as many commits a second\n",
      testing::kPairThreads, grouped.commits, grouped.syncs, single.syncs,
      grouped.commits / grouped.seconds / (single.commits / single.seconds));
}

TEST(GroupCommit, AFailedSyncIsUnknownToWhoWaitsAndNoWriterIsGivenAfterIt) {
  const testing::TempDir dir;
  const std::string path = dir.File("crm.db");
  SlowDisk disk("failing");
  {
    const absl::StatusOr<Crm> crm = disk.Open(path, true);
    ASSERT_TRUE(crm.ok()) << crm.status();
    const Pairs pairs = testing::MakePairs(*crm);
    disk.Fail(true);
    std::vector<absl::Status> outcome(testing::kPairThreads);
    std::vector<std::thread> writers;
    for (size_t t = 0; t < testing::kPairThreads; ++t) {
      writers.emplace_back([&, t] {
        Transaction tx = crm->Begin(kSomebody);
        tx.OperationId(Concat("first-", t));
        tx.Update(pairs.left[t], {{"founded_year", Value::Int(testing::kPairBase + 7)}});
        outcome[t] = tx.Commit(kNow).status();
      });
    }
    for (std::thread& writer : writers) writer.join();
    int unknown = 0;
    for (const absl::Status& status : outcome) {
      unknown += absl::IsUnknown(status) ? 1 : 0;
      EXPECT_TRUE(absl::IsUnknown(status) || absl::IsUnavailable(status)) << status;
    }
    EXPECT_GE(unknown, 1);
    disk.Fail(false);
    Transaction late = crm->Begin(kSomebody);
    late.Update(pairs.left[0], {{"founded_year", Value::Int(testing::kPairBase + 8)}});
    EXPECT_TRUE(absl::IsUnavailable(late.Commit(kNow).status())) << "the disk is not trusted again";
  }
  // Opened again, each operation is found or done, and counts once.
  const absl::StatusOr<Crm> crm = disk.Open(path, true);
  ASSERT_TRUE(crm.ok()) << crm.status();
  for (size_t t = 0; t < testing::kPairThreads; ++t) {
    Transaction tx = crm->Begin(kSomebody);
    tx.OperationId(Concat("first-", t));
    tx.Create("account",
              {{"name", Value::Text("A")}, {"founded_year", Value::Int(testing::kPairBase + 7)}});
    const auto commit = tx.Commit(kNow);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }
  QueryOptions asking;
  asking.now = kNow;
  const auto sevens = crm->Query("account", "account.founded_year == 1507", asking);
  ASSERT_TRUE(sevens.ok()) << sevens.status();
  EXPECT_EQ(sevens->count, testing::kPairThreads);
}

}  // namespace
}  // namespace relata
