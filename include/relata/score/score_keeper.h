// SPDX-License-Identifier: Apache-2.0
//
// A rule score kept current for a whole population.
//
// ScoreOf looks at a record's facts and ScoreAll at everybody's each time they are asked. A keeper
// does that once, and then follows the commits: what a commit wrote touches the records it reaches
// along the paths that the rules read, and nobody else. Points of events are kept as one fading
// sum a record and rule (decay.h), so that a total at any instant is closed arithmetic over the
// rules. No event is looked at again until one leaves a window, and then only those of its record;
// no job runs at night.
//
// A rule whose condition asks for `now`, for other definitions, for consent or for history is
// evaluated when the total is asked; all others are not.
//
// Thread-compatible. The Crm must outlive it.

#ifndef RELATA_SCORE_SCORE_KEEPER_H_
#define RELATA_SCORE_SCORE_KEEPER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata {

class ScoreKeeper {
 public:
  // A keeper of the score, current as of the newest commit; `asking` says who reads and the instant
  // that is thought of as present. NotFound, PermissionDenied as ScoreAll.
  static absl::StatusOr<ScoreKeeper> Make(const Crm& crm, std::string_view name,
                                          const QueryOptions& asking);
  ScoreKeeper(ScoreKeeper&&) noexcept;
  ScoreKeeper& operator=(ScoreKeeper&&) noexcept;
  ~ScoreKeeper();

  // Brings it to the newest commit, with `now` as the present. Cost follows what was written since
  // the last call. A new version of the definition, another schema or a merge of records makes it
  // anew. NotFound when the score was retired.
  absl::Status CatchUp(Timestamp now);

  // The total of a record at any instant, on the commit of the last CatchUp. NotFound when there is
  // no such record; InvalidArgument when it is of another type.
  absl::StatusOr<double> Total(RecordRef record, Timestamp now) const;

  // The highest totals at an instant, highest first, ties by row; all for n = 0.
  absl::StatusOr<std::vector<std::pair<Row, double>>> Top(size_t n, Timestamp now) const;

  // What keeping it current has cost so far.
  struct Work {
    int64_t builds = 0;  // from all facts, the first included
    int64_t events = 0;  // new events looked at
    int64_t parts = 0;   // a rule's part of a record, worked out again
  };
  Work work() const;

 private:
  class State;
  explicit ScoreKeeper(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace relata

#endif  // RELATA_SCORE_SCORE_KEEPER_H_
