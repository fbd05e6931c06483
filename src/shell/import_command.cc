// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/exchange/import.h"
#include "relata/privacy/erasure.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  std::vector<std::string> paths;
  std::string preset;
  std::string type;
  std::string map;
  std::string country;
  std::string currency;
  bool strict = false;
  size_t show = 5;
};

absl::StatusOr<ImportOptions> OptionsOf(const Session& session, const Request& request) {
  ImportOptions options;
  options.now = session.now();
  if (!session.actor_name.empty()) options.actor = session.actor();
  options.preset = request.preset;
  options.type = request.type;
  options.country = request.country;
  options.custom_fields = !request.strict;
  if (!request.currency.empty()) {
    const std::optional<Currency> currency = Currency::Parse(request.currency);
    if (!currency) return InvalidArgument(Concat("'", request.currency, "' is no currency"));
    options.currency = *currency;
  }
  if (!request.map.empty()) {
    RELATA_ASSIGN_OR_RETURN(const std::string json, ReadText(request.map));
    RELATA_ASSIGN_OR_RETURN(options.mapping, ParseMapping(json));
  }
  options.progress = [&session](const std::string& file, int64_t rows) {
    session.Progress(Concat("import: ", file, " ", rows));
  };
  return options;
}

void PrintFile(const Session& session, const FileImport& file, size_t show) {
  if (file.type.empty()) {
    session.PrintLine(Concat(
        file.file, session.Say(": not recognised, left out", " : non reconnu, laissé de côté")));
  } else {
    session.PrintLine(Concat(file.file, ": ", file.type,
                             file.preset.empty() ? "" : Concat(" (", file.preset, ")"), ", ",
                             file.rows, session.Say(" rows: ", " lignes : "), file.created,
                             session.Say(" created, ", " créées, "), file.updated,
                             session.Say(" updated, ", " mises à jour, "), file.unchanged,
                             session.Say(" unchanged, ", " inchangées, "), file.refused,
                             session.Say(" refused", " refusées")));
  }
  for (size_t i = 0; i < file.issues.size() && i < show; ++i) {
    const ImportIssue& issue = file.issues[i];
    session.PrintLine(Concat("  ", session.Say("row ", "ligne "), issue.row,
                             issue.column.empty() ? "" : Concat(", ", issue.column),
                             issue.value.empty() ? "" : Concat(" '", issue.value, "'"), ": ",
                             issue.message));
  }
  if (file.issues.size() > show) {
    session.PrintLine(
        Concat("  ", file.issues.size() - show,
               session.Say(" more; --issues N shows them", " de plus ; --issues N les montre")));
  }
}

// Erases again whom the files brought back after an erasure.
absl::Status TakeOutAgain(const Session& session, Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::optional<SecretKey> key, session.PrivacyKey());
  if (!key) return absl::OkStatus();
  ErasureOptions options(*key);
  options.why = "brought back by an import";
  RELATA_ASSIGN_OR_RETURN(const ErasureReport report,
                          ResumeErasures(crm, options, session.actor(), session.now()));
  if (report.persons > 0 && !session.json) {
    session.PrintLine(
        Concat(report.persons, session.Say(" erased persons were in the files and are erased again",
                                           " personnes effacées étaient dans les fichiers et sont "
                                           "effacées de nouveau")));
  }
  return absl::OkStatus();
}

int Run(const Session& session, const Request& request) {
  const absl::StatusOr<ImportOptions> options = OptionsOf(session, request);
  if (!options.ok()) return session.Fail(options.status());
  absl::StatusOr<Crm> crm = session.Open(/*create=*/true);
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<ImportReport> report = ImportFiles(*crm, request.paths, *options);
  if (!report.ok()) return session.Fail(report.status());
  session.EndProgress();
  if (const absl::Status taken = TakeOutAgain(session, *crm); !taken.ok()) {
    return session.Fail(taken);
  }
  bool refused = false;
  for (const FileImport& file : report->files) refused |= file.refused > 0;
  if (session.json) {
    session.PrintLine(FormatImportJson(*report));
  } else {
    for (const FileImport& file : report->files) PrintFile(session, file, request.show);
  }
  return refused ? kNo : kDone;
}

}  // namespace

void AddImportCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      app, "import", "Bring exports and spreadsheets into the database",
      "Each file is recognised by its header row (zoho, salesforce, dynamics365, hubspot, or\n"
      "generic words in English and French), or follows --map. Importing the same file again\n"
      "changes nothing. Rows that cannot go in are told with row, column, value and reason,\n"
      "and the rest goes in; status 1 when there were any.");
  command->add_option("PATH", request->paths, "Files and folders")->required();
  command->add_option("--preset", request->preset, "Whose exports they are")->type_name("P");
  command->add_option("--map", request->map, "A mapping as JSON, instead of presets")
      ->type_name("FILE");
  command->add_option("--type", request->type, "The type of the rows")->type_name("T");
  command->add_option("--country", request->country, "Of telephone numbers that name none")
      ->type_name("CC");
  command->add_option("--currency", request->currency, "Of amounts that name none")
      ->type_name("CCC");
  command->add_flag("--no-custom-fields", request->strict,
                    "Leave out columns the schema does not have");
  command->add_option("--issues", request->show, "Issues to print of each file")
      ->type_name("N")
      ->capture_default_str();
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell
