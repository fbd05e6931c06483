// SPDX-License-Identifier: Apache-2.0
//
// Named segments: who belongs to "ripe leads" right now, and why.
//
// A segment is a definition of kind "segment": a type of record and a condition over it. Its
// members are the records for which the condition is true at `now`; those for which it cannot be
// decided are counted, never taken for members. A segment may name others with in_segment('name'),
// by reference: when the other changes, so does this one.
//
// A static segment is frozen: its body also lists the members' public ids, who froze it and when.
//
// Free functions over a Crm; as thread-safe as the Crm.

#ifndef RELATA_SEGMENT_SEGMENT_H_
#define RELATA_SEGMENT_SEGMENT_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

struct Segment {
  std::string name;        // [a-z][a-z0-9_]*, at most 63 characters
  std::string type;        // the type of record it selects
  std::string expression;  // a condition over that type
  LocalText label;
  bool frozen = false;  // static: the members are those of `members`, whatever the condition says
  std::vector<std::string> members;  // names of records, for a static segment
  std::string frozen_by;
  Timestamp frozen_at;
};

// Saves the segment as the next version of its definition. InvalidArgument when the name is
// malformed or the condition does not check (with a caret under the place); NotFound when it names
// a segment or score that is not there; FailedPrecondition when it would depend on itself.
absl::Status DefineSegment(Crm& crm, const Segment& segment, const Actor& actor, Timestamp now);

// What the checker finds odd about a saved segment's condition, which can be asked all the same: a
// choice compared with a word that is none of its options. Each message shows the place in the text
// with a caret. It says nothing of any record, so no rights are asked for. NotFound.
absl::StatusOr<std::vector<Issue>> SegmentWarnings(const Crm& crm, std::string_view segment);

// Several in one commit, which may name each other: all or none.
absl::Status DefineSegments(Crm& crm, const std::vector<Segment>& segments, const Actor& actor,
                            Timestamp now);

// Freezes the members a segment has at `now` under another name, with the actor and the date.
absl::Status FreezeSegment(Crm& crm, std::string_view segment, std::string_view as,
                           const Actor& actor, Timestamp now);

// NotFound when there is no such segment.
absl::StatusOr<Segment> FindSegment(const Crm& crm, std::string_view name);
// All segments by name.
std::vector<Segment> ListSegments(const Crm& crm);

// The members at options.now. NotFound, PermissionDenied as Crm::Query.
absl::StatusOr<QueryAnswer> SegmentMembers(const Crm& crm, std::string_view name,
                                           const QueryOptions& options);

// Whether the record with this public id or name ("018f2b4e-...", "contact/018f2b4e-...",
// "contact/zoho:2585") is a member at options.now; a record for which it cannot be decided is not.
// Where the membership is kept (WhyNotKept) the answer is one bit: after the first question, which
// finds all members, cost does not depend on the data. Otherwise the condition is evaluated for
// this record. NotFound when there is no such segment or record; no rights are asked for, as
// nothing is read but membership.
absl::StatusOr<bool> IsMember(const Crm& crm, std::string_view segment, std::string_view record,
                              Timestamp now);
// The same for asking.reader at asking.now: PermissionDenied when the condition reads what a role
// hides from the reader, who could otherwise learn it by asking for members one by one.
absl::StatusOr<bool> IsMember(const Crm& crm, std::string_view segment, std::string_view record,
                              const QueryOptions& asking);

// OK when the members of the segment are kept up to date by every commit and by Advance: each entry
// and exit is then a line of the log "membership" under the segment's name, with its cause, in the
// commit that made it. Otherwise FailedPrecondition with the reason: the condition can be asked at
// any instant, but when its answer changes cannot be foreseen; or the segment is frozen. NotFound.
absl::Status WhyNotKept(const Crm& crm, std::string_view segment);

// One entry into a segment or exit from it.
struct MembershipEntry {
  Seq seq = 0;
  Timestamp at;
  bool entered = false;
  // "event", "field", "created", "deleted", "merged", "rate": what was written; "time": nothing
  // was; "defined": the segment was, or one that it names.
  std::string cause;
  std::string what;  // "page_view", "contact.country"
  std::string of;    // the name of the record written to, when it is another one
};
// The entries and exits of one record, oldest first. NotFound, PermissionDenied as SegmentMembers.
absl::StatusOr<std::vector<MembershipEntry>> MembershipHistory(const Crm& crm,
                                                               std::string_view segment,
                                                               RecordRef record,
                                                               const QueryOptions& asking);

// Whether the record is a member, and the facts that decide it: one line a fact.
struct MembershipReason {
  enum class Verdict : uint8_t { kMember, kNotMember, kUndecided };

  Verdict verdict = Verdict::kUndecided;
  std::vector<std::string> facts;
};
absl::StatusOr<MembershipReason> WhyMember(const Crm& crm, std::string_view name, RecordRef record,
                                           const QueryOptions& options);

// Who would enter and who would leave if the segment's condition became `expression`.
struct SegmentDiff {
  TypeId type = kNoType;
  std::vector<Row> enter;
  std::vector<Row> leave;
  int64_t stay = 0;
};
absl::StatusOr<SegmentDiff> DiffSegment(const Crm& crm, std::string_view name,
                                        std::string_view expression, const QueryOptions& options);

// How much two segments of one type have in common at options.now. InvalidArgument when they are of
// different types.
struct SegmentOverlap {
  int64_t both = 0;
  int64_t only_first = 0;
  int64_t only_second = 0;
};
absl::StatusOr<SegmentOverlap> OverlapSegments(const Crm& crm, std::string_view first,
                                               std::string_view second,
                                               const QueryOptions& options);

// Splits a segment into `parts` (2 to 26) segments NAME_a, NAME_b, ... of about the same size, by a
// hash of the record's id and the segment's name: a member stays in its part as long as it is a
// member, whoever comes and goes, and another segment splits differently. One commit. Returns their
// names. NotFound; InvalidArgument for another number of parts.
absl::StatusOr<std::vector<std::string>> SplitSegment(Crm& crm, std::string_view segment, int parts,
                                                      const Actor& actor, Timestamp now);

// Saves the segments that every company asks for, where their names are not taken, and returns the
// names that are new: hot_prospects, loyal_upsell, inactive_to_wake, lapsing. They are definitions
// like any other, to be changed at will.
absl::StatusOr<std::vector<std::string>> DefineStarterSegments(Crm& crm, const Actor& actor,
                                                               Timestamp now);

// The starter audience of cross-selling: the records of `type` (contact or account) that bought the
// product with the code `bought` and not the one with the code `not_bought`. Saved as a definition
// named after both ("bought_press_7_not_care") unless `name` is given; its name is returned.
// NotFound when no product has one of the codes, InvalidArgument for another type or a malformed
// name, AlreadyExists when the name is taken.
absl::StatusOr<std::string> DefineBoughtNot(Crm& crm, std::string_view type,
                                            std::string_view bought, std::string_view not_bought,
                                            std::string_view name, const Actor& actor,
                                            Timestamp now);

}  // namespace relata

#endif  // RELATA_SEGMENT_SEGMENT_H_
