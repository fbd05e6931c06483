// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/evaluate.h"

#include <utility>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "relata/expression/expression.h"
#include "relata/expression/json.h"

namespace relata {

Tri EvalResult::tri() const {
  if (!ok() || !value.is(Value::Kind::kBool)) return Tri::kError;
  return value.bool_value() ? Tri::kTrue : Tri::kFalse;
}

class Interpreter::Impl {
 public:
  Impl(std::shared_ptr<const Plan> plan, EvaluationContext context)
      : evaluator(std::move(plan), std::move(context)) {}
  internal::Evaluator evaluator;
};

Interpreter::Interpreter(std::shared_ptr<const Plan> plan, EvaluationContext context)
    : impl_(std::make_unique<Impl>(std::move(plan), std::move(context))) {}
Interpreter::~Interpreter() = default;
Interpreter::Interpreter(Interpreter&&) noexcept = default;
Interpreter& Interpreter::operator=(Interpreter&&) noexcept = default;

absl::StatusOr<EvalResult> Interpreter::Evaluate(RecordRef subject) {
  return impl_->evaluator.Run(subject);
}

absl::StatusOr<Tri> Interpreter::EvaluateBoolean(RecordRef subject) {
  RELATA_ASSIGN_OR_RETURN(const EvalResult result, impl_->evaluator.Run(subject));
  return result.tri();
}

absl::StatusOr<TimedTri> Interpreter::EvaluateTimed(RecordRef subject) {
  Timestamp until = Timestamp::kMax;
  RELATA_ASSIGN_OR_RETURN(const EvalResult result, impl_->evaluator.RunTimed(subject, until));
  return TimedTri{result.tri(), until};
}

int64_t Interpreter::cost() const { return impl_->evaluator.cost(); }

absl::StatusOr<EvalResult> Evaluate(std::shared_ptr<const Plan> plan, RecordRef subject,
                                    const EvaluationContext& context) {
  return internal::Evaluator(std::move(plan), context).Run(subject);
}

absl::StatusOr<Tri> EvaluateBoolean(std::shared_ptr<const Plan> plan, RecordRef subject,
                                    const EvaluationContext& context) {
  RELATA_ASSIGN_OR_RETURN(const EvalResult result, Evaluate(std::move(plan), subject, context));
  return result.tri();
}

absl::StatusOr<std::string> EvaluateText(std::string_view text, std::string_view bindings_json,
                                         Timestamp now, const Zone& zone) {
  EvaluationContext context;
  context.now = now;
  context.zone = zone;
  CheckOptions options;
  options.checking = Checking::kDynamic;
  options.block_macros = true;
  if (!bindings_json.empty()) {
    absl::StatusOr<Value> bindings = ValueFromJson(bindings_json);
    if (!bindings.ok()) return Annotate(bindings.status(), "bindings");
    if (bindings->is_null()) bindings = Value::Map({});
    if (!bindings->is(Value::Kind::kMap))
      return InvalidArgument("bindings: a JSON object is needed");
    for (const auto& [name, value] : bindings->map()) {
      options.parameters.emplace_back(name.text(), ValueType::Kind::kDyn);
      context.parameters.emplace(name.text(), value);
    }
  }
  const CheckedExpression checked = Check(text, options);
  if (!checked.ok()) return checked.status();
  RELATA_ASSIGN_OR_RETURN(const EvalResult result,
                          Evaluate(checked.shared_plan(), RecordRef(), context));
  if (!result.ok()) return InvalidArgument(result.error);
  return ValueToJson(result.value);
}

}  // namespace relata
