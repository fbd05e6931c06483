// SPDX-License-Identifier: Apache-2.0
#include "relata/model/validate.h"

#include <algorithm>

#include "base/strings.h"
#include "model/schema_editor.h"
#include "relata/base/text.h"

namespace relata {

using internal::Concat;

namespace {

const PicklistEntry* EntryOf(const FieldDef& field, std::string_view code) {
  for (const PicklistEntry& entry : field.options) {
    if (entry.code == code) return &entry;
  }
  return nullptr;
}

std::optional<std::string> WhyTextRefused(const std::string& text) {
  if (text.size() > kMaxFieldText) return "the text is longer than 1 MiB";
  if (!IsValidUtf8(text)) return "the text is not valid UTF-8";
  return std::nullopt;
}

std::optional<std::string> WhyListRefused(const ValueList& list) {
  if (list.size() > kMaxFieldList) return "the list has more than 1,000 entries";
  for (const Value& entry : list) {
    if (!entry.is(Value::Kind::kText)) return "every entry of the list is to be a text";
    if (auto why = WhyTextRefused(entry.text())) return why;
  }
  return std::nullopt;
}

std::string NotAnOption(const FieldDef& field, const std::string& text) {
  std::string codes;
  for (const PicklistEntry& entry : field.options) {
    codes += Concat(codes.empty() ? "" : ", ", entry.code);
  }
  return Concat("'", text, "' is not one of ", codes);
}

Issue At(Severity severity, const TypeDef& type, const FieldDef& field, std::string message) {
  return {severity, internal::MemberName(type, field.name), std::move(message)};
}

void CheckOne(const Schema& schema, const TypeDef& type, const FieldDef& field, const Value& given,
              std::vector<Issue>* issues) {
  if (field.id > kMaxDeclaredField) {
    issues->push_back(At(Severity::kError, type, field, "the field is kept by the engine"));
    return;
  }
  if (!field.readable()) {
    issues->push_back(At(Severity::kError, type, field,
                         Concat("the field is ", FieldStateName(field.state), ", not in use")));
    return;
  }
  const Value value = Canonical(field, given);
  if (auto why = WhyRefused(schema, field, value)) {
    issues->push_back(At(Severity::kError, type, field, *std::move(why)));
  } else if (field.kind == FieldKind::kChoice && !value.is_null() &&
             EntryOf(field, value.text()) == nullptr) {
    issues->push_back(At(Severity::kWarning, type, field, NotAnOption(field, value.text())));
  }
  if (field.state == FieldState::kDeprecated && !value.is_null()) {
    issues->push_back(At(Severity::kWarning, type, field, "the field is deprecated"));
  }
}

}  // namespace

Value::Kind ValueKindOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kText:
    case FieldKind::kChoice:
      return Value::Kind::kText;
    case FieldKind::kBool:
      return Value::Kind::kBool;
    case FieldKind::kInt:
      return Value::Kind::kInt;
    case FieldKind::kDouble:
      return Value::Kind::kDouble;
    case FieldKind::kMoney:
      return Value::Kind::kMoney;
    case FieldKind::kDate:
      return Value::Kind::kDate;
    case FieldKind::kTimestamp:
      return Value::Kind::kTimestamp;
    case FieldKind::kDuration:
      return Value::Kind::kDuration;
    case FieldKind::kLink:
      return Value::Kind::kRecord;
    case FieldKind::kTextList:
      return Value::Kind::kList;
  }
  return Value::Kind::kNull;
}

Value Canonical(const FieldDef& field, Value value) {
  if (field.kind == FieldKind::kDouble && value.is(Value::Kind::kInt)) {
    return Value::Double(static_cast<double>(value.int_value()));
  }
  if (field.kind != FieldKind::kChoice || !value.is(Value::Kind::kText)) return value;
  if (EntryOf(field, value.text()) != nullptr || value.text().size() > 200) return value;
  const std::string words = FoldWords(value.text());
  for (const PicklistEntry& entry : field.options) {
    if (std::find(entry.words.begin(), entry.words.end(), words) != entry.words.end()) {
      return Value::Text(entry.code);
    }
  }
  return value;
}

std::optional<std::string> WhyRefused(const Schema& schema, const FieldDef& field,
                                      const Value& value) {
  if (value.is_null()) return std::nullopt;
  const Value::Kind kind = ValueKindOf(field.kind);
  if (!value.is(kind)) {
    return Concat("a ", KindName(kind), " is expected, not a ", KindName(value.kind()));
  }
  if (kind == Value::Kind::kText) {
    if (auto why = WhyTextRefused(value.text())) return why;
    if (field.kind == FieldKind::kChoice && !field.open && !field.options.empty() &&
        EntryOf(field, value.text()) == nullptr) {
      return NotAnOption(field, value.text());
    }
  }
  if (kind == Value::Kind::kList) return WhyListRefused(value.list());
  if (kind == Value::Kind::kRecord && value.record().type != field.target) {
    return Concat("the link goes to a ", schema.type(field.target).name);
  }
  return std::nullopt;
}

std::vector<Issue> ValidateRecord(const Schema& schema, TypeId type_id,
                                  std::span<const std::pair<FieldId, Value>> values,
                                  Completeness completeness) {
  std::vector<Issue> issues;
  const TypeDef& type = schema.type(type_id);
  std::vector<bool> filled(type.fields.size());
  std::vector<bool> cleared(type.fields.size());
  for (const auto& [id, value] : values) {
    const FieldDef* field = type.field(id);
    if (field == nullptr) {
      issues.push_back({Severity::kError, type.name, Concat("there is no field number ", id)});
      continue;
    }
    CheckOne(schema, type, *field, value, &issues);
    if (id < filled.size()) (value.is_null() ? cleared : filled)[id] = true;
  }
  for (const FieldDef& field : type.fields) {
    if (!field.required || !field.readable() || filled[field.id]) continue;
    if (!field.initial.empty()) continue;  // it is what the field then holds
    const bool missing = completeness == Completeness::kWhole || cleared[field.id];
    if (missing) issues.push_back(At(Severity::kError, type, field, "the field is required"));
  }
  return issues;
}

}  // namespace relata
