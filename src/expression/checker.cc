// SPDX-License-Identifier: Apache-2.0

#include "expression/checker.h"

#include <algorithm>

#include "base/strings.h"
#include "expression/near_names.h"
#include "relata/model/schema.h"

namespace relata::internal {

using Kind = ValueType::Kind;

namespace {

// "a.b.c" of a chain of plain selections, "" of anything else. The first name is in `root`.
std::string QualifiedName(const AstNode& node, const AstNode** root) {
  if (node.kind == AstKind::kIdent) {
    *root = &node;
    return node.name;
  }
  if (node.kind != AstKind::kSelect || node.optional) return "";
  const std::string head = QualifiedName(*node.operands[0], root);
  return head.empty() ? "" : Concat(head, ".", node.name);
}

const std::map<std::string_view, ValueType>& TypeNames() {
  static const std::map<std::string_view, ValueType> kNames = {
      {"bool", Kind::kBool},
      {"int", Kind::kInt},
      {"uint", Kind::kUint},
      {"double", Kind::kDouble},
      {"string", Kind::kString},
      {"bytes", Kind::kBytes},
      {"null_type", Kind::kNull},
      {"type", ValueType::OfType(Kind::kDyn)},
      {"list", ValueType::List(Kind::kDyn)},
      {"map", ValueType::Map(Kind::kDyn, Kind::kDyn)},
      {"optional_type", ValueType::Optional(Kind::kDyn)},
      {"money", Kind::kMoney},
      {"date", Kind::kDate},
      {"period", Kind::kPeriod},
      {"google.protobuf.Timestamp", Kind::kTimestamp},
      {"google.protobuf.Duration", Kind::kDuration},
  };
  return kNames;
}

}  // namespace

std::string DescribeType(const ValueType& type, const Schema* schema) {
  if ((type.is(Kind::kRecord) || type.is(Kind::kEvent)) && schema != nullptr &&
      type.record < schema->types().size()) {
    return schema->type(type.record).name;
  }
  if (type.parameters.empty()) return ToString(type.AsNullable(false));
  ValueType outer = type.AsNullable(false);
  outer.parameters.clear();
  std::string out = Concat(ToString(outer), "(");
  for (size_t i = 0; i < type.parameters.size(); ++i) {
    out += Concat(i > 0 ? ", " : "", DescribeType(type.parameters[i], schema));
  }
  return out + ")";
}

std::string Checker::Describe(const ValueType& type) const {
  return DescribeType(inference_.Final(type), options_.schema);
}

std::string Checker::Near(std::string_view name, const std::vector<std::string>& known) const {
  return issues_.size() < kMaxIssues ? DidYouMean(name, known) : "";
}

void Checker::Error(AstNode& node, Span span, std::string message, std::string suggestion) {
  node.type = Kind::kDyn;
  if (dynamic()) {
    node.meaning = Meaning::kUnbound;
    node.resolved = std::move(message);
    return;
  }
  // The first error is kept whatever was found before it.
  if (issues_.size() >= kMaxIssues && HasErrors(issues_)) return;
  issues_.push_back({Severity::kError, span, std::move(message), std::move(suggestion)});
}

void Checker::Warn(Span span, std::string message, std::string suggestion, Severity severity) {
  if (dynamic() || issues_.size() >= kMaxIssues) return;
  ExpressionIssue issue{severity, span, std::move(message), std::move(suggestion)};
  if (std::find(issues_.begin(), issues_.end(), issue) == issues_.end()) {
    issues_.push_back(std::move(issue));
  }
}

void Checker::Run(AstNode& root) {
  conditions_.push_back(&root);
  Check(root);
  conditions_.pop_back();
  if (!options_.expected.is(Kind::kDyn)) {
    if (!inference_.Assignable(root.type, options_.expected)) {
      Error(root, root.span,
            Concat("the expression gives ", Describe(root.type), " where ",
                   Describe(options_.expected), " is needed"));
    } else if (inference_.Resolve(root.type).nullable) {
      RequireValue(root);
    }
  }
  TypeOfResult(root);
  std::stable_sort(issues_.begin(), issues_.end(),
                   [](const auto& a, const auto& b) { return a.span.begin < b.span.begin; });
}

void Checker::TypeOfResult(AstNode& node) {
  node.type = inference_.Final(node.type);
  for (AstPtr& operand : node.operands) TypeOfResult(*operand);
}

void Checker::Check(AstNode& node) {
  switch (node.kind) {
    case AstKind::kLiteral:
      return CheckLiteral(node);
    case AstKind::kIdent:
      return CheckIdent(node);
    case AstKind::kSelect:
      return CheckSelect(node);
    case AstKind::kHas:
      return CheckHas(node);
    case AstKind::kIndex:
      return CheckIndex(node);
    case AstKind::kCall:
      return CheckCall(node);
    case AstKind::kMemberCall:
      return CheckMemberCall(node);
    case AstKind::kOperator:
      return CheckOperator(node);
    case AstKind::kAnd:
    case AstKind::kOr:
      return CheckLogic(node);
    case AstKind::kConditional:
      return CheckConditional(node);
    case AstKind::kList:
      return CheckList(node);
    case AstKind::kMap:
      return CheckMap(node);
    case AstKind::kStruct:
      for (AstPtr& operand : node.operands) Check(*operand);
      return Error(node, node.span,
                   Concat("'", node.name,
                          "' is no type that can be built here; "
                          "maps are written {'name': value}"));
    case AstKind::kComprehension:
      return CheckComprehension(node);
    case AstKind::kBind:
      return CheckBind(node);
  }
}

void Checker::CheckLiteral(AstNode& node) {
  switch (node.value.kind()) {
    case Value::Kind::kBool:
      node.type = Kind::kBool;
      break;
    case Value::Kind::kInt:
      node.type = Kind::kInt;
      break;
    case Value::Kind::kUint:
      node.type = Kind::kUint;
      break;
    case Value::Kind::kDouble:
      node.type = Kind::kDouble;
      break;
    case Value::Kind::kText:
      node.type = Kind::kString;
      break;
    case Value::Kind::kBytes:
      node.type = Kind::kBytes;
      break;
    default:
      node.type = Kind::kNull;
  }
}

// --- Names ---------------------------------------------------------------------------------------

const Checker::Local* Checker::FindLocal(std::string_view name) const {
  for (size_t i = locals_.size(); i-- > 0;) {
    if (locals_[i].name == name) return &locals_[i];
  }
  return nullptr;
}

int Checker::Declare(const std::string& name, ValueType type) {
  locals_.push_back({name, std::move(type), slots_});
  return slots_++;
}

// The names a short name may stand for inside the container, innermost first.
std::vector<std::string> Checker::Candidates(const std::string& name) const {
  std::vector<std::string> names;
  std::string container = options_.container;
  while (!container.empty()) {
    names.push_back(Concat(container, ".", name));
    const size_t dot = container.rfind('.');
    container.resize(dot == std::string::npos ? 0 : dot);
  }
  names.push_back(name);
  return names;
}

std::vector<std::string> Checker::KnownNames() const {
  std::vector<std::string> names{"now"};
  if (options_.schema != nullptr && options_.subject != kNoType) {
    names.push_back(options_.schema->type(options_.subject).name);
  }
  for (const auto& [name, type] : options_.parameters) names.push_back(name);
  for (const Local& local : locals_) names.push_back(local.name);
  return names;
}

bool Checker::ResolveName(AstNode& node, const std::string& name, bool qualified_only) {
  const bool is_subject = options_.schema != nullptr && options_.subject != kNoType &&
                          !qualified_only && options_.schema->type(options_.subject).name == name;
  if (is_subject) {
    node.meaning = Meaning::kSubject;
    node.type = ValueType::Record(options_.subject);
    return true;
  }
  for (const std::string& full :
       node.leading_dot ? std::vector<std::string>{name} : Candidates(name)) {
    for (const auto& [parameter, type] : options_.parameters) {
      if (parameter != full) continue;
      node.meaning = Meaning::kParameter;
      node.resolved = full;
      node.type = type;
      return true;
    }
    if (const auto it = TypeNames().find(full); it != TypeNames().end()) {
      node.meaning = Meaning::kTypeName;
      node.resolved = full;
      node.type = ValueType::OfType(it->second);
      return true;
    }
  }
  if (name == "now" && !qualified_only) {
    node.meaning = Meaning::kNow;
    node.type = Kind::kTimestamp;
    return true;
  }
  return false;
}

void Checker::CheckIdent(AstNode& node) {
  if (!node.leading_dot) {
    if (const Local* local = FindLocal(node.name); local != nullptr) {
      node.meaning = Meaning::kVariable;
      node.slot = local->slot;
      node.type = local->type;
      return;
    }
  }
  if (ResolveName(node, node.name, false)) return;
  std::string suggestion;
  if (options_.schema != nullptr && options_.subject != kNoType) {
    const TypeDef& subject = options_.schema->type(options_.subject);
    if (subject.Find(node.name) != nullptr) suggestion = Concat(subject.name, ".", node.name);
  }
  if (dynamic()) {
    // Bound or not is known when it runs.
    node.meaning = Meaning::kParameter;
    node.resolved = node.name;
    node.type = Kind::kDyn;
    return;
  }
  Error(node, node.span,
        Concat("unknown name '", node.name, "'",
               suggestion.empty() ? Near(node.name, KnownNames()) : ""),
        suggestion);
}

// A dotted name declared as a whole. A comprehension variable hides it.
bool Checker::ResolveQualified(AstNode& node) {
  const AstNode* root = nullptr;
  const std::string name = QualifiedName(node, &root);
  if (name.empty() || (!root->leading_dot && FindLocal(root->name) != nullptr)) return false;
  node.leading_dot = root->leading_dot;
  return ResolveName(node, name, true);
}

void Checker::CheckSelect(AstNode& node) {
  if (ResolveQualified(node)) {
    node.operands.clear();
    return;
  }
  Check(*node.operands[0]);
  ResolveMember(node, inference_.Resolve(node.operands[0]->type));
}

void Checker::ResolveMember(AstNode& node, const ValueType& target) {
  switch (target.kind) {
    case Kind::kRecord:
    case Kind::kEvent:
      return ResolveRecordMember(node, target);
    case Kind::kOptional:
      return ResolveKey(node, inference_.Resolve(target.parameters[0]), true);
    case Kind::kMap:
    case Kind::kDyn:
    case Kind::kVariable:
      return ResolveKey(node, target, node.optional);
    default:
      break;
  }
  std::string hint;
  if (target.is(Kind::kList)) hint = "; a list's elements are reached by exists(), filter(), map()";
  Error(node, node.name_span, Concat(Describe(target), " has no member '", node.name, "'", hint));
}

void Checker::ResolveKey(AstNode& node, const ValueType& target, bool wrapped) {
  node.meaning = Meaning::kKey;
  ValueType value = Kind::kDyn;
  if (target.is(Kind::kMap)) {
    value = target.parameters[1];
    if (!inference_.Assignable(Kind::kString, target.parameters[0])) {
      return Error(
          node, node.name_span,
          Concat("the keys of this map are ", Describe(target.parameters[0]), ", not names"));
    }
  } else if (!target.is(Kind::kDyn) && !target.is(Kind::kVariable)) {
    return Error(node, node.name_span,
                 Concat(Describe(target), " has no member '", node.name, "'"));
  }
  node.type = wrapped ? ValueType::Optional(std::move(value)) : std::move(value);
}

ValueType Checker::TypeOfField(const FieldDef& field, bool certain) const {
  // A required field of a record that is certainly there always has a value.
  const bool nullable = !(certain && (field.required || field.id > kMaxDeclaredField));
  switch (field.kind) {
    case FieldKind::kText:
    case FieldKind::kChoice:
      return ValueType(Kind::kString).AsNullable(nullable);
    case FieldKind::kBool:
      return ValueType(Kind::kBool).AsNullable(nullable);
    case FieldKind::kInt:
      return ValueType(Kind::kInt).AsNullable(nullable);
    case FieldKind::kDouble:
      return ValueType(Kind::kDouble).AsNullable(nullable);
    case FieldKind::kMoney:
      return ValueType(Kind::kMoney).AsNullable(nullable);
    case FieldKind::kDate:
      return ValueType(Kind::kDate).AsNullable(nullable);
    case FieldKind::kTimestamp:
      return ValueType(Kind::kTimestamp).AsNullable(nullable);
    case FieldKind::kDuration:
      return ValueType(Kind::kDuration).AsNullable(nullable);
    case FieldKind::kLink:
      return ValueType::Record(field.target).AsNullable(nullable || field.id <= kMaxDeclaredField);
    case FieldKind::kTextList:
      break;
  }
  return ValueType::List(Kind::kString);
}

void Checker::ResolveRecordMember(AstNode& node, const ValueType& target) {
  const TypeDef& type = options_.schema->type(target.record);
  node.record_type = target.record;
  if (const FieldDef* field = type.FindField(node.name);
      field != nullptr && (field->readable() || field->id > kMaxDeclaredField)) {
    node.meaning = Meaning::kField;
    node.field = field->id;
    node.type = TypeOfField(*field, !target.nullable);
    if (node.optional) node.type = ValueType::Optional(node.type.AsNullable(false));
    return;
  }
  const Member* member = type.Find(node.name);
  if (member != nullptr && member->kind == Member::Kind::kInverse && !node.optional) {
    const InverseDef& inverse = type.inverses[member->index];
    node.meaning = Meaning::kInverse;
    node.record_type = inverse.from;
    node.field = inverse.field;
    node.type = ValueType::List(ValueType::Record(inverse.from));
    return;
  }
  if (member != nullptr && member->kind == Member::Kind::kPath && !node.optional) {
    const PathDef& path = type.paths[member->index];
    node.meaning = Meaning::kPath;
    node.steps = path.steps;
    node.record_type = path.target;
    const ValueType reached = ValueType::Record(path.target);
    node.type = path.many ? ValueType::List(reached) : reached.AsNullable();
    return;
  }
  std::vector<std::string> known;
  for (const auto& [name, m] : type.names) known.push_back(name);
  for (const FieldDef& f : type.system) known.push_back(f.name);
  std::sort(known.begin(), known.end());
  Error(node, node.name_span,
        Concat("unknown field '", node.name, "' of ", type.name, Near(node.name, known)));
}

void Checker::CheckHas(AstNode& node) {
  Check(*node.operands[0]);
  const ValueType target = inference_.Resolve(node.operands[0]->type);
  ResolveMember(node, target);
  if (node.meaning != Meaning::kUnbound) node.type = Kind::kBool;
}

void Checker::CheckIndex(AstNode& node) {
  Check(*node.operands[0]);
  Check(*node.operands[1]);
  ValueType target = inference_.Resolve(node.operands[0]->type);
  bool wrapped = node.optional;
  if (target.is(Kind::kOptional)) {
    wrapped = true;
    target = inference_.Resolve(target.parameters[0]);
  }
  ValueType result = Kind::kDyn;
  const ValueType key = inference_.Resolve(node.operands[1]->type);
  if (target.is(Kind::kList)) {
    result = target.parameters[0];
    if (!dynamic() && !key.is(Kind::kInt) && !key.is(Kind::kDyn)) {
      return Error(node, node.operands[1]->span,
                   Concat("a list is indexed by int, not by ", Describe(key)));
    }
  } else if (target.is(Kind::kMap)) {
    result = target.parameters[1];
    if (!dynamic() && !inference_.Assignable(key, target.parameters[0])) {
      return Error(node, node.operands[1]->span,
                   Concat("the keys of this map are ", Describe(target.parameters[0]), ", not ",
                          Describe(key)));
    }
  } else if (!target.is(Kind::kDyn) && !target.is(Kind::kVariable)) {
    return Error(node, node.span, Concat(Describe(target), " cannot be indexed"));
  }
  node.type = wrapped ? ValueType::Optional(std::move(result)) : std::move(result);
}

// --- Structure -----------------------------------------------------------------------------------

void Checker::RequireBool(AstNode& node) {
  const ValueType type = inference_.Resolve(node.type);
  if (dynamic() || node.meaning == Meaning::kUnbound) return;
  if (!inference_.Assignable(node.type, Kind::kBool)) {
    return Error(node, node.span, Concat("a condition is needed here, not ", Describe(type)));
  }
  if (type.nullable) RequireValue(node);
}

void Checker::CheckLogic(AstNode& node) {
  // An operand may lean on what the others make sure of: where they do not hold, && is false and ||
  // is true whatever this one is.
  const bool is_and = node.kind == AstKind::kAnd;
  std::vector<std::string> guards;
  for (const AstPtr& operand : node.operands) {
    const std::vector<std::string> more = Guards(*operand, is_and);
    guards.insert(guards.end(), more.begin(), more.end());
  }
  present_.insert(guards.begin(), guards.end());
  for (AstPtr& operand : node.operands) {
    conditions_.push_back(operand.get());
    Check(*operand);
    RequireBool(*operand);
    conditions_.pop_back();
  }
  for (const std::string& guard : guards) present_.erase(present_.find(guard));
  node.type = Kind::kBool;
}

void Checker::CheckConditional(AstNode& node) {
  conditions_.push_back(node.operands[0].get());
  Check(*node.operands[0]);
  RequireBool(*node.operands[0]);
  conditions_.pop_back();
  for (size_t branch = 1; branch <= 2; ++branch) {
    const std::vector<std::string> guards = Guards(*node.operands[0], branch == 1);
    present_.insert(guards.begin(), guards.end());
    Check(*node.operands[branch]);
    for (const std::string& guard : guards) present_.erase(present_.find(guard));
  }
  std::optional<ValueType> joined = inference_.Join(node.operands[1]->type, node.operands[2]->type);
  if (!joined.has_value()) {
    if (!dynamic()) {
      return Error(node, node.name_span,
                   Concat("the two results differ in type: ", Describe(node.operands[1]->type),
                          " and ", Describe(node.operands[2]->type)));
    }
    joined = Kind::kDyn;
  }
  node.type = *std::move(joined);
}

void Checker::CheckList(AstNode& node) {
  ValueType element = inference_.Fresh();
  for (size_t i = 0; i < node.operands.size(); ++i) {
    Check(*node.operands[i]);
    ValueType type = node.operands[i]->type;
    if (node.optional_entries[i]) {
      const ValueType wrapped = inference_.Resolve(type);
      if (!wrapped.is(Kind::kOptional) && !wrapped.is(Kind::kDyn)) {
        return Error(node, node.operands[i]->span,
                     Concat("'?' takes an optional, not ", Describe(type)));
      }
      type = wrapped.is(Kind::kOptional) ? wrapped.parameters[0] : ValueType(Kind::kDyn);
    }
    const Inference::Mark mark = inference_.mark();
    std::optional<ValueType> joined = inference_.Join(element, type);
    if (!joined.has_value()) inference_.Restore(mark);
    element = joined.value_or(ValueType(Kind::kDyn));
  }
  node.type = ValueType::List(std::move(element));
}

void Checker::CheckMap(AstNode& node) {
  ValueType types[2] = {inference_.Fresh(), inference_.Fresh()};
  for (size_t i = 0; i < node.operands.size(); ++i) {
    Check(*node.operands[i]);
    ValueType type = inference_.Resolve(node.operands[i]->type);
    if (i % 2 == 0 && !dynamic() && !type.is(Kind::kString) && !type.is(Kind::kInt) &&
        !type.is(Kind::kUint) && !type.is(Kind::kBool) && !type.is(Kind::kDyn)) {
      return Error(node, node.operands[i]->span,
                   Concat("a map's keys are bool, int, uint or string, not ", Describe(type)));
    }
    if (i % 2 == 1 && node.optional_entries[i / 2]) {
      if (!type.is(Kind::kOptional) && !type.is(Kind::kDyn)) {
        return Error(node, node.operands[i]->span,
                     Concat("'?' takes an optional, not ", Describe(type)));
      }
      type = type.is(Kind::kOptional) ? type.parameters[0] : ValueType(Kind::kDyn);
    }
    const Inference::Mark mark = inference_.mark();
    std::optional<ValueType> joined = inference_.Join(types[i % 2], type);
    if (!joined.has_value()) inference_.Restore(mark);
    types[i % 2] = joined.value_or(ValueType(Kind::kDyn));
  }
  node.type = ValueType::Map(std::move(types[0]), std::move(types[1]));
}

}  // namespace relata::internal
