// SPDX-License-Identifier: Apache-2.0

#include "score/questions.h"

#include <set>
#include <utility>

#include "base/strings.h"
#include "engine/engine.h"

namespace relata::internal {
namespace {

absl::StatusOr<std::vector<Condition>> CheckAll(const Crm& crm, std::string_view type,
                                                std::span<const std::string> texts) {
  std::vector<Condition> conditions;
  for (const std::string& text : texts) {
    absl::StatusOr<Condition> condition = CheckCondition(crm, type, text, {}, ValueType());
    if (!condition.ok()) return condition.status();
    conditions.push_back(*std::move(condition));
  }
  return conditions;
}

}  // namespace

absl::StatusOr<Questions> Questions::Prepare(const Crm& crm, std::string_view type,
                                             std::span<const std::string> texts,
                                             const QueryOptions& options) {
  Questions questions;
  const TypeDef* def = crm.schema()->Find(type);
  if (def == nullptr || def->event) {
    return InvalidArgument(Concat("there is no type of record '", type, "'"));
  }
  questions.type_ = def->id;
  RELATA_ASSIGN_OR_RETURN(questions.conditions_, CheckAll(crm, type, texts));
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions, PermissionsOf(crm, options.reader));
  if (!permissions.MayRead(def->id)) {
    return PermissionDenied(Concat("the role may not read ", type));
  }
  std::set<TypeId> tables = {def->id};
  for (const Condition& condition : questions.conditions_) {
    const Plan& plan = condition.expression->plan();
    RELATA_RETURN_IF_ERROR(PermitReading(crm, plan, permissions, options.purpose));
    RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> read, TablesRead(crm, plan));
    tables.insert(read.begin(), read.end());
  }
  const std::vector<TypeId> list(tables.begin(), tables.end());
  RELATA_ASSIGN_OR_RETURN(questions.owned_, crm.View(list));
  questions.view_ = questions.owned_.get();
  questions.MakeReady(crm, options.now);
  return questions;
}

absl::StatusOr<Questions> Questions::On(const Crm& crm, const Snapshot& view, std::string_view type,
                                        std::span<const std::string> texts, Timestamp now) {
  Questions questions;
  RELATA_ASSIGN_OR_RETURN(questions.conditions_, CheckAll(crm, type, texts));
  questions.type_ = crm.schema()->Find(type)->id;
  questions.view_ = &view;
  questions.MakeReady(crm, now);
  return questions;
}

void Questions::MakeReady(const Crm& crm, Timestamp now) {
  graph_ = std::make_unique<SnapshotView>(crm, *view_, crm.engine().hooks(), now);
  EvaluationContext context;
  context.view = graph_.get();
  context.now = now;
  context.zone = ZoneOf(crm);
  for (const Condition& condition : conditions_) {
    interpreters_.emplace_back(condition.expression->shared_plan(), context);
  }
}

std::optional<double> NumberOf(const Value& value, Timestamp now) {
  const auto days = [](int64_t micros) {
    return static_cast<double>(micros) / static_cast<double>(Days(1).micros);
  };
  switch (value.kind()) {
    case Value::Kind::kBool:
      return value.bool_value() ? 1 : 0;
    case Value::Kind::kInt:
      return static_cast<double>(value.int_value());
    case Value::Kind::kUint:
      return static_cast<double>(value.uint_value());
    case Value::Kind::kDouble:
      return value.double_value();
    case Value::Kind::kMoney:
      return static_cast<double>(value.money().units) / 10'000;
    case Value::Kind::kDuration:
      return days(value.duration().micros);
    case Value::Kind::kTimestamp:
      return days((now - value.timestamp()).micros);
    case Value::Kind::kDate:
      return days((now - UtcMidnight(value.date())).micros);
    default:
      return std::nullopt;
  }
}

}  // namespace relata::internal
