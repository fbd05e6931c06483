// SPDX-License-Identifier: Apache-2.0
//
// Conformance: random commits to this store and to the memory store give the same answers, and
// everything that can be scanned stays the same.

#include <algorithm>
#include <cstdlib>
#include <random>

#include "base/strings.h"
#include "relata/storage/memory.h"
#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

using internal::Concat;
using Kind = Value::Kind;

constexpr int kCommits = 600;

uint64_t SeedFromEnvironment() {
  const char* seed = std::getenv("RELATA_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 10) : std::random_device{}();
}

// Random batches, most of which fit: rows, keys and names come from small ranges so that they meet.
class RandomBatches {
 public:
  explicit RandomBatches(uint64_t seed) : random_(seed) {}

  CommitBatch Next(const CommitRow& head) {
    CommitBatch batch = BatchAfter(head);
    seq_ = head.last_seq;
    for (int64_t i = Below(6); i > 0; --i) batch.records.push_back(Record());
    if (Below(2) == 0) AddEvents(batch);
    for (int64_t i = Below(3); i > 0; --i) {
      batch.ledger.push_back({++seq_, Ref(), Ref(), {Below(1000)}, Text()});
    }
    for (int64_t i = Below(4); i > 0; --i) batch.changes.push_back(Change());
    for (int64_t i = Below(3); i > 0; --i) {
      batch.external_keys.push_back(
          {Type(), Below(2) == 0 ? "zoho" : "erp", Concat("k", Below(40)), Below(6) - 1});
    }
    if (Below(5) == 0) {
      batch.aliases.push_back({Ref(), Ref(), Below(10), std::nullopt});
      if (Below(2) == 0) batch.aliases.back().until = Below(50);
    }
    if (Below(6) == 0) {
      batch.definitions.push_back({"segment", Concat("s", Below(4)), Below(20), Text()});
    }
    for (int64_t i = Below(3); i > 0; --i) {
      batch.logs.push_back({Below(2) == 0 ? "outbox" : "membership",
                            ++seq_,
                            Ref(),
                            Below(2) == 0 ? "" : Text(),
                            {Below(1000)},
                            Text()});
    }
    if (Below(3) == 0) batch.commit.operation_id = Concat("op", Below(60));
    batch.commit.result = Text();
    batch.commit.last_seq = seq_ + Below(3);
    return batch;
  }

  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

 private:
  TypeId Type() { return Below(3) == 0 ? kAccount : kContact; }
  RecordRef Ref() { return {Type(), Below(12)}; }
  std::string Text() {
    static constexpr const char* kTexts[] = {"", "a", "Zoë", "it's", "\"q\"", "x\ny", "%_", "long"};
    return kTexts[Below(8)];
  }

  Value ValueOf(const ColumnSpec& column) {
    if (Below(4) == 0) return Value();
    switch (column.kind) {
      case Kind::kBool:
        return Value::Bool(Below(2) == 0);
      case Kind::kInt:
        return Value::Int(static_cast<int64_t>(random_()));
      case Kind::kDouble:
        return Value::Double(static_cast<double>(Below(1'000'000)) / 7 - 70'000);
      case Kind::kTimestamp:
        return Value::Time({Below(4'000'000'000'000'000) - 2'000'000'000'000'000});
      case Kind::kDuration:
        return Value::Length({Below(1'000'000'000)});
      case Kind::kDate:
        return Value::Day({static_cast<int32_t>(Below(60'000) - 30'000)});
      case Kind::kMoney:
        return Value::Amount(
            {Below(1'000'000) - 500'000, Below(3) == 0 ? Currency() : *Currency::Parse("EUR")});
      case Kind::kRecord:
        return Value::Record({column.target != kNoType ? column.target : Type(), Below(12)});
      case Kind::kList:
        return Value::List(
            {Value::Text(Text()), Value::Int(Below(9)), Value::Double(0.1 * Below(9))});
      default:
        return Value::Text(Text());
    }
  }

  RecordWrite Record() {
    const TypeId type = Type();
    const Row row = Below(12);
    RecordWrite write = Create(type, row);
    // The first writes are mostly creations, later ones mostly fail as such.
    const int64_t op = Below(10);
    if (op < 6) write.op = RecordWrite::Op::kUpdate;
    if (op == 9) write.op = RecordWrite::Op::kDelete;
    const std::vector<TableSpec> tables = CaseTables();
    const TableSpec& table = tables[type == kAccount ? 0 : 1];
    for (int64_t i = Below(8); i > 0; --i) {
      const auto c = static_cast<size_t>(Below(static_cast<int64_t>(table.columns.size())));
      write.values.emplace_back(table.columns[c].field, ValueOf(table.columns[c]));
    }
    return write;
  }

  void AddEvents(CommitBatch& batch) {
    std::vector<Row> subjects;
    const int64_t most = Below(20) == 0 ? 9'000 : 6;
    for (int64_t i = Below(most); i > 0; --i) subjects.push_back(Below(12));
    batch.events.push_back(Visits(seq_ + 1, subjects));
    for (Timestamp& at : batch.events.back().at) at = {Below(100)};
    seq_ += static_cast<Seq>(subjects.size());
  }

  ChangeWrite Change() {
    ChangeWrite change{++seq_, Type(), Below(12), 1,           RecordWrite::Op::kUpdate,
                       Text(), "",     {},        std::nullopt};
    if (Below(3) == 0) change.rows = 1 + Below(4);
    if (Below(2) == 0) {
      change.subject = Ref();
      change.personal = Text();
      change.personal_digest = Text();
    }
    if (Below(3) == 0) change.effective_at = Timestamp{Below(100)};
    return change;
  }

  std::mt19937_64 random_;
  Seq seq_ = 0;
};

// What is found by subject, person and record.
std::vector<std::string> Lookups(StoreReader& reader) {
  std::vector<std::string> lines;
  for (Row row = 0; row < 12; ++row) {
    for (std::string& line :
         EventLines(reader, {kVisit, FieldsOf(kVisit), 0, INT64_MAX, row, {}})) {
      lines.push_back(std::move(line));
    }
    const RecordRef ref{kContact, row};
    const auto ledger = reader.ScanLedger(3, ref, [&](const LedgerWrite& l) {
      lines.push_back(Concat("ledger ", l.seq));
      return absl::OkStatus();
    });
    const auto changes = reader.ScanChanges(2, ref, [&](const ChangeRow& c) {
      lines.push_back(Concat("change ", c.change.seq, " ", c.commit));
      return absl::OkStatus();
    });
    lines.push_back(Concat("contact ", row, ledger.ok() && changes.ok() ? "" : " failed"));
    lines.push_back(Concat("id ", reader.FindId(kContact, MakeId(2'000'000 + row)).value_or(-1)));
  }
  return lines;
}

void RandomCommitsMatchTheMemoryStore(StoreFixture& s) {
  const uint64_t seed = SeedFromEnvironment();
  SCOPED_TRACE(Concat("RELATA_SEED=", seed));
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  std::unique_ptr<Store> model = NewMemoryStore();
  {
    auto writer = model->Write(Seconds(1));
    ASSERT_EQ((*writer)->Prepare(CaseTables()), absl::OkStatus());
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  }
  RandomBatches random(seed);
  int kept = 0;
  for (int i = 0; i < kCommits; ++i) {
    SCOPED_TRACE(Concat("commit attempt ", i));
    const CommitBatch batch = random.Next(s.Head());
    auto ours = s.Write();
    auto theirs = model->Write(Seconds(1));
    const absl::Status our_status = ours->Apply(batch);
    const absl::Status model_status = (*theirs)->Apply(batch);
    ASSERT_EQ(our_status.code(), model_status.code()) << our_status << " but " << model_status;
    if (!our_status.ok()) continue;
    if (random.Below(10) == 0) {
      const RecordRef subject{kContact, random.Below(12)};
      ASSERT_EQ(ours->EraseImages(subject), absl::OkStatus());
      ASSERT_EQ((*theirs)->EraseImages(subject), absl::OkStatus());
    }
    if (random.Below(8) == 0) continue;
    ASSERT_EQ(ours->Commit(), absl::OkStatus());
    ASSERT_EQ((*theirs)->Commit(), absl::OkStatus());
    ++kept;
    ours = nullptr;
    if (s.backend().durable() && random.Below(20) == 0) s.Reopen();
    if (i % 10 != 0 && i + 1 != kCommits) continue;
    auto our_reader = s.Read();
    auto model_reader = model->Read();
    ASSERT_EQ(Everything(*our_reader), Everything(**model_reader));
    ASSERT_EQ(Lookups(*our_reader), Lookups(**model_reader));
  }
  EXPECT_GT(kept, kCommits / 10);
}

}  // namespace

std::vector<StoreCase> LockstepCases() {
  return {{"RandomCommitsMatchTheMemoryStore", RandomCommitsMatchTheMemoryStore, true}};
}

}  // namespace relata::testing
