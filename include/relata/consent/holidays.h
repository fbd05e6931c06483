// SPDX-License-Identifier: Apache-2.0
//
// The public holidays of France, for the hours in which consumers may be called.
//
// The eleven days of article L3133-1 of the Code du travail hold everywhere. Alsace-Moselle has two
// more, and each overseas territory the day on which it remembers the abolition of slavery (law
// 83-550 and decree 83-1003); these are extra sets, used only where a rule names them. constexpr
// and pure.

#ifndef RELATA_CONSENT_HOLIDAYS_H_
#define RELATA_CONSENT_HOLIDAYS_H_

#include <cstdint>
#include <string_view>

#include "relata/base/time.h"

namespace relata {

// Sets of holidays, as bits. 0: no holidays.
using HolidaySet = uint16_t;
inline constexpr HolidaySet kHolidaysFr = 1;
inline constexpr HolidaySet kHolidaysAlsaceMoselle = 2;
inline constexpr HolidaySet kHolidaysMayotte = 4;
inline constexpr HolidaySet kHolidaysMartinique = 8;
inline constexpr HolidaySet kHolidaysGuadeloupe = 16;
inline constexpr HolidaySet kHolidaysGuyane = 32;
inline constexpr HolidaySet kHolidaysReunion = 64;

// Their names, by position of the bit.
inline constexpr std::string_view kHolidaySetNames[] = {
    "fr",        "fr-alsace-moselle", "fr-mayotte", "fr-martinique", "fr-guadeloupe",
    "fr-guyane", "fr-reunion"};

// Easter Sunday of a Gregorian year. Source: the algorithm of Meeus, Jones and Butcher
// (Astronomical Algorithms, chapter 8).
constexpr Date EasterSunday(int32_t year) {
  const int32_t a = year % 19;
  const int32_t b = year / 100;
  const int32_t c = year % 100;
  const int32_t d = b / 4;
  const int32_t e = b % 4;
  const int32_t f = (b + 8) / 25;
  const int32_t g = (b - f + 1) / 3;
  const int32_t h = (19 * a + b - d - g + 15) % 30;
  const int32_t i = c / 4;
  const int32_t k = c % 4;
  const int32_t l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int32_t m = (a + 11 * h + 22 * l) / 451;
  const int32_t n = h + l - 7 * m + 114;
  return MakeDate(year, n / 31, n % 31 + 1);
}

namespace internal {

struct FixedHoliday {
  HolidaySet set;
  int32_t month;
  int32_t day;
};
inline constexpr FixedHoliday kFixedHolidays[] = {
    {kHolidaysFr, 1, 1},       {kHolidaysFr, 5, 1},          {kHolidaysFr, 5, 8},
    {kHolidaysFr, 7, 14},      {kHolidaysFr, 8, 15},         {kHolidaysFr, 11, 1},
    {kHolidaysFr, 11, 11},     {kHolidaysFr, 12, 25},        {kHolidaysAlsaceMoselle, 12, 26},
    {kHolidaysMayotte, 4, 27}, {kHolidaysMartinique, 5, 22}, {kHolidaysGuadeloupe, 5, 27},
    {kHolidaysGuyane, 6, 10},  {kHolidaysReunion, 12, 20}};

struct EasterHoliday {
  HolidaySet set;
  int32_t offset;
};
inline constexpr EasterHoliday kEasterHolidays[] = {
    {kHolidaysFr, 1}, {kHolidaysFr, 39}, {kHolidaysFr, 50}, {kHolidaysAlsaceMoselle, -2}};

}  // namespace internal

// Is the day a public holiday in one of the sets?
constexpr bool IsHoliday(HolidaySet sets, Date date) {
  if (sets == 0) return false;
  const CivilDay day = ToCivil(date);
  for (const internal::FixedHoliday& h : internal::kFixedHolidays) {
    if ((h.set & sets) != 0 && h.month == day.month && h.day == day.day) return true;
  }
  const int32_t after_easter = date.days - EasterSunday(day.year).days;
  for (const internal::EasterHoliday& h : internal::kEasterHolidays) {
    if ((h.set & sets) != 0 && h.offset == after_easter) return true;
  }
  return false;
}

}  // namespace relata

#endif  // RELATA_CONSENT_HOLIDAYS_H_
