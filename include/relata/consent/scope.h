// SPDX-License-Identifier: Apache-2.0
//
// Which ledger entries speak about a question: visibility, scope, persons and merges.
//
// The two signs are not symmetric. A negative cascades down (from "any" to a topic, from marketing
// to every kind of direct marketing) and follows the person to every address. A grant must name its
// channel and purpose, never widens, and holds for one person at one address.
//
// internal::Case is one question under one law: what all rules share. Nothing here allocates.

#ifndef RELATA_CONSENT_SCOPE_H_
#define RELATA_CONSENT_SCOPE_H_

#include <algorithm>
#include <optional>

#include "relata/consent/decision.h"
#include "relata/consent/facts.h"
#include "relata/consent/rule_pack.h"

namespace relata::internal {

struct Case {
  const Question& q;  // service with a promotion is already marketing here
  const Facts& facts;
  std::span<const LedgerLine> ledger;
  const RulePack& pack;
  const Policy& policy;
  Jurisdiction j;
  PartyId subject;  // q.person after merges
  Trace* trace = nullptr;
  Timestamp positives_after = Timestamp::kMin;  // grants up to an erasure no longer speak

  void Say(Rule rule, Verdict verdict, Seq seq = 0) const {
    if (trace != nullptr) trace->steps.push_back({rule, verdict, j, seq});
  }
  // May one of these events be among the entries at all?
  bool May(EventSet events) const { return (facts.events & events) != 0; }
  std::span<const RuleRow> Rows(RowKind kind) const { return pack.Rows(j, kind); }
  bool Covers(const RuleRow& row) const {
    return row.Covers(q.channel, q.audience) && row.InForce(q.at);
  }
};

// Existed by the question's instant, and was known by `known_at`.
inline bool Visible(const Question& q, const LedgerLine& e) {
  return e.at <= q.at && e.recorded_at <= q.known_at;
}

inline bool Visible(const Question& q, const Merge& m) {
  const Timestamp from = m.at - m.early;
  return from <= q.at && q.at < m.until && from <= q.known_at;
}

// The latest visible merge that moved `person` elsewhere, or null.
inline const Merge* MergeOf(const Question& q, std::span<const Merge> merges, PartyId person) {
  const Merge* latest = nullptr;
  for (const Merge& m : merges) {
    if (m.from == person && Visible(q, m) && (latest == nullptr || m.at > latest->at)) latest = &m;
  }
  return latest;
}

// A person merged more often than this is left where the steps end; so is a cycle.
inline constexpr size_t kMergeSteps = 64;

// Who `person` is after merges.
inline PartyId Resolve(const Question& q, std::span<const Merge> merges, PartyId person) {
  for (size_t i = 0; i < std::min(merges.size(), kMergeSteps); ++i) {
    const Merge* m = MergeOf(q, merges, person);
    if (m == nullptr) break;
    person = m->into;
  }
  return person;
}

// When two persons became one: the latest merge on the shortest way between them; nothing when they
// are the same person already, or never became one.
inline std::optional<Timestamp> JoinedAt(const Question& q, std::span<const Merge> merges,
                                         PartyId a, PartyId b) {
  if (a == b || merges.empty()) return std::nullopt;
  Timestamp reached_a = Timestamp::kMin;
  const size_t steps = std::min(merges.size(), kMergeSteps);
  for (size_t i = 0; i <= steps; ++i) {
    Timestamp reached_b = Timestamp::kMin;
    PartyId walk = b;
    for (size_t k = 0; k <= steps; ++k) {
      if (walk == a) return std::max(reached_a, reached_b);
      const Merge* m = MergeOf(q, merges, walk);
      if (m == nullptr) break;
      reached_b = std::max(reached_b, m->at);
      walk = m->into;
    }
    const Merge* m = MergeOf(q, merges, a);
    if (m == nullptr) break;
    reached_a = std::max(reached_a, m->at);
    a = m->into;
  }
  return std::nullopt;
}

// The person who spoke, as written: the subject asked about when the entry names none.
inline PartyId Speaker(const Case& c, const LedgerLine& e) {
  return e.person.none() ? c.q.person : e.person;
}

// Is it the subject who spoke (after merges)?
inline bool BySubject(const Case& c, const LedgerLine& e) {
  if (e.person.none() || e.person == c.subject) return true;
  return !c.facts.merges.empty() && Resolve(c.q, c.facts.merges, e.person) == c.subject;
}

inline bool AtPoint(const Case& c, const LedgerLine& e) { return e.point == c.q.point; }

// Does a negative reach the subject? A bounce speaks of the address only; anything else that names
// both reaches everyone at the address and the person everywhere.
inline bool NegativeReaches(const Case& c, const LedgerLine& e) {
  const bool names_point = !e.point.none();
  if (names_point && AtPoint(c, e)) return true;
  if (names_point && (e.event == ConsentEvent::kBounce || e.person.none())) return false;
  return BySubject(c, e);
}

// Does a positive entry hold for the subject at the address asked?
inline bool PositiveHolds(const Case& c, const LedgerLine& e) {
  return (e.point.none() || AtPoint(c, e)) && BySubject(c, e);
}

inline bool ControllerMatches(const LedgerLine& e, std::string_view controller) {
  const std::span<const std::string> named = e.controllers();
  return named.empty() || std::find(named.begin(), named.end(), controller) != named.end();
}

// A question without topic is matched only by entries without topic.
inline bool TopicMatches(const LedgerLine& e, std::string_view topic) {
  const std::span<const std::string> named = e.topics();
  return named.empty() ||
         (!topic.empty() && std::find(named.begin(), named.end(), topic) != named.end());
}

// A request for consent again is marketing, in questions and in entries.
constexpr PurposeSet FoldReconsent(PurposeSet set) {
  return (set & Bit(Purpose::kReconsent)) != 0 ? set | Bit(Purpose::kMarketing) : set;
}

constexpr bool NegativePurposeMatches(PurposeSet named, Purpose asked) {
  if (named == 0) return true;
  const PurposeSet set = FoldReconsent(named);
  if ((set & Bit(asked)) != 0) return true;
  return IsDirectMarketing(asked) && (set & Bit(Purpose::kMarketing)) != 0;
}

constexpr bool PositivePurposeMatches(PurposeSet named, Purpose asked) {
  const PurposeSet set = FoldReconsent(named);
  if (asked == Purpose::kReconsent) asked = Purpose::kMarketing;
  if ((set & Bit(asked)) != 0) return true;
  return IsMarketingChild(asked) && (set & Bit(Purpose::kMarketing)) != 0;
}

constexpr bool NegativeChannelMatches(ChannelSet named, Channel asked) {
  return named == 0 || (named & (Bit(asked) | Bit(Channel::kAny))) != 0;
}

// A grant names its channel; for sale or sharing of data the purpose is enough.
constexpr bool PositiveChannelMatches(ChannelSet named, Channel asked, Purpose purpose) {
  if ((named & Bit(asked)) != 0) return true;
  return purpose == Purpose::kSaleShare && (named == 0 || (named & Bit(Channel::kAny)) != 0);
}

inline bool PositiveScopeMatches(const Case& c, const LedgerLine& e) {
  return PositiveChannelMatches(e.channels, c.q.channel, c.q.purpose) &&
         PositivePurposeMatches(e.purposes, c.q.purpose) && TopicMatches(e, c.q.topic) &&
         ControllerMatches(e, c.q.controller);
}

// Is the entry a grant or confirm (or, where asked, a request) that covers the question?
inline bool PositiveMatches(const Case& c, const LedgerLine& e, bool request = false) {
  if (!(request ? e.event == ConsentEvent::kRequest : IsPositive(e.event))) return false;
  return Visible(c.q, e) && e.at > c.positives_after && PositiveScopeMatches(c, e) &&
         PositiveHolds(c, e);
}

// When the subject was last erased, and whether processing is restricted. A restriction is lifted
// by the same person, or by either after a merge, never by the other person's earlier word.
struct SubjectState {
  const LedgerLine* erased = nullptr;
  const LedgerLine* restricted = nullptr;
};

inline bool RestrictionLifted(const Case& c, const LedgerLine& restrict) {
  return std::any_of(c.ledger.begin(), c.ledger.end(), [&](const LedgerLine& u) {
    if (u.event != ConsentEvent::kUnrestrict || u.at <= restrict.at || !Visible(c.q, u) ||
        !BySubject(c, u)) {
      return false;
    }
    const auto joined = JoinedAt(c.q, c.facts.merges, Speaker(c, restrict), Speaker(c, u));
    return !joined || u.at > *joined;
  });
}

inline SubjectState StateOf(const Case& c) {
  SubjectState state;
  if (!c.May(EventBit(ConsentEvent::kRestrict) | EventBit(ConsentEvent::kErase))) return state;
  for (const LedgerLine& e : c.ledger) {
    if (e.event < ConsentEvent::kRestrict || !Visible(c.q, e) || !BySubject(c, e)) continue;
    if (e.event == ConsentEvent::kErase) state.erased = &e;
    if (e.event == ConsentEvent::kRestrict && !RestrictionLifted(c, e)) state.restricted = &e;
  }
  return state;
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_SCOPE_H_
