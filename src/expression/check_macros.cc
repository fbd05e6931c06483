// SPDX-License-Identifier: Apache-2.0
//
// The checker's half that knows macros over lists, maps and optionals.

#include "base/strings.h"
#include "expression/checker.h"

namespace relata::internal {

using Kind = ValueType::Kind;

// The type of the elements of what a macro runs over; `key` that of the first of two variables.
ValueType Checker::ElementType(AstNode& range, ValueType* key) {
  const ValueType type = inference_.Resolve(range.type);
  *key = Kind::kDyn;
  switch (type.kind) {
    case Kind::kList:
      *key = Kind::kInt;
      return type.parameters[0];
    case Kind::kMap:
      *key = type.parameters[0];
      return type.parameters[1];
    case Kind::kDyn:
    case Kind::kVariable:
      return Kind::kDyn;
    default:
      Error(range, range.span, Concat("a list or map is needed here, not ", Describe(type)));
      return Kind::kDyn;
  }
}

void Checker::CheckOptionalMacro(AstNode& node) {
  const ValueType target = inference_.Resolve(node.operands[0]->type);
  ValueType inner = Kind::kDyn;
  if (target.is(Kind::kOptional)) {
    inner = target.parameters[0];
  } else if (!target.is(Kind::kDyn)) {
    return Error(node, node.operands[0]->span,
                 Concat("an optional is needed here, not ", Describe(target)));
  }
  node.slot = Declare(node.variables[0], inner);
  Check(*node.operands[1]);
  Forget(1);
  node.type = node.macro == Macro::kOptMap ? ValueType::Optional(node.operands[1]->type)
                                           : node.operands[1]->type;
}

void Checker::CheckComprehension(AstNode& node) {
  Check(*node.operands[0]);
  if (node.macro == Macro::kOptMap || node.macro == Macro::kOptFlatMap) {
    return CheckOptionalMacro(node);
  }
  ValueType key;
  ValueType element = ElementType(*node.operands[0], &key);
  const bool is_map = inference_.Resolve(node.operands[0]->type).is(Kind::kMap);
  const size_t variables = node.variables.size();
  if (variables == 1) {
    if (is_map) element = key;
    node.slot = Declare(node.variables[0], element);
  } else {
    node.slot = Declare(node.variables[0], key);
    node.slot2 = Declare(node.variables[1], element);
  }
  std::vector<std::string> guards;
  // Operand 1 decides, unless it is the only thing to compute.
  const bool condition = node.macro == Macro::kAll || node.macro == Macro::kExists ||
                         node.macro == Macro::kExistsOne || node.macro == Macro::kFilter ||
                         node.operands.size() == 3;
  for (size_t i = 1; i < node.operands.size(); ++i) {
    AstNode& operand = *node.operands[i];
    const bool decides = condition && i == 1;
    if (decides) conditions_.push_back(&operand);
    Check(operand);
    if (decides) {
      RequireBool(operand);
      conditions_.pop_back();
      guards = Guards(operand, true);
      present_.insert(guards.begin(), guards.end());
    }
  }
  for (const std::string& guard : guards) present_.erase(present_.find(guard));
  Forget(variables);
  const ValueType& last = node.operands.back()->type;
  switch (node.macro) {
    case Macro::kFilter:
      node.type = is_map ? ValueType::List(key) : node.operands[0]->type;
      break;
    case Macro::kSortBy:
      node.type = node.operands[0]->type;
      break;
    case Macro::kMap:
    case Macro::kTransformList:
      node.type = ValueType::List(last);
      break;
    case Macro::kTransformMap:
      node.type = ValueType::Map(key, last);
      break;
    case Macro::kTransformMapEntry:
      node.type =
          inference_.Resolve(last).is(Kind::kMap) ? last : ValueType::Map(Kind::kDyn, Kind::kDyn);
      break;
    default:
      node.type = Kind::kBool;
  }
}

void Checker::CheckBind(AstNode& node) {
  Check(*node.operands[0]);
  node.slot = Declare(node.variables[0], node.operands[0]->type);
  Check(*node.operands[1]);
  Forget(1);
  node.type = node.operands[1]->type;
}

}  // namespace relata::internal
