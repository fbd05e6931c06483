// SPDX-License-Identifier: Apache-2.0

#include "relata/access/role.h"

#include <optional>

#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::json;

std::optional<AccessLevel> LevelOf(const Json& json) {
  if (json == "none") return AccessLevel::kNone;
  if (json == "read") return AccessLevel::kRead;
  if (json == "write") return AccessLevel::kWrite;
  return std::nullopt;
}

// A member of "types": a level, or an object with a level and hidden fields.
struct TypeAccess {
  AccessLevel level = AccessLevel::kNone;
  std::set<std::string> hidden;
};

absl::StatusOr<TypeAccess> ReadAccess(std::string_view where, const Json& json) {
  TypeAccess access;
  const Json& level = json.is_object() ? json.value("access", Json("read")) : json;
  const std::optional<AccessLevel> read = LevelOf(level);
  if (!read) return InvalidArgument(Concat(where, ": access is \"none\", \"read\" or \"write\""));
  access.level = *read;
  if (!json.is_object()) return access;
  const Json hidden = json.value("hidden", Json::array());
  if (!hidden.is_array()) return InvalidArgument(Concat(where, ": hidden is a list of fields"));
  for (const Json& field : hidden) {
    if (!field.is_string()) return InvalidArgument(Concat(where, ": hidden is a list of fields"));
    access.hidden.insert(field.get<std::string>());
  }
  return access;
}

}  // namespace

absl::StatusOr<Role> Role::Parse(std::string_view name, std::string_view body,
                                 const Schema& schema) {
  const std::string where = Concat("role ", name);
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("types") || !json["types"].is_object()) {
    return InvalidArgument(Concat(where, ": a JSON object with \"types\" is expected"));
  }
  Role role;
  role.name_ = name;
  const Json rights = json.value("rights", Json::array());
  if (!rights.is_array()) return InvalidArgument(Concat(where, ": rights is a list"));
  for (const Json& right : rights) {
    if (right != "export" && right != "govern") {
      return InvalidArgument(Concat(where, ": there is no right ", right.dump()));
    }
    role.rights_.insert(right.get<std::string>());
  }
  for (const auto& [type_name, value] : json["types"].items()) {
    const std::string here = Concat(where, ", ", type_name);
    RELATA_ASSIGN_OR_RETURN(const TypeAccess access, ReadAccess(here, value));
    if (type_name == "*") {
      role.rest_ = access.level;
      continue;
    }
    const TypeDef* type = schema.Find(type_name);
    if (type == nullptr) return InvalidArgument(Concat(here, ": there is no such type"));
    role.levels_[type->id] = access.level;
    for (const std::string& field_name : access.hidden) {
      const FieldDef* field = type->FindField(field_name);
      if (field == nullptr) return InvalidArgument(Concat(here, ": no field '", field_name, "'"));
      role.hidden_[type->id].insert(field->id);
    }
  }
  return role;
}

AccessLevel Role::Level(TypeId type) const {
  const auto found = levels_.find(type);
  return found == levels_.end() ? rest_ : found->second;
}

bool Role::Hides(TypeId type, FieldId field) const {
  const auto found = hidden_.find(type);
  return found != hidden_.end() && found->second.contains(field);
}

bool Permissions::MayRead(TypeId type) const {
  if (kind_ != Kind::kRole) return kind_ == Kind::kAll;
  return role_.Level(type) >= AccessLevel::kRead;
}

bool Permissions::MayRead(TypeId type, FieldId field) const {
  return MayRead(type) && (kind_ != Kind::kRole || !role_.Hides(type, field));
}

bool Permissions::MayWrite(TypeId type) const {
  if (kind_ != Kind::kRole) return kind_ == Kind::kAll;
  return role_.Level(type) == AccessLevel::kWrite;
}

bool Permissions::MayWrite(TypeId type, FieldId field) const {
  return MayWrite(type) && (kind_ != Kind::kRole || !role_.Hides(type, field));
}

bool Permissions::MayExport() const {
  return kind_ == Kind::kAll || (kind_ == Kind::kRole && role_.HasRight("export"));
}

bool Permissions::MayGovern() const {
  return kind_ == Kind::kAll || (kind_ == Kind::kRole && role_.HasRight("govern"));
}

}  // namespace relata
