// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/rights.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "nlohmann/json.hpp"
#include "relata/consent/deadlines.h"
#include "relata/crm/notice.h"
#include "segment/record_reader.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;
using Json = nlohmann::ordered_json;

template <size_t N>
bool IsCode(const Option (&options)[N], std::string_view code) {
  return std::any_of(std::begin(options), std::end(options),
                     [&](const Option& o) { return o.code == code; });
}

absl::StatusOr<std::shared_ptr<const Snapshot>> View(const Crm& crm) {
  return crm.View({"rights_request", "contact", "lead", "holiday"});
}

std::vector<Date> HolidaysOf(const Snapshot& view) {
  std::vector<Date> out;
  const TypeDef* type = view.schema().Find("holiday");
  if (type == nullptr) return out;
  for (const FieldDef& field : type->fields) {
    if (field.kind != FieldKind::kDate) continue;
    for (Row row = 0; row < view.RowLimit(type->id); ++row) {
      const Value value = view.Get({type->id, row}, field.id);
      if (value.is(Value::Kind::kDate) && view.Exists({type->id, row})) out.push_back(value.date());
    }
  }
  return out;
}

// The last instant of the due day.
Timestamp DueOf(const Snapshot& view, Timestamp received, std::string_view clock) {
  const std::vector<Date> holidays = HolidaysOf(view);
  ClockStart start;
  start.from = UtcDate(received);
  start.holidays = holidays;
  const std::optional<Due> due = DueAt(*ParseClock(clock), start);
  return UtcMidnight(AddDays(*due->date, 1)) - Microseconds(1);
}

RequestState StateOf(const RecordReader& read, RecordRef record, Timestamp now) {
  RequestState out;
  out.record = record;
  out.number = read.Text(record, "number");
  out.right = read.Text(record, "right");
  out.person = read.Link(record, "contact");
  if (out.person.none()) out.person = read.Link(record, "lead");
  out.status = read.Text(record, "status");
  out.identity = read.Text(record, "identity");
  out.received_at = read.When(record, "received_at").value_or(Timestamp{});
  out.due_at = read.When(record, "due_at").value_or(Timestamp::kMax);
  out.answered_at = read.When(record, "answered_at");
  out.extended = read.When(record, "extended_at").has_value();
  out.open = out.status != "answered" && out.status != "refused";
  out.overdue = out.answered_at.value_or(now) > out.due_at;
  return out;
}

std::vector<RequestState> AllRequests(const Snapshot& view, Timestamp now) {
  std::vector<RequestState> out;
  const RecordReader read(view);
  const TypeDef* type = view.schema().Find("rights_request");
  if (type == nullptr) return out;
  for (Row row = 0; row < view.RowLimit(type->id); ++row) {
    if (view.Exists({type->id, row})) out.push_back(StateOf(read, {type->id, row}, now));
  }
  return out;
}

// "R-2026-7": the next of the year.
std::string NextNumber(const std::vector<RequestState>& requests, Timestamp received) {
  const std::string prefix = Concat("R-", ToCivil(UtcDate(received)).year, "-");
  int64_t last = 0;
  for (const RequestState& r : requests) {
    if (!r.number.starts_with(prefix)) continue;
    last = std::max<int64_t>(last, std::strtoll(r.number.c_str() + prefix.size(), nullptr, 10));
  }
  return Concat(prefix, last + 1);
}

// What takes effect with the request itself.
std::optional<ConsentEntry> AtOnce(const NewRequest& request, RecordRef person) {
  ConsentEntry entry;
  entry.at = request.received_at;
  entry.person = PartyId::Of(person);
  entry.evidence.source = ConsentSource::kPaper;
  if (request.right == "objection") {
    entry.event = ConsentEvent::kObject;
    entry.scope.purposes = Bit(Purpose::kMarketing) | Bit(Purpose::kProfiling);
    return entry;
  }
  if (request.right == "restriction") {
    entry.event = ConsentEvent::kRestrict;
    return entry;
  }
  return std::nullopt;
}

absl::Status Change(Crm& crm, const RequestState& request, NamedValues values, const Actor& actor,
                    Timestamp now) {
  Transaction tx = crm.Begin(actor);
  tx.Update(request.record, std::move(values));
  return tx.Commit(now).status();
}

absl::StatusOr<RequestState> FindOpen(const Crm& crm, std::string_view number, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(RequestState request, FindRequest(crm, number, now));
  if (!request.open) return FailedPrecondition(Concat("request ", number, " is closed"));
  return request;
}

}  // namespace

absl::StatusOr<RequestState> OpenRequest(Crm& crm, const NewRequest& request, const Actor& actor,
                                         Timestamp now) {
  if (!IsCode(crm::kRights, request.right)) {
    return InvalidArgument(Concat("'", request.right, "' is no right"));
  }
  for (int attempt = 0; attempt < 8; ++attempt) {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(crm));
    const RecordRef person = crm.Resolve(request.person);
    if (person.none() || !view->Exists(person)) return NotFound("the person does not exist");
    const std::string& type = view->schema().type(person.type).name;
    if (type != "contact" && type != "lead") return InvalidArgument("a right is a person's");
    const std::string number = NextNumber(AllRequests(*view, now), request.received_at);
    Transaction tx = crm.Begin(actor);
    tx.OnlyAfter(view->commit());
    NamedValues values = {{"number", Value::Text(number)},
                          {"right", Value::Text(request.right)},
                          {type, Value::Record(person)},
                          {"status", Value::Text("received")},
                          {"received_at", Value::Time(request.received_at)},
                          {"due_at", Value::Time(DueOf(*view, request.received_at, "dsar_1m"))}};
    if (!request.requester.empty()) {
      values.emplace_back("requester", Value::Text(request.requester));
    }
    if (!request.reply_to.empty()) values.emplace_back("reply_to", Value::Text(request.reply_to));
    tx.Create("rights_request", std::move(values));
    if (std::optional<ConsentEntry> entry = AtOnce(request, person)) {
      entry->evidence.reference = number;
      tx.RecordConsent(*std::move(entry));
    }
    const absl::Status committed = tx.Commit(now).status();
    if (absl::IsAborted(committed)) continue;
    RELATA_RETURN_IF_ERROR(committed);
    return FindRequest(crm, number, now);
  }
  return Unavailable("other commits came in between every time; try again");
}

absl::StatusOr<std::vector<RequestState>> ListRequests(const Crm& crm, Timestamp now, bool all) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(crm));
  std::vector<RequestState> requests = AllRequests(*view, now);
  if (!all) std::erase_if(requests, [](const RequestState& r) { return !r.open; });
  std::stable_sort(requests.begin(), requests.end(),
                   [](const RequestState& a, const RequestState& b) {
                     return std::pair(!a.open, a.due_at) < std::pair(!b.open, b.due_at);
                   });
  return requests;
}

absl::StatusOr<std::vector<RequestState>> ListRequests(const Crm& crm, const QueryOptions& asking,
                                                       bool all) {
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(crm, asking.reader));
  if (!may.MayRead(crm.schema()->Find("rights_request")->id)) {
    return PermissionDenied("the role may not read rights_request");
  }
  return ListRequests(crm, asking.now, all);
}

absl::StatusOr<RequestState> FindRequest(const Crm& crm, std::string_view number, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(crm));
  for (RequestState& request : AllRequests(*view, now)) {
    if (request.number == number) return std::move(request);
  }
  return NotFound(Concat("there is no request ", number));
}

absl::Status SetIdentity(Crm& crm, std::string_view number, std::string_view identity,
                         const Actor& actor, Timestamp now) {
  if (!IsCode(crm::kIdentityStates, identity)) {
    return InvalidArgument("identity is not_needed, asked, verified or failed");
  }
  RELATA_ASSIGN_OR_RETURN(const RequestState request, FindOpen(crm, number, now));
  NamedValues values = {{"identity", Value::Text(identity)}, {"identity_at", Value::Time(now)}};
  if (identity == "asked") values.emplace_back("status", Value::Text("identity_asked"));
  if (request.status == "identity_asked" && identity != "asked") {
    values.emplace_back("status", Value::Text(request.extended ? "extended" : "received"));
  }
  return Change(crm, request, std::move(values), actor, now);
}

absl::Status ExtendRequest(Crm& crm, std::string_view number, std::string_view reason,
                           const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const RequestState request, FindOpen(crm, number, now));
  if (request.extended) return FailedPrecondition("a request can be extended once");
  if (request.due_at < now) {
    return FailedPrecondition("the person must be told of the extension before the request is due");
  }
  if (reason.empty()) return InvalidArgument("an extension needs a reason");
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(crm));
  return Change(crm, request,
                {{"status", Value::Text("extended")},
                 {"extended_at", Value::Time(now)},
                 {"extension_reason", Value::Text(reason)},
                 {"due_at", Value::Time(DueOf(*view, request.received_at, "dsar_extended_3m"))}},
                actor, now);
}

absl::Status CloseRequest(Crm& crm, std::string_view number, bool refused, std::string_view text,
                          const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const RequestState request, FindOpen(crm, number, now));
  if (refused && text.empty()) return InvalidArgument("a refusal needs a reason");
  if (!refused && request.right == "erasure") {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, View(crm));
    if (!request.person.none() && view->Exists(request.person)) {
      return FailedPrecondition("the person has not been erased yet");
    }
  }
  NamedValues values = {{"status", Value::Text(refused ? "refused" : "answered")},
                        {"answered_at", Value::Time(now)}};
  if (!text.empty()) {
    values.emplace_back(refused ? "refusal_reason" : "answer", Value::Text(text));
  }
  return Change(crm, request, std::move(values), actor, now);
}

absl::Status Rectify(Crm& crm, std::string_view number, NamedValues values, const Actor& actor,
                     Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const RequestState request, FindOpen(crm, number, now));
  if (request.right != "rectification") {
    return FailedPrecondition(Concat("request ", number, " asks for ", request.right));
  }
  std::string fields;
  for (const auto& [name, value] : values) fields += Concat(fields.empty() ? "" : ", ", name);
  Transaction tx = crm.Begin(actor);
  tx.Reason(Concat("rectification ", number));
  tx.Update(request.person, std::move(values));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm.Log("disclosure"));
  for (const LogWrite& line : lines) {
    const Json body = Json::parse(line.body, nullptr, false);
    if (!body.is_object() || !body.contains("recipient")) continue;
    if (crm.Resolve(line.subject) != request.person) continue;
    tx.Log("outbox", request.person, "rectification",
           Json{{"do", "notify_recipient"},
                {"text", Concat("correct ", fields, ": ", body.value("recipient", ""), " ",
                                body.value("reference", ""))},
                {"role", "dpo"}}
               .dump());
  }
  tx.Update(request.record, {{"status", Value::Text("answered")},
                             {"answered_at", Value::Time(now)},
                             {"answer", Value::Text(Concat("rectified: ", fields))}});
  return tx.Commit(now).status();
}

absl::Status RecordDisclosure(Crm& crm, RecordRef person, std::string_view recipient,
                              std::string_view reference, const Actor& actor, Timestamp now) {
  if (recipient.empty()) return InvalidArgument("a disclosure names its recipient");
  const RecordRef here = crm.Resolve(person);
  RELATA_RETURN_IF_ERROR(crm.Name(here).status());
  Transaction tx = crm.Begin(actor);
  tx.Log("disclosure", here, recipient,
         Json{{"recipient", recipient}, {"reference", reference}}.dump());
  return tx.Commit(now).status();
}

absl::StatusOr<std::string> ExportFor(Crm& crm, std::string_view number, const Actor& actor,
                                      Timestamp now, Language language) {
  RELATA_ASSIGN_OR_RETURN(const RequestState request, FindRequest(crm, number, now));
  if (request.identity == "asked" || request.identity == "failed") {
    return FailedPrecondition("nothing leaves before the identity is settled");
  }
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(crm, actor));
  if (!may.MayExport()) return PermissionDenied("the role does not have the right \"export\"");
  absl::StatusOr<std::string> text = InvalidArgument("");
  if (request.right == "access") {
    text = AccessExport(crm, request.person, now, language);
  } else if (request.right == "portability") {
    text = PortableExport(crm, request.person, now);
  } else {
    return InvalidArgument(
        Concat("request ", number, " asks for ", request.right, ", not for a copy of the data"));
  }
  RELATA_RETURN_IF_ERROR(text.status());
  Transaction tx = crm.Begin(actor);
  tx.Log("rights_export", request.record, number,
         Json{{"right", request.right}, {"bytes", text->size()}}.dump());
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  return text;
}

}  // namespace relata
