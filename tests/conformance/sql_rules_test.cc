// SPDX-License-Identifier: Apache-2.0
//
// Every statement the PostgreSQL store sends while the conformance suite runs on it, and every
// schema statement it would send to a distributed server, keeps to the rules. Run as one program:
// the statements of all cases are judged at its end.

#include "conformance/sql_rules.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <set>

#include "gtest/gtest.h"
#include "relata/storage/group_commit.h"
#include "relata/storage/postgres.h"
#include "relata/testing/store_conformance.h"
#include "storage/postgres/catalog.h"
#include "storage/postgres/staging.h"
#include "support/postgres.h"
#include "support/support.h"
#include "testing/store_fixture.h"

namespace relata {
namespace {

using testing::BrokenSqlRules;

struct Seen {
  std::mutex mutex;
  std::set<std::string> statements;
  std::set<std::string> schema_in_transaction;
};

Seen& AllSeen() {
  static Seen& seen = *new Seen;
  return seen;
}

bool IsSchemaStatement(std::string_view sql) {
  return sql.starts_with("CREATE") || sql.starts_with("ALTER") || sql.starts_with("DROP");
}

// Notes each statement, and those that change the schema inside a transaction.
void Note(std::string_view sql) {
  thread_local bool in_transaction = false;
  if (sql.starts_with("BEGIN")) in_transaction = true;
  if (sql == "COMMIT" || sql == "ROLLBACK") in_transaction = false;
  Seen& seen = AllSeen();
  const std::lock_guard lock(seen.mutex);
  seen.statements.emplace(sql);
  if (in_transaction && IsSchemaStatement(sql)) seen.schema_in_transaction.emplace(sql);
}

// A tenant of its own in tables that all cases of this program share.
const std::string& SharedSchema() {
  static const std::string& schema = *new std::string(testing::UniqueName("rules"));
  return schema;
}

class TracedBackend : public testing::StoreBackend {
 public:
  explicit TracedBackend(bool custom, bool packed = false) : custom_(custom) {
    options_.schema = SharedSchema();
    options_.tenant = testing::UniqueName("case");
    options_.views = false;
    options_.trace = Note;
    options_.subject_index = custom;
    options_.group_commit = custom;
    if (packed) options_.pack_names_from = 1;
  }
  absl::StatusOr<std::unique_ptr<Store>> Open() override {
    return OpenPostgresStore(testing::PostgresDsn(), options_);
  }
  bool durable() const override { return true; }
  bool absent() const override { return testing::PostgresDsn().empty(); }
  bool custom() const override { return custom_; }

 private:
  const bool custom_;
  PostgresOptions options_;
};

void ExpectKept(const std::string& sql) {
  for (const std::string& wrong : BrokenSqlRules(sql)) ADD_FAILURE() << wrong << " in\n  " << sql;
}

// Judges what the cases sent, after the last of them.
class Judge : public ::testing::Environment {
 public:
  void TearDown() override {
    if (!testing::PostgresDsn().empty()) testing::DropPostgresSchemas({SharedSchema()});
    const Seen& seen = AllSeen();
    for (const std::string& sql : seen.statements) ExpectKept(sql);
    for (const std::string& sql : seen.schema_in_transaction) {
      ADD_FAILURE() << "in a transaction with others: " << sql;
    }
    std::cout << "[ FIGURES ] " << seen.statements.size() << " statements parsed\n";
  }
};

const bool kColumns = testing::RegisterStoreConformance(
    "TracedColumns", [] { return std::make_unique<TracedBackend>(false); });
const bool kDocuments = testing::RegisterStoreConformance(
    "TracedDocuments", [] { return std::make_unique<TracedBackend>(true); });
const bool kPacked = testing::RegisterStoreConformance(
    "TracedPacked", [] { return std::make_unique<TracedBackend>(false, true); });
const auto* const kJudge = ::testing::AddGlobalTestEnvironment(new Judge);

TEST(SqlRules, RefuseWhatIsForbidden) {
  const std::pair<const char*, const char*> cases[] = {
      {"another tenant's rows", "SELECT id FROM s.relata_commit"},
      {"a join that reaches over",
       "SELECT 1 FROM s.relata_commit a JOIN s.relata_change b ON b.commit_id = a.id "
       "WHERE a.tenant_id = $1"},
      {"the tenant as one of two ways",
       "SELECT id FROM s.relata_commit WHERE tenant_id = $1 OR id = $2"},
      {"a subquery that reaches over",
       "SELECT id FROM s.relata_commit WHERE tenant_id = $1 AND id = (SELECT max(seq) FROM "
       "s.relata_change)"},
      {"another parameter", "SELECT id FROM s.relata_commit WHERE tenant_id = $2"},
      {"an update of all", "UPDATE s.relata_log SET body = $2 WHERE log = $1"},
      {"a delete of all", "DELETE FROM s.relata_log"},
      {"an insert that hides the tenant",
       "INSERT INTO s.relata_log(log, tenant_id) VALUES($2, $1)"},
      {"an insert of whichever tenant", "INSERT INTO s.relata_log(tenant_id) VALUES($2)"},
      {"a copy without the tenant", "COPY s.relata_log(log) FROM STDIN (FORMAT binary)"},
      {"a conflict without its key",
       "INSERT INTO s.relata_log(tenant_id) VALUES($1) ON CONFLICT DO NOTHING"},
      {"a table without its schema", "SELECT id FROM relata_commit WHERE tenant_id = $1"},
      {"a key without the tenant",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint, id bigint, PRIMARY KEY(id))"},
      {"no key", "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint)"},
      {"not repeatable", "CREATE TABLE s.t(tenant_id bigint, PRIMARY KEY(tenant_id))"},
      {"a default",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint DEFAULT 1, PRIMARY KEY(tenant_id))"},
      {"a sequence", "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigserial, PRIMARY KEY(tenant_id))"},
      {"an identity",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint GENERATED ALWAYS AS IDENTITY, "
       "PRIMARY KEY(tenant_id))"},
      {"citext",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint, a citext, PRIMARY KEY(tenant_id))"},
      {"text by the server's order",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint, a text, PRIMARY KEY(tenant_id))"},
      {"an exclusion",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint, PRIMARY KEY(tenant_id), "
       "EXCLUDE USING gist (tenant_id WITH =))"},
      {"a foreign key that sets null",
       "CREATE TABLE IF NOT EXISTS s.t(tenant_id bigint, a bigint, PRIMARY KEY(tenant_id), "
       "FOREIGN KEY (tenant_id, a) REFERENCES s.u ON DELETE SET NULL)"},
      {"an index without the tenant", "CREATE INDEX IF NOT EXISTS i ON s.t (seq)"},
      {"a dropped column", "ALTER TABLE s.t DROP COLUMN a"},
      {"integer division", "SELECT seq / $2 FROM s.relata_log WHERE tenant_id = $1"},
      {"bits", "SELECT seq & $2 FROM s.relata_log WHERE tenant_id = $1"},
      {"the server's clock", "SELECT now() FROM s.relata_log WHERE tenant_id = $1"},
      {"the server's date", "SELECT current_date FROM s.relata_log WHERE tenant_id = $1"},
      {"randomness", "SELECT gen_random_uuid() FROM s.relata_log WHERE tenant_id = $1"},
      {"a number from a sequence", "SELECT nextval('s.q')"},
      {"an advisory lock", "SELECT pg_advisory_xact_lock($1)"},
      {"listen", "LISTEN changes"},
      {"notify", "NOTIFY changes"},
      {"a trigger", "CREATE TRIGGER t AFTER INSERT ON s.t EXECUTE FUNCTION f()"},
      {"two at once", "BEGIN; COMMIT"},
      {"no SQL", "SELEC 1"}};
  for (const auto& [name, sql] : cases) EXPECT_FALSE(BrokenSqlRules(sql).empty()) << name;
}

TEST(SqlRules, SettlingGroupedCommitsKeepsToThem) {
  RELATA_REQUIRE_POSTGRES();
  const auto store = TracedBackend(true).Open();
  ASSERT_TRUE(store.ok()) << store.status();
  const auto writer = (*store)->Write(Seconds(5));
  ASSERT_TRUE(writer.ok()) << writer.status();
  CommitBatch batch;
  batch.commit.id = 1;
  batch.commit.actor = "user:amelie";
  ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
  ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  EXPECT_EQ(dynamic_cast<GroupCommitStore&>(**store).Settle(), absl::OkStatus());
  const std::set<std::string>& sent = AllSeen().statements;
  EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [](const std::string& sql) {
    return sql.find("pg_logical_emit_message") != sql.npos;
  }));
}

TEST(SqlRules, FillingATenantOutOfSightKeepsToThem) {
  RELATA_REQUIRE_POSTGRES();
  PostgresOptions options;
  options.schema = SharedSchema();
  options.tenant = testing::UniqueName("staged");
  options.views = false;
  options.trace = Note;
  const std::string dsn = testing::PostgresDsn();
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(internal::OpenStagedPostgres(dsn, options).ok());
    ASSERT_EQ(internal::DropStagedPostgres(dsn, options), absl::OkStatus());
    ASSERT_TRUE(internal::OpenStagedPostgres(dsn, options).ok());
    ASSERT_EQ(internal::KeepStagedPostgres(dsn, options), absl::OkStatus());
  }
  EXPECT_TRUE(absl::IsNotFound(internal::KeepStagedPostgres(dsn, options)));
}

TEST(SqlRules, TheSchemaOfADistributedServerKeepsToThemAndSpreadsEveryTable) {
  internal::PgDialect dialect;
  dialect.schema = "relata";
  dialect.distributed = true;
  std::vector<internal::PgStep> steps = internal::SystemTables(dialect);
  const auto placed = internal::Place(dialect, internal::Layout(testing::CaseTables()), {}, {});
  ASSERT_TRUE(placed.ok()) << placed.status();
  for (internal::PgStep& step : internal::TableSteps(dialect, *placed, {})) {
    steps.push_back(std::move(step));
  }
  int tables = 0;
  int distributed = 0;
  int references = 0;
  for (const internal::PgStep& step : steps) {
    ExpectKept(step.sql);
    tables += step.sql.starts_with("CREATE TABLE") ? 1 : 0;
    references += step.sql.starts_with("SELECT create_reference_table(") ? 1 : 0;
    if (!step.sql.starts_with("SELECT create_distributed_table(")) continue;
    ++distributed;
    // All tables of a tenant lie together, on the node of its lock.
    const bool first = step.sql.find("\"relata_lock\"'") == step.sql.find('\'') + 10;
    EXPECT_NE(step.sql.find(first ? "colocate_with => 'none'"
                                  : "colocate_with => '\"relata\".\"relata_lock\"'"),
              std::string::npos)
        << step.sql;
    EXPECT_NE(step.sql.find("WHERE NOT EXISTS"), std::string::npos) << step.sql;
  }
  EXPECT_EQ(references, 4);
  EXPECT_EQ(distributed + references, tables);
  EXPECT_GT(tables, 20);
}

TEST(SqlRules, TheViewsOfATenantKeepToThem) {
  internal::PgDialect dialect;
  dialect.schema = "relata";
  for (const bool custom : {false, true}) {
    std::vector<TableSpec> tables = testing::CaseTables();
    for (TableSpec& table : tables) table.custom = custom;
    const auto placed = internal::Place(dialect, internal::Layout(tables), {}, {});
    ASSERT_TRUE(placed.ok());
    const auto views = internal::TenantViews(dialect, *placed, 7, "relata_main");
    EXPECT_EQ(views.size(), 6u);
    for (const auto& [name, sql] : views) ExpectKept("CREATE " + sql);
  }
}

}  // namespace
}  // namespace relata
