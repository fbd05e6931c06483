// SPDX-License-Identifier: Apache-2.0
//
// The columnar evaluator beside the interpreter: random conditions over a graph grown by random
// commits, with nulls, deleted and merged records, late events and relations whose tails are not
// empty. Both must find the same records true and the same ones in error, whatever the number of
// threads.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "engine/columnar.h"
#include "gtest/gtest.h"
#include "property/graph_conditions.h"
#include "property/graph_model.h"
#include "property/several_threads.h"
#include "property/snapshot_view.h"
#include "relata/expression/expression.h"
#include "support/support.h"

namespace relata::testing {
namespace {

using internal::ColumnarCondition;
using internal::Concat;

constexpr Timestamp kNow{1'782'864'000'000'000};  // 2026-07-01

class ColumnarProperty : public ::testing::Test {
 protected:
  // A graph of about 900 contacts whose indexes were built early and grew since.
  std::shared_ptr<const Snapshot> Grow(CommitSource& source) {
    std::shared_ptr<const Snapshot> snapshot = Snapshot::Empty(schema_);
    GraphModel model(schema_);
    const auto commit = [&](const CommitBatch& batch) {
      model.Apply(batch);
      snapshot = snapshot->With(batch);
    };
    commit(source.Bulk(model, kAccount, 150));
    commit(source.Bulk(model, kContact, 600));
    commit(source.Bulk(model, kPoint, 300));
    for (int i = 0; i < 60; ++i) {
      commit(source.Next(model, 80));
      std::vector<Row> rows;
      if (i == 20) snapshot->Children({kAccount, 0}, kContact, 1, rows);
      if (i == 20) snapshot->Events({kContact, 0}, kPageView, rows);
    }
    return snapshot;
  }

  // A graph of several chunks, most of which are packed, with children and events for all.
  std::shared_ptr<const Snapshot> GrowWide(CommitSource& source, bool merges) {
    std::shared_ptr<const Snapshot> snapshot = Snapshot::Empty(schema_);
    GraphModel model(schema_);
    const auto commit = [&](const CommitBatch& batch) {
      model.Apply(batch);
      snapshot = snapshot->With(batch);
    };
    commit(source.Bulk(model, kAccount, 700));
    commit(source.Bulk(model, kContact, 5'000));
    commit(source.Bulk(model, kPoint, 4'200));
    for (int i = 0; i < 15; ++i) {
      CommitBatch batch = source.Next(model, 400);
      if (!merges) batch.aliases.clear();
      commit(batch);
    }
    return snapshot;
  }

  // Compares the evaluators on every existing record; true when the columns knew the plan's shape.
  bool Compare(const Snapshot& snapshot, TypeId subject, const CheckedExpression& checked) {
    const PlainView view(snapshot);
    EvaluationContext context;
    context.view = &view;
    context.now = kNow;
    const auto columnar = ColumnarCondition::Make(snapshot, checked.shared_plan(), context);
    if (columnar == nullptr) return false;
    const absl::StatusOr<internal::Population> population = columnar->Evaluate();
    EXPECT_TRUE(population.ok()) << population.status();
    if (!population.ok()) return true;
    for (const size_t threads : {size_t{2}}) {
      const auto make_view = [&] { return std::make_unique<PlainView>(snapshot); };
      EXPECT_EQ(DiffersByThreads(snapshot, checked.shared_plan(), context, make_view, *population,
                                 threads),
                "")
          << checked.text() << " by " << threads << " threads";
    }
    Interpreter interpreter(checked.shared_plan(), context);
    int64_t outcomes[3] = {};
    for (Row row = 0; row < snapshot.RowLimit(subject); ++row) {
      if (!snapshot.Exists({subject, row})) continue;
      const absl::StatusOr<EvalResult> result = interpreter.Evaluate({subject, row});
      EXPECT_TRUE(result.ok()) << result.status();
      if (!result.ok()) return true;
      const size_t chunk = internal::ChunkOf(row);
      const size_t i = internal::OffsetOf(row);
      const Tri found = internal::TestBit(population->is_true[chunk], i)    ? Tri::kTrue
                        : internal::TestBit(population->is_error[chunk], i) ? Tri::kError
                                                                            : Tri::kFalse;
      ++outcomes[static_cast<int>(found)];
      EXPECT_EQ(static_cast<int>(found), static_cast<int>(result->tri()))
          << checked.text() << "\n  row " << row << " " << result->error;
      if (HasFailure()) return true;
    }
    CompareFew(snapshot, subject, checked, context, *population);
    EXPECT_EQ(outcomes[static_cast<int>(Tri::kTrue)], population->count) << checked.text();
    EXPECT_EQ(outcomes[static_cast<int>(Tri::kError)], population->errors) << checked.text();
    mixed_ += outcomes[0] > 0 && outcomes[1] > 0 ? 1 : 0;
    with_errors_ += outcomes[2] > 0 ? 1 : 0;
    return true;
  }

  // Some records asked by the indexes answer as they do among all.
  void CompareFew(const Snapshot& snapshot, TypeId subject, const CheckedExpression& checked,
                  const EvaluationContext& context, const internal::Population& population) {
    std::vector<Row> rows;
    for (Row row = snapshot.RowLimit(subject); row-- > 0 && rows.size() < 40; row -= row % 7) {
      if (snapshot.Exists({subject, row})) rows.push_back(row);
    }
    const auto columnar = ColumnarCondition::Make(snapshot, checked.shared_plan(), context);
    const absl::StatusOr<std::vector<Tri>> answers = columnar->EvaluateAmong(rows);
    ASSERT_TRUE(answers.ok()) << answers.status();
    for (size_t i = 0; i < rows.size(); ++i) {
      const size_t chunk = internal::ChunkOf(rows[i]);
      const size_t at = internal::OffsetOf(rows[i]);
      const Tri all = internal::TestBit(population.is_true[chunk], at)    ? Tri::kTrue
                      : internal::TestBit(population.is_error[chunk], at) ? Tri::kError
                                                                          : Tri::kFalse;
      ASSERT_EQ(static_cast<int>((*answers)[i]), static_cast<int>(all))
          << checked.text() << "\n  row " << rows[i] << " among few";
    }
  }

  CheckedExpression CheckFor(TypeId subject, const std::string& text) {
    CheckOptions options;
    options.schema = schema_.get();
    options.subject = subject;
    options.expected = ValueType::Kind::kBool;
    return Check(text, options);
  }

  const std::shared_ptr<const Schema> schema_ = GraphSchema();
  int mixed_ = 0;        // true for some records and false for others
  int with_errors_ = 0;  // an error for some
};

TEST_F(ColumnarProperty, FindsTheSameRecordsAsTheInterpreter) {
  CommitSource source(Seed(20260103));
  const std::shared_ptr<const Snapshot> snapshot = Grow(source);
  GraphConditions conditions(source, *snapshot);
  int checked_well = 0;
  int known = 0;
  constexpr int kExpressions = 300;
  for (int i = 0; i < kExpressions && !HasFailure(); ++i) {
    const TypeId subject = source.Chance(60) ? kContact : kAccount;
    const std::string text = conditions.About(subject);
    const CheckedExpression checked = CheckFor(subject, text);
    if (!checked.ok()) continue;
    ++checked_well;
    known += Compare(*snapshot, subject, checked) ? 1 : 0;
  }
  RecordProperty("expressions", checked_well);
  RecordProperty("columnar", known);
  printf("[ columns  ] %d of %d expressions; %d divide the records, %d have errors\n", known,
         checked_well, mixed_, with_errors_);
  if (HasFailure()) return;
  // The comparison means something only when most expressions take part and decide something.
  EXPECT_GT(checked_well, kExpressions * 8 / 10);
  EXPECT_GT(known, checked_well * 8 / 10);
  EXPECT_GT(mixed_, known / 3);
  EXPECT_GT(with_errors_, known / 10);
}

TEST_F(ColumnarProperty, FindsTheSameRecordsInPackedChunks) {
  CommitSource source(Seed(20260105));
  int known = 0;
  for (const bool merges : {false, true}) {
    const std::shared_ptr<const Snapshot> snapshot = GrowWide(source, merges);
    GraphConditions conditions(source, *snapshot);
    for (int i = 0; i < 25 && !HasFailure(); ++i) {
      const TypeId subject = i % 4 != 0 ? kContact : kAccount;
      const CheckedExpression checked = CheckFor(subject, conditions.About(subject));
      if (checked.ok()) known += Compare(*snapshot, subject, checked) ? 1 : 0;
    }
  }
  EXPECT_GT(known, 25);
}

// The length of a list and its extremes come of one scan: a null in what is compared spoils these
// and not the length.
TEST_F(ColumnarProperty, CountsListsWhoseExtremesAreAskedToo) {
  CommitSource source(Seed(20260106));
  const std::shared_ptr<const Snapshot> snapshot = GrowWide(source, false);
  for (const char* text :
       {"account.contacts.size() >= 3 && account.contacts.map(c, c.visits).max() > 5",
        "account.contacts.map(c, c.visits).min() < 2 || account.contacts.size() == 12",
        "account.contacts.size() > 10 ? account.contacts.map(c, c.visits).max() > 8"
        " : account.contacts.size() == 0",
        "account.contacts.filter(c, c.visits > 2).size() > 4 && "
        "account.contacts.filter(c, c.visits > 2).map(c, c.visits).min() == 3",
        "account.contacts.size() * 2 - 7 > account.contacts.map(c, c.visits).max()"}) {
    const CheckedExpression checked = CheckFor(kAccount, text);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_TRUE(Compare(*snapshot, kAccount, checked)) << text;
  }
}

TEST_F(ColumnarProperty, LeavesToTheInterpreterWhatItHasNoOperatorFor) {
  const std::shared_ptr<const Snapshot> snapshot = Snapshot::Empty(schema_);
  const PlainView view(*snapshot);
  EvaluationContext context;
  context.view = &view;
  for (const char* text :
       {"account.tags.exists(t, t == 'a')", "account.contacts.map(c, c.score).sum() > 1.0",
        "account.contacts.exists(c, account.contacts.exists(d, d.visits > c.visits))"}) {
    const CheckedExpression checked = CheckFor(kAccount, text);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_EQ(ColumnarCondition::Make(*snapshot, checked.shared_plan(), context), nullptr) << text;
  }
}

}  // namespace
}  // namespace relata::testing
