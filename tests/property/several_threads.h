// SPDX-License-Identifier: Apache-2.0
//
// A condition evaluated by several threads says what it says by one, bit by bit.

#ifndef RELATA_TESTS_PROPERTY_SEVERAL_THREADS_H_
#define RELATA_TESTS_PROPERTY_SEVERAL_THREADS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/columnar.h"

namespace relata::testing {

// A context of the same question with a view of its own; called on the thread that uses it.
using MakeView = std::function<std::unique_ptr<GraphView>()>;

// What is different; "" when nothing is.
inline std::string DiffersByThreads(const Snapshot& snapshot, std::shared_ptr<const Plan> plan,
                                    const EvaluationContext& context, const MakeView& make_view,
                                    const internal::Population& alone, size_t threads) {
  std::vector<std::unique_ptr<GraphView>> views(threads);
  std::vector<EvaluationContext> contexts(threads, context);
  internal::Helpers helpers(threads - 1);
  internal::ColumnarThreads lanes;
  lanes.helpers = &helpers;
  lanes.context = [&](size_t lane) -> const EvaluationContext& {
    views[lane] = make_view();
    contexts[lane].view = views[lane].get();
    return contexts[lane];
  };
  const auto columnar =
      internal::ColumnarCondition::Make(snapshot, std::move(plan), context, lanes);
  if (columnar == nullptr) return "no columnar form";
  const absl::StatusOr<internal::Population> together = columnar->Evaluate();
  if (!together.ok()) return std::string(together.status().message());
  if (together->is_true != alone.is_true) return "other records are true";
  if (together->is_error != alone.is_error) return "other records are in error";
  if (together->count != alone.count || together->errors != alone.errors) return "other counts";
  return "";
}

}  // namespace relata::testing

#endif  // RELATA_TESTS_PROPERTY_SEVERAL_THREADS_H_
