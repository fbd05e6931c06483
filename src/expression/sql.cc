// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/sql.h"

#include <cmath>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "expression/comparisons.h"
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

// Where a parameter goes, until it is written as the dialect has it.
constexpr char kMark = '\x01';
constexpr std::string_view kMarked("\x01", 1);

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
    TypeId table;
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

  SqlCondition Run() {
    const Both both = Lower(plan_->root_index(), Scope());
    SqlCondition out;
    out.where = Written(both.yes.sql, both.yes.parameters);
    out.parameters = both.yes.parameters;
    out.exact = both.yes.exact;
    if (!out.exact) out.residual = std::move(residual_);
    const std::string rows = Concat("SELECT t0.\"row\" FROM ", names_.Table(plan_->subject_type()),
                                    " AS t0 WHERE ", Alive(plan_->subject_type(), "t0"));
    out.statement = Written(rows + both.yes.sql, both.yes.parameters);
    if (both.total) return out;
    const Half neither = Combine(Not(both.yes), "AND", Not(both.no));
    out.undecided = Written(rows + neither.sql, neither.parameters);
    out.undecided_parameters = neither.parameters;
    out.all_undecided = neither.exact;
    return out;
  }

 private:
  const PlanNode& Node(uint32_t at) const { return plan_->node(at); }

  Both Lower(uint32_t at, const Scope& scope) {
    Both both = LowerNode(at, scope);
    if (both.yes.sql.size() + both.no.sql.size() > options_.max_length) both = {};
    if (!both.yes.exact && both.yes.sql == "TRUE" && !both.no.exact && both.no.sql == "TRUE") {
      residual_.push_back(Node(at).span);
    }
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

  // --- The dialects ------------------------------------------------------------------------------

  bool postgres() const { return names_.dialect() == SqlDialect::kPostgres; }

  // Every marked place as the dialect has parameters: PostgreSQL's with the type of the value.
  std::string Written(std::string_view sql, const std::vector<Value>& parameters) const {
    std::string out;
    size_t next = 0;
    for (const char c : sql) {
      if (c != kMark) {
        out += c;
      } else {
        out += postgres() ? Concat("$", next + 1, "::", PostgresType(parameters[next].kind()))
                          : std::string("?");
        ++next;
      }
    }
    return out;
  }

  // "predicate AND " that holds for the rows there are.
  std::string Alive(TypeId type, const std::string& alias, bool events = false) const {
    const std::string mine = names_.Mine(type, alias);
    const std::string own = mine.empty() ? "" : mine + " AND ";
    if (events) return own;
    return Concat(own, postgres() ? "NOT " : "", alias, ".deleted", postgres() ? "" : " = 0",
                  " AND ");
  }

  // Texts are in the order of their bytes.
  std::string Ordered(const std::string& column, Kind kind) const {
    return postgres() && kind == Kind::kText ? Concat("(", column, " COLLATE \"C\")") : column;
  }

  // --- Constants ---------------------------------------------------------------------------------

  bool IsFixed(uint32_t at) const { return fixed_[at]; }

  std::optional<Outcome> Fold(uint32_t at) {
    if (!IsFixed(at)) return std::nullopt;
    return evaluator_.EvalFixed(at);
  }

  Both Constant(uint32_t at) {
    const Outcome o = evaluator_.EvalFixed(at);
    return {Exact(o.Is(true) ? "TRUE" : "FALSE"), Exact(o.Is(false) ? "TRUE" : "FALSE"),
            o.Is(true) || o.Is(false)};
  }

  // An error in every row.
  static Both Nowhere() { return {Exact("FALSE"), Exact("FALSE"), false}; }

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
      if (names_.Table(link->target).empty()) return std::nullopt;
      alias = Concat(scope.alias, "h", column.hops.size() + 1);
      column.hops.push_back({link->sql, link->target, alias});
    } else if (!IsScopeRow(target, scope)) {
      return std::nullopt;
    }
    const bool at_column = n.op == PlanOp::kEventField && n.field == kAtField;
    column.kind = KindOf(n.type);
    // has() asks a field of no stated type, which may be a link to a record that is gone.
    if (column.kind == Kind::kNull) return std::nullopt;
    const std::string stored =
        at_column ? alias + ".\"at\"" : names_.Column(n.record_type, n.field, alias);
    if (stored.empty()) return std::nullopt;
    column.sql = Ordered(stored, column.kind);
    if (column.kind == Kind::kRecord) column.target = n.type.record;
    if (column.kind == Kind::kMoney) {
      column.currency = names_.CurrencyColumn(n.record_type, n.field, alias);
    }
    return column;
  }

  static bool IsScopeRow(const PlanNode& target, const Scope& scope) {
    if (target.op == PlanOp::kSubject) return scope.slot < 0;
    return target.op == PlanOp::kVariable && target.slot == scope.slot;
  }

  // `inner` speaks of the column where every link on the way leads somewhere.
  Half Through(const Column& column, Half inner) const {
    for (size_t i = column.hops.size(); i-- > 0;) {
      const Column::Hop& hop = column.hops[i];
      inner.sql = Concat("(", hop.link, " IS NOT NULL AND ", hop.link, " IN (SELECT ", hop.alias,
                         ".\"row\" FROM ", names_.Table(hop.table), " AS ", hop.alias, " WHERE ",
                         Alive(hop.table, hop.alias), inner.sql, "))");
    }
    return inner;
  }

  // Where the column has a value. A link has one when it leads to a record that exists.
  std::optional<Half> Present(const Column& column) const {
    if (column.kind != Kind::kRecord) {
      return Through(column, Exact(Concat("(", column.sql, " IS NOT NULL)")));
    }
    if (options_.has_aliases || column.target == kNoType) return std::nullopt;
    if (names_.Table(column.target).empty()) return std::nullopt;
    return Through(column, Exact(Concat("(", column.sql, " IS NOT NULL AND ", column.sql,
                                        " IN (SELECT x.\"row\" FROM ", names_.Table(column.target),
                                        " AS x WHERE ", Alive(column.target, "x"), "TRUE))")));
  }

  Both BareField(uint32_t at, const Scope& scope) {
    const std::optional<Column> column = FindColumn(at, scope);
    if (!column.has_value() || column->kind != Kind::kBool) return {};
    const auto is = [&](std::string_view v) {
      return Through(*column, Exact(Concat("(", column->sql, " IS ", v, ")")));
    };
    return {is("TRUE"), is("FALSE"), false};
  }

  // --- Comparisons -------------------------------------------------------------------------------

  Both Comparison(const PlanNode& n, const Scope& scope) {
    if (const std::optional<Both> counted = Counted(n, scope)) return *counted;
    if (const std::optional<Both> reduced = Reduced(n, scope)) return *reduced;
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
        std::string sql = Concat("(", column.sql, " IS NOT NULL AND ", column.sql, " ",
                                 SqlSymbol(with), " ", kMarked);
        std::vector<Value> parameters = {*bound};
        // Amounts compare within a currency; zero is zero in any.
        if (column.kind == Kind::kMoney && constant.money().units != 0) {
          sql += Concat(" AND (", column.sql, " = 0 OR coalesce(", column.currency,
                        ", '') = ", kMarked, ")");
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
      const bool pg = postgres();
      const char* same = pg ? " IS NOT DISTINCT FROM " : " IS ";
      const char* other = pg ? " IS DISTINCT FROM " : " IS NOT ";
      Both out{Exact(Concat("(", a.sql, same, b.sql, ")")),
               Exact(Concat("(", a.sql, other, b.sql, ")")), true};
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
      marks += marks.empty() ? "" : ", ";
      marks += kMark;
      found.parameters.push_back(*std::move(bound));
    }
    found.sql = marks.empty() ? std::string("FALSE")
                              : Concat("(", column->sql, " IS NOT NULL AND ", column->sql, " IN (",
                                       marks, "))");
    found = Through(*column, std::move(found));
    return {found, Not(found), true};
  }

  // startsWith, endsWith, contains.
  Both TextCall(const PlanNode& n, const Scope& scope) {
    if (n.inputs.size() != 2) return {};
    const std::string& name = FunctionName(n.function);
    if (name != "startsWith" && name != "endsWith" && name != "contains") return {};
    const std::optional<Column> column = FindColumn(n.inputs[0], scope);
    const std::optional<Outcome> part = Fold(n.inputs[1]);
    if (!column.has_value() || column->kind != Kind::kText || !part.has_value()) return {};
    if (!part->ok() || !part->value.is(Kind::kText)) return Nowhere();
    const std::string& text = part->value.text();
    std::string test = "TRUE";
    std::vector<Value> parameters;
    if (!text.empty()) {
      const std::optional<std::string> found =
          postgres() ? FoundInText(name, column->sql, text) : FoundInBytes(name, column->sql, text);
      if (!found.has_value()) return {};
      test = *found;
      parameters = {postgres() ? part->value : Value::Bytes(text)};
    }
    const auto half = [&](std::string_view negation) {
      return Through(*column,
                     Exact(Concat("(", column->sql, " IS NOT NULL AND ", negation, "(", test, "))"),
                           parameters));
    };
    return {half(""), half("NOT "), false};
  }

  // SQLite: over bytes, because its own text functions stop at NUL and LIKE ignores case. substr of
  // an empty blob is NULL there.
  static std::optional<std::string> FoundInBytes(const std::string& name, const std::string& column,
                                                 const std::string& text) {
    const std::string bytes = Concat("CAST(", column, " AS BLOB)");
    const std::string length = std::to_string(text.size());
    const std::string test =
        name == "startsWith" ? Concat("substr(", bytes, ", 1, ", length, ") = ", kMarked)
        : name == "endsWith" ? Concat("length(", bytes, ") >= ", length, " AND substr(", bytes,
                                      ", -", length, ") = ", kMarked)
                             : Concat("instr(", bytes, ", ", kMarked, ") > 0");
    return Concat("coalesce(", test, ", FALSE)");
  }

  // PostgreSQL: the store writes NUL and SOH as two characters of which the second is a digit, so
  // that a text beginning with one of these digits may be found in the middle of such a pair.
  static std::optional<std::string> FoundInText(const std::string& name, const std::string& column,
                                                const std::string& text) {
    if (name == "startsWith") return Concat("starts_with(", column, ", ", kMarked, ")");
    if (text[0] == '0' || text[0] == '1') return std::nullopt;
    if (name == "contains") return Concat("strpos(", column, ", ", kMarked, ") > 0");
    int64_t characters = 0;
    for (const char c : text) {
      characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
      characters += c == '\0' || c == '\1' ? 1 : 0;
    }
    return Concat("right(", column, ", ", characters, ") = ", kMarked);
  }

  // --- Relations ---------------------------------------------------------------------------------

  // A list of related rows of the scope's row: its table, and the column that names the row.
  struct Relation {
    TypeId table = kNoType;
    bool events = false;
    std::string key;      // in the relation's table
    std::string outside;  // the scope's row
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
    if (names_.Table(n.record_type).empty()) return std::nullopt;
    r.table = n.record_type;
    r.events = events;
    r.key = events ? r.inner.alias + ".\"subject\""
                   : names_.Column(n.record_type, n.field, r.inner.alias);
    if (r.key.empty()) return std::nullopt;
    r.outside = scope.alias + ".\"row\"";
    return r;
  }

  // Rows of the scope with at least one related row where `inner` holds, or by a count of them.
  Half Reached(const Relation& r, const Half& inner, const std::string& having = "") const {
    Half out;
    const std::string group =
        having.empty() ? "" : Concat(" GROUP BY ", r.key, " HAVING count(*) ", having);
    out.sql = Concat("(", r.outside, " IN (SELECT ", r.key, " FROM ", names_.Table(r.table), " AS ",
                     r.inner.alias, " WHERE ", Alive(r.table, r.inner.alias, r.events), r.key,
                     " IS NOT NULL AND ", inner.sql, group, "))");
    out.parameters = inner.parameters;
    out.exact = inner.exact;
    return out;
  }

  // A path that the schema declares, taken step by step: each is a relation or a link of the last.
  // Rows of the scope from which it leads to a record where `inner` holds, which speaks of `alias`.
  std::optional<Half> AlongPath(const PlanNode& path, const Scope& scope, const std::string& alias,
                                const Half& inner) const {
    Half out = inner;
    for (size_t i = path.steps.size(); i-- > 0;) {
      const PathStep& step = path.steps[i];
      if (step.closure || names_.Table(step.to).empty()) return std::nullopt;
      const std::string here = i == 0 ? scope.alias : Concat(alias, i);
      const std::string there = i + 1 == path.steps.size() ? alias : Concat(alias, i + 1);
      const std::string link = step.backward ? names_.Column(step.to, step.field, there)
                                             : names_.Column(step.from, step.field, here);
      if (link.empty()) return std::nullopt;
      const std::string from = step.backward ? here + ".\"row\"" : link;
      const std::string to = step.backward ? link : there + ".\"row\"";
      out.sql = Concat("(", link == from ? Concat(link, " IS NOT NULL AND ") : "", from,
                       " IN (SELECT ", to, " FROM ", names_.Table(step.to), " AS ", there,
                       " WHERE ", Alive(step.to, there),
                       step.backward ? Concat(link, " IS NOT NULL AND ") : "", out.sql, "))");
    }
    return out;
  }

  // exists: true where an element is true, false where every element is false. all is the dual.
  Both Quantifier(const PlanNode& n, const Scope& scope) {
    if (n.slot2 >= 0) return {};
    const PlanNode& list = Node(n.inputs[0]);
    const bool path = list.op == PlanOp::kPath && !options_.has_aliases &&
                      IsScopeRow(Node(list.inputs[0]), scope);
    std::optional<Relation> r;
    if (!path) r = FindRelation(n.inputs[0], scope, n.slot);
    if (!path && !r.has_value()) return {};
    const Scope element = path ? Scope{n.slot, scope.alias + "p"} : r->inner;
    const Both body = Lower(n.inputs[1], element);
    const bool exists = n.op == PlanOp::kExists;
    const Half& stop = exists ? body.yes : body.no;
    const Half& other = exists ? body.no : body.yes;
    const auto reached = [&](const Half& inner) {
      return path ? AlongPath(list, scope, element.alias, inner)
                  : std::optional<Half>(Reached(*r, inner));
    };
    const std::optional<Half> some = reached(stop);
    // Where no element lies outside `other`: a superset of `other` gives a superset.
    std::optional<Half> every = reached(Not(other));
    if (!some.has_value() || !every.has_value()) return {};
    *every = {Concat("NOT ", every->sql), every->parameters, other.exact};
    Both out{*some, *every, body.total};
    if (!exists) std::swap(out.yes, out.no);
    return out;
  }

  // Rows none of whose elements is an error, which would make the whole list one.
  Half Sound(const Relation& r, const Both& body) const {
    if (body.total) return Exact("TRUE");
    if (!body.yes.exact || !body.no.exact) return {};
    Half sound = Not(Reached(r, Not(Combine(body.yes, "OR", body.no))));
    return sound;
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
    Both body{Exact("TRUE"), Exact("FALSE"), true};
    if (filtered) body = Lower(l.inputs[1], r->inner);
    const Half sound = Sound(*r, body);
    const auto half = [&](PlanOp with) {
      const Half counted = CountHalf(with, *r, body, bound);
      return body.total ? counted : Combine(counted, "AND", sound);
    };
    return Both{half(op), half(Opposite(op)), body.total};
  }

  static bool HoldsAtZero(PlanOp op, int64_t bound) {
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
  }

  // A count of too many rows is a bound for >= and > only.
  Half CountHalf(PlanOp op, const Relation& r, const Both& body, int64_t bound) const {
    const bool at_least = op == PlanOp::kGreater || op == PlanOp::kGreaterEqual;
    if (!body.yes.exact && !at_least) return {};
    Half out;
    if (HoldsAtZero(op, bound)) {
      // Everyone but those whose count does not hold; there a superset would be a subset.
      if (!body.yes.exact) return {};
      out = Not(Reached(r, body.yes, Concat(SqlSymbol(Opposite(op)), " ", bound)));
    } else {
      out = Reached(r, body.yes, Concat(SqlSymbol(op), " ", bound));
    }
    out.exact = body.yes.exact;
    return out;
  }

  // --- Sums and extremes -------------------------------------------------------------------------

  // relation.map(x, x.field).sum(), or of a filtered relation, ordered with a constant.
  std::optional<Both> Reduced(const PlanNode& n, const Scope& scope) {
    if (n.op == PlanOp::kEqual || n.op == PlanOp::kNotEqual) return std::nullopt;
    for (size_t side = 0; side < 2; ++side) {
      const PlanNode& call = Node(n.inputs[side]);
      if (call.op != PlanOp::kCall || call.inputs.size() != 1) continue;
      const std::string& name = FunctionName(call.function);
      const PlanNode& values = Node(call.inputs[0]);
      const bool known = name == "sum" || name == "min" || name == "max";
      if (!known || values.op != PlanOp::kTransform || values.slot2 >= 0) continue;
      const std::optional<Outcome> constant = Fold(n.inputs[1 - side]);
      if (!constant.has_value() || !constant->ok()) continue;
      return CompareReduced(side == 0 ? n.op : Mirrored(n.op), name, values, constant->value,
                            scope);
    }
    return std::nullopt;
  }

  std::optional<Both> CompareReduced(PlanOp op, const std::string& name, const PlanNode& values,
                                     const Value& constant, const Scope& scope) {
    const PlanNode& list = Node(values.inputs[0]);
    const bool inside = list.op == PlanOp::kFilter && list.slot2 < 0;
    const bool with = values.inputs.size() == 3;
    if (inside && with) return std::nullopt;
    const std::optional<Relation> r =
        FindRelation(inside ? list.inputs[0] : values.inputs[0], scope, values.slot);
    if (!r.has_value()) return std::nullopt;
    const std::optional<Column> column = FindColumn(values.inputs.back(), r->inner);
    if (!column.has_value() || !column->hops.empty()) return std::nullopt;
    Both body{Exact("TRUE"), Exact("FALSE"), true};
    if (inside) body = Lower(list.inputs[1], Scope{list.slot, r->inner.alias});
    if (with) body = Lower(values.inputs[1], r->inner);
    if (!body.yes.exact) return std::nullopt;
    const bool sum = name == "sum";
    const std::optional<Value> bound = Bindable(column->kind, constant);
    const bool summable = column->kind == Kind::kInt || column->kind == Kind::kDuration ||
                          column->kind == Kind::kMoney;
    if (!bound.has_value() ||
        (sum ? !summable : column->kind == Kind::kMoney || column->kind == Kind::kBool))
      return std::nullopt;
    if (sum && bound->is(Kind::kDouble)) return std::nullopt;
    const Half sound = Sound(*r, body);
    const auto half = [&](PlanOp as) {
      const Half reduced = sum ? SumHalf(as, *r, *column, body.yes, constant, *bound)
                               : ExtremeHalf(as, *r, *column, body.yes, name, *bound);
      return body.total ? reduced : Combine(reduced, "AND", sound);
    };
    return Both{half(op), half(Opposite(op)), false};
  }

  // Rows of the scope whose group of elements where `inner` holds has `condition`, which speaks of
  // g: n elements, m values, and what `reductions` names.
  Half Grouped(const Relation& r, const Half& inner, const Column& column,
               const std::string& reductions, const Half& condition) const {
    Half out = inner;
    out.sql = Concat("(", r.outside, " IN (SELECT g.k FROM (SELECT ", r.key,
                     " AS k, count(*) AS n, count(", column.sql, ") AS m, ", reductions, " FROM ",
                     names_.Table(r.table), " AS ", r.inner.alias, " WHERE ",
                     Alive(r.table, r.inner.alias, r.events), r.key, " IS NOT NULL AND ", inner.sql,
                     " GROUP BY ", r.key, ") AS g WHERE ", condition.sql, "))");
    out.parameters.insert(out.parameters.end(), condition.parameters.begin(),
                          condition.parameters.end());
    return out;
  }

  // The extreme of nothing, or of what holds a null, is an error.
  Half ExtremeHalf(PlanOp op, const Relation& r, const Column& column, const Half& inner,
                   const std::string& name, const Value& bound) const {
    return Grouped(r, inner, column, Concat(name, "(", column.sql, ") AS s"),
                   Exact(Concat("(g.m = g.n AND g.s ", SqlSymbol(op), " ", kMarked, ")"), {bound}));
  }

  // The sum of nothing is zero; a null, an overflow or two currencies make it an error.
  Half SumHalf(PlanOp op, const Relation& r, const Column& column, const Half& inner,
               const Value& constant, const Value& bound) const {
    const int64_t limit = bound.is(Kind::kDuration) ? bound.duration().micros : bound.int_value();
    Half valid = Exact(Concat("g.m = g.n AND ", InRange()));
    std::string reductions = Sums(column.sql);
    if (column.kind == Kind::kMoney) {
      reductions += Concat(", min(nullif(", column.currency, ", '')) AS c1, max(nullif(",
                           column.currency, ", '')) AS c2");
      valid.sql += " AND coalesce(g.c1 = g.c2, TRUE)";
      if (limit != 0) {
        valid.sql += Concat(" AND (", IsZero(), " OR coalesce(g.c2, '') = ", kMarked, ")");
        valid.parameters.push_back(Value::Text(constant.money().currency.ToString()));
      }
    }
    const auto holds = [&](PlanOp as) { return Combine(valid, "AND", Exact(SumIs(as, limit))); };
    if (!HoldsAtZero(op, limit)) return Grouped(r, inner, column, reductions, holds(op));
    // Everyone but those whose sum does not hold or is an error.
    return Not(Grouped(r, inner, column, reductions, Not(holds(op))));
  }

  // SQLite's sum() fails the whole statement at an overflow, so it sums the high and the low halves
  // apart; PostgreSQL's sum of integers is exact.
  static constexpr const char* kHalf = "4294967296";
  std::string Sums(const std::string& column) const {
    return postgres() ? Concat("sum(", column, ") AS s")
                      : Concat("sum(", column, " / ", kHalf, ") AS h, sum(", column, " % ", kHalf,
                               ") AS l");
  }
  static std::string Low() { return Concat("((g.l % ", kHalf, " + ", kHalf, ") % ", kHalf, ")"); }
  static std::string High() { return Concat("(g.h + (g.l - ", Low(), ") / ", kHalf, ")"); }
  std::string InRange() const {
    return postgres() ? "g.s BETWEEN -9223372036854775808 AND 9223372036854775807"
                      : High() + " BETWEEN -2147483648 AND 2147483647";
  }
  std::string IsZero() const {
    return postgres() ? std::string("g.s = 0") : Concat("(", High(), " = 0 AND ", Low(), " = 0)");
  }
  std::string SumIs(PlanOp op, int64_t limit) const {
    if (postgres()) return Concat("g.s ", SqlSymbol(op), " ", limit);
    const int64_t high = limit >> 32;
    const int64_t low = limit & 0xFFFFFFFF;
    const bool greater = op == PlanOp::kGreater || op == PlanOp::kGreaterEqual;
    return Concat("(", High(), greater ? " > " : " < ", high, " OR (", High(), " = ", high, " AND ",
                  Low(), " ", SqlSymbol(op), " ", low, "))");
  }

  std::shared_ptr<const Plan> plan_;
  const std::vector<bool> fixed_;
  Evaluator evaluator_;
  const SqlNames& names_;
  const SqlOptions& options_;
  std::vector<Span> residual_;
};

}  // namespace
}  // namespace internal

SqlCondition LowerToSql(std::shared_ptr<const Plan> plan, const EvaluationContext& context,
                        const SqlNames& names, const SqlOptions& options) {
  return internal::Lowering(std::move(plan), context, names, options).Run();
}

}  // namespace relata
