// SPDX-License-Identifier: Apache-2.0

#include "engine/membership_keeper.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/radix_sort.h"
#include "engine/columnar.h"
#include "engine/columnar_events.h"
#include "engine/engine.h"
#include "engine/flips.h"
#include "engine/graph.h"
#include "engine/graph_view.h"
#include "relata/expression/evaluate.h"

namespace relata::internal {

namespace {

// Compiling a part for so few takes longer than asking them one by one.
constexpr size_t kVeryFew = 8;

}  // namespace

// A question under way over one graph at one instant.
struct MembershipKeeper::Question {
  Question(const Crm& crm, const Snapshot& snapshot, Timestamp now, const FindState& states)
      : view(crm, snapshot, crm.engine().hooks(), now, states) {
    context.view = &view;
    context.now = now;
    context.zone = ZoneOf(crm);
  }
  SnapshotView view;
  EvaluationContext context;
};

MembershipKeeper::MembershipKeeper(const Crm& crm, const Snapshot& view, Timestamp now,
                                   SegmentState& state, FindState states)
    : crm_(crm),
      view_(view),
      now_(now),
      state_(state),
      states_(std::move(states)),
      plan_(*state.plan),
      type_(plan_.condition.type),
      edit_(NewEdit()) {}

MembershipKeeper::~MembershipKeeper() = default;

MembershipKeeper::Question& MembershipKeeper::Asking() {
  if (question_ == nullptr) question_ = std::make_unique<Question>(crm_, view_, now_, states_);
  return *question_;
}

// ---------------------------------------------------------------------------------------------------
// Everybody

absl::Status MembershipKeeper::All() {
  state_.members = {};
  state_.timers = {};
  state_.agenda = std::make_shared<Agenda>();
  state_.parts.clear();
  state_.filled = false;
  state_.as_of = state_.advanced_to = now_;
  state_.filled_until = Timestamp::kMax;
  const int64_t left = Timestamp::kMax.micros - now_.micros;
  const Timestamp horizon = now_ + Duration{std::min(left, kHorizon.micros)};
  if (plan_.now_use != NowUse::kNone) state_.filled_until = horizon;
  RELATA_ASSIGN_OR_RETURN(const bool done, AllByParts(horizon));
  return done ? absl::OkStatus() : AllAtOnce(horizon);
}

absl::Status MembershipKeeper::AllAtOnce(Timestamp horizon) {
  QueryOptions asking;
  asking.now = now_;
  RELATA_ASSIGN_OR_RETURN(const QueryAnswer answer, SelectOn(crm_, view_, plan_.condition, asking));
  for (const Row row : answer.rows) PutRow(state_.members, row, true, edit_);
  state_.filled = true;
  if (plan_.now_use == NowUse::kNone) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::optional<std::vector<Row>> moving,
                          FindMoving(plan_.reach, horizon));
  return AskTogether(moving ? *moving : Everybody());
}

// Learns every part of everybody and joins them; false when a part has a shape that only the
// interpreter knows.
absl::StatusOr<bool> MembershipKeeper::AllByParts(Timestamp horizon) {
  const size_t n = plan_.parts.parts().size();
  state_.parts.resize(n);
  for (size_t i = 0; i < n; ++i) {
    RELATA_ASSIGN_OR_RETURN(const bool learnt, LearnPart(i, horizon));
    if (learnt) continue;
    state_.parts.clear();
    break;
  }
  if (state_.parts.empty()) return false;
  state_.filled = true;
  RELATA_ASSIGN_OR_RETURN(const std::vector<Row> open, JoinAll());
  RELATA_RETURN_IF_ERROR(AskEach(open));
  return true;
}

absl::StatusOr<bool> MembershipKeeper::LearnPart(size_t i, Timestamp horizon) {
  const ConditionPart& part = plan_.parts.parts()[i];
  PartState& state = state_.parts[i];
  const auto columnar = ColumnarCondition::Make(view_, part.plan, Asking().context);
  if (columnar == nullptr) return false;
  RELATA_ASSIGN_OR_RETURN(const Population population, columnar->Evaluate());
  RELATA_ASSIGN_OR_RETURN(const std::optional<std::vector<Row>> moving,
                          FindMoving(part.reach, horizon));
  if (!moving) return true;  // nothing is known of a part that may change for anybody
  const RecordTable& table = *view_.graph().Records(type_);
  for (size_t chunk = 0; chunk < population.is_true.size(); ++chunk) {
    const ChunkBits* exists = table.exists[chunk];
    if (exists == nullptr) continue;
    state.known.Edit(chunk, edit_) = *exists;
    if (AnyBit(population.is_true[chunk])) {
      state.yes.Edit(chunk, edit_) = population.is_true[chunk];
    }
    if (AnyBit(population.is_error[chunk])) {
      state.error.Edit(chunk, edit_) = population.is_error[chunk];
    }
  }
  for (const Row row : *moving) {
    state.Forget(row, edit_);
    PutRow(state.moving, row, true, edit_);
  }
  if (part.events && part.events->size != nullptr && !part.events->any) LearnCounts(i);
  return true;
}

void MembershipKeeper::LearnCounts(size_t i) {
  const auto sizes =
      ColumnarValue::Make(view_, plan_.parts.parts()[i].events->size, Asking().context);
  if (sizes == nullptr) return;
  PartState& state = state_.parts[i];
  Vector value;
  for (size_t chunk = 0; chunk < state.known.size(); ++chunk) {
    const ChunkBits* known = state.known[chunk];
    if (known == nullptr) continue;
    sizes->Evaluate(chunk, *known, value);
    PartState::Counts& counts = state.counts.Edit(chunk, edit_);
    counts.fill(PartState::kUncounted);
    EachBit(*known, [&](size_t n) {
      if (value.Holds(n)) {
        counts[n] = static_cast<uint8_t>(std::min<int64_t>(value.ints[n], PartState::kUncounted));
      }
    });
  }
}

// Members by what is known of the parts; the rows that it does not decide.
absl::StatusOr<std::vector<Row>> MembershipKeeper::JoinAll() {
  std::vector<Row> open;
  const RecordTable& table = *view_.graph().Records(type_);
  for (size_t chunk = 0; chunk < table.exists.size(); ++chunk) {
    const ChunkBits* exists = table.exists[chunk];
    if (exists == nullptr) continue;
    ChunkBits members{};
    const ConditionParts::Here here(plan_.parts, state_.parts, chunk);
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const Known64 known = here.Join(w);
      members[w] = (*exists)[w] & known.yes;
      for (uint64_t word = (*exists)[w] & ~known.decided; word != 0; word &= word - 1) {
        open.push_back(static_cast<Row>(chunk * kRowsPerChunk + w * 64) + std::countr_zero(word));
      }
    }
    if (AnyBit(members)) state_.members.Edit(chunk, edit_) = members;
  }
  return open;
}

std::vector<Row> MembershipKeeper::Everybody() const {
  std::vector<Row> rows;
  for (Row row = 0; row < view_.RowLimit(type_); ++row) {
    if (view_.Exists({type_, row})) rows.push_back(row);
  }
  return rows;
}

// ---------------------------------------------------------------------------------------------------
// Some

std::optional<std::vector<Row>> MembershipKeeper::Follow(const CommitBatch& writes,
                                                         const Snapshot& before,
                                                         const AskedOf& asked) {
  std::vector<Row> rows;
  for (size_t i = 0; i < state_.parts.size(); ++i) {
    const ConditionPart& part = plan_.parts.parts()[i];
    if (!WritesAnyOf(writes, part.reach.types())) continue;
    if (part.events && FollowEvents(i, writes, before, rows)) continue;
    if (part.in_segment && FollowSegment(i, asked, rows)) continue;
    Due due;
    part.reach.Collect(writes, before, view_, due);
    if (due.everybody) return std::nullopt;
    due.EachRow([&](Row row) {
      Forget(i, row);
      rows.push_back(row);
    });
  }
  RadixSort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

// Whether all that the writes bring to the part is events of its type.
bool MembershipKeeper::FollowEvents(size_t i, const CommitBatch& writes, const Snapshot& before,
                                    std::vector<Row>& rows) {
  const ConditionPart& part = plan_.parts.parts()[i];
  const std::set<TypeId>& read = part.reach.types();
  const bool others =
      !writes.ledger.empty() || !writes.aliases.empty() || view_.graph().HasAliases() ||
      std::any_of(writes.records.begin(), writes.records.end(),
                  [&](const RecordWrite& write) { return read.contains(write.type); }) ||
      std::any_of(writes.events.begin(), writes.events.end(), [&](const EventBatch& batch) {
        return batch.type != part.events->event && read.contains(batch.type);
      });
  if (others) return false;
  PartState& state = state_.parts[i];
  return EachNewEvent(*part.events, part.plan, before, view_, Asking().context, state_.filled_until,
                      [&](const NewEvent& event) {
                        const Row row = event.subject;
                        std::optional<bool> changed;
                        if (!event.unsure) changed = state.CountOne(*part.events, row, now_, edit_);
                        if (!changed) Forget(i, row);
                        if (!changed || *changed) rows.push_back(row);
                      });
}

// The other segment is kept too: whom it was not asked about is to it what he was.
bool MembershipKeeper::FollowSegment(size_t i, const AskedOf& asked, std::vector<Row>& rows) {
  const ConditionPart& part = plan_.parts.parts()[i];
  if (part.reach.plans().size() < 2) return false;
  const Reach::Named& named = part.reach.plans()[1];
  const SegmentState* other = states_(named.segment, *named.plan);
  if (other == nullptr || !other->Answers(now_) || other->filled_until < state_.filled_until) {
    return false;
  }
  const AskedRows* of_other = asked(named.segment);
  if (of_other == nullptr) return true;
  if (of_other->everybody) return false;
  PartState& state = state_.parts[i];
  for (const Row row : of_other->rows) {
    const std::optional<bool> is = other->Test(row, now_);
    const Timestamp until = other->HoldsUntil(row);
    if (!is) {
      Forget(i, row);
    } else if (until < state_.filled_until) {
      state.LearnUntil(row, *is ? Tri::kTrue : Tri::kFalse, PartState::kUncounted, until, edit_);
    } else if (HasRow(state.known, row) && HasRow(state.yes, row) == *is) {
      continue;
    } else {
      state.Learn(row, *is ? Tri::kTrue : Tri::kFalse, edit_);
    }
    rows.push_back(row);
  }
  return true;
}

absl::Status MembershipKeeper::Ask(const std::vector<Row>& rows) {
  if (rows.empty()) return absl::OkStatus();
  state_.as_of = std::max(state_.as_of, now_);
  std::vector<Row> here;
  for (const Row row : rows) {
    if (view_.Exists({type_, row})) {
      here.push_back(row);
    } else {
      Note(row, {});
    }
  }
  if (KnowsParts()) {
    Settle(here);
    if (here.size() > kFewDue) RELATA_RETURN_IF_ERROR(AskParts(here));
    return AskEach(here);
  }
  return here.size() <= kFewDue ? AskEach(here) : AskTogether(here);
}

void MembershipKeeper::Settle(std::vector<Row>& rows) {
  size_t left = 0;
  for (size_t i = 0; i < rows.size();) {
    const size_t chunk = ChunkOf(rows[i]);
    const ConditionParts::Here here(plan_.parts, state_.parts, chunk);
    const ChunkBits* members = state_.members[chunk];
    const ChunkTimers* timers = state_.timers[chunk];
    for (; i < rows.size() && ChunkOf(rows[i]) == chunk; ++i) {
      const Row row = rows[i];
      const size_t offset = OffsetOf(row);
      if (const std::optional<Tri> known = here.Join(row)) {
        // Most stay what they are.
        const bool member = members != nullptr && TestBit(*members, offset);
        const bool timed = timers != nullptr && TestBit(timers->any, offset);
        if (member == (*known == Tri::kTrue) && !timed) continue;
        Note(row, {*known, Timestamp::kMax});
        members = state_.members[chunk];
        timers = state_.timers[chunk];
        continue;
      }
      std::optional<TimedTri> timed;
      if (here.timed()) timed = plan_.parts.Join(here.SaidOf(row, now_));
      if (timed) {
        Note(row, *timed);
        members = state_.members[chunk];
        timers = state_.timers[chunk];
      } else {
        rows[left++] = row;
      }
    }
  }
  rows.resize(left);
}

// One part after the other, those that read most last: what the first decide the last need not be
// asked.
absl::Status MembershipKeeper::AskParts(std::vector<Row>& rows) {
  const std::vector<ConditionPart>& parts = plan_.parts.parts();
  std::vector<size_t> order(parts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return parts[a].reach.types().size() < parts[b].reach.types().size();
  });
  for (const size_t i : order) {
    std::vector<Row> unknown;
    for (const Row row : rows) {
      const PartState& state = state_.parts[i];
      if (!HasRow(state.known, row) && !HasRow(state.moving, row)) unknown.push_back(row);
    }
    if (unknown.size() <= kVeryFew) continue;
    RELATA_RETURN_IF_ERROR(AskPart(i, unknown));
    Settle(rows);
    if (rows.size() <= kVeryFew) break;
  }
  return absl::OkStatus();
}

absl::Status MembershipKeeper::AskPart(size_t i, const std::vector<Row>& rows) {
  const ConditionPart& part = plan_.parts.parts()[i];
  const auto columnar = ColumnarCondition::Make(view_, part.plan, Asking().context);
  if (columnar == nullptr) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const std::vector<bool> moving, MovingAmong(part.reach, rows));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> answers, columnar->EvaluateAmong(rows));
  const bool counted = part.events && part.events->size != nullptr;
  for (size_t k = 0; k < rows.size(); ++k) {
    if (moving[k]) {
      PutRow(state_.parts[i].moving, rows[k], true, edit_);
    } else {
      state_.parts[i].Learn(rows[k], answers[k], edit_);
    }
    if (counted) state_.parts[i].PutCount(rows[k], PartState::kUncounted, edit_);
  }
  return absl::OkStatus();
}

absl::Status MembershipKeeper::AskTogether(const std::vector<Row>& rows) {
  const std::shared_ptr<const Plan> plan = plan_.condition.expression->shared_plan();
  const auto columnar = ColumnarCondition::Make(view_, plan, Asking().context);
  if (columnar == nullptr) return AskEach(rows);
  RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> answers, columnar->EvaluateAmong(rows));
  RELATA_ASSIGN_OR_RETURN(const std::vector<bool> moving, MovingAmong(plan_.reach, rows));
  std::vector<Row> timed;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (moving[i]) {
      timed.push_back(rows[i]);
    } else {
      Note(rows[i], {answers[i], Timestamp::kMax});
    }
  }
  return AskEach(timed);
}

// By the parts that are not known, and what may be followed of them is.
absl::Status MembershipKeeper::AskEachByParts(const std::vector<Row>& rows) {
  std::vector<std::optional<Evaluator>> evaluators(state_.parts.size());
  for (const Row row : rows) {
    // Learning may move what was found before.
    ConditionParts::Said said =
        ConditionParts::Here(plan_.parts, state_.parts, ChunkOf(row)).SaidOf(row, now_);
    for (size_t i = 0; i < state_.parts.size(); ++i) {
      if (said[i]) continue;
      RELATA_ASSIGN_OR_RETURN(said[i], AskPartOf(i, row, evaluators[i]));
    }
    Note(row, *plan_.parts.Join(said));
  }
  return absl::OkStatus();
}

absl::StatusOr<TimedTri> MembershipKeeper::AskPartOf(size_t i, Row row,
                                                     std::optional<Evaluator>& evaluator) {
  const ConditionPart& part = plan_.parts.parts()[i];
  PartState& state = state_.parts[i];
  const bool counted = part.events && part.events->size != nullptr;
  // The number, because it can be followed: when what the part says changes is not enough for that.
  if (!evaluator) evaluator.emplace(counted ? part.events->size : part.plan, Asking().context);
  TimedTri answer;
  RELATA_ASSIGN_OR_RETURN(const EvalResult result,
                          evaluator->RunTimed({type_, row}, answer.valid_until));
  uint8_t count = PartState::kUncounted;
  if (!counted) {
    answer.value = result.tri();
  } else if (result.ok() && result.value.is(Value::Kind::kInt)) {
    const int64_t n = result.value.int_value();
    answer.value = part.events->Holds(n) ? Tri::kTrue : Tri::kFalse;
    count = static_cast<uint8_t>(std::min<int64_t>(n, PartState::kUncounted));
  } else {
    answer.value = Tri::kError;
  }
  if (!part.events && !part.in_segment) return answer;
  if (answer.valid_until < state_.filled_until) {
    state.LearnUntil(row, answer.value, count, answer.valid_until, edit_);
  } else {
    state.Learn(row, answer.value, edit_);
    if (counted) state.PutCount(row, count, edit_);
  }
  return answer;
}

absl::Status MembershipKeeper::AskEach(const std::vector<Row>& rows) {
  if (rows.empty()) return absl::OkStatus();
  if (!state_.parts.empty()) return AskEachByParts(rows);
  Interpreter interpreter(plan_.condition.expression->shared_plan(), Asking().context);
  for (const Row row : rows) {
    RELATA_ASSIGN_OR_RETURN(const TimedTri answer, interpreter.EvaluateTimed({type_, row}));
    Note(row, answer);
  }
  return absl::OkStatus();
}

void MembershipKeeper::Note(Row row, const TimedTri& answer) {
  PutRow(state_.members, row, answer.value == Tri::kTrue, edit_);
  if (plan_.now_use != NowUse::kNone) SetTimer(row, answer.valid_until);
}

// ---------------------------------------------------------------------------------------------------
// Time

std::vector<Row> MembershipKeeper::RunOut() const {
  std::vector<Row> rows;
  if (!state_.agenda) return rows;
  state_.agenda->EachUpTo(now_.micros, [&](Row row) {
    const ChunkTimers* timers = state_.timers[ChunkOf(row)];
    if (timers != nullptr && timers->Of(OffsetOf(row)) <= now_.micros) rows.push_back(row);
  });
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

void MembershipKeeper::SetTimer(Row row, Timestamp until) {
  const bool kept = state_.filled && until < state_.filled_until;
  const int64_t at = kept ? until.micros : Timestamp::kMax.micros;
  const ChunkTimers* timers = state_.timers[ChunkOf(row)];
  if ((timers == nullptr ? Timestamp::kMax.micros : timers->Of(OffsetOf(row))) == at) return;
  state_.timers.Edit(ChunkOf(row), edit_).Set(OffsetOf(row), at);
  if (kept) state_.agenda->Add(at, row);
}

absl::StatusOr<std::optional<std::vector<Row>>> MembershipKeeper::FindMoving(const Reach& reach,
                                                                             Timestamp horizon) {
  std::vector<Row> moving;
  bool each = false;
  for (const Reach::Named& named : reach.plans()) {
    const Flips flips = FindFlips(named.plan, Asking().context, horizon);
    state_.filled_until = std::min(state_.filled_until, flips.jump);
    each |= flips.each;
    if (each || flips.question == nullptr) continue;
    RELATA_ASSIGN_OR_RETURN(std::vector<Row> rows, Maybe(flips.question));
    each |= !reach.Subjects(named.route, std::move(rows), view_, view_, moving);
  }
  if (each) return std::optional<std::vector<Row>>();
  std::sort(moving.begin(), moving.end());
  moving.erase(std::unique(moving.begin(), moving.end()), moving.end());
  return std::optional(std::move(moving));
}

absl::StatusOr<std::vector<bool>> MembershipKeeper::MovingAmong(const Reach& reach,
                                                                const std::vector<Row>& rows) {
  std::vector<bool> moving(rows.size());
  if (plan_.now_use == NowUse::kNone || !state_.filled) return moving;
  const std::vector<bool> everybody(rows.size(), true);
  for (const Reach::Named& named : reach.plans()) {
    const SegmentState* known =
        named.segment.empty() || named.route != 0 ? nullptr : states_(named.segment, *named.plan);
    if (known != nullptr && known->Answers(now_) && known->filled_until >= state_.filled_until) {
      for (size_t i = 0; i < rows.size(); ++i) {
        if (known->HoldsUntil(rows[i]) < state_.filled_until) moving[i] = true;
      }
      continue;
    }
    const Flips flips = FindFlips(named.plan, Asking().context, state_.filled_until);
    if (flips.each) return everybody;
    if (flips.question == nullptr) continue;
    const auto columnar = ColumnarCondition::Make(view_, flips.question, Asking().context);
    if (named.route != 0 || columnar == nullptr) return everybody;
    RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> may, columnar->EvaluateAmong(rows));
    for (size_t i = 0; i < rows.size(); ++i) {
      if (may[i] != Tri::kFalse) moving[i] = true;
    }
  }
  return moving;
}

// The records for which the question is not false.
absl::StatusOr<std::vector<Row>> MembershipKeeper::Maybe(const std::shared_ptr<const Plan>& plan) {
  std::vector<Row> rows;
  const EvaluationContext& context = Asking().context;
  if (const auto columnar = ColumnarCondition::Make(view_, plan, context)) {
    RELATA_ASSIGN_OR_RETURN(const Population population, columnar->Evaluate());
    for (size_t chunk = 0; chunk < population.is_true.size(); ++chunk) {
      ChunkBits maybe{};
      EachWord(maybe, [&](size_t w) {
        return population.is_true[chunk][w] | population.is_error[chunk][w];
      });
      EachBit(maybe,
              [&](size_t i) { rows.push_back(static_cast<Row>(chunk * kRowsPerChunk + i)); });
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

}  // namespace relata::internal
