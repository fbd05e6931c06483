// SPDX-License-Identifier: Apache-2.0

#include "engine/columnar_events.h"

#include <algorithm>
#include <utility>

namespace relata::internal {

std::unique_ptr<ColumnarValue> ColumnarValue::Make(const Snapshot& snapshot,
                                                   std::shared_ptr<const Plan> plan,
                                                   const EvaluationContext& context) {
  std::unique_ptr<ColumnarValue> value(new ColumnarValue(std::move(plan), context));
  Lane lane(value->lanes_, 0);
  ColumnarCompiler compiler(lane, snapshot.graph(), *value->plan_, value->run_.context,
                            value->run_.function);
  value->root_ = compiler.CompileValue();
  if (value->root_ == nullptr) return nullptr;
  value->table_ = snapshot.graph().Records(value->plan_->subject_type());
  return value;
}

void ColumnarValue::Evaluate(size_t chunk, const ChunkBits& wanted, Vector& out) {
  const Row first = static_cast<Row>(chunk * kRowsPerChunk);
  root_->Eval(
      {first, static_cast<size_t>(std::min<Row>(kChunkRows, table_->limit - first)), nullptr},
      wanted, out);
}

std::unique_ptr<ColumnarEvents> ColumnarEvents::Make(const Snapshot& snapshot,
                                                     std::shared_ptr<const Plan> plan,
                                                     const EvaluationContext& context) {
  std::unique_ptr<ColumnarEvents> list(new ColumnarEvents(std::move(plan), context));
  Lane lane(list->lanes_, 0);
  ColumnarCompiler compiler(lane, snapshot.graph(), *list->plan_, list->run_.context,
                            list->run_.function);
  std::optional<EventScan> scan = compiler.CompileEvents();
  if (!scan) return nullptr;
  list->scan_ = *std::move(scan);
  return list;
}

void ColumnarEvents::Choose(size_t chunk, const ChunkBits& wanted, Chosen& out) {
  out.events = wanted;
  out.error = ChunkBits{};
  out.undecided = ChunkBits{};
  out.values = nullptr;
  const Chunk* at = scan_.events->at.chunk(chunk);
  if (at == nullptr) {
    out.events = ChunkBits{};
    return;
  }
  const Rows rows{static_cast<Row>(chunk * kRowsPerChunk), at->size, nullptr};
  const auto note = [&](const ChunkBits& asked) {
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const uint64_t odd = asked[w] & ~value_.has[w];
      out.undecided[w] |= odd & value_.undecided[w];
      out.error[w] |= odd & ~value_.undecided[w];
    }
  };
  for (const OperatorPtr& filter : scan_.filters) {
    const std::optional<bool> known = filter->Foresee(rows, out.events);
    if (known == true) continue;
    if (known == false) out.events = ChunkBits{};
    if (!AnyBit(out.events)) return;
    filter->Eval(rows, out.events, value_);
    note(out.events);
    EachWord(out.events, [&](size_t w) { return out.events[w] & value_.has[w] & value_.truth[w]; });
  }
  if (scan_.value == nullptr || !AnyBit(out.events)) return;
  scan_.value->Eval(rows, out.events, value_);
  note(out.events);
  EachWord(out.events, [&](size_t w) { return out.events[w] & value_.has[w]; });
  out.values = &value_;
}

}  // namespace relata::internal
