// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "relata/engine/verify.h"
#include "relata/relata.h"
#include "relata/storage/memory.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using ::testing::IsEmpty;

const Timestamp kNow = *ParseTimestamp("2026-07-10T09:00:00Z");
const Actor kSomebody = Actor::User("amelie");

// A story with everything that is stored.
void Tell(Crm& crm) {
  std::vector<RecordRef> people;
  for (int day = 0; day < 12; ++day) {
    Transaction tx = crm.Begin(kSomebody);
    const Timestamp now = kNow + Days(day);
    for (int i = 0; i < 4; ++i) {
      people.push_back(tx.Upsert("contact", "crm", Concat(people.size()),
                                 {{"family_name", Value::Text(Concat("n", people.size()))}}));
      tx.Append("page_view", people.back(), now, {{"path", Value::Text("/")}});
    }
    tx.Update(people[static_cast<size_t>(day)], {{"country", Value::Text("FR")}});
    if (day == 3) tx.Merge(people[1], people[2]);
    if (day == 5) tx.Unmerge(people[1]);
    if (day == 6) tx.Delete(people[4]);
    if (day == 7) tx.Define("segment", "all", R"({"type": "contact", "expression": "true"})");
    tx.Log("outbox", people[0], "k", "{}");
    ConsentEntry entry;
    entry.event = ConsentEvent::kWithdraw;
    entry.person = PartyId::Of(people[0]);
    entry.at = now;
    tx.RecordConsent(entry);
    tx.OperationId(Concat("operation ", day));
    const auto commit = tx.Commit(now);
    ASSERT_TRUE(commit.ok()) << commit.status();
    for (size_t i = people.size() - 4; i < people.size(); ++i) people[i] = crm.Resolve(people[i]);
  }
}

std::string DumpOf(Store& store) {
  std::string bytes;
  auto reader = store.Read();
  EXPECT_TRUE(reader.ok());
  const auto report = WriteDump(**reader, [&](std::string_view part) {
    bytes += part;
    return absl::OkStatus();
  });
  EXPECT_TRUE(report.ok()) << report.status();
  return bytes;
}

absl::Status Load(Store& store, const std::string& bytes) {
  size_t at = 0;
  return LoadDump(store,
                  [&](size_t size) -> absl::StatusOr<std::string> {
                    if (bytes.size() - at < size) return absl::OutOfRangeError("the end");
                    at += size;
                    return bytes.substr(at - size, size);
                  })
      .status();
}

TEST(Dump, AnyStoreFilledFromADumpHoldsTheSame) {
  const testing::TempDir dir;
  {
    Crm crm = *Crm::Open(dir.File("from.db"));
    Tell(crm);
  }
  auto from = OpenSqliteStore(dir.File("from.db"));
  ASSERT_TRUE(from.ok());
  const std::string bytes = DumpOf(**from);
  std::unique_ptr<Store> memory = NewMemoryStore();
  ASSERT_TRUE(Load(*memory, bytes).ok());
  EXPECT_EQ(DumpOf(*memory), bytes);
  auto file = OpenSqliteStore(dir.File("to.db"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(Load(**file, bytes).ok());
  EXPECT_EQ(DumpOf(**file), bytes);

  const Crm was = *Crm::Open(*std::move(from));
  const Crm is = *Crm::Open(*std::move(file));
  const auto verified = Verify(is);
  ASSERT_TRUE(verified.ok());
  EXPECT_THAT(verified->issues, IsEmpty());
  QueryOptions asking;
  asking.now = kNow + Days(20);
  for (int day = 0; day < 12; ++day) {
    AsOf then;
    then.known_at = kNow + Days(day);
    const auto count = [&](const Crm& crm) {
      return crm.Past(then)->Query("contact", "contact.country == 'FR'", asking)->count;
    };
    EXPECT_EQ(count(is), count(was)) << day;
  }
  // An operation that was done stays done.
  Transaction again = is.Begin(kSomebody);
  again.Define("segment", "other", "{}");
  again.OperationId("operation 3");
  EXPECT_TRUE(again.Commit(asking.now)->replayed);
}

TEST(Dump, DamageIsFoundWhereverItIs) {
  std::unique_ptr<Store> store = NewMemoryStore();
  std::string bytes;
  {
    const testing::TempDir dir;
    Crm crm = *Crm::Open(dir.File("from.db"));
    Transaction tx = crm.Begin(kSomebody);
    tx.Create("contact", {{"family_name", Value::Text("Durand")}});
    ASSERT_TRUE(tx.Commit(kNow).ok());
    auto from = OpenSqliteStore(dir.File("from.db"));
    bytes = DumpOf(**from);
  }
  for (size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 200) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    std::unique_ptr<Store> empty = NewMemoryStore();
    EXPECT_FALSE(Load(*empty, damaged).ok()) << i;
    std::unique_ptr<Store> other = NewMemoryStore();
    EXPECT_TRUE(absl::IsDataLoss(Load(*other, bytes.substr(0, i)))) << i;
  }
  EXPECT_TRUE(Load(*store, bytes).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Load(*store, bytes)));
}

}  // namespace
}  // namespace relata
