// SPDX-License-Identifier: Apache-2.0
//
// What forbids contact whatever the basis: registers of numbers, bans on whole sectors, silence.
//
// A national register is lifted by a valid consent, and by the relations its row names. A ban on a
// sector is lifted by a running contract only. A person who has given no sign of life for too long
// leaves the active base, whatever she once agreed to.

#ifndef RELATA_CONSENT_PROHIBITIONS_H_
#define RELATA_CONSENT_PROHIBITIONS_H_

#include "relata/consent/bases.h"

namespace relata::internal {

// What the registers say: the row that forbids, or the relation row that lifts one.
struct RegisterResult {
  const RuleRow* forbids = nullptr;
  const RuleRow* ebr = nullptr;
};

inline bool Listed(const Case& c, const RuleRow& row) {
  return std::any_of(c.facts.registers.begin(), c.facts.registers.end(), [&](const Listing& l) {
    return l.list == row.list && c.q.at >= l.listed_from + Days(row.days);
  });
}

inline const RuleRow* FindEbr(const Case& c) {
  for (const RuleRow& row : c.Rows(RowKind::kEbr)) {
    if (c.Covers(row) && PurposeCovered(row, c.q.purpose) && WithinTerm(c, row) == Known::kYes) {
      return &row;
    }
  }
  return nullptr;
}

// Registers, for a person without valid consent (which lifts all of them).
inline RegisterResult TryRegisters(const Case& c) {
  RegisterResult out;
  for (const RuleRow& row : c.Rows(RowKind::kRegister)) {
    if (!c.Covers(row)) continue;
    if (!Listed(c, row)) {
      c.Say(row.rule, Verdict::kPassed);
      continue;
    }
    if ((row.lifted_by & kLiftedByContract) != 0 && HasRelatedContract(c)) continue;
    if ((row.lifted_by & kLiftedByPress) != 0 && c.q.sector == Sector::kPress &&
        c.policy.fr_press_exception) {
      continue;
    }
    const RuleRow* ebr = (row.lifted_by & kLiftedByEbr) != 0 ? FindEbr(c) : nullptr;
    if (ebr != nullptr) {
      out.ebr = ebr;
      continue;
    }
    c.Say(row.rule, Verdict::kDenies);
    out.forbids = &row;
    return out;
  }
  return out;
}

// The ban that covers the sector asked, or null. Consent does not lift it; a running contract does.
inline const RuleRow* FindBan(const Case& c) {
  for (const RuleRow& row : c.Rows(RowKind::kBan)) {
    if (!c.Covers(row) || (row.sectors >> static_cast<int>(c.q.sector) & 1) == 0) continue;
    if ((row.lifted_by & kLiftedByContract) != 0 && HasRelatedContract(c)) {
      c.Say(row.rule, Verdict::kPassed);
      continue;
    }
    c.Say(row.rule, Verdict::kDenies);
    return &row;
  }
  return nullptr;
}

// The person's last sign of life: a grant or confirm of her own, a relation, an act. Opens do not
// count, and neither do imports.
inline std::optional<Timestamp> LastSeen(const Case& c) {
  std::optional<Timestamp> last;
  const auto see = [&](Timestamp t) { last = last ? std::max(*last, t) : t; };
  for (const LedgerLine& e : c.ledger) {
    if (IsPositive(e.event) && e.source != ConsentSource::kImport && Visible(c.q, e) &&
        BySubject(c, e)) {
      see(e.at);
    }
  }
  for (const Relation& r : c.facts.relations) {
    if (r.kind != RelationKind::kUnknown && Counts(c, r)) see(LastAlive(c, r));
  }
  for (const Activity& a : c.facts.activity) {
    if (a.kind != ActivityKind::kOpen && a.kind != ActivityKind::kUnknown && a.at <= c.q.at) {
      see(a.at);
    }
  }
  return last;
}

// Has the person been silent for too long to be kept in the active base?
inline const RuleRow* FindInactivity(const Case& c) {
  const int32_t months = c.policy.fr_inactive_months;
  if (!c.facts.activity_tracked || months <= 0) return nullptr;
  for (const RuleRow& row : c.Rows(RowKind::kRetention)) {
    if (!c.Covers(row) || HasRunningContract(c)) continue;
    const std::optional<Timestamp> last = LastSeen(c);
    const bool silent = last && AddMonths(*last, months) <= c.q.at;
    c.Say(row.rule, silent ? Verdict::kDenies : Verdict::kPassed);
    if (silent) return &row;
  }
  return nullptr;
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_PROHIBITIONS_H_
