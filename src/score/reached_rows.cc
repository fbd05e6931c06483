// SPDX-License-Identifier: Apache-2.0

#include "score/reached_rows.h"

#include <algorithm>
#include <utility>

namespace relata::internal {
namespace {

// Appends what leads to `record` by one step.
void StepBack(const Snapshot& view, const PathsRead& paths, RecordRef record,
              std::vector<RecordRef>& out) {
  std::vector<Row> rows;
  for (const auto& [type, field] : paths.links) {
    const FieldDef* def = view.schema().type(type).field(field);
    if (view.schema().type(type).event || def == nullptr || !view.Loaded(type)) continue;
    if (def->target != kNoType && def->target != record.type) continue;
    rows.clear();
    view.Children(view.Resolve(record), type, field, rows);
    for (const Row row : rows) out.push_back({type, row});
  }
  for (const auto& [type, field] : paths.reverses) {
    if (type != record.type || !view.Loaded(type)) continue;
    const Value parent = view.Get(record, field);
    if (parent.is(Value::Kind::kRecord)) out.push_back(view.Resolve(parent.record()));
  }
}

}  // namespace

std::set<Row> ReachedRows(const Snapshot& before, const Snapshot& after,
                          std::span<const PathsRead* const> paths, TypeId subject,
                          std::span<const RecordRef> changed) {
  std::set<RecordRef> seen(changed.begin(), changed.end());
  std::vector<RecordRef> queue(seen.begin(), seen.end());
  std::vector<RecordRef> next;
  while (!queue.empty()) {
    const RecordRef record = queue.back();
    queue.pop_back();
    next.clear();
    for (const PathsRead* p : paths) {
      StepBack(before, *p, record, next);
      StepBack(after, *p, record, next);
    }
    for (const RecordRef from : next) {
      if (seen.insert(from).second) queue.push_back(from);
    }
  }
  std::set<Row> rows;
  for (const RecordRef record : seen) {
    if (record.type == subject) rows.insert(record.row);
  }
  return rows;
}

}  // namespace relata::internal
