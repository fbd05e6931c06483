// SPDX-License-Identifier: Apache-2.0
//
// Whether a grant proves consent.
//
// The burden of proof lies on the controller (GDPR 7(1)), so a grant is put through every demand of
// the law asked about: dated truthfully, freely given, proven, in force, old enough, in the form
// the channel needs. The first demand it fails names the reason; an older grant is then tried.

#ifndef RELATA_CONSENT_GRANT_CHECKS_H_
#define RELATA_CONSENT_GRANT_CHECKS_H_

#include "relata/consent/double_opt_in.h"

namespace relata::internal {

// How well an entry is proven. `answered`: it confirms a live request. What was imported without
// the words shown is an assertion, whatever its other columns say.
constexpr Grade GradeOf(const LedgerLine& e, bool answered) {
  const bool text = e.Has(LedgerLine::kText);
  if (e.source == ConsentSource::kImport && !text) return Grade::kAsserted;
  if (e.source == ConsentSource::kNone) return answered ? Grade::kConfirmed : Grade::kNone;
  if (e.Has(LedgerLine::kWritten)) return Grade::kSigned;
  if (answered || e.doi != DoubleOptIn::kNone) return Grade::kConfirmed;
  return text ? Grade::kRecorded : Grade::kAsserted;
}

// Whole years of age on a day; the birthday itself counts (born on 29 February: 28 February).
constexpr bool IsUnder(Date born, int32_t years, Date day) {
  return day < AddMonths(born, years * 12);
}

// Was the person too young to consent alone? GDPR 8 looks at the day of the grant.
inline bool TooYoung(const Case& c, const LedgerLine& e, int32_t years) {
  if (!c.facts.subject.born || e.Has(LedgerLine::kParental) || e.Has(LedgerLine::kNotIss)) {
    return false;
  }
  const Timestamp day = c.policy.minor_stays_unproven ? e.at : c.q.at;
  return IsUnder(*c.facts.subject.born, years, UtcDate(day));
}

// A gap of `dormant_months` between grant, attempts on the channel, and the question.
inline bool IsDormant(const Case& c, const LedgerLine& e) {
  const int32_t months = c.policy.dormant_months;
  if (months <= 0) return false;
  Timestamp last = e.at;
  for (const Attempt& a : c.facts.attempts) {
    if (a.channel != c.q.channel || a.at < last || a.at > c.q.at) continue;
    if (AddMonths(last, months) <= a.at) return true;
    last = a.at;
  }
  return AddMonths(last, months) <= c.q.at;
}

// Does the entry fail a demand of this jurisdiction's rows?
inline bool FailsRow(const Case& c, const RuleRow& row, const LedgerLine& e, Grade grade) {
  switch (row.when) {
    case Condition::kMaxAge: {
      const int32_t months = c.policy.fr_phone_consent_months;
      return months > 0 && AddMonths(e.at, months) <= c.q.at;
    }
    case Condition::kDoiNotEmail:
      return e.doi == DoubleOptIn::kEmail;
    case Condition::kWebNeedsDoi:
      return c.policy.de_web_doi_required && e.source == ConsentSource::kWeb &&
             e.event == ConsentEvent::kGrant && e.doi == DoubleOptIn::kNone;
    case Condition::kWritten:
      return grade < Grade::kSigned && (c.policy.us_sms_written || c.q.channel != Channel::kSms);
    case Condition::kMinimumAge:
      return TooYoung(c, e, row.amount);
    case Condition::kSaleOptOut:  // under 13 a parent must authorise the sale of data
      return c.facts.subject.born && !e.Has(LedgerLine::kParental) &&
             IsUnder(*c.facts.subject.born, row.amount, UtcDate(e.at));
    default:
      return false;
  }
}

// The rule that the positive entry at `index` fails; kConsentOk when it proves consent.
inline Rule CheckGrant(const Case& c, size_t index) {
  const LedgerLine& e = c.ledger[index];
  if (e.at > e.recorded_at + Seconds(c.policy.skew_s)) return Rule::kConsentFutureDated;
  if (e.event == ConsentEvent::kRequest) return Rule::kConsentPendingDoi;
  if (e.Has(LedgerLine::kInvalid)) return Rule::kConsentInvalid;
  const bool confirm = e.event == ConsentEvent::kConfirm;
  const bool answered = confirm && AnsweredRequest(c, index) != nullptr;
  const Grade grade = GradeOf(e, answered);
  if (grade < Grade::kRecorded || (confirm && !answered)) return Rule::kConsentUnproven;
  if (e.effective_from() > c.q.at) return Rule::kConsentNotYetEffective;
  if (e.expires_at() <= c.q.at) return Rule::kConsentExpired;
  for (const RuleRow& row : c.Rows(RowKind::kCheck)) {
    if (!c.Covers(row)) continue;
    if (row.purposes != 0 && (row.purposes & Bit(c.q.purpose)) == 0) continue;
    if (FailsRow(c, row, e, grade)) return row.rule;
    c.Say(row.rule, Verdict::kPassed, e.seq);
  }
  return IsDormant(c, e) ? Rule::kConsentDormant : Rule::kConsentOk;
}

// The first of each kind of refusal met while a basis is looked for.
struct Notes {
  Rule ask = Rule::kNoBasis;
  Rule deny = Rule::kNoBasis;
  Seq ask_seq = 0;
  Seq deny_seq = 0;

  // NOTICE.MISSING may be either, so the caller says which.
  constexpr void Take(Rule rule, Outcome outcome, Seq seq) {
    if (outcome == Outcome::kNeedsEvidence && ask == Rule::kNoBasis) {
      ask = rule;
      ask_seq = seq;
    } else if (outcome == Outcome::kDeny && deny == Rule::kNoBasis) {
      deny = rule;
      deny_seq = seq;
    }
  }
};

// The newest grant or confirm that proves consent, or null; what failed is noted.
inline const LedgerLine* FindConsent(const Case& c, Notes* notes) {
  for (size_t i = c.ledger.size(); i-- > 0;) {
    const LedgerLine& e = c.ledger[i];
    const bool pending = e.event == ConsentEvent::kRequest;
    if (!PositiveMatches(c, e, pending) || (pending && !AwaitsConfirm(c, i))) continue;
    const Rule rule = CheckGrant(c, i);
    c.Say(rule, ToVerdict(OutcomeOf(rule)), e.seq);
    if (rule == Rule::kConsentOk) return &e;
    notes->Take(rule, OutcomeOf(rule), e.seq);
  }
  return nullptr;
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_GRANT_CHECKS_H_
