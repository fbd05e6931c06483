// SPDX-License-Identifier: Apache-2.0
//
// Instants, lengths and numbers written as text, both ways.

#ifndef RELATA_SRC_EXPRESSION_TEXT_FORMS_H_
#define RELATA_SRC_EXPRESSION_TEXT_FORMS_H_

#include <optional>
#include <string>
#include <string_view>

#include "relata/base/time.h"

namespace relata::internal {

// RFC 3339 with an offset. Finer than a microsecond is refused; `why` says what is wrong.
std::optional<Timestamp> ParseTimestamp(std::string_view text, std::string* why);
// "2026-01-31", years 0001 to 9999.
std::optional<Date> ParseDate(std::string_view text);
// CEL's form: "1h30m", "-1.5s", "20ms", "7us", "0". Finer than a microsecond is refused.
std::optional<Duration> ParseDuration(std::string_view text, std::string* why);
// "5400s", "-1.5s".
std::string FormatSeconds(Duration d);
// The shortest decimal that reads back as the same double.
std::string FormatDouble(double v);
// "+02:00", "-0730", "UTC" or "Z" as seconds east of Greenwich; nothing for any other text.
std::optional<int32_t> ParseOffset(std::string_view text);

}  // namespace relata::internal

#endif  // RELATA_SRC_EXPRESSION_TEXT_FORMS_H_
