// SPDX-License-Identifier: Apache-2.0
//
// When a field changed and what it was before: what was(), changed() and time_in() are answered
// from.
//
// A question about one record reads that record's changes; when a question goes on to many records
// of a type, all changes of the field are read once and kept for the rest of it.

#ifndef RELATA_SRC_ENGINE_FIELD_HISTORY_H_
#define RELATA_SRC_ENGINE_FIELD_HISTORY_H_

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/past.h"
#include "relata/engine/crm.h"
#include "relata/engine/snapshot.h"

namespace relata::internal {

// Single-thread; borrows the snapshot, whose changes it tells: those of a commit under way too,
// when the snapshot is of one.
class FieldHistory {
 public:
  // After `few` records of a type that were asked for one by one all are read.
  FieldHistory(Crm::Engine& engine, const Snapshot& view, int few = kFew)
      : engine_(engine), view_(view), few_(few) {}

  // The value at `at`; null before the record was. `record` exists in the snapshot.
  absl::StatusOr<Value> At(RecordRef record, FieldId field, Timestamp at);
  // When the field got the value it has; nothing when it never had one.
  absl::StatusOr<std::optional<Timestamp>> LastChange(RecordRef record, FieldId field);

  // The values the field had, oldest first, each from its instant to the next one's; the last is
  // the value it has. Equal neighbours are one.
  struct Span {
    Timestamp from;
    Value value;
    Timestamp recorded;  // when this database was told
  };
  absl::StatusOr<std::vector<Span>> Spans(RecordRef record, FieldId field);

 private:
  // One change of the field, in the order recorded.
  struct Point {
    Timestamp effective;
    Timestamp recorded;
    Value before;
  };
  struct Birth {
    Timestamp effective = Timestamp::kMax;
    Timestamp recorded = Timestamp::kMax;
    auto operator<=>(const Birth&) const = default;
  };
  struct Line {
    Birth born;
    std::vector<Point> points;
  };
  struct Lines {
    int asked = 0;
    bool whole = false;  // `of` has every record that changed
    std::unordered_map<Row, Line> of;
    std::vector<std::pair<std::pair<Row, Row>, Birth>> births;  // of ranges, when whole
  };

  absl::StatusOr<Line> LineOf(RecordRef record, FieldId field);
  absl::Status Read(StoreReader& reader, TypeId type, FieldId field,
                    std::optional<RecordRef> record, Lines& lines);
  absl::Status Add(const ChangeRow& row, FieldId field, Lines& lines);
  absl::StatusOr<Timestamp> RecordedAt(StoreReader& reader, CommitId commit);
  Timestamp CreatedAt(RecordRef record) const;

  static constexpr int kFew = 16;

  Crm::Engine& engine_;
  const Snapshot& view_;
  const int few_;
  std::unique_ptr<StoreReader> reader_;
  std::map<std::pair<TypeId, FieldId>, Lines> lines_;
  std::unordered_map<CommitId, Timestamp> recorded_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_FIELD_HISTORY_H_
