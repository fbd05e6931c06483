// SPDX-License-Identifier: Apache-2.0
//
// A person and what is known about her, for tests: owns what Facts borrows.

#ifndef RELATA_TESTS_UNIT_CONSENT_CONSENT_WORLD_H_
#define RELATA_TESTS_UNIT_CONSENT_CONSENT_WORLD_H_

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "relata/consent/explanation.h"
#include "relata/model/value.h"

namespace relata::testing {

// An instant of 2026 unless a year is given.
inline Timestamp At(int32_t month, int32_t day, int32_t hour = 10, int32_t minute = 0,
                    int32_t year = 2026) {
  return UtcMidnight(MakeDate(year, month, day)) + Hours(hour) + Minutes(minute);
}

inline const RulePack& StandardPack() {
  static const RulePack pack = *RulePack::Standard();
  return pack;
}

// Persons and points by number.
constexpr PartyId P(uint64_t n) { return {n}; }
constexpr PartyId Address(uint64_t n) { return {1000 + n}; }

class World {
 public:
  explicit World(std::vector<Jurisdiction> where = {Jurisdiction::kFr})
      : policy(StandardPack().policy()), where_(std::move(where)) {
    q.channel = Channel::kEmail;
    q.purpose = Purpose::kMarketing;
    q.at = At(3, 10);
    q.person = P(1);
  }

  // Adds an entry for the question's channel and for marketing.
  ConsentEntry& Add(ConsentEvent event, Timestamp at) {
    ConsentEntry& e = entries.emplace_back();
    e.seq = static_cast<Seq>(entries.size());
    e.event = event;
    e.at = e.recorded_at = at;
    e.scope.channels = Bit(q.channel);
    e.scope.purposes = Bit(Purpose::kMarketing);
    if (IsPositive(event) || event == ConsentEvent::kRequest) {
      e.evidence.source = ConsentSource::kWeb;
      e.evidence.text = "sha256:form";
    }
    return e;
  }
  ConsentEntry& Grant(Timestamp at) { return Add(ConsentEvent::kGrant, at); }
  ConsentEntry& Withdraw(Timestamp at) { return Add(ConsentEvent::kWithdraw, at); }
  // An entry without scope.
  ConsentEntry& Bare(ConsentEvent event, Timestamp at) {
    ConsentEntry& e = Add(event, at);
    e.scope = {};
    return e;
  }
  Relation& Relate(RelationKind kind, Timestamp at) {
    Relation r;
    r.kind = kind;
    r.at = at;
    r.informed = r.optout_offered = Known::kYes;
    return relations.emplace_back(r);
  }
  void Zones(std::initializer_list<const char*> names) {
    zones.clear();
    for (const char* name : names) zones.push_back(*Zone::Load(name));
  }
  // One zone that is certain.
  void In(const char* name) { Zones({name}); }

  // Calls `f(facts)` with everything bound.
  template <class F>
  auto With(F f) const {
    std::vector<const ConsentEntry*> ledger;
    for (const ConsentEntry& e : entries) ledger.push_back(&e);
    std::stable_sort(ledger.begin(), ledger.end(),
                     [](const ConsentEntry* a, const ConsentEntry* b) { return a->at < b->at; });
    Facts facts;
    facts.jurisdictions = where_;
    facts.ledger = ledger;
    facts.merges = merges;
    facts.relations = relations;
    facts.registers = registers;
    facts.attempts = attempts;
    facts.signals = signals;
    facts.activity = activity;
    facts.activity_tracked = activity_tracked;
    facts.point = point;
    facts.subject = subject;
    if (zones.size() == 1 && !candidates) facts.subject.zone = zones.data();
    if (zones.size() > 1 || candidates) facts.subject.zone_candidates = zones;
    return f(facts);
  }
  Decision Ask(Trace* trace = nullptr) const {
    return With([&](const Facts& f) { return Decide(q, f, StandardPack(), policy, trace); });
  }
  ConsentExplanation Explain(Language language) const {
    return With(
        [&](const Facts& f) { return relata::Explain(q, f, StandardPack(), policy, language); });
  }
  std::string Reason() const { return std::string(Name(Ask().rule)); }
  // "deny DEFAULT.NO_BASIS"
  std::string Answer() const {
    const Decision d = Ask();
    return std::string(Name(d.outcome)) + " " + std::string(Name(d.rule));
  }

  Question q;
  Policy policy;
  std::deque<ConsentEntry> entries;
  std::vector<Merge> merges;
  std::vector<Relation> relations;
  std::vector<Listing> registers;
  std::vector<Attempt> attempts;
  std::vector<Signal> signals;
  std::vector<Activity> activity;
  bool activity_tracked = false;
  Point point;
  Subject subject;
  std::vector<Zone> zones;
  bool candidates = false;

 private:
  std::vector<Jurisdiction> where_;
};

// A consumer called in Paris on Tuesday 10 March 2026 at 11:00 local time.
inline World Call(Jurisdiction where = Jurisdiction::kFr, const char* zone = "Europe/Paris") {
  World w({where});
  w.q.channel = Channel::kPhone;
  w.In(zone);
  return w;
}

// The reason, and the instant at which it stops blocking where one is promised.
inline std::string Retry(const World& w) {
  const Decision d = w.Ask();
  return std::string(Name(d.rule)) + (d.has_retry() ? " " + FormatTimestamp(d.retry_at) : "");
}

}  // namespace relata::testing

#endif  // RELATA_TESTS_UNIT_CONSENT_CONSENT_WORLD_H_
