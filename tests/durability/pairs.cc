// SPDX-License-Identifier: Apache-2.0

#include "durability/pairs.h"

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "gtest/gtest.h"

namespace relata::testing {
namespace {

const Timestamp kNow = *ParseTimestamp("2026-03-01T00:00:00Z");
const Actor kSomebody = Actor::User("amelie");

int64_t NumberOf(const Snapshot& view, RecordRef record) {
  const FieldDef* field = view.schema().type(record.type).FindField("founded_year");
  return view.Get(record, field->id).int_value() - kPairBase;
}

// One thread's commits; a share of them is refused. Gives how many were made.
int Write(const Crm& crm, const Pairs& pairs, int thread, int each, uint64_t seed) {
  std::mt19937_64 random(seed + static_cast<uint64_t>(thread));
  const auto at = static_cast<size_t>(thread);
  int64_t number = 0;
  CommitId last = 0;
  for (int i = 0; i < each; ++i) {
    const bool wrong = random() % 4 == 0;
    Transaction tx = crm.Begin(kSomebody);
    tx.Update(pairs.left[at], {{"founded_year", Value::Int(kPairBase + number + 1)}});
    tx.Update(pairs.right[at], {{"founded_year", Value::Int(kPairBase + number + 1)}});
    // An account above itself is refused as a circle.
    if (wrong) tx.Update(pairs.left[at], {{"parent", Value::Record(pairs.left[at])}});
    const auto commit = tx.Commit(kNow);
    EXPECT_EQ(commit.ok(), !wrong) << commit.status();
    if (!commit.ok()) {
      EXPECT_TRUE(absl::IsFailedPrecondition(commit.status())) << commit.status();
      continue;
    }
    ++number;
    EXPECT_GT(commit->id, last) << "numbers of one thread ascend";
    last = commit->id;
  }
  return static_cast<int>(number);
}

// Looks at the graph until the writers are done: never half a commit, never one taken back.
void Watch(const Crm& crm, const Pairs& pairs, const std::atomic<bool>& done) {
  std::vector<int64_t> seen(kPairThreads);
  while (!done) {
    const auto view = crm.View({"account"});
    ASSERT_TRUE(view.ok()) << view.status();
    for (size_t t = 0; t < kPairThreads; ++t) {
      const int64_t number = NumberOf(**view, pairs.left[t]);
      ASSERT_EQ(number, NumberOf(**view, pairs.right[t]));
      ASSERT_GE(number, seen[t]);
      seen[t] = number;
    }
  }
}

}  // namespace

Pairs MakePairs(const Crm& crm) {
  Pairs pairs;
  Transaction tx = crm.Begin(kSomebody);
  for (int t = 0; t < kPairThreads; ++t) {
    pairs.left.push_back(tx.Create(
        "account", {{"name", Value::Text("A")}, {"founded_year", Value::Int(kPairBase)}}));
    pairs.right.push_back(tx.Create(
        "account", {{"name", Value::Text("A")}, {"founded_year", Value::Int(kPairBase)}}));
  }
  EXPECT_EQ(tx.Commit(kNow).status(), absl::OkStatus());
  for (auto* side : {&pairs.left, &pairs.right}) {
    for (RecordRef& record : *side) record = crm.Resolve(record);
  }
  return pairs;
}

PairsWritten WriteFromAllThreads(const std::function<absl::StatusOr<Crm>()>& open,
                                 const std::function<int()>& syncs, int each, uint64_t seed) {
  PairsWritten run;
  Pairs pairs;
  std::vector<int> made(kPairThreads);
  {
    const absl::StatusOr<Crm> crm = open();
    EXPECT_TRUE(crm.ok()) << crm.status();
    if (!crm.ok()) return run;
    pairs = MakePairs(*crm);
    const CommitId first = (*crm->View({"account"}))->commit();
    const int before = syncs();
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<bool> done{false};
    std::thread watcher([&] { Watch(*crm, pairs, done); });
    std::vector<std::thread> writers;
    for (int t = 0; t < kPairThreads; ++t) {
      writers.emplace_back(
          [&, t] { made[static_cast<size_t>(t)] = Write(*crm, pairs, t, each, seed); });
    }
    for (std::thread& writer : writers) writer.join();
    done = true;
    watcher.join();
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    run.syncs = syncs() - before;
    for (const int commits : made) run.commits += commits;
    EXPECT_EQ((*crm->View({"account"}))->commit(), first + run.commits) << "numbers without gaps";
  }
  const absl::StatusOr<Crm> again = open();
  EXPECT_TRUE(again.ok()) << again.status();
  if (!again.ok()) return run;
  const auto view = again->View({"account"});
  for (size_t t = 0; t < kPairThreads; ++t) {
    EXPECT_EQ(NumberOf(**view, pairs.left[t]), made[t]);
    EXPECT_EQ(NumberOf(**view, pairs.right[t]), made[t]);
  }
  return run;
}

}  // namespace relata::testing
