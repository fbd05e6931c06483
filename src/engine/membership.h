// SPDX-License-Identifier: Apache-2.0
//
// Who belongs to which segment, kept up to date by commits and by time.
//
// For each segment that can be maintained there are two bitmaps over its subjects: who belongs to
// it by the facts, and who does according to the log of entries and exits. A commit evaluates the
// subjects that it concerns (reach.h) and logs those that changed; Advance evaluates those whose
// answer has run out and logs whatever the log lacks. Answers that run out within kHorizon have a
// timer; the timers are found anew for the whole population when the horizon is reached.
//
// States are immutable and shared with readers; the writer makes new ones, which share the chunks
// that did not change, and publishes them with its commit.

#ifndef RELATA_SRC_ENGINE_MEMBERSHIP_H_
#define RELATA_SRC_ENGINE_MEMBERSHIP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/columns.h"
#include "engine/conditions.h"
#include "engine/cow.h"
#include "engine/membership_parts.h"
#include "engine/reach.h"
#include "relata/engine/crm.h"

namespace relata::internal {

inline constexpr Duration kHorizon = Hours(24);
// Beyond this part of the population, all of it is asked at once; up to kFewDue one by one; between
// them together, by columns and the indexes of what they have.
inline constexpr int64_t kDueInHundred = 10;
inline constexpr size_t kFewDue = 32;

// What a definition and the schema say about a segment, found once.
struct SegmentPlan {
  std::shared_ptr<const Schema> schema;
  // Its own definition and those of the segments it names. Others make another plan.
  std::vector<std::pair<std::string, std::shared_ptr<const SegmentBody>>> bodies;
  std::string text;  // of all of them: plans of the same text have the same members
  Condition condition;
  absl::Status maintainable;  // OK, or why not in words for people
  Reach reach;
  ConditionParts parts;
  std::vector<ColumnsNeeded> columns;  // that evaluating it and following its paths back read
  NowUse now_use = NowUse::kNone;      // the strongest of its own and of the segments it names
};

// Timers of the rows of one chunk, by offset.
struct ChunkTimers {
  std::vector<std::pair<uint16_t, int64_t>> until;
  ChunkBits any{};  // the rows that have one: mostly that is asked, and none has
  // kMax.micros when the row has none.
  int64_t Of(size_t offset) const {
    return TestBit(any, offset) ? Find(offset) : Timestamp::kMax.micros;
  }
  void Set(size_t offset, int64_t at);

 private:
  int64_t Find(size_t offset) const;
};

// Rows by the hour in which their timer runs out: hints, to be checked against the timers. Rows lie
// below 2^32.
class Agenda {
 public:
  void Add(int64_t at, Row row) { hours_[HourOf(at)].push_back(static_cast<uint32_t>(row)); }
  // The rows whose timer may run out up to `at`, some of them more than once.
  template <class Visit>
  void EachUpTo(int64_t at, const Visit& visit) const {
    for (auto hour = hours_.begin(); hour != hours_.end() && hour->first <= HourOf(at); ++hour) {
      for (const uint32_t row : hour->second) visit(Row{row});
    }
  }
  // Forgets the hours that are over at `at`.
  void DropUpTo(int64_t at) { hours_.erase(hours_.begin(), hours_.lower_bound(HourOf(at))); }
  size_t MemoryUsed() const;

 private:
  static int64_t HourOf(int64_t at) {
    const int64_t hour = at / Hours(1).micros;
    return hour - (at % Hours(1).micros < 0 ? 1 : 0);
  }
  std::map<int64_t, std::vector<uint32_t>> hours_;
};

struct SegmentState {
  std::shared_ptr<const SegmentPlan> plan;
  // Whether `members` was found for the whole population; every answer in it was given at an
  // instant up to `as_of` and holds until its timer or `filled_until`, whichever is first.
  bool filled = false;
  Timestamp as_of = Timestamp::kMin;
  Timestamp filled_until = Timestamp::kMin;
  Timestamp advanced_to = Timestamp::kMin;  // no timer up to here is left
  Directory<ChunkBits> members;
  Directory<ChunkTimers> timers;
  // The writer's only.
  std::shared_ptr<Agenda> agenda;
  // What is known of the parts of the condition while the state is filled; empty when they are not
  // kept.
  std::vector<PartState> parts;
  // Members by the log, once it was read.
  bool logged_known = false;
  Directory<ChunkBits> logged;

  // Whether the record is a member at `now`; nothing when the state cannot tell.
  std::optional<bool> Test(Row row, Timestamp now) const;
  // Until when the answer of the record holds, as far as the state reaches.
  Timestamp HoldsUntil(Row row) const;
  bool Answers(Timestamp now) const { return filled && now >= as_of && now < filled_until; }
};

// What a state holds, in bytes; what it shares with others is counted.
struct StateMemory {
  size_t members = 0;  // by the facts and by the log
  size_t parts = 0;    // what is known of the parts of the condition, counts left out
  size_t counts = 0;
  size_t timers = 0;  // by row and by time
  size_t all() const { return members + parts + counts + timers; }
};
StateMemory MemoryOf(const SegmentState& state);

// Whether the batch writes records or events of these types, or states something about them.
bool WritesAnyOf(const CommitBatch& writes, const std::set<TypeId>& types);

bool HasRow(const Directory<ChunkBits>& bits, Row row);
void PutRow(Directory<ChunkBits>& bits, Row row, bool on, EditToken edit);

// The state when it is filled and of this plan, else nullptr.
const SegmentState* StateOfPlan(const SegmentState& state, const Plan& plan);

// The states of one commit, as readers see them.
struct PublishedMemberships {
  CommitId commit = 0;
  std::map<std::string, std::shared_ptr<const SegmentState>, std::less<>> segments;
};

// Whom a step asked about a segment.
struct AskedRows {
  bool everybody = false;
  std::vector<Row> rows;
};

// Finds the state of a segment that belongs to the graph of a question; nullptr when there is none,
// it is not filled, or it is of another plan than the one asked.
using FindState = std::function<const SegmentState*(std::string_view name, const Plan& plan)>;

// The public id of a record before or after a commit, as the store and the commit know it.
using FindId = std::function<Uuid(RecordRef)>;

// The writer's side. Guarded by the commit mutex of the engine, but for Published.
class Memberships {
 public:
  // The plan of a segment; the last one when nothing it stands on has changed. NotFound.
  absl::StatusOr<std::shared_ptr<const SegmentPlan>> PlanOf(const Crm& crm, std::string_view name);
  // The columns needed before a commit that writes these types and definitions, or before Advance.
  // What cannot be planned is left out.
  std::vector<ColumnsNeeded> ColumnsFor(const Crm& crm, const std::set<TypeId>& written,
                                        const std::vector<DefinitionWrite>& definitions,
                                        bool time_only);
  // Brings the states to the step's graph and instant and logs what changed into step.next().
  absl::Status Record(CommitStep& step, const FindId& id_of);
  // Finds the whole population as of the newest commit for readers, without logging. `view` is the
  // newest graph, with the plan's columns.
  absl::Status Fill(const Crm& crm, const Snapshot& view, std::string_view name);

  // Begins on the graph of commit `head`, with nothing made yet. When somebody else wrote since the
  // states were published, they are found anew.
  void Begin(CommitId head) {
    pending_.clear();
    anew_ = published_->commit != head;
  }
  // What was made holds for `commit`, which is durable: readers see it. Segments that read what the
  // commit erased are found anew when they are next asked, or time moves. The caller holds the
  // mutex that guards reading.
  void Publish(CommitId commit, const EraseWrite& erased = {});
  // The states of the newest commit of this process.
  std::shared_ptr<const PublishedMemberships> published() const { return published_; }

 private:
  SegmentState& Edit(const std::string& name, const std::shared_ptr<const SegmentPlan>& plan);
  // The state of a segment as this commit has brought it so far.
  const SegmentState* Newest(std::string_view name, const Plan& plan) const;
  absl::Status RecordSegment(CommitStep& step, const std::string& name, const FindId& id_of);
  absl::Status RecordRetired(CommitStep& step, const std::string& name, const FindId& id_of);

  std::map<std::string, std::shared_ptr<const SegmentPlan>, std::less<>> plans_;
  std::map<std::string, SegmentState, std::less<>> pending_;
  std::map<std::string, AskedRows, std::less<>> asked_;  // in the step under way
  bool anew_ = false;
  std::shared_ptr<const PublishedMemberships> published_ =
      std::make_shared<const PublishedMemberships>();
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_MEMBERSHIP_H_
