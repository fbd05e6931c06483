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

namespace {

// Whether a plan reads other definitions. A question reads each once; lanes would read them one
// each, and a commit may come in between.
bool ReadsDefinitions(const Plan& plan) {
  return std::any_of(plan.nodes().begin(), plan.nodes().end(), [](const PlanNode& n) {
    return n.op == PlanOp::kInSegment || n.op == PlanOp::kScore;
  });
}

size_t ChunksOf(const RecordTable& table) {
  return (static_cast<size_t>(table.limit) + kRowsPerChunk - 1) / kRowsPerChunk;
}

// The rows of a chunk of a table.
Rows ChunkRowsOf(const RecordTable& table, size_t chunk) {
  const Row first = static_cast<Row>(chunk * kRowsPerChunk);
  return {first, static_cast<size_t>(std::min(kChunkRows, table.limit - first)), nullptr};
}

}  // namespace

ColumnarCondition::ColumnarCondition(const Snapshot& snapshot, std::shared_ptr<const Plan> plan,
                                     ColumnarThreads threads)
    : snapshot_(snapshot), plan_(std::move(plan)), threads_(std::move(threads)) {
  const bool more = threads_.helpers != nullptr && !ReadsDefinitions(*plan_);
  lanes_.SetCount(more ? threads_.helpers->count() + 1 : 1);
  lanes_.SetLeastWork(threads_.least_work / 4);
  of_lane_.resize(lanes_.count());
}

ColumnarCondition::~ColumnarCondition() = default;

std::unique_ptr<ColumnarCondition> ColumnarCondition::Make(const Snapshot& snapshot,
                                                           std::shared_ptr<const Plan> plan,
                                                           const EvaluationContext& context,
                                                           ColumnarThreads threads) {
  std::unique_ptr<ColumnarCondition> condition(
      new ColumnarCondition(snapshot, std::move(plan), std::move(threads)));
  return condition->MakeLane(0, context) ? std::move(condition) : nullptr;
}

// The operators of a lane, made on its thread.
bool ColumnarCondition::MakeLane(size_t number, const EvaluationContext& context) {
  auto made = std::make_unique<OfLane>(context);
  Lane lane(lanes_, number);
  ColumnarCompiler compiler(lane, snapshot_.graph(), *plan_, made->run.context, made->run.function);
  made->root = compiler.CompileRoot();
  if (made->root == nullptr || lane.strayed()) return false;
  of_lane_[number] = std::move(made);
  return true;
}

bool ColumnarCondition::StartLanes() {
  if (lanes_.count() == 1) return false;
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  if (of_lane_[0]->root->cost() * table.count < threads_.least_work) {
    lanes_.SetCount(1);
    return false;
  }
  lanes_.Start(*threads_.helpers,
               [this](size_t lane) { return MakeLane(lane, threads_.context(lane)); });
  return true;
}

absl::StatusOr<Population> ColumnarCondition::Evaluate() {
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  Population population;
  population.is_true.resize(ChunksOf(table));
  population.is_error.resize(ChunksOf(table));
  of_lane_[0]->expects = nullptr;
  absl::Status status;
  bool several = false;
  {
    // The other lanes end before what they work on, whatever happens.
    struct Closing {
      Lanes& lanes;
      ~Closing() { lanes.Close(); }
    };
    const Closing closing{lanes_};
    several = StartLanes();
    status = Run(population);
  }
  passes_.clear();
  if (several) lanes_.SetCount(1);
  if (failed_ && several) {
    // Which failure comes first in order, one lane tells.
    const std::unique_ptr<ColumnarCondition> alone =
        Make(snapshot_, plan_, of_lane_[0]->run.context);
    return alone->Evaluate();
  }
  RELATA_RETURN_IF_ERROR(status);
  for (size_t c = 0; c < population.is_true.size(); ++c) {
    population.count += static_cast<int64_t>(CountBits(population.is_true[c]));
    population.errors += static_cast<int64_t>(CountBits(population.is_error[c]));
  }
  for (const std::unique_ptr<OfLane>& lane : of_lane_) {
    if (lane != nullptr) population.asked += std::exchange(lane->asked, 0);
  }
  return population;
}

// Does body(lane, chunk) for every chunk, by the lanes that are there; `cost` is that of all.
absl::Status ColumnarCondition::EachChunk(int64_t cost, size_t chunks, Body body) {
  auto pass = std::make_unique<SharedLoop>(
      lanes_, cost, chunks, [this, body = std::move(body)](size_t number, size_t chunk) {
        if (failed_.load(std::memory_order_relaxed)) return;
        OfLane& lane = *of_lane_[number];
        lane.status.Update(body(lane, chunk));
        lane.status.Update(lane.run.function.status);
        if (!lane.status.ok()) failed_ = true;
      });
  passes_.push_back(std::move(pass));
  passes_.back()->Complete(0);
  if (!failed_) return absl::OkStatus();
  return of_lane_[0]->status;  // of another lane's: Evaluate asks again
}

absl::Status ColumnarCondition::Run(Population& population) {
  const std::vector<OperatorPtr>* conjuncts = Conjuncts(*of_lane_[0]->root);
  return conjuncts != nullptr ? RunConjuncts(conjuncts->size(), population) : RunChunks(population);
}

absl::Status ColumnarCondition::RunChunks(Population& population) {
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  const int64_t cost = of_lane_[0]->root->cost() * table.count;
  return EachChunk(cost, population.is_true.size(), [&](OfLane& lane, size_t c) -> absl::Status {
    const ChunkBits* exists = table.exists[c];
    if (exists == nullptr) return absl::OkStatus();
    Operator& root = *lane.root;
    if (std::exchange(lane.expects, &root) != &root) root.Expect(table.count);
    const Rows rows = ChunkRowsOf(table, c);
    const std::optional<bool> known = root.Foresee(rows, *exists);
    if (known == true) population.is_true[c] = *exists;
    if (known) return absl::OkStatus();
    root.Eval(rows, *exists, lane.value);
    const Vector& value = lane.value;
    ChunkBits undecided{};
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      undecided[w] = (*exists)[w] & value.undecided[w];
      population.is_true[c][w] = (*exists)[w] & value.has[w] & value.truth[w];
      population.is_error[c][w] = (*exists)[w] & ~(value.has[w] | value.undecided[w]);
    }
    return Settle(lane, c, undecided, population);
  });
}

// One conjunct after the other over the whole population, cheapest first: each is told how many are
// still open and may look those up one by one.
absl::Status ColumnarCondition::RunConjuncts(size_t conjuncts, Population& population) {
  const RecordTable& table = *snapshot_.graph().Records(plan_->subject_type());
  const size_t chunks = population.is_true.size();
  std::vector<ChunkBits> undecided(chunks);
  for (size_t c = 0; c < chunks; ++c) {
    if (const ChunkBits* exists = table.exists[c]) population.is_true[c] = *exists;
  }
  for (size_t k = 0; k < conjuncts; ++k) {
    int64_t open = 0;
    for (const ChunkBits& bits : population.is_true) open += static_cast<int64_t>(CountBits(bits));
    if (open == 0) break;
    const auto decide = [&, k, open](OfLane& lane, size_t c) -> absl::Status {
      ChunkBits& here = population.is_true[c];
      if (!AnyBit(here)) return absl::OkStatus();
      Operator& conjunct = *(*Conjuncts(*lane.root))[k];
      if (std::exchange(lane.expects, &conjunct) != &conjunct) conjunct.Expect(open);
      const Rows rows = ChunkRowsOf(table, c);
      const std::optional<bool> known = conjunct.Foresee(rows, here);
      if (known == false) here = ChunkBits{};
      if (known) return absl::OkStatus();
      conjunct.Eval(rows, here, lane.value);
      const Vector& value = lane.value;
      for (size_t w = 0; w < kWordsPerChunk; ++w) {
        const uint64_t failed = here[w] & ~value.has[w];
        undecided[c][w] |= failed & value.undecided[w];
        population.is_error[c][w] |= failed & ~value.undecided[w];
        // An error stays open: a conjunct to come may be false, which beats it.
        here[w] &= ~(value.has[w] & ~value.truth[w]);
      }
      return absl::OkStatus();
    };
    const int64_t cost = (*Conjuncts(*of_lane_[0]->root))[k]->cost() * open;
    RELATA_RETURN_IF_ERROR(EachChunk(cost, chunks, decide));
    if (failed_) return absl::OkStatus();
  }
  // What the interpreter is asked costs far more than all else.
  constexpr int64_t kCostOfAsking = 10'000;
  int64_t asked = 0;
  for (const ChunkBits& bits : undecided) asked += static_cast<int64_t>(CountBits(bits));
  return EachChunk(asked * kCostOfAsking, chunks, [&](OfLane& lane, size_t c) -> absl::Status {
    for (size_t w = 0; w < kWordsPerChunk; ++w) {
      const uint64_t open = population.is_true[c][w];
      undecided[c][w] &= open;
      population.is_error[c][w] &= open & ~undecided[c][w];
      population.is_true[c][w] = open & ~(undecided[c][w] | population.is_error[c][w]);
    }
    return Settle(lane, c, undecided[c], population);
  });
}

absl::Status ColumnarCondition::Settle(OfLane& lane, size_t chunk, const ChunkBits& undecided,
                                       Population& population) {
  absl::Status status;
  EachBit(undecided, [&](size_t i) {
    if (!status.ok()) return;
    const absl::StatusOr<Tri> tri =
        AskInterpreter(lane, static_cast<Row>(chunk * kRowsPerChunk + i));
    if (!tri.ok()) {
      status = tri.status();
      return;
    }
    ++lane.asked;
    if (*tri == Tri::kTrue) SetBit(population.is_true[chunk], i);
    if (*tri == Tri::kError) SetBit(population.is_error[chunk], i);
  });
  return status;
}

absl::StatusOr<std::vector<Tri>> ColumnarCondition::EvaluateAmong(std::span<const Row> rows) {
  OfLane& lane = *of_lane_[0];
  std::vector<Tri> answers(rows.size(), Tri::kFalse);
  lane.root->Expect(static_cast<int64_t>(rows.size()));
  Vector& value = lane.value;
  for (size_t first = 0; first < rows.size(); first += kRowsPerChunk) {
    const size_t n = std::min(kRowsPerChunk, rows.size() - first);
    const ChunkBits wanted = FirstBits(n);
    lane.root->Eval({0, n, rows.data() + first}, wanted, value);
    RELATA_RETURN_IF_ERROR(lane.run.function.status);
    for (size_t i = 0; i < n; ++i) {
      Tri& answer = answers[first + i];
      if (TestBit(value.undecided, i)) {
        RELATA_ASSIGN_OR_RETURN(answer, AskInterpreter(lane, rows[first + i]));
      } else if (!value.Holds(i)) {
        answer = Tri::kError;
      } else if (TestBit(value.truth, i)) {
        answer = Tri::kTrue;
      }
    }
  }
  return answers;
}

absl::StatusOr<Tri> ColumnarCondition::AskInterpreter(OfLane& lane, Row row) {
  if (lane.interpreter == nullptr) {
    lane.interpreter = std::make_unique<Interpreter>(plan_, lane.run.context);
  }
  return lane.interpreter->EvaluateBoolean({plan_->subject_type(), row});
}

}  // namespace relata::internal
