// SPDX-License-Identifier: Apache-2.0
//
// Time: parts of instants, lengths and periods, starts and ends of calendar spans, anniversaries.
//
// An instant becomes a day in the zone of the evaluation unless a zone is named. CEL's own getters
// (getHours ...) use UTC, as CEL says.

#include <cstdlib>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/text_forms.h"
#include "expression/values.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

// --- Getters -------------------------------------------------------------------------------------

// What a wall clock shows at `t`: in UTC, at an offset, or in a zone.
bool LocalAt(Timestamp t, Arguments a, LocalTime* local, int64_t* micros, std::string* why) {
  *micros = ((t.micros % 1'000'000) + 1'000'000) % 1'000'000;
  if (a.size() < 2) {
    *local = Zone().Local(t);
    return true;
  }
  if (const std::optional<int32_t> offset = ParseOffset(a[1].text())) {
    *local = Zone().Local(t + Seconds(*offset));
    return true;
  }
  const std::optional<Zone> zone = Zone::Load(a[1].text());
  if (!zone.has_value()) {
    *why = Concat("unknown time zone '", a[1].text(), "'");
    return false;
  }
  *local = zone->Local(t);
  return true;
}

enum class Part {
  kYear,
  kMonth,
  kDayOfMonth,
  kDate,
  kDayOfWeek,
  kDayOfYear,
  kHours,
  kMinutes,
  kSeconds,
  kMilliseconds
};

int64_t PartOf(Part part, const LocalTime& local, int64_t micros) {
  const CivilDay day = ToCivil(local.date);
  switch (part) {
    case Part::kYear:
      return day.year;
    case Part::kMonth:
      return day.month - 1;
    case Part::kDayOfMonth:
      return day.day - 1;
    case Part::kDate:
      return day.day;
    case Part::kDayOfWeek:
      return Weekday(local.date);
    case Part::kDayOfYear:
      return local.date.days - MakeDate(day.year, 1, 1).days;
    case Part::kHours:
      return local.second / 3600;
    case Part::kMinutes:
      return local.second / 60 % 60;
    case Part::kSeconds:
      return local.second % 60;
    case Part::kMilliseconds:
      break;
  }
  return micros / 1000;
}

std::optional<int64_t> PartOfDuration(Part part, Duration d) {
  switch (part) {
    case Part::kHours:
      return d.micros / 3'600'000'000;
    case Part::kMinutes:
      return d.micros / 60'000'000;
    case Part::kSeconds:
      return d.micros / 1'000'000;
    case Part::kMilliseconds:
      return d.micros / 1'000 % 1'000;
    default:
      return std::nullopt;
  }
}

template <Part kPart>
Outcome Get(FunctionContext&, Arguments a) {
  if (a.size() > 1 && !a[1].is(Kind::kText)) return NoOverload("get", a);
  if (a[0].is(Kind::kDuration) && a.size() == 1) {
    const std::optional<int64_t> part = PartOfDuration(kPart, a[0].duration());
    return part.has_value() ? Outcome(Value::Int(*part)) : NoOverload("get", a);
  }
  if (a[0].is(Kind::kDate) && a.size() == 1) {
    return Value::Int(PartOf(kPart, {a[0].date(), 0}, 0));
  }
  if (!a[0].is(Kind::kTimestamp)) return NoOverload("get", a);
  LocalTime local;
  int64_t micros = 0;
  std::string why;
  if (!LocalAt(a[0].timestamp(), a, &local, &micros, &why)) return Outcome::Error(why);
  return Value::Int(PartOf(kPart, local, micros));
}

// --- Lengths and periods -------------------------------------------------------------------------

template <int64_t kUnit>
Outcome Length(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kInt)) return NoOverload("duration of so many", a);
  int64_t micros = 0;
  if (__builtin_mul_overflow(a[0].int_value(), kUnit, &micros)) {
    return Outcome::Error("duration out of range");
  }
  return Value::Length({micros});
}

template <int kMonths>
Outcome Months(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kInt)) return NoOverload("period of so many", a);
  const int64_t n = a[0].int_value();
  if (std::abs(n) > 10'000) return Outcome::Error("period out of range");
  return Value::Calendar({static_cast<int32_t>(n) * kMonths, 0});
}

// --- Spans ---------------------------------------------------------------------------------------

enum class SpanKind { kDay, kWeek, kMonth, kQuarter, kYear, kFiscalQuarter, kFiscalYear };

// The first day of the span that `day` lies in. Weeks begin on Monday (ISO 8601).
Date StartOf(SpanKind span, Date day, int fiscal_start) {
  const CivilDay c = ToCivil(day);
  const auto from_month = [&](int length, int first) {
    const int into = (c.month - first + 12) % 12 % length;
    return AddMonths(MakeDate(c.year, c.month, 1), -into);
  };
  switch (span) {
    case SpanKind::kDay:
      return day;
    case SpanKind::kWeek:
      return AddDays(day, -((Weekday(day) + 6) % 7));
    case SpanKind::kMonth:
      return from_month(1, 1);
    case SpanKind::kQuarter:
      return from_month(3, 1);
    case SpanKind::kYear:
      return from_month(12, 1);
    case SpanKind::kFiscalQuarter:
      return from_month(3, fiscal_start);
    case SpanKind::kFiscalYear:
      break;
  }
  return from_month(12, fiscal_start);
}

Date NextStart(SpanKind span, Date start) {
  switch (span) {
    case SpanKind::kDay:
      return AddDays(start, 1);
    case SpanKind::kWeek:
      return AddDays(start, 7);
    case SpanKind::kMonth:
      return AddMonths(start, 1);
    case SpanKind::kQuarter:
    case SpanKind::kFiscalQuarter:
      return AddMonths(start, 3);
    case SpanKind::kYear:
    case SpanKind::kFiscalYear:
      break;
  }
  return AddMonths(start, 12);
}

// The zone a call names, or the evaluation's.
std::optional<Zone> ZoneOf(const FunctionContext& context, Arguments a, size_t at) {
  if (a.size() <= at) return *context.zone;
  return a[at].is(Kind::kText) ? Zone::Load(a[at].text()) : std::nullopt;
}

Outcome BadZone(Arguments a, size_t at) {
  return a[at].is(Kind::kText) ? Outcome::Error(Concat("unknown time zone '", a[at].text(), "'"))
                               : NoOverload("calendar function", a);
}

template <SpanKind kSpan, bool kEnd>
Outcome Boundary(FunctionContext& context, Arguments a) {
  const std::optional<Zone> zone = ZoneOf(context, a, 1);
  if (!zone.has_value()) return BadZone(a, 1);
  const bool is_date = a[0].is(Kind::kDate);
  if (!is_date && !a[0].is(Kind::kTimestamp)) return NoOverload("calendar function", a);
  const Date day = is_date ? a[0].date() : zone->LocalDate(a[0].timestamp());
  const Date start = StartOf(kSpan, day, context.fiscal_year_start);
  const Date bound = kEnd ? NextStart(kSpan, start) : start;
  const int32_t year = ToCivil(bound).year;
  if (year < 1 || year > 9999) return Outcome::Error("timestamp out of range");
  // A day has no day inside it: its start and end are instants.
  if (is_date && kSpan != SpanKind::kDay) return Value::Day(kEnd ? AddDays(bound, -1) : bound);
  const Timestamp instant = zone->DayStart(bound);
  return CheckedTime(instant.micros - (kEnd ? 1 : 0), false);
}

Outcome ToDate(FunctionContext& context, Arguments a) {
  if (a[0].is(Kind::kDate)) return a[0];
  if (a[0].is(Kind::kText) && a.size() == 1) {
    const std::optional<Date> day = ParseDate(a[0].text());
    if (!day.has_value()) {
      return Outcome::Error(Concat("'", a[0].text(), "' is no day such as 2026-01-31"));
    }
    return Value::Day(*day);
  }
  if (!a[0].is(Kind::kTimestamp)) return NoOverload("date", a);
  const std::optional<Zone> zone = ZoneOf(context, a, 1);
  if (!zone.has_value()) return BadZone(a, 1);
  return Value::Day(zone->LocalDate(a[0].timestamp()));
}

// The day of a date or instant.
std::optional<Date> DayOf(const FunctionContext& context, const Value& v) {
  if (v.is(Kind::kDate)) return v.date();
  if (v.is(Kind::kTimestamp)) return context.zone->LocalDate(v.timestamp());
  return std::nullopt;
}

Outcome Age(FunctionContext& context, Arguments a) {
  const std::optional<Date> birth = DayOf(context, a[0]);
  const std::optional<Date> on =
      a.size() > 1 ? DayOf(context, a[1]) : context.zone->LocalDate(context.now);
  if (!birth.has_value() || !on.has_value()) return NoOverload("age", a);
  int32_t years = ToCivil(*on).year - ToCivil(*birth).year;
  if (AddMonths(*birth, years * 12) > *on) --years;
  return Value::Int(years);
}

Outcome Anniversary(FunctionContext& context, Arguments a) {
  const std::optional<Date> first = DayOf(context, a[0]);
  const std::optional<Date> from =
      a.size() > 1 ? DayOf(context, a[1]) : context.zone->LocalDate(context.now);
  if (!first.has_value() || !from.has_value()) return NoOverload("anniversary", a);
  int32_t years = ToCivil(*from).year - ToCivil(*first).year;
  if (AddMonths(*first, years * 12) < *from) ++years;
  if (years < 0) years = 0;
  if (ToCivil(*first).year + years > 9999) return Outcome::Error("date out of range");
  return Value::Day(AddMonths(*first, years * 12));
}

}  // namespace

std::vector<FunctionRow> CalendarRows() {
  return {
      {"getFullYear",
       Get<Part::kYear>,
       {"timestamp.getFullYear() -> int", "timestamp.getFullYear(string) -> int",
        "date.getFullYear() -> int"},
       "the year, in UTC or the zone named"},
      {"getMonth",
       Get<Part::kMonth>,
       {"timestamp.getMonth() -> int", "timestamp.getMonth(string) -> int",
        "date.getMonth() -> int"},
       "the month from 0"},
      {"getDayOfMonth",
       Get<Part::kDayOfMonth>,
       {"timestamp.getDayOfMonth() -> int", "timestamp.getDayOfMonth(string) -> int",
        "date.getDayOfMonth() -> int"},
       "the day of the month from 0"},
      {"getDate",
       Get<Part::kDate>,
       {"timestamp.getDate() -> int", "timestamp.getDate(string) -> int", "date.getDate() -> int"},
       "the day of the month from 1"},
      {"getDayOfWeek",
       Get<Part::kDayOfWeek>,
       {"timestamp.getDayOfWeek() -> int", "timestamp.getDayOfWeek(string) -> int",
        "date.getDayOfWeek() -> int"},
       "0 is Sunday"},
      {"getDayOfYear",
       Get<Part::kDayOfYear>,
       {"timestamp.getDayOfYear() -> int", "timestamp.getDayOfYear(string) -> int",
        "date.getDayOfYear() -> int"},
       "the day of the year from 0"},
      {"getHours",
       Get<Part::kHours>,
       {"timestamp.getHours() -> int", "timestamp.getHours(string) -> int",
        "duration.getHours() -> int"},
       "the hour; of a length all its hours"},
      {"getMinutes",
       Get<Part::kMinutes>,
       {"timestamp.getMinutes() -> int", "timestamp.getMinutes(string) -> int",
        "duration.getMinutes() -> int"},
       "the minute; of a length all its minutes"},
      {"getSeconds",
       Get<Part::kSeconds>,
       {"timestamp.getSeconds() -> int", "timestamp.getSeconds(string) -> int",
        "duration.getSeconds() -> int"},
       "the second; of a length all its seconds"},
      {"getMilliseconds",
       Get<Part::kMilliseconds>,
       {"timestamp.getMilliseconds() -> int", "timestamp.getMilliseconds(string) -> int",
        "duration.getMilliseconds() -> int"},
       "the milliseconds past the second"},
      {"seconds", Length<1'000'000>, {"seconds(int) -> duration"}, "so many seconds"},
      {"minutes", Length<60'000'000>, {"minutes(int) -> duration"}, "so many minutes"},
      {"hours", Length<3'600'000'000>, {"hours(int) -> duration"}, "so many hours"},
      {"days", Length<86'400'000'000>, {"days(int) -> duration"}, "so many times 24 hours"},
      {"weeks", Length<604'800'000'000>, {"weeks(int) -> duration"}, "so many times 168 hours"},
      {"months",
       Months<1>,
       {"months(int) -> period"},
       "so many calendar months; t - months(3) is the start of that civil day"},
      {"quarters", Months<3>, {"quarters(int) -> period"}, "so many times three months"},
      {"years", Months<12>, {"years(int) -> period"}, "so many calendar years"},
      {"date",
       ToDate,
       {"date(string) -> date", "date(date) -> date", "date(timestamp) -> date",
        "date(timestamp, string) -> date"},
       "a civil day from 2026-01-31, or the day an instant falls on"},
      {"age",
       Age,
       {"age(date) -> int", "age(date, timestamp) -> int", "age(date, date) -> int"},
       "full years from a day until now, an instant or a day; 29 February counts on the 28th"},
      {"anniversary",
       Anniversary,
       {"anniversary(date) -> date", "anniversary(date, timestamp) -> date",
        "anniversary(date, date) -> date"},
       "the next return of a day, on or after the day of now, an instant or a day"},
#define RELATA_SPAN_ROWS(name, kind, result)                                                    \
  {"start_of_" name,                                                                            \
   Boundary<SpanKind::kind, false>,                                                             \
   {"start_of_" name "(timestamp) -> timestamp",                                                \
    "start_of_" name "(timestamp, string) -> timestamp", "start_of_" name "(date) -> " result}, \
   "the first instant (of a date the first day) of the " name                                   \
   " in the zone of the evaluation or the one named"},                                          \
      {"end_of_" name,                                                                          \
       Boundary<SpanKind::kind, true>,                                                          \
       {"end_of_" name "(timestamp) -> timestamp",                                              \
        "end_of_" name "(timestamp, string) -> timestamp", "end_of_" name "(date) -> " result}, \
       "the last microsecond (of a date the last day) of the " name}
      RELATA_SPAN_ROWS("day", kDay, "timestamp"),
      RELATA_SPAN_ROWS("week", kWeek, "date"),
      RELATA_SPAN_ROWS("month", kMonth, "date"),
      RELATA_SPAN_ROWS("quarter", kQuarter, "date"),
      RELATA_SPAN_ROWS("year", kYear, "date"),
      RELATA_SPAN_ROWS("fiscal_quarter", kFiscalQuarter, "date"),
      RELATA_SPAN_ROWS("fiscal_year", kFiscalYear, "date"),
#undef RELATA_SPAN_ROWS
  };
}

}  // namespace relata::internal
