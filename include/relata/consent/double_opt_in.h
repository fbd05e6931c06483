// SPDX-License-Identifier: Apache-2.0
//
// Double opt-in: a request, one confirmation message, an answer.
//
// A confirm answers the newest earlier request of the same person, point and scope that is neither
// spent nor dead. Confirming one topic confirms no other. A request lives [at, at + doi_ttl_days);
// once answered it is spent. Because each confirm takes the newest request, requests and confirms
// of one scope pair up like brackets, so pairing needs a counter and no memory.

#ifndef RELATA_CONSENT_DOUBLE_OPT_IN_H_
#define RELATA_CONSENT_DOUBLE_OPT_IN_H_

#include <algorithm>

#include "relata/consent/scope.h"

namespace relata::internal {

// The same values in any order.
inline bool SameValues(std::span<const std::string> a, std::span<const std::string> b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

// Do two entries belong to one double opt-in? Both are the subject's at the point asked, or of one
// named person at one named point; an absent point is the one asked about.
inline bool SameOptIn(const Case& c, const LedgerLine& a, const LedgerLine& b) {
  const PartyId at = a.point.none() ? c.q.point : a.point;
  if (at != (b.point.none() ? c.q.point : b.point)) return false;
  if (a.channels != b.channels || a.purposes != b.purposes) return false;
  if (!SameValues(a.topics(), b.topics())) return false;
  if (!SameValues(a.controllers(), b.controllers())) return false;
  const auto& merges = c.facts.merges;
  return Resolve(c.q, merges, Speaker(c, a)) == Resolve(c.q, merges, Speaker(c, b));
}

inline Timestamp RequestEnds(const Case& c, const LedgerLine& request) {
  return request.at + Days(c.policy.doi_ttl_days);
}

// What a walk along the ledger tells of one opt-in: requests and confirms of its scope, one instant
// after another. A confirm answers earlier requests only, so of one instant the confirms come
// first.
inline bool OfOptIn(const Case& c, const LedgerLine& e, const LedgerLine& of, ConsentEvent event) {
  return e.event == event && Visible(c.q, e) && SameOptIn(c, e, of);
}

// The request that the confirm at `index` of the ledger answers, or null.
inline const LedgerLine* AnsweredRequest(const Case& c, size_t index) {
  const LedgerLine& confirm = c.ledger[index];
  const LedgerLine* const lines = c.ledger.data();
  int taken = 0;  // requests that later confirms already took
  for (size_t end = index; end > 0;) {
    size_t begin = end - 1;
    while (begin > 0 && lines[begin - 1].at == lines[end - 1].at) --begin;
    const bool earlier = lines[begin].at < confirm.at;
    for (size_t i = end; earlier && i-- > begin;) {
      if (!OfOptIn(c, lines[i], confirm, ConsentEvent::kRequest) || taken-- > 0) continue;
      return confirm.at < RequestEnds(c, lines[i]) ? &lines[i] : nullptr;
    }
    for (size_t i = end; i-- > begin;) {
      taken += OfOptIn(c, lines[i], confirm, ConsentEvent::kConfirm) ? 1 : 0;
    }
    end = begin;
  }
  return nullptr;
}

// Is the request at `index` waiting for its confirm at the question's instant?
inline bool AwaitsConfirm(const Case& c, size_t index) {
  const LedgerLine& request = c.ledger[index];
  if (c.q.at >= RequestEnds(c, request)) return false;
  const LedgerLine* const lines = c.ledger.data();
  int open = 1;
  for (size_t begin = index + 1; begin < c.ledger.size();) {
    size_t end = begin + 1;
    while (end < c.ledger.size() && lines[end].at == lines[begin].at) ++end;
    const bool later = lines[begin].at > request.at;
    for (size_t i = begin; later && i < end; ++i) {
      if (OfOptIn(c, lines[i], request, ConsentEvent::kConfirm) && --open == 0) return false;
    }
    for (size_t i = begin; i < end; ++i) {
      open += OfOptIn(c, lines[i], request, ConsentEvent::kRequest) ? 1 : 0;
    }
    begin = end;
  }
  return true;
}

// May the one confirmation message be sent? Asked with the channel, topic, controller, person and
// point of the request; its purpose is whatever the request was for.
inline Decision DecideConfirmation(const Case& c) {
  Decision d;
  d.rule = Rule::kDoiNoRequest;
  for (size_t i = c.ledger.size(); i-- > 0;) {
    const LedgerLine& e = c.ledger[i];
    if (e.event != ConsentEvent::kRequest || !Visible(c.q, e) || e.at <= c.positives_after ||
        !PositiveHolds(c, e) || (e.channels & Bit(c.q.channel)) == 0 ||
        !TopicMatches(e, c.q.topic) || !ControllerMatches(e, c.q.controller) ||
        !AwaitsConfirm(c, i)) {
      continue;
    }
    const auto sent =
        std::count_if(c.facts.attempts.begin(), c.facts.attempts.end(), [&](const Attempt& a) {
          // One message per request, whichever of its channels carries it.
          return (e.channels & Bit(a.channel)) != 0 && a.purpose == Purpose::kDoiConfirmation &&
                 a.at >= e.at && a.at <= c.q.at;
        });
    d.Match(e.seq);
    if (sent >= c.policy.doi_max) {
      d.rule = Rule::kDoiAlreadySent;
    } else {
      d = {.outcome = Outcome::kAllow,
           .basis = Basis::kPreContractual,
           .rule = Rule::kDoiConfirmationOk,
           .matched_count = d.matched_count,
           .matched = d.matched};
    }
    break;
  }
  c.Say(d.rule, ToVerdict(d.outcome), d.matched[0]);
  return d;
}

}  // namespace relata::internal

#endif  // RELATA_CONSENT_DOUBLE_OPT_IN_H_
