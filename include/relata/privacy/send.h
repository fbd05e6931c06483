// SPDX-License-Identifier: Apache-2.0
//
// The send seam: the one way to an address.
//
// A campaign has a list of people who could be reached an hour ago. Between then and now one of
// them withdrew, another was called four times by a colleague. So whoever sends asks once more for
// each message, and only that answer carries the address:
//
//   auto ticket = ContactBegin(crm, {"spring-2026/4711", marie, plan}, actor, now);
//   if (ticket.ok() && ticket->allowed()) Send(ticket->address, ...);
//   ContactEnd(crm, ticket->token, ContactResult::kSent, "", actor, now);
//
// ContactBegin decides on the newest commit and writes the attempt in a commit that exists only if
// nothing else was committed in between: of two senders in two processes, one sees the attempt of
// the other. Frequency caps count attempts, made or not answered; one that was never made is taken
// back by ContactEnd with kNotMade. What ContactEnd learns goes into the ledger: a dead address, a
// spam report, a refusal of calls, which starts the pause that the law sets.
//
// An operation is the host's id of one message. Doing it again, after a crash or a lost answer,
// gives the same ticket and counts once.
//
// Free functions over a Crm, as thread-safe as it.

#ifndef RELATA_PRIVACY_SEND_H_
#define RELATA_PRIVACY_SEND_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "relata/base/status.h"
#include "relata/consent/unsubscribe.h"
#include "relata/engine/crm.h"
#include "relata/segment/audience.h"

namespace relata {

struct ContactRequest {
  std::string operation;  // the host's id of this message, at most 200 bytes
  RecordRef person;
  ContactPlan plan;  // its instant is `now`, whatever it says
};

struct ContactTicket {
  Decision decision;
  std::string token;    // for ContactEnd; empty unless allowed
  std::string address;  // where to; empty unless allowed, and for channels without one (post)
  RecordRef point;      // the address as a record, when it is one
  std::string problem;  // NO_ADDRESS or INVALID_ADDRESS: allowed, but there is nowhere to send to
  bool replayed = false;

  bool allowed() const { return decision.allowed() && problem.empty(); }
};

// Decides again and writes the attempt. A denial is an answer, not a failure, and writes nothing.
// NotFound, InvalidArgument (no channel, purpose or operation; no person), AlreadyExists (the
// operation was another person's), Unavailable (others commit all the time; try again).
absl::StatusOr<ContactTicket> ContactBegin(Crm& crm, const ContactRequest& request,
                                           const Actor& actor, Timestamp now);

enum class ContactResult : uint8_t {
  kSent = 0,    // handed to the carrier
  kDelivered,   // arrived
  kAnswered,    // a call was taken, a message replied to
  kNoAnswer,    // a call was not taken: an attempt all the same
  kRefused,     // "do not call again": a refusal of calls in the ledger
  kBounced,     // the address is dead: a bounce of the address in the ledger
  kDeferred,    // not now: the carrier tries again
  kComplained,  // reported as spam: a complaint in the ledger
  kNotMade,     // nothing was sent or dialled: the attempt does not count
};
// "sent", "delivered", ...: as stored and as the C interface takes them. Parse: false, no change.
std::string_view Name(ContactResult result);
bool ParseContactResult(std::string_view name, ContactResult* out);

// Records what came of an attempt, and what follows from it in the ledger, in one commit. The same
// result twice is recorded once; several results may follow each other (sent, then complained).
// InvalidArgument for a token that is none, NotFound when the attempt is not there (any more).
absl::Status ContactEnd(Crm& crm, std::string_view token, ContactResult result,
                        std::string_view detail, const Actor& actor, Timestamp now);

// --- Unsubscribing (RFC 8058)

// What came of a request to an unsubscribe address.
struct UnsubscribeAnswer {
  bool withdrawn = false;  // an opt-out was recorded
  bool show_page = false;  // show a page with a button: nothing was changed
  UnsubscribeTarget target;
};

// Answers a request to the address of an unsubscribe link. Only POST changes anything: a mail
// scanner opens every link with GET, and a GET (or HEAD) is answered with a page. `body` is that of
// the POST: "List-Unsubscribe=One-Click" from a mail program, anything else from the page's button.
// InvalidArgument for a token that was not made under one of `keys`, FailedPrecondition for one
// that has expired.
absl::StatusOr<UnsubscribeAnswer> HandleUnsubscribe(Crm& crm, std::span<const SecretKey> keys,
                                                    std::string_view method, std::string_view token,
                                                    std::string_view body, const Actor& actor,
                                                    Timestamp now);

}  // namespace relata

#endif  // RELATA_PRIVACY_SEND_H_
