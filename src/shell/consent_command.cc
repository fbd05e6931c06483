// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/consent/vectors.h"
#include "shell/command.h"

namespace relata::shell {
namespace {

int Replay(const Session& session, const std::string& file) {
  const absl::StatusOr<std::string> text = ReadText(file);
  if (!text.ok()) return session.Fail(text.status());
  std::vector<Issue> issues;
  const absl::StatusOr<std::vector<std::string>> answers = ReplayVectors(*text, &issues);
  if (!answers.ok()) return session.Fail(answers.status());
  for (const std::string& line : *answers) session.PrintLine(line);
  bool failed = false;
  for (const Issue& issue : issues) {
    failed |= issue.severity == Severity::kError;
    if (issue.severity == Severity::kWarning) {
      session.Warn(internal::Concat(issue.where, ": ", issue.message));
    }
  }
  return failed ? kNo : kDone;
}

void AddReplay(CLI::App& consent, Session& session) {
  auto file = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(consent, "replay", "Answer a file of consent questions",
                 "One line of JSON for each vector of the file: contacts print\n"
                 "{\"id\",\"decision\",\"reason\",\"basis\",\"retry_at\"}, deadlines "
                 "{\"id\",\"due\"},\nerasures {\"id\",\"actions\"}. No database is "
                 "needed; '-' reads standard input.");
  command->add_option("FILE", *file, "Vectors as JSON")->required();
  session.On(command, [&session, file] { return Replay(session, *file); });
}

}  // namespace

void AddConsentCommands(CLI::App& app, Session& session) {
  CLI::App* consent = AddCommand(app, "consent", "Record, decide and explain consent");
  consent->require_subcommand(1);
  AddConsentLedgerCommands(*consent, session);
  AddConsentRulesCommands(*consent, session);
  AddReplay(*consent, session);
}

}  // namespace relata::shell
