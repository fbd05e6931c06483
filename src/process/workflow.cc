// SPDX-License-Identifier: Apache-2.0

#include "relata/process/workflow.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json_members.h"
#include "base/strings.h"
#include "engine/definitions.h"
#include "engine/engine.h"
#include "engine/membership_log.h"

namespace relata {
namespace {

using internal::Concat;
using internal::JsonMembers;
using Json = nlohmann::json;

constexpr std::string_view kKind = "workflow";
constexpr std::string_view kOutbox = "outbox";
constexpr std::string_view kOutboxDone = "outbox_done";
// For "on": "time": when true and when not any more. See FiredLog.
constexpr std::string_view kFired = "workflow";
constexpr std::string_view kFiredSummary = "workflow_true";  // of those lines

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

absl::StatusOr<std::vector<LogWrite>> LinesAfter(StoreReader& reader, std::string_view log,
                                                 Seq since, std::string_view key = "") {
  std::vector<LogWrite> lines;
  RELATA_RETURN_IF_ERROR(reader.ScanLog(log, since, key, [&](const LogWrite& line) {
    lines.push_back(line);
    return absl::OkStatus();
  }));
  return lines;
}

// The log of what one workflow fired for by time. An erasure may empty key and body of any line,
// but leaves its log and its subject: so the log itself says whose lines they are, and the lines of
// a record are by turns true and not true. What fired stays fired. Files from before have the lines
// of all in kFired, by name.
std::string FiredLog(std::string_view workflow) {
  uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : workflow) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return Concat(kFired, "_", hash);
}

// The records for which a workflow's condition was true when time last moved: a summary and the
// lines since. The summary is written anew when there are many more lines than records in it, so
// that what is read follows what is true and what changed, not all that ever fired.
struct Fired {
  std::set<Row> rows;
  std::string summary;  // to be written; "" when the lines are few
};

// What a line made of the condition for its record.
void Take(const LogWrite& line, std::set<Row>& rows) {
  const Row row = line.subject.row;
  const Json body = Json::parse(line.body, nullptr, false);
  const bool now =
      body.is_object() && body.contains("true") ? body.value("true", false) : !rows.contains(row);
  now ? void(rows.insert(row)) : void(rows.erase(row));
}

absl::StatusOr<Fired> ReadFired(const Crm& crm, const std::string& workflow) {
  constexpr size_t kFew = 1'000;
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> summaries,
                          LinesAfter(*reader, kFiredSummary, 0, workflow));
  Fired fired;
  Seq since = 0;
  for (auto line = summaries.rbegin(); line != summaries.rend() && since == 0; ++line) {
    const Json body = Json::parse(line->body, nullptr, false);
    if (!body.is_object() || !body.contains("rows")) continue;  // emptied by an erasure
    since = body.value("since", Seq{0});
    for (const Json& row : body["rows"])
      fired.rows.insert(row.is_number() ? row.get<Row>() : kNoRow);
  }
  RELATA_ASSIGN_OR_RETURN(std::vector<LogWrite> lines,
                          LinesAfter(*reader, kFired, since, workflow));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> own,
                          LinesAfter(*reader, FiredLog(workflow), since));
  lines.insert(lines.end(), own.begin(), own.end());
  for (const LogWrite& line : lines) Take(line, fired.rows);
  if (lines.size() > kFew + 2 * fired.rows.size()) {
    fired.summary = Json{{"since", lines.back().seq}, {"rows", fired.rows}}.dump();
  }
  return fired;
}

// Fires for every record for which the condition is true and was not when time last moved.
absl::Status RunOnTime(CommitStep& step, const Workflow& workflow) {
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer due, step.Select(workflow.type, workflow.when));
  RELATA_ASSIGN_OR_RETURN(const Fired fired, ReadFired(step.crm(), workflow.name));
  if (!fired.summary.empty()) {
    step.next().Log(kFiredSummary, {}, workflow.name, fired.summary);
  }
  const std::string log = FiredLog(workflow.name);
  for (const Row row : due.rows) {
    if (fired.rows.contains(row)) continue;
    step.next().Log(log, {due.type, row}, "", R"({"true":true})");
    RELATA_RETURN_IF_ERROR(Fire(step, workflow, {due.type, row}));
  }
  for (const Row row : fired.rows) {
    if (std::binary_search(due.rows.begin(), due.rows.end(), row)) continue;
    step.next().Log(log, {due.type, row}, "", R"({"true":false})");
  }
  return absl::OkStatus();
}

// Fires for every record that came into the workflow's segment in the step before, or went out.
absl::Status RunOnMembership(CommitStep& step, const Workflow& workflow) {
  const TypeDef* type = step.after()->schema().Find(workflow.type);
  if (type == nullptr) return absl::OkStatus();
  for (const LogWrite& line : step.writes().logs) {
    if (line.log != internal::kMembershipLog || line.key != workflow.segment) continue;
    if (internal::MembershipCause(line) == "defined") continue;
    std::vector<RecordRef> moved;
    internal::EachMembershipChange(line, [&](Row row, bool entered) {
      const RecordRef record{type->id, row};
      if (entered != workflow.on_leave && step.after()->Exists(record)) moved.push_back(record);
    });
    for (const RecordRef record : moved) {
      RELATA_ASSIGN_OR_RETURN(const bool met, step.Test(record, workflow.when));
      if (met) RELATA_RETURN_IF_ERROR(Fire(step, workflow, record));
    }
  }
  return absl::OkStatus();
}

// Every workflow that can be read, by name, read once a version.
using Workflows = std::map<std::string, absl::StatusOr<Workflow>, std::less<>>;
std::shared_ptr<const Workflows> ParsedWorkflows(const Crm& crm) {
  return internal::ParsedDefinitions<Workflow>(
      crm, kKind, [](const Definition& d) { return ParseWorkflow(d.name, d.body); });
}

absl::Status RunWorkflows(CommitStep& step) {
  const std::shared_ptr<const Workflows> workflows = ParsedWorkflows(step.crm());
  for (const auto& [name, parsed] : *workflows) {
    if (!parsed.ok() || !parsed->enabled) continue;
    const Workflow& workflow = *parsed;
    if (!workflow.segment.empty()) {
      RELATA_RETURN_IF_ERROR(RunOnMembership(step, workflow));
    } else if (workflow.on_time) {
      if (step.time_only()) RELATA_RETURN_IF_ERROR(RunOnTime(step, workflow));
    } else if (!step.writes().records.empty()) {
      RELATA_RETURN_IF_ERROR(RunOnChange(step, workflow));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TypeId>> WorkflowTables(const Crm& crm, bool time_only) {
  std::set<TypeId> tables;
  const std::shared_ptr<const Workflows> workflows = ParsedWorkflows(crm);
  for (const auto& [name, parsed] : *workflows) {
    if (!parsed.ok() || !parsed->enabled || (parsed->on_time && !time_only)) continue;
    const Workflow& workflow = *parsed;
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
  workflow.enabled = in.Bool("enabled", true);
  const std::string on = in.Has("on") ? in.Text("on") : "change";
  workflow.on_time = on == "time";
  workflow.on_leave = on == "leave";
  if (on == "enter" || on == "leave") {
    workflow.segment = in.Needed("segment");
    workflow.when = in.Has("when") ? in.Text("when") : "true";
  } else if (on == "change" || on == "time") {
    workflow.when = in.Needed("when");
  } else {
    in.Fail("on is \"change\", \"time\", \"enter\" or \"leave\"");
  }
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
  if (!workflow.segment.empty()) {
    const std::string member = Concat("in_segment('", workflow.segment, "')");
    RELATA_RETURN_IF_ERROR(Annotate(crm.TablesOf(workflow.type, member).status(), where));
  }
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
  const std::shared_ptr<const Workflows> parsed = ParsedWorkflows(crm);
  for (const auto& [name, workflow] : *parsed) {
    if (workflow.ok()) workflows.push_back(*workflow);
  }
  return workflows;
}

namespace {

// The line of the acknowledgements that says up to which item all are done; the last one counts.
constexpr std::string_view kThrough = "through";
// One in 32 acknowledgements looks how far that is, whatever the distance between items.
bool LooksHowFar(Seq item) {
  return (static_cast<uint64_t>(item) * 0x9E3779B97F4A7C15U) >> 59 == 0;
}

absl::StatusOr<Seq> DoneThrough(StoreReader& reader) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> marks,
                          LinesAfter(reader, kOutboxDone, 0, kThrough));
  if (marks.empty()) return Seq{0};
  const Json body = Json::parse(marks.back().body, nullptr, false);
  return body.is_object() ? body.value(kThrough, Seq{0}) : Seq{0};
}

// What an acknowledgement is about, so that it still says so when an erasure has emptied its key,
// as that of any line in which the digits of an erased number stand.
RecordRef DoneItem(Seq item) { return {kNoType, item}; }

std::vector<OutboxItem> ItemsOf(const std::vector<LogWrite>& lines,
                                const std::vector<LogWrite>& done_lines) {
  std::set<Seq> done;
  std::set<std::string> keys;  // of lines that are about the record, as they were once
  for (const LogWrite& line : done_lines) {
    line.subject.type == kNoType ? void(done.insert(line.subject.row))
                                 : void(keys.insert(line.key));
  }
  std::vector<OutboxItem> items;
  for (const LogWrite& line : lines) {
    // What was erased says nothing that could still be done.
    const bool erased = line.key.empty() && line.body == "{}";
    const bool is_done =
        erased || done.contains(line.seq) || keys.contains(std::to_string(line.seq));
    items.push_back({line.seq, line.key, line.subject, line.at, line.body, is_done});
  }
  return items;
}

// The items after the last mark. What acknowledges an item comes after it, so after the mark too.
absl::StatusOr<std::vector<OutboxItem>> RecentItems(StoreReader& reader) {
  RELATA_ASSIGN_OR_RETURN(const Seq through, DoneThrough(reader));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, LinesAfter(reader, kOutbox, through));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> done,
                          LinesAfter(reader, kOutboxDone, through));
  return ItemsOf(lines, done);
}

// Up to which item all are done once `item` is; 0 when that is no news.
absl::StatusOr<Seq> NewMark(StoreReader& reader, Seq item) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<OutboxItem> items, RecentItems(reader));
  Seq through = 0;
  for (const OutboxItem& one : items) {
    if (!one.done && one.seq != item) break;
    through = one.seq;
  }
  return through;
}

}  // namespace

absl::StatusOr<std::vector<OutboxItem>> Outbox(const Crm& crm, bool all) {
  std::vector<OutboxItem> items;
  if (all || !crm.as_of().today()) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, crm.Log(kOutbox));
    RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> done, crm.Log(kOutboxDone));
    items = ItemsOf(lines, done);
  } else {
    RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
    RELATA_ASSIGN_OR_RETURN(items, RecentItems(*reader));
  }
  if (!all) std::erase_if(items, [](const OutboxItem& item) { return item.done; });
  return items;
}

namespace {

// One line of the outbox, read alone.
absl::StatusOr<LogWrite> OutboxLine(StoreReader& reader, Seq item) {
  std::optional<LogWrite> found;
  const absl::Status status =
      reader.ScanLog(kOutbox, item - 1, "", [&](const LogWrite& line) -> absl::Status {
        if (line.seq == item) found = line;
        return absl::CancelledError("one is enough");
      });
  if (!status.ok() && status.code() != absl::StatusCode::kCancelled) return status;
  if (!found) return NotFound(Concat("there is no item ", item, " in the outbox"));
  return *std::move(found);
}

}  // namespace

absl::Status Acknowledge(Crm& crm, Seq item, const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm.engine().Read());
  RELATA_RETURN_IF_ERROR(OutboxLine(*reader, item).status());
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> done,
                          crm.Log(kOutboxDone, std::to_string(item)));
  if (!done.empty()) return absl::OkStatus();
  Transaction tx = crm.Begin(actor);
  tx.Log(kOutboxDone, DoneItem(item), std::to_string(item), "{}");
  if (LooksHowFar(item)) {
    RELATA_ASSIGN_OR_RETURN(const Seq through, NewMark(*reader, item));
    if (through > 0)
      tx.Log(kOutboxDone, {}, std::string(kThrough), Json{{kThrough, through}}.dump());
  }
  return tx.Commit(now).status();
}

Decider WorkflowRunner() { return {WorkflowTables, RunWorkflows}; }

}  // namespace relata
