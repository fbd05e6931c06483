// SPDX-License-Identifier: Apache-2.0
//
// The choices a deployment makes where the law leaves room.
//
// Two kinds. House rules (quiet hours, frequency cap, dormancy) only ever delay or ask; they are
// off by default. Flags settle interpretations: each has the default of the rule packs, which is
// the careful reading. A flag may be set stricter freely; a looser value is named by every decision
// it changes (Decision::loosened).
//
// Plain values, compared and copied freely.

#ifndef RELATA_CONSENT_POLICY_H_
#define RELATA_CONSENT_POLICY_H_

#include <cstdint>
#include <string_view>

#include "relata/consent/vocabulary.h"

namespace relata {

enum class MergePolicy : uint8_t { kMostRestrictive = 0, kLatestWins };
enum class ImportLifts : uint8_t { kNever = 0, kWithText };
enum class FreeAccount : uint8_t { kAsk = 0, kAllow, kIgnore };
enum class RefusalPause : uint8_t { kLocalDays = 0, kHours };
enum class CapWindow : uint8_t { kHours = 0, kCalendarDays };
enum class UnknownZone : uint8_t { kNeedsEvidence = 0, kDeny };
enum class SeveralJurisdictions : uint8_t { kStrictest = 0, kFirst };

// No contact in [from, to) of the recipient's local time, seconds of the day; wraps midnight when
// `to` lies before `from`. Off while they are equal. No channels named: all of them.
struct QuietHours {
  int32_t from = 0;
  int32_t to = 0;
  ChannelSet channels = 0;

  constexpr bool on() const { return from != to; }
  friend constexpr bool operator==(const QuietHours&, const QuietHours&) = default;
};

// At most `max` attempts on the channel in any `days` x 24 hours. Off while `days` is 0. kUnknown:
// every channel, each counted alone.
struct FrequencyCap {
  Channel channel = Channel::kUnknown;
  int32_t max = 0;
  int32_t days = 0;

  constexpr bool on() const { return days > 0; }
  friend constexpr bool operator==(const FrequencyCap&, const FrequencyCap&) = default;
};

struct Policy {
  int64_t skew_s = 300;        // clocks differ: a grant this close after a negative loses
  int32_t doi_ttl_days = 30;   // a double opt-in lives this long
  int32_t doi_max = 1;         // confirmation messages per request
  int32_t dormant_months = 0;  // 0: consent does not lapse by disuse
  QuietHours quiet_hours;
  FrequencyCap freq_cap;

  int32_t fr_phone_consent_months = 12;  // 0: no limit
  // Refusals of calls are withdrawals for questions from this instant on; kMax: never.
  Timestamp fr_refusal_is_withdrawal = Timestamp::kMax;
  RefusalPause fr_refusal_pause = RefusalPause::kLocalDays;
  CapWindow fr_cap_window = CapWindow::kHours;
  bool fr_press_exception = true;
  FreeAccount fr_free_account = FreeAccount::kAsk;
  int32_t fr_inactive_months = 36;  // 0: no limit
  bool de_web_doi_required = true;
  bool de_presumed_b2b = true;
  bool us_sms_written = true;
  bool us_sms_hours = true;
  // A STOP by text message revokes calls too for questions from this instant on; kMax: never.
  Timestamp us_revoke_all = Timestamp::kMax;
  MergePolicy merge_policy = MergePolicy::kMostRestrictive;
  bool restrict_blocks_service = true;
  bool complaint_needs_doi = true;
  ImportLifts import_lifts = ImportLifts::kNever;
  bool erasure_keeps_hash = true;
  bool minor_stays_unproven = true;
  UnknownZone tz_unknown = UnknownZone::kNeedsEvidence;
  SeveralJurisdictions multi_jurisdiction = SeveralJurisdictions::kStrictest;

  friend constexpr bool operator==(const Policy&, const Policy&) = default;
};

// The flags of a policy, as bits of Decision::loosened.
enum class Flag : uint8_t {
  kSkew = 0,
  kDoiTtlDays,
  kDoiMax,
  kFrPhoneConsentMonths,
  kFrRefusalIsWithdrawal,
  kFrRefusalPause,
  kFrCapWindow,
  kFrPressException,
  kFrFreeAccount,
  kFrInactiveMonths,
  kDeWebDoiRequired,
  kDePresumedB2b,
  kUsSmsWritten,
  kUsSmsHours,
  kUsRevokeAll,
  kMergePolicy,
  kRestrictBlocksService,
  kComplaintNeedsDoi,
  kImportLifts,
  kErasureKeepsHash,
  kMinorStaysUnproven,
  kTzUnknown,
  kMultiJurisdiction,
};
inline constexpr std::string_view kFlagNames[] = {
    "skew_s",
    "doi_ttl_days",
    "doi_max",
    "fr_phone_consent_months",
    "fr_refusal_is_withdrawal",
    "fr_refusal_pause",
    "fr_cap_window",
    "fr_press_exception",
    "fr_free_account",
    "fr_inactive_months",
    "de_web_doi_required",
    "de_presumed_b2b",
    "us_sms_written",
    "us_sms_hours",
    "us_revoke_all",
    "merge_policy",
    "restrict_blocks_service",
    "complaint_needs_doi",
    "import_lifts",
    "erasure_keeps_hash",
    "minor_stays_unproven",
    "tz_unknown",
    "multi_jurisdiction",
};
constexpr std::string_view Name(Flag flag) { return kFlagNames[static_cast<size_t>(flag)]; }
using FlagSet = uint32_t;
constexpr FlagSet Bit(Flag flag) { return FlagSet{1} << static_cast<int>(flag); }

// The flags whose value in `policy` is looser than in `standard`. A number of months or days is
// looser when it is larger or 0 (no limit); the skew and the cap of messages when more may pass.
constexpr FlagSet LooserFlags(const Policy& policy, const Policy& standard) {
  FlagSet out = 0;
  const auto when = [&out](bool looser, Flag flag) {
    if (looser) out |= Bit(flag);
  };
  const auto longer = [](int32_t a, int32_t b) { return a != b && (a <= 0 || (b > 0 && a > b)); };
  when(policy.skew_s != standard.skew_s, Flag::kSkew);
  when(policy.doi_ttl_days > standard.doi_ttl_days, Flag::kDoiTtlDays);
  when(policy.doi_max > standard.doi_max, Flag::kDoiMax);
  when(longer(policy.fr_phone_consent_months, standard.fr_phone_consent_months),
       Flag::kFrPhoneConsentMonths);
  when(policy.fr_refusal_is_withdrawal > standard.fr_refusal_is_withdrawal,
       Flag::kFrRefusalIsWithdrawal);
  when(policy.fr_refusal_pause > standard.fr_refusal_pause, Flag::kFrRefusalPause);
  when(policy.fr_cap_window > standard.fr_cap_window, Flag::kFrCapWindow);
  when(policy.fr_press_exception && !standard.fr_press_exception, Flag::kFrPressException);
  when(policy.fr_free_account == FreeAccount::kAllow &&
           standard.fr_free_account != FreeAccount::kAllow,
       Flag::kFrFreeAccount);
  when(longer(policy.fr_inactive_months, standard.fr_inactive_months), Flag::kFrInactiveMonths);
  when(!policy.de_web_doi_required && standard.de_web_doi_required, Flag::kDeWebDoiRequired);
  when(policy.de_presumed_b2b && !standard.de_presumed_b2b, Flag::kDePresumedB2b);
  when(!policy.us_sms_written && standard.us_sms_written, Flag::kUsSmsWritten);
  when(!policy.us_sms_hours && standard.us_sms_hours, Flag::kUsSmsHours);
  when(policy.us_revoke_all > standard.us_revoke_all, Flag::kUsRevokeAll);
  when(policy.merge_policy > standard.merge_policy, Flag::kMergePolicy);
  when(!policy.restrict_blocks_service && standard.restrict_blocks_service,
       Flag::kRestrictBlocksService);
  when(!policy.complaint_needs_doi && standard.complaint_needs_doi, Flag::kComplaintNeedsDoi);
  when(policy.import_lifts > standard.import_lifts, Flag::kImportLifts);
  when(!policy.erasure_keeps_hash && standard.erasure_keeps_hash, Flag::kErasureKeepsHash);
  when(!policy.minor_stays_unproven && standard.minor_stays_unproven, Flag::kMinorStaysUnproven);
  when(policy.tz_unknown < standard.tz_unknown, Flag::kTzUnknown);
  when(policy.multi_jurisdiction > standard.multi_jurisdiction, Flag::kMultiJurisdiction);
  return out;
}

}  // namespace relata

#endif  // RELATA_CONSENT_POLICY_H_
