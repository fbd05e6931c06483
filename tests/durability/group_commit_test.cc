// SPDX-License-Identifier: Apache-2.0
//
// Commits of several threads made durable by one sync: each whole, in the order of their numbers,
// its error told to its own thread; and what a disk that fails to sync does.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "durability/observed_vfs.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::DiskOp;

constexpr int kThreads = 8;
constexpr int kEach = 40;
constexpr int64_t kBase = 1500;  // a year
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

// Two accounts of each thread, which every commit gives the same number.
struct Pairs {
  std::vector<RecordRef> left;
  std::vector<RecordRef> right;
};

Pairs MakePairs(const Crm& crm) {
  Pairs pairs;
  Transaction tx = crm.Begin(kSomebody);
  for (int t = 0; t < kThreads; ++t) {
    pairs.left.push_back(
        tx.Create("account", {{"name", Value::Text("A")}, {"founded_year", Value::Int(kBase)}}));
    pairs.right.push_back(
        tx.Create("account", {{"name", Value::Text("A")}, {"founded_year", Value::Int(kBase)}}));
  }
  EXPECT_EQ(tx.Commit(kNow).status(), absl::OkStatus());
  for (auto* side : {&pairs.left, &pairs.right}) {
    for (RecordRef& record : *side) record = crm.Resolve(record);
  }
  return pairs;
}

int64_t NumberOf(const Snapshot& view, RecordRef record) {
  const FieldDef* field = view.schema().type(record.type).FindField("founded_year");
  return view.Get(record, field->id).int_value() - kBase;
}

// One thread's commits; a share of them is refused. Gives how many were made.
int Write(const Crm& crm, const Pairs& pairs, int thread, uint64_t seed) {
  std::mt19937_64 random(seed + static_cast<uint64_t>(thread));
  const auto at = static_cast<size_t>(thread);
  int64_t number = 0;
  CommitId last = 0;
  for (int i = 0; i < kEach; ++i) {
    const bool wrong = random() % 4 == 0;
    Transaction tx = crm.Begin(kSomebody);
    tx.Update(pairs.left[at], {{"founded_year", Value::Int(kBase + number + 1)}});
    tx.Update(pairs.right[at], {{"founded_year", Value::Int(kBase + number + 1)}});
    // An account above itself is refused as a circle.
    if (wrong) tx.Update(pairs.left[at], {{"parent", Value::Record(pairs.left[at])}});
    const auto commit = tx.Commit(kNow);
    EXPECT_EQ(commit.ok(), !wrong) << commit.status();
    if (!commit.ok()) {
      EXPECT_TRUE(absl::IsFailedPrecondition(commit.status())) << commit.status();
      continue;
    }
    ++number;
    EXPECT_GT(commit->id, last) << "numbers of one thread ascend";
    last = commit->id;
  }
  return static_cast<int>(number);
}

// Looks at the graph until the writers are done: never half a commit, never one taken back.
void Watch(const Crm& crm, const Pairs& pairs, const std::atomic<bool>& done) {
  std::vector<int64_t> seen(kThreads);
  while (!done) {
    const auto view = crm.View({"account"});
    ASSERT_TRUE(view.ok()) << view.status();
    for (size_t t = 0; t < kThreads; ++t) {
      const int64_t number = NumberOf(**view, pairs.left[t]);
      ASSERT_EQ(number, NumberOf(**view, pairs.right[t]));
      ASSERT_GE(number, seen[t]);
      seen[t] = number;
    }
  }
}

struct Writing {
  int commits = 0;
  int syncs = 0;
  double seconds = 0;
};

Writing WriteFromAllThreads(const std::string& path, bool group, uint64_t seed) {
  SlowDisk disk(group ? "grouped" : "single");
  Writing run;
  Pairs pairs;
  std::vector<int> made(kThreads);
  {
    const absl::StatusOr<Crm> crm = disk.Open(path, group);
    EXPECT_TRUE(crm.ok()) << crm.status();
    if (!crm.ok()) return run;
    pairs = MakePairs(*crm);
    const CommitId first = (*crm->View({"account"}))->commit();
    const int before = disk.syncs();
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<bool> done{false};
    std::thread watcher([&] { Watch(*crm, pairs, done); });
    std::vector<std::thread> writers;
    for (int t = 0; t < kThreads; ++t) {
      writers.emplace_back([&, t] { made[static_cast<size_t>(t)] = Write(*crm, pairs, t, seed); });
    }
    for (std::thread& writer : writers) writer.join();
    done = true;
    watcher.join();
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    run.syncs = disk.syncs() - before;
    for (const int commits : made) run.commits += commits;
    EXPECT_EQ((*crm->View({"account"}))->commit(), first + run.commits) << "numbers without gaps";
  }
  const absl::StatusOr<Crm> again = Crm::Open(path);
  EXPECT_TRUE(again.ok()) << again.status();
  if (!again.ok()) return run;
  const auto view = again->View({"account"});
  for (size_t t = 0; t < kThreads; ++t) {
    EXPECT_EQ(NumberOf(**view, pairs.left[t]), made[t]);
    EXPECT_EQ(NumberOf(**view, pairs.right[t]), made[t]);
  }
  return run;
}

TEST(GroupCommit, ThreadsShareASyncAndEachIsWholeInOrderAndAnsweredByItself) {
  const uint64_t seed = testing::Seed(41);
  const testing::TempDir dir;
  const Writing single = WriteFromAllThreads(dir.File("single.db"), false, seed);
  const Writing grouped = WriteFromAllThreads(dir.File("grouped.db"), true, seed);
  EXPECT_GE(single.syncs, single.commits) << "the control syncs each commit";
  EXPECT_LT(grouped.syncs, grouped.commits) << "how much fewer is the machine's affair";
  std::printf(
      "[ FIGURES ] %d threads, a sync of 8 ms: %d commits, %d syncs grouped and %d one by one; "
      "%.2f times as many commits a second\n",
      kThreads, grouped.commits, grouped.syncs, single.syncs,
      grouped.commits / grouped.seconds / (single.commits / single.seconds));
}

TEST(GroupCommit, AFailedSyncIsUnknownToWhoWaitsAndNoWriterIsGivenAfterIt) {
  const testing::TempDir dir;
  const std::string path = dir.File("crm.db");
  SlowDisk disk("failing");
  {
    const absl::StatusOr<Crm> crm = disk.Open(path, true);
    ASSERT_TRUE(crm.ok()) << crm.status();
    const Pairs pairs = MakePairs(*crm);
    disk.Fail(true);
    std::vector<absl::Status> outcome(kThreads);
    std::vector<std::thread> writers;
    for (size_t t = 0; t < kThreads; ++t) {
      writers.emplace_back([&, t] {
        Transaction tx = crm->Begin(kSomebody);
        tx.OperationId(Concat("first-", t));
        tx.Update(pairs.left[t], {{"founded_year", Value::Int(kBase + 7)}});
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
    late.Update(pairs.left[0], {{"founded_year", Value::Int(kBase + 8)}});
    EXPECT_TRUE(absl::IsUnavailable(late.Commit(kNow).status())) << "the disk is not trusted again";
  }
  // Opened again, each operation is found or done, and counts once.
  const absl::StatusOr<Crm> crm = disk.Open(path, true);
  ASSERT_TRUE(crm.ok()) << crm.status();
  for (size_t t = 0; t < kThreads; ++t) {
    Transaction tx = crm->Begin(kSomebody);
    tx.OperationId(Concat("first-", t));
    tx.Create("account", {{"name", Value::Text("A")}, {"founded_year", Value::Int(kBase + 7)}});
    const auto commit = tx.Commit(kNow);
    EXPECT_TRUE(commit.ok()) << commit.status();
  }
  QueryOptions asking;
  asking.now = kNow;
  const auto sevens = crm->Query("account", "account.founded_year == 1507", asking);
  ASSERT_TRUE(sevens.ok()) << sevens.status();
  EXPECT_EQ(sevens->count, kThreads);
}

}  // namespace
}  // namespace relata
