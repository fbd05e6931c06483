// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/segment/segment.h"
#include "shell/command.h"
#include "shell/limit_option.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  std::string name;
  std::string type;
  std::string expression;
  std::string record;
  std::string as;
  std::string bought;
  std::string not_bought;
  size_t limit = 0;
  int parts = 2;
};

int Define(const Session& session, const Request& request) {
  absl::StatusOr<Crm> crm = session.Open(/*create=*/true);
  if (!crm.ok()) return session.Fail(crm.status());
  Segment segment;
  segment.name = request.name;
  segment.type = request.type;
  segment.expression = request.expression;
  const absl::Status saved = DefineSegment(*crm, segment, session.actor(), session.now());
  if (!saved.ok()) return session.Fail(saved);
  const absl::StatusOr<QueryAnswer> members =
      SegmentMembers(*crm, request.name, QuestionOf(session));
  if (!members.ok()) return session.Fail(members.status());
  const absl::StatusOr<std::vector<Issue>> odd = SegmentWarnings(*crm, request.name);
  if (!odd.ok()) return session.Fail(odd.status());
  for (const Issue& issue : *odd) session.Warn(issue.message);
  if (session.json) {
    session.PrintLine(Json({{"segment", request.name},
                            {"type", request.type},
                            {"count", members->count},
                            {"errors", members->errors}})
                          .dump());
  } else {
    session.PrintLine(Concat(request.name, ": ", members->count,
                             session.Say(" members, ", " membres, "), members->errors,
                             session.Say(" undecided", " indécis")));
  }
  return kDone;
}

int Freeze(const Session& session, const Request& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::Status saved =
      FreezeSegment(*crm, request.name, request.as, session.actor(), session.now());
  if (!saved.ok()) return session.Fail(saved);
  const absl::StatusOr<Segment> frozen = FindSegment(*crm, request.as);
  if (!frozen.ok()) return session.Fail(frozen.status());
  if (session.json) {
    session.PrintLine(Json({{"segment", frozen->name}, {"count", frozen->members.size()}}).dump());
  } else {
    session.PrintLine(
        Concat(frozen->name, ": ", frozen->members.size(), session.Say(" members", " membres")));
  }
  return kDone;
}

Json SegmentJson(const Segment& segment) {
  Json out = {{"segment", segment.name},
              {"type", segment.type},
              {"expression", segment.expression},
              {"frozen", segment.frozen}};
  if (segment.frozen) {
    out["frozen_by"] = segment.frozen_by;
    out["frozen_at"] = FormatTimestamp(segment.frozen_at);
  }
  return out;
}

int List(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const std::vector<Segment> segments = ListSegments(*crm);
  if (session.json) {
    Json out = Json::array();
    for (const Segment& segment : segments) out.push_back(SegmentJson(segment));
    session.PrintLine(out.dump());
    return kDone;
  }
  TextTable table({std::string(session.Say("segment", "segment")), "type", "expression"});
  for (const Segment& s : segments) table.Add({s.name, s.type, s.expression});
  session.Print(table.ToString());
  return kDone;
}

int Show(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<Segment> segment = FindSegment(*crm, request.name);
  if (!segment.ok()) return session.Fail(segment.status());
  const absl::StatusOr<QueryAnswer> members =
      SegmentMembers(*crm, request.name, QuestionOf(session));
  if (!members.ok()) return session.Fail(members.status());
  if (session.json) {
    Json out = SegmentJson(*segment);
    out["count"] = members->count;
    out["errors"] = members->errors;
    out["now"] = FormatTimestamp(session.now());
    PutTimes(session, members->erased, out);
    const absl::Status kept = WhyNotKept(*crm, request.name);
    out["kept"] = kept.ok();
    if (!kept.ok()) out["why_not_kept"] = std::string(Message(kept));
    session.PrintLine(out.dump());
    return kDone;
  }
  session.PrintLine(Concat(segment->name, " (", segment->type, ")"));
  session.PrintLine("  " + segment->expression);
  if (segment->frozen) {
    session.PrintLine(Concat("  ", session.Say("frozen by ", "figé par "), segment->frozen_by, ", ",
                             FormatTimestamp(segment->frozen_at)));
  }
  session.PrintLine(Concat("  ", members->count, session.Say(" members, ", " membres, "),
                           members->errors, session.Say(" undecided, ", " indécis, "),
                           FormatTimestamp(session.now())));
  PrintErased(session, members->erased);
  const absl::Status kept = WhyNotKept(*crm, request.name);
  session.PrintLine(
      kept.ok() ? std::string(session.Say("  kept up to date by every commit",
                                          "  tenu à jour par chaque écriture"))
                : Concat(session.Say("  not kept: ", "  non tenu à jour : "), Message(kept)));
  return kDone;
}

int History(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<Segment> segment = FindSegment(*crm, request.name);
  if (!segment.ok()) return session.Fail(segment.status());
  const bool bare = request.record.find('/') == std::string::npos;
  const absl::StatusOr<RecordRef> record =
      FindRecord(*crm, bare ? Concat(segment->type, "/", request.record) : request.record);
  if (!record.ok()) return session.Fail(record.status());
  const auto entries = MembershipHistory(*crm, request.name, *record, QuestionOf(session));
  if (!entries.ok()) return session.Fail(entries.status());
  Json out = Json::array();
  TextTable table({std::string(session.Say("at", "date")), std::string(session.Say("what", "fait")),
                   std::string(session.Say("cause", "cause"))});
  for (const MembershipEntry& entry : *entries) {
    Json one = {{"at", FormatTimestamp(entry.at)}, {"entered", entry.entered}};
    one["cause"] = entry.cause;
    if (!entry.what.empty()) one["what"] = entry.what;
    if (!entry.of.empty()) one["of"] = entry.of;
    out.push_back(std::move(one));
    table.Add({FormatTimestamp(entry.at),
               std::string(entry.entered ? session.Say("entered", "entré")
                                         : session.Say("left", "sorti")),
               Concat(entry.cause, entry.what.empty() ? "" : " ", entry.what,
                      entry.of.empty() ? "" : " of ", entry.of)});
  }
  if (session.json) {
    session.PrintLine(out.dump());
  } else {
    session.Print(table.ToString());
  }
  return kDone;
}

int Overlap(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<SegmentOverlap> overlap =
      OverlapSegments(*crm, request.name, request.as, QuestionOf(session));
  if (!overlap.ok()) return session.Fail(overlap.status());
  if (session.json) {
    session.PrintLine(Json({{"both", overlap->both},
                            {"only_first", overlap->only_first},
                            {"only_second", overlap->only_second}})
                          .dump());
  } else {
    session.PrintLine(Concat(overlap->both, session.Say(" in both, ", " dans les deux, "),
                             overlap->only_first, session.Say(" only in ", " seulement dans "),
                             request.name, ", ", overlap->only_second,
                             session.Say(" only in ", " seulement dans "), request.as));
  }
  return kDone;
}

// The names of segments that were saved, with their sizes.
int PrintSaved(const Session& session, const Crm& crm, const std::vector<std::string>& names) {
  Json out = Json::array();
  for (const std::string& name : names) {
    const absl::StatusOr<QueryAnswer> members = SegmentMembers(crm, name, QuestionOf(session));
    if (!members.ok()) return session.Fail(members.status());
    out.push_back({{"segment", name}, {"count", members->count}});
    if (!session.json) {
      session.PrintLine(Concat(name, ": ", members->count, session.Say(" members", " membres")));
    }
  }
  if (session.json) session.PrintLine(out.dump());
  return kDone;
}

int Split(const Session& session, const Request& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const auto names =
      SplitSegment(*crm, request.name, request.parts, session.actor(), session.now());
  if (!names.ok()) return session.Fail(names.status());
  return PrintSaved(session, *crm, *names);
}

int Starter(const Session& session, const Request& request) {
  absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  if (!request.bought.empty()) {
    const absl::StatusOr<std::string> name =
        DefineBoughtNot(*crm, request.type, request.bought, request.not_bought, request.name,
                        session.actor(), session.now());
    if (!name.ok()) return session.Fail(name.status());
    return PrintSaved(session, *crm, {*name});
  }
  const auto names = DefineStarterSegments(*crm, session.actor(), session.now());
  if (!names.ok()) return session.Fail(names.status());
  return PrintSaved(session, *crm, *names);
}

int Members(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  QueryOptions asking = QuestionOf(session);
  asking.limit = request.limit;
  const absl::StatusOr<QueryAnswer> members = SegmentMembers(*crm, request.name, asking);
  if (!members.ok()) return session.Fail(members.status());
  Json ids = Json::array();
  TextTable table({"id", std::string(session.Say("title", "intitulé"))});
  for (const Row row : members->rows) {
    const RecordRef record{members->type, row};
    const absl::StatusOr<std::string> name = crm->Name(record);
    if (!name.ok()) return session.Fail(name.status());
    ids.push_back(*name);
    if (session.json) continue;
    const absl::StatusOr<std::string> title = crm->Title(record, QuestionOf(session));
    table.Add({*name, title.ok() ? *title : ""});
  }
  if (session.json) {
    Json out = {{"segment", request.name},
                {"count", members->count},
                {"errors", members->errors},
                {"ids", ids},
                {"now", FormatTimestamp(session.now())}};
    PutTimes(session, members->erased, out);
    session.PrintLine(out.dump());
  } else {
    session.Print(table.ToString());
    PrintErased(session, members->erased);
  }
  return kDone;
}

int Why(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  return WhySegment(*crm, session, request.name, request.record);
}

std::string_view VerdictText(const Session& session, MembershipReason::Verdict verdict) {
  switch (verdict) {
    case MembershipReason::Verdict::kMember:
      return session.Say("a member of ", "membre de ");
    case MembershipReason::Verdict::kNotMember:
      return session.Say("not a member of ", "pas membre de ");
    default:
      return session.Say("undecided for ", "indécis pour ");
  }
}

int Diff(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<SegmentDiff> diff =
      DiffSegment(*crm, request.name, request.expression, QuestionOf(session));
  if (!diff.ok()) return session.Fail(diff.status());
  Json out = {{"segment", request.name}, {"stay", diff->stay}};
  for (const auto& [word, rows] :
       {std::pair<std::string_view, const std::vector<Row>*>("enter", &diff->enter),
        std::pair<std::string_view, const std::vector<Row>*>("leave", &diff->leave)}) {
    out[word] = Json::array();
    for (const Row row : *rows) {
      const absl::StatusOr<std::string> name = crm->Name({diff->type, row});
      if (!name.ok()) return session.Fail(name.status());
      out[word].push_back(*name);
      if (!session.json) session.PrintLine(Concat(word, "  ", *name));
    }
  }
  session.PrintLine(session.json ? out.dump()
                                 : Concat(diff->enter.size(), session.Say(" enter, ", " entrent, "),
                                          diff->leave.size(), session.Say(" leave, ", " sortent, "),
                                          diff->stay, session.Say(" stay", " restent")));
  return kDone;
}

}  // namespace

int WhySegment(const Crm& crm, const Session& session, const std::string& name,
               const std::string& record_name) {
  const absl::StatusOr<Segment> segment = FindSegment(crm, name);
  if (!segment.ok()) return session.Fail(segment.status());
  const bool bare = record_name.find('/') == std::string::npos;
  const absl::StatusOr<RecordRef> record =
      FindRecord(crm, bare ? Concat(segment->type, "/", record_name) : record_name);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<MembershipReason> reason =
      WhyMember(crm, name, *record, QuestionOf(session));
  if (!reason.ok()) return session.Fail(reason.status());
  const bool member = reason->verdict == MembershipReason::Verdict::kMember;
  if (session.json) {
    Json out = {{"segment", name}, {"record", record_name}, {"member", member}};
    if (reason->verdict == MembershipReason::Verdict::kUndecided) out["member"] = nullptr;
    out["why"] = reason->facts;
    out["now"] = FormatTimestamp(session.now());
    session.PrintLine(out.dump());
  } else {
    const absl::StatusOr<std::string> title = crm.Title(*record, QuestionOf(session));
    session.PrintLine(Concat(title.ok() ? *title : record_name, ": ",
                             VerdictText(session, reason->verdict), name));
    for (const std::string& fact : reason->facts) session.PrintLine("  " + fact);
  }
  return member ? kDone : kNo;
}

void AddSegmentCommands(CLI::App& app, Session& session) {
  CLI::App* segment = AddCommand(app, "segment", "Define, list and explain named segments");
  segment->require_subcommand(1);
  auto request = std::make_shared<Request>();
  const auto add = [&](const char* name, const char* help,
                       int (*run)(const Session&, const Request&)) {
    CLI::App* command = AddCommand(*segment, name, help);
    command->add_option("NAME", request->name, "The segment")->required();
    session.On(command, [&session, request, run] { return run(session, *request); });
    return command;
  };
  CLI::App* define =
      add("define", "Save a segment; its members follow the data from then on", Define);
  define->add_option("TYPE", request->type, "Type of the records")->required();
  define->add_option("EXPR", request->expression, "Who belongs to it")->required();
  CLI::App* list = AddCommand(*segment, "list", "All segments");
  session.On(list, [&session] { return List(session); });
  AddTimeOptions(*add("show", "A segment's definition and size", Show), session);
  CLI::App* members = add("members", "Who belongs to a segment", Members);
  members->add_option("--limit", request->limit, "At most this many")
      ->type_name("N")
      ->check(NotNegative());
  AddTimeOptions(*members, session);
  CLI::App* why = add("why", "Why a record is, or is not, a member", Why);
  why->add_option("RECORD", request->record, "TYPE/ID")->required();
  AddTimeOptions(*why, session);
  CLI::App* freeze = add("freeze", "Keep today's members under another name", Freeze);
  freeze->add_option("AS", request->as, "The frozen segment's name")->required();
  CLI::App* history = add("history", "When a record came in and went out, and why", History);
  history->add_option("RECORD", request->record, "TYPE/ID")->required();
  CLI::App* overlap = add("overlap", "How much two segments have in common", Overlap);
  overlap->add_option("OTHER", request->as, "The other segment")->required();
  CLI::App* split = add("split", "Split into NAME_a, NAME_b ... for a test, for good", Split);
  split->add_option("--parts", request->parts, "Into so many")->type_name("N");
  CLI::App* starter = AddCommand(*segment, "starter", "Save the segments that everybody asks for");
  CLI::Option* bought =
      starter->add_option("--bought", request->bought, "Those who bought this product, by its code")
          ->type_name("CODE");
  CLI::Option* without =
      starter->add_option("--not", request->not_bought, "... and not this one")->type_name("CODE");
  bought->needs(without);
  without->needs(bought);
  starter->add_option("--type", request->type, "contact or account")
      ->default_val("contact")
      ->needs(bought);
  starter->add_option("--name", request->name, "Under this name")->needs(bought);
  session.On(starter, [&session, request] { return Starter(session, *request); });
  CLI::App* diff = add("diff", "Who would enter and leave under another condition", Diff);
  diff->add_option("EXPR", request->expression, "The other condition")->required();
}

}  // namespace relata::shell
