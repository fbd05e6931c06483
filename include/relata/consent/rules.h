// SPDX-License-Identifier: Apache-2.0
//
// The rules a decision can name.
//
// Every answer gives the one rule that settled it. A rule is named by a stable text
// ("FR.PHONE.HOURS") that people, logs and other systems keep, and by a stable number that
// decisions carry. What a rule says, from when to when it is in force and which article it rests on
// are data: rows of a rule pack (consent/rule_pack.h), with its sentences in English and French.
//
// Numbers are only ever added at the end. All of it is constexpr and pure.

#ifndef RELATA_CONSENT_RULES_H_
#define RELATA_CONSENT_RULES_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "relata/consent/vocabulary.h"

namespace relata {

// 0 is the answer of a zeroed decision: nothing allows it.
enum class Rule : uint16_t {
  kNoBasis = 0,
  kConsentOk = 1,
  kSoftOptInOk = 2,
  kLiOk = 3,
  kServiceOk = 4,
  kDoiConfirmationOk = 5,
  kFrB2bOptoutOk = 6,
  kFrB2bGeneric = 7,
  kFrPhoneContractOk = 8,
  kFrPhonePressOk = 9,
  kDePhonePresumedOk = 10,
  kUkCorporateOk = 11,
  kUkCharityOk = 12,
  kUsEbrOk = 13,
  kOptOutRegime = 14,
  kCaEbrOk = 15,
  kCaInquiryOk = 16,
  kCaPublishedOk = 17,
  kConsentUnproven = 18,
  kConsentPendingDoi = 19,
  kConsentFutureDated = 20,
  kConsentMinor = 21,
  kConsentDormant = 22,
  kSoftOptInUnproven = 23,
  kSoftOptInFreeAccount = 24,
  kNoticeMissing = 25,
  kDeDoiProof = 26,
  kDePhoneDoiEmail = 27,
  kDePhonePresumedUnproven = 28,
  kUsPewc = 29,
  kEuPhoneNational = 30,
  kTzUnknown = 31,
  kDeceased = 32,
  kRestricted = 33,
  kErased = 34,
  kBounce = 35,
  kComplaint = 36,
  kSuppressed = 37,
  kWithdrawn = 38,
  kObjection = 39,
  kOptoutRequest = 40,
  kGpc = 41,
  kMergeMostRestrictive = 42,
  kBloctel = 43,
  kTps = 44,
  kCtps = 45,
  kUsDnc = 46,
  kConsentInvalid = 47,
  kConsentExpired = 48,
  kConsentNotYetEffective = 49,
  kSoftOptInNotSimilar = 50,
  kSoftOptInNoOptout = 51,
  kFrB2bNotJobRelated = 52,
  kFrSectorBan = 53,
  kUkPhoneConsentOnly = 54,
  kUsCaMinor = 55,
  kCaExpired = 56,
  kCaPublishedRefused = 57,
  kCaPublishedNotRelevant = 58,
  kInactive = 59,
  kNoOptout = 60,
  kDoiNoRequest = 61,
  kDoiAlreadySent = 62,
  kFrPhoneHours = 63,
  kFrPhoneRefusal = 64,
  kFrPhoneFrequency = 65,
  kUsHours = 66,
  kQuietHours = 67,
  kFrequencyCap = 68,
};
inline constexpr size_t kRules = 69;

namespace internal {

struct RuleName {
  std::string_view id;
  Outcome outcome;
};

// By number. The outcome is what the rule answers by itself; NOTICE.MISSING denies where the notice
// is known to be missing, TIMING.TZ_UNKNOWN where the policy says so.
inline constexpr RuleName kRuleNames[] = {
    {"DEFAULT.NO_BASIS", Outcome::kDeny},
    {"CONSENT.OK", Outcome::kAllow},
    {"SOFT_OPT_IN.OK", Outcome::kAllow},
    {"LI.OK", Outcome::kAllow},
    {"SERVICE.OK", Outcome::kAllow},
    {"DOI.CONFIRMATION.OK", Outcome::kAllow},
    {"FR.B2B.OPTOUT.OK", Outcome::kAllow},
    {"FR.B2B.GENERIC", Outcome::kAllow},
    {"FR.PHONE.CONTRACT.OK", Outcome::kAllow},
    {"FR.PHONE.PRESS.OK", Outcome::kAllow},
    {"DE.PHONE.PRESUMED.OK", Outcome::kAllow},
    {"UK.CORPORATE.OK", Outcome::kAllow},
    {"UK.CHARITY_SOFT_OPT_IN.OK", Outcome::kAllow},
    {"US.EBR.OK", Outcome::kAllow},
    {"DEFAULT.OPT_OUT_REGIME", Outcome::kAllow},
    {"CA.IMPLIED.EBR.OK", Outcome::kAllow},
    {"CA.IMPLIED.INQUIRY.OK", Outcome::kAllow},
    {"CA.PUBLISHED.OK", Outcome::kAllow},
    {"CONSENT.UNPROVEN", Outcome::kNeedsEvidence},
    {"CONSENT.PENDING_DOI", Outcome::kNeedsEvidence},
    {"CONSENT.FUTURE_DATED", Outcome::kNeedsEvidence},
    {"CONSENT.MINOR", Outcome::kNeedsEvidence},
    {"CONSENT.DORMANT", Outcome::kNeedsEvidence},
    {"SOFT_OPT_IN.UNPROVEN", Outcome::kNeedsEvidence},
    {"SOFT_OPT_IN.FREE_ACCOUNT", Outcome::kNeedsEvidence},
    {"NOTICE.MISSING", Outcome::kNeedsEvidence},
    {"DE.DOI.PROOF", Outcome::kNeedsEvidence},
    {"DE.PHONE.DOI_EMAIL_NOT_PROOF", Outcome::kNeedsEvidence},
    {"DE.PHONE.PRESUMED_UNPROVEN", Outcome::kNeedsEvidence},
    {"US.TCPA.PEWC", Outcome::kNeedsEvidence},
    {"EU.PHONE.NATIONAL_CHOICE", Outcome::kNeedsEvidence},
    {"TIMING.TZ_UNKNOWN", Outcome::kNeedsEvidence},
    {"SUBJECT.DECEASED", Outcome::kDeny},
    {"SUBJECT.RESTRICTED", Outcome::kDeny},
    {"SUBJECT.ERASED", Outcome::kDeny},
    {"SUPPRESS.BOUNCE", Outcome::kDeny},
    {"SUPPRESS.COMPLAINT", Outcome::kDeny},
    {"SUPPRESS.LIST", Outcome::kDeny},
    {"CONSENT.WITHDRAWN", Outcome::kDeny},
    {"OBJECTION.ART21", Outcome::kDeny},
    {"OPTOUT.REQUEST", Outcome::kDeny},
    {"OPTOUT.GPC", Outcome::kDeny},
    {"MERGE.MOST_RESTRICTIVE", Outcome::kDeny},
    {"REGISTER.BLOCTEL", Outcome::kDeny},
    {"REGISTER.TPS", Outcome::kDeny},
    {"REGISTER.CTPS", Outcome::kDeny},
    {"REGISTER.US_DNC", Outcome::kDeny},
    {"CONSENT.INVALID", Outcome::kDeny},
    {"CONSENT.EXPIRED", Outcome::kDeny},
    {"CONSENT.NOT_YET_EFFECTIVE", Outcome::kDeny},
    {"SOFT_OPT_IN.NOT_SIMILAR", Outcome::kDeny},
    {"SOFT_OPT_IN.NO_OPTOUT_AT_COLLECTION", Outcome::kDeny},
    {"FR.B2B.NOT_JOB_RELATED", Outcome::kDeny},
    {"FR.SECTOR_BAN", Outcome::kDeny},
    {"UK.PHONE.CONSENT_ONLY", Outcome::kDeny},
    {"US_CA.MINOR_OPTIN", Outcome::kDeny},
    {"CA.IMPLIED.EXPIRED", Outcome::kDeny},
    {"CA.PUBLISHED.REFUSED", Outcome::kDeny},
    {"CA.PUBLISHED.NOT_RELEVANT", Outcome::kDeny},
    {"RETENTION.INACTIVE_3Y", Outcome::kDeny},
    {"MESSAGE.NO_OPTOUT", Outcome::kDeny},
    {"DOI.NO_REQUEST", Outcome::kDeny},
    {"DOI.ALREADY_SENT", Outcome::kDeny},
    {"FR.PHONE.HOURS", Outcome::kDeny},
    {"FR.PHONE.REFUSAL_60D", Outcome::kDeny},
    {"FR.PHONE.FREQ_4_PER_30D", Outcome::kDeny},
    {"US.TCPA.HOURS", Outcome::kDeny},
    {"POLICY.QUIET_HOURS", Outcome::kDeny},
    {"POLICY.FREQ_CAP", Outcome::kDeny},
};
static_assert(std::size(kRuleNames) == kRules);

}  // namespace internal

// The stable text of a rule; a number outside the list reads as DEFAULT.NO_BASIS.
constexpr std::string_view Name(Rule rule) {
  const size_t i = static_cast<size_t>(rule);
  return internal::kRuleNames[i < kRules ? i : 0].id;
}

// What the rule answers by itself.
constexpr Outcome OutcomeOf(Rule rule) {
  const size_t i = static_cast<size_t>(rule);
  return internal::kRuleNames[i < kRules ? i : 0].outcome;
}

// The rule called `id`, or nothing.
constexpr std::optional<Rule> ParseRule(std::string_view id) {
  for (size_t i = 0; i < kRules; ++i) {
    if (internal::kRuleNames[i].id == id) return static_cast<Rule>(i);
  }
  return std::nullopt;
}

}  // namespace relata

#endif  // RELATA_CONSENT_RULES_H_
