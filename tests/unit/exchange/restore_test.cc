// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/restore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/strings.h"
#include "engine/open_store.h"
#include "relata/relata.h"
#include "storage/postgres/staging.h"
#include "support/postgres.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Timestamp kNow = *ParseTimestamp("2026-07-10T09:00:00Z");
const Actor kSomebody = Actor::User("amelie");

void Sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
}

class Kept : public ::testing::Test {
 protected:
  Kept() : path_(dir_.File("crm.db")) {
    Crm crm = *Crm::Open(path_);
    Add(crm, 20);
  }

  static void Add(Crm& crm, int people) {
    Transaction tx = crm.Begin(kSomebody);
    for (int i = 0; i < people; ++i) {
      const RecordRef person = tx.Create("contact", {{"family_name", Value::Text(Concat("n", i))}});
      tx.Append("page_view", person, kNow, {{"path", Value::Text("/")}});
    }
    const auto commit = tx.Commit(kNow);
    ASSERT_TRUE(commit.ok()) << commit.status();
  }

  static int64_t People(const std::string& path) {
    const auto crm = Crm::Open(path);
    EXPECT_TRUE(crm.ok()) << crm.status();
    return crm.ok() ? PeopleOf(*crm) : -1;
  }
  static int64_t PeopleOf(const Crm& crm) {
    QueryOptions asking;
    asking.now = kNow;
    return crm.Query("contact", "true", asking)->count;
  }

  std::vector<Issue> Findings() {
    const auto report = VerifyDatabase(path_, {});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->issues : std::vector<Issue>();
  }

  const testing::TempDir dir_;
  const std::string path_;
};

TEST_F(Kept, ABackupIsRestoredVerifiedAndRecorded) {
  const std::string backup = dir_.File("crm.backup");
  const auto report = BackupDatabase(path_, backup, {}, kSomebody, kNow);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->commit, 1);
  {
    Crm crm = *Crm::Open(path_);
    Add(crm, 5);
    EXPECT_THAT(*crm.Log("maintenance", "backup"), SizeIs(1));
  }
  RestoreRequest request{backup, dir_.File("again.db"), false, nullptr};
  request.prepare = [](Crm& copy) -> absl::StatusOr<std::string> {
    EXPECT_FALSE(copy.Definitions("catalogue").empty());
    return std::string("2 erased");
  };
  const auto restored = RestoreDatabase(request, {}, kSomebody, kNow);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->verified.records, 20);
  EXPECT_EQ(People(request.to), 20);
  const Crm copy = *Crm::Open(request.to);
  const auto jobs = copy.Log("maintenance", "restore");
  ASSERT_THAT(*jobs, SizeIs(1));
  EXPECT_THAT(jobs->front().body, HasSubstr("2 erased"));
  EXPECT_TRUE(VerifyDatabase(request.to, {})->ok());
}

TEST_F(Kept, NothingIsLeftOfARestoreThatFails) {
  const std::string backup = dir_.File("crm.backup");
  ASSERT_TRUE(BackupDatabase(path_, backup, {}, kSomebody, kNow).ok());
  RestoreRequest request{backup, path_, false, nullptr};
  EXPECT_TRUE(absl::IsAlreadyExists(RestoreDatabase(request, {}, kSomebody, kNow).status()));
  request.replace = true;
  request.prepare = [](Crm&) -> absl::StatusOr<std::string> {
    return absl::UnavailableError("the journal cannot be read");
  };
  EXPECT_TRUE(absl::IsUnavailable(RestoreDatabase(request, {}, kSomebody, kNow).status()));
  EXPECT_EQ(People(path_), 20);
  for (const auto& file : std::filesystem::directory_iterator(dir_.path())) {
    EXPECT_THAT(file.path().string(), Not(HasSubstr("restoring")));
    EXPECT_THAT(file.path().string(), Not(HasSubstr(".part")));
  }
  request.prepare = nullptr;
  EXPECT_TRUE(RestoreDatabase(request, {}, kSomebody, kNow).ok());
}

// The connection string of the tests' server as a URI, which is how Crm::Open knows a server.
std::string ServerUri() {
  std::string words = testing::PostgresDsn();
  if (words.starts_with("postgres://")) return words;
  std::replace(words.begin(), words.end(), ' ', '&');
  return "postgres:///?" + words;
}

// The bytes of a dump, which a damaged one has fewer of.
class Dumped : public Kept {
 protected:
  Dumped() { Dump(); }

  void Dump() {
    bytes_.clear();
    const auto written = WriteDump(*Crm::Open(path_), [this](std::string_view bytes) {
      bytes_ += bytes;
      return absl::OkStatus();
    });
    EXPECT_TRUE(written.ok()) << written.status();
  }

  LoadRequest Into(const std::string& to) {
    LoadRequest request;
    request.dump = "crm.dump";
    request.to = to;
    request.source = [this, at = size_t{0}](size_t size) mutable -> absl::StatusOr<std::string> {
      if (bytes_.size() - at < size) return absl::OutOfRangeError("the end");
      at += size;
      return bytes_.substr(at - size, size);
    };
    return request;
  }

  void ExpectLoadedVerifiedAndRecorded(const std::string& to, const OpenOptions& options) {
    LoadRequest request = Into(to);
    request.prepare = [](Crm&) -> absl::StatusOr<std::string> { return std::string("2 erased"); };
    const auto report = LoadDatabase(request, options, kSomebody, kNow);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->loaded.records, 20);
    EXPECT_EQ(report->verified.records, 20);
    EXPECT_EQ(report->prepared, "2 erased");
    const absl::StatusOr<Crm> crm = Crm::Open(to, options);
    ASSERT_TRUE(crm.ok()) << crm.status();
    const auto jobs = crm->Log("maintenance", "restore");
    ASSERT_THAT(*jobs, SizeIs(1));
    EXPECT_THAT(jobs->front().body, HasSubstr("crm.dump"));
    const auto verified = VerifyDatabase(to, options);
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_TRUE(verified->ok());
    EXPECT_EQ(verified->records, 20);
  }

  std::string bytes_;
};

TEST_F(Dumped, ADumpIsLoadedVerifiedAndRecorded) {
  const std::string to = dir_.File("again.db");
  ExpectLoadedVerifiedAndRecorded(to, {});
  EXPECT_TRUE(absl::IsAlreadyExists(LoadDatabase(Into(to), {}, kSomebody, kNow).status()));
}

TEST_F(Dumped, TheSameIntoATenantOfAServerAndVerifiedThere) {
  RELATA_REQUIRE_POSTGRES();
  OpenOptions options;
  options.tenant = testing::UniqueName("loaded");
  const std::string server = ServerUri();
  ExpectLoadedVerifiedAndRecorded(server, options);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(LoadDatabase(Into(server), options, kSomebody, kNow).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      BackupDatabase(server, dir_.File("copy.db"), options, kSomebody, kNow).status()));
}

// A tenant of a server that a dump of four commits is loaded into.
class DumpedToServer : public Dumped {
 protected:
  DumpedToServer() {
    Crm crm = *Crm::Open(path_);
    for (int i = 0; i < 3; ++i) Add(crm, 20);
    Dump();
    options_.tenant = testing::UniqueName("cut");
  }

  absl::Status Load(LoadRequest request) {
    return LoadDatabase(request, options_, kSomebody, kNow).status();
  }
  absl::Status Load() { return Load(Into(server_)); }

  // What has the number of a tenant with this name, or without any, in any table.
  int64_t RowsOf(const std::string& name) {
    const std::string dsn = testing::PostgresDsn();
    const auto tables = testing::PostgresQuery(
        dsn,
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'relata' AND "
        "column_name = 'tenant_id' AND table_name <> 'relata_tenant'");
    int64_t rows = 0;
    for (const auto& table : tables) {
      const auto count = testing::PostgresQuery(
          dsn, Concat("SELECT count(*) FROM relata.\"", table[0],
                      "\" t JOIN relata.relata_tenant n ON n.tenant_id = t.tenant_id WHERE "
                      "n.name = '",
                      name, "' OR n.name LIKE '%(gone)'"));
      rows += std::stoll(count[0][0]);
    }
    return rows;
  }

  void ExpectNothingLeft() {
    OpenOptions there = options_;
    there.create = false;
    EXPECT_TRUE(absl::IsNotFound(Crm::Open(server_, there).status()));
    EXPECT_EQ(RowsOf(internal::StagedName(options_.tenant)), 0);
  }

  const std::string server_ = testing::PostgresDsn().empty() ? "" : ServerUri();
  OpenOptions options_;
};

TEST_F(DumpedToServer, NothingIsLeftOfALoadThatFailsAndItCanBeginAgain) {
  RELATA_REQUIRE_POSTGRES();
  const std::string whole = bytes_;
  for (const size_t size : {whole.size() / 3, whole.size() * 2 / 3, whole.size() - 100}) {
    bytes_ = whole.substr(0, size);
    EXPECT_TRUE(absl::IsDataLoss(Load())) << size;
    ExpectNothingLeft();
  }
  bytes_ = whole;
  LoadRequest refused = Into(server_);
  refused.prepare = [](Crm&) -> absl::StatusOr<std::string> {
    return absl::UnavailableError("the journal cannot be read");
  };
  EXPECT_TRUE(absl::IsUnavailable(Load(refused)));
  ExpectNothingLeft();
  EXPECT_EQ(Load(), absl::OkStatus());
  EXPECT_EQ(PeopleOf(*Crm::Open(server_, options_)), 80);
  const auto seen = testing::PostgresQuery(
      testing::PostgresDsn(), Concat("SELECT count(*) FROM relata_", options_.tenant, ".contact"));
  EXPECT_EQ(seen[0][0], "80");
}

TEST_F(DumpedToServer, ALoadThatWasKilledShowsNothingAndTheNextOneTakesItOut) {
  RELATA_REQUIRE_POSTGRES();
  const std::string whole = bytes_;
  bytes_.resize(bytes_.size() / 2);
  {
    auto store = internal::OpenStagedStore(server_, options_);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE(absl::IsDataLoss(LoadDump(**store, Into(server_).source).status()));
    EXPECT_GT(*(*store)->HeadId(), 0);
  }
  EXPECT_GT(RowsOf(internal::StagedName(options_.tenant)), 0);
  OpenOptions there = options_;
  there.create = false;
  EXPECT_TRUE(absl::IsNotFound(Crm::Open(server_, there).status()));
  bytes_ = whole;
  EXPECT_EQ(Load(), absl::OkStatus());
  EXPECT_EQ(RowsOf(internal::StagedName(options_.tenant)), 0);
  EXPECT_TRUE(VerifyDatabase(server_, options_)->ok());
}

TEST_F(DumpedToServer, AnEmptyTenantMakesWayAndOneThatGotACommitMeanwhileDoesNot) {
  RELATA_REQUIRE_POSTGRES();
  Crm before = *Crm::Open(server_, options_);
  LoadRequest request = Into(server_);
  request.prepare = [&](Crm&) -> absl::StatusOr<std::string> {
    Add(before, 3);
    return std::string();
  };
  EXPECT_TRUE(absl::IsFailedPrecondition(Load(request)));
  EXPECT_EQ(RowsOf(internal::StagedName(options_.tenant)), 0);
  EXPECT_EQ(PeopleOf(*Crm::Open(server_, options_)), 3);

  options_.tenant += "_b";
  Crm empty = *Crm::Open(server_, options_);
  EXPECT_EQ(Load(), absl::OkStatus());
  Transaction tx = empty.Begin(kSomebody);
  tx.Create("contact", {{"family_name", Value::Text("Curie")}});
  EXPECT_TRUE(absl::IsNotFound(tx.Commit(kNow).status()));
  EXPECT_EQ(VerifyDatabase(server_, options_)->records, 80);
}

TEST_F(Dumped, NothingIsLeftInAFileOfALoadThatFails) {
  const std::string to = dir_.File("again.db");
  LoadRequest request = Into(to);
  request.prepare = [](Crm&) -> absl::StatusOr<std::string> {
    return absl::UnavailableError("the journal cannot be read");
  };
  EXPECT_TRUE(absl::IsUnavailable(LoadDatabase(request, {}, kSomebody, kNow).status()));
  bytes_.resize(bytes_.size() - 100);
  EXPECT_TRUE(absl::IsDataLoss(LoadDatabase(Into(to), {}, kSomebody, kNow).status()));
  for (const auto& file : std::filesystem::directory_iterator(dir_.path())) {
    EXPECT_THAT(file.path().string(), Not(HasSubstr("again.db")));
  }
}

TEST_F(Kept, ADatabaseInUseIsNotReplaced) {
  const std::string backup = dir_.File("crm.backup");
  ASSERT_TRUE(BackupDatabase(path_, backup, {}, kSomebody, kNow).ok());
  const Crm open = *Crm::Open(path_);
  ASSERT_TRUE(open.View({"contact"}).ok());
  const RestoreRequest request{backup, path_, true, nullptr};
  EXPECT_TRUE(absl::IsUnavailable(RestoreDatabase(request, {}, kSomebody, kNow).status()));
}

TEST_F(Kept, ADamagedBackupIsRefused) {
  const std::string backup = dir_.File("crm.backup");
  ASSERT_TRUE(BackupDatabase(path_, backup, {}, kSomebody, kNow).ok());
  {
    std::fstream file(backup, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 3; page < 12; ++page) {
      file.seekp(page * 4096);
      file << std::string(4096, 'x');
    }
  }
  const RestoreRequest request{backup, dir_.File("again.db"), false, nullptr};
  EXPECT_TRUE(absl::IsDataLoss(RestoreDatabase(request, {}, kSomebody, kNow).status()));
  EXPECT_FALSE(std::filesystem::exists(request.to));
}

TEST_F(Kept, ABackupIsWholeWhileOthersWrite) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    Crm crm = *Crm::Open(path_);
    while (!stop) Add(crm, 3);
  });
  for (int i = 0; i < 5; ++i) {
    const std::string backup = dir_.File(Concat("backup", i));
    const auto report = BackupSqlite(path_, backup);
    ASSERT_TRUE(report.ok()) << report.status();
    const auto verified = VerifyDatabase(backup, {});
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_THAT(verified->issues, IsEmpty());
    EXPECT_EQ(verified->commits, report->commit);
    EXPECT_EQ(verified->records, verified->events);
  }
  stop = true;
  writer.join();
}

TEST_F(Kept, WhatAnotherProgramWroteIsFound) {
  EXPECT_THAT(Findings(), IsEmpty());
  struct Case {
    const char* name;
    const char* sql;
    const char* finding;
  };
  const Case cases[] = {
      {"a row put in",
       "INSERT INTO r_contact(row, id, deleted) VALUES(90, x'00112233445566778899aabbccddeeff', 0)",
       "was put there by no commit"},
      {"a row taken out", "DELETE FROM r_contact WHERE row = 3", "was taken away by no commit"},
      {"an event put in", "INSERT INTO ev_page_view(seq, subject, at) VALUES(99999, 1, 0)",
       "was put there by no commit"},
      {"an event about nobody", "UPDATE ev_page_view SET subject = 777",
       "is about a record that never was"},
      {"a commit altered", "UPDATE relata_commit SET commitment = x'00' WHERE id = 1",
       "breaks the chain"},
      {"a link to nobody", "UPDATE r_contact SET account = 55 WHERE row = 1",
       "links to a record that never was"},
      {"a trigger", "CREATE TRIGGER t AFTER INSERT ON r_contact BEGIN SELECT 1; END",
       "was not made by Relata"},
  };
  const std::string whole = dir_.File("whole");
  ASSERT_TRUE(BackupSqlite(path_, whole).ok());
  for (const Case& c : cases) {
    ASSERT_TRUE(RestoreSqlite(whole, path_, true).ok());
    Sql(path_, c.sql);
    const std::vector<Issue> findings = Findings();
    ASSERT_THAT(findings, Not(IsEmpty())) << c.name;
    EXPECT_THAT(findings.front().message, HasSubstr(c.finding)) << c.name;
  }
}

}  // namespace
}  // namespace relata
