// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "privacy/holdings.h"
#include "relata/consent/deadlines.h"
#include "relata/privacy/registers.h"
#include "segment/record_reader.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;
using Json = nlohmann::ordered_json;

// Who and what is concerned.
struct Concerned {
  std::set<RecordRef> persons;
  std::set<std::string> categories;
  std::set<std::string> types;
  std::set<std::string> readers;
  std::map<std::string, int64_t> countries;
  int64_t accesses = 0;
  bool logged = false;  // somebody's readings are, in the window or out of it
};

class BreachMaker {
 public:
  BreachMaker(const Crm& crm, std::shared_ptr<const Snapshot> view)
      : crm_(crm), view_(std::move(view)), read_(*view_) {}

  absl::StatusOr<Concerned> Find(const BreachScope& scope) {
    Concerned out;
    for (const std::string& name : scope.types) {
      const TypeDef* type = view_->schema().Find(name);
      if (type == nullptr || type->event) {
        return InvalidArgument(Concat("there is no type of record '", name, "'"));
      }
      for (Row row = 0; row < view_->RowLimit(type->id); ++row) {
        if (view_->Exists({type->id, row})) AddRecord({type->id, row}, out);
      }
    }
    if (scope.types.empty()) RELATA_RETURN_IF_ERROR(FromAccessLog(scope, out));
    for (const RecordRef person : out.persons) {
      std::string country = read_.Text(person, "country");
      if (country.empty()) country = read_.Text(read_.Link(person, "account"), "country");
      ++out.countries[country.empty() ? "unknown" : country];
    }
    return out;
  }

 private:
  // The person a record is of, or speaks of.
  void AddPersons(RecordRef record, Concerned& out) const {
    const TypeDef& type = view_->schema().type(record.type);
    if (type.name == "contact" || type.name == "lead") {
      out.persons.insert(view_->Resolve(record));
      return;
    }
    for (const std::string_view link : {"contact", "lead"}) {
      const RecordRef person = read_.Link(record, link);
      if (!person.none()) out.persons.insert(person);
    }
  }

  void AddRecord(RecordRef record, Concerned& out) const {
    const TypeDef& type = view_->schema().type(record.type);
    AddPersons(record, out);
    if (!out.types.insert(type.name).second) return;
    for (const FieldDef& field : type.fields) AddField(field, out);
  }

  static void AddField(const FieldDef& field, Concerned& out) {
    if (internal::IsPersonal(field))
      out.categories.insert(std::string(internal::CategoryOf(field)));
  }

  // Lines of the access log name a record, or a type, and what was read of it.
  absl::Status FromAccessLog(const BreachScope& scope, Concerned& out) const {
    RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm_.Log("access"));
    out.logged = !lines.empty();
    for (const LogWrite& line : lines) {
      if (line.at < scope.from || line.at >= scope.until) continue;
      const Json body = Json::parse(line.body, nullptr, false);
      if (!body.is_object()) continue;
      const std::string actor = body.value("actor", "");
      if (!scope.actor.empty() && actor.find(scope.actor) == std::string::npos) continue;
      ++out.accesses;
      if (!actor.empty()) out.readers.insert(actor);
      AddLine(line, body, out);
    }
    return absl::OkStatus();
  }

  void AddLine(const LogWrite& line, const Json& body, Concerned& out) const {
    const Json type_name = body.value("type", Json());
    const TypeDef* type = nullptr;
    if (type_name.is_string()) type = view_->schema().Find(type_name.get<std::string>());
    if (!line.subject.none() && line.subject.type < view_->schema().types().size()) {
      type = &view_->schema().type(line.subject.type);
      AddPersons(line.subject, out);
    }
    if (type == nullptr) return;
    out.types.insert(type->name);
    const Json fields = body.value("fields", Json::array());
    for (const FieldDef& field : type->fields) {
      const bool named = fields.is_array() &&
                         std::find(fields.begin(), fields.end(), Json(field.name)) != fields.end();
      if (named || fields.empty()) AddField(field, out);
    }
  }

  const Crm& crm_;
  const std::shared_ptr<const Snapshot> view_;
  const RecordReader read_;
};

Json BreachJson(const RecordReader& read, RecordRef breach, Timestamp now) {
  Json out = Json::object();
  for (const std::string_view field :
       {"number", "nature", "risk", "consequences", "measures", "reason_not_notified"}) {
    if (const std::string text = read.Text(breach, field); !text.empty()) {
      out[std::string(field)] = text;
    }
  }
  for (const std::string_view field :
       {"occurred_at", "detected_at", "authority_notified_at", "persons_informed_at"}) {
    if (const auto at = read.When(breach, field)) out[std::string(field)] = FormatTimestamp(*at);
  }
  const Value persons = read.Get(breach, "persons");
  if (persons.is(Value::Kind::kInt)) out["persons"] = persons.int_value();
  if (const auto detected = read.When(breach, "detected_at")) {
    const Timestamp due = *detected + Hours(72);
    const auto notified = read.When(breach, "authority_notified_at");
    out["notify_by"] = FormatTimestamp(due);
    out["late"] = notified.value_or(now) > due && read.Text(breach, "risk") != "none";
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> BreachReport(const Crm& crm, const BreachScope& scope, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view,
                          crm.View(internal::RecordTypes(*crm.schema())));
  const RecordReader read(*view);
  BreachMaker maker(crm, view);
  RELATA_ASSIGN_OR_RETURN(const Concerned found, maker.Find(scope));
  ClockStart start;
  start.aware_at = scope.aware_at.micros == 0 ? now : scope.aware_at;
  const Timestamp due = *DueAt(*ParseClock("breach_72h"), start)->instant;
  const bool special = found.categories.contains("sensitive");
  Json out = {{"law", "GDPR 33"},
              {"made_at", FormatTimestamp(now)},
              {"aware_at", FormatTimestamp(*start.aware_at)},
              {"notify_by", FormatTimestamp(due)},
              {"hours_left", std::max<int64_t>((due - now).micros, 0) / Hours(1).micros},
              {"late", now > due},
              {"persons", found.persons.size()},
              {"countries", found.countries},
              {"types", found.types},
              {"data_categories", found.categories},
              {"special_data", special},
              {"read_by", found.readers},
              {"accesses", found.accesses}};
  // What the law asks for and nobody but a person can say.
  Json missing = Json::array();
  const TypeDef* type = view->schema().Find("breach");
  for (Row row = 0; type != nullptr && row < view->RowLimit(type->id); ++row) {
    const RecordRef breach{type->id, row};
    if (scope.number.empty() || !view->Exists(breach)) continue;
    if (read.Text(breach, "number") == scope.number) {
      out["breach"] = BreachJson(read, breach, now);
    }
  }
  if (!scope.number.empty() && !out.contains("breach")) {
    return NotFound(Concat("there is no breach ", scope.number));
  }
  for (const char* field : {"nature", "consequences", "measures", "risk"}) {
    if (!out.contains("breach") || !out["breach"].contains(field)) missing.push_back(field);
  }
  // Only roles that ask for it have their readings logged: none found is not none made.
  if (scope.types.empty() && !found.logged) {
    out["persons"] = nullptr;
    missing.push_back("persons: no role has its accesses logged; name what was exposed");
  }
  out["missing"] = std::move(missing);
  out["inform_persons"] =
      special ? "likely: special categories of data (GDPR 34)" : "when the risk is high (GDPR 34)";
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<std::string> BreachRegister(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({"breach"}));
  const RecordReader read(*view);
  const TypeId type = view->schema().Find("breach")->id;
  Json out = Json::array();
  for (Row row = 0; row < view->RowLimit(type); ++row) {
    if (view->Exists({type, row})) out.push_back(BreachJson(read, {type, row}, now));
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace relata
