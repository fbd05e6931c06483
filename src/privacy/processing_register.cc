// SPDX-License-Identifier: Apache-2.0
//
// The register of processing: what the records of activities say, completed from the schema and
// from use.

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "privacy/holdings.h"
#include "relata/expression/json.h"
#include "relata/privacy/registers.h"
#include "relata/privacy/retention.h"
#include "segment/record_reader.h"

namespace relata {
namespace {

using internal::Concat;
using internal::RecordReader;
using Json = nlohmann::ordered_json;

// What the schema and the tables say about one purpose.
struct Found {
  std::set<std::string> persons;  // categories: the types that are persons
  std::set<std::string> data;     // classes of fields
  std::map<std::string, std::string> terms;
  int64_t records = 0;
};

class RegisterMaker {
 public:
  RegisterMaker(const Crm& crm, std::shared_ptr<const Snapshot> view, Language language)
      : crm_(crm), view_(std::move(view)), read_(*view_), language_(language) {}

  absl::StatusOr<Json> Make(Timestamp now) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<RetentionRule> rules, RetentionRules(crm_));
    for (const RetentionRule& rule : rules) rules_.emplace(rule.type, rule);
    RELATA_ASSIGN_OR_RETURN(disclosures_, crm_.Log("disclosure"));
    Json out = {{"law", "GDPR 30"}, {"made_at", FormatTimestamp(now)}};
    out["controller"] = Controller();
    out["activities"] = Json::array();
    std::set<std::string> covered;
    const TypeDef* type = view_->schema().Find("processing_activity");
    for (Row row = 0; type != nullptr && row < view_->RowLimit(type->id); ++row) {
      const RecordRef activity{type->id, row};
      if (view_->Exists(activity)) out["activities"].push_back(Sheet(activity, covered));
    }
    out["not_covered"] = Json::array();
    for (const std::string& purpose : PurposesInUse()) {
      if (covered.contains(purpose)) continue;
      const Found found = Look({purpose});
      if (found.records == 0) continue;
      out["not_covered"].push_back(
          {{"purpose", purpose}, {"data_categories", found.data}, {"records", found.records}});
    }
    return out;
  }

 private:
  Json Controller() const {
    const TypeDef* type = view_->schema().Find("company");
    for (Row row = 0; type != nullptr && row < view_->RowLimit(type->id); ++row) {
      const RecordRef company{type->id, row};
      if (!view_->Exists(company)) continue;
      return {{"name", read_.Text(company, "name")},
              {"siren", read_.Text(company, "siren")},
              {"dpo", read_.Text(company, "dpo_email")}};
    }
    return nullptr;
  }

  std::set<std::string> Texts(RecordRef record, std::string_view field) const {
    const std::vector<std::string> texts = read_.Texts(record, field);
    return {texts.begin(), texts.end()};
  }

  std::set<std::string> PurposesInUse() const {
    std::set<std::string> out;
    for (const TypeDef* type : view_->schema().types()) {
      for (const FieldDef& field : type->fields) {
        if (internal::IsPersonal(field)) out.insert(field.purposes.begin(), field.purposes.end());
      }
    }
    return out;
  }

  // Which fields hold personal data for one of the purposes, and are filled.
  Found Look(const std::set<std::string>& purposes) const {
    Found found;
    for (const TypeDef* type : view_->schema().types()) {
      std::set<std::string> classes;
      for (const FieldDef& field : type->fields) {
        const bool serves = std::any_of(field.purposes.begin(), field.purposes.end(),
                                        [&](const std::string& p) { return purposes.contains(p); });
        if (!internal::IsPersonal(field) || !serves) continue;
        classes.insert(std::string(internal::CategoryOf(field)));
      }
      const int64_t count = type->event ? view_->EventCount(type->id) : view_->Count(type->id);
      if (classes.empty() || count == 0) continue;
      found.records += count;
      found.data.insert(classes.begin(), classes.end());
      if (type->name == "contact" || type->name == "lead" || type->name == "user") {
        found.persons.insert(type->label.In(language_));
      }
      if (const auto rule = rules_.find(type->name); rule != rules_.end()) {
        found.terms[type->name] =
            Concat(rule->second.active_months, " + ", rule->second.archive_months, " months");
      }
    }
    return found;
  }

  Json Sheet(RecordRef activity, std::set<std::string>& covered) const {
    const std::set<std::string> purposes = Texts(activity, "purposes");
    covered.insert(purposes.begin(), purposes.end());
    const Found found = Look(purposes);
    Json missing = Json::array();
    const auto text = [&](std::string_view field) {
      const std::string value = read_.Text(activity, field);
      if (value.empty()) missing.push_back(field);
      return value;
    };
    const auto completed = [&](std::string_view field, const std::set<std::string>& more) {
      std::set<std::string> all = Texts(activity, field);
      all.insert(more.begin(), more.end());
      if (all.empty()) missing.push_back(field);
      return Json(all);
    };
    std::set<std::string> recipients;
    for (const LogWrite& line : disclosures_) {
      const Json body = Json::parse(line.body, nullptr, false);
      if (body.is_object() && body.contains("recipient")) {
        recipients.insert(body.value("recipient", ""));
      }
    }
    Json sheet = {{"name", read_.Text(activity, "name")},
                  {"purposes", purposes},
                  {"basis", text("basis")},
                  {"person_categories", completed("person_categories", found.persons)},
                  {"data_categories", completed("data_categories", found.data)},
                  {"special_data", found.data.contains("sensitive")},
                  {"recipients", completed("recipients", recipients)},
                  {"processors", Texts(activity, "processors")},
                  {"transfers", Texts(activity, "transfers")},
                  {"security", text("security")}};
    const std::string retention = read_.Text(activity, "retention");
    sheet["retention"] = retention.empty() ? Json(found.terms) : Json(retention);
    sheet["records"] = found.records;
    if (purposes.empty()) missing.push_back("purposes");
    if (read_.IsTrue(activity, "assessment_needed") && !read_.When(activity, "assessed_on")) {
      missing.push_back("assessed_on");
    }
    sheet["missing"] = std::move(missing);
    return sheet;
  }

  const Crm& crm_;
  const std::shared_ptr<const Snapshot> view_;
  const RecordReader read_;
  const Language language_;
  std::map<std::string, RetentionRule> rules_;
  std::vector<LogWrite> disclosures_;
};

}  // namespace

absl::StatusOr<std::string> ProcessingRegister(const Crm& crm, Timestamp now, Language language) {
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.ViewAll());
  RegisterMaker maker(crm, std::move(view), language);
  RELATA_ASSIGN_OR_RETURN(const Json json, maker.Make(now));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace relata
