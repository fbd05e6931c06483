// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

// A field by its name, or its label in the language of the session.
struct FieldNames {
  const TypeDef& type;
  const Session& session;

  std::string Of(FieldId id) const {
    const FieldDef* field = type.field(id);
    if (field == nullptr) return "?";
    return session.json ? field->name : field->label.In(session.language());
  }
  std::string Text(const Crm& crm, FieldId id, const Value& value) const {
    const FieldDef* field = type.field(id);
    return field == nullptr ? ValueText(crm, session, value)
                            : FieldText(crm, session, *field, value);
  }
};

Json EntryJson(const Crm& crm, const HistoryEntry& entry, const FieldNames& names) {
  Json out = {{"commit", entry.commit},
              {"recorded", FormatTimestamp(entry.recorded)},
              {"op", OpName(entry.op)},
              {"actor", entry.actor}};
  if (entry.effective_at) out["effective_at"] = FormatTimestamp(*entry.effective_at);
  if (!entry.source.empty()) out["source"] = entry.source;
  if (!entry.reason.empty()) out["reason"] = entry.reason;
  out["changes"] = Json::array();
  for (const FieldChange& change : entry.changes) {
    out["changes"].push_back({{"field", names.Of(change.field)},
                              {"before", ValueJson(crm, change.before)},
                              {"after", ValueJson(crm, change.after)}});
  }
  return out;
}

void PrintEntry(const Crm& crm, const Session& session, const HistoryEntry& entry,
                const FieldNames& names) {
  session.PrintLine(Concat(FormatTimestamp(entry.recorded), "  ", OpName(entry.op), "  ",
                           entry.actor, entry.source.empty() ? "" : "  ", entry.source,
                           entry.reason.empty() ? "" : "  ", entry.reason));
  for (const FieldChange& change : entry.changes) {
    const std::string before = names.Text(crm, change.field, change.before);
    std::string after = names.Text(crm, change.field, change.after);
    if (after.empty()) after = session.Say("(none)", "(aucun)");
    session.PrintLine(
        Concat("  ", names.Of(change.field), ": ", before, before.empty() ? "" : " -> ", after));
  }
}

int Run(const Session& session, const std::string& name) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, name);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<std::vector<HistoryEntry>> entries =
      crm->History(*record, QuestionOf(session));
  if (!entries.ok()) return session.Fail(entries.status());
  const std::shared_ptr<const Schema> schema = crm->schema();
  const TypeDef& type = schema->type(record->type);
  const FieldNames names{type, session};
  if (session.json) {
    Json out = {{"id", ValueJson(*crm, Value::Record(*record))}, {"entries", Json::array()}};
    for (const HistoryEntry& entry : *entries) {
      out["entries"].push_back(EntryJson(*crm, entry, names));
    }
    session.PrintLine(out.dump());
    return kDone;
  }
  for (const HistoryEntry& entry : *entries) PrintEntry(*crm, session, entry, names);
  return kDone;
}

}  // namespace

void AddHistoryCommand(CLI::App& app, Session& session) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = AddCommand(app, "history", "What happened to a record, oldest first",
                                 "Each commit that touched it: when, by whom, from which system, "
                                 "why, and\nthe values before and after.");
  command->add_option("RECORD", *name, "TYPE/ID")->required();
  AddTimeOptions(*command, session);
  session.On(command, [&session, name] { return Run(session, *name); });
}

}  // namespace relata::shell
