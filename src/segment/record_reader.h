// SPDX-License-Identifier: Apache-2.0
//
// Reading a snapshot by the names of types and fields, for rooms that know the standard schema but
// must also work where a type or field is missing: what is not there reads as null.

#ifndef RELATA_SRC_SEGMENT_RECORD_READER_H_
#define RELATA_SRC_SEGMENT_RECORD_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/access/role.h"
#include "relata/engine/snapshot.h"
#include "relata/model/schema.h"

namespace relata::internal {

// Borrows the snapshot and the permissions; what these do not allow reads as null. Thread-safe as
// the snapshot.
class RecordReader {
 public:
  explicit RecordReader(const Snapshot& view, const Permissions* may = nullptr)
      : view_(view), schema_(view.schema()), may_(may) {}

  const Snapshot& view() const { return view_; }
  const TypeDef& TypeOf(RecordRef record) const { return schema_.type(record.type); }

  Value Get(RecordRef record, std::string_view field) const {
    if (record.none()) return Value();
    const FieldDef* def = schema_.type(record.type).FindField(field);
    if (def == nullptr || !MayRead(record.type, def->id)) return Value();
    return view_.Get(record, def->id);
  }
  Value Get(EventRef event, std::string_view field) const {
    const FieldDef* def = schema_.type(event.type).FindField(field);
    if (def == nullptr || !MayRead(event.type, def->id)) return Value();
    return view_.EventField(event, def->id);
  }
  // The text of a text or choice; empty when absent.
  std::string Text(RecordRef record, std::string_view field) const {
    const Value value = Get(record, field);
    return value.is(Value::Kind::kText) ? value.text() : std::string();
  }
  // The texts of a list; empty when absent.
  std::vector<std::string> Texts(RecordRef record, std::string_view field) const {
    std::vector<std::string> out;
    const Value value = Get(record, field);
    if (!value.is(Value::Kind::kList)) return out;
    for (const Value& item : value.list()) {
      if (item.is(Value::Kind::kText)) out.push_back(item.text());
    }
    return out;
  }
  bool IsTrue(RecordRef record, std::string_view field) const {
    const Value value = Get(record, field);
    return value.is(Value::Kind::kBool) && value.bool_value();
  }
  Money Amount(RecordRef record, std::string_view field) const {
    const Value value = Get(record, field);
    return value.is(Value::Kind::kMoney) ? value.money() : Money{};
  }
  // An instant, or the midnight that begins a day.
  std::optional<Timestamp> When(RecordRef record, std::string_view field) const {
    const Value value = Get(record, field);
    if (value.is(Value::Kind::kTimestamp)) return value.timestamp();
    if (value.is(Value::Kind::kDate)) return UtcMidnight(value.date());
    return std::nullopt;
  }
  // The linked record as it is today, merged ones resolved.
  RecordRef Link(RecordRef record, std::string_view field) const {
    const Value value = Get(record, field);
    return value.is(Value::Kind::kRecord) ? view_.Resolve(value.record()) : RecordRef{};
  }

  // The records of `type` whose `link` names `parent`; none when the schema has no such link.
  std::vector<RecordRef> Children(RecordRef parent, std::string_view type,
                                  std::string_view link) const {
    std::vector<RecordRef> out;
    const TypeDef* child = schema_.Find(type);
    const FieldDef* field = child == nullptr ? nullptr : child->FindField(link);
    if (field == nullptr || field->target != parent.type) return out;
    std::vector<Row> rows;
    view_.Children(parent, child->id, field->id, rows);
    for (const Row row : rows) out.push_back({child->id, row});
    return out;
  }
  // The events of `type` about `subject`, in order of time; "page_view" about a lead is its
  // lead_page_view.
  std::vector<EventRef> Events(RecordRef subject, std::string_view type) const {
    std::vector<EventRef> out;
    const TypeDef* event = schema_.FindEvent(type, subject.type);
    if (event == nullptr) return out;
    std::vector<int64_t> places;
    view_.Events(subject, event->id, places);
    for (const int64_t place : places) out.push_back({event->id, place});
    return out;
  }

 private:
  bool MayRead(TypeId type, FieldId field) const {
    return may_ == nullptr || (may_->MayRead(type) && may_->MayRead(type, field));
  }

  const Snapshot& view_;
  const Schema& schema_;
  const Permissions* may_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SEGMENT_RECORD_READER_H_
