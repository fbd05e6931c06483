// SPDX-License-Identifier: Apache-2.0

#include "engine/ledger_of_few.h"

#include <algorithm>

namespace relata::internal {

bool AsksSubjectsOnly(const Plan& plan) {
  return std::all_of(plan.nodes().begin(), plan.nodes().end(), [&](const PlanNode& n) {
    switch (n.op) {
      case PlanOp::kConsentStatus:
      case PlanOp::kConsentAt:
        return plan.nodes()[n.inputs[0]].op == PlanOp::kSubject;
      case PlanOp::kInSegment:
      case PlanOp::kScore:
      case PlanOp::kMayContact:
        return false;
      default:
        return true;
    }
  });
}

}  // namespace relata::internal
