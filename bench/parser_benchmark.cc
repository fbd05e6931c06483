// SPDX-License-Identifier: Apache-2.0
//
// Parsing a condition: what a question costs before it is planned and cached.

#include <string>

#include "benchmark/benchmark.h"
#include "expression/parser.h"

namespace relata {
namespace {

void BM_Parser_Comparison(benchmark::State& state) {
  ExpressionIssue issue;
  for (auto _ : state) {
    benchmark::DoNotOptimize(internal::Parse("contact.country == 'FR'", {}, &issue));
  }
}
BENCHMARK(BM_Parser_Comparison);

// N conditions joined by &&.
void BM_Parser_Conditions(benchmark::State& state) {
  std::string text = "contact.events('page_view').filter(e, e.at > now - days(30)).size() >= 3";
  for (int64_t i = 1; i < state.range(0); ++i) {
    text += " && contact.account.orders.filter(o, o.at > now - days(365)).map(o, o.net).sum() > 9";
  }
  ExpressionIssue issue;
  for (auto _ : state) {
    auto tree = internal::Parse(text, {}, &issue);
    if (tree == nullptr) return state.SkipWithError("the text does not parse");
    benchmark::DoNotOptimize(tree);
  }
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Parser_Conditions)->RangeMultiplier(4)->Range(1, 64)->Complexity(benchmark::oN);

}  // namespace
}  // namespace relata
