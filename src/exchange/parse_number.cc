// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "exchange/number_text.h"
#include "relata/base/text.h"
#include "relata/exchange/parse.h"

namespace relata {
namespace internal {
namespace {

constexpr size_t kLongestNumber = 64;

struct Symbol {
  std::string_view text;
  char as;
};

// What stands beside or inside numbers in more than one byte, as one ASCII character each.
constexpr std::array kSymbols = {
    Symbol{"\u00A0", ' '}, Symbol{"\u202F", ' '},  Symbol{"\u2009", ' '},
    Symbol{"\u2007", ' '}, Symbol{"\u2019", '\''}, Symbol{"\u2212", '-'},
    Symbol{"\u20AC", 'E'}, Symbol{"\u00A3", 'P'},  Symbol{"\u00A5", 'Y'}};

std::optional<Currency> SymbolCurrency(char c) {
  switch (c) {
    case '$':
      return Currency::Parse("USD");
    case 'E':
      return Currency::Parse("EUR");
    case 'P':
      return Currency::Parse("GBP");
    case 'Y':
      return Currency::Parse("JPY");
    default:
      return std::nullopt;
  }
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCore(char c) { return IsDigit(c) || c == '.' || c == ',' || c == '\'' || c == ' '; }

// The cell in lower-case ASCII, symbols in upper case; empty when anything else is in it.
std::string Simplify(std::string_view cell) {
  std::string out;
  if (cell.size() > kLongestNumber) return out;
  for (size_t i = 0; i < cell.size();) {
    const char c = cell[i];
    if (!(c & 0x80)) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      ++i;
      continue;
    }
    bool known = false;
    for (const Symbol& symbol : kSymbols) {
      if (cell.substr(i, symbol.text.size()) == symbol.text) {
        out += symbol.as;
        i += symbol.text.size();
        known = true;
        break;
      }
    }
    if (!known) return "";
  }
  return out;
}

std::string_view Trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

// The currency, magnitude or unit written before or after the digits. False when it is neither.
bool TakeUnit(std::string_view unit, NumberText* text) {
  unit = Trim(unit);
  if (unit.empty()) return true;
  if (const auto currency = SymbolCurrency(unit.front())) {
    text->currency = *currency;
    return TakeUnit(unit.substr(1), text);
  }
  if (const auto currency = SymbolCurrency(unit.back())) {
    text->currency = *currency;
    return TakeUnit(unit.substr(0, unit.size() - 1), text);
  }
  if (unit == "%") return text->percent = true;
  if (unit == "k" || unit == "m" || unit == "mn" || unit == "b" || unit == "bn" || unit == "md") {
    text->magnitude = unit == "k" ? 3 : unit[0] == 'm' && unit != "md" ? 6 : 9;
    return true;
  }
  if (unit == "us" && text->currency == *Currency::Parse("USD")) return true;  // US$
  if (unit == "ht" || unit == "ttc") return true;  // before and after tax, in French
  if (unit == "euro" || unit == "euros") unit = "eur";
  // Only codes in wide use: any three letters would make a number of every product name.
  for (const std::string_view code : {"eur", "usd", "gbp", "chf", "cad", "jpy", "aud", "sek", "nok",
                                      "dkk", "pln", "czk", "cny", "inr", "brl", "mad", "xof"}) {
    if (unit.substr(0, 3) != code && unit.substr(unit.size() < 3 ? 0 : unit.size() - 3) != code) {
      continue;
    }
    text->currency = *Currency::Parse(code);
    return TakeUnit(unit.substr(0, 3) == code ? unit.substr(3) : unit.substr(0, unit.size() - 3),
                    text);
  }
  return false;
}

}  // namespace

std::optional<NumberText> ReadNumberText(std::string_view cell) {
  const std::string simple = Simplify(TrimSpace(cell));
  std::string_view s = Trim(simple);
  NumberText text;
  if (s.size() > 2 && s.front() == '(' && s.back() == ')') {
    text.negative = true;
    s = Trim(s.substr(1, s.size() - 2));
  }
  size_t first = 0;
  while (first < s.size() && !IsDigit(s[first])) ++first;
  if (first == s.size()) return std::nullopt;
  if (first > 0 && s[first - 1] == '.') --first;  // ".5"
  size_t last = first;
  while (last < s.size() && IsCore(s[last])) ++last;
  std::string before(s.substr(0, first));
  std::string after(s.substr(last));
  // A sign may stand before or behind the currency, or behind the number.
  for (std::string* side : {&before, &after}) {
    const size_t sign = side->find_first_of("+-");
    if (sign == std::string::npos) continue;
    if (text.negative || (side == &after && Trim(after) != "-")) return std::nullopt;
    text.negative = (*side)[sign] == '-';
    side->erase(sign, 1);
  }
  if (!TakeUnit(before, &text) || !TakeUnit(after, &text)) return std::nullopt;
  text.core = std::string(Trim(s.substr(first, last - first)));
  return text;
}

MarkUse UseOfMarks(std::string_view core) {
  const size_t comma = core.rfind(',');
  const size_t point = core.rfind('.');
  if (comma == std::string_view::npos && point == std::string_view::npos) return MarkUse::kNone;
  if (comma != std::string_view::npos && point != std::string_view::npos) {
    return comma > point ? MarkUse::kCommaIsDecimal : MarkUse::kPointIsDecimal;
  }
  const bool is_comma = comma != std::string_view::npos;
  const char mark = is_comma ? ',' : '.';
  const size_t at = is_comma ? comma : point;
  const MarkUse decimal = is_comma ? MarkUse::kCommaIsDecimal : MarkUse::kPointIsDecimal;
  const MarkUse grouping = is_comma ? MarkUse::kPointIsDecimal : MarkUse::kCommaIsDecimal;
  if (core.find(mark) != at) return grouping;
  const bool could_group = core.size() - at - 1 == 3 && at >= 1 && at <= 3 && core[0] != '0' &&
                           core.find_first_of(" '") == std::string_view::npos;
  return could_group ? MarkUse::kEither : decimal;
}

}  // namespace internal

namespace {

// Grouping is right when every group behind the first has three digits (two in the Indian way,
// save the last).
bool GroupsAreRight(std::string_view whole) {
  size_t run = 0;
  bool grouped = false;
  for (size_t i = whole.size(); i-- > 0;) {
    if (whole[i] >= '0' && whole[i] <= '9') {
      ++run;
      continue;
    }
    if (grouped ? run != 2 && run != 3 : run != 3) return false;
    grouped = true;
    run = 0;
  }
  return !grouped || run > 0;
}

}  // namespace

std::optional<Number> ParseNumber(std::string_view cell, const CellFormat& format) {
  const auto text = internal::ReadNumberText(cell);
  if (!text) return std::nullopt;
  internal::MarkUse use = internal::UseOfMarks(text->core);
  if (use == internal::MarkUse::kEither) {
    use = format.decimal_mark == DecimalMark::kComma ? internal::MarkUse::kCommaIsDecimal
                                                     : internal::MarkUse::kPointIsDecimal;
  }
  const char mark = use == internal::MarkUse::kCommaIsDecimal ? ',' : '.';
  const std::string_view core = text->core;
  const size_t at = core.find(mark);
  if (at != std::string_view::npos && core.find(mark, at + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  if (!GroupsAreRight(core.substr(0, at))) return std::nullopt;
  Number number{0, text->magnitude, text->currency, text->percent};
  for (size_t i = 0; i < core.size(); ++i) {
    const char c = core[i];
    if (c < '0' || c > '9') {
      if (i > at) return std::nullopt;  // grouping behind the decimal mark
      continue;
    }
    if (__builtin_mul_overflow(number.digits, 10, &number.digits) ||
        __builtin_add_overflow(number.digits, c - '0', &number.digits)) {
      return std::nullopt;
    }
    if (at != std::string_view::npos && i > at) --number.exponent;
  }
  if (text->negative) number.digits = -number.digits;
  return number;
}

double Number::ToDouble() const {
  // Division by an exact power of ten rounds once; multiplication by its inverse twice.
  const double scale = std::pow(10.0, std::abs(exponent));
  return exponent < 0 ? static_cast<double>(digits) / scale : static_cast<double>(digits) * scale;
}

namespace {

// digits * 10^exponent as an integer, rounded half away from zero; nothing when out of range.
std::optional<int64_t> Scale(int64_t digits, int32_t exponent, bool* exact) {
  *exact = true;
  for (; exponent > 0; --exponent) {
    if (__builtin_mul_overflow(digits, 10, &digits)) return std::nullopt;
  }
  int64_t divisor = 1;
  for (; exponent < 0; ++exponent) {
    if (__builtin_mul_overflow(divisor, 10, &divisor)) {
      *exact = digits == 0;
      return 0;
    }
  }
  const int64_t rest = digits % divisor;
  *exact = rest == 0;
  const int64_t away = std::abs(rest) >= divisor - std::abs(rest) ? (digits < 0 ? -1 : 1) : 0;
  return digits / divisor + (divisor > 1 ? away : 0);
}

}  // namespace

std::optional<Money> Number::ToMoney(Currency if_none_written) const {
  bool exact = false;
  const auto units = Scale(digits, exponent + 4, &exact);
  if (!units) return std::nullopt;
  return Money{*units, currency.none() ? if_none_written : currency};
}

std::optional<int64_t> Number::ToInt() const {
  bool exact = false;
  const auto whole = Scale(digits, exponent, &exact);
  return exact ? whole : std::nullopt;
}

std::optional<bool> ParseYesNo(std::string_view cell) {
  cell = TrimSpace(cell);
  if (cell.empty() || cell.size() > 8) return std::nullopt;
  const std::string word = Fold(cell);
  for (const std::string_view yes : {"yes", "y", "oui", "o", "true", "vrai", "t", "1", "x"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"no", "n", "non", "false", "faux", "f", "0"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

}  // namespace relata
