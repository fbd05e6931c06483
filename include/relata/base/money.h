// SPDX-License-Identifier: Apache-2.0
//
// Amounts of money: an integer count of 1/10,000 of the major unit, and an ISO 4217 currency.
//
// Money is never floating. Two amounts add and compare only within one currency; converting needs a
// dated rate, which is a record of the graph and so not found here. An amount of zero without a
// currency is what an empty sum is: it equals zero in any currency.
//
// Values, immutable in use, safe to share.

#ifndef RELATA_BASE_MONEY_H_
#define RELATA_BASE_MONEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace relata {

// An ISO 4217 alphabetic code ("EUR"), or none.
class Currency {
 public:
  constexpr Currency() = default;

  // The currency written by three ASCII letters, any case; nothing for any other text.
  static constexpr std::optional<Currency> Parse(std::string_view code) {
    if (code.size() != 3) return std::nullopt;
    Currency c;
    for (int i = 0; i < 3; ++i) {
      char letter = code[static_cast<size_t>(i)];
      if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
      if (letter < 'A' || letter > 'Z') return std::nullopt;
      c.packed_ = static_cast<uint32_t>(c.packed_ << 8 | static_cast<unsigned char>(letter));
    }
    return c;
  }

  constexpr bool none() const { return packed_ == 0; }
  // Three letters packed big-endian into the low 24 bits; 0 for none. For columns and the wire.
  constexpr uint32_t packed() const { return packed_; }
  static constexpr Currency FromPacked(uint32_t packed) {
    Currency c;
    c.packed_ = packed;
    return c;
  }
  std::string ToString() const {
    if (none()) return "";
    return {static_cast<char>(packed_ >> 16), static_cast<char>(packed_ >> 8 & 0xff),
            static_cast<char>(packed_ & 0xff)};
  }

  friend constexpr auto operator<=>(Currency, Currency) = default;

 private:
  uint32_t packed_ = 0;
};

// `units` are 1/10,000 of the major unit: 12.34 EUR is {123'400, EUR}.
struct Money {
  static constexpr int64_t kUnitsPerMajor = 10'000;

  int64_t units = 0;
  Currency currency;

  friend constexpr bool operator==(const Money& a, const Money& b) {
    return a.units == b.units && (a.currency == b.currency || a.units == 0);
  }
};

// The sum, or nothing when the currencies differ (a zero without currency fits any) or it
// overflows.
constexpr std::optional<Money> Add(const Money& a, const Money& b) {
  if (!a.currency.none() && !b.currency.none() && a.currency != b.currency) {
    return std::nullopt;
  }
  Money sum{0, a.currency.none() ? b.currency : a.currency};
  if (__builtin_add_overflow(a.units, b.units, &sum.units)) return std::nullopt;
  return sum;
}

// `text` as an exact decimal amount ("1234.5", "-0.0001"): an optional sign, digits, at most one
// point and four decimals. Nothing when it is anything else or out of range. Exports as people
// write them ("1 234,56 EUR") are the importer's business (exchange/parse.h).
std::optional<Money> ParseMoney(std::string_view text, Currency currency);

// "1234.50 EUR": at least two decimals, four when needed, no grouping.
std::string FormatMoney(const Money& money);

// The number alone: "1234.50".
std::string FormatAmount(const Money& money);

}  // namespace relata

#endif  // RELATA_BASE_MONEY_H_
