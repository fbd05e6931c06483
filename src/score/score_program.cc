// SPDX-License-Identifier: Apache-2.0

#include "score/score_program.h"

#include <set>
#include <utility>

#include "base/strings.h"

namespace relata::internal {
namespace {

bool UsesNow(const std::optional<Condition>& c) {
  return c && c->expression->plan().now_use() != NowUse::kNone;
}

// Conditions on other definitions, on consent and on history change in ways that no path tells.
bool AsksElsewhere(const std::optional<Condition>& c) {
  if (!c) return false;
  const PathsRead& paths = c->expression->plan().paths();
  return !paths.segments.empty() || !paths.scores.empty() || paths.consent || paths.history;
}

absl::StatusOr<RuleProgram> CheckRule(const Crm& crm, const std::string& type,
                                      const ScoreRule& rule) {
  RuleProgram checked;
  std::map<std::string, Value> parameters;
  const auto check = [&](const std::string& text, ValueType expected,
                         std::optional<Condition>& into) -> absl::Status {
    if (text.empty()) return absl::OkStatus();
    absl::StatusOr<Condition> c = CheckCondition(crm, type, text, parameters, std::move(expected));
    if (!c.ok()) return Annotate(c.status(), Concat("rule '", rule.name, "'"));
    into = *std::move(c);
    return absl::OkStatus();
  };
  if (rule.event.empty()) {
    RELATA_RETURN_IF_ERROR(check(rule.when, ValueType::Kind::kBool, checked.when));
    RELATA_RETURN_IF_ERROR(check(rule.number, ValueType(), checked.number));
    return checked;
  }
  parameters = {{kFrom, Value::Time(Timestamp::kMin)}, {kUntil, Value::Time(Timestamp::kMax)}};
  std::string filter = Concat("e.at > ", kFrom, " && e.at <= ", kUntil);
  if (!rule.where.empty()) filter += Concat(" && (", rule.where, ")");
  const std::string list = Concat(type, ".events('", rule.event, "').filter(e, ", filter, ")");
  RELATA_RETURN_IF_ERROR(check(list, ValueType(), checked.events));
  if (!rule.number.empty()) {
    RELATA_RETURN_IF_ERROR(
        check(Concat(list, ".map(e, ", rule.number, ")"), ValueType(), checked.values));
  }
  checked.event = crm.schema()->Find(rule.event)->id;
  return checked;
}

}  // namespace

bool RuleProgram::asks_now() const {
  for (const auto* c : {&when, &number, &events, &values}) {
    if (UsesNow(*c) || AsksElsewhere(*c)) return true;
  }
  return false;
}

std::vector<std::shared_ptr<const Plan>> ScoreProgram::Plans() const {
  std::vector<std::shared_ptr<const Plan>> plans;
  for (const RuleProgram& rule : rules) {
    for (const auto* c : {&rule.when, &rule.number, &rule.events, &rule.values}) {
      if (*c) plans.push_back((*c)->expression->shared_plan());
    }
  }
  return plans;
}

absl::StatusOr<std::vector<TypeId>> ScoreProgram::Tables(const Crm& crm) const {
  std::set<TypeId> tables = {type};
  for (const auto& plan : Plans()) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> read, TablesRead(crm, *plan));
    tables.insert(read.begin(), read.end());
  }
  return std::vector<TypeId>(tables.begin(), tables.end());
}

double ScoreProgram::Total(const double* points) const {
  double total = 0;
  double grouped[kMostGroups] = {};
  const size_t groups = score.groups.size();
  for (size_t i = 0; i < rules.size(); ++i) {
    (group[i] < 0 ? total : grouped[group[i]]) += points[i];
  }
  for (size_t g = 0; g < groups; ++g) total += Capped(grouped[g], score.groups[g].cap);
  return Capped(total, score.cap);
}

absl::StatusOr<ScoreProgram> CheckScore(const Crm& crm, RuleScore score) {
  ScoreProgram program;
  const TypeDef* type = crm.schema()->Find(score.type);
  if (type == nullptr || type->event) {
    return InvalidArgument(Concat("there is no type of record '", score.type, "'"));
  }
  program.type = type->id;
  for (const ScoreRule& rule : score.rules) {
    RELATA_ASSIGN_OR_RETURN(RuleProgram checked, CheckRule(crm, score.type, rule));
    program.rules.push_back(std::move(checked));
    const auto found =
        std::find_if(score.groups.begin(), score.groups.end(),
                     [&](const ScoreGroup& g) { return !g.name.empty() && g.name == rule.group; });
    program.group.push_back(
        found == score.groups.end() ? -1 : static_cast<int>(found - score.groups.begin()));
  }
  program.score = std::move(score);
  return program;
}

}  // namespace relata::internal
