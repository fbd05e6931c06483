// SPDX-License-Identifier: Apache-2.0
//
// The keys of a record, asked while this process and another write, merge and erase.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/strings.h"
#include "relata/engine/crm.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using ::testing::ElementsAre;
using ::testing::Pair;

const Timestamp kNow = *ParseTimestamp("2026-03-01T00:00:00Z");
const Actor kSomebody = Actor::User("amelie");

TEST(CrmKeys, AreThoseOfEverySystemInOrder) {
  const Crm crm = *Crm::Open(":memory:");
  Transaction tx = crm.Begin(kSomebody);
  const RecordRef marie = tx.Upsert("contact", "web", "1", {{"given_name", Value::Text("Marie")}});
  tx.AddKey(marie, "erp", "17");
  ASSERT_EQ(tx.Commit(kNow).status(), absl::OkStatus());
  EXPECT_THAT(*crm.Keys(marie), ElementsAre(Pair("erp", "17"), Pair("web", "1")));
  Transaction more = crm.Begin(kSomebody);
  more.AddKey(crm.Resolve(marie), "crm", "C1");
  ASSERT_EQ(more.Commit(kNow).status(), absl::OkStatus());
  EXPECT_THAT(*crm.Keys(marie),
              ElementsAre(Pair("crm", "C1"), Pair("erp", "17"), Pair("web", "1")));
}

// Two open databases on one file take turns at random; both always know every key.
TEST(CrmKeys, FollowTheCommitsOfThisAndOfAnotherProcess) {
  std::mt19937_64 random(testing::Seed(61));
  const testing::TempDir dir;
  const Crm mine = *Crm::Open(dir.File("keys.db"));
  const Crm other = *Crm::Open(dir.File("keys.db"));
  std::map<std::string, std::set<std::pair<std::string, std::string>>> expected;  // by first key
  for (int i = 0; i < 60; ++i) {
    const Crm& writer = random() % 2 == 0 ? mine : other;
    Transaction tx = writer.Begin(kSomebody);
    if (expected.size() < 4 || random() % 3 == 0) {
      const std::string name = Concat("contact/web:", i);
      tx.Upsert("contact", "web", Concat(i), {{"given_name", Value::Text("M")}});
      expected[name] = {{"web", Concat(i)}};
    } else {
      auto record = expected.begin();
      std::advance(record, static_cast<std::ptrdiff_t>(random() % expected.size()));
      const std::string system = Concat("s", random() % 3);
      tx.AddKey(*writer.Find(record->first), system, Concat("k", i));
      record->second.emplace(system, Concat("k", i));
    }
    ASSERT_EQ(tx.Commit(kNow).status(), absl::OkStatus());
    for (const auto& [name, keys] : expected) {
      const Crm& asked = random() % 2 == 0 ? mine : other;
      const auto found = asked.Keys(*asked.Find(name));
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(std::set(found->begin(), found->end()), keys) << name << " after " << i;
      EXPECT_EQ(found->size(), keys.size());
    }
  }
}

}  // namespace
}  // namespace relata
