// SPDX-License-Identifier: Apache-2.0
//
// Whatever is done to the rows of a database behind its back is found, and erasure breaks nothing.

#include "relata/engine/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "relata/relata.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"
#include "unit/engine/trail_days.h"

#ifndef RELATA_MUTATIONS
#define RELATA_MUTATIONS 400
#endif

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A file with every kind of row that a commit leaves.
class AuditTrail : public ::testing::Test {
 protected:
  AuditTrail() : path_(folder_.File("trail.db")), crm_(Open(path_)) {
    for (int day = 0; day < 12; ++day) Write(day);
    EXPECT_EQ(sqlite3_open(path_.c_str(), &db_), SQLITE_OK);
    Run("PRAGMA synchronous=OFF");
    checkpoint_ = *ExportCheckpoint(crm_, &key_);
  }
  ~AuditTrail() override { sqlite3_close(db_); }

  void Write(int day) { WriteDay(crm_, day, persons_); }

  // So that names are packed by the commit of many, and loose by the others.
  static Crm Open(const std::string& path) {
    SqliteOptions options;
    options.pack_names_from = 5;
    return *Crm::Open(*OpenSqliteStore(path, options));
  }

  // As many events as make the index of a type, and some erased from the index and from behind it.
  void WriteManyEventsAndEraseSome() {
    Transaction tx = crm_.Begin(Actor::System("import"));
    for (int i = 0; i < 6; ++i) {
      const RecordRef one = tx.Create("contact", {{"family_name", Value::Text("Bulk")}});
      tx.AddKey(one, "bulk", "B" + std::to_string(i));
    }
    for (int i = 0; i < 8'200; ++i) {
      tx.Append("login", persons_[static_cast<size_t>(i) % persons_.size()], kStart + Seconds(i),
                {});
    }
    for (const char* key : {"a", "b"}) {
      tx.Log("outbox", persons_[0], key, "{\"text\":\"" + std::string(1'000, 'x') + "\"}");
    }
    ASSERT_TRUE(tx.Commit(kStart + Days(20)).ok());
    EraseWrite erase;
    for (const char* type : {"login", "page_view"}) {
      for (const auto& row : Rows(std::string("SELECT seq FROM ev_") + type + " LIMIT 2")) {
        erase.events.emplace_back(crm_.schema()->Find(type)->id, std::stoll(row[0]));
      }
    }
    Transaction gone = crm_.Begin(Actor::User("dpo"));
    gone.Erase(erase);
    ASSERT_TRUE(gone.Commit(kStart + Days(21)).ok());
  }

  void Run(const std::string& sql) {
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
        << sql << ": " << error;
    sqlite3_free(error);
  }
  std::vector<std::vector<std::string>> Rows(const std::string& sql) {
    std::vector<std::vector<std::string>> rows;
    sqlite3_stmt* s = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql.c_str(), -1, &s, nullptr), SQLITE_OK) << sql;
    while (sqlite3_step(s) == SQLITE_ROW) {
      std::vector<std::string> row;
      for (int i = 0; i < sqlite3_column_count(s); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, i));
        row.emplace_back(text == nullptr ? "" : text);
      }
      rows.push_back(std::move(row));
    }
    sqlite3_finalize(s);
    return rows;
  }
  AuditTrailReport Verify() {
    const Checkpoint kept[] = {checkpoint_};
    const absl::StatusOr<AuditTrailReport> report = VerifyAudit(crm_, kept, &key_);
    if (!report.ok()) {  // what can no longer be read was found to be damaged
      AuditTrailReport damaged;
      damaged.issues.push_back(
          {Severity::kError, "reading", std::string(Message(report.status()))});
      return damaged;
    }
    return *report;
  }

  testing::TempDir folder_;
  const std::string path_;
  Crm crm_;
  const SecretKey key_ = KeyOf(7);
  Checkpoint checkpoint_;
  std::vector<RecordRef> persons_;
  sqlite3* db_ = nullptr;
};

TEST_F(AuditTrail, OfAnUntouchedDatabaseIsWhole) {
  const AuditTrailReport report = Verify();
  EXPECT_THAT(report.issues, IsEmpty());
  EXPECT_EQ(report.commits, 12);
  EXPECT_EQ(report.entries, 12);
  EXPECT_EQ(report.checkpoints, 1);
  EXPECT_GE(report.lines, 36);
  EXPECT_EQ(report.erased, 0);
  Write(12);
  EXPECT_TRUE(Verify().ok()) << "a chain that went on passes through its checkpoint";
}

TEST_F(AuditTrail, StaysWholeWhenAnErasureTakesImagesEntriesEventsKeysAndLines) {
  EraseWrite erase;
  erase.subjects = {persons_[1]};
  erase.images = {persons_[4]};
  erase.events = {{crm_.schema()->Find("page_view")->id,
                   std::stoll(Rows("SELECT max(seq) FROM ev_page_view")[0][0])}};
  erase.entries = {std::stoll(Rows("SELECT min(seq) FROM relata_ledger")[0][0])};
  erase.words = {"day 3"};
  Transaction tx = crm_.Begin(Actor::User("dpo"));
  tx.Update(persons_[1], {{"family_name", Value::Null()}, {"email", Value::Null()}});
  tx.Erase(erase);
  ASSERT_TRUE(tx.Commit(kStart + Days(30)).ok());
  const AuditTrailReport report = Verify();
  EXPECT_THAT(report.issues, IsEmpty());
  EXPECT_GE(report.erased, 6);
  EXPECT_EQ(Rows("SELECT 1 FROM relata_external_key WHERE key = 'C1'").size(), 0u);
}

TEST_F(AuditTrail, WhatNoErasureTookIsMissing) {
  const std::pair<const char*, const char*> cases[] = {
      {"an image",
       "DELETE FROM relata_personal_image WHERE seq IN (SELECT min(seq) FROM "
       "relata_personal_image)"},
      {"an entry",
       "UPDATE relata_ledger SET body = x'' WHERE seq IN (SELECT min(seq) FROM "
       "relata_ledger)"},
      {"a line",
       "UPDATE relata_log SET key = '', body = '{}' WHERE log = 'access' AND seq IN "
       "(SELECT min(seq) FROM relata_log WHERE log = 'access')"},
      {"a reason", "UPDATE relata_commit SET reason = '' WHERE id = 3"},
      {"another person's image",
       "UPDATE relata_personal_image SET subject = subject + 1 WHERE seq IN (SELECT max(seq) FROM "
       "relata_personal_image)"},
      {"a name of a column",
       "UPDATE relata_field SET column_name = 'x' WHERE type = 0 AND field = 0"},
      {"the result of an operation",
       "UPDATE relata_operation SET result = x'00' WHERE operation_id = 'operation 4'"},
      {"an event erased by nobody", "INSERT INTO relata_erased_event VALUES(3, 4)"},
  };
  size_t damages = 0;
  for (const auto& [name, sql] : cases) {
    Run(sql);
    EXPECT_EQ(Verify().issues.size(), ++damages) << name;
  }
}

TEST_F(AuditTrail, ACheckpointShowsWhatTheChainAloneCannot) {
  const std::string old = folder_.File("old.db");
  Run("VACUUM INTO '" + old + "'");
  Write(12);
  const Crm before = *Crm::Open(old);
  EXPECT_TRUE(VerifyAudit(before)->ok()) << "the past is a chain of its own";
  const Checkpoint kept[] = {*ExportCheckpoint(crm_, &key_)};
  const AuditTrailReport report = *VerifyAudit(before, kept, &key_);
  ASSERT_EQ(report.issues.size(), 1u);
  EXPECT_THAT(report.issues[0].message, HasSubstr("cut off"));
}

TEST_F(AuditTrail, CheckpointsAreTextAndKnowTheirKey) {
  const absl::StatusOr<Checkpoint> back = ParseCheckpoint(CheckpointText(checkpoint_));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, checkpoint_);
  for (const char* text : {"", "{}", "{\"commit\":1,\"chain\":\"00\",\"mac\":\"00\"}", "[1]"}) {
    EXPECT_FALSE(ParseCheckpoint(text).ok()) << text;
  }
  const SecretKey other = KeyOf(8);
  const Checkpoint kept[] = {checkpoint_};
  const AuditTrailReport report = *VerifyAudit(crm_, kept, &other);
  ASSERT_EQ(report.issues.size(), 1u);
  EXPECT_THAT(report.issues[0].message, HasSubstr("not exported by this installation"));
}

TEST_F(AuditTrail, ARoleMayHaveItsAccessesLoggedAndTheyArePartOfTheTrail) {
  Transaction tx = crm_.Begin(Actor::System("test"));
  tx.Define("role", "watched", R"json({"types": {"*": "read"}, "log": ["search", "decide"]})json");
  tx.Define("role", "trusted", R"json({"types": {"*": "read"}})json");
  ASSERT_TRUE(tx.Commit(kStart + Days(20)).ok());
  const auto logged = [&] { return crm_.Log(kAccessLog, "sam")->size(); };
  QueryOptions asking;
  asking.now = kStart + Days(21);
  for (const char* role : {"trusted", "watched"}) {
    asking.reader = Actor::User("sam", role);
    ASSERT_TRUE(crm_.Query("contact", "contact.email != null", asking).ok());
    EXPECT_TRUE(LogDecision(crm_, asking.reader, persons_[5], "CONSENT.OK", asking.now).ok());
    EXPECT_EQ(logged(), std::string(role) == "trusted" ? 0u : 2u);
  }
  ASSERT_TRUE(crm_.Query("account", "account.name == 'Acme'", asking).ok());
  const std::vector<LogWrite> lines = *crm_.Log(kAccessLog, "sam");
  EXPECT_THAT(lines[0].body, HasSubstr("contact.email"));
  EXPECT_THAT(lines[1].body, HasSubstr("CONSENT.OK"));
  EXPECT_EQ(lines[1].subject, persons_[5]);
  EXPECT_TRUE(Verify().ok());
  Run("DELETE FROM relata_log WHERE log = 'access' AND key = 'sam'");
  EXPECT_EQ(Verify().issues.size(), lines.size());
}

// Random damage to the rows of any table there is: a value flipped, a row deleted, inserted,
// swapped with another, a table cut off at its end. Tables and columns are read from the file
// itself, so that none can be forgotten.
class Mutator {
 public:
  Mutator(sqlite3* db, uint64_t seed) : db_(db), random_(seed) {
    for (const std::string& name :
         Text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")) {
      Table table;
      table.name = name;
      table.columns = Text("SELECT name FROM pragma_table_info('" + name + "')");
      table.key = Text("SELECT name FROM pragma_table_info('" + name + "') WHERE pk > 0");
      if (!Text("SELECT 1 FROM " + name + " LIMIT 1").empty()) tables_.push_back(table);
    }
  }

  std::vector<std::string> Tables() const {
    std::vector<std::string> names;
    for (const Table& table : tables_) names.push_back(table.name);
    return names;
  }

  struct Done {
    std::string table;
    std::string sql;  // empty when there was nothing to do it to
  };
  Done Mutate() {
    const Table& table = tables_[Pick(tables_.size())];
    return {table.name, Mutate(table)};
  }

 private:
  struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::string> key;

    // What names a row: one expression.
    std::string Key() const {
      std::string out;
      for (const std::string& column : key) out += (out.empty() ? "(" : " || ' ' || ") + column;
      return out + ")";
    }
    bool InKey(const std::string& column) const {
      return std::find(key.begin(), key.end(), column) != key.end();
    }
  };

  std::string Mutate(const Table& table) {
    const std::string key = table.Key();
    const std::vector<std::string> some =
        Text("SELECT " + key + " FROM " + table.name + " ORDER BY random() LIMIT 2");
    if (some.empty()) return "";
    switch (Pick(5)) {
      case 0:
        return Exec("DELETE FROM " + table.name + " WHERE " + key + " = " + Quote(some[0]));
      case 1:
        return Insert(table, some[0]);
      case 2:
        return some.size() < 2 ? "" : Swap(table, some[0], some[1]);
      case 3:
        return Exec("DELETE FROM " + table.name + " WHERE " + key + " IN (SELECT " + key +
                    " FROM " + table.name + " ORDER BY " + table.key.back() + " DESC LIMIT " +
                    std::to_string(1 + Pick(3)) + ")");
      default:
        return Flip(table, some[0]);
    }
  }

  size_t Pick(size_t n) { return static_cast<size_t>(random_() % n); }
  static std::string Quote(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
  }

  std::vector<std::string> Text(const std::string& sql) {
    std::vector<std::string> out;
    sqlite3_stmt* s = nullptr;
    sqlite3_prepare_v2(db_, sql.c_str(), -1, &s, nullptr);
    while (sqlite3_step(s) == SQLITE_ROW) {
      out.emplace_back(static_cast<const char*>(sqlite3_column_blob(s, 0)),
                       static_cast<size_t>(sqlite3_column_bytes(s, 0)));
    }
    sqlite3_finalize(s);
    return out;
  }
  // The statement when it changed something, else empty (a key that is taken, no row).
  std::string Exec(const std::string& sql) {
    const int done = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    return done == SQLITE_OK && sqlite3_changes(db_) > 0 ? sql : "";
  }

  // Two numbers say nothing but an order of rows: any other in the same order is as good.
  static bool OnlyOrders(const std::string& column) {
    return column == "place" || column == "block";
  }

  // A copy of a row under another key, and under another of what is unique besides.
  std::string Insert(const Table& table, const std::string& key) {
    std::string values;
    for (const std::string& column : table.columns) {
      const bool id = column == "id" && !table.InKey(column);
      const bool moved = table.InKey(column) || column == "version" || column == "last_seq";
      const std::string more = std::to_string(1 + Pick(40));
      values += (values.empty() ? "" : ", ") +
                (id      ? "randomblob(16)"
                 : moved ? "CASE typeof(" + column + ") WHEN 'text' THEN " + column +
                               " || 'x' ELSE " + column + " + " + more + " END"
                         : column);
    }
    return Exec("INSERT INTO " + table.name + " SELECT " + values + " FROM " + table.name +
                " WHERE " + table.Key() + " = " + Quote(key));
  }

  // Two rows exchange one of their values, the key apart.
  std::string Swap(const Table& table, const std::string& a, const std::string& b) {
    const std::string& column = table.columns[Pick(table.columns.size())];
    const std::string of = " FROM " + table.name + " WHERE " + table.Key() + " = ";
    const std::vector<std::string> same = Text("SELECT (SELECT " + column + of + Quote(a) +
                                               ") IS (SELECT " + column + of + Quote(b) + ")");
    if (same.empty() || same[0] == "1" || table.InKey(column)) return "";
    return Exec("UPDATE " + table.name + " SET " + column + " = CASE " + table.Key() + " WHEN " +
                Quote(a) + " THEN (SELECT " + column + of + Quote(b) + ") ELSE (SELECT " + column +
                of + Quote(a) + ") END WHERE " + table.Key() + " IN (" + Quote(a) + ", " +
                Quote(b) + ")");
  }

  std::string Flip(const Table& table, const std::string& key) {
    const std::string& column = table.columns[Pick(table.columns.size())];
    const std::string where = " WHERE " + table.Key() + " = " + Quote(key);
    const std::vector<std::string> type =
        Text("SELECT typeof(" + column + ") FROM " + table.name + where);
    if (type.empty() || type[0] == "null" || OnlyOrders(column)) return "";
    if (type[0] == "integer") {
      // Types of records and operations are small numbers; their high bits are not read.
      const bool small =
          column == "op" || column == "deleted" || column.find("type") != std::string::npos;
      const std::string bit = std::to_string(int64_t{1} << Pick(small ? 3 : 40));
      return Exec("UPDATE " + table.name + " SET " + column + " = (" + column + " | " + bit +
                  ") - (" + column + " & " + bit + ")" + where);
    }
    std::string value = Text("SELECT " + column + " FROM " + table.name + where).at(0);
    if (value.empty()) return "";
    value[Pick(value.size())] ^= static_cast<char>(1 << Pick(type[0] == "blob" ? 8 : 3));
    sqlite3_stmt* s = nullptr;
    const std::string sql = "UPDATE " + table.name + " SET " + column + " = ?" + where;
    sqlite3_prepare_v2(db_, sql.c_str(), -1, &s, nullptr);
    if (type[0] == "blob") {
      sqlite3_bind_blob(s, 1, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    } else {
      sqlite3_bind_text(s, 1, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    }
    const bool done = sqlite3_step(s) == SQLITE_DONE;
    sqlite3_finalize(s);
    return done && sqlite3_changes(db_) > 0 ? sql : "";
  }

  sqlite3* db_;
  std::mt19937_64 random_;
  std::vector<Table> tables_;
};

TEST_F(AuditTrail, EveryRandomMutationIsFound) {
  WriteManyEventsAndEraseSome();
  ASSERT_TRUE(Verify().ok());
  Mutator mutator(db_, testing::Seed(std::random_device()()));
  Run("ATTACH ':memory:' AS kept");
  for (const std::string& table : mutator.Tables()) {
    Run("CREATE TABLE kept." + table + "_kept AS SELECT * FROM main." + table);
  }
  int mutations = 0, missed = 0;
  std::set<std::string> met;
  while (mutations < RELATA_MUTATIONS && missed < 10) {
    const Mutator::Done done = mutator.Mutate();
    if (done.sql.empty()) continue;
    ++mutations;
    met.insert(done.table);
    if (Verify().ok()) {
      ++missed;
      ADD_FAILURE() << "not found: " << done.sql;
    }
    Run("BEGIN; DELETE FROM main." + done.table + "; INSERT INTO main." + done.table +
        " SELECT * FROM kept." + done.table + "_kept; COMMIT");
  }
  EXPECT_TRUE(Verify().ok()) << "what was put back is whole";
  for (const auto& row : Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE "
                              "'relata_%'")) {
    EXPECT_THAT(mutator.Tables(), Contains(row[0])) << "the fixture leaves it empty";
  }
  std::cout << "mutations of the trail: " << mutations << " in " << met.size()
            << " tables, not found: " << missed << "\n";
}

}  // namespace
}  // namespace relata
