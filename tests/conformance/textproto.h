// SPDX-License-Identifier: Apache-2.0
//
// Protocol buffer text format as a generic tree: enough to read the test files of the CEL
// specification without their message definitions.

#ifndef RELATA_TESTS_CONFORMANCE_TEXTPROTO_H_
#define RELATA_TESTS_CONFORMANCE_TEXTPROTO_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relata::testing {

// A message with its fields in order, or a scalar as text. The key of an expanded Any is its type
// URL in brackets.
struct ProtoNode {
  bool message = false;
  std::string scalar;
  std::vector<std::pair<std::string, ProtoNode>> fields;

  // The first field of that name; nullptr when there is none.
  const ProtoNode* Find(std::string_view name) const {
    for (const auto& [key, node] : fields) {
      if (key == name) return &node;
    }
    return nullptr;
  }
  // The scalar of a field, "" when there is none.
  std::string Text(std::string_view name) const {
    const ProtoNode* node = Find(name);
    return node == nullptr ? "" : node->scalar;
  }
  std::vector<const ProtoNode*> All(std::string_view name) const {
    std::vector<const ProtoNode*> all;
    for (const auto& [key, node] : fields) {
      if (key == name) all.push_back(&node);
    }
    return all;
  }
};

// The message in a text; nothing when it is not of the format.
std::optional<ProtoNode> ParseTextproto(std::string_view text);

}  // namespace relata::testing

#endif  // RELATA_TESTS_CONFORMANCE_TEXTPROTO_H_
