// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>

#include "expression/comparisons.h"
#include "expression/sql_depth.h"
#include "expression/sql_lowering.h"
#include "expression/sql_values.h"

namespace relata {
namespace internal::sql {

using Kind = Value::Kind;

SqlCondition Lowering::Run() {
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

Both Lowering::Lower(uint32_t at, const Scope& scope) {
  Both both = LowerNode(at, scope);
  if (both.yes.sql.size() + both.no.sql.size() > options_.max_length ||
      (!postgres() && std::max(SqlDepth(both.yes.sql), SqlDepth(both.no.sql)) > kMostSqlDepth)) {
    both = {};
  }
  if (!both.yes.exact && both.yes.sql == "TRUE" && !both.no.exact && both.no.sql == "TRUE") {
    residual_.push_back(Node(at).span);
  }
  return both;
}

Both Lowering::LowerNode(uint32_t at, const Scope& scope) {
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

std::string Lowering::Written(std::string_view sql, const std::vector<Value>& parameters) const {
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

std::string Lowering::Alive(TypeId type, const std::string& alias, bool events) const {
  const std::string mine = names_.Mine(type, alias);
  const std::string own = mine.empty() ? "" : mine + " AND ";
  if (events) return own;
  return Concat(own, postgres() ? "NOT " : "", alias, ".deleted", postgres() ? "" : " = 0",
                " AND ");
}

std::string Lowering::Ordered(const std::string& column, Kind kind) const {
  return postgres() && kind == Kind::kText ? Concat("(", column, " COLLATE \"C\")") : column;
}

std::optional<Outcome> Lowering::Fold(uint32_t at) {
  if (!IsFixed(at)) return std::nullopt;
  return evaluator_.EvalFixed(at);
}

Both Lowering::Constant(uint32_t at) {
  const Outcome o = evaluator_.EvalFixed(at);
  return {Exact(o.Is(true) ? "TRUE" : "FALSE"), Exact(o.Is(false) ? "TRUE" : "FALSE"),
          o.Is(true) || o.Is(false)};
}

Both Lowering::Logic(const PlanNode& n, const Scope& scope) {
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

Both Lowering::Conditional(const PlanNode& n, const Scope& scope) {
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

std::optional<Owner> Lowering::FindOwner(uint32_t at, const Scope& scope) {
  const PlanNode& n = Node(at);
  if (IsScopeRow(n, scope)) return Owner{scope.alias, {}};
  if (n.op != PlanOp::kFollow || options_.has_aliases) return std::nullopt;
  std::optional<Column> link = FindColumn(at, scope);
  if (!link.has_value() || link->target == kNoType) return std::nullopt;
  if (names_.Table(link->target).empty()) return std::nullopt;
  Owner owner{Concat(scope.alias, "h", link->hops.size() + 1), std::move(link->hops)};
  owner.hops.push_back({link->sql, link->target, owner.alias});
  return owner;
}

std::optional<Column> Lowering::FindColumn(uint32_t at, const Scope& scope) {
  const PlanNode& n = Node(at);
  if (n.op != PlanOp::kField && n.op != PlanOp::kFollow && n.op != PlanOp::kEventField) {
    return std::nullopt;
  }
  if (n.optional) return std::nullopt;
  std::optional<Owner> owner = FindOwner(n.inputs[0], scope);
  if (!owner.has_value()) return std::nullopt;
  Column column;
  column.hops = std::move(owner->hops);
  const bool at_column = n.op == PlanOp::kEventField && n.field == kAtField;
  column.kind = KindOf(n.type);
  // has() asks a field of no stated type, which may be a link to a record that is gone.
  if (column.kind == Kind::kNull) return std::nullopt;
  const std::string stored =
      at_column ? owner->alias + ".\"at\"" : names_.Column(n.record_type, n.field, owner->alias);
  if (stored.empty()) return std::nullopt;
  column.sql = Ordered(stored, column.kind);
  if (column.kind == Kind::kRecord) column.target = n.type.record;
  if (column.kind == Kind::kMoney) {
    column.currency = names_.CurrencyColumn(n.record_type, n.field, owner->alias);
  }
  return column;
}

bool Lowering::IsScopeRow(const PlanNode& target, const Scope& scope) {
  if (target.op == PlanOp::kSubject) return scope.slot < 0;
  return target.op == PlanOp::kVariable && target.slot == scope.slot;
}

Half Lowering::Through(const std::vector<Hop>& hops, Half inner) const {
  for (size_t i = hops.size(); i-- > 0;) {
    const Hop& hop = hops[i];
    inner.sql = Concat("(", hop.link, " IS NOT NULL AND ", hop.link, " IN (SELECT ", hop.alias,
                       ".\"row\" FROM ", names_.Table(hop.table), " AS ", hop.alias, " WHERE ",
                       Alive(hop.table, hop.alias), inner.sql, "))");
  }
  return inner;
}

std::optional<Half> Lowering::Present(const Column& column) const {
  if (column.kind != Kind::kRecord) {
    return Through(column.hops, Exact(Concat("(", column.sql, " IS NOT NULL)")));
  }
  if (options_.has_aliases || column.target == kNoType) return std::nullopt;
  if (names_.Table(column.target).empty()) return std::nullopt;
  return Through(column.hops,
                 Exact(Concat("(", column.sql, " IS NOT NULL AND ", column.sql,
                              " IN (SELECT x.\"row\" FROM ", names_.Table(column.target),
                              " AS x WHERE ", Alive(column.target, "x"), "TRUE))")));
}

Both Lowering::BareField(uint32_t at, const Scope& scope) {
  const std::optional<Column> column = FindColumn(at, scope);
  if (!column.has_value() || column->kind != Kind::kBool) return {};
  const auto is = [&](std::string_view v) {
    return Through(column->hops, Exact(Concat("(", column->sql, " IS ", v, ")")));
  };
  return {is("TRUE"), is("FALSE"), false};
}

Both Lowering::Comparison(const PlanNode& n, const Scope& scope) {
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

Both Lowering::CompareWith(PlanOp op, const Column& column, const Value& constant) {
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
      return Through(column.hops, Exact(sql + ")", std::move(parameters)));
    };
    if (!equality) return {compared(op), compared(Opposite(op)), false};
    const Half equal = compared(PlanOp::kEqual);
    out = {equal, Not(equal), true};
  }
  if (op == PlanOp::kNotEqual) std::swap(out.yes, out.no);
  return out;
}

Both Lowering::CompareColumns(PlanOp op, const Column& a, const Column& b) {
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

Both Lowering::In(const PlanNode& n, const Scope& scope) {
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
  found = Through(column->hops, std::move(found));
  return {found, Not(found), true};
}

Both Lowering::TextCall(const PlanNode& n, const Scope& scope) {
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
    return Through(column->hops,
                   Exact(Concat("(", column->sql, " IS NOT NULL AND ", negation, "(", test, "))"),
                         parameters));
  };
  return {half(""), half("NOT "), false};
}

std::optional<std::string> Lowering::FoundInBytes(const std::string& name,
                                                  const std::string& column,
                                                  const std::string& text) {
  const std::string bytes = Concat("CAST(", column, " AS BLOB)");
  const std::string length = std::to_string(text.size());
  const std::string test =
      name == "startsWith" ? Concat("substr(", bytes, ", 1, ", length, ") = ", kMarked)
      : name == "endsWith" ? Concat("length(", bytes, ") >= ", length, " AND substr(", bytes, ", -",
                                    length, ") = ", kMarked)
                           : Concat("instr(", bytes, ", ", kMarked, ") > 0");
  return Concat("coalesce(", test, ", FALSE)");
}

std::optional<std::string> Lowering::FoundInText(const std::string& name, const std::string& column,
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

}  // namespace internal::sql

SqlCondition LowerToSql(std::shared_ptr<const Plan> plan, const EvaluationContext& context,
                        const SqlNames& names, const SqlOptions& options) {
  return internal::sql::Lowering(std::move(plan), context, names, options).Run();
}

}  // namespace relata
