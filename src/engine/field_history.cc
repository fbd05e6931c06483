// SPDX-License-Identifier: Apache-2.0

#include "engine/field_history.h"

#include <algorithm>

#include "engine/engine.h"

namespace relata::internal {

absl::StatusOr<Value> FieldHistory::At(RecordRef record, FieldId field, Timestamp at) {
  RELATA_ASSIGN_OR_RETURN(const Line line, LineOf(record, field));
  if (std::min(line.born.effective, CreatedAt(record)) > at) return Value();
  // As in a graph of the past: the value before the first of the changes that follow the last one
  // in effect.
  const Value* then = nullptr;
  for (const Point& point : line.points) {
    if (point.effective <= at) {
      then = nullptr;
    } else if (then == nullptr) {
      then = &point.before;
    }
  }
  return then != nullptr ? *then : view_.Get(record, field);
}

absl::StatusOr<std::optional<Timestamp>> FieldHistory::LastChange(RecordRef record, FieldId field) {
  RELATA_ASSIGN_OR_RETURN(const Line line, LineOf(record, field));
  if (!line.points.empty()) return std::optional<Timestamp>(line.points.back().effective);
  if (view_.Get(record, field).is_null()) return std::optional<Timestamp>();
  return std::optional<Timestamp>(std::min(line.born.effective, CreatedAt(record)));
}

absl::StatusOr<std::vector<FieldHistory::Span>> FieldHistory::Spans(RecordRef record,
                                                                    FieldId field) {
  RELATA_ASSIGN_OR_RETURN(Line line, LineOf(record, field));
  std::vector<Value> values;  // after the creation and after each change
  for (Point& point : line.points) values.push_back(std::move(point.before));
  values.push_back(view_.Get(record, field));
  std::vector<Span> spans;
  for (size_t i = 0; i < values.size(); ++i) {
    const Timestamp from =
        i == 0 ? std::min(line.born.effective, CreatedAt(record)) : line.points[i - 1].effective;
    // What took effect earlier than something recorded before it holds from then on.
    while (i > 0 && !spans.empty() && spans.back().from >= from) spans.pop_back();
    if (spans.empty() || !spans.back().value.Same(values[i])) {
      const Timestamp recorded = i == 0 ? line.born.recorded : line.points[i - 1].recorded;
      spans.push_back({from, std::move(values[i]), recorded});
    }
  }
  return spans;
}

Timestamp FieldHistory::CreatedAt(RecordRef record) const {
  const Value created = view_.Get(record, kCreatedAtField);
  return created.is(Value::Kind::kTimestamp) ? created.timestamp() : Timestamp::kMax;
}

absl::StatusOr<FieldHistory::Line> FieldHistory::LineOf(RecordRef record, FieldId field) {
  if (reader_ == nullptr) {
    RELATA_ASSIGN_OR_RETURN(reader_, engine_.Read());
  }
  Lines& all = lines_[{record.type, field}];
  if (!all.whole && ++all.asked <= few_) {
    Lines one;
    RELATA_RETURN_IF_ERROR(Read(*reader_, record.type, field, record, one));
    Line line = std::move(one.of[record.row]);
    if (!one.births.empty()) line.born = one.births.back().second;
    return line;
  }
  if (!all.whole) {
    RELATA_RETURN_IF_ERROR(Read(*reader_, record.type, field, std::nullopt, all));
    std::sort(all.births.begin(), all.births.end());
    all.whole = true;
  }
  const auto found = all.of.find(record.row);
  Line line = found == all.of.end() ? Line() : found->second;
  auto birth = std::upper_bound(all.births.begin(), all.births.end(), record.row,
                                [](Row row, const auto& range) { return row < range.first.first; });
  if (birth != all.births.begin() && record.row < (--birth)->first.second)
    line.born = birth->second;
  return line;
}

absl::Status FieldHistory::Read(StoreReader& reader, TypeId type, FieldId field,
                                std::optional<RecordRef> record, Lines& lines) {
  RELATA_RETURN_IF_ERROR(reader.ScanChanges(0, record, [&](const ChangeRow& row) {
    return row.change.type == type ? Add(row, field, lines) : absl::OkStatus();
  }));
  for (const ChangeWrite& change : engine_.PendingChanges(view_)) {
    const bool meant =
        change.type == type &&
        (!record || (change.row <= record->row && record->row < change.row + change.rows));
    if (!meant) continue;
    RELATA_RETURN_IF_ERROR(Add({view_.commit(), change}, field, lines));
  }
  return absl::OkStatus();
}

absl::Status FieldHistory::Add(const ChangeRow& row, FieldId field, Lines& lines) {
  const ChangeWrite& change = row.change;
  if (row.commit > view_.commit()) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const Timestamp recorded, RecordedAt(*reader_, row.commit));
  const Timestamp effective = EffectiveOf(change, recorded);
  if (view_.at() && effective > *view_.at()) return absl::OkStatus();
  if (change.op == RecordWrite::Op::kCreate) {
    lines.births.push_back({{change.row, change.row + change.rows}, {effective, recorded}});
    return absl::OkStatus();
  }
  RELATA_ASSIGN_OR_RETURN(auto before, ImagesOf(change));
  for (auto& [id, value] : before) {
    if (id == field) lines.of[change.row].points.push_back({effective, recorded, std::move(value)});
  }
  return absl::OkStatus();
}

absl::StatusOr<Timestamp> FieldHistory::RecordedAt(StoreReader& reader, CommitId commit) {
  if (commit == view_.commit()) return view_.recorded();
  const auto known = recorded_.find(commit);
  if (known != recorded_.end()) return known->second;
  RELATA_ASSIGN_OR_RETURN(const CommitRow row, reader.FindCommit(commit));
  recorded_.emplace(commit, row.recorded);
  return row.recorded;
}

}  // namespace relata::internal
