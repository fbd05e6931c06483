// SPDX-License-Identifier: Apache-2.0

#include "relata/score/rule_score.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/json_members.h"
#include "base/strings.h"
#include "engine/conditions.h"
#include "nlohmann/json.hpp"
#include "score/kept_definition.h"
#include "score/population_scorer.h"
#include "score/record_scorer.h"
#include "score/score_program.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::CheckScore;
using internal::Concat;
using internal::JsonMembers;
using internal::PopulationScorer;
using internal::RecordScorer;
using internal::ScoreProgram;
using Json = nlohmann::json;

constexpr std::string_view kKind = "score";

std::optional<double> ReadCap(JsonMembers& in) {
  if (!in.Has("cap")) return std::nullopt;
  const double cap = in.Number("cap");
  if (cap < 0) in.Fail("cap is 0 or more");
  return cap;
}

Duration ReadDays(JsonMembers& in, const char* key) {
  const double days = in.Number(key);
  if (days < 0 || days > 36'500) in.Fail(Concat(key, " is 0 to 36500 days"));
  return Seconds(std::llround(days * 86'400));
}

absl::StatusOr<ScoreRule> ReadRule(const Json& json, const std::string& where) {
  JsonMembers in(json, where);
  ScoreRule rule;
  rule.name = in.Needed("name");
  rule.group = in.Text("group");
  rule.points = in.Number("points");
  rule.number = in.Text("number");
  rule.when = in.Text("when");
  rule.event = in.Text("event");
  rule.where = in.Text("where");
  rule.window = ReadDays(in, "window_days");
  rule.half_life = ReadDays(in, "half_life_days");
  rule.apart = ReadDays(in, "apart_days");
  const double most = in.Number("most");
  if (most < 0 || most > 1e9 || most != std::floor(most)) in.Fail("most is a whole number");
  rule.most = static_cast<int64_t>(most);
  rule.cap = ReadCap(in);
  if (rule.event.empty() && rule.when.empty() && rule.number.empty()) {
    in.Fail("one of event, when and number is needed");
  }
  if (!rule.event.empty() && !rule.when.empty()) in.Fail("an event rule has no when");
  if (rule.event.empty() &&
      (!rule.where.empty() || rule.window.micros != 0 || rule.half_life.micros != 0 ||
       rule.apart.micros != 0 || rule.most != 0)) {
    in.Fail("where, window_days, half_life_days, apart_days and most belong to event rules");
  }
  in.NothingElse();
  RELATA_RETURN_IF_ERROR(in.status());
  return rule;
}

// A score checked, permitted and with the tables it reads at hand.
struct Ready {
  ScoreProgram program;
  std::shared_ptr<const Snapshot> view;
};
absl::StatusOr<Ready> Prepare(const Crm& crm, std::string_view name, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(RuleScore score, FindScore(crm, name));
  RELATA_ASSIGN_OR_RETURN(ScoreProgram program, CheckScore(crm, std::move(score)));
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, options.reader));
  for (const auto& plan : program.Plans()) {
    RELATA_RETURN_IF_ERROR(internal::PermitReading(crm, *plan, permissions, options.purpose));
  }
  RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> tables, program.Tables(crm));
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.View(tables));
  return Ready{std::move(program), std::move(view)};
}

// The score as an expression about records of `type` asks for it.
absl::StatusOr<ScoreProgram> ProgramFor(const Asking& asking, std::string_view name, TypeId type) {
  RELATA_ASSIGN_OR_RETURN(RuleScore score, FindScore(asking.crm, name));
  RELATA_ASSIGN_OR_RETURN(ScoreProgram program, CheckScore(asking.crm, std::move(score)));
  if (program.type != type) {
    return NotFound(
        Concat("score '", name, "' is of records of type ", program.score.type, " only"));
  }
  return program;
}

}  // namespace

absl::StatusOr<RuleScore> ParseRuleScore(std::string_view name, std::string_view body) {
  const std::string where = Concat("score '", name, "'");
  const Json json = Json::parse(body, nullptr, false);
  JsonMembers in(json, where);
  RuleScore score;
  score.name = name;
  score.type = in.Needed("type");
  score.cap = ReadCap(in);
  std::set<std::string> group_names = {""};
  for (const Json& item : in.List("groups")) {
    JsonMembers group(item, Concat(where, ", group ", score.groups.size() + 1));
    score.groups.push_back({group.Text("name"), ReadCap(group)});
    group.NothingElse();
    group_names.insert(score.groups.back().name);
    RELATA_RETURN_IF_ERROR(group.status());
  }
  for (const Json& item : in.List("rules")) {
    const std::string here = Concat(where, ", rule ", score.rules.size() + 1);
    RELATA_ASSIGN_OR_RETURN(ScoreRule rule, ReadRule(item, here));
    if (!group_names.contains(rule.group)) {
      return InvalidArgument(Concat(here, ": there is no group '", rule.group, "'"));
    }
    score.rules.push_back(std::move(rule));
  }
  for (const Json& item : in.List("grades")) {
    JsonMembers grade(item, Concat(where, ", grade ", score.grades.size() + 1));
    score.grades.push_back({grade.Text("name"), grade.Number("from")});
    grade.NothingElse();
    RELATA_RETURN_IF_ERROR(grade.status());
  }
  if (score.rules.empty()) in.Fail("rules are missing");
  in.NothingElse();
  if (score.groups.size() > internal::kMostGroups) in.Fail("there are more than 64 groups");
  RELATA_RETURN_IF_ERROR(in.status());
  return score;
}

absl::Status DefineScore(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                         Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const RuleScore score, ParseRuleScore(name, body));
  const absl::StatusOr<ScoreProgram> program = CheckScore(crm, score);
  RELATA_RETURN_IF_ERROR(Annotate(program.status(), Concat("score '", name, "'")));
  for (const auto& plan : program->Plans()) {
    RELATA_ASSIGN_OR_RETURN(const bool cyclic, internal::DependsOn(crm, *plan, kKind, name));
    if (cyclic) return FailedPrecondition(Concat("score '", name, "' would depend on itself"));
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, name, std::string(body));
  return tx.Commit(now).status();
}

absl::StatusOr<RuleScore> FindScore(const Crm& crm, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(
      const std::shared_ptr<const RuleScore> score,
      internal::KeptDefinition<RuleScore>(
          crm, kKind, name, [](const Definition& definition) -> absl::StatusOr<RuleScore> {
            RELATA_ASSIGN_OR_RETURN(RuleScore read,
                                    ParseRuleScore(definition.name, definition.body));
            read.version = definition.version;
            return read;
          }));
  return *score;
}

absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> ScorePlans(const Crm& crm,
                                                                    std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(RuleScore score, FindScore(crm, name));
  RELATA_ASSIGN_OR_RETURN(const ScoreProgram program, CheckScore(crm, std::move(score)));
  return program.Plans();
}

absl::StatusOr<double> AnswerScore(const Asking& asking, std::string_view name, RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(const ScoreProgram program, ProgramFor(asking, name, record.type));
  RecordScorer scorer(asking.crm, asking.view, program, asking.now);
  RELATA_ASSIGN_OR_RETURN(const ScoredRecord scored, scorer.Score(record));
  return scored.total;
}

absl::StatusOr<std::vector<double>> AnswerScores(const Asking& asking, std::string_view name,
                                                 TypeId type) {
  RELATA_ASSIGN_OR_RETURN(const ScoreProgram program, ProgramFor(asking, name, type));
  RELATA_ASSIGN_OR_RETURN(PopulationScores scores,
                          PopulationScorer(asking.crm, asking.view, program, asking.now).Totals());
  return std::move(scores.totals);
}

absl::StatusOr<ScoredRecord> ScoreOf(const Crm& crm, std::string_view name, RecordRef record,
                                     const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Ready ready, Prepare(crm, name, options));
  const RecordRef here = crm.Resolve(record);
  if (here.type != ready.program.type) {
    return InvalidArgument(
        Concat("score '", name, "' is of records of type ", ready.program.score.type));
  }
  if (!ready.view->Exists(here)) return NotFound("there is no such record");
  RELATA_RETURN_IF_ERROR(internal::MayBeProfiled(*ready.view, here, options.now));
  return RecordScorer(crm, *ready.view, ready.program, options.now).Score(here);
}

absl::StatusOr<PopulationScores> ScoreAll(const Crm& crm, std::string_view name,
                                          const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Ready ready, Prepare(crm, name, options));
  RELATA_ASSIGN_OR_RETURN(PopulationScores all,
                          PopulationScorer(crm, *ready.view, ready.program, options.now).Totals());
  RELATA_RETURN_IF_ERROR(
      internal::LeaveOutObjectors(*ready.view, all.type, options.now, all.totals));
  return all;
}

absl::StatusOr<std::vector<ScoredRecord>> TopScores(const Crm& crm, std::string_view name,
                                                    const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Ready ready, Prepare(crm, name, options));
  RELATA_ASSIGN_OR_RETURN(PopulationScores all,
                          PopulationScorer(crm, *ready.view, ready.program, options.now).Totals());
  RELATA_RETURN_IF_ERROR(
      internal::LeaveOutObjectors(*ready.view, all.type, options.now, all.totals));
  std::vector<Row> rows;
  for (size_t row = 0; row < all.totals.size(); ++row) {
    if (!std::isnan(all.totals[row])) rows.push_back(static_cast<Row>(row));
  }
  const size_t n = options.limit == 0 ? rows.size() : std::min(options.limit, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(n), rows.end(),
                    [&](Row a, Row b) {
                      return std::pair(-all.totals[static_cast<size_t>(a)], a) <
                             std::pair(-all.totals[static_cast<size_t>(b)], b);
                    });
  RecordScorer scorer(crm, *ready.view, ready.program, options.now);
  std::vector<ScoredRecord> top;
  for (size_t i = 0; i < n; ++i) {
    RELATA_ASSIGN_OR_RETURN(ScoredRecord scored, scorer.Score({ready.program.type, rows[i]}));
    top.push_back(std::move(scored));
  }
  return top;
}

}  // namespace relata
