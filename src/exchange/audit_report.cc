// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "relata/exchange/audit.h"
#include "relata/model/schema.h"

namespace relata {

using internal::Concat;
using Json = nlohmann::ordered_json;

namespace {

std::string_view KindWord(Suspicion::Kind kind) {
  return kind == Suspicion::Kind::kCompany ? "company" : "person";
}

Json ColumnJson(const ColumnAudit& c) {
  Json json = {
      {"name", c.name},         {"filled", c.filled},       {"placeholders", c.placeholders},
      {"distinct", c.distinct}, {"fill_rate", c.fill_rate}, {"kind", FieldKindName(c.kind)},
      {"field", c.field}};
  if (c.dead) json["dead"] = true;
  if (c.constant) json["constant"] = true;
  if (c.abandoned) json["abandoned"] = true;
  if (!c.same_as.empty()) json["same_as"] = c.same_as;
  if (c.personal != Personal::kNone) json["personal"] = PersonalName(c.personal);
  if (c.ambiguous_dates) json["ambiguous_dates"] = true;
  if (c.ambiguous_numbers) json["ambiguous_numbers"] = true;
  if (c.mixed_dates) json["mixed_dates"] = true;
  return json;
}

Json FileJson(const FileAudit& file) {
  Json json = {{"file", file.file},
               {"preset", file.preset},
               {"type", file.type},
               {"encoding", file.encoding},
               {"delimiter", std::string(1, file.delimiter)},
               {"rows", file.rows},
               {"header_row", file.header_row},
               {"ragged_rows", file.ragged_rows},
               {"damaged_rows", file.damaged_rows},
               {"repeated_keys", file.repeated_keys}};
  if (!file.error.empty()) json["error"] = file.error;
  json["columns"] = Json::array();
  for (const ColumnAudit& column : file.columns) json["columns"].push_back(ColumnJson(column));
  return json;
}

Json PlacesJson(const std::vector<AuditPlace>& places) {
  Json json = Json::array();
  for (const AuditPlace& place : places) {
    json.push_back({{"file", place.file}, {"row", place.row}, {"value", place.value}});
  }
  return json;
}

std::string FileName(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string Percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

// Both languages of every phrase stand side by side, so that neither is forgotten.
class TextReport {
 public:
  TextReport(const AuditReport& report, Language language)
      : report_(report), french_(language == Language::kFrench) {}

  std::string Write() {
    Line(Say("Audit: ", "Audit : "), report_.files.size(), Say(" files, ", " fichiers, "),
         report_.rows, Say(" rows", " lignes"));
    Line("");
    for (const FileAudit& file : report_.files) File(file);
    Entities();
    return out_;
  }

 private:
  std::string_view Say(std::string_view english, std::string_view french) const {
    return french_ ? french : english;
  }
  template <class... Parts>
  void Line(const Parts&... parts) {
    out_ += Concat(parts...);
    out_ += '\n';
  }

  void File(const FileAudit& file) {
    Line(file.file, ": ", file.type.empty() ? Say("no known type", "type inconnu") : file.type,
         " (", file.preset, "), ", file.rows, Say(" rows, ", " lignes, "), file.columns.size(),
         Say(" columns, ", " colonnes, "), file.encoding);
    if (!file.error.empty()) Line("  ", Say("error: ", "erreur : "), file.error);
    Count(file.ragged_rows, "rows with more or fewer cells than the header",
          "lignes dont le nombre de cellules diffère de l'en-tête");
    Count(file.damaged_rows, "damaged rows", "lignes abîmées");
    Count(file.repeated_keys, "rows that repeat a key", "lignes qui répètent un identifiant");
    double filled = 0;
    for (const ColumnAudit& column : file.columns) filled += column.fill_rate;
    if (!file.columns.empty() && file.rows > 0) {
      Line("  ", Say("filled: ", "taux de remplissage : "),
           Percent(filled / static_cast<double>(file.columns.size())));
    }
    Columns(file, Say("dead columns", "colonnes mortes"),
            [](const ColumnAudit& c) { return c.dead; });
    Columns(file, Say("one value only", "une seule valeur"),
            [](const ColumnAudit& c) { return c.constant; });
    Columns(file, Say("named as abandoned", "nommées comme abandonnées"),
            [](const ColumnAudit& c) { return c.abandoned; });
    Columns(file, Say("personal data", "données personnelles"), [](const ColumnAudit& c) {
      return c.personal != Personal::kNone && c.personal != Personal::kSensitive;
    });
    Columns(file, Say("SENSITIVE data", "données SENSIBLES"),
            [](const ColumnAudit& c) { return c.personal == Personal::kSensitive; });
    Columns(file, Say("dates that could be read two ways", "dates à double lecture"),
            [](const ColumnAudit& c) { return c.ambiguous_dates || c.mixed_dates; });
    Columns(file, Say("not in the standard schema", "hors du schéma standard"),
            [&](const ColumnAudit& c) {
              return c.field.empty() && !c.dead && !c.name.empty() && !file.type.empty();
            });
    for (const ColumnAudit& column : file.columns) {
      if (!column.same_as.empty()) {
        Line("  ", Say("same values: ", "mêmes valeurs : "), column.name, " = ", column.same_as);
      }
      if (column.placeholders > 0) {
        Line("  ", Say("junk values: ", "valeurs de remplissage : "), column.name, " ",
             column.placeholders);
      }
    }
    Line("");
  }

  void Count(int64_t count, std::string_view english, std::string_view french) {
    if (count > 0) Line("  ", count, " ", Say(english, french));
  }

  template <class Predicate>
  void Columns(const FileAudit& file, std::string_view what, Predicate predicate) {
    std::string names;
    for (const ColumnAudit& column : file.columns) {
      if (!predicate(column)) continue;
      if (!names.empty()) names += ", ";
      names += column.name;
    }
    if (!names.empty()) Line("  ", what, ": ", names);
  }

  void Entities() {
    if (report_.company_mentions > 0) {
      Line(report_.company_mentions,
           Say(" rows name a company; they are ",
               " lignes nomment une société ; il y en a en réalité "),
           report_.companies, Say(" companies", ""));
    }
    if (report_.person_mentions > 0) {
      Line(report_.person_mentions,
           Say(" rows have a person's e-mail address; they are ",
               " lignes portent l'adresse d'une personne ; il y en a en réalité "),
           report_.people, Say(" people", ""));
    }
    Line(Say("suspected duplicates: ", "doublons présumés : "), report_.suspected,
         Say(", across files: ", ", entre fichiers : "), report_.across,
         Say(", contradictions: ", ", contradictions : "), report_.contradicted);
    constexpr size_t kTold = 10;
    for (size_t i = 0; i < std::min(kTold, report_.suspicions.size()); ++i) {
      const Suspicion& s = report_.suspicions[i];
      std::string where;
      for (const AuditPlace& place : s.places) {
        where += Concat(where.empty() ? "" : "; ", FileName(place.file), ":", place.row, " ",
                        place.value);
      }
      Line("  ", s.key, ": ", where);
    }
    for (size_t i = 0; i < std::min(kTold, report_.contradictions.size()); ++i) {
      const Contradiction& c = report_.contradictions[i];
      std::string said;
      for (const AuditPlace& place : c.places) {
        said += Concat(said.empty() ? "" : Say(" against ", " contre "), "\"", place.value, "\" (",
                       FileName(place.file), ":", place.row, ")");
      }
      Line("  ", c.key, " ", c.field, ": ", said);
    }
  }

  const AuditReport& report_;
  const bool french_;
  std::string out_;
};

}  // namespace

std::string FormatAuditJson(const AuditReport& report) {
  Json json = {{"rows", report.rows},           {"company_mentions", report.company_mentions},
               {"companies", report.companies}, {"person_mentions", report.person_mentions},
               {"people", report.people},       {"suspected", report.suspected},
               {"across", report.across},       {"contradicted", report.contradicted}};
  json["files"] = Json::array();
  for (const FileAudit& file : report.files) json["files"].push_back(FileJson(file));
  json["suspicions"] = Json::array();
  for (const Suspicion& s : report.suspicions) {
    json["suspicions"].push_back({{"kind", KindWord(s.kind)},
                                  {"key", s.key},
                                  {"across", s.across},
                                  {"places", PlacesJson(s.places)}});
  }
  json["contradictions"] = Json::array();
  for (const Contradiction& c : report.contradictions) {
    json["contradictions"].push_back({{"kind", KindWord(c.kind)},
                                      {"key", c.key},
                                      {"field", c.field},
                                      {"places", PlacesJson(c.places)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string FormatAuditText(const AuditReport& report, Language language) {
  return TextReport(report, language).Write();
}

}  // namespace relata
