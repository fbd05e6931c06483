// SPDX-License-Identifier: Apache-2.0
//
// What an expression may ask of the customer graph, one record at a time.
//
// The engine's snapshot stands behind this interface; tests put a small graph in memory behind it.
// An event is named by a RecordRef too: its type is the event type, its row the event's place in
// the table (see Snapshot's EventRef).
//
// Implementations are immutable while an evaluation runs, and may be asked from any thread.

#ifndef RELATA_EXPRESSION_GRAPH_VIEW_H_
#define RELATA_EXPRESSION_GRAPH_VIEW_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/money.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/model/value.h"

namespace relata {

// What somebody said last about being contacted: the name of the consent event ("grant",
// "withdraw"), empty when they never said anything, and when.
struct Statement {
  std::string_view event = {};
  Timestamp at = {};
};

class GraphView {
 public:
  virtual ~GraphView() = default;

  // --- Must provide ----------------------------------------------------------------------------

  // The field's value; null when absent or when the record does not exist. A link comes back
  // resolved to the record that it stands for after merges, null when that does not exist. The
  // reserved ids are asked too: kIdField gives the public id as text.
  virtual Value Field(RecordRef record, FieldId field) const = 0;

  // Appends the existing records of `child` whose `link` field names `parent`, ordered by
  // (effective or created time, sequence).
  virtual void Children(RecordRef parent, TypeId child, FieldId link,
                        std::vector<RecordRef>& out) const = 0;

  // Appends the events of `event_type` about `subject`, ordered by (at, seq).
  virtual void Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const = 0;

  // The field's value. kAtField gives the event's instant, kSubjectField the record it is about.
  virtual Value EventField(RecordRef event, FieldId field) const = 0;

  // --- May provide -----------------------------------------------------------------------------
  // Without them an expression that asks ends in FailedPrecondition. A Status from any of them ends
  // the evaluation with that Status, except NotFound, which is an error value of this one record
  // (a missing exchange rate, a score that was never computed).

  virtual absl::StatusOr<bool> InSegment(std::string_view name, RecordRef record) const;
  // The same; `valid_until` is lowered to the instant at which time alone may change it.
  virtual absl::StatusOr<bool> InSegmentTimed(std::string_view name, RecordRef record,
                                              Timestamp& valid_until) const;
  virtual absl::StatusOr<double> Score(std::string_view name, RecordRef record) const;
  virtual absl::StatusOr<bool> MayContact(RecordRef person, std::string_view channel,
                                          std::string_view purpose) const;
  // The newest statement of the ledger by `person` (or those merged into them) that names the
  // channel and the purpose or leaves them open.
  virtual absl::StatusOr<Statement> LastStatement(RecordRef person, std::string_view channel,
                                                  std::string_view purpose) const;
  // `amount` in `currency` at the rate in force at `at`.
  virtual absl::StatusOr<Money> Convert(const Money& amount, Currency currency, Timestamp at) const;
  // The value the field had at `at`, as recorded.
  virtual absl::StatusOr<Value> FieldAt(RecordRef record, FieldId field, Timestamp at) const;
  // When the field got the value it has; nothing when it never had one.
  virtual absl::StatusOr<std::optional<Timestamp>> LastChange(RecordRef record,
                                                              FieldId field) const;
};

}  // namespace relata

#endif  // RELATA_EXPRESSION_GRAPH_VIEW_H_
