// SPDX-License-Identifier: Apache-2.0
//
// Checked tree -> plan.

#ifndef RELATA_SRC_EXPRESSION_PLANNER_H_
#define RELATA_SRC_EXPRESSION_PLANNER_H_

#include <memory>
#include <vector>

#include "expression/ast.h"
#include "relata/expression/plan.h"

namespace relata::internal {

std::shared_ptr<const Plan> MakePlan(const AstNode& root, int slots, TypeId subject);

// For each node whether nothing below it depends on a record or a variable: what `now`, zone and
// parameters decide.
std::vector<bool> FindFixed(const Plan& plan);

// What the plan reads, and how it uses now.
PathsRead FindPaths(const std::vector<PlanNode>& nodes);
std::vector<NowPlace> FindNowPlaces(const std::vector<PlanNode>& nodes);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_PLANNER_H_
