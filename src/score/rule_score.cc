// SPDX-License-Identifier: Apache-2.0

#include "relata/score/rule_score.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/json_members.h"
#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "relata/score/decay.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Condition;
using internal::JsonMembers;
using Json = nlohmann::json;

constexpr std::string_view kKind = "score";

double Capped(double points, const std::optional<double>& cap) {
  return cap ? std::clamp(points, -*cap, *cap) : points;
}

// --- Reading a definition
// ----------------------------------------------------------------------------

std::optional<double> ReadCap(JsonMembers& in) {
  if (!in.Has("cap")) return std::nullopt;
  const double cap = in.Number("cap");
  if (cap < 0) in.Fail("cap is 0 or more");
  return cap;
}

Duration ReadDays(JsonMembers& in, const char* key) {
  const double days = in.Number(key);
  if (days < 0 || days > 36'500) in.Fail(Concat(key, " is 0 to 36500 days"));
  return {static_cast<int64_t>(days * 86'400e6)};
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
  rule.most = static_cast<int64_t>(in.Number("most"));
  rule.cap = ReadCap(in);
  if (rule.event.empty() && rule.when.empty() && rule.number.empty()) {
    in.Fail("one of event, when and number is needed");
  }
  if (!rule.event.empty() && (!rule.when.empty() || !rule.number.empty())) {
    in.Fail("an event rule has no when and no number");
  }
  if (rule.event.empty() && (!rule.where.empty() || rule.window.micros != 0 ||
                             rule.half_life.micros != 0 || rule.most != 0)) {
    in.Fail("where, window_days, half_life_days and most belong to event rules");
  }
  RELATA_RETURN_IF_ERROR(in.status());
  return rule;
}

// --- Evaluating
// --------------------------------------------------------------------------------------

// The text that yields the events of a rule: filtered, inside the window, not later than now.
std::string EventsText(std::string_view type, const ScoreRule& rule) {
  std::string filter = "e.at <= now";
  if (rule.window.micros > 0) {
    filter += Concat(" && e.at > now - duration('", rule.window.micros / 1'000'000, "s')");
  }
  if (!rule.where.empty()) filter += Concat(" && (", rule.where, ")");
  return Concat(type, ".events('", rule.event, "').filter(e, ", filter, ")");
}

struct RuleCondition {
  std::optional<Condition> when;
  std::optional<Condition> number;
  std::optional<Condition> events;
};

absl::StatusOr<RuleCondition> CheckRule(const Crm& crm, const std::string& type,
                                        const ScoreRule& rule) {
  RuleCondition checked;
  const auto check = [&](const std::string& text, ValueType expected,
                         std::optional<Condition>& into) -> absl::Status {
    if (text.empty()) return absl::OkStatus();
    absl::StatusOr<Condition> c = internal::CheckCondition(crm, type, text, {}, expected);
    if (!c.ok()) return Annotate(c.status(), Concat("rule '", rule.name, "'"));
    into = *std::move(c);
    return absl::OkStatus();
  };
  RELATA_RETURN_IF_ERROR(check(rule.when, ValueType::Kind::kBool, checked.when));
  RELATA_RETURN_IF_ERROR(check(rule.number, ValueType(), checked.number));
  if (!rule.event.empty()) {
    RELATA_RETURN_IF_ERROR(check(EventsText(type, rule), ValueType(), checked.events));
  }
  return checked;
}

// A score made ready to be computed for many records of one snapshot.
class Scorer {
 public:
  static absl::StatusOr<Scorer> Make(const Crm& crm, const Snapshot& view, RuleScore score,
                                     Timestamp now) {
    Scorer scorer(crm, view, std::move(score), now);
    for (const ScoreRule& rule : scorer.score_.rules) {
      RELATA_ASSIGN_OR_RETURN(RuleCondition checked, CheckRule(crm, scorer.score_.type, rule));
      scorer.rules_.push_back(std::move(checked));
    }
    return scorer;
  }

  absl::StatusOr<ScoredRecord> Score(RecordRef record) const {
    ScoredRecord scored;
    scored.record = record;
    for (size_t i = 0; i < rules_.size(); ++i) {
      RELATA_ASSIGN_OR_RETURN(Contribution c, Contribute(score_.rules[i], rules_[i], record));
      if (c.points != 0 || !c.events.empty() || !c.undecided.empty()) {
        scored.contributions.push_back(std::move(c));
      }
    }
    scored.total = Total(scored.contributions);
    const ScoreGrade* best = nullptr;
    for (const ScoreGrade& grade : score_.grades) {
      if (grade.from <= scored.total && (best == nullptr || grade.from > best->from)) best = &grade;
    }
    if (best != nullptr) scored.grade = best->name;
    return scored;
  }

 private:
  Scorer(const Crm& crm, const Snapshot& view, RuleScore score, Timestamp now)
      : crm_(&crm), view_(&view), score_(std::move(score)), now_(now) {}

  absl::StatusOr<EvalResult> Value(const Condition& condition, RecordRef record) const {
    QueryOptions options;
    options.now = now_;
    return internal::EvaluateOn(*crm_, *view_, condition, record, options);
  }

  absl::StatusOr<Contribution> Contribute(const ScoreRule& rule, const RuleCondition& checked,
                                          RecordRef record) const {
    Contribution c{rule.name, rule.group, 0, {}, ""};
    if (checked.events) {
      RELATA_RETURN_IF_ERROR(AddEvents(rule, *checked.events, record, c));
    } else {
      if (checked.when) {
        RELATA_ASSIGN_OR_RETURN(const EvalResult when, Value(*checked.when, record));
        if (when.tri() == Tri::kError) c.undecided = when.error;
        if (when.tri() != Tri::kTrue) return c;
      }
      c.points = rule.points;
      if (checked.number) {
        RELATA_ASSIGN_OR_RETURN(const EvalResult number, Value(*checked.number, record));
        AddNumber(number, c);
      }
    }
    c.points = Capped(c.points, rule.cap);
    return c;
  }

  static void AddNumber(const EvalResult& result, Contribution& c) {
    using Kind = relata::Value::Kind;
    double number = 0;
    if (result.ok() && result.value.is(Kind::kDouble)) number = result.value.double_value();
    if (result.ok() && result.value.is(Kind::kInt)) {
      number = static_cast<double>(result.value.int_value());
    }
    if (!result.ok()) c.undecided = result.error;
    if (std::isfinite(number)) c.points += number;
  }

  absl::Status AddEvents(const ScoreRule& rule, const Condition& events, RecordRef record,
                         Contribution& c) const {
    RELATA_ASSIGN_OR_RETURN(const EvalResult found, Value(events, record));
    if (!found.ok()) {
      c.undecided = found.error;
      return absl::OkStatus();
    }
    const ValueList& list = found.value.list();
    const auto most = rule.most == 0 ? list.size() : static_cast<size_t>(rule.most);
    for (size_t i = list.size(); i > 0 && list.size() - i < most; --i) {
      const EventRef event{list[i - 1].record().type, list[i - 1].record().row};
      c.points += Decayed(rule.points, now_ - view_->EventAt(event), rule.half_life);
      c.events.push_back(view_->EventSeq(event));
    }
    return absl::OkStatus();
  }

  double Total(const std::vector<Contribution>& contributions) const {
    std::map<std::string, double> groups;
    for (const Contribution& c : contributions) groups[c.group] += c.points;
    double total = 0;
    for (const auto& [name, points] : groups) {
      const auto group = std::find_if(score_.groups.begin(), score_.groups.end(),
                                      [&](const ScoreGroup& g) { return g.name == name; });
      total += group == score_.groups.end() ? points : Capped(points, group->cap);
    }
    return Capped(total, score_.cap);
  }

  const Crm* crm_;
  const Snapshot* view_;
  RuleScore score_;
  Timestamp now_;
  std::vector<RuleCondition> rules_;
};

// Every expression of the score.
absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> PlansOf(const Crm& crm,
                                                                 const RuleScore& score) {
  std::vector<std::shared_ptr<const Plan>> plans;
  for (const ScoreRule& rule : score.rules) {
    RELATA_ASSIGN_OR_RETURN(const RuleCondition checked, CheckRule(crm, score.type, rule));
    for (const auto* c : {&checked.when, &checked.number, &checked.events}) {
      if (*c) plans.push_back((*c)->expression->shared_plan());
    }
  }
  return plans;
}

// Checks the reader's rights, loads what the score reads and makes it ready.
struct Ready {
  std::shared_ptr<const Snapshot> view;
  TypeId type = kNoType;
  Scorer scorer;
};
absl::StatusOr<Ready> Prepare(const Crm& crm, std::string_view name, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(RuleScore score, FindScore(crm, name));
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, options.reader));
  const TypeDef* type = crm.schema()->Find(score.type);
  if (type == nullptr) return InvalidArgument(Concat("there is no type '", score.type, "'"));
  std::set<TypeId> tables = {type->id};
  RELATA_ASSIGN_OR_RETURN(const auto plans, PlansOf(crm, score));
  for (const auto& plan : plans) {
    RELATA_RETURN_IF_ERROR(internal::PermitReading(crm, *plan, permissions, options.purpose));
    RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> read, internal::TablesRead(crm, *plan));
    tables.insert(read.begin(), read.end());
  }
  const std::vector<TypeId> list(tables.begin(), tables.end());
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> view, crm.View(list));
  RELATA_ASSIGN_OR_RETURN(Scorer scorer, Scorer::Make(crm, *view, std::move(score), options.now));
  return Ready{std::move(view), type->id, std::move(scorer)};
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
    RELATA_RETURN_IF_ERROR(grade.status());
  }
  if (score.rules.empty()) in.Fail("rules are missing");
  RELATA_RETURN_IF_ERROR(in.status());
  return score;
}

absl::Status DefineScore(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                         Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const RuleScore score, ParseRuleScore(name, body));
  for (const ScoreRule& rule : score.rules) {
    RELATA_RETURN_IF_ERROR(
        Annotate(CheckRule(crm, score.type, rule).status(), Concat("score '", name, "'")));
  }
  RELATA_ASSIGN_OR_RETURN(const auto plans, PlansOf(crm, score));
  for (const auto& plan : plans) {
    RELATA_ASSIGN_OR_RETURN(const bool cyclic, internal::DependsOn(crm, *plan, kKind, name));
    if (cyclic) return FailedPrecondition(Concat("score '", name, "' would depend on itself"));
  }
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, name, std::string(body));
  return tx.Commit(now).status();
}

absl::StatusOr<RuleScore> FindScore(const Crm& crm, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kKind, name));
  RELATA_ASSIGN_OR_RETURN(RuleScore score, ParseRuleScore(name, definition.body));
  score.version = definition.version;
  return score;
}

absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> ScorePlans(const Crm& crm,
                                                                    std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const RuleScore score, FindScore(crm, name));
  return PlansOf(crm, score);
}

absl::StatusOr<double> AnswerScore(const Asking& asking, std::string_view name, RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(RuleScore score, FindScore(asking.crm, name));
  RELATA_ASSIGN_OR_RETURN(const Scorer scorer,
                          Scorer::Make(asking.crm, asking.view, std::move(score), asking.now));
  RELATA_ASSIGN_OR_RETURN(const ScoredRecord scored, scorer.Score(record));
  return scored.total;
}

absl::StatusOr<ScoredRecord> ScoreOf(const Crm& crm, std::string_view name, RecordRef record,
                                     const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Ready ready, Prepare(crm, name, options));
  const RecordRef here = crm.Resolve(record);
  if (here.type != ready.type) {
    return InvalidArgument(Concat("score '", name, "' is of records of type ",
                                  ready.view->schema().type(ready.type).name));
  }
  return ready.scorer.Score(here);
}

absl::StatusOr<std::vector<ScoredRecord>> TopScores(const Crm& crm, std::string_view name,
                                                    const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const Ready ready, Prepare(crm, name, options));
  std::vector<ScoredRecord> scored;
  for (Row row = 0; row < ready.view->RowLimit(ready.type); ++row) {
    const RecordRef record{ready.type, row};
    if (!ready.view->Exists(record)) continue;
    RELATA_ASSIGN_OR_RETURN(ScoredRecord one, ready.scorer.Score(record));
    scored.push_back(std::move(one));
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const ScoredRecord& a, const ScoredRecord& b) { return a.total > b.total; });
  if (options.limit != 0 && scored.size() > options.limit) scored.resize(options.limit);
  return scored;
}

}  // namespace relata
