// SPDX-License-Identifier: Apache-2.0
//
// A snapshot as expressions see it, without the questions that other rooms answer.

#ifndef RELATA_TESTS_PROPERTY_SNAPSHOT_VIEW_H_
#define RELATA_TESTS_PROPERTY_SNAPSHOT_VIEW_H_

#include <vector>

#include "relata/consent/vocabulary.h"
#include "relata/engine/snapshot.h"
#include "relata/expression/graph_view.h"

namespace relata::testing {

class PlainView : public GraphView {
 public:
  explicit PlainView(const Snapshot& snapshot) : snapshot_(snapshot) {}

  Value Field(RecordRef record, FieldId field) const override {
    const RecordRef here = snapshot_.Resolve(record);
    if (!snapshot_.Exists(here)) return Value();
    return Resolved(snapshot_.Get(here, field));
  }
  void Children(RecordRef parent, TypeId child, FieldId link,
                std::vector<RecordRef>& out) const override {
    std::vector<Row> rows;
    snapshot_.Children(parent, child, link, rows);
    for (Row row : rows) out.push_back({child, row});
  }
  void Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const override {
    std::vector<int64_t> places;
    snapshot_.Events(subject, event_type, places);
    for (int64_t place : places) out.push_back({event_type, place});
  }
  Value EventField(RecordRef event, FieldId field) const override {
    return Resolved(snapshot_.EventField({event.type, event.row}, field));
  }

  absl::StatusOr<Statement> LastStatement(RecordRef person, std::string_view channel,
                                          std::string_view purpose) const override {
    // From the whole entries, so that it stands on other ground than the columns.
    absl::StatusOr<std::vector<ConsentEntry>> entries = snapshot_.Ledger(person, {});
    if (!entries.ok()) return entries.status();
    const Channel on = ParseChannel(channel);
    const Purpose about = ParsePurpose(purpose);
    if (on == Channel::kUnknown || about == Purpose::kUnknown) return Statement{};
    Statement last;
    for (const ConsentEntry& e : *entries) {
      const bool states = (e.event >= ConsentEvent::kGrant && e.event <= ConsentEvent::kOptout) ||
                          e.event == ConsentEvent::kRefuseCall;
      if (!states || (e.scope.channels != 0 && (e.scope.channels & Bit(on)) == 0)) continue;
      if (e.scope.purposes != 0 && (e.scope.purposes & Bit(about)) == 0) continue;
      last = {Name(e.event), e.at};
    }
    return last;
  }

 private:
  Value Resolved(Value value) const {
    if (!value.is(Value::Kind::kRecord)) return value;
    const RecordRef target = snapshot_.Resolve(value.record());
    return snapshot_.Exists(target) ? Value::Record(target) : Value();
  }

  const Snapshot& snapshot_;
};

}  // namespace relata::testing

#endif  // RELATA_TESTS_PROPERTY_SNAPSHOT_VIEW_H_
