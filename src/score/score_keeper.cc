// SPDX-License-Identifier: Apache-2.0

#include "relata/score/score_keeper.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/reach.h"
#include "relata/score/rule_score.h"
#include "score/event_scan.h"
#include "score/population_scorer.h"
#include "score/record_scorer.h"
#include "score/score_program.h"

namespace relata {

using internal::Capped;
using internal::ColumnarEvents;
using internal::Concat;
using internal::PopulationScorer;
using internal::RecordScorer;
using internal::RowBits;
using internal::RuleProgram;
using internal::ScoreProgram;

class ScoreKeeper::State {
 public:
  State(const Crm& crm, std::string_view name, const QueryOptions& asking)
      : crm_(crm), name_(name), asking_(asking), present_(asking.now) {}

  absl::Status Build();
  absl::Status CatchUp(Timestamp now);
  absl::StatusOr<double> Total(RecordRef record, Timestamp now);
  absl::StatusOr<std::vector<std::pair<Row, double>>> Top(size_t n, Timestamp now);
  const Work& work() const { return work_; }

 private:
  // What is kept of one rule: points for conditions, sums for events, nothing when it is asked.
  struct Kept {
    std::vector<double> points;
    PopulationScorer::EventSums sums;
    std::set<Row> due;  // rows whose sum is to be worked out again when time or facts move on
  };
  bool Asked(size_t rule) const { return program_->rules[rule].asks_now(); }
  bool IsEvents(size_t rule) const { return program_->rules[rule].events.has_value(); }
  // Whether the kept sum of a row says what the rule gives at `now`.
  bool Says(const Kept& kept, size_t rule, size_t row, Timestamp now) const;
  absl::StatusOr<double> Points(size_t rule, size_t row, Timestamp now, RecordScorer& one);
  absl::StatusOr<std::vector<double>> PointsOfAll(size_t rule, Timestamp now, RecordScorer& one);

  absl::Status Load();
  absl::Status BuildRule(size_t rule);
  void Grow();
  absl::Status Follow(const Snapshot& before);
  absl::StatusOr<std::vector<RecordRef>> ChangedSince(CommitId commit) const;
  void FollowEvents(const Snapshot& before, size_t rule);
  absl::Status SumAgain(size_t rule, size_t row, RecordScorer& one);
  CommitBatch WritesSince(const Snapshot& before, const std::vector<RecordRef>& changed) const;
  absl::Status CollectDue(size_t rule, const CommitBatch& writes, const Snapshot& before,
                          internal::Due& due) const;
  bool MustBuild(const Snapshot& before, const std::vector<RecordRef>& changed) const;

  const Crm& crm_;
  const std::string name_;
  const QueryOptions asking_;
  Timestamp present_;
  std::optional<ScoreProgram> program_;
  std::shared_ptr<const Snapshot> view_;
  std::vector<Kept> kept_;
  Work work_;
};

// --- Building ----------------------------------------------------------------------------------

// The definition and the graph as they stand.
absl::Status ScoreKeeper::State::Load() {
  RELATA_ASSIGN_OR_RETURN(RuleScore score, FindScore(crm_, name_));
  const bool same = program_ && view_ != nullptr && program_->score.version == score.version &&
                    view_->shared_schema() == crm_.schema();
  if (!same) {
    RELATA_ASSIGN_OR_RETURN(program_, internal::CheckScore(crm_, std::move(score)));
    view_ = nullptr;
  }
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm_, asking_.reader));
  for (const auto& plan : program_->Plans()) {
    RELATA_RETURN_IF_ERROR(internal::PermitReading(crm_, *plan, permissions, asking_.purpose));
  }
  return absl::OkStatus();
}

absl::Status ScoreKeeper::State::Build() {
  RELATA_RETURN_IF_ERROR(Load());
  RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> tables, program_->Tables(crm_));
  RELATA_ASSIGN_OR_RETURN(view_, crm_.View(tables));
  ++work_.builds;
  kept_.assign(program_->rules.size(), Kept());
  for (size_t i = 0; i < kept_.size(); ++i) RELATA_RETURN_IF_ERROR(BuildRule(i));
  return absl::OkStatus();
}

absl::Status ScoreKeeper::State::BuildRule(size_t rule) {
  if (Asked(rule)) return absl::OkStatus();
  PopulationScorer all(crm_, *view_, *program_, present_);
  if (IsEvents(rule)) {
    RELATA_ASSIGN_OR_RETURN(kept_[rule].sums, all.SumEvents(rule));
    const std::vector<Row>& to_come = kept_[rule].sums.to_come;
    kept_[rule].due = {to_come.begin(), to_come.end()};
    return absl::OkStatus();
  }
  RowBits undecided(static_cast<size_t>(view_->RowLimit(program_->type)));
  RELATA_ASSIGN_OR_RETURN(kept_[rule].points, all.ConditionPoints(rule, undecided));
  return absl::OkStatus();
}

// --- Following commits -------------------------------------------------------------------------

absl::Status ScoreKeeper::State::CatchUp(Timestamp now) {
  present_ = now;
  const std::shared_ptr<const Snapshot> before = view_;
  RELATA_RETURN_IF_ERROR(Load());
  if (view_ == nullptr) return Build();
  RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> tables, program_->Tables(crm_));
  RELATA_ASSIGN_OR_RETURN(view_, crm_.View(tables));
  return Follow(*before);
}

absl::StatusOr<std::vector<RecordRef>> ScoreKeeper::State::ChangedSince(CommitId commit) const {
  std::vector<RecordRef> changed;
  RELATA_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, crm_.engine().Read());
  RELATA_RETURN_IF_ERROR(reader->ScanChanges(commit, std::nullopt, [&](const ChangeRow& row) {
    for (int64_t i = 0; i < row.change.rows; ++i) {
      changed.push_back({row.change.type, row.change.row + i});
    }
    return absl::OkStatus();
  }));
  return changed;
}

namespace {

// Whether an event that was there has gone: those behind it have other places then, and points were
// given for it.
bool LostEvents(const Snapshot& before, const Snapshot& after) {
  for (const TypeDef* type : before.schema().types()) {
    if (!type->event || !before.Loaded(type->id) || !after.Loaded(type->id)) continue;
    const int64_t count = before.EventCount(type->id);
    if (count == 0) continue;
    const EventRef last{type->id, count - 1};
    if (after.EventCount(type->id) < count || after.EventSeq(last) != before.EventSeq(last)) {
      return true;
    }
  }
  return false;
}

}  // namespace

// Merges move the facts of a record to another; what an event links to changes points in a way that
// no path from the subject tells; an erased event is told by nothing that was written.
bool ScoreKeeper::State::MustBuild(const Snapshot& before,
                                   const std::vector<RecordRef>& changed) const {
  if (LostEvents(before, *view_)) return true;
  const internal::Graph& old_graph = before.graph();
  const internal::Graph& new_graph = view_->graph();
  for (size_t t = 0; t < old_graph.aliases.size() && t < new_graph.aliases.size(); ++t) {
    if (old_graph.aliases[t].get() != new_graph.aliases[t].get()) return true;
  }
  std::set<TypeId> far;
  const TypeDef* rate = view_->schema().Find("exchange_rate");
  for (const RuleProgram& rule : program_->rules) {
    if (!rule.events) continue;
    if (rate != nullptr) far.insert(rate->id);
    const Plan& plan = (rule.values ? *rule.values : *rule.events).expression->plan();
    for (const auto& [type, field] : plan.paths().fields) far.insert(type);
  }
  return std::any_of(changed.begin(), changed.end(),
                     [&](RecordRef r) { return far.contains(r.type); });
}

void ScoreKeeper::State::Grow() {
  const auto rows = static_cast<size_t>(view_->RowLimit(program_->type));
  for (size_t i = 0; i < kept_.size(); ++i) {
    if (Asked(i)) continue;
    Kept& kept = kept_[i];
    if (!IsEvents(i)) {
      kept.points.resize(rows);
      continue;
    }
    kept.sums.sums.resize(rows);
    kept.sums.ask.Resize(rows);
    if (program_->score.rules[i].window.micros != 0) kept.sums.oldest.resize(rows, INT64_MAX);
  }
}

// What was written as the reach of a condition takes it: every record as if it were new, since what
// of it changed is not told.
CommitBatch ScoreKeeper::State::WritesSince(const Snapshot& before,
                                            const std::vector<RecordRef>& changed) const {
  CommitBatch writes;
  for (const RecordRef record : changed) {
    RecordWrite write;
    write.type = record.type;
    write.row = record.row;
    writes.records.push_back(std::move(write));
  }
  for (const TypeDef* type : view_->schema().types()) {
    if (!type->event || !view_->Loaded(type->id)) continue;
    EventBatch events;
    events.type = type->id;
    for (int64_t i = before.EventCount(type->id); i < view_->EventCount(type->id); ++i) {
      events.subjects.push_back(view_->EventSubject({type->id, i}).row);
    }
    if (!events.subjects.empty()) writes.events.push_back(std::move(events));
  }
  return writes;
}

// The rows whose condition or number the writes concern.
absl::Status ScoreKeeper::State::CollectDue(size_t rule, const CommitBatch& writes,
                                            const Snapshot& before, internal::Due& due) const {
  for (const auto* c : {&program_->rules[rule].when, &program_->rules[rule].number}) {
    if (!*c) continue;
    RELATA_ASSIGN_OR_RETURN(const internal::Reach reach,
                            internal::Reach::Of(crm_, (*c)->expression->shared_plan()));
    reach.Collect(writes, before, *view_, due);
  }
  return absl::OkStatus();
}

absl::Status ScoreKeeper::State::Follow(const Snapshot& before) {
  std::vector<RecordRef> changed;
  if (view_->commit() != before.commit()) {
    RELATA_ASSIGN_OR_RETURN(changed, ChangedSince(before.commit()));
  }
  if (MustBuild(before, changed)) return Build();
  Grow();
  const CommitBatch writes = WritesSince(before, changed);
  RecordScorer one(crm_, *view_, *program_, present_);
  for (size_t i = 0; i < kept_.size(); ++i) {
    if (Asked(i)) continue;
    if (IsEvents(i)) {
      FollowEvents(before, i);
      const std::set<Row> again = std::move(kept_[i].due);
      kept_[i].due.clear();
      for (const Row row : again) {
        RELATA_RETURN_IF_ERROR(SumAgain(i, static_cast<size_t>(row), one));
      }
      continue;
    }
    internal::Due due;
    RELATA_RETURN_IF_ERROR(CollectDue(i, writes, before, due));
    if (due.everybody) {
      RELATA_RETURN_IF_ERROR(BuildRule(i));
      continue;
    }
    for (const Row row : due.Rows()) {
      const RecordRef record{program_->type, row};
      double& points = kept_[i].points[static_cast<size_t>(row)];
      points = 0;
      if (!view_->Exists(record)) continue;
      RELATA_ASSIGN_OR_RETURN(const Contribution c, one.Contribute(i, record));
      points = c.points;
      ++work_.parts;
    }
  }
  return absl::OkStatus();
}

// The rule's part of what was appended. Where the order of time or a limit of repeats matters, the
// row is asked again as a whole.
void ScoreKeeper::State::FollowEvents(const Snapshot& before, size_t rule) {
  const TypeId type = program_->rules[rule].event;
  const int64_t from = before.EventCount(type);
  const int64_t until = view_->EventCount(type);
  if (from == until) return;
  work_.events += until - from;
  const ScoreRule& definition = program_->score.rules[rule];
  const bool repeats = definition.most != 0 || definition.apart.micros != 0;
  PopulationScorer::EventSums& kept = kept_[rule].sums;
  PopulationScorer all(crm_, *view_, *program_, present_);
  for (const PopulationScorer::NewEvent& e : all.NewEvents(rule, from, until)) {
    if (e.odd || repeats || e.at > present_ || e.at.micros < kept.sums[e.row].last) {
      kept.ask.Set(e.row);
      kept_[rule].due.insert(static_cast<Row>(e.row));
    } else if (!kept.ask.Test(e.row)) {
      kept.sums[e.row].Add(e.points, e.at, definition.half_life);
      if (!kept.oldest.empty()) kept.oldest[e.row] = std::min(kept.oldest[e.row], e.at.micros);
    }
  }
}

absl::Status ScoreKeeper::State::SumAgain(size_t rule, size_t row, RecordScorer& one) {
  PopulationScorer::EventSums& kept = kept_[rule].sums;
  const RecordRef record{program_->type, static_cast<Row>(row)};
  if (!view_->Exists(record)) return absl::OkStatus();
  ++work_.parts;
  RELATA_ASSIGN_OR_RETURN(const std::optional<RecordScorer::OwnEvents> own,
                          one.SumEvents(rule, record));
  if (!own) return absl::OkStatus();  // undecided: asked with every total
  if (own->to_come) {
    kept_[rule].due.insert(record.row);
    return absl::OkStatus();
  }
  kept.sums[row] = own->sum;
  if (!kept.oldest.empty()) kept.oldest[row] = own->oldest;
  kept.ask.Clear(row);
  return absl::OkStatus();
}

// --- Answering ---------------------------------------------------------------------------------

bool ScoreKeeper::State::Says(const Kept& kept, size_t rule, size_t row, Timestamp now) const {
  if (kept.sums.ask.Test(row) || kept.sums.sums[row].last > now.micros) return false;
  if (kept.sums.oldest.empty()) return true;
  // A window that begins earlier than that of the present may hold events that were left out.
  return now >= present_ &&
         kept.sums.oldest[row] > internal::WindowStart(program_->score.rules[rule], now).micros;
}

absl::StatusOr<double> ScoreKeeper::State::Points(size_t rule, size_t row, Timestamp now,
                                                  RecordScorer& one) {
  const ScoreRule& definition = program_->score.rules[rule];
  if (!Asked(rule)) {
    const Kept& kept = kept_[rule];
    if (!IsEvents(rule)) return kept.points[row];
    if (Says(kept, rule, row, now)) {
      return Capped(kept.sums.sums[row].At(now, definition.half_life), definition.cap);
    }
  }
  ++work_.parts;
  RELATA_ASSIGN_OR_RETURN(const Contribution c,
                          one.Contribute(rule, {program_->type, static_cast<Row>(row)}));
  return c.points;
}

absl::StatusOr<double> ScoreKeeper::State::Total(RecordRef record, Timestamp now) {
  const RecordRef here = view_->Resolve(record);
  if (here.type != program_->type) {
    return InvalidArgument(
        Concat("score '", name_, "' is of records of type ", program_->score.type));
  }
  if (!view_->Exists(here)) return NotFound("there is no such record");
  RecordScorer one(crm_, *view_, *program_, now);
  std::vector<double> points;
  for (size_t i = 0; i < kept_.size(); ++i) {
    RELATA_ASSIGN_OR_RETURN(const double p, Points(i, static_cast<size_t>(here.row), now, one));
    points.push_back(p);
  }
  return program_->Total(points.data());
}

absl::StatusOr<std::vector<double>> ScoreKeeper::State::PointsOfAll(size_t rule, Timestamp now,
                                                                    RecordScorer& one) {
  const auto rows = static_cast<size_t>(view_->RowLimit(program_->type));
  const ScoreRule& definition = program_->score.rules[rule];
  std::vector<double> points(rows);
  RowBits odd(rows);
  if (!Asked(rule) && !IsEvents(rule)) return kept_[rule].points;
  if (!Asked(rule)) {
    const Kept& kept = kept_[rule];
    for (size_t row = 0; row < rows; ++row) {
      if (Says(kept, rule, row, now)) {
        points[row] = Capped(kept.sums.sums[row].At(now, definition.half_life), definition.cap);
      } else {
        odd.Set(row);
      }
    }
  } else if (!IsEvents(rule)) {
    return PopulationScorer(crm_, *view_, *program_, now).ConditionPoints(rule, odd);
  }
  // Where many must be asked, one scan of all events costs less.
  if (Asked(rule) || static_cast<size_t>(odd.Count()) > rows / 64 + 16) {
    RELATA_ASSIGN_OR_RETURN(const PopulationScorer::EventSums sums,
                            PopulationScorer(crm_, *view_, *program_, now).SumEvents(rule));
    odd = sums.ask;
    for (size_t row = 0; row < rows; ++row) {
      points[row] = Capped(sums.sums[row].At(now, definition.half_life), definition.cap);
    }
  }
  for (const Row row : odd.Rows()) {
    const RecordRef record{program_->type, row};
    if (!view_->Exists(record)) continue;
    ++work_.parts;
    RELATA_ASSIGN_OR_RETURN(const Contribution c, one.Contribute(rule, record));
    points[static_cast<size_t>(row)] = c.points;
  }
  return points;
}

absl::StatusOr<std::vector<std::pair<Row, double>>> ScoreKeeper::State::Top(size_t n,
                                                                            Timestamp now) {
  const auto rows = static_cast<size_t>(view_->RowLimit(program_->type));
  RecordScorer one(crm_, *view_, *program_, now);
  std::vector<std::vector<double>> parts;
  for (size_t i = 0; i < kept_.size(); ++i) {
    RELATA_ASSIGN_OR_RETURN(std::vector<double> points, PointsOfAll(i, now, one));
    parts.push_back(std::move(points));
  }
  std::vector<std::pair<Row, double>> top;
  std::vector<double> points(kept_.size());
  for (size_t row = 0; row < rows; ++row) {
    if (!view_->Exists({program_->type, static_cast<Row>(row)})) continue;
    for (size_t i = 0; i < parts.size(); ++i) points[i] = parts[i][row];
    top.emplace_back(static_cast<Row>(row), program_->Total(points.data()));
  }
  const size_t kept = n == 0 ? top.size() : std::min(n, top.size());
  std::partial_sort(top.begin(), top.begin() + static_cast<std::ptrdiff_t>(kept), top.end(),
                    [](const auto& a, const auto& b) {
                      return std::pair(-a.second, a.first) < std::pair(-b.second, b.first);
                    });
  top.resize(kept);
  return top;
}

// --- The handle --------------------------------------------------------------------------------

ScoreKeeper::ScoreKeeper(std::unique_ptr<State> state) : state_(std::move(state)) {}
ScoreKeeper::ScoreKeeper(ScoreKeeper&&) noexcept = default;
ScoreKeeper& ScoreKeeper::operator=(ScoreKeeper&&) noexcept = default;
ScoreKeeper::~ScoreKeeper() = default;

absl::StatusOr<ScoreKeeper> ScoreKeeper::Make(const Crm& crm, std::string_view name,
                                              const QueryOptions& asking) {
  auto state = std::make_unique<State>(crm, name, asking);
  RELATA_RETURN_IF_ERROR(state->Build());
  return ScoreKeeper(std::move(state));
}

absl::Status ScoreKeeper::CatchUp(Timestamp now) { return state_->CatchUp(now); }
absl::StatusOr<double> ScoreKeeper::Total(RecordRef record, Timestamp now) const {
  return state_->Total(record, now);
}
absl::StatusOr<std::vector<std::pair<Row, double>>> ScoreKeeper::Top(size_t n,
                                                                     Timestamp now) const {
  return state_->Top(n, now);
}
ScoreKeeper::Work ScoreKeeper::work() const { return state_->work(); }

}  // namespace relata
