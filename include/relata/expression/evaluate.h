// SPDX-License-Identifier: Apache-2.0
//
// Running a plan for one record: the reference that every other evaluator must agree with.
//
// An evaluation ends in a value or in an error value with a message; a condition in true, false or
// error, and the three partition any population. A Status is something else: the evaluation could
// not be done (it passed its cost limit, a hook of the graph failed).
//
// The same inputs give the same result; `now` and the zone are inputs.

#ifndef RELATA_EXPRESSION_EVALUATE_H_
#define RELATA_EXPRESSION_EVALUATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/base/zone.h"
#include "relata/expression/graph_view.h"
#include "relata/expression/plan.h"
#include "relata/model/value.h"

namespace relata {

enum class Tri : uint8_t { kFalse, kTrue, kError };

// A value, or the message of an error value.
struct EvalResult {
  Value value;
  std::string error;

  bool ok() const { return error.empty(); }
  // kError also for a value that is no bool.
  Tri tri() const;
};

// What an evaluation is given beside the plan and the record. Everything borrowed must outlive the
// Interpreter.
struct EvaluationContext {
  const GraphView* view = nullptr;  // may be null when the plan reads no graph
  Timestamp now;
  Zone zone;                  // of calendar functions that name no zone
  int fiscal_year_start = 1;  // month, 1 to 12
  std::map<std::string, Value, std::less<>> parameters;
  // One unit is about one operator applied to one element. Deterministic for a plan and its inputs.
  int64_t cost_limit = 10'000'000;
};

// The answer of a condition and the first instant after the question's `now` at which time alone
// may change it: it may be early, never late. An answer that time does not touch is good for ever,
// Timestamp::kMax. Where the future cannot be foreseen (NowUse::kOther) it is the next microsecond.
struct TimedTri {
  Tri value = Tri::kFalse;
  Timestamp valid_until = Timestamp::kMax;
};

// A plan made ready to be run many times. Thread-compatible: one thread at a time.
class Interpreter {
 public:
  Interpreter(std::shared_ptr<const Plan> plan, EvaluationContext context);
  ~Interpreter();
  Interpreter(Interpreter&&) noexcept;
  Interpreter& operator=(Interpreter&&) noexcept;

  // The expression for `subject` (kNoRow when the plan names no subject). ResourceExhausted when
  // the cost limit is passed.
  absl::StatusOr<EvalResult> Evaluate(RecordRef subject);
  absl::StatusOr<Tri> EvaluateBoolean(RecordRef subject);
  // The same with the instant up to which it holds. Operands that no longer matter are looked at
  // too, for one that holds longer.
  absl::StatusOr<TimedTri> EvaluateTimed(RecordRef subject);

  // What the last evaluation cost.
  int64_t cost() const;

 private:
  friend class ExplainAccess;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Once, for one record.
absl::StatusOr<EvalResult> Evaluate(std::shared_ptr<const Plan> plan, RecordRef subject,
                                    const EvaluationContext& context);
absl::StatusOr<Tri> EvaluateBoolean(std::shared_ptr<const Plan> plan, RecordRef subject,
                                    const EvaluationContext& context);

// CEL's equality: 1 == 1.0, lists and maps by their elements, NaN equal to nothing; values of
// different types are not equal. Amounts of zero are equal in any currency.
bool CelEqual(const Value& a, const Value& b);

// Checks `text` dynamically with the entries of `bindings_json` (a JSON object, null, or empty) as
// its variables and evaluates it: what `relata eval` does. The result is the value as JSON
// (expression/json.h). InvalidArgument when the text does not parse, the bindings are no JSON
// object, or the evaluation ends in an error value; the message says which.
absl::StatusOr<std::string> EvaluateText(std::string_view text, std::string_view bindings_json,
                                         Timestamp now, const Zone& zone);

}  // namespace relata

#endif  // RELATA_EXPRESSION_EVALUATE_H_
