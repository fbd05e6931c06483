// SPDX-License-Identifier: Apache-2.0
//
// Who may be written to: consent decided over the graph, for one person and for a segment.
//
// The graph knows what a decision needs: what the person said (the ledger), what they bought, asked
// and did, where they live, whose address it is. These functions gather that and let the rules of
// the consent room decide; they decide nothing themselves. What the graph does not say is unknown,
// never assumed: a person without a country is judged by every law, and only the sender can assert
// that a message is about a similar product or the person's job.
//
// An audience is a segment, a channel and a purpose. It cannot be had without either, and it says
// how many members were left out by which rule.
//
// Free functions over a Crm; as thread-safe as the Crm. Decisions need no right to read the person:
// they answer with ids and rules only.

#ifndef RELATA_SEGMENT_AUDIENCE_H_
#define RELATA_SEGMENT_AUDIENCE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/explanation.h"
#include "relata/engine/crm.h"
#include "relata/engine/hooks.h"

namespace relata {

// What somebody wants to send, whoever receives it. The booleans are the sender's assertions.
struct ContactPlan {
  Channel channel = Channel::kUnknown;
  Purpose purpose = Purpose::kUnknown;
  std::string topic;                     // empty: the purpose as a whole
  Timestamp at;                          // when it would be sent
  Timestamp known_at = Timestamp::kMax;  // only what was recorded by then counts
  bool similar_product = false;
  bool related_to_job = false;
  bool related_to_contract = false;
  bool presumed_interest = false;
  bool mixed_promo = false;
  Known message_has_optout = Known::kUnknown;
};

// Whether this contact or lead may be reached. NotFound when the record does not exist;
// InvalidArgument when it is no person. A person marked "do not contact" is on a suppression list.
absl::StatusOr<Decision> MayContact(const Crm& crm, RecordRef person, const ContactPlan& plan);

// The same for a person known by name, as Crm::Find takes it; a public id costs one probe more than
// a RecordRef. `*person`, unless null, becomes who she is after merges.
absl::StatusOr<Decision> MayContact(const Crm& crm, std::string_view name, const ContactPlan& plan,
                                    RecordRef* person = nullptr);

// The same with every rule tried, its article and what evidence is missing.
absl::StatusOr<ConsentExplanation> WhyContact(const Crm& crm, RecordRef person,
                                              const ContactPlan& plan,
                                              Language language = Language::kEnglish);

// The same for many persons of one type: answers[i] is about rows[i]; the spans have one length,
// and answers past the shortest stay as they are. One thread decides millions a second once their
// facts are compiled. Stops at the first row that is no person (NotFound, InvalidArgument).
absl::Status MayContactAll(const Crm& crm, TypeId type, std::span<const Row> rows,
                           const ContactPlan& plan, std::span<Decision> answers);

// One rule by which members were left out. Beside the rules of consent there are NO_ADDRESS and
// INVALID_ADDRESS: the channel needs an address that the person does not have.
struct Exclusion {
  std::string rule;
  Outcome outcome = Outcome::kDeny;
  int64_t count = 0;
  RecordRef example;  // the first of them
};

struct SegmentAudience {
  TypeId type = kNoType;
  int64_t members = 0;              // of the segment
  int64_t undecided = 0;            // for whom the segment's condition has no answer
  std::vector<Row> allowed;         // ascending
  std::vector<Exclusion> excluded;  // most frequent first
};

// The members of `segment` at options.now who may be reached by the plan. InvalidArgument when the
// segment is not one of persons or the plan has no channel or purpose; NotFound; PermissionDenied
// as SegmentMembers. Fields that the condition reads must serve options.purpose when it is given.
absl::StatusOr<SegmentAudience> FindAudience(const Crm& crm, std::string_view segment,
                                             const ContactPlan& plan, const QueryOptions& options);

// The same among the records of an answer.
absl::StatusOr<SegmentAudience> AudienceAmong(const Crm& crm, const QueryAnswer& members,
                                              const ContactPlan& plan);

// For the engine: may_contact(channel, purpose) inside expressions, and the tables it reads.
absl::StatusOr<bool> AnswerMayContact(const Asking& asking, RecordRef person,
                                      std::string_view channel, std::string_view purpose);
std::vector<TypeId> ConsentTables(const Crm& crm);

}  // namespace relata

#endif  // RELATA_SEGMENT_AUDIENCE_H_
