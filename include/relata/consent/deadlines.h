// SPDX-License-Identifier: Apache-2.0
//
// The clocks of privacy law: by when a request must be answered, a breach notified, an opt-out take
// effect, a record go.
//
// Day 0 is the day of the event and is not counted. Only some clocks move a due day that falls on a
// Saturday, Sunday or holiday (Reg. (EEC, Euratom) 1182/71 article 3(4)), and holidays are those
// the caller gives: none is built in. constexpr and pure.

#ifndef RELATA_CONSENT_DEADLINES_H_
#define RELATA_CONSENT_DEADLINES_H_

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "relata/base/time.h"

namespace relata {

// How a due day is found.
enum class ClockKind : uint8_t {
  kMonthsRolling = 0,  // + months, then forward to a working day (GDPR 12(3))
  kHours,              // + hours from an instant, week-ends included (GDPR 33(1))
  kBusinessDays,       // the nth business day (CAN-SPAM, TCPA, CASL, CCPA opt-out)
  kDays,               // + calendar days (CCPA requests)
  kMonths,             // + months, clamped, no rolling (notice, retention, proof)
  kFiscalMonths,       // + months from the end of the fiscal year (C. com. L123-22)
};

struct Clock {
  ClockKind kind = ClockKind::kMonths;
  int32_t amount = 0;

  friend constexpr bool operator==(const Clock&, const Clock&) = default;
};

// The clock called "dsar_1m", "dsar_extended_3m", "breach_72h", "fr_accounting_10y", "bd_N",
// "days_N" or "months_N" (N up to 9999); nothing for any other name.
constexpr std::optional<Clock> ParseClock(std::string_view name) {
  if (name == "dsar_1m") return Clock{ClockKind::kMonthsRolling, 1};
  if (name == "dsar_extended_3m") return Clock{ClockKind::kMonthsRolling, 3};
  if (name == "breach_72h") return Clock{ClockKind::kHours, 72};
  if (name == "fr_accounting_10y") return Clock{ClockKind::kFiscalMonths, 120};
  struct Prefix {
    std::string_view text;
    ClockKind kind;
  };
  for (const Prefix& p :
       {Prefix{"bd_", ClockKind::kBusinessDays}, Prefix{"days_", ClockKind::kDays},
        Prefix{"months_", ClockKind::kMonths}}) {
    if (name.substr(0, p.text.size()) != p.text) continue;
    const std::string_view digits = name.substr(p.text.size());
    if (digits.empty() || digits.size() > 4) return std::nullopt;
    int32_t n = 0;
    for (char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      n = n * 10 + (c - '0');
    }
    return Clock{p.kind, n};
  }
  return std::nullopt;
}

// What a clock starts from.
struct ClockStart {
  std::optional<Date> from;
  std::optional<Date> fiscal_year_end;
  std::optional<Timestamp> aware_at;
  std::span<const Date> holidays;  // in any order
};

// A due day, or for clocks of hours an instant.
struct Due {
  std::optional<Date> date;
  std::optional<Timestamp> instant;

  friend constexpr bool operator==(const Due&, const Due&) = default;
};

constexpr bool IsWorkingDay(Date date, std::span<const Date> holidays) {
  const int weekday = Weekday(date);
  if (weekday == 0 || weekday == 6) return false;
  return std::find(holidays.begin(), holidays.end(), date) == holidays.end();
}

// The day itself, or the first working day after it.
constexpr Date RollForward(Date date, std::span<const Date> holidays) {
  while (!IsWorkingDay(date, holidays)) date = AddDays(date, 1);
  return date;
}

constexpr Date AddBusinessDays(Date from, int32_t n, std::span<const Date> holidays) {
  while (n > 0) {
    from = AddDays(from, 1);
    if (IsWorkingDay(from, holidays)) --n;
  }
  return from;
}

// When the clock runs out; nothing when what it starts from is missing.
constexpr std::optional<Due> DueAt(const Clock& clock, const ClockStart& start) {
  if (clock.kind == ClockKind::kHours) {
    if (!start.aware_at) return std::nullopt;
    return Due{std::nullopt, *start.aware_at + Hours(clock.amount)};
  }
  if (clock.kind == ClockKind::kFiscalMonths) {
    if (!start.fiscal_year_end) return std::nullopt;
    return Due{AddMonths(*start.fiscal_year_end, clock.amount), std::nullopt};
  }
  if (!start.from) return std::nullopt;
  switch (clock.kind) {
    case ClockKind::kMonthsRolling:
      return Due{RollForward(AddMonths(*start.from, clock.amount), start.holidays), std::nullopt};
    case ClockKind::kBusinessDays:
      return Due{AddBusinessDays(*start.from, clock.amount, start.holidays), std::nullopt};
    case ClockKind::kDays:
      return Due{AddDays(*start.from, clock.amount), std::nullopt};
    default:
      return Due{AddMonths(*start.from, clock.amount), std::nullopt};
  }
}

}  // namespace relata

#endif  // RELATA_CONSENT_DEADLINES_H_
