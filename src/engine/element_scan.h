// SPDX-License-Identifier: Apache-2.0
//
// The elements of a list under way to their parents' totals: those that pass the filters, and what
// is asked of each, rows at a time.
//
// Single-thread.

#ifndef RELATA_SRC_ENGINE_ELEMENT_SCAN_H_
#define RELATA_SRC_ENGINE_ELEMENT_SCAN_H_

#include <cstdint>
#include <vector>

#include "engine/operator.h"
#include "engine/parent_totals.h"

namespace relata::internal {

// Whose elements the rows are: by the links of a chunk of rows, or `parents[i]` each.
struct ParentsOfRows {
  const Chunk* links = nullptr;
  const int64_t* parents = nullptr;

  size_t at(size_t i) const {
    return static_cast<size_t>(links != nullptr ? links->ints.Get(i) : parents[i]);
  }
};

class ElementScan {
 public:
  ElementScan(std::vector<OperatorPtr> filters, OperatorPtr body, Reduction reduction);

  // Told how many rows will be asked about in all.
  void Expect(int64_t rows);
  // Whether no row can pass the filters, as far as that is known without looking.
  bool RulesOut(const Rows& rows, const ChunkBits& wanted);
  // Events of before this instant need not be looked at: the first condition, or what is asked to
  // exist, is false of them.
  int64_t Since(const ChunkedColumn& at) const;

  // The rows `wanted` come to the totals of their parents.
  void Take(const Rows& rows, ChunkBits wanted, const ParentsOfRows& parents, ParentTotals& into);

 private:
  bool Quantifies() const;
  void Note(const ChunkBits& wanted, bool of_list);
  void Reduce(const ChunkBits& wanted);
  ParentedElements Choose(const ChunkBits& chosen);

  std::vector<OperatorPtr> filters_;
  OperatorPtr body_;
  const Reduction reduction_;
  // Of the rows under way.
  Vector element_;
  ParentsOfRows parents_;
  ParentTotals* into_ = nullptr;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> parents_here_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_ELEMENT_SCAN_H_
