// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "base/strings.h"
#include "engine/conditions.h"
#include "engine/engine.h"
#include "engine/graph_view.h"
#include "relata/engine/crm.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/explain.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Condition;

// A condition, the snapshot it is asked of with everything it reads, and how to evaluate it.
struct Ready {
  Condition condition;
  std::shared_ptr<const Snapshot> snapshot;
  std::unique_ptr<internal::SnapshotView> view;
  EvaluationContext context;
};

absl::StatusOr<Ready> MakeReady(const Crm& crm, std::string_view type, std::string_view text,
                                const QueryOptions& options, ValueType expected) {
  Ready ready;
  RELATA_ASSIGN_OR_RETURN(ready.condition,
                          internal::CheckCondition(crm, type, text, options.parameters, expected));
  const Plan& plan = ready.condition.expression->plan();
  RELATA_ASSIGN_OR_RETURN(const Permissions permissions,
                          internal::PermissionsOf(crm, options.reader));
  if (!permissions.MayRead(ready.condition.type)) {
    return PermissionDenied(Concat("the role may not read ", type));
  }
  RELATA_RETURN_IF_ERROR(internal::PermitReading(crm, plan, permissions, options.purpose));
  RELATA_ASSIGN_OR_RETURN(const std::vector<TypeId> tables, internal::TablesRead(crm, plan));
  RELATA_ASSIGN_OR_RETURN(ready.snapshot, crm.View(tables));
  ready.view = std::make_unique<internal::SnapshotView>(crm, *ready.snapshot, crm.engine().hooks(),
                                                        options.now);
  ready.context.view = ready.view.get();
  ready.context.now = options.now;
  ready.context.zone = internal::ZoneOf(crm);
  ready.context.parameters.insert(options.parameters.begin(), options.parameters.end());
  return ready;
}

absl::StatusOr<std::string> TypeName(const Crm& crm, RecordRef record) {
  const std::shared_ptr<const Schema> schema = crm.schema();
  if (record.none() || record.type >= schema->types().size()) {
    return NotFound("the reference names no record");
  }
  return schema->type(record.type).name;
}

}  // namespace

absl::StatusOr<QueryAnswer> Crm::Query(std::string_view type, std::string_view expression,
                                       const QueryOptions& options) const {
  RELATA_ASSIGN_OR_RETURN(const Ready ready,
                          MakeReady(*this, type, expression, options, ValueType::Kind::kBool));
  QueryAnswer answer;
  answer.type = ready.condition.type;
  for (const ExpressionIssue& issue : ready.condition.expression->issues()) {
    answer.issues.push_back({Severity::kWarning, Concat("expression:", issue.span.begin),
                             FormatIssueWithCaret(expression, issue)});
  }
  Interpreter interpreter(ready.condition.expression->shared_plan(), ready.context);
  const Row limit = ready.snapshot->RowLimit(answer.type);
  for (Row row = 0; row < limit; ++row) {
    const RecordRef record{answer.type, row};
    if (!ready.snapshot->Exists(record)) continue;
    RELATA_ASSIGN_OR_RETURN(const EvalResult result, interpreter.Evaluate(record));
    switch (result.tri()) {
      case Tri::kTrue:
        if (options.limit == 0 || answer.rows.size() < options.limit) answer.rows.push_back(row);
        ++answer.count;
        break;
      case Tri::kError:
        if (answer.errors++ == 0) answer.first_error = result.error;
        break;
      case Tri::kFalse:
        break;
    }
  }
  return answer;
}

absl::StatusOr<Value> Crm::Evaluate(RecordRef record, std::string_view expression,
                                    const QueryOptions& options) const {
  const RecordRef here = Resolve(record);
  RELATA_ASSIGN_OR_RETURN(const std::string type, TypeName(*this, here));
  RELATA_ASSIGN_OR_RETURN(const Ready ready,
                          MakeReady(*this, type, expression, options, ValueType()));
  RELATA_ASSIGN_OR_RETURN(
      EvalResult result,
      relata::Evaluate(ready.condition.expression->shared_plan(), here, ready.context));
  if (!result.ok()) return InvalidArgument(result.error);
  return std::move(result.value);
}

}  // namespace relata
