// SPDX-License-Identifier: Apache-2.0

#include "score/population_scorer.h"

#include <bit>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <utility>

#include "base/large_pages.h"
#include "engine/engine.h"
#include "score/event_scan.h"

namespace relata::internal {

int64_t RowBits::Count() const {
  int64_t n = 0;
  for (const uint64_t word : words_) n += std::popcount(word);
  return n;
}

std::vector<Row> RowBits::Rows() const {
  std::vector<Row> rows;
  for (size_t w = 0; w < words_.size(); ++w) {
    for (uint64_t word = words_[w]; word != 0; word &= word - 1) {
      rows.push_back(static_cast<Row>(w * 64) + std::countr_zero(word));
    }
  }
  return rows;
}

PopulationScorer::PopulationScorer(const Crm& crm, const Snapshot& view,
                                   const ScoreProgram& program, Timestamp now)
    : crm_(crm),
      view_(view),
      program_(program),
      now_(now),
      table_(*view.graph().Records(program.type)),
      rows_(static_cast<size_t>(table_.limit)),
      graph_(crm, view, crm.engine().hooks(), now),
      one_(crm, view, program, now),
      undecided_(rows_),
      groups_(program.score.groups.size() + 1) {}

EvaluationContext PopulationScorer::ContextOf(const ScoreRule& rule, Timestamp until) const {
  EvaluationContext context;
  context.view = &graph_;
  context.now = now_;
  context.zone = ZoneOf(crm_);
  context.parameters[kFrom] = Value::Time(LookFrom(rule, now_));
  context.parameters[kUntil] = Value::Time(until);
  return context;
}

std::unique_ptr<ColumnarEvents> PopulationScorer::EventsOf(size_t rule, Timestamp until) const {
  const RuleProgram& checked = program_.rules[rule];
  const Condition& list = checked.values ? *checked.values : *checked.events;
  return ColumnarEvents::Make(view_, list.expression->shared_plan(),
                              ContextOf(program_.score.rules[rule], until));
}

// --- Conditions --------------------------------------------------------------------------------

absl::StatusOr<std::vector<double>> PopulationScorer::ConditionPoints(size_t rule,
                                                                      RowBits& undecided) {
  const ScoreRule& definition = program_.score.rules[rule];
  const RuleProgram& checked = program_.rules[rule];
  const EvaluationContext context = ContextOf(definition, now_);
  std::vector<double> points(rows_);
  std::unique_ptr<ColumnarCondition> when;
  std::unique_ptr<ColumnarValue> number;
  if (checked.when) {
    when = ColumnarCondition::Make(view_, checked.when->expression->shared_plan(), context);
  }
  if (checked.number) {
    number = ColumnarValue::Make(view_, checked.number->expression->shared_plan(), context);
  }
  const auto ask = [&](Row row) -> absl::Status {
    RELATA_ASSIGN_OR_RETURN(const Contribution c, one_.Contribute(rule, {program_.type, row}));
    points[static_cast<size_t>(row)] = c.points;
    if (!c.undecided.empty()) undecided.Set(static_cast<size_t>(row));
    return absl::OkStatus();
  };
  Population population;
  if (when != nullptr) {
    RELATA_ASSIGN_OR_RETURN(population, when->Evaluate());
  }
  Vector value;
  for (size_t c = 0; c * kRowsPerChunk < rows_; ++c) {
    const ChunkBits* exists = table_.exists[c];
    if (exists == nullptr) continue;
    const auto row = [&](size_t i) { return c * kRowsPerChunk + i; };
    absl::Status status;
    if ((checked.when && when == nullptr) || (checked.number && number == nullptr)) {
      EachBit(*exists, [&](size_t i) {
        if (status.ok()) status = ask(static_cast<Row>(row(i)));
      });
      RELATA_RETURN_IF_ERROR(status);
      continue;
    }
    ChunkBits wanted = *exists;
    if (when != nullptr) {
      EachBit(population.is_error[c], [&](size_t i) { undecided.Set(row(i)); });
      wanted = population.is_true[c];
    }
    if (number == nullptr) {
      const double all = Capped(definition.points, definition.cap);
      EachBit(wanted, [&](size_t i) { points[row(i)] = all; });
      continue;
    }
    if (!AnyBit(wanted)) continue;
    number->Evaluate(c, wanted, value);
    EachBit(wanted, [&](size_t i) {
      if (!status.ok()) return;
      if (TestBit(value.undecided, i)) {
        status = ask(static_cast<Row>(row(i)));
        return;
      }
      const std::optional<double> n = value.Holds(i) ? NumberOf(value.Get(i)) : std::nullopt;
      if (!n) return undecided.Set(row(i));
      points[row(i)] = Capped(definition.points + *n, definition.cap);
    });
    RELATA_RETURN_IF_ERROR(status);
  }
  return points;
}

// --- Events ------------------------------------------------------------------------------------

// One event rule of a population.
struct PopulationScorer::Part {
  Part(PopulationScorer& scorer, size_t rule_index, Timestamp until)
      : rule(rule_index),
        definition(scorer.program_.score.rules[rule_index]),
        list(scorer.EventsOf(rule_index, until)),
        spoiled(scorer.rows_),
        ask(scorer.rows_) {
    if (list != nullptr) {
      scan.emplace(definition, *list, spoiled, ask);
      return;
    }
    for (size_t row = 0; row < scorer.rows_; ++row) ask.Set(row);
  }
  bool LimitsRepeats() const { return definition.most != 0 || definition.apart.micros != 0; }

  const size_t rule;
  const ScoreRule& definition;
  std::unique_ptr<ColumnarEvents> list;  // nullptr: the record scorer's
  RowBits spoiled;
  RowBits ask;
  std::optional<RuleScan> scan;
};

EventChunk PopulationScorer::ChunksOf(TypeId event) const {
  const Graph& graph = view_.graph();
  return EventChunk(graph, *graph.Events(event), program_.type, rows_);
}

// Sums what the rules over one event type give at `now`. Rows come in any order: the accumulators
// of a rule lie together, so that those of the rule at hand fit the processor's last cache for a
// million rows, and are fetched a chunk of events ahead.
absl::Status PopulationScorer::AddBlock(const std::vector<size_t>& rules) {
  const size_t width = rules.size();
  std::vector<double, LargePages<double>> sums(rows_ * width);
  std::deque<Part> parts;
  for (const size_t rule : rules) parts.emplace_back(*this, rule, now_);
  EventChunk events = ChunksOf(program_.rules[rules[0]].event);
  std::vector<double> weights;
  for (size_t c = 0; c < events.chunks(); ++c) {
    events.Go(c);
    for (size_t k = 0; k < width; ++k) {
      Part& part = parts[k];
      if (part.list == nullptr || part.LimitsRepeats()) continue;
      part.scan->Choose(events, c);
      const std::vector<uint32_t>& places = part.scan->places();
      if (places.empty()) continue;
      double* const column = sums.data() + k * rows_;
      const int64_t* const rows = events.row_data();
      const int64_t* const at = events.at_data();
      const double rate = part.definition.half_life.micros == 0
                              ? 0
                              : 1 / static_cast<double>(part.definition.half_life.micros);
      // Two passes, so that the way to memory is under way while points fade.
      const auto faded = [&](size_t i) {
        const double points = part.scan->points(i);
        return rate == 0 ? points
                         : points * std::exp2(static_cast<double>(at[i] - now_.micros) * rate);
      };
      weights.resize(places.size());
      for (size_t j = 0; j < places.size(); ++j) {
        __builtin_prefetch(column + rows[places[j]], 1);
        weights[j] = faded(places[j]);
      }
      for (size_t j = 0; j < places.size(); ++j) column[rows[places[j]]] += weights[j];
    }
  }
  for (size_t k = 0; k < width; ++k) {
    Part& part = parts[k];
    if (part.list == nullptr || !part.LimitsRepeats()) continue;
    EachRepeat(part.definition, *part.scan, events, WindowStart(part.definition, now_),
               [&](size_t row, int64_t at, double points) {
                 sums[k * rows_ + row] +=
                     Decayed(points, {now_.micros - at}, part.definition.half_life);
               });
  }
  for (size_t k = 0; k < width; ++k) {
    const Part& part = parts[k];
    std::vector<double>& group = GroupOf(part.rule);
    for (size_t row = 0; row < rows_; ++row) {
      if (part.ask.Test(row)) continue;
      if (part.spoiled.Test(row)) {
        undecided_.Set(row);
      } else {
        group[row] += Capped(sums[k * rows_ + row], part.definition.cap);
      }
    }
    RELATA_RETURN_IF_ERROR(AskRows(part));
  }
  return absl::OkStatus();
}

absl::Status PopulationScorer::AskRows(const Part& part) {
  for (const Row row : part.ask.Rows()) {
    const RecordRef record{program_.type, row};
    if (!view_.Exists(record)) continue;
    RELATA_ASSIGN_OR_RETURN(const Contribution c, one_.Contribute(part.rule, record));
    GroupOf(part.rule)[static_cast<size_t>(row)] += c.points;
    if (!c.undecided.empty()) undecided_.Set(static_cast<size_t>(row));
  }
  return absl::OkStatus();
}

absl::StatusOr<PopulationScorer::EventSums> PopulationScorer::SumEvents(size_t rule) {
  Part part(*this, rule, Timestamp::kMax);
  const ScoreRule& definition = part.definition;
  const bool windowed = definition.window.micros != 0;
  EventSums out{std::vector<DecayingSum>(rows_),
                std::vector<int64_t>(windowed ? rows_ : 0, INT64_MAX),
                RowBits(rows_),
                {}};
  if (part.list != nullptr) {
    EventChunk events = ChunksOf(program_.rules[rule].event);
    const auto add = [&](size_t row, int64_t at, double points) {
      if (at > now_.micros) {
        out.ask.Set(row);
        out.to_come.push_back(static_cast<Row>(row));
        return;
      }
      out.sums[row].Add(points, {at}, definition.half_life);
      if (windowed) out.oldest[row] = std::min(out.oldest[row], at);
    };
    if (part.LimitsRepeats()) {
      EachRepeat(definition, *part.scan, events, WindowStart(definition, now_), add);
    } else {
      for (size_t c = 0; c < events.chunks(); ++c) {
        events.Go(c);
        part.scan->Choose(events, c);
        for (const uint32_t i : part.scan->places()) {
          add(events.row(i), events.at(i), part.scan->points(i));
        }
      }
    }
  }
  for (const RowBits* bits : {&part.spoiled, &part.ask}) {
    for (const Row row : bits->Rows()) out.ask.Set(static_cast<size_t>(row));
  }
  return out;
}

std::vector<PopulationScorer::NewEvent> PopulationScorer::NewEvents(size_t rule, int64_t from,
                                                                    int64_t until) {
  Part part(*this, rule, Timestamp::kMax);
  EventChunk events = ChunksOf(program_.rules[rule].event);
  std::vector<NewEvent> found;
  for (size_t c = ChunkOf(from); c <= ChunkOf(until - 1); ++c) {
    events.Go(c);
    ChunkBits wanted{};
    if (events.present() == nullptr) continue;
    for (size_t i = 0; i < kRowsPerChunk; ++i) {
      const auto place = static_cast<int64_t>(c * kRowsPerChunk + i);
      if (place >= from && place < until && TestBit(*events.present(), i)) SetBit(wanted, i);
    }
    if (part.list == nullptr) {
      EachBit(wanted, [&](size_t i) {
        if (events.row(i) < rows_) found.push_back({events.row(i), {events.at(i)}, 0, true});
      });
      continue;
    }
    part.scan->ChooseAmong(events, c, wanted);
    for (const uint32_t i : part.scan->places()) {
      found.push_back({events.row(i), {events.at(i)}, part.scan->points(i), false});
    }
  }
  if (part.list == nullptr) return found;
  for (const RowBits* bits : {&part.spoiled, &part.ask}) {
    for (const Row row : bits->Rows()) found.push_back({static_cast<size_t>(row), {}, 0, true});
  }
  return found;
}

// --- Totals ------------------------------------------------------------------------------------

std::vector<double>& PopulationScorer::GroupOf(size_t rule) {
  const int group = program_.group[rule];
  return groups_[group < 0 ? groups_.size() - 1 : static_cast<size_t>(group)];
}

absl::StatusOr<PopulationScores> PopulationScorer::Totals() {
  for (std::vector<double>& group : groups_) group.assign(rows_, 0);
  std::map<TypeId, std::vector<size_t>> blocks;
  for (size_t i = 0; i < program_.rules.size(); ++i) {
    if (program_.rules[i].events) {
      blocks[program_.rules[i].event].push_back(i);
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(const std::vector<double> points, ConditionPoints(i, undecided_));
    std::vector<double>& group = GroupOf(i);
    for (size_t row = 0; row < rows_; ++row) group[row] += points[row];
  }
  for (const auto& [event, rules] : blocks) RELATA_RETURN_IF_ERROR(AddBlock(rules));
  PopulationScores scores;
  scores.type = program_.type;
  scores.totals = std::move(groups_.back());
  for (size_t g = 0; g + 1 < groups_.size(); ++g) {
    const std::optional<double>& cap = program_.score.groups[g].cap;
    for (size_t row = 0; row < rows_; ++row) scores.totals[row] += Capped(groups_[g][row], cap);
  }
  for (size_t row = 0; row < rows_; ++row) {
    if (!table_.Exists(static_cast<Row>(row))) {
      scores.totals[row] = std::numeric_limits<double>::quiet_NaN();
      undecided_.Clear(row);
    } else {
      scores.totals[row] = Capped(scores.totals[row], program_.score.cap);
    }
  }
  scores.undecided = undecided_.Count();
  return scores;
}

}  // namespace relata::internal
