// SPDX-License-Identifier: Apache-2.0
//
// Work inside a transaction that the host began on its own SQLite connection.

#include <sqlite3.h>

#include "gtest/gtest.h"
#include "relata/crm/schema.h"
#include "relata/engine/crm.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

constexpr Timestamp kNow{1'792'800'000'000'000};

absl::StatusOr<Commit> PutAccount(Store* lent, const char* name) {
  // The Crm takes the store; the connection stays the host's.
  RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(std::unique_ptr<Store>(lent)));
  Transaction tx = crm.Begin(Actor::User("amelie"));
  tx.Create("account", {{"name", Value::Text(name)}});
  return tx.Commit(kNow);
}

class LentSqlite : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(PutAccount(OpenSqliteStore(path_)->release(), "First").ok());
    ASSERT_EQ(sqlite3_open(path_.c_str(), &host_), SQLITE_OK);
    Run("CREATE TABLE host_note(number TEXT)");
  }
  void TearDown() override { sqlite3_close(host_); }

  void Run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(host_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(host_);
  }
  int Count(const std::string& table) {
    int count = -1;
    sqlite3_exec(
        host_, ("SELECT count(*) FROM " + table).c_str(),
        [](void* out, int, char** values, char**) {
          *static_cast<int*>(out) = std::atoi(values[0]);
          return 0;
        },
        &count, nullptr);
    return count;
  }
  Store* Lend() {
    auto store = LendSqliteStore(host_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? store->release() : nullptr;
  }

  testing::TempDir dir_;
  const std::string path_ = dir_.File("host.db");
  sqlite3* host_ = nullptr;
};

TEST_F(LentSqlite, BothSidesCommitTogether) {
  Run("BEGIN");
  Run("INSERT INTO host_note VALUES('Q-1')");
  const auto commit = PutAccount(Lend(), "Acme");
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(commit->id, 2);
  // Nobody else sees it yet.
  EXPECT_EQ((*OpenSqliteStore(path_))->HeadId().value_or(-1), 1);
  Run("COMMIT");
  EXPECT_EQ((*OpenSqliteStore(path_))->HeadId().value_or(-1), 2);
  EXPECT_EQ(Count("host_note"), 1);
  EXPECT_EQ(Count("account"), 2);
}

TEST_F(LentSqlite, BothSidesRollBackTogether) {
  Run("BEGIN");
  Run("INSERT INTO host_note VALUES('Q-1')");
  ASSERT_TRUE(PutAccount(Lend(), "Acme").ok());
  EXPECT_EQ(Count("account"), 2);
  Run("ROLLBACK");
  EXPECT_EQ(Count("account"), 1);
  EXPECT_EQ(Count("host_note"), 0);
  EXPECT_EQ((*OpenSqliteStore(path_))->HeadId().value_or(-1), 1);
}

TEST_F(LentSqlite, AWriterGivenUpLeavesTheHostsWork) {
  Run("BEGIN");
  Run("INSERT INTO host_note VALUES('Q-1')");
  const int before = Count("relata_log");
  {
    std::unique_ptr<Store> store(Lend());
    auto writer = store->Write(Seconds(1));
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_TRUE(absl::IsUnavailable(store->Write(Seconds(1)).status()));
    CommitBatch batch;
    batch.commit = *(*writer)->Head();
    batch.commit.id += 1;
    batch.logs = {{"outbox", batch.commit.last_seq, {}, "", kNow, "{}"}};
    ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
    *writer = nullptr;
    EXPECT_EQ(store->HeadId().value_or(-1), 1);
    ASSERT_TRUE(store->Write(Seconds(1)).ok());
  }
  Run("COMMIT");
  EXPECT_EQ(Count("host_note"), 1);
  EXPECT_EQ(Count("relata_log"), before);
}

// The order of a scan is asked for, not left to how SQLite happens to walk.
TEST_F(LentSqlite, RecordsComeInTheirOrderWhateverTheHostHasSet) {
  Run("PRAGMA reverse_unordered_selects=ON");
  Run("BEGIN");
  ASSERT_TRUE(PutAccount(Lend(), "Second").ok());
  ASSERT_TRUE(PutAccount(Lend(), "Third").ok());
  std::unique_ptr<Store> store(Lend());
  auto reader = store->Read();
  ASSERT_TRUE(reader.ok()) << reader.status();
  ScanSpec spec;
  spec.type = StandardSchema().Find("account")->id;
  std::vector<Row> rows;
  ASSERT_EQ((*reader)->ScanRecords(spec,
                                   [&](const RecordRows& batch) {
                                     rows = batch.rows;
                                     return absl::OkStatus();
                                   }),
            absl::OkStatus());
  EXPECT_EQ(rows, (std::vector<Row>{0, 1, 2}));
  Run("COMMIT");
}

// The store gives the connection a function to read by; it stays, and is of no use to others.
TEST_F(LentSqlite, WhatTheStoreTaughtTheConnectionIsNotForTheHost) {
  sqlite3_stmt* kept = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(host_, "SELECT count(*) FROM host_note", -1, &kept, nullptr), 0);
  for (int turn = 0; turn < 2; ++turn) {
    Run("BEGIN");
    ASSERT_EQ(sqlite3_step(kept), SQLITE_ROW);  // a statement of the host's is running
    EXPECT_TRUE(PutAccount(Lend(), "Acme").ok());
    sqlite3_reset(kept);
    Run("COMMIT");
  }
  sqlite3_finalize(kept);
  for (const char* sql : {"SELECT relata_take()", "SELECT relata_take(1, 2)"}) {
    EXPECT_EQ(sqlite3_exec(host_, sql, nullptr, nullptr, nullptr), SQLITE_ERROR) << sql;
  }
}

TEST_F(LentSqlite, NeedsATransactionAndARelataDatabase) {
  EXPECT_TRUE(absl::IsFailedPrecondition(LendSqliteStore(host_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(LendSqliteStore(nullptr).status()));
  Run("BEGIN");
  std::unique_ptr<Store> store(Lend());
  Run("COMMIT");
  EXPECT_TRUE(absl::IsFailedPrecondition(store->Read().status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(store->Write(Seconds(1)).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(store->HeadId().status()));
  sqlite3* empty = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &empty), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(empty, "BEGIN", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_TRUE(absl::IsNotFound(LendSqliteStore(empty).status()));
  sqlite3_close(empty);
}

}  // namespace
}  // namespace relata
