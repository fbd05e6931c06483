// SPDX-License-Identifier: Apache-2.0
//
// Who looked at what, for the roles that ask for it.

#ifndef RELATA_SRC_ENGINE_ACCESS_LOG_H_
#define RELATA_SRC_ENGINE_ACCESS_LOG_H_

#include <string>
#include <string_view>
#include <vector>

#include "relata/engine/crm.h"
#include "relata/expression/expression.h"

namespace relata::internal {

// One access. It names records and fields, never values.
struct Access {
  std::string_view action;          // "search", "read", "decide"
  RecordRef subject;                // none: a population
  std::string type;                 // of the records looked at
  std::vector<std::string> fields;  // the personal ones, "contact.email"
  std::string detail;               // the rule of a decision
  Timestamp asked_at;
};

// Writes the access to the log "access" as a commit of its own when the reader's role says so
// ("log" of access/role.h); nothing otherwise. The commit is recorded right after the newest one:
// a question about another time must not move the database's. An access that cannot be written is
// not given: its status.
absl::Status LogAccess(const Crm& crm, const Actor& reader, const Access& access);

// The personal fields that a plan reads, through segments and scores too.
absl::StatusOr<std::vector<std::string>> PersonalFields(const Crm& crm, const Plan& plan);
// Those of a type.
std::vector<std::string> PersonalFields(const TypeDef& type);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_ACCESS_LOG_H_
