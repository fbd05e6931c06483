// SPDX-License-Identifier: Apache-2.0

#include "relata/base/money.h"

#include <cstdlib>

#include "base/strings.h"

namespace relata {

std::optional<Money> ParseMoney(std::string_view text, Currency currency) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  int64_t units = 0;
  int decimals = -1;  // -1 before the point
  bool any = false;
  for (char c : text) {
    if (c == '.') {
      if (decimals >= 0 || !any) return std::nullopt;
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (decimals >= 0 && ++decimals > 4) return std::nullopt;
    any = true;
    const int digit = negative ? -(c - '0') : c - '0';
    if (__builtin_mul_overflow(units, int64_t{10}, &units) ||
        __builtin_add_overflow(units, int64_t{digit}, &units)) {
      return std::nullopt;
    }
  }
  if (!any || decimals == 0) return std::nullopt;
  for (int i = decimals < 0 ? 0 : decimals; i < 4; ++i) {
    if (__builtin_mul_overflow(units, int64_t{10}, &units)) return std::nullopt;
  }
  return Money{units, currency};
}

std::string FormatAmount(const Money& money) {
  const bool negative = money.units < 0;
  const uint64_t magnitude =
      negative ? ~static_cast<uint64_t>(money.units) + 1 : static_cast<uint64_t>(money.units);
  std::string decimals = std::to_string(magnitude % Money::kUnitsPerMajor);
  decimals.insert(0, 4 - decimals.size(), '0');
  while (decimals.size() > 2 && decimals.back() == '0') decimals.pop_back();
  return internal::Concat(negative ? "-" : "", magnitude / Money::kUnitsPerMajor, ".", decimals);
}

std::string FormatMoney(const Money& money) {
  if (money.currency.none()) return FormatAmount(money);
  return internal::Concat(FormatAmount(money), " ", money.currency.ToString());
}

}  // namespace relata
