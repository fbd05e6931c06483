// SPDX-License-Identifier: Apache-2.0
//
// A condition as SQL, for data that is asked where it lies.
//
// Each boolean of the plan becomes two predicates that are never NULL: one that holds where it is
// true and one that holds where it is false; where it is an error neither does. What SQL cannot
// decide exactly as the interpreter does (patterns, zones of row values, folding, arithmetic that
// may overflow) becomes a predicate that holds in more rows. So the answer of the statement always
// contains the members, `exact` says whether it is the members, and when it is not the engine
// decides again on what came back. No database ever defines the meaning.
//
// Nothing is correlated: related records and events are reached by `row IN (SELECT ...)`, counts,
// sums and extremes by groups, what is above and below in a tree by a set that grows link by link
// (commits refuse circles; in one, a record would be above itself). Whatever of the condition
// depends only on `now`, zone and parameters is computed here and bound.
//
// Pure functions; any thread.

#ifndef RELATA_EXPRESSION_SQL_H_
#define RELATA_EXPRESSION_SQL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "relata/base/id.h"
#include "relata/expression/evaluate.h"
#include "relata/expression/plan.h"
#include "relata/model/value.h"

namespace relata {

enum class SqlDialect : uint8_t { kSqlite, kPostgres };

// How a database names what the plan speaks of, quoted as needed. Record tables have the columns
// "row" and "deleted"; event tables "seq", "subject" and "at". On SQLite bool is 0 and 1, instants
// microseconds and dates days; on PostgreSQL these are boolean, timestamptz and date. Lengths are
// microseconds, links rows, amounts units with the currency's code beside them.
class SqlNames {
 public:
  virtual ~SqlNames() = default;
  virtual SqlDialect dialect() const { return SqlDialect::kSqlite; }
  // "" when the database has no such table; what reads it is then left to the engine.
  virtual std::string Table(TypeId type) const = 0;
  // The field's value in the row that `alias` names. "" when the field has no column of its own.
  virtual std::string Column(TypeId type, FieldId field, const std::string& alias) const = 0;
  virtual std::string CurrencyColumn(TypeId type, FieldId field,
                                     const std::string& alias) const = 0;
  // Which rows of the table are of this tenant and type; "" when all are.
  virtual std::string Mine(TypeId /*type*/, const std::string& /*alias*/) const { return ""; }
};

struct SqlCondition {
  // A predicate over the columns of the subject's table under the name `t0`, with a place for each
  // parameter in order: `?` on SQLite, `$1::type` on PostgreSQL. "TRUE" when nothing could be
  // pushed down.
  std::string where;
  // Bools, ints, doubles, texts, bytes, timestamps, durations and dates only.
  std::vector<Value> parameters;
  bool exact = false;
  // SELECT of the rows that `where` finds, with the same parameters.
  std::string statement;
  // SELECT of rows that are certainly in error, of all of them when `all_undecided`; "" when no row
  // can be.
  std::string undecided;
  std::vector<Value> undecided_parameters;
  bool all_undecided = true;
  // The parts of the text that the engine has to decide again on what `statement` finds.
  std::vector<Span> residual;
};

struct SqlOptions {
  // Whether the tenant has merged records. Their links name the loser, so that paths and relations
  // cannot be followed in SQL.
  bool has_aliases = false;
  // Longer than this, a part is left to the engine.
  size_t max_length = 30'000;
};

// The rows for which the plan is true. `context` gives now, zone and parameters; its view is not
// used. Deleted records are not among the rows; those merged into another are.
SqlCondition LowerToSql(std::shared_ptr<const Plan> plan, const EvaluationContext& context,
                        const SqlNames& names, const SqlOptions& options = {});

}  // namespace relata

#endif  // RELATA_EXPRESSION_SQL_H_
