// SPDX-License-Identifier: Apache-2.0
//
// Reading a cell: numbers, amounts, dates and yes/no as people and their tools write them, in
// English and French.
//
// One cell alone can be ambiguous: "03/04/2021" is the third of April or the fourth of March, and
// "1,234" is a thousand or one and a bit. A column as a whole seldom is. So every reading takes a
// CellFormat, and a FormatEvidence that has seen all values of a column says which one holds, or
// that the column does not tell.
//
// Functions give nothing for text that is not what was asked for; they never guess a part of it.
// Pure; any thread. FormatEvidence is thread-compatible.

#ifndef RELATA_EXCHANGE_PARSE_H_
#define RELATA_EXCHANGE_PARSE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "relata/base/money.h"
#include "relata/base/time.h"

namespace relata {

enum class DateOrder : uint8_t { kUnknown, kDayFirst, kMonthFirst };
enum class DecimalMark : uint8_t { kUnknown, kPoint, kComma };

// How the cells of one column are to be read. Unknown date order: only dates that can be read one
// way are. Unknown decimal mark: "1,234" is 1234 and "1.234" is 1.234.
struct CellFormat {
  DateOrder date_order = DateOrder::kUnknown;
  DecimalMark decimal_mark = DecimalMark::kUnknown;
  // Years of two digits up to this one belong to 2000-2099, the others to 1900-1999.
  int32_t last_short_year = 69;

  friend bool operator==(const CellFormat&, const CellFormat&) = default;
};

// A decimal number, exactly as written: digits * 10^exponent.
struct Number {
  int64_t digits = 0;
  int32_t exponent = 0;
  Currency currency;     // "$", "€", "EUR": what was written beside it
  bool percent = false;  // "45 %" has digits 45

  double ToDouble() const;
  // Rounded half away from zero; nothing when out of range.
  std::optional<Money> ToMoney(Currency if_none_written) const;
  // The whole number, or nothing when it has decimals or is out of range.
  std::optional<int64_t> ToInt() const;
};

// "1 234,56", "$22,700.00", "$342.09K", "(1,234.50)", "12 k€", "45 %", "1'234.50", "-5", "3.2 M".
// Any Unicode space may group digits. A dollar sign is USD.
std::optional<Number> ParseNumber(std::string_view cell, const CellFormat& format);

// Yes/No, Oui/Non, Y/N, O/N, True/False, Vrai/Faux, 1/0, X; in any case.
std::optional<bool> ParseYesNo(std::string_view cell);

// A civil moment as written, and how far from UTC when that was written too.
struct DateTimeText {
  Date date;
  bool has_time = false;
  Duration time_of_day;
  std::optional<Duration> utc_offset;  // "Z", "+0200"

  // The instant; where no offset was written, `if_none_written` (east is positive) applies.
  Timestamp ToTimestamp(Duration if_none_written = {}) const;
};

// "2021-04-16", "2020-08-04T23:12:00.000+0000", "16 Apr, 2021 00:02:00", "April 16, 2021",
// "1er mars 2021", "16/04/2021 14h30", "5/20/2024 7:42", "02/23/26 08:55 PM", "20210416".
std::optional<DateTimeText> ParseDateTime(std::string_view cell, const CellFormat& format);

// What all values of one column say together about how they are written.
class FormatEvidence {
 public:
  // Takes one value of the column into account.
  void Add(std::string_view cell);
  // Takes another column of the same file into account.
  void Add(const FormatEvidence& other);

  // Decided by at least one value and contradicted by none; else unknown.
  DateOrder date_order() const;
  DecimalMark decimal_mark() const;
  // Values that can be read both ways stand in a column that does not decide (or contradicts
  // itself, which `contradictory_dates` tells apart).
  bool ambiguous_dates() const;
  bool ambiguous_numbers() const;
  bool contradictory_dates() const { return day_first_ > 0 && month_first_ > 0; }

 private:
  int64_t day_first_ = 0;
  int64_t month_first_ = 0;
  int64_t either_order_ = 0;
  int64_t point_ = 0;
  int64_t comma_ = 0;
  int64_t either_mark_ = 0;
};

}  // namespace relata

#endif  // RELATA_EXCHANGE_PARSE_H_
