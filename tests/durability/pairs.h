// SPDX-License-Identifier: Apache-2.0
//
// Several threads that commit at once to one graph, each giving its two accounts the same number
// every time, while somebody looks on: each commit whole, in the order of its number, its error
// told to its own thread.

#ifndef RELATA_TESTS_DURABILITY_PAIRS_H_
#define RELATA_TESTS_DURABILITY_PAIRS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "relata/engine/crm.h"

namespace relata::testing {

constexpr int kPairThreads = 8;
constexpr int64_t kPairBase = 1500;  // a year

// Two accounts of each thread, which every commit gives the same number.
struct Pairs {
  std::vector<RecordRef> left;
  std::vector<RecordRef> right;
};
Pairs MakePairs(const Crm& crm);

struct PairsWritten {
  int commits = 0;
  int syncs = 0;
  double seconds = 0;
};
// Opens a new graph, writes `each` times from every thread and opens it again; expectations of the
// running test.
// `syncs` counts those of the store so far.
PairsWritten WriteFromAllThreads(const std::function<absl::StatusOr<Crm>()>& open,
                                 const std::function<int()>& syncs, int each, uint64_t seed);

}  // namespace relata::testing

#endif  // RELATA_TESTS_DURABILITY_PAIRS_H_
