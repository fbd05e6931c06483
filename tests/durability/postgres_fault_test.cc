// SPDX-License-Identifier: Apache-2.0
//
// A PostgreSQL server under which everything fails that can: whatever happens to a commit, it takes
// effect once, by its operation id, and nobody waits longer than was said.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/strings.h"
#include "durability/postgres_proxy.h"
#include "durability/story.h"
#include "gtest/gtest.h"
#include "relata/engine/crm.h"
#include "relata/storage/group_commit.h"
#include "relata/storage/postgres.h"
#include "support/postgres.h"
#include "support/support.h"
#include "testing/store_fixture.h"

namespace relata {
namespace {

using internal::Concat;
using testing::PostgresProxy;
using Fault = PostgresProxy::Fault;
using SteadyClock = std::chrono::steady_clock;

constexpr Timestamp kNow{1'792'800'000'000'000};
constexpr double kLongestWait = 60;  // seconds, on a busy machine; what is said is 10

// A server of its own, with fsync on, that may be stopped.
class Server {
 public:
  Server() { Do("start"); }
  ~Server() { Do("stop"); }
  void Restart() const {
    Do("halt");
    Do("start");
  }
  void Halt() const { Do("halt"); }
  void Start() const { Do("start"); }
  const std::string& folder() const { return folder_; }
  std::string dsn() const { return Concat("host=", folder_, " user=relata dbname=postgres"); }

 private:
  void Do(const std::string& what) const {
    const std::string command =
        Concat(RELATA_POSTGRES_CLUSTER, " ", what, " ", folder_, " on </dev/null");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  const std::string folder_ = Concat("/tmp/", testing::UniqueName("relata-pg"));
};

// With group commit (true) and without.
class PostgresFaults : public ::testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() {
    if (!testing::PostgresDsn().empty()) server_ = new Server;
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  void SetUp() override { RELATA_REQUIRE_POSTGRES(); }

  PostgresOptions Options() const {
    PostgresOptions options;
    options.schema = schema_;
    options.views = false;
    options.group_commit = GetParam();
    options.connect_patience = Seconds(10);
    options.pack_names_from = 1'000;
    return options;
  }
  std::unique_ptr<Store> Open(const std::string& dsn) const {
    auto store = OpenPostgresStore(dsn, Options());
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  std::string ThroughProxy() const {
    return Concat("host=", dir_.path().string(), " user=relata dbname=postgres");
  }

  // One account and a line of behaviour by operation `op`.
  static absl::StatusOr<Commit> PutAccount(Crm& crm, const std::string& op) {
    Transaction tx = crm.Begin(Actor::User("amelie"));
    const RecordRef account = tx.Create("account", {{"name", Value::Text(op)}});
    tx.Create("contact", {{"given_name", Value::Text(op)}, {"account", Value::Record(account)}});
    tx.AddKey(account, "erp", op);
    tx.OperationId(op);
    return tx.Commit(kNow);
  }

  static int64_t Accounts(Crm& crm) {
    QueryOptions at;
    at.now = kNow;
    const auto answer = crm.Query("account", "true", at);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->count : -1;
  }

  // Commits operation n with a fault armed, then again without one: what was answered first, and
  // that there is exactly one account for each operation.
  struct Tally {
    int tried = 0;
    int acknowledged = 0;  // by itself, through replays
    int refused = 0;       // with a status that says nothing was kept
    int unknown = 0;
    int violations = 0;
    double longest = 0;
  };
  void Try(const std::function<void()>& arm, PostgresProxy& proxy, Tally& tally) {
    const std::string op = Concat("op-", ++operations_);
    auto crm = Crm::Open(Open(ThroughProxy()));
    ASSERT_TRUE(crm.ok()) << crm.status();
    const int64_t before = Accounts(*crm);
    arm();
    const auto begun = SteadyClock::now();
    const auto first = PutAccount(*crm, op);
    const std::chrono::duration<double> took = SteadyClock::now() - begun;
    tally.longest = std::max(tally.longest, took.count());
    const bool reached = proxy.reached();
    proxy.Arm(Fault::kNone, 0);
    if (!reached) {
      EXPECT_TRUE(first.ok()) << first.status();
      return;
    }
    ++tally.tried;
    auto direct = Crm::Open(Open(server_->dsn()));
    ASSERT_TRUE(direct.ok()) << direct.status();
    const int64_t between = Accounts(*direct);
    if (first.ok()) {
      ++tally.acknowledged;
      if (between != before + 1) ++tally.violations;
    } else if (absl::IsUnknown(first.status())) {
      ++tally.unknown;
    } else {
      ++tally.refused;
      EXPECT_TRUE(absl::IsAborted(first.status()) || absl::IsUnavailable(first.status()))
          << first.status();
      if (between != before) ++tally.violations;
    }
    const auto again = PutAccount(*direct, op);
    if (!again.ok() || Accounts(*direct) != before + 1) ++tally.violations;
    if (first.ok() && again.ok() && (again->id != first->id || !again->replayed)) {
      ++tally.violations;
    }
    EXPECT_LT(took.count(), kLongestWait);
  }

  // The fault at every nth statement of a commit until none is left.
  Tally AtEveryStatement(Fault fault, const std::string& sqlstate) {
    PostgresProxy proxy(dir_.path().string(), server_->folder());
    Tally tally;
    for (int n = 1;; n += RELATA_POSTGRES_STEP) {
      const int tried = tally.tried;
      Try([&] { proxy.Arm(fault, n, sqlstate); }, proxy, tally);
      if (HasFatalFailure() || tally.tried == tried) return tally;
    }
  }

  // A commit in parts, of rows that COPY brings into several tables and of names that are packed.
  // `between` is called after each part; how the first call ended that failed.
  static absl::Status WriteLong(Store& store, const std::function<void(int part)>& between) {
    constexpr int kParts = 3;
    constexpr Row kEach = 1'000;
    RELATA_ASSIGN_OR_RETURN(const auto writer, store.Write(Seconds(30)));
    RELATA_ASSIGN_OR_RETURN(const CommitRow head, writer->Head());
    RELATA_ASSIGN_OR_RETURN(const Row next, writer->NextRow(testing::kAccount));
    for (int part = 0; part < kParts; ++part) {
      CommitBatch batch = testing::BatchAfter(head, kParts * kEach);
      if (part + 1 < kParts) batch.commit = CommitRow();
      const Row first = next + part * kEach;
      for (Row row = first; row < first + kEach; ++row) {
        const Value name = Value::Text(std::string(200, 'x'));
        batch.records.push_back(
            testing::Create(testing::kAccount, row, {{testing::kAccountName, name}}));
        batch.records.push_back(testing::Create(testing::kContact, row));
        batch.external_keys.push_back({testing::kContact, "erp", Concat(row), row});
      }
      batch.events = {testing::Visits(head.last_seq + 1 + part * kEach,
                                      std::vector<Row>(static_cast<size_t>(kEach), first))};
      RELATA_RETURN_IF_ERROR(writer->Apply(batch));
      if (between) between(part);
    }
    return writer->Commit();
  }

  // Whether `status` says that a long commit was kept or was not, and the database agrees; then it
  // is written again, directly.
  void CheckLong(const absl::Status& status, CommitId before, Tally& tally) {
    ++tally.tried;
    if (status.ok()) {
      ++tally.acknowledged;
    } else {
      ++(absl::IsUnknown(status) ? tally.unknown : tally.refused);
    }
    const std::unique_ptr<Store> direct = Open(server_->dsn());
    const bool kept = direct->HeadId().value_or(-1) == before + 1;
    if (!absl::IsUnknown(status) && kept != status.ok()) ++tally.violations;
    if (!kept && WriteLong(*direct, nullptr) != absl::OkStatus()) ++tally.violations;
    const auto reader = direct->Read();
    ASSERT_TRUE(reader.ok()) << reader.status();
    const Row rows = (before + 1) * 3'000;
    EXPECT_EQ((*reader)->Head()->id, before + 1);
    EXPECT_EQ((*reader)->Head()->last_seq, rows);
    for (const TypeId type : {testing::kAccount, testing::kContact}) {
      EXPECT_EQ((*reader)->NextRow(type).value_or(-1), rows);
    }
    EXPECT_EQ((*reader)->FindExternalKey(testing::kContact, "erp", Concat(rows - 1)).value_or(-1),
              rows - 1);
    int64_t visits = 0;
    EXPECT_EQ((*reader)->ScanEvents({testing::kVisit, {}, 0, INT64_MAX, std::nullopt, {}},
                                    [&](const EventRows& batch) {
                                      visits += static_cast<int64_t>(batch.seqs.size());
                                      return absl::OkStatus();
                                    }),
              absl::OkStatus());
    EXPECT_EQ(visits, rows);
  }

  // An empty tenant with the tables of a long commit; those that were there before are left alone.
  void BeginLong() {
    schema_ = testing::UniqueName("long");
    const std::unique_ptr<Store> store = Open(server_->dsn());
    auto writer = store->Write(Seconds(30));
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_EQ((*writer)->Prepare(testing::CaseTables()), absl::OkStatus());
    ASSERT_EQ((*writer)->Commit(), absl::OkStatus());
  }

  static void Print(const std::string& what, const Tally& t) {
    std::printf(
        "[ FIGURES ] %s%s: %d places, %d acknowledged, %d refused, %d unknown, %d violations, "
        "longest %.2f s\n",
        what.c_str(), GetParam() ? ", grouped" : "", t.tried, t.acknowledged, t.refused, t.unknown,
        t.violations, t.longest);
    EXPECT_EQ(t.violations, 0) << what;
    EXPECT_GT(t.tried, 0) << what;
  }

  static Server* server_;
  std::string schema_ = testing::UniqueName("faults");
  testing::TempDir dir_;
  int operations_ = 0;
};

Server* PostgresFaults::server_ = nullptr;

TEST_P(PostgresFaults, AnErrorAtEachStatementHasItsEffectOnce) {
  for (const char* sqlstate : {"40001", "40P01", "57014", "53100"}) {
    Tally t;
    // Full disks and timeouts are no conflicts: they are reported, and nothing is kept.
    if (std::string(sqlstate) == "53100") {
      PostgresProxy proxy(dir_.path().string(), server_->folder());
      auto crm = Crm::Open(Open(ThroughProxy()));
      ASSERT_TRUE(crm.ok()) << crm.status();
      ASSERT_TRUE(PutAccount(*crm, "full-0").ok());
      proxy.Arm(Fault::kRaise, 8, sqlstate);
      EXPECT_TRUE(absl::IsResourceExhausted(PutAccount(*crm, "full").status()));
      proxy.Arm(Fault::kNone, 0);
      EXPECT_TRUE(PutAccount(*crm, "full").ok());
      continue;
    }
    t = AtEveryStatement(Fault::kRaise, sqlstate);
    Print(Concat("SQLSTATE ", sqlstate, " at each statement"), t);
    if (std::string(sqlstate) != "57014") {
      EXPECT_EQ(t.refused, 0) << sqlstate;
    }
  }
}

TEST_P(PostgresFaults, AConnectionCutAtEachStatementHasItsEffectOnce) {
  const Tally t = AtEveryStatement(Fault::kCut, "");
  Print("connection cut at each statement", t);
}

TEST_P(PostgresFaults, ALostAnswerToCommitIsFoundOut) {
  PostgresProxy proxy(dir_.path().string(), server_->folder());
  const struct {
    const char* name;
    Fault fault;
    const char* sqlstate;
  } cases[] = {{"cut before COMMIT was sent", Fault::kCut, ""},
               {"cut after COMMIT was carried out", Fault::kLoseAnswer, ""},
               {"cut while COMMIT was under way", Fault::kLoseInFlight, ""},
               {"40003 in answer to COMMIT", Fault::kRaise, "40003"},
               {"40001 in answer to COMMIT", Fault::kRaise, "40001"}};
  for (const auto& c : cases) {
    Tally t;
    for (int i = 0; i < RELATA_POSTGRES_ROUNDS; ++i) {
      Try([&] { proxy.Arm(c.fault, 1, c.sqlstate, /*commits=*/true); }, proxy, t);
      if (HasFatalFailure()) return;
    }
    Print(c.name, t);
    EXPECT_EQ(t.acknowledged, t.tried) << c.name;
  }
}

TEST_P(PostgresFaults, ABackendKilledAtEachStatementHasItsEffectOnce) {
  PostgresProxy proxy(dir_.path().string(), server_->folder());
  const auto kill = [] {
    testing::PostgresQuery(server_->dsn(),
                           "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
                           "pid <> pg_backend_pid() AND application_name = 'relata'");
  };
  Tally t;
  for (int n = 1;; n += RELATA_POSTGRES_STEP) {
    const int tried = t.tried;
    Try([&] { proxy.ArmAction(n, kill); }, proxy, t);
    if (HasFatalFailure() || t.tried == tried) break;
  }
  Print("backend killed at each statement", t);
}

TEST_P(PostgresFaults, AServerThatCrashesAndComesBackHasTheEffectOnce) {
  PostgresProxy proxy(dir_.path().string(), server_->folder());
  Tally t;
  for (int n = 1;; n += RELATA_POSTGRES_CRASH_STEP) {
    const int tried = t.tried;
    Try([&] { proxy.ArmAction(n, [] { server_->Restart(); }); }, proxy, t);
    if (HasFatalFailure() || t.tried == tried) break;
  }
  Print("server crashed and started again", t);
}

TEST_P(PostgresFaults, AServerThatStaysAwayIsUnavailableInTime) {
  PostgresOptions options = Options();
  options.connect_patience = Seconds(1);
  auto store = OpenPostgresStore(server_->dsn(), options);
  ASSERT_TRUE(store.ok()) << store.status();
  auto crm = Crm::Open(*std::move(store));
  ASSERT_TRUE(crm.ok());
  ASSERT_TRUE(PutAccount(*crm, "away-1").ok());
  server_->Halt();
  const auto begun = SteadyClock::now();
  EXPECT_TRUE(absl::IsUnavailable(PutAccount(*crm, "away-2").status()));
  const std::chrono::duration<double> took = SteadyClock::now() - begun;
  EXPECT_LT(took.count(), kLongestWait);
  server_->Start();
  EXPECT_TRUE(PutAccount(*crm, "away-2").ok());
  EXPECT_EQ(Accounts(*crm), 2);
}

// A commit that nobody waited for yet: a server that crashes forgets it when commits are grouped,
// and says so to who waits then, on whichever connection; otherwise COMMIT has waited for the disk.
// A server makes its log durable for reasons of its own too: then another crash is tried.
TEST_P(PostgresFaults, ACrashBeforeTheSyncIsToldToWhoWaits) {
  constexpr int kCrashes = 5;
  const auto set = [](const char* sql) { testing::PostgresQuery(server_->dsn(), sql); };
  set("ALTER SYSTEM SET wal_writer_delay = '10s'");  // the server's own sync comes too late
  set("SELECT pg_reload_conf()");
  testing::Story story(6);
  ASSERT_EQ(testing::Story::Begin(*Open(server_->dsn())), absl::OkStatus());
  bool forgotten = false;
  for (int crash = 0; crash < kCrashes && !forgotten; ++crash) {
    const std::unique_ptr<Store> store = Open(server_->dsn());
    auto& grouped = dynamic_cast<GroupCommitStore&>(*store);
    CommitId settled = 0;
    for (int i = 0; i < 3; ++i) {
      const auto id = story.Continue(*store);
      ASSERT_TRUE(id.ok()) << id.status();
      ASSERT_EQ(grouped.Settle(), absl::OkStatus());
      settled = *id;
    }
    const auto last = story.Continue(*store);
    ASSERT_TRUE(last.ok()) << last.status();
    server_->Restart();
    const CommitId head = Open(server_->dsn())->HeadId().value_or(-1);
    forgotten = head == settled;
    EXPECT_EQ(head, forgotten ? settled : *last);
    const absl::Status told = grouped.Settle();
    EXPECT_EQ(absl::IsUnknown(told), forgotten) << told;
    const auto late = store->Write(Seconds(5));
    EXPECT_EQ(absl::IsUnavailable(late.status()), forgotten) << late.status();
    EXPECT_EQ(story.Check(*Open(server_->dsn()), head), "");
    if (!GetParam()) break;
  }
  EXPECT_EQ(forgotten, GetParam());
  set("ALTER SYSTEM RESET wal_writer_delay");
  set("SELECT pg_reload_conf()");
}

// Backends die at random moments under a writer; what it was promised stays.
TEST_P(PostgresFaults, BackendsKilledAtRandomLoseNothingThatWasAcknowledged) {
  std::mt19937_64 random(testing::Seed(31));
  testing::Story story(5);
  ASSERT_EQ(testing::Story::Begin(*Open(server_->dsn())), absl::OkStatus());
  CommitId acknowledged = 0;
  int commits = 0;
  for (int kills = 0; kills < RELATA_POSTGRES_KILLS; ++kills) {
    std::atomic<bool> done = false;
    std::thread killer([&, wait = random() % 40'000] {
      std::this_thread::sleep_for(std::chrono::microseconds(wait));
      testing::PostgresQuery(server_->dsn(),
                             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                             "pid <> pg_backend_pid() AND application_name = 'relata'");
      done = true;
    });
    auto store = OpenPostgresStore(server_->dsn(), Options());
    while (store.ok() && !done) {
      const auto id = story.Continue(**store);
      if (id.ok()) {
        acknowledged = *id;
        ++commits;
      }
    }
    killer.join();
  }
  EXPECT_EQ(story.Check(*Open(server_->dsn()), acknowledged), "");
  std::printf("[ FIGURES ] %d backends killed at random, %d commits acknowledged, 0 lost\n",
              RELATA_POSTGRES_KILLS, commits);
}

// What was sent while the caller made the next part is not kept by itself.
TEST_P(PostgresFaults, ALongCommitIsKeptWholeOrNotAtAll) {
  PostgresProxy proxy(dir_.path().string(), server_->folder());
  const struct {
    const char* name;
    Fault fault;
    const char* sqlstate;
  } cases[] = {{"connection cut", Fault::kCut, ""}, {"SQLSTATE 40001", Fault::kRaise, "40001"}};
  for (const auto& c : cases) {
    BeginLong();
    Tally t;
    for (int n = 1;; n += RELATA_POSTGRES_STEP) {
      const std::unique_ptr<Store> store = Open(ThroughProxy());
      const CommitId before = store->HeadId().value_or(-1);
      proxy.Arm(c.fault, n, c.sqlstate);
      const absl::Status status = WriteLong(*store, nullptr);
      if (!proxy.reached()) break;
      proxy.Arm(Fault::kNone, 0);
      // A connection that lay idle is replaced by another.
      EXPECT_TRUE(status.ok() || absl::IsAborted(status)) << n << ": " << status;
      CheckLong(status, before, t);
      if (HasFatalFailure()) return;
    }
    Print(Concat(c.name, " at each statement of a long commit"), t);
  }
}

TEST_P(PostgresFaults, ALongCommitWhoseBackendIsKilledBetweenPartsIsNotThere) {
  BeginLong();
  Tally t;
  for (int killed = 0; killed < 3; ++killed) {
    const std::unique_ptr<Store> store = Open(server_->dsn());
    const CommitId before = store->HeadId().value_or(-1);
    const absl::Status status = WriteLong(*store, [&](int part) {
      if (part != killed) return;
      testing::PostgresQuery(server_->dsn(),
                             "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
                             "pid <> pg_backend_pid() AND application_name = 'relata'");
    });
    EXPECT_TRUE(absl::IsAborted(status)) << killed << ": " << status;
    CheckLong(status, before, t);
    if (HasFatalFailure()) return;
  }
  Print("backend killed between the parts of a long commit", t);
}

INSTANTIATE_TEST_SUITE_P(Commits, PostgresFaults, ::testing::Bool(), [](const auto& group) {
  return std::string(group.param ? "Grouped" : "OneByOne");
});

}  // namespace
}  // namespace relata
