// SPDX-License-Identifier: Apache-2.0
//
// Named workload: walking an account tree beside a transitive closure of it, in one run.
//
//   hierarchy_workload [--accounts N]
//
// N accounts in trees of each height are stored; every account's ancestors are asked for by walking
// up (what Ancestors does) and looked up in a closure held in memory, the cheapest that a closure
// could be: one sorted run of ancestors a row. What keeping it costs is what a move rewrites: the
// ancestors of everything below. The link at the record is written by every commit in any case.

#include <cstring>

#include "relata/engine/crm.h"
#include "relata/engine/hierarchy.h"
#include "storage_facts.h"

namespace relata {
namespace {

struct Closure {
  std::vector<size_t> starts = {0};
  std::vector<Row> above;
};

void Measure(int64_t accounts, int height) {
  Crm crm = Require(Crm::Open(":memory:"));
  // Each tree is a chain of `height` with as many leaves below each of its accounts.
  std::vector<RecordRef> chain;
  Transaction tx = crm.Begin(Actor::System("bench"));
  for (int64_t i = 0; i < accounts; ++i) {
    const auto level = static_cast<size_t>(i % (2 * height));
    NamedValues values = {{"name", Value::Text(Concat("Account ", i))}};
    if (level == 0) chain.clear();
    const auto chained = static_cast<size_t>(height);
    const size_t parent = level < chained ? level : level - chained + 1;
    if (parent > 0) values.emplace_back("parent", Value::Record(chain[parent - 1]));
    const RecordRef account = tx.Create("account", values);
    if (level < chained) chain.push_back(account);
  }
  Require(tx.Commit({1'800'000'000'000'000}).status());
  const auto schema = crm.schema();
  const TypeDef& type = *schema->Find("account");
  const FieldId parent = type.FindField("parent")->id;
  const TypeId types[] = {type.id};
  const auto view = Require(crm.View(types));

  Closure closure;
  size_t below = 0;
  size_t rewritten = 0;
  const double walking = [&] {
    const double start = Processor();
    for (Row row = 0; row < accounts; ++row) {
      for (const RecordRef a : Ancestors(*view, {type.id, row}, parent)) {
        closure.above.push_back(a.row);
      }
      closure.starts.push_back(closure.above.size());
    }
    return Processor() - start;
  }();
  int64_t sum = 0;
  const double looking = [&] {
    const double start = Processor();
    for (Row row = 0; row < accounts; ++row) {
      std::vector<RecordRef> above;  // the same answer
      for (size_t i = closure.starts[static_cast<size_t>(row)];
           i < closure.starts[static_cast<size_t>(row) + 1]; ++i) {
        above.push_back({type.id, closure.above[i]});
      }
      sum += static_cast<int64_t>(above.size());
    }
    return Processor() - start;
  }();
  constexpr Row kAsked = 200;
  for (Row row = 0; row < kAsked; ++row) {
    for (const TreeNode& node : Subtree(*view, {type.id, row}, parent)) {
      ++below;
      rewritten += closure.starts[static_cast<size_t>(node.record.row) + 1] -
                   closure.starts[static_cast<size_t>(node.record.row)];
    }
  }
  std::printf(
      "height %3d: walking up %6.0f ns, closure %4.0f ns a record; closure holds %5.1f entries a "
      "record (%lld); a move has %.0f below it and rewrites %.0f entries\n",
      height, walking / static_cast<double>(accounts) * 1e9,
      looking / static_cast<double>(accounts) * 1e9,
      static_cast<double>(closure.above.size()) / static_cast<double>(accounts),
      static_cast<long long>(sum), static_cast<double>(below) / kAsked,
      static_cast<double>(rewritten) / kAsked);
}

}  // namespace
}  // namespace relata

int main(int argc, char** argv) {
  int64_t accounts = 50'000;
  if (argc == 3 && std::strcmp(argv[1], "--accounts") == 0) {
    accounts = std::strtoll(argv[2], nullptr, 10);
  }
  for (const int height : {1, 2, 4, 8, 16, 64}) relata::Measure(accounts, height);
  return 0;
}
