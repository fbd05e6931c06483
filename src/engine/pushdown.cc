// SPDX-License-Identifier: Apache-2.0

#include "engine/pushdown.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/graph_view.h"
#include "engine/ledger_of_few.h"
#include "engine/store_view.h"
#include "relata/engine/pushdown.h"
#include "relata/expression/issue.h"

namespace relata {
namespace internal {
namespace {

// A reader of the store and the graph of the same commit, of which only the aliases are used.
struct Asked {
  std::unique_ptr<StoreReader> reader;
  SqlReader* sql = nullptr;  // null when the store is no SQL database
  std::shared_ptr<const Snapshot> view;
  SqlCondition condition;
};

EvaluationContext ContextOf(const Crm& crm, const GraphView& view, const QueryOptions& options) {
  EvaluationContext context;
  context.view = &view;
  context.now = options.now;
  context.zone = ZoneOf(crm);
  context.parameters.insert(options.parameters.begin(), options.parameters.end());
  return context;
}

absl::StatusOr<Asked> Ask(const Crm& crm, const Condition& condition, const QueryOptions& options) {
  Asked asked;
  RELATA_ASSIGN_OR_RETURN(asked.reader, crm.engine().Read());
  asked.sql = dynamic_cast<SqlReader*>(asked.reader.get());
  if (asked.sql == nullptr) return asked;
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, asked.reader->Head());
  RELATA_ASSIGN_OR_RETURN(asked.view, crm.View(std::span<const ColumnsNeeded>{}));
  if (asked.view->commit() != head.id) return Aborted("another commit came in between");
  const SnapshotView graph(crm, *asked.view, crm.engine().hooks(), options.now);
  const EvaluationContext context = ContextOf(crm, graph, options);
  SqlOptions how;
  how.has_aliases = asked.view->graph().HasAliases();
  asked.condition =
      LowerToSql(condition.expression->shared_plan(), context, StoreNames(*asked.sql), how);
  return asked;
}

// The rows that a statement finds and that were not merged into another, ascending.
absl::StatusOr<std::vector<Row>> RowsOf(const Asked& asked, TypeId type,
                                        const std::string& statement,
                                        const std::vector<Value>& parameters) {
  std::vector<Row> rows;
  const Graph& graph = asked.view->graph();
  const bool merged = graph.HasAliases();
  RELATA_RETURN_IF_ERROR(asked.sql->SelectRows(statement, parameters,
                                               [&](const std::vector<Row>& found) -> absl::Status {
                                                 for (const Row row : found) {
                                                   if (!merged || !graph.Merged({type, row}))
                                                     rows.push_back(row);
                                                 }
                                                 return absl::OkStatus();
                                               }));
  std::sort(rows.begin(), rows.end());
  return rows;
}

// Leaves of `rows` those for which the condition is true, and counts errors.
void Keep(const std::vector<Tri>& decided, std::vector<Row>& rows, QueryAnswer& answer) {
  size_t kept = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    answer.errors += decided[i] == Tri::kError ? 1 : 0;
    if (decided[i] == Tri::kTrue) rows[kept++] = rows[i];
  }
  rows.resize(kept);
}

// Decides again on what was found, on records read from the store, some at a time: what is read for
// them is forgotten with them.
absl::Status RecheckInStore(const Asked& asked, const Crm& crm, const Condition& condition,
                            const std::vector<ColumnsNeeded>& needed, const QueryOptions& options,
                            std::vector<Row>& rows, QueryAnswer& answer) {
  constexpr size_t kAtOnce = 16'384;
  std::vector<Tri> decided;
  for (size_t first = 0; first < rows.size(); first += kAtOnce) {
    const std::span<const Row> some(rows.data() + first, std::min(kAtOnce, rows.size() - first));
    StoreView view(asked.view->graph(), *asked.reader, *asked.sql);
    RELATA_RETURN_IF_ERROR(view.Start(needed));
    Interpreter interpreter(condition.expression->shared_plan(), ContextOf(crm, view, options));
    view.Expect(condition.type, some);
    for (const Row row : some) {
      RELATA_ASSIGN_OR_RETURN(const Tri tri, interpreter.EvaluateBoolean({condition.type, row}));
      RELATA_RETURN_IF_ERROR(view.status());
      decided.push_back(tri);
    }
  }
  Keep(decided, rows, answer);
  return absl::OkStatus();
}

// What a question reads. Where few were found and it asks of the ledger what they said, the ledger
// of those alone, for this question.
absl::StatusOr<std::shared_ptr<const Snapshot>> LoadFor(const Asked& asked, const Crm& crm,
                                                        const Condition& condition,
                                                        const std::vector<ColumnsNeeded>& needed,
                                                        std::span<const Row> rows, bool few) {
  std::vector<ColumnsNeeded> others;
  for (const ColumnsNeeded& columns : needed) {
    if (columns.type != kLedgerTable) others.push_back(columns);
  }
  const bool whole = !few || others.size() == needed.size() || asked.view->Loaded(kLedgerTable) ||
                     !AsksSubjectsOnly(condition.expression->plan());
  if (whole) return crm.View(needed);
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(others));
  LedgerOfFew ledger(*asked.reader, view->graph(), condition.type, rows);
  const absl::StatusOr<std::shared_ptr<const Snapshot>> with = view->Load(needed, ledger);
  // Another commit came in between.
  return absl::IsFailedPrecondition(with.status()) ? crm.View(needed) : with;
}

// The same with the columns loaded for this question, where most of the table was found or where
// the condition asks more than records tell.
absl::Status Recheck(const Asked& asked, const Crm& crm, const Condition& condition,
                     const QueryOptions& options, std::vector<Row>& rows, QueryAnswer& answer) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<ColumnsNeeded> needed, ColumnsNeededBy(crm, condition));
  RELATA_ASSIGN_OR_RETURN(const Row limit, asked.reader->NextRow(condition.type));
  constexpr Row kFew = 1'000;
  const bool few = std::ssize(rows) <= std::max(kFew, limit / 4);
  if (few && StoreView::Answers(condition.expression->plan(), *asked.sql)) {
    return RecheckInStore(asked, crm, condition, needed, options, rows, answer);
  }
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view,
                          LoadFor(asked, crm, condition, needed, rows, few));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Tri> decided,
                          EvaluateAmong(crm, *view, condition, rows, options));
  Keep(decided, rows, answer);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<QueryAnswer>> AnswerBySql(const Crm& crm, const Condition& condition,
                                                       const QueryOptions& options) {
  const std::optional<QueryAnswer> in_memory;
  if (crm.engine().memory_limit() == 0 || condition.frozen || !crm.as_of().today()) {
    return in_memory;
  }
  RELATA_ASSIGN_OR_RETURN(const std::vector<ColumnsNeeded> needed, ColumnsNeededBy(crm, condition));
  const std::shared_ptr<const Snapshot> here = crm.engine().Current();
  if (std::all_of(needed.begin(), needed.end(),
                  [&](const ColumnsNeeded& columns) { return here->Loaded(columns); })) {
    return in_memory;
  }
  const absl::StatusOr<Asked> asked = Ask(crm, condition, options);
  if (absl::IsAborted(asked.status())) return in_memory;
  RELATA_RETURN_IF_ERROR(asked.status());
  const SqlCondition& sql = asked->condition;
  if (asked->sql == nullptr || sql.statement.empty()) return in_memory;
  if (!sql.exact && sql.where == "TRUE") return in_memory;  // nothing was narrowed down
  QueryAnswer answer;
  answer.type = condition.type;
  RELATA_ASSIGN_OR_RETURN(std::vector<Row> rows,
                          RowsOf(*asked, condition.type, sql.statement, sql.parameters));
  if (!sql.exact) {
    RELATA_RETURN_IF_ERROR(Recheck(*asked, crm, condition, options, rows, answer));
  }
  if (!sql.undecided.empty()) {
    RELATA_ASSIGN_OR_RETURN(
        const std::vector<Row> undecided,
        RowsOf(*asked, condition.type, sql.undecided, sql.undecided_parameters));
    answer.errors += static_cast<int64_t>(undecided.size());
  }
  if (answer.errors > 0) answer.first_error = "decided in the store, which does not say why";
  answer.count = static_cast<int64_t>(rows.size());
  if (options.limit > 0 && rows.size() > options.limit) rows.resize(options.limit);
  answer.rows = std::move(rows);
  return std::optional<QueryAnswer>(std::move(answer));
}

}  // namespace internal

void LimitMemory(Crm& crm, size_t bytes) { crm.engine().LimitMemory(bytes); }

size_t MemoryUsed(const Crm& crm) { return internal::MemoryOf(*crm.engine().Current()); }

absl::StatusOr<PushedQuestion> PushDown(const Crm& crm, std::string_view type,
                                        std::string_view expression, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const internal::Condition condition,
                          internal::PermittedCondition(crm, type, expression, options));
  if (!crm.as_of().today()) {
    return FailedPrecondition("the past is made in memory; no SQL asks it");
  }
  RELATA_ASSIGN_OR_RETURN(const internal::Asked asked, internal::Ask(crm, condition, options));
  if (asked.sql == nullptr) return FailedPrecondition("the store is no SQL database");
  PushedQuestion out;
  out.statement = asked.condition.statement;
  out.parameters = asked.condition.parameters;
  out.exact = asked.condition.exact;
  const std::string& text = condition.expression->text();
  for (const Span& span : asked.condition.residual) {
    out.residual.push_back(text.substr(span.begin, span.end - span.begin));
  }
  return out;
}

}  // namespace relata
