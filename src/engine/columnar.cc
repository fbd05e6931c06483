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
  const std::vector<OperatorPtr>* conjuncts = Conjuncts(*root_);
  RELATA_RETURN_IF_ERROR(conjuncts != nullptr ? EvaluateConjuncts(*conjuncts, population)
                                              : EvaluateChunks(population));
  RELATA_RETURN_IF_ERROR(run_.function.status);
  for (size_t c = 0; c < chunks; ++c) {
    population.count += static_cast<int64_t>(CountBits(population.is_true[c]));
    population.errors += static_cast<int64_t>(CountBits(population.is_error[c]));
  }
  return population;
}

namespace {

// The rows of a chunk of a table.
Rows ChunkRowsOf(const RecordTable& table, size_t chunk) {
  const Row first = static_cast<Row>(chunk * kRowsPerChunk);
  return {first, static_cast<size_t>(std::min(kChunkRows, table.limit - first)), nullptr};
}

}  // namespace

absl::Status ColumnarCondition::EvaluateChunks(Population& population) {
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  root_->Expect(table.count);
  Vector value;
  for (size_t c = 0; c < population.is_true.size(); ++c) {
    const ChunkBits* exists = table.exists[c];
    if (exists == nullptr) continue;
    const Rows rows = ChunkRowsOf(table, c);
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
    RELATA_RETURN_IF_ERROR(Settle(c, undecided, population));
  }
  return absl::OkStatus();
}

// One conjunct after the other over the whole population, cheapest first: each is told how many are
// still open and may look those up one by one.
absl::Status ColumnarCondition::EvaluateConjuncts(const std::vector<OperatorPtr>& conjuncts,
                                                  Population& population) {
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  const size_t chunks = population.is_true.size();
  std::vector<ChunkBits> undecided(chunks);
  for (size_t c = 0; c < chunks; ++c) {
    if (const ChunkBits* exists = table.exists[c]) population.is_true[c] = *exists;
  }
  Vector value;
  for (const OperatorPtr& conjunct : conjuncts) {
    int64_t open = 0;
    for (const ChunkBits& bits : population.is_true) open += static_cast<int64_t>(CountBits(bits));
    if (open == 0) break;
    conjunct->Expect(open);
    for (size_t c = 0; c < chunks; ++c) {
      ChunkBits& here = population.is_true[c];
      if (!AnyBit(here)) continue;
      const Rows rows = ChunkRowsOf(table, c);
      const std::optional<bool> known = conjunct->Foresee(rows, here);
      if (known == true) continue;
      if (known == false) {
        here = ChunkBits{};
        continue;
      }
      conjunct->Eval(rows, here, value);
      for (size_t w = 0; w < kWordsPerChunk; ++w) {
        const uint64_t failed = here[w] & ~value.has[w];
        undecided[c][w] |= failed & value.undecided[w];
        population.is_error[c][w] |= failed & ~value.undecided[w];
        // An error stays open: a conjunct to come may be false, which beats it.
        here[w] &= ~(value.has[w] & ~value.truth[w]);
      }
    }
    RELATA_RETURN_IF_ERROR(run_.function.status);
  }
  for (size_t c = 0; c < chunks; ++c) {
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const uint64_t open = population.is_true[c][w];
      undecided[c][w] &= open;
      population.is_error[c][w] &= open & ~undecided[c][w];
      population.is_true[c][w] = open & ~(undecided[c][w] | population.is_error[c][w]);
    }
    RELATA_RETURN_IF_ERROR(Settle(c, undecided[c], population));
  }
  return absl::OkStatus();
}

absl::Status ColumnarCondition::Settle(size_t chunk, const ChunkBits& undecided,
                                       Population& population) {
  absl::Status status;
  EachBit(undecided, [&](size_t i) {
    if (!status.ok()) return;
    const absl::StatusOr<Tri> tri = AskInterpreter(static_cast<Row>(chunk * kRowsPerChunk + i));
    if (!tri.ok()) {
      status = tri.status();
      return;
    }
    ++population.asked;
    if (*tri == Tri::kTrue) SetBit(population.is_true[chunk], i);
    if (*tri == Tri::kError) SetBit(population.is_error[chunk], i);
  });
  return status;
}

absl::StatusOr<std::vector<Tri>> ColumnarCondition::EvaluateAmong(std::span<const Row> rows) {
  std::vector<Tri> answers(rows.size(), Tri::kFalse);
  root_->Expect(static_cast<int64_t>(rows.size()));
  Vector value;
  for (size_t first = 0; first < rows.size(); first += kRowsPerChunk) {
    const size_t n = std::min(kRowsPerChunk, rows.size() - first);
    const ChunkBits wanted = FirstBits(n);
    root_->Eval({0, n, rows.data() + first}, wanted, value);
    RELATA_RETURN_IF_ERROR(run_.function.status);
    for (size_t i = 0; i < n; ++i) {
      Tri& answer = answers[first + i];
      if (TestBit(value.undecided, i)) {
        RELATA_ASSIGN_OR_RETURN(answer, AskInterpreter(rows[first + i]));
      } else if (!value.Holds(i)) {
        answer = Tri::kError;
      } else if (TestBit(value.truth, i)) {
        answer = Tri::kTrue;
      }
    }
  }
  return answers;
}

absl::StatusOr<Tri> ColumnarCondition::AskInterpreter(Row row) {
  if (interpreter_ == nullptr) interpreter_ = std::make_unique<Interpreter>(plan_, run_.context);
  return interpreter_->EvaluateBoolean({plan_->subject_type(), row});
}

}  // namespace relata::internal
