// SPDX-License-Identifier: Apache-2.0
//
// Who does something, or asks something.
//
// Every commit names its actor, and every question may name its reader: roles decide what either
// may do. Until a tenant defines its first role every named actor may do everything. Plain data.

#ifndef RELATA_MODEL_ACTOR_H_
#define RELATA_MODEL_ACTOR_H_

#include <cstdint>
#include <string>
#include <utility>

namespace relata {

struct Actor {
  enum class Kind : uint8_t {
    kUser,    // a person of ours, by login
    kSystem,  // the host's own code, a job, an import
  };

  Kind kind = Kind::kSystem;
  std::string name;
  std::string role;  // the role the actor acts in; "" is none

  static Actor User(std::string name, std::string role = "") {
    return {Kind::kUser, std::move(name), std::move(role)};
  }
  static Actor System(std::string name) { return {Kind::kSystem, std::move(name), ""}; }

  // "user:amelie", "user:amelie/sales", "system:import": how a commit records it.
  std::string ToString() const {
    return (kind == Kind::kUser ? "user:" : "system:") + name + (role.empty() ? "" : "/" + role);
  }
};

}  // namespace relata

#endif  // RELATA_MODEL_ACTOR_H_
