// SPDX-License-Identifier: Apache-2.0
//
// Chapters 8 to 10: what will be sold, a right exercised, and how healthy the base is.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "relata/exchange/import.h"
#include "relata/privacy/erasure.h"
#include "relata/privacy/rights.h"
#include "relata/process/maintenance.h"
#include "relata/process/report.h"
#include "relata/process/workflow.h"
#include "relata/score/forecast.h"
#include "relata/score/rule_score.h"
#include "relata/score/sales_model.h"
#include "shell/demo/story.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

// A score that any company's leads can be ranked by: it reads the standard schema only.
constexpr std::string_view kLeadScore = R"json({
  "type": "lead", "cap": 100,
  "groups": [{"name": "fit", "cap": 50}, {"name": "engagement", "cap": 60}],
  "rules": [
    {"name": "has an e-mail", "group": "fit", "points": 10, "when": "lead.email != null"},
    {"name": "has a telephone", "group": "fit", "points": 10,
     "when": "lead.phone != null || lead.mobile != null"},
    {"name": "company is known", "group": "fit", "points": 10, "when": "lead.company != null"},
    {"name": "budget is known", "group": "fit", "points": 20, "when": "lead.budget != null"},
    {"name": "visits", "group": "engagement", "cap": 40,
     "number": "8 * lead.events('page_view').filter(e, e.at > now - days(90)).size()"}],
  "grades": [{"name": "A", "from": 60}, {"name": "B", "from": 30}, {"name": "C", "from": 0}]})json";

constexpr std::string_view kPipeline = R"json({
  "type": "opportunity", "open": "opportunity.status == 'open'",
  "stages": [
    {"name": "prospecting", "probability": 10, "max_age_days": 60},
    {"name": "qualification", "probability": 20, "max_age_days": 45},
    {"name": "needs_analysis", "probability": 40, "max_age_days": 45},
    {"name": "proposal", "probability": 60, "max_age_days": 60,
     "enter": "opportunity.amount != null"},
    {"name": "negotiation", "probability": 80, "max_age_days": 60},
    {"name": "won", "probability": 100}, {"name": "lost", "probability": 0}]})json";

constexpr std::string_view kCriticalTicket = R"json({
  "type": "ticket", "when": "ticket.severity == 'critical'",
  "actions": [{"do": "create_task", "text": "Call the customer", "role": "service",
               "days": 1}]})json";

// The last month that a quarter before `now` had: forecasts of the whole quarter after it can be
// set beside what happened.
int MonthBeforeLastQuarter(Timestamp now) {
  const int month = MonthOf(UtcDate(now));
  return month / 3 * 3 - 4;
}

}  // namespace

// --- 8

absl::Status Story::WhatWillBeSold() {
  RELATA_RETURN_IF_ERROR(DefinePipeline(crm_, "sales", kPipeline, actor_, asking_.now));
  Chapter("Which lead first, and what the month will bring",
          "Quelle piste d'abord, et que vaudra le mois");
  RELATA_RETURN_IF_ERROR(Leads());
  RELATA_RETURN_IF_ERROR(Forecast());
  RELATA_RETURN_IF_ERROR(LastQuarter());
  return Stalled();
}

absl::Status Story::Leads() {
  RELATA_RETURN_IF_ERROR(DefineScore(crm_, "lead_score", kLeadScore, actor_, asking_.now));
  QueryOptions top = asking_;
  top.limit = 3;
  RELATA_ASSIGN_OR_RETURN(const std::vector<ScoredRecord> leads,
                          TopScores(crm_, "lead_score", top));
  for (const ScoredRecord& lead : leads) {
    RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(lead.record, asking_));
    std::string reasons;
    for (const Contribution& c : lead.contributions) {
      reasons += Concat(reasons.empty() ? "" : ", ", c.rule, " ", Rounded(c.points));
    }
    Line("$0: $1 ($2); why: $3", "$0 : $1 ($2) ; pourquoi : $3", title, Rounded(lead.total),
         lead.grade, reasons);
  }
  return absl::OkStatus();
}

absl::Status Story::Forecast() {
  RELATA_ASSIGN_OR_RETURN(const relata::Forecast forecast, WeightedForecast(crm_, 3, asking_));
  for (const ForecastMonth& m : forecast.months) {
    Line("$0-$1$2: $3 from $4 deals, 80 % between $5 and $6",
         "$0-$1$2 : $3 de $4 affaires, 80 % entre $5 et $6", m.year, m.month < 10 ? "0" : "",
         m.month, Whole(m.weighted), m.deals, Whole(m.low), Whole(m.high));
  }
  for (const ForecastMonth& m : forecast.overdue) {
    Line("$0 open deals are past their close date ($1)",
         "$0 affaires ouvertes ont dépassé leur date ($1)", m.deals, Whole(m.amount));
  }
  return absl::OkStatus();
}

// What moved in a week, and how the forecast made before the last whole quarter did.
absl::Status Story::LastQuarter() {
  RELATA_ASSIGN_OR_RETURN(const DealBook book, DealsOf(crm_, asking_));
  const Date week_ago = UtcDate(asking_.now - Days(7));
  int64_t moved = 0;
  std::string example;
  for (const Deal& deal : book.deals) {
    for (size_t i = 1; i < deal.moves.size(); ++i) {
      if (deal.moves[i].on < week_ago) continue;
      ++moved;
      if (!example.empty()) continue;
      RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(deal.opportunity, asking_));
      example = Concat(title, ", ", deal.moves[i - 1].stage, " -> ", deal.moves[i].stage);
    }
  }
  if (moved > 0) {
    Line("since last week $0 moves, such as $1", "depuis une semaine $0 mouvements, dont $1", moved,
         example);
  }
  const int before = MonthBeforeLastQuarter(asking_.now);
  const Date day = AddDays(MonthStart(before + 1), -1);
  const DealBook known = BookAsOf(book, day);
  const absl::StatusOr<SalesModel> model = FitSales(known, day);
  if (!model.ok()) {
    Line("last quarter's forecast: $0", "la prévision du dernier trimestre : $0",
         Message(model.status()));
    return absl::OkStatus();
  }
  const SalesForecast forecast = ForecastSales(known, *model, {});
  double expected = 0;
  double won = 0;
  for (const SalesMonth& m : forecast.months) {
    expected += m.mean;
    won += WonIn(book, m.month);
  }
  const bool closed = std::any_of(book.deals.begin(), book.deals.end(), [&](const Deal& deal) {
    return deal.closed && *deal.closed > day && MonthOf(*deal.closed) <= before + 3;
  });
  if (!closed) return absl::OkStatus();  // the data end before: nothing to set beside it
  Line("last quarter's forecast, made on $0 from $1 closed deals: $2 $3; $4 came",
       "la prévision du dernier trimestre, faite le $0 sur $1 affaires closes : $2 $3 ; réel $4",
       ToDisplay(Value::Day(day)), model->all.won + model->all.lost, static_cast<int64_t>(expected),
       book.currency.ToString(), static_cast<int64_t>(won));
  return absl::OkStatus();
}

absl::Status Story::Stalled() {
  RELATA_ASSIGN_OR_RETURN(const std::vector<StalledRecord> stalled,
                          StalledRecords(crm_, "sales", asking_));
  std::string why;
  if (!stalled.empty()) {
    const StalledRecord& first = stalled[0];
    RELATA_ASSIGN_OR_RETURN(const std::string title, crm_.Title(first.record, asking_));
    why =
        Concat(Say("; why ", " ; pourquoi "), title, Say(": nothing since ", " : rien depuis le "),
               ToDisplay(Value::Day(UtcDate(first.last))), ", ", first.stage,
               Say(" allows ", " admet "), InDays(first.allowed), Say(" days", " jours"));
  }
  Line("$0 open deals are stalled$1", "$0 affaires ouvertes sont arrêtées$1", stalled.size(), why);
  if (!generated_) return absl::OkStatus();
  RELATA_RETURN_IF_ERROR(
      DefineWorkflow(crm_, "critical_ticket", kCriticalTicket, actor_, asking_.now));
  Transaction tx = crm_.Begin(actor_);
  tx.Create("ticket",
            {{"subject", Value::Text("Press stopped")}, {"severity", Value::Text("critical")}});
  RELATA_RETURN_IF_ERROR(tx.Commit(asking_.now).status());
  RELATA_ASSIGN_OR_RETURN(const std::vector<OutboxItem> outbox, Outbox(crm_));
  for (const OutboxItem& item : outbox) {
    Line("a critical ticket came in; workflow $0 asks: $1",
         "un ticket critique arrive ; le processus $0 demande : $1", item.workflow, item.body);
  }
  return absl::OkStatus();
}

// --- 9

absl::Status Story::ARightExercised(const std::string& spreadsheet) {
  if (same_person_.empty()) return absl::OkStatus();
  const RecordRef person = same_person_[0];
  Chapter("A right exercised", "Un droit exercé");
  RELATA_ASSIGN_OR_RETURN(const std::string name, crm_.Title(person, asking_));
  RELATA_ASSIGN_OR_RETURN(
      const RequestState access,
      OpenRequest(crm_, {"access", person, "", "", asking_.now}, actor_, asking_.now));
  RELATA_ASSIGN_OR_RETURN(const std::string file,
                          AccessExport(crm_, person, asking_.now, session_.language()));
  const Json sections = Json::parse(file, nullptr, false);
  Line("$0 asks what is held ($1, due $2): a file of $3 kB in $4 parts",
       "$0 demande ce qui est détenu ($1, pour le $2) : un fichier de $3 ko en $4 parties", name,
       access.number, ToDisplay(Value::Day(UtcDate(access.due_at))), file.size() / 1000 + 1,
       sections.size());
  RELATA_RETURN_IF_ERROR(Erase());
  return spreadsheet.empty() ? absl::OkStatus() : SheetOnceMore(spreadsheet);
}

absl::Status Story::Erase() {
  const RecordRef person = same_person_[0];
  ErasureOptions options(key_);
  options.why = "the demonstration";
  RELATA_ASSIGN_OR_RETURN(const ErasurePlan plan,
                          PlanPersonErasure(crm_, person, options, asking_.now));
  for (const ErasureAction action : {ErasureAction::kErase, ErasureAction::kShredPayloadKeepChain,
                                     ErasureAction::kRetainRestricted, ErasureAction::kRetain}) {
    std::string what;
    for (const ErasureStep& step : plan.steps) {
      if (step.action != action) continue;
      what += Concat(what.empty() ? "" : ", ", step.count, " ", step.what);
    }
    if (!what.empty()) Line("plan: $0: $1", "plan : $0 : $1", Name(action), Short(what));
  }
  RELATA_ASSIGN_OR_RETURN(const ErasureReport erased,
                          ErasePersons(crm_, std::span(&person, 1), options, actor_, asking_.now));
  RELATA_ASSIGN_OR_RETURN(const int64_t left, Count("contact"));
  Line("done: $0 erased, $1 contacts are left", "fait : $0 effacée, il reste $1 contacts",
       erased.persons, left);
  return absl::OkStatus();
}

// What was erased is in last year's spreadsheet still.
absl::Status Story::SheetOnceMore(const std::string& spreadsheet) {
  ImportOptions again;
  again.now = asking_.now;
  RELATA_ASSIGN_OR_RETURN(const ImportReport report, ImportFiles(crm_, {spreadsheet}, again));
  RELATA_ASSIGN_OR_RETURN(const ErasureReport once_more,
                          ResumeErasures(crm_, ErasureOptions(key_), actor_, asking_.now));
  RELATA_ASSIGN_OR_RETURN(const int64_t left, Count("contact"));
  Line(
      "the old spreadsheet once more, $0 rows: $1 known again by the keyed hash and taken out; "
      "$2 contacts",
      "l'ancien tableur encore, $0 lignes : $1 reconnue par l'empreinte et retirée ; $2 contacts",
      report.files.empty() ? 0 : report.files[0].rows, once_more.persons, left);
  return absl::OkStatus();
}

// --- 10

absl::Status Story::HowHealthy(const std::string& report_file) {
  RELATA_RETURN_IF_ERROR(DefineStarterCalendar(crm_, actor_, asking_.now));
  Chapter("How healthy the base is", "L'état de la base");
  for (const char* job : {"duplicates", "consents", "completeness"}) {
    RELATA_ASSIGN_OR_RETURN(const std::string result,
                            RunMaintenance(crm_, job, actor_, asking_.now));
    Line("$0: $1", "$0 : $1", job, result);
  }
  RELATA_ASSIGN_OR_RETURN(const std::string html, HtmlReport(crm_, asking_, session_.language()));
  RELATA_RETURN_IF_ERROR(WriteText(report_file, html));
  Line("the report: $0", "le rapport : $0", report_file);
  return absl::OkStatus();
}

}  // namespace relata::shell
