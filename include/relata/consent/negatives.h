// SPDX-License-Identifier: Apache-2.0
//
// Withdrawals, objections, opt-outs, complaints, bounces, suppression: what stands against a
// contact, and what may lift it.
//
// All negatives that match the question stand together. Only one single later consent of the person
// herself, covering the question and proven by itself, lifts them, and it must lift every one. Then
// it alone is the basis: soft opt-in and the other bases stay dead.

#ifndef RELATA_CONSENT_NEGATIVES_H_
#define RELATA_CONSENT_NEGATIVES_H_

#include <array>

#include "relata/consent/grant_checks.h"

namespace relata::internal {

// Does a refusal of calls count as a withdrawal of calls for marketing here and now?
inline bool RefusalIsWithdrawal(const Case& c) {
  for (const RuleRow& row : c.Rows(RowKind::kRefusal)) {
    if (c.Covers(row) && c.q.at >= c.policy.fr_refusal_is_withdrawal &&
        NegativePurposeMatches(Bit(Purpose::kMarketing), c.q.purpose)) {
      return true;
    }
  }
  return false;
}

// Does a STOP by text message reach the channel asked (47 CFR 64.1200(a)(10))?
inline bool StopReaches(const Case& c, const LedgerLine& e) {
  if (e.event != ConsentEvent::kOptout && e.event != ConsentEvent::kWithdraw) return false;
  if ((e.channels & Bit(Channel::kSms)) == 0) return false;
  for (const RuleRow& row : c.Rows(RowKind::kStop)) {
    if (c.Covers(row) && (row.when != Condition::kRevokeAll || c.q.at >= c.policy.us_revoke_all)) {
      return true;
    }
  }
  return false;
}

// Scope and reach of a negative, its event aside.
inline bool NegativeSpeaks(const Case& c, const LedgerLine& e) {
  return Visible(c.q, e) &&
         (NegativeChannelMatches(e.channels, c.q.channel) || StopReaches(c, e)) &&
         NegativePurposeMatches(e.purposes, c.q.purpose) && TopicMatches(e, c.q.topic) &&
         ControllerMatches(e, c.q.controller) && NegativeReaches(c, e);
}

inline bool NegativeMatches(const Case& c, const LedgerLine& e, bool refusals) {
  if (!IsNegative(e.event) && !(refusals && e.event == ConsentEvent::kRefuseCall)) return false;
  return NegativeSpeaks(c, e);
}

// The rule a negative denies by.
constexpr Rule RuleOf(ConsentEvent event) {
  switch (event) {
    case ConsentEvent::kBounce:
      return Rule::kBounce;
    case ConsentEvent::kComplaint:
      return Rule::kComplaint;
    case ConsentEvent::kSuppress:
      return Rule::kSuppressed;
    case ConsentEvent::kObject:
      return Rule::kObjection;
    case ConsentEvent::kOptout:
      return Rule::kOptoutRequest;
    default:
      return Rule::kWithdrawn;
  }
}
// Reasons in the order in which they are given: the numbers of the rules.
static_assert(Rule::kBounce < Rule::kComplaint && Rule::kComplaint < Rule::kSuppressed &&
              Rule::kSuppressed < Rule::kWithdrawn && Rule::kWithdrawn < Rule::kObjection &&
              Rule::kObjection < Rule::kOptoutRequest);

// May a positive entry lift anything at all? An import fills gaps and never overrides an answer; an
// agent's word counts only with the words recorded.
inline bool MayLift(const Case& c, const LedgerLine& g) {
  const bool text = g.Has(LedgerLine::kText);
  if (g.source == ConsentSource::kImport) {
    return text && c.policy.import_lifts == ImportLifts::kWithText;
  }
  return g.source != ConsentSource::kAgent || text;
}

enum class Lifts : uint8_t { kNo = 0, kButForMerge, kYes };

// Does the grant lift the negative? kButForMerge: it would, had the persons never been two.
inline Lifts LiftsNegative(const Case& c, const LedgerLine& g, const LedgerLine& n) {
  if (n.event == ConsentEvent::kBounce) return Lifts::kNo;
  if (g.at <= n.at + Seconds(c.policy.skew_s)) return Lifts::kNo;
  if (n.event == ConsentEvent::kComplaint && c.policy.complaint_needs_doi &&
      g.event != ConsentEvent::kConfirm && g.doi == DoubleOptIn::kNone) {
    return Lifts::kNo;
  }
  if (c.policy.merge_policy == MergePolicy::kMostRestrictive) {
    const auto joined = JoinedAt(c.q, c.facts.merges, Speaker(c, n), Speaker(c, g));
    if (joined && g.at <= *joined) return Lifts::kButForMerge;
  }
  return Lifts::kYes;
}

// What the negatives of the ledger come to.
struct Standing {
  Rule rule = Rule::kConsentOk;  // the reason of the deny; kConsentOk: nothing stands
  bool any = false;              // some negative matched
  const LedgerLine* lifted_by = nullptr;
  const LedgerLine* merged = nullptr;  // the grant that only a merge holds back
};

// The negatives that match, noted once so that each grant need not look for them again. Past the
// room for them they are looked for.
struct Matched {
  std::array<const LedgerLine*, 16> lines;
  size_t count = 0;

  void Note(const LedgerLine& n) {
    if (count < lines.size()) lines[count] = &n;
    ++count;
  }
};

// The weakest effect of the grant on any negative that matches.
inline Lifts LiftsAll(const Case& c, const LedgerLine& g, const Matched& matched, bool refusals) {
  Lifts all = Lifts::kYes;
  if (matched.count <= matched.lines.size()) {
    for (size_t i = 0; i < matched.count; ++i) {
      all = std::min(all, LiftsNegative(c, g, *matched.lines[i]));
    }
    return all;
  }
  for (const LedgerLine& n : c.ledger) {
    if (!NegativeMatches(c, n, refusals)) continue;
    all = std::min(all, LiftsNegative(c, g, n));
    if (all == Lifts::kNo) break;
  }
  return all;
}

inline bool MayHaveNegatives(const Case& c, bool refusals) {
  constexpr EventSet kNegatives = EventBits(ConsentEvent::kWithdraw, ConsentEvent::kBounce);
  return c.facts.subject.suppressed || c.May(kNegatives) ||
         (refusals && c.May(EventBit(ConsentEvent::kRefuseCall)));
}

inline Standing WeighNegatives(const Case& c, bool refusals) {
  Standing s;
  if (!MayHaveNegatives(c, refusals)) return s;
  Matched matched;
  Rule first = Rule::kNoBasis;
  if (c.facts.subject.suppressed) {
    c.Say(Rule::kSuppressed, Verdict::kDenies);
    first = Rule::kSuppressed;
    s.any = true;
  }
  for (const LedgerLine& n : c.ledger) {
    if (!NegativeMatches(c, n, refusals)) continue;
    const Rule rule = RuleOf(n.event);
    matched.Note(n);
    c.Say(rule, Verdict::kDenies, n.seq);
    if (!s.any || rule < first) first = rule;
    s.any = true;
  }
  if (!s.any) return s;
  if (c.facts.subject.suppressed) {
    s.rule = first;
    return s;
  }
  for (size_t i = c.ledger.size(); i-- > 0 && s.lifted_by == nullptr;) {
    const LedgerLine& g = c.ledger[i];
    if (!PositiveMatches(c, g) || !MayLift(c, g)) continue;
    const Lifts lifts = LiftsAll(c, g, matched, refusals);
    if (lifts == Lifts::kNo) continue;
    const Rule rule = CheckGrant(c, i);
    c.Say(rule, ToVerdict(OutcomeOf(rule)), g.seq);
    if (rule != Rule::kConsentOk) continue;
    if (lifts == Lifts::kYes) s.lifted_by = &g;
    if (lifts == Lifts::kButForMerge && s.merged == nullptr) s.merged = &g;
  }
  if (s.lifted_by != nullptr) return s;
  s.rule = s.merged != nullptr && first >= Rule::kWithdrawn ? Rule::kMergeMostRestrictive : first;
  return s;
}

// The entries behind a standing reason, into the decision.
inline void MatchNegatives(const Case& c, const Standing& s, bool refusals, Decision* d) {
  for (size_t i = c.ledger.size(); i-- > 0;) {
    const LedgerLine& n = c.ledger[i];
    if (!NegativeMatches(c, n, refusals)) continue;
    if (s.rule == Rule::kMergeMostRestrictive || RuleOf(n.event) == s.rule) d->Match(n.seq);
  }
  if (s.merged != nullptr && s.rule == Rule::kMergeMostRestrictive) d->Match(s.merged->seq);
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_NEGATIVES_H_
