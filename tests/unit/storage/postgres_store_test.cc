// SPDX-License-Identifier: Apache-2.0
//
// What the PostgreSQL store has beyond the conformance suite: tenants beside each other, fields of
// their own, views, servers that are not as they should be, connections that end.

#include <libpq-fe.h>

#include <atomic>
#include <thread>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/postgres.h"
#include "storage/postgres/fields.h"
#include "support/postgres.h"
#include "support/support.h"
#include "testing/store_fixture.h"

namespace relata {
namespace {

using internal::Concat;
using testing::BatchAfter;
using testing::CaseTables;
using testing::Create;
using testing::kAccount;
using testing::kAccountName;
using testing::kContact;
using testing::PostgresDsn;
using testing::PostgresQuery;
using testing::RecordLines;
using Table = std::vector<std::vector<std::string>>;

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override { RELATA_REQUIRE_POSTGRES(); }
  void TearDown() override {
    if (PostgresDsn().empty()) return;
    for (const std::vector<std::string>& row : PostgresQuery(
             PostgresDsn(), Concat("SELECT nspname FROM pg_namespace WHERE nspname LIKE '",
                                   options_.schema, "%'"))) {
      testing::DropPostgresSchemas({row[0]});
    }
  }

  std::unique_ptr<Store> Open(const std::string& tenant = "main") {
    PostgresOptions options = options_;
    options.tenant = tenant;
    auto store = OpenPostgresStore(PostgresDsn(), options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  static absl::Status Put(Store& store, std::span<const TableSpec> tables,
                          std::vector<RecordWrite> records) {
    RELATA_ASSIGN_OR_RETURN(auto writer, store.Write(Seconds(10)));
    if (!tables.empty()) RELATA_RETURN_IF_ERROR(writer->Prepare(tables));
    RELATA_ASSIGN_OR_RETURN(const CommitRow head, writer->Head());
    CommitBatch batch = BatchAfter(head);
    batch.records = std::move(records);
    RELATA_RETURN_IF_ERROR(writer->Apply(batch));
    return writer->Commit();
  }

  Table Select(const std::string& sql, bool names = false) {
    return PostgresQuery(PostgresDsn(), sql, names);
  }
  std::string View(const std::string& name, const std::string& tenant = "main") const {
    return Concat(options_.schema, "_", tenant, ".", name);
  }

  PostgresOptions options_ = [] {
    PostgresOptions options;
    options.schema = testing::UniqueName("unit");
    options.connect_patience = Seconds(2);
    return options;
  }();
};

TEST_F(Postgres, TenantsShareTablesAndSeeOnlyTheirOwn) {
  auto first = Open("first");
  auto second = Open("second");
  for (Store* store : {first.get(), second.get()}) {
    const bool is_first = store == first.get();
    ASSERT_EQ(Put(*store, CaseTables(),
                  {Create(kAccount, 0, {{kAccountName, Value::Text(is_first ? "one" : "two")}})}),
              absl::OkStatus());
  }
  const ScanSpec names{kAccount, {kAccountName}, 0, INT64_MAX, std::nullopt, {}};
  EXPECT_NE(RecordLines(**first->Read(), names), RecordLines(**second->Read(), names));
  EXPECT_EQ(Select(Concat("SELECT name FROM ", View("account", "first"))), (Table{{"one"}}));
  EXPECT_EQ(Select(Concat("SELECT name FROM ", View("account", "second"))), (Table{{"two"}}));
  EXPECT_EQ(Select(Concat("SELECT count(*), count(DISTINCT tenant_id) FROM ", options_.schema,
                          ".r_account")),
            (Table{{"2", "2"}}));
  // Both have the same tables, so one catalog serves them.
  EXPECT_EQ(Select(Concat("SELECT count(*) FROM ", options_.schema, ".relata_catalog")),
            (Table{{"1"}}));
}

TEST_F(Postgres, OneTenantsWriterDoesNotHoldUpAnother) {
  auto first = Open("first");
  auto second = Open("second");
  auto writer = first->Write(Seconds(1));
  ASSERT_TRUE(writer.ok());
  EXPECT_TRUE(second->Write(Microseconds(50'000)).ok());
  EXPECT_TRUE(absl::IsUnavailable(first->Write(Microseconds(50'000)).status()));
}

TEST_F(Postgres, AFieldOfOneTenantMakesNoColumn) {
  auto store = Open();
  std::vector<TableSpec> tables = CaseTables();
  tables[0].columns.push_back({7, "colour", Value::Kind::kText, kNoType, false, true});
  tables[0].columns.push_back({8, "budget", Value::Kind::kMoney, kNoType, false, true});
  tables[0].columns.push_back({9, "since", Value::Kind::kTimestamp, kNoType, false, true});
  ASSERT_EQ(Put(*store, tables,
                {Create(kAccount, 0,
                        {{kAccountName, Value::Text("Acme")},
                         {7, Value::Text("red")},
                         {8, Value::Amount({123'456, *Currency::Parse("EUR")})},
                         {9, Value::Time({1'500'000})}})}),
            absl::OkStatus());
  EXPECT_EQ(Select(Concat("SELECT count(*) FROM information_schema.columns WHERE table_schema = '",
                          options_.schema, "' AND column_name IN ('colour', 'budget')")),
            (Table{{"0"}}));
  EXPECT_EQ(Select(Concat("SELECT name, colour, budget, budget_currency, since AT TIME ZONE 'UTC' "
                          "AS since FROM ",
                          View("account")),
                   true),
            (Table{{"name", "colour", "budget", "budget_currency", "since"},
                   {"Acme", "red", "12.3456", "EUR", "1970-01-01 00:00:01.5"}}));
}

TEST_F(Postgres, ViewsShowWhatPeopleRead) {
  auto store = Open();
  auto writer = store->Write(Seconds(5));
  ASSERT_TRUE(writer.ok());
  ASSERT_EQ((*writer)->Prepare(CaseTables()), absl::OkStatus());
  CommitBatch batch = BatchAfter({}, 4);
  batch.commit.recorded = {1'792'800'000'000'000};
  batch.records = {Create(kAccount, 0, {{kAccountName, Value::Text("Acme SAS")}}),
                   Create(kContact, 0,
                          {{testing::kName, Value::Text("Marie")},
                           {testing::kActive, Value::Bool(true)},
                           {testing::kScore, Value::Double(0.5)},
                           {testing::kSince, Value::Time({-1'500'000})},
                           {testing::kLength, Value::Length({90'000'000})},
                           {testing::kBorn, Value::Day({-1})},
                           {testing::kSpent, Value::Amount({-123'456, *Currency::Parse("EUR")})},
                           {testing::kEmployer, Value::Record({kAccount, 0})},
                           {testing::kAbout, Value::Record({kContact, 0})},
                           {testing::kTags, Value::List({Value::Text("vip")})}}),
                   Create(kContact, 1)};
  batch.events = {testing::Visits(1, {0})};
  batch.ledger = {{2, {kContact, 0}, {kContact, 1}, {0}, "body"}};
  batch.changes = {{3, kContact, 0, 1, RecordWrite::Op::kUpdate, "", "", {}, Timestamp{0}, ""}};
  ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
  ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  EXPECT_EQ(
      Select(Concat("SELECT name, active, score, since AT TIME ZONE 'UTC' AS since, length, born, "
                    "spent, spent_currency, employer_name, about_type, about_name, tags FROM ",
                    View("contact"), " WHERE name IS NOT NULL")),
      (Table{{"Marie", "t", "0.5", "1969-12-31 23:59:58.5", "90.000000", "1969-12-31", "-12.3456",
              "EUR", "Acme SAS", "contact", "Marie", "[\"vip\"]"}}));
  EXPECT_EQ(Select(Concat("SELECT c.employer = a.id FROM ", View("contact"), " c JOIN ",
                          View("account"), " a ON a.id = c.employer")),
            (Table{{"t"}}));
  EXPECT_EQ(Select(Concat("SELECT seq, contact_name, path, price FROM ", View("visit"))),
            (Table{{"1", "Marie", "/p1", "0.0100"}}));
  EXPECT_EQ(Select(Concat("SELECT person_type, person_name FROM ", View("consent_ledger"))),
            (Table{{"contact", "Marie"}}));
  EXPECT_EQ(
      Select(Concat("SELECT \"commit\", type, action, records FROM ", View("change_history"))),
      (Table{{"1", "contact", "update", "1"}}));
  EXPECT_EQ(Select(Concat("SELECT \"commit\", actor FROM ", View("commit_history"))),
            (Table{{"1", "user:amelie"}}));
}

TEST_F(Postgres, ManyProcessesMakeTheTablesOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      PostgresOptions options = options_;
      options.tenant = i % 2 == 0 ? "even" : Concat("odd", i);
      auto store = OpenPostgresStore(PostgresDsn(), options);
      if (!store.ok()) {
        ADD_FAILURE() << store.status();
        return;
      }
      for (int attempt = 0; attempt < 10; ++attempt) {
        auto writer = (*store)->Write(Seconds(30));
        if (!writer.ok()) continue;
        absl::Status status = (*writer)->Prepare(CaseTables());
        if (status.ok()) status = (*writer)->Commit();
        if (status.ok()) return;
        if (!absl::IsAborted(status)) {
          ADD_FAILURE() << status;
          return;
        }
      }
      ++failures;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Select(Concat("SELECT count(*) FROM ", options_.schema, ".relata_tenant")),
            (Table{{"4"}}));
  EXPECT_EQ(Open()->HeadId().value_or(-1), 0);
}

TEST_F(Postgres, RefusesWhatIsNotThereOrNotForIt) {
  PostgresOptions existing = options_;
  existing.create = false;
  EXPECT_TRUE(absl::IsNotFound(OpenPostgresStore(PostgresDsn(), existing).status()));
  ASSERT_NE(Open(), nullptr);
  EXPECT_TRUE(OpenPostgresStore(PostgresDsn(), existing).ok());
  existing.tenant = "other";
  EXPECT_TRUE(absl::IsNotFound(OpenPostgresStore(PostgresDsn(), existing).status()));
  existing.tenant = "No Name";
  EXPECT_TRUE(absl::IsInvalidArgument(OpenPostgresStore(PostgresDsn(), existing).status()));
  std::string elsewhere = PostgresDsn();
  elsewhere.replace(elsewhere.find("postgres", 1), 8, "no_such_database");
  EXPECT_TRUE(absl::IsNotFound(OpenPostgresStore(elsewhere, options_).status())) << elsewhere;
  EXPECT_TRUE(absl::IsInvalidArgument(OpenPostgresStore("no_such_option=1", options_).status()));
  PostgresOptions hasty = options_;
  hasty.connect_patience = Microseconds(100'000);
  EXPECT_TRUE(
      absl::IsUnavailable(OpenPostgresStore("host=/no/such/folder user=relata", hasty).status()));

  Select(Concat("UPDATE ", options_.schema, ".relata_meta SET value = '7' WHERE key = 'format'"));
  const absl::Status newer = OpenPostgresStore(PostgresDsn(), options_).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(newer)) << newer;
  EXPECT_NE(Message(newer).find("newer version"), std::string_view::npos);
}

TEST_F(Postgres, ADatabaseHalfMadeIsMadeWhole) {
  ASSERT_NE(Open(), nullptr);
  // As a kill between two statements leaves it.
  for (const char* table : {"relata_log", "relata_alias", "relata_own_event"}) {
    Select(Concat("DROP TABLE ", options_.schema, ".", table));
  }
  Select(Concat("DELETE FROM ", options_.schema, ".relata_meta"));
  auto store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(Put(*store, CaseTables(), {Create(kAccount, 0)}), absl::OkStatus());
}

// Tables that were made when each had an index of its ids keep using it; those that come later do
// without, and so does a database that a step brought up to date.
TEST_F(Postgres, AnOlderDatabaseIsBroughtUpToDateAndItsTablesKeepTheirIndexOfIds) {
  ASSERT_EQ(Put(*Open(), CaseTables(), {Create(kAccount, 0)}), absl::OkStatus());
  const auto table = [&](const char* name) { return Concat(options_.schema, ".", name); };
  Select(Concat("ALTER TABLE ", table("r_account"), " ADD UNIQUE(tenant_id, id)"));
  Select(Concat("DROP TABLE ", table("relata_id")));
  Select(Concat("DELETE FROM ", table("relata_migration"), " WHERE name LIKE '%relata_id'"));
  Select(Concat("DELETE FROM ", table("relata_meta"), " WHERE key = 'step'"));

  options_.pack_names_from = 3;
  for (Row first : {1, 4}) {  // made by the step, and opened again
    auto store = Open();
    ASSERT_NE(store, nullptr);
    std::vector<RecordWrite> some;
    for (Row row = first; row < first + 3; ++row) some.push_back(Create(kAccount, row));
    some.push_back(Create(kContact, first));
    ASSERT_EQ(Put(*store, {}, some), absl::OkStatus());
    RecordWrite twin = Create(kAccount, 9);
    twin.id = some[0].id;
    EXPECT_TRUE(absl::IsAlreadyExists(Put(*store, {}, {twin})));
    auto reader = store->Read();
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->FindId(kAccount, some[1].id).value_or(-1), first + 1);
    EXPECT_EQ((*reader)->FindId(kContact, some[3].id).value_or(-1), first);
  }
  EXPECT_EQ(Select(Concat("SELECT type, \"row\" FROM ", table("relata_id"), " ORDER BY \"row\"")),
            (Table{{std::to_string(kContact), "1"}, {std::to_string(kContact), "4"}}));
  EXPECT_EQ(Select(Concat("SELECT value FROM ", table("relata_meta"), " WHERE key = 'step'")),
            (Table{{"2"}}));
  Select(Concat("UPDATE ", table("relata_meta"), " SET value = '999' WHERE key = 'step'"));
  const absl::Status newer = OpenPostgresStore(PostgresDsn(), options_).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(newer)) << newer;
  EXPECT_NE(Message(newer).find("newer version"), std::string_view::npos);
}

TEST_F(Postgres, AnIdleConnectionThatDiedIsReplaced) {
  auto store = Open();
  ASSERT_EQ(Put(*store, CaseTables(), {Create(kAccount, 0)}), absl::OkStatus());
  const auto kill = [&] {
    Select(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND application_name = 'relata' AND query LIKE '%" +
        options_.schema + "%'");
    // The server needs a moment to end them.
    Select("SELECT pg_sleep(0.1)");
  };
  ASSERT_TRUE(store->Read().ok());
  kill();
  EXPECT_EQ(store->HeadId().value_or(-1), 1);
  kill();
  EXPECT_TRUE(store->Read().ok());
  kill();
  EXPECT_EQ(Put(*store, {}, {Create(kAccount, 1)}), absl::OkStatus());
}

TEST_F(Postgres, ReadOnlyRefusesToWrite) {
  ASSERT_EQ(Put(*Open(), CaseTables(), {Create(kAccount, 0)}), absl::OkStatus());
  PostgresOptions options = options_;
  options.read_only = true;
  auto store = OpenPostgresStore(PostgresDsn(), options);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(absl::IsFailedPrecondition((*store)->Write(Seconds(1)).status()));
  EXPECT_EQ((*store)->HeadId().value_or(-1), 1);
}

TEST_F(Postgres, ASubjectIndexInsteadOfRunsAnswersTheSame) {
  options_.subject_index = true;
  auto store = Open();
  std::vector<Row> subjects;
  for (Row i = 0; i < 20'000; ++i) subjects.push_back(i % 7);
  auto writer = store->Write(Seconds(5));
  ASSERT_TRUE(writer.ok());
  ASSERT_EQ((*writer)->Prepare(CaseTables()), absl::OkStatus());
  CommitBatch batch = BatchAfter({}, 20'000);
  batch.events = {testing::Visits(1, subjects)};
  ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
  ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  EXPECT_EQ(
      testing::EventLines(**store->Read(), {testing::kVisit, {}, 0, INT64_MAX, Row{3}, {}}).size(),
      2857u);
  EXPECT_EQ(Select(Concat("SELECT count(*) FROM ", options_.schema, ".relata_event_run")),
            (Table{{"0"}}));
}

TEST_F(Postgres, ACrmLivesOnIt) {
  const Timestamp now{1'792'800'000'000'000};
  QueryOptions at;
  at.now = now;
  PostgresOptions options = options_;
  for (int round = 0; round < 2; ++round) {
    auto crm = Crm::Open(*OpenPostgresStore(PostgresDsn(), options));
    ASSERT_TRUE(crm.ok()) << crm.status();
    Transaction tx = crm->Begin(Actor::User("amelie"));
    const RecordRef acme = tx.Create("account", {{"name", Value::Text("Acme")}});
    tx.Create("contact", {{"given_name", Value::Text("Marie")}, {"account", Value::Record(acme)}});
    const auto commit = tx.Commit(now);
    ASSERT_TRUE(commit.ok()) << commit.status();
    const auto answer = crm->Query("contact", "contact.account.name == 'Acme'", at);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->count, round + 1);
  }
  EXPECT_EQ(Select(Concat("SELECT given_name, account_name FROM ", View("contact"))),
            (Table{{"Marie", "Acme"}, {"Marie", "Acme"}}));
}

TEST_F(Postgres, ACommitAsksForNothingTwice) {
  std::map<std::string, int> asked;
  PostgresOptions options = options_;
  options.trace = [&](std::string_view sql) { ++asked[std::string(sql)]; };
  auto crm = Crm::Open(*OpenPostgresStore(PostgresDsn(), options));
  ASSERT_TRUE(crm.ok()) << crm.status();
  for (int64_t i = 0; i < 3; ++i) {
    asked.clear();
    Transaction tx = crm->Begin(Actor::User("amelie"));
    const RecordRef marie = tx.Create("contact", {{"given_name", Value::Text("Marie")}});
    tx.AddKey(marie, "web", std::to_string(i));
    const auto commit = tx.Commit(Timestamp{1'792'800'000'000'000 + i});
    ASSERT_TRUE(commit.ok()) << commit.status();
  }
  for (const auto& [sql, times] : asked) {
    // The patience with others is set before the lock and after it.
    EXPECT_LE(times, sql.starts_with("SET LOCAL lock_timeout") ? 2 : 1) << sql;
    EXPECT_EQ(sql.find("relata_catalog"), std::string::npos) << sql;
  }
}

// `dsn` with another database.
std::string InDatabase(const std::string& dsn, const std::string& database) {
  std::string out;
  PQconninfoOption* const options = PQconninfoParse(dsn.c_str(), nullptr);
  for (const PQconninfoOption* o = options; o != nullptr && o->keyword != nullptr; ++o) {
    const bool name = std::string_view(o->keyword) == "dbname";
    if (o->val != nullptr && !name) out += Concat(o->keyword, "='", o->val, "' ");
  }
  PQconninfoFree(options);
  return Concat(out, "dbname='", database, "'");
}

bool OnCitus() {
  return !PostgresQuery(PostgresDsn(), "SELECT 1 FROM pg_extension WHERE extname = 'citus'")
              .empty();
}

// A distributed server is not to be had everywhere. This stands in for one as far as the store can
// see it: the extension is listed, and what would spread a table notes that it was asked to, as the
// real one does, and refuses to be asked twice. Its other nodes have as many older transactions as
// a table says.
class StandIn {
 public:
  StandIn() {
    PostgresQuery(PostgresDsn(), Concat("CREATE DATABASE ", database_));
    PostgresQuery(dsn_, R"sql(
      SET allow_system_table_mods = on;
      CREATE TABLE pg_catalog.pg_dist_partition(
        logicalrelid regclass PRIMARY KEY, key text, beside text);
      INSERT INTO pg_catalog.pg_extension(oid, extname, extowner, extnamespace, extrelocatable,
        extversion) VALUES (9999, 'citus', 10, 11, false, '0');
      CREATE FUNCTION create_distributed_table(t text, key text, colocate_with text) RETURNS void
        LANGUAGE sql AS 'INSERT INTO pg_dist_partition VALUES (t::regclass, key, colocate_with)';
      CREATE FUNCTION create_reference_table(t text) RETURNS void
        LANGUAGE sql AS 'INSERT INTO pg_dist_partition VALUES (t::regclass, NULL, NULL)';
      CREATE TABLE on_other_nodes(older bigint);
      INSERT INTO on_other_nodes VALUES (0);
      CREATE FUNCTION run_command_on_all_nodes(command text)
        RETURNS TABLE(nodeid integer, success boolean, result text) LANGUAGE plpgsql AS $$
        DECLARE here bigint; BEGIN
          EXECUTE command INTO here;
          RETURN QUERY SELECT 1, true, here::text
            UNION ALL SELECT 2, true, older::text FROM on_other_nodes;
        END $$)sql");
  }
  ~StandIn() { PostgresQuery(PostgresDsn(), Concat("DROP DATABASE ", database_, " WITH (FORCE)")); }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  const std::string& dsn() const { return dsn_; }

 private:
  const std::string database_ = testing::UniqueName("spread");
  const std::string dsn_ = InDatabase(PostgresDsn(), database_);
};

TEST_F(Postgres, OnADistributedServerEveryTableIsSpreadOnceWithItsTenantsLock) {
  if (OnCitus()) GTEST_SKIP() << "a stand-in, and the server is a real one";
  const StandIn server;
  const std::string& dsn = server.dsn();
  for (const char* tenant : {"main", "main", "second"}) {  // opened again, and another tenant
    PostgresOptions options = options_;
    options.tenant = tenant;
    auto store = OpenPostgresStore(dsn, options);
    ASSERT_TRUE(store.ok()) << store.status();
    auto reader = (*store)->Read();
    ASSERT_TRUE(reader.ok()) << reader.status();
    const Row next = (*reader)->NextRow(kAccount).value_or(0);
    reader->reset();
    ASSERT_EQ(
        Put(**store, CaseTables(), {Create(kAccount, next, {{kAccountName, Value::Text("Acme")}})}),
        absl::OkStatus());
  }
  const std::string ours = Concat(
      " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN "
      "pg_dist_partition p ON p.logicalrelid = c.oid WHERE c.relkind = 'r' AND n.nspname = '",
      options_.schema, "'");
  EXPECT_EQ(PostgresQuery(dsn, Concat("SELECT c.relname", ours, " AND p.logicalrelid IS NULL")),
            Table{});
  EXPECT_EQ(PostgresQuery(dsn, Concat("SELECT count(*)", ours, " AND p.key IS NULL")),
            (Table{{"4"}}));
  EXPECT_EQ(PostgresQuery(dsn, Concat("SELECT DISTINCT p.key, p.beside", ours,
                                      " AND p.key IS NOT NULL AND c.relname <> 'relata_lock'")),
            (Table{{"tenant_id", Concat('"', options_.schema, "\".\"relata_lock\"")}}));
}

// What VACUUM says there is of the node that was asked only.
TEST_F(Postgres, OnADistributedServerAScrubWaitsForTransactionsOfOtherNodes) {
  if (OnCitus()) GTEST_SKIP() << "a stand-in, and the server is a real one";
  const StandIn server;
  auto store = OpenPostgresStore(server.dsn(), options_);
  ASSERT_TRUE(store.ok()) << store.status();
  PostgresQuery(server.dsn(), "UPDATE on_other_nodes SET older = 1");
  const absl::Status held = (*store)->Scrub(Microseconds(200'000));
  EXPECT_TRUE(absl::IsFailedPrecondition(held)) << held;
  EXPECT_NE(Message(held).find("nodes"), std::string_view::npos) << held;
  PostgresQuery(server.dsn(), "UPDATE on_other_nodes SET older = 0");
  const absl::Status scrubbed = (*store)->Scrub(Minutes(1));
  EXPECT_TRUE(scrubbed.ok()) << scrubbed;
}

// What a node of a distributed server says of a COPY comes without its SQLSTATE.
TEST_F(Postgres, AKeyThatIsTakenOnAnotherNodeIsTaken) {
  if (OnCitus()) GTEST_SKIP() << "a stand-in, and the server is a real one";
  auto store = Open();
  ASSERT_EQ(Put(*store, CaseTables(), {Create(kAccount, 0)}), absl::OkStatus());
  Select(Concat("CREATE FUNCTION ", options_.schema, R"sql(.pass_on() RETURNS trigger
      LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'doppelter Schluessel' USING ERRCODE = 'XX000',
      DETAIL = 'Schluessel (tenant_id, row)=(1, 5) existiert bereits.'; END $$)sql"));
  Select(Concat("CREATE TRIGGER node BEFORE INSERT ON ", options_.schema,
                ".r_account FOR EACH ROW EXECUTE FUNCTION ", options_.schema, ".pass_on()"));
  std::vector<RecordWrite> many;
  for (Row row = 1; row < 100; ++row) many.push_back(Create(kAccount, row));
  const absl::Status status = Put(*store, {}, many);
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
}

TEST(PostgresText, ANulOrSohIsEscapedWhereverItStands) {
  for (size_t size = 0; size < 20; ++size) {
    for (size_t at = 0; at <= size; ++at) {
      for (const char c : {'\0', '\1', '\2', '\x7f', '\x80', '\xff'}) {
        std::string text(size, 'x');
        if (at < size) text[at] = c;
        internal::PgFields fields;
        fields.Text(text).Int(-2).Int4(-3).Bool(true);
        const std::string_view sent(fields.data(0), static_cast<size_t>(fields.length(0)));
        EXPECT_EQ(sent, internal::Escaped(text));
        EXPECT_EQ(internal::Unescaped(sent), text);
        EXPECT_EQ(sent.size(), text.size() + (at < size && (c == '\0' || c == '\1') ? 1 : 0));
        for (const auto& [field, value] : {std::pair(1, -2), {2, -3}, {3, 1}}) {
          const auto length = static_cast<size_t>(fields.length(field));
          EXPECT_EQ(internal::BigEndian({fields.data(field), length}), value);
        }
      }
    }
  }
}

}  // namespace
}  // namespace relata
