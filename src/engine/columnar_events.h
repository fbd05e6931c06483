// SPDX-License-Identifier: Apache-2.0
//
// Parts of the columnar evaluator for those who reduce in a way of their own: the values of an
// expression for whole chunks of its subject type, and the events of a list expression chosen
// chunk by chunk of the event table. Scores are computed with them.
//
// Single-thread. Snapshot, plan and `context.view` must outlive them, and every table that the
// plan reads must be loaded.

#ifndef RELATA_SRC_ENGINE_COLUMNAR_EVENTS_H_
#define RELATA_SRC_ENGINE_COLUMNAR_EVENTS_H_

#include <memory>
#include <vector>

#include "engine/columnar.h"
#include "engine/columnar_compiler.h"
#include "engine/operator.h"

namespace relata::internal {

// The values of any expression that has a columnar form.
class ColumnarValue {
 public:
  // nullptr when only the interpreter knows the plan's shape.
  static std::unique_ptr<ColumnarValue> Make(const Snapshot& snapshot,
                                             std::shared_ptr<const Plan> plan,
                                             const EvaluationContext& context);

  // The values at the rows `wanted` of a chunk of the subject type. What is `undecided` in it is
  // the interpreter's.
  void Evaluate(size_t chunk, const ChunkBits& wanted, Vector& out);

 private:
  ColumnarValue(std::shared_ptr<const Plan> plan, const EvaluationContext& context)
      : plan_(std::move(plan)), run_(context) {}

  const std::shared_ptr<const Plan> plan_;
  ColumnarRun run_;
  Lanes lanes_;
  const RecordTable* table_ = nullptr;
  OperatorPtr root_;
};

// The events that `subject.events('type').filter(e, ...)` chooses, with the number of each when a
// `.map(e, ...)` follows.
class ColumnarEvents {
 public:
  // nullptr when the plan is no such list, or a part of it has no columnar form.
  static std::unique_ptr<ColumnarEvents> Make(const Snapshot& snapshot,
                                              std::shared_ptr<const Plan> plan,
                                              const EvaluationContext& context);

  const EventTable& table() const { return *scan_.events; }

  // Which of the events `wanted` of a chunk of the table are chosen. An error of one spoils the
  // whole list of its subject, as in the language.
  struct Chosen {
    ChunkBits events;
    ChunkBits error;
    ChunkBits undecided;             // the subject's list is the interpreter's
    const Vector* values = nullptr;  // of the chosen events; nullptr without `.map`
  };
  void Choose(size_t chunk, const ChunkBits& wanted, Chosen& out);

 private:
  ColumnarEvents(std::shared_ptr<const Plan> plan, const EvaluationContext& context)
      : plan_(std::move(plan)), run_(context) {}

  const std::shared_ptr<const Plan> plan_;
  ColumnarRun run_;
  Lanes lanes_;
  EventScan scan_;
  Vector value_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COLUMNAR_EVENTS_H_
