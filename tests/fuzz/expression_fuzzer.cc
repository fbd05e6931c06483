// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are parsed as an expression: a tree, or an issue that says why not.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "expression/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  relata::ExpressionIssue issue;
  const auto tree = relata::internal::Parse(text, {}, &issue);
  if (tree == nullptr && issue.message.empty()) std::abort();
  return 0;
}
