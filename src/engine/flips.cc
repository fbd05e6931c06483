// SPDX-License-Identifier: Apache-2.0

#include "engine/flips.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "expression/interpreter.h"
#include "expression/planner.h"
#include "expression/time_use.h"

namespace relata::internal {
namespace {

bool IsOrdering(PlanOp op) { return op >= PlanOp::kLess && op <= PlanOp::kGreaterEqual; }

// How a value goes with now. Compared with one that stays, one that goes one way (which of both may
// depend on the record) changes sides at most once; where it leaves what its type can say it is an
// error from then on.
enum class Course : uint8_t { kStays, kOneWay, kOther };

Course CourseOf(const Plan& plan, const PlanNode& n, const TimeUse& use,
                const std::vector<Course>& courses) {
  const auto moves = [&](uint32_t input) { return courses[input] == Course::kOneWay; };
  for (const uint32_t input : n.inputs) {
    if (courses[input] == Course::kOther) return Course::kOther;
  }
  const auto moving = std::count_if(n.inputs.begin(), n.inputs.end(), moves);
  if (moving == 0) {
    if (n.op == PlanOp::kNow) return Course::kOneWay;
    const bool asks = use.of_clock || n.op == PlanOp::kInSegment || n.op == PlanOp::kScore ||
                      n.op == PlanOp::kMayContact;
    return asks ? Course::kOther : Course::kStays;
  }
  if (use.slope != 0) return Course::kOneWay;
  if (moving > 1) return Course::kOther;
  switch (n.op) {
    case PlanOp::kAdd:
    case PlanOp::kSubtract:
      // t - months(3) is the start of a civil day.
      return use.jump == TimeUse::Jump::kNone ? Course::kOneWay : Course::kOther;
    case PlanOp::kNegate:
    case PlanOp::kMultiply:
      return Course::kOneWay;
    case PlanOp::kCall: {
      const std::string& name = FunctionName(n.function);
      const bool whole = name == "getSeconds" || name == "getMinutes" || name == "getHours";
      return whole && n.inputs.size() == 1 &&
                     plan.node(n.inputs[0]).type.is(ValueType::Kind::kDuration)
                 ? Course::kOneWay
                 : Course::kOther;
    }
    default:
      return Course::kOther;
  }
}

class FlipFinder {
 public:
  FlipFinder(std::shared_ptr<const Plan> plan, const EvaluationContext& context, Timestamp to)
      : plan_(std::move(plan)), context_(context), to_(to), uses_(FindTimeUses(plan_->nodes())) {
    users_.assign(plan_->nodes().size(), plan_->root_index());
    used_.assign(plan_->nodes().size(), 0);
    for (uint32_t i = 0; i < plan_->nodes().size(); ++i) {
      for (const uint32_t input : plan_->node(i).inputs) {
        users_[input] = i;
        ++used_[input];
      }
      courses_.push_back(CourseOf(*plan_, plan_->node(i), uses_[i], courses_));
    }
  }

  Flips Find() {
    Flips flips;
    std::vector<uint32_t> any;
    for (uint32_t i = 0; i < plan_->nodes().size(); ++i) {
      const PlanNode& n = plan_->node(i);
      if (uses_[i].jump != TimeUse::Jump::kNone && !ComparedAlone(i)) {
        flips.each |= !FindJump(i, flips.jump);
      }
      if (!IsOrdering(n.op)) continue;
      const bool same = uses_[n.inputs[0]].slope == uses_[n.inputs[1]].slope;
      if (same && !OneMoves(n)) continue;
      const std::optional<uint32_t> differs = Wrap(i, Differs(i));
      if (!differs) {
        flips.each = true;
        return flips;
      }
      any.push_back(*differs);
    }
    if (any.empty()) return flips;
    if (any.size() > 1) Add(PlanOp::kOr, std::move(any));
    flips.question = std::make_shared<const Plan>(std::move(nodes_), plan_->parameters(),
                                                  plan_->slots(), plan_->subject_type());
    return flips;
  }

 private:
  uint32_t Add(PlanOp op, std::vector<uint32_t> inputs) {
    PlanNode n;
    n.op = op;
    n.type = ValueType::Kind::kBool;
    n.span = plan_->root().span;
    n.inputs = std::move(inputs);
    nodes_.push_back(std::move(n));
    return static_cast<uint32_t>(nodes_.size() - 1);
  }

  // Whether the comparison is of a value that goes one way with one that stays.
  bool OneMoves(const PlanNode& n) const {
    const Course a = courses_[n.inputs[0]];
    const Course b = courses_[n.inputs[1]];
    return (a == Course::kOneWay && b == Course::kStays) ||
           (a == Course::kStays && b == Course::kOneWay);
  }
  // Whether all that the value at `at` does is to be one side of such a comparison.
  bool ComparedAlone(uint32_t at) const {
    for (; courses_[at] == Course::kOneWay && used_[at] == 1; at = users_[at]) {
      const PlanNode& user = plan_->node(users_[at]);
      if (IsOrdering(user.op)) return OneMoves(user);
    }
    return false;
  }

  // A part of the plan once more, at `to_` instead of now when `later`.
  uint32_t Copy(uint32_t at, bool later) {
    PlanNode n = plan_->node(at);
    for (uint32_t& input : n.inputs) input = Copy(input, later);
    if (later && n.op == PlanOp::kNow) {
      n.op = PlanOp::kConstant;
      n.constant = Value::Time(to_);
    }
    nodes_.push_back(std::move(n));
    return static_cast<uint32_t>(nodes_.size() - 1);
  }

  uint32_t Differs(uint32_t at) {
    const auto one = [&](bool later) {
      const uint32_t yes = Copy(at, later);
      const uint32_t no = Add(PlanOp::kNot, {Copy(at, !later)});
      return Add(PlanOp::kAnd, {yes, no});
    };
    const uint32_t sooner = one(false);
    const uint32_t later = one(true);
    return Add(PlanOp::kOr, {sooner, later});
  }

  // `differs` for any element of the lists that the node at `at` stands in.
  std::optional<uint32_t> Wrap(uint32_t at, uint32_t differs) {
    for (uint32_t from = at; from != plan_->root_index(); from = users_[from]) {
      const PlanNode& n = plan_->node(users_[from]);
      if (n.slot < 0 || n.inputs[0] == from) continue;
      if (n.op == PlanOp::kOptionalMap) return std::nullopt;
      const bool bind = n.op == PlanOp::kBind;
      const uint32_t range = Copy(n.inputs[0], false);
      differs = Add(bind ? PlanOp::kBind : PlanOp::kExists, {range, differs});
      nodes_[differs].slot = n.slot;
      nodes_[differs].slot2 = n.slot2;
    }
    return differs;
  }

  // Lowers `jump` to where the calendar function at `at` may jump; false when that depends on the
  // record.
  bool FindJump(uint32_t at, Timestamp& jump) {
    const PlanNode& n = plan_->node(at);
    const TimeUse& use = uses_[at];
    if (fixed_.empty()) fixed_ = FindFixed(*plan_);
    if (!evaluator_) evaluator_.emplace(plan_, context_);
    Zone zone = context_.zone;
    if (use.zone >= 0) {
      const uint32_t input = n.inputs[static_cast<size_t>(use.zone)];
      if (!fixed_[input]) return false;
      const Outcome name = evaluator_->EvalFixed(input);
      if (name.ok() && name.value.is(Value::Kind::kText)) {
        zone = Zone::Load(name.value.text()).value_or(zone);
      }
    }
    const auto lower = [&](int64_t after) {
      if (after < Timestamp::kMax.micros - context_.now.micros) {
        jump = std::min(jump, context_.now + Duration{after});
      }
    };
    if (use.of_clock) lower(UntilJump(use.jump, context_.now, 1, zone));
    for (const int i : use.instants) {
      const uint32_t input = n.inputs[static_cast<size_t>(i)];
      const int slope = uses_[input].slope;
      if (!fixed_[input] || slope * slope != 1) return false;
      const Outcome moved = evaluator_->EvalFixed(input);
      if (!moved.ok() || !moved.value.is(Value::Kind::kTimestamp)) return false;
      lower(UntilJump(use.jump, moved.value.timestamp(), slope, zone));
    }
    return true;
  }

  const std::shared_ptr<const Plan> plan_;
  const EvaluationContext& context_;
  const Timestamp to_;
  const std::vector<TimeUse> uses_;
  std::vector<uint32_t> users_;
  std::vector<int> used_;  // by how many
  std::vector<Course> courses_;
  std::vector<bool> fixed_;
  std::optional<Evaluator> evaluator_;
  std::vector<PlanNode> nodes_;
};

}  // namespace

Flips FindFlips(std::shared_ptr<const Plan> plan, const EvaluationContext& context, Timestamp to) {
  return FlipFinder(std::move(plan), context, to).Find();
}

}  // namespace relata::internal
