// SPDX-License-Identifier: Apache-2.0
//
// The rights of persons, from the letter to the answer.
//
// A request is a record (crm/notice.h, RightsRequest) with a clock: it is due one month after it
// came in, moved to a working day, and may be extended once by two months with a reason (GDPR
// 12(3), Reg. 1182/71). A request that cannot be doubted is answered at once: an objection and a
// restriction take effect in the commit that records them, whatever the clock says. A refusal with
// its reason is an answer.
//
//   access         AccessExport: everything held, where it came from, who received it (GDPR 15)
//   portability    PortableExport: what the person provided, for another system (GDPR 20)
//   rectification  Rectify: the record is changed, every recipient is told (GDPR 16, 19)
//   restriction    stored and not used, from the request on (GDPR 18)
//   objection      no direct marketing and no profiling, from the request on (GDPR 21)
//   erasure        privacy/erasure.h, when the request is closed
//
// Free functions over a Crm, as thread-safe as it.

#ifndef RELATA_PRIVACY_RIGHTS_H_
#define RELATA_PRIVACY_RIGHTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct NewRequest {
  std::string right;      // a code of crm::kRights: "access", "erasure", ...
  RecordRef person;       // contact or lead
  std::string requester;  // who writes, when it is not the person herself
  std::string reply_to;   // where the answer goes
  Timestamp received_at;
};

// A request as it stands.
struct RequestState {
  RecordRef record;
  std::string number;
  std::string right;
  RecordRef person;
  std::string status;    // a code of crm::kRequestStatuses
  std::string identity;  // a code of crm::kIdentityStates; empty: nobody doubted it
  Timestamp received_at;
  Timestamp due_at;
  std::optional<Timestamp> answered_at;
  bool extended = false;
  bool open = true;
  bool overdue = false;  // open and past its due day, or answered after it
};

// Records a request under the next number ("R-2026-7"). Holidays are the records of type holiday.
// InvalidArgument for an unknown right or what is no person.
absl::StatusOr<RequestState> OpenRequest(Crm& crm, const NewRequest& request, const Actor& actor,
                                         Timestamp now);

// All requests, the most urgent first; answered ones only with `all`.
absl::StatusOr<std::vector<RequestState>> ListRequests(const Crm& crm, Timestamp now,
                                                       bool all = false);
// The same for asking.reader at asking.now: PermissionDenied when she may not read requests.
absl::StatusOr<std::vector<RequestState>> ListRequests(const Crm& crm, const QueryOptions& asking,
                                                       bool all = false);
// The request with this number. NotFound.
absl::StatusOr<RequestState> FindRequest(const Crm& crm, std::string_view number, Timestamp now);

// Where the check of identity stands: "asked", "verified", "failed", "not_needed". While it is
// asked or has failed nothing leaves: exports answer FailedPrecondition.
absl::Status SetIdentity(Crm& crm, std::string_view number, std::string_view identity,
                         const Actor& actor, Timestamp now);

// Two more months, once, before it is due and with a reason the person is told (GDPR 12(3)).
// FailedPrecondition otherwise.
absl::Status ExtendRequest(Crm& crm, std::string_view number, std::string_view reason,
                           const Actor& actor, Timestamp now);

// Closes it: answered, or refused for a reason. FailedPrecondition when it is closed, or when an
// erasure is said to be answered and the person is still there.
absl::Status CloseRequest(Crm& crm, std::string_view number, bool refused, std::string_view text,
                          const Actor& actor, Timestamp now);

// Changes the person's record and tells everybody the old values were given to: a line of the
// outbox a recipient. Closes the request.
absl::Status Rectify(Crm& crm, std::string_view number, NamedValues values, const Actor& actor,
                     Timestamp now);

// Notes that somebody outside received a person's data, so that corrections and erasure follow it.
// `reference` is how the recipient knows it (a batch, a key of theirs).
absl::Status RecordDisclosure(Crm& crm, RecordRef person, std::string_view recipient,
                              std::string_view reference, const Actor& actor, Timestamp now);

// Everything held about the person as one JSON document (GDPR 15(1) and (3)): purposes, categories
// and terms of the data, its source, its recipients, the data, the events, the consents, what was
// sent and by which rule, the scores with what made them. Links to other persons are left out and
// their names and addresses in texts are replaced (GDPR 15(4)).
absl::StatusOr<std::string> AccessExport(const Crm& crm, RecordRef person, Timestamp now,
                                         Language language = Language::kEnglish);

// What the person provided, and what was observed of her use, under consent or contract (GDPR 20):
// JSON without what others wrote or concluded about her.
absl::StatusOr<std::string> PortableExport(const Crm& crm, RecordRef person, Timestamp now);

// The export that a request asks for, when the identity allows it; noted with the request.
// InvalidArgument when it asks for none; PermissionDenied for a role without the right "export".
absl::StatusOr<std::string> ExportFor(Crm& crm, std::string_view number, const Actor& actor,
                                      Timestamp now, Language language = Language::kEnglish);

}  // namespace relata

#endif  // RELATA_PRIVACY_RIGHTS_H_
