// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/process/maintenance.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

int List(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::vector<MaintenanceJob>> jobs = MaintenanceCalendar(*crm, session.now());
  if (!jobs.ok()) return session.Fail(jobs.status());
  bool overdue = false;
  Json out = Json::array();
  TextTable table(
      {std::string(session.Say("job", "tâche")), std::string(session.Say("what", "quoi")),
       std::string(session.Say("every", "tous les")), std::string(session.Say("by", "par")),
       std::string(session.Say("last run", "dernière fois")),
       std::string(session.Say("due", "échéance")), ""});
  for (const MaintenanceJob& job : *jobs) {
    overdue |= job.overdue;
    Json one = {{"job", job.name},
                {"action", job.action},
                {"label", job.label.In(session.language())},
                {"every_days", job.every_days},
                {"role", job.role},
                {"due", FormatTimestamp(job.due)},
                {"overdue", job.overdue}};
    if (job.last_run) {
      one["last_run"] = FormatTimestamp(*job.last_run);
      one["last_result"] = job.last_result;
    }
    out.push_back(std::move(one));
    table.Add({job.name, job.label.In(session.language()),
               Concat(job.every_days, session.Say(" days", " jours")), job.role,
               job.last_run ? FormatDate(UtcDate(*job.last_run))
                            : std::string(session.Say("never", "jamais")),
               FormatDate(UtcDate(job.due)),
               std::string(job.overdue ? session.Say("overdue", "en retard") : "")});
  }
  if (jobs->empty() && !session.json) {
    session.PrintLine(
        session.Say("no jobs yet; 'relata maintenance start' takes the usual ones",
                    "aucune tâche ; 'relata maintenance start' reprend les usuelles"));
    return kDone;
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return overdue ? kNo : kDone;
}

int RunJob(const Session& session, const std::string& job) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::string> result =
      RunMaintenance(*crm, job, session.actor(), session.now());
  if (!result.ok()) return session.Fail(result.status());
  session.PrintLine(session.json ? Json({{"job", job}, {"result", *result}}).dump()
                                 : Concat(job, ": ", *result));
  return kDone;
}

int DefineOne(const Session& session, const std::string& job, const std::string& body) {
  absl::StatusOr<Crm> crm = session.Open(/*create=*/true);
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::Status saved = job.empty()
                                 ? DefineStarterCalendar(*crm, session.actor(), session.now())
                                 : DefineJob(*crm, job, body, session.actor(), session.now());
  if (!saved.ok()) return session.Fail(saved);
  return List(session) == kFailed ? kFailed : kDone;
}

}  // namespace

void AddMaintenanceCommands(CLI::App& app, Session& session) {
  CLI::App* maintenance =
      AddCommand(app, "maintenance", "The calendar of what keeps the base healthy",
                 "Without a further word: the jobs, and which are overdue "
                 "(status 1).");
  auto job = std::make_shared<std::string>();
  auto body = std::make_shared<std::string>();
  CLI::App* run = AddCommand(*maintenance, "run", "Do a job and record its result");
  run->add_option("JOB", *job)->required();
  session.On(run, [&session, job] { return RunJob(session, *job); });
  CLI::App* start = AddCommand(*maintenance, "start", "Define the starter calendar");
  session.On(start, [&session] { return DefineOne(session, "", ""); });
  CLI::App* define = AddCommand(*maintenance, "define", "Define a job from JSON",
                                "{\"action\": \"duplicates\", \"every_days\": 7, \"role\": "
                                "\"steward\"}");
  define->add_option("JOB", *job)->required();
  define->add_option("BODY", *body)->required();
  session.On(define, [&session, job, body] { return DefineOne(session, *job, *body); });
  session.On(maintenance, [&session, maintenance] {
    return maintenance->get_subcommands().empty() ? List(session) : session.exit_status();
  });
}

}  // namespace relata::shell
