// SPDX-License-Identifier: Apache-2.0
//
// Work inside a transaction that the host began on its own PostgreSQL connection.

#include <libpq-fe.h>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/postgres.h"
#include "support/postgres.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::PostgresDsn;
using Table = std::vector<std::vector<std::string>>;

constexpr Timestamp kNow{1'792'800'000'000'000};

absl::StatusOr<Commit> PutAccount(Store* lent, const char* name) {
  // The Crm takes the store; the connection stays the host's.
  RELATA_ASSIGN_OR_RETURN(Crm crm, Crm::Open(std::unique_ptr<Store>(lent)));
  Transaction tx = crm.Begin(Actor::User("amelie"));
  tx.Create("account", {{"name", Value::Text(name)}});
  return tx.Commit(kNow);
}

class LentPostgres : public ::testing::Test {
 protected:
  void SetUp() override {
    RELATA_REQUIRE_POSTGRES();
    ASSERT_TRUE(PutAccount(OpenPostgresStore(PostgresDsn(), options_)->release(), "First").ok());
    host_ = PQconnectdb(PostgresDsn().c_str());
    ASSERT_EQ(PQstatus(host_), CONNECTION_OK);
    Run(Concat("CREATE TABLE ", options_.schema, ".invoice(number text)"));
  }
  void TearDown() override {
    PQfinish(host_);
    if (!PostgresDsn().empty()) {
      testing::DropPostgresSchemas({options_.schema, options_.schema + "_main"});
    }
  }

  void Run(const std::string& sql) {
    PGresult* result = PQexec(host_, sql.c_str());
    EXPECT_EQ(PQresultStatus(result), PGRES_COMMAND_OK) << sql << ": " << PQerrorMessage(host_);
    PQclear(result);
  }
  // On a connection of its own: what others see.
  std::string Count(const std::string& table) {
    return testing::PostgresQuery(
        PostgresDsn(), Concat("SELECT count(*) FROM ", options_.schema, ".", table))[0][0];
  }
  Store* Lend() {
    auto store = LendPostgresStore(host_, options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? store->release() : nullptr;
  }
  CommitId HeadId() { return (*OpenPostgresStore(PostgresDsn(), options_))->HeadId().value_or(-1); }

  const PostgresOptions options_ = [] {
    PostgresOptions options;
    options.schema = testing::UniqueName("lent");
    return options;
  }();
  PGconn* host_ = nullptr;
};

TEST_F(LentPostgres, BothSidesCommitTogether) {
  Run("BEGIN");
  Run(Concat("INSERT INTO ", options_.schema, ".invoice VALUES('Q-1')"));
  const auto commit = PutAccount(Lend(), "Acme");
  ASSERT_TRUE(commit.ok()) << commit.status();
  EXPECT_EQ(commit->id, 2);
  EXPECT_EQ(HeadId(), 1);
  // The host goes on in its transaction.
  Run(Concat("INSERT INTO ", options_.schema, ".invoice VALUES('Q-2')"));
  Run("COMMIT");
  EXPECT_EQ(HeadId(), 2);
  EXPECT_EQ(Count("invoice"), "2");
  EXPECT_EQ(Count("r_account"), "2");
}

TEST_F(LentPostgres, BothSidesRollBackTogether) {
  Run("BEGIN");
  Run(Concat("INSERT INTO ", options_.schema, ".invoice VALUES('Q-1')"));
  ASSERT_TRUE(PutAccount(Lend(), "Acme").ok());
  Run("ROLLBACK");
  EXPECT_EQ(HeadId(), 1);
  EXPECT_EQ(Count("invoice"), "0");
  EXPECT_EQ(Count("r_account"), "1");
  // The connection serves another transaction.
  Run("BEGIN");
  ASSERT_TRUE(PutAccount(Lend(), "Acme").ok());
  Run("COMMIT");
  EXPECT_EQ(HeadId(), 2);
}

TEST_F(LentPostgres, AFailedWriterLeavesTheHostsWork) {
  Run("BEGIN");
  Run(Concat("INSERT INTO ", options_.schema, ".invoice VALUES('Q-1')"));
  {
    std::unique_ptr<Store> store(Lend());
    auto writer = store->Write(Seconds(1));
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_TRUE(absl::IsUnavailable(store->Write(Seconds(1)).status()));
    CommitBatch batch;
    batch.commit = *(*writer)->Head();
    batch.commit.id += 1;
    const DefinitionWrite twice{"segment", "ripe", 1, "{}"};
    batch.definitions = {twice, twice};
    EXPECT_TRUE(absl::IsAlreadyExists((*writer)->Apply(batch)));
    *writer = nullptr;
    EXPECT_EQ(store->HeadId().value_or(-1), 1);
    EXPECT_TRUE(store->Write(Seconds(1)).ok());
  }
  Run("COMMIT");
  EXPECT_EQ(Count("invoice"), "1");
  EXPECT_EQ(HeadId(), 1);
}

TEST_F(LentPostgres, OtherWritersWaitForTheHost) {
  Run("BEGIN");
  std::unique_ptr<Store> store(Lend());
  ASSERT_TRUE((*store->Write(Seconds(1)))->Commit().ok());
  auto other = OpenPostgresStore(PostgresDsn(), options_);
  ASSERT_TRUE(other.ok());
  EXPECT_TRUE(absl::IsUnavailable((*other)->Write(Microseconds(50'000)).status()));
  Run("COMMIT");
  EXPECT_TRUE((*other)->Write(Seconds(1)).ok());
}

TEST_F(LentPostgres, NeedsATransaction) {
  EXPECT_TRUE(absl::IsFailedPrecondition(LendPostgresStore(host_, options_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(LendPostgresStore(nullptr, options_).status()));
  Run("BEGIN");
  std::unique_ptr<Store> store(Lend());
  Run("COMMIT");
  EXPECT_TRUE(absl::IsFailedPrecondition(store->Read().status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(store->HeadId().status()));
}

}  // namespace
}  // namespace relata
