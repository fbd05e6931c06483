// SPDX-License-Identifier: Apache-2.0
//
// One line of the consent ledger.
//
// The ledger is append-only: a person grants, asks for a double opt-in and confirms it, withdraws,
// objects, opts out; a mailbox bounces; a regulator's list suppresses; a subject is restricted or
// erased. Nothing is ever changed; a correction is a new line. Whether somebody may be contacted is
// never stored, it is decided from these lines (consent/decide.h).
//
// An entry has two times: `at`, when it happened, and `recorded_at`, when it was learned. A
// decision about the past uses what was in effect then (`at`) as it was known then (`recorded_at`).
//
// Persons and points (an address, a number) are named by PartyId: a record of the graph, or any
// other non-zero number the caller interns. All types are plain values that own what they hold.

#ifndef RELATA_MODEL_CONSENT_ENTRY_H_
#define RELATA_MODEL_CONSENT_ENTRY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/time.h"

namespace relata {

// What happened. Numbers are stable: stores keep them.
enum class ConsentEvent : uint8_t {
  kUnknown = 0,  // speaks for nobody and grants nothing
  kGrant,        // yes
  kRequest,      // a double opt-in was asked for: never a consent
  kConfirm,      // the double opt-in was answered
  kWithdraw,     // consent taken back (GDPR 7(3))
  kObject,       // objection (GDPR 21)
  kOptout,       // opt-out under an opt-out law, or by link
  kSuppress,     // on a suppression list
  kComplaint,    // spam complaint
  kBounce,       // the address is dead
  kRefuseCall,   // "do not call again", said in a call
  kRestrict,     // restriction of processing (GDPR 18)
  kUnrestrict,   // restriction lifted
  kErase,        // erased (GDPR 17)
};

// The ways to reach a person. kAny is asked only together with Purpose::kSaleShare.
enum class Channel : uint8_t { kUnknown = 0, kEmail, kSms, kPhone, kRobocall, kPost, kAny };

// What for. The first four are always-purposes, outside the tree; newsletter to survey are children
// of marketing; marketing to pension are direct marketing.
enum class Purpose : uint8_t {
  kUnknown = 0,
  kService,
  kRightsResponse,
  kBreachNotice,
  kDoiConfirmation,
  kMarketing,
  kNewsletter,
  kEvents,
  kOffers,
  kSurvey,
  kReconsent,
  kCharity,
  kClaimsManagement,
  kPension,
  kProfiling,
  kSaleShare,
};

// Sets of channels and purposes, one bit a value. 0 = the dimension is not named. A name that is
// not in the vocabulary is bit 0 (kUnknown): the dimension is then named and matches nothing.
using ChannelSet = uint16_t;
using PurposeSet = uint32_t;
constexpr ChannelSet Bit(Channel c) { return static_cast<ChannelSet>(1u << static_cast<int>(c)); }
constexpr PurposeSet Bit(Purpose p) { return PurposeSet{1} << static_cast<int>(p); }

// A person or a point, named by one number that is never 0. 0 names nobody: in an entry, "the
// person asked about" or "no particular point".
struct PartyId {
  uint64_t value = 0;

  // The name of a record. Distinct records have distinct names; rows lie below 2^47.
  static constexpr PartyId Of(RecordRef ref) {
    if (ref.none()) return {};
    return {(uint64_t{ref.type} + 1) << 47 | static_cast<uint64_t>(ref.row)};
  }
  // The record named, none() when the id is 0. Only for ids that come from Of().
  constexpr RecordRef ref() const {
    if (value == 0) return {};
    return {static_cast<TypeId>((value >> 47) - 1),
            static_cast<Row>(value & ((uint64_t{1} << 47) - 1))};
  }
  constexpr bool none() const { return value == 0; }

  friend constexpr auto operator<=>(PartyId, PartyId) = default;
};

// What an entry speaks about. A dimension that names nothing means "any".
struct ConsentScope {
  ChannelSet channels = 0;
  PurposeSet purposes = 0;
  std::vector<std::string> topics{};  // "events"; the host's own words, compared byte by byte
  std::vector<std::string>
      controllers{};  // named legal persons; "self" is the owner of the database

  friend bool operator==(const ConsentScope&, const ConsentScope&) = default;
};

// Where a positive entry comes from.
enum class ConsentSource : uint8_t { kNone = 0, kWeb, kCall, kPaper, kImport, kAgent, kOther };

// How a double opt-in held in one entry was confirmed.
enum class DoubleOptIn : uint8_t { kNone = 0, kEmail, kSms };

// The proof kept with an entry (GDPR 7(1)). `text` names the words shown: their hash, or the id of
// a recording. Booleans that are false were not so, or are not known to have been so.
struct ConsentEvidence {
  ConsentSource source = ConsentSource::kNone;
  DoubleOptIn doi = DoubleOptIn::kNone;
  bool written = false;        // signed, on paper or electronically
  bool parental = false;       // authorised by a holder of parental responsibility (GDPR 8)
  bool preticked = false;      // the box was ticked beforehand: invalid (Planet49)
  bool bundled = false;        // tied to other terms: invalid (GDPR 7(2), 7(4))
  bool outside_hours = false;  // express consent to calls outside the legal hours
  bool informed_of_signal =
      false;        // told that a privacy signal was set, and consented all the same
  bool iss = true;  // given to an information society service (GDPR 8)
  std::string text;
  std::string form_version;
  std::string language;   // BCP 47, of the words shown
  std::string reference;  // page, call or file in which it was given; batch of an import

  friend bool operator==(const ConsentEvidence&, const ConsentEvidence&) = default;
};

// One line of the ledger.
struct ConsentEntry {
  Seq seq = 0;  // its place in the ledger; named by decisions
  ConsentEvent event = ConsentEvent::kUnknown;
  Timestamp at;
  Timestamp recorded_at;
  PartyId person;  // none: the subject asked about
  PartyId point;   // none: every point of the person
  ConsentScope scope;
  Timestamp effective_from = Timestamp::kMin;  // a positive entry counts in [from, expires_at)
  Timestamp expires_at = Timestamp::kMax;
  ConsentEvidence evidence;

  friend bool operator==(const ConsentEntry&, const ConsentEntry&) = default;
};

// What makes an entry unfit for the ledger, in words; empty when it is fit. An entry names somebody
// and says something; what is positive names its person, its channel and its purpose (for the sale
// of data the purpose is enough), because a grant never widens; what restricts or erases names its
// person, because only negatives may speak of an address alone.
inline std::string_view WhatIsWrong(const ConsentEntry& e) {
  if (e.event == ConsentEvent::kUnknown) return "a consent entry needs an event";
  if (e.person.none() && e.point.none()) return "a consent entry names a person or a point";
  const bool positive = e.event == ConsentEvent::kGrant || e.event == ConsentEvent::kRequest ||
                        e.event == ConsentEvent::kConfirm;
  if ((positive || e.event >= ConsentEvent::kRestrict) && e.person.none()) {
    return "this consent entry needs a person";
  }
  if (!positive) return {};
  constexpr PurposeSet kNamed = ~Bit(Purpose::kUnknown);
  if ((e.scope.purposes & kNamed) == 0) return "a grant names its purpose";
  const bool sale_only = (e.scope.purposes & kNamed) == Bit(Purpose::kSaleShare);
  constexpr auto kChannels = static_cast<ChannelSet>(~Bit(Channel::kUnknown));
  if ((e.scope.channels & kChannels) == 0 && !sale_only) return "a grant names its channel";
  if (e.expires_at <= e.effective_from) return "a grant ends after it begins";
  return {};
}

}  // namespace relata

#endif  // RELATA_MODEL_CONSENT_ENTRY_H_
