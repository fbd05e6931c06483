// SPDX-License-Identifier: Apache-2.0
//
// Boosted trees: learnt by XGBoost where the build has it, asked without it.

#ifndef RELATA_SRC_SCORE_TREES_H_
#define RELATA_SRC_SCORE_TREES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "relata/score/propensity.h"
#include "score/encoding.h"

namespace relata::internal {

using Trees = std::vector<std::vector<SplitNode>>;

// Learns `rounds` trees from the rows. The log odds of a record are `base` plus what its leaves
// add. Unimplemented in a build without XGBoost.
struct TreesFit {
  double base = 0;
  Trees trees;
};
absl::StatusOr<TreesFit> FitTrees(std::span<const FeatureReader> readers,
                                  std::span<const uint8_t> truth, std::span<const int64_t> rows,
                                  int rounds);

// The leaf's value for a row; `visit(node, next)` is called for every step of the path.
template <class Visit>
double WalkTree(const std::vector<SplitNode>& tree, std::span<const FeatureReader> readers,
                int64_t row, const Visit& visit) {
  size_t at = 0;
  while (tree[at].column >= 0) {
    const SplitNode& node = tree[at];
    const FeatureReader& reader = readers[static_cast<size_t>(node.column)];
    int32_t next = node.absent;
    if (node.level < 0) {
      const double v = reader.Number(row);
      // As it was learnt: in single precision.
      if (v == v)
        next = static_cast<float>(v) < static_cast<float>(node.threshold) ? node.yes : node.no;
    } else if (const size_t code = reader.Code(row); code != 0) {
      next = code == static_cast<size_t>(node.level) ? node.no : node.yes;
    }
    visit(node, tree[static_cast<size_t>(next)]);
    at = static_cast<size_t>(next);
  }
  return tree[at].value;
}

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_TREES_H_
