// SPDX-License-Identifier: Apache-2.0
//
// What happened to a record: each change keeps the values before it, so the values after it are
// those before the next change, and after the last one those of today.

#include <algorithm>
#include <map>
#include <unordered_map>

#include "codec/pack.h"
#include "engine/batch.h"
#include "engine/engine.h"
#include "relata/engine/crm.h"

namespace relata {
namespace {

absl::StatusOr<std::vector<FieldChange>> BeforeOf(const ChangeWrite& change) {
  std::vector<FieldChange> fields;
  std::string_view personal = change.personal;
  personal.remove_prefix(std::min(personal.size(), internal::kImageSalt));
  for (const std::string_view image : {std::string_view(change.before), personal}) {
    RELATA_ASSIGN_OR_RETURN(internal::FieldValues values, internal::UnpackFields(image));
    for (auto& [field, value] : values) fields.push_back({field, std::move(value), Value()});
  }
  std::sort(fields.begin(), fields.end(),
            [](const FieldChange& a, const FieldChange& b) { return a.field < b.field; });
  return fields;
}

// Fills the after values, newest change first; what a creation gave is what is left at its end.
void FillAfter(std::map<FieldId, Value> values, std::vector<HistoryEntry>& entries) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->op == RecordWrite::Op::kCreate) {
      for (auto& [field, value] : values) {
        if (!value.is_null()) entry->changes.push_back({field, Value(), value});
      }
      continue;
    }
    for (FieldChange& change : entry->changes) {
      change.after = values[change.field];
      values[change.field] = change.before;
    }
  }
}

}  // namespace

absl::StatusOr<std::optional<Timestamp>> Crm::FirstCommitAt() const {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, engine_->Read());
  const absl::StatusOr<CommitRow> first = reader->FindCommit(1);
  if (absl::IsNotFound(first.status())) return std::optional<Timestamp>();
  RELATA_RETURN_IF_ERROR(first.status());
  return std::optional<Timestamp>(first->recorded);
}

absl::StatusOr<std::vector<HistoryEntry>> Crm::History(RecordRef record) const {
  const RecordRef real = engine_->Real(record);
  if (real.none()) return NotFound("the reference names no record");
  const TypeId types[] = {real.type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, engine_->View(types));
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, engine_->Read());
  std::vector<HistoryEntry> entries;
  std::unordered_map<CommitId, CommitRow> commits;
  RELATA_RETURN_IF_ERROR(reader->ScanChanges(0, real, [&](const ChangeRow& row) -> absl::Status {
    auto commit = commits.find(row.commit);
    if (commit == commits.end()) {
      RELATA_ASSIGN_OR_RETURN(CommitRow found, reader->FindCommit(row.commit));
      commit = commits.emplace(row.commit, std::move(found)).first;
    }
    RELATA_ASSIGN_OR_RETURN(std::vector<FieldChange> fields, BeforeOf(row.change));
    const CommitRow& c = commit->second;
    entries.push_back({c.id, c.recorded, row.change.effective_at, c.actor, c.source, c.reason,
                       row.change.op, std::move(fields)});
    return absl::OkStatus();
  }));
  if (entries.empty()) return NotFound("the record was never created");
  std::map<FieldId, Value> values;
  for (const FieldDef& field : view->schema().type(real.type).fields) {
    values[field.id] = view->Get(real, field.id);
  }
  FillAfter(std::move(values), entries);
  return entries;
}

}  // namespace relata
