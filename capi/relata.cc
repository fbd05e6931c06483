// SPDX-License-Identifier: Apache-2.0
//
// The functions of the C API. Each zeroes its outputs, then does its work inside Guard.

#include "capi/relata.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capi/contact.h"
#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/engine/audit_log.h"
#include "relata/engine/pushdown.h"
#include "relata/engine/threads.h"
#include "relata/exchange/import.h"
#include "relata/segment/audience.h"
#include "relata/segment/segment.h"

namespace relata::capi {
namespace {

using nlohmann::json;

absl::StatusOr<Actor> ReadActor(std::string_view text) {
  if (text.empty()) return Actor::System("host");
  const size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  std::string_view name = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (name.empty() || (kind != "user" && kind != "system")) {
    return InvalidArgument("an actor is user:NAME, user:NAME/ROLE or system:NAME");
  }
  if (kind == "system") return Actor::System(std::string(name));
  const size_t slash = name.find('/');
  const std::string_view role = slash == std::string_view::npos ? "" : name.substr(slash + 1);
  return Actor::User(std::string(name.substr(0, slash)), std::string(role));
}

absl::Status OpenCrm(std::string_view where, const relata_open_options_t& given,
                     relata_crm_t** crm) {
  if (where.find('\0') != std::string_view::npos) return InvalidArgument("where contains a NUL");
  RELATA_ASSIGN_OR_RETURN(const std::string_view tenant,
                          TextIn(given.tenant, given.tenant_size, "tenant"));
  RELATA_ASSIGN_OR_RETURN(const std::string_view zone, TextIn(given.zone, given.zone_size, "zone"));
  RELATA_ASSIGN_OR_RETURN(const std::string_view actor_text,
                          TextIn(given.actor, given.actor_size, "actor"));
  RELATA_ASSIGN_OR_RETURN(Actor actor, ReadActor(actor_text));
  OpenOptions options;
  if (!tenant.empty()) options.tenant = tenant;
  options.zone = zone;
  options.read_only = given.read_only != 0;
  options.exclusive = given.exclusive != 0;
  options.create = given.must_exist == 0;
  RELATA_ASSIGN_OR_RETURN(const std::string_view key,
                          TextIn(given.privacy_key, given.privacy_key_size, "privacy_key"));
  if (!key.empty()) {
    options.privacy_key = SecretKey::FromHex(key);
    if (!options.privacy_key) return InvalidArgument("privacy_key is 64 hexadecimal digits");
  }
  const int threads = given.threads == 0 ? 1 : given.threads;
  if (threads < 1 || threads > kMaxThreads) {
    return InvalidArgument("threads is a number from 1 to " + std::to_string(kMaxThreads));
  }
  const std::optional<SecretKey> kept = options.privacy_key;
  RELATA_ASSIGN_OR_RETURN(Crm opened, Crm::Open(where, std::move(options)));
  RELATA_RETURN_IF_ERROR(SetThreads(opened, threads));
  LimitMemory(opened, given.memory_limit);
  *crm = new relata_crm_t{std::move(opened), std::move(actor), kept};
  return absl::OkStatus();
}

absl::Status ImportInto(relata_crm_t& crm, std::string_view text, Timestamp now,
                        relata_buffer_t** out) {
  RELATA_ASSIGN_OR_RETURN(const json request, ParseObject(text, "the request"));
  RELATA_RETURN_IF_ERROR(CheckMembers(
      request, {"paths", "preset", "type", "mapping", "currency", "country"}, "request"));
  const auto listed = request.find("paths");
  if (listed == request.end() || !listed->is_array() || listed->empty()) {
    return InvalidArgument("request: paths is a list of files and folders");
  }
  std::vector<std::string> paths;
  for (const json& path : *listed) {
    if (!path.is_string()) return InvalidArgument("request: a path is a text");
    paths.push_back(path.get<std::string>());
  }
  ImportOptions options;
  options.now = now;
  options.actor = crm.actor;
  RELATA_ASSIGN_OR_RETURN(options.preset, TextMember(request, "preset", "request"));
  RELATA_ASSIGN_OR_RETURN(options.type, TextMember(request, "type", "request"));
  RELATA_ASSIGN_OR_RETURN(options.country, TextMember(request, "country", "request"));
  RELATA_ASSIGN_OR_RETURN(const std::string code, TextMember(request, "currency", "request"));
  if (!code.empty()) {
    const std::optional<Currency> currency = Currency::Parse(code);
    if (!currency) return InvalidArgument("request: no currency is " + code);
    options.currency = *currency;
  }
  if (const auto mapping = request.find("mapping"); mapping != request.end()) {
    RELATA_ASSIGN_OR_RETURN(options.mapping, ParseMapping(Dump(*mapping)));
  }
  RELATA_ASSIGN_OR_RETURN(const ImportReport report, ImportFiles(crm.crm, paths, options));
  return BufferOut(Dump(json::parse(FormatImportJson(report))), out);
}

absl::Status QueryInto(const relata_crm_t& crm, std::string_view type, std::string_view expression,
                       const QueryOptions& options, relata_buffer_t** out) {
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer answer, crm.crm.Query(type, expression, options));
  json ids = json::array();
  for (const Row row : answer.rows) {
    absl::StatusOr<std::string> name = crm.crm.Name({answer.type, row});
    if (name.status().code() == absl::StatusCode::kNotFound) {
      return Aborted("a record was deleted while the question was answered; ask again");
    }
    RELATA_RETURN_IF_ERROR(name.status());
    ids.push_back(*std::move(name));
  }
  json result = {{"count", answer.count}, {"errors", answer.errors}, {"ids", std::move(ids)}};
  if (!answer.first_error.empty()) result["first_error"] = answer.first_error;
  if (!crm.crm.as_of().today()) result["erased_since"] = answer.erased;
  for (const Issue& issue : answer.issues) result["warnings"].push_back(issue.message);
  return BufferOut(Dump(result), out);
}

static_assert(static_cast<int>(Outcome::kDeny) == RELATA_DENY);
static_assert(static_cast<int>(Outcome::kNeedsEvidence) == RELATA_NEEDS_EVIDENCE);
static_assert(static_cast<int>(Outcome::kAllow) == RELATA_ALLOW);
static_assert(static_cast<int>(Known::kYes) == RELATA_KNOWN_YES);
static_assert(static_cast<int>(absl::StatusCode::kDataLoss) == RELATA_DATA_LOSS);

}  // namespace
}  // namespace relata::capi

using relata::Timestamp;
using relata::capi::Asking;
using relata::capi::BatchReader;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::InstantIn;
using relata::capi::TextIn;

extern "C" {

const char* relata_version(void) { return RELATA_VERSION; }

relata_status_t relata_crm_open(const char* where, size_t where_size,
                                const relata_open_options_t* options, relata_crm_t** crm,
                                relata_error_t** err) {
  if (crm != nullptr) *crm = nullptr;
  return Guard(err, [&]() -> absl::Status {
    if (crm == nullptr) return relata::InvalidArgument("the output is NULL");
    RELATA_ASSIGN_OR_RETURN(const std::string_view place, TextIn(where, where_size, "where"));
    RELATA_ASSIGN_OR_RETURN(const relata_open_options_t given, relata::capi::OptionsIn(options));
    return relata::capi::OpenCrm(place, given, crm);
  });
}

void relata_crm_close(relata_crm_t* crm) {
  Guard(nullptr, [&] {
    delete crm;
    return absl::OkStatus();
  });
}

relata_status_t relata_crm_put(relata_crm_t* crm, const char* put, size_t put_size, int64_t now,
                               relata_buffer_t** name, relata_error_t** err) {
  if (name != nullptr) *name = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, name));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(put, put_size, "put"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(const auto document, relata::capi::ParseObject(text, "the put"));
    relata::Transaction tx = crm->crm.Begin(crm->actor);
    BatchReader reader(crm->crm, tx);
    RELATA_RETURN_IF_ERROR(reader.ReadPut(document, "put"));
    RELATA_RETURN_IF_ERROR(tx.Commit(at).status());
    RELATA_ASSIGN_OR_RETURN(std::string made, crm->crm.Name(reader.puts()[0]));
    return BufferOut(std::move(made), name);
  });
}

relata_status_t relata_crm_commit(relata_crm_t* crm, const char* batch, size_t batch_size,
                                  int64_t now, relata_buffer_t** commit, relata_error_t** err) {
  if (commit != nullptr) *commit = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, commit));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(batch, batch_size, "batch"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    RELATA_ASSIGN_OR_RETURN(const auto document, relata::capi::ParseObject(text, "the batch"));
    relata::Transaction tx = crm->crm.Begin(crm->actor);
    BatchReader reader(crm->crm, tx);
    RELATA_RETURN_IF_ERROR(reader.ReadBatch(document));
    RELATA_ASSIGN_OR_RETURN(const relata::Commit done, tx.Commit(at));
    nlohmann::json answer = relata::capi::CommitToJson(done);
    RELATA_ASSIGN_OR_RETURN(answer["names"], reader.Names(done));
    return BufferOut(relata::capi::Dump(answer), commit);
  });
}

relata_status_t relata_crm_import(relata_crm_t* crm, const char* request, size_t request_size,
                                  int64_t now, relata_buffer_t** report, relata_error_t** err) {
  if (report != nullptr) *report = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, report));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(request, request_size, "request"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    return relata::capi::ImportInto(*crm, text, at, report);
  });
}

relata_status_t relata_crm_get(relata_crm_t* crm, const char* name, size_t name_size, int64_t now,
                               relata_buffer_t** record, relata_error_t** err) {
  if (record != nullptr) *record = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, record));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions options, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef found, crm->crm.Find(text));
    RELATA_ASSIGN_OR_RETURN(const auto document,
                            relata::capi::RecordToJson(crm->crm, found, options));
    return BufferOut(relata::capi::Dump(document), record);
  });
}

relata_status_t relata_crm_query(relata_crm_t* crm, const char* type, size_t type_size,
                                 const char* expression, size_t expression_size, int64_t now,
                                 int64_t limit, relata_buffer_t** answer, relata_error_t** err) {
  if (answer != nullptr) *answer = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, answer));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(type, type_size, "type"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view condition,
                            TextIn(expression, expression_size, "expression"));
    RELATA_ASSIGN_OR_RETURN(relata::QueryOptions options, Asking(*crm, now));
    if (limit < 0) return relata::InvalidArgument("limit is negative");
    options.limit = static_cast<size_t>(limit);
    return relata::capi::QueryInto(*crm, of, condition, options, answer);
  });
}

relata_status_t relata_crm_count(relata_crm_t* crm, const char* type, size_t type_size,
                                 const char* expression, size_t expression_size, int64_t now,
                                 int64_t* count, int64_t* errors, relata_error_t** err) {
  if (count != nullptr) *count = 0;
  if (errors != nullptr) *errors = 0;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, crm));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(type, type_size, "type"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view condition,
                            TextIn(expression, expression_size, "expression"));
    RELATA_ASSIGN_OR_RETURN(relata::QueryOptions options, Asking(*crm, now));
    options.limit = 1;
    RELATA_ASSIGN_OR_RETURN(const relata::QueryAnswer answer,
                            crm->crm.Query(of, condition, options));
    if (count != nullptr) *count = answer.count;
    if (errors != nullptr) *errors = answer.errors;
    return absl::OkStatus();
  });
}

relata_status_t relata_why(relata_crm_t* crm, const char* name, size_t name_size,
                           const char* expression, size_t expression_size, int64_t now,
                           relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const std::string_view text, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view condition,
                            TextIn(expression, expression_size, "expression"));
    RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions options, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(text));
    RELATA_ASSIGN_OR_RETURN(const std::vector<std::string> facts,
                            crm->crm.Explain(record, condition, options));
    std::string out;
    for (const std::string& fact : facts) out += relata::capi::Dump({{"fact", fact}}) + "\n";
    return BufferOut(std::move(out), lines);
  });
}

relata_status_t relata_segment_define(relata_crm_t* crm, const char* segment, size_t segment_size,
                                      const char* type, size_t type_size, const char* expression,
                                      size_t expression_size, int64_t now, relata_error_t** err) {
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, crm));
    RELATA_ASSIGN_OR_RETURN(const std::string_view name, TextIn(segment, segment_size, "segment"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(type, type_size, "type"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view condition,
                            TextIn(expression, expression_size, "expression"));
    RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
    relata::Segment definition;
    definition.name = name;
    definition.type = of;
    definition.expression = condition;
    return relata::DefineSegment(crm->crm, definition, crm->actor, at);
  });
}

relata_status_t relata_segment_warnings(relata_crm_t* crm, const char* segment, size_t segment_size,
                                        relata_buffer_t** warnings, relata_error_t** err) {
  if (warnings != nullptr) *warnings = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, warnings));
    RELATA_ASSIGN_OR_RETURN(const std::string_view name, TextIn(segment, segment_size, "segment"));
    RELATA_ASSIGN_OR_RETURN(const std::vector<relata::Issue> found,
                            relata::SegmentWarnings(crm->crm, name));
    nlohmann::json texts = nlohmann::json::array();
    for (const relata::Issue& issue : found) texts.push_back(issue.message);
    return BufferOut(relata::capi::Dump(texts), warnings);
  });
}

relata_status_t relata_segment_contains(relata_crm_t* crm, const char* segment, size_t segment_size,
                                        const char* name, size_t name_size, int64_t now,
                                        int32_t* member, relata_error_t** err) {
  if (member != nullptr) *member = 0;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, member));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(segment, segment_size, "segment"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view record, TextIn(name, name_size, "name"));
    absl::StatusOr<bool> is;
    if (crm->actor.kind == relata::Actor::Kind::kSystem) {
      RELATA_ASSIGN_OR_RETURN(const Timestamp at, InstantIn(now, "now"));
      is = relata::IsMember(crm->crm, of, record, at);
    } else {
      RELATA_ASSIGN_OR_RETURN(const relata::QueryOptions asking, Asking(*crm, now));
      is = relata::IsMember(crm->crm, of, record, asking);
    }
    RELATA_RETURN_IF_ERROR(is.status());
    *member = *is ? 1 : 0;
    return absl::OkStatus();
  });
}

relata_status_t relata_may_contact(relata_crm_t* crm, const char* name, size_t name_size,
                                   const char* channel, size_t channel_size, const char* purpose,
                                   size_t purpose_size, int64_t at,
                                   const relata_contact_options_t* options,
                                   relata_decision_t* decision, relata_error_t** err) {
  const size_t room = decision == nullptr ? 0 : decision->struct_size;
  if (room >= sizeof room) relata::capi::WriteDecision({}, room, decision);
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, decision));
    if (room < offsetof(relata_decision_t, pack_version)) {
      return relata::InvalidArgument("struct_size of the decision is not set");
    }
    RELATA_ASSIGN_OR_RETURN(const std::string_view person, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view over, TextIn(channel, channel_size, "channel"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view why, TextIn(purpose, purpose_size, "purpose"));
    RELATA_ASSIGN_OR_RETURN(const relata::ContactPlan plan,
                            relata::capi::ReadPlan(over, why, at, options));
    relata::RecordRef who;
    RELATA_ASSIGN_OR_RETURN(const relata::Decision answer,
                            relata::MayContact(crm->crm, person, plan, &who));
    if (!crm->actor.role.empty()) {
      RELATA_RETURN_IF_ERROR(
          relata::LogDecision(crm->crm, crm->actor, who, relata::Name(answer.rule), plan.at));
    }
    relata::capi::WriteDecision(relata::capi::DecisionOut(answer), room, decision);
    return absl::OkStatus();
  });
}

relata_status_t relata_why_contact(relata_crm_t* crm, const char* name, size_t name_size,
                                   const char* channel, size_t channel_size, const char* purpose,
                                   size_t purpose_size, int64_t at,
                                   const relata_contact_options_t* options,
                                   relata_buffer_t** explanation, relata_error_t** err) {
  if (explanation != nullptr) *explanation = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, explanation));
    RELATA_ASSIGN_OR_RETURN(const std::string_view person, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view over, TextIn(channel, channel_size, "channel"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view why, TextIn(purpose, purpose_size, "purpose"));
    RELATA_ASSIGN_OR_RETURN(const auto question,
                            relata::capi::ReadQuestion(*crm, person, over, why, at, options));
    RELATA_ASSIGN_OR_RETURN(const relata::ConsentExplanation answer,
                            relata::WhyContact(crm->crm, question.person, question.plan));
    return BufferOut(answer.ToJson(), explanation);
  });
}

}  // extern "C"
