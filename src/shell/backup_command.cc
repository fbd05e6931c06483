// SPDX-License-Identifier: Apache-2.0
//
// Keeping a database: backup, restore, verify.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/exchange/dump.h"
#include "relata/exchange/restore.h"
#include "relata/privacy/journal.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

OpenOptions OptionsOf(const Session& session) {
  OpenOptions options;
  options.tenant = session.tenant;
  options.create = false;
  options.ids = session.id_seed ? NewSeededIds(*session.id_seed) : NewRandomIds();
  return options;
}

int NoFile(const Session& session) {
  return session.Fail(InvalidArgument("no database: give --db FILE or set RELATA_DB"));
}

int Backup(const Session& session, const std::string& to) {
  if (session.database.empty()) return NoFile(session);
  const auto report =
      BackupDatabase(session.database, to, OptionsOf(session), session.actor(), session.now());
  if (!report.ok()) return session.Fail(report.status());
  if (session.json) {
    session.PrintLine(
        Json({{"to", to}, {"commit", report->commit}, {"bytes", report->bytes}}).dump());
  } else {
    session.PrintLine(Concat(to, session.Say(": up to commit ", " : jusqu'à la transaction "),
                             report->commit, ", ", report->bytes,
                             session.Say(" bytes, checked", " octets, vérifiés")));
  }
  return kDone;
}

Json CountsJson(const VerifyReport& report) {
  return {{"commits", report.commits},
          {"changes", report.changes},
          {"records", report.records},
          {"events", report.events},
          {"entries", report.entries},
          {"dangling_links", report.dangling_links},
          {"erased_images", report.erased_images}};
}

std::string CountsText(const Session& session, const VerifyReport& report) {
  return Concat(report.commits, session.Say(" commits, ", " transactions, "), report.changes,
                session.Say(" changes, ", " changements, "), report.records,
                session.Say(" records, ", " fiches, "), report.events,
                session.Say(" events, ", " événements, "), report.entries,
                session.Say(" consent entries", " lignes de consentement"));
}

using Prepare = std::function<absl::StatusOr<std::string>(Crm& copy)>;

// People erased since the backup are in it. The journal beside the database names them, and the
// copy is told before anybody reads it; without the key to read the journal nothing is restored.
absl::StatusOr<Prepare> EraseAgain(const Session& session, const std::string& journal) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<JournalLine> lines, ReadJournal(journal));
  if (lines.empty()) return Prepare();
  RELATA_ASSIGN_OR_RETURN(const std::optional<SecretKey> key, session.PrivacyKey());
  if (!key) {
    return FailedPrecondition(Concat(journal, " names people who have been erased: give ",
                                     "--privacy-key, so that they are erased in the copy too"));
  }
  ErasureOptions options(*key);
  options.journal = journal;
  options.why = "restore of a backup";
  return [&session, options](Crm& copy) -> absl::StatusOr<std::string> {
    RELATA_ASSIGN_OR_RETURN(const ErasureReport report,
                            ReplayJournal(copy, options, session.actor(), session.now()));
    return Concat(report.persons, session.Say(" erased again", " effacées de nouveau"));
  };
}

int Restore(const Session& session, RestoreRequest request, const std::string& journal) {
  absl::StatusOr<Prepare> again =
      EraseAgain(session, journal.empty() ? request.to + ".erasures" : journal);
  if (!again.ok()) return session.Fail(again.status());
  request.prepare = *std::move(again);
  const auto report = RestoreDatabase(request, OptionsOf(session), session.actor(), session.now());
  if (!report.ok()) return session.Fail(report.status());
  if (session.json) {
    Json out = {{"to", request.to}, {"commit", report->backup.commit}};
    out["verified"] = CountsJson(report->verified);
    if (!report->prepared.empty()) out["prepared"] = report->prepared;
    session.PrintLine(out.dump());
    return kDone;
  }
  session.PrintLine(Concat(
      request.to, session.Say(": restored up to commit ", " : restauré jusqu'à la transaction "),
      report->backup.commit));
  session.PrintLine("  " + CountsText(session, report->verified));
  if (!report->prepared.empty()) session.PrintLine("  " + report->prepared);
  return kDone;
}

int VerifyAll(const Session& session) {
  if (session.database.empty()) return NoFile(session);
  const auto report = VerifyDatabase(session.database, OptionsOf(session));
  if (!report.ok()) return session.Fail(report.status());
  if (session.json) {
    Json out = CountsJson(*report);
    out["issues"] = Json::array();
    for (const Issue& issue : report->issues) {
      out["issues"].push_back({{"where", issue.where}, {"message", issue.message}});
    }
    session.PrintLine(out.dump());
    return report->ok() ? kDone : kNo;
  }
  for (const Issue& issue : report->issues) {
    session.PrintLine(Concat(issue.where, ": ", issue.message));
  }
  if (report->more_issues > 0) {
    session.PrintLine(Concat(report->more_issues, session.Say(" more", " de plus")));
  }
  session.PrintLine(CountsText(session, *report));
  if (report->dangling_links > 0) {
    session.PrintLine(
        Concat(report->dangling_links, session.Say(" links to records deleted since",
                                                   " liens vers des fiches supprimées depuis")));
  }
  session.PrintLine(session.Say(report->ok() ? "nothing wrong" : "not as it should be",
                                report->ok() ? "rien à signaler" : "des anomalies"));
  return report->ok() ? kDone : kNo;
}

int PrintDump(const Session& session, const std::string& file, const DumpReport& report,
              const std::string& prepared = "") {
  if (session.json) {
    Json out = {{"file", file},
                {"commits", report.commits},
                {"records", report.records},
                {"events", report.events}};
    if (!prepared.empty()) out["prepared"] = prepared;
    session.PrintLine(out.dump());
  } else {
    session.PrintLine(Concat(file, ": ", report.commits,
                             session.Say(" commits, ", " transactions, "), report.records,
                             session.Say(" records, ", " fiches, "), report.events,
                             session.Say(" events", " événements")));
    if (!prepared.empty()) session.PrintLine("  " + prepared);
  }
  return kDone;
}

int Dump(const Session& session, const std::string& file) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const std::string part = file + ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  const auto report = WriteDump(*crm, [&](std::string_view bytes) {
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return out ? absl::OkStatus() : absl::ResourceExhaustedError("cannot write " + part);
  });
  out.close();
  if (!report.ok() || !out || std::rename(part.c_str(), file.c_str()) != 0) {
    (void)std::remove(part.c_str());
    return session.Fail(report.ok() ? absl::UnavailableError("cannot write " + file)
                                    : report.status());
  }
  return PrintDump(session, file, *report);
}

// Exactly `size` bytes of the file.
absl::StatusOr<std::string> Take(std::ifstream& in, size_t size) {
  std::string bytes;
  // A length that a damaged file names is not believed before the bytes are there.
  while (bytes.size() < size) {
    const size_t next = std::min<size_t>(size - bytes.size(), size_t{1} << 20);
    const size_t had = bytes.size();
    bytes.resize(had + next);
    in.read(bytes.data() + had, static_cast<std::streamsize>(next));
    if (static_cast<size_t>(in.gcount()) != next) return absl::OutOfRangeError("the end");
  }
  return bytes;
}

int Load(const Session& session, const std::string& file, const std::string& journal) {
  if (session.database.empty()) return NoFile(session);
  std::ifstream in(file, std::ios::binary);
  if (!in) return session.Fail(NotFound("there is no file " + file));
  LoadRequest request;
  request.dump = file;
  request.to = session.database;
  request.source = [&in](size_t size) { return Take(in, size); };
  const bool told = !journal.empty() || !session.on_server();
  if (told) {
    absl::StatusOr<Prepare> again =
        EraseAgain(session, journal.empty() ? session.database + ".erasures" : journal);
    if (!again.ok()) return session.Fail(again.status());
    request.prepare = *std::move(again);
  }
  const auto report = LoadDatabase(request, OptionsOf(session), session.actor(), session.now());
  if (!report.ok()) return session.Fail(report.status());
  PrintDump(session, file, report->loaded, report->prepared);
  if (!told && !session.json) {
    session.PrintLine(session.Say(
        "  people erased since the dump was made are in it: --journal says who they are",
        "  les personnes effacées depuis la copie y sont : --journal dit lesquelles"));
  }
  return kDone;
}

void AddDumpCommands(CLI::App& app, Session& session) {
  auto file = std::make_shared<std::string>();
  CLI::App* dump = AddCommand(app, "dump",
                              "Everything, as one file that any store and every later "
                              "version reads");
  dump->add_option("FILE", *file, "The new file")->required();
  session.On(dump, [&session, file] { return Dump(session, *file); });
  auto journal = std::make_shared<std::string>();
  CLI::App* load = AddCommand(
      app, "load", "Fill a new database (--db) from a dump",
      "A file that is not there yet, or a tenant of a server without commits. What was "
      "loaded is\nverified, people erased since are erased again, and the job is recorded.");
  load->add_option("FILE", *file, "The dump")->required();
  load->add_option("--journal", *journal,
                   "The erasure journal; DATABASE.erasures of a file when not given")
      ->type_name("FILE");
  session.On(load, [&session, file, journal] { return Load(session, *file, *journal); });
}

}  // namespace

void AddBackupCommands(CLI::App& app, Session& session) {
  auto to = std::make_shared<std::string>();
  CLI::App* backup = AddCommand(app, "backup", "Copy the database to one file, while others write",
                                "The copy is checked before it gets its name.");
  backup->add_option("TO", *to, "The new file")->required();
  session.On(backup, [&session, to] { return Backup(session, *to); });

  auto request = std::make_shared<RestoreRequest>();
  CLI::App* restore =
      AddCommand(app, "restore", "Put a backup in the place of a database",
                 "Copied beside the place, verified and recorded first; until then what is there "
                 "stays.");
  restore->add_option("BACKUP", request->backup, "The backup")->required();
  restore->add_option("TO", request->to, "The database's file")->required();
  restore->add_flag("--replace", request->replace, "A database that is there makes way");
  auto journal = std::make_shared<std::string>();
  restore->add_option("--journal", *journal, "The erasure journal; TO.erasures when not given")
      ->type_name("FILE");
  session.On(restore,
             [&session, request, journal] { return Restore(session, *request, *journal); });

  CLI::App* verify = AddCommand(
      app, "verify", "Check the database and everything in it",
      "SQLite's own check of a file, the chain of commits, changes and their images, records that\n"
      "no commit put there or took away, unique values, keys, links, events, consent.\n"
      "Status 1 when something is wrong.");
  session.On(verify, [&session] { return VerifyAll(session); });
  AddDumpCommands(app, session);
}

}  // namespace relata::shell
