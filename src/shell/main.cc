// SPDX-License-Identifier: Apache-2.0
//
// The `relata` command.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "expression/near_names.h"
#include "shell/command.h"

namespace relata::shell {
namespace {

constexpr const char* kFooter =
    "\nA record is named TYPE/ID, where ID is its public id or an external key SYSTEM:KEY.\n"
    "Exit status: 0 done, 1 answered no or found problems, 2 usage, 3 failed.\n"
    "'relata help COMMAND' says more about a command.";

void AddSharedOptions(CLI::App& app, Session& session) {
  app.add_option("--db", session.database, "Database: a file, :memory: or postgres://...")
      ->envname("RELATA_DB")
      ->type_name("WHERE");
  app.add_option("--tenant", session.tenant, "Tenant of the database")->type_name("NAME");
  app.add_option("--lang", session.language_text, "Language of labels and messages: en, fr")
      ->type_name("LANG");
  app.add_option("--now", session.now_text, "The instant to answer for; the clock's when not given")
      ->type_name("RFC3339");
  app.add_option("--as", session.actor_name, "Who asks or changes: a user's login")
      ->type_name("USER");
  app.add_option("--role", session.actor_role, "The role that user acts in")->type_name("ROLE");
  app.add_option("--id-seed", session.id_seed, "Draw ids that repeat, for replays")->type_name("N");
  app.add_option("--privacy-key", session.key_file,
                 "File with the key of the installation (64 hexadecimal digits)")
      ->envname("RELATA_PRIVACY_KEY")
      ->type_name("FILE");
  app.add_flag("--json", session.json, "Answer as JSON");
}

// What to say of a command line whose command is not known; "" when that is not what is wrong.
std::string UnknownCommand(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  if (!app.get_subcommands().empty() || rest.empty() || rest[0].starts_with('-')) return "";
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  return "relata: there is no command '" + rest[0] + "'" + internal::DidYouMean(rest[0], known) +
         " ('relata --help' lists them)\n";
}

// The words of the command line, the last one first as the parser takes them. `help COMMAND` asks
// for what `COMMAND --help` does.
std::vector<std::string> WordsOf(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  std::reverse(words.begin(), words.end());
  return words;
}

int Run(int argc, char** argv) {
  CLI::App app("Relata: a customer graph in one file, with segments, scores, consent and reasons",
               "relata");
  Session session;
  AddSharedOptions(app, session);
  app.set_version_flag("--version", "relata " RELATA_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  AddAffinityCommands(app, session);
  AddAudienceCommand(app, session);
  AddAuditCommand(app, session);
  AddBackupCommands(app, session);
  AddClvCommands(app, session);
  AddConsentCommands(app, session);
  AddDefineCommands(app, session);
  AddDemoCommand(app, session);
  AddEvalCommand(app, session);
  AddExportCommand(app, session);
  AddForecastCommand(app, session);
  AddGenerateCommand(app, session);
  AddHistoryCommand(app, session);
  AddImportCommand(app, session);
  AddMaintenanceCommands(app, session);
  AddModelCommands(app, session);
  AddPrivacyCommands(app, session);
  AddQueryCommand(app, session);
  AddReportCommand(app, session);
  AddRfmCommand(app, session);
  AddRightsCommands(app, session);
  AddSchemaCommand(app, session);
  AddScoreCommands(app, session);
  AddSegmentCommands(app, session);
  AddShowCommands(app, session);
  AddSignalsCommand(app, session);
  AddTimelineCommands(app, session);
  AddTreeCommand(app, session);
  AddWhyCommand(app, session);
  try {
    app.parse(WordsOf(argc, argv));
  } catch (const CLI::ParseError& error) {
    // Help and version are asked for; everything else is a wrong command line.
    if (const std::string unknown = UnknownCommand(app); !unknown.empty()) {
      std::fputs(unknown.c_str(), stderr);
      return kUsage;
    }
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return session.exit_status();
}

}  // namespace
}  // namespace relata::shell

int main(int argc, char** argv) {
  try {
    return relata::shell::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relata: %s\n", error.what());
    return relata::shell::kFailed;
  }
}
