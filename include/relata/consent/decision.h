// SPDX-License-Identifier: Apache-2.0
//
// The answer to a question of contact, and the trail that led to it.
//
// A Decision is a small value without allocation. Zeroed, it is a deny. It names the rule that
// settled the question, the lawful basis when it allows, the ledger entries that decided, the
// version of the rules, and, for a rule of time, when to ask again. It holds no personal data, so
// it can be logged and counted.
//
// A Trace, when one is given, receives every rule tried with its verdict; Explain (explanation.h)
// turns it into sentences.

#ifndef RELATA_CONSENT_DECISION_H_
#define RELATA_CONSENT_DECISION_H_

#include <array>
#include <vector>

#include "relata/consent/policy.h"
#include "relata/consent/rules.h"

namespace relata {

struct Decision {
  Outcome outcome = Outcome::kDeny;
  Basis basis = Basis::kNone;  // only with kAllow
  Rule rule = Rule::kNoBasis;
  Jurisdiction jurisdiction = Jurisdiction::kUnknown;  // whose rule it was
  uint8_t matched_count = 0;
  uint32_t pack_version = 0;     // 202611 is "2026.11"
  FlagSet loosened = 0;          // flags looser than the pack's, without which it would be stricter
  Timestamp retry_at{};          // when this rule stops blocking; 0: not said
  std::array<Seq, 4> matched{};  // ledger entries that decided, most important first

  constexpr bool allowed() const { return outcome == Outcome::kAllow; }
  constexpr bool has_retry() const { return retry_at.micros != 0; }
  // Names an entry that decided; entries past the fourth are left to the explanation.
  constexpr void Match(Seq seq) {
    if (seq != 0 && matched_count < matched.size()) matched[matched_count++] = seq;
  }

  friend constexpr bool operator==(const Decision&, const Decision&) = default;
};

// What became of one rule on the way.
enum class Verdict : uint8_t { kPassed = 0, kAllows, kAsks, kDenies };

struct TraceStep {
  Rule rule = Rule::kNoBasis;
  Verdict verdict = Verdict::kPassed;
  Jurisdiction jurisdiction = Jurisdiction::kUnknown;
  Seq seq = 0;  // the entry the rule was tried on; 0: none

  friend bool operator==(const TraceStep&, const TraceStep&) = default;
};

// Every rule tried, in order. Single-thread.
struct Trace {
  std::vector<TraceStep> steps;
};

constexpr Verdict ToVerdict(Outcome outcome) {
  return outcome == Outcome::kAllow           ? Verdict::kAllows
         : outcome == Outcome::kNeedsEvidence ? Verdict::kAsks
                                              : Verdict::kDenies;
}

}  // namespace relata

#endif  // RELATA_CONSENT_DECISION_H_
