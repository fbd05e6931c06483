// SPDX-License-Identifier: Apache-2.0
//
// When, not whether: legal hours, the pause after a refusal, caps, and the house's own hours.
//
// A rule of time denies for now and says when it stops (`retry_at`), even if another blocks then.
// Local time is the contacted person's. Where only candidate zones are known, each of them must be
// open and no instant is promised; where none is known, a rule that needs one asks.

#ifndef RELATA_CONSENT_TIMING_H_
#define RELATA_CONSENT_TIMING_H_

#include "relata/consent/bases.h"
#include "relata/consent/calling_hours.h"
#include "relata/consent/negatives.h"

namespace relata::internal {

// A rule of time that blocks. retry_at 0: no instant can be said.
struct Blocked {
  Rule rule = Rule::kConsentOk;  // kConsentOk: nothing blocks
  Timestamp retry_at{};

  bool blocks() const { return rule != Rule::kConsentOk; }
};

inline std::span<const Zone> ZonesOf(const Subject& s) {
  return s.zone != nullptr ? std::span<const Zone>(s.zone, 1) : s.zone_candidates;
}

// Applies a local rule: `until(zone)` is the instant up to which the zone blocks, kMin when it does
// not. All zones must be open; only a zone that is certain promises when to come back.
template <class Until>
Blocked InEveryZone(const Case& c, Rule rule, Until until) {
  const std::span<const Zone> zones = ZonesOf(c.facts.subject);
  if (zones.empty()) return {Rule::kTzUnknown, {}};
  for (const Zone& zone : zones) {
    const Timestamp end = until(zone);
    if (end <= c.q.at) continue;
    const bool promised = c.facts.subject.zone != nullptr && end < Timestamp::kMax;
    return {rule, promised ? end : Timestamp{}};
  }
  return {};
}

// What the zone's clock shows at `t`. An audience is asked about one instant in few zones, so each
// thread keeps the last answer.
inline LocalTime LocalAt(const Zone& zone, Timestamp t) {
  struct Last {
    Zone zone;
    Timestamp at = Timestamp::kMin;
    LocalTime local;
  };
  thread_local Last last;
  if (last.at != t || !(last.zone == zone)) last = {zone, t, zone.Local(t)};
  return last.local;
}

// Are the hours open then? Kept like the clock above: what costs is finding the holidays of a year.
inline bool IsOpenAt(const OpenHours& hours, const Zone& zone, Timestamp t) {
  struct Last {
    Zone zone;
    Timestamp at = Timestamp::kMin;
    OpenHours hours;
    bool open = false;
  };
  thread_local Last last;
  if (last.at != t || !(last.zone == zone) || !(last.hours == hours)) {
    last = {zone, t, hours, IsOpen(hours, zone.Local(t))};
  }
  return last.open;
}

// Statutory hours. `outside_hours`: the basis is a consent to calls outside them.
inline Blocked TryHours(const Case& c, const RuleRow& row, bool outside_hours) {
  if (!c.Covers(row) || (outside_hours && row.rule == Rule::kFrPhoneHours)) return {};
  if (row.rule == Rule::kUsHours && c.q.channel == Channel::kSms && !c.policy.us_sms_hours) {
    return {};
  }
  return InEveryZone(c, row.rule, [&](const Zone& zone) {
    if (IsOpenAt(row.hours, zone, c.q.at)) return Timestamp::kMin;
    return NextOpening(row.hours, zone, c.q.at).value_or(Timestamp::kMax);
  });
}

// The instant up to which a refusal silences: `days` whole local days after the day it was said.
inline Timestamp PauseEnds(const Case& c, const RuleRow& row, const Zone& zone, Timestamp said) {
  if (c.policy.fr_refusal_pause == RefusalPause::kHours) return said + Days(row.days);
  return zone.DayStart(AddDays(zone.LocalDate(said), row.days + 1));
}

// The pause after a refused call. Refusals that already counted as withdrawals do not count again.
inline Blocked TryPause(const Case& c, const RuleRow& row, bool refusals_are_withdrawals) {
  if (!c.Covers(row) || refusals_are_withdrawals) return {};
  if (!c.May(EventBit(ConsentEvent::kRefuseCall))) return {};
  const LedgerLine* last = nullptr;
  for (const LedgerLine& e : c.ledger) {
    if (e.event == ConsentEvent::kRefuseCall && NegativeSpeaks(c, e)) last = &e;
  }
  // No zone makes a local day end more than two days later than counted in UTC.
  if (last == nullptr || c.q.at >= last->at + Days(row.days + 2)) return {};
  return InEveryZone(c, row.rule,
                     [&](const Zone& zone) { return PauseEnds(c, row, zone, last->at); });
}

// The `n`th newest attempt on the channel in the `days` x 24 hours before the question; null when
// there are fewer. Contacts for an always-purpose are no attempts to sell.
inline const Attempt* NthNewestAttempt(const Case& c, int32_t n, int32_t days) {
  for (size_t i = c.facts.attempts.size(); i-- > 0;) {
    const Attempt& a = c.facts.attempts[i];
    if (a.at > c.q.at || a.channel != c.q.channel || IsAlways(a.purpose)) continue;
    if (a.at <= c.q.at - Days(days)) return nullptr;
    if (--n == 0) return &a;
  }
  return nullptr;
}

inline Blocked TryCap(const Case& c, const RuleRow& row) {
  if (!c.Covers(row)) return {};
  const Attempt* fourth = NthNewestAttempt(c, row.amount, row.days);
  if (fourth == nullptr) return {};
  const Timestamp end = fourth->at + Days(row.days);
  if (c.policy.fr_cap_window == CapWindow::kHours || ZonesOf(c.facts.subject).empty()) {
    return {row.rule, end};
  }
  return InEveryZone(c, row.rule, [&](const Zone& zone) {
    return zone.DayStart(AddDays(zone.LocalDate(fourth->at), row.days));
  });
}

inline Blocked TryQuietHours(const Case& c) {
  const QuietHours& quiet = c.policy.quiet_hours;
  if (!quiet.on() || c.q.channel == Channel::kAny) return {};
  if (quiet.channels != 0 && (quiet.channels & Bit(c.q.channel)) == 0) return {};
  return InEveryZone(c, Rule::kQuietHours, [&](const Zone& zone) {
    if (!IsQuiet(quiet, LocalAt(zone, c.q.at).second)) return Timestamp::kMin;
    return QuietUntil(quiet, zone, c.q.at);
  });
}

inline Blocked TryFrequencyCap(const Case& c) {
  const FrequencyCap& cap = c.policy.freq_cap;
  if (!cap.on() || c.q.channel == Channel::kAny) return {};
  if (cap.channel != Channel::kUnknown && cap.channel != c.q.channel) return {};
  if (cap.max <= 0) return {Rule::kFrequencyCap, {}};
  const Attempt* nth = NthNewestAttempt(c, cap.max, cap.days);
  if (nth == nullptr) return {};
  return {Rule::kFrequencyCap, nth->at + Days(cap.days)};
}

// The first rule of time that blocks, in the order of the law: hours, pause, cap, then the house.
inline Blocked TryTiming(const Case& c, bool outside_hours, bool refusals_are_withdrawals) {
  const auto tried = [&](Rule rule, Blocked b) {
    c.Say(b.blocks() ? b.rule : rule, b.blocks() ? ToVerdict(OutcomeOf(b.rule)) : Verdict::kPassed);
    return b;
  };
  for (const RuleRow& row : c.Rows(RowKind::kHours)) {
    if (Blocked b = tried(row.rule, TryHours(c, row, outside_hours)); b.blocks()) return b;
  }
  for (const RuleRow& row : c.Rows(RowKind::kPause)) {
    if (Blocked b = tried(row.rule, TryPause(c, row, refusals_are_withdrawals)); b.blocks()) {
      return b;
    }
  }
  for (const RuleRow& row : c.Rows(RowKind::kCap)) {
    if (Blocked b = tried(row.rule, TryCap(c, row)); b.blocks()) return b;
  }
  if (Blocked b = tried(Rule::kQuietHours, TryQuietHours(c)); b.blocks()) return b;
  return tried(Rule::kFrequencyCap, TryFrequencyCap(c));
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_TIMING_H_
