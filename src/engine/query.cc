// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "engine/access_log.h"
#include "engine/columnar.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/graph_view.h"
#include "engine/pushdown.h"
#include "relata/engine/crm.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/explanation.h"

namespace relata {

using internal::Concat;
using internal::Condition;

namespace {

// A snapshot made ready to be asked; lives as long as the question.
struct AskedSnapshot {
  AskedSnapshot(const Crm& crm, const Snapshot& snapshot, const QueryOptions& options)
      : view(crm, snapshot, crm.engine().hooks(), options.now) {
    context.view = &view;
    context.now = options.now;
    context.zone = internal::ZoneOf(crm);
    context.parameters.insert(options.parameters.begin(), options.parameters.end());
  }
  AskedSnapshot(const AskedSnapshot&) = delete;
  AskedSnapshot& operator=(const AskedSnapshot&) = delete;

  internal::SnapshotView view;
  EvaluationContext context;
};

absl::Status NeedTables(const Crm& crm, const Snapshot& view, const Condition& condition) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<ColumnsNeeded> needed,
                          internal::ColumnsNeededBy(crm, condition));
  for (const ColumnsNeeded& columns : needed) {
    if (view.Loaded(columns)) continue;
    if (columns.type == kLedgerTable) {
      return FailedPrecondition("the consent ledger is not loaded");
    }
    return FailedPrecondition(
        Concat("the table of ", view.schema().type(columns.type).name, " is not loaded"));
  }
  return absl::OkStatus();
}

// Checks the text, the reader's rights and the purpose, and loads what it reads.
struct PreparedQuery {
  Condition condition;
  std::shared_ptr<const Snapshot> snapshot;
};
absl::StatusOr<PreparedQuery> Load(const Crm& crm, Condition condition) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<ColumnsNeeded> columns,
                          internal::ColumnsNeededBy(crm, condition));
  RELATA_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> snapshot, crm.View(columns));
  return PreparedQuery{std::move(condition), std::move(snapshot)};
}

absl::StatusOr<PreparedQuery> Prepare(const Crm& crm, std::string_view type, std::string_view text,
                                      const QueryOptions& options, ValueType expected) {
  RELATA_ASSIGN_OR_RETURN(Condition condition, internal::PermittedCondition(
                                                   crm, type, text, options, std::move(expected)));
  return Load(crm, std::move(condition));
}

}  // namespace

absl::StatusOr<Condition> internal::PermittedCondition(const Crm& crm, std::string_view type,
                                                       std::string_view text,
                                                       const QueryOptions& options,
                                                       ValueType expected) {
  RELATA_ASSIGN_OR_RETURN(
      Condition condition,
      internal::CheckCondition(crm, type, text, options.parameters, std::move(expected)));
  const Plan& plan = condition.expression->plan();
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, options.reader));
  if (!permissions.MayRead(condition.type)) {
    return PermissionDenied(Concat("the role may not read ", type));
  }
  RELATA_RETURN_IF_ERROR(internal::PermitReading(crm, plan, permissions, options.purpose));
  if (!options.reader.role.empty()) {
    RELATA_ASSIGN_OR_RETURN(std::vector<std::string> fields, internal::PersonalFields(crm, plan));
    RELATA_RETURN_IF_ERROR(
        internal::LogAccess(crm, options.reader,
                            {"search", {}, std::string(type), std::move(fields), "", options.now}));
  }
  return condition;
}

namespace {

absl::StatusOr<std::string> TypeName(const Crm& crm, RecordRef record) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  if (record.none() || record.type >= schema->types().size()) {
    return NotFound("the reference names no record");
  }
  return schema->type(record.type).name;
}

void Count(const EvalResult& result, Row row, size_t limit, QueryAnswer& answer) {
  switch (result.tri()) {
    case Tri::kTrue:
      if (limit == 0 || answer.rows.size() < limit) answer.rows.push_back(row);
      ++answer.count;
      break;
    case Tri::kError:
      if (answer.errors++ == 0) answer.first_error = result.error;
      break;
    case Tri::kFalse:
      break;
  }
}

// Asks the whole population at once. False when the plan has a shape that only the interpreter
// knows; it then has the word.
absl::StatusOr<bool> SelectByColumns(const Snapshot& view, const std::shared_ptr<const Plan>& plan,
                                     const AskedSnapshot& asking,
                                     const internal::ColumnarThreads& threads, size_t limit,
                                     QueryAnswer& answer) {
  const auto columnar = internal::ColumnarCondition::Make(view, plan, asking.context, threads);
  if (columnar == nullptr) return false;
  RELATA_ASSIGN_OR_RETURN(const internal::Population population, columnar->Evaluate());
  answer.count = population.count;
  answer.errors = population.errors;
  const auto listed = static_cast<size_t>(population.count);
  answer.rows.reserve(limit == 0 ? listed : std::min(limit, listed));
  for (size_t chunk = 0; chunk < population.is_true.size(); ++chunk) {
    const Row first = static_cast<Row>(chunk) * kChunkRows;
    if (limit == 0 || answer.rows.size() < limit) {
      internal::EachBit(population.is_true[chunk], [&](size_t i) {
        if (limit == 0 || answer.rows.size() < limit) {
          answer.rows.push_back(first + static_cast<Row>(i));
        }
      });
    }
    if (!answer.first_error.empty() || !internal::AnyBit(population.is_error[chunk])) continue;
    // The columns know that a record is an error, the interpreter says which.
    std::optional<Row> row;
    internal::EachBit(population.is_error[chunk], [&](size_t i) {
      if (!row) row = first + static_cast<Row>(i);
    });
    RELATA_ASSIGN_OR_RETURN(const EvalResult result,
                            relata::Evaluate(plan, {answer.type, *row}, asking.context));
    answer.first_error = result.ok() ? "the condition gives no bool" : result.error;
  }
  return true;
}

}  // namespace

namespace internal {

void TellWarnings(const Condition& condition, QueryAnswer& answer) {
  for (const ExpressionIssue& issue : condition.expression->issues()) {
    // What may explain that there is nobody explains nothing where there is somebody.
    if (issue.severity == Severity::kInfo && answer.count > 0) continue;
    answer.issues.push_back({issue.severity, Concat("expression:", issue.span.begin),
                             FormatIssueWithCaret(condition.expression->text(), issue)});
  }
}

absl::StatusOr<QueryAnswer> SelectOn(const Crm& crm, const Snapshot& view,
                                     const Condition& condition, const QueryOptions& options,
                                     Helpers* helpers) {
  RELATA_RETURN_IF_ERROR(NeedTables(crm, view, condition));
  QueryAnswer answer;
  answer.type = condition.type;
  const AskedSnapshot asking(crm, view, options);
  if (!condition.frozen) {
    // Each thread has a view of its own, for views remember what they were asked.
    ColumnarThreads lanes;
    lanes.helpers = helpers;
    lanes.least_work = crm.engine().least_work();
    std::vector<std::unique_ptr<AskedSnapshot>> others(helpers == nullptr ? 0
                                                                          : helpers->count() + 1);
    lanes.context = [&](size_t lane) -> const EvaluationContext& {
      others[lane] = std::make_unique<AskedSnapshot>(crm, view, options);
      return others[lane]->context;
    };
    RELATA_ASSIGN_OR_RETURN(
        const bool done, SelectByColumns(view, condition.expression->shared_plan(), asking, lanes,
                                         options.limit, answer));
    if (done) return answer;
  }
  Interpreter interpreter(condition.expression->shared_plan(), asking.context);
  const Row limit = view.RowLimit(answer.type);
  for (Row row = 0; row < limit; ++row) {
    const RecordRef record{answer.type, row};
    if (!view.Exists(record)) continue;
    if (condition.frozen) {
      Count({Value::Bool(condition.frozen->contains(view.Id(record))), ""}, row, options.limit,
            answer);
      continue;
    }
    RELATA_ASSIGN_OR_RETURN(const EvalResult result, interpreter.Evaluate(record));
    Count(result, row, options.limit, answer);
  }
  return answer;
}

absl::StatusOr<std::vector<Tri>> EvaluateAmong(const Crm& crm, const Snapshot& view,
                                               const Condition& condition,
                                               std::span<const Row> rows,
                                               const QueryOptions& options) {
  RELATA_RETURN_IF_ERROR(NeedTables(crm, view, condition));
  const AskedSnapshot asking(crm, view, options);
  std::vector<Tri> answers;
  if (condition.frozen) {
    for (const Row row : rows) {
      const bool in = condition.frozen->contains(view.Id({condition.type, row}));
      answers.push_back(in ? Tri::kTrue : Tri::kFalse);
    }
    return answers;
  }
  const std::shared_ptr<const Plan> plan = condition.expression->shared_plan();
  if (const auto columnar = ColumnarCondition::Make(view, plan, asking.context)) {
    return columnar->EvaluateAmong(rows);
  }
  Interpreter interpreter(plan, asking.context);
  for (const Row row : rows) {
    RELATA_ASSIGN_OR_RETURN(const Tri tri, interpreter.EvaluateBoolean({condition.type, row}));
    answers.push_back(tri);
  }
  return answers;
}

absl::StatusOr<EvalResult> EvaluateOn(const Crm& crm, const Snapshot& view,
                                      const Condition& condition, RecordRef record,
                                      const QueryOptions& options) {
  RELATA_RETURN_IF_ERROR(NeedTables(crm, view, condition));
  if (condition.frozen) {
    return EvalResult{Value::Bool(condition.frozen->contains(view.Id(record))), ""};
  }
  const AskedSnapshot asking(crm, view, options);
  return relata::Evaluate(condition.expression->shared_plan(), record, asking.context);
}

}  // namespace internal

absl::StatusOr<QueryAnswer> Crm::Query(std::string_view type, std::string_view expression,
                                       const QueryOptions& options) const {
  RELATA_ASSIGN_OR_RETURN(Condition condition,
                          internal::PermittedCondition(*this, type, expression, options));
  RELATA_ASSIGN_OR_RETURN(std::optional<QueryAnswer> pushed,
                          internal::AnswerBySql(*this, condition, options));
  if (pushed) {
    internal::TellWarnings(condition, *pushed);
    return *std::move(pushed);
  }
  RELATA_ASSIGN_OR_RETURN(const PreparedQuery question, Load(*this, std::move(condition)));
  const std::shared_ptr<internal::Helpers> helpers = engine().helpers();
  RELATA_ASSIGN_OR_RETURN(
      QueryAnswer answer,
      internal::SelectOn(*this, *question.snapshot, question.condition, options, helpers.get()));
  internal::TellWarnings(question.condition, answer);
  RELATA_ASSIGN_OR_RETURN(answer.erased, Erased(type));
  return answer;
}

absl::StatusOr<Value> Crm::Evaluate(RecordRef record, std::string_view expression,
                                    const QueryOptions& options) const {
  const RecordRef here = Resolve(record);
  RELATA_ASSIGN_OR_RETURN(const std::string type, TypeName(*this, here));
  RELATA_ASSIGN_OR_RETURN(const PreparedQuery question,
                          Prepare(*this, type, expression, options, ValueType()));
  RELATA_ASSIGN_OR_RETURN(
      EvalResult result,
      internal::EvaluateOn(*this, *question.snapshot, question.condition, here, options));
  if (!result.ok()) return InvalidArgument(result.error);
  return std::move(result.value);
}

absl::StatusOr<std::vector<std::string>> Crm::Explain(RecordRef record, std::string_view expression,
                                                      const QueryOptions& options) const {
  const RecordRef here = Resolve(record);
  RELATA_ASSIGN_OR_RETURN(const std::string type, TypeName(*this, here));
  RELATA_ASSIGN_OR_RETURN(PreparedQuery query,
                          Prepare(*this, type, expression, options, ValueType::Kind::kBool));
  // Telling the facts names records by their titles and ids.
  RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> tables,
                          internal::TablesRead(*this, query.condition.expression->plan()));
  RELATA_ASSIGN_OR_RETURN(query.snapshot, View(tables));
  const AskedSnapshot asking(*this, *query.snapshot, options);
  RELATA_ASSIGN_OR_RETURN(
      const Explanation explanation,
      relata::Explain(query.condition.expression->shared_plan(), here, asking.context));
  RELATA_ASSIGN_OR_RETURN(const Permissions may, internal::PermissionsOf(*this, options.reader));
  return internal::TellExplanation(*query.snapshot, may, expression, explanation);
}

absl::StatusOr<std::vector<ColumnsNeeded>> Crm::ColumnsOf(std::string_view type,
                                                          std::string_view expression,
                                                          bool any_value) const {
  const ValueType expected = any_value ? ValueType() : ValueType(ValueType::Kind::kBool);
  RELATA_ASSIGN_OR_RETURN(const Condition condition,
                          internal::CheckCondition(*this, type, expression, {}, expected));
  return internal::ColumnsRead(*this, condition.expression->plan());
}

absl::StatusOr<std::vector<TypeId>> Crm::TablesOf(std::string_view type,
                                                  std::string_view expression,
                                                  bool any_value) const {
  const ValueType expected = any_value ? ValueType() : ValueType(ValueType::Kind::kBool);
  RELATA_ASSIGN_OR_RETURN(const Condition condition,
                          internal::CheckCondition(*this, type, expression, {}, expected));
  return internal::TablesRead(*this, condition.expression->plan());
}

}  // namespace relata
