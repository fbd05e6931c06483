// SPDX-License-Identifier: Apache-2.0
//
// What a record is as a whole, what happened to it, and the graph as it was.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/process/overview.h"
#include "relata/process/timeline.h"

namespace relata::capi {
namespace {

using nlohmann::json;

absl::StatusOr<json> Items(const Crm& crm, const std::vector<TimelineItem>& items) {
  json out = json::array();
  for (const TimelineItem& item : items) {
    json one = {{"at", FormatTimestamp(item.at)}, {"type", item.type}, {"text", item.text}};
    if (!item.record.none()) {
      RELATA_ASSIGN_OR_RETURN(one["name"], crm.Name(item.record));
    }
    out.push_back(std::move(one));
  }
  return out;
}

absl::StatusOr<json> OverviewToJson(const Crm& crm, const Overview& view) {
  RELATA_ASSIGN_OR_RETURN(std::string name, crm.Name(view.subject));
  json keys = json::array();
  for (const auto& [system, key] : view.keys) keys.push_back({{"system", system}, {"key", key}});
  json profile = json::object();
  for (const LabelledValue& value : view.profile) profile[value.field] = value.text;
  json related = json::object();
  for (const RelatedCount& count : view.related) related[count.name] = count.count;
  json out = {{"name", std::move(name)}, {"title", view.title},
              {"keys", std::move(keys)}, {"profile", std::move(profile)},
              {"orders", view.orders},   {"related", std::move(related)}};
  RELATA_ASSIGN_OR_RETURN(out["parents"], NamesOut(crm, view.parents));
  RELATA_ASSIGN_OR_RETURN(out["people"], NamesOut(crm, view.people));
  RELATA_ASSIGN_OR_RETURN(out["open"], Items(crm, view.open));
  RELATA_ASSIGN_OR_RETURN(out["running"], Items(crm, view.running));
  RELATA_ASSIGN_OR_RETURN(out["timeline"], Items(crm, view.timeline));
  if (view.orders > 0) {
    RELATA_ASSIGN_OR_RETURN(out["bought"], ValueOut(crm, Value::Amount(view.bought)));
  }
  if (!crm.as_of().today()) {
    RELATA_ASSIGN_OR_RETURN(out["erased_since"], crm.Erased(""));
  }
  return out;
}

absl::StatusOr<json> EntryToJson(const Crm& crm, const TypeDef& type, const HistoryEntry& entry) {
  json out = {{"commit", entry.commit},
              {"recorded", FormatTimestamp(entry.recorded)},
              {"op", OpName(entry.op)},
              {"actor", entry.actor}};
  if (entry.effective_at) out["effective_at"] = FormatTimestamp(*entry.effective_at);
  if (!entry.source.empty()) out["source"] = entry.source;
  if (!entry.reason.empty()) out["reason"] = entry.reason;
  RELATA_ASSIGN_OR_RETURN(out["changes"], ChangesOut(crm, type, entry.changes));
  return out;
}

absl::StatusOr<std::string> HistoryLines(const Crm& crm, RecordRef record,
                                         const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, crm.History(record, asking));
  const std::shared_ptr<const Schema> schema = crm.schema();
  std::string lines;
  for (const HistoryEntry& entry : history) {
    RELATA_ASSIGN_OR_RETURN(const json line, EntryToJson(crm, schema->type(record.type), entry));
    lines += Dump(line) + "\n";
  }
  return lines;
}

absl::StatusOr<std::string> TimelineLines(const Crm& crm, RecordRef record,
                                          const QueryOptions& asking,
                                          const TimelineOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<TimelineEntry> entries,
                          TimelineOf(crm, record, asking, options));
  std::string lines;
  for (const TimelineEntry& entry : entries) {
    json one = {{"at", FormatTimestamp(entry.at)},
                {"kind", KindName(entry.kind)},
                {"type", entry.type},
                {"text", entry.text}};
    if (!entry.actor.empty()) one["actor"] = entry.actor;
    if (entry.kind == TimelineEntry::Kind::kRecord) {
      RELATA_ASSIGN_OR_RETURN(one["name"], crm.Name(entry.record));
    }
    if (entry.lasted) one["lasted_seconds"] = entry.lasted->micros / 1'000'000;
    lines += Dump(one) + "\n";
  }
  return lines;
}

absl::Status OpenPast(const relata_crm_t& crm, int64_t at, int64_t known_at, relata_crm_t** past) {
  AsOf as_of;
  RELATA_ASSIGN_OR_RETURN(as_of.at, OptionalInstant(at, "at"));
  RELATA_ASSIGN_OR_RETURN(as_of.known_at, OptionalInstant(known_at, "known_at"));
  RELATA_ASSIGN_OR_RETURN(Crm then, crm.crm.Past(as_of));
  *past = new relata_crm_t{std::move(then), crm.actor, crm.privacy_key};
  return absl::OkStatus();
}

}  // namespace
}  // namespace relata::capi

using relata::capi::Asking;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::OptionalInstant;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_crm_overview(relata_crm_t* crm, const char* name, size_t name_size,
                                    int64_t now, int64_t timeline, relata_buffer_t** view,
                                    relata_error_t** err) {
  if (view != nullptr) *view = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, view));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    if (timeline < 0) return relata::InvalidArgument("timeline is negative");
    relata::OverviewOptions options;
    if (timeline > 0) options.timeline = static_cast<size_t>(timeline);
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(text));
    RELATA_ASSIGN_OR_RETURN(const relata::Overview found,
                            relata::OverviewOf(crm->crm, record, asking, options));
    RELATA_ASSIGN_OR_RETURN(const auto document, relata::capi::OverviewToJson(crm->crm, found));
    return BufferOut(relata::capi::Dump(document), view);
  });
}

relata_status_t relata_crm_past(relata_crm_t* crm, int64_t at, int64_t known_at,
                                relata_crm_t** past, relata_error_t** err) {
  if (past != nullptr) *past = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, past));
    return relata::capi::OpenPast(*crm, at, known_at, past);
  });
}

relata_status_t relata_crm_history(relata_crm_t* crm, const char* name, size_t name_size,
                                   int64_t now, relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(text));
    RELATA_ASSIGN_OR_RETURN(std::string out, relata::capi::HistoryLines(crm->crm, record, asking));
    return BufferOut(std::move(out), lines);
  });
}

relata_status_t relata_crm_timeline(relata_crm_t* crm, const char* name, size_t name_size,
                                    int64_t from, int64_t until, int64_t now,
                                    relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
    relata::TimelineOptions options;
    RELATA_ASSIGN_OR_RETURN(options.from, OptionalInstant(from, "from"));
    RELATA_ASSIGN_OR_RETURN(options.until, OptionalInstant(until, "until"));
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(text));
    RELATA_ASSIGN_OR_RETURN(std::string out,
                            relata::capi::TimelineLines(crm->crm, record, asking, options));
    return BufferOut(std::move(out), lines);
  });
}

}  // extern "C"
