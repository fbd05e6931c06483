// SPDX-License-Identifier: Apache-2.0
//
// The syntax tree of an expression: what was written, with its place, before any meaning.
//
// Macros are nodes of their own (kComprehension, kHas, kBind), not expanded loops, so that messages
// point at what was written and a planner can turn a filter into a scan. Chains of && and || are
// one node with many operands.

#ifndef RELATA_SRC_EXPRESSION_AST_H_
#define RELATA_SRC_EXPRESSION_AST_H_

#include <memory>
#include <string>
#include <vector>

#include "relata/expression/issue.h"
#include "relata/expression/value_type.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"

namespace relata::internal {

enum class AstKind : uint8_t {
  kLiteral,        // value
  kIdent,          // name; `leading_dot` when written ".x"
  kSelect,         // operand 0, name; `optional` when written "a.?b"
  kHas,            // has(operand 0 . name)
  kIndex,          // operand 0 [ operand 1 ]; `optional` when written "a[?b]"
  kCall,           // name(operands...)
  kMemberCall,     // operand 0 . name(operands 1...)
  kOperator,       // name is the operator: ! - + - * / % == != < <= > >= in
  kAnd,            // two or more operands
  kOr,             //
  kConditional,    // operand 0 ? operand 1 : operand 2
  kList,           // operands; `optional_entries` per operand
  kMap,            // key, value, key, value ...; `optional_entries` per pair
  kStruct,         // name { field: operand }; `fields` per operand
  kComprehension,  // operand 0 . macro(variables, operands 1...)
  kBind,           // cel.bind(variable, operand 0, operand 1)
};

enum class Macro : uint8_t {
  kAll,
  kExists,
  kExistsOne,
  kFilter,
  kMap,            // operands: range, transform; with a filter: range, condition, transform
  kTransformList,  // two variables
  kTransformMap,   //
  kTransformMapEntry,
  kSortBy,
  kOptMap,      // operands: optional, transform
  kOptFlatMap,  //
};

struct AstNode;
using AstPtr = std::unique_ptr<AstNode>;

// What the checker found out; the planner's input. Where it says nothing, the node means what its
// kind says.
enum class Meaning : uint8_t {
  kNone,
  kVariable,   // a comprehension or bind variable: `slot`
  kParameter,  // a variable from outside: `resolved` is its full name
  kSubject,
  kNow,
  kTypeName,   // a type as a value: `resolved`
  kField,      // `field` of the operand, a record or event of `record_type`
  kInverse,    // records of `record_type` whose link `field` names the operand
  kPath,       // derived link: `steps`
  kKey,        // key of a map, or of what is not known before evaluation
  kFunction,   // `function`; the operands are its arguments
  kGraphCall,  // events, in_segment, score, may_contact, was, changed, time_in
  kUnbound,    // nothing of that name: an error value when evaluated, `resolved` is the message
};

struct AstNode {
  AstKind kind = AstKind::kLiteral;
  Span span;       // all of it
  Span name_span;  // the operator, name or member alone
  Value value;
  std::string name;
  bool leading_dot = false;
  bool optional = false;
  Macro macro = Macro::kAll;
  std::vector<std::string> variables;
  std::vector<Span> variable_spans;
  std::vector<std::string> fields;
  std::vector<bool> optional_entries;
  std::vector<AstPtr> operands;
  int depth = 1;

  // Filled by the checker.
  ValueType type;
  Meaning meaning = Meaning::kNone;
  std::string resolved;
  int slot = -1;   // of the first variable this node declares or names
  int slot2 = -1;  // of the second variable
  FieldId field = kNoField;
  TypeId record_type = kNoType;
  int function = -1;
  std::vector<PathStep> steps;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_AST_H_
