// SPDX-License-Identifier: Apache-2.0
//
// The SQL face of a file, read as another program reads it.

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using Kind = Value::Kind;
using Table = std::vector<std::vector<std::string>>;

constexpr TypeId kAccount = 1;
constexpr TypeId kContact = 2;
constexpr TypeId kVisit = 3;

class SqliteViews : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = OpenSqliteStore(path_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    account_ = {kAccount, "account", TableSpec::Kind::kRecord, kNoType, "name", {}};
    account_.columns = {{1, "name", Kind::kText, kNoType, false}};
    contact_ = {kContact, "contact", TableSpec::Kind::kRecord, kNoType, "family_name", {}};
    contact_.columns = {{1, "family_name", Kind::kText, kNoType, true},
                        {2, "account", Kind::kRecord, kAccount, false},
                        {3, "about", Kind::kRecord, kNoType, false},
                        {4, "spent", Kind::kMoney, kNoType, false},
                        {5, "since", Kind::kTimestamp, kNoType, false},
                        {6, "born", Kind::kDate, kNoType, true},
                        {7, "tags", Kind::kList, kNoType, false},
                        {8, "active", Kind::kBool, kNoType, false},
                        {9, "wait", Kind::kDuration, kNoType, false}};
    visit_ = {kVisit, "visit", TableSpec::Kind::kEvent, kContact, "", {}};
    visit_.columns = {{1, "path", Kind::kText, kNoType, false}};
  }

  void Put(CommitBatch batch) {
    auto writer = store_->Write(Seconds(5));
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_EQ((*writer)->Prepare(std::vector<TableSpec>{account_, contact_, visit_}),
              absl::OkStatus());
    const CommitRow head = (*writer)->Head().value_or(CommitRow());
    batch.commit.id = head.id + 1;
    batch.commit.recorded = std::max(batch.commit.recorded, head.recorded);
    batch.commit.last_seq = head.last_seq + 10;
    ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  }

  // The result with its column names as the first row; null is "NULL".
  Table Select(const std::string& sql) {
    Table table;
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open_v2(path_.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    const auto row = [](void* out, int count, char** values, char** names) {
      auto& rows = *static_cast<Table*>(out);
      if (rows.empty()) rows.emplace_back(names, names + count);
      rows.emplace_back();
      for (int i = 0; i < count; ++i) {
        rows.back().emplace_back(values[i] == nullptr ? "NULL" : values[i]);
      }
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), row, &table, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
    return table;
  }

  static Uuid Id(uint8_t n) {
    Uuid id = *Uuid::Parse("018f2b4e-7c1a-7d3e-9a55-0b1c2d3e4f00");
    id.bytes[15] = n;
    return id;
  }
  static RecordWrite Create(TypeId type, Row row, std::vector<std::pair<FieldId, Value>> values) {
    return {type, row, RecordWrite::Op::kCreate, Id(static_cast<uint8_t>(type * 16 + row)),
            std::move(values)};
  }

  CommitBatch MarieAtAcme() {
    CommitBatch batch;
    batch.commit.recorded = {1'792'800'000'000'000};
    batch.commit.actor = "user:amelie";
    batch.records = {Create(kAccount, 0, {{1, Value::Text("Acme SAS")}}),
                     Create(kContact, 0,
                            {{1, Value::Text("Curie")},
                             {2, Value::Record({kAccount, 0})},
                             {3, Value::Record({kContact, 0})},
                             {4, Value::Amount({-123'456, *Currency::Parse("EUR")})},
                             {5, Value::Time({-1'500'000})},
                             {6, Value::Day({-1})},
                             {7, Value::List({Value::Text("vip"), Value::Int(1)})},
                             {8, Value::Bool(true)},
                             {9, Value::Length({90'000'000})}}),
                     Create(kContact, 1, {})};
    EventBatch visits;
    visits.type = kVisit;
    visits.first_seq = 1;
    visits.subjects = {0};
    visits.at = {{1'792'800'000'250'000}};
    visits.columns = {Column(Kind::kText)};
    visits.columns[0].AppendText("/pricing");
    batch.events = {visits};
    batch.ledger = {{2, {kContact, 0}, {kContact, 1}, {0}, "body"}};
    batch.changes = {{3, kContact, 0, 1, RecordWrite::Op::kUpdate, "", "", {}, Timestamp{0}},
                     {4, kContact, 0, 2, RecordWrite::Op::kCreate, "", "", {}, std::nullopt}};
    return batch;
  }

  testing::TempDir dir_;
  std::string path_ = dir_.File("crm.db");
  std::unique_ptr<Store> store_;
  TableSpec account_;
  TableSpec contact_;
  TableSpec visit_;
};

TEST_F(SqliteViews, ARecordReadsLikeARowOfACrm) {
  Put(MarieAtAcme());
  const std::string marie = Id(32).ToString();
  EXPECT_EQ(
      Select("SELECT * FROM contact"),
      (Table{{"id", "family_name", "account", "account_name", "about", "about_type", "about_name",
              "spent", "spent_currency", "since", "born", "tags", "active", "wait"},
             {marie, "Curie", Id(16).ToString(), "Acme SAS", marie, "contact", "Curie", "-12.3456",
              "EUR", "1969-12-31T23:59:58.5Z", "1969-12-31", "[\"vip\",1]", "1", "90.0"},
             {Id(33).ToString(), "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL",
              "NULL", "NULL", "NULL", "NULL", "NULL"}}));
}

TEST_F(SqliteViews, AnEventNamesItsSubject) {
  Put(MarieAtAcme());
  EXPECT_EQ(Select("SELECT * FROM visit"),
            (Table{{"seq", "at", "contact", "contact_name", "path"},
                   {"1", "2026-10-24T00:00:00.25Z", Id(32).ToString(), "Curie", "/pricing"}}));
}

TEST_F(SqliteViews, DeletedRecordsAreAbsentAndLinksToThemEmpty) {
  Put(MarieAtAcme());
  CommitBatch batch;
  batch.records = {{kAccount, 0, RecordWrite::Op::kDelete, {}, {}},
                   {kContact, 1, RecordWrite::Op::kDelete, {}, {}}};
  Put(batch);
  EXPECT_EQ(Select("SELECT count(*) FROM account")[1][0], "0");
  EXPECT_EQ(Select("SELECT family_name, account, account_name FROM contact"),
            (Table{{"family_name", "account", "account_name"}, {"Curie", "NULL", "NULL"}}));
}

TEST_F(SqliteViews, HistoryAndLedgerAreReadable) {
  Put(MarieAtAcme());
  const std::string marie = Id(32).ToString();
  EXPECT_EQ(Select("SELECT \"commit\", recorded, actor FROM commit_history"),
            (Table{{"commit", "recorded", "actor"}, {"1", "2026-10-24T00:00:00Z", "user:amelie"}}));
  EXPECT_EQ(Select("SELECT type, id, records, action, effective_at FROM change_history"),
            (Table{{"type", "id", "records", "action", "effective_at"},
                   {"contact", marie, "1", "update", "1970-01-01T00:00:00Z"},
                   {"contact", "NULL", "2", "create", "NULL"}}));
  EXPECT_EQ(
      Select("SELECT seq, person, person_name, point_type FROM consent_ledger"),
      (Table{{"seq", "person", "person_name", "point_type"}, {"2", marie, "Curie", "contact"}}));
}

TEST_F(SqliteViews, ARenamedFieldKeepsItsValuesUnderTheNewName) {
  Put(MarieAtAcme());
  contact_.columns[0].name = "nom_\"de\"_famille";
  contact_.title = "nom_\"de\"_famille";
  contact_.columns.push_back({10, "family_name", Kind::kText, kNoType, true});
  contact_.columns.push_back({11, "ROW", Kind::kInt, kNoType, false});
  contact_.columns.push_back({12, "account_name", Kind::kText, kNoType, false});
  Put({});
  const Table table = Select("SELECT * FROM contact LIMIT 1");
  EXPECT_EQ(table[0][1], "nom_\"de\"_famille");
  EXPECT_EQ(table[1][1], "Curie");
  EXPECT_EQ(Select("SELECT family_name, \"ROW\" FROM contact LIMIT 1")[1],
            (std::vector<std::string>{"NULL", "NULL"}));
  EXPECT_EQ(Select("SELECT account_name, account_name_2 FROM contact LIMIT 1")[1],
            (std::vector<std::string>{"Acme SAS", "NULL"}));
  EXPECT_EQ(Select("SELECT contact_name FROM visit")[1][0], "Curie");
}

TEST_F(SqliteViews, ATitleOfSeveralColumnsIsJoinedFromThoseThatAreFilled) {
  contact_.columns.push_back({10, "given_name", Kind::kText, kNoType, true});
  contact_.columns.push_back({11, "suffix", Kind::kText, kNoType, true});
  contact_.title = "given_name family_name suffix unknown";
  CommitBatch batch = MarieAtAcme();
  batch.records[1].values.emplace_back(FieldId{11}, Value::Text("II"));
  Put(batch);
  EXPECT_EQ(Select("SELECT contact_name FROM visit")[1][0], "Curie II");
  CommitBatch update;
  update.records = {{kContact, 0, RecordWrite::Op::kUpdate, {}, {{10, Value::Text("Marie")}}}};
  Put(update);
  EXPECT_EQ(Select("SELECT contact_name FROM visit")[1][0], "Marie Curie II");
  update.records[0].values = {{1, Value()}, {10, Value()}, {11, Value()}};
  Put(update);
  EXPECT_EQ(Select("SELECT contact_name FROM visit")[1][0], "NULL");
}

TEST_F(SqliteViews, ARenamedTypeGetsAViewOfItsNewName) {
  Put(MarieAtAcme());
  contact_.name = "person";
  Put({});
  EXPECT_EQ(Select("SELECT family_name FROM person LIMIT 1")[1][0], "Curie");
  EXPECT_EQ(Select("SELECT count(*) FROM sqlite_schema WHERE name = 'contact'")[1][0], "0");
  EXPECT_EQ(Select("SELECT person_name FROM visit")[1][0], "Curie");
}

TEST_F(SqliteViews, PreparingTheSameTablesAgainWritesNothing) {
  Put(MarieAtAcme());
  const std::string before = Select("PRAGMA schema_version")[1][0];
  Put({});
  EXPECT_EQ(Select("PRAGMA schema_version")[1][0], before);
}

}  // namespace
}  // namespace relata
