// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/send.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "engine/engine.h"
#include "relata/quality/normalize.h"
#include "segment/record_reader.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;

constexpr int kTries = 16;  // against commits that come in between
constexpr size_t kLongestOperation = 200;

constexpr std::array<std::string_view, 9> kResults = {"sent",      "delivered",  "answered",
                                                      "no_answer", "refused",    "bounced",
                                                      "deferred",  "complained", "not_made"};

bool IsCall(Channel channel) {
  return channel == Channel::kPhone || channel == Channel::kSms || channel == Channel::kRobocall;
}

struct Address {
  std::string text;
  RecordRef point;
};

// Where the channel reaches the person: the primary address as her record says it, else the first
// that she holds.
Address AddressOf(const RecordReader& read, RecordRef person, Channel channel) {
  Address out;
  const bool mail = channel == Channel::kEmail;
  if (!mail && !IsCall(channel)) return out;
  out.text = read.Text(person, mail ? "email" : "mobile");
  if (out.text.empty() && channel == Channel::kPhone) out.text = read.Text(person, "phone");
  for (const RecordRef held : read.Children(person, "contact_point", read.TypeOf(person).name)) {
    const RecordRef point = read.Link(held, mail ? "email" : "phone");
    if (point.none()) continue;
    const std::string text = read.Text(point, mail ? "address" : "number");
    if (out.text.empty()) out.text = text;
    if (text == out.text) out.point = point;
  }
  return out;
}

std::string ProblemOf(const Address& address, Channel channel) {
  if (channel != Channel::kEmail && !IsCall(channel)) return "";
  if (address.text.empty()) return "NO_ADDRESS";
  if (channel == Channel::kEmail && !NormalizeEmail(address.text)) return "INVALID_ADDRESS";
  return "";
}

// The event of `type` about the person that carries the operation.
std::optional<EventRef> FindAttempt(const RecordReader& read, RecordRef person,
                                    std::string_view type, std::string_view operation) {
  const TypeDef* def = read.view().schema().FindEvent(type, person.type);
  if (def == nullptr) return std::nullopt;
  for (const EventRef event : read.Events(person, def->name)) {
    const Value value = read.Get(event, "operation");
    if (value.is(Value::Kind::kText) && value.text() == operation) return event;
  }
  return std::nullopt;
}

std::string EventText(const RecordReader& read, EventRef event, std::string_view field) {
  const Value value = read.Get(event, field);
  return value.is(Value::Kind::kText) ? value.text() : "";
}

absl::StatusOr<std::shared_ptr<const Snapshot>> ViewForSending(const Crm& crm) {
  std::vector<TypeId> types = ConsentTables(crm);
  const std::shared_ptr<const Schema> schema = crm.schema();
  for (const std::string_view name :
       {"contact_attempt", "contact_outcome", "lead_contact_attempt", "lead_contact_outcome"}) {
    if (const TypeDef* type = schema->Find(name)) types.push_back(type->id);
  }
  return crm.View(types);
}

absl::StatusOr<std::string> TokenOf(const Crm& crm, RecordRef person, std::string_view operation) {
  RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name(person));
  return Concat(name, " ", operation);
}

// The ticket of an attempt that was made before.
absl::StatusOr<ContactTicket> Replayed(const Crm& crm, const RecordReader& read, RecordRef person,
                                       EventRef attempt) {
  ContactTicket ticket;
  ticket.replayed = true;
  ticket.decision.outcome = Outcome::kAllow;
  ticket.decision.rule = ParseRule(EventText(read, attempt, "rule")).value_or(Rule::kNoBasis);
  internal::ParseIn(internal::kBasisNames, EventText(read, attempt, "basis"),
                    &ticket.decision.basis);
  ticket.address = EventText(read, attempt, "address");
  ticket.point = AddressOf(read, person, ParseChannel(EventText(read, attempt, "channel"))).point;
  RELATA_ASSIGN_OR_RETURN(ticket.token,
                          TokenOf(crm, person, EventText(read, attempt, "operation")));
  return ticket;
}

absl::Status CheckRequest(const ContactRequest& request) {
  if (request.operation.empty() || request.operation.size() > kLongestOperation) {
    return InvalidArgument("a contact needs an operation id of at most 200 bytes");
  }
  if (request.plan.channel == Channel::kUnknown || request.plan.purpose == Purpose::kUnknown) {
    return InvalidArgument("a contact needs a channel and a purpose");
  }
  return absl::OkStatus();
}

NamedValues AttemptValues(const ContactRequest& request, const ContactTicket& ticket) {
  NamedValues values = {
      {"operation", Value::Text(request.operation)},
      {"channel", Value::Text(Name(request.plan.channel))},
      {"purpose", Value::Text(Name(request.plan.purpose))},
      {"rule", Value::Text(Name(ticket.decision.rule))},
      {"basis", Value::Text(Name(ticket.decision.basis))},
      {"pack_version", Value::Int(static_cast<int64_t>(ticket.decision.pack_version))}};
  if (!request.plan.topic.empty()) values.emplace_back("topic", Value::Text(request.plan.topic));
  if (!ticket.address.empty()) values.emplace_back("address", Value::Text(ticket.address));
  return values;
}

}  // namespace

std::string_view Name(ContactResult result) { return kResults[static_cast<size_t>(result)]; }

bool ParseContactResult(std::string_view name, ContactResult* out) {
  const auto found = std::find(kResults.begin(), kResults.end(), name);
  if (found == kResults.end()) return false;
  *out = static_cast<ContactResult>(found - kResults.begin());
  return true;
}

absl::StatusOr<ContactTicket> ContactBegin(Crm& crm, const ContactRequest& request,
                                           const Actor& actor, Timestamp now) {
  RELATA_RETURN_IF_ERROR(CheckRequest(request));
  ContactPlan plan = request.plan;
  plan.at = now;
  plan.known_at = Timestamp::kMax;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, ViewForSending(crm));
    const RecordRef person = crm.Resolve(request.person);
    const RecordReader read(*view);
    if (person.none() || !view->Exists(person)) return NotFound("the person does not exist");
    if (const auto made = FindAttempt(read, person, "contact_attempt", request.operation)) {
      return Replayed(crm, read, person, *made);
    }
    ContactTicket ticket;
    RELATA_ASSIGN_OR_RETURN(ticket.decision, MayContact(crm, person, plan));
    if (!ticket.decision.allowed()) return ticket;
    Address address = AddressOf(read, person, plan.channel);
    ticket.problem = ProblemOf(address, plan.channel);
    if (!ticket.problem.empty()) return ticket;
    ticket.address = std::move(address.text);
    ticket.point = address.point;
    Transaction tx = crm.Begin(actor);
    tx.OperationId(Concat("contact ", request.operation)).OnlyAfter(view->commit());
    tx.Append("contact_attempt", person, now, AttemptValues(request, ticket));
    const absl::StatusOr<Commit> commit = tx.Commit(now);
    if (absl::IsAborted(commit.status())) continue;
    RELATA_RETURN_IF_ERROR(commit.status());
    if (commit->replayed) {
      return AlreadyExists(Concat("operation ", request.operation, " was another person's"));
    }
    RELATA_ASSIGN_OR_RETURN(ticket.token, TokenOf(crm, person, request.operation));
    return ticket;
  }
  return Unavailable("other commits came in between every time; try again");
}

namespace {

// The ledger's line about what happened, for a person and the address that was used.
ConsentEntry Learned(ConsentEvent event, RecordRef person, RecordRef point, Channel channel,
                     Timestamp now, std::string_view operation) {
  ConsentEntry entry;
  entry.event = event;
  entry.at = now;
  if (event != ConsentEvent::kBounce || point.none()) entry.person = PartyId::Of(person);
  entry.point = PartyId::Of(point);
  entry.scope.channels = Bit(channel);
  if (event == ConsentEvent::kRefuseCall) entry.scope.purposes = Bit(Purpose::kMarketing);
  entry.evidence.reference = operation;
  return entry;
}

// A bounce is of the address and of nobody, so the address must be a record.
RecordRef PointFor(const Crm& crm, const RecordReader& read, RecordRef person, Channel channel,
                   const std::string& address, Transaction& tx) {
  const Address known = AddressOf(read, person, channel);
  if (known.text == address && !known.point.none()) return known.point;
  const bool mail = channel == Channel::kEmail;
  const std::string_view type = mail ? "email_address" : "phone_number";
  const std::string_view field = mail ? "address" : "number";
  if (address.empty()) return {};
  // A unique value is found as the store keeps it.
  const TypeId id = read.view().schema().Find(type)->id;
  absl::StatusOr<Row> row = NotFound("");
  if (const auto reader = crm.engine().Read(); reader.ok()) {
    row = (*reader)->FindExternalKey(id, Concat("field:", field), address);
  }
  const RecordRef point = row.ok() ? RecordRef{id, *row}
                                   : tx.Create(type, {{std::string(field), Value::Text(address)}});
  tx.Create("contact_point", {{read.TypeOf(person).name, Value::Record(person)},
                              {mail ? "email" : "phone", Value::Record(point)}});
  return point;
}

}  // namespace

absl::Status ContactEnd(Crm& crm, std::string_view token, ContactResult result,
                        std::string_view detail, const Actor& actor, Timestamp now) {
  const size_t blank = token.find(' ');
  if (blank == std::string_view::npos) return InvalidArgument("this is no contact token");
  const std::string operation(token.substr(blank + 1));
  RELATA_ASSIGN_OR_RETURN(const RecordRef person, crm.Find(token.substr(0, blank)));
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, ViewForSending(crm));
  const RecordReader read(*view);
  const auto attempt = FindAttempt(read, person, "contact_attempt", operation);
  if (!attempt) return NotFound("there is no such contact attempt");
  const Channel channel = ParseChannel(EventText(read, *attempt, "channel"));
  Transaction tx = crm.Begin(actor);
  tx.OperationId(Concat("contact ", operation, " ", Name(result)));
  NamedValues values = {{"operation", Value::Text(operation)},
                        {"outcome", Value::Text(Name(result))}};
  if (!detail.empty()) values.emplace_back("detail", Value::Text(detail));
  tx.Append("contact_outcome", person, now, std::move(values));
  const std::string address = EventText(read, *attempt, "address");
  const auto learn = [&](ConsentEvent event) {
    const RecordRef point = PointFor(crm, read, person, channel, address, tx);
    tx.RecordConsent(Learned(event, person, point, channel, now, operation));
  };
  if (result == ContactResult::kBounced) learn(ConsentEvent::kBounce);
  if (result == ContactResult::kComplained) learn(ConsentEvent::kComplaint);
  if (result == ContactResult::kRefused && IsCall(channel)) learn(ConsentEvent::kRefuseCall);
  return tx.Commit(now).status();
}

absl::StatusOr<UnsubscribeAnswer> HandleUnsubscribe(Crm& crm, std::span<const SecretKey> keys,
                                                    std::string_view method, std::string_view token,
                                                    std::string_view body, const Actor& actor,
                                                    Timestamp now) {
  UnsubscribeAnswer answer;
  RELATA_ASSIGN_OR_RETURN(answer.target, ReadUnsubscribeToken(keys, token));
  if (answer.target.expires_at <= now) {
    return FailedPrecondition("this unsubscribe link has expired");
  }
  if (method != "POST") {
    answer.show_page = true;
    return answer;
  }
  const bool one_click = body.find("List-Unsubscribe=One-Click") != std::string_view::npos;
  const std::optional<ConsentEntry> entry = UnsubscribeEntry(
      answer.target,
      one_click ? UnsubscribeMethod::kOneClickPost : UnsubscribeMethod::kPageConfirmed, now);
  Transaction tx = crm.Begin(actor);
  tx.RecordConsent(*entry);
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  answer.withdrawn = true;
  return answer;
}

}  // namespace relata
