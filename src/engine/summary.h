// SPDX-License-Identifier: Apache-2.0
//
// Summaries: what each parent has of its children or events, as columns by parent. How many there
// are; of a column of theirs the least and the greatest value and the sum.
//
// They are of the data, not of any question: whoever asks for the length of a list, for its
// extremes or a sum, or whether an element lies beyond a bound, reads them in place of the
// elements. A table keeps them (kept.h) and says what they hold of memory.

#ifndef RELATA_SRC_ENGINE_SUMMARY_H_
#define RELATA_SRC_ENGINE_SUMMARY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "engine/columns.h"
#include "engine/kept.h"

namespace relata::internal {

struct Summary {
  Row rows = 0;  // what the first so many rows of the children say
  // A child that has a parent and no value: of such a column nothing is kept.
  bool whole = true;
  // All sums fit and all amounts are of one currency; otherwise there are no sums.
  bool sums = true;
  uint32_t currency = 0;
  // Each by parent, without a value where there is no child.
  ChunkedColumn count{Value::Kind::kInt};  // of a summary without a value column
  ChunkedColumn least;                     // of kinds that have an order
  ChunkedColumn greatest;
  ChunkedColumn sum;  // of kinds that are added

  size_t MemoryUsed() const {
    return sizeof(*this) + count.MemoryUsed() + least.MemoryUsed() + greatest.MemoryUsed() +
           sum.MemoryUsed();
  }
};

// The link and the column that is summed up, as the table numbers its columns; for the count alone
// there is no column.
inline constexpr int kCountOnly = -1;
using SummaryKey = std::pair<int, int>;
using Summaries = Kept<SummaryKey, Summary>;

// Rows that name a parent each.
struct Children {
  const ChunkedColumn* links = nullptr;
  const ChunkedColumn* values = nullptr;         // nullptr: counted only
  const Directory<ChunkBits>* exists = nullptr;  // nullptr: all of them do
  Row rows = 0;
};

// Whether values of the kind have a summary, and which parts.
bool HasExtremes(Value::Kind kind);
bool HasSum(Value::Kind kind);

// What the children say, from the base where that is less work.
Summaries::Value Summarize(const Children& children, const Summaries::Base& base);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_SUMMARY_H_
