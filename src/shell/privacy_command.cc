// SPDX-License-Identifier: Apache-2.0
//
// Erasure, legal holds and the archive.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/privacy/archive.h"
#include "relata/privacy/erasure.h"
#include "relata/privacy/journal.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct EraseRequest {
  std::vector<std::string> persons;
  std::string journal;
  std::string why;
  bool dry_run = false;
  bool yes = false;
};

Json StepsJson(const std::vector<ErasureStep>& steps) {
  Json out = Json::array();
  for (const ErasureStep& step : steps) {
    out.push_back({{"class", Name(step.record_class)},
                   {"action", Name(step.action)},
                   {"what", step.what},
                   {"count", step.count}});
  }
  return out;
}

void PrintSteps(const Session& session, const std::vector<ErasureStep>& steps) {
  if (steps.empty()) return;
  TextTable table(
      {std::string(session.Say("class", "classe")), std::string(session.Say("action", "action")),
       std::string(session.Say("what", "quoi")), std::string(session.Say("number", "nombre"))});
  for (const ErasureStep& step : steps) {
    table.Add({std::string(Name(step.record_class)), std::string(Name(step.action)), step.what,
               std::to_string(step.count)});
  }
  session.Print(table.ToString());
}

absl::StatusOr<ErasureOptions> OptionsOf(const Session& session, const EraseRequest& request) {
  RELATA_ASSIGN_OR_RETURN(const std::optional<SecretKey> key, session.PrivacyKey());
  if (!key) {
    return InvalidArgument(
        "erasure needs the key of the installation: --privacy-key FILE with 64 hexadecimal "
        "digits, kept outside the database");
  }
  ErasureOptions options(*key);
  options.why = request.why;
  RELATA_ASSIGN_OR_RETURN(options.journal, session.Journal(request.journal));
  return options;
}

int Preview(const Session& session, const Crm& crm, const EraseRequest& request,
            const ErasureOptions& options) {
  Json out = Json::array();
  for (const std::string& name : request.persons) {
    const absl::StatusOr<RecordRef> person = FindRecord(crm, name);
    if (!person.ok()) return session.Fail(person.status());
    const absl::StatusOr<ErasurePlan> plan =
        PlanPersonErasure(crm, *person, options, session.now());
    if (!plan.ok()) return session.Fail(plan.status());
    if (session.json) {
      out.push_back({{"person", plan->name},
                     {"steps", StepsJson(plan->steps)},
                     {"holds", plan->holds},
                     {"notes", plan->notes}});
      continue;
    }
    session.PrintLine(Concat(name, session.Say(": nothing is changed; this would be done",
                                               " : rien n'est changé ; voici ce qui serait fait")));
    PrintSteps(session, plan->steps);
    for (const std::string& hold : plan->holds) {
      session.PrintLine(Concat(session.Say("legal hold: ", "gel juridique : "), hold));
    }
    for (const std::string& note : plan->notes) session.PrintLine(note);
  }
  if (session.json) session.PrintLine(out.dump());
  return kDone;
}

int PrintReport(const Session& session, const ErasureReport& report) {
  if (session.json) {
    session.PrintLine(Json({{"persons", report.persons},
                            {"already", report.already},
                            {"held", report.held},
                            {"commits", report.commits},
                            {"steps", StepsJson(report.steps)},
                            {"scrubbed", report.scrubbed},
                            {"pending", report.pending}})
                          .dump());
  } else {
    PrintSteps(session, report.steps);
    session.PrintLine(Concat(report.persons, session.Say(" erased, ", " effacées, "),
                             report.already, session.Say(" erased before, ", " déjà effacées, "),
                             report.held, session.Say(" partly held", " en partie gelées")));
    if (!report.pending.empty()) session.Warn(report.pending);
    if (report.scrubbed && session.on_server()) {
      session.PrintLine(session.Say(
          "The tables are written anew. The server's write-ahead log, replicas and backups keep "
          "the "
          "values until they run out: that is for who runs the server.",
          "Les tables sont réécrites. Le journal de transactions du serveur, ses réplicas et ses "
          "sauvegardes gardent les valeurs jusqu'à leur expiration : c'est à l'exploitant d'y "
          "veiller."));
    }
  }
  return report.held > 0 || !report.pending.empty() ? kNo : kDone;
}

int Erase(const Session& session, const EraseRequest& request) {
  const absl::StatusOr<ErasureOptions> options = OptionsOf(session, request);
  if (!options.ok()) return session.Fail(options.status());
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  if (request.dry_run || !request.yes) {
    const int status = Preview(session, *crm, request, *options);
    if (status == kDone && !request.dry_run) {
      return session.UsageError("erasing cannot be undone; say --yes, or --dry-run to look only");
    }
    return status;
  }
  std::vector<RecordRef> persons;
  for (const std::string& name : request.persons) {
    const absl::StatusOr<RecordRef> person = FindRecord(*crm, name);
    if (!person.ok()) return session.Fail(person.status());
    persons.push_back(*person);
  }
  const absl::StatusOr<ErasureReport> report =
      ErasePersons(*crm, persons, *options, session.actor(), session.now());
  if (!report.ok()) return session.Fail(report.status());
  return PrintReport(session, *report);
}

void AddErase(CLI::App& privacy, Session& session) {
  auto r = std::make_shared<EraseRequest>();
  CLI::App* command = AddCommand(
      privacy, "erase", "Erase persons from the whole database",
      "Shows the plan with --dry-run; with --yes carries it out: records, history, events, keys,\n"
      "logs, names in texts. Accounting documents move to the archive, addresses stay as keyed\n"
      "hashes. The journal, DATABASE.erasures when not given, is what a restored copy is told by;\n"
      "for a database on a server it must be given.");
  command->add_option("PERSON", r->persons, "TYPE/ID of contacts or leads")->required();
  command->add_flag("--dry-run", r->dry_run, "Show what would be done, change nothing");
  command->add_flag("--yes", r->yes, "Do it");
  command->add_option("--journal", r->journal, "The erasure journal")->type_name("FILE");
  command->add_option("--why", r->why, "Kept with the commits; nothing personal")
      ->type_name("TEXT");
  session.On(command, [&session, r] { return Erase(session, *r); });
}

void AddResume(CLI::App& privacy, Session& session, const std::string& name,
               const std::string& help, bool replay) {
  auto r = std::make_shared<EraseRequest>();
  CLI::App* command = AddCommand(privacy, name, help);
  command->add_option("--journal", r->journal, "The erasure journal")->type_name("FILE");
  session.On(command, [&session, r, replay] {
    const absl::StatusOr<ErasureOptions> options = OptionsOf(session, *r);
    if (!options.ok()) return session.Fail(options.status());
    absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const absl::StatusOr<ErasureReport> report =
        replay ? ReplayJournal(*crm, *options, session.actor(), session.now())
               : ResumeErasures(*crm, *options, session.actor(), session.now());
    if (!report.ok()) return session.Fail(report.status());
    return PrintReport(session, *report);
  });
}

struct HoldRequest {
  std::string name;
  std::string person;
  std::vector<std::string> classes;
  std::string reason;
};

int Hold(const Session& session, const HoldRequest& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  ClaimHold hold;
  hold.name = request.name;
  hold.reason = request.reason;
  for (const std::string& name : request.classes) {
    const std::optional<RecordClass> c = ParseRecordClass(name);
    if (!c) return session.UsageError(Concat("'", name, "' is no class of records"));
    hold.classes.push_back(*c);
  }
  if (!request.person.empty()) {
    const absl::StatusOr<RecordRef> person = FindRecord(*crm, request.person);
    if (!person.ok()) return session.Fail(person.status());
    hold.person = *person;
  }
  const absl::Status placed = PlaceHold(*crm, hold, session.actor(), session.now());
  return placed.ok() ? kDone : session.Fail(placed);
}

void AddHolds(CLI::App& privacy, Session& session) {
  auto r = std::make_shared<HoldRequest>();
  CLI::App* hold = AddCommand(privacy, "hold", "Keep records for a claim, whatever erasure says",
                              "Without --person it holds everybody's, without --class all of it.");
  hold->add_option("CASE", r->name, "Name of the case")->required();
  hold->add_option("--person", r->person, "TYPE/ID")->type_name("RECORD");
  hold->add_option("--class", r->classes, "profile, invoice, activity_log, ...")
      ->type_name("CLASS");
  hold->add_option("--reason", r->reason, "Why")->type_name("TEXT");
  session.On(hold, [&session, r] { return Hold(session, *r); });

  auto name = std::make_shared<std::string>();
  CLI::App* release = AddCommand(privacy, "release", "End a legal hold");
  release->add_option("CASE", *name, "Name of the case")->required();
  session.On(release, [&session, name] {
    absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    const absl::Status done = ReleaseHold(*crm, *name, session.actor(), session.now());
    return done.ok() ? kDone : session.Fail(done);
  });

  CLI::App* holds = AddCommand(privacy, "holds", "The legal holds in force");
  session.On(holds, [&session] {
    const absl::StatusOr<Crm> crm = session.Open();
    if (!crm.ok()) return session.Fail(crm.status());
    Json out = Json::array();
    for (const ClaimHold& hold : ListHolds(*crm)) {
      Json classes = Json::array();
      std::string text;
      for (const RecordClass c : hold.classes) {
        classes.push_back(Name(c));
        text += Concat(text.empty() ? "" : ", ", Name(c));
      }
      out.push_back({{"case", hold.name}, {"classes", classes}, {"reason", hold.reason}});
      if (!session.json) {
        session.PrintLine(Concat(hold.name, ": ", text.empty() ? "everything" : text,
                                 hold.person.none() ? "" : " of one person",
                                 hold.reason.empty() ? "" : ": ", hold.reason));
      }
    }
    if (session.json) session.PrintLine(out.dump());
    return kDone;
  });
}

int ShowArchive(const Session& session, const std::string& reason) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  absl::StatusOr<std::vector<ArchivedRecord>> lines = ListArchive(*crm);
  if (!reason.empty()) {
    const absl::StatusOr<std::optional<SecretKey>> key = session.PrivacyKey();
    if (!key.ok()) return session.Fail(key.status());
    if (!*key) return session.UsageError("the archive is opened with --privacy-key");
    lines = ReadArchive(*crm, **key, reason, session.actor(), session.now());
  }
  if (!lines.ok()) return session.Fail(lines.status());
  Json out = Json::array();
  for (const ArchivedRecord& line : *lines) {
    Json one = {{"class", Name(line.record_class)},
                {"type", line.type},
                {"archived_at", FormatTimestamp(line.archived_at)}};
    if (line.until != Timestamp::kMax) one["until"] = FormatTimestamp(line.until);
    if (!line.content.empty()) one["content"] = Json::parse(line.content);
    if (!session.json) session.PrintLine(one.dump());
    out.push_back(std::move(one));
  }
  if (session.json) {
    session.PrintLine(out.dump());
  } else if (out.empty()) {
    session.PrintLine(session.Say("nothing is archived", "rien n'est archivé"));
  }
  return kDone;
}

void AddArchive(CLI::App& privacy, Session& session) {
  auto reason = std::make_shared<std::string>();
  CLI::App* command = AddCommand(
      privacy, "archive", "What is kept behind the lock for the law",
      "Without --open it says how much there is. With --open REASON it is opened by the key, and "
      "the reading is logged.");
  command->add_option("--open", *reason, "Open it, for this reason")->type_name("REASON");
  session.On(command, [&session, reason] { return ShowArchive(session, *reason); });
}

}  // namespace

void AddPrivacyCommands(CLI::App& app, Session& session) {
  CLI::App* privacy = AddCommand(app, "privacy",
                                 "Erase persons, hold and open archives, keep "
                                 "registers, prove it");
  privacy->require_subcommand(1);
  AddErase(*privacy, session);
  AddResume(*privacy, session, "resume", "Finish an erasure that was interrupted", false);
  AddResume(*privacy, session, "replay", "Erase again in a restored copy, by the journal", true);
  AddHolds(*privacy, session);
  AddArchive(*privacy, session);
  AddPrivacyRegisterCommands(*privacy, session);
}

}  // namespace relata::shell
