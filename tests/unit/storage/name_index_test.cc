// SPDX-License-Identifier: Apache-2.0

#include "storage/name_index.h"

#include <sqlite3.h>

#include <map>
#include <random>

#include "base/strings.h"
#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "storage/insides.h"
#include "storage/sqlite/connection.h"
#include "support/support.h"

namespace relata::internal {
namespace {

constexpr NameSpace kSpace{1, NameSpace::Kind::kKey};

// Runs in memory, as simple as they can be.
class PlainRuns : public NameRuns {
 public:
  absl::StatusOr<std::vector<NameRun>> Runs(NameSpace) override {
    std::vector<NameRun> runs;
    for (const auto& [run, blocks] : runs_) runs.push_back({run, entries_[run]});
    return runs;
  }
  absl::Status Write(NameSpace, const NameRun& run, const std::vector<NameBlock>& blocks) override {
    entries_[run.run] = run.entries;
    for (const NameBlock& block : blocks) runs_[run.run][block.last] = block.bytes;
    return absl::OkStatus();
  }
  absl::Status Append(NameSpace, const NameRun& run,
                      const std::vector<NameBlock>& blocks) override {
    for (const NameBlock& block : blocks) runs_[run.run][block.last] = block.bytes;
    return absl::OkStatus();
  }
  absl::Status Drop(NameSpace, const NameRun& run) override {
    runs_.erase(run.run);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<NameBlock>> Blocks(NameSpace, const NameRun& run,
                                                std::string_view from, size_t most) override {
    std::vector<NameBlock> found;
    const auto& blocks = runs_[run.run];
    for (auto it = blocks.lower_bound(std::string(from)); it != blocks.end() && found.size() < most;
         ++it) {
      found.push_back({it->first, it->second});
    }
    return found;
  }
  absl::Status Replace(NameSpace, const NameRun& run, std::string_view last,
                       const NameBlock& block) override {
    runs_[run.run].erase(std::string(last));
    if (!block.bytes.empty()) runs_[run.run][block.last] = block.bytes;
    return absl::OkStatus();
  }

  absl::Status Lessen(NameSpace, const NameRun& run, int64_t entries) override {
    entries_[run.run] -= entries;
    return absl::OkStatus();
  }

  // Every byte that is kept.
  std::string All() const {
    std::string all;
    for (const auto& [run, blocks] : runs_) {
      for (const auto& [last, bytes] : blocks) all += last + bytes;
    }
    return all;
  }

 private:
  std::map<int64_t, std::map<std::string, std::string>> runs_;
  std::map<int64_t, int64_t> entries_;
};

std::map<std::string, Row> Everything(NameRuns& runs) {
  std::map<std::string, Row> all;
  PackedNames names(&runs, kSpace);
  std::string before;
  while (*names.Next()) {
    EXPECT_LT(before, names.name());
    before = names.name();
    all[names.name()] = names.row();
  }
  return all;
}

TEST(NameIndex, KeyNamesSortAsSystemAndKeyDo) {
  const std::string systems[] = {"",    "a", std::string("a\0", 2), std::string("a\0b", 3),
                                 "a\1", "b"};
  const std::string keys[] = {"", std::string("\0", 1), "1", "a", "\xff"};
  std::string before;
  for (const std::string& system : systems) {
    for (const std::string& key : keys) {
      const std::string name = KeyName(system, key);
      EXPECT_LT(before, name);
      before = name;
      std::string s;
      std::string k;
      ASSERT_TRUE(SplitKeyName(name, s, k));
      EXPECT_EQ(s, system);
      EXPECT_EQ(k, key);
    }
  }
}

// Names added in bulk, freed and erased at random, in lockstep with a map.
TEST(NameIndex, HoldsWhatAMapHolds) {
  std::mt19937_64 random(testing::Seed(11));
  PlainRuns runs;
  std::map<std::string, Row> model;
  for (int round = 0; round < 60; ++round) {
    NameBatch batch;
    std::map<std::string, Row> added;
    for (int i = 0; i < 400; ++i) {
      const std::string name =
          KeyName(random() % 3 == 0 ? "erp" : "crm", std::to_string(random() % 100'000));
      const auto known = model.find(name);
      const Row row = known != model.end() ? known->second : static_cast<Row>(random() % 500);
      batch.Add(name, added.try_emplace(name, row).first->second);
    }
    size_t taken = 0;
    ASSERT_TRUE(batch.Sort(taken));
    ASSERT_TRUE(Pack(runs, kSpace, batch, taken).ok());
    model.insert(added.begin(), added.end());
    for (int i = 0; i < 5; ++i) {
      auto it = model.lower_bound(KeyName("crm", std::to_string(random() % 100'000)));
      if (it == model.end()) continue;
      ASSERT_TRUE(FreePacked(runs, kSpace, it->first).ok());
      model.erase(it);
    }
    const Row gone = static_cast<Row>(random() % 500);
    ASSERT_TRUE(ErasePacked(runs, kSpace, [&](Row row) { return row == gone; }).ok());
    std::erase_if(model, [&](const auto& entry) { return entry.second == gone; });
    ASSERT_TRUE(MergeRuns(runs, kSpace).ok());
    ASSERT_EQ(Everything(runs), model) << "round " << round;
    for (int i = 0; i < 50; ++i) {
      const std::string name = KeyName("crm", std::to_string(random() % 100'000));
      const auto known = model.find(name);
      EXPECT_EQ(*FindPacked(runs, kSpace, name), known == model.end() ? kNoRow : known->second);
    }
  }
  EXPECT_LE(runs.Runs(kSpace)->size(), 16u);
}

TEST(NameIndex, ANameOfAnotherRowIsTaken) {
  PlainRuns runs;
  for (const Row row : {1, 2}) {
    NameBatch batch;
    batch.Add("a", 7);
    batch.Add("b", row);
    size_t taken = 0;
    ASSERT_TRUE(batch.Sort(taken));
    const absl::Status status = Pack(runs, kSpace, batch, taken);
    EXPECT_EQ(absl::IsAlreadyExists(status), row == 2) << status;
  }
  NameBatch twice;
  twice.Add("c", 1);
  twice.Add("c", 2);
  size_t taken = 0;
  EXPECT_FALSE(twice.Sort(taken));
}

// Many are sorted by the bytes of their heads, few by comparing.
TEST(NameIndex, SortsManyAsAMapDoes) {
  std::mt19937_64 random(testing::Seed(13));
  for (const int count : {10, 999, 1'000, 5'000}) {
    NameBatch batch;
    std::map<std::string, Row> model;
    for (int i = 0; i < count; ++i) {
      // Long runs of the same bytes, so that heads are often equal.
      std::string name = Concat("crm", std::string(random() % 12, 'a'));
      for (size_t n = random() % 4; n > 0; --n) name += static_cast<char>(random() % 3 * 120);
      batch.Add(name, model.try_emplace(name, i).first->second);
    }
    size_t taken = 0;
    ASSERT_TRUE(batch.Sort(taken));
    ASSERT_EQ(batch.size(), model.size());
    size_t at = 0;
    for (const auto& [name, row] : model) {
      EXPECT_EQ(batch.name(at), name);
      EXPECT_EQ(batch.row(at), row);
      EXPECT_EQ(batch.From(random() % (at + 1), name), at);
      ++at;
    }
    EXPECT_EQ(batch.From(0, "crn"), batch.size());
  }
}

TEST(NameIndex, WhatIsErasedLeavesNoByte) {
  PlainRuns runs;
  NameBatch batch;
  for (int i = 0; i < 1'000; ++i) batch.Add(KeyName("crm", Concat("key-", i)), i);
  batch.Add(KeyName("mail", "marie@example.com"), 5);
  size_t taken = 0;
  ASSERT_TRUE(batch.Sort(taken));
  ASSERT_TRUE(Pack(runs, kSpace, batch, taken).ok());
  ASSERT_NE(runs.All().find("marie"), std::string::npos);
  ASSERT_TRUE(ErasePacked(runs, kSpace, [](Row row) { return row == 5; }).ok());
  EXPECT_EQ(runs.All().find("marie"), std::string::npos);
  EXPECT_EQ(Everything(runs).size(), 999u);
}

TEST(NameIndex, DamagedBlocksAreNoticedOrNameOthers) {
  std::mt19937_64 random(testing::Seed(12));
  for (int round = 0; round < 2'000; ++round) {
    PlainRuns runs;
    std::string bytes(random() % 40 + 1, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    ASSERT_TRUE(runs.Write(kSpace, {1, 1}, {{"zzz", bytes}}).ok());
    const auto found = FindPacked(runs, kSpace, "name");
    EXPECT_TRUE(found.ok() || absl::IsDataLoss(found.status()));
  }
}

// A file whose record tables were made when each had an index on id keeps using it.
TEST(NameIndex, AnOlderTableKeepsItsOwnIndexOfIds) {
  const testing::TempDir dir;
  const std::string path = dir.File("old.db");
  SqliteOptions options;
  options.pack_names_from = 2;
  const TableSpec contact{1, "contact", TableSpec::Kind::kRecord, kNoType, "", {}};
  {
    auto store = OpenSqliteStore(path, options);
    ASSERT_TRUE(store.ok()) << store.status();
    auto writer = (*store)->Write(Seconds(5));
    ASSERT_TRUE((*writer)->Prepare(std::span(&contact, 1)).ok());
    ASSERT_TRUE((*writer)->Commit().ok());
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(db,
                   "DROP VIEW contact;DROP TABLE r_contact;CREATE TABLE r_contact(row INTEGER "
                   "PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL)",
                   nullptr, nullptr, nullptr),
      SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);

  auto store = OpenSqliteStore(path, options);
  ASSERT_TRUE(store.ok()) << store.status();
  Uuid id;
  const auto create = [&](Row row) {
    auto writer = (*store)->Write(Seconds(5));
    CommitBatch batch;
    for (Row r = row; r < row + 3; ++r) {
      id.bytes[0] = static_cast<uint8_t>(r + 1);
      batch.records.push_back({1, r, RecordWrite::Op::kCreate, id, {}});
    }
    const CommitRow head = *(*writer)->Head();
    batch.commit.id = head.id + 1;
    batch.commit.recorded = {head.recorded.micros + 1};
    batch.commit.last_seq = head.last_seq;
    const absl::Status status = (*writer)->Apply(batch);
    return status.ok() ? (*writer)->Commit() : status;
  };
  ASSERT_TRUE(create(0).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(create(0)));
  EXPECT_EQ((*store)->Read().value()->FindId(1, id).value_or(-1), 2);
}

// Records of a type with ids that ascend or not, in one file.
class Ids {
 public:
  explicit Ids(std::string path) : path_(std::move(path)) { options_.pack_names_from = 100; }

  // The id that record `row` gets; those of `low` come before all others.
  static Uuid IdOf(Row row, bool low = false) {
    Uuid id;
    id.bytes[0] = low ? 1 : 2;
    for (size_t b = 0; b < 4; ++b) {
      id.bytes[4 - b] = static_cast<uint8_t>(static_cast<uint64_t>(row) >> (8 * b));
    }
    id.bytes[15] = static_cast<uint8_t>(row * 7 + 1);
    return id;
  }

  absl::Status Create(Row from, const std::vector<Uuid>& ids) {
    auto store = OpenSqliteStore(path_, options_);
    RELATA_RETURN_IF_ERROR(store.status());
    auto writer = (*store)->Write(Seconds(5));
    RELATA_RETURN_IF_ERROR(writer.status());
    const TableSpec contact{1, "contact", TableSpec::Kind::kRecord, kNoType, "", {}};
    RELATA_RETURN_IF_ERROR((*writer)->Prepare(std::span(&contact, 1)));
    const CommitRow head = *(*writer)->Head();
    CommitBatch batch;
    for (const Uuid& id : ids) {
      batch.records.push_back({1, from++, RecordWrite::Op::kCreate, id, {}});
    }
    batch.commit.id = head.id + 1;
    batch.commit.recorded = {head.recorded.micros + 1};
    batch.commit.last_seq = head.last_seq;
    RELATA_RETURN_IF_ERROR((*writer)->Apply(batch));
    return (*writer)->Commit();
  }

  Row Find(const Uuid& id) {
    auto store = OpenSqliteStore(path_, options_);
    const auto row = (*store)->Read().value()->FindId(1, id);
    EXPECT_TRUE(row.ok() || absl::IsNotFound(row.status())) << row.status();
    return row.value_or(kNoRow);
  }

  void ExpectFound(const std::map<Uuid, Row>& expected) {
    auto store = OpenSqliteStore(path_, options_);
    const auto reader = *(*store)->Read();
    for (const auto& [id, row] : expected) {
      ASSERT_EQ(reader->FindId(1, id).value_or(kNoRow), row) << id.ToString();
    }
  }

  size_t Wrong() {
    auto store = OpenSqliteStore(path_, options_);
    const auto reader = *(*store)->Read();
    size_t wrong = 0;
    const absl::Status status = dynamic_cast<StoreInsides&>(*reader).CheckInsides(
        [&](const std::string&, std::string_view) { ++wrong; });
    return status.ok() ? wrong : 1;
  }

  int64_t Sql(const std::string& sql) {
    Connection::Options options;
    options.path = path_;
    return (*Connection::Open(options))->QueryInt(sql).value().value_or(0);
  }

 private:
  const std::string path_;
  SqliteOptions options_;
};

TEST(NameIndex, IdsThatAscendWithTheirRowsAreLeftWithTheRecords) {
  const testing::TempDir dir;
  Ids file(dir.File("ids.db"));
  std::map<Uuid, Row> all;
  const auto create = [&](Row from, size_t count, auto id_of) {
    std::vector<Uuid> ids;
    for (size_t i = 0; i < count; ++i) ids.push_back(id_of(from + static_cast<Row>(i)));
    const absl::Status status = file.Create(from, ids);
    for (const Uuid& id : ids) all[id] = from++;
    return status;
  };
  const auto ascending = [](Row row) { return Ids::IdOf(row * 2); };
  ASSERT_EQ(create(0, 20'000, ascending), absl::OkStatus());
  // Two bytes an id in the blocks and their index.
  EXPECT_LT(file.Sql("SELECT sum(length(last) + length(entries)) FROM relata_name_block"), 20'000);
  // Later ids follow in the same run; lower ones, in another order, make one of their own.
  ASSERT_EQ(create(20'000, 150, ascending), absl::OkStatus());
  EXPECT_EQ(file.Sql("SELECT count(*) FROM relata_name_run"), 1);
  const auto mixed = [](Row row) { return Ids::IdOf(row ^ 5, true); };
  ASSERT_EQ(create(20'150, 200, mixed), absl::OkStatus());
  ASSERT_EQ(create(20'350, 10, ascending), absl::OkStatus());
  EXPECT_EQ(file.Sql("SELECT count(*) FROM relata_name_run"), 2);
  file.ExpectFound(all);
  for (Row row : {0, 31, 32, 19'999, 20'149}) {
    EXPECT_EQ(file.Find(Ids::IdOf(row * 2 + 1)), kNoRow) << row;
  }
  EXPECT_EQ(file.Find(Ids::IdOf(INT32_MAX)), kNoRow);
  EXPECT_EQ(file.Wrong(), 0U);
  // Taken, one by one and in bulk.
  for (const size_t count : {size_t{1}, size_t{300}}) {
    const absl::Status status = create(30'000, count, [](Row row) { return Ids::IdOf(row); });
    EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  }
}

TEST(NameIndex, AnIdThatIsNotItsRecordsIsFound) {
  const char* const damages[] = {
      "UPDATE r_contact SET id = x'01020304050607080900010203040506' WHERE row = 700",
      "UPDATE r_contact SET id = x'0102' WHERE row = 700",
      "DELETE FROM r_contact WHERE row = 700",
      "UPDATE relata_name_block SET entries = x'0100' WHERE block = 2",
      "UPDATE relata_name_block SET entries = x'010021' WHERE block = 2",
      "UPDATE relata_name_block SET entries = x'010020' WHERE block = 2",
      "DELETE FROM relata_name_block WHERE block = 2",
      "UPDATE relata_name_run SET entries = entries - 1"};
  for (const char* damage : damages) {
    const testing::TempDir dir;
    Ids file(dir.File("ids.db"));
    std::vector<Uuid> ids;
    for (Row row = 0; row < 1'000; ++row) ids.push_back(Ids::IdOf(row));
    ASSERT_EQ(file.Create(0, ids), absl::OkStatus());
    EXPECT_EQ(file.Wrong(), 0U);
    file.Sql(damage);
    EXPECT_GT(file.Wrong(), 0U) << damage;
  }
}

}  // namespace
}  // namespace relata::internal
