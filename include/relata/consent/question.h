// SPDX-License-Identifier: Apache-2.0
//
// The question of a contact: may this person be reached, here, by this channel, for this purpose,
// at this instant?
//
// A Question borrows its texts; they must outlive the call it is given to. It asserts nothing about
// the person: what the sender says about the message (similar product, related to the job ...) is
// false unless stated.

#ifndef RELATA_CONSENT_QUESTION_H_
#define RELATA_CONSENT_QUESTION_H_

#include <string_view>

#include "relata/consent/vocabulary.h"

namespace relata {

// The controller that owns the database, when a question, relation or scope names none.
inline constexpr std::string_view kSelf = "self";

struct Question {
  Channel channel = Channel::kUnknown;
  Purpose purpose = Purpose::kUnknown;
  Audience audience = Audience::kB2c;
  Sector sector = Sector::kNone;
  Timestamp at{};                        // the instant the contact would take place
  Timestamp known_at = Timestamp::kMax;  // only what was recorded by then counts
  PartyId person{};                      // the subject
  PartyId point{};                       // the address or number; none: not settled yet
  std::string_view topic{};              // empty: the purpose as a whole
  std::string_view controller = kSelf;   // who would send
  bool similar_product = false;
  bool related_to_job = false;
  bool related_to_contract = false;
  bool presumed_interest = false;
  bool mixed_promo = false;                    // a service message that also promotes
  Known message_has_optout = Known::kUnknown;  // unknown: not checked yet, never blocks
};

}  // namespace relata

#endif  // RELATA_CONSENT_QUESTION_H_
