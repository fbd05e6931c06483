// SPDX-License-Identifier: Apache-2.0
//
// The send seam in C, and what it shares with the questions about contacts.

#include "capi/contact.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>

#include "capi/payload.h"
#include "relata/privacy/send.h"

namespace relata::capi {
namespace {

template <size_t N>
void CopyName(std::string_view name, char (&out)[N]) {
  const size_t size = std::min(name.size(), N - 1);
  std::memcpy(out, name.data(), size);
  out[size] = '\0';
}

}  // namespace

absl::StatusOr<ContactPlan> ReadPlan(std::string_view channel, std::string_view purpose, int64_t at,
                                     const relata_contact_options_t* given) {
  RELATA_ASSIGN_OR_RETURN(const relata_contact_options_t options, OptionsIn(given));
  RELATA_ASSIGN_OR_RETURN(const std::string_view topic,
                          TextIn(options.topic, options.topic_size, "topic"));
  if (options.message_has_optout < RELATA_NOT_KNOWN ||
      options.message_has_optout > RELATA_KNOWN_YES) {
    return InvalidArgument("message_has_optout is not known, no or yes");
  }
  ContactPlan plan;
  RELATA_ASSIGN_OR_RETURN(plan.at, InstantIn(at, "at"));
  if (options.known_at != 0) {
    RELATA_ASSIGN_OR_RETURN(plan.known_at, InstantIn(options.known_at, "known_at"));
  }
  plan.channel = ParseChannel(channel);
  plan.purpose = ParsePurpose(purpose);
  plan.topic = topic;
  plan.similar_product = options.similar_product != 0;
  plan.related_to_job = options.related_to_job != 0;
  plan.related_to_contract = options.related_to_contract != 0;
  plan.presumed_interest = options.presumed_interest != 0;
  plan.mixed_promo = options.mixed_promo != 0;
  plan.message_has_optout = static_cast<Known>(options.message_has_optout);
  return plan;
}

absl::StatusOr<ContactQuestion> ReadQuestion(const relata_crm_t& crm, std::string_view name,
                                             std::string_view channel, std::string_view purpose,
                                             int64_t at, const relata_contact_options_t* given) {
  ContactQuestion question;
  RELATA_ASSIGN_OR_RETURN(question.plan, ReadPlan(channel, purpose, at, given));
  RELATA_ASSIGN_OR_RETURN(question.person, crm.crm.Find(name));
  return question;
}

void WriteDecision(relata_decision_t value, size_t size, relata_decision_t* out) {
  value.struct_size = size;
  std::memcpy(out, &value, std::min(size, sizeof value));
}

relata_decision_t DecisionOut(const Decision& decision) {
  relata_decision_t out{};
  out.outcome = static_cast<int32_t>(decision.outcome);
  out.pack_version = decision.pack_version;
  out.retry_at = decision.retry_at.micros;
  CopyName(Name(decision.rule), out.rule);
  CopyName(Name(decision.basis), out.basis);
  CopyName(Name(decision.jurisdiction), out.jurisdiction);
  return out;
}

namespace {

absl::Status CheckCrm(const relata_crm_t* crm, const void* output) {
  if (crm == nullptr) return InvalidArgument("crm is NULL");
  if (output == nullptr) return InvalidArgument("the output is NULL");
  return absl::OkStatus();
}

std::string TicketText(const ContactTicket& ticket) {
  nlohmann::json out = {{"allowed", ticket.allowed()}, {"replayed", ticket.replayed}};
  if (!ticket.token.empty()) out["token"] = ticket.token;
  if (!ticket.address.empty()) out["address"] = ticket.address;
  if (!ticket.problem.empty()) out["problem"] = ticket.problem;
  return Dump(out);
}

}  // namespace
}  // namespace relata::capi

using relata::capi::BufferOut;
using relata::capi::CheckCrm;
using relata::capi::Guard;
using relata::capi::InstantIn;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_contact_begin(relata_crm_t* crm, const char* name, size_t name_size,
                                     const char* channel, size_t channel_size, const char* purpose,
                                     size_t purpose_size, const char* operation,
                                     size_t operation_size, int64_t now,
                                     const relata_contact_options_t* options,
                                     relata_decision_t* decision, relata_buffer_t** ticket,
                                     relata_error_t** err) {
  if (ticket != nullptr) *ticket = nullptr;
  const size_t room = decision == nullptr ? 0 : decision->struct_size;
  if (room >= sizeof room) relata::capi::WriteDecision({}, room, decision);
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckCrm(crm, decision));
    RELATA_RETURN_IF_ERROR(CheckCrm(crm, ticket));
    if (room < offsetof(relata_decision_t, pack_version)) {
      return relata::InvalidArgument("struct_size of the decision is not set");
    }
    RELATA_ASSIGN_OR_RETURN(const std::string_view person, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view over, TextIn(channel, channel_size, "channel"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view why, TextIn(purpose, purpose_size, "purpose"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view message,
                            TextIn(operation, operation_size, "operation"));
    RELATA_ASSIGN_OR_RETURN(const auto question,
                            relata::capi::ReadQuestion(*crm, person, over, why, now, options));
    relata::ContactRequest request{std::string(message), question.person, question.plan};
    RELATA_ASSIGN_OR_RETURN(const relata::ContactTicket answer,
                            relata::ContactBegin(crm->crm, request, crm->actor, question.plan.at));
    RELATA_RETURN_IF_ERROR(BufferOut(relata::capi::TicketText(answer), ticket));
    relata::capi::WriteDecision(relata::capi::DecisionOut(answer.decision), room, decision);
    return absl::OkStatus();
  });
}

relata_status_t relata_contact_end(relata_crm_t* crm, const char* token, size_t token_size,
                                   const char* outcome, size_t outcome_size, const char* detail,
                                   size_t detail_size, int64_t now, relata_error_t** err) {
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckCrm(crm, crm));
    RELATA_ASSIGN_OR_RETURN(const std::string_view ticket, TextIn(token, token_size, "token"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view came, TextIn(outcome, outcome_size, "outcome"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view more, TextIn(detail, detail_size, "detail"));
    RELATA_ASSIGN_OR_RETURN(const relata::Timestamp at, InstantIn(now, "now"));
    relata::ContactResult result{};
    if (!relata::ParseContactResult(came, &result)) {
      return relata::InvalidArgument("the outcome is not one of those in relata.h");
    }
    return relata::ContactEnd(crm->crm, ticket, result, more, crm->actor, at);
  });
}

relata_status_t relata_unsubscribe_token(relata_crm_t* crm, const char* name, size_t name_size,
                                         const char* channel, size_t channel_size,
                                         const char* purpose, size_t purpose_size,
                                         int64_t expires_at, relata_buffer_t** token,
                                         relata_error_t** err) {
  if (token != nullptr) *token = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckCrm(crm, token));
    RELATA_ASSIGN_OR_RETURN(const std::string_view person, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view over, TextIn(channel, channel_size, "channel"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view why, TextIn(purpose, purpose_size, "purpose"));
    if (!crm->privacy_key) {
      return relata::FailedPrecondition("the graph was opened without its privacy key");
    }
    relata::UnsubscribeTarget target;
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(person));
    target.person = relata::PartyId::Of(record);
    const relata::Channel by = relata::ParseChannel(over);
    const relata::Purpose of = relata::ParsePurpose(why);
    if (by == relata::Channel::kUnknown || of == relata::Purpose::kUnknown) {
      return relata::InvalidArgument("an unsubscribe link needs a channel and a purpose");
    }
    target.channels = relata::Bit(by);
    target.purposes = relata::Bit(of);
    if (expires_at != 0) {
      RELATA_ASSIGN_OR_RETURN(target.expires_at, InstantIn(expires_at, "expires_at"));
    }
    RELATA_ASSIGN_OR_RETURN(std::string text,
                            relata::MakeUnsubscribeToken(*crm->privacy_key, target));
    return BufferOut(std::move(text), token);
  });
}

relata_status_t relata_unsubscribe(relata_crm_t* crm, const char* method, size_t method_size,
                                   const char* token, size_t token_size, const char* body,
                                   size_t body_size, int64_t now, int32_t* withdrawn,
                                   relata_error_t** err) {
  if (withdrawn != nullptr) *withdrawn = 0;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckCrm(crm, withdrawn));
    RELATA_ASSIGN_OR_RETURN(const std::string_view how, TextIn(method, method_size, "method"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view link, TextIn(token, token_size, "token"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view sent, TextIn(body, body_size, "body"));
    RELATA_ASSIGN_OR_RETURN(const relata::Timestamp at, InstantIn(now, "now"));
    if (!crm->privacy_key) {
      return relata::FailedPrecondition("the graph was opened without its privacy key");
    }
    RELATA_ASSIGN_OR_RETURN(const relata::UnsubscribeAnswer answer,
                            relata::HandleUnsubscribe(crm->crm, std::span(&*crm->privacy_key, 1),
                                                      how, link, sent, crm->actor, at));
    *withdrawn = answer.withdrawn ? 1 : 0;
    return absl::OkStatus();
  });
}

}  // extern "C"
