// SPDX-License-Identifier: Apache-2.0
//
// Random commits in lockstep: the snapshot that grows commit by commit, one read from the store,
// and one that catches up say what plain maps say; and snapshots taken earlier never change.

#include <array>
#include <memory>
#include <vector>

#include "engine/tables.h"
#include "gtest/gtest.h"
#include "property/graph_model.h"
#include "relata/storage/memory.h"
#include "support/support.h"

namespace relata::testing {
namespace {

void ExpectSame(const std::vector<std::string>& actual, const std::vector<std::string>& expected,
                const char* what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (size_t i = 0; i < actual.size(); ++i) ASSERT_EQ(actual[i], expected[i]) << what;
}

class SnapshotProperty : public ::testing::Test {
 protected:
  SnapshotProperty() {
    auto writer = store_->Write(Seconds(1));
    EXPECT_TRUE(writer.ok());
    EXPECT_TRUE((*writer)->Prepare(internal::TablesOf(*schema_)).ok());
    EXPECT_TRUE((*writer)->Commit().ok());
  }

  void Commit(const CommitBatch& batch) {
    auto writer = store_->Write(Seconds(1));
    ASSERT_TRUE(writer.ok());
    const absl::Status applied = (*writer)->Apply(batch);
    ASSERT_TRUE(applied.ok()) << applied;
    ASSERT_TRUE((*writer)->Commit().ok());
    model_.Apply(batch);
    current_ = current_->With(batch);
  }

  std::shared_ptr<const Snapshot> FromStore() {
    auto reader = store_->Read();
    EXPECT_TRUE(reader.ok());
    auto opened = Snapshot::Open(schema_, **reader);
    EXPECT_TRUE(opened.ok()) << opened.status();
    auto loaded = (*opened)->Load(kAll, **reader);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return *loaded;
  }

  std::shared_ptr<const Snapshot> CaughtUp(const Snapshot& from) {
    auto reader = store_->Read();
    EXPECT_TRUE(reader.ok());
    auto caught_up = from.CatchUp(**reader);
    EXPECT_TRUE(caught_up.ok()) << caught_up.status();
    return *caught_up;
  }

  // Asks something of each kind, so that indexes exist from some random commit on and are carried
  // forward by the commits after it.
  void Touch(CommitSource& source) {
    std::vector<Row> rows;
    const Row row = source.Below(50);
    if (source.Chance(50)) current_->Children({kAccount, row}, kContact, 1, rows);
    if (source.Chance(50)) current_->Children({kAccount, row}, kAccount, 1, rows);
    if (source.Chance(50)) current_->Children({kContact, row}, kPoint, 0, rows);
    if (source.Chance(50)) current_->Events({kContact, row}, kPageView, rows);
    if (source.Chance(50)) current_->Events({kAccount, row}, kCall, rows);
    if (source.Chance(50)) current_->Find(kContact, current_->Id({kContact, row}));
    const std::array<RecordRef, 1> points = {RecordRef{kPoint, row}};
    EXPECT_TRUE(source.Chance(50) || current_->Ledger({kContact, row}, points).ok());
  }

  static constexpr std::array<TypeId, 6> kAll = {kAccount,  kContact, kPoint,
                                                 kPageView, kCall,    kLedgerTable};
  const std::shared_ptr<const Schema> schema_ = GraphSchema();
  const std::unique_ptr<Store> store_ = NewMemoryStore();
  GraphModel model_{schema_};
  std::shared_ptr<const Snapshot> current_ = Snapshot::Empty(schema_);
};

TEST_F(SnapshotProperty, GrownLoadedAndCaughtUpGraphsSayWhatPlainMapsSay) {
  CommitSource source(Seed(20260101));
  Commit(source.Bulk(model_, kAccount, 300));
  // So many that the random commits that follow cross the end of the first chunk.
  Commit(source.Bulk(model_, kContact, kChunkRows - 100));
  struct Pinned {
    std::shared_ptr<const Snapshot> snapshot;
    std::vector<std::string> said;
  };
  std::vector<Pinned> pinned;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 25; ++i) {
      Commit(source.Next(model_, source.Chance(10) ? 400 : 20));
      if (source.Chance(20)) Touch(source);
    }
    const std::vector<std::string> expected = model_.Describe();
    ExpectSame(Describe(*current_), expected, "grown");
    ExpectSame(Describe(*FromStore()), expected, "loaded");
    if (round > 0) ExpectSame(Describe(*CaughtUp(*pinned.back().snapshot)), expected, "caught up");
    if (HasFatalFailure()) return;
    pinned.push_back({current_, expected});
  }
  for (const Pinned& earlier : pinned) {
    ExpectSame(Describe(*earlier.snapshot), earlier.said, "pinned");
  }
}

TEST_F(SnapshotProperty, CommitsThatAreGivenUpLeaveNoTrace) {
  CommitSource source(Seed(20260102));
  Commit(source.Bulk(model_, kContact, 200));
  for (int i = 0; i < 30; ++i) {
    Touch(source);
    // Two futures of the same graph; the second is kept.
    const CommitBatch given_up = source.Next(model_, 30);
    const std::shared_ptr<const Snapshot> discarded = current_->With(given_up);
    Commit(source.Next(model_, 30));
    ASSERT_NE(discarded.get(), current_.get());
  }
  ExpectSame(Describe(*current_), model_.Describe(), "kept");
}

}  // namespace
}  // namespace relata::testing
