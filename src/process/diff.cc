// SPDX-License-Identifier: Apache-2.0
//
// What is different between two instants, of which each graph is given. The records looked at are
// those that changed, and those of dated links, which time alone changes.

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/past.h"
#include "relata/process/timeline.h"
#include "relata/segment/segment.h"

namespace relata {
namespace {

using internal::Concat;

std::vector<FieldChange> DifferentFields(const Snapshot& from, const Snapshot& to, RecordRef record,
                                         const Permissions& may) {
  std::vector<FieldChange> fields;
  for (const FieldDef& field : to.schema().type(record.type).fields) {
    if (!field.readable() || !may.MayRead(record.type, field.id)) continue;
    Value before = from.Get(record, field.id);
    Value after = to.Get(record, field.id);
    if (!before.Same(after)) fields.push_back({field.id, std::move(before), std::move(after)});
  }
  return fields;
}

// The same question asked at two instants.
class TwoInstants {
 public:
  static absl::StatusOr<TwoInstants> Of(const Crm& before, const Crm& after,
                                        const QueryOptions& asking) {
    if (&before.engine() != &after.engine()) {
      return InvalidArgument("the two graphs are of different engines");
    }
    RELATA_ASSIGN_OR_RETURN(Permissions may, internal::PermissionsOf(after, asking.reader));
    return TwoInstants(before, after, std::move(may));
  }

  absl::Status Load(const std::vector<TypeId>& types) {
    RELATA_ASSIGN_OR_RETURN(from_, first_.View(types));
    RELATA_ASSIGN_OR_RETURN(to_, second_.View(types));
    return absl::OkStatus();
  }

  const Snapshot& from() const { return *from_; }
  const Snapshot& to() const { return *to_; }
  const Permissions& may() const { return may_; }

  // The rows of a type that may differ, ascending.
  absl::StatusOr<std::set<Row>> Candidates(const TypeDef& type) const {
    std::set<Row> rows;
    if (type.dated) {
      for (Row row = 0; row < std::max(from_->RowLimit(type.id), to_->RowLimit(type.id)); ++row) {
        rows.insert(rows.end(), row);
      }
      return rows;
    }
    RELATA_ASSIGN_OR_RETURN(const CommitId first, Since(first_));
    RELATA_ASSIGN_OR_RETURN(const CommitId second, Since(second_));
    RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, first_.engine().Read());
    RELATA_RETURN_IF_ERROR(
        reader->ScanChanges(std::min(first, second), std::nullopt, [&](const ChangeRow& row) {
          const ChangeWrite& change = row.change;
          for (Row r = change.row; change.type == type.id && r < change.row + change.rows; ++r) {
            rows.insert(r);
          }
          return absl::OkStatus();
        }));
    return rows;
  }

 private:
  TwoInstants(const Crm& first, const Crm& second, Permissions may)
      : first_(first), second_(second), may_(std::move(may)) {}

  // Up to this commit every change counts.
  static absl::StatusOr<CommitId> Since(const Crm& crm) {
    RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
    RELATA_ASSIGN_OR_RETURN(
        const internal::PastInstant instant,
        internal::FindInstant(*reader, crm.as_of(), Zone::Load(crm.zone()).value_or(Zone())));
    return instant.since;
  }

  const Crm& first_;
  const Crm& second_;
  Permissions may_;
  std::shared_ptr<const Snapshot> from_;
  std::shared_ptr<const Snapshot> to_;
};

// Which records name `record` at one instant only.
void DiffChildren(const TwoInstants& at, RecordRef record, RecordDiff& diff) {
  const Schema& schema = at.to().schema();
  for (const InverseDef& inverse : schema.type(record.type).inverses) {
    if (schema.type(inverse.from).event || !at.may().MayRead(inverse.from)) continue;
    std::vector<Row> before;
    std::vector<Row> after;
    at.from().Children(record, inverse.from, inverse.field, before);
    at.to().Children(record, inverse.from, inverse.field, after);
    const auto only = [&](const std::vector<Row>& here, const std::vector<Row>& there, auto& out) {
      for (const Row row : here) {
        if (std::binary_search(there.begin(), there.end(), row)) continue;
        out.emplace_back(inverse.name, RecordRef{inverse.from, row});
      }
    };
    only(after, before, diff.joined);
    only(before, after, diff.left);
  }
}

void Sort(const TwoInstants& at, RecordRef record, bool before, bool after, PopulationDiff& out) {
  if (before != after) {
    (after ? out.joined : out.left).push_back(record);
    return;
  }
  if (!after) return;
  RecordDiff diff;
  diff.record = record;
  diff.existed = diff.exists = true;
  diff.fields = DifferentFields(at.from(), at.to(), record, at.may());
  if (diff.fields.empty()) {
    ++out.same;
  } else {
    out.changed.push_back(std::move(diff));
  }
}

}  // namespace

absl::StatusOr<RecordDiff> DiffRecord(const Crm& before, const Crm& after, RecordRef record,
                                      const QueryOptions& asking) {
  if (record.none()) return NotFound("the reference names no record");
  RELATA_ASSIGN_OR_RETURN(TwoInstants at, TwoInstants::Of(before, after, asking));
  const std::shared_ptr<const Schema> schema = after.schema();
  const TypeDef& type = schema->type(record.type);
  if (!at.may().MayRead(type.id)) {
    return PermissionDenied(Concat("the role may not read ", type.name));
  }
  std::vector<TypeId> tables = {type.id};
  for (const InverseDef& inverse : type.inverses) {
    if (at.may().MayRead(inverse.from)) tables.push_back(inverse.from);
  }
  RELATA_RETURN_IF_ERROR(at.Load(tables));
  RecordDiff diff;
  diff.record = record;
  diff.existed = at.from().Exists(record);
  diff.exists = at.to().Exists(record);
  if (!diff.existed && !diff.exists) return NotFound("the record was there at neither instant");
  diff.fields = DifferentFields(at.from(), at.to(), record, at.may());
  DiffChildren(at, record, diff);
  return diff;
}

absl::StatusOr<PopulationDiff> DiffType(const Crm& before, const Crm& after, std::string_view type,
                                        const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(TwoInstants at, TwoInstants::Of(before, after, asking));
  const std::shared_ptr<const Schema> schema = after.schema();
  const TypeDef* def = schema->Find(type);
  if (def == nullptr || def->event) return NotFound(Concat("there is no type '", type, "'"));
  if (!at.may().MayRead(def->id)) {
    return PermissionDenied(Concat("the role may not read ", type));
  }
  RELATA_RETURN_IF_ERROR(at.Load({def->id}));
  PopulationDiff out;
  out.type = def->id;
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> candidates, at.Candidates(*def));
  int64_t both = 0;
  for (const Row row : candidates) {
    const RecordRef record{def->id, row};
    const bool existed = at.from().Exists(record);
    const bool exists = at.to().Exists(record);
    both += existed && exists;
    Sort(at, record, existed, exists, out);
  }
  // The others are the same at both.
  out.same += at.to().Count(def->id) - both - static_cast<int64_t>(out.joined.size());
  RELATA_ASSIGN_OR_RETURN(const int64_t first, before.Erased(type));
  RELATA_ASSIGN_OR_RETURN(const int64_t second, after.Erased(type));
  out.erased = std::max(first, second);
  return out;
}

absl::StatusOr<PopulationDiff> DiffMembers(const Crm& before, const Crm& after,
                                           std::string_view segment, const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(TwoInstants at, TwoInstants::Of(before, after, asking));
  const auto members = [&](const Crm& then) {
    QueryOptions options = asking;
    options.limit = 0;
    options.now = then.as_of().at.value_or(then.as_of().known_at.value_or(asking.now));
    return SegmentMembers(then, segment, options);
  };
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer first, members(before));
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer second, members(after));
  RELATA_RETURN_IF_ERROR(at.Load({second.type}));
  PopulationDiff out;
  out.type = second.type;
  out.erased = std::max(first.erased, second.erased);
  std::set<Row> rows(first.rows.begin(), first.rows.end());
  rows.insert(second.rows.begin(), second.rows.end());
  for (const Row row : rows) {
    Sort(at, {out.type, row}, std::binary_search(first.rows.begin(), first.rows.end(), row),
         std::binary_search(second.rows.begin(), second.rows.end(), row), out);
  }
  return out;
}

}  // namespace relata
