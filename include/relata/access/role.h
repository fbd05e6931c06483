// SPDX-License-Identifier: Apache-2.0
//
// Roles: what an actor may read and write, type by type and field by field.
//
// A role is a definition of kind "role" whose body is JSON:
//
//   {"label": {"en": "Service", "fr": "Service client"},
//    "types": {"*": "read", "ticket": "write",
//              "contact": {"access": "read", "hidden": ["birth_date"]},
//              "opportunity": "none"},
//    "rights": ["export"]}
//
// "*" stands for every type that is not named; without it they are closed. A hidden field reads as
// if it were not there: it is left out of records and exports, and an expression that names it is
// refused, so that neither a query, a segment, a sort nor a count tells what it holds.
//
// What a role may not write is refused with the whole commit: a record or event of a type without
// "write", a field that is hidden, a merge, a grant of consent by a person of such a type. An
// opt-out, an objection and every other refusal is taken from anybody. What follows from a commit -
// a workflow that sets a field - is the tenant's doing and not asked of the role.
//
// The right "export" lets contact points leave without a message to send (exchange/export.h). The
// right "govern" lays down what binds everybody: the schema, roles, pipelines, workflows, jobs,
// terms of retention, legal holds, rules of law; without it a role defines what only answers
// questions - segments, scores, models.
//
// Until a tenant has its first role every named actor may do everything. After that a user acts in
// a role or may do nothing; the host's own code (Actor::System) is not restricted.
//
// Roles are immutable and thread-safe.

#ifndef RELATA_ACCESS_ROLE_H_
#define RELATA_ACCESS_ROLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "relata/base/status.h"
#include "relata/model/actor.h"
#include "relata/model/schema.h"

namespace relata {

enum class AccessLevel : uint8_t { kNone, kRead, kWrite };

class Role {
 public:
  // Reads a role's body. InvalidArgument names what is wrong: not JSON, an unknown level, or a type
  // or field that the schema does not have.
  static absl::StatusOr<Role> Parse(std::string_view name, std::string_view body,
                                    const Schema& schema);

  const std::string& name() const { return name_; }
  AccessLevel Level(TypeId type) const;
  bool Hides(TypeId type, FieldId field) const;
  bool HasRight(std::string_view right) const { return rights_.contains(right); }

 private:
  std::string name_;
  AccessLevel rest_ = AccessLevel::kNone;
  std::map<TypeId, AccessLevel> levels_;
  std::map<TypeId, std::set<FieldId>> hidden_;
  std::set<std::string, std::less<>> rights_;
};

// What one actor may do, as resolved for one question: nothing restricts it, or one role does, or
// it has no role where one is needed.
class Permissions {
 public:
  static Permissions All() { return Permissions(Kind::kAll, Role()); }
  static Permissions None() { return Permissions(Kind::kNone, Role()); }
  static Permissions Of(Role role) { return Permissions(Kind::kRole, std::move(role)); }

  bool MayRead(TypeId type) const;
  bool MayRead(TypeId type, FieldId field) const;
  bool MayWrite(TypeId type) const;
  bool MayWrite(TypeId type, FieldId field) const;
  bool MayExport() const;
  bool MayGovern() const;
  // Nothing is forbidden.
  bool all() const { return kind_ == Kind::kAll; }

 private:
  enum class Kind : uint8_t { kAll, kNone, kRole };

  Permissions(Kind kind, Role role) : kind_(kind), role_(std::move(role)) {}

  Kind kind_;
  Role role_;
};

}  // namespace relata

#endif  // RELATA_ACCESS_ROLE_H_
