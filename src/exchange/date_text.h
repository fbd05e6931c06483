// SPDX-License-Identifier: Apache-2.0
//
// The parts of a written date, before it is decided which of them is the day.

#ifndef RELATA_SRC_EXCHANGE_DATE_TEXT_H_
#define RELATA_SRC_EXCHANGE_DATE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "relata/base/time.h"

namespace relata::internal {

// Year, month and day where their order is known (`ordered`); else the first two numbers of an
// "a/b/year" as written.
struct DateText {
  bool ordered = false;
  int32_t year = 0;
  int32_t year_digits = 4;
  int32_t first = 0;   // month when ordered
  int32_t second = 0;  // day when ordered
  bool has_time = false;
  Duration time_of_day;
  std::optional<Duration> utc_offset;
};

// Nothing when `cell` does not have the form of a date.
std::optional<DateText> ReadDateText(std::string_view cell);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXCHANGE_DATE_TEXT_H_
