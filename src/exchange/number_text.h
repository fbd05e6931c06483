// SPDX-License-Identifier: Apache-2.0
//
// The parts of a written number, before it is decided which mark is the decimal one.

#ifndef RELATA_SRC_EXCHANGE_NUMBER_TEXT_H_
#define RELATA_SRC_EXCHANGE_NUMBER_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "relata/base/money.h"

namespace relata::internal {

struct NumberText {
  std::string core;  // digits, points, commas, apostrophes and blanks
  bool negative = false;
  bool percent = false;
  int32_t magnitude = 0;  // 3 for "k", 6 for "M"
  Currency currency;
};

// Nothing when `cell` is not a number with at most a sign, a currency and a unit around it.
std::optional<NumberText> ReadNumberText(std::string_view cell);

enum class MarkUse : uint8_t { kNone, kPointIsDecimal, kCommaIsDecimal, kEither };

// What the points and commas of `core` say about which of them is the decimal mark.
MarkUse UseOfMarks(std::string_view core);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_NUMBER_TEXT_H_
