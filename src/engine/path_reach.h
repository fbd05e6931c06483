// SPDX-License-Identifier: Apache-2.0
//
// What is known of every record at the start of a path: whether the path reaches a record for which
// a condition decides.
//
// The condition is decided once for every record of the last type, and what it says is carried back
// along the steps, one scan of a link column each: a child tells its parent, a parent its children,
// a closure every record below or above.

#ifndef RELATA_SRC_ENGINE_PATH_REACH_H_
#define RELATA_SRC_ENGINE_PATH_REACH_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/large_pages.h"
#include "engine/lanes.h"
#include "engine/operator.h"

namespace relata::internal {

// What is known of the rows of a table, one bit a row.
struct TableBits {
  LargeVector<uint64_t> words;

  explicit TableBits(size_t rows = 0) : words(rows / 64 + 1) {}
  bool Test(Row row) const {
    const auto i = static_cast<size_t>(row);
    return i / 64 < words.size() && (words[i / 64] >> (i % 64) & 1) != 0;
  }
  // The bits of 64 rows.
  uint64_t Word(size_t w) const { return w < words.size() ? words[w] : 0; }
  void Set(Row row) {
    const auto i = static_cast<size_t>(row);
    if (i / 64 < words.size()) words[i / 64] |= uint64_t{1} << (i % 64);
  }
  // The bits of `word`, the first of them that of row `first`.
  void SetWord(size_t first, uint64_t word) {
    const size_t w = first / 64;
    const size_t shift = first % 64;
    if (w < words.size()) words[w] |= word << shift;
    if (shift != 0 && w + 1 < words.size()) words[w + 1] |= word >> (64 - shift);
  }
  bool none() const {
    return std::all_of(words.begin(), words.end(), [](uint64_t w) { return w == 0; });
  }
};

// Of each record: reaches one for which the condition decides; is an error; is undecided.
struct Reached {
  TableBits hit, error, undecided;

  explicit Reached(size_t rows = 0) : hit(rows), error(rows), undecided(rows) {}
};

// The condition at every record of the last type.
class PathTargets : public SharedWork {
 public:
  PathTargets(Lanes& lanes, const RecordTable& table, int cost, bool all)
      : SharedWork(lanes, table.limit * cost), table_(table), all_(all), by_lane_(lanes.count()) {}

  void Join(size_t lane, Operator& condition) { by_lane_[lane].condition = &condition; }
  const Reached& reached() const { return reached_; }

 protected:
  size_t Begin(size_t lane) override;
  void Do(size_t lane, size_t chunk) override;

 private:
  struct OfLane {
    Operator* condition = nullptr;
    Vector value;
  };
  const RecordTable& table_;
  const bool all_;
  std::vector<OfLane> by_lane_;
  Reached reached_;
};

// What the records after a step reach, told to those before it.
class CarriedStep : public SharedWork {
 public:
  CarriedStep(Lanes& lanes, const Graph& graph, const PathStep& step, const Reached& after);

  const Reached& reached() const { return reached_; }

 protected:
  size_t Begin(size_t lane) override;
  void Do(size_t lane, size_t chunk) override;
  void End(size_t lane) override;

 private:
  // One of the three things that are known, before the step and after it.
  struct Carry {
    const TableBits* source = nullptr;
    TableBits Reached::*kind = nullptr;
    std::vector<uint8_t> told;  // `source` by row, without records that are gone; for few records
  };
  bool SideBySide() const;
  void CarryToParents(const TableBits& source, size_t chunk, TableBits& target) const;
  void CarrySideBySide(const TableBits& source, size_t chunk, TableBits& target) const;
  void CarryToChildren(const Carry& carry, size_t chunk, TableBits& target) const;
  void CarryByCodes(const Carry& carry, size_t chunk, TableBits& target) const;
  template <class Visit>
  void EachLink(size_t chunk, const TableBits* among, const Visit& visit) const;
  void CarryClosure(const TableBits& source, TableBits& target, TableBits& undecided) const;
  static void TellAncestors(std::span<const Row> parent, const TableBits& source,
                            TableBits& target);

  const Graph& graph_;
  const PathStep step_;
  const Reached& after_;
  // The table that holds the links, the links, and the table they lead to.
  const RecordTable& holders_;
  const ChunkedColumn& links_;
  const RecordTable& targets_;
  std::vector<Carry> carries_;
  bool side_by_side_ = false;
  Reached reached_;
  // A parent may be told by children of any chunk: what each lane tells is joined in the end.
  std::vector<std::unique_ptr<Reached>> told_by_lane_;
};

// The targets and the steps of one path.
class PathReach {
 public:
  // `cost` is that of the condition a row.
  PathReach(Lanes& lanes, const Graph& graph, const std::vector<PathStep>& steps, int cost,
            bool all);

  void Join(size_t lane, Operator& condition) { targets_.Join(lane, condition); }
  // What is known of the last type's records; of the first type's.
  const Reached& Targets(size_t lane);
  const Reached& Carried(size_t lane);
  bool carried() const { return steps_.front()->complete(); }
  // The links that carrying back looks at.
  int64_t RowsToCarry() const { return rows_to_carry_; }

 private:
  PathTargets targets_;
  std::vector<std::unique_ptr<CarriedStep>> steps_;  // as the path's
  int64_t rows_to_carry_ = 0;
};

// The record that `links` says, resolved; kNoRow when it does not exist.
Row LinkedRow(const Graph& graph, const ChunkedColumn& links, Row target, const RecordTable& table);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_PATH_REACH_H_
