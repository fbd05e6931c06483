// SPDX-License-Identifier: Apache-2.0
//
// Commits of several threads of one tenant made durable by one transaction of a PostgreSQL server.
// What a server that crashes does to them: postgres_fault_test.

#include <libpq-fe.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "durability/pairs.h"
#include "durability/story.h"
#include "gtest/gtest.h"
#include "relata/storage/group_commit.h"
#include "relata/storage/postgres.h"
#include "support/postgres.h"
#include "support/support.h"

namespace relata {
namespace {

using testing::PairsWritten;

TEST(PostgresGroupCommit, ThreadsShareASyncAndEachIsWholeInOrderAndAnsweredByItself) {
  RELATA_REQUIRE_POSTGRES();
  const uint64_t seed = testing::Seed(43);
  const std::string schema = testing::UniqueName("grouped");
  std::atomic<int> syncs = 0;
  std::atomic<int> commits = 0;
  const auto write = [&](const char* tenant, bool group) {
    PostgresOptions options;
    options.schema = schema;
    options.tenant = tenant;
    options.views = false;
    options.group_commit = group;
    // What waits for the log: the settling transaction, as if that took until others have committed
    // too, or a while when nobody does; or each COMMIT, which holds the lock that they wait for.
    const char* const waits = group ? "pg_logical_emit_message" : "COMMIT";
    options.trace = [&, waits](std::string_view sql) {
      if (sql == "COMMIT") ++commits;
      if (sql.find(waits) == sql.npos) return;
      ++syncs;
      const int seen = commits;
      for (int i = 0; i < (group ? 60 : 6) && commits < seen + 2; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    };
    return testing::WriteFromAllThreads(
        [&]() -> absl::StatusOr<Crm> {
          auto store = OpenPostgresStore(testing::PostgresDsn(), options);
          if (!store.ok()) return store.status();
          return Crm::Open(*std::move(store));
        },
        [&]() -> int { return syncs; }, /*each=*/8, seed);
  };
  const PairsWritten single = write("single", false);
  const PairsWritten grouped = write("grouped", true);
  EXPECT_GE(single.syncs, single.commits) << "the control waits at each commit";
  EXPECT_LT(grouped.syncs, grouped.commits) << "how much fewer is the machine's affair";
  std::printf(
      "[ FIGURES ] %d threads of a tenant: %d commits, %d syncs grouped; %.2f times as many "
      "commits "
      "a second\n",
      testing::kPairThreads, grouped.commits, grouped.syncs,
      grouped.commits / grouped.seconds / (single.commits / single.seconds));
  testing::DropPostgresSchemas({schema, schema + "_single", schema + "_grouped"});
}

TEST(PostgresGroupCommit, HowTheHostsOwnTransactionEndsIsLeftToTheHost) {
  RELATA_REQUIRE_POSTGRES();
  PostgresOptions options;
  options.schema = testing::UniqueName("grouped");
  options.views = false;
  ASSERT_EQ(testing::Story::Begin(**OpenPostgresStore(testing::PostgresDsn(), options)),
            absl::OkStatus());
  PGconn* const connection = PQconnectdb(testing::PostgresDsn().c_str());
  PQclear(PQexec(connection, "BEGIN"));
  options.group_commit = true;
  options.trace = [](std::string_view sql) {
    EXPECT_EQ(sql.find("synchronous_commit"), sql.npos) << sql;
    EXPECT_EQ(sql.find("pg_logical_emit_message"), sql.npos) << sql;
  };
  {
    const auto store = LendPostgresStore(connection, options);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE(testing::Story(7).Continue(**store).ok());
    EXPECT_EQ(dynamic_cast<GroupCommitStore&>(**store).Settle(), absl::OkStatus());
  }
  PQclear(PQexec(connection, "COMMIT"));
  PQfinish(connection);
  testing::DropPostgresSchemas({options.schema});
}

}  // namespace
}  // namespace relata
