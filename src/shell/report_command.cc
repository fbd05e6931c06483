// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>

#include "base/strings.h"
#include "relata/engine/crm.h"
#include "relata/process/report.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

int Run(const Session& session, const std::string& file) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::string> html =
      HtmlReport(*crm, QuestionOf(session), session.language());
  if (!html.ok()) return session.Fail(html.status());
  const absl::Status written = WriteText(file, *html);
  if (!written.ok()) return session.Fail(written);
  if (session.json) {
    session.PrintLine(Json{{"file", file}, {"bytes", html->size()}}.dump());
  } else if (file != "-") {
    session.PrintLine(internal::Concat(file, ": ", html->size(), " bytes"));
  }
  return kDone;
}

}  // namespace

void AddReportCommand(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "report", "Write a one-page HTML report",
      "Pipeline funnel, weighted forecast, segments, completeness and maintenance as of --now,\n"
      "in one self-contained file. '-o -' writes to standard output.");
  auto file = std::make_shared<std::string>();
  command->add_option("-o,--output", *file, "The file to write")->required();
  session.On(command, [&session, file] { return Run(session, *file); });
}

}  // namespace relata::shell
