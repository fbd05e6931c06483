// SPDX-License-Identifier: Apache-2.0
//
// Scores by rules and order cadence.

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "relata/score/customers.h"
#include "relata/score/rule_score.h"
#include "shell/command.h"
#include "shell/limit_option.h"
#include "shell/ranking.h"
#include "shell/records.h"

namespace relata::shell {
namespace {

using internal::Concat;

struct Request {
  std::string name;
  std::string body;
  std::string record;
  std::string type = "account";
  size_t limit = 20;
  double factor = 1.5;
};

// Points with at most two decimals: "12", "7.25".
std::string Points(double points) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", points);
  std::string out = text;
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

int Define(const Session& session, const Request& request) {
  absl::StatusOr<Crm> crm = session.Open(/*create=*/true);
  if (!crm.ok()) return session.Fail(crm.status());
  std::string body = request.body;
  if (!body.starts_with("{")) {
    absl::StatusOr<std::string> text = ReadText(body);
    if (!text.ok()) return session.Fail(text.status());
    body = *std::move(text);
  }
  const absl::Status saved = DefineScore(*crm, request.name, body, session.actor(), session.now());
  if (!saved.ok()) return session.Fail(saved);
  session.PrintLine(session.json ? Json({{"score", request.name}}).dump()
                                 : Concat(request.name, session.Say(": saved", " : enregistré")));
  return kDone;
}

int List(const Session& session) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  Json out = Json::array();
  TextTable table({"score", "type", std::string(session.Say("rules", "règles")), "version"});
  for (const Definition& definition : crm->Definitions("score")) {
    const absl::StatusOr<RuleScore> score = FindScore(*crm, definition.name);
    if (!score.ok()) return session.Fail(score.status());
    out.push_back({{"score", score->name},
                   {"type", score->type},
                   {"rules", score->rules.size()},
                   {"version", score->version}});
    table.Add({score->name, score->type, std::to_string(score->rules.size()),
               std::to_string(score->version)});
  }
  session.Print(session.json ? out.dump() + "\n" : table.ToString());
  return kDone;
}

absl::StatusOr<Json> ScoredJson(const Crm& crm, const ScoredRecord& scored) {
  RELATA_ASSIGN_OR_RETURN(const std::string name, crm.Name(scored.record));
  Json out = {{"id", name}, {"total", scored.total}};
  if (!scored.grade.empty()) out["grade"] = scored.grade;
  out["contributions"] = Json::array();
  for (const Contribution& c : scored.contributions) {
    Json one = {{"rule", c.rule}, {"group", c.group}, {"points", c.points}, {"events", c.events}};
    if (!c.undecided.empty()) one["undecided"] = c.undecided;
    out["contributions"].push_back(std::move(one));
  }
  return out;
}

std::string ContributionText(const Session& session, const Contribution& c) {
  std::string out = Concat("  ", c.points > 0 ? "+" : "", Points(c.points), "  ", c.rule);
  if (!c.events.empty()) {
    out += Concat(" (", c.events.size(), session.Say(" events: ", " événements : "));
    for (size_t i = 0; i < c.events.size() && i < 5; ++i) {
      out += Concat(i == 0 ? "#" : ", #", c.events[i]);
    }
    out += c.events.size() > 5 ? ", ...)" : ")";
  }
  if (!c.undecided.empty())
    out += Concat(session.Say("  undecided: ", "  indécis : "), c.undecided);
  return out;
}

int Top(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  QueryOptions asking = QuestionOf(session);
  asking.limit = request.limit;
  const absl::StatusOr<std::vector<ScoredRecord>> top = TopScores(*crm, request.name, asking);
  if (!top.ok()) return session.Fail(top.status());
  Ranking ranking(
      *crm, session,
      {std::string(session.Say("points", "points")), std::string(session.Say("grade", "niveau"))});
  for (const ScoredRecord& scored : *top) {
    const absl::StatusOr<Json> row = ScoredJson(*crm, scored);
    if (!row.ok()) return session.Fail(row.status());
    const absl::Status added =
        ranking.Add(scored.record, {Points(scored.total), scored.grade}, *row);
    if (!added.ok()) return session.Fail(added);
  }
  return ranking.Print("score", request.name, "records");
}

int Why(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  return WhyScore(*crm, session, request.name, request.record);
}

int64_t WholeDays(Duration d) { return d.micros / Days(1).micros; }

int Cadences(const Session& session, const Request& request) {
  const absl::StatusOr<Crm> crm = session.Open();
  if (!crm.ok()) return session.Fail(crm.status());
  const absl::StatusOr<std::vector<Cadence>> late =
      LateCustomers(*crm, request.type, request.factor, QuestionOf(session));
  if (!late.ok()) return session.Fail(late.status());
  const TypeDef* type = crm->schema()->Find(request.type);
  if (type == nullptr) return session.UsageError(Concat("there is no type ", request.type));
  Json rows = Json::array();
  int64_t shown = 0;
  for (const Cadence& cadence : *late) {
    if (request.limit != 0 && shown++ >= static_cast<int64_t>(request.limit)) break;
    const RecordRef record{type->id, cadence.customer};
    const absl::StatusOr<std::string> name = crm->Name(record);
    if (!name.ok()) return session.Fail(name.status());
    rows.push_back({{"id", *name},
                    {"orders", cadence.orders},
                    {"usual_days", WholeDays(cadence.usual)},
                    {"since_days", WholeDays(cadence.since)},
                    {"chance", cadence.chance}});
    if (session.json) continue;
    const absl::StatusOr<std::string> title = crm->Title(record, QuestionOf(session));
    session.PrintLine(Concat(title.ok() ? *title : *name,
                             session.Say(": usually every ", " : d'ordinaire tous les "),
                             WholeDays(cadence.usual), session.Say(" days, now ", " jours, là "),
                             WholeDays(cadence.since),
                             session.Say(" (as long by chance: ", " (aussi long par hasard : "),
                             ChanceText(cadence.chance, session.language()), ")"));
  }
  if (session.json) {
    session.PrintLine(
        Json(
            {{"now", FormatTimestamp(session.now())}, {"count", late->size()}, {"customers", rows}})
            .dump());
  }
  return kDone;
}

}  // namespace

int WhyScore(const Crm& crm, const Session& session, const std::string& name,
             const std::string& record_name) {
  const absl::StatusOr<RuleScore> score = FindScore(crm, name);
  if (!score.ok()) return session.Fail(score.status());
  const bool bare = record_name.find('/') == std::string::npos;
  const absl::StatusOr<RecordRef> record =
      FindRecord(crm, bare ? Concat(score->type, "/", record_name) : record_name);
  if (!record.ok()) return session.Fail(record.status());
  const absl::StatusOr<ScoredRecord> scored = ScoreOf(crm, name, *record, QuestionOf(session));
  if (!scored.ok()) return session.Fail(scored.status());
  if (session.json) {
    absl::StatusOr<Json> out = ScoredJson(crm, *scored);
    if (!out.ok()) return session.Fail(out.status());
    (*out)["score"] = name;
    (*out)["version"] = score->version;
    (*out)["now"] = FormatTimestamp(session.now());
    session.PrintLine(out->dump());
    return kDone;
  }
  session.PrintLine(Concat(TitleLine(crm, session, *record, record_name), Points(scored->total),
                           scored->grade.empty() ? "" : " ", scored->grade));
  for (const Contribution& c : scored->contributions) {
    session.PrintLine(ContributionText(session, c));
  }
  return kDone;
}

void AddScoreCommands(CLI::App& app, Session& session) {
  auto request = std::make_shared<Request>();
  CLI::App* score = AddCommand(app, "score", "Scores by rules: define, rank, explain");
  score->require_subcommand(1);
  CLI::App* define =
      AddCommand(*score, "define", "Save a score",
                 "BODY is JSON, or a file of it:\n"
                 "{\"type\":\"contact\",\"cap\":100,\"rules\":[{\"name\":\"pricing\","
                 "\"points\":5,\n \"event\":\"page_view\",\"where\":"
                 "\"e.path.startsWith('/pricing')\",\"half_life_days\":30}]}");
  define->add_option("NAME", request->name)->required();
  define->add_option("BODY", request->body)->required();
  session.On(define, [&session, request] { return Define(session, *request); });
  CLI::App* list = AddCommand(*score, "list", "All scores");
  session.On(list, [&session] { return List(session); });
  CLI::App* top = AddCommand(*score, "top", "The records with the highest totals");
  top->add_option("NAME", request->name)->required();
  top->add_option("--limit", request->limit)
      ->type_name("N")
      ->capture_default_str()
      ->check(NotNegative());
  session.On(top, [&session, request] { return Top(session, *request); });
  CLI::App* why = AddCommand(*score, "why", "What gave a record its points");
  why->add_option("NAME", request->name)->required();
  why->add_option("RECORD", request->record, "TYPE/ID")->required();
  session.On(why, [&session, request] { return Why(session, *request); });

  CLI::App* cadence = AddCommand(app, "cadence", "Customers who are later than they usually are",
                                 "The median time between a customer's orders, and the time since "
                                 "the last,\nfor those whose silence is longer than --factor times "
                                 "their usual interval,\nand the chance of so long an "
                                 "interval if they went on as before.");
  cadence->add_option("TYPE", request->type, "account or contact")->capture_default_str();
  cadence->add_option("--factor", request->factor)->type_name("X")->capture_default_str();
  cadence->add_option("--limit", request->limit)
      ->type_name("N")
      ->capture_default_str()
      ->check(NotNegative());
  session.On(cadence, [&session, request] { return Cadences(session, *request); });
}

}  // namespace relata::shell
