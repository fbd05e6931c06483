// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/expression.h"

#include "base/strings.h"
#include "expression/checker.h"
#include "expression/parser.h"
#include "expression/planner.h"

namespace relata {

absl::Status CheckedExpression::status() const {
  if (ok()) return absl::OkStatus();
  std::string message;
  for (const ExpressionIssue& issue : issues_) {
    if (issue.severity != Severity::kError) continue;
    if (!message.empty()) message += "\n";
    message += FormatIssueWithCaret(text_, issue);
  }
  return InvalidArgument(message);
}

CheckedExpression Check(std::string_view text, const CheckOptions& options) {
  CheckedExpression result;
  result.text_ = std::string(text);
  internal::ParseOptions parse;
  parse.block_macros = options.block_macros;
  ExpressionIssue issue;
  const internal::AstPtr root = internal::Parse(result.text_, parse, &issue);
  if (root == nullptr) {
    result.issues_.push_back(std::move(issue));
    return result;
  }
  internal::Checker checker(result.text_, options);
  checker.Run(*root);
  result.issues_ = checker.TakeIssues();
  result.type_ = root->type;
  if (!HasErrors(result.issues_)) {
    result.plan_ = internal::MakePlan(*root, checker.slots(), options.subject);
  }
  return result;
}

}  // namespace relata
