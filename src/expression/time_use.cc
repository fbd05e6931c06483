// SPDX-License-Identifier: Apache-2.0

#include "expression/time_use.h"

#include <algorithm>
#include <string>

namespace relata::internal {
namespace {

using Jump = TimeUse::Jump;

Jump JumpOf(const std::string& function) {
  if (function == "getHours") return Jump::kHour;
  if (function == "getMinutes") return Jump::kMinute;
  if (function == "getSeconds") return Jump::kSecond;
  if (function == "getMilliseconds") return Jump::kMillisecond;
  return Jump::kDay;
}

// Functions that take now when they are given no instant.
bool AsksClock(const PlanNode& node) {
  if (node.op != PlanOp::kCall) return false;
  const std::string& name = FunctionName(node.function);
  const size_t given = node.inputs.size();
  return (given == 1 && (name == "age" || name == "anniversary")) ||
         (given == 2 && name == "in_currency");
}

bool IsPeriod(const PlanNode& node) { return node.type.is(ValueType::Kind::kPeriod); }

TimeUse UseOf(const std::vector<PlanNode>& nodes, const std::vector<TimeUse>& uses,
              const PlanNode& n) {
  TimeUse use;
  if (n.op == PlanOp::kNow) use.slope = 1;
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    if (uses[n.inputs[i]].slope != 0) use.instants.push_back(static_cast<int>(i));
  }
  use.of_clock = AsksClock(n);
  if (use.instants.empty() && !use.of_clock) return use;
  if (IsCalendar(n)) {
    use.jump = JumpOf(FunctionName(n.function));
    if (n.inputs.size() == 2 && nodes[n.inputs[1]].type.is(ValueType::Kind::kString)) use.zone = 1;
  } else if (n.op == PlanOp::kNegate) {
    use.slope = -uses[n.inputs[0]].slope;
  } else if (n.op == PlanOp::kAdd || n.op == PlanOp::kSubtract) {
    const int second = uses[n.inputs[1]].slope;
    use.slope = uses[n.inputs[0]].slope + (n.op == PlanOp::kAdd ? second : -second);
    // t - months(3) is the start of a civil day.
    if (IsPeriod(nodes[n.inputs[0]]) || IsPeriod(nodes[n.inputs[1]])) {
      use.slope = 0;
      use.jump = Jump::kDay;
    }
  }
  return use;
}

int64_t UnitOf(Jump jump) {
  switch (jump) {
    case Jump::kMillisecond:
      return 1'000;
    case Jump::kSecond:
      return 1'000'000;
    case Jump::kMinute:
      return 60'000'000;
    default:
      return 3'600'000'000;
  }
}

int64_t Floor(int64_t value, int64_t unit) {
  const int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

// Until `at` reaches the next multiple of `unit` above it, or falls below the one under it.
int64_t UntilMultiple(int64_t at, int64_t unit, int slope) {
  const int64_t under = Floor(at, unit);
  return slope > 0 ? under + unit - at : at - under + 1;
}

int64_t UntilDay(Timestamp instant, int slope, const Zone& zone) {
  const Date day = zone.LocalDate(instant);
  if (slope < 0) return std::max<int64_t>(1, instant.micros - zone.DayStart(day).micros + 1);
  return std::max<int64_t>(1, zone.DayStart({day.days + 1}).micros - instant.micros);
}

}  // namespace

bool IsCalendar(const PlanNode& node) {
  if (node.op != PlanOp::kCall) return false;
  const std::string& name = FunctionName(node.function);
  // Exchange rates change by day.
  return name.starts_with("start_of_") || name.starts_with("end_of_") || name == "age" ||
         name == "anniversary" || name == "date" || name == "in_currency" ||
         name.starts_with("get");
}

std::vector<TimeUse> FindTimeUses(const std::vector<PlanNode>& nodes) {
  std::vector<TimeUse> uses;
  uses.reserve(nodes.size());
  for (const PlanNode& n : nodes) uses.push_back(UseOf(nodes, uses, n));
  return uses;
}

std::optional<int64_t> UntilCrossing(PlanOp op, int64_t difference, int slope) {
  const bool at_zero = op == PlanOp::kLess || op == PlanOp::kGreaterEqual;  // 0 is the other side
  if (slope > 0) {
    if (at_zero) return difference < 0 ? std::optional(-difference) : std::nullopt;
    return difference <= 0 ? std::optional(-difference + 1) : std::nullopt;
  }
  if (at_zero) return difference >= 0 ? std::optional(difference + 1) : std::nullopt;
  return difference > 0 ? std::optional(difference) : std::nullopt;
}

int64_t UntilJump(Jump jump, Timestamp instant, int slope, const Zone& zone) {
  if (jump == Jump::kDay) {
    return std::min(UntilDay(instant, slope, Zone()), UntilDay(instant, slope, zone));
  }
  // Offsets of zones are multiples of a quarter of an hour; those of the past may be odd minutes
  // and seconds, but now is not there.
  const int64_t unit = jump == Jump::kHour ? int64_t{900'000'000} : UnitOf(jump);
  return UntilMultiple(instant.micros, unit, slope);
}

int64_t UntilJump(Jump jump, Duration length, int slope) {
  if (jump == Jump::kDay) return 1;
  // Parts of a length are cut towards zero.
  const int64_t unit = UnitOf(jump);
  return length.micros < 0 ? UntilMultiple(-length.micros, unit, -slope)
                           : UntilMultiple(length.micros, unit, slope);
}

}  // namespace relata::internal
