// SPDX-License-Identifier: Apache-2.0
//
// Every store of ours against the conformance suite.

#include "relata/testing/store_conformance.h"

#include "gtest/gtest.h"
#include "relata/storage/memory.h"
#include "relata/storage/postgres.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

class MemoryBackend : public testing::StoreBackend {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open() override { return NewMemoryStore(); }
  bool durable() const override { return false; }
};

class SqliteBackend : public testing::StoreBackend {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open() override {
    return OpenSqliteStore(dir_.File("crm.db"));
  }
  bool durable() const override { return true; }

 protected:
  testing::TempDir dir_;
};

// The same with ids and keys packed however few come.
class SqlitePackedBackend : public SqliteBackend {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open() override {
    SqliteOptions options;
    options.pack_names_from = 1;
    return OpenSqliteStore(dir_.File("crm.db"), options);
  }
};

// A tenant of its own in the tables that all cases share, or, where there is no server, a skipped
// test.
class PostgresBackend : public testing::StoreBackend {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open() override {
    PostgresOptions options;
    options.schema = "conformance";
    options.tenant = tenant_;
    options.views = false;
    if (packed()) options.pack_names_from = 1;
    return OpenPostgresStore(dsn(), options);
  }
  bool durable() const override { return true; }
  bool absent() const override { return dsn().empty(); }
  virtual bool packed() const { return false; }
  virtual std::string dsn() const { return testing::PostgresDsn(); }

 private:
  const std::string tenant_ = testing::UniqueName("case");
};

// The same with ids and keys packed however few come.
class PostgresPackedBackend : public PostgresBackend {
 public:
  bool packed() const override { return true; }
};

// The same with every table a tenant's own, so that values lie in documents.
class PostgresOwnBackend : public PostgresPackedBackend {
 public:
  bool custom() const override { return true; }
};

// The same on a distributed server.
template <class Base>
class OnCitus : public Base {
 public:
  std::string dsn() const override { return testing::CitusDsn(); }
};

const bool kMemory =
    testing::RegisterStoreConformance("Memory", [] { return std::make_unique<MemoryBackend>(); });
const bool kSqlite =
    testing::RegisterStoreConformance("Sqlite", [] { return std::make_unique<SqliteBackend>(); });
const bool kSqlitePacked = testing::RegisterStoreConformance(
    "SqlitePacked", [] { return std::make_unique<SqlitePackedBackend>(); });
const bool kPostgres = testing::RegisterStoreConformance(
    "Postgres", [] { return std::make_unique<PostgresBackend>(); });
const bool kPostgresPacked = testing::RegisterStoreConformance(
    "PostgresPacked", [] { return std::make_unique<PostgresPackedBackend>(); });
const bool kPostgresOwn = testing::RegisterStoreConformance(
    "PostgresOwn", [] { return std::make_unique<PostgresOwnBackend>(); });

// Registered where there is such a server only: ctest runs them as one test.
const bool kCitus = !testing::CitusDsn().empty() && testing::RegisterStoreConformance("Citus", [] {
  return std::make_unique<OnCitus<PostgresBackend>>();
}) && testing::RegisterStoreConformance("CitusPacked", [] {
  return std::make_unique<OnCitus<PostgresPackedBackend>>();
}) && testing::RegisterStoreConformance("CitusOwn", [] {
  return std::make_unique<OnCitus<PostgresOwnBackend>>();
});

TEST(CitusServer, IsThere) {
  if (testing::CitusDsn().empty()) {
    GTEST_SKIP() << "no Citus server: set RELATA_TEST_CITUS_DSN, or install the extension beside "
                    "the server: ctest then runs Citus.ConformanceOfTheStore";
  }
}

}  // namespace
}  // namespace relata
