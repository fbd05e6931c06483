// SPDX-License-Identifier: Apache-2.0
//
// The rights of persons: requests, exports, erasure.

#include <string>
#include <vector>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/privacy/erasure.h"
#include "relata/privacy/rights.h"

namespace relata::capi {
namespace {

using nlohmann::json;

absl::StatusOr<json> RequestOut(const Crm& crm, const RequestState& request) {
  json out = {{"number", request.number},
              {"right", request.right},
              {"status", request.status},
              {"received_at", FormatTimestamp(request.received_at)},
              {"due_at", FormatTimestamp(request.due_at)},
              {"extended", request.extended},
              {"open", request.open},
              {"overdue", request.overdue}};
  RELATA_ASSIGN_OR_RETURN(json person, ValueOut(crm, Value::Record(request.person)));
  if (!person.is_null()) out["person"] = std::move(person);
  if (!request.identity.empty()) out["identity"] = request.identity;
  if (request.answered_at) out["answered_at"] = FormatTimestamp(*request.answered_at);
  return out;
}

absl::StatusOr<NewRequest> RequestIn(const Crm& crm, std::string_view text, Timestamp now) {
  constexpr std::string_view kWhere = "request";
  RELATA_ASSIGN_OR_RETURN(const json given, ParseObject(text, "the request"));
  RELATA_RETURN_IF_ERROR(
      CheckMembers(given, {"right", "person", "requester", "reply_to", "received_at"}, kWhere));
  NewRequest request;
  RELATA_ASSIGN_OR_RETURN(request.right, TextMember(given, "right", kWhere));
  RELATA_ASSIGN_OR_RETURN(request.requester, TextMember(given, "requester", kWhere));
  RELATA_ASSIGN_OR_RETURN(request.reply_to, TextMember(given, "reply_to", kWhere));
  RELATA_ASSIGN_OR_RETURN(const std::string person, TextMember(given, "person", kWhere));
  RELATA_ASSIGN_OR_RETURN(request.person, crm.Find(person));
  RELATA_ASSIGN_OR_RETURN(const std::string received, TextMember(given, "received_at", kWhere));
  const std::optional<Timestamp> at = received.empty() ? now : ParseTimestamp(received);
  if (!at) return InvalidArgument("request: received_at is no instant: \"" + received + "\"");
  request.received_at = *at;
  return request;
}

json StepsOut(const std::vector<ErasureStep>& steps) {
  json out = json::array();
  for (const ErasureStep& step : steps) {
    out.push_back({{"class", Name(step.record_class)},
                   {"action", Name(step.action)},
                   {"what", step.what},
                   {"count", step.count}});
  }
  return out;
}

absl::StatusOr<ErasureOptions> OptionsOf(const relata_crm_t& crm) {
  if (!crm.privacy_key) {
    return FailedPrecondition("erasure needs the privacy key that the graph is opened with");
  }
  return ErasureOptions(*crm.privacy_key);
}

absl::StatusOr<ErasureReport> Erase(relata_crm_t& crm, std::string_view text, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const json given, ParseObject(text, "the request"));
  RELATA_RETURN_IF_ERROR(CheckMembers(given, {"persons", "journal", "why"}, "request"));
  RELATA_ASSIGN_OR_RETURN(ErasureOptions options, OptionsOf(crm));
  RELATA_ASSIGN_OR_RETURN(options.journal, TextMember(given, "journal", "request"));
  RELATA_ASSIGN_OR_RETURN(options.why, TextMember(given, "why", "request"));
  std::vector<RecordRef> persons;
  if (const auto listed = given.find("persons"); listed != given.end() && !listed->is_null()) {
    if (!listed->is_array()) return InvalidArgument("request: persons is a list of names");
    for (const json& name : *listed) {
      if (!name.is_string()) return InvalidArgument("request: the name of a person is a text");
      RELATA_ASSIGN_OR_RETURN(persons.emplace_back(), crm.crm.Find(name.get<std::string>()));
    }
  }
  if (persons.empty()) return ResumeErasures(crm.crm, options, crm.actor, now);
  return ErasePersons(crm.crm, persons, options, crm.actor, now);
}

json ReportOut(const ErasureReport& report) {
  return {
      {"persons", report.persons}, {"already", report.already},       {"held", report.held},
      {"commits", report.commits}, {"steps", StepsOut(report.steps)}, {"scrubbed", report.scrubbed},
      {"pending", report.pending}};
}

}  // namespace
}  // namespace relata::capi

using relata::Timestamp;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Dump;
using relata::capi::Guard;
using relata::capi::InstantIn;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_rights_open(relata_crm_t* crm, const char* request, size_t request_size,
                                   int64_t now, relata_buffer_t** opened, relata_error_t** err) {
  if (opened != nullptr) *opened = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, opened));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(request, request_size, "request"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(const relata::NewRequest given,
                            relata::capi::RequestIn(crm->crm, text, at));
    RELATA_ASSIGN_OR_RETURN(const relata::RequestState made,
                            relata::OpenRequest(crm->crm, given, crm->actor, at));
    RELATA_ASSIGN_OR_RETURN(const auto out, relata::capi::RequestOut(crm->crm, made));
    return BufferOut(Dump(out), opened);
  });
}

relata_status_t relata_rights_list(relata_crm_t* crm, int32_t all, int64_t now,
                                   relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, relata::capi::Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const std::vector<relata::RequestState> requests,
                            relata::ListRequests(crm->crm, asking, all != 0));
    std::string out;
    for (const relata::RequestState& request : requests) {
      RELATA_ASSIGN_OR_RETURN(const auto line, relata::capi::RequestOut(crm->crm, request));
      out += Dump(line) + "\n";
    }
    return BufferOut(std::move(out), lines);
  });
}

relata_status_t relata_rights_export(relata_crm_t* crm, const char* number, size_t number_size,
                                     int64_t now, relata_buffer_t** document,
                                     relata_error_t** err) {
  if (document != nullptr) *document = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, document));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(number, number_size, "number"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(std::string out, relata::ExportFor(crm->crm, of, crm->actor, at));
    return BufferOut(std::move(out), document);
  });
}

relata_status_t relata_rights_close(relata_crm_t* crm, const char* number, size_t number_size,
                                    int32_t refused, const char* text, size_t text_size,
                                    int64_t now, relata_error_t** err) {
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, crm));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(number, number_size, "number"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view said, TextIn(text, text_size, "text"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    return relata::CloseRequest(crm->crm, of, refused != 0, said, crm->actor, at);
  });
}

relata_status_t relata_erasure_plan(relata_crm_t* crm, const char* name, size_t name_size,
                                    int64_t now, relata_buffer_t** plan, relata_error_t** err) {
  if (plan != nullptr) *plan = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, plan));
    RELATA_ASSIGN_OR_RETURN(const std::string_view who, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(const relata::ErasureOptions options, relata::capi::OptionsOf(*crm));
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef person, crm->crm.Find(who));
    RELATA_ASSIGN_OR_RETURN(const relata::ErasurePlan made,
                            relata::PlanPersonErasure(crm->crm, person, options, at));
    return BufferOut(Dump({{"person", made.name},
                           {"steps", relata::capi::StepsOut(made.steps)},
                           {"holds", made.holds},
                           {"notes", made.notes}}),
                     plan);
  });
}

relata_status_t relata_erase(relata_crm_t* crm, const char* request, size_t request_size,
                             int64_t now, relata_buffer_t** report, relata_error_t** err) {
  if (report != nullptr) *report = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, report));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(request, request_size, "request"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(const relata::ErasureReport done, relata::capi::Erase(*crm, text, at));
    return BufferOut(Dump(relata::capi::ReportOut(done)), report);
  });
}

}  // extern "C"
