// SPDX-License-Identifier: Apache-2.0

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::TempDir;

constexpr TypeId kContact = 2;

TableSpec ContactTable() {
  TableSpec contact{kContact, "contact", TableSpec::Kind::kRecord, kNoType, "name", {}};
  contact.columns = {{1, "name", Value::Kind::kText, kNoType, true}};
  return contact;
}

// Runs SQL on the file as another program would.
void Sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
}

// A commit of one contact with all that comes with it.
absl::Status PutContact(Store& store, const std::string& name, const std::string& personal = "") {
  RELATA_ASSIGN_OR_RETURN(auto writer, store.Write(Seconds(5)));
  RELATA_RETURN_IF_ERROR(writer->Prepare(std::vector<TableSpec>{ContactTable()}));
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, writer->Head());
  RELATA_ASSIGN_OR_RETURN(const Row row, writer->NextRow(kContact));
  CommitBatch batch;
  batch.commit.id = head.id + 1;
  batch.commit.recorded = head.recorded;
  batch.commit.last_seq = head.last_seq + 1;
  batch.commit.operation_id = Concat("operation-", head.id);
  batch.commit.salt = batch.commit.commitment = batch.commit.chain = std::string(32, 'h');
  Uuid id;
  id.bytes[15] = static_cast<uint8_t>(row);
  id.bytes[0] = 1;
  batch.records = {{kContact, row, RecordWrite::Op::kCreate, id, {{1, Value::Text(name)}}}};
  batch.external_keys = {{kContact, "zoho", Concat("key", row), row}};
  batch.changes = {{head.last_seq + 1,
                    kContact,
                    row,
                    1,
                    RecordWrite::Op::kCreate,
                    "",
                    personal,
                    {kContact, row},
                    std::nullopt}};
  RELATA_RETURN_IF_ERROR(writer->Apply(batch));
  return writer->Commit();
}

TEST(SqliteFile, RefusesWhatIsNotItsOwnFile) {
  TempDir dir;
  const std::string path = dir.File("file");

  SqliteOptions existing;
  existing.create = false;
  EXPECT_TRUE(absl::IsNotFound(OpenSqliteStore(path, existing).status()));
  EXPECT_FALSE(std::filesystem::exists(path));

  testing::WriteFile(path, std::string(5'000, 'x'));
  EXPECT_TRUE(absl::IsDataLoss(OpenSqliteStore(path).status()));
  EXPECT_EQ(testing::ReadFile(path), std::string(5'000, 'x'));

  std::filesystem::remove(path);
  Sql(path, "CREATE TABLE invoice(x)");
  const absl::Status other = OpenSqliteStore(path).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(other)) << other;
  EXPECT_NE(Message(other).find("another application"), std::string_view::npos) << other;

  testing::WriteFile(path, "");  // an empty file is none yet
  EXPECT_TRUE(absl::IsNotFound(OpenSqliteStore(path, existing).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenSqliteStore("").status()));
  EXPECT_TRUE(absl::IsPermissionDenied(OpenSqliteStore(dir.File("no/such/folder")).status()));
}

TEST(SqliteFile, IsOpenedByAllWhoMakeItAtOnce) {
  TempDir dir;
  for (int round = 0; round < 25; ++round) {
    const std::string path = dir.File(internal::Concat("crm", round, ".db"));
    std::vector<absl::Status> opened(4);
    std::vector<std::thread> makers;
    for (absl::Status& status : opened) {
      makers.emplace_back([&] { status = OpenSqliteStore(path).status(); });
    }
    for (std::thread& maker : makers) maker.join();
    for (const absl::Status& status : opened) ASSERT_TRUE(status.ok()) << status;
  }
}

TEST(SqliteFile, TellsAtOnceWhatOthersCommitted) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  auto one = OpenSqliteStore(path);
  auto other = OpenSqliteStore(path);
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_EQ((*one)->HeadId().value_or(-1), 0);
  for (CommitId i = 1; i <= 60; ++i) {
    ASSERT_TRUE(PutContact(i % 3 == 0 ? **one : **other, "Marie").ok());
    // The log begins anew now and then.
    if (i % 7 == 0) Sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
    for (int again = 0; again < 2; ++again) {
      ASSERT_EQ((*one)->HeadId().value_or(-1), i);
      ASSERT_EQ((*other)->HeadId().value_or(-1), i);
    }
  }
  // Another process.
  const std::string command = "sqlite3 '" + path + "' 'DELETE FROM relata_commit WHERE id = 60'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ((*one)->HeadId().value_or(-1), 59);
  EXPECT_EQ((*other)->HeadId().value_or(-1), 59);
}

TEST(SqliteFile, RefusesANewerFormatAndSaysSo) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  ASSERT_TRUE(OpenSqliteStore(path).ok());
  Sql(path, "UPDATE relata_meta SET value='7' WHERE key='format'");
  const absl::Status status = OpenSqliteStore(path).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_NE(Message(status).find("format 7 by a newer version"), std::string_view::npos) << status;
}

TEST(SqliteFile, RefusesAnotherTenantsFile) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  SqliteOptions options;
  options.tenant = "it's";
  ASSERT_TRUE(OpenSqliteStore(path, options).ok());
  EXPECT_TRUE(OpenSqliteStore(path, options).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenSqliteStore(path).status()));
}

TEST(SqliteFile, ReadsOnlyWhenToldSo) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  {
    auto store = OpenSqliteStore(path);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_EQ(PutContact(**store, "Ada"), absl::OkStatus());
  }
  SqliteOptions options;
  options.read_only = true;
  auto store = OpenSqliteStore(path, options);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->HeadId().value_or(-1), 1);
  EXPECT_TRUE(absl::IsFailedPrecondition((*store)->Write(Seconds(1)).status()));
  EXPECT_TRUE(absl::IsNotFound(OpenSqliteStore(dir.File("none"), options).status()));
}

// A function of SQL takes 127 values at most: a wider row is read by several.
TEST(SqliteFile, ReadsRowsOfAnyWidth) {
  for (const size_t width : {1, 117, 118, 119, 120, 121, 300}) {
    TempDir dir;
    TableSpec wide{kContact, "contact", TableSpec::Kind::kRecord, kNoType, "", {}};
    std::vector<FieldId> fields;
    RecordWrite write{kContact, 0, RecordWrite::Op::kCreate, Uuid(), {}};
    for (size_t i = 0; i < width; ++i) {
      const auto field = static_cast<FieldId>(i + 1);
      // Every other one takes two columns.
      const bool money = i % 2 == 1;
      wide.columns.push_back({field, Concat("c", i),
                              money ? Value::Kind::kMoney : Value::Kind::kText, kNoType, false});
      fields.push_back(field);
      const auto units = static_cast<int64_t>(i);
      write.values.emplace_back(field, money ? Value::Amount({units, *Currency::Parse("EUR")})
                                             : Value::Text(Concat("value ", i)));
    }
    auto store = OpenSqliteStore(dir.File("crm.db"));
    auto writer = (*store)->Write(Seconds(5));
    ASSERT_EQ((*writer)->Prepare(std::vector<TableSpec>{wide}), absl::OkStatus());
    CommitBatch batch;
    batch.commit.id = 1;
    batch.commit.salt = batch.commit.commitment = batch.commit.chain = std::string(32, 'h');
    for (Row row = 0; row < 3; ++row) {
      write.row = row;
      write.id.bytes[0] = static_cast<uint8_t>(row + 1);
      batch.records.push_back(write);
    }
    ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
    auto reader = (*store)->Read();
    for (const bool ids : {true, false}) {
      ScanSpec spec;
      spec.type = kContact;
      spec.fields = fields;
      spec.ids = ids;
      size_t seen = 0;
      ASSERT_EQ((*reader)->ScanRecords(
                    spec,
                    [&](const RecordRows& rows) {
                      seen += rows.rows.size();
                      EXPECT_EQ(rows.ids.size(), ids ? rows.rows.size() : 0);
                      for (size_t i = 0; i < width; ++i) {
                        EXPECT_EQ(rows.columns[i].size(), rows.rows.size());
                        EXPECT_TRUE(rows.columns[i].Get(2).Same(write.values[i].second))
                            << "column " << i << " of " << width;
                      }
                      return absl::OkStatus();
                    }),
                absl::OkStatus());
      EXPECT_EQ(seen, 3u) << width;
    }
  }
}

// What the sink or a value says is said, not SQLite's word that a function failed.
TEST(SqliteFile, AScanThatEndsEarlySaysWhy) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  auto store = OpenSqliteStore(path);
  ASSERT_EQ(PutContact(**store, "Ada"), absl::OkStatus());
  auto reader = (*store)->Read();
  ScanSpec spec;
  spec.type = kContact;
  const Sink<RecordRows> full = [](const RecordRows&) { return ResourceExhausted("no more"); };
  EXPECT_EQ(Message((*reader)->ScanRecords(spec, full)), "no more");
  reader->reset();
  Sql(path, "UPDATE r_contact SET id = x'01'");
  reader = (*store)->Read();
  const absl::Status damaged =
      (*reader)->ScanRecords(spec, [](const RecordRows&) { return absl::OkStatus(); });
  EXPECT_TRUE(absl::IsDataLoss(damaged)) << damaged;
  // The connection goes on.
  EXPECT_EQ((*reader)->Head()->id, 1);
}

TEST(SqliteFile, AReaderOutlivesItsStore) {
  TempDir dir;
  auto store = OpenSqliteStore(dir.File("crm.db"));
  ASSERT_EQ(PutContact(**store, "Ada"), absl::OkStatus());
  auto reader = (*store)->Read();
  store->reset();
  EXPECT_EQ((*reader)->Head()->id, 1);
}

TEST(SqliteFile, WritesThroughAWriteAheadLogWithFullSyncs) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  auto store = OpenSqliteStore(path);
  ASSERT_EQ(PutContact(**store, "Ada"), absl::OkStatus());
  EXPECT_TRUE(std::filesystem::exists(path + "-wal"));
}

TEST(SqliteFile, AOneRowCommitWritesAtMostEightPages) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  auto store = OpenSqliteStore(path);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(PutContact(**store, "Ada"), absl::OkStatus());
  const auto before = std::filesystem::file_size(path + "-wal");
  ASSERT_EQ(PutContact(**store, "Ada"), absl::OkStatus());
  constexpr size_t kFrame = 4'096 + 24;
  EXPECT_LE((std::filesystem::file_size(path + "-wal") - before) / kFrame, 8u);
}

TEST(SqliteFile, ErasedImagesLeaveTheFilesBytes) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  const std::string secret = "marie.curie@example.org";
  auto store = OpenSqliteStore(path);
  ASSERT_EQ(PutContact(**store, "Ada", secret), absl::OkStatus());
  const auto found = [&] {
    return testing::ReadFile(path).find(secret) != std::string::npos ||
           testing::ReadFile(path + "-wal").find(secret) != std::string::npos;
  };
  EXPECT_TRUE(found());
  auto writer = (*store)->Write(Seconds(1));
  ASSERT_EQ((*writer)->EraseImages({kContact, 0}), absl::OkStatus());
  ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  EXPECT_FALSE(found());
}

TEST(SqliteFile, AnUnknownVfsIsRefused) {
  TempDir dir;
  SqliteOptions options;
  options.vfs = "no such vfs";
  EXPECT_TRUE(absl::IsInvalidArgument(OpenSqliteStore(dir.File("crm.db"), options).status()));
}

// The pages that one commit of `change` writes on average, over a hundred of them.
template <class F>
double PagesACommit(const std::string& path, F change) {
  constexpr int kCommits = 100;
  Sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
  for (int i = 0; i < kCommits; ++i) change(i);
  const auto bytes = static_cast<double>(std::filesystem::file_size(path + "-wal"));
  return (bytes - 32) / (4096 + 24) / kCommits;
}

TEST(SqliteFile, ACommitThroughTheEngineWritesAtMostEightPages) {
  TempDir dir;
  const std::string path = dir.File("crm.db");
  auto crm = Crm::Open(path, {});
  ASSERT_TRUE(crm.ok()) << crm.status();
  std::vector<RecordRef> contacts;
  Timestamp now{1'800'000'000'000'000};
  const auto commit = [&](auto&& fill) {
    Transaction tx = crm->Begin(Actor::System("test"));
    fill(tx);
    now = now + Seconds(1);
    const auto done = tx.Commit(now);
    ASSERT_TRUE(done.ok()) << done.status();
  };
  const auto create = [&](int i) {
    commit([&](Transaction& tx) {
      contacts.push_back(
          tx.Create("contact", {{"family_name", Value::Text(Concat("Martin ", i))}}));
      tx.AddKey(contacts.back(), "erp", Concat("C-", i * 7919 % 1009));
    });
  };
  create(1000);
  const double created = PagesACommit(path, create);
  const double changed = PagesACommit(path, [&](int i) {
    commit([&](Transaction& tx) {
      tx.Update(contacts[static_cast<size_t>(i)], {{"family_name", Value::Text("Durand")}});
    });
  });
  const double visited = PagesACommit(path, [&](int i) {
    commit([&](Transaction& tx) {
      tx.Append("page_view", contacts[static_cast<size_t>(i)], now, {{"path", Value::Text("/")}});
    });
  });
  std::printf("[  PAGES   ] a commit: created %.1f, changed %.1f, one event %.1f\n", created,
              changed, visited);
  EXPECT_LE(created, 8);
  EXPECT_LE(changed, 8);
  EXPECT_LE(visited, 8);
}

}  // namespace
}  // namespace relata
