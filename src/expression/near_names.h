// SPDX-License-Identifier: Apache-2.0
//
// "did you mean": the known names nearest to one that is unknown.

#ifndef RELATA_SRC_EXPRESSION_NEAR_NAMES_H_
#define RELATA_SRC_EXPRESSION_NEAR_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

namespace relata::internal {

// At most three of `known` that are a few letters from `name`, nearest first.
std::vector<std::string> NearNames(std::string_view name, const std::vector<std::string>& known);

// "; did you mean 'country' or 'county'?", or "" when nothing is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& known);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_NEAR_NAMES_H_
