// SPDX-License-Identifier: Apache-2.0

#include "engine/relation.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "engine/graph.h"
#include "gtest/gtest.h"
#include "support/support.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

std::vector<Row> RowsOf(const RelationIndex& index, Row parent, const ChunkedColumn* at = nullptr) {
  std::vector<Row> rows;
  index.AppendTo(parent, at, rows);
  return rows;
}

TEST(IdIndex, FindsIdsThatComeAndGoAndLeavesCopiesAlone) {
  std::mt19937_64 random(testing::Seed(15));
  const auto draw = [&] {
    Uuid id;
    for (uint8_t& byte : id.bytes) byte = static_cast<uint8_t>(random());
    return id;
  };
  IdIndex index(2000);
  std::vector<Uuid> ids;
  std::set<Row> gone;
  const auto find = [&](const IdIndex& in, const Uuid& id) {
    return in.Find(id, [&](Row row) { return ids[static_cast<size_t>(row)] == id; });
  };
  IdIndex pinned;
  while (!index.full()) {
    const auto row = static_cast<Row>(ids.size());
    ids.push_back(draw());
    const EditToken edit = NewEdit();
    index.Add(ids.back(), row, edit);
    if (row == 500) pinned = index;
    if (random() % 4 == 0) {
      const Row out = static_cast<Row>(random() % ids.size());
      index.Remove(ids[static_cast<size_t>(out)], out, edit);
      gone.insert(out);
    }
  }
  EXPECT_GT(ids.size(), 2000u);
  for (Row row = 0; row < static_cast<Row>(ids.size()); ++row) {
    const Uuid& id = ids[static_cast<size_t>(row)];
    EXPECT_EQ(find(index, id), gone.contains(row) ? kNoRow : row);
    if (row > 500) {
      EXPECT_EQ(find(pinned, id), kNoRow);
    }
  }
  EXPECT_EQ(find(index, draw()), kNoRow);
}

TEST(RelationIndex, FollowsLinksThatComeAndGoAndLeavesCopiesAlone) {
  std::mt19937_64 random(testing::Seed(12));
  RelationIndex index;
  std::map<Row, std::set<Row>> model;
  RelationIndex pinned;
  std::map<Row, std::set<Row>> pinned_model;
  for (int edit_number = 0; edit_number < 60; ++edit_number) {
    const EditToken edit = NewEdit();
    for (int i = 0; i < 200; ++i) {
      const Row parent = static_cast<Row>(random() % 6000);
      const Row child = static_cast<Row>(random() % 8);
      if (model[parent].erase(child) == 1) {
        index.Remove(parent, child, nullptr, edit);
      } else {
        model[parent].insert(child);
        index.Add(parent, child, nullptr, edit);
      }
    }
    if (edit_number == 30) {
      pinned = index;
      pinned_model = model;
    }
  }
  for (const auto& [parent, children] : model) {
    EXPECT_EQ(RowsOf(index, parent), std::vector<Row>(children.begin(), children.end())) << parent;
  }
  for (const auto& [parent, children] : pinned_model) {
    EXPECT_EQ(RowsOf(pinned, parent), std::vector<Row>(children.begin(), children.end()));
  }
  EXPECT_TRUE(RowsOf(index, 100'000).empty());
}

// Batches as commits bring them, on a relation that was sealed: lists of a few events and of
// hundreds, asked from an instant on.
TEST(RelationIndex, GivesTheEventsSinceAnInstant) {
  std::mt19937_64 random(testing::Seed(14));
  ChunkedColumn subject(Kind::kRecord, 0);
  ChunkedColumn at(Kind::kTimestamp);
  std::map<Row, std::vector<std::pair<int64_t, Row>>> model;
  Row row = 0;
  const auto append = [&](EditToken edit) {
    // One parent in three has most of them.
    const Row parent = static_cast<Row>(random() % 3 == 0 ? random() % 9 : random() % 9000);
    const int64_t instant = static_cast<int64_t>(random() % 1000);
    subject.PutInt(row, parent, 0, edit);
    at.PutInt(row, instant, 0, edit);
    model[parent].emplace_back(instant, row);
    ++row;
    return parent;
  };
  const EditToken load = NewEdit();
  while (row < 6000) append(load);
  Relation relation = BuildRelation(subject, row, &at);
  for (int commit = 0; commit < 40; ++commit) {
    const EditToken edit = NewEdit();
    const Row first = row;
    std::vector<Row> parents;
    for (size_t n = 1 + random() % 300; n > 0; --n) parents.push_back(append(edit));
    relation.Edit(0).AddAll(parents, first, &at, edit);
    for (const Row parent : parents) {
      auto& events = model[parent];
      std::sort(events.begin(), events.end());
      for (const int64_t since : {INT64_MIN, int64_t{0}, static_cast<int64_t>(random() % 1000)}) {
        std::vector<Row> expected;
        for (const auto& [instant, event] : events) {
          if (instant >= since) expected.push_back(event);
        }
        std::vector<Row> rows;
        relation.For(0)->AppendTo(parent, &at, rows, since);
        ASSERT_EQ(rows, expected) << "parent " << parent << " since " << since;
      }
    }
  }
}

TEST(RelationIndex, OrdersEventsByInstantThenRowHoweverLateTheyCome) {
  std::mt19937_64 random(testing::Seed(13));
  ChunkedColumn subject(Kind::kRecord, 0);
  ChunkedColumn at(Kind::kTimestamp);
  std::map<Row, std::vector<std::pair<int64_t, Row>>> model;
  const auto append = [&](Row row, EditToken edit) {
    const Row parent = static_cast<Row>(random() % 300);
    const int64_t instant = static_cast<int64_t>(random() % 50);
    subject.PutInt(row, parent, 0, edit);
    at.PutInt(row, instant, 0, edit);
    model[parent].emplace_back(instant, row);
    return parent;
  };
  const EditToken load = NewEdit();
  for (Row row = 0; row < 5000; ++row) append(row, load);
  Relation relation = BuildRelation(subject, 5000, &at);
  for (Row row = 5000; row < 9000; ++row) {
    const EditToken edit = NewEdit();
    const Row parent = append(row, edit);
    relation.Edit(0).Add(parent, row, &at, edit);
  }
  for (auto& [parent, events] : model) {
    std::sort(events.begin(), events.end());
    std::vector<Row> expected;
    for (const auto& [instant, row] : events) expected.push_back(row);
    EXPECT_EQ(RowsOf(*relation.For(0), parent, &at), expected) << parent;
  }
}

TEST(RelationIndex, ATailNeverOutgrowsTheRootOfItsSealedPartByMuch) {
  RelationIndex index;
  for (Row row = 0; row < 20'000; ++row) index.Add(row % 4096, row, nullptr, NewEdit());
  // Sealed rows take four bytes, tail entries 24: an unsealed index would take half a megabyte.
  EXPECT_LT(index.MemoryUsed(), 20'000u * 4 + 2'000u * 24 + 40'000u);
}

TEST(Relation, KeepsParentsOfDifferentTypesApart) {
  ChunkedColumn links(Kind::kRecord);
  const EditToken edit = NewEdit();
  links.Put(0, Value::Record({3, 7}), edit);
  links.Put(1, Value::Record({4, 7}), edit);
  links.Put(3, Value::Record({3, 7}), edit);
  const Relation relation = BuildRelation(links, 4, nullptr);
  EXPECT_EQ(RowsOf(*relation.For(3), 7), (std::vector<Row>{0, 3}));
  EXPECT_EQ(RowsOf(*relation.For(4), 7), (std::vector<Row>{1}));
  EXPECT_EQ(relation.For(5), nullptr);
}

}  // namespace
}  // namespace relata::internal
