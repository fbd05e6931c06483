// SPDX-License-Identifier: Apache-2.0
//
// Simulated power loss. The writes and syncs of a story of commits are recorded; then for a crash
// after any operation the disk is rebuilt, where of everything written to a file since its last
// sync each sector is kept or lost at random, and the database found there is opened and compared.
// With syncs turned off the same test must find losses, or it would prove nothing.

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/strings.h"
#include "durability/observed_vfs.h"
#include "durability/story.h"
#include "gtest/gtest.h"
#include "relata/storage/group_commit.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using Durability = SqliteOptions::Durability;
using internal::Concat;
using testing::DiskOp;
using testing::Story;

constexpr int kCommits = 60;
constexpr int kBulk = 120;
constexpr size_t kSector = 512;

// One operation as recorded, or (file empty) the acknowledgement of a commit.
struct Recorded {
  DiskOp::Kind kind = DiskOp::Kind::kOpen;
  std::string file;
  int64_t offset = 0;
  std::string data;
  CommitId acknowledged = 0;
};

// What one file holds after a power loss is `durable` with some of `pending` done.
struct DiskFile {
  std::string durable;
  std::vector<const Recorded*> pending;
};

void Do(const Recorded& op, std::string& content) {
  const auto offset = static_cast<size_t>(op.offset);
  if (op.kind == DiskOp::Kind::kTruncate) {
    content.resize(offset);
    return;
  }
  if (content.size() < offset + op.data.size()) content.resize(offset + op.data.size());
  content.replace(offset, op.data.size(), op.data);
}

// The file as a crash may leave it: a write is kept, lost, or torn between sectors.
std::string Crashed(const DiskFile& file, std::mt19937_64& random) {
  std::string content = file.durable;
  for (const Recorded* op : file.pending) {
    const auto fate = random() % 5;
    if (fate < 2) continue;
    if (fate < 4 || op->kind == DiskOp::Kind::kTruncate) {
      Do(*op, content);
      continue;
    }
    for (size_t from = 0; from < op->data.size(); from += kSector) {
      if (random() % 2 == 0) continue;
      Recorded sector{DiskOp::Kind::kWrite, "", op->offset + static_cast<int64_t>(from),
                      op->data.substr(from, kSector), 0};
      Do(sector, content);
    }
  }
  return content;
}

struct Trace {
  std::map<std::string, std::string> before;  // the durable files when recording began
  std::vector<Recorded> ops;
};

bool IsShared(std::string_view file) {
  return file.size() > 4 && file.substr(file.size() - 4) == "-shm";
}

// How commits are promised: each when it is written, or only when a group of them is settled.
enum class Promise { kEach, kSettled, kUnsettled };

Trace Record(Durability durability, Promise promise, const std::string& path) {
  Trace trace;
  testing::ObservedVfs vfs("observed");
  SqliteOptions options;
  options.vfs = vfs.name();
  options.durability = durability;
  options.group_commit = promise != Promise::kEach;
  options.pack_names_from = 16;  // the larger commits pack their names
  {
    auto store = OpenSqliteStore(path, options);
    EXPECT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(Story::Begin(**store), absl::OkStatus());
  }
  trace.before[path] = testing::ReadFile(path);
  vfs.SetHook([&](const DiskOp& op) {
    if (op.kind != DiskOp::Kind::kRead && !IsShared(op.file)) {
      trace.ops.push_back({op.kind, std::string(op.file), op.offset, std::string(op.data), 0});
    }
    return SQLITE_OK;
  });
  const Story story(kBulk);
  auto store = OpenSqliteStore(path, options);
  EXPECT_TRUE(store.ok()) << store.status();
  for (int i = 0; i < kCommits; ++i) {
    const auto id = story.Continue(**store);
    EXPECT_TRUE(id.ok()) << id.status();
    if (promise == Promise::kSettled) {
      if (i % 3 != 2) continue;  // two more wait for the same sync
      EXPECT_EQ(dynamic_cast<GroupCommitStore&>(**store).Settle(), absl::OkStatus());
    }
    trace.ops.push_back({DiskOp::Kind::kSync, "", 0, "", id.value_or(0)});
  }
  vfs.SetHook(nullptr);
  const auto in_database = [&](const Recorded& op) {
    return op.kind == DiskOp::Kind::kWrite && op.file == path;
  };
  EXPECT_TRUE(std::any_of(trace.ops.begin(), trace.ops.end(), in_database))
      << "the story is too short to reach a checkpoint";
  return trace;
}

struct Verdict {
  int states = 0;
  int lost = 0;
  int half_applied = 0;
  int corrupt = 0;
};

// The database as found on the crashed disk.
void Judge(const std::map<std::string, DiskFile>& disk, const std::string& path, CommitId promised,
           Story& story, std::mt19937_64& random, Verdict& verdict) {
  testing::TempDir dir;
  const std::string found = dir.File("crm.db");
  for (const auto& [name, file] : disk) {
    testing::WriteFile(found + name.substr(path.size()), Crashed(file, random));
  }
  SqliteOptions options;
  options.create = false;
  options.durability = Durability::kNone;
  ++verdict.states;
  auto store = OpenSqliteStore(found, options);
  const std::string wrong = store.ok() ? story.Check(**store, promised) : "failed";
  if (wrong.empty()) return;
  if (wrong.starts_with("lost")) {
    ++verdict.lost;
  } else if (wrong.starts_with("half")) {
    ++verdict.half_applied;
  } else {
    ++verdict.corrupt;
  }
}

// A crash after about `wanted` of the recorded operations.
Verdict Replay(const Trace& trace, const std::string& path, int wanted, uint64_t seed) {
  std::mt19937_64 random(seed);
  Story story(kBulk);
  std::map<std::string, DiskFile> disk;
  for (const auto& [name, content] : trace.before) disk[name].durable = content;
  CommitId promised = 0;
  Verdict verdict;
  for (const Recorded& op : trace.ops) {
    if (op.file.empty()) {
      promised = op.acknowledged;
    } else if (op.kind == DiskOp::Kind::kDelete) {
      disk.erase(op.file);
    } else {
      DiskFile& file = disk[op.file];
      if (op.kind == DiskOp::Kind::kSync) {
        for (const Recorded* pending : file.pending) Do(*pending, file.durable);
        file.pending.clear();
      } else if (op.kind != DiskOp::Kind::kOpen) {
        file.pending.push_back(&op);
      }
    }
    // Every acknowledgement is a moment of truth; of the other operations a share is tried.
    const bool chosen = random() % trace.ops.size() < static_cast<size_t>(wanted);
    if (op.file.empty() || chosen) Judge(disk, path, promised, story, random, verdict);
  }
  return verdict;
}

Verdict PowerLoss(Durability durability, int states, const char* name,
                  Promise promise = Promise::kEach) {
  const uint64_t seed = testing::Seed(21);
  testing::TempDir dir;
  const std::string path = dir.File("crm.db");
  const Trace trace = Record(durability, promise, path);
  const Verdict v = Replay(trace, path, states, seed);
  std::printf(
      "[ FIGURES ] %s: %zu operations, %d crash states, %d lost, %d half-applied, %d corrupt\n",
      name, trace.ops.size(), v.states, v.lost, v.half_applied, v.corrupt);
  return v;
}

TEST(PowerLoss, FullDurabilityLosesNothing) {
  const Verdict v = PowerLoss(Durability::kFull, RELATA_CRASH_STATES, "full");
  EXPECT_GE(v.states, kCommits);
  EXPECT_EQ(v.lost, 0);
  EXPECT_EQ(v.half_applied, 0);
  EXPECT_EQ(v.corrupt, 0);
}

TEST(PowerLoss, SettledGroupsOfCommitsLoseNothing) {
  const Verdict v = PowerLoss(Durability::kFull, RELATA_CRASH_STATES, "grouped", Promise::kSettled);
  EXPECT_GE(v.states, kCommits / 3);
  EXPECT_EQ(v.lost, 0);
  EXPECT_EQ(v.half_applied, 0);
  EXPECT_EQ(v.corrupt, 0);
}

TEST(PowerLoss, GroupedCommitsThatAreNotSettledMayBeLostButNoneByHalf) {
  const Verdict v =
      PowerLoss(Durability::kFull, RELATA_CRASH_STATES, "not settled", Promise::kUnsettled);
  EXPECT_GT(v.lost, 0) << "the control found no loss, so the simulation proves nothing";
  EXPECT_EQ(v.half_applied, 0);
  EXPECT_EQ(v.corrupt, 0);
}

TEST(PowerLoss, NormalDurabilityMayLoseTheLastCommitsButKeepsTheRestWhole) {
  const Verdict v = PowerLoss(Durability::kNormal, RELATA_CRASH_STATES, "normal");
  EXPECT_GT(v.lost, 0) << "the control found no loss, so the simulation proves nothing";
  EXPECT_EQ(v.half_applied, 0);
  EXPECT_EQ(v.corrupt, 0);
}

TEST(PowerLoss, WithoutSyncsTheSimulationFindsDamage) {
  const Verdict v = PowerLoss(Durability::kNone, RELATA_CRASH_STATES, "none");
  EXPECT_GT(v.lost, 0);
  EXPECT_GT(v.lost + v.half_applied + v.corrupt, v.states / 10);
}

}  // namespace
}  // namespace relata
