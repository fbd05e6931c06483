// SPDX-License-Identifier: Apache-2.0

#include <cmath>

#include "expression/comparisons.h"
#include "expression/sql_lowering.h"
#include "expression/sql_values.h"

namespace relata {
namespace internal::sql {

using Kind = Value::Kind;

namespace {

// What a sum is compared with, in the unit of the column.
int64_t Limit(const Value& bound) {
  return bound.is(Kind::kDuration) ? bound.duration().micros : bound.int_value();
}

}  // namespace

std::optional<Lowering::Relation> Lowering::FindRelation(uint32_t at, const Scope& scope,
                                                         int slot) {
  const PlanNode& n = Node(at);
  const bool path = n.op == PlanOp::kPath;
  const bool events = n.op == PlanOp::kEvents;
  if (options_.has_aliases || (!path && !events && n.op != PlanOp::kChildren)) return std::nullopt;
  // Only from a record, whose row is the key; an event's is its place.
  if (Node(n.inputs[0]).type.is(ValueType::Kind::kEvent)) return std::nullopt;
  std::optional<Owner> owner = FindOwner(n.inputs[0], scope);
  if (!owner.has_value()) return std::nullopt;
  Relation r;
  r.element = {slot, Concat(owner->alias, path ? "p" : "r")};
  r.owner = *std::move(owner);
  if (path) {
    r.path = &n;
    return KnowsPath(n) ? std::optional<Relation>(r) : std::nullopt;
  }
  if (names_.Table(n.record_type).empty()) return std::nullopt;
  r.table = n.record_type;
  r.events = events;
  r.key = events ? r.element.alias + ".\"subject\""
                 : names_.Column(n.record_type, n.field, r.element.alias);
  return r.key.empty() ? std::nullopt : std::optional<Relation>(r);
}

std::optional<Lowering::Relation> Lowering::FindTable(uint32_t at, const Scope& scope, int slot) {
  if (Node(at).op == PlanOp::kPath) return std::nullopt;
  return FindRelation(at, scope, slot);
}

Half Lowering::Reached(const Relation& r, const Half& inner, const std::string& having) const {
  if (r.path != nullptr) return AlongPath(r, inner);
  Half out;
  const std::string group =
      having.empty() ? "" : Concat(" GROUP BY ", r.key, " HAVING count(*) ", having);
  out.sql =
      Concat("(", r.owner.alias, ".\"row\" IN (SELECT ", r.key, " FROM ", names_.Table(r.table),
             " AS ", r.element.alias, " WHERE ", Alive(r.table, r.element.alias, r.events), r.key,
             " IS NOT NULL AND ", inner.sql, group, "))");
  out.parameters = inner.parameters;
  out.exact = inner.exact;
  return out;
}

bool Lowering::KnowsPath(const PlanNode& path) const {
  // A step that is taken once or more leaves out where it began, which is one record or none after
  // links forward.
  bool one = true;
  for (const PathStep& step : path.steps) {
    const TypeId holder = step.backward ? step.to : step.from;
    if (names_.Table(step.from).empty() || names_.Table(step.to).empty()) return false;
    if (names_.Column(holder, step.field, "x").empty() || (step.closure && !one)) return false;
    one = one && !step.backward && !step.closure;
  }
  return true;
}

Half Lowering::AlongPath(const Relation& r, const Half& inner) const {
  Half out = inner;
  const std::vector<PathStep>& steps = r.path->steps;
  for (size_t i = steps.size(); i-- > 0;) {
    const PathStep& step = steps[i];
    const std::string here = i == 0 ? r.owner.alias : Concat(r.element.alias, i);
    const std::string there =
        i + 1 == steps.size() ? r.element.alias : Concat(r.element.alias, i + 1);
    if (step.closure) {
      out.sql = Closure(step, here, there, out.sql);
      continue;
    }
    const std::string link = step.backward ? names_.Column(step.to, step.field, there)
                                           : names_.Column(step.from, step.field, here);
    const std::string from = step.backward ? here + ".\"row\"" : link;
    const std::string to = step.backward ? link : there + ".\"row\"";
    out.sql =
        Concat("(", link == from ? Concat(link, " IS NOT NULL AND ") : "", from, " IN (SELECT ", to,
               " FROM ", names_.Table(step.to), " AS ", there, " WHERE ", Alive(step.to, there),
               step.backward ? Concat(link, " IS NOT NULL AND ") : "", out.sql, "))");
  }
  return out;
}

std::string Lowering::Closure(const PathStep& step, const std::string& here,
                              const std::string& there, const std::string& inner) const {
  const std::string& table = names_.Table(step.from);
  const std::string set = there + "c";
  const std::string next = there + "n";
  const auto link = [&](const std::string& alias) {
    return names_.Column(step.from, step.field, alias);
  };
  // One link up from a row that the set has, found by its key.
  const std::string up =
      Concat(" FROM ", set, ", ", table, " AS ", next, " WHERE ", Alive(step.from, next), next,
             ".\"row\" = ", set, ".a AND ", link(next), " IS NOT NULL");
  const std::string found =
      Concat(" FROM ", table, " AS ", there, " WHERE ", Alive(step.from, there));
  if (step.backward) {
    // What is above where `inner` holds.
    return Concat("(", here, ".\"row\" IN (WITH RECURSIVE ", set, "(a) AS (SELECT ", link(there),
                  found, link(there), " IS NOT NULL AND ", inner, " UNION SELECT ", link(next), up,
                  ") SELECT ", set, ".a FROM ", set, "))");
  }
  // Each k that somebody links to, with what is above it and itself.
  const std::string start = there + "s";
  return Concat("(", link(here), " IS NOT NULL AND ", link(here), " IN (WITH RECURSIVE ", set,
                "(k, a) AS (SELECT ", link(start), ", ", link(start), " FROM ", table, " AS ",
                start, " WHERE ", Alive(step.from, start), link(start),
                " IS NOT NULL UNION SELECT ", set, ".k, ", link(next), up, ") SELECT ", set,
                ".k FROM ", set, " WHERE ", set, ".a IN (SELECT ", there, ".\"row\"", found, inner,
                ")))");
}

Both Lowering::Owned(const Relation& r, const Both& both, std::optional<bool> at_nothing) const {
  const std::vector<Hop>& hops = r.owner.hops;
  if (hops.empty()) return both;
  const Half nobody = Not(Through(hops, Exact("TRUE")));
  Both out{Through(hops, both.yes), Through(hops, both.no), both.total && at_nothing.has_value()};
  if (at_nothing == true) out.yes = Combine(nobody, "OR", out.yes);
  if (at_nothing == false) out.no = Combine(nobody, "OR", out.no);
  return out;
}

Both Lowering::Quantifier(const PlanNode& n, const Scope& scope) {
  if (n.slot2 >= 0) return {};
  const std::optional<Relation> r = FindRelation(n.inputs[0], scope, n.slot);
  if (!r.has_value()) return {};
  const Both body = Lower(n.inputs[1], r->element);
  const bool exists = n.op == PlanOp::kExists;
  const Half& stop = exists ? body.yes : body.no;
  const Half& other = exists ? body.no : body.yes;
  const Half some = Reached(*r, stop);
  // Where no element lies outside `other`: a superset of `other` gives a superset.
  Half every = Not(Reached(*r, Not(other)));
  every.exact = other.exact;
  Both out{some, every, body.total};
  if (!exists) std::swap(out.yes, out.no);
  return Owned(*r, out, !exists);
}

Half Lowering::Sound(const Relation& r, const Both& body) const {
  if (body.total) return Exact("TRUE");
  if (!body.yes.exact || !body.no.exact) return {};
  Half sound = Not(Reached(r, Not(Combine(body.yes, "OR", body.no))));
  return sound;
}

std::optional<Both> Lowering::Counted(const PlanNode& n, const Scope& scope) {
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

std::optional<Both> Lowering::CompareCount(PlanOp op, uint32_t list, int64_t bound,
                                           const Scope& scope) {
  const PlanNode& l = Node(list);
  const bool filtered = l.op == PlanOp::kFilter && l.slot2 < 0;
  const std::optional<Relation> r =
      FindRelation(filtered ? l.inputs[0] : list, scope, filtered ? l.slot : -2);
  if (!r.has_value()) return std::nullopt;
  const bool none = HoldsAtZero(op, bound);
  // Of a path it is known whether it leads to any element, not to how many.
  if (r->path != nullptr && !IsAboutAny(op, bound)) return std::nullopt;
  Both body{Exact("TRUE"), Exact("FALSE"), true};
  if (filtered) body = Lower(l.inputs[1], r->element);
  const Half sound = Sound(*r, body);
  const auto half = [&](PlanOp with) {
    const Half counted = CountHalf(with, *r, body, bound);
    return body.total ? counted : Combine(counted, "AND", sound);
  };
  return Owned(*r, {half(op), half(Opposite(op)), body.total}, none);
}

Half Lowering::CountHalf(PlanOp op, const Relation& r, const Both& body, int64_t bound) const {
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

std::optional<Both> Lowering::Reduced(const PlanNode& n, const Scope& scope) {
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
    return CompareReduced(side == 0 ? n.op : Mirrored(n.op), name, values, constant->value, scope);
  }
  return std::nullopt;
}

std::optional<Both> Lowering::CompareReduced(PlanOp op, const std::string& name,
                                             const PlanNode& values, const Value& constant,
                                             const Scope& scope) {
  const PlanNode& list = Node(values.inputs[0]);
  const bool inside = list.op == PlanOp::kFilter && list.slot2 < 0;
  const bool with = values.inputs.size() == 3;
  if (inside && with) return std::nullopt;
  const std::optional<Relation> r =
      FindTable(inside ? list.inputs[0] : values.inputs[0], scope, values.slot);
  if (!r.has_value()) return std::nullopt;
  const std::optional<Column> column = FindColumn(values.inputs.back(), r->element);
  if (!column.has_value() || !column->hops.empty()) return std::nullopt;
  Both body{Exact("TRUE"), Exact("FALSE"), true};
  if (inside) body = Lower(list.inputs[1], Scope{list.slot, r->element.alias});
  if (with) body = Lower(values.inputs[1], r->element);
  if (!body.yes.exact) return std::nullopt;
  const bool sum = name == "sum";
  const std::optional<Value> bound = Bindable(column->kind, constant);
  const bool summable =
      column->kind == Kind::kInt || column->kind == Kind::kDuration || column->kind == Kind::kMoney;
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
  // The extreme of nothing is an error, the sum zero.
  std::optional<bool> at_nothing;
  if (sum) at_nothing = HoldsAtZero(op, Limit(*bound));
  return Owned(*r, {half(op), half(Opposite(op)), false}, at_nothing);
}

Half Lowering::Grouped(const Relation& r, const Half& inner, const Column& column,
                       const std::string& reductions, const Half& condition) const {
  Half out = inner;
  out.sql = Concat("(", r.owner.alias, ".\"row\" IN (SELECT g.k FROM (SELECT ", r.key,
                   " AS k, count(*) AS n, count(", column.sql, ") AS m, ", reductions, " FROM ",
                   names_.Table(r.table), " AS ", r.element.alias, " WHERE ",
                   Alive(r.table, r.element.alias, r.events), r.key, " IS NOT NULL AND ", inner.sql,
                   " GROUP BY ", r.key, ") AS g WHERE ", condition.sql, "))");
  out.parameters.insert(out.parameters.end(), condition.parameters.begin(),
                        condition.parameters.end());
  return out;
}

Half Lowering::ExtremeHalf(PlanOp op, const Relation& r, const Column& column, const Half& inner,
                           const std::string& name, const Value& bound) const {
  return Grouped(r, inner, column, Concat(name, "(", column.sql, ") AS s"),
                 Exact(Concat("(g.m = g.n AND g.s ", SqlSymbol(op), " ", kMarked, ")"), {bound}));
}

Half Lowering::SumHalf(PlanOp op, const Relation& r, const Column& column, const Half& inner,
                       const Value& constant, const Value& bound) const {
  const int64_t limit = Limit(bound);
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

std::string Lowering::Sums(const std::string& column) const {
  return postgres()
             ? Concat("sum(", column, ") AS s")
             : Concat("sum(", column, " / ", kHalf, ") AS h, sum(", column, " % ", kHalf, ") AS l");
}

std::string Lowering::InRange() const {
  return postgres() ? "g.s BETWEEN -9223372036854775808 AND 9223372036854775807"
                    : High() + " BETWEEN -2147483648 AND 2147483647";
}

std::string Lowering::IsZero() const {
  return postgres() ? std::string("g.s = 0") : Concat("(", High(), " = 0 AND ", Low(), " = 0)");
}

std::string Lowering::SumIs(PlanOp op, int64_t limit) const {
  if (postgres()) return Concat("g.s ", SqlSymbol(op), " ", limit);
  const int64_t high = limit >> 32;
  const int64_t low = limit & 0xFFFFFFFF;
  const bool greater = op == PlanOp::kGreater || op == PlanOp::kGreaterEqual;
  return Concat("(", High(), greater ? " > " : " < ", high, " OR (", High(), " = ", high, " AND ",
                Low(), " ", SqlSymbol(op), " ", low, "))");
}

}  // namespace internal::sql

}  // namespace relata
