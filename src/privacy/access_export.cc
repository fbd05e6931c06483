// SPDX-License-Identifier: Apache-2.0
//
// Copies of a person's data: for herself (GDPR 15) and for another system (GDPR 20).

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "privacy/holdings.h"
#include "relata/consent/vocabulary.h"
#include "relata/expression/json.h"
#include "relata/privacy/rights.h"
#include "relata/score/rule_score.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Fate;
using internal::Holding;
using internal::Holdings;
using internal::PersonWords;
using internal::RecordReader;
using internal::Redactor;
using Json = nlohmann::ordered_json;

constexpr std::string_view kPersonalNames[] = {"",        "none",      "identity",  "contact",
                                               "profile", "behaviour", "financial", "sensitive"};

template <class E>
Json Names(uint32_t set, E last) {
  Json out = Json::array();
  for (int i = 1; i <= static_cast<int>(last); ++i) {
    if ((set >> i & 1) != 0) out.push_back(Name(static_cast<E>(i)));
  }
  return out;
}

class Exporter {
 public:
  Exporter(const Crm& crm, std::shared_ptr<const Snapshot> view, Holdings holdings, Timestamp now,
           Language language)
      : crm_(crm),
        view_(std::move(view)),
        holdings_(std::move(holdings)),
        others_(OtherPersons(), false),
        now_(now),
        language_(language) {}

  absl::StatusOr<Json> Access() {
    Json out = {
        {"format", "relata access 1"}, {"law", "GDPR 15"}, {"made_at", FormatTimestamp(now_)}};
    RELATA_ASSIGN_OR_RETURN(out["person"], crm_.Name(holdings_.persons.front()));
    out["controller"] = Controller();
    out["rights"] = {"rectification", "erasure",     "restriction",
                     "objection",     "portability", "complaint to the supervisory authority"};
    out["records"] = Json::array();
    for (const Holding& holding : holdings_.records) {
      if (view_->Exists(holding.record)) out["records"].push_back(Record(holding, true));
    }
    RELATA_ASSIGN_OR_RETURN(out["events"], Events());
    RELATA_ASSIGN_OR_RETURN(out["consents"], Consents());
    RELATA_ASSIGN_OR_RETURN(out["sources"], Sources());
    RELATA_ASSIGN_OR_RETURN(out["recipients"], Recipients());
    out["processing"] = Processing();
    out["scores"] = Scores();
    out["third_parties"] = "names and addresses of other persons are replaced (GDPR 15(4))";
    return out;
  }

  absl::StatusOr<Json> Portable() {
    Json out = {
        {"format", "relata portability 1"}, {"law", "GDPR 20"}, {"made_at", FormatTimestamp(now_)}};
    RELATA_ASSIGN_OR_RETURN(out["person"], crm_.Name(holdings_.persons.front()));
    out["records"] = Json::array();
    for (const Holding& holding : holdings_.records) {
      const bool hers = holding.fate == Fate::kErase || holding.fate == Fate::kArchive;
      if (!hers || !view_->Exists(holding.record) || !Provided(holding)) continue;
      Json record = Record(holding, false);
      if (!record["fields"].empty()) out["records"].push_back(std::move(record));
    }
    RELATA_ASSIGN_OR_RETURN(out["events"], Events());
    RELATA_ASSIGN_OR_RETURN(out["consents"], Consents());
    return out;
  }

 private:
  // Everybody who is not she: whose names must not leave with her data.
  PersonWords OtherPersons() const {
    PersonWords words;
    const RecordReader read(*view_);
    const std::set<RecordRef> hers(holdings_.persons.begin(), holdings_.persons.end());
    for (const std::string_view name : {"contact", "lead"}) {
      const TypeDef* type = view_->schema().Find(name);
      if (type == nullptr) continue;
      for (Row row = 0; row < view_->RowLimit(type->id); ++row) {
        const RecordRef other{type->id, row};
        if (view_->Exists(other) && !hers.contains(other)) words.Add(read, other);
      }
    }
    for (const std::string& own : holdings_.words.names) words.names.erase(own);
    for (const std::string& own : holdings_.words.emails) words.emails.erase(own);
    for (const std::string& own : holdings_.words.phones) words.phones.erase(own);
    return words;
  }

  const std::string& Say(const LocalText& text) const { return text.In(language_); }

  Json ValueOf(const FieldDef& field, const Value& value) const {
    if (value.is(Value::Kind::kRecord)) {
      const std::string& type = view_->schema().type(value.record().type).name;
      const bool person = type == "contact" || type == "lead" || type == "user";
      if (person) {
        const RecordRef to = view_->Resolve(value.record());
        const bool herself = std::find(holdings_.persons.begin(), holdings_.persons.end(), to) !=
                             holdings_.persons.end();
        return herself ? Json("herself") : Json(Concat("another ", type));
      }
      const absl::StatusOr<std::string> title = crm_.Title(value.record(), {});
      const std::string text = title.ok() ? *title : type;
      return others_.Redact(text).value_or(text);
    }
    if (internal::HoldsWords(field)) {
      if (const auto redacted = others_.Redact(value)) {
        return Json::parse(ValueToJson(*redacted), nullptr, false);
      }
    }
    return Json::parse(ValueToJson(value), nullptr, false);
  }

  // What the person gave or what was observed of her, and not what others made of it.
  static bool IsProvided(const FieldDef& field) {
    return !field.free_text && !field.is_link() &&
           (field.personal == Personal::kIdentity || field.personal == Personal::kContact ||
            field.personal == Personal::kBehaviour || field.personal == Personal::kFinancial ||
            field.name == "language" || field.name == "interests" ||
            field.name == "preferred_channels");
  }
  bool Provided(const Holding& holding) const {
    const std::string& type = view_->schema().type(holding.record.type).name;
    return holding.record_class != RecordClass::kNotes && type != "activity" && type != "task";
  }

  Json Record(const Holding& holding, bool everything) const {
    const TypeDef& type = view_->schema().type(holding.record.type);
    Json fields = Json::object();
    for (const FieldDef& field : type.fields) {
      if (field.state == FieldState::kRemoved) continue;
      const Value value = view_->Get(holding.record, field.id);
      if (value.is_null() || (!everything && !IsProvided(field))) continue;
      if (!everything) {
        fields[field.name] = ValueOf(field, value);
        continue;
      }
      fields[field.name] = {{"label", Say(field.label)},
                            {"value", ValueOf(field, value)},
                            {"category", kPersonalNames[static_cast<size_t>(field.personal)]}};
      if (!field.purposes.empty()) fields[field.name]["purposes"] = field.purposes;
    }
    Json out = {{"type", type.name}, {"id", view_->Id(holding.record).ToString()}};
    if (everything) {
      out["label"] = Say(type.label);
      if (type.retention.active_months > 0) {
        out["kept_months"] = {{"active", type.retention.active_months},
                              {"archive", type.retention.archive_months}};
      }
    }
    out["fields"] = std::move(fields);
    return out;
  }

  absl::StatusOr<Json> Events() const {
    Json out = Json::array();
    RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm_.engine().Read());
    for (const TypeDef* type : view_->schema().types()) {
      if (!type->event) continue;
      std::vector<const FieldDef*> fields;
      ScanSpec spec;
      spec.type = type->id;
      for (const FieldDef& field : type->fields) {
        if (field.state == FieldState::kRemoved) continue;
        fields.push_back(&field);
        spec.fields.push_back(field.id);
      }
      for (const RecordRef person : holdings_.persons) {
        if (person.type != type->subject) continue;
        spec.subject = person.row;
        RELATA_RETURN_IF_ERROR(reader->ScanEvents(spec, [&](const EventRows& rows) {
          for (size_t i = 0; i < rows.seqs.size(); ++i) {
            Json event = {{"type", type->name}, {"at", FormatTimestamp(rows.at[i])}};
            for (size_t f = 0; f < fields.size(); ++f) {
              const Value value = rows.columns[f].Get(i);
              if (!value.is_null()) event[fields[f]->name] = ValueOf(*fields[f], value);
            }
            out.push_back(std::move(event));
          }
          return absl::OkStatus();
        }));
      }
    }
    return out;
  }

  absl::StatusOr<Json> Consents() const {
    Json out = Json::array();
    RELATA_ASSIGN_OR_RETURN(const std::vector<ConsentEntry> ledger,
                            view_->Ledger(holdings_.persons.front(), {}));
    for (const ConsentEntry& e : ledger) {
      Json line = {{"event", Name(e.event)},
                   {"at", FormatTimestamp(e.at)},
                   {"recorded_at", FormatTimestamp(e.recorded_at)},
                   {"channels", Names(e.scope.channels, Channel::kAny)},
                   {"purposes", Names(e.scope.purposes, Purpose::kSaleShare)},
                   {"source", Name(e.evidence.source)}};
      if (!e.evidence.text.empty()) line["wording"] = e.evidence.text;
      if (!e.evidence.form_version.empty()) line["form_version"] = e.evidence.form_version;
      out.push_back(std::move(line));
    }
    return out;
  }

  // Where the data came from: every system and first instant, by the history (GDPR 15(1)(g)).
  absl::StatusOr<Json> Sources() const {
    std::map<std::string, Timestamp> first;
    for (const RecordRef person : holdings_.persons) {
      const absl::StatusOr<std::vector<HistoryEntry>> history = crm_.History(person);
      if (absl::IsNotFound(history.status())) continue;
      RELATA_RETURN_IF_ERROR(history.status());
      for (const HistoryEntry& entry : *history) {
        // A user of ours is not named to the person (CJEU C-579/21).
        const std::string source = !entry.source.empty()              ? entry.source
                                   : entry.actor.starts_with("user:") ? "our own staff"
                                                                      : entry.actor;
        first.try_emplace(source, entry.recorded);
      }
    }
    Json out = Json::array();
    for (const auto& [source, at] : first) {
      out.push_back({{"source", source}, {"since", FormatTimestamp(at)}});
    }
    return out;
  }

  absl::StatusOr<Json> Recipients() const {
    Json out = Json::array();
    RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm_.Log("disclosure"));
    for (const LogWrite& line : lines) {
      if (std::find(holdings_.persons.begin(), holdings_.persons.end(), line.subject) ==
          holdings_.persons.end()) {
        continue;
      }
      const Json body = Json::parse(line.body, nullptr, false);
      if (!body.is_object() || !body.contains("recipient")) continue;
      out.push_back({{"recipient", body["recipient"]}, {"at", FormatTimestamp(line.at)}});
    }
    return out;
  }

  Json Controller() const {
    const TypeDef* type = view_->schema().Find("company");
    const RecordReader read(*view_);
    for (Row row = 0; type != nullptr && row < view_->RowLimit(type->id); ++row) {
      const RecordRef company{type->id, row};
      if (!view_->Exists(company)) continue;
      return {{"name", read.Text(company, "name")}, {"contact", read.Text(company, "dpo_email")}};
    }
    return nullptr;
  }

  // Purposes, bases, recipients and terms as the register of processing says them.
  Json Processing() const {
    Json out = Json::array();
    const TypeDef* type = view_->schema().Find("processing_activity");
    const RecordReader read(*view_);
    for (Row row = 0; type != nullptr && row < view_->RowLimit(type->id); ++row) {
      const RecordRef activity{type->id, row};
      if (!view_->Exists(activity)) continue;
      Json one = {{"name", read.Text(activity, "name")}, {"basis", read.Text(activity, "basis")}};
      for (const std::string_view field : {"purposes", "recipients", "transfers"}) {
        const Value value = read.Get(activity, field);
        if (!value.is_null()) {
          one[std::string(field)] = Json::parse(ValueToJson(value), nullptr, false);
        }
      }
      out.push_back(std::move(one));
    }
    return out;
  }

  // Profiling with its logic (GDPR 15(1)(h)).
  Json Scores() const {
    Json out = Json::array();
    QueryOptions options;
    options.now = now_;
    for (const Definition& definition : crm_.Definitions("score")) {
      const absl::StatusOr<ScoredRecord> score =
          ScoreOf(crm_, definition.name, holdings_.persons.front(), options);
      if (!score.ok()) continue;  // of another type, or none for her
      Json why = Json::array();
      for (const Contribution& c : score->contributions) {
        why.push_back({{"rule", c.rule}, {"points", c.points}});
      }
      out.push_back({{"name", definition.name},
                     {"value", score->total},
                     {"grade", score->grade},
                     {"why", std::move(why)}});
    }
    return out;
  }

  const Crm& crm_;
  const std::shared_ptr<const Snapshot> view_;
  const Holdings holdings_;
  const Redactor others_;
  const Timestamp now_;
  const Language language_;
};

absl::StatusOr<Exporter> ExporterFor(const Crm& crm, RecordRef person, Timestamp now,
                                     Language language) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view,
                          crm.View(internal::RecordTypes(*crm.schema())));
  RELATA_ASSIGN_OR_RETURN(Holdings holdings, internal::HoldingsOf(*view, crm.Resolve(person)));
  return Exporter(crm, std::move(view), std::move(holdings), now, language);
}

}  // namespace

absl::StatusOr<std::string> AccessExport(const Crm& crm, RecordRef person, Timestamp now,
                                         Language language) {
  RELATA_ASSIGN_OR_RETURN(Exporter exporter, ExporterFor(crm, person, now, language));
  RELATA_ASSIGN_OR_RETURN(const Json json, exporter.Access());
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<std::string> PortableExport(const Crm& crm, RecordRef person, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(Exporter exporter, ExporterFor(crm, person, now, Language::kEnglish));
  RELATA_ASSIGN_OR_RETURN(const Json json, exporter.Portable());
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace relata
