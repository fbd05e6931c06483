// SPDX-License-Identifier: Apache-2.0
//
// Lawful bases other than consent.
//
// Where the law lets a sender rely on something else (a sale, a running contract, a professional's
// job, an opt-out regime) a row of the pack says so and names the condition. Rows are tried from
// top to bottom; the first that allows is the basis, and what the others lacked is noted.

#ifndef RELATA_CONSENT_BASES_H_
#define RELATA_CONSENT_BASES_H_

#include "relata/consent/grant_checks.h"

namespace relata::internal {

constexpr uint16_t Bit(RelationKind k) { return static_cast<uint16_t>(1u << static_cast<int>(k)); }

// Is this a relation with the controller asked about, begun by then?
inline bool Counts(const Case& c, const Relation& r) {
  return r.at <= c.q.at && r.controller == c.q.controller;
}

inline bool HasRunningContract(const Case& c) {
  return std::any_of(c.facts.relations.begin(), c.facts.relations.end(), [&](const Relation& r) {
    return r.kind == RelationKind::kContract && Counts(c, r) && c.q.at < r.until;
  });
}

inline bool HasRelatedContract(const Case& c) {
  return c.q.related_to_contract && HasRunningContract(c);
}

// The last instant at which a relation was alive: a contract's end, everything else's date.
inline Timestamp LastAlive(const Case& c, const Relation& r) {
  return r.kind == RelationKind::kContract ? std::min(std::max(r.at, r.until), c.q.at) : r.at;
}

// Relations of the row's kinds and their term of `amount` months: is one alive (kYes), or were all
// of them (kNo), or were there none (kUnknown)?
inline Known WithinTerm(const Case& c, const RuleRow& row) {
  Known out = Known::kUnknown;
  for (const Relation& r : c.facts.relations) {
    if ((row.relations & Bit(r.kind)) == 0 || !Counts(c, r)) continue;
    const bool running = r.kind == RelationKind::kContract && c.q.at < r.until;
    if (running || c.q.at < AddMonths(LastAlive(c, r), row.amount)) return Known::kYes;
    out = Known::kNo;
  }
  return out;
}

// What a row comes to: the rule, and whether it allows, asks or denies; nothing when the row does
// not speak at all.
struct RowResult {
  bool speaks = false;
  Rule rule = Rule::kNoBasis;
  Outcome outcome = Outcome::kDeny;
};

constexpr RowResult Gives(Rule rule) { return {true, rule, OutcomeOf(rule)}; }

// Soft opt-in: own customer, similar products, told and offered an opt-out when the address was
// collected (ePrivacy 13(2)). `notes` takes what the relations before the good one lacked.
inline RowResult TrySoftOptIn(const Case& c, const RuleRow& row, Notes* notes) {
  const auto note = [&](Rule rule) {
    c.Say(rule, ToVerdict(OutcomeOf(rule)));
    notes->Take(rule, OutcomeOf(rule), 0);
  };
  for (const Relation& r : c.facts.relations) {
    if ((row.relations & Bit(r.kind)) == 0 || !Counts(c, r)) continue;
    const bool free_account = c.j == Jurisdiction::kFr && r.kind == RelationKind::kFreeAccount;
    if (free_account && c.policy.fr_free_account == FreeAccount::kIgnore) continue;
    if (!c.q.similar_product) {
      note(Rule::kSoftOptInNotSimilar);
    } else if (r.informed == Known::kNo || r.optout_offered == Known::kNo) {
      note(Rule::kSoftOptInNoOptout);
    } else if (r.informed != Known::kYes || r.optout_offered != Known::kYes ||
               !r.TellsOf(c.q.channel)) {
      note(Rule::kSoftOptInUnproven);
    } else if (free_account && c.policy.fr_free_account == FreeAccount::kAsk) {
      note(Rule::kSoftOptInFreeAccount);
    } else {
      return Gives(row.rule);
    }
  }
  return {};
}

// A person reached at work: the offer fits the job, and the person was told (CNIL).
inline RowResult TryInformedProfessional(const Case& c, const RuleRow& row) {
  if (c.facts.point.point_class != PointClass::kProfessional) return {};
  if (!c.q.related_to_job) return Gives(Rule::kFrB2bNotJobRelated);
  switch (c.facts.point.informed_at_collection) {
    case Known::kUnknown:
      return {true, Rule::kNoticeMissing, Outcome::kNeedsEvidence};
    case Known::kNo:
      return {true, Rule::kNoticeMissing, Outcome::kDeny};
    case Known::kYes:
      return Gives(row.rule);
  }
  return {};
}

// An address published by its owner, without a refusal, and the message fits the role (CASL
// 10(9)(b)).
inline RowResult TryPublishedAddress(const Case& c, const RuleRow& row, Notes* notes) {
  for (const Relation& r : c.facts.relations) {
    if (r.kind != RelationKind::kPublishedAddress || !Counts(c, r)) continue;
    if (r.no_unsolicited_statement == Known::kYes) {
      notes->Take(Rule::kCaPublishedRefused, Outcome::kDeny, 0);
    } else if (!c.q.related_to_job) {
      notes->Take(Rule::kCaPublishedNotRelevant, Outcome::kDeny, 0);
    } else {
      return Gives(row.rule);
    }
  }
  return {};
}

inline bool IsCharitySupporter(const Case& c, const RuleRow& row) {
  return std::any_of(c.facts.relations.begin(), c.facts.relations.end(), [&](const Relation& r) {
    return (row.relations & Bit(r.kind)) != 0 && Counts(c, r) && row.from <= r.at &&
           r.informed == Known::kYes && r.optout_offered == Known::kYes && r.TellsOf(c.q.channel);
  });
}

inline RowResult TryBasis(const Case& c, const RuleRow& row, Notes* notes) {
  const auto when = [&](bool holds) { return holds ? Gives(row.rule) : RowResult{}; };
  switch (row.when) {
    case Condition::kAlways:
      return Gives(row.rule);
    case Condition::kSaleOptOut: {
      const auto& born = c.facts.subject.born;
      return Gives(born && IsUnder(*born, row.amount, UtcDate(c.q.at)) ? row.otherwise : row.rule);
    }
    case Condition::kGenericPoint:
      return when(c.facts.point.point_class == PointClass::kGeneric);
    case Condition::kInformedProfessional:
      return TryInformedProfessional(c, row);
    case Condition::kCorporateSubscriber:
      return when(c.facts.point.subscriber == Subscriber::kCorporate);
    case Condition::kCharitySupporter:
      return when(IsCharitySupporter(c, row));
    case Condition::kSoftOptIn:
      return TrySoftOptIn(c, row, notes);
    case Condition::kRunningContract:
      return when(HasRelatedContract(c));
    case Condition::kPress:
      return when(c.q.sector == Sector::kPress && c.policy.fr_press_exception);
    case Condition::kPresumedInterest:
      return Gives(c.q.presumed_interest && c.policy.de_presumed_b2b ? row.rule : row.otherwise);
    case Condition::kWithinTerm:
      switch (WithinTerm(c, row)) {
        case Known::kYes:
          return Gives(row.rule);
        case Known::kNo:
          return row.otherwise == Rule::kNoBasis ? RowResult{} : Gives(row.otherwise);
        case Known::kUnknown:
          return {};
      }
      return {};
    case Condition::kPublishedAddress:
      return TryPublishedAddress(c, row, notes);
    default:
      return {};
  }
}

constexpr bool PurposeCovered(const RuleRow& row, Purpose purpose) {
  return row.purposes == 0 ? IsDirectMarketing(purpose) : (row.purposes & Bit(purpose)) != 0;
}

// The first row that allows, or null; what the others lacked is noted.
inline const RuleRow* FindBasis(const Case& c, Notes* notes) {
  for (const RuleRow& row : c.Rows(RowKind::kBasis)) {
    if (!c.Covers(row) || !PurposeCovered(row, c.q.purpose)) continue;
    const RowResult r = TryBasis(c, row, notes);
    if (!r.speaks) {
      c.Say(row.rule, Verdict::kPassed);
      continue;
    }
    c.Say(r.rule, ToVerdict(r.outcome));
    if (r.outcome == Outcome::kAllow) return &row;
    notes->Take(r.rule, r.outcome, 0);
  }
  return nullptr;
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_BASES_H_
