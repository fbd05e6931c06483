// SPDX-License-Identifier: Apache-2.0
//
// The checker's half that knows operators and functions.

#include <algorithm>

#include "base/strings.h"
#include "expression/checker.h"
#include "expression/near_names.h"
#include "relata/model/schema.h"

namespace relata::internal {

using Kind = ValueType::Kind;

namespace {

std::string QualifiedName(const AstNode& node) {
  if (node.kind == AstKind::kIdent) return node.name;
  if (node.kind != AstKind::kSelect || node.optional || node.operands.empty()) return "";
  const std::string head = QualifiedName(*node.operands[0]);
  return head.empty() ? "" : Concat(head, ".", node.name);
}

const AstNode& RootOf(const AstNode& node) {
  return node.kind == AstKind::kSelect && !node.operands.empty() ? RootOf(*node.operands[0]) : node;
}

bool IsNumberLiteral(const AstNode& node) {
  return node.kind == AstKind::kLiteral &&
         (node.value.is(Value::Kind::kInt) || node.value.is(Value::Kind::kUint) ||
          node.value.is(Value::Kind::kDouble));
}

bool IsTextLiteral(const AstNode& node) {
  return node.kind == AstKind::kLiteral && node.value.is(Value::Kind::kText);
}

// The functions that need the graph and so are no rows of the table.
constexpr std::string_view kGraphFunctions[] = {"events",     "in_segment",     "score",
                                                "was",        "changed",        "time_in",
                                                "consent_at", "consent_status", "may_contact"};

// Those that ask the consent ledger about a channel and a purpose.
bool AsksConsent(std::string_view name) {
  return name == "may_contact" || name == "consent_status" || name == "consent_at";
}

bool IsGraphFunction(std::string_view name) {
  return std::find(std::begin(kGraphFunctions), std::end(kGraphFunctions), name) !=
         std::end(kGraphFunctions);
}

}  // namespace

// What to write when the two operands of an operator do not fit, for the mistakes that people make.
std::string Checker::HintFor(const AstNode& node, std::string* suggestion) const {
  if (node.kind != AstKind::kOperator || node.operands.size() != 2) return "";
  for (size_t i = 0; i < 2; ++i) {
    const AstNode& one = *node.operands[i];
    const AstNode& other = *node.operands[1 - i];
    const ValueType type = inference_.Resolve(one.type);
    const ValueType other_type = inference_.Resolve(other.type);
    const auto propose = [&](std::string text) {
      const std::string mine(TextOf(one));
      *suggestion = i == 0 ? Concat(mine, " ", node.name, " ", text)
                           : Concat(text, " ", node.name, " ", mine);
    };
    if (type.is(Kind::kMoney) && IsNumeric(other_type)) {
      const std::string amount =
          IsNumberLiteral(other) ? std::string(TextOf(other)) : std::string("1000");
      const std::string written = Concat("money('", amount, "', 'EUR')");
      if (IsNumberLiteral(other)) propose(written);
      return Concat("; an amount has a currency: write ", written);
    }
    if (type.is(Kind::kDate) && IsTextLiteral(other)) {
      propose(Concat("date(", TextOf(other), ")"));
      return "; a day is written date('2026-01-31')";
    }
    if (type.is(Kind::kTimestamp) && IsTextLiteral(other)) {
      propose(Concat("timestamp(", TextOf(other), ")"));
      return "; an instant is written timestamp('2026-01-31T00:00:00Z')";
    }
    if (type.is(Kind::kTimestamp) && other_type.is(Kind::kDate)) {
      propose(Concat("start_of_day(", TextOf(other), ")"));
      return "; the instant a day begins is start_of_day(day)";
    }
    if (type.is(Kind::kTimestamp) && IsNumeric(other_type))
      return "; lengths are days(30), weeks(2)";
    if (type.is(Kind::kString) && IsNumberLiteral(other)) {
      propose(Concat("'", TextOf(other), "'"));
      return "; text is written in quotes";
    }
    if (type.is(Kind::kList) && !other_type.is(Kind::kList)) {
      return "; a list's elements are reached by exists(), filter(), map()";
    }
  }
  return "";
}

void Checker::NoOverloadIssue(AstNode& node, std::string_view name) {
  std::string types;
  for (const AstPtr& operand : node.operands) {
    types += Concat(types.empty() ? "" : ", ", Describe(operand->type));
  }
  std::string suggestion;
  const std::string hint = HintFor(node, &suggestion);
  const std::string verb =
      node.kind == AstKind::kOperator ? "' cannot be applied to (" : "' does not take (";
  Error(node, node.name_span, Concat("'", name, verb, types, ")", hint), suggestion);
}

// Whether `overload` takes the operands of `node`; binds variables either way.
bool Checker::Takes(const Overload& overload, const AstNode& node, ValueType* result) {
  const size_t wanted = overload.parameters.size();
  if (overload.variadic ? node.operands.size() < wanted : node.operands.size() != wanted) {
    return false;
  }
  std::map<uint32_t, ValueType> parameters;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    // A value that may be null is given where a value is needed; RequireValue speaks of it.
    const ValueType& declared = overload.parameters[std::min(i, wanted - 1)];
    if (!inference_.Assignable(inference_.Resolve(node.operands[i]->type),
                               inference_.Instantiate(declared, parameters))) {
      return false;
    }
  }
  *result = inference_.Instantiate(overload.result, parameters);
  return true;
}

// The overload that takes the operands of `node`, nullptr when none does. When an operand is dyn
// and several overloads with different results would do, the result is dyn.
const Overload* Checker::ChooseOverload(const std::vector<Overload>& overloads, bool member,
                                        AstNode& node, ValueType* result) {
  const bool any_dyn =
      std::any_of(node.operands.begin(), node.operands.end(), [&](const AstPtr& operand) {
        const ValueType type = inference_.Resolve(operand->type);
        return type.is(Kind::kDyn) || type.is(Kind::kVariable);
      });
  const Inference::Mark start = inference_.mark();
  const Overload* chosen = nullptr;
  ValueType first;
  for (const Overload& overload : overloads) {
    ValueType type;
    if (overload.member != member || !Takes(overload, node, &type)) {
      inference_.Restore(start);
      continue;
    }
    const ValueType final_type = inference_.Final(type);
    inference_.Restore(start);
    if (chosen == nullptr) {
      chosen = &overload;
      first = final_type;
      if (!any_dyn) break;
    } else if (first != final_type) {
      *result = Kind::kDyn;
      return chosen;
    }
  }
  if (chosen != nullptr) Takes(*chosen, node, result);
  return chosen;
}

void Checker::CheckFunction(AstNode& node, int function, bool member) {
  const Function& f = Functions()[static_cast<size_t>(function)];
  node.meaning = Meaning::kFunction;
  node.function = function;
  const size_t count = node.operands.size();
  if (dynamic()) {
    const bool exists = std::any_of(f.overloads.begin(), f.overloads.end(), [&](const Overload& o) {
      return o.member == member &&
             (o.variadic ? count >= o.parameters.size() : count == o.parameters.size());
    });
    node.type = Kind::kDyn;
    if (!exists && node.kind != AstKind::kOperator) NoOverloadIssue(node, f.name);
    return;
  }
  ValueType result;
  const Overload* overload = ChooseOverload(f.overloads, member, node, &result);
  if (overload == nullptr) {
    const bool other_form = std::any_of(
        f.overloads.begin(), f.overloads.end(),
        [&](const Overload& o) { return o.member != member && count == o.parameters.size(); });
    if (other_form && node.kind != AstKind::kOperator) {
      return Error(node, node.name_span,
                   Concat("'", f.name, "' is written ", member ? "" : "x.", f.name, "(",
                          member ? "x" : "", "...)"));
    }
    return NoOverloadIssue(node, f.name);
  }
  node.type = result;
  for (size_t i = 0; i < count; ++i) {
    const ValueType& parameter = overload->parameters[std::min(i, overload->parameters.size() - 1)];
    const bool takes_any = parameter.is(Kind::kDyn) || parameter.is(Kind::kVariable);
    if (!takes_any && !parameter.nullable && inference_.Resolve(node.operands[i]->type).nullable) {
      RequireValue(*node.operands[i]);
    }
  }
}

bool Checker::CheckHostFunction(AstNode& node, const std::string& name) {
  std::vector<Overload> overloads;
  for (const std::string& signature : options_.functions) {
    std::string declared;
    std::optional<Overload> overload = ParseSignature(signature, &declared);
    if (overload.has_value() && declared == name) overloads.push_back(*std::move(overload));
  }
  if (overloads.empty()) return false;
  ValueType result;
  if (ChooseOverload(overloads, node.kind == AstKind::kMemberCall, node, &result) == nullptr) {
    NoOverloadIssue(node, name);
    return true;
  }
  node.meaning = Meaning::kUnbound;
  node.resolved = Concat("function '", name, "' has no body here");
  node.type = std::move(result);
  return true;
}

void Checker::CheckCall(AstNode& node) {
  for (AstPtr& operand : node.operands) Check(*operand);
  if (IsGraphFunction(node.name) && CheckGraphCall(node)) return;
  for (const std::string& name :
       node.leading_dot ? std::vector<std::string>{node.name} : Candidates(node.name)) {
    if (CheckHostFunction(node, name)) return;
    if (const int function = FindFunction(name); function >= 0) {
      return CheckFunction(node, function, false);
    }
  }
  std::vector<std::string> known(std::begin(kGraphFunctions), std::end(kGraphFunctions));
  for (const Function& f : Functions()) known.push_back(f.name);
  Error(node, node.name_span, Concat("unknown function '", node.name, "'", Near(node.name, known)));
}

void Checker::CheckMemberCall(AstNode& node) {
  // math.abs(x): the target is a namespace, unless a variable of that name is in sight.
  const AstNode& root = RootOf(*node.operands[0]);
  const std::string space = QualifiedName(*node.operands[0]);
  if (!space.empty() && (root.leading_dot || FindLocal(root.name) == nullptr)) {
    for (const std::string& name : Candidates(Concat(space, ".", node.name))) {
      const int function = FindFunction(name);
      if (function < 0) continue;
      node.operands.erase(node.operands.begin());
      for (AstPtr& operand : node.operands) Check(*operand);
      return CheckFunction(node, function, false);
    }
  }
  for (AstPtr& operand : node.operands) Check(*operand);
  if (IsGraphFunction(node.name) && CheckGraphCall(node)) return;
  if (CheckHostFunction(node, node.name)) return;
  if (const int function = FindFunction(node.name); function >= 0) {
    return CheckFunction(node, function, true);
  }
  std::vector<std::string> known(std::begin(kGraphFunctions), std::end(kGraphFunctions));
  for (const Function& f : Functions()) known.push_back(f.name);
  Error(node, node.name_span, Concat("unknown function '", node.name, "'", Near(node.name, known)));
}

// --- Operators -----------------------------------------------------------------------------------

void Checker::CheckOperator(AstNode& node) {
  for (AstPtr& operand : node.operands) Check(*operand);
  if (node.name == "==" || node.name == "!=") return CheckEquality(node);
  if (node.name == "in") return CheckIn(node);
  const std::string name = node.operands.size() == 1 ? Concat(node.name, "_") : node.name;
  CheckFunction(node, FindFunction(name), false);
  node.meaning = node.meaning == Meaning::kFunction ? Meaning::kNone : node.meaning;
}

void Checker::CheckEquality(AstNode& node) {
  node.type = Kind::kBool;
  if (dynamic()) return;
  const ValueType left = inference_.Resolve(node.operands[0]->type);
  const ValueType right = inference_.Resolve(node.operands[1]->type);
  if (IsNumeric(left) && IsNumeric(right)) return;
  WarnOfNoOption(*node.operands[0], *node.operands[1]);
  WarnOfNoOption(*node.operands[1], *node.operands[0]);
  // Anything may be compared with null; a link is a record or null.
  if (left.is(Kind::kNull) || right.is(Kind::kNull)) return;
  const Inference::Mark mark = inference_.mark();
  if (inference_.Join(left, right).has_value()) return;
  inference_.Restore(mark);
  NoOverloadIssue(node, node.name);
}

// A choice compared with a word that is none of its options: a slip, or, where other words than the
// options are accepted, perhaps not one.
void Checker::WarnOfNoOption(const AstNode& one, const AstNode& other) {
  if (!IsTextLiteral(other) || options_.schema == nullptr) return;
  const bool was = one.meaning == Meaning::kGraphCall && one.name == "was";
  if ((one.meaning != Meaning::kField && !was) || one.field > kMaxDeclaredField) return;
  const FieldDef* field = options_.schema->type(one.record_type).field(one.field);
  if (field == nullptr || field->kind != FieldKind::kChoice) return;
  const std::string& word = other.value.text();
  std::vector<std::string> codes;
  for (const PicklistEntry& entry : field->options) codes.push_back(entry.code);
  if (codes.empty() || std::find(codes.begin(), codes.end(), word) != codes.end()) return;
  const std::vector<std::string> near = NearNames(word, codes);
  std::string known;
  for (const std::string& code : codes) known += Concat(known.empty() ? "" : ", ", code);
  Warn(other.span,
       Concat("'", word, "' is none of the options of ", field->name, " (", known, ")",
              DidYouMean(word, codes)),
       near.empty() ? "" : Concat("'", near.front(), "'"),
       field->open ? Severity::kInfo : Severity::kWarning);
}

void Checker::CheckIn(AstNode& node) {
  node.type = Kind::kBool;
  if (dynamic()) return;
  const ValueType element = inference_.Resolve(node.operands[0]->type);
  const ValueType range = inference_.Resolve(node.operands[1]->type);
  if (range.is(Kind::kDyn) || range.is(Kind::kVariable)) return;
  if (!range.is(Kind::kList) && !range.is(Kind::kMap)) {
    return NoOverloadIssue(node, "in");
  }
  for (const AstPtr& item : node.operands[1]->operands) {
    if (node.operands[1]->kind == AstKind::kList) WarnOfNoOption(*node.operands[0], *item);
  }
  const ValueType member = inference_.Resolve(range.parameters[0]);
  if (element.is(Kind::kNull) || (IsNumeric(element) && IsNumeric(member))) return;
  const Inference::Mark mark = inference_.mark();
  if (inference_.Join(element, member).has_value()) return;
  inference_.Restore(mark);
  NoOverloadIssue(node, "in");
}

// --- The graph -----------------------------------------------------------------------------------

// The name of a segment or score must be known now, so that what depends on it is known.
bool Checker::NameOfDefinition(AstNode& node, size_t operand) {
  const AstNode& name = *node.operands[operand];
  if (IsTextLiteral(name)) {
    node.resolved = name.value.text();
    return true;
  }
  Error(node, name.span, Concat("'", node.name, "' takes a name in quotes"));
  return false;
}

// Returns false when the call is an ordinary function of the same name.
bool Checker::CheckGraphCall(AstNode& node) {
  if (options_.schema == nullptr) return false;
  if (node.name == "was" || node.name == "changed" || node.name == "time_in") {
    CheckHistory(node);
    return true;
  }
  const bool member = node.kind == AstKind::kMemberCall;
  if (member) {
    const ValueType target = inference_.Resolve(node.operands[0]->type);
    if (!target.is(Kind::kRecord)) return false;
  } else if (node.name == "events" || options_.subject == kNoType) {
    return false;
  }
  node.meaning = Meaning::kGraphCall;
  if (node.name == "events") {
    CheckEvents(node);
    return true;
  }
  const size_t first = member ? 1 : 0;
  const bool consent = AsksConsent(node.name);
  const size_t wanted = first + (consent ? 2 : 1);
  if (node.operands.size() != wanted) {
    Error(node, node.name_span,
          consent ? Concat(node.name, " takes a channel and a purpose, both text")
                  : Concat(node.name, " takes one name in quotes"));
    return true;
  }
  for (size_t i = first; i < wanted; ++i) {
    if (!inference_.Assignable(node.operands[i]->type, Kind::kString)) {
      NoOverloadIssue(node, node.name);
      return true;
    }
  }
  if (!consent && !NameOfDefinition(node, first)) return true;
  node.type = node.name == "score" ? Kind::kDouble : Kind::kBool;
  if (node.name == "consent_status") node.type = ValueType(Kind::kString).AsNullable();
  if (node.name == "consent_at") node.type = ValueType(Kind::kTimestamp).AsNullable();
  return true;
}

void Checker::CheckEvents(AstNode& node) {
  if (node.operands.size() != 2 || !IsTextLiteral(*node.operands[1])) {
    return Error(node, node.name_span, "events takes the name of an event type in quotes");
  }
  const TypeId subject = inference_.Resolve(node.operands[0]->type).record;
  const std::string& name = node.operands[1]->value.text();
  if (const TypeDef* type = options_.schema->FindEvent(name, subject)) {
    node.record_type = type->id;
    node.type = ValueType::List(ValueType::Event(type->id));
    return;
  }
  std::vector<std::string> known;
  for (const TypeDef* type : options_.schema->types()) {
    if (type->event && type->subject == subject) known.push_back(type->name);
  }
  Error(node, node.operands[1]->span,
        Concat("no event type '", name, "' about ", options_.schema->type(subject).name,
               Near(name, known)));
}

// was(contact.status, t), changed(contact.status, t), time_in(contact.status)
void Checker::CheckHistory(AstNode& node) {
  const size_t wanted = node.name == "time_in" ? 1 : 2;
  if (node.operands.size() != wanted || node.operands[0]->meaning != Meaning::kField ||
      node.operands[0]->field > kMaxDeclaredField) {
    return Error(
        node, node.name_span,
        Concat(node.name, " takes a field of a record", wanted == 2 ? " and an instant" : ""));
  }
  if (wanted == 2 && !inference_.Assignable(node.operands[1]->type, Kind::kTimestamp)) {
    return NoOverloadIssue(node, node.name);
  }
  node.meaning = Meaning::kGraphCall;
  node.field = node.operands[0]->field;
  node.record_type = node.operands[0]->record_type;
  if (node.name == "was") {
    node.type = inference_.Resolve(node.operands[0]->type).AsNullable();
  } else if (node.name == "changed") {
    node.type = Kind::kBool;
  } else {
    node.type = ValueType(Kind::kDuration).AsNullable();
  }
}

}  // namespace relata::internal
