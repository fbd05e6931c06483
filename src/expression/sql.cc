// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/sql.h"

#include <cmath>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "expression/interpreter.h"
#include "expression/planner.h"
#include "expression/sql_values.h"

namespace relata {
namespace internal {
namespace {

using Kind = Value::Kind;

// Half of the two-valued translation: SQL that holds in every row where it should (`exact`: and in
// no other), never NULL.
struct Half {
  std::string sql = "1";
  std::vector<Value> parameters;
  bool exact = false;
};

// A condition: where it is true, where it is false. `total`: it is never an error.
struct Both {
  Half yes;
  Half no;
  bool total = false;
};

Half Exact(std::string sql, std::vector<Value> parameters = {}) {
  return {std::move(sql), std::move(parameters), true};
}

Half Combine(const Half& a, std::string_view op, const Half& b) {
  Half out;
  out.sql = Concat("(", a.sql, " ", op, " ", b.sql, ")");
  out.parameters = a.parameters;
  out.parameters.insert(out.parameters.end(), b.parameters.begin(), b.parameters.end());
  out.exact = a.exact && b.exact;
  return out;
}

// The complement; only of an exact half is it a bound.
Half Not(const Half& a) { return {Concat("NOT ", a.sql), a.parameters, a.exact}; }

// A column of the table of one level: t0 the subject, t1 what a relation reaches, ...
struct Column {
  std::string sql;  // "t0.country"
  std::string currency;
  Kind kind = Kind::kNull;
  TypeId target = kNoType;
  // Links followed on the way, each with the column that holds it and the table it leads to.
  struct Hop {
    std::string link;
    std::string table;
    std::string alias;
  };
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

  Half Run() { return Lower(plan_->root_index(), Scope()).yes; }

 private:
  const PlanNode& Node(uint32_t at) const { return plan_->node(at); }

  Both Lower(uint32_t at, const Scope& scope) {
    Both both = LowerNode(at, scope);
    if (both.yes.sql.size() + both.no.sql.size() > options_.max_length) return {};
    return both;
  }

  Both LowerNode(uint32_t at, const Scope& scope) {
    const PlanNode& n = Node(at);
    if (IsFixed(at)) return Constant(at);
    switch (n.op) {
      case PlanOp::kAnd:
      case PlanOp::kOr:
        return Logic(n, scope);
      case PlanOp::kNot: {
        Both inner = Lower(n.inputs[0], scope);
        std::swap(inner.yes, inner.no);
        return inner;
      }
      case PlanOp::kConditional:
        return Conditional(n, scope);
      case PlanOp::kField:
      case PlanOp::kEventField:
        return BareField(at, scope);
      case PlanOp::kIn:
        return In(n, scope);
      case PlanOp::kExists:
      case PlanOp::kAll:
        return Quantifier(n, scope);
      case PlanOp::kCall:
        return TextCall(n, scope);
      default:
        return IsComparison(n.op) ? Comparison(n, scope) : Both();
    }
  }

  // --- Constants ---------------------------------------------------------------------------------

  bool IsFixed(uint32_t at) const { return fixed_[at]; }

  std::optional<Outcome> Fold(uint32_t at) {
    if (!IsFixed(at)) return std::nullopt;
    return evaluator_.EvalFixed(at);
  }

  Both Constant(uint32_t at) {
    const Outcome o = evaluator_.EvalFixed(at);
    return {Exact(o.Is(true) ? "1" : "0"), Exact(o.Is(false) ? "1" : "0"),
            o.Is(true) || o.Is(false)};
  }

  // An error in every row.
  static Both Nowhere() { return {Exact("0"), Exact("0"), false}; }

  // --- Structure ---------------------------------------------------------------------------------

  Both Logic(const PlanNode& n, const Scope& scope) {
    const bool is_and = n.op == PlanOp::kAnd;
    Both out = Lower(n.inputs[0], scope);
    for (size_t i = 1; i < n.inputs.size(); ++i) {
      const Both next = Lower(n.inputs[i], scope);
      out.yes = Combine(out.yes, is_and ? "AND" : "OR", next.yes);
      out.no = Combine(out.no, is_and ? "OR" : "AND", next.no);
      out.total = out.total && next.total;
      if (out.yes.sql.size() + out.no.sql.size() > options_.max_length) return {};
    }
    return out;
  }

  Both Conditional(const PlanNode& n, const Scope& scope) {
    const Both condition = Lower(n.inputs[0], scope);
    const Both then = Lower(n.inputs[1], scope);
    const Both otherwise = Lower(n.inputs[2], scope);
    Both out;
    out.yes = Combine(Combine(condition.yes, "AND", then.yes), "OR",
                      Combine(condition.no, "AND", otherwise.yes));
    out.no = Combine(Combine(condition.yes, "AND", then.no), "OR",
                     Combine(condition.no, "AND", otherwise.no));
    out.total = condition.total && then.total && otherwise.total;
    return out;
  }

  // --- Columns -----------------------------------------------------------------------------------

  // The column that a field of the scope's row is in, through the links of its path.
  std::optional<Column> FindColumn(uint32_t at, const Scope& scope) {
    const PlanNode& n = Node(at);
    if (n.op != PlanOp::kField && n.op != PlanOp::kFollow && n.op != PlanOp::kEventField) {
      return std::nullopt;
    }
    if (n.optional) return std::nullopt;
    Column column;
    std::string alias = scope.alias;
    const PlanNode& target = Node(n.inputs[0]);
    if (target.op == PlanOp::kFollow) {
      if (options_.has_aliases) return std::nullopt;
      std::optional<Column> link = FindColumn(n.inputs[0], scope);
      if (!link.has_value() || link->target == kNoType) return std::nullopt;
      column.hops = std::move(link->hops);
      alias = Concat(scope.alias, "h", column.hops.size() + 1);
      column.hops.push_back({link->sql, names_.Table(link->target), alias});
    } else if (!IsScopeRow(target, scope)) {
      return std::nullopt;
    }
    const bool at_column = n.op == PlanOp::kEventField && n.field == kAtField;
    const std::string name = at_column ? "at" : names_.Column(n.record_type, n.field);
    if (name.empty()) return std::nullopt;
    column.sql = Concat(alias, ".", name);
    column.kind = KindOf(n.type);
    if (column.kind == Kind::kRecord) column.target = n.type.record;
    if (column.kind == Kind::kMoney) {
      column.currency = Concat(alias, ".", names_.CurrencyColumn(n.record_type, n.field));
    }
    return column;
  }

  static bool IsScopeRow(const PlanNode& target, const Scope& scope) {
    if (target.op == PlanOp::kSubject) return scope.slot < 0;
    return target.op == PlanOp::kVariable && target.slot == scope.slot;
  }

  // `inner` speaks of the column where every link on the way leads somewhere.
  static Half Through(const Column& column, Half inner) {
    for (size_t i = column.hops.size(); i-- > 0;) {
      const Column::Hop& hop = column.hops[i];
      inner.sql = Concat("(", hop.link, " IS NOT NULL AND ", hop.link, " IN (SELECT ", hop.alias,
                         ".row FROM ", hop.table, " AS ", hop.alias, " WHERE ", hop.alias,
                         ".deleted = 0 AND ", inner.sql, "))");
    }
    return inner;
  }

  // Where the column has a value. A link has one when it leads to a record that exists.
  std::optional<Half> Present(const Column& column) const {
    if (column.kind != Kind::kRecord) {
      return Through(column, Exact(Concat("(", column.sql, " IS NOT NULL)")));
    }
    if (options_.has_aliases || column.target == kNoType) return std::nullopt;
    return Through(column, Exact(Concat("(", column.sql, " IS NOT NULL AND ", column.sql,
                                        " IN (SELECT row FROM ", names_.Table(column.target),
                                        " WHERE deleted = 0))")));
  }

  Both BareField(uint32_t at, const Scope& scope) {
    const std::optional<Column> column = FindColumn(at, scope);
    if (!column.has_value() || column->kind != Kind::kBool) return {};
    const auto is = [&](std::string_view v) {
      return Through(*column, Exact(Concat("(", column->sql, " IS ", v, ")")));
    };
    return {is("1"), is("0"), false};
  }

  // --- Comparisons -------------------------------------------------------------------------------

  Both Comparison(const PlanNode& n, const Scope& scope) {
    if (const std::optional<Both> counted = Counted(n, scope)) return *counted;
    for (size_t side = 0; side < 2; ++side) {
      const std::optional<Outcome> constant = Fold(n.inputs[1 - side]);
      const std::optional<Column> column = FindColumn(n.inputs[side], scope);
      if (!constant.has_value() || !column.has_value()) continue;
      if (!constant->ok()) return Nowhere();
      return CompareWith(side == 0 ? n.op : Mirrored(n.op), *column, constant->value);
    }
    const std::optional<Column> left = FindColumn(n.inputs[0], scope);
    const std::optional<Column> right = FindColumn(n.inputs[1], scope);
    if (left.has_value() && right.has_value()) return CompareColumns(n.op, *left, *right);
    return {};
  }

  Both CompareWith(PlanOp op, const Column& column, const Value& constant) {
    const bool equality = op == PlanOp::kEqual || op == PlanOp::kNotEqual;
    Both out;
    if (constant.is_null()) {
      // Ordering with null is an error in every row.
      if (!equality) return Nowhere();
      const std::optional<Half> present = Present(column);
      if (!present.has_value()) return {};
      out = {Not(*present), *present, true};
    } else {
      const std::optional<Value> bound = Bindable(column.kind, constant);
      if (!bound.has_value()) return {};
      const auto compared = [&](PlanOp with) {
        std::string sql =
            Concat("(", column.sql, " IS NOT NULL AND ", column.sql, " ", SqlSymbol(with), " ?");
        std::vector<Value> parameters = {*bound};
        // Amounts compare within a currency; zero is zero in any.
        if (column.kind == Kind::kMoney && constant.money().units != 0) {
          sql += Concat(" AND (", column.sql, " = 0 OR coalesce(", column.currency, ", '') = ?)");
          parameters.push_back(Value::Text(constant.money().currency.ToString()));
        }
        return Through(column, Exact(sql + ")", std::move(parameters)));
      };
      if (!equality) return {compared(op), compared(Opposite(op)), false};
      const Half equal = compared(PlanOp::kEqual);
      out = {equal, Not(equal), true};
    }
    if (op == PlanOp::kNotEqual) std::swap(out.yes, out.no);
    return out;
  }

  // Of one row: two of its columns.
  Both CompareColumns(PlanOp op, const Column& a, const Column& b) {
    if (!a.hops.empty() || !b.hops.empty() || a.kind != b.kind || a.kind == Kind::kMoney ||
        a.kind == Kind::kRecord || a.kind == Kind::kNull) {
      return {};
    }
    if (op == PlanOp::kEqual || op == PlanOp::kNotEqual) {
      Both out{Exact(Concat("(", a.sql, " IS ", b.sql, ")")),
               Exact(Concat("(", a.sql, " IS NOT ", b.sql, ")")), true};
      if (op == PlanOp::kNotEqual) std::swap(out.yes, out.no);
      return out;
    }
    const auto compared = [&](PlanOp with) {
      return Exact(Concat("(", a.sql, " IS NOT NULL AND ", b.sql, " IS NOT NULL AND ", a.sql, " ",
                          SqlSymbol(with), " ", b.sql, ")"));
    };
    return {compared(op), compared(Opposite(op)), false};
  }

  Both In(const PlanNode& n, const Scope& scope) {
    const std::optional<Column> column = FindColumn(n.inputs[0], scope);
    const std::optional<Outcome> range = Fold(n.inputs[1]);
    if (!column.has_value() || !range.has_value()) return {};
    if (!range->ok()) return Nowhere();
    const bool usable = column->kind != Kind::kMoney && column->kind != Kind::kNull &&
                        range->value.is(Kind::kList) && range->value.list().size() <= 500;
    if (!usable) return {};
    Half found;
    found.exact = true;
    std::string marks;
    for (const Value& v : range->value.list()) {
      std::optional<Value> bound = Bindable(column->kind, v);
      // Null in the list, or a number that compares otherwise.
      if (!bound.has_value()) return {};
      marks += marks.empty() ? "?" : ", ?";
      found.parameters.push_back(*std::move(bound));
    }
    found.sql = Concat("(", column->sql, " IS NOT NULL AND ", column->sql, " IN (", marks, "))");
    found = Through(*column, std::move(found));
    return {found, Not(found), true};
  }

  // startsWith, endsWith, contains: over bytes, because SQLite's own text functions stop at NUL and
  // LIKE ignores case.
  Both TextCall(const PlanNode& n, const Scope& scope) {
    if (n.inputs.size() != 2) return {};
    const std::string& name = FunctionName(n.function);
    const bool starts = name == "startsWith";
    const bool ends = name == "endsWith";
    if (!starts && !ends && name != "contains") return {};
    const std::optional<Column> column = FindColumn(n.inputs[0], scope);
    const std::optional<Outcome> part = Fold(n.inputs[1]);
    if (!column.has_value() || column->kind != Kind::kText || !part.has_value()) return {};
    if (!part->ok() || !part->value.is(Kind::kText)) return Nowhere();
    const std::string& text = part->value.text();
    const std::string bytes = Concat("CAST(", column->sql, " AS BLOB)");
    const Value bound = Value::Bytes(text);
    std::string test = "1";
    std::vector<Value> parameters;
    if (!text.empty()) {
      const std::string length = std::to_string(text.size());
      test = starts ? Concat("substr(", bytes, ", 1, ", length, ") = ?")
             : ends ? Concat("length(", bytes, ") >= ", length, " AND substr(", bytes, ", -",
                             length, ") = ?")
                    : Concat("instr(", bytes, ", ?) > 0");
      // substr of an empty blob is NULL in SQLite.
      test = Concat("coalesce(", test, ", 0)");
      parameters = {bound};
    }
    const auto half = [&](std::string_view negation) {
      return Through(*column,
                     Exact(Concat("(", column->sql, " IS NOT NULL AND ", negation, "(", test, "))"),
                           parameters));
    };
    return {half(""), half("NOT "), false};
  }

  // --- Relations ---------------------------------------------------------------------------------

  // A list of related rows of the scope's row: its table, and the column that names the row.
  struct Relation {
    std::string table;
    std::string key;      // in the relation's table
    std::string outside;  // the scope's row
    std::string alive;    // "" or a predicate
    Scope inner;
  };

  std::optional<Relation> FindRelation(uint32_t at, const Scope& scope, int slot) {
    const PlanNode& n = Node(at);
    const bool events = n.op == PlanOp::kEvents;
    if (options_.has_aliases || (!events && n.op != PlanOp::kChildren)) return std::nullopt;
    // Only from a record, whose row is the key; an event's is its place.
    const PlanNode& owner = Node(n.inputs[0]);
    if (!IsScopeRow(owner, scope) || owner.type.is(ValueType::Kind::kEvent)) return std::nullopt;
    Relation r;
    r.inner.slot = slot;
    r.inner.alias = Concat(scope.alias, "r");
    r.table = names_.Table(n.record_type);
    const std::string column = events ? "subject" : names_.Column(n.record_type, n.field);
    if (column.empty()) return std::nullopt;
    r.key = Concat(r.inner.alias, ".", column);
    r.outside = Concat(scope.alias, ".row");
    r.alive = events ? "" : Concat(r.inner.alias, ".deleted = 0 AND ");
    return r;
  }

  // Rows of the scope with at least one related row where `inner` holds, or by a count of them.
  static Half Reached(const Relation& r, const Half& inner, const std::string& having = "") {
    Half out;
    const std::string group =
        having.empty() ? "" : Concat(" GROUP BY ", r.key, " HAVING count(*) ", having);
    out.sql =
        Concat("(", r.outside, " IN (SELECT ", r.key, " FROM ", r.table, " AS ", r.inner.alias,
               " WHERE ", r.alive, r.key, " IS NOT NULL AND ", inner.sql, group, "))");
    out.parameters = inner.parameters;
    out.exact = inner.exact;
    return out;
  }

  // exists: true where an element is true, false where every element is false. all is the dual.
  Both Quantifier(const PlanNode& n, const Scope& scope) {
    if (n.slot2 >= 0) return {};
    const std::optional<Relation> r = FindRelation(n.inputs[0], scope, n.slot);
    if (!r.has_value()) return {};
    const Both body = Lower(n.inputs[1], r->inner);
    const bool exists = n.op == PlanOp::kExists;
    const Half& stop = exists ? body.yes : body.no;
    const Half& other = exists ? body.no : body.yes;
    const Half some = Reached(*r, stop);
    // Where no element lies outside `other`: a superset of `other` gives a superset.
    Half every = Reached(*r, Not(other));
    every = {Concat("NOT ", every.sql), every.parameters, other.exact};
    Both out{some, every, body.total};
    if (!exists) std::swap(out.yes, out.no);
    return out;
  }

  // relation.size() or relation.filter(x, P).size() compared with a constant.
  std::optional<Both> Counted(const PlanNode& n, const Scope& scope) {
    for (size_t side = 0; side < 2; ++side) {
      const PlanNode& call = Node(n.inputs[side]);
      if (call.op != PlanOp::kCall) continue;
      const std::string& name = FunctionName(call.function);
      if (call.inputs.size() != 1 || (name != "size" && name != "count")) continue;
      const std::optional<Outcome> constant = Fold(n.inputs[1 - side]);
      if (!constant.has_value() || !constant->ok() || !constant->value.is(Kind::kInt)) continue;
      return CompareCount(side == 0 ? n.op : Mirrored(n.op), call.inputs[0],
                          constant->value.int_value(), scope);
    }
    return std::nullopt;
  }

  std::optional<Both> CompareCount(PlanOp op, uint32_t list, int64_t bound, const Scope& scope) {
    const PlanNode& l = Node(list);
    const bool filtered = l.op == PlanOp::kFilter && l.slot2 < 0;
    const std::optional<Relation> r =
        FindRelation(filtered ? l.inputs[0] : list, scope, filtered ? l.slot : -2);
    if (!r.has_value()) return std::nullopt;
    Both body{Exact("1"), Exact("0"), true};
    if (filtered) body = Lower(l.inputs[1], r->inner);
    const auto half = [&](PlanOp with) { return CountHalf(with, *r, body, bound); };
    return Both{half(op), half(Opposite(op)), body.total};
  }

  // A count of too many rows is a bound for >= and > only. A count is wrong, not merely large,
  // where an element is an error: the whole is then an error, which a superset may contain.
  static Half CountHalf(PlanOp op, const Relation& r, const Both& body, int64_t bound) {
    const bool at_least = op == PlanOp::kGreater || op == PlanOp::kGreaterEqual;
    if (!body.yes.exact && !at_least) return {};
    const auto holds_at_zero = [&] {
      switch (op) {
        case PlanOp::kLess:
          return 0 < bound;
        case PlanOp::kLessEqual:
          return 0 <= bound;
        case PlanOp::kGreater:
          return 0 > bound;
        case PlanOp::kGreaterEqual:
          return 0 >= bound;
        case PlanOp::kEqual:
          return bound == 0;
        default:
          return bound != 0;
      }
    };
    Half out;
    if (holds_at_zero()) {
      // Everyone but those whose count does not hold; there a superset would be a subset.
      if (!body.yes.exact) return {};
      out = Not(Reached(r, body.yes, Concat(SqlSymbol(Opposite(op)), " ", bound)));
    } else {
      out = Reached(r, body.yes, Concat(SqlSymbol(op), " ", bound));
    }
    out.exact = body.yes.exact && body.total;
    return out;
  }

  std::shared_ptr<const Plan> plan_;
  const std::vector<bool> fixed_;
  Evaluator evaluator_;
  const SqlNames& names_;
  const SqlOptions& options_;
};

}  // namespace
}  // namespace internal

SqlCondition LowerToSql(std::shared_ptr<const Plan> plan, const EvaluationContext& context,
                        const SqlNames& names, const SqlOptions& options) {
  internal::Half half = internal::Lowering(std::move(plan), context, names, options).Run();
  return {std::move(half.sql), std::move(half.parameters), half.exact};
}

}  // namespace relata
