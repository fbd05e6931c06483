// SPDX-License-Identifier: Apache-2.0
//
// The life of records as a sequence of states: how long each lasted, and what became of those who
// entered one together.
//
// A state field is a choice whose values follow each other: a contact's lifecycle, an opportunity's
// stage, a ticket's status. Its states are read from the changes of the record, in effective time
// (engine/as_of.h), and from what a former system kept of them: events named FIELD_change about the
// type with a field FIELD, such as the "stage_change" that an import of a deal history brings. What
// those tell comes first; the record's own value counts from when this database was told.
//
// A cohort is those who entered a state in the same period ("who became customers in March"). Each
// is counted once, at the first entry in the period, and followed from there to the state it has at
// the instant asked: through which states it went, where it is now, how long the move took.
//
// Free functions over a Crm, of today or of the past; as thread-safe as the Crm. What the reader
// may not read is PermissionDenied.

#ifndef RELATA_PROCESS_TRAJECTORY_H_
#define RELATA_PROCESS_TRAJECTORY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"

namespace relata {

// One state of one record. The last one has no end.
struct StateSpan {
  std::string state;  // as people read it; empty: none
  Timestamp from;
  std::optional<Timestamp> until;

  // How long it lasted, up to `now` when it goes on.
  Duration Lasted(Timestamp now) const { return until.value_or(now) - from; }
};

// The names of the fields of a type that are states: those its pipelines are about, and choices
// called lifecycle, stage or status.
std::vector<std::string> StateFields(const Crm& crm, std::string_view type);

// The states of a record, oldest first, those entered after asking.now left out. NotFound for an
// unknown field or a record that does not exist.
absl::StatusOr<std::vector<StateSpan>> StatesOf(const Crm& crm, RecordRef record,
                                                std::string_view field, const QueryOptions& asking);

// From one state straight to another, over all records of a type.
struct Transition {
  std::string from;
  std::string to;
  int64_t count = 0;
  Duration median;  // time spent in `from` before; of an even number, half way between two
};
// Every transition in [since, asking.now], the most frequent first. InvalidArgument when the field
// is no state field of the type; NotFound.
absl::StatusOr<std::vector<Transition>> TransitionsOf(const Crm& crm, std::string_view type,
                                                      std::string_view field, Timestamp since,
                                                      const QueryOptions& asking);

struct CohortQuestion {
  std::string type;
  std::string field;  // a state field
  std::string state;  // entered, by its code or its label
  Timestamp from;     // in [from, until)
  Timestamp until;
};

struct CohortState {
  std::string state;
  int64_t count = 0;
  std::vector<RecordRef> records;
};

struct CohortPath {
  std::vector<std::string> states;  // from the entry on, the entered state first
  int64_t count = 0;
  Duration median;  // from the entry to the last state of the path
};

struct Cohort {
  int64_t size = 0;
  std::vector<CohortState> now;   // where they are, most first
  int64_t gone = 0;               // entered, but deleted since
  int64_t erased = 0;             // of the past: left out because they were erased since
  std::vector<CohortPath> paths;  // how they got there, most first
};

// InvalidArgument when the field is no state field of the type, the state none of it, or the period
// empty; NotFound.
// Who was merged into another is followed as that one.
absl::StatusOr<Cohort> CohortOf(const Crm& crm, const CohortQuestion& question,
                                const QueryOptions& asking);

}  // namespace relata

#endif  // RELATA_PROCESS_TRAJECTORY_H_
