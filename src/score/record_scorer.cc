// SPDX-License-Identifier: Apache-2.0

#include "score/record_scorer.h"

#include <cmath>
#include <utility>

#include "engine/engine.h"

namespace relata::internal {

std::optional<double> NumberOf(const Value& value) {
  if (value.is(Value::Kind::kInt)) return static_cast<double>(value.int_value());
  if (value.is(Value::Kind::kDouble) && std::isfinite(value.double_value())) {
    return value.double_value();
  }
  return std::nullopt;
}

RecordScorer::RecordScorer(const Crm& crm, const Snapshot& view, const ScoreProgram& program,
                           Timestamp now)
    : view_(view),
      program_(program),
      now_(now),
      graph_(crm, view, crm.engine().hooks(), now),
      rules_(program.rules.size()) {
  EvaluationContext context;
  context.view = &graph_;
  context.now = now;
  context.zone = ZoneOf(crm);
  for (size_t i = 0; i < rules_.size(); ++i) {
    const ScoreRule& rule = program.score.rules[i];
    context.parameters[kFrom] = Value::Time(LookFrom(rule, now));
    context.parameters[kUntil] = Value::Time(now);
    const RuleProgram& checked = program.rules[i];
    Ready& ready = rules_[i];
    const auto make = [&](const std::optional<Condition>& c, std::optional<Interpreter>& into) {
      if (c) into.emplace(c->expression->shared_plan(), context);
    };
    make(checked.when, ready.when);
    make(checked.number, ready.number);
    make(checked.events, ready.events);
    make(checked.values, ready.values);
  }
}

absl::StatusOr<ScoredRecord> RecordScorer::Score(RecordRef record) {
  ScoredRecord scored;
  scored.record = record;
  std::vector<double> points;
  for (size_t i = 0; i < rules_.size(); ++i) {
    RELATA_ASSIGN_OR_RETURN(Contribution c, Contribute(i, record));
    points.push_back(c.points);
    if (c.points != 0 || !c.events.empty() || !c.undecided.empty()) {
      scored.contributions.push_back(std::move(c));
    }
  }
  scored.total = program_.Total(points.data());
  const ScoreGrade* best = nullptr;
  for (const ScoreGrade& grade : program_.score.grades) {
    if (grade.from <= scored.total && (best == nullptr || grade.from > best->from)) best = &grade;
  }
  if (best != nullptr) scored.grade = best->name;
  return scored;
}

absl::StatusOr<Contribution> RecordScorer::Contribute(size_t rule, RecordRef record) {
  const ScoreRule& definition = program_.score.rules[rule];
  Contribution c{definition.name, definition.group, 0, {}, ""};
  if (rules_[rule].events) {
    RELATA_RETURN_IF_ERROR(AddEvents(rule, record, c).status());
  } else {
    RELATA_RETURN_IF_ERROR(AddCondition(rule, record, c));
  }
  c.points = Capped(c.points, definition.cap);
  return c;
}

absl::StatusOr<std::optional<RecordScorer::OwnEvents>> RecordScorer::SumEvents(size_t rule,
                                                                               RecordRef record) {
  Contribution c;
  RELATA_ASSIGN_OR_RETURN(std::optional<OwnEvents> own, AddEvents(rule, record, c));
  std::vector<int64_t> places;
  const TypeId type = program_.rules[rule].event;
  view_.Events(record, type, places);
  if (own && !places.empty()) own->to_come = view_.EventAt({type, places.back()}) > now_;
  return own;
}

absl::Status RecordScorer::AddCondition(size_t rule, RecordRef record, Contribution& c) {
  Ready& ready = rules_[rule];
  if (ready.when) {
    RELATA_ASSIGN_OR_RETURN(const EvalResult when, ready.when->Evaluate(record));
    if (when.tri() == Tri::kError) c.undecided = when.ok() ? "no bool" : when.error;
    if (when.tri() != Tri::kTrue) return absl::OkStatus();
  }
  double points = program_.score.rules[rule].points;
  if (ready.number) {
    RELATA_ASSIGN_OR_RETURN(const EvalResult result, ready.number->Evaluate(record));
    const std::optional<double> number = result.ok() ? NumberOf(result.value) : std::nullopt;
    if (!number) {
      c.undecided = result.ok() ? "no number" : result.error;
      return absl::OkStatus();
    }
    points += *number;
  }
  c.points = points;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RecordScorer::OwnEvents>> RecordScorer::AddEvents(size_t rule,
                                                                               RecordRef record,
                                                                               Contribution& c) {
  Ready& ready = rules_[rule];
  const ScoreRule& definition = program_.score.rules[rule];
  RELATA_ASSIGN_OR_RETURN(const EvalResult found, ready.events->Evaluate(record));
  EvalResult numbers;
  if (ready.values && found.ok()) {
    RELATA_ASSIGN_OR_RETURN(numbers, ready.values->Evaluate(record));
  }
  if (!found.ok() || !numbers.ok()) {
    c.undecided = found.ok() ? numbers.error : found.error;
    return std::optional<OwnEvents>();
  }
  const ValueList& list = found.value.list();
  const Timestamp from = WindowStart(definition, now_);
  EventSum sum(definition, from);
  struct Counted {
    EventRef event;
    Timestamp at;
    double points;
  };
  std::vector<Counted> counted;
  for (size_t i = 0; i < list.size(); ++i) {
    const EventRef event{list[i].record().type, list[i].record().row};
    double points = definition.points;
    if (ready.values) {
      const std::optional<double> number = NumberOf(numbers.value.list()[i]);
      if (!number) {
        c.undecided = "no number";
        return std::optional<OwnEvents>();
      }
      points += *number;
    }
    const Timestamp at = view_.EventAt(event);
    if (sum.Counts(at) && at > from) counted.push_back({event, at, points});
  }
  const auto most = static_cast<size_t>(definition.most);
  const size_t skip = most == 0 || counted.size() <= most ? 0 : counted.size() - most;
  OwnEvents own;
  for (size_t i = skip; i < counted.size(); ++i) {
    sum.Add(counted[i].points, counted[i].at);
    own.oldest = std::min(own.oldest, counted[i].at.micros);
  }
  for (size_t i = counted.size(); i > skip; --i) {
    c.events.push_back(view_.EventSeq(counted[i - 1].event));
  }
  own.sum = sum.sum();
  c.points = own.sum.At(now_, definition.half_life);
  return std::optional<OwnEvents>(own);
}

}  // namespace relata::internal
