// SPDX-License-Identifier: Apache-2.0
//
// Explanations in the words of the people who read them: records by their names, fields by theirs.

#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "relata/expression/explanation.h"

namespace relata::internal {
namespace {

constexpr size_t kMaxFactsALine = 5;

class Teller {
 public:
  Teller(const Snapshot& view, const Permissions& may)
      : view_(view), schema_(view.schema()), may_(may) {}

  // `change`: with what would give the atom its other result.
  std::string Line(std::string_view text, const Reason& reason, bool change) const {
    const std::string_view atom =
        text.substr(reason.span.begin, reason.span.end - reason.span.begin);
    std::string line = Concat(atom, " is ",
                              reason.result == Tri::kTrue    ? "true"
                              : reason.result == Tri::kFalse ? "false"
                                                             : "undecided");
    if (!reason.error.empty()) line += Concat(" (", reason.error, ")");
    for (size_t i = 0; i < reason.facts.size(); ++i) {
      if (i == kMaxFactsALine) {
        const size_t more = reason.facts.size() - i;
        line += Concat("; and ", more, more == 1 ? " more fact" : " more facts");
        break;
      }
      line += Concat(i == 0 ? ": " : "; ", Tell(reason.facts[i]));
    }
    if (change && reason.what_if) line += Change(text, reason);
    return line;
  }

 private:
  std::string Change(std::string_view text, const Reason& reason) const {
    const WhatIf& what_if = *reason.what_if;
    const Span span = what_if.what;
    std::string value = Shown(what_if.value);
    if (what_if.op == PlanOp::kIn) value = Concat("one of ", ToDisplay(what_if.value));
    const bool no = what_if.op == PlanOp::kNotEqual || what_if.negated;
    return Concat("; it would be ", reason.result == Tri::kTrue ? "false" : "true", " if ",
                  text.substr(span.begin, span.end - span.begin), no ? " were not" : " were",
                  Relation(what_if.op), " ", value, " instead of ", Shown(what_if.is));
  }

  static std::string_view Relation(PlanOp op) {
    switch (op) {
      case PlanOp::kLess:
        return " less than";
      case PlanOp::kLessEqual:
        return " at most";
      case PlanOp::kGreater:
        return " more than";
      case PlanOp::kGreaterEqual:
        return " at least";
      default:
        return "";
    }
  }

  std::string Tell(const Fact& fact) const {
    switch (fact.kind) {
      case Fact::Kind::kField:
        return Concat(FieldName(fact), " of ", Named(fact.record), " is ", Shown(fact.value));
      case Fact::Kind::kEvent:
        return Concat(EventNamed(fact.record), FieldOfEvent(fact));
      case Fact::Kind::kRelation:
        return Concat(
            Named(fact.record), " has ", fact.count, " ",
            fact.count == 1 ? schema_.type(fact.type).name : schema_.type(fact.type).plural);
      case Fact::Kind::kSegment:
        return Concat(Named(fact.record), " in segment ", fact.name, ": ", Shown(fact.value));
      case Fact::Kind::kScore:
        return Concat("score ", fact.name, " of ", Named(fact.record), " is ", Shown(fact.value));
      case Fact::Kind::kConsent:
        return Concat("contact with ", Named(fact.record), " (", fact.name,
                      ") allowed: ", Shown(fact.value));
      case Fact::Kind::kHistory:
        return Concat(FieldName(fact), " of ", Named(fact.record), " was ", Shown(fact.value));
    }
    return "";
  }

  std::string FieldName(const Fact& fact) const {
    const FieldDef* field = schema_.type(fact.record.type).field(fact.field);
    return field == nullptr ? "a field" : field->name;
  }

  std::string FieldOfEvent(const Fact& fact) const {
    if (fact.field == kAtField || fact.field == kNoField) return "";
    return Concat(" with ", FieldName(fact), " ", Shown(fact.value));
  }

  std::string EventNamed(RecordRef event) const {
    const EventRef ref{event.type, event.row};
    return Concat(schema_.type(event.type).name, " #", view_.EventSeq(ref), " at ",
                  FormatTimestamp(view_.EventAt(ref)));
  }

  std::string Named(RecordRef record) const {
    if (record.none()) return "nobody";
    if (schema_.type(record.type).event) return EventNamed(record);
    std::string title;
    for (const std::string& name : schema_.type(record.type).title) {
      const FieldId field = schema_.type(record.type).FindField(name)->id;
      if (!may_.MayRead(record.type, field)) continue;
      const Value value = view_.Get(record, field);
      if (value.is_null() || value.is(Value::Kind::kRecord)) continue;
      title += Concat(title.empty() ? "" : " ", ToDisplay(value));
    }
    const std::string id = Concat(schema_.type(record.type).name, "/", view_.Id(record).ToString());
    return title.empty() ? id : Concat(title, " (", id, ")");
  }

  std::string Shown(const Value& value) const {
    if (value.is_null()) return "absent";
    if (value.is(Value::Kind::kText)) return Concat("'", value.text(), "'");
    if (value.is(Value::Kind::kRecord)) return Named(value.record());
    return ToDisplay(value);
  }

  const Snapshot& view_;
  const Schema& schema_;
  const Permissions& may_;
};

}  // namespace

std::vector<std::string> TellExplanation(const Snapshot& view, const Permissions& may,
                                         std::string_view text, const Explanation& explanation) {
  const Teller teller(view, may);
  std::vector<std::string> lines;
  const bool change = explanation.result == Tri::kFalse;
  for (const Reason& reason : explanation.reasons) {
    lines.push_back(teller.Line(text, reason, change));
  }
  if (explanation.truncated) lines.push_back("more facts decided than are shown");
  return lines;
}

}  // namespace relata::internal
