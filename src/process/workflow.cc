// SPDX-License-Identifier: Apache-2.0

#include "relata/process/workflow.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json_members.h"
#include "base/strings.h"

namespace relata {
namespace {

using internal::Concat;
using internal::JsonMembers;
using Json = nlohmann::json;

constexpr std::string_view kKind = "workflow";
constexpr std::string_view kOutbox = "outbox";
constexpr std::string_view kOutboxDone = "outbox_done";
constexpr std::string_view kFired =
    "workflow";  // for "on": "time": when true and when not any more

absl::StatusOr<WorkflowAction> ReadAction(const Json& json, std::string where) {
  JsonMembers in(json, std::move(where));
  WorkflowAction action;
  action.kind = in.Needed("do");
  action.text = in.Text("text");
  action.role = in.Text("role");
  action.days = static_cast<int>(in.Number("days"));
  action.field = in.Text("field");
  action.value = in.Text("value");
  const std::set<std::string> kinds = {"create_task", "notify", "assign", "enrol", "set"};
  if (!kinds.contains(action.kind)) {
    in.Fail("do is create_task, notify, assign, enrol or set");
  }
  if (action.kind == "set" && (action.field.empty() || action.value.empty())) {
    in.Fail("set needs a field and a value");
  }
  if (action.days < 0 || action.days > 3650) in.Fail("days is 0 to 3650");
  RELATA_RETURN_IF_ERROR(in.status());
  return action;
}

absl::Status Fire(CommitStep& step, const Workflow& workflow, RecordRef record) {
  for (const WorkflowAction& action : workflow.actions) {
    if (action.kind == "set") {
      RELATA_ASSIGN_OR_RETURN(const EvaluatedValue set, step.Evaluate(record, action.value));
      if (!set.error.empty()) {
        return InvalidArgument(
            Concat("workflow '", workflow.name, "', set ", action.field, ": ", set.error));
      }
      step.next().Update(record, {{action.field, set.value}});
      continue;
    }
    Json body = {{"do", action.kind}, {"text", action.text}, {"role", action.role}};
    body["due"] = FormatTimestamp(step.now() + Days(action.days));
    step.next().Log(kOutbox, record, workflow.name, body.dump());
  }
  return absl::OkStatus();
}

// Fires for every record that this step wrote and for which the condition has become true.
absl::Status RunOnChange(CommitStep& step, const Workflow& workflow) {
  const TypeDef* type = step.after()->schema().Find(workflow.type);
  if (type == nullptr) return absl::OkStatus();
  for (const RecordWrite& write : step.writes().records) {
    if (write.type != type->id || write.op == RecordWrite::Op::kDelete) continue;
    const RecordRef record{write.type, write.row};
    RELATA_ASSIGN_OR_RETURN(const bool after, step.Test(record, workflow.when));
    if (!after) continue;
    if (write.op == RecordWrite::Op::kUpdate) {
      RELATA_ASSIGN_OR_RETURN(const bool before, step.TestBefore(record, workflow.when));
      if (before) continue;
    }
    RELATA_RETURN_IF_ERROR(Fire(step, workflow, record));
  }
  return absl::OkStatus();
}

// Fires for every record for which the condition is true and was not when time last moved.
absl::Status RunOnTime(CommitStep& step, const Workflow& workflow) {
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer due, step.Select(workflow.type, workflow.when));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, step.Log(kFired, workflow.name));
  std::set<Row> fired;
  for (const LogWrite& line : lines) {
    const Json body = Json::parse(line.body, nullptr, false);
    if (body.is_object() && body.value("true", false)) {
      fired.insert(line.subject.row);
    } else {
      fired.erase(line.subject.row);
    }
  }
  for (const Row row : due.rows) {
    if (fired.contains(row)) continue;
    step.next().Log(kFired, {due.type, row}, workflow.name, R"({"true":true})");
    RELATA_RETURN_IF_ERROR(Fire(step, workflow, {due.type, row}));
  }
  for (const Row row : fired) {
    if (std::binary_search(due.rows.begin(), due.rows.end(), row)) continue;
    step.next().Log(kFired, {due.type, row}, workflow.name, R"({"true":false})");
  }
  return absl::OkStatus();
}

absl::Status RunWorkflows(CommitStep& step) {
  for (const Workflow& workflow : ListWorkflows(step.crm())) {
    if (!workflow.enabled) continue;
    if (workflow.on_time) {
      if (step.time_only()) RELATA_RETURN_IF_ERROR(RunOnTime(step, workflow));
    } else if (!step.writes().records.empty()) {
      RELATA_RETURN_IF_ERROR(RunOnChange(step, workflow));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TypeId>> WorkflowTables(const Crm& crm, bool time_only) {
  std::set<TypeId> tables;
  for (const Workflow& workflow : ListWorkflows(crm)) {
    if (!workflow.enabled || (workflow.on_time && !time_only)) continue;
    const auto add = [&](const std::string& text, bool any_value) -> absl::Status {
      RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> read,
                              crm.TablesOf(workflow.type, text, any_value));
      tables.insert(read.begin(), read.end());
      return absl::OkStatus();
    };
    RELATA_RETURN_IF_ERROR(add(workflow.when, false));
    for (const WorkflowAction& action : workflow.actions) {
      if (action.kind == "set") RELATA_RETURN_IF_ERROR(add(action.value, true));
    }
  }
  return std::vector<TypeId>(tables.begin(), tables.end());
}

}  // namespace

absl::StatusOr<Workflow> ParseWorkflow(std::string_view name, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  JsonMembers in(json, Concat("workflow '", name, "'"));
  Workflow workflow;
  workflow.name = name;
  workflow.type = in.Needed("type");
  workflow.when = in.Needed("when");
  workflow.enabled = in.Bool("enabled", true);
  const std::string on = in.Has("on") ? in.Text("on") : "change";
  workflow.on_time = on == "time";
  if (on != "change" && on != "time") in.Fail("on is \"change\" or \"time\"");
  for (const Json& item : in.List("actions")) {
    RELATA_ASSIGN_OR_RETURN(
        WorkflowAction action,
        ReadAction(item, Concat(in.where(), ", action ", workflow.actions.size() + 1)));
    workflow.actions.push_back(std::move(action));
  }
  if (workflow.actions.empty()) in.Fail("actions are missing");
  RELATA_RETURN_IF_ERROR(in.status());
  return workflow;
}

absl::Status DefineWorkflow(Crm& crm, std::string_view name, std::string_view body,
                            const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const Workflow workflow, ParseWorkflow(name, body));
  const std::string where = Concat("workflow '", name, "'");
  RELATA_RETURN_IF_ERROR(Annotate(crm.TablesOf(workflow.type, workflow.when).status(), where));
  for (const WorkflowAction& action : workflow.actions) {
    if (action.kind != "set") continue;
    if (crm.schema()->FindField(workflow.type, action.field) == nullptr) {
      return InvalidArgument(
          Concat(where, ": there is no field ", workflow.type, ".", action.field));
    }
    RELATA_RETURN_IF_ERROR(
        Annotate(crm.TablesOf(workflow.type, action.value, true).status(), where));
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, name, std::string(body));
  return tx.Commit(now).status();
}

std::vector<Workflow> ListWorkflows(const Crm& crm) {
  std::vector<Workflow> workflows;
  for (const Definition& definition : crm.Definitions(kKind)) {
    absl::StatusOr<Workflow> w = ParseWorkflow(definition.name, definition.body);
    if (w.ok()) workflows.push_back(*std::move(w));
  }
  return workflows;
}

absl::StatusOr<std::vector<OutboxItem>> Outbox(const Crm& crm, bool all) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm.Log(kOutbox));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> done_lines, crm.Log(kOutboxDone));
  std::set<std::string> done;
  for (const LogWrite& line : done_lines) done.insert(line.key);
  std::vector<OutboxItem> items;
  for (const LogWrite& line : lines) {
    const bool is_done = done.contains(std::to_string(line.seq));
    if (is_done && !all) continue;
    items.push_back({line.seq, line.key, line.subject, line.at, line.body, is_done});
  }
  return items;
}

absl::Status Acknowledge(Crm& crm, Seq item, const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<OutboxItem> items, Outbox(crm, true));
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const OutboxItem& i) { return i.seq == item; });
  if (found == items.end()) return NotFound(Concat("there is no item ", item, " in the outbox"));
  if (found->done) return absl::OkStatus();
  Transaction tx = crm.Begin(actor);
  tx.Log(kOutboxDone, found->subject, std::to_string(item), "{}");
  return tx.Commit(now).status();
}

Decider WorkflowRunner() { return {WorkflowTables, RunWorkflows}; }

}  // namespace relata
