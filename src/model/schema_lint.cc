// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "model/schema_editor.h"
#include "relata/model/schema_report.h"

namespace relata {

using internal::Concat;
using internal::MemberName;

namespace {

// The words of CEL that cannot name a member.
constexpr std::string_view kReservedWords[] = {
    "as",       "break",   "const",  "continue", "else", "false", "for",
    "function", "if",      "import", "in",       "let",  "loop",  "namespace",
    "null",     "package", "return", "true",     "var",  "void",  "while"};

bool IsReserved(std::string_view name) {
  return std::find(std::begin(kReservedWords), std::end(kReservedWords), name) !=
         std::end(kReservedWords);
}

class Linter {
 public:
  Linter(const Schema& schema, std::span<const FieldReader> readers) : schema_(schema) {
    for (const FieldReader& reader : readers) {
      readers_[{reader.type, reader.field}].push_back(reader.reader);
    }
    AddOwnReaders();
  }

  std::vector<Issue> Run() {
    for (const TypeDef* type : schema_.types()) LintType(*type);
    return std::move(issues_);
  }

 private:
  void Say(Severity severity, std::string where, std::string message) {
    issues_.push_back({severity, std::move(where), std::move(message)});
  }
  void Warn(const std::string& where, std::string message) {
    Say(Severity::kWarning, where, std::move(message));
  }

  // Titles and paths read fields, too.
  void AddOwnReaders() {
    for (const TypeDef* type : schema_.types()) {
      for (const std::string& name : type->title) {
        const FieldDef* field = type->FindField(name);
        if (field != nullptr) readers_[{type->id, field->id}].push_back("the title of its type");
      }
      for (const PathDef& path : type->paths) {
        for (const PathStep& step : path.steps) {
          readers_[{step.backward ? step.to : step.from, step.field}].push_back(
              MemberName(*type, path.name));
        }
      }
    }
  }

  void LintText(const std::string& where, const LocalText& text, std::string_view what) {
    if (text.en.empty()) Warn(where, Concat("no English ", what));
    if (text.fr.empty()) Warn(where, Concat("no French ", what));
  }

  void LintName(const std::string& where, std::string_view name) {
    if (IsReserved(name)) {
      Say(Severity::kError, where, Concat("expressions cannot say \"", name, "\""));
    }
  }

  void LintType(const TypeDef& type) {
    LintName(type.name, type.name);
    LintText(type.name, type.label, "label");
    LintText(type.name, type.plural_label, "plural label");
    std::map<std::string, std::string> english;
    std::map<std::string, std::string> french;
    for (const FieldDef& field : type.fields) {
      const std::string where = MemberName(type, field.name);
      LintReaders(type, field, where);
      if (field.state == FieldState::kRemoved) continue;
      LintName(where, field.name);
      LintName(where, field.inverse);
      LintLabel(field, where, field.label.en, &english);
      LintLabel(field, where, field.label.fr, &french);
      LintCard(field, where);
      LintOptions(field, where);
      LintInitial(field, where);
    }
    for (const PathDef& path : type.paths) {
      LintName(MemberName(type, path.name), path.name);
      LintText(MemberName(type, path.name), path.label, "label");
    }
  }

  void LintReaders(const TypeDef& type, const FieldDef& field, const std::string& where) {
    if (field.state != FieldState::kDeprecated && field.state != FieldState::kRemoved) return;
    const auto found = readers_.find({type.id, field.id});
    if (found == readers_.end()) return;
    for (const std::string& reader : found->second) {
      Warn(where,
           Concat("the field is ", FieldStateName(field.state), " and still read by ", reader));
    }
  }

  void LintLabel(const FieldDef& field, const std::string& where, const std::string& label,
                 std::map<std::string, std::string>* seen) {
    if (label.empty()) return;
    const auto [other, added] = seen->emplace(label, field.name);
    if (!added) Warn(where, Concat("the label \"", label, "\" is also that of ", other->second));
  }

  void LintCard(const FieldDef& field, const std::string& where) {
    LintText(where, field.label, "label");
    if (field.use == Use::kAsType) Warn(where, "no use: a field nobody needs should not be filled");
    if (field.steward.empty()) Warn(where, "no data steward");
    if (field.data_owner.empty()) Warn(where, "no data owner");
    if (field.personal == Personal::kAsType) Warn(where, "no personal-data class");
    if (field.is_link() && field.inverse.empty()) {
      Say(Severity::kInfo, where, "the link has no inverse");
    }
    if (field.personal == Personal::kAsType || field.personal == Personal::kNone) return;
    if (field.purposes.empty()) Warn(where, "personal data without a purpose");
    if (field.retention == Retention{}) Warn(where, "personal data without a retention");
  }

  void LintOptions(const FieldDef& field, const std::string& where) {
    if (field.kind != FieldKind::kChoice) return;
    if (field.options.empty()) Warn(where, "a choice without options");
    std::set<std::string> codes;
    for (const PicklistEntry& entry : field.options) {
      if (!codes.insert(entry.code).second) {
        Say(Severity::kError, where, Concat("the code \"", entry.code, "\" stands twice"));
      }
      LintText(where, entry.label, Concat("label of \"", entry.code, "\""));
    }
  }

  void LintInitial(const FieldDef& field, const std::string& where) {
    const std::string& text = field.initial;
    if (text.empty()) return;
    bool fits = field.kind == FieldKind::kText;
    if (field.kind == FieldKind::kBool) fits = text == "true" || text == "false";
    if (field.kind == FieldKind::kInt || field.kind == FieldKind::kDouble) {
      fits = text.find_first_not_of("0123456789.-") == std::string::npos;
    }
    for (const PicklistEntry& entry : field.options) fits |= entry.code == text;
    if (!fits) Say(Severity::kError, where, Concat("\"", text, "\" cannot be its initial value"));
  }

  const Schema& schema_;
  std::map<std::pair<TypeId, FieldId>, std::vector<std::string>> readers_;
  std::vector<Issue> issues_;
};

}  // namespace

std::vector<Issue> LintSchema(const Schema& schema, std::span<const FieldReader> readers) {
  return Linter(schema, readers).Run();
}

}  // namespace relata
