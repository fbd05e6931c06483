// SPDX-License-Identifier: Apache-2.0
//
// The states that records of a type had, from everything that tells them.
//
// Two things do. The record's own changes, in effective time. And what a former system kept of
// them, brought here as events: one named FIELD_change about the type, with a field FIELD, such as
// the "stage_change" of an import, tells the state from its instant on. A record that such events
// are about had the states they tell; what it says itself counts from when this database was told,
// so that the value it was created with does not reach back over states that are known.

#ifndef RELATA_SRC_PROCESS_STATE_HISTORY_H_
#define RELATA_SRC_PROCESS_STATE_HISTORY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/field_history.h"
#include "relata/process/trajectory.h"

namespace relata::internal {

// The code of a state of the field, which people and other systems call by its label; what is
// neither is returned as it is.
std::string StateCode(const FieldDef& field, std::string_view state);

// Single-thread. Reads one snapshot of the Crm, which it keeps.
class StateHistory {
 public:
  // NotFound for an unknown type or field; InvalidArgument for an event type; PermissionDenied. The
  // events are left out for who may not read them.
  static absl::StatusOr<StateHistory> Of(const Crm& crm, std::string_view type,
                                         std::string_view field, const QueryOptions& asking);

  const Snapshot& view() const { return *view_; }
  const TypeDef& type() const { return *type_; }
  const FieldDef& field() const { return *field_; }

  // Oldest first, those entered after the instant asked for left out; equal neighbours are one. A
  // record without a state has not begun to have them.
  absl::StatusOr<std::vector<StateSpan>> States(RecordRef record);

 private:
  struct Point {
    Timestamp from;
    std::string state;
  };

  StateHistory(const Crm& crm, std::shared_ptr<const Snapshot> view, const TypeDef& type,
               const FieldDef& field, Timestamp now);
  std::vector<Point> Told(RecordRef record) const;

  std::shared_ptr<const Snapshot> view_;
  const TypeDef* type_;
  const FieldDef* field_;
  const TypeDef* event_ = nullptr;  // what tells states besides; null: nothing
  const FieldDef* event_field_ = nullptr;
  Timestamp now_;
  FieldHistory changes_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_PROCESS_STATE_HISTORY_H_
