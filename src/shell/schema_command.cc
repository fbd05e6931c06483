// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/crm/schema.h"
#include "relata/engine/crm.h"
#include "relata/model/schema_report.h"
#include "relata/quality/field_readers.h"
#include "shell/command.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  std::string type;
  std::string extension;
  bool lint = false;
};

// The schema asked about, and the definitions of its database that read it.
struct Asked {
  Schema schema;
  std::vector<FieldReader> readers;
};

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

int PrintLint(const Session& session, const Asked& asked, const TypeDef* only) {
  nlohmann::ordered_json found = nlohmann::ordered_json::array();
  std::string lines;
  bool problems = false;
  for (const Issue& issue : LintSchema(asked.schema, asked.readers)) {
    if (only != nullptr && issue.where != only->name &&
        issue.where.rfind(only->name + ".", 0) != 0) {
      continue;
    }
    problems |= issue.severity != Severity::kInfo;
    const std::string_view severity = SeverityName(issue.severity);
    found.push_back({{"severity", severity}, {"where", issue.where}, {"message", issue.message}});
    lines += Concat(severity, " ", issue.where, ": ", issue.message, "\n");
  }
  session.Print(session.json ? found.dump(2) + "\n" : lines);
  return problems ? kNo : kDone;
}

// The schema of the database, or the standard one when none is named; extended when asked to.
absl::StatusOr<Asked> TheSchema(const Session& session, const std::string& extension) {
  if (session.database.empty() && extension.empty()) return Asked{StandardSchema(), {}};
  RELATA_ASSIGN_OR_RETURN(Crm crm, session.Open(/*create=*/!extension.empty()));
  if (!extension.empty()) {
    RELATA_ASSIGN_OR_RETURN(const std::string text, ReadText(extension));
    RELATA_ASSIGN_OR_RETURN(const Schema schema, ExtendSchema(*crm.schema(), text));
    RELATA_RETURN_IF_ERROR(crm.Extend(schema, session.actor(), session.now()));
  }
  return Asked{*crm.schema(), FindFieldReaders(crm)};
}

int Run(const Session& session, const Request& request) {
  const absl::StatusOr<Asked> asked = TheSchema(session, request.extension);
  if (!asked.ok()) return session.Fail(asked.status());
  const Schema& schema = asked->schema;
  const TypeDef* only = request.type.empty() ? nullptr : schema.Find(request.type);
  if (only == nullptr && !request.type.empty()) {
    return session.UsageError(Concat("there is no type '", request.type, "'"));
  }
  if (request.lint) return PrintLint(session, *asked, only);
  if (!request.extension.empty() && only == nullptr) return kDone;
  const auto format = session.json ? SchemaFormat::kJson : SchemaFormat::kMarkdown;
  const std::string text = DescribeSchema(schema, format, session.language(), only);
  session.Print(session.json ? text + "\n" : text);
  return kDone;
}

}  // namespace

void AddSchemaCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      app, "schema", "Print, check or extend the types and fields",
      "Prints Markdown, or JSON with --json, with labels in the language of --lang: of\nthe "
      "database, or of the standard schema when there is none. --lint lists what is\nmissing on "
      "field cards, and which definitions still read a retired field; status 1 when there\nis "
      "something. --extend adds to the database what a document holds:\n"
      "{\"types\":[...],\"fields\":{\"account\":[...]},\"paths\":{...},\"strict\":true,\n"
      "\"states\":{\"account\":{\"on_hold\":\"deprecated\"}}}.");
  command->add_option("TYPE", request->type, "Only this type");
  command->add_flag("--lint", request->lint, "List what is missing or wrong");
  command->add_option("--extend", request->extension, "Types and fields to add, as JSON")
      ->type_name("FILE");
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell
