// SPDX-License-Identifier: Apache-2.0

#include "engine/membership_parts.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace relata::internal {
namespace {

bool Joins(PlanOp op) { return op == PlanOp::kAnd || op == PlanOp::kOr || op == PlanOp::kNot; }

// The nodes under `at` as a plan of their own.
uint32_t Copy(const Plan& plan, uint32_t at, std::vector<PlanNode>& nodes) {
  PlanNode n = plan.node(at);
  for (uint32_t& input : n.inputs) input = Copy(plan, input, nodes);
  nodes.push_back(std::move(n));
  return static_cast<uint32_t>(nodes.size() - 1);
}

void Put(Directory<ChunkBits>& bits, Row row, bool on, EditToken edit) {
  const ChunkBits* chunk = bits[ChunkOf(row)];
  if ((chunk != nullptr && TestBit(*chunk, OffsetOf(row))) == on) return;
  ChunkBits& to = bits.Edit(ChunkOf(row), edit);
  on ? SetBit(to, OffsetOf(row)) : ClearBit(to, OffsetOf(row));
}

bool Earlier(const TimedPart& part, uint16_t offset) { return part.offset < offset; }

const TimedPart* FindTimed(const Directory<std::vector<TimedPart>>& timed, Row row) {
  const std::vector<TimedPart>* here = timed[ChunkOf(row)];
  if (here == nullptr) return nullptr;
  const auto offset = static_cast<uint16_t>(OffsetOf(row));
  const auto found = std::lower_bound(here->begin(), here->end(), offset, Earlier);
  return found == here->end() || found->offset != offset ? nullptr : &*found;
}

void DropTimed(Directory<std::vector<TimedPart>>& timed, Row row, EditToken edit) {
  if (FindTimed(timed, row) == nullptr) return;
  std::vector<TimedPart>& here = timed.Edit(ChunkOf(row), edit);
  here.erase(
      std::lower_bound(here.begin(), here.end(), static_cast<uint16_t>(OffsetOf(row)), Earlier));
}

}  // namespace

void PartState::Learn(Row row, Tri value, EditToken edit) {
  DropTimed(timed, row, edit);
  Put(known, row, true, edit);
  Put(yes, row, value == Tri::kTrue, edit);
  Put(error, row, value == Tri::kError, edit);
}

void PartState::LearnUntil(Row row, Tri value, uint8_t count, Timestamp until, EditToken edit) {
  Put(known, row, false, edit);
  std::vector<TimedPart>& here = timed.Edit(ChunkOf(row), edit);
  const auto offset = static_cast<uint16_t>(OffsetOf(row));
  const auto place = std::lower_bound(here.begin(), here.end(), offset, Earlier);
  const TimedPart learnt{offset, value, count, until.micros};
  if (place != here.end() && place->offset == offset) {
    *place = learnt;
  } else {
    here.insert(place, learnt);
  }
}

void PartState::Forget(Row row, EditToken edit) {
  DropTimed(timed, row, edit);
  Put(known, row, false, edit);
}

const TimedPart* PartState::TimedOf(Row row, Timestamp now) const {
  const TimedPart* found = FindTimed(timed, row);
  return found == nullptr || found->until <= now.micros ? nullptr : found;
}

std::optional<bool> PartState::CountOne(const EventForm& form, Row row, Timestamp now,
                                        EditToken edit) {
  const ChunkBits* sure = known[ChunkOf(row)];
  const bool was = sure != nullptr && TestBit(*sure, OffsetOf(row));
  const ChunkBits* said = was ? yes[ChunkOf(row)] : nullptr;
  const bool holds = said != nullptr && TestBit(*said, OffsetOf(row));
  if (form.size == nullptr) {
    if (was && holds) return false;
    Learn(row, Tri::kTrue, edit);
    return true;
  }
  if (!was) return CountTimed(form, row, now, edit);
  if (form.any) {
    if (holds) return false;
    // Of a list with an error there is no number.
    const ChunkBits* wrong = error[ChunkOf(row)];
    if (wrong != nullptr && TestBit(*wrong, OffsetOf(row))) return std::nullopt;
    Learn(row, Tri::kTrue, edit);
    return true;
  }
  const Counts* here = counts[ChunkOf(row)];
  const uint8_t count = here == nullptr ? kUncounted : (*here)[OffsetOf(row)];
  if (count + 1 >= kUncounted) return std::nullopt;
  counts.Edit(ChunkOf(row), edit)[OffsetOf(row)] = count + 1;
  const bool then = form.Holds(count + 1);
  if (then != holds) Learn(row, then ? Tri::kTrue : Tri::kFalse, edit);
  return then != holds;
}

// What leaves by time leaves when it would have: the event that came stays longer than is kept.
std::optional<bool> PartState::CountTimed(const EventForm& form, Row row, Timestamp now,
                                          EditToken edit) {
  const TimedPart* found = TimedOf(row, now);
  if (found == nullptr || found->value == Tri::kError || found->count + 1 >= kUncounted) {
    return std::nullopt;
  }
  const bool held = found->value == Tri::kTrue;
  const auto count = static_cast<uint8_t>(found->count + 1);
  const bool then = form.Holds(count);
  LearnUntil(row, then ? Tri::kTrue : Tri::kFalse, count, {found->until}, edit);
  return then != held;
}

void PartState::PutCount(Row row, uint8_t count, EditToken edit) {
  if (counts[ChunkOf(row)] != nullptr) counts.Edit(ChunkOf(row), edit)[OffsetOf(row)] = count;
}

size_t PartState::MemoryUsed() const {
  size_t bytes = MemoryOf(known) + MemoryOf(yes) + MemoryOf(error) + MemoryOf(moving) +
                 MemoryOf(counts) + MemoryOf(timed);
  for (size_t chunk = 0; chunk < timed.size(); ++chunk) {
    if (timed[chunk] != nullptr) bytes += timed[chunk]->capacity() * sizeof(TimedPart);
  }
  return bytes;
}

uint32_t ConditionParts::Cut(const Plan& plan, uint32_t at) {
  const PlanNode& n = plan.node(at);
  Node node;
  node.op = n.op;
  if (Joins(n.op)) {
    for (const uint32_t input : n.inputs) node.inputs.push_back(Cut(plan, input));
  } else {
    std::vector<PlanNode> nodes;
    Copy(plan, at, nodes);
    node.part = parts_.size();
    ConditionPart part;
    part.plan = std::make_shared<const Plan>(std::move(nodes), plan.parameters(), plan.slots(),
                                             plan.subject_type());
    part.events = EventFormOf(*part.plan);
    part.in_segment = n.op == PlanOp::kInSegment && plan.node(n.inputs[0]).op == PlanOp::kSubject;
    parts_.push_back(std::move(part));
  }
  nodes_.push_back(std::move(node));
  return static_cast<uint32_t>(nodes_.size() - 1);
}

absl::StatusOr<ConditionParts> ConditionParts::Of(const Crm& crm, const Plan& plan) {
  ConditionParts cut;
  cut.Cut(plan, plan.root_index());
  if (cut.parts_.size() < 2 || cut.parts_.size() > kMostParts) return ConditionParts();
  for (ConditionPart& part : cut.parts_) {
    RELATA_ASSIGN_OR_RETURN(part.reach, Reach::Of(crm, part.plan));
  }
  return cut;
}

ConditionParts::Here::Here(const ConditionParts& parts, const std::vector<PartState>& states,
                           size_t chunk)
    : parts_(parts), states_(states) {
  for (size_t i = 0; i < states.size(); ++i) {
    bits_[i] = {states[i].known[chunk], states[i].yes[chunk], states[i].error[chunk]};
    timed_ |= states[i].timed[chunk] != nullptr;
  }
}

Known64 ConditionParts::Here::Join(size_t word) const {
  // Nodes come after their inputs: what is not joined yet stands on a stack, which holds no more
  // than there are parts.
  uint64_t decided[kMostParts];
  uint64_t yes[kMostParts];
  uint64_t no[kMostParts];
  size_t top = 0;
  for (const Node& node : parts_.nodes_) {
    if (!Joins(node.op)) {
      const Bits& bits = bits_[node.part];
      decided[top] = bits.known == nullptr ? 0 : (*bits.known)[word];
      yes[top] = bits.yes == nullptr ? 0 : decided[top] & (*bits.yes)[word];
      const uint64_t error = bits.error == nullptr ? 0 : (*bits.error)[word];
      no[top] = decided[top] & ~(yes[top] | error);
      ++top;
      continue;
    }
    const size_t first = top - node.inputs.size();
    if (node.op == PlanOp::kNot) {
      std::swap(yes[first], no[first]);
      continue;
    }
    for (size_t i = first + 1; i < top; ++i) {
      decided[first] &= decided[i];
      if (node.op == PlanOp::kAnd) {
        yes[first] &= yes[i];
        no[first] |= no[i];
      } else {
        yes[first] |= yes[i];
        no[first] &= no[i];
      }
    }
    // What one operand settles does not wait for the others.
    decided[first] |= node.op == PlanOp::kAnd ? no[first] : yes[first];
    top = first + 1;
  }
  return {decided[0], yes[0], no[0]};
}

std::optional<Tri> ConditionParts::Here::Join(Row row) const {
  const size_t bit = OffsetOf(row) % 64;
  const Known64 here = Join(OffsetOf(row) / 64);
  if ((here.decided >> bit & 1) == 0) return std::nullopt;
  if (here.yes >> bit & 1) return Tri::kTrue;
  return here.no >> bit & 1 ? Tri::kFalse : Tri::kError;
}

ConditionParts::Said ConditionParts::Here::SaidOf(Row row, Timestamp now) const {
  const auto has = [&](const ChunkBits* bits) {
    return bits != nullptr && TestBit(*bits, OffsetOf(row));
  };
  Said said;
  for (size_t i = 0; i < states_.size(); ++i) {
    if (has(bits_[i].known)) {
      const Tri value = has(bits_[i].yes)     ? Tri::kTrue
                        : has(bits_[i].error) ? Tri::kError
                                              : Tri::kFalse;
      said[i] = TimedTri{value, Timestamp::kMax};
    } else if (const TimedPart* timed = states_[i].TimedOf(row, now)) {
      said[i] = TimedTri{timed->value, {timed->until}};
    }
  }
  return said;
}

std::optional<TimedTri> ConditionParts::Join(const Said& said) const {
  return JoinNode(said, static_cast<uint32_t>(nodes_.size() - 1));
}

std::optional<TimedTri> ConditionParts::JoinNode(const Said& said, uint32_t at) const {
  const Node& node = nodes_[at];
  if (!Joins(node.op)) return said[node.part];
  if (node.op == PlanOp::kNot) {
    std::optional<TimedTri> turned = JoinNode(said, node.inputs[0]);
    if (turned && turned->value != Tri::kError) {
      turned->value = turned->value == Tri::kTrue ? Tri::kFalse : Tri::kTrue;
    }
    return turned;
  }
  // One that settles it does so for as long as it holds; else all of them have to hold.
  const Tri settles = node.op == PlanOp::kAnd ? Tri::kFalse : Tri::kTrue;
  std::optional<TimedTri> settled;
  TimedTri all{settles == Tri::kFalse ? Tri::kTrue : Tri::kFalse, Timestamp::kMax};
  bool open = false;
  for (const uint32_t input : node.inputs) {
    const std::optional<TimedTri> next = JoinNode(said, input);
    open |= !next;
    if (!next) continue;
    if (next->value == settles) {
      if (!settled || settled->valid_until < next->valid_until) settled = next;
    }
    if (next->value == Tri::kError) all.value = Tri::kError;
    all.valid_until = std::min(all.valid_until, next->valid_until);
  }
  if (settled) return settled;
  return open ? std::nullopt : std::optional(all);
}

}  // namespace relata::internal
