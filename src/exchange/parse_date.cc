// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <string>

#include "exchange/date_text.h"
#include "exchange/number_text.h"
#include "relata/base/text.h"
#include "relata/exchange/parse.h"

namespace relata {
namespace internal {
namespace {

constexpr size_t kLongestDate = 48;

// Beginnings that are unique among month names in English and French, folded.
struct MonthName {
  std::string_view start;
  int32_t month;
};
constexpr std::array kMonths = {
    MonthName{"jan", 1},  MonthName{"feb", 2},  MonthName{"fev", 2},  MonthName{"mar", 3},
    MonthName{"apr", 4},  MonthName{"avr", 4},  MonthName{"may", 5},  MonthName{"mai", 5},
    MonthName{"june", 6}, MonthName{"jun", 6},  MonthName{"juin", 6}, MonthName{"july", 7},
    MonthName{"jul", 7},  MonthName{"juil", 7}, MonthName{"aug", 8},  MonthName{"aou", 8},
    MonthName{"sep", 9},  MonthName{"oct", 10}, MonthName{"nov", 11}, MonthName{"dec", 12}};
constexpr std::array<std::string_view, 14> kWeekdays = {"mon", "tue", "wed", "thu", "fri",
                                                        "sat", "sun", "lun", "mar", "mer",
                                                        "jeu", "ven", "sam", "dim"};
constexpr std::array<std::string_view, 26> kFullMonths = {
    "january", "february",  "march",    "april",    "may",      "june",    "july",
    "august",  "september", "october",  "november", "december", "janvier", "fevrier",
    "mars",    "avril",     "mai",      "juin",     "juillet",  "aout",    "septembre",
    "octobre", "novembre",  "decembre", "sept",     "fevr"};

// A month by its name or an abbreviation of it; 0 for any other word.
int32_t Month(std::string_view word) {
  if (word.size() < 3) return 0;
  bool is_start = false;
  for (const std::string_view full : kFullMonths) is_start |= full.substr(0, word.size()) == word;
  if (!is_start) return 0;
  int32_t month = 0;
  for (const MonthName& name : kMonths) {
    if (word.substr(0, name.start.size()) == name.start) month = name.month;
  }
  return month;
}

bool IsWeekday(std::string_view word) {
  for (const std::string_view day : kWeekdays) {
    if (word.substr(0, 3) == day) return true;
  }
  return false;
}

// Reads a folded date from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return pos_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[pos_]; }
  bool Take(char c) {
    if (peek() != c) return false;
    ++pos_;
    return true;
  }
  // Any of `set`, as often as it comes.
  size_t TakeAny(std::string_view set) {
    const size_t start = pos_;
    while (!done() && set.find(text_[pos_]) != std::string_view::npos) ++pos_;
    return pos_ - start;
  }
  // Up to `longest` digits; -1 when there is none.
  int32_t Digits(int longest, int* count) {
    int32_t value = 0;
    *count = 0;
    while (*count < longest && peek() >= '0' && peek() <= '9') {
      value = value * 10 + (text_[pos_++] - '0');
      ++*count;
    }
    return *count == 0 ? -1 : value;
  }
  std::string_view Word() {
    const size_t start = pos_;
    while (peek() >= 'a' && peek() <= 'z') ++pos_;
    return text_.substr(start, pos_ - start);
  }
  size_t pos() const { return pos_; }
  void Reset(size_t pos) { pos_ = pos; }

 private:
  std::string_view text_;
  size_t pos_ = 0;
};

bool IsYear(int32_t value, int digits) { return value >= 0 && (digits == 4 || digits == 2); }

// "16 apr, 2021", "1er mars 2021", "16-apr-21": behind the day.
bool DayThenMonthName(Scanner& in, int32_t day, DateText* date) {
  in.TakeAny(" -./");
  std::string_view word = in.Word();
  if (word == "er" || word == "st" || word == "nd" || word == "rd" || word == "th") {
    in.TakeAny(" ");
    word = in.Word();
  }
  if (word == "of" || word == "de") {
    in.TakeAny(" ");
    word = in.Word();
  }
  date->ordered = true;
  date->first = Month(word);
  date->second = day;
  in.TakeAny(" ,-./");
  date->year = in.Digits(4, &date->year_digits);
  return date->first > 0 && IsYear(date->year, date->year_digits);
}

// "apr 16, 2021": behind the month.
bool MonthNameFirst(Scanner& in, int32_t month, DateText* date) {
  in.TakeAny(" .-");
  int digits = 0;
  date->ordered = true;
  date->first = month;
  date->second = in.Digits(2, &digits);
  const std::string_view ordinal = in.Word();
  if (!ordinal.empty() && ordinal != "st" && ordinal != "nd" && ordinal != "rd" &&
      ordinal != "th") {
    return false;
  }
  if (in.TakeAny(" ,-.") == 0) return false;
  date->year = in.Digits(4, &date->year_digits);
  return date->second > 0 && IsYear(date->year, date->year_digits);
}

// "2021-04-16", "20210416", "16/04/2021", "4/16/21": behind nothing.
bool Numeric(Scanner& in, DateText* date) {
  int digits = 0;
  const int32_t a = in.Digits(8, &digits);
  if (digits == 8) {
    date->ordered = true;
    date->year = a / 10'000;
    date->first = a / 100 % 100;
    date->second = a % 100;
    return true;
  }
  const char separator = in.peek();
  if (digits == 4 && (separator == '-' || separator == '/' || separator == '.')) {
    date->ordered = true;
    date->year = a;
    in.Take(separator);
    date->first = in.Digits(2, &digits);
    if (!in.Take(separator)) return false;
    date->second = in.Digits(2, &digits);
    return date->second > 0;
  }
  if (digits > 2) return false;
  if (separator != '/' && separator != '-' && separator != '.') {
    return DayThenMonthName(in, a, date);
  }
  const size_t before = in.pos();
  in.Take(separator);
  date->first = a;
  date->second = in.Digits(2, &digits);
  if (date->second < 0) {
    in.Reset(before);
    return DayThenMonthName(in, a, date);
  }
  if (!in.Take(separator)) return false;
  date->year = in.Digits(4, &date->year_digits);
  return IsYear(date->year, date->year_digits);
}

bool Offset(Scanner& in, DateText* date) {
  in.TakeAny(" ");
  if (in.done()) return true;
  if (in.Take('z')) {
    date->utc_offset = Duration{};
    return in.done();
  }
  const std::string_view word = in.Word();
  if (!word.empty() && word != "utc" && word != "gmt") return false;
  if (!word.empty()) date->utc_offset = Duration{};
  if (in.done()) return true;
  const bool west = in.peek() == '-';
  if (!in.Take('+') && !in.Take('-')) return false;
  int digits = 0;
  const int32_t hours = in.Digits(2, &digits);
  in.Take(':');
  int32_t minutes = in.Digits(2, &digits);
  if (minutes < 0) minutes = 0;
  if (hours < 0 || hours > 18 || minutes > 59 || !in.done()) return false;
  const Duration offset = Minutes(int64_t{hours} * 60 + minutes);
  date->utc_offset = west ? Duration{-offset.micros} : offset;
  return true;
}

// Behind the date: nothing, or a time of day in 24 or 12 hours, with or without an offset.
bool TimeOfDay(Scanner& in, DateText* date) {
  if (in.TakeAny(" ,") + (in.Take('t') ? 1 : 0) == 0 && !in.done()) return false;
  if (in.done()) return true;
  const size_t before = in.pos();
  if (in.Word() != "a") {  // "le 3 mars a 14h30"
    in.Reset(before);
  } else {
    in.TakeAny(" ");
  }
  int digits = 0;
  int32_t hour = in.Digits(2, &digits);
  if (hour < 0 || (!in.Take(':') && !in.Take('h'))) return false;
  const int32_t minute = in.Digits(2, &digits);
  int32_t second = 0;
  int64_t micros = 0;
  if (in.Take(':')) second = in.Digits(2, &digits);
  if (in.Take('.') || in.Take(',')) {
    micros = in.Digits(6, &digits);
    for (; digits < 6; ++digits) micros *= 10;
    in.TakeAny("0123456789");
  }
  in.TakeAny(" ");
  if (in.peek() == 'a' || in.peek() == 'p') {
    const bool afternoon = in.peek() == 'p';
    if (hour < 1 || hour > 12) return false;
    in.Take(in.peek());
    in.Take('.');
    if (!in.Take('m')) return false;
    in.Take('.');
    hour = hour % 12 + (afternoon ? 12 : 0);
  }
  if (hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || micros < 0) {
    return false;
  }
  date->has_time = true;
  date->time_of_day =
      Duration{Hours(hour).micros + Minutes(minute).micros + Seconds(second).micros + micros};
  return Offset(in, date);
}

}  // namespace

std::optional<DateText> ReadDateText(std::string_view cell) {
  cell = TrimSpace(cell);
  if (cell.size() < 6 || cell.size() > kLongestDate) return std::nullopt;
  const std::string folded = Fold(cell);
  Scanner in(folded);
  DateText date;
  bool read = false;
  std::string_view word = in.Word();
  if (!word.empty() && (word == "le" || (IsWeekday(word) && Month(word) == 0) ||
                        (word == "mardi" || word == "mar"))) {
    // A weekday in front; "mar" is Tuesday only when a number and a month follow.
    const size_t behind = in.pos();
    in.TakeAny(" ,.");
    read = Numeric(in, &date);
    if (!read) in.Reset(behind);
  } else if (word.empty()) {
    read = Numeric(in, &date);
  }
  if (!read) {
    if (const int32_t month = Month(word); month > 0) read = MonthNameFirst(in, month, &date);
  }
  if (!read || !TimeOfDay(in, &date)) return std::nullopt;
  return date;
}

}  // namespace internal

namespace {

std::optional<Date> Resolve(const internal::DateText& text, const CellFormat& format) {
  CivilDay day{text.year, text.first, text.second};
  if (text.year_digits == 2) day.year += text.year <= format.last_short_year ? 2000 : 1900;
  if (!text.ordered) {
    const bool first_is_day =
        text.first > 12 || (text.second <= 12 && format.date_order == DateOrder::kDayFirst);
    if (text.first <= 12 && text.second <= 12 && text.first != text.second &&
        format.date_order == DateOrder::kUnknown) {
      return std::nullopt;
    }
    if (first_is_day) std::swap(day.month, day.day);
  }
  if (!IsValid(day)) return std::nullopt;
  return ToDate(day);
}

}  // namespace

std::optional<DateTimeText> ParseDateTime(std::string_view cell, const CellFormat& format) {
  const auto text = internal::ReadDateText(cell);
  if (!text) return std::nullopt;
  const auto date = Resolve(*text, format);
  if (!date) return std::nullopt;
  return DateTimeText{*date, text->has_time, text->time_of_day, text->utc_offset};
}

Timestamp DateTimeText::ToTimestamp(Duration if_none_written) const {
  const Duration offset = utc_offset.value_or(has_time ? if_none_written : Duration{});
  return UtcMidnight(date) + time_of_day - offset;
}

void FormatEvidence::Add(std::string_view cell) {
  if (const auto date = internal::ReadDateText(cell)) {
    if (date->ordered) return;
    const bool day_first = date->first > 12 && date->second <= 12;
    const bool month_first = date->second > 12 && date->first <= 12;
    day_first_ += day_first;
    month_first_ += month_first;
    either_order_ += !day_first && !month_first && date->first != date->second;
    return;
  }
  if (const auto number = internal::ReadNumberText(cell)) {
    switch (internal::UseOfMarks(number->core)) {
      case internal::MarkUse::kNone:
        break;
      case internal::MarkUse::kPointIsDecimal:
        ++point_;
        break;
      case internal::MarkUse::kCommaIsDecimal:
        ++comma_;
        break;
      case internal::MarkUse::kEither:
        ++either_mark_;
        break;
    }
  }
}

void FormatEvidence::Add(const FormatEvidence& other) {
  day_first_ += other.day_first_;
  month_first_ += other.month_first_;
  either_order_ += other.either_order_;
  point_ += other.point_;
  comma_ += other.comma_;
  either_mark_ += other.either_mark_;
}

DateOrder FormatEvidence::date_order() const {
  if ((day_first_ > 0) == (month_first_ > 0)) return DateOrder::kUnknown;
  return day_first_ > 0 ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
}

DecimalMark FormatEvidence::decimal_mark() const {
  if ((point_ > 0) == (comma_ > 0)) return DecimalMark::kUnknown;
  return point_ > 0 ? DecimalMark::kPoint : DecimalMark::kComma;
}

bool FormatEvidence::ambiguous_dates() const {
  return either_order_ > 0 && date_order() == DateOrder::kUnknown;
}

bool FormatEvidence::ambiguous_numbers() const {
  return either_mark_ > 0 && decimal_mark() == DecimalMark::kUnknown;
}

}  // namespace relata
