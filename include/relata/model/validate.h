// SPDX-License-Identifier: Apache-2.0
//
// Whether values may stand in a record: the rules that the schema itself states.
//
// Checked are the kind of the value, the picklist, text that is UTF-8 and within its limit, what is
// required, what is retired, and the target of links. Whether a unique value is taken and whether a
// linked record exists is decided where the records are, at commit. Rules that need an expression
// belong to the quality room.
//
// Pure functions; any thread.

#ifndef RELATA_MODEL_VALIDATE_H_
#define RELATA_MODEL_VALIDATE_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "relata/base/status.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"

namespace relata {

// The most bytes one text of a field may have.
inline constexpr size_t kMaxFieldText = 1 << 20;
// The most entries a list of texts may have.
inline constexpr size_t kMaxFieldList = 1'000;

// The kind of Value a field holds.
Value::Kind ValueKindOf(FieldKind kind);

// `value` as the field stores it: a choice given by its label in either language, or in another
// case, becomes its code ("Client" and "CUSTOMER" become "customer"); a whole number for a double
// field becomes a double. Any other value is returned as it is.
Value Canonical(const FieldDef& field, Value value);

// Why `value`, already canonical, may not stand in `field`: one sentence that does not repeat the
// field's name. Nothing when it may; null always may. A text that an open picklist does not know
// is accepted.
std::optional<std::string> WhyRefused(const Schema& schema, const FieldDef& field,
                                      const Value& value);

// kWhole: `values` are all a new record gets, so what is required must be among them. kPatch: they
// are changes to a record, so what is required must not be cleared. A required field with an
// initial value takes that one in both cases.
enum class Completeness : uint8_t { kWhole, kPatch };

// Everything wrong with `values` as fields of a record or event of `type`, in the order of the
// values, then what is missing in the order of the fields. `where` of an issue is "contact.email".
// Values are taken in their canonical form. A warning is a value that is accepted: unknown to an
// open picklist, or in a deprecated field.
std::vector<Issue> ValidateRecord(const Schema& schema, TypeId type,
                                  std::span<const std::pair<FieldId, Value>> values,
                                  Completeness completeness);

}  // namespace relata

#endif  // RELATA_MODEL_VALIDATE_H_
