// SPDX-License-Identifier: Apache-2.0

#include "engine/graph_view.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "relata/base/zone.h"

namespace relata::internal {

Zone ZoneOf(const Crm& crm) { return Zone::Load(crm.zone()).value_or(Zone()); }

Value SnapshotView::Field(RecordRef record, FieldId field) const {
  const RecordRef here = snapshot_.Resolve(record);
  if (!snapshot_.Exists(here)) return Value();
  if (field == kIdField) return Value::Text(snapshot_.Id(here).ToString());
  return Resolved(snapshot_.Get(here, field));
}

Value SnapshotView::Resolved(Value value) const {
  if (!value.is(Value::Kind::kRecord)) return value;
  const RecordRef target = snapshot_.Resolve(value.record());
  return snapshot_.Exists(target) ? Value::Record(target) : Value();
}

void SnapshotView::Children(RecordRef parent, TypeId child, FieldId link,
                            std::vector<RecordRef>& out) const {
  std::vector<Row> rows;
  snapshot_.Children(snapshot_.Resolve(parent), child, link, rows);
  // Rows are given out in order of creation, but an import may say that an older record was created
  // later; the order promised is that of time.
  std::vector<std::pair<int64_t, Row>> ordered;
  ordered.reserve(rows.size());
  for (const Row row : rows) {
    const Value created = snapshot_.Get({child, row}, kCreatedAtField);
    ordered.emplace_back(created.is_null() ? Timestamp::kMin.micros : created.timestamp().micros,
                         row);
  }
  std::sort(ordered.begin(), ordered.end());
  for (const auto& [created, row] : ordered) out.push_back({child, row});
}

void SnapshotView::Events(RecordRef subject, TypeId event_type, std::vector<RecordRef>& out) const {
  std::vector<int64_t> places;
  snapshot_.Events(snapshot_.Resolve(subject), event_type, places);
  for (const int64_t place : places) out.push_back({event_type, place});
}

Value SnapshotView::EventField(RecordRef event, FieldId field) const {
  const EventRef ref{event.type, event.row};
  if (field == kAtField) return Value::Time(snapshot_.EventAt(ref));
  if (field == kSubjectField) {
    const RecordRef subject = snapshot_.Resolve(snapshot_.EventSubject(ref));
    return snapshot_.Exists(subject) ? Value::Record(subject) : Value();
  }
  return snapshot_.EventField(ref, field);
}

absl::StatusOr<SnapshotView::Asked*> SnapshotView::AskAbout(std::string_view name) const {
  auto found = segments_.find(name);
  if (found == segments_.end()) {
    RELATA_ASSIGN_OR_RETURN(Condition condition, FindSegment(crm_, name));
    auto segment = std::make_unique<Asked>();
    if (!condition.frozen) {
      EvaluationContext context;
      context.view = this;
      context.now = now_;
      context.zone = ZoneOf(crm_);
      segment->interpreter.emplace(condition.expression->shared_plan(), std::move(context));
      const auto published = crm_.engine().memberships();
      const auto state = published->segments.find(name);
      if (!snapshot_.past() && published->commit == snapshot_.commit() &&
          state != published->segments.end() &&
          state->second->plan->condition.expression == condition.expression) {
        segment->kept = state->second;
      }
    }
    segment->frozen = condition.frozen;
    found = segments_.emplace(std::string(name), std::move(segment)).first;
  }
  if (found->second->running) {
    return FailedPrecondition(Concat("segment '", name, "' depends on itself"));
  }
  return found->second.get();
}

absl::StatusOr<bool> SnapshotView::InSegment(std::string_view name, RecordRef record) const {
  RELATA_ASSIGN_OR_RETURN(Asked * segment, AskAbout(name));
  if (segment->frozen) return segment->frozen->contains(snapshot_.Id(record));
  if (segment->kept) {
    const std::optional<bool> known = segment->kept->Test(record.row, now_);
    if (known) return *known;
  }
  segment->running = true;
  absl::StatusOr<Tri> member = segment->interpreter->EvaluateBoolean(record);
  segment->running = false;
  RELATA_RETURN_IF_ERROR(member.status());
  return *member == Tri::kTrue;
}

absl::StatusOr<bool> SnapshotView::InSegmentTimed(std::string_view name, RecordRef record,
                                                  Timestamp& valid_until) const {
  RELATA_ASSIGN_OR_RETURN(Asked * segment, AskAbout(name));
  if (segment->frozen) return segment->frozen->contains(snapshot_.Id(record));
  segment->running = true;
  const absl::StatusOr<TimedTri> member = segment->interpreter->EvaluateTimed(record);
  segment->running = false;
  RELATA_RETURN_IF_ERROR(member.status());
  valid_until = std::min(valid_until, member->valid_until);
  return member->value == Tri::kTrue;
}

absl::StatusOr<double> SnapshotView::Score(std::string_view name, RecordRef record) const {
  if (!hooks_.score) return FailedPrecondition("no room answers for scores");
  return hooks_.score({crm_, snapshot_, now_}, name, record);
}

absl::StatusOr<std::vector<double>> SnapshotView::Scores(std::string_view name, TypeId type) const {
  if (!hooks_.scores) return FailedPrecondition("no room answers for scores");
  return hooks_.scores({crm_, snapshot_, now_}, name, type);
}

absl::StatusOr<bool> SnapshotView::MayContact(RecordRef person, std::string_view channel,
                                              std::string_view purpose) const {
  if (!hooks_.may_contact) return FailedPrecondition("no room answers for consent");
  return hooks_.may_contact({crm_, snapshot_, now_}, person, channel, purpose);
}

// The rate in force: the newest exchange_rate record of the pair that is not later than `at`, or
// the inverse pair's. Rates are few; all of them are looked at.
absl::StatusOr<Money> SnapshotView::Convert(const Money& amount, Currency currency,
                                            Timestamp at) const {
  if (amount.currency == currency || amount.units == 0) return Money{amount.units, currency};
  const TypeDef* type = snapshot_.schema().Find("exchange_rate");
  if (type == nullptr || !snapshot_.Loaded(type->id))
    return NotFound("there are no exchange rates");
  const FieldDef* from = type->FindField("from_currency");
  const FieldDef* to = type->FindField("to_currency");
  const FieldDef* rate = type->FindField("rate");
  const FieldDef* valid = type->FindField("on");
  if (!from || !to || !rate || !valid) return NotFound("there are no exchange rates");
  double best = 0;
  int32_t best_day = INT32_MIN;
  for (Row row = 0; row < snapshot_.RowLimit(type->id); ++row) {
    const RecordRef record{type->id, row};
    if (!snapshot_.Exists(record)) continue;
    const std::string source = ToDisplay(snapshot_.Get(record, from->id));
    const std::string target = ToDisplay(snapshot_.Get(record, to->id));
    const Value value = snapshot_.Get(record, rate->id);
    const Value day = snapshot_.Get(record, valid->id);
    if (!value.is(Value::Kind::kDouble) || !(value.double_value() > 0)) continue;
    const int32_t from_day = day.is(Value::Kind::kDate) ? day.date().days : INT32_MIN + 1;
    if (from_day > UtcDate(at).days || from_day <= best_day) continue;
    if (source == amount.currency.ToString() && target == currency.ToString()) {
      best = value.double_value();
      best_day = from_day;
    } else if (target == amount.currency.ToString() && source == currency.ToString()) {
      best = 1 / value.double_value();
      best_day = from_day;
    }
  }
  if (best == 0) {
    return NotFound(
        Concat("there is no rate from ", amount.currency.ToString(), " to ", currency.ToString()));
  }
  const double units = static_cast<double>(amount.units) * best;
  if (!(units > -9.2e18 && units < 9.2e18)) return NotFound("the converted amount is out of range");
  return Money{static_cast<int64_t>(units + (units < 0 ? -0.5 : 0.5)), currency};
}

absl::StatusOr<Value> SnapshotView::FieldAt(RecordRef record, FieldId field, Timestamp at) const {
  const RecordRef here = snapshot_.Resolve(record);
  if (!snapshot_.Exists(here)) return Value();
  RELATA_ASSIGN_OR_RETURN(Value then, history_.At(here, field, at));
  return Resolved(std::move(then));
}

absl::StatusOr<std::optional<Timestamp>> SnapshotView::LastChange(RecordRef record,
                                                                  FieldId field) const {
  const RecordRef here = snapshot_.Resolve(record);
  if (!snapshot_.Exists(here)) return std::optional<Timestamp>();
  return history_.LastChange(here, field);
}

}  // namespace relata::internal
