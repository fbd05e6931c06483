// SPDX-License-Identifier: Apache-2.0
//
// What is laid down and what follows from it: definitions, time that moves, the outbox.

#include <string>
#include <vector>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/process/definitions.h"
#include "relata/process/workflow.h"

namespace relata::capi {
namespace {

using nlohmann::json;

std::string DefinitionLines(const std::vector<Definition>& definitions) {
  std::string lines;
  for (const Definition& one : definitions) {
    lines += Dump({{"kind", one.kind},
                   {"name", one.name},
                   {"version", one.version},
                   {"body", json::parse(one.body)}}) +
             "\n";
  }
  return lines;
}

absl::StatusOr<std::string> OutboxLines(const Crm& crm, bool all) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<OutboxItem> items, Outbox(crm, all));
  std::string lines;
  for (const OutboxItem& item : items) {
    json one = {{"item", item.seq},
                {"workflow", item.workflow},
                {"at", FormatTimestamp(item.at)},
                {"action", json::parse(item.body)},
                {"done", item.done}};
    RELATA_ASSIGN_OR_RETURN(json name, ValueOut(crm, Value::Record(item.subject)));
    if (!name.is_null()) one["name"] = std::move(name);
    lines += Dump(one) + "\n";
  }
  return lines;
}

}  // namespace
}  // namespace relata::capi

using relata::Timestamp;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::InstantIn;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_crm_advance(relata_crm_t* crm, int64_t now, relata_buffer_t** commit,
                                   relata_error_t** err) {
  if (commit != nullptr) *commit = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, commit));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(const relata::Commit done, crm->crm.Advance(at));
    return BufferOut(relata::capi::Dump(relata::capi::CommitToJson(done)), commit);
  });
}

relata_status_t relata_crm_define(relata_crm_t* crm, const char* kind, size_t kind_size,
                                  const char* name, size_t name_size, const char* body,
                                  size_t body_size, int64_t now, relata_error_t** err) {
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, crm));
    RELATA_ASSIGN_OR_RETURN(const std::string_view what, TextIn(kind, kind_size, "kind"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view called, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(body, body_size, "body"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    if (called.empty()) return relata::InvalidArgument("name is empty");
    return relata::SaveDefinition(crm->crm, what, called, text, crm->actor, at);
  });
}

relata_status_t relata_crm_definitions(relata_crm_t* crm, const char* kind, size_t kind_size,
                                       relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const std::string_view what, TextIn(kind, kind_size, "kind"));
    return BufferOut(relata::capi::DefinitionLines(crm->crm.Definitions(what)), lines);
  });
}

relata_status_t relata_outbox(relata_crm_t* crm, int32_t all, relata_buffer_t** lines,
                              relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(std::string out, relata::capi::OutboxLines(crm->crm, all != 0));
    return BufferOut(std::move(out), lines);
  });
}

relata_status_t relata_outbox_done(relata_crm_t* crm, int64_t item, int64_t now,
                                   relata_error_t** err) {
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, crm));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    return relata::Acknowledge(crm->crm, item, crm->actor, at);
  });
}

}  // extern "C"
