// SPDX-License-Identifier: Apache-2.0
//
// The log of entries and exits: a line for each in the log "membership" under the segment's name,
//
//   {"entered": true, "cause": "event", "what": "page_view"}
//
// or, when a commit makes many, a line for all of one cause, about nobody, with runs of rows:
//
//   {"cause": "defined", "enter": [[0, 4000], [4002, 1]], "leave": []}

#ifndef RELATA_SRC_ENGINE_MEMBERSHIP_LOG_H_
#define RELATA_SRC_ENGINE_MEMBERSHIP_LOG_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/reach.h"
#include "relata/engine/crm.h"

namespace relata::internal {

// Writes the lines of one step about one segment.
class MembershipLines {
 public:
  // `id_of` gives the public id of a record that was the cause.
  MembershipLines(CommitStep& step, const std::string& segment, TypeId type,
                  const std::function<Uuid(RecordRef)>& id_of)
      : step_(step), segment_(segment), type_(type), id_of_(id_of) {}

  void Add(Row row, bool entered, const Cause& cause) { changes_.push_back({row, entered, cause}); }
  // Adds what was collected to step.next().
  void Finish();

 private:
  struct Change {
    Row row;
    bool entered;
    Cause cause;
  };

  CommitStep& step_;
  const std::string& segment_;
  const TypeId type_;
  const std::function<Uuid(RecordRef)>& id_of_;
  std::vector<Change> changes_;
};

inline constexpr std::string_view kMembershipLog = "membership";

// "event", "field", "time" ...: why the line's changes happened.
std::string MembershipCause(const LogWrite& line);
// Every entry and exit that a line tells, in order of row.
void EachMembershipChange(const LogWrite& line, const std::function<void(Row, bool)>& visit);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_MEMBERSHIP_LOG_H_
