// SPDX-License-Identifier: Apache-2.0
//
// The same search on a PostgreSQL server: every row of every table and view as the server gives it,
// and every byte of the files in which it keeps the tables and indexes.

#include <cctype>
#include <string>
#include <thread>

#include "base/strings.h"
#include "erasure_scan.h"
#include "relata/storage/postgres.h"
#include "support/postgres.h"

namespace relata {
namespace {

using internal::Concat;
using testing::PostgresQuery;

// A database of its own: the transactions of other tests hold up nothing here.
class OwnDatabase {
 public:
  OwnDatabase() : name_(testing::UniqueName("scan")) {
    PostgresQuery(testing::PostgresDsn(), "CREATE DATABASE " + name_);
    dsn_ = testing::PostgresDsn();
    dsn_.replace(dsn_.find("/postgres?") + 1, 8, name_);
  }
  ~OwnDatabase() {
    PostgresQuery(testing::PostgresDsn(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  }
  const std::string& dsn() const { return dsn_; }

 private:
  std::string name_;
  std::string dsn_;
};

// `text` with the bytes that its hexadecimal runs stand for.
std::string WithBytes(const std::string& text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "\\x") != 0) {
      out += text[at++];
      continue;
    }
    for (at += 2; at + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
         at += 2) {
      out += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
    }
    out += '\n';
  }
  return out;
}

std::string RowsOf(const std::string& dsn) {
  std::string out;
  for (const auto& table : PostgresQuery(
           dsn,
           "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON "
           "n.oid = c.relnamespace WHERE n.nspname LIKE 'relata%' AND c.relkind IN ('r', 'v')")) {
    for (const auto& row : PostgresQuery(dsn, "SELECT t::text FROM " + table[0] + " t")) {
      out += WithBytes(row[0]) + "\n";
    }
  }
  return out;
}

std::string FilesOf(const std::string& dsn) {
  std::string out;
  for (const auto& file : PostgresQuery(
           dsn,
           "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c LEFT JOIN "
           "pg_class main ON main.reltoastrelid = c.oid JOIN pg_namespace n ON n.oid = "
           "coalesce(main.relnamespace, c.relnamespace) WHERE n.nspname LIKE 'relata%' AND "
           "c.relkind IN ('r', 'i', 't')")) {
    out += WithBytes(file[0]);
  }
  return out;
}

TEST(ErasureOnPostgres, NoRowAndNoFileOfTheServerHoldsAValueOfAnErasedPerson) {
  RELATA_REQUIRE_POSTGRES();
  const OwnDatabase database;
  Crm crm = OpenWorld(database.dsn());
  ExpectNothingIsLeft(crm, [&] {
    PostgresQuery(database.dsn(), "CHECKPOINT");
    return RowsOf(database.dsn()) + FilesOf(database.dsn());
  });
}

// Every external key, whole: in its block a key says only what differs from the one before.
std::string KeysOf(const std::string& dsn) {
  std::string out;
  const auto store = OpenPostgresStore(dsn, {});
  EXPECT_TRUE(store.ok()) << store.status();
  const auto reader = (*store)->Read();
  EXPECT_TRUE(reader.ok()) << reader.status();
  const auto tables = (*reader)->Tables();
  for (const TableSpec& table : *tables) {
    if (table.kind != TableSpec::Kind::kRecord) continue;
    const absl::Status status =
        (*reader)->ScanExternalKeys(table.type, [&](const ExternalKeyWrite& key) {
          out += key.key + "\n";
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
  }
  return out;
}

// The keys that imports bring lie in packed runs here, and so do the ones that each commit adds.
TEST(ErasureOnPostgres, NothingIsLeftInPackedKeysEither) {
  RELATA_REQUIRE_POSTGRES();
  const OwnDatabase database;
  PostgresOptions packed;
  packed.pack_names_from = 1;
  auto store = OpenPostgresStore(database.dsn(), packed);
  ASSERT_TRUE(store.ok()) << store.status();
  OpenOptions options;
  options.privacy_key = TestKey();
  options.zone = "Europe/Paris";
  auto crm = Crm::Open(*std::move(store), std::move(options));
  ASSERT_TRUE(crm.ok()) << crm.status();
  ExpectNothingIsLeft(*crm, [&] {
    PostgresQuery(database.dsn(), "CHECKPOINT");
    return RowsOf(database.dsn()) + FilesOf(database.dsn()) + KeysOf(database.dsn());
  });
  const auto count = [&](const char* table) {
    return std::stoi(PostgresQuery(database.dsn(), Concat("SELECT count(*) FROM ", table))[0][0]);
  };
  EXPECT_GT(count("relata.relata_name_block"), 0);
  EXPECT_EQ(count("relata.relata_external_key"), 0);
}

TEST(ErasureOnPostgres, AnOldTransactionHoldsTheBytesAndIsNamed) {
  RELATA_REQUIRE_POSTGRES();
  const OwnDatabase database;
  Crm crm = OpenWorld(database.dsn());
  const World world(crm);
  const std::vector<RecordRef> persons = {world.marie};
  {
    const testing::PostgresTransaction old(database.dsn());
    const auto report = ErasePersons(crm, persons, Options(), kDpo, kNow);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->persons, 1);
    EXPECT_FALSE(report->scrubbed);
    EXPECT_THAT(report->pending, ::testing::HasSubstr("still open on the server"));
  }
  // Said again when it has ended, it is done although nobody is left to erase.
  const auto again = ResumeErasures(crm, Options(), kDpo, kNow + Hours(1));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->scrubbed) << again->pending;
  PostgresQuery(database.dsn(), "CHECKPOINT");
  EXPECT_EQ(FilesOf(database.dsn()).find("marie.durand@mail.example"), std::string::npos);
}

TEST(ErasureOnPostgres, ATableThatSomebodyReadsAllTheTimeIsNamed) {
  RELATA_REQUIRE_POSTGRES();
  const OwnDatabase database;
  const auto store = OpenPostgresStore(database.dsn(), {});
  ASSERT_TRUE(store.ok()) << store.status();
  const testing::PostgresTransaction reader(database.dsn(),
                                            "LOCK TABLE relata.relata_commit IN ACCESS SHARE MODE");
  const absl::Status scrubbed = (*store)->Scrub(Microseconds(200'000));
  EXPECT_TRUE(absl::IsFailedPrecondition(scrubbed)) << scrubbed;
  EXPECT_THAT(std::string(Message(scrubbed)), ::testing::HasSubstr("relata_commit was in use"));
}

TEST(ErasureOnPostgres, ADatabaseFromBeforeEventsCouldBeErasedGetsWhatItLacks) {
  RELATA_REQUIRE_POSTGRES();
  const OwnDatabase database;
  RecordRef marie;
  {
    Crm crm = OpenWorld(database.dsn());
    marie = World(crm).marie;
  }
  PostgresQuery(database.dsn(),
                "DROP TABLE relata.relata_erased_event; DELETE FROM relata.relata_migration WHERE "
                "name = 'table relata_erased_event'");
  Crm crm = OpenWorld(database.dsn());
  const std::vector<RecordRef> persons = {marie};
  const auto report = ErasePersons(crm, persons, Options(), kDpo, kNow);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->persons, 1);
  EXPECT_EQ(RowsOf(database.dsn()).find("/private/marie"), std::string::npos);
}

}  // namespace
}  // namespace relata
