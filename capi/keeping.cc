// SPDX-License-Identifier: Apache-2.0
//
// Keeping a database: is it sound, a copy of it.

#include <string>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/engine/audit_log.h"
#include "relata/engine/verify.h"
#include "relata/exchange/restore.h"

namespace relata::capi {
namespace {

using nlohmann::json;

// What the graph and its trail say, together.
absl::StatusOr<json> Verification(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const VerifyReport graph, Verify(crm));
  RELATA_ASSIGN_OR_RETURN(const AuditTrailReport trail, VerifyAudit(crm));
  json issues = json::array();
  for (const std::vector<Issue>* part : {&graph.issues, &trail.issues}) {
    for (const Issue& issue : *part) issues.push_back(issue.message);
  }
  return json{
      {"commits", graph.commits},    {"changes", graph.changes},
      {"records", graph.records},    {"events", graph.events},
      {"entries", graph.entries},    {"dangling_links", graph.dangling_links},
      {"issues", std::move(issues)}, {"more_issues", graph.more_issues + trail.more_issues}};
}

}  // namespace
}  // namespace relata::capi

using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::InstantIn;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_crm_verify(relata_crm_t* crm, int32_t* sound, relata_buffer_t** verification,
                                  relata_error_t** err) {
  if (sound != nullptr) *sound = 0;
  if (verification != nullptr) *verification = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, verification));
    RELATA_ASSIGN_OR_RETURN(const auto found, relata::capi::Verification(crm->crm));
    if (sound != nullptr) *sound = found["issues"].empty() ? 1 : 0;
    return BufferOut(relata::capi::Dump(found), verification);
  });
}

relata_status_t relata_backup(const char* from, size_t from_size, const char* to, size_t to_size,
                              int64_t now, relata_error_t** err) {
  return Guard(err, [&]() -> absl::Status {
    RELATA_ASSIGN_OR_RETURN(const std::string_view source, TextIn(from, from_size, "from"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view target, TextIn(to, to_size, "to"));
    RELATA_ASSIGN_OR_RETURN(const relata::Timestamp at, InstantIn(now, "now"));
    return relata::BackupDatabase(std::string(source), std::string(target), {},
                                  relata::Actor::System("backup"), at)
        .status();
  });
}

}  // extern "C"
