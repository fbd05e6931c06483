// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/strings.h"
#include "relata/model/schema_report.h"

namespace relata {

using internal::Concat;
using Json = nlohmann::ordered_json;

namespace {

class Describer {
 public:
  Describer(const Schema& schema, Language language) : schema_(schema), language_(language) {}

  Json ToJson(const TypeDef& type) const;
  std::string ToMarkdown(const TypeDef& type) const;
  std::string Say(std::string_view en, std::string_view fr) const {
    return std::string(language_ == Language::kFrench ? fr : en);
  }

 private:
  const std::string& In(const LocalText& text) const { return text.In(language_); }
  void Put(Json& out, const char* key, const std::string& text) const {
    if (!text.empty()) out[key] = text;
  }

  Json FieldJson(const FieldDef& field) const;
  void PutCard(const FieldDef& field, Json& out) const;
  // The records seen from the other side of a link: their plural, and the link's own label where
  // a type points here by several.
  std::string InverseLabel(const TypeDef& type, const InverseDef& inverse) const;
  std::string FieldRow(const FieldDef& field) const;
  std::string KindText(const FieldDef& field) const;
  std::string Notes(const FieldDef& field) const;
  std::string UseText(Use use) const;
  std::string PersonalText(Personal personal) const;

  const Schema& schema_;
  Language language_;
};

Json Describer::FieldJson(const FieldDef& field) const {
  Json out = {{"id", field.id}, {"name", field.name}, {"kind", FieldKindName(field.kind)}};
  out["label"] = In(field.label);
  if (field.is_link()) out["target"] = field.target_name;
  Put(out, "inverse", field.inverse);
  for (const PicklistEntry& entry : field.options) {
    out["options"].push_back({{"code", entry.code}, {"label", In(entry.label)}});
  }
  PutCard(field, out);
  return out;
}

void Describer::PutCard(const FieldDef& field, Json& out) const {
  const auto flag = [&](const char* key, bool value) {
    if (value) out[key] = true;
  };
  Put(out, "help", In(field.help));
  Put(out, "group", In(field.group));
  if (field.order != 0) out["order"] = field.order;
  out["use"] = UseNames(field.use);
  out["personal"] = PersonalName(field.personal);
  flag("required", field.required);
  flag("unique", field.unique);
  flag("free_text", field.free_text);
  flag("open", field.open);
  Put(out, "initial", field.initial);
  Put(out, "filled_by", field.filled_by);
  Put(out, "kept_current", field.kept_current);
  if (field.max_age_days != 0) out["max_age_days"] = field.max_age_days;
  Put(out, "data_owner", field.data_owner);
  Put(out, "steward", field.steward);
  if (!field.purposes.empty()) out["purposes"] = field.purposes;
  Put(out, "master", field.master);
  if (!(field.retention == Retention{})) {
    out["retention"] = {{"active_months", field.retention.active_months},
                        {"archive_months", field.retention.archive_months}};
  }
  out["state"] = FieldStateName(field.state);
  flag("custom", field.custom);
}

std::string Describer::InverseLabel(const TypeDef& type, const InverseDef& inverse) const {
  const TypeDef& from = schema_.type(inverse.from);
  int same = 0;
  for (const InverseDef& other : type.inverses) {
    same += other.from == inverse.from && !other.name.empty() ? 1 : 0;
  }
  const std::string& plural = In(from.plural_label);
  if (same < 2) return plural;
  return Concat(plural, " (", In(from.field(inverse.field)->label), ")");
}

Json Describer::ToJson(const TypeDef& type) const {
  Json out = {{"id", type.id}, {"name", type.name}, {"plural", type.plural}};
  out["label"] = In(type.label);
  out["plural_label"] = In(type.plural_label);
  Put(out, "help", In(type.help));
  out["kind"] = type.event ? "event" : "record";
  if (type.event) out["subject"] = type.subject_name;
  if (!type.title.empty()) out["title"] = type.title;
  if (type.dated) out["dated"] = true;
  if (type.custom) out["custom"] = true;
  out["fields"] = Json::array();
  for (const FieldDef& field : type.system) out["fields"].push_back(FieldJson(field));
  for (const FieldDef& field : type.fields) out["fields"].push_back(FieldJson(field));
  out["inverses"] = Json::array();
  for (const InverseDef& inverse : type.inverses) {
    if (inverse.name.empty()) continue;
    const TypeDef& from = schema_.type(inverse.from);
    out["inverses"].push_back({{"name", inverse.name},
                               {"label", InverseLabel(type, inverse)},
                               {"type", from.name},
                               {"field", from.field(inverse.field)->name}});
  }
  out["paths"] = Json::array();
  for (const PathDef& path : type.paths) {
    out["paths"].push_back({{"name", path.name},
                            {"label", In(path.label)},
                            {"path", path.path},
                            {"type", schema_.type(path.target).name},
                            {"many", path.many}});
  }
  return out;
}

std::string Describer::UseText(Use use) const {
  std::string out;
  const auto add = [&](Use one, std::string_view en, std::string_view fr) {
    if (Has(use, one)) out += Concat(out.empty() ? "" : ", ", Say(en, fr));
  };
  add(Use::kSegment, "segment", "segmenter");
  add(Use::kPersonalise, "personalise", "personnaliser");
  add(Use::kSteer, "steer", "piloter");
  add(Use::kOperate, "operate", "opérer");
  return out;
}

std::string Describer::PersonalText(Personal personal) const {
  switch (personal) {
    case Personal::kAsType:
      return Say("unstated", "non précisé");
    case Personal::kNone:
      return "";
    case Personal::kIdentity:
      return Say("identity", "identité");
    case Personal::kContact:
      return Say("contact", "coordonnées");
    case Personal::kProfile:
      return Say("profile", "profil");
    case Personal::kBehaviour:
      return Say("behaviour", "comportement");
    case Personal::kFinancial:
      return Say("financial", "financier");
    case Personal::kSensitive:
      return Say("sensitive", "sensible");
  }
  return "";
}

std::string Describer::KindText(const FieldDef& field) const {
  switch (field.kind) {
    case FieldKind::kText:
      return Say("text", "texte");
    case FieldKind::kBool:
      return Say("yes or no", "oui ou non");
    case FieldKind::kInt:
      return Say("whole number", "nombre entier");
    case FieldKind::kDouble:
      return Say("number", "nombre");
    case FieldKind::kMoney:
      return Say("amount", "montant");
    case FieldKind::kDate:
      return Say("date", "date");
    case FieldKind::kTimestamp:
      return Say("instant", "instant");
    case FieldKind::kDuration:
      return Say("length of time", "durée");
    case FieldKind::kChoice:
      return Say("choice", "choix");
    case FieldKind::kLink:
      return Concat("-> ", field.target_name);
    case FieldKind::kTextList:
      return Say("list of texts", "liste de textes");
  }
  return "";
}

std::string Describer::Notes(const FieldDef& field) const {
  std::string out;
  const auto add = [&](const std::string& note) {
    if (!note.empty()) out += Concat(out.empty() ? "" : "; ", note);
  };
  if (field.state != FieldState::kActive) add(std::string(FieldStateName(field.state)));
  if (field.required) add(Say("required", "obligatoire"));
  if (field.unique) add(Say("unique", "unique"));
  std::string codes;
  for (const PicklistEntry& entry : field.options) {
    codes += Concat(codes.empty() ? "" : ", ", entry.code);
  }
  if (field.open && !codes.empty()) codes += ", ...";
  add(codes);
  if (!field.inverse.empty()) add(Concat("<- ", field.target_name, ".", field.inverse));
  add(In(field.help));
  if (field.max_age_days != 0) {
    add(Concat(Say("stale after ", "périmé après "), field.max_age_days, Say(" days", " jours")));
  }
  return out;
}

// A cell holds no bar and no line break.
std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string Describer::FieldRow(const FieldDef& field) const {
  std::string row = "|";
  for (const std::string& cell :
       {Concat("`", field.name, "`"), In(field.label), KindText(field), UseText(field.use),
        PersonalText(field.personal), field.steward, Notes(field)}) {
    row += Concat(" ", Cell(cell), " |");
  }
  return row + "\n";
}

std::string Describer::ToMarkdown(const TypeDef& type) const {
  std::string out = Concat("## ", In(type.label), " (`", type.name, "`)\n\n");
  if (type.event) {
    out += Concat(Say("Event about: ", "Événement au sujet de : "), type.subject_name, "\n\n");
  }
  if (!type.help.empty()) out += Concat(In(type.help), ".\n\n");
  out += Say("| field | label | kind | use | personal | steward | notes |\n",
             "| champ | libellé | nature | usage | personnel | garant | notes |\n");
  out += "|---|---|---|---|---|---|---|\n";
  for (const FieldDef& field : type.fields) {
    if (field.state != FieldState::kRemoved) out += FieldRow(field);
  }
  out += "\n";
  for (const InverseDef& inverse : type.inverses) {
    if (inverse.name.empty()) continue;
    const TypeDef& from = schema_.type(inverse.from);
    out += Concat("* `", inverse.name, "`: ", InverseLabel(type, inverse), " (", from.name, ".",
                  from.field(inverse.field)->name, ")\n");
  }
  for (const PathDef& path : type.paths) {
    out += Concat("* `", path.name, "`: ", In(path.label), " = `", path.path, "`\n");
  }
  if (!type.inverses.empty() || !type.paths.empty()) out += "\n";
  return out;
}

}  // namespace

std::string DescribeSchema(const Schema& schema, SchemaFormat format, Language language,
                           const TypeDef* only) {
  const Describer describer(schema, language);
  if (format == SchemaFormat::kMarkdown) {
    std::string out = Concat("# ", describer.Say("Schema", "Schéma"), "\n\n");
    for (const TypeDef* type : schema.types()) {
      if (only == nullptr || type->id == only->id) out += describer.ToMarkdown(*type);
    }
    return out;
  }
  Json out = {{"strict", schema.strict()}, {"types", Json::array()}};
  for (const TypeDef* type : schema.types()) {
    if (only == nullptr || type->id == only->id) out["types"].push_back(describer.ToJson(*type));
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace relata
