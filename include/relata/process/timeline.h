// SPDX-License-Identifier: Apache-2.0
//
// One list of everything that happened to a record, and what is different between two instants.
//
// The timeline joins what is kept in five places: the record's own changes, its moves from state to
// state with how long each state lasted, the events about it, the records that name it (an order, a
// post, a ticket), and the lines of its consent ledger. What a merged record did is told of the one
// it was merged into. A move from state to state is told once, as a state; a record that names
// this one is told as it is now, from when it does; one that names another by now is told there
// (DiffRecord says who left).
//
// A difference is between two graphs, before and after, as Crm::Past gives them (today's is one
// too): of one record with its fields and links; of all records of a type; or of a segment's
// members. Who left has a name in the first only. Its cost follows what changed.
//
// Free functions over a Crm, of today or of the past; as thread-safe as the Crm. What the reader
// may not read is left out.

#ifndef RELATA_PROCESS_TIMELINE_H_
#define RELATA_PROCESS_TIMELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct TimelineEntry {
  enum class Kind : uint8_t { kChange, kState, kEvent, kRecord, kConsent };

  Timestamp at;  // when it took effect
  Kind kind = Kind::kChange;
  std::string type;                // of what happened: "contact", "page_view", "order", "consent"
  std::string text;                // one line
  std::string actor;               // of a change
  RecordRef record;                // that changed or was made; the subject of an event
  std::optional<Duration> lasted;  // of a state that was left, when another was entered
};

struct TimelineOptions {
  std::optional<Timestamp> from;   // in effect at or after
  std::optional<Timestamp> until;  // in effect before
  Language language = Language::kEnglish;
};

// Oldest first; of two at the same instant, the record before what names it. Nothing later than
// asking.now. NotFound; PermissionDenied when the reader may not read the type.
absl::StatusOr<std::vector<TimelineEntry>> TimelineOf(const Crm& crm, RecordRef record,
                                                      const QueryOptions& asking,
                                                      const TimelineOptions& options = {});

// What a timeline calls a kind: "change", "state", "event", "record", "consent".
std::string_view KindName(TimelineEntry::Kind kind);

// A record at two instants.
struct RecordDiff {
  RecordRef record;
  bool existed = false;  // at the first
  bool exists = false;   // at the second
  std::vector<FieldChange> fields;
  // Records that name it at one of the two only, by the name of the link's other side.
  std::vector<std::pair<std::string, RecordRef>> joined;
  std::vector<std::pair<std::string, RecordRef>> left;

  bool empty() const {
    return existed == exists && fields.empty() && joined.empty() && left.empty();
  }
};

// What is different of a record. NotFound when it is in neither; InvalidArgument when the two are
// not of one engine (so for the others below).
//
//   const Crm march = *crm.Past({.at = first_of_march});
//   DiffRecord(march, crm, marie, asking);
absl::StatusOr<RecordDiff> DiffRecord(const Crm& before, const Crm& after, RecordRef record,
                                      const QueryOptions& asking);

// All records of a type, or the members of a segment, at two instants.
struct PopulationDiff {
  TypeId type = kNoType;
  std::vector<RecordRef> joined;    // there, or members, at the second only
  std::vector<RecordRef> left;      // at the first only
  std::vector<RecordDiff> changed;  // at both, with other values; without `joined` and `left`
  int64_t same = 0;
  int64_t erased = 0;  // left out because they were erased since
};

// What is different of a type's records. NotFound, PermissionDenied.
absl::StatusOr<PopulationDiff> DiffType(const Crm& before, const Crm& after, std::string_view type,
                                        const QueryOptions& asking);

// Who entered and who left a segment, each instant judged by what was so and known then, with the
// segment as then defined when `known_at` is given. `changed` holds members of both.
absl::StatusOr<PopulationDiff> DiffMembers(const Crm& before, const Crm& after,
                                           std::string_view segment, const QueryOptions& asking);

}  // namespace relata

#endif  // RELATA_PROCESS_TIMELINE_H_
