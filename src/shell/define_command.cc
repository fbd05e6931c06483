// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/engine/crm.h"
#include "relata/process/definitions.h"
#include "relata/process/pipeline.h"
#include "relata/process/workflow.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

int Define(const Session& session, const std::string& kind, const std::string& name,
           const std::string& file) {
  const absl::StatusOr<std::string> body = ReadText(file);
  if (!body.ok()) return session.Fail(body.status());
  absl::StatusOr<Crm> crm = session.Open(/*create=*/true);
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::Status status =
      SaveDefinition(*crm, kind, name, *body, session.actor(), session.now());
  if (!status.ok()) return session.Fail(status);
  const absl::StatusOr<Definition> saved = crm->FindDefinition(kind, name);
  if (!saved.ok()) return session.Fail(saved.status());
  session.PrintLine(session.json
                        ? Json{{"kind", kind}, {"name", name}, {"version", saved->version}}.dump()
                        : Concat(kind, " ", name, ", version ", saved->version));
  return kDone;
}

int ListStalled(const Session& session, const std::string& pipeline) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::vector<StalledRecord>> stalled =
      StalledRecords(*crm, pipeline, QuestionOf(session));
  if (!stalled.ok()) return session.Fail(stalled.status());
  Json list = Json::array();
  for (const StalledRecord& one : *stalled) {
    const absl::StatusOr<std::string> id = crm->Name(one.record);
    const absl::StatusOr<std::string> title = crm->Title(one.record, QuestionOf(session));
    if (!id.ok()) return session.Fail(id.status());
    const int64_t idle = one.idle.micros / Days(1).micros;
    const int64_t allowed = one.allowed.micros / Days(1).micros;
    list.push_back({{"id", *id},
                    {"stage", one.stage},
                    {"since", FormatTimestamp(one.last)},
                    {"idle_days", idle},
                    {"allowed_days", allowed}});
    if (session.json) continue;
    session.PrintLine(
        Concat(title.ok() ? *title : *id, ": ", one.stage, ", ", idle,
               session.Say(" days without anything that counts, ", " jours sans rien qui compte, "),
               allowed, session.Say(" allowed", " admis")));
  }
  if (session.json) session.PrintLine(Json{{"stalled", list}}.dump());
  return stalled->empty() ? kDone : kNo;
}

int ListOutbox(const Session& session, bool all) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::vector<OutboxItem>> items = Outbox(*crm, all);
  if (!items.ok()) return session.Fail(items.status());
  Json list = Json::array();
  for (const OutboxItem& item : *items) {
    const absl::StatusOr<std::string> id = crm->Name(item.subject);
    const std::string subject = id.ok() ? *id : "";
    list.push_back({{"item", item.seq},
                    {"workflow", item.workflow},
                    {"subject", subject},
                    {"at", FormatTimestamp(item.at)},
                    {"done", item.done},
                    {"action", Json::parse(item.body, nullptr, false)}});
    if (!session.json) {
      session.PrintLine(Concat(item.seq, "  ", item.workflow, "  ", subject, "  ", item.body));
    }
  }
  if (session.json) session.PrintLine(Json{{"outbox", list}}.dump());
  return kDone;
}

}  // namespace

void AddDefineCommands(CLI::App& app, Session& session) {
  CLI::App* define = AddCommand(
      app, "define", "Save a role, pipeline, workflow, score, rfm or job from a JSON file",
      "Saving again makes the next version. The forms are described in the headers access/role.h,\n"
      "process/pipeline.h, process/workflow.h, score/rule_score.h, score/rfm.h and\n"
      "process/maintenance.h.");
  auto kind = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  define->add_option("kind", *kind, "role, pipeline, workflow, score, rfm or job")->required();
  define->add_option("name", *name, "Its name")->required();
  define->add_option("file", *file, "A JSON file, or - for standard input")->required();
  session.On(define, [&session, kind, name, file] { return Define(session, *kind, *name, *file); });

  CLI::App* stalled = AddCommand(app, "stalled", "What has come to a halt in a pipeline",
                                 "Exit status 1 when something has.");
  auto pipeline = std::make_shared<std::string>();
  stalled->add_option("pipeline", *pipeline, "The pipeline's name")->required();
  session.On(stalled, [&session, pipeline] { return ListStalled(session, *pipeline); });

  CLI::App* outbox = AddCommand(app, "outbox", "What workflows ask the host to do");
  auto all = std::make_shared<bool>(false);
  outbox->add_flag("--all", *all, "Those done too");
  session.On(outbox, [&session, all] { return ListOutbox(session, *all); });
}

}  // namespace relata::shell
