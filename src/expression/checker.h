// SPDX-License-Identifier: Apache-2.0
//
// Syntax tree -> checked tree: every name resolved, every type inferred, every operand that may be
// null where null is an error found. Writes into the tree; what it finds are issues.

#ifndef RELATA_SRC_EXPRESSION_CHECKER_H_
#define RELATA_SRC_EXPRESSION_CHECKER_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "expression/ast.h"
#include "expression/functions.h"
#include "expression/inference.h"
#include "relata/expression/expression.h"

namespace relata::internal {

// More findings than this help nobody; further ones are left out.
inline constexpr size_t kMaxIssues = 50;

class Checker {
 public:
  Checker(std::string_view text, const CheckOptions& options) : text_(text), options_(options) {}

  // Checks the whole tree. Types in it are final afterwards.
  void Run(AstNode& root);

  std::vector<ExpressionIssue> TakeIssues() { return std::move(issues_); }
  int slots() const { return slots_; }

 private:
  struct Local {
    std::string name;
    ValueType type;
    int slot;
  };

  // checker.cc, check_macros.cc: names and structure
  void Check(AstNode& node);
  void CheckLiteral(AstNode& node);
  void CheckIdent(AstNode& node);
  void CheckSelect(AstNode& node);
  void CheckHas(AstNode& node);
  void CheckIndex(AstNode& node);
  void CheckConditional(AstNode& node);
  void CheckLogic(AstNode& node);
  void CheckList(AstNode& node);
  void CheckMap(AstNode& node);
  void CheckComprehension(AstNode& node);
  void CheckOptionalMacro(AstNode& node);
  void CheckBind(AstNode& node);
  ValueType ElementType(AstNode& range, ValueType* key);
  void TypeOfResult(AstNode& node);
  void ResolveMember(AstNode& node, const ValueType& target);
  void ResolveRecordMember(AstNode& node, const ValueType& target);
  void ResolveKey(AstNode& node, const ValueType& target, bool wrapped);
  bool ResolveQualified(AstNode& node);
  bool ResolveName(AstNode& node, const std::string& name, bool qualified_only);
  const Local* FindLocal(std::string_view name) const;
  std::vector<std::string> Candidates(const std::string& name) const;
  std::vector<std::string> KnownNames() const;
  int Declare(const std::string& name, ValueType type);
  void Forget(size_t count) { locals_.resize(locals_.size() - count); }
  ValueType TypeOfField(const FieldDef& field, bool certain) const;

  // check_calls.cc: operators and functions
  void CheckCall(AstNode& node);
  void CheckMemberCall(AstNode& node);
  void CheckOperator(AstNode& node);
  void CheckEquality(AstNode& node);
  void CheckIn(AstNode& node);
  void WarnOfNoOption(const AstNode& one, const AstNode& other);
  void CheckFunction(AstNode& node, int function, bool member);
  bool CheckHostFunction(AstNode& node, const std::string& name);
  bool CheckGraphCall(AstNode& node);
  void CheckEvents(AstNode& node);
  void CheckHistory(AstNode& node);
  bool NameOfDefinition(AstNode& node, size_t operand);
  bool Takes(const Overload& overload, const AstNode& node, ValueType* result);
  const Overload* ChooseOverload(const std::vector<Overload>& overloads, bool member, AstNode& node,
                                 ValueType* result);
  void NoOverloadIssue(AstNode& node, std::string_view name);
  std::string HintFor(const AstNode& node, std::string* suggestion) const;
  void RequireBool(AstNode& node);

  // check_null.cc: what is known to be there, and what may not be.
  void RequireValue(AstNode& operand);
  std::vector<std::string> Guards(const AstNode& condition, bool when) const;
  std::string PathOf(const AstNode& node) const;
  std::string_view TextOf(const AstNode& node) const {
    return text_.substr(node.span.begin, node.span.end - node.span.begin);
  }

  bool dynamic() const { return options_.checking == Checking::kDynamic; }
  // An error in the text; in a dynamic expression the node becomes an error value instead.
  void Error(AstNode& node, Span span, std::string message, std::string suggestion = "");
  void Warn(Span span, std::string message, std::string suggestion,
            Severity severity = Severity::kWarning);
  std::string Describe(const ValueType& type) const;
  // "; did you mean ...", while there are few issues.
  std::string Near(std::string_view name, const std::vector<std::string>& known) const;

  std::string_view text_;
  const CheckOptions& options_;
  Inference inference_;
  std::vector<Local> locals_;
  std::vector<ExpressionIssue> issues_;
  std::multiset<std::string> present_;      // paths known not to be null here
  std::vector<const AstNode*> conditions_;  // the boolean operands we are inside, outermost first
  int slots_ = 0;
};

// "record account" becomes "account".
std::string DescribeType(const ValueType& type, const Schema* schema);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_CHECKER_H_
