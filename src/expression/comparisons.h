// SPDX-License-Identifier: Apache-2.0
//
// The six comparisons of a plan and how they turn into each other.

#ifndef RELATA_SRC_EXPRESSION_COMPARISONS_H_
#define RELATA_SRC_EXPRESSION_COMPARISONS_H_

#include <cstdint>

#include "relata/expression/plan.h"

namespace relata::internal {

constexpr bool IsComparison(PlanOp op) {
  return op >= PlanOp::kEqual && op <= PlanOp::kGreaterEqual;
}

// The comparison with its sides exchanged.
constexpr PlanOp Mirrored(PlanOp op) {
  switch (op) {
    case PlanOp::kLess:
      return PlanOp::kGreater;
    case PlanOp::kLessEqual:
      return PlanOp::kGreaterEqual;
    case PlanOp::kGreater:
      return PlanOp::kLess;
    case PlanOp::kGreaterEqual:
      return PlanOp::kLessEqual;
    default:
      return op;
  }
}

// The one that holds where this one, on the same values, does not.
constexpr PlanOp Opposite(PlanOp op) {
  switch (op) {
    case PlanOp::kEqual:
      return PlanOp::kNotEqual;
    case PlanOp::kNotEqual:
      return PlanOp::kEqual;
    case PlanOp::kLess:
      return PlanOp::kGreaterEqual;
    case PlanOp::kLessEqual:
      return PlanOp::kGreater;
    case PlanOp::kGreater:
      return PlanOp::kLessEqual;
    case PlanOp::kGreaterEqual:
      return PlanOp::kLess;
    default:
      return op;
  }
}

// Whether zero compares so with `bound`.
constexpr bool HoldsAtZero(PlanOp op, int64_t bound) {
  switch (op) {
    case PlanOp::kLess:
      return 0 < bound;
    case PlanOp::kLessEqual:
      return 0 <= bound;
    case PlanOp::kGreater:
      return 0 > bound;
    case PlanOp::kGreaterEqual:
      return 0 >= bound;
    case PlanOp::kEqual:
      return bound == 0;
    default:
      return bound != 0;
  }
}

// Whether every count above zero compares alike and zero otherwise, so that all it asks of a list
// is whether there is anything in it.
constexpr bool IsAboutAny(PlanOp op, int64_t bound) {
  switch (op) {
    case PlanOp::kLess:
    case PlanOp::kGreaterEqual:
      return bound == 1;
    default:
      return bound == 0;
  }
}

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_COMPARISONS_H_
