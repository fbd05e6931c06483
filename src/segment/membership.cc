// SPDX-License-Identifier: Apache-2.0
//
// Who is in a segment, one record at a time, and since when.

#include "engine/membership.h"

#include "base/strings.h"
#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/membership_log.h"
#include "nlohmann/json.hpp"
#include "relata/segment/segment.h"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::json;

// The record of the type that the text names, when it is a public id and the type is loaded.
RecordRef FindById(const Snapshot& view, const TypeDef& type, std::string_view name) {
  if (const size_t slash = name.find('/'); slash != name.npos) {
    if (name.substr(0, slash) != type.name) return {};
    name.remove_prefix(slash + 1);
  }
  const std::optional<Uuid> id = Uuid::Parse(name);
  const internal::RecordTable* table = view.graph().Records(type.id);
  if (!id || table == nullptr || !table->ids_loaded) return {};
  return view.Resolve(view.Find(type.id, *id));
}

// By the kept states alone; nothing when they cannot tell.
absl::StatusOr<std::optional<bool>> TestKept(Crm::Engine& engine, std::string_view segment,
                                             std::string_view record, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const Crm::Engine::Newest newest, engine.FindNewest());
  if (newest.memberships->commit != newest.snapshot->commit()) return std::nullopt;
  const auto found = newest.memberships->segments.find(segment);
  if (found == newest.memberships->segments.end()) return std::nullopt;
  const internal::SegmentState& state = *found->second;
  if (!state.Answers(now)) return std::nullopt;
  const TypeDef& type = newest.snapshot->schema().type(state.plan->condition.type);
  const RecordRef here = FindById(*newest.snapshot, type, record);
  if (here.none() || here.type != type.id) return std::nullopt;
  return state.Test(here.row, now);
}

// Whether the reader may ask who is in the segment.
absl::Status MayAsk(const Crm& crm, std::string_view segment, const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(const internal::Condition condition, internal::FindSegment(crm, segment));
  return internal::PermittedCondition(crm, crm.schema()->type(condition.type).name,
                                      Concat("in_segment('", segment, "')"), asking)
      .status();
}

}  // namespace

absl::StatusOr<bool> IsMember(const Crm& crm, std::string_view segment, std::string_view record,
                              Timestamp now) {
  // Members are kept for today only; of the past each is asked anew.
  const bool today = crm.as_of().today();
  std::optional<bool> kept;
  if (today) {
    RELATA_ASSIGN_OR_RETURN(kept, TestKept(crm.engine(), segment, record, now));
    if (kept) return *kept;
  }
  RELATA_ASSIGN_OR_RETURN(const internal::Condition condition, internal::FindSegment(crm, segment));
  const std::shared_ptr<const Schema> schema = crm.schema();
  const std::string& type = schema->type(condition.type).name;
  const bool bare = record.find('/') == record.npos;
  const std::string name = bare ? Concat(type, "/", record) : std::string(record);
  RELATA_ASSIGN_OR_RETURN(const RecordRef here, crm.Find(name));
  if (here.type != condition.type) {
    return InvalidArgument(Concat("segment '", segment, "' is of records of type ", type));
  }
  RELATA_ASSIGN_OR_RETURN(const Crm::Engine::Newest newest, crm.engine().FindNewest());
  const auto state = newest.memberships->segments.find(segment);
  const bool known = newest.memberships->commit == newest.snapshot->commit() &&
                     state != newest.memberships->segments.end() && state->second->filled;
  if (today && !known && crm.engine().FillMembership(segment).ok()) {
    RELATA_ASSIGN_OR_RETURN(kept, TestKept(crm.engine(), segment, record, now));
    if (kept) return *kept;
  }
  RELATA_ASSIGN_OR_RETURN(const std::vector<ColumnsNeeded> columns,
                          internal::ColumnsNeededBy(crm, condition));
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(std::span(columns)));
  QueryOptions asking;
  asking.now = now;
  RELATA_ASSIGN_OR_RETURN(const EvalResult result,
                          internal::EvaluateOn(crm, *view, condition, here, asking));
  return result.tri() == Tri::kTrue;
}

absl::StatusOr<bool> IsMember(const Crm& crm, std::string_view segment, std::string_view record,
                              const QueryOptions& asking) {
  RELATA_RETURN_IF_ERROR(MayAsk(crm, segment, asking));
  return IsMember(crm, segment, record, asking.now);
}

absl::Status WhyNotKept(const Crm& crm, std::string_view segment) {
  RELATA_ASSIGN_OR_RETURN(const auto plan, internal::Memberships().PlanOf(crm, segment));
  return plan->maintainable;
}

absl::StatusOr<std::vector<MembershipEntry>> MembershipHistory(const Crm& crm,
                                                               std::string_view segment,
                                                               RecordRef record,
                                                               const QueryOptions& asking) {
  RELATA_RETURN_IF_ERROR(MayAsk(crm, segment, asking));
  const RecordRef here = crm.Resolve(record);
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines,
                          crm.Log(internal::kMembershipLog, segment));
  std::vector<MembershipEntry> entries;
  for (const LogWrite& line : lines) {
    if (!line.subject.none() && line.subject != here) continue;
    internal::EachMembershipChange(line, [&](Row row, bool entered) {
      if (row != here.row) return;
      const Json body = Json::parse(line.body, nullptr, false);
      const auto text = [&](const char* key) {
        const auto found = body.find(key);
        return found != body.end() && found->is_string() ? found->get<std::string>() : "";
      };
      entries.push_back({line.seq, line.at, entered, text("cause"), text("what"), text("of")});
    });
  }
  return entries;
}

}  // namespace relata
