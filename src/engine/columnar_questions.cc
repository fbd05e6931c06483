// SPDX-License-Identifier: Apache-2.0
//
// What is asked of a record that is no field: its id, its scores, segments and consent.

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "engine/columnar_compiler.h"
#include "relata/consent/vocabulary.h"

namespace relata::internal {

using Kind = Value::Kind;

OperatorPtr ColumnarCompiler::CompileScore(const PlanNode& n, const Scope& scope) {
  const SnapshotView* const view = view_;
  RowSourcePtr rows;
  if (view == nullptr || n.inputs.empty() || !RowsOf(n.inputs[0], scope, rows)) return nullptr;
  const TypeId type = TypeOf(n.inputs[0]);
  return MakeNumbers(std::move(rows),
                     [view, name = n.name, type] { return view->Scores(name, type); });
}

// record.id against a text that is known beforehand; nullptr for everything else.
OperatorPtr ColumnarCompiler::CompileIdTest(const PlanNode& n, const Scope& scope) {
  for (const size_t side : {0, 1}) {
    const PlanNode& field = plan_.node(n.inputs[side]);
    if (field.op != PlanOp::kField || field.field != kIdField || field.optional) continue;
    const std::optional<Value> id = FixedValue(n.inputs[1 - side]);
    const RecordTable* table = graph_.Records(TypeOf(field.inputs[0]));
    RowSourcePtr rows;
    if (!id || !id->is(Kind::kText) || table == nullptr || !table->ids_loaded ||
        !RowsOf(field.inputs[0], scope, rows)) {
      continue;
    }
    return MakeIsRecord(lane_, std::move(rows), *table, id->text(), n.op == PlanOp::kEqual);
  }
  return nullptr;
}

// What the rooms above answer, a record at a time; segments all at once.
OperatorPtr ColumnarCompiler::CompileQuestion(const PlanNode& n, const Scope& scope) {
  RowSourcePtr rows;
  if (view_ == nullptr || !RowsOf(n.inputs[0], scope, rows)) return nullptr;
  const TypeId type = TypeOf(n.inputs[0]);
  const RecordTable* table = graph_.Records(type);
  if (table == nullptr) return nullptr;
  if (n.op == PlanOp::kInSegment) {
    std::shared_ptr<Membership> segment = view_->SegmentOf(n.name, type);
    if (segment == nullptr) return nullptr;
    return MakeMember(std::move(rows), std::move(segment), table->limit, &function_.status);
  }
  QuestionSpec spec;
  spec.type = type;
  spec.stop = &function_.status;
  const SnapshotView* const view = view_;
  const std::optional<Value> channel = FixedValue(n.inputs[1]);
  const std::optional<Value> purpose = FixedValue(n.inputs[2]);
  if (!channel || !purpose || !channel->is(Kind::kText) || !purpose->is(Kind::kText)) {
    return nullptr;
  }
  spec.missing = Value::Bool(false);
  spec.ask = [view, channel = channel->text(),
              purpose = purpose->text()](RecordRef record) -> absl::StatusOr<Value> {
    RELATA_ASSIGN_OR_RETURN(const bool may, view->MayContact(record, channel, purpose));
    return Value::Bool(may);
  };
  return MakeQuestion(Kind::kBool, std::move(rows), std::move(spec));
}

OperatorPtr ColumnarCompiler::CompileStatement(const PlanNode& n, const Scope& scope) {
  RowSourcePtr rows;
  const TypeId type = TypeOf(n.inputs[0]);
  if (!graph_.ledger_loaded || graph_.Records(type) == nullptr ||
      !RowsOf(n.inputs[0], scope, rows)) {
    return nullptr;
  }
  const std::optional<Value> channel = FixedValue(n.inputs[1]);
  const std::optional<Value> purpose = FixedValue(n.inputs[2]);
  if (!channel || !purpose || !channel->is(Kind::kText) || !purpose->is(Kind::kText)) {
    return nullptr;
  }
  std::shared_ptr<StatementFold>& fold =
      statements_[Concat(type, " ", channel->text(), " ", purpose->text())];
  if (fold == nullptr) {
    fold = MakeStatementFold(lane_, graph_, type, ParseChannel(channel->text()),
                             ParsePurpose(purpose->text()));
  }
  return MakeStatement(n.op == PlanOp::kConsentAt ? Kind::kTimestamp : Kind::kText, std::move(rows),
                       fold);
}

}  // namespace relata::internal
