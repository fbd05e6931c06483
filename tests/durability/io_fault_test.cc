// SPDX-License-Identifier: Apache-2.0
//
// The nth disk operation fails, once or from then on: the error is clean, what was acknowledged
// stays, and once the disk works again the story goes on.

#include <cstdio>
#include <string>

#include "durability/observed_vfs.h"
#include "durability/story.h"
#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using testing::DiskOp;
using testing::Story;

struct Scenario {
  const char* name;
  int code;
  bool for_ever;
  bool writes_only;
};

constexpr Scenario kScenarios[] = {
    {"EIO once", SQLITE_IOERR, false, false},
    {"EIO for ever", SQLITE_IOERR, true, false},
    {"disk full once", SQLITE_FULL, false, true},
    {"disk full for ever", SQLITE_FULL, true, true},
};

// A code that fits the operation: SQLite tells reads, writes and syncs apart.
int CodeFor(const Scenario& s, DiskOp::Kind kind) {
  if (s.code == SQLITE_FULL) return SQLITE_FULL;
  switch (kind) {
    case DiskOp::Kind::kOpen:
      return SQLITE_CANTOPEN;
    case DiskOp::Kind::kRead:
      return SQLITE_IOERR_READ;
    case DiskOp::Kind::kWrite:
      return SQLITE_IOERR_WRITE;
    case DiskOp::Kind::kTruncate:
      return SQLITE_IOERR_TRUNCATE;
    case DiskOp::Kind::kSync:
      return SQLITE_IOERR_FSYNC;
    default:
      return SQLITE_IOERR_DELETE;
  }
}

// Opens, writes three commits and closes with the nth operation failing. True when n was reached.
bool RunWithFault(const Scenario& scenario, int n) {
  testing::TempDir dir;
  const std::string path = dir.File("crm.db");
  {
    auto store = OpenSqliteStore(path);
    EXPECT_TRUE(store.ok() && Story::Begin(**store).ok());
  }
  testing::ObservedVfs vfs("faulty");
  int count = 0;
  vfs.SetHook([&](const DiskOp& op) -> int {
    const bool counted = !scenario.writes_only || op.kind == DiskOp::Kind::kWrite;
    if (!counted || ++count < n) return SQLITE_OK;
    return scenario.for_ever || count == n ? CodeFor(scenario, op.kind) : SQLITE_OK;
  });
  SqliteOptions options;
  options.vfs = vfs.name();
  options.pack_names_from = 16;  // the larger commits pack their names
  Story story(40);
  CommitId acknowledged = 0;
  if (auto store = OpenSqliteStore(path, options); store.ok()) {
    for (int i = 0; i < 6; ++i) {
      const auto id = story.Continue(**store);
      if (id.ok()) acknowledged = *id;
    }
  }
  const bool reached = count >= n;
  vfs.SetHook(nullptr);
  auto store = OpenSqliteStore(path);
  EXPECT_TRUE(store.ok()) << scenario.name << " at " << n << ": " << store.status();
  if (!store.ok()) return false;
  EXPECT_EQ(story.Check(**store, acknowledged), "") << scenario.name << " at " << n;
  const auto next = story.Continue(**store);
  EXPECT_TRUE(next.ok()) << scenario.name << " at " << n << ": " << next.status();
  EXPECT_EQ(story.Check(**store, next.value_or(0)), "") << scenario.name << " at " << n;
  return reached;
}

TEST(IoFault, EveryFailingOperationGivesACleanErrorAndARetryThatWorks) {
  for (const Scenario& scenario : kScenarios) {
    int n = 1;
    int tried = 0;
    for (; !::testing::Test::HasFailure() && RunWithFault(scenario, n); n += RELATA_FAULT_STEP) {
      ++tried;
    }
    if (::testing::Test::HasFailure()) return;
    std::printf("[ FIGURES ] %s: tried at %d places, 0 violations\n", scenario.name, tried);
    EXPECT_GT(tried * RELATA_FAULT_STEP, 20) << scenario.name;
  }
}

}  // namespace
}  // namespace relata
