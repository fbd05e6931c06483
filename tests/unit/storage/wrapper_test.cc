// SPDX-License-Identifier: Apache-2.0

#include "relata/storage/wrapper.h"

#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/memory.h"

namespace relata {
namespace {

constexpr Timestamp kNow{1'792'800'000'000'000};

NamedValues Named(const char* name) { return {{"name", Value::Text(name)}}; }

absl::StatusOr<Commit> PutAccount(Crm& crm, const char* name, const std::string& operation) {
  Transaction tx = crm.Begin(Actor::User("amelie"));
  tx.Create("account", Named(name));
  if (!operation.empty()) tx.OperationId(operation);
  return tx.Commit(kNow);
}

int64_t Accounts(Crm& crm) {
  QueryOptions options;
  options.now = kNow;
  const auto answer = crm.Query("account", "true", options);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? answer->count : -1;
}

TEST(StoreWrapper, CountsCallsFailuresAndTime) {
  Duration clock;
  auto metrics = std::make_shared<StoreMetrics>([&] { return clock = clock + Seconds(1); });
  auto store = WrapStore(NewMemoryStore(), metrics);
  EXPECT_TRUE(store->Read().ok());
  EXPECT_TRUE(absl::IsNotFound((*store->Read())->FindCommit(7).status()));
  EXPECT_EQ(metrics->figure(StoreCall::kRead).calls, 2);
  EXPECT_EQ(metrics->figure(StoreCall::kRead).failures, 0);
  EXPECT_EQ(metrics->figure(StoreCall::kRead).total, Seconds(2));
  EXPECT_EQ(metrics->figure(StoreCall::kFindCommit).failures, 1);
  EXPECT_EQ(metrics->figure(StoreCall::kCommit).calls, 0);
  EXPECT_EQ(NameOf(StoreCall::kScanExternalKeys), "scan_external_keys");
  EXPECT_EQ(NameOf(StoreCall::kCommit), "commit");
}

// Fails one call of a kind, before it or after it.
class FailOne : public StoreObserver {
 public:
  FailOne(StoreCall call, int n, absl::Status with, bool after)
      : call_(call), n_(n), with_(std::move(with)), after_(after) {}

  absl::Status Before(StoreCall call) override {
    return !after_ && Due(call) ? with_ : absl::OkStatus();
  }
  absl::Status After(StoreCall call, absl::Status status) override {
    return after_ && Due(call) ? with_ : status;
  }

 private:
  bool Due(StoreCall call) { return call == call_ && ++count_ == n_; }

  const StoreCall call_;
  const int n_;
  const absl::Status with_;
  const bool after_;
  int count_ = 0;
};

TEST(StoreWrapper, AConflictIsDecidedAgainByTheCrm) {
  for (const StoreCall call : {StoreCall::kApply, StoreCall::kCommit, StoreCall::kPrepare}) {
    auto crm = Crm::Open(WrapStore(NewMemoryStore(),
                                   std::make_shared<FailOne>(call, 1, Aborted("injected"), false)));
    ASSERT_TRUE(crm.ok()) << crm.status();
    const auto commit = PutAccount(*crm, "Acme", "op-1");
    ASSERT_TRUE(commit.ok()) << NameOf(call) << ": " << commit.status();
    EXPECT_EQ(commit->id, 1) << NameOf(call);
    EXPECT_FALSE(commit->replayed);
    EXPECT_EQ(Accounts(*crm), 1) << NameOf(call);
  }
}

// Never grants: every attempt is refused.
class Conflict : public StoreObserver {
 public:
  absl::Status Before(StoreCall call) override {
    return call == StoreCall::kCommit ? Aborted("injected") : absl::OkStatus();
  }
};

TEST(StoreWrapper, AConflictThatStaysIsReportedAsOne) {
  auto crm = Crm::Open(WrapStore(NewMemoryStore(), std::make_shared<Conflict>()));
  ASSERT_TRUE(crm.ok());
  EXPECT_TRUE(absl::IsAborted(PutAccount(*crm, "Acme", "").status()));
  EXPECT_EQ(Accounts(*crm), 0);
}

TEST(StoreWrapper, ALostAcknowledgementIsUnknownAndItsOperationIsDoneOnce) {
  auto crm =
      Crm::Open(WrapStore(NewMemoryStore(), std::make_shared<FailOne>(
                                                StoreCall::kCommit, 1,
                                                absl::UnknownError("the answer was lost"), true)));
  ASSERT_TRUE(crm.ok());
  EXPECT_TRUE(absl::IsUnknown(PutAccount(*crm, "Acme", "op-1").status()));
  EXPECT_EQ(Accounts(*crm), 1);
  const auto again = PutAccount(*crm, "Acme", "op-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->created, 1);
  EXPECT_EQ(Accounts(*crm), 1);
}

TEST(StoreWrapper, EveryCallMayFailAndTheCrmGoesOn) {
  for (size_t i = 0; i < kStoreCalls; ++i) {
    const auto call = static_cast<StoreCall>(i);
    for (const bool after : {false, true}) {
      if (after && call == StoreCall::kCommit) continue;  // that is the case before this one
      std::shared_ptr<Store> memory = NewMemoryStore();
      auto earlier = Crm::Open(WrapStore(memory, std::make_shared<StoreObserver>()));
      ASSERT_TRUE(PutAccount(*earlier, "First", "").ok());
      auto crm = Crm::Open(
          WrapStore(memory, std::make_shared<FailOne>(call, 1, Unavailable("injected"), after)));
      int64_t expected = 1;
      if (crm.ok()) expected += PutAccount(*crm, "Acme", "").ok() ? 1 : 0;
      auto other = Crm::Open(WrapStore(memory, std::make_shared<StoreObserver>()));
      ASSERT_TRUE(other.ok()) << NameOf(call) << ": " << other.status();
      EXPECT_EQ(Accounts(*other), expected) << NameOf(call) << (after ? " after" : " before");
      EXPECT_TRUE(PutAccount(*other, "Last", "").ok()) << NameOf(call);
    }
  }
}

}  // namespace
}  // namespace relata
