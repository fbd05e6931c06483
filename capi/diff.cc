// SPDX-License-Identifier: Apache-2.0
//
// What is different between two instants: of a record, a type or a segment.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/process/timeline.h"

namespace relata::capi {
namespace {

using nlohmann::json;

// The graphs at two instants: who left has a name in the first only.
struct Between {
  Crm before;
  Crm after;
};

absl::StatusOr<Between> BetweenOf(const Crm& crm, int64_t from, int64_t to, int32_t known) {
  if (from == 0) return InvalidArgument("from is not given");
  AsOf first;
  AsOf second;
  RELATA_ASSIGN_OR_RETURN((known != 0 ? first.known_at : first.at), OptionalInstant(from, "from"));
  RELATA_ASSIGN_OR_RETURN((known != 0 ? second.known_at : second.at), OptionalInstant(to, "to"));
  RELATA_ASSIGN_OR_RETURN(Crm before, crm.Past(first));
  RELATA_ASSIGN_OR_RETURN(Crm after, crm.Past(second));
  return Between{std::move(before), std::move(after)};
}

absl::StatusOr<json> LinkedOut(const Crm& crm,
                               const std::vector<std::pair<std::string, RecordRef>>& records) {
  json out = json::array();
  for (const auto& [link, record] : records) {
    RELATA_ASSIGN_OR_RETURN(std::string name, crm.Name(record));
    out.push_back({{"link", link}, {"name", std::move(name)}});
  }
  return out;
}

absl::StatusOr<json> RecordDiffOut(const Between& between, const RecordDiff& diff) {
  const Crm& there = diff.exists ? between.after : between.before;
  const std::shared_ptr<const Schema> schema = there.schema();
  json out = {{"existed", diff.existed}, {"exists", diff.exists}};
  RELATA_ASSIGN_OR_RETURN(out["name"], there.Name(diff.record));
  RELATA_ASSIGN_OR_RETURN(out["fields"],
                          ChangesOut(there, schema->type(diff.record.type), diff.fields));
  RELATA_ASSIGN_OR_RETURN(out["came"], LinkedOut(between.after, diff.joined));
  RELATA_ASSIGN_OR_RETURN(out["gone"], LinkedOut(between.before, diff.left));
  return out;
}

absl::StatusOr<json> PopulationDiffOut(const Between& between, const PopulationDiff& diff) {
  const std::shared_ptr<const Schema> schema = between.after.schema();
  const TypeDef& type = schema->type(diff.type);
  json out = {{"same", diff.same}, {"erased_since", diff.erased}};
  RELATA_ASSIGN_OR_RETURN(out["joined"], NamesOut(between.after, diff.joined));
  RELATA_ASSIGN_OR_RETURN(out["left"], NamesOut(between.before, diff.left));
  json changed = json::array();
  for (const RecordDiff& one : diff.changed) {
    json record;
    RELATA_ASSIGN_OR_RETURN(record["name"], between.after.Name(one.record));
    RELATA_ASSIGN_OR_RETURN(record["fields"], ChangesOut(between.after, type, one.fields));
    changed.push_back(std::move(record));
  }
  out["changed"] = std::move(changed);
  return out;
}

absl::StatusOr<json> DiffOf(const Crm& crm, std::string_view subject, const Between& between,
                            const QueryOptions& asking) {
  if (subject.find('/') != std::string_view::npos) {
    RELATA_ASSIGN_OR_RETURN(const RecordRef record, crm.Find(subject));
    RELATA_ASSIGN_OR_RETURN(const RecordDiff diff,
                            DiffRecord(between.before, between.after, record, asking));
    return RecordDiffOut(between, diff);
  }
  RELATA_ASSIGN_OR_RETURN(const PopulationDiff diff,
                          DiffType(between.before, between.after, subject, asking));
  return PopulationDiffOut(between, diff);
}

}  // namespace
}  // namespace relata::capi

using relata::capi::Asking;
using relata::capi::Between;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_crm_diff(relata_crm_t* crm, const char* subject, size_t subject_size,
                                int64_t from, int64_t to, int32_t known, int64_t now,
                                relata_buffer_t** difference, relata_error_t** err) {
  if (difference != nullptr) *difference = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, difference));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(subject, subject_size, "subject"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const Between between,
                            relata::capi::BetweenOf(crm->crm, from, to, known));
    RELATA_ASSIGN_OR_RETURN(const auto out, relata::capi::DiffOf(crm->crm, text, between, asking));
    return BufferOut(relata::capi::Dump(out), difference);
  });
}

relata_status_t relata_segment_diff(relata_crm_t* crm, const char* segment, size_t segment_size,
                                    int64_t from, int64_t to, int32_t known, int64_t now,
                                    relata_buffer_t** difference, relata_error_t** err) {
  if (difference != nullptr) *difference = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, difference));
    RELATA_ASSIGN_OR_RETURN(const std::string_view name, TextIn(segment, segment_size, "segment"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const Between between,
                            relata::capi::BetweenOf(crm->crm, from, to, known));
    RELATA_ASSIGN_OR_RETURN(const relata::PopulationDiff diff,
                            relata::DiffMembers(between.before, between.after, name, asking));
    RELATA_ASSIGN_OR_RETURN(const auto out, relata::capi::PopulationDiffOut(between, diff));
    return BufferOut(relata::capi::Dump(out), difference);
  });
}

}  // extern "C"
