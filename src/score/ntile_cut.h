// SPDX-License-Identifier: Apache-2.0
//
// The groups of SQL's NTILE over a column, without sorting it and without writing them down.
//
// Rows are ranked by value, equal values by row. A group begins at one pair of value and row; those
// pairs are all there is to find: where to look for one a sample tells, and comparisons of packed
// integers count what lies below. They say who is in a group, too.

#ifndef RELATA_SRC_SCORE_NTILE_CUT_H_
#define RELATA_SRC_SCORE_NTILE_CUT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/columns.h"

namespace relata::internal {

// Borrows the column and the bits. Thread-compatible.
class NtileCut {
 public:
  // Ranks the rows that are set in `among`, by chunk; each has a value. Groups are 1 to `groups`,
  // of which `asked` will be asked for.
  NtileCut(const ChunkedColumn& values, std::span<const ChunkBits> among, int groups,
           std::span<const int> asked);

  // Those of a chunk's ranked rows that are in `group`, one of those asked.
  ChunkBits In(size_t chunk, int group) const;

 private:
  // Where a group begins: its first value, and the first row of it.
  struct Begin {
    int64_t value;
    Row row;
  };

  void Sample();
  Begin At(uint64_t rank);
  ChunkBits Between(size_t chunk, int64_t least, int64_t most) const;
  uint64_t CountIn(int64_t least, int64_t most) const;
  uint64_t CountBelow(int64_t least) const;
  // Those in `group` or above.
  ChunkBits From(size_t chunk, int group) const;
  Row NthOf(int64_t value, uint64_t nth) const;
  std::optional<Begin> NthWithin(int64_t least, int64_t most, uint64_t nth) const;

  const ChunkedColumn& values_;
  const std::span<const ChunkBits> among_;
  uint64_t ranked_ = 0;
  std::vector<int64_t> sample_;
  std::vector<std::optional<Begin>> begins_;  // of group 2 on, by group - 1; nothing: nobody
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_NTILE_CUT_H_
