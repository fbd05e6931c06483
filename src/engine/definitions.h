// SPDX-License-Identifier: Apache-2.0
//
// Definitions read once a version: what a room makes of the text is kept by the engine and shared
// until a definition of the kind changes.

#ifndef RELATA_SRC_ENGINE_DEFINITIONS_H_
#define RELATA_SRC_ENGINE_DEFINITIONS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"

namespace relata::internal {

using MakeParsed = std::function<std::shared_ptr<const void>(const std::vector<Definition>&)>;
std::shared_ptr<const void> ParsedAs(const Crm& crm, std::string_view kind, std::type_index as,
                                     const MakeParsed& make);

// Every definition of `kind` that is not retired, by name, as `parse` (a function of a Definition
// that returns StatusOr<T>) reads it. A type T belongs to one kind and one parser. A commit sees
// the definitions that it writes.
template <class T, class Parse>
std::shared_ptr<const std::map<std::string, absl::StatusOr<T>, std::less<>>> ParsedDefinitions(
    const Crm& crm, std::string_view kind, const Parse& parse) {
  using Parsed = std::map<std::string, absl::StatusOr<T>, std::less<>>;
  return std::static_pointer_cast<const Parsed>(
      ParsedAs(crm, kind, typeid(T), [&](const std::vector<Definition>& definitions) {
        auto parsed = std::make_shared<Parsed>();
        for (const Definition& d : definitions) parsed->emplace(d.name, parse(d));
        return std::shared_ptr<const void>(std::move(parsed));
      }));
}

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_DEFINITIONS_H_
