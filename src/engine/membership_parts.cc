// SPDX-License-Identifier: Apache-2.0

#include "engine/membership_parts.h"

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

}  // namespace

void PartState::Learn(Row row, Tri value, EditToken edit) {
  Put(known, row, true, edit);
  Put(yes, row, value == Tri::kTrue, edit);
  Put(error, row, value == Tri::kError, edit);
}

void PartState::Forget(Row row, EditToken edit) { Put(known, row, false, edit); }

std::optional<bool> PartState::CountOne(const EventForm& form, Row row, EditToken edit) {
  const ChunkBits* said = yes[ChunkOf(row)];
  const bool now = said != nullptr && TestBit(*said, OffsetOf(row));
  const ChunkBits* sure = known[ChunkOf(row)];
  const bool was = sure != nullptr && TestBit(*sure, OffsetOf(row));
  if (form.size == nullptr) {
    if (was && now) return false;
    Learn(row, Tri::kTrue, edit);
    return true;
  }
  if (!was) return std::nullopt;
  const Counts* here = counts[ChunkOf(row)];
  const uint8_t count = here == nullptr ? kUncounted : (*here)[OffsetOf(row)];
  if (count + 1 >= kUncounted) return std::nullopt;
  counts.Edit(ChunkOf(row), edit)[OffsetOf(row)] = count + 1;
  const bool then = form.Holds(count + 1);
  if (then != now) Learn(row, then ? Tri::kTrue : Tri::kFalse, edit);
  return then != now;
}

void PartState::ForgetCount(Row row, EditToken edit) {
  if (counts[ChunkOf(row)] != nullptr) {
    counts.Edit(ChunkOf(row), edit)[OffsetOf(row)] = kUncounted;
  }
}

size_t PartState::MemoryUsed() const {
  return MemoryOf(known) + MemoryOf(yes) + MemoryOf(error) + MemoryOf(moving) + MemoryOf(counts);
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
    : parts_(parts) {
  for (size_t i = 0; i < states.size(); ++i) {
    bits_[i] = {states[i].known[chunk], states[i].yes[chunk], states[i].error[chunk]};
  }
}

Known64 ConditionParts::Here::JoinNode(uint32_t at, size_t word) const {
  const Node& node = parts_.nodes_[at];
  if (!Joins(node.op)) {
    const Bits& bits = bits_[node.part];
    if (bits.known == nullptr) return {};
    const uint64_t known = (*bits.known)[word];
    const uint64_t yes = bits.yes == nullptr ? 0 : known & (*bits.yes)[word];
    return {known, yes, known & ~(yes | (bits.error == nullptr ? 0 : (*bits.error)[word]))};
  }
  Known64 all = JoinNode(node.inputs[0], word);
  if (node.op == PlanOp::kNot) {
    std::swap(all.yes, all.no);
    return all;
  }
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const Known64 next = JoinNode(node.inputs[i], word);
    all.decided &= next.decided;
    if (node.op == PlanOp::kAnd) {
      all.yes &= next.yes;
      all.no |= next.no;
    } else {
      all.yes |= next.yes;
      all.no &= next.no;
    }
  }
  // What one operand settles does not wait for the others.
  all.decided |= node.op == PlanOp::kAnd ? all.no : all.yes;
  return all;
}

Known64 ConditionParts::Here::Join(size_t word) const {
  return JoinNode(static_cast<uint32_t>(parts_.nodes_.size() - 1), word);
}

std::optional<Tri> ConditionParts::Here::Join(Row row) const {
  const size_t bit = OffsetOf(row) % 64;
  const Known64 here = Join(OffsetOf(row) / 64);
  if ((here.decided >> bit & 1) == 0) return std::nullopt;
  if (here.yes >> bit & 1) return Tri::kTrue;
  return here.no >> bit & 1 ? Tri::kFalse : Tri::kError;
}

}  // namespace relata::internal
