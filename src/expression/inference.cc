// SPDX-License-Identifier: Apache-2.0

#include "expression/inference.h"

namespace relata::internal {

using Kind = ValueType::Kind;

bool TakesNull(const ValueType& type) {
  switch (type.kind) {
    case Kind::kDyn:
    case Kind::kNull:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kDate:
    case Kind::kPeriod:
    case Kind::kMoney:
    case Kind::kRecord:
    case Kind::kEvent:
    case Kind::kOptional:
    case Kind::kAbstract:
      return true;
    default:
      return type.nullable;
  }
}

bool IsNumeric(const ValueType& type) {
  return type.is(Kind::kInt) || type.is(Kind::kUint) || type.is(Kind::kDouble);
}

ValueType Inference::Fresh() {
  ValueType t(Kind::kVariable);
  t.variable = static_cast<uint32_t>(bound_.size());
  bound_.emplace_back();
  return t;
}

ValueType Inference::Resolve(const ValueType& type) const {
  ValueType t = type;
  while (t.is(Kind::kVariable) && bound_[t.variable].has_value()) {
    const bool nullable = t.nullable;
    t = ValueType(*bound_[t.variable]);
    t.nullable = t.nullable || nullable;
  }
  return t;
}

ValueType Inference::Final(const ValueType& type) const {
  ValueType t = Resolve(type);
  if (t.is(Kind::kVariable)) return Kind::kDyn;
  for (ValueType& p : t.parameters) p = Final(p);
  return t;
}

void Inference::Set(uint32_t variable, ValueType type) {
  undo_.emplace_back(variable, std::move(bound_[variable]));
  bound_[variable] = std::move(type);
}

void Inference::Restore(Mark mark) {
  while (undo_.size() > mark) {
    bound_[undo_.back().first] = std::move(undo_.back().second);
    undo_.pop_back();
  }
}

bool Inference::Occurs(uint32_t variable, const ValueType& type) const {
  const ValueType t = Resolve(type);
  if (t.is(Kind::kVariable)) return t.variable == variable;
  for (const ValueType& p : t.parameters) {
    if (Occurs(variable, p)) return true;
  }
  return false;
}

bool Inference::Bind(uint32_t variable, const ValueType& type) {
  if (type.is(Kind::kVariable) && type.variable == variable) return true;
  if (Occurs(variable, type)) return false;
  Set(variable, type);
  return true;
}

// A parameter that stands for something may come to stand for something more general.
bool Inference::AssignToBound(const ValueType& from, uint32_t variable) {
  std::optional<ValueType> joined = Join(*bound_[variable], from);
  if (!joined.has_value()) return false;
  if (joined->is(Kind::kVariable) || Occurs(variable, *joined)) return true;
  Set(variable, *std::move(joined));
  return true;
}

bool Inference::Assignable(const ValueType& from_type, const ValueType& to_type) {
  // The last variable of the chain that is bound to something definite.
  ValueType to = to_type;
  std::optional<uint32_t> last;
  while (to.is(Kind::kVariable) && bound_[to.variable].has_value()) {
    last = to.variable;
    to = ValueType(*bound_[to.variable]);
  }
  const ValueType from = Resolve(from_type);
  if (to.is(Kind::kVariable)) return Bind(to.variable, from);
  if (last.has_value()) return AssignToBound(from, *last);
  if (from.is(Kind::kVariable)) return Bind(from.variable, to);
  if (from.is(Kind::kDyn) || to.is(Kind::kDyn)) return true;
  if (from.is(Kind::kNull)) return TakesNull(to);
  if (to.is(Kind::kNull)) return false;
  if (from.kind != to.kind || from.record != to.record || from.name != to.name) return false;
  // A type as a value is of one type whatever it names.
  if (from.is(Kind::kType)) return true;
  if (from.parameters.size() != to.parameters.size()) return false;
  for (size_t i = 0; i < from.parameters.size(); ++i) {
    if (!Assignable(from.parameters[i], to.parameters[i])) return false;
  }
  return true;
}

std::optional<ValueType> Inference::Join(const ValueType& a_type, const ValueType& b_type) {
  const ValueType a = Resolve(a_type);
  const ValueType b = Resolve(b_type);
  if (a.is(Kind::kVariable)) {
    if (!Bind(a.variable, b)) return std::nullopt;
    return b;
  }
  if (b.is(Kind::kVariable)) {
    if (!Bind(b.variable, a)) return std::nullopt;
    return a;
  }
  if (a.is(Kind::kDyn)) return a;
  if (b.is(Kind::kDyn)) return b;
  if (a.is(Kind::kNull) && b.is(Kind::kNull)) return a;
  if (a.is(Kind::kNull)) {
    if (!TakesNull(b)) return std::nullopt;
    return b.AsNullable();
  }
  if (b.is(Kind::kNull)) {
    if (!TakesNull(a)) return std::nullopt;
    return a.AsNullable();
  }
  if (a.kind != b.kind || a.record != b.record || a.name != b.name ||
      (!a.is(Kind::kType) && a.parameters.size() != b.parameters.size())) {
    return std::nullopt;
  }
  ValueType joined = a.AsNullable(a.nullable || b.nullable);
  if (a.is(Kind::kType)) return joined;
  for (size_t i = 0; i < a.parameters.size(); ++i) {
    std::optional<ValueType> p = Join(a.parameters[i], b.parameters[i]);
    if (!p.has_value()) return std::nullopt;
    joined.parameters[i] = *std::move(p);
  }
  return joined;
}

ValueType Inference::Instantiate(const ValueType& type, std::map<uint32_t, ValueType>& parameters) {
  if (type.is(Kind::kVariable)) {
    auto it = parameters.find(type.variable);
    if (it == parameters.end()) it = parameters.emplace(type.variable, Fresh()).first;
    return it->second.AsNullable(type.nullable);
  }
  ValueType t = type;
  for (ValueType& p : t.parameters) p = Instantiate(p, parameters);
  return t;
}

}  // namespace relata::internal
