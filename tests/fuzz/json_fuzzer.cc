// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are read as each of the JSON texts that come from outside: a mapping, a declared type
// or field, a role, a file of consent questions. A mapping that is accepted is written and read to
// the same mapping.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relata/access/role.h"
#include "relata/consent/vectors.h"
#include "relata/crm/schema.h"
#include "relata/exchange/mapping.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const relata::Schema& schema = relata::StandardSchema();
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (auto mapping = relata::ParseMapping(json); mapping.ok()) {
    auto again = relata::ParseMapping(relata::FormatMapping(*mapping));
    if (!again.ok() || !(*again == *mapping)) std::abort();
  }
  (void)relata::ParseTypeDef(json);
  (void)relata::ParseFieldDef(json);
  (void)relata::Role::Parse("fuzzed", json, schema);
  (void)relata::ReplayVectors(json);
  return 0;
}
