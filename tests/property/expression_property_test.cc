// SPDX-License-Identifier: Apache-2.0
//
// Random conditions on random graphs: true, false and error partition every population, explaining
// does not change the answer, and SQLite's answer to the condition contains the members and is the
// members where it says so.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "property/expression_source.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/explanation.h"
#include "relata/expression/sql.h"
#include "support/support.h"
#include "unit/expression/memory_graph.h"

namespace relata {
namespace {

using internal::Concat;
using testing::ContextOf;
using testing::ExpressionSource;
using testing::MemoryGraph;
using testing::SmallSchema;

constexpr int kExpressions = RELATA_EXPRESSIONS;
constexpr int kExpressionsPerGraph = 50;

class Names : public SqlNames {
 public:
  std::string Table(TypeId type) const override {
    return Concat("\"t_", SmallSchema().type(type).name, "\"");
  }
  static std::string ColumnName(const FieldDef& field) { return Concat("\"", field.name, "\""); }
  static std::string CurrencyName(const FieldDef& field) {
    return Concat("\"", field.name, "_currency\"");
  }
  std::string Column(TypeId type, FieldId field, const std::string& alias) const override {
    const FieldDef* def = SmallSchema().type(type).field(field);
    const bool stored =
        def != nullptr && def->id <= kMaxDeclaredField && def->kind != FieldKind::kTextList;
    return stored ? Concat(alias, ".", ColumnName(*def)) : "";
  }
  std::string CurrencyColumn(TypeId type, FieldId field, const std::string& alias) const override {
    return Concat(alias, ".", CurrencyName(*SmallSchema().type(type).field(field)));
  }
};

// A graph in the tables of an SQLite database.
class Database {
 public:
  explicit Database(const MemoryGraph& graph) {
    EXPECT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK);
    for (const TypeDef* type : SmallSchema().types()) Load(graph, *type);
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::set<Row> Ask(const SqlCondition& condition, const std::string& table) {
    const std::string sql =
        Concat("SELECT t0.row FROM ", table, " AS t0 WHERE t0.deleted = 0 AND ", condition.where);
    sqlite3_stmt* statement = Prepare(sql);
    std::set<Row> rows;
    if (statement == nullptr) return rows;
    EXPECT_EQ(sqlite3_bind_parameter_count(statement),
              static_cast<int>(condition.parameters.size()))
        << sql;
    for (size_t i = 0; i < condition.parameters.size(); ++i) {
      Bind(statement, static_cast<int>(i) + 1, condition.parameters[i]);
    }
    int step = 0;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
      rows.insert(sqlite3_column_int64(statement, 0));
    }
    EXPECT_EQ(step, SQLITE_DONE) << sqlite3_errmsg(db_) << "\n" << sql;
    sqlite3_finalize(statement);
    return rows;
  }

 private:
  sqlite3_stmt* Prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int size = static_cast<int>(sql.size());
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql.data(), size, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_) << "\n"
        << sql;
    return statement;
  }

  static void Bind(sqlite3_stmt* s, int i, const Value& v) {
    const auto length = [](const std::string& text) { return static_cast<int>(text.size()); };
    switch (v.kind()) {
      case Value::Kind::kInt:
        sqlite3_bind_int64(s, i, v.int_value());
        break;
      case Value::Kind::kBool:
        sqlite3_bind_int(s, i, v.bool_value() ? 1 : 0);
        break;
      case Value::Kind::kDouble:
        sqlite3_bind_double(s, i, v.double_value());
        break;
      case Value::Kind::kText:
        sqlite3_bind_text(s, i, v.text().data(), length(v.text()), SQLITE_TRANSIENT);
        break;
      case Value::Kind::kBytes:
        sqlite3_bind_blob(s, i, v.bytes().data(), length(v.bytes()), SQLITE_TRANSIENT);
        break;
      case Value::Kind::kTimestamp:
        sqlite3_bind_int64(s, i, v.timestamp().micros);
        break;
      case Value::Kind::kDuration:
        sqlite3_bind_int64(s, i, v.duration().micros);
        break;
      case Value::Kind::kDate:
        sqlite3_bind_int64(s, i, v.date().days);
        break;
      case Value::Kind::kMoney:
        sqlite3_bind_int64(s, i, v.money().units);
        break;
      case Value::Kind::kRecord:
        sqlite3_bind_int64(s, i, v.record().row);
        break;
      default:
        sqlite3_bind_null(s, i);
    }
  }

  static const char* SqlType(FieldKind kind) {
    switch (kind) {
      case FieldKind::kText:
      case FieldKind::kChoice:
        return "TEXT";
      case FieldKind::kDouble:
        return "REAL";
      default:
        return "INTEGER";
    }
  }

  void Load(const MemoryGraph& graph, const TypeDef& type) {
    const std::string table = names_.Table(type.id);
    std::string columns =
        "row INTEGER PRIMARY KEY, seq INTEGER, deleted INTEGER, subject INTEGER, "
        "at INTEGER";
    std::string marks = "?, ?, ?, ?, ?";
    for (const FieldDef& field : type.fields) {
      if (field.kind == FieldKind::kTextList) continue;
      columns += Concat(", ", names_.ColumnName(field), " ", SqlType(field.kind));
      marks += ", ?";
      if (field.kind != FieldKind::kMoney) continue;
      columns += Concat(", ", names_.CurrencyName(field), " TEXT");
      marks += ", ?";
    }
    sqlite3_exec(db_, Concat("CREATE TABLE ", table, "(", columns, ")").c_str(), nullptr, nullptr,
                 nullptr);
    for (Row row = 0; row < static_cast<Row>(graph.Count(type.id)); ++row) {
      sqlite3_stmt* s = Prepare(Concat("INSERT INTO ", table, " VALUES(", marks, ")"));
      const RecordRef record{type.id, row};
      Bind(s, 1, Value::Int(row));
      Bind(s, 2, Value::Int(row + 1));
      Bind(s, 3, Value::Bool(!graph.Exists(record)));
      Bind(s, 4, graph.Raw(record, kSubjectField));
      Bind(s, 5, graph.Raw(record, kAtField));
      int at = 6;
      for (const FieldDef& field : type.fields) {
        if (field.kind == FieldKind::kTextList) continue;
        const Value v = graph.Raw(record, field.id);
        Bind(s, at++, v);
        if (field.kind != FieldKind::kMoney) continue;
        Bind(s, at++, v.is_null() ? Value() : Value::Text(v.money().currency.ToString()));
      }
      EXPECT_EQ(sqlite3_step(s), SQLITE_DONE) << sqlite3_errmsg(db_);
      sqlite3_finalize(s);
    }
  }

  Names names_;
  sqlite3* db_ = nullptr;
};

CheckedExpression CheckCondition(const std::string& text) {
  CheckOptions options;
  options.schema = &SmallSchema();
  options.subject = SmallSchema().Find("contact")->id;
  options.expected = ValueType::Kind::kBool;
  return Check(text, options);
}

struct Answer {
  std::set<Row> yes;
  std::set<Row> no;
  std::set<Row> error;
};

Answer AskEach(const MemoryGraph& graph, const CheckedExpression& checked) {
  Answer answer;
  Interpreter interpreter(checked.shared_plan(), ContextOf(graph));
  const TypeId type = SmallSchema().Find("contact")->id;
  for (Row row = 0; row < static_cast<Row>(graph.Count(type)); ++row) {
    const RecordRef contact{type, row};
    if (!graph.Exists(contact)) continue;
    const absl::StatusOr<Tri> tri = interpreter.EvaluateBoolean(contact);
    EXPECT_TRUE(tri.ok()) << checked.text() << "\n" << tri.status();
    if (!tri.ok()) continue;
    (*tri == Tri::kTrue ? answer.yes : *tri == Tri::kFalse ? answer.no : answer.error).insert(row);
  }
  return answer;
}

struct Tally {
  int exact = 0;
  int bounded = 0;  // not exact, yet fewer rows than all
  int with_error = 0;
  int mixed = 0;  // some true, some false
};

// SQL's answer against the members; false when they disagree.
bool CompareSql(Database& database, const CheckedExpression& checked, const MemoryGraph& graph,
                const std::set<Row>& members, Tally& tally) {
  const Names names;
  const SqlCondition condition =
      LowerToSql(checked.shared_plan(), ContextOf(graph), names, SqlOptions());
  const std::set<Row> found =
      database.Ask(condition, names.Table(SmallSchema().Find("contact")->id));
  tally.exact += condition.exact ? 1 : 0;
  tally.bounded += !condition.exact && condition.where != "TRUE" ? 1 : 0;
  for (const Row row : members) {
    if (found.count(row) > 0) continue;
    ADD_FAILURE() << checked.text() << "\nrow " << row << " is a member that SQL lost\n"
                  << condition.where;
    return false;
  }
  if (!condition.exact || found == members) return true;
  ADD_FAILURE() << checked.text() << "\nSQL says it is exact and finds " << found.size()
                << " rows, the interpreter " << members.size() << "\n"
                << condition.where;
  return false;
}

bool Explains(const MemoryGraph& graph, const CheckedExpression& checked, Row row, Tri expected) {
  const RecordRef contact{SmallSchema().Find("contact")->id, row};
  const absl::StatusOr<Explanation> why = Explain(checked.shared_plan(), contact, ContextOf(graph));
  EXPECT_TRUE(why.ok());
  return why.ok() && why->result == expected;
}

TEST(ExpressionProperty, TrueFalseAndErrorPartitionAndSqlAgrees) {
  const uint64_t seed = testing::Seed(20261122);
  ExpressionSource source(seed);
  Tally tally;
  std::unique_ptr<MemoryGraph> graph;
  std::unique_ptr<Database> database;
  for (int i = 0; i < kExpressions && !HasFailure(); ++i) {
    if (i % kExpressionsPerGraph == 0) {
      graph = source.Graph();
      database = std::make_unique<Database>(*graph);
    }
    const std::string text = source.Condition(1 + i % 3);
    SCOPED_TRACE(Concat("expression ", i, " of seed ", seed, ": ", text));
    const CheckedExpression checked = CheckCondition(text);
    ASSERT_TRUE(checked.ok()) << Message(checked.status());
    const CheckedExpression negated = CheckCondition(Concat("!(", text, ")"));
    ASSERT_TRUE(negated.ok()) << Message(negated.status());
    const Answer answer = AskEach(*graph, checked);
    const Answer opposite = AskEach(*graph, negated);
    EXPECT_EQ(answer.yes, opposite.no);
    EXPECT_EQ(answer.no, opposite.yes);
    EXPECT_EQ(answer.error, opposite.error);
    tally.with_error += answer.error.empty() ? 0 : 1;
    tally.mixed += !answer.yes.empty() && !answer.no.empty() ? 1 : 0;
    if (!answer.yes.empty()) {
      EXPECT_TRUE(Explains(*graph, checked, *answer.yes.begin(), Tri::kTrue));
    }
    if (!answer.no.empty()) {
      EXPECT_TRUE(Explains(*graph, checked, *answer.no.begin(), Tri::kFalse));
    }
    if (!CompareSql(*database, checked, *graph, answer.yes, tally)) break;
    if (!CompareSql(*database, negated, *graph, answer.no, tally)) break;
  }
  std::cout << kExpressions << " expressions: " << tally.mixed << " divide the population, "
            << tally.with_error << " with errors; SQL exact for " << tally.exact
            << " and bounded for " << tally.bounded << " of " << 2 * kExpressions << std::endl;
  // A source that yields nothing worth asking would pass everything.
  EXPECT_GT(tally.mixed, kExpressions / 4);
  EXPECT_GT(tally.with_error, kExpressions / 10);
  EXPECT_GT(tally.exact, kExpressions / 2);
}

}  // namespace
}  // namespace relata
