// SPDX-License-Identifier: Apache-2.0
//
// The law as data: which rule holds where, for whom, from when to when, on which article.
//
// A RulePack holds, for every jurisdiction, rows in the order in which they are tried. A row says
// which rule it is, for which channels, purposes and audience, in which interval it is in force,
// and what it looks at: a Condition, relations, a register, hours of the day. A new date, a new
// cap, a stricter state is a new row, not new code. Packs are text (the format is in rule_pack.cc
// and by example in packs.cc); the library carries the packs of EU, FR, DE, UK, US, US-CA, CA, and
// a host may replace or amend any of them.
//
//   absl::StatusOr<RulePack> pack = RulePack::Standard();
//   absl::StatusOr<RulePack> ours = RulePack::Parse(
//       {kStandardPacks, kStandardMessages, "amend FR 2027.1 Europe/Paris\nenable fr-reunion\n"});
//
// Immutable once made; safe to share between threads.

#ifndef RELATA_CONSENT_RULE_PACK_H_
#define RELATA_CONSENT_RULE_PACK_H_

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/consent/calling_hours.h"
#include "relata/consent/policy.h"
#include "relata/consent/rules.h"

namespace relata {

// What a row is for, in the order of evaluation.
enum class RowKind : uint8_t {
  kRule = 0,   // citation of a rule that needs no data
  kRefusal,    // refused calls count as withdrawals
  kStop,       // a STOP by text message reaches other channels
  kRegister,   // a register that forbids
  kEbr,        // a relation that lifts the register
  kBan,        // a sector that must not be promoted
  kBasis,      // a basis other than consent
  kCheck,      // a demand on consent of this jurisdiction
  kRetention,  // inactive persons
  kHours,      // hours of the day
  kPause,      // silence after a refusal
  kCap,        // number of attempts
};
inline constexpr size_t kRowKinds = 12;

// What a row of kind kBasis (or kCheck) looks at.
enum class Condition : uint8_t {
  kAlways = 0,
  kSaleOptOut,            // adults: an opt-out regime; minors: opt-in
  kGenericPoint,          // contact@
  kInformedProfessional,  // a named person at work, informed, in line with the job
  kCorporateSubscriber,
  kCharitySupporter,
  kSoftOptIn,
  kRunningContract,
  kPress,
  kPresumedInterest,
  kWithinTerm,  // a relation younger than `amount` months
  kPublishedAddress,
  kRevokeAll,    // only from the date of the policy
  kMaxAge,       // consent: not older than the policy says
  kDoiNotEmail,  // consent: a click in an e-mail is no proof
  kWebNeedsDoi,  // consent: from the web only with double opt-in
  kWritten,      // consent: signed
  kMinimumAge,   // consent: of persons aged `amount` or more
};

// One row. Sets that are 0 mean "all"; `purposes` 0 means direct marketing for kBasis rows.
struct RuleRow {
  RowKind kind = RowKind::kRule;
  Condition when = Condition::kAlways;
  Basis basis = Basis::kNone;
  Register list = Register::kUnknown;
  Rule rule = Rule::kNoBasis;
  Rule otherwise = Rule::kNoBasis;  // noted when the condition fails for good (a term is over)
  ChannelSet channels = 0;
  uint8_t audiences = 0;
  uint8_t sectors = 0;
  uint16_t relations = 0;
  uint8_t lifted_by = 0;  // kLiftedByContract, kLiftedByPress, kLiftedByEbr
  PurposeSet purposes = 0;
  Timestamp from = Timestamp::kMin;
  Timestamp until = Timestamp::kMax;
  int32_t amount = 0;  // months of a term, attempts of a cap, years of an age
  int32_t days = 0;    // of a cap, a pause, a register's grace
  OpenHours hours;
  uint32_t version = 0;
  std::string citation;

  constexpr bool InForce(Timestamp at) const { return from <= at && at < until; }
  constexpr bool Covers(Channel channel, Audience audience) const {
    return (channels == 0 || (channels & Bit(channel)) != 0) &&
           (audiences == 0 || (audiences >> static_cast<int>(audience) & 1) != 0);
  }
};
inline constexpr uint8_t kLiftedByContract = 1;
inline constexpr uint8_t kLiftedByPress = 2;
inline constexpr uint8_t kLiftedByEbr = 4;

// The packs that the library carries: their rows, and the sentences of every rule.
extern const std::string_view kStandardPacks;
extern const std::string_view kStandardMessages;

class RulePack {
 public:
  // An empty pack: no row, so that nothing but consent allows anything.
  RulePack() = default;

  // Reads pack texts in order; later texts replace ("pack FR ...") or amend ("amend FR ...") what
  // earlier ones said. InvalidArgument names the line and what is wrong with it.
  static absl::StatusOr<RulePack> Parse(std::span<const std::string_view> texts);
  static absl::StatusOr<RulePack> Parse(std::initializer_list<std::string_view> texts) {
    return Parse(std::span(texts.begin(), texts.size()));
  }
  // The packs of the library. Internal when the machine has no time-zone database.
  static absl::StatusOr<RulePack> Standard() { return Parse({kStandardPacks, kStandardMessages}); }

  // The rows of a kind, in the order in which they are tried.
  std::span<const RuleRow> Rows(Jurisdiction j, RowKind kind) const {
    const Pack& pack = packs_[static_cast<size_t>(j) % kJurisdictions];
    const size_t k = static_cast<size_t>(kind);
    return std::span(pack.rows).subspan(pack.starts[k], pack.starts[k + 1] - pack.starts[k]);
  }

  // The jurisdictions that have a pack of their own: the candidates when none is known.
  std::span<const Jurisdiction> all() const { return all_; }

  // The same without those that would answer as an earlier one does: California differs from the
  // federal pack by the sale of data only. `born`: the person's age is known; `sale`: the question
  // is about sale or sharing of data.
  std::span<const Jurisdiction> Distinct(bool born, bool sale) const {
    return distinct_[(born ? 1u : 0u) + (sale ? 2u : 0u)];
  }

  // Version of a jurisdiction's pack, 0 when there is none; 202611 is "2026.11".
  uint32_t version(Jurisdiction j) const { return packs_[static_cast<size_t>(j)].version; }

  // Where the rule is written down: the citation of the jurisdiction's own row, else the common
  // one; empty when nobody gave one.
  std::string_view Citation(Rule rule, Jurisdiction j) const;
  // The same for one question: of the rows with this rule, the one that speaks of its channel and
  // audience and is in force at its instant.
  std::string_view Citation(Rule rule, Jurisdiction j, Channel channel, Audience audience,
                            Timestamp at) const;

  // The rule in one sentence, and what a person would have to supply (empty when nothing helps).
  std::string_view Message(Rule rule, Language language) const {
    return messages_[static_cast<size_t>(rule)].text[static_cast<size_t>(language)];
  }
  std::string_view Needed(Rule rule, Language language) const {
    return messages_[static_cast<size_t>(rule)].needed[static_cast<size_t>(language)];
  }

  // The defaults of every flag.
  const Policy& policy() const { return policy_; }

 private:
  friend class RulePackReader;

  struct Pack {
    std::vector<RuleRow> rows;  // ordered by kind
    std::array<size_t, kRowKinds + 1> starts{};
    uint32_t version = 0;
  };
  struct Messages {
    std::array<std::string, 2> text;
    std::array<std::string, 2> needed;
  };

  std::array<Pack, kJurisdictions> packs_;  // [0] holds what is common to all
  std::array<Messages, kRules> messages_;
  std::vector<Jurisdiction> all_;
  std::array<std::vector<Jurisdiction>, 4> distinct_;  // by what Distinct is asked
  Policy policy_;
};

// Sets the flag or house rule called `name` from its text: "on"/"off", a number, a date
// (2026-08-11, local midnight of the flag's place) or one of the flag's words; for quiet_hours
// "22:00-08:00" or "22:00-08:00 email,sms", for freq_cap "3/7" or "email 3/7" (messages / days).
// InvalidArgument for a name or value that does not exist.
absl::Status SetFlag(Policy* policy, std::string_view name, std::string_view value);

// "2026.11" of 202611.
std::string VersionText(uint32_t version);

}  // namespace relata

#endif  // RELATA_CONSENT_RULE_PACK_H_
