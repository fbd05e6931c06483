// SPDX-License-Identifier: Apache-2.0
//
// The words of consent law that decisions use: outcomes, lawful bases, jurisdictions, relations,
// registers. Each list is closed; a word outside it is kUnknown and never loosens an answer. Names
// are the stable texts used in JSON, rule packs and explanations; the numbers are stable too.
//
// Channels, purposes and events are declared with the ledger entry (model/consent_entry.h); their
// texts are here. Everything is constexpr and pure.

#ifndef RELATA_CONSENT_VOCABULARY_H_
#define RELATA_CONSENT_VOCABULARY_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "relata/model/consent_entry.h"

namespace relata {

// The answer. Deny is zero, so a zeroed decision never sends. kNeedsEvidence: the law may allow it
// but the ledger cannot prove it; do not send, tell a person what is missing.
enum class Outcome : uint8_t { kDeny = 0, kNeedsEvidence, kAllow };

// Why processing is lawful. Only an allow carries one.
enum class Basis : uint8_t {
  kNone = 0,
  kConsent,
  kSoftOptIn,
  kLegitimateInterest,
  kContract,
  kPreContractual,
  kLegalObligation,
  kOptOutRegime,
  kPresumedConsent,
  kImpliedConsent,
  kExistingRelationship,
};

// Whose law: the recipient's habitual residence. kEu stands for member states without rules of
// their own; ES to AT are EU with their own age of digital consent (GDPR 8(1)). kUnknown means
// that every pack is evaluated and the strictest answer given.
enum class Jurisdiction : uint8_t {
  kUnknown = 0,
  kFr,
  kDe,
  kUk,
  kEu,
  kUs,
  kUsCa,
  kCa,
  kEs,
  kIt,
  kIe,
  kNl,
  kBe,
  kAt,
};
inline constexpr size_t kJurisdictions = 14;

enum class Audience : uint8_t { kB2c = 0, kB2b };
enum class Sector : uint8_t { kNone = 0, kEnergyRenovation, kHomeAdaptation, kPress, kOther };

// How the person knows the controller.
enum class RelationKind : uint8_t {
  kUnknown = 0,
  kPurchase,
  kContract,
  kNegotiation,
  kInquiry,
  kFreeAccount,
  kDonation,
  kCharityInterest,
  kPublishedAddress,
};

// National registers of numbers that must not be called.
enum class Register : uint8_t { kUnknown = 0, kBloctel, kTps, kCtps, kUsDnc };

// What the person did. An open is not an act of the person (CNIL): images load by themselves.
enum class ActivityKind : uint8_t { kUnknown = 0, kClick, kOpen, kPurchase, kReply, kLogin };

// Whose address it is: a person's own, a person's at work, or nobody's (contact@).
enum class PointClass : uint8_t { kPersonal = 0, kProfessional, kGeneric };
// Who subscribes to the line (PECR reg. 2). Sole traders and partnerships are individuals.
enum class Subscriber : uint8_t { kIndividual = 0, kCorporate };

// A fact that may be unknown: nobody wrote down whether the customer was informed.
enum class Known : uint8_t { kUnknown = 0, kNo, kYes };
constexpr Known ToKnown(bool value) { return value ? Known::kYes : Known::kNo; }

// How well a positive entry is proven, from weakest to strongest.
enum class Grade : uint8_t { kNone = 0, kAsserted, kRecorded, kConfirmed, kSigned };

constexpr bool IsPositive(ConsentEvent e) {
  return e == ConsentEvent::kGrant || e == ConsentEvent::kConfirm;
}
// Sets of events, one bit a value.
using EventSet = uint16_t;
constexpr EventSet EventBit(ConsentEvent e) {
  return static_cast<EventSet>(1u << static_cast<int>(e));
}
// Events from `first` to `last`.
constexpr EventSet EventBits(ConsentEvent first, ConsentEvent last) {
  return static_cast<EventSet>((EventBit(last) << 1) - EventBit(first));
}

// Refusals of calls are negatives only where a rule says so; they are not counted here.
constexpr bool IsNegative(ConsentEvent e) {
  return e >= ConsentEvent::kWithdraw && e <= ConsentEvent::kBounce;
}
constexpr bool IsAlways(Purpose p) {
  return p >= Purpose::kService && p <= Purpose::kDoiConfirmation;
}
constexpr bool IsMarketingChild(Purpose p) {
  return p >= Purpose::kNewsletter && p <= Purpose::kSurvey;
}
constexpr bool IsDirectMarketing(Purpose p) {
  return p >= Purpose::kMarketing && p <= Purpose::kPension;
}

namespace internal {

// Names by number. The position of a name is the number of its value.
inline constexpr std::string_view kOutcomeNames[] = {"deny", "needs_evidence", "allow"};
inline constexpr std::string_view kBasisNames[] = {"none",
                                                   "consent",
                                                   "soft_opt_in",
                                                   "legitimate_interest",
                                                   "contract",
                                                   "pre_contractual",
                                                   "legal_obligation",
                                                   "opt_out_regime",
                                                   "presumed_consent",
                                                   "implied_consent",
                                                   "existing_relationship"};
inline constexpr std::string_view kJurisdictionNames[] = {
    "unknown", "FR", "DE", "UK", "EU", "US", "US-CA", "CA", "ES", "IT", "IE", "NL", "BE", "AT"};
inline constexpr std::string_view kAudienceNames[] = {"b2c", "b2b"};
inline constexpr std::string_view kSectorNames[] = {"none", "energy_renovation", "home_adaptation",
                                                    "press", "other"};
inline constexpr std::string_view kRelationNames[] = {
    "unknown",      "purchase", "contract",         "negotiation",      "inquiry",
    "free_account", "donation", "charity_interest", "published_address"};
inline constexpr std::string_view kRegisterNames[] = {"unknown", "bloctel", "TPS", "CTPS",
                                                      "US-DNC"};
inline constexpr std::string_view kActivityNames[] = {"unknown",  "click", "open",
                                                      "purchase", "reply", "login"};
inline constexpr std::string_view kPointClassNames[] = {"personal", "professional", "generic"};
inline constexpr std::string_view kSubscriberNames[] = {"individual", "corporate"};
inline constexpr std::string_view kGradeNames[] = {"none", "asserted", "recorded", "confirmed",
                                                   "signed"};
inline constexpr std::string_view kChannelNames[] = {"unknown",  "email", "sms", "phone",
                                                     "robocall", "post",  "any"};
inline constexpr std::string_view kPurposeNames[] = {"unknown",
                                                     "service",
                                                     "rights_response",
                                                     "breach_notice",
                                                     "doi_confirmation",
                                                     "marketing",
                                                     "newsletter",
                                                     "events",
                                                     "offers",
                                                     "survey",
                                                     "reconsent",
                                                     "charity",
                                                     "claims_management",
                                                     "pension",
                                                     "profiling",
                                                     "sale_share"};
inline constexpr std::string_view kEventNames[] = {
    "unknown",  "grant",     "request", "confirm",     "withdraw", "object",     "optout",
    "suppress", "complaint", "bounce",  "refuse_call", "restrict", "unrestrict", "erase"};
inline constexpr std::string_view kSourceNames[] = {"none",   "web",   "call", "paper",
                                                    "import", "agent", "other"};
inline constexpr std::string_view kDoubleOptInNames[] = {"none", "email", "sms"};

template <class E, size_t N>
constexpr std::string_view NameIn(const std::string_view (&names)[N], E value) {
  return static_cast<size_t>(value) < N ? names[static_cast<size_t>(value)] : names[0];
}

// Sets `out` to the value called `name`; false and no change when there is none.
template <class E, size_t N>
constexpr bool ParseIn(const std::string_view (&names)[N], std::string_view name, E* out) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) {
      *out = static_cast<E>(i);
      return true;
    }
  }
  return false;
}

}  // namespace internal

// The text of a value ("needs_evidence", "US-CA"). A number outside the list reads as value 0.
constexpr std::string_view Name(Outcome v) { return internal::NameIn(internal::kOutcomeNames, v); }
constexpr std::string_view Name(Basis v) { return internal::NameIn(internal::kBasisNames, v); }
constexpr std::string_view Name(Jurisdiction v) {
  return internal::NameIn(internal::kJurisdictionNames, v);
}
constexpr std::string_view Name(Channel v) { return internal::NameIn(internal::kChannelNames, v); }
constexpr std::string_view Name(Purpose v) { return internal::NameIn(internal::kPurposeNames, v); }
constexpr std::string_view Name(ConsentEvent v) {
  return internal::NameIn(internal::kEventNames, v);
}
constexpr std::string_view Name(ConsentSource v) {
  return internal::NameIn(internal::kSourceNames, v);
}
constexpr std::string_view Name(DoubleOptIn v) {
  return internal::NameIn(internal::kDoubleOptInNames, v);
}
constexpr std::string_view Name(RelationKind v) {
  return internal::NameIn(internal::kRelationNames, v);
}
constexpr std::string_view Name(Register v) {
  return internal::NameIn(internal::kRegisterNames, v);
}
constexpr std::string_view Name(Grade v) { return internal::NameIn(internal::kGradeNames, v); }

// The value called `name`, kUnknown when there is none: an unknown channel or purpose is denied,
// an unknown event says nothing.
constexpr Channel ParseChannel(std::string_view name) {
  Channel out = Channel::kUnknown;
  internal::ParseIn(internal::kChannelNames, name, &out);
  return out;
}
constexpr Purpose ParsePurpose(std::string_view name) {
  Purpose out = Purpose::kUnknown;
  internal::ParseIn(internal::kPurposeNames, name, &out);
  return out;
}
constexpr ConsentEvent ParseConsentEvent(std::string_view name) {
  ConsentEvent out = ConsentEvent::kUnknown;
  internal::ParseIn(internal::kEventNames, name, &out);
  return out;
}
// Also "GB" for UK, the other member states for EU, and the other states and provinces for US and
// CA ("US-TX", "CA-QC"). Anything else is kUnknown.
constexpr Jurisdiction ParseJurisdiction(std::string_view name) {
  Jurisdiction out = Jurisdiction::kUnknown;
  if (internal::ParseIn(internal::kJurisdictionNames, name, &out)) return out;
  if (name == "GB") return Jurisdiction::kUk;
  if (name.substr(0, 3) == "US-") return Jurisdiction::kUs;
  if (name.substr(0, 3) == "CA-") return Jurisdiction::kCa;
  constexpr std::string_view kMembers[] = {"BG", "HR", "CY", "CZ", "DK", "EE", "FI",
                                           "GR", "HU", "LV", "LT", "LU", "MT", "PL",
                                           "PT", "RO", "SK", "SI", "SE"};
  for (std::string_view member : kMembers) {
    if (name == member) return Jurisdiction::kEu;
  }
  return out;
}

}  // namespace relata

#endif  // RELATA_CONSENT_VOCABULARY_H_
