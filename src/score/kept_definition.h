// SPDX-License-Identifier: Apache-2.0
//
// Definitions of scores, models and values as this room reads them, once a version.

#ifndef RELATA_SRC_SCORE_KEPT_DEFINITION_H_
#define RELATA_SRC_SCORE_KEPT_DEFINITION_H_

#include <memory>
#include <string_view>
#include <utility>

#include "engine/definitions.h"
#include "relata/engine/crm.h"

namespace relata::internal {

// The definition of `kind` called `name` as `read` (Definition to StatusOr<T>) understands it. T
// belongs to one kind. NotFound, and what `read` fails with.
template <class T, class Read>
absl::StatusOr<std::shared_ptr<const T>> KeptDefinition(const Crm& crm, std::string_view kind,
                                                        std::string_view name, const Read& read) {
  using Shared = std::shared_ptr<const T>;
  const auto shared = [&](const Definition& definition) -> absl::StatusOr<Shared> {
    RELATA_ASSIGN_OR_RETURN(T value, read(definition));
    return std::make_shared<const T>(std::move(value));
  };
  if (crm.as_of().today()) {
    const auto all = ParsedDefinitions<Shared>(crm, kind, shared);
    if (const auto found = all->find(name); found != all->end()) return found->second;
  }
  // Of the past nothing is kept: one is read, not all.
  RELATA_ASSIGN_OR_RETURN(const Definition definition, crm.FindDefinition(kind, name));
  return shared(definition);
}

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_KEPT_DEFINITION_H_
