// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/strings.h"
#include "relata/model/value.h"
#include "shell/command.h"
#include "shell/generate/generate.h"

namespace relata::shell {
namespace {

int Generate(const Session& session, GenerateOptions options) {
  if (!session.now_text.empty()) options.now = session.now();
  options.progress = [&session](int64_t contacts) {
    session.Progress(internal::Concat("generate: ", contacts, " contacts"));
  };
  const absl::Status status = GenerateCompany(options);
  if (!status.ok()) return session.Fail(status);
  session.EndProgress();
  const std::string now = FormatTimestamp(options.now);
  if (session.json) {
    const nlohmann::ordered_json answer = {{"directory", options.directory},
                                           {"contacts", options.contacts},
                                           {"seed", options.seed},
                                           {"now", now}};
    session.PrintLine(answer.dump());
    return kDone;
  }
  session.PrintLine(
      internal::Concat(options.directory,
                       session.Say(": erp/, crm/ and tableur/ of Ateliers Vernay, as of ",
                                   " : erp/, crm/ et tableur/ des Ateliers Vernay, au "),
                       now));
  session.PrintLine(session.Say("What is true about them is in truth/.",
                                "Ce qui est vrai à leur sujet est dans truth/."));
  return kDone;
}

}  // namespace

void AddGenerateCommand(CLI::App& app, Session& session) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command =
      AddCommand(app, "generate", "Write the exports of an invented company",
                 "Ateliers Vernay, a maker of presses: its ERP (erp/), its CRM (crm/), the sales\n"
                 "director's spreadsheet (tableur/), and the truth about them (truth/). The same\n"
                 "options write the same bytes. --now is the last instant in the data.");
  command->add_option("DIR", options->directory, "Where to write")->required();
  command->add_option("--contacts", options->contacts, "People in the CRM")->capture_default_str();
  command->add_option("--seed", options->seed, "Another seed, another company")
      ->capture_default_str();
  session.On(command, [&session, options] { return Generate(session, *options); });
}

}  // namespace relata::shell
