// SPDX-License-Identifier: Apache-2.0
//
// The columnar evaluator beside the interpreter on another graph in memory, whose values hold
// extremes: the largest integers, amounts in several currencies, text of every kind.

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "engine/columnar.h"
#include "gtest/gtest.h"
#include "property/expression_source.h"
#include "property/several_threads.h"
#include "support/support.h"
#include "unit/expression/memory_graph.h"

namespace relata::testing {
namespace {

using internal::ColumnarCondition;
using internal::Concat;

void AddRecords(const MemoryGraph& graph, const TypeDef& type, CommitBatch& batch) {
  for (Row row = 0; row < static_cast<Row>(graph.Count(type.id)); ++row) {
    RecordWrite write;
    write.type = type.id;
    write.row = row;
    write.id.bytes[0] = static_cast<uint8_t>(type.id + 1);
    write.id.bytes[1] = static_cast<uint8_t>(row);
    for (const FieldDef& field : type.fields) {
      write.values.emplace_back(field.id, graph.Raw({type.id, row}, field.id));
    }
    batch.records.push_back(std::move(write));
  }
}

void AddEvents(const MemoryGraph& graph, const TypeDef& type, CommitBatch& batch) {
  EventBatch events;
  events.type = type.id;
  events.first_seq = batch.commit.last_seq + 1;
  for (const FieldDef& field : type.fields) {
    events.fields.push_back(field.id);
    events.columns.emplace_back(field.kind == FieldKind::kInt ? Value::Kind::kInt
                                                              : Value::Kind::kText);
  }
  for (Row row = 0; row < static_cast<Row>(graph.Count(type.id)); ++row) {
    const RecordRef event{type.id, row};
    events.subjects.push_back(graph.Raw(event, kSubjectField).record().row);
    events.at.push_back(graph.Raw(event, kAtField).timestamp());
    for (size_t f = 0; f < type.fields.size(); ++f) {
      events.columns[f].Append(graph.Raw(event, type.fields[f].id));
    }
    ++batch.commit.last_seq;
  }
  batch.events.push_back(std::move(events));
}

// The same records and events in chunks, every row and place as it was.
std::shared_ptr<const Snapshot> SnapshotOf(const MemoryGraph& graph) {
  const auto schema = std::make_shared<const Schema>(SmallSchema());
  CommitBatch created;
  created.commit.id = 1;
  CommitBatch deleted;
  deleted.commit.id = 2;
  for (const TypeDef* type : schema->types()) {
    if (type->event) {
      AddEvents(graph, *type, created);
      continue;
    }
    AddRecords(graph, *type, created);
    for (Row row = 0; row < static_cast<Row>(graph.Count(type->id)); ++row) {
      if (graph.Exists({type->id, row})) continue;
      RecordWrite write;
      write.type = type->id;
      write.row = row;
      write.op = RecordWrite::Op::kDelete;
      deleted.records.push_back(std::move(write));
    }
  }
  deleted.commit.last_seq = created.commit.last_seq;
  return Snapshot::Empty(schema)->With(created)->With(deleted);
}

TEST(ColumnarExtremes, FindTheSameRecordsAsTheInterpreter) {
  constexpr int kExpressions = RELATA_EXPRESSIONS;
  constexpr int kExpressionsPerGraph = 50;
  const uint64_t seed = Seed(20260104);
  ExpressionSource source(seed);
  std::unique_ptr<MemoryGraph> graph;
  std::shared_ptr<const Snapshot> snapshot;
  const TypeId contact = SmallSchema().Find("contact")->id;
  int known = 0;
  int64_t asked = 0;
  for (int i = 0; i < kExpressions; ++i) {
    if (i % kExpressionsPerGraph == 0) {
      graph = source.Graph();
      snapshot = SnapshotOf(*graph);
    }
    const std::string text = source.Condition(1 + i % 3);
    const CheckedExpression checked = CheckAbout("contact", text);
    ASSERT_TRUE(checked.ok()) << text;
    const EvaluationContext context = ContextOf(*graph);
    const auto columnar = ColumnarCondition::Make(*snapshot, checked.shared_plan(), context);
    if (columnar == nullptr) continue;
    ++known;
    const auto population = columnar->Evaluate();
    ASSERT_TRUE(population.ok()) << text << population.status();
    asked += population->asked;
    const auto make_view = [&] { return std::make_unique<MemoryGraph>(*graph); };
    ASSERT_EQ(
        DiffersByThreads(*snapshot, checked.shared_plan(), context, make_view, *population, 2), "")
        << text;
    Interpreter interpreter(checked.shared_plan(), context);
    for (Row row = 0; row < static_cast<Row>(graph->Count(contact)); ++row) {
      const bool yes = internal::TestBit(population->is_true[0], static_cast<size_t>(row));
      const bool error = internal::TestBit(population->is_error[0], static_cast<size_t>(row));
      if (!graph->Exists({contact, row})) {
        ASSERT_FALSE(yes || error) << text << " at deleted row " << row;
        continue;
      }
      const absl::StatusOr<EvalResult> expected = interpreter.Evaluate({contact, row});
      ASSERT_TRUE(expected.ok()) << text;
      const Tri found = yes ? Tri::kTrue : error ? Tri::kError : Tri::kFalse;
      ASSERT_EQ(static_cast<int>(found), static_cast<int>(expected->tri()))
          << "expression " << i << " of seed " << seed << ": " << text << "\nrow " << row << " "
          << expected->error;
    }
  }
  std::cout << "[ columns  ] " << known << " of " << kExpressions << " expressions; " << asked
            << " rows left to the interpreter" << std::endl;
  EXPECT_GT(known, kExpressions * 7 / 10);
}

}  // namespace
}  // namespace relata::testing
