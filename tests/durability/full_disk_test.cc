// SPDX-License-Identifier: Apache-2.0
//
// A file system that is really full: a small one in memory, filled up to a few pages by another
// file. Commits are refused with ResourceExhausted, what was acknowledged stays, and once there is
// room the story goes on. Mounting needs a right that not every machine gives; the test says so.

#include <sys/mount.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "base/strings.h"
#include "durability/story.h"
#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::Story;

class SmallDisk {
 public:
  explicit SmallDisk(int kilobytes) {
    const std::string options = Concat("size=", kilobytes, "k");
    if (mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, options.c_str()) != 0) error_ = errno;
  }
  ~SmallDisk() {
    if (error_ == 0) umount2(dir_.path().c_str(), MNT_DETACH);
  }
  int error() const { return error_; }
  std::string File(const char* name) const { return dir_.File(name); }

  // Takes all room but `kilobytes`.
  void FillUpTo(int kilobytes) {
    const auto space = std::filesystem::space(dir_.path());
    const auto left = static_cast<int64_t>(space.available) - int64_t{kilobytes} * 1024;
    std::ofstream ballast(File("ballast"), std::ios::binary);
    for (int64_t i = 0; i < left / 4096; ++i) ballast << std::string(4096, 'x');
  }
  void MakeRoom() { std::filesystem::remove(File("ballast")); }

 private:
  testing::TempDir dir_;
  int error_ = 0;
};

// How many commits fitted; -1 after a failure.
int FillAndGoOn(int kilobytes) {
  SmallDisk disk(24'000);
  EXPECT_EQ(disk.error(), 0) << std::strerror(disk.error());
  SqliteOptions options;
  options.pack_names_from = 16;
  const std::string path = disk.File("crm.db");
  Story story(40);
  CommitId acknowledged = 0;
  int fitted = 0;
  {
    auto store = OpenSqliteStore(path, options);
    EXPECT_TRUE(store.ok() && Story::Begin(**store).ok());
    if (!store.ok()) return -1;
    for (int i = 0; i < 3; ++i) acknowledged = story.Continue(**store).value_or(0);
    disk.FillUpTo(kilobytes);
    for (int refused = 0; refused < 3;) {
      const auto id = story.Continue(**store);
      if (id.ok()) {
        acknowledged = *id;
        ++fitted;
        continue;
      }
      ++refused;
      EXPECT_TRUE(absl::IsResourceExhausted(id.status())) << id.status();
    }
    EXPECT_EQ(story.Check(**store, acknowledged), "") << kilobytes << " kB, while it was full";
  }
  // Another process comes while there is no room: it may be refused, and changes nothing.
  if (auto other = OpenSqliteStore(path, options); other.ok()) {
    EXPECT_EQ(story.Check(**other, acknowledged), "") << kilobytes << " kB, opened while full";
  }
  disk.MakeRoom();
  auto store = OpenSqliteStore(path, options);
  EXPECT_TRUE(store.ok()) << store.status();
  if (!store.ok()) return -1;
  EXPECT_EQ(story.Check(**store, acknowledged), "") << kilobytes << " kB";
  for (int i = 0; i < 5; ++i) {
    const auto next = story.Continue(**store);
    EXPECT_TRUE(next.ok()) << kilobytes << " kB: " << next.status();
    acknowledged = next.value_or(0);
  }
  EXPECT_EQ(story.Check(**store, acknowledged), "") << kilobytes << " kB, going on";
  return ::testing::Test::HasFailure() ? -1 : fitted;
}

TEST(FullDisk, RefusesCleanlyLosesNothingAndGoesOnWhenThereIsRoom) {
  if (const int error = SmallDisk(64).error(); error != 0) {
    GTEST_SKIP() << "no small file system can be mounted here: " << std::strerror(error);
  }
  int tried = 0;
  int commits = 0;
  for (int kilobytes = 0; kilobytes <= 1'200; kilobytes += RELATA_FULL_DISK_STEP) {
    const int fitted = FillAndGoOn(kilobytes);
    if (fitted < 0) return;
    ++tried;
    commits += fitted;
  }
  std::printf("[ FIGURES ] full at %d fillings, %d commits before, 0 lost, 0 half-applied\n", tried,
              commits);
  EXPECT_GT(commits, 0);
}

}  // namespace
}  // namespace relata
