// SPDX-License-Identifier: Apache-2.0
//
// The interpreter on the plan, and the record it can keep of what it read.

#ifndef RELATA_SRC_EXPRESSION_INTERPRETER_H_
#define RELATA_SRC_EXPRESSION_INTERPRETER_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "expression/functions.h"
#include "expression/regexes.h"
#include "expression/time_use.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/explanation.h"

namespace relata::internal {

// What was read while atoms were decided, in order. Operands that turn out not to decide are cut
// out again by erasing their part.
class Trace {
 public:
  struct Entry {
    bool is_atom = false;
    Reason reason;  // of an atom
    Fact fact;      // of a fact, read under the atom before it
  };

  size_t mark() const { return entries_.size(); }
  void EraseFrom(size_t from) { entries_.resize(from); }
  void Erase(size_t from, size_t to) {
    entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(from),
                   entries_.begin() + static_cast<ptrdiff_t>(to));
  }
  void Add(Fact fact) {
    if (entries_.size() >= kMaxFacts * 8) {
      truncated_ = true;
      return;
    }
    entries_.push_back({false, {}, std::move(fact)});
  }

  std::vector<Entry> entries_;
  bool truncated_ = false;
  bool in_atom_ = false;
};

class Evaluator {
 public:
  Evaluator(std::shared_ptr<const Plan> plan, EvaluationContext context);

  absl::StatusOr<EvalResult> Run(RecordRef subject);
  // The same, and up to when time alone cannot change it.
  absl::StatusOr<EvalResult> RunTimed(RecordRef subject, Timestamp& valid_until);
  // A part of the plan that reads no record, for those who fold constants.
  Outcome EvalFixed(uint32_t at) { return Eval(at); }
  void set_trace(Trace* trace) { trace_ = trace; }
  int64_t cost() const { return cost_; }

 private:
  // interpreter.cc
  Outcome Eval(uint32_t at);
  Outcome EvalNode(const PlanNode& n);
  const Outcome* EvalOnce(uint32_t at);
  Outcome EvalAtom(const PlanNode& n);
  std::optional<WhatIf> FindWhatIf(const PlanNode& n, bool result);
  Outcome EvalUntraced(uint32_t at);
  int64_t ElementsNeeded(const PlanNode& n);
  Outcome EvalLeaf(const PlanNode& n);
  Outcome EvalLogic(const PlanNode& n, bool stop);
  Outcome EvalNot(const PlanNode& n);
  Outcome EvalConditional(const PlanNode& n);
  Outcome EvalBinary(const PlanNode& n);
  Outcome EvalCall(const PlanNode& n);
  Outcome EvalKey(const PlanNode& n, bool test);
  Outcome EvalIndex(const PlanNode& n);
  Outcome EvalList(const PlanNode& n);
  Outcome EvalMap(const PlanNode& n);
  Outcome EvalOptionalElse(const PlanNode& n);
  // interpreter_time.cc
  Outcome EvalLogicTimed(const PlanNode& n, bool stop);
  Outcome EvalQuantifierTimed(const PlanNode& n);
  // What no longer matters for the value, only for the time it holds: it costs nothing and cannot
  // end the evaluation.
  template <class Visit>
  Outcome EvalFurther(const Visit& visit) {
    if (cost_ > context_.cost_limit / 2) return Outcome::Error("not looked at");
    const int64_t cost = cost_;
    Outcome o = visit();
    cost_ = cost;
    function_.status = absl::OkStatus();
    return o;
  }
  void NoteCrossing(const PlanNode& n, const Value& a, const Value& b);
  void NoteMove(const PlanNode& n, const Outcome& result);
  void NoteJump(const PlanNode& n, std::span<const Value> inputs);
  const TimeUse& UseOf(const PlanNode& n) const {
    return uses_[static_cast<size_t>(&n - plan_->nodes().data())];
  }
  // The value under way may change after so many microseconds.
  void Until(int64_t after) {
    const int64_t left = Timestamp::kMax.micros - context_.now.micros;
    if (after < left) until_ = std::min(until_, context_.now.micros + after);
  }
  // interpreter_graph.cc
  Outcome EvalField(const PlanNode& n);
  Outcome EvalRelation(const PlanNode& n);
  Outcome EvalPath(const PlanNode& n);
  Outcome EvalDefinition(const PlanNode& n);
  Outcome EvalConsent(const PlanNode& n);
  Outcome EvalHistory(const PlanNode& n);
  Outcome FromStatus(const absl::Status& status);
  void TakeStep(const PathStep& step, RecordRef from, std::vector<RecordRef>& out);
  // interpreter_macros.cc
  Outcome EvalQuantifier(const PlanNode& n);
  Outcome EvalExistsOne(const PlanNode& n);
  Outcome EvalFilter(const PlanNode& n);
  Outcome EvalTransform(const PlanNode& n);
  Outcome EvalTransformMap(const PlanNode& n);
  Outcome EvalSortBy(const PlanNode& n);
  Outcome EvalOptionalMap(const PlanNode& n);
  Outcome EvalBind(const PlanNode& n);
  // Sets the variables of `n` to each element of a list or entry of a map, until `visit` returns
  // false. False when the range is neither.
  template <class Visit>
  bool ForEach(const PlanNode& n, const Value& range, Visit visit);
  void SetVariable(int slot, const Value& v);
  bool Decide(uint32_t condition, bool* yes, Outcome* failed);
  std::string AddEntries(const PlanNode& n, const Value& key, Value value, ValueMap& map);

  Outcome Stop(std::string_view why);
  bool stopped() const { return !function_.status.ok(); }
  size_t Mark() const { return trace_ == nullptr ? 0 : trace_->mark(); }
  void KeepOnly(size_t from, size_t part) {
    if (trace_ != nullptr) trace_->Erase(from, part);
  }
  void Drop(size_t from) {
    if (trace_ != nullptr) trace_->EraseFrom(from);
  }
  void Note(Fact fact) {
    if (trace_ != nullptr) trace_->Add(std::move(fact));
  }

  std::shared_ptr<const Plan> plan_;
  EvaluationContext context_;
  Regexes regexes_;
  FunctionContext function_;
  std::vector<Outcome> slots_;
  std::vector<const Value*> parameters_;
  // Parts that are the same for every record, kept once they were needed.
  enum class Kept : uint8_t { kNo, kNotYet, kYes };
  std::vector<Kept> kept_;
  std::vector<Outcome> kept_values_;
  RecordRef subject_;
  // Only where the time an answer holds is asked for.
  bool timed_ = false;
  int64_t until_ = Timestamp::kMax.micros;  // of all that was evaluated and matters
  std::vector<TimeUse> uses_;
  std::vector<int64_t> kept_until_;
  int64_t cost_ = 0;
  Trace* trace_ = nullptr;
  // Of the list that the atom under way counts, as many elements are told; -1: all.
  int64_t tell_at_most_ = -1;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_INTERPRETER_H_
