// SPDX-License-Identifier: Apache-2.0
//
// The checker's half that knows where null is an error, and what guards against it.

#include <algorithm>

#include "base/strings.h"
#include "expression/checker.h"

namespace relata::internal {

using Kind = ValueType::Kind;

// A path as text under which its presence is remembered; "" for anything but names and selections.
std::string Checker::PathOf(const AstNode& node) const {
  if (node.kind == AstKind::kIdent) {
    const Local* local = node.leading_dot ? nullptr : FindLocal(node.name);
    return local != nullptr ? Concat("$", local->slot) : node.name;
  }
  if (node.kind != AstKind::kSelect || node.optional || node.operands.empty()) return "";
  const std::string head = PathOf(*node.operands[0]);
  return head.empty() ? "" : Concat(head, ".", node.name);
}

// Paths that are certainly not null where `condition` is `when`.
std::vector<std::string> Checker::Guards(const AstNode& condition, bool when) const {
  std::vector<std::string> found;
  const auto take = [&found](std::vector<std::string> more) {
    found.insert(found.end(), more.begin(), more.end());
  };
  if (condition.kind == AstKind::kHas && when) {
    const std::string head = PathOf(*condition.operands[0]);
    if (!head.empty()) found.push_back(Concat(head, ".", condition.name));
  } else if (condition.kind == AstKind::kOperator && condition.name == "!") {
    return Guards(*condition.operands[0], !when);
  } else if ((condition.kind == AstKind::kAnd && when) ||
             (condition.kind == AstKind::kOr && !when)) {
    for (const AstPtr& operand : condition.operands) take(Guards(*operand, when));
  } else if (condition.kind == AstKind::kOperator && condition.operands.size() == 2) {
    const AstNode& left = *condition.operands[0];
    const AstNode& right = *condition.operands[1];
    const auto is_null = [](const AstNode& n) {
      return n.kind == AstKind::kLiteral && n.value.is_null();
    };
    const bool differs = (condition.name == "!=") == when;
    const bool equality = condition.name == "==" || condition.name == "!=";
    if (equality && differs && is_null(right)) found.push_back(PathOf(left));
    if (equality && differs && is_null(left)) found.push_back(PathOf(right));
    // Equal to a constant is not null either; an ordering that holds had two values.
    const auto is_value = [&](const AstNode& n) {
      return n.kind == AstKind::kLiteral && !n.value.is_null();
    };
    if (equality && !differs && is_value(right)) found.push_back(PathOf(left));
    if (equality && !differs && is_value(left)) found.push_back(PathOf(right));
    const bool among_values =
        right.kind == AstKind::kList &&
        std::all_of(right.operands.begin(), right.operands.end(),
                    [&](const AstPtr& element) { return is_value(*element); });
    if (condition.name == "in" && when && among_values) found.push_back(PathOf(left));
  }
  std::erase(found, "");
  return found;
}

void Checker::RequireValue(AstNode& operand) {
  const std::string path = PathOf(operand);
  if (dynamic() || (!path.empty() && present_.count(path) > 0)) return;
  const std::string_view written = TextOf(operand);
  std::string suggestion;
  const AstNode* condition = conditions_.empty() ? nullptr : conditions_.back();
  const bool is_condition = conditions_.size() > 1 || options_.expected.is(Kind::kBool);
  if (condition != nullptr && is_condition && !path.empty()) {
    const bool bare = condition == &operand;
    suggestion = bare ? Concat(written, " == true")
                      : Concat("(", written, " != null && ", TextOf(*condition), ")");
  }
  Warn(operand.span,
       Concat("'", written,
              "' may have no value; the record then ends in error, neither true "
              "nor false"),
       std::move(suggestion));
}

}  // namespace relata::internal
