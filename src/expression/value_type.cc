// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/value_type.h"

namespace relata {

std::string ToString(const ValueType& type) {
  constexpr std::string_view kNames[] = {
      "dyn",   "null_type", "bool",     "int",  "uint",          "double", "string",
      "bytes", "timestamp", "duration", "date", "period",        "money",  "record",
      "event", "list",      "map",      "type", "optional_type", "",       "T"};
  std::string out(kNames[static_cast<size_t>(type.kind)]);
  if (type.is(ValueType::Kind::kAbstract)) out = type.name;
  if (type.is(ValueType::Kind::kVariable)) out += std::to_string(type.variable);
  if (!type.parameters.empty()) {
    out += '(';
    for (size_t i = 0; i < type.parameters.size(); ++i) {
      if (i > 0) out += ", ";
      out += ToString(type.parameters[i]);
    }
    out += ')';
  }
  if (type.nullable) out += '?';
  return out;
}

}  // namespace relata
