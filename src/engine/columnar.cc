// SPDX-License-Identifier: Apache-2.0

#include "engine/columnar.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/columnar_compiler.h"
#include "expression/regexes.h"

namespace relata::internal {

ColumnarRun::ColumnarRun(const EvaluationContext& given)
    : context(given), regexes_(std::make_unique<Regexes>()) {
  function.now = context.now;
  function.zone = &context.zone;
  function.fiscal_year_start = context.fiscal_year_start;
  function.view = context.view;
  function.regexes = regexes_.get();
  function.cost = &cost_;
  function.cost_limit = std::numeric_limits<int64_t>::max();
}

ColumnarRun::~ColumnarRun() = default;

ColumnarCondition::ColumnarCondition(const Snapshot& snapshot, std::shared_ptr<const Plan> plan,
                                     const EvaluationContext& context)
    : snapshot_(snapshot), plan_(std::move(plan)), run_(context) {}

ColumnarCondition::~ColumnarCondition() = default;

std::unique_ptr<ColumnarCondition> ColumnarCondition::Make(const Snapshot& snapshot,
                                                           std::shared_ptr<const Plan> plan,
                                                           const EvaluationContext& context) {
  std::unique_ptr<ColumnarCondition> condition(
      new ColumnarCondition(snapshot, std::move(plan), context));
  ColumnarCompiler compiler(snapshot.graph(), *condition->plan_, condition->run_.context,
                            condition->run_.function);
  condition->root_ = compiler.CompileRoot();
  return condition->root_ == nullptr ? nullptr : std::move(condition);
}

absl::StatusOr<Population> ColumnarCondition::Evaluate() {
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  Population population;
  const size_t chunks = (static_cast<size_t>(table.limit) + kRowsPerChunk - 1) / kRowsPerChunk;
  population.is_true.resize(chunks);
  population.is_error.resize(chunks);
  Vector value;
  for (size_t c = 0; c < chunks; ++c) {
    const ChunkBits* exists = table.exists[c];
    if (exists == nullptr) continue;
    const Row first = static_cast<Row>(c * kRowsPerChunk);
    const Rows rows{first, static_cast<size_t>(std::min(kChunkRows, table.limit - first)), nullptr};
    const std::optional<bool> known = root_->Foresee(rows, *exists);
    if (known == true) population.is_true[c] = *exists;
    if (known) continue;
    root_->Eval(rows, *exists, value);
    ChunkBits undecided{};
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      undecided[w] = (*exists)[w] & value.undecided[w];
      population.is_true[c][w] = (*exists)[w] & value.has[w] & value.truth[w];
      population.is_error[c][w] = (*exists)[w] & ~(value.has[w] | value.undecided[w]);
    }
    absl::Status status;
    EachBit(undecided, [&](size_t i) {
      if (status.ok()) status = AskInterpreter(first + static_cast<Row>(i), c, population);
    });
    RELATA_RETURN_IF_ERROR(status);
  }
  for (size_t c = 0; c < chunks; ++c) {
    for (uint64_t word : population.is_true[c]) population.count += std::popcount(word);
    for (uint64_t word : population.is_error[c]) population.errors += std::popcount(word);
  }
  return population;
}

absl::Status ColumnarCondition::AskInterpreter(Row row, size_t chunk, Population& population) {
  if (interpreter_ == nullptr) interpreter_ = std::make_unique<Interpreter>(plan_, run_.context);
  RELATA_ASSIGN_OR_RETURN(const Tri tri,
                          interpreter_->EvaluateBoolean({plan_->subject_type(), row}));
  ++population.asked;
  if (tri == Tri::kTrue) SetBit(population.is_true[chunk], OffsetOf(row));
  if (tri == Tri::kError) SetBit(population.is_error[chunk], OffsetOf(row));
  return absl::OkStatus();
}

}  // namespace relata::internal
