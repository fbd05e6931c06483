// SPDX-License-Identifier: Apache-2.0

#include "engine/membership.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "engine/columnar.h"
#include "engine/engine.h"
#include "engine/flips.h"
#include "engine/graph_view.h"
#include "engine/membership_log.h"
#include "relata/expression/evaluate.h"

namespace relata::internal {

// ---------------------------------------------------------------------------------------------------
// States

int64_t ChunkTimers::Of(size_t offset) const {
  const auto found = std::lower_bound(until.begin(), until.end(),
                                      std::pair(static_cast<uint16_t>(offset), INT64_MIN));
  return found == until.end() || found->first != offset ? Timestamp::kMax.micros : found->second;
}

void ChunkTimers::Set(size_t offset, int64_t at) {
  const auto key = static_cast<uint16_t>(offset);
  const auto found = std::lower_bound(until.begin(), until.end(), std::pair(key, INT64_MIN));
  const bool there = found != until.end() && found->first == key;
  if (at == Timestamp::kMax.micros) {
    if (there) until.erase(found);
  } else if (there) {
    found->second = at;
  } else {
    until.insert(found, {key, at});
  }
}

std::optional<bool> SegmentState::Test(Row row, Timestamp now) const {
  if (!Answers(now)) return std::nullopt;
  const size_t chunk = ChunkOf(row);
  const ChunkTimers* timed = timers[chunk];
  if (timed != nullptr && timed->Of(OffsetOf(row)) <= now.micros) return std::nullopt;
  const ChunkBits* bits = members[chunk];
  return bits != nullptr && TestBit(*bits, OffsetOf(row));
}

Timestamp SegmentState::HoldsUntil(Row row) const {
  const ChunkTimers* timed = timers[ChunkOf(row)];
  const int64_t at = timed == nullptr ? Timestamp::kMax.micros : timed->Of(OffsetOf(row));
  return {std::min(at, filled_until.micros)};
}

const SegmentState* StateOfPlan(const SegmentState& state, const Plan& plan) {
  const bool same = state.filled && &state.plan->condition.expression->plan() == &plan;
  return same ? &state : nullptr;
}

namespace {

bool Has(const Directory<ChunkBits>& bits, Row row) {
  const ChunkBits* chunk = bits[ChunkOf(row)];
  return chunk != nullptr && TestBit(*chunk, OffsetOf(row));
}

void Put(Directory<ChunkBits>& bits, Row row, bool on, EditToken edit) {
  if (Has(bits, row) == on) return;
  ChunkBits& chunk = bits.Edit(ChunkOf(row), edit);
  on ? SetBit(chunk, OffsetOf(row)) : ClearBit(chunk, OffsetOf(row));
}

// A question under way over one graph at one instant.
struct Question {
  Question(const Crm& crm, const Snapshot& snapshot, Timestamp now, const FindState& states)
      : view(crm, snapshot, crm.engine().hooks(), now, states) {
    context.view = &view;
    context.now = now;
    context.zone = ZoneOf(crm);
  }
  SnapshotView view;
  EvaluationContext context;
};

// Keeps one state up to date on one graph.
class Keeper {
 public:
  // `states`: of the segments that this one names, on the same graph.
  Keeper(const Crm& crm, const Snapshot& view, Timestamp now, SegmentState& state, FindState states)
      : crm_(crm),
        view_(view),
        now_(now),
        state_(state),
        states_(std::move(states)),
        plan_(*state.plan),
        type_(plan_.condition.type),
        edit_(NewEdit()) {}

  // Everybody, and timers for those whose answer runs out before the horizon.
  absl::Status All() {
    QueryOptions asking;
    asking.now = now_;
    RELATA_ASSIGN_OR_RETURN(const QueryAnswer answer,
                            SelectOn(crm_, view_, plan_.condition, asking));
    state_.members = {};
    state_.timers = {};
    state_.agenda = std::make_shared<std::set<std::pair<int64_t, Row>>>();
    for (const Row row : answer.rows) Put(state_.members, row, true, edit_);
    state_.filled = true;
    state_.as_of = state_.advanced_to = now_;
    state_.filled_until = Timestamp::kMax;
    if (plan_.now_use == NowUse::kNone) return absl::OkStatus();
    const int64_t left = Timestamp::kMax.micros - now_.micros;
    const Timestamp horizon = now_ + Duration{std::min(left, kHorizon.micros)};
    state_.filled_until = horizon;
    RELATA_ASSIGN_OR_RETURN(const std::vector<Row> moving, FindMoving(horizon));
    return Ask(moving);
  }

  // These rows.
  absl::Status Ask(const std::vector<Row>& rows) {
    if (rows.empty()) return absl::OkStatus();
    Question question(crm_, view_, now_, states_);
    state_.as_of = std::max(state_.as_of, now_);
    if (rows.size() <= kFewDue) return AskEach(rows, question);
    std::vector<Row> here;
    for (const Row row : rows) {
      if (view_.Exists({type_, row})) {
        here.push_back(row);
      } else {
        Note(row, {});
      }
    }
    const std::shared_ptr<const Plan> plan = plan_.condition.expression->shared_plan();
    const auto columnar = ColumnarCondition::Make(view_, plan, question.context);
    if (columnar == nullptr) return AskEach(here, question);
    RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> answers, columnar->EvaluateAmong(here));
    RELATA_ASSIGN_OR_RETURN(const std::vector<bool> moving, MovingAmong(here, question));
    std::vector<Row> timed;
    for (size_t i = 0; i < here.size(); ++i) {
      if (moving[i]) {
        timed.push_back(here[i]);
      } else {
        Note(here[i], {answers[i], Timestamp::kMax});
      }
    }
    return AskEach(timed, question);
  }

  // The rows whose timer has run out.
  std::vector<Row> RunOut() const {
    std::vector<Row> rows;
    if (!state_.agenda) return rows;
    for (const auto& [at, row] : *state_.agenda) {
      if (at > now_.micros) break;
      const ChunkTimers* timers = state_.timers[ChunkOf(row)];
      if (timers != nullptr && timers->Of(OffsetOf(row)) == at) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

 private:
  absl::Status AskEach(const std::vector<Row>& rows, Question& question) {
    if (rows.empty()) return absl::OkStatus();
    Interpreter interpreter(plan_.condition.expression->shared_plan(), question.context);
    for (const Row row : rows) {
      TimedTri answer;
      if (view_.Exists({type_, row})) {
        RELATA_ASSIGN_OR_RETURN(answer, interpreter.EvaluateTimed({type_, row}));
      }
      Note(row, answer);
    }
    return absl::OkStatus();
  }

  void Note(Row row, const TimedTri& answer) {
    Put(state_.members, row, answer.value == Tri::kTrue, edit_);
    if (plan_.now_use != NowUse::kNone) SetTimer(row, answer.valid_until);
  }

  void SetTimer(Row row, Timestamp until) {
    const bool kept = state_.filled && until < state_.filled_until;
    const int64_t at = kept ? until.micros : Timestamp::kMax.micros;
    const ChunkTimers* timers = state_.timers[ChunkOf(row)];
    if ((timers == nullptr ? Timestamp::kMax.micros : timers->Of(OffsetOf(row))) == at) return;
    state_.timers.Edit(ChunkOf(row), edit_).Set(OffsetOf(row), at);
    if (kept) state_.agenda->emplace(at, row);
  }

  // Whose answer may run out before the horizon; brings the horizon forward to the first jump of a
  // calendar.
  absl::StatusOr<std::vector<Row>> FindMoving(Timestamp horizon) {
    Question question(crm_, view_, now_, states_);
    std::vector<Row> moving;
    bool each = false;
    for (const Reach::Named& named : plan_.reach.plans()) {
      const Flips flips = FindFlips(named.plan, question.context, horizon);
      state_.filled_until = std::min(state_.filled_until, flips.jump);
      each |= flips.each;
      if (each || flips.question == nullptr) continue;
      RELATA_ASSIGN_OR_RETURN(std::vector<Row> rows, Maybe(flips.question, question.context));
      each |= !plan_.reach.Subjects(named.route, std::move(rows), view_, view_, moving);
    }
    if (each) {
      moving.clear();
      for (Row row = 0; row < view_.RowLimit(type_); ++row) {
        if (view_.Exists({type_, row})) moving.push_back(row);
      }
      return moving;
    }
    std::sort(moving.begin(), moving.end());
    moving.erase(std::unique(moving.begin(), moving.end()), moving.end());
    return moving;
  }

  // Which of these rows' answers may run out while the state reaches. Calendars do not count: the
  // state reaches to their first jump at most.
  absl::StatusOr<std::vector<bool>> MovingAmong(const std::vector<Row>& rows, Question& question) {
    std::vector<bool> moving(rows.size());
    if (plan_.now_use == NowUse::kNone || !state_.filled) return moving;
    const std::vector<bool> everybody(rows.size(), true);
    for (const Reach::Named& named : plan_.reach.plans()) {
      const SegmentState* known =
          named.segment.empty() || named.route != 0 ? nullptr : states_(named.segment, *named.plan);
      if (known != nullptr && known->Answers(now_) && known->filled_until >= state_.filled_until) {
        for (size_t i = 0; i < rows.size(); ++i) {
          if (known->HoldsUntil(rows[i]) < state_.filled_until) moving[i] = true;
        }
        continue;
      }
      const Flips flips = FindFlips(named.plan, question.context, state_.filled_until);
      if (flips.each) return everybody;
      if (flips.question == nullptr) continue;
      const auto columnar = ColumnarCondition::Make(view_, flips.question, question.context);
      if (named.route != 0 || columnar == nullptr) return everybody;
      RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> may, columnar->EvaluateAmong(rows));
      for (size_t i = 0; i < rows.size(); ++i) {
        if (may[i] != Tri::kFalse) moving[i] = true;
      }
    }
    return moving;
  }

  // The records for which the question is not false.
  absl::StatusOr<std::vector<Row>> Maybe(const std::shared_ptr<const Plan>& plan,
                                         const EvaluationContext& context) {
    std::vector<Row> rows;
    if (const auto columnar = ColumnarCondition::Make(view_, plan, context)) {
      RELATA_ASSIGN_OR_RETURN(const Population population, columnar->Evaluate());
      for (size_t chunk = 0; chunk < population.is_true.size(); ++chunk) {
        for (size_t w = 0; w < kWordsPerChunk; ++w) {
          uint64_t word = population.is_true[chunk][w] | population.is_error[chunk][w];
          for (; word != 0; word &= word - 1) {
            rows.push_back(static_cast<Row>(chunk * kRowsPerChunk + w * 64) +
                           std::countr_zero(word));
          }
        }
      }
      return rows;
    }
    Interpreter interpreter(plan, context);
    for (Row row = 0; row < view_.RowLimit(plan->subject_type()); ++row) {
      const RecordRef record{plan->subject_type(), row};
      if (!view_.Exists(record)) continue;
      RELATA_ASSIGN_OR_RETURN(const Tri tri, interpreter.EvaluateBoolean(record));
      if (tri != Tri::kFalse) rows.push_back(row);
    }
    return rows;
  }

  const Crm& crm_;
  const Snapshot& view_;
  const Timestamp now_;
  SegmentState& state_;
  const FindState states_;
  const SegmentPlan& plan_;
  const TypeId type_;
  const EditToken edit_;
};

}  // namespace

// ---------------------------------------------------------------------------------------------------
// Plans

namespace {

// Why the plan's answers cannot be kept, with the place in its text.
absl::Status Maintainable(const CheckedExpression& expression) {
  const Plan& plan = expression.plan();
  for (const NowPlace& place : plan.now_places()) {
    if (place.use != NowUse::kOther) continue;
    const std::string_view what = std::string_view(expression.text())
                                      .substr(place.span.begin, place.span.end - place.span.begin);
    return FailedPrecondition(
        Concat("when '", what,
               "' changes cannot be foreseen: the segment can be asked at any "
               "instant, its members are not kept up to date"));
  }
  if (plan.paths().history) {
    return FailedPrecondition(
        "it reads the history of a field: the segment can be asked at any instant, its members are "
        "not kept up to date");
  }
  return absl::OkStatus();
}

absl::Status AddBodies(const Crm& crm, const SegmentBodies& all, const std::string& name,
                       SegmentPlan& plan) {
  for (const auto& [known, body] : plan.bodies) {
    if (known == name) return absl::OkStatus();
  }
  const auto found = all.find(name);
  if (found == all.end()) return NotFound(Concat("there is no segment '", name, "'"));
  RELATA_RETURN_IF_ERROR(found->second.status());
  const std::shared_ptr<const SegmentBody>& body = *found->second;
  plan.bodies.emplace_back(name, body);
  plan.text += Concat(name, "\n", body->type, "\n", body->expression, "\n");
  if (body->frozen) {
    for (const Uuid& id : *body->frozen) plan.text += id.ToString();
    return absl::OkStatus();
  }
  RELATA_ASSIGN_OR_RETURN(const Condition condition, FindSegment(crm, name));
  const Plan& asked = condition.expression->plan();
  plan.now_use = std::max(plan.now_use, asked.now_use());
  if (plan.maintainable.ok()) {
    plan.maintainable = Maintainable(*condition.expression);
    if (!plan.maintainable.ok() && plan.bodies.size() > 1) {
      plan.maintainable = Annotate(plan.maintainable, Concat("through segment '", name, "'"));
    }
  }
  for (const std::string& next : asked.paths().segments) {
    RELATA_RETURN_IF_ERROR(AddBodies(crm, all, next, plan));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SegmentPlan>> Memberships::PlanOf(const Crm& crm,
                                                                       std::string_view name) {
  const std::shared_ptr<const SegmentBodies> all = ParsedSegments(crm);
  const std::shared_ptr<const Schema> schema = crm.schema();
  if (const auto known = plans_.find(name); known != plans_.end()) {
    const SegmentPlan& plan = *known->second;
    const bool current =
        plan.schema == schema &&
        std::all_of(plan.bodies.begin(), plan.bodies.end(), [&](const auto& named) {
          const auto found = all->find(named.first);
          return found != all->end() && found->second.ok() && *found->second == named.second;
        });
    if (current) return known->second;
  }
  auto plan = std::make_shared<SegmentPlan>();
  plan->schema = schema;
  RELATA_RETURN_IF_ERROR(AddBodies(crm, *all, std::string(name), *plan));
  RELATA_ASSIGN_OR_RETURN(plan->condition, FindSegment(crm, name));
  if (plan->condition.frozen) {
    plan->maintainable = FailedPrecondition("its members are frozen");
  } else if (plan->maintainable.ok()) {
    const std::shared_ptr<const Plan>& asked = plan->condition.expression->shared_plan();
    RELATA_ASSIGN_OR_RETURN(plan->reach, Reach::Of(crm, asked));
    RELATA_ASSIGN_OR_RETURN(plan->columns, ColumnsNeededBy(crm, plan->condition));
    // Who is asked about by public id is found by it.
    plan->columns.push_back({plan->condition.type, {kIdField}});
  }
  plans_.insert_or_assign(std::string(name), plan);
  return plan;
}

std::vector<ColumnsNeeded> Memberships::ColumnsFor(const Crm& crm, const std::set<TypeId>& written,
                                                   const std::vector<DefinitionWrite>& definitions,
                                                   bool time_only) {
  std::vector<ColumnsNeeded> columns;
  const std::shared_ptr<const SegmentBodies> all = ParsedSegments(crm);
  for (const auto& [name, body] : *all) {
    const auto plan = PlanOf(crm, name);
    if (!plan.ok() || !(*plan)->maintainable.ok()) continue;
    const bool defined =
        std::any_of(definitions.begin(), definitions.end(), [&](const DefinitionWrite& write) {
          if (write.kind != "segment") return false;
          return std::any_of((*plan)->bodies.begin(), (*plan)->bodies.end(),
                             [&](const auto& named) { return named.first == write.name; });
        });
    const std::set<TypeId>& read = (*plan)->reach.types();
    const bool reached = std::any_of(written.begin(), written.end(),
                                     [&](TypeId type) { return read.contains(type); });
    if (defined || reached || time_only) {
      columns.insert(columns.end(), (*plan)->columns.begin(), (*plan)->columns.end());
    }
  }
  return columns;
}

// ---------------------------------------------------------------------------------------------------
// Commits

SegmentState& Memberships::Edit(const std::string& name,
                                const std::shared_ptr<const SegmentPlan>& plan) {
  auto found = pending_.find(name);
  if (found == pending_.end()) {
    SegmentState state;
    const auto known = published_->segments.find(name);
    if (!anew_ && known != published_->segments.end()) state = *known->second;
    found = pending_.emplace(name, std::move(state)).first;
  }
  SegmentState& state = found->second;
  if (state.plan && state.plan->text != plan->text) state.filled = false;
  state.plan = plan;
  return state;
}

const SegmentState* Memberships::Newest(std::string_view name, const Plan& plan) const {
  if (const auto made = pending_.find(name); made != pending_.end()) {
    return StateOfPlan(made->second, plan);
  }
  const auto known = published_->segments.find(name);
  if (anew_ || known == published_->segments.end()) return nullptr;
  return StateOfPlan(*known->second, plan);
}

absl::Status Memberships::Record(CommitStep& step, const FindId& id_of) {
  for (const DefinitionWrite& write : step.writes().definitions) {
    if (write.kind == "segment" && write.body.empty()) {
      RELATA_RETURN_IF_ERROR(RecordRetired(step, write.name, id_of));
    }
  }
  // Those that others name come before them: a segment stands on more definitions than any of them.
  std::vector<std::pair<size_t, std::string>> order;
  const std::shared_ptr<const SegmentBodies> all = ParsedSegments(step.crm());
  for (const auto& [name, body] : *all) {
    const auto plan = PlanOf(step.crm(), name);
    if (plan.ok()) order.emplace_back((*plan)->bodies.size(), name);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [size, name] : order) {
    RELATA_RETURN_IF_ERROR(RecordSegment(step, name, id_of));
  }
  return absl::OkStatus();
}

namespace {

bool WritesAnyOf(const CommitBatch& writes, const std::set<TypeId>& types) {
  const auto in = [&](TypeId type) { return types.contains(type); };
  return std::any_of(writes.records.begin(), writes.records.end(),
                     [&](const RecordWrite& w) { return in(w.type); }) ||
         std::any_of(writes.events.begin(), writes.events.end(),
                     [&](const EventBatch& e) { return in(e.type); }) ||
         std::any_of(writes.aliases.begin(), writes.aliases.end(),
                     [&](const AliasWrite& a) { return in(a.loser.type) || in(a.winner.type); });
}

bool Defines(const CommitBatch& writes, const SegmentPlan& plan) {
  return std::any_of(
      writes.definitions.begin(), writes.definitions.end(), [&](const DefinitionWrite& write) {
        return write.kind == "segment" &&
               std::any_of(plan.bodies.begin(), plan.bodies.end(),
                           [&](const auto& named) { return named.first == write.name; });
      });
}

absl::Status LoadLogged(const CommitStep& step, const std::string& name, SegmentState& state) {
  if (state.logged_known) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> lines, step.Log(kMembershipLog, name));
  const EditToken edit = NewEdit();
  for (const LogWrite& line : lines) {
    EachMembershipChange(line,
                         [&](Row row, bool entered) { Put(state.logged, row, entered, edit); });
  }
  state.logged_known = true;
  return absl::OkStatus();
}

// Rows whose membership is not what the log says.
std::vector<Row> Unlogged(const SegmentState& state) {
  std::vector<Row> rows;
  const size_t chunks = std::max(state.members.size(), state.logged.size());
  for (size_t c = 0; c < chunks; ++c) {
    const ChunkBits* now = state.members[c];
    const ChunkBits* then = state.logged[c];
    if (now == then) continue;
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      uint64_t word = (now == nullptr ? 0 : (*now)[w]) ^ (then == nullptr ? 0 : (*then)[w]);
      for (; word != 0; word &= word - 1) {
        rows.push_back(static_cast<Row>(c * kRowsPerChunk + w * 64) + std::countr_zero(word));
      }
    }
  }
  return rows;
}

// Logs the entries and exits among these rows, in this order.
void LogChanges(CommitStep& step, const std::string& name, std::vector<Row> rows, const Due& due,
                const Cause& otherwise, const FindId& id_of, SegmentState& state) {
  std::erase_if(rows, [&](Row row) { return Has(state.logged, row) == Has(state.members, row); });
  if (rows.empty()) return;
  const EditToken edit = NewEdit();
  const std::map<Row, Cause> causes = due.CausesOf(rows);
  MembershipLines lines(step, name, state.plan->condition.type, id_of);
  for (const Row row : rows) {
    const bool entered = Has(state.members, row);
    const auto cause = causes.find(row);
    lines.Add(row, entered, cause == causes.end() ? otherwise : cause->second);
    Put(state.logged, row, entered, edit);
  }
  lines.Finish();
}

}  // namespace

absl::Status Memberships::RecordSegment(CommitStep& step, const std::string& name,
                                        const FindId& id_of) {
  const auto plan = PlanOf(step.crm(), name);
  // A definition that no longer checks has no members to keep; asking it says what is wrong.
  if (!plan.ok() || !(*plan)->maintainable.ok()) return absl::OkStatus();
  const bool defined = Defines(step.writes(), **plan);
  const bool moved = step.time_only();
  if (!defined && !moved && !WritesAnyOf(step.writes(), (*plan)->reach.types())) {
    return absl::OkStatus();
  }
  SegmentState& state = Edit(name, *plan);
  const Snapshot& after = *step.after();
  if (!std::all_of((*plan)->columns.begin(), (*plan)->columns.end(),
                   [&](const ColumnsNeeded& c) { return after.Loaded(c); })) {
    state.filled = false;
    return absl::OkStatus();
  }
  const bool still = (*plan)->now_use == NowUse::kNone && state.filled && state.logged_known;
  if (moved && still) return absl::OkStatus();
  RELATA_RETURN_IF_ERROR(LoadLogged(step, name, state));
  const Timestamp now = std::max(step.now(), state.as_of);
  Keeper keeper(step.crm(), after, now, state,
                [this](std::string_view other, const Plan& asked) { return Newest(other, asked); });
  Due due;
  std::vector<Row> rows;
  bool whole = defined || (moved && (!state.filled || now >= state.filled_until));
  if (!whole && moved) rows = keeper.RunOut();
  if (!whole && !moved) {
    (*plan)->reach.Collect(step.writes(), *step.before(), after, due);
    rows = due.Rows();
    whole = due.everybody;
  }
  const int64_t many =
      std::max<int64_t>(100, after.Count((*plan)->condition.type) * kDueInHundred / 100);
  const bool at_once = whole || static_cast<int64_t>(rows.size()) > many;
  const absl::Status asked = at_once ? keeper.All() : keeper.Ask(rows);
  if (!asked.ok()) {
    // A condition that cannot be evaluated here must not stop the commit; asking it says why.
    state.filled = false;
    return absl::OkStatus();
  }
  if (moved) state.advanced_to = std::max(state.advanced_to, now);
  if (whole || moved) rows = Unlogged(state);
  const Cause everybody = defined         ? Cause{Cause::Kind::kDefined, kNoType, kNoField, {}}
                          : due.everybody ? due.of_everybody
                                          : Cause{Cause::Kind::kTime, kNoType, kNoField, {}};
  LogChanges(step, name, std::move(rows), due, everybody, id_of, state);
  return absl::OkStatus();
}

absl::Status Memberships::RecordRetired(CommitStep& step, const std::string& name,
                                        const FindId& id_of) {
  const auto known = plans_.find(name);
  if (known == plans_.end()) return absl::OkStatus();
  SegmentState& state = Edit(name, known->second);
  RELATA_RETURN_IF_ERROR(LoadLogged(step, name, state));
  state.members = {};
  state.filled = false;
  LogChanges(step, name, Unlogged(state), Due(), {Cause::Kind::kDefined, kNoType, kNoField, {}},
             id_of, state);
  return absl::OkStatus();
}

absl::Status Memberships::Fill(const Crm& crm, const Snapshot& view, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentPlan> plan, PlanOf(crm, name));
  RELATA_RETURN_IF_ERROR(plan->maintainable);
  Begin(view.commit());
  SegmentState& state = Edit(std::string(name), plan);
  if (state.filled) return absl::OkStatus();
  // A question does not move time: what it finds holds from the newest commit on.
  const auto known = [this](std::string_view other, const Plan& asked) {
    return Newest(other, asked);
  };
  return Keeper(crm, view, std::max(view.recorded(), state.as_of), state, known).All();
}

void Memberships::Publish(CommitId commit) {
  auto next = anew_ ? std::make_shared<PublishedMemberships>()
                    : std::make_shared<PublishedMemberships>(*published_);
  anew_ = false;
  next->commit = commit;
  for (auto& [name, state] : pending_) {
    if (state.agenda) {
      state.agenda->erase(state.agenda->begin(),
                          state.agenda->upper_bound({state.advanced_to.micros, INT64_MAX}));
    }
    next->segments[name] = std::make_shared<const SegmentState>(std::move(state));
  }
  pending_.clear();
  published_ = std::move(next);
}

}  // namespace relata::internal
