// SPDX-License-Identifier: Apache-2.0
//
// A tree that two processes rearrange at once, on SQLite and on PostgreSQL: no circle comes about,
// whatever one of them had not seen of the other.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/engine/hierarchy.h"
#include "relata/storage/postgres.h"
#include "relata/storage/sqlite.h"
#include "support/postgres.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;

constexpr int kAccounts = 6;  // few, so that the writers get in each other's way
constexpr int kMoves = 60;
const Timestamp kNow = *ParseTimestamp("2026-03-01T00:00:00Z");
const Actor kSomebody = Actor::User("amelie");

using Opener = std::function<absl::StatusOr<Crm>()>;

std::string Account(int i) { return Concat("account/tree:", i); }

// What one process does: puts accounts below others at random. 0 when each move was made or refused
// as a circle, with its path; else what went wrong.
int Rearrange(const Opener& open, uint64_t seed, int report) {
  const absl::StatusOr<Crm> crm = open();
  if (!crm.ok()) return 2;
  std::mt19937_64 random(seed);
  int made = 0;
  int refused = 0;
  for (int i = 0; i < kMoves; ++i) {
    const auto below = crm->Find(Account(static_cast<int>(random() % kAccounts)));
    const auto above = crm->Find(Account(static_cast<int>(random() % kAccounts)));
    if (!below.ok() || !above.ok()) return 3;
    Transaction tx = crm->Begin(kSomebody);
    tx.Update(*below, {{"parent", Value::Record(*above)}});
    const absl::Status status = tx.Commit(kNow + Seconds(i)).status();
    const bool circle = absl::IsFailedPrecondition(status) &&
                        Message(status).find("would make a cycle: A") != std::string::npos;
    if (!status.ok() && !circle) {
      std::fprintf(stderr, "%s\n", std::string(Message(status)).c_str());
      return 4;
    }
    ++(status.ok() ? made : refused);
  }
  const int counts[] = {made, refused};
  return write(report, counts, sizeof counts) == sizeof counts ? 0 : 5;
}

void TwoProcessesRearrange(const Opener& open) {
  const uint64_t seed = testing::Seed(51);
  {
    const absl::StatusOr<Crm> crm = open();
    ASSERT_TRUE(crm.ok()) << crm.status();
    Transaction tx = crm->Begin(kSomebody);
    for (int i = 0; i < kAccounts; ++i) {
      tx.Upsert("account", "tree", Concat(i), {{"name", Value::Text(Concat("A", i))}});
    }
    ASSERT_EQ(tx.Commit(kNow).status(), absl::OkStatus());
  }
  int reports[2];
  ASSERT_EQ(pipe(reports), 0);
  std::vector<pid_t> writers;
  for (uint64_t i = 0; i < 2; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(Rearrange(open, seed + i, reports[1]));
    writers.push_back(child);
  }
  close(reports[1]);
  for (const pid_t writer : writers) {
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  int made = 0;
  int refused = 0;
  for (int counts[2]; read(reports[0], counts, sizeof counts) == sizeof counts;) {
    made += counts[0];
    refused += counts[1];
  }
  close(reports[0]);
  EXPECT_EQ(made + refused, 2 * kMoves);
  EXPECT_GT(refused, 0) << "no circle was ever tried";

  const absl::StatusOr<Crm> crm = open();
  ASSERT_TRUE(crm.ok()) << crm.status();
  const auto view = crm->View({"account"});
  ASSERT_TRUE(view.ok()) << view.status();
  const TypeDef& type = *(*view)->schema().Find("account");
  const FieldId parent = type.FindField("parent")->id;
  size_t below = 0;
  size_t above = 0;
  for (int i = 0; i < kAccounts; ++i) {
    const RecordRef account = *crm->Find(Account(i));
    const std::vector<RecordRef> ancestors = Ancestors(**view, account, parent);
    above += ancestors.size();
    below += Subtree(**view, account, parent).size() - 1;
    // The way up ends at a root: nobody is above himself.
    const RecordRef root = ancestors.empty() ? account : ancestors.back();
    EXPECT_TRUE((*view)->Get(root, parent).is_null()) << "a circle at " << Account(i);
  }
  EXPECT_EQ(above, below) << "both directions tell the same tree";
}

TEST(HierarchyWriters, TwoProcessesOnOneFileMakeNoCircle) {
  const testing::TempDir dir;
  const std::string path = dir.File("tree.db");
  TwoProcessesRearrange([&] { return Crm::Open(path); });
}

TEST(HierarchyWriters, TwoProcessesOnPostgresMakeNoCircle) {
  RELATA_REQUIRE_POSTGRES();
  PostgresOptions options;
  options.schema = testing::UniqueName("tree");
  options.views = false;
  TwoProcessesRearrange([&]() -> absl::StatusOr<Crm> {
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                            OpenPostgresStore(testing::PostgresDsn(), options));
    return Crm::Open(std::move(store));
  });
  testing::DropPostgresSchemas({options.schema});
}

}  // namespace
}  // namespace relata
