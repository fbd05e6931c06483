// SPDX-License-Identifier: Apache-2.0

#include "engine/membership.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "engine/engine.h"
#include "engine/membership_keeper.h"
#include "engine/membership_log.h"

namespace relata::internal {

// ---------------------------------------------------------------------------------------------------
// States

int64_t ChunkTimers::Find(size_t offset) const {
  const auto found = std::lower_bound(until.begin(), until.end(),
                                      std::pair(static_cast<uint16_t>(offset), INT64_MIN));
  return found == until.end() || found->first != offset ? Timestamp::kMax.micros : found->second;
}

void ChunkTimers::Set(size_t offset, int64_t at) {
  const auto key = static_cast<uint16_t>(offset);
  const auto found = std::lower_bound(until.begin(), until.end(), std::pair(key, INT64_MIN));
  const bool there = found != until.end() && found->first == key;
  at == Timestamp::kMax.micros ? ClearBit(any, offset) : SetBit(any, offset);
  if (at == Timestamp::kMax.micros) {
    if (there) until.erase(found);
  } else if (there) {
    found->second = at;
  } else {
    until.insert(found, {key, at});
  }
}

size_t Agenda::MemoryUsed() const {
  size_t bytes = 0;
  for (const auto& [hour, rows] : hours_) bytes += rows.capacity() * sizeof(uint32_t);
  return bytes;
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

StateMemory MemoryOf(const SegmentState& state) {
  StateMemory memory;
  memory.members = MemoryOf(state.members) + MemoryOf(state.logged);
  for (const PartState& part : state.parts) {
    const size_t counts = MemoryOf(part.counts);
    memory.counts += counts;
    memory.parts += part.MemoryUsed() - counts;
  }
  memory.timers = MemoryOf(state.timers);
  for (size_t chunk = 0; chunk < state.timers.size(); ++chunk) {
    const ChunkTimers* timers = state.timers[chunk];
    if (timers != nullptr) memory.timers += timers->until.capacity() * sizeof(timers->until[0]);
  }
  if (state.agenda) memory.timers += state.agenda->MemoryUsed();
  return memory;
}

bool HasRow(const Directory<ChunkBits>& bits, Row row) {
  const ChunkBits* chunk = bits[ChunkOf(row)];
  return chunk != nullptr && TestBit(*chunk, OffsetOf(row));
}

void PutRow(Directory<ChunkBits>& bits, Row row, bool on, EditToken edit) {
  if (HasRow(bits, row) == on) return;
  ChunkBits& chunk = bits.Edit(ChunkOf(row), edit);
  on ? SetBit(chunk, OffsetOf(row)) : ClearBit(chunk, OffsetOf(row));
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
  asked_.clear();
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

bool WritesAnyOf(const CommitBatch& writes, const std::set<TypeId>& types) {
  const auto in = [&](TypeId type) { return types.contains(type); };
  return std::any_of(writes.records.begin(), writes.records.end(),
                     [&](const RecordWrite& w) { return in(w.type); }) ||
         std::any_of(writes.events.begin(), writes.events.end(),
                     [&](const EventBatch& e) { return in(e.type); }) ||
         std::any_of(writes.ledger.begin(), writes.ledger.end(),
                     [&](const LedgerWrite& line) { return in(line.person.type); }) ||
         std::any_of(writes.aliases.begin(), writes.aliases.end(),
                     [&](const AliasWrite& a) { return in(a.loser.type) || in(a.winner.type); });
}

namespace {

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
                         [&](Row row, bool entered) { PutRow(state.logged, row, entered, edit); });
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
  std::erase_if(rows,
                [&](Row row) { return HasRow(state.logged, row) == HasRow(state.members, row); });
  if (rows.empty()) return;
  const EditToken edit = NewEdit();
  const std::vector<std::optional<Cause>> causes = due.CausesOf(rows);
  MembershipLines lines(step, name, state.plan->condition.type, id_of);
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool entered = HasRow(state.members, rows[i]);
    lines.Add(rows[i], entered, causes[i].value_or(otherwise));
    PutRow(state.logged, rows[i], entered, edit);
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
  MembershipKeeper keeper(
      step.crm(), after, now, state,
      [this](std::string_view other, const Plan& asked) { return Newest(other, asked); });
  Due due;
  bool collected = false;
  const auto collect = [&] {
    if (!std::exchange(collected, true)) {
      (*plan)->reach.Collect(step.writes(), *step.before(), after, due);
    }
  };
  std::vector<Row> rows;
  bool whole = defined || (moved && (!state.filled || now >= state.filled_until));
  if (!whole && moved) rows = keeper.RunOut();
  if (!whole && !moved && keeper.KnowsParts()) {
    auto followed = keeper.Follow(step.writes(), *step.before(), [this](std::string_view other) {
      const auto asked = asked_.find(other);
      return asked == asked_.end() ? nullptr : &asked->second;
    });
    whole = !followed;
    if (followed) rows = *std::move(followed);
  } else if (!whole && !moved) {
    collect();
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
  asked_[name] = {at_once, rows};
  if (moved) state.advanced_to = std::max(state.advanced_to, now);
  if (whole || moved) {
    rows = Unlogged(state);
  } else {
    std::erase_if(rows,
                  [&](Row row) { return HasRow(state.logged, row) == HasRow(state.members, row); });
  }
  if (!defined && !moved && !rows.empty() && !collected) {
    due = Due(rows);
    collect();
  }
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
  return MembershipKeeper(crm, view, std::max(view.recorded(), state.as_of), state, known).All();
}

namespace {

// Whether single events or statements went that the segment may have read. Records that go are
// deleted, and followed as such.
bool Lost(const SegmentPlan& plan, const EraseWrite& erased) {
  return !erased.entries.empty() ||
         std::any_of(erased.events.begin(), erased.events.end(),
                     [&](const auto& event) { return plan.reach.types().contains(event.first); });
}

}  // namespace

void Memberships::Publish(CommitId commit, const EraseWrite& erased) {
  auto next = anew_ ? std::make_shared<PublishedMemberships>()
                    : std::make_shared<PublishedMemberships>(*published_);
  anew_ = false;
  next->commit = commit;
  for (auto& [name, state] : pending_) {
    if (state.agenda) state.agenda->DropUpTo(state.advanced_to.micros);
    next->segments[name] = std::make_shared<const SegmentState>(std::move(state));
  }
  pending_.clear();
  for (auto& [name, state] : next->segments) {
    if (!state->filled || !Lost(*state->plan, erased)) continue;
    SegmentState anew = *state;
    anew.filled = false;
    anew.logged_known = false;  // so that time compares what is found with what was logged
    state = std::make_shared<const SegmentState>(std::move(anew));
  }
  published_ = std::move(next);
}

}  // namespace relata::internal
