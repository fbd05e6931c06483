// SPDX-License-Identifier: Apache-2.0

#include "engine/membership_events.h"

#include <algorithm>
#include <utility>

#include "base/radix_sort.h"
#include "engine/columnar_events.h"
#include "engine/flips.h"
#include "engine/graph.h"
#include "expression/comparisons.h"

namespace relata::internal {
namespace {

uint32_t Copy(const Plan& plan, uint32_t at, std::vector<PlanNode>& nodes) {
  PlanNode n = plan.node(at);
  for (uint32_t& input : n.inputs) input = Copy(plan, input, nodes);
  nodes.push_back(std::move(n));
  return static_cast<uint32_t>(nodes.size() - 1);
}

std::shared_ptr<const Plan> MakePlan(const Plan& of, std::vector<PlanNode> nodes) {
  return std::make_shared<const Plan>(std::move(nodes), of.parameters(), of.slots(),
                                      of.subject_type());
}

// The type of a filtered list of the subject's own events.
std::optional<TypeId> EventsListed(const Plan& plan, uint32_t at) {
  const PlanNode& n = plan.node(at);
  if (n.op == PlanOp::kEvents) {
    if (plan.node(n.inputs[0]).op != PlanOp::kSubject) return std::nullopt;
    return n.record_type;
  }
  if (n.op != PlanOp::kFilter || n.slot2 >= 0) return std::nullopt;
  return EventsListed(plan, n.inputs[0]);
}

// exists() as the list of what it looks for.
std::optional<EventForm> ExistsForm(const Plan& plan, uint32_t at) {
  const PlanNode& n = plan.node(at);
  if (n.op != PlanOp::kExists || n.slot2 >= 0) return std::nullopt;
  const std::optional<TypeId> event = EventsListed(plan, n.inputs[0]);
  if (!event) return std::nullopt;
  std::vector<PlanNode> nodes;
  const uint32_t root = Copy(plan, at, nodes);
  nodes[root].op = PlanOp::kFilter;
  nodes[root].type = nodes[nodes[root].inputs[0]].type;
  EventForm form;
  form.event = *event;
  form.list = MakePlan(plan, std::move(nodes));
  return form;
}

// size() of a list compared with a constant.
std::optional<EventForm> CountForm(const Plan& plan) {
  const PlanNode& n = plan.root();
  if (!IsComparison(n.op)) return std::nullopt;
  for (const bool turned : {false, true}) {
    const uint32_t sized = n.inputs[turned ? 1 : 0];
    const PlanNode& size = plan.node(sized);
    const PlanNode& than = plan.node(n.inputs[turned ? 0 : 1]);
    if (size.op != PlanOp::kCall || size.inputs.size() != 1 ||
        FunctionName(size.function) != "size" || than.op != PlanOp::kConstant ||
        !than.constant.is(Value::Kind::kInt)) {
      continue;
    }
    const std::optional<TypeId> event = EventsListed(plan, size.inputs[0]);
    if (!event) continue;
    EventForm form;
    form.event = *event;
    std::vector<PlanNode> list;
    Copy(plan, size.inputs[0], list);
    form.list = MakePlan(plan, std::move(list));
    form.op = turned ? Mirrored(n.op) : n.op;
    form.than = than.constant.int_value();
    form.any = !form.Holds(0) && form.Holds(1) && form.Holds(INT64_MAX);
    std::vector<PlanNode> number;
    Copy(plan, sized, number);
    form.size = MakePlan(plan, std::move(number));
    return form;
  }
  return std::nullopt;
}

// What the question of flips.h asks of the events themselves; nothing when it asks more.
std::optional<std::vector<EventForm>> QuestionsOf(const Plan& question, TypeId event) {
  std::vector<EventForm> forms;
  const PlanNode& root = question.root();
  const std::vector<uint32_t> whole = {question.root_index()};
  for (const uint32_t at : root.op == PlanOp::kOr ? root.inputs : whole) {
    std::optional<EventForm> form = ExistsForm(question, at);
    if (!form || form->event != event) return std::nullopt;
    forms.push_back(*std::move(form));
  }
  return forms;
}

ChunkBits PlacesOf(size_t chunk, int64_t from, int64_t until) {
  const auto first = static_cast<int64_t>(chunk * kRowsPerChunk);
  const auto within = [&](int64_t place) {
    return static_cast<size_t>(std::clamp<int64_t>(place - first, 0, kChunkRows));
  };
  const ChunkBits before = FirstBits(within(from));
  ChunkBits bits = FirstBits(within(until));
  for (size_t w = 0; w < kWordsPerChunk; ++w) bits[w] &= ~before[w];
  return bits;
}

}  // namespace

bool EventForm::Holds(int64_t count) const {
  switch (op) {
    case PlanOp::kEqual:
      return count == than;
    case PlanOp::kNotEqual:
      return count != than;
    case PlanOp::kLess:
      return count < than;
    case PlanOp::kLessEqual:
      return count <= than;
    case PlanOp::kGreater:
      return count > than;
    default:
      return count >= than;
  }
}

std::optional<EventForm> EventFormOf(const Plan& plan) {
  if (auto exists = ExistsForm(plan, plan.root_index())) return exists;
  return CountForm(plan);
}

bool EachNewEvent(const EventForm& form, const std::shared_ptr<const Plan>& part,
                  const Snapshot& before, const Snapshot& after, const EvaluationContext& context,
                  Timestamp until, const std::function<void(const NewEvent&)>& visit) {
  const EventTable* was = before.graph().Events(form.event);
  const EventTable* is = after.graph().Events(form.event);
  if (was == nullptr || is == nullptr || is->count < was->count) return false;
  const auto counted = ColumnarEvents::Make(after, form.list, context);
  if (counted == nullptr) return false;
  std::vector<std::unique_ptr<ColumnarEvents>> moving;
  const Flips flips = FindFlips(part, context, until);
  if (flips.each) return false;
  if (flips.question != nullptr) {
    const auto questions = QuestionsOf(*flips.question, form.event);
    if (!questions) return false;
    for (const EventForm& question : *questions) {
      moving.push_back(ColumnarEvents::Make(after, question.list, context));
      if (moving.back() == nullptr) return false;
    }
  }
  // By subject, so that what is known of a chunk of them is looked at once.
  constexpr int64_t kCounts = 1;
  constexpr int64_t kUnsure = 2;
  std::vector<int64_t> found;
  const auto end = static_cast<size_t>((is->count + kChunkRows - 1) / kChunkRows);
  for (size_t chunk = ChunkOf(was->count); chunk < end; ++chunk) {
    const ChunkBits places = PlacesOf(chunk, was->count, is->count);
    ColumnarEvents::Chosen chosen;
    counted->Choose(chunk, places, chosen);
    const ChunkBits counts = chosen.events;
    ChunkBits unsure{};
    EachWord(unsure, [&](size_t w) { return chosen.error[w] | chosen.undecided[w]; });
    for (const auto& question : moving) {
      question->Choose(chunk, places, chosen);
      EachWord(unsure, [&](size_t w) {
        return unsure[w] | chosen.events[w] | chosen.error[w] | chosen.undecided[w];
      });
    }
    EachBit(places, [&](size_t i) {
      if (!TestBit(counts, i) && !TestBit(unsure, i)) return;
      const auto place = static_cast<int64_t>(chunk * kRowsPerChunk + i);
      found.push_back(is->subject.Int(place) << 2 | (TestBit(counts, i) ? kCounts : 0) |
                      (TestBit(unsure, i) ? kUnsure : 0));
    });
  }
  RadixSort(found, 2);
  for (const int64_t event : found) {
    visit({event >> 2, (event & kCounts) != 0, (event & kUnsure) != 0});
  }
  return true;
}

}  // namespace relata::internal
