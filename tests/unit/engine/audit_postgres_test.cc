// SPDX-License-Identifier: Apache-2.0
//
// Whatever is done to the rows of a tenant behind its back is found on PostgreSQL too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "relata/engine/audit_log.h"
#include "relata/relata.h"
#include "relata/storage/postgres.h"
#include "support/postgres.h"
#include "support/support.h"
#include "unit/engine/trail_days.h"

#ifndef RELATA_MUTATIONS
#define RELATA_MUTATIONS 150
#endif

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const AuditTrailReport& report) {
  std::vector<std::string> out;
  for (const Issue& issue : report.issues) out.push_back(issue.where + ": " + issue.message);
  return out;
}

// A connection for what is done behind the store's back.
class Backdoor {
 public:
  explicit Backdoor(const std::string& schema)
      : connection_(PQconnectdb(testing::PostgresDsn().c_str())) {
    Exec("SET search_path = " + schema);
    Exec("SET synchronous_commit = off");
    Exec("SET client_min_messages = error");
  }
  ~Backdoor() { PQfinish(connection_); }
  Backdoor(const Backdoor&) = delete;
  Backdoor& operator=(const Backdoor&) = delete;

  // How many rows the statement touched; -1 when it was refused.
  int Exec(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    const bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    const int touched = done ? std::atoi(PQcmdTuples(result)) : -1;
    PQclear(result);
    return touched;
  }
  // The first column; null as "".
  std::vector<std::string> Text(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    EXPECT_EQ(PQresultStatus(result), PGRES_TUPLES_OK) << sql << PQerrorMessage(connection_);
    std::vector<std::string> out;
    for (int i = 0; i < PQntuples(result); ++i) out.emplace_back(PQgetvalue(result, i, 0));
    PQclear(result);
    return out;
  }

 private:
  PGconn* connection_;
};

// A tenant with every kind of row that commits leave.
class AuditOnPostgres : public ::testing::Test {
 protected:
  void SetUp() override {
    RELATA_REQUIRE_POSTGRES();
    options_.schema = testing::UniqueName("trail");
    options_.views = false;
    options_.pack_names_from = 5;
    crm_.emplace(Open());
    for (int day = 0; day < 12; ++day) Write(day);
    WriteManyAndEraseSome();
    checkpoint_ = *ExportCheckpoint(*crm_, &key_);
    db_ = std::make_unique<Backdoor>(options_.schema);
  }
  void TearDown() override {
    db_.reset();
    crm_.reset();
    if (!options_.schema.empty()) testing::DropPostgresSchemas({options_.schema});
  }

  Crm Open() { return *Crm::Open(*OpenPostgresStore(testing::PostgresDsn(), options_)); }

  void Write(int day) { WriteDay(*crm_, day, persons_); }

  // As many events as make the index of a type, keys that are packed, and some events erased.
  void WriteManyAndEraseSome() {
    Transaction tx = crm_->Begin(Actor::System("import"));
    for (int i = 0; i < 6; ++i) {
      const RecordRef one = tx.Create("contact", {{"family_name", Value::Text("Bulk")}});
      tx.AddKey(one, "bulk", "B" + std::to_string(i));
    }
    for (int i = 0; i < 8'200; ++i) {
      tx.Append("login", persons_[static_cast<size_t>(i) % persons_.size()], kStart + Seconds(i),
                {});
    }
    ASSERT_TRUE(tx.Commit(kStart + Days(20)).ok());
    Backdoor db(options_.schema);
    EraseWrite erase;
    for (const char* type : {"login", "page_view"}) {
      for (const std::string& seq :
           db.Text(std::string("SELECT seq FROM ev_") + type + " ORDER BY seq LIMIT 2")) {
        erase.events.emplace_back(crm_->schema()->Find(type)->id, std::stoll(seq));
      }
    }
    Transaction gone = crm_->Begin(Actor::User("dpo"));
    gone.Erase(erase);
    ASSERT_TRUE(gone.Commit(kStart + Days(21)).ok());
  }

  AuditTrailReport Verify() {
    const Checkpoint kept[] = {checkpoint_};
    const absl::StatusOr<AuditTrailReport> report = VerifyAudit(*crm_, kept, &key_);
    if (report.ok()) return *report;
    AuditTrailReport damaged;  // what can no longer be read was found to be damaged
    damaged.issues.push_back({Severity::kError, "reading", std::string(Message(report.status()))});
    return damaged;
  }

  PostgresOptions options_;
  std::optional<Crm> crm_;
  std::unique_ptr<Backdoor> db_;
  const SecretKey key_ = KeyOf(7);
  Checkpoint checkpoint_;
  std::vector<RecordRef> persons_;
};

TEST_F(AuditOnPostgres, OfAnUntouchedTenantIsWholeWhateverOthersDo) {
  EXPECT_THAT(Texts(Verify()), IsEmpty());
  PostgresOptions other = options_;
  other.tenant = "other";
  Crm beside = *Crm::Open(*OpenPostgresStore(testing::PostgresDsn(), other));
  Transaction tx = beside.Begin(Actor::User("amelie"));
  tx.Create("account", {{"name", Value::Text("Acme")}});
  ASSERT_TRUE(tx.Commit(kStart).ok());
  EXPECT_THAT(Texts(Verify()), IsEmpty()) << "the tables of another tenant are its own affair";
  EXPECT_THAT(Texts(*VerifyAudit(beside)), IsEmpty());
  crm_.emplace(Open());
  EXPECT_THAT(Texts(Verify()), IsEmpty()) << "opened anew";
}

TEST_F(AuditOnPostgres, WhatTheStoreKeepsBesideTheRowsIsCompared) {
  const std::pair<const char*, const char*> cases[] = {
      {"an image",
       "UPDATE relata_personal_image SET subject = subject + 1 WHERE seq IN (SELECT max(seq) FROM "
       "relata_personal_image)"},
      {"the result of an operation",
       "UPDATE relata_operation SET result = '\\x00' WHERE operation_id = 'operation 4'"},
      {"an event erased by nobody", "INSERT INTO relata_erased_event VALUES(1, 3, 4)"},
      {"a block of the event index",
       "UPDATE relata_event_block SET entries = set_byte(entries, 3, get_byte(entries, 3) # 1) "
       "WHERE ctid IN (SELECT ctid FROM relata_event_block LIMIT 1)"},
      {"packed names", "DELETE FROM relata_name_block"},
      {"a step",
       "UPDATE relata_migration SET statement = statement || ' ' WHERE name = "
       "'table relata_log'"},
      {"a column's step",
       "UPDATE relata_migration SET statement = 'x' WHERE name = "
       "'table r_contact'"},
      {"a stored catalog", "UPDATE relata_catalog SET body = body || ' '"},
  };
  size_t before = 0;
  for (const auto& [name, sql] : cases) {
    ASSERT_GT(db_->Exec(sql), 0) << name;
    const size_t issues = Verify().issues.size();
    EXPECT_GT(issues, before) << name;
    before = issues;
  }
}

// Random damage to the rows of any table of the schema that holds rows of the tenant, or steps and
// catalogs. Tables, columns and types are read from the server, so that none can be forgotten.
class Mutator {
 public:
  Mutator(Backdoor& db, const std::string& schema, uint64_t seed) : db_(db), random_(seed) {
    const std::string of = "'" + schema + ".";
    for (const std::string& name :
         db.Text("SELECT tablename FROM pg_tables WHERE schemaname = '" + schema + "'")) {
      // A note of which views were made; they are made again when it is missing.
      if (name == "relata_view") continue;
      Table table;
      table.name = name;
      const std::string attributes = " FROM pg_attribute a WHERE a.attrelid = " + of + name +
                                     "'::regclass AND a.attnum > 0 "
                                     "AND NOT a.attisdropped";
      table.columns = db.Text("SELECT quote_ident(attname)" + attributes + " ORDER BY attnum");
      table.types =
          db.Text("SELECT format_type(a.atttypid, NULL)" + attributes + " ORDER BY attnum");
      table.key = db.Text(
          "SELECT quote_ident(a.attname) FROM pg_index i JOIN pg_attribute a ON "
          "a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = " +
          of + name + "'::regclass AND i.indisprimary ORDER BY a.attnum");
      if (db.Text("SELECT '1' FROM " + name + " LIMIT 1").empty()) continue;
      tables_.push_back(table);
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
    std::vector<std::string> types;
    std::vector<std::string> key;

    std::string Key() const {
      std::string out;
      for (const std::string& column : key) {
        out += (out.empty() ? "(" : " || ' ' || ") + column + "::text";
      }
      return out + ")";
    }
    bool InKey(const std::string& column) const {
      return std::find(key.begin(), key.end(), column) != key.end();
    }
  };

  // Rows that another tenant may have put there at any time.
  static bool IsShared(const std::string& table) {
    return table == "relata_tenant" || table == "relata_catalog" || table == "relata_lock";
  }
  // Says nothing but an order of rows: any other in the same order is as good.
  static bool OnlyOrders(const std::string& column) { return column == "place"; }

  size_t Pick(size_t n) { return static_cast<size_t>(random_() % n); }
  static std::string Quote(const std::string& text) {
    std::string out = "E'";
    for (const char c : text) out += c == '\'' || c == '\\' ? std::string(2, c) : std::string(1, c);
    return out + "'";
  }
  std::string Exec(const std::string& sql) { return db_.Exec(sql) > 0 ? sql : ""; }

  std::string Mutate(const Table& table) {
    const std::string key = table.Key();
    const std::vector<std::string> some =
        db_.Text("SELECT " + key + " FROM " + table.name + " ORDER BY random() LIMIT 2");
    if (some.empty()) return "";
    switch (Pick(5)) {
      case 0:
        return Exec("DELETE FROM " + table.name + " WHERE " + key + " = " + Quote(some[0]));
      case 1:
        return IsShared(table.name) ? "" : Insert(table, some[0]);
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

  // A copy of a row under another key, and under another of what is unique besides.
  std::string Insert(const Table& table, const std::string& key) {
    std::string columns, values;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const std::string& column = table.columns[i];
      const std::string& type = table.types[i];
      const bool moved = column != "tenant_id" && (table.InKey(column) || column == "version");
      std::string value = column;
      if (moved && (type == "bigint" || type == "integer")) {
        value += " + " + std::to_string(1 + Pick(40));
      } else if (moved && type == "text") {
        value += " || 'x'";
      } else if (moved && type == "bytea") {
        value += " || '\\x78'::bytea";
      } else if (type == "uuid") {
        value = "md5(random()::text)::uuid";
      }
      columns += (columns.empty() ? "" : ", ") + column;
      values += (values.empty() ? "" : ", ") + value;
    }
    return Exec("INSERT INTO " + table.name + "(" + columns + ") SELECT " + values + " FROM " +
                table.name + " WHERE " + table.Key() + " = " + Quote(key));
  }

  // Two rows exchange one of their values, the key apart.
  std::string Swap(const Table& table, const std::string& a, const std::string& b) {
    const std::string& column = table.columns[Pick(table.columns.size())];
    if (table.InKey(column)) return "";
    const std::string of = " FROM " + table.name + " WHERE " + table.Key() + " = ";
    const std::string first = "(SELECT " + column + of + Quote(a) + ")";
    const std::string second = "(SELECT " + column + of + Quote(b) + ")";
    const std::vector<std::string> same =
        db_.Text("SELECT (" + first + "::text IS NOT DISTINCT FROM " + second + "::text)::int");
    if (same.empty() || same[0] == "1") return "";
    return Exec("UPDATE " + table.name + " SET " + column + " = CASE " + table.Key() + " WHEN " +
                Quote(a) + " THEN " + second + " ELSE " + first + " END WHERE " + table.Key() +
                " IN (" + Quote(a) + ", " + Quote(b) + ")");
  }

  std::string Flip(const Table& table, const std::string& key) {
    const size_t place = Pick(table.columns.size());
    const std::string& column = table.columns[place];
    const std::string& type = table.types[place];
    const std::string where = " WHERE " + table.Key() + " = " + Quote(key);
    if (OnlyOrders(column)) return "";
    const std::vector<std::string> old =
        db_.Text("SELECT coalesce(" + column + "::text, '')" + " FROM " + table.name + where);
    if (old.empty() || old[0].empty()) return "";
    std::string value;
    if (type == "bigint") {
      value = column + " # (1::bigint << " + std::to_string(Pick(40)) + ")";
    } else if (type == "integer") {
      value = column + " # (1 << " + std::to_string(Pick(3)) + ")";
    } else if (type == "boolean") {
      value = "NOT " + column;
    } else if (type == "timestamp with time zone") {
      value = column + " + interval '" + std::to_string(1 + Pick(1'000'000)) + " microseconds'";
    } else if (type == "bytea") {
      const std::string at = std::to_string(Pick((old[0].size() - 2) / 2));
      value = "set_byte(" + column + ", " + at + ", get_byte(" + column + ", " + at + ") # " +
              std::to_string(1 << Pick(8)) + ")";
      if (old[0].size() <= 2) return "";
    } else if (type == "uuid") {
      std::string other = old[0];
      const size_t at = Pick(8);
      other[at] = other[at] == '0' ? '1' : '0';
      value = Quote(other) + "::uuid";
    } else if (type == "text") {
      std::string other = old[0];
      char& c = other[Pick(other.size())];
      if (static_cast<unsigned char>(c) >= 0x80 || c < 0x28) return "";
      c = static_cast<char>(c ^ (1 << Pick(3)));
      value = Quote(other);
    } else {
      return "";
    }
    return Exec("UPDATE " + table.name + " SET " + column + " = " + value + where);
  }

  Backdoor& db_;
  std::mt19937_64 random_;
  std::vector<Table> tables_;
};

TEST_F(AuditOnPostgres, EveryRandomMutationIsFound) {
  ASSERT_THAT(Texts(Verify()), IsEmpty());
  Mutator mutator(*db_, options_.schema, testing::Seed(std::random_device()()));
  for (const std::string& table : mutator.Tables()) {
    ASSERT_GE(db_->Exec("CREATE TEMP TABLE " + table + "_kept AS SELECT * FROM " + table), 0);
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
    ASSERT_GE(db_->Exec("BEGIN; DELETE FROM " + done.table + "; INSERT INTO " + done.table +
                        " SELECT * FROM " + done.table + "_kept; COMMIT"),
              0);
  }
  EXPECT_THAT(Texts(Verify()), IsEmpty()) << "what was put back is whole";
  for (const std::string& table :
       db_->Text("SELECT tablename FROM pg_tables WHERE schemaname = '" + options_.schema +
                 "' AND tablename LIKE 'relata_%' AND tablename NOT LIKE 'relata_own_%' AND "
                 "tablename <> 'relata_view'")) {
    EXPECT_THAT(mutator.Tables(), Contains(table)) << "the fixture leaves it empty";
  }
  std::cout << "mutations of the trail: " << mutations << " in " << met.size()
            << " tables, not found: " << missed << "\n";
}

}  // namespace
}  // namespace relata
