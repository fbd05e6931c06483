// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's half that knows how long an answer holds.
//
// Whatever is compared with now, or put through a calendar, says when it may change; an answer
// holds until the first of those that decided it: all operands of an && that is true, but of one
// that is false only the false operand that holds longest.

#include <utility>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "expression/values.h"

namespace relata::internal {

using Kind = Value::Kind;

absl::StatusOr<EvalResult> Evaluator::RunTimed(RecordRef subject, Timestamp& valid_until) {
  if (!timed_) {
    timed_ = true;
    uses_ = FindTimeUses(plan_->nodes());
    kept_until_.assign(plan_->nodes().size(), Timestamp::kMax.micros);
  }
  until_ = Timestamp::kMax.micros;
  RELATA_ASSIGN_OR_RETURN(EvalResult result, Run(subject));
  valid_until = {until_};
  return result;
}

Outcome Evaluator::EvalLogicTimed(const PlanNode& n, bool stop) {
  const int64_t outer = until_;
  int64_t all = Timestamp::kMax.micros;  // of every operand
  int64_t longest = 0;                   // of an operand that decides
  bool decided = false;
  Outcome failed;
  bool any_failed = false;
  for (const uint32_t input : n.inputs) {
    if (decided && longest == Timestamp::kMax.micros) break;
    until_ = Timestamp::kMax.micros;
    Outcome o = decided ? EvalFurther([&] { return Eval(input); }) : Eval(input);
    if (o.Is(stop)) {
      longest = decided ? std::max(longest, until_) : until_;
      decided = true;
      continue;
    }
    if (decided) continue;
    all = std::min(all, until_);
    if (stopped()) break;
    if (o.Is(!stop) || any_failed) continue;
    if (o.ok()) {
      const Value arguments[] = {o.value};
      o = NoOverload(stop ? "||" : "&&", arguments);
    }
    failed = std::move(o);
    any_failed = true;
  }
  until_ = std::min(outer, decided ? longest : all);
  if (decided) return Value::Bool(stop);
  return any_failed ? failed : Value::Bool(!stop);
}

void Evaluator::NoteCrossing(const PlanNode& n, const Value& a, const Value& b) {
  if (n.op < PlanOp::kLess || n.op > PlanOp::kGreaterEqual) return;
  const int slope = uses_[n.inputs[0]].slope - uses_[n.inputs[1]].slope;
  if (slope == 0) return;
  const bool instants = a.is(Kind::kTimestamp) && b.is(Kind::kTimestamp);
  const bool lengths = a.is(Kind::kDuration) && b.is(Kind::kDuration);
  int64_t difference = 0;
  if (slope * slope != 1 || !(instants || lengths) ||
      __builtin_sub_overflow(instants ? a.timestamp().micros : a.duration().micros,
                             instants ? b.timestamp().micros : b.duration().micros, &difference)) {
    return Until(1);
  }
  const std::optional<int64_t> after = UntilCrossing(n.op, difference, slope);
  if (after) Until(*after);
}

// Arithmetic with now: it may leave the years that there are, and a period is added to a day.
void Evaluator::NoteMove(const PlanNode& n, const Outcome& result) {
  const TimeUse& use = UseOf(n);
  if (use.instants.empty()) return;
  if (!result.ok()) return Until(1);
  if (use.jump != TimeUse::Jump::kNone) {
    // t - months(3) jumps with the day of t, and t is now and a constant.
    const bool first = use.instants[0] == 0;
    const Outcome t = EvalFurther([&] { return Eval(n.inputs[first ? 0 : 1]); });
    if (!t.ok() || !t.value.is(Kind::kTimestamp)) return Until(1);
    return Until(UntilJump(use.jump, t.value.timestamp(), uses_[n.inputs[first ? 0 : 1]].slope,
                           context_.zone));
  }
  if (!result.value.is(Kind::kTimestamp)) return;
  const int64_t at = result.value.timestamp().micros;
  Until(use.slope > 0 ? Timestamp::kMax.micros - at + 1 : at - Timestamp::kMin.micros + 1);
}

void Evaluator::NoteJump(const PlanNode& n, std::span<const Value> inputs) {
  const TimeUse& use = UseOf(n);
  if (use.jump == TimeUse::Jump::kNone) {
    if (!use.instants.empty()) Until(1);
    return;
  }
  Zone zone = context_.zone;
  if (use.zone >= 0 && inputs[static_cast<size_t>(use.zone)].is(Kind::kText)) {
    zone = Zone::Load(inputs[static_cast<size_t>(use.zone)].text()).value_or(zone);
  }
  if (use.of_clock) Until(UntilJump(use.jump, context_.now, 1, zone));
  for (const int input : use.instants) {
    const Value& v = inputs[static_cast<size_t>(input)];
    const int slope = uses_[n.inputs[static_cast<size_t>(input)]].slope;
    if (slope * slope != 1) {
      Until(1);
    } else if (v.is(Kind::kTimestamp)) {
      Until(UntilJump(use.jump, v.timestamp(), slope, zone));
    } else if (v.is(Kind::kDuration)) {
      Until(UntilJump(use.jump, v.duration(), slope));
    } else {
      Until(1);
    }
  }
}

}  // namespace relata::internal
