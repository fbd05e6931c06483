// SPDX-License-Identifier: Apache-2.0
//
// Keeps the members of one segment right on one graph at one instant: for everybody, or for those
// whom a commit or time concerns.

#ifndef RELATA_SRC_ENGINE_MEMBERSHIP_KEEPER_H_
#define RELATA_SRC_ENGINE_MEMBERSHIP_KEEPER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/membership.h"
#include "expression/interpreter.h"

namespace relata::internal {

// Whom a step asked about a segment; nullptr when it left the segment alone.
using AskedOf = std::function<const AskedRows*(std::string_view segment)>;

// Single-thread; lives as long as one step of a commit.
class MembershipKeeper {
 public:
  // `states`: of the segments that this one names, on the same graph.
  MembershipKeeper(const Crm& crm, const Snapshot& view, Timestamp now, SegmentState& state,
                   FindState states);
  ~MembershipKeeper();

  // Everybody, and timers for those whose answer runs out before the horizon.
  absl::Status All();
  // These rows, ascending.
  absl::Status Ask(const std::vector<Row>& rows);
  // Whether what is known of the parts of the condition says whom a commit concerns.
  bool KnowsParts() const {
    return state_.filled && !state_.parts.empty() && now_ < state_.filled_until;
  }
  // The rows to be asked after the writes, ascending: those for whom a part is not what it was, or
  // not known. Nothing when that may be everybody. `asked`: of the segments that this one names.
  std::optional<std::vector<Row>> Follow(const CommitBatch& writes, const Snapshot& before,
                                         const AskedOf& asked);
  // The rows whose timer has run out, ascending.
  std::vector<Row> RunOut() const;

 private:
  struct Question;
  Question& Asking();

  absl::Status AllAtOnce(Timestamp horizon);
  absl::StatusOr<bool> AllByParts(Timestamp horizon);
  absl::StatusOr<bool> LearnPart(size_t part, Timestamp horizon);
  absl::StatusOr<std::vector<Row>> JoinAll();
  void LearnCounts(size_t part);
  bool FollowEvents(size_t part, const CommitBatch& writes, const Snapshot& before,
                    std::vector<Row>& rows);
  bool FollowSegment(size_t part, const AskedOf& asked, std::vector<Row>& rows);
  void Forget(size_t part, Row row) { state_.parts[part].Forget(row, edit_); }
  // Notes the rows that what is known of the parts decides and leaves the others.
  void Settle(std::vector<Row>& rows);
  absl::Status AskParts(std::vector<Row>& rows);
  absl::Status AskPart(size_t part, const std::vector<Row>& rows);
  absl::Status AskTogether(const std::vector<Row>& rows);
  absl::Status AskEach(const std::vector<Row>& rows);
  absl::Status AskEachByParts(const std::vector<Row>& rows);
  absl::StatusOr<TimedTri> AskPartOf(size_t part, Row row, std::optional<Evaluator>& evaluator);
  void Note(Row row, const TimedTri& answer);
  void SetTimer(Row row, Timestamp until);

  // Whose answer may run out before the horizon; brings the state's end forward to the first jump
  // of a calendar. Nothing when that is anybody's.
  absl::StatusOr<std::optional<std::vector<Row>>> FindMoving(const Reach& reach, Timestamp horizon);
  // Which of these rows' answers may run out while the state reaches. Calendars do not count: the
  // state reaches to their first jump at most.
  absl::StatusOr<std::vector<bool>> MovingAmong(const Reach& reach, const std::vector<Row>& rows);
  absl::StatusOr<std::vector<Row>> Maybe(const std::shared_ptr<const Plan>& plan);
  std::vector<Row> Everybody() const;

  const Crm& crm_;
  const Snapshot& view_;
  const Timestamp now_;
  SegmentState& state_;
  const FindState states_;
  const SegmentPlan& plan_;
  const TypeId type_;
  const EditToken edit_;
  std::unique_ptr<Question> question_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_MEMBERSHIP_KEEPER_H_
