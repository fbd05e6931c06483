// SPDX-License-Identifier: Apache-2.0
//
// How a plan becomes SQL: every condition as two halves, where it is true and where it is false
// (relata/expression/sql.h says what they promise). Conditions of fields are in sql.cc, those of
// related rows - links, counts, sums, extremes - in sql_relations.cc.

#ifndef RELATA_SRC_EXPRESSION_SQL_LOWERING_H_
#define RELATA_SRC_EXPRESSION_SQL_LOWERING_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "expression/planner.h"
#include "relata/expression/sql.h"

namespace relata::internal::sql {

// Half of the two-valued translation: SQL that holds in every row where it should (`exact`: and in
// no other), never NULL.
struct Half {
  std::string sql = "TRUE";
  std::vector<Value> parameters;
  bool exact = false;
};

// A condition: where it is true, where it is false. `total`: it is never an error.
struct Both {
  Half yes;
  Half no;
  bool total = false;
};

inline Half Exact(std::string sql, std::vector<Value> parameters = {}) {
  return {std::move(sql), std::move(parameters), true};
}

inline Half Combine(const Half& a, std::string_view op, const Half& b) {
  Half out;
  out.sql = Concat("(", a.sql, " ", op, " ", b.sql, ")");
  out.parameters = a.parameters;
  out.parameters.insert(out.parameters.end(), b.parameters.begin(), b.parameters.end());
  out.exact = a.exact && b.exact;
  return out;
}

// Where a parameter goes, until it is written as the dialect has it.
inline constexpr char kMark = '\x01';
inline constexpr std::string_view kMarked("\x01", 1);

// The complement; only of an exact half is it a bound.
inline Half Not(const Half& a) { return {Concat("NOT ", a.sql), a.parameters, a.exact}; }

// A link followed on the way to a row: the column that holds it and the table it leads to.
struct Hop {
  std::string link;
  TypeId table;
  std::string alias;
};

// A column of the scope's row or of one that links lead to from there.
struct Column {
  std::string sql;  // "t0.country"
  std::string currency;
  Value::Kind kind = Value::Kind::kNull;
  TypeId target = kNoType;
  std::vector<Hop> hops;
};

// The row that a member is asked of: the scope's or one that links lead to from there.
struct Owner {
  std::string alias;
  std::vector<Hop> hops;
};

// The row an expression speaks of: the subject or the variable of a relation.
struct Scope {
  int slot = -1;  // -1: the subject
  std::string alias = "t0";
};

class Lowering {
 public:
  Lowering(std::shared_ptr<const Plan> plan, const EvaluationContext& context,
           const SqlNames& names, const SqlOptions& options)
      : plan_(plan),
        fixed_(FindFixed(*plan)),
        evaluator_(std::move(plan), context),
        names_(names),
        options_(options) {}

  SqlCondition Run();

 private:
  const PlanNode& Node(uint32_t at) const { return plan_->node(at); }
  Both Lower(uint32_t at, const Scope& scope);
  Both LowerNode(uint32_t at, const Scope& scope);

  // --- The dialects ------------------------------------------------------------------------------
  bool postgres() const { return names_.dialect() == SqlDialect::kPostgres; }
  // Every marked place as the dialect has parameters: PostgreSQL's with the type of the value.
  std::string Written(std::string_view sql, const std::vector<Value>& parameters) const;
  // "predicate AND " that holds for the rows there are.
  std::string Alive(TypeId type, const std::string& alias, bool events = false) const;
  // Texts are in the order of their bytes.
  std::string Ordered(const std::string& column, Value::Kind kind) const;

  // --- Constants ---------------------------------------------------------------------------------
  bool IsFixed(uint32_t at) const { return fixed_[at]; }
  std::optional<Outcome> Fold(uint32_t at);
  Both Constant(uint32_t at);
  // An error in every row.
  static Both Nowhere() { return {Exact("FALSE"), Exact("FALSE"), false}; }

  // --- Structure ---------------------------------------------------------------------------------
  Both Logic(const PlanNode& n, const Scope& scope);
  Both Conditional(const PlanNode& n, const Scope& scope);

  // --- Columns -----------------------------------------------------------------------------------
  std::optional<Owner> FindOwner(uint32_t at, const Scope& scope);
  // The column that a field of the scope's row is in, through the links of its path.
  std::optional<Column> FindColumn(uint32_t at, const Scope& scope);
  static bool IsScopeRow(const PlanNode& target, const Scope& scope);
  // `inner` speaks of the last row where every link on the way leads somewhere.
  Half Through(const std::vector<Hop>& hops, Half inner) const;
  // Where the column has a value. A link has one when it leads to a record that exists.
  std::optional<Half> Present(const Column& column) const;
  Both BareField(uint32_t at, const Scope& scope);

  // --- Comparisons -------------------------------------------------------------------------------
  Both Comparison(const PlanNode& n, const Scope& scope);
  Both CompareWith(PlanOp op, const Column& column, const Value& constant);
  // Of one row: two of its columns.
  Both CompareColumns(PlanOp op, const Column& a, const Column& b);
  Both In(const PlanNode& n, const Scope& scope);
  // startsWith, endsWith, contains.
  Both TextCall(const PlanNode& n, const Scope& scope);
  // SQLite: over bytes, because its own text functions stop at NUL and LIKE ignores case. substr of
  // an empty blob is NULL there.
  static std::optional<std::string> FoundInBytes(const std::string& name, const std::string& column,
                                                 const std::string& text);
  // PostgreSQL: the store writes NUL and SOH as two characters of which the second is a digit, so
  // that a text beginning with one of these digits may be found in the middle of such a pair.
  static std::optional<std::string> FoundInText(const std::string& name, const std::string& column,
                                                const std::string& text);

  // --- Relations ---------------------------------------------------------------------------------
  // A list of related rows: those of a table that name the owner in a column, or those that a path
  // of the schema leads to.
  struct Relation {
    Owner owner;
    Scope element;
    TypeId table = kNoType;
    bool events = false;
    std::string key;                 // in the table
    const PlanNode* path = nullptr;  // instead of table and key
  };
  std::optional<Relation> FindRelation(uint32_t at, const Scope& scope, int slot);
  // The same for what counts, sums and compares elements, which a path does not give by owner.
  std::optional<Relation> FindTable(uint32_t at, const Scope& scope, int slot);
  // Owners with at least one element where `inner` holds, or by a count of them (not of a path).
  Half Reached(const Relation& r, const Half& inner, const std::string& having = "") const;
  // A path taken step by step, the last one first. Links that are taken once or more are a set that
  // grows until nothing is added, never a question per row.
  Half AlongPath(const Relation& r, const Half& inner) const;
  std::string Closure(const PathStep& step, const std::string& here, const std::string& there,
                      const std::string& inner) const;
  bool KnowsPath(const PlanNode& path) const;
  // What holds of a list for the scope's row, given what does for its owner. A list of nobody is
  // empty: `at_nothing` is what holds there, if anything does.
  Both Owned(const Relation& r, const Both& both, std::optional<bool> at_nothing) const;
  // exists: true where an element is true, false where every element is false. all is the dual.
  Both Quantifier(const PlanNode& n, const Scope& scope);
  // Owners none of whose elements is an error, which would make the whole list one.
  Half Sound(const Relation& r, const Both& body) const;
  // relation.size() or relation.filter(x, P).size() compared with a constant.
  std::optional<Both> Counted(const PlanNode& n, const Scope& scope);
  std::optional<Both> CompareCount(PlanOp op, uint32_t list, int64_t bound, const Scope& scope);
  // A count of too many rows is a bound for >= and > only.
  Half CountHalf(PlanOp op, const Relation& r, const Both& body, int64_t bound) const;

  // --- Sums and extremes -------------------------------------------------------------------------
  // relation.map(x, x.field).sum(), or of a filtered relation, ordered with a constant.
  std::optional<Both> Reduced(const PlanNode& n, const Scope& scope);
  std::optional<Both> CompareReduced(PlanOp op, const std::string& name, const PlanNode& values,
                                     const Value& constant, const Scope& scope);
  // Owners whose group of elements where `inner` holds has `condition`, which speaks of
  // g: n elements, m values, and what `reductions` names.
  Half Grouped(const Relation& r, const Half& inner, const Column& column,
               const std::string& reductions, const Half& condition) const;
  // The extreme of nothing, or of what holds a null, is an error.
  Half ExtremeHalf(PlanOp op, const Relation& r, const Column& column, const Half& inner,
                   const std::string& name, const Value& bound) const;
  // The sum of nothing is zero; a null, an overflow or two currencies make it an error.
  Half SumHalf(PlanOp op, const Relation& r, const Column& column, const Half& inner,
               const Value& constant, const Value& bound) const;
  // SQLite's sum() fails the whole statement at an overflow, so it sums the high and the low halves
  // apart; PostgreSQL's sum of integers is exact.
  static constexpr const char* kHalf = "4294967296";
  std::string Sums(const std::string& column) const;
  static std::string Low() { return Concat("((g.l % ", kHalf, " + ", kHalf, ") % ", kHalf, ")"); }
  static std::string High() { return Concat("(g.h + (g.l - ", Low(), ") / ", kHalf, ")"); }
  std::string InRange() const;
  std::string IsZero() const;
  std::string SumIs(PlanOp op, int64_t limit) const;

  std::shared_ptr<const Plan> plan_;
  const std::vector<bool> fixed_;
  Evaluator evaluator_;
  const SqlNames& names_;
  const SqlOptions& options_;
  std::vector<Span> residual_;
};

}  // namespace relata::internal::sql

#endif  // RELATA_SRC_EXPRESSION_SQL_LOWERING_H_
