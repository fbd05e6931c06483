// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/plan.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/planner.h"
#include "expression/time_use.h"

namespace relata {
namespace internal {
namespace {

template <class T>
void SortUnique(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

// The user of each node; every node but the root has exactly one.
std::vector<uint32_t> FindUsers(const std::vector<PlanNode>& nodes) {
  std::vector<uint32_t> users(nodes.size(), static_cast<uint32_t>(nodes.size() - 1));
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    for (uint32_t input : nodes[i].inputs) users[input] = i;
  }
  return users;
}

bool IsComparison(PlanOp op) {
  return op == PlanOp::kLess || op == PlanOp::kLessEqual || op == PlanOp::kGreater ||
         op == PlanOp::kGreaterEqual;
}

// Whether now is asked for anywhere below a node.
bool ReadsNow(const std::vector<PlanNode>& nodes, uint32_t node) {
  const PlanNode& n = nodes[node];
  return n.op == PlanOp::kNow || std::any_of(n.inputs.begin(), n.inputs.end(), [&](uint32_t input) {
           return ReadsNow(nodes, input);
         });
}

// From a kNow up to the comparison or the calendar that it decides.
NowUse ClassifyNow(const std::vector<PlanNode>& nodes, const std::vector<uint32_t>& users,
                   uint32_t now) {
  for (uint32_t at = now; at + 1 < nodes.size();) {
    const uint32_t user = users[at];
    const PlanNode& n = nodes[user];
    if (IsComparison(n.op)) return NowUse::kAffine;
    // What a calendar gives changes at its boundaries only, whatever is made of it.
    if (IsCalendar(n)) return NowUse::kBoundary;
    if (n.op != PlanOp::kAdd && n.op != PlanOp::kSubtract) return NowUse::kOther;
    const uint32_t other = n.inputs[0] == at ? n.inputs[1] : n.inputs[0];
    if (ReadsNow(nodes, other)) return NowUse::kOther;
    if (nodes[other].type.is(ValueType::Kind::kPeriod)) return NowUse::kBoundary;
    at = user;
  }
  return NowUse::kOther;
}

void AddNode(const PlanNode& n, PathsRead& paths) {
  switch (n.op) {
    case PlanOp::kSubject:
      paths.types.push_back(n.record_type);
      break;
    case PlanOp::kField:
      paths.types.push_back(n.record_type);
      paths.fields.emplace_back(n.record_type, n.field);
      break;
    case PlanOp::kFollow:
      paths.types.push_back(n.record_type);
      if (n.type.record != kNoType) paths.types.push_back(n.type.record);
      paths.links.emplace_back(n.record_type, n.field);
      break;
    case PlanOp::kEventField:
      paths.types.push_back(n.record_type);
      paths.fields.emplace_back(n.record_type, n.field);
      break;
    case PlanOp::kChildren:
      paths.types.push_back(n.record_type);
      paths.reverses.emplace_back(n.record_type, n.field);
      break;
    case PlanOp::kPath:
      for (const PathStep& step : n.steps) {
        paths.types.push_back(step.from);
        paths.types.push_back(step.to);
        if (step.backward) {
          paths.reverses.emplace_back(step.to, step.field);
        } else {
          paths.links.emplace_back(step.from, step.field);
        }
      }
      break;
    case PlanOp::kEvents:
      paths.types.push_back(n.record_type);
      paths.events.push_back(n.record_type);
      break;
    case PlanOp::kInSegment:
      paths.segments.push_back(n.name);
      break;
    case PlanOp::kScore:
      paths.scores.push_back(n.name);
      break;
    case PlanOp::kMayContact:
    case PlanOp::kConsentStatus:
    case PlanOp::kConsentAt:
      paths.consent = true;
      break;
    case PlanOp::kFieldAt:
    case PlanOp::kFieldSince:
    case PlanOp::kFieldChanged:
      paths.types.push_back(n.record_type);
      paths.fields.emplace_back(n.record_type, n.field);
      paths.history = true;
      break;
    default:
      break;
  }
}

}  // namespace

namespace {

bool DependsOnInputsOnly(const PlanNode& n) {
  switch (n.op) {
    case PlanOp::kConstant:
    case PlanOp::kNow:
    case PlanOp::kParameter:
    case PlanOp::kError:
    case PlanOp::kList:
    case PlanOp::kNot:
    case PlanOp::kNegate:
    case PlanOp::kAnd:
    case PlanOp::kOr:
    case PlanOp::kConditional:
    case PlanOp::kIn:
      return true;
    case PlanOp::kCall:
      // Exchange rates are records.
      return FunctionName(n.function) != "in_currency";
    default:
      return n.op >= PlanOp::kEqual && n.op <= PlanOp::kModulo;
  }
}

}  // namespace

std::vector<bool> FindFixed(const Plan& plan) {
  std::vector<bool> fixed(plan.nodes().size());
  for (size_t i = 0; i < fixed.size(); ++i) {
    const PlanNode& n = plan.nodes()[i];
    fixed[i] = DependsOnInputsOnly(n) && std::all_of(n.inputs.begin(), n.inputs.end(),
                                                     [&](uint32_t input) { return fixed[input]; });
  }
  return fixed;
}

PathsRead FindPaths(const std::vector<PlanNode>& nodes) {
  PathsRead paths;
  for (const PlanNode& n : nodes) AddNode(n, paths);
  std::erase(paths.types, kNoType);
  SortUnique(paths.types);
  SortUnique(paths.fields);
  SortUnique(paths.links);
  SortUnique(paths.reverses);
  SortUnique(paths.events);
  SortUnique(paths.segments);
  SortUnique(paths.scores);
  return paths;
}

std::vector<NowPlace> FindNowPlaces(const std::vector<PlanNode>& nodes) {
  std::vector<NowPlace> places;
  const std::vector<uint32_t> users = FindUsers(nodes);
  const std::vector<TimeUse> uses = FindTimeUses(nodes);
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const PlanNode& n = nodes[i];
    if (n.op == PlanOp::kNow) places.push_back({n.span, ClassifyNow(nodes, users, i)});
    // These ask the clock behind the scenes.
    if (n.op == PlanOp::kScore || n.op == PlanOp::kMayContact || n.op == PlanOp::kFieldSince) {
      places.push_back({n.span, NowUse::kOther});
    }
    if (uses[i].of_clock) places.push_back({n.span, NowUse::kBoundary});
  }
  std::stable_sort(places.begin(), places.end(), [](const NowPlace& a, const NowPlace& b) {
    return a.span.begin < b.span.begin;
  });
  return places;
}

}  // namespace internal

Plan::Plan(std::vector<PlanNode> nodes, std::vector<std::string> parameters, int slots,
           TypeId subject_type)
    : nodes_(std::move(nodes)),
      parameters_(std::move(parameters)),
      slots_(slots),
      subject_type_(subject_type),
      paths_(internal::FindPaths(nodes_)),
      now_places_(internal::FindNowPlaces(nodes_)) {
  for (const NowPlace& place : now_places_) now_use_ = std::max(now_use_, place.use);
}

namespace {

std::string_view OpName(PlanOp op) {
  constexpr std::string_view kNames[] = {"constant",
                                         "subject",
                                         "now",
                                         "parameter",
                                         "variable",
                                         "field",
                                         "follow",
                                         "children",
                                         "path",
                                         "events",
                                         "event_field",
                                         "in_segment",
                                         "score",
                                         "may_contact",
                                         "consent_status",
                                         "consent_at",
                                         "field_at",
                                         "field_since",
                                         "field_changed",
                                         "key",
                                         "has_key",
                                         "index",
                                         "call",
                                         "not",
                                         "negate",
                                         "and",
                                         "or",
                                         "conditional",
                                         "equal",
                                         "not_equal",
                                         "less",
                                         "less_equal",
                                         "greater",
                                         "greater_equal",
                                         "add",
                                         "subtract",
                                         "multiply",
                                         "divide",
                                         "modulo",
                                         "in",
                                         "optional_or",
                                         "optional_or_else",
                                         "list",
                                         "map",
                                         "all",
                                         "exists",
                                         "exists_one",
                                         "filter",
                                         "transform",
                                         "transform_map",
                                         "transform_entry",
                                         "sort_by",
                                         "optional_map",
                                         "bind",
                                         "error"};
  return kNames[static_cast<size_t>(op)];
}

void Print(const Plan& plan, uint32_t at, int indent, std::string& out) {
  using internal::Concat;
  const PlanNode& n = plan.node(at);
  out.append(static_cast<size_t>(indent) * 2, ' ');
  out += OpName(n.op);
  if (n.op == PlanOp::kConstant)
    out += Concat(" ", n.constant.is_null() ? "null" : ToDisplay(n.constant));
  if (n.op == PlanOp::kCall) out += Concat(" ", FunctionName(n.function));
  if (!n.name.empty()) out += Concat(" ", n.name);
  if (n.record_type != kNoType) out += Concat(" type ", n.record_type);
  if (n.field != kNoField) out += Concat(" field ", n.field);
  if (n.slot >= 0) out += Concat(" slot ", n.slot);
  out += Concat(" : ", ToString(n.type), "\n");
  for (uint32_t input : n.inputs) Print(plan, input, indent + 1, out);
}

}  // namespace

std::string ToString(const Plan& plan) {
  std::string out;
  Print(plan, plan.root_index(), 0, out);
  return out;
}

}  // namespace relata
