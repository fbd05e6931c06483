// SPDX-License-Identifier: Apache-2.0
//
// The index of the consent ledger in a SQLite file, and the step that gives it to an older file.

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "storage/event_index.h"
#include "storage/insides.h"
#include "storage/sqlite/migrations.h"
#include "support/support.h"

namespace relata::internal {
namespace {

// Persons of two types with the same rows, a far one, and nobody.
const RecordRef kPersons[] = {{2, 0}, {2, 1}, {2, 7}, {3, 0}, {3, 7}, {2, INT64_MAX}, {}};

std::unique_ptr<Connection> Connect(const std::string& path) {
  Connection::Options options;
  options.path = path;
  auto connection = Connection::Open(options);
  EXPECT_TRUE(connection.ok()) << connection.status();
  (*connection)->SetPatience(Seconds(20));
  return *std::move(connection);
}

void Execute(const std::string& path, const std::string& sql) {
  ASSERT_EQ(Connect(path)->Execute(sql), absl::OkStatus());
}

// A ledger and, by person, the seqs of the lines in it.
class Ledger {
 public:
  explicit Ledger(std::string path, uint64_t seed) : path_(std::move(path)), random_(seed) {}

  // One commit of `count` lines in `parts` parts.
  void Write(size_t count, size_t parts = 1) {
    auto store = OpenSqliteStore(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    auto writer = (*store)->Write(Seconds(5));
    ASSERT_TRUE(writer.ok());
    ASSERT_EQ((*writer)->Prepare({}), absl::OkStatus());
    for (size_t part = 0; part < parts; ++part) {
      CommitBatch batch;
      for (size_t i = 0; i < count / parts; ++i) {
        seq_ += 1 + static_cast<Seq>(random_() % 3);
        const RecordRef person = kPersons[random_() % std::size(kPersons)];
        lines_[person].push_back(seq_);
        batch.ledger.push_back({seq_, person, {}, {seq_}, Concat("line ", seq_)});
      }
      if (part + 1 == parts) {
        batch.commit.id = ++commit_;
        batch.commit.last_seq = seq_;
      }
      ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
      if (part == 0) ExpectAllFound(**writer);
    }
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  }

  void ExpectAllFound() {
    auto store = OpenSqliteStore(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto reader = *(*store)->Read();
    ExpectAllFound(*reader);
  }

  // What an audit of the insides finds wrong.
  std::vector<std::string> Wrong() {
    auto store = OpenSqliteStore(path_);
    const auto reader = *(*store)->Read();
    std::vector<std::string> wrong;
    EXPECT_EQ(dynamic_cast<StoreInsides&>(*reader).CheckInsides(
                  [&](const std::string& where, std::string_view) { wrong.push_back(where); }),
              absl::OkStatus());
    return wrong;
  }

  Seq middle() const { return seq_ / 2; }

 private:
  void ExpectAllFound(StoreReader& reader) {
    for (const RecordRef person : kPersons) {
      for (const Seq since : {Seq{0}, middle(), seq_}) {
        std::vector<Seq> expected;
        for (const Seq seq : lines_[person]) {
          if (seq > since) expected.push_back(seq);
        }
        std::vector<Seq> found;
        ASSERT_EQ(reader.ScanLedger(since, person,
                                    [&](const LedgerWrite& line) {
                                      EXPECT_EQ(line.person, person);
                                      EXPECT_EQ(line.body, Concat("line ", line.seq));
                                      found.push_back(line.seq);
                                      return absl::OkStatus();
                                    }),
                  absl::OkStatus());
        ASSERT_EQ(found, expected) << "person " << person.type << "/" << person.row;
      }
    }
  }

  const std::string path_;
  std::mt19937_64 random_;
  std::map<RecordRef, std::vector<Seq>> lines_;
  Seq seq_ = 0;
  CommitId commit_ = 0;
};

int64_t Count(const std::string& path, const std::string& what) {
  return **Connect(path)->QueryInt("SELECT count(*) FROM " + what);
}

constexpr char kRuns[] = "relata_event_run WHERE type = 65535";
constexpr char kIndex[] = "sqlite_schema WHERE name = 'relata_ledger_person'";

// Makes the file one of before the step: with the index that it takes the place of.
void MakeOld(const std::string& path) {
  Execute(path,
          "CREATE INDEX relata_ledger_person ON relata_ledger(person_type, person);"
          "DELETE FROM relata_event_run WHERE type = 65535;"
          "DELETE FROM relata_event_block WHERE type = 65535;"
          "DELETE FROM relata_migration WHERE step > 3;"
          "UPDATE relata_meta SET value = '3' WHERE key = 'step'");
}

TEST(LedgerIndex, FindsAPersonsLinesInRunsAndTail) {
  const uint64_t seed = testing::Seed(11);
  std::mt19937_64 random(seed);
  const testing::TempDir dir;
  const std::string path = dir.File("crm.db");
  Ledger ledger(path, seed);
  for (int commit = 0; commit < 25; ++commit) {
    ledger.Write(random() % 3 == 0 ? random() % 6'000 : random() % 200, 1 + random() % 3);
    ledger.ExpectAllFound();
  }
  EXPECT_GT(Count(path, kRuns), 0);
  EXPECT_LT(Count(path, kRuns), 12);
  EXPECT_EQ(Count(path, kIndex), 0);
  EXPECT_TRUE(ledger.Wrong().empty());
}

TEST(LedgerIndex, TakesLinesInOrderOnly) {
  const testing::TempDir dir;
  auto store = OpenSqliteStore(dir.File("crm.db"));
  ASSERT_TRUE(store.ok()) << store.status();
  auto writer = *(*store)->Write(Seconds(5));
  CommitBatch part;
  part.ledger = {{2, {2, 1}, {}, {1}, "a"}};
  ASSERT_EQ(writer->Apply(part), absl::OkStatus());
  part.ledger[0].seq = 1;
  EXPECT_TRUE(absl::IsInvalidArgument(writer->Apply(part)));
}

TEST(LedgerIndex, WhatContradictsTheLedgerIsFound) {
  const std::pair<const char*, const char*> cases[] = {
      {"a damaged block", "UPDATE relata_event_block SET entries = x'85' WHERE type = 65535"},
      {"a block that is gone", "DELETE FROM relata_event_block WHERE type = 65535"},
      {"a run that is gone", "DELETE FROM relata_event_run WHERE run = 1"},
      {"a line of somebody else",
       "UPDATE relata_ledger SET person = 9 WHERE seq = (SELECT min(seq) FROM "
       "relata_ledger)"},
      {"a line that is gone",
       "DELETE FROM relata_ledger WHERE seq = (SELECT min(seq) FROM relata_ledger)"},
  };
  for (const auto& [name, sql] : cases) {
    const testing::TempDir dir;
    Ledger ledger(dir.File("crm.db"), 5);
    ledger.Write(2'000);
    EXPECT_TRUE(ledger.Wrong().empty()) << name;
    Execute(dir.File("crm.db"), sql);
    EXPECT_FALSE(ledger.Wrong().empty()) << name;
  }
}

TEST(LedgerIndex, AnOlderFileIsIndexedWhenItIsOpened) {
  const testing::TempDir dir;
  for (const size_t lines : {size_t{0}, size_t{40}, size_t{30'000}}) {
    const std::string path = dir.File(Concat(lines, ".db"));
    Ledger ledger(path, 7);
    ledger.Write(lines);
    MakeOld(path);
    SqliteOptions reading;
    reading.read_only = true;
    EXPECT_TRUE(absl::IsFailedPrecondition(OpenSqliteStore(path, reading).status()));
    ledger.ExpectAllFound();
    EXPECT_EQ(Count(path, kRuns) > 0, lines > 1'000);
    EXPECT_EQ(Count(path, kIndex), 0);
    EXPECT_TRUE(ledger.Wrong().empty());
    EXPECT_TRUE(OpenSqliteStore(path, reading).ok());
    ledger.Write(3'000);
    ledger.ExpectAllFound();
  }
}

TEST(LedgerIndex, IndexingGoesOnAfterAKillAtAnyStatement) {
  const testing::TempDir dir;
  int kills = 0;
  for (int at = 1;; ++at) {
    const std::string path = dir.File(Concat("kill", at, ".db"));
    Ledger ledger(path, 9);
    ledger.Write(3'000);
    MakeOld(path);
    const pid_t child = fork();
    if (child == 0) {
      int statement = 0;
      const bool done = Migrate(*Connect(path), Migrations().first(4), path, [&] {
                          if (++statement == at) kill(getpid(), SIGKILL);
                        }).ok();
      _exit(done ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ledger.ExpectAllFound();
    EXPECT_TRUE(ledger.Wrong().empty());
    if (WIFEXITED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ++kills;
  }
  EXPECT_EQ(kills, 4);  // before the indexing, before each statement, and before the number
}

}  // namespace
}  // namespace relata::internal
