// SPDX-License-Identifier: Apache-2.0

#include "storage/event_index.h"

#include <algorithm>
#include <random>

#include "gtest/gtest.h"
#include "relata/storage/sqlite.h"
#include "storage/insides.h"
#include "support/support.h"

namespace relata::internal {
namespace {

TEST(EventIndexBlock, ComesBackAsItWasPacked) {
  std::mt19937_64 random(testing::Seed(2));
  for (int round = 0; round < 200; ++round) {
    const Seq first = static_cast<Seq>(random() % 1'000'000'000'000);
    std::vector<EventEntry> entries;
    for (int i = 0; i < 300; ++i) {
      entries.push_back(
          {static_cast<Row>(random() % 20), first + static_cast<Seq>(random() % 5'000)});
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::tie(a.subject, a.seq) < std::tie(b.subject, b.seq);
    });
    const std::string bytes = PackBlock(entries.data(), entries.data() + entries.size(), first);
    std::vector<EventEntry> out;
    ASSERT_TRUE(UnpackBlock(bytes, first, out));
    ASSERT_EQ(out.size(), entries.size());
    for (size_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(out[i].subject, entries[i].subject);
      ASSERT_EQ(out[i].seq, entries[i].seq);
    }
  }
}

TEST(EventIndexBlock, DamagedBytesAreNoticedOrNameOtherEvents) {
  std::mt19937_64 random(testing::Seed(3));
  std::vector<EventEntry> out;
  EXPECT_FALSE(UnpackBlock("\x80", 1, out));
  EXPECT_FALSE(UnpackBlock(std::string(20, '\xff'), 1, out));
  EXPECT_FALSE(UnpackBlock("\x05", 1, out));
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    out.clear();
    (void)UnpackBlock(bytes, 7, out);
    EXPECT_LE(out.size(), bytes.size());
  }
}

// Commits of random size, so that runs are sealed and merged; every subject's events are the ones a
// plain list holds.
TEST(EventIndex, FindsWhatAPlainListHoldsAcrossMergedRuns) {
  constexpr Row kSubjects = 50;
  std::mt19937_64 random(testing::Seed(4));
  testing::TempDir dir;
  auto store = OpenSqliteStore(dir.File("crm.db"));
  ASSERT_TRUE(store.ok()) << store.status();
  const TableSpec visit{1, "visit", TableSpec::Kind::kEvent, 2, "", {}};
  const TableSpec call{3, "call", TableSpec::Kind::kEvent, 2, "", {}};
  std::vector<std::vector<Seq>> expected(kSubjects);
  Seq seq = 0;
  for (CommitId id = 1; id <= 25; ++id) {
    auto writer = (*store)->Write(Seconds(5));
    ASSERT_TRUE(writer.ok());
    ASSERT_EQ((*writer)->Prepare(std::vector<TableSpec>{visit, call}), absl::OkStatus());
    CommitBatch batch;
    batch.commit.id = id;
    for (TypeId type : {TypeId{1}, TypeId{3}}) {
      EventBatch events;
      events.type = type;
      events.first_seq = seq + 1;
      const size_t count = random() % 3 == 0 ? random() % 30'000 : random() % 300;
      for (size_t i = 0; i < count; ++i) {
        const auto subject = static_cast<Row>(random() % kSubjects);
        events.subjects.push_back(subject);
        events.at.push_back({seq + 1});
        ++seq;
        if (type == 1) expected[static_cast<size_t>(subject)].push_back(seq);
      }
      batch.events.push_back(std::move(events));
    }
    batch.commit.last_seq = seq;
    ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  }
  auto reader = (*store)->Read();
  ASSERT_TRUE(reader.ok());
  for (Row subject = 0; subject < kSubjects; ++subject) {
    std::vector<Seq> found;
    ASSERT_EQ((*reader)->ScanEvents({1, {}, 0, INT64_MAX, subject, {}},
                                    [&](const EventRows& rows) {
                                      found.insert(found.end(), rows.seqs.begin(), rows.seqs.end());
                                      return absl::OkStatus();
                                    }),
              absl::OkStatus());
    ASSERT_EQ(found, expected[static_cast<size_t>(subject)]) << "subject " << subject;
  }
}

// A tail is remembered from commit to commit; what is erased from it meanwhile is in no run.
TEST(EventIndex, HoldsNoEventThatWasErasedFromTheTail) {
  testing::TempDir dir;
  auto store = OpenSqliteStore(dir.File("crm.db"));
  ASSERT_TRUE(store.ok()) << store.status();
  const auto commit = [&](CommitId id, CommitBatch batch) {
    auto writer = (*store)->Write(Seconds(5));
    ASSERT_TRUE(writer.ok());
    const TableSpec visit{1, "visit", TableSpec::Kind::kEvent, 2, "", {}};
    ASSERT_EQ((*writer)->Prepare(std::vector<TableSpec>{visit}), absl::OkStatus());
    batch.commit.id = id;
    batch.commit.last_seq = static_cast<Seq>(id) * 5'000;
    ASSERT_EQ((*writer)->Apply(batch), absl::OkStatus());
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  };
  const auto visits = [](Seq first) {
    CommitBatch batch;
    EventBatch events;
    events.type = 1;
    events.first_seq = first;
    for (Seq seq = first; seq < first + 5'000; ++seq) {
      events.subjects.push_back(seq % 2);
      events.at.push_back({seq});
    }
    batch.events.push_back(std::move(events));
    return batch;
  };
  commit(1, visits(1));
  CommitBatch erase;
  erase.erase.events = {{1, 7}};
  commit(2, erase);
  commit(3, visits(10'001));
  commit(4, {});
  auto reader = (*store)->Read();
  ASSERT_TRUE(reader.ok());
  auto* const insides = dynamic_cast<StoreInsides*>(reader->get());
  ASSERT_NE(insides, nullptr);
  ASSERT_EQ(insides->CheckInsides([](std::string where, std::string_view what) {
    ADD_FAILURE() << where << " " << what;
  }),
            absl::OkStatus());
}

// Runs of one type in memory, which says how often it was counted.
class RunsInMemory : public EventRuns {
 public:
  absl::StatusOr<std::vector<EventRun>> Runs(TypeId) override { return runs_; }
  absl::Status Write(TypeId, const EventRun& run, const std::vector<EventBlock>&) override {
    runs_.push_back(run);
    return absl::OkStatus();
  }
  absl::Status Drop(TypeId, const EventRun&) override {
    runs_.pop_back();
    return absl::OkStatus();
  }
  absl::Status Blocks(TypeId, const EventRun&, Row,
                      const std::function<absl::StatusOr<bool>(std::string_view)>&) override {
    return absl::OkStatus();
  }
  absl::Status Events(TypeId, Seq after, Seq before, std::vector<EventEntry>& out) override {
    ++read;
    for (const Seq seq : events) {
      if (seq > after && seq < before) out.push_back({7, seq});
    }
    return absl::OkStatus();
  }
  absl::StatusOr<int64_t> CountAfter(TypeId, Seq after) override {
    ++counted;
    return std::count_if(events.begin(), events.end(), [&](Seq seq) { return seq > after; });
  }
  absl::Status EventsOf(TypeId, Row, Seq, Seq, std::vector<Seq>&) override {
    return absl::OkStatus();
  }
  const std::vector<EventRun>& runs() const { return runs_; }

  std::vector<Seq> events;
  int counted = 0;
  int read = 0;

 private:
  std::vector<EventRun> runs_;
};

TEST(EventTails, AreCountedOnceAndSealedWhenTheyAreLong) {
  constexpr TypeId kType = 1;
  constexpr Seq kPerCommit = 1'000;
  RunsInMemory runs;
  EventTails tails;
  Seq seq = 0;
  for (CommitId commit = 1; commit <= 20; ++commit) {
    // As many events of other types come between.
    seq += kPerCommit;
    EventIndexWriter writer(&runs, tails.Take(commit - 1));
    const std::vector<Row> subjects(kPerCommit, 7);
    ASSERT_EQ(writer.Add(kType, seq + 1, subjects), absl::OkStatus());
    for (Seq i = 0; i < kPerCommit; ++i) runs.events.push_back(++seq);
    ASSERT_EQ(writer.Finish(), absl::OkStatus());
    tails.Put(commit, writer.TakeTails());
  }
  EXPECT_EQ(runs.counted, 1);  // when the seqs were far enough apart for the first time
  EXPECT_EQ(runs.read, 1);     // what was counted then; later ones are remembered
  // Sealed every nine commits, by their 9,000 events.
  ASSERT_FALSE(runs.runs().empty());
  EXPECT_EQ(runs.runs().back().entries, 9 * kPerCommit);
  EXPECT_EQ(runs.runs().back().last_seq, 18 * 2 * kPerCommit);
  const EventTails::Known known = tails.Take(20);
  ASSERT_TRUE(known.contains(kType));
  EXPECT_EQ(known.at(kType).sealed, 18 * 2 * kPerCommit);
  EXPECT_EQ(known.at(kType).count, 2 * kPerCommit);
  // Of another commit nothing is known.
  tails.Put(20, known);
  EXPECT_TRUE(tails.Take(21).empty());
}

// Runs of one type in memory, with their blocks, which may grow.
class GrowingRuns : public EventRuns {
 public:
  absl::StatusOr<std::vector<EventRun>> Runs(TypeId) override {
    std::vector<EventRun> runs;
    for (const auto& [number, run] : runs_) runs.push_back(run);
    return runs;
  }
  absl::Status Write(TypeId type, const EventRun& run,
                     const std::vector<EventBlock>& blocks) override {
    EXPECT_TRUE(runs_.emplace(run.run, run).second);
    return Append(type, run, blocks);
  }
  bool Grow(TypeId) const override { return true; }
  absl::Status Append(TypeId, const EventRun& run, const std::vector<EventBlock>& blocks) override {
    auto& kept = blocks_[run.run];
    for (const EventBlock& block : blocks) {
      EXPECT_TRUE(kept.empty() || Place(kept.back()) < Place(block));
      kept.push_back(block);
    }
    return absl::OkStatus();
  }
  absl::Status Drop(TypeId, const EventRun& run) override {
    blocks_.erase(run.run);
    runs_.erase(run.run);
    return absl::OkStatus();
  }
  absl::Status Blocks(TypeId, const EventRun& run, Row subject,
                      const std::function<absl::StatusOr<bool>(std::string_view)>& sink) override {
    for (const EventBlock& block : blocks_[run.run]) {
      if (block.last.subject < subject) continue;
      const absl::StatusOr<bool> more = sink(block.bytes);
      if (!more.ok() || !*more) return more.status();
    }
    return absl::OkStatus();
  }
  absl::Status Events(TypeId, Seq, Seq, std::vector<EventEntry>&) override {
    return absl::OkStatus();
  }
  absl::StatusOr<int64_t> CountAfter(TypeId, Seq) override { return 0; }
  absl::Status EventsOf(TypeId, Row, Seq, Seq, std::vector<Seq>&) override {
    return absl::OkStatus();
  }

 private:
  static std::pair<Row, Seq> Place(const EventBlock& block) {
    return {block.last.subject, block.last.seq};
  }

  std::map<int64_t, EventRun> runs_;
  std::map<int64_t, std::vector<EventBlock>> blocks_;
};

// One subject has more events than are read at a time.
TEST(EventIndex, FullRunsOfABulkImportBecomeOne) {
  constexpr size_t kRun = 5'000;
  constexpr Row kSubjects = 300;
  std::mt19937_64 random(testing::Seed(5));
  GrowingRuns runs;
  EventIndexWriter writer(&runs, {}, kRun);
  std::map<Row, std::vector<Seq>> expected;
  Seq seq = 0;
  for (int i = 0; i < 85; ++i) {
    std::vector<Row> subjects(1'000);
    const Seq first = seq + 1;
    for (Row& subject : subjects) {
      subject = random() % 2 == 0 ? 7 : static_cast<Row>(random() % kSubjects);
      expected[subject].push_back(++seq);
    }
    ASSERT_EQ(writer.Add(1, first, subjects), absl::OkStatus());
  }
  ASSERT_EQ(writer.Finish(), absl::OkStatus());
  std::vector<int64_t> sizes;
  const absl::StatusOr<std::vector<EventRun>> kept = runs.Runs(1);
  ASSERT_TRUE(kept.ok()) << kept.status();
  for (const EventRun& run : *kept) sizes.push_back(run.entries);
  EXPECT_EQ(sizes, (std::vector<int64_t>{80'000, 5'000}));
  EXPECT_GT(expected[7].size(), 40'000U);
  for (Row subject = 0; subject < kSubjects; ++subject) {
    const auto found = FindEvents(runs, 1, subject, 0, INT64_MAX);
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(*found, expected[subject]) << subject;
  }
}

}  // namespace
}  // namespace relata::internal
