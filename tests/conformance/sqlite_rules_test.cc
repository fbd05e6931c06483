// SPDX-License-Identifier: Apache-2.0
//
// Every statement the SQLite store prepares while the conformance suite runs on it keeps to the
// rules, and calls no function but those listed. Run as one program: what all cases sent is judged
// at its end.

#include "conformance/sqlite_rules.h"

#include <sqlite3.h>

#include <iostream>
#include <memory>
#include <mutex>
#include <set>

#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "relata/testing/store_conformance.h"
#include "support/support.h"
#include "testing/store_fixture.h"

namespace relata {
namespace {

using testing::AllowedSqliteFunction;
using testing::BrokenPlanRules;
using testing::BrokenSqliteRules;

struct Seen {
  std::mutex mutex;
  std::set<std::string> statements;
  std::set<std::string> functions;
  std::set<std::string> functions_of_views;
};

Seen& AllSeen() {
  static Seen& seen = *new Seen;
  return seen;
}

int NoteStatement(unsigned /*mask*/, void* /*context*/, void* statement, void* text) {
  // A trigger's statements come as comments; that there is one is a finding of its own.
  const char* unexpanded = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
  Seen& seen = AllSeen();
  const std::lock_guard lock(seen.mutex);
  seen.statements.emplace(unexpanded != nullptr ? unexpanded : static_cast<const char*>(text));
  return 0;
}

int NoteAction(void* /*context*/, int action, const char* /*first*/, const char* second,
               const char* /*database*/, const char* view) {
  if (action != SQLITE_FUNCTION) return SQLITE_OK;
  Seen& seen = AllSeen();
  const std::lock_guard lock(seen.mutex);
  (view == nullptr ? seen.functions : seen.functions_of_views).emplace(second);
  return SQLITE_OK;
}

// Called by SQLite for each connection that is opened.
int Watch(sqlite3* connection, const char** /*error*/, const void* /*api*/) {
  sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, NoteStatement, nullptr);
  sqlite3_set_authorizer(connection, NoteAction, nullptr);
  return SQLITE_OK;
}

class WatchedBackend : public testing::StoreBackend {
 public:
  // A packed one says the statements of a bulk import however little a case brings.
  explicit WatchedBackend(bool packed) {
    if (packed) options_.pack_names_from = 1;
  }
  absl::StatusOr<std::unique_ptr<Store>> Open() override {
    return OpenSqliteStore(dir_.File("crm.db"), options_);
  }
  bool durable() const override { return true; }

 private:
  testing::TempDir dir_;
  SqliteOptions options_;
};

// The tables of the cases in a file of their own, to ask SQLite for its plans.
class Planner {
 public:
  Planner() {
    auto store = OpenSqliteStore(dir_.File("plan.db"));
    EXPECT_TRUE(store.ok()) << store.status();
    auto writer = (*store)->Write(Seconds(10));
    EXPECT_TRUE(writer.ok()) << writer.status();
    EXPECT_EQ((*writer)->Prepare(testing::CaseTables()), absl::OkStatus());
    EXPECT_EQ((*writer)->Commit(), absl::OkStatus());
    writer->reset();
    store->reset();
    EXPECT_EQ(sqlite3_open(dir_.File("plan.db").c_str(), &connection_), SQLITE_OK);
  }
  ~Planner() { sqlite3_close(connection_); }

  // Nothing when the statement is of a table that only one case has.
  std::vector<std::string> PlanOf(const std::string& sql) {
    std::vector<std::string> lines;
    sqlite3_stmt* statement = nullptr;
    const std::string asked = "EXPLAIN QUERY PLAN " + sql;
    if (sqlite3_prepare_v2(connection_, asked.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
      ++planned_;
      while (sqlite3_step(statement) == SQLITE_ROW) {
        lines.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
      }
    }
    sqlite3_finalize(statement);
    return lines;
  }
  int planned() const { return planned_; }

  // Every view read once, so that the functions inside are seen.
  void ReadViews() {
    std::vector<std::string> views;
    const auto note = [](void* out, int, char** values, char**) {
      static_cast<std::vector<std::string>*>(out)->emplace_back(values[0]);
      return 0;
    };
    sqlite3_exec(connection_, "SELECT name FROM sqlite_schema WHERE type = 'view'", note, &views,
                 nullptr);
    EXPECT_GT(views.size(), 4u);
    for (const std::string& view : views) {
      const std::string sql = "SELECT * FROM \"" + view + "\"";
      EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
          << sqlite3_errmsg(connection_);
    }
  }

 private:
  testing::TempDir dir_;
  sqlite3* connection_ = nullptr;
  int planned_ = 0;
};

class Judge : public ::testing::Environment {
 public:
  void SetUp() override { sqlite3_auto_extension(reinterpret_cast<void (*)(void)>(Watch)); }
  void TearDown() override {
    // What the judge itself asks is not the store's.
    const std::set<std::string> statements = AllSeen().statements;
    Planner planner;
    int changes = 0;
    for (const std::string& sql : statements) {
      for (const std::string& wrong : BrokenSqliteRules(sql)) {
        ADD_FAILURE() << wrong << " in\n  " << sql;
      }
      if (!sql.starts_with("UPDATE") && !sql.starts_with("DELETE")) continue;
      ++changes;
      for (const std::string& wrong : BrokenPlanRules(sql, planner.PlanOf(sql))) {
        ADD_FAILURE() << wrong << " in\n  " << sql;
      }
    }
    planner.ReadViews();
    const Seen& seen = AllSeen();
    for (const std::string& name : seen.functions) {
      EXPECT_TRUE(AllowedSqliteFunction(name, false)) << "the function " << name;
    }
    for (const std::string& name : seen.functions_of_views) {
      EXPECT_TRUE(AllowedSqliteFunction(name, true)) << "the function " << name << " in a view";
    }
    EXPECT_GT(statements.size(), 300u) << "the statements were not seen";
    EXPECT_GT(planner.planned(), changes * 9 / 10) << "the plans were not seen";
    std::cout << "[ FIGURES ] " << statements.size() << " statements judged, " << planner.planned()
              << " plans of " << changes << " that change rows\n";
  }
};

const bool kWatched = testing::RegisterStoreConformance(
    "Watched", [] { return std::make_unique<WatchedBackend>(false); });
const bool kWatchedPacked = testing::RegisterStoreConformance(
    "WatchedPacked", [] { return std::make_unique<WatchedBackend>(true); });
const auto* const kJudge = ::testing::AddGlobalTestEnvironment(new Judge);

TEST(SqliteRules, RefuseWhatIsForbidden) {
  const std::pair<const char*, const char*> cases[] = {
      {"a trigger", "CREATE TRIGGER t AFTER INSERT ON relata_log BEGIN SELECT 1; END"},
      {"a counter", "CREATE TABLE relata_x(id INTEGER PRIMARY KEY AUTOINCREMENT)"},
      {"a default", "CREATE TABLE relata_x(id INTEGER PRIMARY KEY, a INTEGER DEFAULT 1)"},
      {"no key", "CREATE TABLE relata_x(id INTEGER)"},
      {"another's table", "CREATE TABLE notes(id INTEGER PRIMARY KEY)"},
      {"a type SQLite guesses", "CREATE TABLE relata_x(id INTEGER PRIMARY KEY, a DATETIME)"},
      {"a record without a number", "CREATE TABLE \"r_x\"(id BLOB PRIMARY KEY, a TEXT)"},
      {"an event with an id",
       "CREATE TABLE \"ev_x\"(seq INTEGER PRIMARY KEY, id BLOB UNIQUE, at INTEGER)"},
      {"an index on events", "CREATE INDEX i ON \"ev_visit\"(subject)"},
      {"a temporary table", "CREATE TEMP TABLE relata_x(id INTEGER PRIMARY KEY)"},
      {"a foreign key",
       "CREATE TABLE relata_x(id INTEGER PRIMARY KEY, a INTEGER REFERENCES relata_log)"},
      {"the clock", "SELECT strftime('%s', 'now')"},
      {"the time of now", "INSERT INTO relata_meta VALUES('t', CURRENT_TIMESTAMP)"},
      {"a name in the text", "SELECT row FROM \"r_contact\" WHERE name = 'O''Brien'"},
      {"a value in the text", "INSERT INTO relata_log VALUES('a', 1, 2, 3, 'k', 4, 'b')"},
      {"a number in the text", "INSERT INTO \"r_contact\"(row, id) VALUES(1, ?)"},
      {"a replaced record", "INSERT OR REPLACE INTO \"r_contact\"(row, id) VALUES(?, ?)"},
      {"a conflict without its key",
       "INSERT INTO relata_log VALUES(?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"},
      {"rows of a query", "INSERT INTO relata_log SELECT * FROM relata_log"},
      {"all rows deleted", "DELETE FROM relata_log"},
      {"all rows changed", "UPDATE relata_log SET body = ?"},
      {"a function of SQLite's own", "SELECT substr(key, ?) FROM relata_log WHERE seq = ?"},
      {"whole division", "SELECT at / ? FROM relata_log WHERE seq = ?"},
      {"bits", "SELECT at & ? FROM relata_log WHERE seq = ?"},
      {"another order of text", "SELECT key FROM relata_log ORDER BY key COLLATE NOCASE"},
      {"a pattern", "SELECT key FROM relata_log WHERE key LIKE ?"},
      {"no syncs", "PRAGMA synchronous=OFF"},
      {"fewer syncs", "PRAGMA synchronous=NORMAL"},
      {"no journal", "PRAGMA journal_mode=MEMORY"},
      {"a schema that can be written", "PRAGMA writable_schema=ON"},
      {"another file", "ATTACH 'x.db' AS x"},
      {"a dropped table", "DROP TABLE relata_log"},
      {"a dropped column", "ALTER TABLE relata_log DROP COLUMN body"},
      {"two at once",
       "DELETE FROM relata_log WHERE seq = ?; DELETE FROM relata_meta WHERE key = ?"},
      {"no statement", ""}};
  for (const auto& [name, sql] : cases) EXPECT_FALSE(BrokenSqliteRules(sql).empty()) << name;
  EXPECT_FALSE(BrokenPlanRules("DELETE FROM t WHERE a = ?", {"SCAN t"}).empty());
  EXPECT_TRUE(BrokenPlanRules("DELETE FROM t WHERE a = ?", {"SEARCH t USING INDEX i"}).empty());
  EXPECT_FALSE(AllowedSqliteFunction("random", false));
  EXPECT_FALSE(AllowedSqliteFunction("random", true));
  EXPECT_FALSE(AllowedSqliteFunction("strftime", false));
}

TEST(SqliteRules, TakeWhatIsAllowed) {
  for (const char* sql :
       {"INSERT INTO relata_external_key VALUES(?, ?, ?, ?) ON CONFLICT(type, system, key) DO "
        "UPDATE SET row = row WHERE row = excluded.row",
        "SELECT sql FROM sqlite_schema WHERE type = 'view'", "PRAGMA synchronous=FULL;",
        "CREATE TABLE \"r_x\"(row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, \"a/b\" TEXT)"}) {
    EXPECT_TRUE(BrokenSqliteRules(sql).empty()) << sql;
  }
}

}  // namespace
}  // namespace relata
