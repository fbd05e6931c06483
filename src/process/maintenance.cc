// SPDX-License-Identifier: Apache-2.0

#include "relata/process/maintenance.h"

#include <map>
#include <utility>

#include "base/json_members.h"
#include "base/strings.h"
#include "process/fill.h"
#include "relata/base/text.h"

namespace relata {
namespace {

using internal::Concat;
using internal::JsonMembers;
using Json = nlohmann::json;

constexpr std::string_view kKind = "job";
constexpr std::string_view kLog = "maintenance";

// What a job found: one line for people, and the figures behind it.
struct Finding {
  std::string text;
  Json evidence = Json::object();
};

// How many records of a type share a folded value of a field with another.
absl::StatusOr<int64_t> SharedValues(const Crm& crm, std::string_view type_name,
                                     std::string_view field_name) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({type_name}));
  const TypeDef& type = *view->schema().Find(type_name);
  const FieldDef* field = type.FindField(field_name);
  if (field == nullptr) return 0;
  std::map<std::string, int64_t> counts;
  for (Row row = 0; row < view->RowLimit(type.id); ++row) {
    if (!view->Exists({type.id, row})) continue;
    const Value value = view->Get({type.id, row}, field->id);
    if (!value.is_null()) ++counts[Fold(ToDisplay(value))];
  }
  int64_t shared = 0;
  for (const auto& [value, count] : counts) {
    if (count > 1) shared += count;
  }
  return shared;
}

absl::StatusOr<Finding> FindDuplicates(const Crm& crm, Timestamp) {
  Finding finding;
  int64_t total = 0;
  const std::pair<const char*, const char*> fields[] = {
      {"account", "name"}, {"account", "siren"}, {"contact", "email"}, {"lead", "email"}};
  for (const auto& [type, field] : fields) {
    RELATA_ASSIGN_OR_RETURN(const int64_t shared, SharedValues(crm, type, field));
    finding.evidence[Concat(type, ".", field)] = shared;
    total += shared;
  }
  finding.text = Concat(total, " values shared by several records");
  return finding;
}

absl::StatusOr<Finding> ReviewConsents(const Crm& crm, Timestamp now) {
  QueryOptions options;
  options.now = now;
  Finding finding;
  int64_t reachable = 0;
  int64_t allowed = 0;
  for (const std::string type : {"contact", "lead"}) {
    RELATA_ASSIGN_OR_RETURN(const QueryAnswer with_email,
                            crm.Query(type, Concat(type, ".email != null"), options));
    RELATA_ASSIGN_OR_RETURN(
        const QueryAnswer may,
        crm.Query(type, Concat(type, ".email != null && may_contact('email', 'marketing')"),
                  options));
    finding.evidence[type] = {{"with_email", with_email.count}, {"may_be_emailed", may.count}};
    reachable += with_email.count;
    allowed += may.count;
  }
  finding.text =
      Concat(allowed, " of ", reachable, " persons with an e-mail may be sent marketing e-mail");
  return finding;
}

absl::StatusOr<Finding> MeasureCompleteness(const Crm& crm, Timestamp) {
  Finding finding;
  int64_t filled = 0;
  int64_t cells = 0;
  for (const std::string_view name : {"account", "contact", "lead", "opportunity"}) {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View({name}));
    const TypeDef& type = *view->schema().Find(name);
    int64_t type_filled = 0;
    int64_t type_cells = 0;
    for (const FieldDef& field : type.fields) {
      if (field.state != FieldState::kActive) continue;
      type_cells += view->Count(type.id);
      type_filled += internal::CountFilled(*view, type.id, field.id);
    }
    finding.evidence[std::string(name)] = {{"filled", type_filled}, {"cells", type_cells}};
    filled += type_filled;
    cells += type_cells;
  }
  finding.text =
      Concat(cells == 0 ? 0 : 100 * filled / cells, "% of ", cells, " values are filled");
  return finding;
}

using Action = absl::StatusOr<Finding> (*)(const Crm&, Timestamp);
Action ActionOf(std::string_view name) {
  if (name == "duplicates") return FindDuplicates;
  if (name == "consents") return ReviewConsents;
  if (name == "completeness") return MeasureCompleteness;
  return nullptr;
}

absl::StatusOr<MaintenanceJob> ParseJob(std::string_view name, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  JsonMembers in(json, Concat("job '", name, "'"));
  MaintenanceJob job;
  job.name = name;
  job.action = in.Needed("action");
  job.role = in.Needed("role");
  job.every_days = static_cast<int>(in.Number("every_days"));
  if (job.every_days < 1 || job.every_days > 3650) in.Fail("every_days is 1 to 3650");
  if (ActionOf(job.action) == nullptr) {
    in.Fail("action is duplicates, consents or completeness");
  }
  RELATA_RETURN_IF_ERROR(in.status());
  const Json label = json.value("label", Json::object());
  if (label.is_object()) job.label = {label.value("en", ""), label.value("fr", "")};
  return job;
}

// When the base began: the instant of the first commit, or `now` when there is none.
absl::StatusOr<Timestamp> Beginning(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::optional<Timestamp> first, crm.FirstCommitAt());
  return first.value_or(now);
}

}  // namespace

absl::Status DefineJob(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                       Timestamp now) {
  RELATA_RETURN_IF_ERROR(ParseJob(name, body).status());
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, name, std::string(body));
  return tx.Commit(now).status();
}

absl::Status DefineStarterCalendar(Crm& crm, const Actor& actor, Timestamp now) {
  struct Starter {
    const char* name;
    int every_days;
    const char* role;
    const char* en;
    const char* fr;
  };
  constexpr Starter kStarters[] = {
      {"duplicates", 7, "steward", "Look for duplicates", "Chercher les doublons"},
      {"consents", 30, "dpo", "Review consents", "Revoir les consentements"},
      {"completeness", 90, "steward", "Measure completeness", "Mesurer la complétude"},
  };
  Transaction tx = crm.Begin(actor);
  for (const Starter& s : kStarters) {
    tx.Define(kKind, s.name,
              Json{{"action", s.name},
                   {"every_days", s.every_days},
                   {"role", s.role},
                   {"label", {{"en", s.en}, {"fr", s.fr}}}}
                  .dump());
  }
  return tx.Commit(now).status();
}

absl::StatusOr<std::vector<MaintenanceJob>> MaintenanceCalendar(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const Timestamp beginning, Beginning(crm, now));
  std::vector<MaintenanceJob> jobs;
  for (const Definition& definition : crm.Definitions(kKind)) {
    RELATA_ASSIGN_OR_RETURN(MaintenanceJob job, ParseJob(definition.name, definition.body));
    RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> runs, crm.Log(kLog, job.name));
    for (const LogWrite& run : runs) {
      if (run.at > now) continue;
      job.last_run = run.at;
      const Json body = Json::parse(run.body, nullptr, false);
      if (body.is_object()) job.last_result = body.value("result", "");
    }
    job.due = job.last_run.value_or(beginning) + Days(job.every_days);
    job.overdue = job.due < now;
    jobs.push_back(std::move(job));
  }
  return jobs;
}

absl::StatusOr<std::string> RunMaintenance(Crm& crm, std::string_view job_name, const Actor& actor,
                                           Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kKind, job_name));
  RELATA_ASSIGN_OR_RETURN(const MaintenanceJob job, ParseJob(job_name, definition.body));
  RELATA_ASSIGN_OR_RETURN(const Finding finding, ActionOf(job.action)(crm, now));
  Transaction tx = crm.Begin(actor);
  tx.Log(kLog, {}, job_name, Json{{"result", finding.text}, {"evidence", finding.evidence}}.dump());
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  return finding.text;
}

}  // namespace relata
