// SPDX-License-Identifier: Apache-2.0
//
// May we contact this person? The one call that answers.
//
//   Decision d = Decide(question, facts, pack);
//   if (d.allowed()) Send(); else if (d.has_retry()) Later(d.retry_at);
//
// The order of evaluation is fixed and the first stop wins: always-purposes (a service message or
// the answer to a request goes through whatever was refused), the state of the person, privacy
// signals, negatives, registers, bans, basis, retention, the message itself, and last the time of
// day. Where several laws may apply each is asked alone and the strictest answer given.
//
// Pure: no clock, no failure other than a deny, and no allocation on a compiled ledger. Safe to
// call from any thread on facts that nobody changes.

#ifndef RELATA_CONSENT_DECIDE_H_
#define RELATA_CONSENT_DECIDE_H_

#include "absl/container/inlined_vector.h"
#include "relata/consent/bases.h"
#include "relata/consent/negatives.h"
#include "relata/consent/prohibitions.h"
#include "relata/consent/timing.h"

namespace relata {
namespace internal {

inline Decision Denied(const Case& c, Rule rule, Seq seq = 0) {
  c.Say(rule, Verdict::kDenies, seq);
  Decision d{.outcome = Outcome::kDeny, .rule = rule};
  d.Match(seq);
  return d;
}

// Service, answers to requests, breach notices, the double opt-in message: stopped by a dead
// address, and, the last two apart, by restriction and erasure; by nothing else.
inline Decision DecideAlways(Case c) {
  const bool bounces = c.May(EventBit(ConsentEvent::kBounce));
  for (const LedgerLine& e : bounces ? c.ledger : std::span<const LedgerLine>()) {
    if (e.event == ConsentEvent::kBounce && NegativeSpeaks(c, e)) {
      return Denied(c, Rule::kBounce, e.seq);
    }
  }
  const Purpose purpose = c.q.purpose;
  if (purpose == Purpose::kService || purpose == Purpose::kDoiConfirmation) {
    const SubjectState state = StateOf(c);
    if (state.restricted != nullptr && c.policy.restrict_blocks_service) {
      return Denied(c, Rule::kRestricted, state.restricted->seq);
    }
    if (state.erased != nullptr) {
      const auto later = [&](const LedgerLine& e) {
        return e.event == ConsentEvent::kRequest && Visible(c.q, e) && BySubject(c, e) &&
               e.at > state.erased->at;
      };
      if (purpose == Purpose::kService || std::none_of(c.ledger.begin(), c.ledger.end(), later)) {
        return Denied(c, Rule::kErased, state.erased->seq);
      }
      c.positives_after = state.erased->at;
    }
  }
  if (purpose == Purpose::kDoiConfirmation) return DecideConfirmation(c);
  c.Say(Rule::kServiceOk, Verdict::kAllows);
  return {.outcome = Outcome::kAllow,
          .basis = purpose == Purpose::kService ? Basis::kContract : Basis::kLegalObligation,
          .rule = Rule::kServiceOk};
}

// Deceased, restricted, erased (unless she came back by herself). Sets `positives_after`.
inline std::optional<Decision> DecideSubject(Case* c) {
  if (c->facts.subject.deceased) return Denied(*c, Rule::kDeceased);
  c->Say(Rule::kDeceased, Verdict::kPassed);
  const SubjectState state = StateOf(*c);
  if (state.restricted != nullptr) return Denied(*c, Rule::kRestricted, state.restricted->seq);
  c->Say(Rule::kRestricted, Verdict::kPassed);
  if (state.erased == nullptr) {
    c->Say(Rule::kErased, Verdict::kPassed);
    return std::nullopt;
  }
  c->positives_after = state.erased->at;
  for (const LedgerLine& e : c->ledger) {
    if (e.source != ConsentSource::kNone && e.source != ConsentSource::kImport &&
        PositiveMatches(*c, e)) {
      return std::nullopt;
    }
  }
  return Denied(*c, Rule::kErased, state.erased->seq);
}

// A privacy signal stands against sale and sharing unless a later grant knew of it.
inline bool SignalStands(const Case& c) {
  if (c.q.purpose != Purpose::kSaleShare) return false;
  std::optional<Timestamp> newest;
  for (const Signal& s : c.facts.signals) {
    if (s.gpc && s.at <= c.q.at) newest = newest ? std::max(*newest, s.at) : s.at;
  }
  if (!newest) return false;
  return std::none_of(c.ledger.begin(), c.ledger.end(), [&](const LedgerLine& e) {
    return e.event == ConsentEvent::kGrant && e.at > *newest &&
           e.Has(LedgerLine::kInformedOfSignal) && PositiveMatches(c, e);
  });
}

// The answer when nothing allows: what could be proven first, then what is known to be wrong.
inline Decision DecideNotes(const Case& c, const Notes& notes) {
  Decision d;
  if (notes.ask != Rule::kNoBasis) {
    d.outcome = Outcome::kNeedsEvidence;
    d.rule = notes.ask;
    d.Match(notes.ask_seq);
  } else if (notes.deny != Rule::kNoBasis) {
    d.rule = notes.deny;
    d.Match(notes.deny_seq);
  } else {
    c.Say(Rule::kNoBasis, Verdict::kDenies);
  }
  return d;
}

// Retention, message and time: what may still stop a contact that has a basis.
inline Decision DecideLast(const Case& c, Decision allow, const LedgerLine* consent,
                           bool refusals) {
  if (const RuleRow* row = FindInactivity(c)) return Denied(c, row->rule);
  // Unknown is not checked yet, and never blocks.
  const bool needs_optout = c.q.channel == Channel::kEmail || c.q.channel == Channel::kSms;
  if (needs_optout && c.q.message_has_optout == Known::kNo) return Denied(c, Rule::kNoOptout);
  if (needs_optout) c.Say(Rule::kNoOptout, Verdict::kPassed);
  const bool outside_hours = consent != nullptr && consent->Has(LedgerLine::kOutsideHours);
  const Blocked blocked = TryTiming(c, outside_hours, refusals);
  if (!blocked.blocks()) return allow;
  Decision d{.outcome = OutcomeOf(blocked.rule), .rule = blocked.rule};
  if (blocked.rule == Rule::kTzUnknown && c.policy.tz_unknown == UnknownZone::kDeny) {
    d.outcome = Outcome::kDeny;
  }
  d.retry_at = blocked.retry_at;
  return d;
}

// One question that is not an always-purpose, under one law.
inline Decision DecideContact(Case c) {
  if (std::optional<Decision> d = DecideSubject(&c)) return *d;
  if (SignalStands(c)) return Denied(c, Rule::kGpc);

  const bool refusals = RefusalIsWithdrawal(c);
  const Standing standing = WeighNegatives(c, refusals);
  if (standing.rule != Rule::kConsentOk) {
    Decision d{.outcome = Outcome::kDeny, .rule = standing.rule};
    MatchNegatives(c, standing, refusals, &d);
    c.Say(standing.rule, Verdict::kDenies, d.matched[0]);
    return d;
  }
  Notes notes;
  const LedgerLine* consent = standing.any ? standing.lifted_by : FindConsent(c, &notes);

  RegisterResult registers;
  if (consent == nullptr) registers = TryRegisters(c);
  if (registers.forbids != nullptr) return Denied(c, registers.forbids->rule);
  if (const RuleRow* ban = FindBan(c)) return Denied(c, ban->rule);

  Decision allow{.outcome = Outcome::kAllow, .basis = Basis::kConsent, .rule = Rule::kConsentOk};
  if (consent != nullptr) {
    allow.Match(consent->seq);
  } else {
    const RuleRow* row = registers.ebr != nullptr ? registers.ebr : FindBasis(c, &notes);
    if (row == nullptr) return DecideNotes(c, notes);
    allow.basis = row->basis;
    allow.rule = row->rule;
  }
  return DecideLast(c, allow, consent, refusals);
}

inline Decision DecideUnder(const Case& c) {
  Decision d = IsAlways(c.q.purpose) ? DecideAlways(c) : DecideContact(c);
  d.jurisdiction = c.j;
  d.pack_version = c.pack.version(c.j);
  return d;
}

// Out of order facts would be read wrongly, so they are not read.
inline bool InOrder(const Facts& facts, std::span<const LedgerLine> ledger) {
  if (facts.in_order) return true;
  const auto earlier = [](const auto& a, const auto& b) { return a.at < b.at; };
  return std::is_sorted(ledger.begin(), ledger.end(), earlier) &&
         std::is_sorted(facts.attempts.begin(), facts.attempts.end(), earlier);
}

inline bool IsKnown(const Question& q) {
  if (q.channel == Channel::kUnknown || q.purpose == Purpose::kUnknown) return false;
  return q.channel != Channel::kAny || q.purpose == Purpose::kSaleShare;
}

// Every candidate law alone; the strictest answer, of equal ones the first. Nothing is stricter
// than a deny, so the laws after one are asked only for the trail.
inline Decision DecideEverywhere(const Question& q, const Facts& facts,
                                 std::span<const LedgerLine> ledger, const RulePack& pack,
                                 const Policy& policy, Trace* trace) {
  std::optional<Decision> out;
  const PartyId subject = Resolve(q, facts.merges, q.person);
  const auto consider = [&](Jurisdiction j) {
    const Decision d = DecideUnder(Case{q, facts, ledger, pack, policy, j, subject, trace});
    if (!out || d.outcome < out->outcome) out = d;
  };
  const bool unknown = std::find(facts.jurisdictions.begin(), facts.jurisdictions.end(),
                                 Jurisdiction::kUnknown) != facts.jurisdictions.end();
  const auto settled = [&] { return trace == nullptr && out && out->outcome == Outcome::kDeny; };
  for (Jurisdiction j : facts.jurisdictions) {
    if (j == Jurisdiction::kUnknown) continue;
    consider(j);
    if (settled() || policy.multi_jurisdiction == SeveralJurisdictions::kFirst) return *out;
  }
  if (unknown || facts.jurisdictions.empty()) {
    const bool sale = q.purpose == Purpose::kSaleShare;
    for (Jurisdiction j :
         trace != nullptr ? pack.all() : pack.Distinct(facts.subject.born.has_value(), sale)) {
      if (settled()) break;
      consider(j);
    }
  }
  return out.value_or(Decision{});
}

inline Decision DecideOnLines(const Question& question, const Facts& facts,
                              std::span<const LedgerLine> ledger, const RulePack& pack,
                              const Policy& policy, Trace* trace) {
  if (!IsKnown(question) || !InOrder(facts, ledger)) return {};
  Question q = question;
  if (q.purpose == Purpose::kService && q.mixed_promo) q.purpose = Purpose::kMarketing;
  if (q.controller.empty()) q.controller = kSelf;
  Decision d = DecideEverywhere(q, facts, ledger, pack, policy, trace);
  const FlagSet loose = &policy == &pack.policy() ? 0 : LooserFlags(policy, pack.policy());
  if (loose != 0) {
    const Decision strict = DecideEverywhere(q, facts, ledger, pack, pack.policy(), nullptr);
    if (strict.outcome < d.outcome) d.loosened = loose;
  }
  return d;
}

}  // namespace internal

// The answer to `question` on `facts`, by the rules of `pack` and the choices of `policy`. An
// unknown channel or purpose, an empty pack and facts out of order are denied (DEFAULT.NO_BASIS).
// `trace`, when given, receives every rule tried. Allocates only when `facts.ledger` has more than
// 16 entries (never on `facts.lines`) or a trace is kept.
inline Decision Decide(const Question& question, const Facts& facts, const RulePack& pack,
                       const Policy& policy, Trace* trace = nullptr) {
  if (!facts.lines.empty()) {
    return internal::DecideOnLines(question, facts, facts.lines, pack, policy, trace);
  }
  absl::InlinedVector<LedgerLine, 16> lines;
  lines.reserve(facts.ledger.size());
  for (const ConsentEntry* e : facts.ledger) lines.push_back(LineOf(*e));
  return internal::DecideOnLines(question, facts, lines, pack, policy, trace);
}

// The same with the defaults of the pack.
inline Decision Decide(const Question& question, const Facts& facts, const RulePack& pack,
                       Trace* trace = nullptr) {
  return Decide(question, facts, pack, pack.policy(), trace);
}

namespace internal {

// Starts loading a compiled ledger, so that it is there when its turn comes.
inline void Prefetch(std::span<const LedgerLine> lines) {
  const char* const begin = reinterpret_cast<const char*>(lines.data());
  const size_t bytes = std::min(lines.size_bytes(), size_t{512});
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(begin + i);
}

}  // namespace internal

// Many questions on facts of their own, as an audience asks them: answers[i] belongs to
// questions[i] on facts[i]. The three spans have one length; answers past the shortest stay as they
// are.
inline void DecideBatch(std::span<const Question> questions, std::span<const Facts> facts,
                        const RulePack& pack, std::span<Decision> answers) {
  constexpr size_t kAhead = 8;
  const size_t count = std::min({questions.size(), facts.size(), answers.size()});
  for (size_t i = 0; i < std::min(kAhead, count); ++i) internal::Prefetch(facts[i].lines);
  for (size_t i = 0; i < count; ++i) {
    if (i + kAhead < count) internal::Prefetch(facts[i + kAhead].lines);
    answers[i] = Decide(questions[i], facts[i], pack);
  }
}

}  // namespace relata

#endif  // RELATA_CONSENT_DECIDE_H_
