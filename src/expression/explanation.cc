// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/explanation.h"

#include <set>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "relata/model/schema.h"

namespace relata {
namespace {

using internal::Concat;

std::string Quoted(const Value& v) {
  if (v.is_null()) return "absent";
  return v.is(Value::Kind::kText) ? Concat("'", v.text(), "'") : ToDisplay(v);
}

std::string_view TypeName(const Schema& schema, TypeId type) {
  return type < schema.types().size() ? std::string_view(schema.type(type).name) : "record";
}

std::string NameOf(const Schema& schema, RecordRef record) {
  return Concat(TypeName(schema, record.type), "/", record.row);
}

std::string FieldName(const Schema& schema, TypeId type, FieldId field) {
  const FieldDef* def = type < schema.types().size() ? schema.type(type).field(field) : nullptr;
  return def == nullptr ? "field" : def->name;
}

std::string FormatFact(const Schema& schema, const Fact& fact) {
  const std::string record = NameOf(schema, fact.record);
  switch (fact.kind) {
    case Fact::Kind::kField:
    case Fact::Kind::kEvent:
    case Fact::Kind::kHistory: {
      Value shown = fact.value;
      const std::string value =
          shown.is(Value::Kind::kRecord) ? NameOf(schema, shown.record()) : Quoted(shown);
      return Concat(FieldName(schema, fact.type, fact.field), " of ", record,
                    fact.kind == Fact::Kind::kHistory ? " was " : " is ", value);
    }
    case Fact::Kind::kRelation:
      return Concat(record, " has ", fact.count, " ", TypeName(schema, fact.type));
    case Fact::Kind::kSegment:
      return Concat(record, fact.value.bool_value() ? " is in '" : " is not in '", fact.name, "'");
    case Fact::Kind::kScore:
      return Concat("score '", fact.name, "' of ", record, " is ", ToDisplay(fact.value));
    case Fact::Kind::kConsent:
      return Concat(record, fact.value.bool_value() ? " may" : " may not", " be contacted (",
                    fact.name, ")");
  }
  return record;
}

}  // namespace

absl::StatusOr<Explanation> Explain(std::shared_ptr<const Plan> plan, RecordRef subject,
                                    const EvaluationContext& context) {
  const Span whole = plan->root().span;
  internal::Evaluator evaluator(std::move(plan), context);
  internal::Trace trace;
  evaluator.set_trace(&trace);
  RELATA_ASSIGN_OR_RETURN(const EvalResult result, evaluator.Run(subject));
  Explanation explanation;
  explanation.result = result.tri();
  explanation.error = result.error;
  explanation.truncated = trace.truncated_;
  size_t facts = 0;
  // What was told of an atom: one that reads a field twice tells it once. The past of a field has
  // a value for each instant.
  std::set<std::tuple<Fact::Kind, RecordRef, TypeId, FieldId, std::string, int64_t>> told;
  for (internal::Trace::Entry& entry : trace.entries_) {
    if (entry.is_atom) {
      explanation.reasons.push_back(std::move(entry.reason));
      told.clear();
      continue;
    }
    const Fact& fact = entry.fact;
    if (fact.kind != Fact::Kind::kHistory &&
        !told.emplace(fact.kind, fact.record, fact.type, fact.field, fact.name, fact.count)
             .second) {
      continue;
    }
    if (++facts > kMaxFacts) {
      explanation.truncated = true;
      break;
    }
    // What a list itself was read from is a reason of the whole.
    if (explanation.reasons.empty()) {
      explanation.reasons.push_back(
          {whole, explanation.result, explanation.error, {}, std::nullopt});
    }
    explanation.reasons.back().facts.push_back(std::move(entry.fact));
  }
  return explanation;
}

std::vector<std::string> FormatExplanation(std::string_view text, const Explanation& explanation,
                                           const Schema& schema) {
  std::vector<std::string> lines;
  for (const Reason& reason : explanation.reasons) {
    std::string line(text.substr(reason.span.begin, reason.span.end - reason.span.begin));
    line += reason.result == Tri::kTrue    ? " is true"
            : reason.result == Tri::kFalse ? " is false"
                                           : Concat(" cannot be decided (", reason.error, ")");
    for (size_t i = 0; i < reason.facts.size(); ++i) {
      line += Concat(i == 0 ? ": " : ", ", FormatFact(schema, reason.facts[i]));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace relata
