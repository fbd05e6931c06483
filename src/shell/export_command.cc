// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <memory>
#include <string>

#include "base/strings.h"
#include "relata/exchange/export.h"
#include "shell/command.h"
#include "shell/contact_plan.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  std::string type;
  std::string condition = "true";
  std::string columns;
  std::string file;
  std::string reason;
  PlanRequest plan;
};

// Where the table goes: a file, which is complete or not there, or standard output.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path), partial_(path + ".partial") {
    file_ = path_.empty() ? stdout : std::fopen(partial_.c_str(), "wb");
  }
  ~Output() {
    if (path_.empty() || file_ == nullptr) return;
    std::fclose(file_);
    std::remove(partial_.c_str());
  }

  absl::Status Write(std::string_view text) {
    if (file_ != nullptr && std::fwrite(text.data(), 1, text.size(), file_) == text.size()) {
      return absl::OkStatus();
    }
    return Unavailable(Concat(path_.empty() ? "standard output" : path_, ": cannot be written"));
  }

  absl::Status Finish() {
    if (path_.empty()) {
      return std::fflush(file_) == 0 ? absl::OkStatus()
                                     : Unavailable("standard output: cannot be written");
    }
    const bool written = file_ != nullptr && std::fclose(file_) == 0;
    file_ = nullptr;
    if (written && std::rename(partial_.c_str(), path_.c_str()) == 0) return absl::OkStatus();
    return Unavailable(Concat(path_, ": cannot be written"));
  }

 private:
  const std::string path_;
  const std::string partial_;
  std::FILE* file_ = nullptr;
};

void Tell(const Session& session, const Request& request, const ExportReport& report) {
  std::string withheld;
  for (const std::string& column : report.withheld) {
    withheld += Concat(withheld.empty() ? "" : ", ", column);
  }
  if (!withheld.empty()) {
    session.Warn(Concat(
        session.Say("contact points are left out (", "les coordonnées sont omises ("), withheld,
        session.Say("): they leave with --channel and --purpose, or with --reason",
                    ") : elles sortent avec --channel et --purpose, ou avec --reason")));
  }
  if (request.file.empty()) return;
  session.PrintLine(Concat(request.file, ": ", report.rows, session.Say(" rows", " lignes")));
  for (const Exclusion& exclusion : report.excluded) {
    session.PrintLine(Concat("  ", exclusion.count, "  ", exclusion.rule));
  }
}

int Run(const Session& session, const Request& request) {
  ExportOptions options;
  options.question = QuestionOf(session, "");
  options.columns = SplitList(request.columns);
  options.format = session.json ? ExportFormat::kJsonLines : ExportFormat::kCsv;
  options.reason = request.reason;
  if (!request.plan.channel.empty() || !request.plan.purpose.empty()) {
    absl::StatusOr<ContactPlan> plan = PlanOf(session, request.plan);
    if (!plan.ok()) return session.Fail(plan.status());
    options.plan = *std::move(plan);
  }
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  Output output(request.file);
  const absl::StatusOr<ExportReport> report =
      ExportRecords(*crm, request.type, request.condition, options,
                    [&](std::string_view text) { return output.Write(text); });
  if (!report.ok()) return session.Fail(report.status());
  if (const absl::Status done = output.Finish(); !done.ok()) return session.Fail(done);
  Tell(session, request, *report);
  return kDone;
}

}  // namespace

void AddExportCommand(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* command = AddCommand(
      app, "export", "Write records as CSV, or as JSON lines with --json",
      "What the role hides is not in it. E-mail addresses, telephone numbers and streets leave\n"
      "with --channel and --purpose, for those who may be contacted so, or with --reason under\n"
      "the right \"export\" of the role, which is logged.");
  command->add_option("TYPE", request->type, "Type of the records, such as contact")->required();
  command->add_option("EXPR", request->condition, "Which of them; all when not given");
  command->add_option("--select", request->columns, "Fields, separated by commas");
  command->add_option("-o,--output", request->file, "File; standard output when not given")
      ->type_name("FILE");
  command->add_option("--reason", request->reason, "Why contact points are taken")
      ->type_name("TEXT");
  AddPlanOptions(*command, request->plan, /*optional=*/true);
  session.On(command, [&session, request] { return Run(session, *request); });
}

}  // namespace relata::shell
