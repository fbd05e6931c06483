// SPDX-License-Identifier: Apache-2.0
//
// Values as JSON and back.
//
//   null, bool, text       null, true, "text"
//   int, uint              a number, exact over all 64 bits
//   double                 a number, always with a point or exponent (1.0); NaN and infinities are
//                          the texts "NaN", "Infinity", "-Infinity"
//   bytes                  base64 text
//   timestamp, date        "2026-01-31T08:00:00Z", "2026-01-31"
//   duration               seconds as text: "5400s", "-1.5s"
//   period                 {"months": 3, "days": 0}
//   money                  {"amount": "12.50", "currency": "EUR"}
//   list, map              array; object whose names are the keys as text
//   type                   its CEL name
//   optional               the value, or null
//   record                 {"type": 3, "row": 17}: internal numbers, for tests; the engine shows
//                          public ids
//
// Pure functions; any thread.

#ifndef RELATA_EXPRESSION_JSON_H_
#define RELATA_EXPRESSION_JSON_H_

#include <string>
#include <string_view>

#include "relata/base/status.h"
#include "relata/model/value.h"

namespace relata {

// One line of JSON. Text that is not UTF-8 gets U+FFFD in place of what is wrong.
std::string ValueToJson(const Value& value);

// The value a JSON text stands for: null, bool, int, double, text, list, or map with text keys. A
// number without point and exponent is an int when it fits int64, a uint when it fits uint64, else
// a double. Nothing is guessed from text: instants and amounts arrive as text and are converted by
// the expression (timestamp(x), money(x, 'EUR')). InvalidArgument when it is no JSON, nests more
// than 200 levels, or repeats a name in an object.
absl::StatusOr<Value> ValueFromJson(std::string_view json);

}  // namespace relata

#endif  // RELATA_EXPRESSION_JSON_H_
