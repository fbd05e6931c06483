// SPDX-License-Identifier: Apache-2.0
//
// What happened, what changed between two instants, and what became of whom: timeline, diff,
// cohort.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/process/overview.h"
#include "relata/process/timeline.h"
#include "relata/process/trajectory.h"
#include "shell/command.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

// "3 d", "5 h", "12 min": a duration as people say it, to the nearest.
std::string Lasted(const Session& session, Duration duration) {
  const auto nearest = [&](int64_t minutes) {
    const int64_t unit = minutes * 60'000'000;
    return (duration.micros + unit / 2) / unit;
  };
  if (nearest(1) >= 2 * 24 * 60) return Concat(nearest(24 * 60), session.Say(" d", " j"));
  if (nearest(1) >= 120) return Concat(nearest(60), " h");
  return Concat(nearest(1), " min");
}

int64_t Seconds(Duration duration) { return duration.micros / 1'000'000; }

// An instant or a day; nothing when empty. Says what is wrong.
absl::StatusOr<std::optional<Timestamp>> Instant(const char* option, const std::string& text) {
  const std::optional<Timestamp> at = text.empty() ? std::nullopt : ParseInstant(text);
  if (!at && !text.empty()) {
    return InvalidArgument(
        Concat(option, " is an instant such as 2026-11-12T17:00:00Z, not ", text));
  }
  return at;
}

std::string TitleOf(const Crm& crm, const Session& session, RecordRef record) {
  const absl::StatusOr<std::string> title = crm.Title(record, QuestionOf(session));
  return title.ok() ? *title : "?";
}

Json NamesOf(const Crm& crm, const std::vector<RecordRef>& records) {
  Json out = Json::array();
  for (const RecordRef record : records) out.push_back(ValueJson(crm, Value::Record(record)));
  return out;
}

// --- timeline

struct TimelineRequest {
  std::string record;
  std::string from;
  std::string until;
};

Json EntryJson(const Crm& crm, const TimelineEntry& entry) {
  Json one = {{"at", FormatTimestamp(entry.at)},
              {"kind", KindName(entry.kind)},
              {"type", entry.type},
              {"text", entry.text}};
  if (!entry.actor.empty()) one["actor"] = entry.actor;
  if (entry.kind == TimelineEntry::Kind::kRecord) {
    one["id"] = ValueJson(crm, Value::Record(entry.record));
  }
  if (entry.lasted) one["lasted_seconds"] = Seconds(*entry.lasted);
  return one;
}

int Timeline(const Session& session, const TimelineRequest& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.record);
  if (!record.ok()) return session.Fail(record.status());
  const auto from = Instant("--from", request.from);
  const auto until = Instant("--until", request.until);
  if (!from.ok()) return session.Fail(from.status());
  if (!until.ok()) return session.Fail(until.status());
  const auto entries =
      TimelineOf(*crm, *record, QuestionOf(session), {*from, *until, session.language()});
  if (!entries.ok()) return session.Fail(entries.status());
  if (session.json) {
    Json out = {{"id", ValueJson(*crm, Value::Record(*record))}, {"entries", Json::array()}};
    for (const TimelineEntry& entry : *entries) out["entries"].push_back(EntryJson(*crm, entry));
    out["now"] = FormatTimestamp(session.now());
    PutTimes(session, 0, out);
    session.PrintLine(out.dump());
    return kDone;
  }
  for (const TimelineEntry& entry : *entries) {
    session.PrintLine(Concat(
        FormatTimestamp(entry.at), "  ", KindName(entry.kind), "  ", entry.text,
        entry.lasted
            ? Concat(" (", session.Say("after ", "après "), Lasted(session, *entry.lasted), ")")
            : "",
        entry.actor.empty() ? "" : "  ", entry.actor));
  }
  return kDone;
}

// --- diff

struct DiffRequest {
  std::string subject;
  std::string from;
  std::string to;
  std::string segment;
  bool known = false;
};

AsOf AsOfInstant(std::optional<Timestamp> at, bool known) {
  AsOf as_of;
  (known ? as_of.known_at : as_of.at) = at;
  return as_of;
}

std::string FieldLine(const Crm& crm, const TypeDef& type, const Session& session,
                      const FieldChange& change) {
  const FieldDef& field = *type.field(change.field);
  const std::string before = FieldText(crm, session, field, change.before);
  std::string after = FieldText(crm, session, field, change.after);
  if (after.empty()) after = session.Say("(none)", "(aucun)");
  return Concat(field.label.In(session.language()), ": ", before, before.empty() ? "" : " -> ",
                after);
}

Json FieldsJson(const Crm& crm, const TypeDef& type, const std::vector<FieldChange>& fields) {
  Json out = Json::array();
  for (const FieldChange& change : fields) {
    out.push_back({{"field", type.field(change.field)->name},
                   {"before", ValueJson(crm, change.before)},
                   {"after", ValueJson(crm, change.after)}});
  }
  return out;
}

// What kind of record it is.
std::string KindLabel(const Crm& crm, const Session& session, RecordRef record) {
  return crm.schema()->type(record.type).label.In(session.language());
}

int PrintRecordDiff(const Crm& crm, const Crm& before, const Session& session,
                    const RecordDiff& diff) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = schema->type(diff.record.type);
  if (session.json) {
    Json out = {{"id", ValueJson(diff.exists ? crm : before, Value::Record(diff.record))},
                {"existed", diff.existed},
                {"exists", diff.exists}};
    out["fields"] = FieldsJson(crm, type, diff.fields);
    for (const auto& [name, list] : {std::pair{"joined", &diff.joined}, {"left", &diff.left}}) {
      out[name] = Json::array();
      for (const auto& [link, record] : *list) {
        out[name].push_back({{"link", link}, {"id", ValueJson(crm, Value::Record(record))}});
      }
    }
    session.PrintLine(out.dump());
    return diff.empty() ? kDone : kNo;
  }
  if (!diff.existed) session.PrintLine(session.Say("was not there", "n'existait pas"));
  if (!diff.exists) session.PrintLine(session.Say("is not there", "n'existe plus"));
  for (const FieldChange& change : diff.fields) {
    session.PrintLine(FieldLine(crm, type, session, change));
  }
  for (const auto& [link, record] : diff.joined) {
    session.PrintLine(
        Concat("+ ", KindLabel(crm, session, record), " ", TitleOf(crm, session, record)));
  }
  for (const auto& [link, record] : diff.left) {
    session.PrintLine(
        Concat("- ", KindLabel(crm, session, record), " ", TitleOf(before, session, record)));
  }
  return diff.empty() ? kDone : kNo;
}

int PrintPopulationDiff(const Crm& crm, const Crm& before, const Session& session,
                        const PopulationDiff& diff) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  const TypeDef& type = schema->type(diff.type);
  const bool none = diff.joined.empty() && diff.left.empty() && diff.changed.empty();
  if (session.json) {
    Json out = {{"joined", NamesOf(crm, diff.joined)},
                {"left", NamesOf(before, diff.left)},
                {"changed", Json::array()},
                {"same", diff.same},
                {"erased_since", diff.erased}};
    for (const RecordDiff& one : diff.changed) {
      out["changed"].push_back({{"id", ValueJson(crm, Value::Record(one.record))},
                                {"fields", FieldsJson(crm, type, one.fields)}});
    }
    session.PrintLine(out.dump());
    return none ? kDone : kNo;
  }
  for (const RecordRef record : diff.joined)
    session.PrintLine("+ " + TitleOf(crm, session, record));
  for (const RecordRef record : diff.left)
    session.PrintLine("- " + TitleOf(before, session, record));
  for (const RecordDiff& one : diff.changed) {
    session.PrintLine("~ " + TitleOf(crm, session, one.record));
    for (const FieldChange& change : one.fields) {
      session.PrintLine("    " + FieldLine(crm, type, session, change));
    }
  }
  session.PrintLine(Concat(diff.joined.size(), session.Say(" more, ", " de plus, "),
                           diff.left.size(), session.Say(" fewer, ", " de moins, "),
                           diff.changed.size(), session.Say(" changed, ", " changés, "), diff.same,
                           session.Say(" the same", " inchangés")));
  PrintErased(session, diff.erased);
  return none ? kDone : kNo;
}

int Diff(const Session& session, const DiffRequest& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto from = Instant("--from", request.from);
  const auto to = Instant("--to", request.to);
  if (!from.ok()) return session.Fail(from.status());
  if (!to.ok()) return session.Fail(to.status());
  const absl::StatusOr<Crm> before = crm->Past(AsOfInstant(*from, request.known));
  const absl::StatusOr<Crm> after = crm->Past(AsOfInstant(*to, request.known));
  if (!after.ok()) return session.Fail(after.status());
  if (!before.ok()) return session.Fail(before.status());
  const QueryOptions asking = QuestionOf(session);
  if (request.segment.empty() && request.subject.find('/') != std::string::npos) {
    const absl::StatusOr<RecordRef> record = FindRecord(*crm, request.subject);
    if (!record.ok()) return session.Fail(record.status());
    const auto diff = DiffRecord(*before, *after, *record, asking);
    return diff.ok() ? PrintRecordDiff(*after, *before, session, *diff)
                     : session.Fail(diff.status());
  }
  const auto diff = request.segment.empty() ? DiffType(*before, *after, request.subject, asking)
                                            : DiffMembers(*before, *after, request.segment, asking);
  return diff.ok() ? PrintPopulationDiff(*after, *before, session, *diff)
                   : session.Fail(diff.status());
}

// --- cohort, states

struct CohortRequest {
  CohortQuestion question;
  std::string entered;  // FIELD=STATE
  std::string from;
  std::string until;
};

// States by the labels of their field.
class StateNames {
 public:
  StateNames(const Crm& crm, const Session& session, const CohortQuestion& question)
      : session_(session), schema_(crm.schema()) {
    const TypeDef* type = schema_->Find(question.type);
    field_ = type == nullptr ? nullptr : type->FindField(question.field);
  }

  std::string Of(const std::string& state) const {
    if (state.empty()) return std::string(session_.Say("(none)", "(aucun)"));
    if (field_ == nullptr) return state;
    return DisplayText(*field_, Value::Text(state), session_.language());
  }
  std::string Path(const std::vector<std::string>& states) const {
    std::string text;
    for (const std::string& state : states) {
      text += Concat(text.empty() ? "" : " -> ", Of(state));
    }
    return text;
  }

 private:
  const Session& session_;
  const std::shared_ptr<const Schema> schema_;
  const FieldDef* field_;
};

int PrintCohort(const Crm& crm, const Session& session, const CohortRequest& request,
                const Cohort& cohort) {
  if (session.json) {
    Json out = {{"type", request.question.type},
                {"entered", request.entered},
                {"from", FormatTimestamp(request.question.from)},
                {"until", FormatTimestamp(request.question.until)},
                {"size", cohort.size},
                {"gone", cohort.gone},
                {"states", Json::array()},
                {"paths", Json::array()}};
    for (const CohortState& state : cohort.now) {
      out["states"].push_back(
          {{"state", state.state}, {"count", state.count}, {"ids", NamesOf(crm, state.records)}});
    }
    for (const CohortPath& path : cohort.paths) {
      out["paths"].push_back({{"states", path.states},
                              {"count", path.count},
                              {"median_seconds", Seconds(path.median)}});
    }
    out["now"] = FormatTimestamp(session.now());
    PutTimes(session, cohort.erased, out);
    session.PrintLine(out.dump());
    return kDone;
  }
  session.PrintLine(
      Concat(cohort.size, session.Say(" entered ", " entrés dans "), request.entered));
  const StateNames names(crm, session, request.question);
  TextTable table({});
  for (const CohortState& state : cohort.now) {
    table.Add({"  " + names.Of(state.state), Concat(state.count),
               Concat((200 * state.count + cohort.size) / (2 * cohort.size), " %")});
  }
  session.Print(table.ToString());
  if (cohort.gone > 0) {
    session.PrintLine(
        Concat("  ", cohort.gone, session.Say(" deleted since", " supprimés depuis")));
  }
  for (const CohortPath& path : cohort.paths) {
    session.PrintLine(
        Concat("  ", path.count, "  ", names.Path(path.states),
               path.states.size() > 1 ? Concat(" (", Lasted(session, path.median), ")") : ""));
  }
  PrintErased(session, cohort.erased);
  return kDone;
}

int RunCohort(const Session& session, CohortRequest& request) {
  const size_t equals = request.entered.find('=');
  if (equals == std::string::npos) return session.UsageError("--entered is FIELD=STATE");
  request.question.field = request.entered.substr(0, equals);
  request.question.state = request.entered.substr(equals + 1);
  const auto from = Instant("--from", request.from);
  const auto until = Instant("--until", request.until);
  if (!from.ok()) return session.Fail(from.status());
  if (!until.ok()) return session.Fail(until.status());
  request.question.from = from->value_or(Timestamp::kMin);
  request.question.until = until->value_or(session.now());
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto cohort = CohortOf(*crm, request.question, QuestionOf(session));
  return cohort.ok() ? PrintCohort(*crm, session, request, *cohort) : session.Fail(cohort.status());
}

int RunTransitions(const Session& session, const CohortRequest& request) {
  const auto from = Instant("--from", request.from);
  if (!from.ok()) return session.Fail(from.status());
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto found = TransitionsOf(*crm, request.question.type, request.question.field,
                                   from->value_or(Timestamp::kMin), QuestionOf(session));
  if (!found.ok()) return session.Fail(found.status());
  const StateNames names(*crm, session, request.question);
  Json out = Json::array();
  TextTable table({std::string(session.Say("from", "de")), std::string(session.Say("to", "vers")),
                   std::string(session.Say("count", "nombre")),
                   std::string(session.Say("median", "médiane"))});
  for (const Transition& one : *found) {
    out.push_back({{"from", one.from},
                   {"to", one.to},
                   {"count", one.count},
                   {"median_seconds", Seconds(one.median)}});
    table.Add(
        {names.Of(one.from), names.Of(one.to), Concat(one.count), Lasted(session, one.median)});
  }
  if (session.json) {
    session.PrintLine(out.dump());
  } else {
    session.Print(table.ToString());
  }
  return kDone;
}

void AddCohorts(CLI::App& app, Session& session) {
  auto request = std::make_shared<CohortRequest>();
  CLI::App* cohort = AddCommand(
      app, "cohort", "Of those who entered a state together: where are they now?",
      "relata cohort contact --entered lifecycle=customer --from 2026-03-01 --until 2026-04-01");
  cohort->add_option("TYPE", request->question.type, "Type of the records")->required();
  cohort->add_option("--entered", request->entered, "The state, as FIELD=STATE")
      ->type_name("FIELD=STATE")
      ->required();
  cohort->add_option("--from", request->from, "Entered then or later")->type_name("RFC3339");
  cohort->add_option("--until", request->until, "Entered before")->type_name("RFC3339");
  AddTimeOptions(*cohort, session);
  session.On(cohort, [&session, request] { return RunCohort(session, *request); });
  CLI::App* transitions =
      AddCommand(app, "transitions", "From which state to which, how often, after how long");
  transitions->add_option("TYPE", request->question.type, "Type of the records")->required();
  transitions->add_option("FIELD", request->question.field, "lifecycle, stage, status")->required();
  transitions->add_option("--from", request->from, "Since then")->type_name("RFC3339");
  AddTimeOptions(*transitions, session);
  session.On(transitions, [&session, request] { return RunTransitions(session, *request); });
}

}  // namespace

void AddTimelineCommands(CLI::App& app, Session& session) {
  auto timeline = std::make_shared<TimelineRequest>();
  CLI::App* told = AddCommand(app, "timeline", "Everything that happened to a record, in order",
                              "Its changes, states with how long they lasted, events, the records "
                              "that name it, consent.");
  told->add_option("RECORD", timeline->record, "TYPE/ID")->required();
  told->add_option("--from", timeline->from, "Then or later")->type_name("RFC3339");
  told->add_option("--until", timeline->until, "Before")->type_name("RFC3339");
  AddTimeOptions(*told, session);
  session.On(told, [&session, timeline] { return Timeline(session, *timeline); });

  auto diff = std::make_shared<DiffRequest>();
  CLI::App* different = AddCommand(
      app, "diff", "What is different between two instants",
      "relata diff contact/zoho:2585 --from 2026-03-01 --to 2026-04-01\nrelata diff contact --from "
      "2026-03-01\nrelata diff --segment ripe --from 2026-03-01\nStatus 0 when nothing is, 1 when "
      "something is.");
  different->add_option("SUBJECT", diff->subject, "TYPE/ID, or a TYPE for all its records");
  different->add_option("--segment", diff->segment, "The members of a segment")->type_name("NAME");
  different->add_option("--from", diff->from, "The first instant")
      ->type_name("RFC3339")
      ->required();
  different->add_option("--to", diff->to, "The second; today when not given")->type_name("RFC3339");
  different->add_flag("--known", diff->known, "By when it was recorded, not by when it was so");
  session.On(different, [&session, diff] {
    if (diff->subject.empty() == diff->segment.empty()) {
      return session.UsageError("diff needs TYPE/ID, TYPE or --segment NAME");
    }
    return Diff(session, *diff);
  });
  AddCohorts(app, session);
}

}  // namespace relata::shell
