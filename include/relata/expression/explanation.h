// SPDX-License-Identifier: Apache-2.0
//
// Why an expression is true, false or undecided for one record.
//
// A condition is built of atoms - comparisons, calls, memberships - joined by &&, ||, !, ternaries
// and the macros over lists. An explanation names the atoms that decided, and what each of them
// read: of an && that is false only the operand that made it false, of an exists() that is true
// only the element that made it true, of a count as many elements as it takes. Taking away any of
// them leaves the answer open.
//
// Explaining evaluates again with a record of what is read; an ordinary evaluation pays nothing.

#ifndef RELATA_EXPRESSION_EXPLANATION_H_
#define RELATA_EXPRESSION_EXPLANATION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/expression.h"
#include "relata/model/value.h"

namespace relata {

// One thing that was read.
struct Fact {
  enum class Kind : uint8_t {
    kField,     // `field` of `record` had `value`
    kEvent,     // `field` of the event `record` had `value`; kAtField when only the event counted
    kRelation,  // `record` had `count` related records of type `type`, or events of it
    kSegment,   // membership of `record` in `name` was `value`
    kScore,     // score `name` of `record` was `value`
    kConsent,   // whether `record` may be contacted as `name` ("email, offers") was `value`
    kHistory,   // `field` of `record` as it was gave `value`
  };
  Kind kind = Kind::kField;
  RecordRef record;
  TypeId type = kNoType;
  FieldId field = kNoField;
  Value value;
  std::string name;
  int64_t count = 0;
};

// What would turn the result of a single comparison with something fixed: `what` is now `is`, and
// the atom would have the other result if it stood in the relation `op` to `value`.
struct WhatIf {
  Span what;  // in the text of the expression
  Value is;
  PlanOp op = PlanOp::kEqual;  // kEqual to kGreaterEqual, kIn
  bool negated = false;        // kIn: not one of them
  Value value;
};

// One atom that decided, with the facts it read.
struct Reason {
  Span span;  // in the text of the expression
  Tri result = Tri::kFalse;
  std::string error;  // of an atom that ended in error
  std::vector<Fact> facts;
  std::optional<WhatIf> what_if;  // of an atom that is one comparison with something fixed
};

struct Explanation {
  Tri result = Tri::kFalse;
  std::string error;  // when result is kError
  std::vector<Reason> reasons;
  bool truncated = false;  // more than kMaxFacts facts decided; the rest was left out
};

inline constexpr size_t kMaxFacts = 1'000;

// Evaluates `plan` for `subject` and says why. Codes as EvaluateBoolean.
absl::StatusOr<Explanation> Explain(std::shared_ptr<const Plan> plan, RecordRef subject,
                                    const EvaluationContext& context);

// One line a reason: "contact.country == 'FR' is false: country of contact/12 is 'DE'". Records are
// named by type and row; `schema` gives the names of types and fields.
std::vector<std::string> FormatExplanation(std::string_view text, const Explanation& explanation,
                                           const Schema& schema);

}  // namespace relata

#endif  // RELATA_EXPRESSION_EXPLANATION_H_
