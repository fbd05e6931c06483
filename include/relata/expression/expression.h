// SPDX-License-Identifier: Apache-2.0
//
// The one language for every condition: text in, a checked expression out.
//
// The language is CEL (cel.dev). The subject is named by its type, and every reference is dotted
// through links from there:
//
//   contact.country == 'FR' && contact.account.industry == 'retail'
//   contact.events('page_view').filter(e, e.at > now - days(30)).size() >= 3
//   contact.account.orders.map(o, o.net).sum() > money('1000', 'EUR')
//
// Check reads the text, resolves every name against the schema and infers every type. What it finds
// are issues with their place: errors when the expression cannot be used, warnings where it can but
// some records may end neither in true nor in false. A field without a value is null, so
// `contact.email.endsWith('.fr')` carries a warning with the guarded text to use instead.
//
// A CheckedExpression is immutable and thread-safe; it shares its plan.

#ifndef RELATA_EXPRESSION_EXPRESSION_H_
#define RELATA_EXPRESSION_EXPRESSION_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/expression/issue.h"
#include "relata/expression/plan.h"
#include "relata/expression/value_type.h"

namespace relata {

class Schema;

// How names and types that are not known are treated.
enum class Checking : uint8_t {
  kDeclared,  // every name must be declared and every operand must fit: errors are found here
  kDynamic,   // undeclared names are variables of any type; a misfit is an error value when
              // evaluated. For one-off evaluations over values from outside.
};

struct CheckOptions {
  // The types that may be named; without one only `parameters` are. Borrowed during Check only.
  const Schema* schema = nullptr;
  // The type of the records asked about. Its name is the name of the subject.
  TypeId subject = kNoType;
  // Declared variables beside the subject, such as {"group", ValueType::Kind::kString}. A name may
  // be dotted. A parameter hides a function or type of its name, never the subject.
  std::vector<std::pair<std::string, ValueType>> parameters;
  // What the result must be: kBool for a condition; kDyn for any. A misfit is an error.
  ValueType expected;
  Checking checking = Checking::kDeclared;
  // Where unqualified names are looked for first, as CEL's containers: "com.example".
  std::string container;
  // Functions the host declares by signature ("fn(string, int) -> string"). They can be checked,
  // and are error values when evaluated.
  std::vector<std::string> functions;
  // Whether cel.block, cel.index and cel.iterVar are read, as written by optimisers of other
  // products.
  bool block_macros = false;
};

class CheckedExpression {
 public:
  const std::string& text() const { return text_; }
  // What was found, in the order of the text.
  const std::vector<ExpressionIssue>& issues() const { return issues_; }
  // True when there is a plan: no issue is an error.
  bool ok() const { return plan_ != nullptr; }
  // OK, or InvalidArgument with every error as FormatIssueWithCaret shows it.
  absl::Status status() const;
  // The type of the result; meaningful when ok().
  const ValueType& type() const { return type_; }
  // Requires ok(). The shared form keeps it alive.
  const Plan& plan() const { return *plan_; }
  const std::shared_ptr<const Plan>& shared_plan() const { return plan_; }

 private:
  friend CheckedExpression Check(std::string_view text, const CheckOptions& options);

  std::string text_;
  std::vector<ExpressionIssue> issues_;
  ValueType type_;
  std::shared_ptr<const Plan> plan_;
};

// Reads and checks `text`. Never fails as such: what is wrong is in issues(). Limits, each an issue
// when passed: 65,536 bytes, 200 levels, 20,000 parts. Any bytes are safe to pass.
CheckedExpression Check(std::string_view text, const CheckOptions& options);

// One function of the library as documentation: "string.startsWith(string) -> bool".
struct FunctionInfo {
  std::string signature;
  std::string help;
};
// Every function and operator overload, in the order of the documentation.
std::vector<FunctionInfo> ListFunctions();

}  // namespace relata

#endif  // RELATA_EXPRESSION_EXPRESSION_H_
