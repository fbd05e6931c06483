// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's half that asks the graph.

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "expression/values.h"

namespace relata::internal {

using Kind = Value::Kind;

namespace {

bool IsListType(const PlanNode& n) { return n.type.is(ValueType::Kind::kList); }

}  // namespace

// A record that is asked for a member: a record, or null for one that is missing.
Outcome Evaluator::EvalField(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  Value value;
  if (target.value.is(Kind::kRecord)) {
    const RecordRef record = target.value.record();
    const bool event = n.op == PlanOp::kEventField;
    value =
        event ? context_.view->EventField(record, n.field) : context_.view->Field(record, n.field);
    // The link a path goes through is told by what is read behind it.
    if (trace_ != nullptr && (n.op != PlanOp::kFollow || value.is_null())) {
      Note({event ? Fact::Kind::kEvent : Fact::Kind::kField, record, record.type, n.field, value,
            "", 0});
    }
  } else if (!target.value.is_null()) {
    return Outcome::Error("no such overload: a record is needed");
  }
  if (n.optional) {
    return value.is_null() ? Value::NoneOptional() : Value::Optional(std::move(value));
  }
  if (value.is_null() && IsListType(n)) return Value::List({});
  return value;
}

Outcome Evaluator::EvalRelation(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  std::vector<RecordRef> found;
  if (target.value.is(Kind::kRecord)) {
    const RecordRef record = target.value.record();
    if (n.op == PlanOp::kEvents) {
      context_.view->Events(record, n.record_type, found);
    } else {
      context_.view->Children(record, n.record_type, n.field, found);
    }
    if (trace_ != nullptr) {
      Note({Fact::Kind::kRelation, record, n.record_type, n.field, Value(), "",
            static_cast<int64_t>(found.size())});
    }
  }
  function_.Charge(found.size());
  ValueList list;
  list.reserve(found.size());
  for (const RecordRef& record : found) list.push_back(Value::Record(record));
  return Value::List(std::move(list));
}

void Evaluator::TakeStep(const PathStep& step, RecordRef from, std::vector<RecordRef>& out) {
  ++cost_;
  if (step.backward) {
    context_.view->Children(from, step.to, step.field, out);
    return;
  }
  const Value target = context_.view->Field(from, step.field);
  if (target.is(Kind::kRecord)) out.push_back(target.record());
}

Outcome Evaluator::EvalPath(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  std::vector<RecordRef> reached;
  if (target.value.is(Kind::kRecord)) reached.push_back(target.value.record());
  for (const PathStep& step : n.steps) {
    const std::vector<RecordRef> from = std::move(reached);
    reached.clear();
    std::set<RecordRef> seen;
    std::vector<RecordRef> next;
    for (const RecordRef& record : from) TakeStep(step, record, next);
    // A closure goes on from what it reached; a cycle ends where it began.
    if (step.closure) seen.insert(from.begin(), from.end());
    for (size_t i = 0; i < next.size() && cost_ <= context_.cost_limit; ++i) {
      const RecordRef record = next[i];
      if (!seen.insert(record).second) continue;
      reached.push_back(record);
      if (step.closure) TakeStep(step, record, next);
    }
  }
  if (cost_ > context_.cost_limit) return Stop("");
  if (trace_ != nullptr && target.value.is(Kind::kRecord)) {
    Note({Fact::Kind::kRelation, target.value.record(), n.record_type, kNoField, Value(), "",
          static_cast<int64_t>(reached.size())});
  }
  if (!IsListType(n)) return reached.empty() ? Value() : Value::Record(reached.front());
  ValueList list;
  for (const RecordRef& record : reached) list.push_back(Value::Record(record));
  return Value::List(std::move(list));
}

// What a hook of the graph could not answer: NotFound concerns this record only.
Outcome Evaluator::FromStatus(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kNotFound) {
    return Outcome::Error(std::string(Message(status)));
  }
  if (function_.status.ok()) function_.status = status;
  return Outcome::Error("stopped");
}

Outcome Evaluator::EvalDefinition(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  const bool segment = n.op == PlanOp::kInSegment;
  // A record that is not there is in no segment and has no score.
  if (!target.value.is(Kind::kRecord)) {
    return segment ? Outcome(Value::Bool(false)) : Outcome::Error("no record to score");
  }
  const RecordRef record = target.value.record();
  Value value;
  if (segment) {
    Timestamp until{until_};
    const absl::StatusOr<bool> in = timed_ ? context_.view->InSegmentTimed(n.name, record, until)
                                           : context_.view->InSegment(n.name, record);
    until_ = until.micros;
    if (!in.ok()) return FromStatus(in.status());
    value = Value::Bool(*in);
  } else {
    Until(1);
    const absl::StatusOr<double> score = context_.view->Score(n.name, record);
    if (!score.ok()) return FromStatus(score.status());
    value = Value::Double(*score);
  }
  Note({segment ? Fact::Kind::kSegment : Fact::Kind::kScore, record, record.type, kNoField, value,
        n.name, 0});
  return value;
}

Outcome Evaluator::EvalConsent(const PlanNode& n) {
  std::vector<Value> arguments;
  for (uint32_t input : n.inputs) {
    Outcome o = Eval(input);
    if (!o.ok()) return o;
    arguments.push_back(std::move(o.value));
  }
  if (!arguments[1].is(Kind::kText) || !arguments[2].is(Kind::kText)) {
    return NoOverload(n.op == PlanOp::kMayContact      ? "may_contact"
                      : n.op == PlanOp::kConsentStatus ? "consent_status"
                                                       : "consent_at",
                      arguments);
  }
  // Whom we do not know said nothing, and we may not contact them.
  if (!arguments[0].is(Kind::kRecord)) {
    return n.op == PlanOp::kMayContact ? Outcome(Value::Bool(false)) : Outcome(Value());
  }
  // A decision depends on the hour; what was said does not.
  if (n.op == PlanOp::kMayContact) Until(1);
  const RecordRef person = arguments[0].record();
  const std::string& channel = arguments[1].text();
  const std::string& purpose = arguments[2].text();
  Value value;
  if (n.op == PlanOp::kMayContact) {
    const absl::StatusOr<bool> may = context_.view->MayContact(person, channel, purpose);
    if (!may.ok()) return FromStatus(may.status());
    value = Value::Bool(*may);
  } else {
    const absl::StatusOr<Statement> last = context_.view->LastStatement(person, channel, purpose);
    if (!last.ok()) return FromStatus(last.status());
    if (!last->event.empty()) {
      value = n.op == PlanOp::kConsentAt ? Value::Time(last->at) : Value::Text(last->event);
    }
  }
  Note({Fact::Kind::kConsent, person, person.type, kNoField, value, Concat(channel, ", ", purpose),
        0});
  return value;
}

Outcome Evaluator::EvalHistory(const PlanNode& n) {
  Outcome target = Eval(n.inputs[0]);
  if (!target.ok()) return target;
  Timestamp at = context_.now;
  if (n.inputs.size() > 1) {
    Outcome instant = Eval(n.inputs[1]);
    if (!instant.ok()) return instant;
    if (!instant.value.is(Kind::kTimestamp)) return Outcome::Error("an instant is needed");
    at = instant.value.timestamp();
  }
  Until(1);
  const bool changed = n.op == PlanOp::kFieldChanged;
  if (!target.value.is(Kind::kRecord)) return changed ? Value::Bool(false) : Value();
  const RecordRef record = target.value.record();
  Value value;
  if (n.op == PlanOp::kFieldAt) {
    absl::StatusOr<Value> then = context_.view->FieldAt(record, n.field, at);
    if (!then.ok()) return FromStatus(then.status());
    value = *std::move(then);
  } else {
    const absl::StatusOr<std::optional<Timestamp>> last =
        context_.view->LastChange(record, n.field);
    if (!last.ok()) return FromStatus(last.status());
    if (changed) {
      value = Value::Bool(last->has_value() && **last > at);
    } else if (last->has_value()) {
      value = Value::Length(context_.now - **last);
    }
  }
  Note({Fact::Kind::kHistory, record, record.type, n.field, value, "", 0});
  return value;
}

}  // namespace relata::internal

namespace relata {

namespace {
absl::Status NoHook(std::string_view what) {
  return FailedPrecondition(internal::Concat(what, " cannot be asked here"));
}
}  // namespace

absl::StatusOr<bool> GraphView::InSegment(std::string_view, RecordRef) const {
  return NoHook("segments");
}
absl::StatusOr<bool> GraphView::InSegmentTimed(std::string_view, RecordRef, Timestamp&) const {
  return NoHook("the time a membership holds");
}
absl::StatusOr<double> GraphView::Score(std::string_view, RecordRef) const {
  return NoHook("scores");
}
absl::StatusOr<bool> GraphView::MayContact(RecordRef, std::string_view, std::string_view) const {
  return NoHook("consent");
}
absl::StatusOr<Statement> GraphView::LastStatement(RecordRef, std::string_view,
                                                   std::string_view) const {
  return NoHook("consent");
}
absl::StatusOr<Money> GraphView::Convert(const Money&, Currency, Timestamp) const {
  return NoHook("exchange rates");
}
absl::StatusOr<Value> GraphView::FieldAt(RecordRef, FieldId, Timestamp) const {
  return NoHook("history");
}
absl::StatusOr<std::optional<Timestamp>> GraphView::LastChange(RecordRef, FieldId) const {
  return NoHook("history");
}

}  // namespace relata
