// SPDX-License-Identifier: Apache-2.0
//
// What happened to a record: each change keeps the values before it, so the values after it are
// those before the next change, and after the last one those of today.

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/strings.h"
#include "codec/pack.h"
#include "engine/batch.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/past.h"
#include "relata/engine/crm.h"

namespace relata {
namespace {

// The fields that people set; what the engine keeps itself is not among them.
absl::StatusOr<std::vector<FieldChange>> BeforeOf(const ChangeWrite& change) {
  std::vector<FieldChange> fields;
  RELATA_ASSIGN_OR_RETURN(internal::FieldValues values, internal::ImagesOf(change));
  for (auto& [field, value] : values) {
    if (field <= kMaxDeclaredField) fields.push_back({field, std::move(value), Value()});
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

std::string_view OpName(RecordWrite::Op op) {
  switch (op) {
    case RecordWrite::Op::kCreate:
      return "created";
    case RecordWrite::Op::kDelete:
      return "deleted";
    case RecordWrite::Op::kUpdate:
      return "updated";
  }
  return "";
}

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
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(types));
  std::optional<internal::PastInstant> then;
  if (past_ != nullptr) {
    RELATA_ASSIGN_OR_RETURN(then, past_->Instant(*engine_));
  }
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, engine_->Read());
  std::vector<HistoryEntry> entries;
  std::unordered_map<CommitId, CommitRow> commits;
  RELATA_RETURN_IF_ERROR(reader->ScanChanges(0, real, [&](const ChangeRow& row) -> absl::Status {
    auto commit = commits.find(row.commit);
    if (commit == commits.end()) {
      RELATA_ASSIGN_OR_RETURN(CommitRow found, reader->FindCommit(row.commit));
      commit = commits.emplace(row.commit, std::move(found)).first;
    }
    const CommitRow& c = commit->second;
    const bool later = then && !then->Counts(c.id, internal::EffectiveOf(row.change, c.recorded));
    if (later) return absl::OkStatus();
    RELATA_ASSIGN_OR_RETURN(std::vector<FieldChange> fields, BeforeOf(row.change));
    entries.push_back({c.id, c.recorded, row.change.effective_at, c.actor, c.source, c.reason,
                       row.change.op, std::move(fields)});
    return absl::OkStatus();
  }));
  if (entries.empty()) {
    return NotFound(then ? "the record did not exist then" : "the record was never created");
  }
  std::map<FieldId, Value> values;
  for (const FieldDef& field : view->schema().type(real.type).fields) {
    values[field.id] = view->Get(real, field.id);
  }
  FillAfter(std::move(values), entries);
  return entries;
}

absl::StatusOr<std::vector<HistoryEntry>> Crm::History(RecordRef record,
                                                       const QueryOptions& asking) const {
  const RecordRef real = engine_->Real(record);
  if (real.none()) return NotFound("the reference names no record");
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(*this, asking.reader));
  const std::shared_ptr<const Schema> schema = this->schema();
  const TypeDef& type = schema->type(real.type);
  if (!may.MayRead(real.type)) {
    return PermissionDenied(internal::Concat("the role may not read ", type.name));
  }
  RELATA_ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, History(real));
  for (HistoryEntry& entry : entries) {
    std::erase_if(entry.changes, [&](const FieldChange& change) {
      const FieldDef* field = type.field(change.field);
      return field == nullptr || !field->collected_for(asking.purpose) ||
             !may.MayRead(real.type, change.field);
    });
  }
  return entries;
}

}  // namespace relata
