// SPDX-License-Identifier: Apache-2.0
//
// What is known about a person when the question is asked.
//
// Facts is a bundle of spans over what its caller already has: ledger entries, relations (orders,
// contracts, inquiries, donations), attempts, registers, signals, activity. Nothing is copied and
// nothing is owned: everything must outlive the call. The ledger is in ascending order of (at, seq)
// and the attempts in ascending order of `at`; a decision over facts out of order is a deny.
//
// A fact nobody recorded is unknown, not false: see Known.

#ifndef RELATA_CONSENT_FACTS_H_
#define RELATA_CONSENT_FACTS_H_

#include <optional>
#include <span>
#include <string_view>

#include "relata/base/zone.h"
#include "relata/consent/ledger_line.h"
#include "relata/consent/question.h"
#include "relata/consent/vocabulary.h"

namespace relata {

// One relation of the person with a controller. A contract without an end is running.
struct Relation {
  RelationKind kind = RelationKind::kUnknown;
  Timestamp at;
  Timestamp until = Timestamp::kMax;
  std::string_view controller = kSelf;
  Known informed = Known::kUnknown;        // of the use of the address, when it was collected
  Known optout_offered = Known::kUnknown;  // when it was collected
  Known no_unsolicited_statement = Known::kUnknown;  // published with "no unsolicited messages"
  // The channels that the notice shown then was about; 0: all. For another one nothing is known.
  ChannelSet told = 0;

  bool TellsOf(Channel channel) const { return told == 0 || (told & Bit(channel)) != 0; }
};

// The number stands on a national register from this instant on.
struct Listing {
  Register list = Register::kUnknown;
  Timestamp listed_from;
};

// A contact that was made or tried.
struct Attempt {
  Channel channel = Channel::kUnknown;
  Timestamp at;
  Purpose purpose = Purpose::kMarketing;
};

struct Activity {
  ActivityKind kind = ActivityKind::kUnknown;
  Timestamp at;
};

// A privacy signal of the person's browser (Global Privacy Control).
struct Signal {
  bool gpc = false;
  Timestamp at;
};

// `from` and `into` are one person from `at` on, named `into`, until the merge is undone.
struct Merge {
  PartyId from;
  PartyId into;
  Timestamp at;
  Timestamp until = Timestamp::kMax;
  // How long before `at` questions count them as one already: who asks and who recorded the merge
  // may have different clocks. What was said before `at` stays said by two.
  Duration early{};
};

struct Subject {
  const Zone* zone = nullptr;             // where the person's clock is; null: not known
  std::span<const Zone> zone_candidates;  // used when `zone` is null
  std::optional<Date> born;
  bool deceased = false;
  bool suppressed = false;  // marked "do not contact": on a suppression list that nothing lifts
};

struct Point {
  PointClass point_class = PointClass::kPersonal;
  Subscriber subscriber = Subscriber::kIndividual;
  Known informed_at_collection = Known::kUnknown;
};

struct Facts {
  std::span<const Jurisdiction> jurisdictions;  // candidates; none: every pack, the strictest
  std::span<const ConsentEntry* const> ledger;  // of the person, those merged, and of the point
  std::span<const LedgerLine> lines;            // the same, compiled; read instead when not empty
  std::span<const Merge> merges;
  std::span<const Relation> relations;
  std::span<const Listing> registers;
  std::span<const Attempt> attempts;
  std::span<const Signal> signals;
  std::span<const Activity> activity;
  bool activity_tracked = false;  // false: no retention decision can be made
  Subject subject;
  Point point;
  // What the caller knows of the ledger, so that it is not looked for again: the events that may
  // be among the entries (EventBit), and that ledger and attempts are in order.
  EventSet events = 0xffff;
  bool in_order = false;
};

}  // namespace relata

#endif  // RELATA_CONSENT_FACTS_H_
