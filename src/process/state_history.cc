// SPDX-License-Identifier: Apache-2.0

#include "process/state_history.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

// The event type that tells the states of a field, if there is one that may be read.
const TypeDef* TellerOf(const Schema& schema, const TypeDef& type, const FieldDef& field,
                        const Permissions& may) {
  const TypeDef* event = schema.Find(Concat(field.name, "_change"));
  if (event == nullptr || !event->event || event->subject != type.id) return nullptr;
  const FieldDef* told = event->FindField(field.name);
  if (told == nullptr || !may.MayRead(event->id) || !may.MayRead(event->id, told->id)) {
    return nullptr;
  }
  return event;
}

}  // namespace

std::string StateCode(const FieldDef& field, std::string_view state) {
  const std::string asked = Fold(state);
  for (const PicklistEntry& entry : field.options) {
    if (entry.code == state || Fold(entry.label.In(Language::kEnglish)) == asked ||
        Fold(entry.label.In(Language::kFrench)) == asked) {
      return entry.code;
    }
  }
  return std::string(state);
}

StateHistory::StateHistory(const Crm& crm, std::shared_ptr<const Snapshot> view,
                           const TypeDef& type, const FieldDef& field, Timestamp now)
    : view_(std::move(view)),
      type_(&type),
      field_(&field),
      now_(now),
      changes_(crm.engine(), *view_) {}

absl::StatusOr<StateHistory> StateHistory::Of(const Crm& crm, std::string_view type,
                                              std::string_view field, const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> first, crm.View({type}));
  const TypeDef& def = *first->schema().Find(type);
  if (def.event) return InvalidArgument(Concat(type, " is an event type"));
  const FieldDef* state = def.FindField(field);
  if (state == nullptr) return NotFound(Concat("'", type, "' has no field '", field, "'"));
  RELATA_ASSIGN_OR_RETURN(const Permissions may, PermissionsOf(crm, asking.reader));
  if (!may.MayRead(def.id) || !may.MayRead(def.id, state->id)) {
    return PermissionDenied(Concat("the role may not read ", type, ".", field));
  }
  const TypeDef* event = TellerOf(first->schema(), def, *state, may);
  if (event == nullptr) return StateHistory(crm, first, def, *state, asking.now);
  // The next view may have a newer schema: what is told points into the one that is kept.
  const TypeId tables[] = {def.id, event->id};
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.View(tables));
  const Schema& schema = view->schema();
  const TypeDef& here = schema.type(def.id);
  StateHistory history(crm, view, here, *here.field(state->id), asking.now);
  history.event_ = &schema.type(event->id);
  history.event_field_ = history.event_->FindField(field);
  return history;
}

std::vector<StateHistory::Point> StateHistory::Told(RecordRef record) const {
  std::vector<Point> points;
  if (event_ == nullptr) return points;
  std::vector<int64_t> places;
  view_->Events(record, event_->id, places);
  for (const int64_t place : places) {
    const EventRef event{event_->id, place};
    const Timestamp at = view_->EventAt(event);
    const Value state = view_->EventField(event, event_field_->id);
    if (at > now_ || state.is_null()) continue;
    points.push_back({at, StateCode(*field_, ToDisplay(state))});
  }
  return points;
}

absl::StatusOr<std::vector<StateSpan>> StateHistory::States(RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<FieldHistory::Span> spans,
                          changes_.Spans(record, field_->id));
  std::vector<Point> points = Told(record);
  const Timestamp told = points.empty() ? Timestamp::kMin : points.back().from;
  for (const FieldHistory::Span& span : spans) {
    points.push_back({span.from < told ? span.recorded : span.from,
                      span.value.is_null() ? std::string() : ToDisplay(span.value)});
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.from < b.from; });
  std::vector<StateSpan> states;
  for (Point& point : points) {
    if (point.from > now_) break;
    if (states.empty() ? point.state.empty() : states.back().state == point.state) continue;
    if (!states.empty()) states.back().until = point.from;
    states.push_back({std::move(point.state), point.from, std::nullopt});
  }
  return states;
}

}  // namespace relata::internal
