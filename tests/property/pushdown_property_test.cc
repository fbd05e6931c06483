// SPDX-License-Identifier: Apache-2.0
//
// Four evaluators, one meaning: random conditions over a graph grown by random commits, asked of
// the interpreter, of the columns, and of the SQL that SQLite and PostgreSQL run on what the same
// commits stored. Every other graph has merged records. A condition on which they differ is made
// smaller before it is told.

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/columnar.h"
#include "engine/graph.h"
#include "engine/pushdown.h"
#include "engine/tables.h"
#include "gtest/gtest.h"
#include "property/graph_conditions.h"
#include "property/graph_model.h"
#include "property/several_threads.h"
#include "property/snapshot_view.h"
#include "relata/expression/expression.h"
#include "relata/storage/postgres.h"
#include "relata/storage/sqlite.h"
#include "support/postgres.h"
#include "support/support.h"

namespace relata::testing {
namespace {

using internal::ColumnarCondition;

constexpr Timestamp kNow{1'782'864'000'000'000};  // 2026-07-01
constexpr int kExpressions = RELATA_EXPRESSIONS;
constexpr int kExpressionsPerGraph = 125;

// The rows where a condition is true, and those where it is an error.
struct Answer {
  std::set<Row> yes;
  std::set<Row> error;
};

// One graph in memory and in the stores.
class World {
 public:
  World(CommitSource& source, bool merges, const std::string& dsn) : folder_() {
    Add("SQLite", OpenSqliteStore(folder_.File("graph.db")));
    if (!dsn.empty()) {
      PostgresOptions options;
      options.schema = schema_name_ = UniqueName("agree");
      options.views = false;
      Add("PostgreSQL", OpenPostgresStore(dsn, options));
    }
    const auto commit = [&](CommitBatch batch) {
      if (!merges) batch.aliases.clear();
      for (Backend& b : backends_) Put(*b.store, batch);
      model_.Apply(batch);
      snapshot = snapshot->With(batch);
    };
    commit(source.Bulk(model_, kAccount, 40));
    commit(source.Bulk(model_, kContact, 110));
    commit(source.Bulk(model_, kPoint, 60));
    for (int i = 0; i < 25; ++i) {
      commit(source.Next(model_, 40));
      std::vector<Row> rows;
      if (i == 10) snapshot->Children({kAccount, 0}, kContact, 1, rows);
      if (i == 10) snapshot->Events({kContact, 0}, kPageView, rows);
    }
    for (Backend& b : backends_) {
      auto reader = b.store->Read();
      EXPECT_TRUE(reader.ok()) << reader.status();
      b.reader = std::move(*reader);
      b.sql = dynamic_cast<SqlReader*>(b.reader.get());
      EXPECT_NE(b.sql, nullptr) << b.name;
    }
  }
  ~World() {
    backends_.clear();
    if (!schema_name_.empty()) DropPostgresSchemas({schema_name_, schema_name_ + "_main"});
  }

  struct Backend {
    const char* name;
    std::unique_ptr<Store> store;
    std::unique_ptr<StoreReader> reader;
    SqlReader* sql = nullptr;
  };
  const std::vector<Backend>& backends() const { return backends_; }

  const std::shared_ptr<const Schema> schema = GraphSchema();
  std::shared_ptr<const Snapshot> snapshot = Snapshot::Empty(schema);

 private:
  void Add(const char* name, absl::StatusOr<std::unique_ptr<Store>> store) {
    ASSERT_TRUE(store.ok()) << name << ": " << store.status();
    auto writer = (*store)->Write(Seconds(10));
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Prepare(internal::TablesOf(*schema)).ok());
    ASSERT_TRUE((*writer)->Commit().ok());
    backends_.push_back({name, *std::move(store), nullptr, nullptr});
  }
  static void Put(Store& store, const CommitBatch& batch) {
    auto writer = store.Write(Seconds(10));
    ASSERT_TRUE(writer.ok()) << writer.status();
    const absl::Status applied = (*writer)->Apply(batch);
    ASSERT_TRUE(applied.ok()) << applied;
    ASSERT_TRUE((*writer)->Commit().ok());
  }

  TempDir folder_;
  std::string schema_name_;
  std::vector<Backend> backends_;
  GraphModel model_{schema};
};

struct Tally {
  int columns = 0;
  int exact = 0;
  int bounded = 0;  // not exact, yet fewer rows than all
  int mixed = 0;    // some true, some not
  int with_error = 0;
};

class Agreement {
 public:
  Agreement(const World& world, Zone zone) : world_(world), view_(*world.snapshot) {
    context_.view = &view_;
    context_.now = kNow;
    context_.zone = std::move(zone);
  }

  CheckedExpression CheckFor(TypeId subject, const std::string& text) const {
    CheckOptions options;
    options.schema = world_.schema.get();
    options.subject = subject;
    options.expected = ValueType::Kind::kBool;
    return Check(text, options);
  }

  // What the evaluators disagree about; "" when they agree.
  std::string Compare(TypeId subject, const CheckedExpression& checked, Tally* tally) const {
    const std::shared_ptr<const Plan> plan = checked.shared_plan();
    const Answer expected = Interpreted(subject, plan);
    std::string wrong;
    if (const auto columnar = ColumnarCondition::Make(*world_.snapshot, plan, context_)) {
      const absl::StatusOr<internal::Population> population = columnar->Evaluate();
      EXPECT_TRUE(population.ok()) << population.status();
      if (!population.ok()) return wrong;
      const Answer found = FromColumns(*population);
      const auto make_view = [&] { return std::make_unique<PlainView>(*world_.snapshot); };
      const std::string two =
          DiffersByThreads(*world_.snapshot, plan, context_, make_view, *population, 2);
      if (!two.empty()) wrong += Concat("columns by two threads: ", two, "\n");
      if (found.yes != expected.yes) wrong += Differs("columns", found.yes, expected.yes);
      if (found.error != expected.error) {
        wrong += Differs("columns in error", found.error, expected.error);
      }
      if (tally != nullptr) ++tally->columns;
    }
    for (const World::Backend& b : world_.backends()) wrong += CompareSql(b, plan, expected, tally);
    if (tally != nullptr) {
      tally->mixed += !expected.yes.empty() && expected.yes.size() < Living(subject) ? 1 : 0;
      tally->with_error += expected.error.empty() ? 0 : 1;
    }
    return wrong;
  }

  // A smaller text on which they still disagree: parts of it alone, or with a part made constant.
  std::string Shrink(TypeId subject, std::string text) const {
    for (bool smaller = true; smaller;) {
      smaller = false;
      for (const std::string& candidate : Smaller(subject, text)) {
        const CheckedExpression checked = CheckFor(subject, candidate);
        if (!checked.ok() || Compare(subject, checked, nullptr).empty()) continue;
        text = candidate;
        smaller = true;
        break;
      }
    }
    return text;
  }

 private:
  size_t Living(TypeId type) const { return static_cast<size_t>(world_.snapshot->Count(type)); }

  std::vector<std::string> Smaller(TypeId subject, const std::string& text) const {
    std::set<std::pair<size_t, std::string>> found;  // shortest first
    const CheckedExpression checked = CheckFor(subject, text);
    for (const PlanNode& n : checked.plan().nodes()) {
      if (!n.type.is(ValueType::Kind::kBool) || n.span.end <= n.span.begin) continue;
      const std::string part = text.substr(n.span.begin, n.span.end - n.span.begin);
      for (const std::string& in_place : {std::string("true"), std::string("false")}) {
        found.insert({0, text.substr(0, n.span.begin) + in_place + text.substr(n.span.end)});
      }
      found.insert({0, part});
    }
    std::vector<std::string> out;
    for (const auto& [unused, candidate] : found) {
      if (candidate.size() < text.size()) out.push_back(candidate);
    }
    std::sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
      return std::pair(a.size(), a) < std::pair(b.size(), b);
    });
    return out;
  }

  Answer Interpreted(TypeId subject, const std::shared_ptr<const Plan>& plan) const {
    Answer answer;
    Interpreter interpreter(plan, context_);
    for (Row row = 0; row < world_.snapshot->RowLimit(subject); ++row) {
      if (!world_.snapshot->Exists({subject, row})) continue;
      const absl::StatusOr<Tri> tri = interpreter.EvaluateBoolean({subject, row});
      EXPECT_TRUE(tri.ok()) << tri.status();
      if (!tri.ok()) return answer;
      if (*tri == Tri::kTrue) answer.yes.insert(row);
      if (*tri == Tri::kError) answer.error.insert(row);
    }
    return answer;
  }

  static Answer FromColumns(const internal::Population& population) {
    Answer answer;
    for (size_t chunk = 0; chunk < population.is_true.size(); ++chunk) {
      const Row first = static_cast<Row>(chunk) * kChunkRows;
      internal::EachBit(population.is_true[chunk],
                        [&](size_t i) { answer.yes.insert(first + static_cast<Row>(i)); });
      internal::EachBit(population.is_error[chunk],
                        [&](size_t i) { answer.error.insert(first + static_cast<Row>(i)); });
    }
    return answer;
  }

  std::set<Row> Ask(const World::Backend& b, TypeId type, const std::string& statement,
                    const std::vector<Value>& parameters, std::string& wrong) const {
    std::set<Row> rows;
    const absl::Status asked =
        b.sql->SelectRows(statement, parameters, [&](const std::vector<Row>& some) -> absl::Status {
          for (const Row row : some) {
            if (!world_.snapshot->graph().Merged({type, row})) rows.insert(row);
          }
          return absl::OkStatus();
        });
    if (!asked.ok()) wrong += Concat(b.name, ": ", asked.ToString(), "\n", statement, "\n");
    return rows;
  }

  // SQL finds every member, and nobody else when it is exact; and only rows in error are told as
  // such, all of them when it says so.
  std::string CompareSql(const World::Backend& b, const std::shared_ptr<const Plan>& plan,
                         const Answer& expected, Tally* tally) const {
    std::string wrong;
    SqlOptions options;
    options.has_aliases = world_.snapshot->graph().HasAliases();
    const SqlCondition sql = LowerToSql(plan, context_, internal::StoreNames(*b.sql), options);
    const TypeId type = plan->subject_type();
    const std::set<Row> yes = Ask(b, type, sql.statement, sql.parameters, wrong);
    const bool all =
        std::includes(yes.begin(), yes.end(), expected.yes.begin(), expected.yes.end());
    if (!all || (sql.exact && yes != expected.yes)) {
      wrong += Differs(Concat(b.name, sql.exact ? ", exact" : ", superset"), yes, expected.yes) +
               sql.statement + "\n";
    }
    std::set<Row> error;
    if (!sql.undecided.empty()) {
      error = Ask(b, type, sql.undecided, sql.undecided_parameters, wrong);
    }
    const bool only =
        std::includes(expected.error.begin(), expected.error.end(), error.begin(), error.end());
    if (!only || (sql.all_undecided && error != expected.error)) {
      wrong += Differs(Concat(b.name, " in error"), error, expected.error) + sql.undecided + "\n";
    }
    if (tally != nullptr) {
      tally->exact += sql.exact ? 1 : 0;
      tally->bounded += !sql.exact && sql.where != "TRUE" ? 1 : 0;
    }
    return wrong;
  }

  static std::string Differs(const std::string& who, const std::set<Row>& found,
                             const std::set<Row>& expected) {
    std::vector<Row> more, fewer;
    std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                        std::back_inserter(more));
    std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                        std::back_inserter(fewer));
    return Concat(who, ": ", found.size(), " rows for ", expected.size(),
                  more.empty() ? "" : Concat(", too many, as ", more[0]),
                  fewer.empty() ? "" : Concat(", too few, as ", fewer[0]), "\n");
  }

  const World& world_;
  const PlainView view_;
  EvaluationContext context_;
};

TEST(PushDownProperty, InterpreterColumnsSqliteAndPostgresAgree) {
  CommitSource source(Seed(20261201), /*circles=*/false);
  const char* const kZones[] = {"Europe/Paris", "UTC", "America/New_York", "Asia/Kolkata"};
  Tally tally;
  int asked = 0;
  int graphs = 0;
  while (asked < kExpressions && !::testing::Test::HasFailure()) {
    const bool merges = ++graphs % 2 == 0;
    const World world(source, merges, PostgresDsn());
    if (::testing::Test::HasFailure()) return;
    const Agreement agreement(world, *Zone::Load(kZones[graphs % 4]));
    GraphConditions conditions(source, *world.snapshot);
    for (int i = 0; i < kExpressionsPerGraph; ++i) {
      const TypeId subject = source.Chance(60) ? kContact : kAccount;
      std::string text = conditions.About(subject);
      if (source.Chance(15)) text = Concat("!(", text, ")");
      const CheckedExpression checked = agreement.CheckFor(subject, text);
      if (!checked.ok()) continue;
      ++asked;
      if (agreement.Compare(subject, checked, &tally).empty()) continue;
      const std::string small = agreement.Shrink(subject, text);
      ADD_FAILURE() << text << "\nmade smaller: " << small << "\n"
                    << agreement.Compare(subject, agreement.CheckFor(subject, small), nullptr);
      break;
    }
  }
  printf(
      "[ agree    ] %d expressions, %d graphs%s: %d by columns, SQL exact %d and bounded %d "
      "times; %d divide the records, %d have errors\n",
      asked, graphs, PostgresDsn().empty() ? ", no PostgreSQL server" : ", PostgreSQL",
      tally.columns, tally.exact, tally.bounded, tally.mixed, tally.with_error);
  if (::testing::Test::HasFailure()) return;
  EXPECT_GT(tally.columns, asked / 2);
  EXPECT_GT(tally.exact, asked / 10);
  EXPECT_GT(tally.bounded, asked / 10);
  EXPECT_GT(tally.mixed, asked / 4);
  EXPECT_GT(tally.with_error, asked / 10);
}

}  // namespace
}  // namespace relata::testing
