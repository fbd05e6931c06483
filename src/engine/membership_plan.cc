// SPDX-License-Identifier: Apache-2.0
//
// What a definition and the schema say about a segment that is to be kept.

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/membership.h"

namespace relata::internal {

namespace {

// Why the plan's answers cannot be kept, with the place in its text.
absl::Status Maintainable(const CheckedExpression& expression) {
  const Plan& plan = expression.plan();
  for (const NowPlace& place : plan.now_places()) {
    if (place.use != NowUse::kOther) continue;
    const std::string_view what = std::string_view(expression.text())
                                      .substr(place.span.begin, place.span.end - place.span.begin);
    return FailedPrecondition(
        Concat("when '", what,
               "' changes cannot be foreseen: the segment can be asked at any "
               "instant, its members are not kept up to date"));
  }
  if (plan.paths().history) {
    return FailedPrecondition(
        "it reads the history of a field: the segment can be asked at any instant, its members are "
        "not kept up to date");
  }
  return absl::OkStatus();
}

absl::Status AddBodies(const Crm& crm, const SegmentBodies& all, const std::string& name,
                       SegmentPlan& plan) {
  for (const auto& [known, body] : plan.bodies) {
    if (known == name) return absl::OkStatus();
  }
  const auto found = all.find(name);
  if (found == all.end()) return NotFound(Concat("there is no segment '", name, "'"));
  RELATA_RETURN_IF_ERROR(found->second.status());
  const std::shared_ptr<const SegmentBody>& body = *found->second;
  plan.bodies.emplace_back(name, body);
  plan.text += Concat(name, "\n", body->type, "\n", body->expression, "\n");
  if (body->frozen) {
    for (const Uuid& id : *body->frozen) plan.text += id.ToString();
    return absl::OkStatus();
  }
  RELATA_ASSIGN_OR_RETURN(const Condition condition, FindSegment(crm, name));
  const Plan& asked = condition.expression->plan();
  plan.now_use = std::max(plan.now_use, asked.now_use());
  if (plan.maintainable.ok()) {
    plan.maintainable = Maintainable(*condition.expression);
    if (!plan.maintainable.ok() && plan.bodies.size() > 1) {
      plan.maintainable = Annotate(plan.maintainable, Concat("through segment '", name, "'"));
    }
  }
  for (const std::string& next : asked.paths().segments) {
    RELATA_RETURN_IF_ERROR(AddBodies(crm, all, next, plan));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SegmentPlan>> Memberships::PlanOf(const Crm& crm,
                                                                       std::string_view name) {
  const std::shared_ptr<const SegmentBodies> all = ParsedSegments(crm);
  const std::shared_ptr<const Schema> schema = crm.schema();
  if (const auto known = plans_.find(name); known != plans_.end()) {
    const SegmentPlan& plan = *known->second;
    const bool current =
        plan.schema == schema &&
        std::all_of(plan.bodies.begin(), plan.bodies.end(), [&](const auto& named) {
          const auto found = all->find(named.first);
          return found != all->end() && found->second.ok() && *found->second == named.second;
        });
    if (current) return known->second;
  }
  auto plan = std::make_shared<SegmentPlan>();
  plan->schema = schema;
  RELATA_RETURN_IF_ERROR(AddBodies(crm, *all, std::string(name), *plan));
  RELATA_ASSIGN_OR_RETURN(plan->condition, FindSegment(crm, name));
  if (plan->condition.frozen) {
    plan->maintainable = FailedPrecondition("its members are frozen");
  } else if (plan->maintainable.ok()) {
    const std::shared_ptr<const Plan>& asked = plan->condition.expression->shared_plan();
    RELATA_ASSIGN_OR_RETURN(plan->reach, Reach::Of(crm, asked));
    RELATA_ASSIGN_OR_RETURN(plan->parts, ConditionParts::Of(crm, *asked));
    RELATA_ASSIGN_OR_RETURN(plan->columns, ColumnsNeededBy(crm, plan->condition));
    // Who is asked about by public id is found by it.
    plan->columns.push_back({plan->condition.type, {kIdField}});
  }
  plans_.insert_or_assign(std::string(name), plan);
  return plan;
}

std::vector<ColumnsNeeded> Memberships::ColumnsFor(const Crm& crm, const std::set<TypeId>& written,
                                                   const std::vector<DefinitionWrite>& definitions,
                                                   bool time_only) {
  std::vector<ColumnsNeeded> columns;
  const std::shared_ptr<const SegmentBodies> all = ParsedSegments(crm);
  for (const auto& [name, body] : *all) {
    const auto plan = PlanOf(crm, name);
    if (!plan.ok() || !(*plan)->maintainable.ok()) continue;
    const bool defined =
        std::any_of(definitions.begin(), definitions.end(), [&](const DefinitionWrite& write) {
          if (write.kind != "segment") return false;
          return std::any_of((*plan)->bodies.begin(), (*plan)->bodies.end(),
                             [&](const auto& named) { return named.first == write.name; });
        });
    const std::set<TypeId>& read = (*plan)->reach.types();
    const bool reached = std::any_of(written.begin(), written.end(),
                                     [&](TypeId type) { return read.contains(type); });
    if (defined || reached || time_only) {
      columns.insert(columns.end(), (*plan)->columns.begin(), (*plan)->columns.end());
    }
  }
  return columns;
}

}  // namespace relata::internal
