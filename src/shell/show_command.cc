// SPDX-License-Identifier: Apache-2.0
//
// One customer: everything about it, and what to know before a meeting.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/process/overview.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

Json Items(const Crm& crm, const std::vector<TimelineItem>& items) {
  Json out = Json::array();
  for (const TimelineItem& item : items) {
    Json one = {{"at", FormatTimestamp(item.at)}, {"type", item.type}, {"text", item.text}};
    if (!item.record.none()) one["id"] = ValueJson(crm, Value::Record(item.record));
    out.push_back(std::move(one));
  }
  return out;
}

Json Names(const Crm& crm, const std::vector<RecordRef>& records) {
  Json out = Json::array();
  for (const RecordRef record : records) out.push_back(ValueJson(crm, Value::Record(record)));
  return out;
}

Json OverviewJson(const Crm& crm, const Session& session, const Overview& view) {
  Json keys = Json::array();
  for (const auto& [system, key] : view.keys) keys.push_back({{"system", system}, {"key", key}});
  Json profile = Json::object();
  for (const LabelledValue& value : view.profile) profile[value.field] = value.text;
  Json related = Json::object();
  for (const RelatedCount& count : view.related) related[count.name] = count.count;
  return {{"id", ValueJson(crm, Value::Record(view.subject))},
          {"title", view.title},
          {"keys", keys},
          {"profile", profile},
          {"parents", Names(crm, view.parents)},
          {"people", Names(crm, view.people)},
          {"related", related},
          {"open", Items(crm, view.open)},
          {"running", Items(crm, view.running)},
          {"orders", view.orders},
          {"bought", ValueJson(crm, Value::Amount(view.bought))},
          {"timeline", Items(crm, view.timeline)},
          {"now", FormatTimestamp(session.now())}};
}

void PrintItems(const Session& session, std::string_view heading,
                const std::vector<TimelineItem>& items) {
  if (items.empty()) return;
  session.PrintLine(heading);
  for (const TimelineItem& item : items) {
    session.PrintLine(Concat("  ", FormatDate(UtcDate(item.at)), "  ", item.text));
  }
}

void PrintRecords(const Crm& crm, const Session& session, std::string_view heading,
                  const std::vector<RecordRef>& records) {
  if (records.empty()) return;
  std::string line(heading);
  for (size_t i = 0; i < records.size(); ++i) {
    const absl::StatusOr<std::string> title = crm.Title(records[i], QuestionOf(session));
    line += Concat(i == 0 ? " " : ", ", title.ok() ? *title : "?");
  }
  session.PrintLine(line);
}

void PrintOverview(const Crm& crm, const Session& session, const Overview& view) {
  std::string keys;
  for (const auto& [system, key] : view.keys) keys += Concat("  ", system, ":", key);
  session.PrintLine(view.title + keys);
  TextTable table({});
  for (const LabelledValue& value : view.profile) table.Add({"  " + value.label, value.text});
  session.Print(table.ToString());
  PrintRecords(crm, session, session.Say("Belongs to:", "Appartient à :"), view.parents);
  PrintRecords(crm, session, session.Say("People:", "Personnes :"), view.people);
  if (view.orders > 0) {
    session.PrintLine(Concat(session.Say("Bought: ", "Achats : "),
                             ToDisplay(Value::Amount(view.bought)), session.Say(" in ", " en "),
                             view.orders, session.Say(" orders", " commandes")));
  }
  PrintItems(session, session.Say("Open:", "En cours :"), view.open);
  PrintItems(session, session.Say("In force:", "En vigueur :"), view.running);
  PrintItems(session, session.Say("Latest:", "Derniers faits :"), view.timeline);
}

int Show(const Session& session, const std::string& name, size_t timeline) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, name);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<Overview> view =
      OverviewOf(*crm, *record, QuestionOf(session), {timeline, session.language()});
  if (!view.ok()) return session.Fail(view.status());
  const absl::StatusOr<int64_t> erased = crm->Erased("");
  if (!erased.ok()) return session.Fail(erased.status());
  if (session.json) {
    Json out = OverviewJson(*crm, session, *view);
    PutTimes(session, *erased, out);
    session.PrintLine(out.dump());
  } else {
    PrintOverview(*crm, session, *view);
    PrintErased(session, *erased);
  }
  return kDone;
}

int ShowBrief(const Session& session, const std::string& name) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, name);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<Brief> brief =
      BriefFor(*crm, *record, QuestionOf(session), session.language());
  if (!brief.ok()) return session.Fail(brief.status());
  if (!session.json) {
    session.PrintLine(brief->title);
    for (const BriefPoint& point : brief->points) session.PrintLine("  - " + point.text);
    return kDone;
  }
  Json points = Json::array();
  for (const BriefPoint& point : brief->points) {
    points.push_back(
        {{"kind", point.kind}, {"text", point.text}, {"records", Names(*crm, point.records)}});
  }
  Json out = {{"id", ValueJson(*crm, Value::Record(brief->account))}, {"title", brief->title}};
  if (brief->last_contact) out["last_contact"] = FormatTimestamp(*brief->last_contact);
  out["points"] = points;
  out["now"] = FormatTimestamp(session.now());
  session.PrintLine(out.dump());
  return kDone;
}

}  // namespace

void AddShowCommands(CLI::App& app, Session& session) {
  auto name = std::make_shared<std::string>();
  auto timeline = std::make_shared<size_t>(20);
  CLI::App* show = AddCommand(app, "show", "Everything about one customer, in one answer",
                              "Profile, tree, people, what is open and in force, what happened.");
  show->add_option("RECORD", *name, "TYPE/ID")->required();
  show->add_option("--timeline", *timeline, "How much of what happened")
      ->type_name("N")
      ->capture_default_str();
  AddTimeOptions(*show, session);
  session.On(show, [&session, name, timeline] { return Show(session, *name, *timeline); });
  CLI::App* brief =
      AddCommand(app, "brief", "What to know before meeting a customer",
                 "Overdue invoices, tickets, satisfaction, a broken rhythm of orders, "
                 "quotes,\nrenewals, people who came and left, the last contact and "
                 "what happened since.");
  brief->add_option("RECORD", *name, "TYPE/ID of an account or a person")->required();
  AddTimeOptions(*brief, session);
  session.On(brief, [&session, name] { return ShowBrief(session, *name); });
}

}  // namespace relata::shell
