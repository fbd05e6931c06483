// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/erasure.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "privacy/erasure_survey.h"
#include "privacy/keys.h"

namespace relata {
namespace {

using internal::Concat;
using internal::ErasureSurvey;
using Json = nlohmann::ordered_json;

constexpr std::string_view kHoldKind = "legal_hold";
// Who is still to be erased: a line a person, emptied with her.
constexpr std::string_view kOrders = "erasure_order";
constexpr int kTries = 8;  // against commits that come in between

absl::Status MayErase(const Crm& crm, const Actor& actor) {
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(crm, actor));
  const std::shared_ptr<const Schema> schema = crm.schema();
  for (const std::string_view name : {"contact", "lead"}) {
    const TypeDef* type = schema->Find(name);
    if (type == nullptr) continue;
    for (const FieldDef& field : type->fields) {
      if (field.readable() && !may.MayWrite(type->id, field.id)) {
        return PermissionDenied(Concat(actor.ToString(), " may not write to every field of a ",
                                       name, " and therefore not erase one"));
      }
    }
  }
  return absl::OkStatus();
}

void AddSteps(const std::vector<ErasureStep>& from, std::vector<ErasureStep>& to) {
  for (const ErasureStep& step : from) {
    const auto same = std::find_if(to.begin(), to.end(), [&](const ErasureStep& s) {
      return s.record_class == step.record_class && s.action == step.action && s.what == step.what;
    });
    if (same == to.end()) {
      to.push_back(step);
    } else {
      same->count += step.count;
    }
  }
}

// Erases some persons in one commit; decided again when another commit came in between.
absl::Status EraseChunk(Crm& crm, std::span<const RecordRef> persons, const ErasureOptions& options,
                        const Actor& actor, Timestamp now, ErasureReport& report) {
  for (int attempt = 1;; ++attempt) {
    ErasureSurvey survey(crm, options, now);
    RELATA_RETURN_IF_ERROR(survey.Begin());
    std::set<RecordRef> seen;
    int64_t count = 0;
    for (const RecordRef person : persons) {
      const RecordRef here = crm.Resolve(person);
      if (survey.Covers(here) || !seen.insert(here).second) continue;
      const absl::Status added = survey.Add(here);
      if (absl::IsNotFound(added)) continue;  // erased before
      RELATA_RETURN_IF_ERROR(added);
      ++count;
    }
    if (survey.empty()) {
      report.already += static_cast<int64_t>(seen.size());
      return absl::OkStatus();
    }
    RELATA_RETURN_IF_ERROR(survey.LookEverywhere());
    if (!options.journal.empty()) {
      RELATA_RETURN_IF_ERROR(AppendJournal(options.journal, survey.JournalLines()));
    }
    Transaction tx = crm.Begin(actor);
    tx.Reason(options.why.empty() ? "erasure" : options.why).OnlyAfter(survey.commit());
    RELATA_RETURN_IF_ERROR(survey.Record(tx));
    const absl::StatusOr<Commit> commit = tx.Commit(now);
    if (absl::IsAborted(commit.status()) && attempt < kTries) continue;
    RELATA_RETURN_IF_ERROR(commit.status());
    report.commits.push_back(commit->id);
    report.persons += count;
    report.already += static_cast<int64_t>(seen.size()) - count;
    report.held += survey.held();
    AddSteps(survey.Steps(), report.steps);
    return absl::OkStatus();
  }
}

// The persons of orders that still exist.
absl::StatusOr<std::vector<RecordRef>> OpenOrders(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm.Log(kOrders));
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          crm.View({"contact", "lead"}));
  std::vector<RecordRef> persons;
  for (const LogWrite& line : lines) {
    const Json body = Json::parse(line.body, nullptr, false);
    if (body.is_object() && body.contains("erase") && view->Exists(view->Resolve(line.subject))) {
      persons.push_back(line.subject);
    }
  }
  return persons;
}

absl::StatusOr<ErasureReport> CarryOut(Crm& crm, std::span<const RecordRef> persons,
                                       const ErasureOptions& options, const Actor& actor,
                                       Timestamp now, bool scrub_anyway = false) {
  ErasureReport report;
  const size_t chunk = std::max<size_t>(options.chunk, 1);
  for (size_t from = 0; from < persons.size(); from += chunk) {
    RELATA_RETURN_IF_ERROR(EraseChunk(crm,
                                      persons.subspan(from, std::min(chunk, persons.size() - from)),
                                      options, actor, now, report));
  }
  if (options.scrub && (scrub_anyway || !report.commits.empty())) {
    const absl::Status scrubbed = crm.engine().Scrub();
    report.scrubbed = scrubbed.ok();
    if (!scrubbed.ok()) report.pending = Message(scrubbed);
  }
  return report;
}

}  // namespace

absl::StatusOr<ErasurePlan> PlanPersonErasure(const Crm& crm, RecordRef person,
                                              const ErasureOptions& options, Timestamp now) {
  ErasureSurvey survey(crm, options, now);
  RELATA_RETURN_IF_ERROR(survey.Begin());
  ErasurePlan plan;
  plan.person = crm.Resolve(person);
  RELATA_RETURN_IF_ERROR(survey.Add(plan.person));
  RELATA_ASSIGN_OR_RETURN(plan.name, crm.Name(plan.person));
  RELATA_RETURN_IF_ERROR(survey.LookEverywhere());
  plan.steps = survey.Steps();
  plan.holds = survey.Holds();
  plan.notes = survey.notes();
  return plan;
}

absl::StatusOr<ErasureReport> ErasePersons(Crm& crm, std::span<const RecordRef> persons,
                                           const ErasureOptions& options, const Actor& actor,
                                           Timestamp now) {
  RELATA_RETURN_IF_ERROR(MayErase(crm, actor));
  RELATA_RETURN_IF_ERROR(internal::CheckKey(crm, options.key));
  if (persons.size() > 1) {
    RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                            crm.View({"contact", "lead"}));
    Transaction order = crm.Begin(actor);
    order.Reason(options.why);
    for (const RecordRef person : persons) {
      const RecordRef here = crm.Resolve(person);
      if (view->Exists(here)) order.Log(kOrders, here, "", R"({"erase":true})");
    }
    RELATA_RETURN_IF_ERROR(order.Commit(now).status());
  }
  return CarryOut(crm, persons, options, actor, now);
}

absl::StatusOr<ErasureReport> ResumeErasures(Crm& crm, const ErasureOptions& options,
                                             const Actor& actor, Timestamp now) {
  RELATA_RETURN_IF_ERROR(MayErase(crm, actor));
  RELATA_RETURN_IF_ERROR(internal::CheckKey(crm, options.key));
  RELATA_ASSIGN_OR_RETURN(const std::vector<RecordRef> persons, OpenOrders(crm));
  return CarryOut(crm, persons, options, actor, now, /*scrub_anyway=*/true);
}

absl::StatusOr<std::vector<RecordRef>> ErasedSubjects(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm.Log(kErasureLog));
  std::set<RecordRef> subjects;
  for (const LogWrite& line : lines) subjects.insert(line.subject);
  return std::vector<RecordRef>(subjects.begin(), subjects.end());
}

absl::Status PlaceHold(Crm& crm, const ClaimHold& hold, const Actor& actor, Timestamp now) {
  if (hold.name.empty()) return InvalidArgument("a legal hold has the name of its case");
  Json classes = Json::array();
  for (const RecordClass c : hold.classes) classes.push_back(Name(c));
  Json body = {{"classes", classes}, {"reason", hold.reason}};
  if (!hold.person.none()) {
    const RecordRef person = crm.Resolve(hold.person);
    RELATA_ASSIGN_OR_RETURN(body["person"], crm.Name(person));
    body["type"] = person.type;
    body["row"] = person.row;
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kHoldKind, hold.name, body.dump());
  return tx.Commit(now).status();
}

absl::Status ReleaseHold(Crm& crm, std::string_view name, const Actor& actor, Timestamp now) {
  RELATA_RETURN_IF_ERROR(crm.FindDefinition(kHoldKind, name).status());
  Transaction tx = crm.Begin(actor);
  tx.Define(kHoldKind, name, "");
  return tx.Commit(now).status();
}

std::vector<ClaimHold> ListHolds(const Crm& crm) {
  std::vector<ClaimHold> holds;
  for (const Definition& definition : crm.Definitions(kHoldKind)) {
    const Json body = Json::parse(definition.body, nullptr, false);
    ClaimHold hold;
    hold.name = definition.name;
    if (body.is_object()) {
      hold.reason = body.value("reason", "");
      hold.person = {static_cast<TypeId>(body.value("type", int{kNoType})),
                     body.value("row", kNoRow)};
      for (const Json& c : body.value("classes", Json::array())) {
        const auto known = ParseRecordClass(c.is_string() ? c.get<std::string>() : "");
        if (known) hold.classes.push_back(*known);
      }
    }
    holds.push_back(std::move(hold));  // one that cannot be read holds everything
  }
  return holds;
}

}  // namespace relata
