// SPDX-License-Identifier: Apache-2.0
//
// What the book of deals says about how deals go: by channel, by stage, and which kinds of deal are
// won or lost more often than chance explains.
//
// Shares come with Wilson's interval. Patterns are looked for among many, so each carries the false
// discovery rate at which it holds, is left out below ten closed deals, and is given with its share
// drawn towards the whole besides the share itself (proportion.h).
//
// Pure functions on books; SequencesOf is as thread-safe as the Crm.

#ifndef RELATA_SCORE_DEAL_REPORT_H_
#define RELATA_SCORE_DEAL_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "relata/base/status.h"
#include "relata/score/deals.h"
#include "relata/score/proportion.h"

namespace relata {

// Deals of one channel (origin), or of all for "".
struct ChannelLine {
  std::string channel;
  int64_t opened = 0;
  int64_t won = 0;
  int64_t lost = 0;
  double share = 0;  // of those closed, won
  ShareInterval interval;
  double won_amount = 0;
  double days_to_win = 0;  // median, from opening; 0 when none was won
};
// All first, then by number of deals. Deals without a channel are "(none)".
std::vector<ChannelLine> ConversionByChannel(const DealBook& book);

// One stage that deals were seen to enter.
struct StageLine {
  std::string stage;
  int64_t entered = 0;
  int64_t left = 0;  // for another stage or the end; the others are in it
  double days = 0;   // median time in it, those still in it counted as cut off (Kaplan and Meier
                     // 1958); -1 when less than half have left
  double slow_days = 0;  // by when three quarters have left; -1 when they have not
  int64_t won = 0;       // in the end
  int64_t closed = 0;    // of those that entered
  ShareInterval interval;
};
// By median time in the stage, longest first: where deals rub.
std::vector<StageLine> StageFriction(const DealBook& book);

// Kinds of contact by deal, in order of time, without repeats in a row: "call", "meeting".
using ContactSequences = std::map<Row, std::vector<std::string>>;
// From the activities that are linked to opportunities, up to the deal's end. PermissionDenied.
absl::StatusOr<ContactSequences> SequencesOf(const Crm& crm, const DealBook& book,
                                             const QueryOptions& asking);

struct DealPattern {
  std::string kind;  // "offer", "sector", "size", "channel", "offer + sector", "contacts"
  std::string name;  // "PH-100 + retail", "call > meeting"
  int64_t won = 0;
  int64_t closed = 0;
  double share = 0;
  ShareInterval interval;
  double drawn = 0;  // the share, drawn towards the whole
  double p = 0;      // against all other deals, Fisher's exact test
  double rate = 0;   // false discovery rate among all patterns looked at
};
// Every pattern of at least `least` closed deals, most certain first; `overall` gets the whole.
// "contacts" are all pairs and triples of contacts that follow one another.
std::vector<DealPattern> FindPatterns(const DealBook& book, const ContactSequences& sequences,
                                      GroupShare* overall = nullptr, int64_t least = 10);

}  // namespace relata

#endif  // RELATA_SCORE_DEAL_REPORT_H_
