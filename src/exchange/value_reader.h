// SPDX-License-Identifier: Apache-2.0
//
// A cell as the value of a field.

#ifndef RELATA_SRC_EXCHANGE_VALUE_READER_H_
#define RELATA_SRC_EXCHANGE_VALUE_READER_H_

#include <string>
#include <string_view>

#include "relata/base/zone.h"
#include "relata/exchange/mapping.h"
#include "relata/model/schema.h"
#include "relata/model/value.h"

namespace relata::internal {

// What surrounds a cell: how its column is written, and what its row says about currency and
// country.
struct CellContext {
  CellFormat format;
  Currency currency;
  std::string_view country;
  Zone zone;
};

// The value, null when there is none. A problem is one line for people; beside it stands what could
// be read all the same.
struct Reading {
  Value value;
  std::string problem;
  bool currency_assumed = false;  // an amount beside which none stands, read in the context's
};

// Reads a trimmed, non-empty cell under `rule` into `field`, which is no link.
Reading ReadValue(std::string_view cell, const FieldDef& field, const ColumnRule& rule,
                  const CellContext& context);

// The plain rule for a field: its text as the kind asks.
inline ColumnRule RuleFor(std::string_view field) {
  ColumnRule rule;
  rule.field = std::string(field);
  return rule;
}

// "US Dollar", "€", "eur" -> USD, EUR, EUR; none for anything else.
Currency ReadCurrency(std::string_view cell);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_VALUE_READER_H_
