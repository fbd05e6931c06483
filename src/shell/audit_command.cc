// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/exchange/audit.h"
#include "shell/command.h"

namespace relata::shell {
namespace {

using internal::Concat;

bool FoundProblems(const AuditReport& report) {
  bool problems = report.suspected > 0 || report.contradicted > 0;
  for (const FileAudit& file : report.files) {
    problems |= !file.error.empty() || file.ragged_rows > 0 || file.damaged_rows > 0 ||
                file.repeated_keys > 0;
    for (const ColumnAudit& column : file.columns) {
      problems |= column.placeholders > 0 || column.dead || !column.same_as.empty();
    }
  }
  return problems;
}

int Run(const Session& session, const std::vector<std::string>& paths, AuditOptions options) {
  options.progress = [&session](const std::string& file, int64_t rows) {
    session.Progress(Concat("audit: ", file, " ", rows));
  };
  const absl::StatusOr<AuditReport> report = AuditFiles(paths, options);
  if (!report.ok()) return session.Fail(report.status());
  session.EndProgress();
  if (session.json) {
    session.PrintLine(FormatAuditJson(*report));
  } else {
    session.Print(FormatAuditText(*report, session.language()));
  }
  return FoundProblems(*report) ? kNo : kDone;
}

}  // namespace

void AddAuditCommand(CLI::App& app, Session& session) {
  auto paths = std::make_shared<std::vector<std::string>>();
  auto options = std::make_shared<AuditOptions>();
  CLI::App* command = AddCommand(
      app, "audit", "Look at exports without importing them",
      "How filled each column is, what is junk, dead or personal in it, how many companies\nand "
      "people there really are, and where the files contradict each other. Status 1\nwhen it found "
      "problems. The commands below look at the trail of a database instead.");
  command->add_option("PATH", *paths, "Files and folders of exports");
  command->add_option("--preset", options->preset, "Whose exports they are")->type_name("P");
  command->add_option("--most", options->max_listed, "Findings told one by one")
      ->type_name("N")
      ->capture_default_str();
  AddAuditTrailCommands(*command, session);
  session.On(command, [&session, command, paths, options] {
    if (!command->get_subcommands().empty()) return session.exit_status();
    if (paths->empty()) return session.UsageError("audit: files or folders of exports are needed");
    return Run(session, *paths, *options);
  });
}

}  // namespace relata::shell
