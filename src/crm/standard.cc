// SPDX-License-Identifier: Apache-2.0
#include "relata/crm/standard.h"

#include <utility>

#include "relata/crm/schema.h"

namespace relata {

const Schema& StandardSchema() {
  // Never destroyed, so that it can be used while a program ends. The declarations are constants
  // and a test builds them; should one be wrong the empty schema says so at the first use of any
  // type.
  static const Schema& schema = *new Schema([] {
    absl::StatusOr<Schema> built = Schema().WithTypes(crm::kStandardTypes);
    return built.ok() ? *std::move(built) : Schema();
  }());
  return schema;
}

}  // namespace relata
