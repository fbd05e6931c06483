// SPDX-License-Identifier: Apache-2.0

#include "expression/planner.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/strings.h"
#include "expression/functions.h"

namespace relata::internal {
namespace {

using Kind = ValueType::Kind;

PlanOp OperatorOp(const AstNode& node) {
  static const std::map<std::string_view, PlanOp> kBinary = {
      {"==", PlanOp::kEqual},     {"!=", PlanOp::kNotEqual}, {"<", PlanOp::kLess},
      {"<=", PlanOp::kLessEqual}, {">", PlanOp::kGreater},   {">=", PlanOp::kGreaterEqual},
      {"+", PlanOp::kAdd},        {"-", PlanOp::kSubtract},  {"*", PlanOp::kMultiply},
      {"/", PlanOp::kDivide},     {"%", PlanOp::kModulo},    {"in", PlanOp::kIn},
  };
  if (node.operands.size() == 1) return node.name == "!" ? PlanOp::kNot : PlanOp::kNegate;
  return kBinary.at(node.name);
}

class Planner {
 public:
  uint32_t Visit(const AstNode& node) {
    if (node.meaning == Meaning::kUnbound) return Unbound(node);
    switch (node.kind) {
      case AstKind::kLiteral: {
        PlanNode plan = Make(node, PlanOp::kConstant);
        plan.constant = node.value;
        return Add(std::move(plan));
      }
      case AstKind::kIdent:
        return Name(node);
      case AstKind::kSelect:
        return Select(node);
      case AstKind::kHas:
        return Has(node);
      case AstKind::kIndex: {
        PlanNode plan = WithOperands(node, PlanOp::kIndex);
        plan.optional = node.optional;
        return Add(std::move(plan));
      }
      case AstKind::kCall:
      case AstKind::kMemberCall:
        return node.meaning == Meaning::kGraphCall ? GraphCall(node) : Call(node);
      case AstKind::kOperator:
        return Add(WithOperands(node, OperatorOp(node)));
      case AstKind::kAnd:
        return Add(WithOperands(node, PlanOp::kAnd));
      case AstKind::kOr:
        return Add(WithOperands(node, PlanOp::kOr));
      case AstKind::kConditional:
        return Add(WithOperands(node, PlanOp::kConditional));
      case AstKind::kList:
      case AstKind::kMap: {
        PlanNode plan =
            WithOperands(node, node.kind == AstKind::kList ? PlanOp::kList : PlanOp::kMap);
        plan.flags = node.optional_entries;
        return Add(std::move(plan));
      }
      case AstKind::kStruct:
        return Unbound(node);
      case AstKind::kComprehension:
        return Comprehension(node);
      case AstKind::kBind:
        return Add(WithOperands(node, PlanOp::kBind));
    }
    return Unbound(node);
  }

  std::vector<PlanNode> TakeNodes() { return std::move(nodes_); }
  std::vector<std::string> TakeParameters() { return std::move(parameters_); }

 private:
  static PlanNode Make(const AstNode& node, PlanOp op) {
    PlanNode plan;
    plan.op = op;
    plan.type = node.type;
    plan.span = node.span;
    plan.slot = node.slot;
    plan.slot2 = node.slot2;
    plan.record_type = node.record_type;
    plan.field = node.field;
    return plan;
  }

  uint32_t Add(PlanNode plan) {
    nodes_.push_back(std::move(plan));
    return static_cast<uint32_t>(nodes_.size() - 1);
  }

  PlanNode WithOperands(const AstNode& node, PlanOp op) {
    PlanNode plan = Make(node, op);
    for (const AstPtr& operand : node.operands) plan.inputs.push_back(Visit(*operand));
    return plan;
  }

  uint32_t Unbound(const AstNode& node) {
    PlanNode plan = Make(node, PlanOp::kError);
    plan.name = node.resolved.empty() ? "no such overload" : node.resolved;
    return Add(std::move(plan));
  }

  uint32_t Name(const AstNode& node) {
    switch (node.meaning) {
      case Meaning::kVariable:
        return Add(Make(node, PlanOp::kVariable));
      case Meaning::kSubject: {
        PlanNode plan = Make(node, PlanOp::kSubject);
        plan.record_type = node.type.record;
        return Add(std::move(plan));
      }
      case Meaning::kNow:
        return Add(Make(node, PlanOp::kNow));
      case Meaning::kTypeName: {
        PlanNode plan = Make(node, PlanOp::kConstant);
        plan.constant = Value::TypeNamed(node.resolved);
        return Add(std::move(plan));
      }
      case Meaning::kParameter: {
        PlanNode plan = Make(node, PlanOp::kParameter);
        plan.name = node.resolved;
        const auto it = std::find(parameters_.begin(), parameters_.end(), node.resolved);
        plan.slot = static_cast<int>(it - parameters_.begin());
        if (it == parameters_.end()) parameters_.push_back(node.resolved);
        return Add(std::move(plan));
      }
      default:
        return Unbound(node);
    }
  }

  // The operand of a member: a link field among them is followed.
  uint32_t Target(const AstNode& node) {
    const uint32_t target = Visit(node);
    PlanNode& plan = nodes_[target];
    if (plan.op == PlanOp::kField && plan.type.is(Kind::kRecord)) plan.op = PlanOp::kFollow;
    return target;
  }

  uint32_t Select(const AstNode& node) {
    if (node.operands.empty()) return Name(node);
    switch (node.meaning) {
      case Meaning::kField:
        return Field(node, node.type, node.optional);
      case Meaning::kInverse: {
        PlanNode plan = Make(node, PlanOp::kChildren);
        plan.inputs = {Target(*node.operands[0])};
        return Add(std::move(plan));
      }
      case Meaning::kPath: {
        PlanNode plan = Make(node, PlanOp::kPath);
        plan.inputs = {Target(*node.operands[0])};
        plan.steps = node.steps;
        return Add(std::move(plan));
      }
      case Meaning::kKey: {
        PlanNode plan = Make(node, PlanOp::kKey);
        plan.inputs = {Target(*node.operands[0])};
        plan.name = node.name;
        plan.optional = node.optional;
        return Add(std::move(plan));
      }
      default:
        return Unbound(node);
    }
  }

  uint32_t Field(const AstNode& node, const ValueType& type, bool optional) {
    const bool event = node.operands[0]->type.is(Kind::kEvent);
    PlanNode plan = Make(node, event ? PlanOp::kEventField : PlanOp::kField);
    plan.inputs = {Target(*node.operands[0])};
    plan.type = type;
    plan.optional = optional;
    return Add(std::move(plan));
  }

  uint32_t Has(const AstNode& node) {
    if (node.meaning == Meaning::kKey) {
      PlanNode plan = Make(node, PlanOp::kHasKey);
      plan.inputs = {Target(*node.operands[0])};
      plan.name = node.name;
      return Add(std::move(plan));
    }
    // A field has a value when it is not null; a relation when it is not empty.
    if (node.meaning == Meaning::kField) {
      PlanNode plan = Make(node, PlanOp::kNotEqual);
      plan.inputs = {Field(node, ValueType(Kind::kDyn).AsNullable(), false), Null(node)};
      return Add(std::move(plan));
    }
    PlanNode list =
        Make(node, node.meaning == Meaning::kInverse ? PlanOp::kChildren : PlanOp::kPath);
    list.inputs = {Target(*node.operands[0])};
    list.steps = node.steps;
    list.type = ValueType::List(ValueType::Record(node.record_type));
    const uint32_t relation = Add(std::move(list));
    PlanNode none = Make(node, PlanOp::kConstant);
    none.type = ValueType::List(Kind::kDyn);
    none.constant = Value::List({});
    const uint32_t empty = Add(std::move(none));
    PlanNode plan = Make(node, PlanOp::kNotEqual);
    plan.inputs = {relation, empty};
    return Add(std::move(plan));
  }

  uint32_t Null(const AstNode& node) {
    PlanNode plan = Make(node, PlanOp::kConstant);
    plan.type = Kind::kNull;
    return Add(std::move(plan));
  }

  uint32_t Call(const AstNode& node) {
    const std::string& name = FunctionName(node.function);
    PlanOp op = PlanOp::kCall;
    if (name == "or" && node.operands.size() == 2) op = PlanOp::kOptionalOr;
    if (name == "orValue" && node.operands.size() == 2) op = PlanOp::kOptionalOrElse;
    PlanNode plan = WithOperands(node, op);
    plan.function = node.function;
    return Add(std::move(plan));
  }

  uint32_t GraphCall(const AstNode& node) {
    if (node.name == "was" || node.name == "changed" || node.name == "time_in") {
      PlanNode plan = Make(node, node.name == "was"       ? PlanOp::kFieldAt
                                 : node.name == "changed" ? PlanOp::kFieldChanged
                                                          : PlanOp::kFieldSince);
      plan.inputs = {Target(*node.operands[0]->operands[0])};
      if (node.operands.size() == 2) plan.inputs.push_back(Visit(*node.operands[1]));
      return Add(std::move(plan));
    }
    const bool member = node.kind == AstKind::kMemberCall;
    const PlanOp op = node.name == "events"        ? PlanOp::kEvents
                      : node.name == "in_segment"  ? PlanOp::kInSegment
                      : node.name == "score"       ? PlanOp::kScore
                      : node.name == "may_contact" ? PlanOp::kMayContact
                      : node.name == "consent_at"  ? PlanOp::kConsentAt
                                                   : PlanOp::kConsentStatus;
    PlanNode plan = Make(node, op);
    plan.name = node.resolved;
    plan.inputs.push_back(member ? Target(*node.operands[0]) : Add(Make(node, PlanOp::kSubject)));
    if (op >= PlanOp::kMayContact && op <= PlanOp::kConsentAt) {
      for (size_t i = member ? 1 : 0; i < node.operands.size(); ++i) {
        plan.inputs.push_back(Visit(*node.operands[i]));
      }
    }
    return Add(std::move(plan));
  }

  uint32_t Comprehension(const AstNode& node) {
    static const std::map<Macro, PlanOp> kOps = {
        {Macro::kAll, PlanOp::kAll},
        {Macro::kExists, PlanOp::kExists},
        {Macro::kExistsOne, PlanOp::kExistsOne},
        {Macro::kFilter, PlanOp::kFilter},
        {Macro::kMap, PlanOp::kTransform},
        {Macro::kTransformList, PlanOp::kTransform},
        {Macro::kTransformMap, PlanOp::kTransformMap},
        {Macro::kTransformMapEntry, PlanOp::kTransformEntry},
        {Macro::kSortBy, PlanOp::kSortBy},
        {Macro::kOptMap, PlanOp::kOptionalMap},
        {Macro::kOptFlatMap, PlanOp::kOptionalMap},
    };
    PlanNode plan = WithOperands(node, kOps.at(node.macro));
    plan.optional = node.macro == Macro::kOptFlatMap;
    return Add(std::move(plan));
  }

  std::vector<PlanNode> nodes_;
  std::vector<std::string> parameters_;
};

}  // namespace

std::shared_ptr<const Plan> MakePlan(const AstNode& root, int slots, TypeId subject) {
  Planner planner;
  planner.Visit(root);
  return std::make_shared<const Plan>(planner.TakeNodes(), planner.TakeParameters(), slots,
                                      subject);
}

}  // namespace relata::internal
