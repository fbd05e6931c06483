// SPDX-License-Identifier: Apache-2.0

#include "relata/exchange/parse.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace relata {
namespace {

const Currency kNone;

std::string Money(const char* cell, DecimalMark mark = DecimalMark::kUnknown) {
  CellFormat format;
  format.decimal_mark = mark;
  const auto number = ParseNumber(cell, format);
  if (!number) return "no number";
  const auto money = number->ToMoney(kNone);
  return money ? FormatMoney(*money) : "out of range";
}

TEST(ParseNumber, ReadsAmountsAsExportsWriteThem) {
  struct Case {
    const char* cell;
    const char* money;
  };
  for (const Case& c : {
           Case{"$22,700.00", "22700.00 USD"},
           Case{"$342.09K", "342090.00 USD"},
           Case{"$1,117.10K", "1117100.00 USD"},
           Case{"$7,450,000.00 ", "7450000.00 USD"},
           Case{"1 234,56", "1234.56"},
           Case{"1\u00A0234,56 €", "1234.56 EUR"},
           Case{"12\u202F345\u202F678", "12345678.00"},
           Case{"(1,234.50)", "-1234.50"},
           Case{"-1.234,5", "-1234.50"},
           Case{"12 k", "12000.00"},
           Case{"12,5 k€", "12500.00 EUR"},
           Case{"3.2M", "3200000.00"},
           Case{"1'234.50 CHF", "1234.50 CHF"},
           Case{"EUR 99", "99.00 EUR"},
           Case{"US$ 5", "5.00 USD"},
           Case{"£0.0001", "0.0001 GBP"},
           Case{"100-", "-100.00"},
           Case{"-$5", "-5.00 USD"},
           Case{"1,23,45,678", "12345678.00"},
           Case{".5", "0.50"},
           Case{"1 500 € HT", "1500.00 EUR"},
           Case{"0.00005", "0.0001"},
           Case{"139000000", "139000000.00"},
       }) {
    EXPECT_EQ(Money(c.cell), c.money) << c.cell;
  }
}

TEST(ParseNumber, LeavesTextAlone) {
  for (const char* cell :
       {"", "-", "abc", "12 rue de la Paix", "GTX 5", "3. $20,001 - $30K", "1,2,3", "1.2.3.4",
        "2021-04-16", "805-247-8982", "12abc", "(5", "1 2345", "99999999999999999999", "5--"}) {
    EXPECT_EQ(Money(cell), "no number") << cell;
  }
}

TEST(ParseNumber, TheColumnDecidesWhatAThousandIs) {
  EXPECT_EQ(Money("1,234"), "1234.00");
  EXPECT_EQ(Money("1,234", DecimalMark::kComma), "1.234");
  EXPECT_EQ(Money("1.234"), "1.234");
  EXPECT_EQ(Money("1.234", DecimalMark::kComma), "1234.00");
  FormatEvidence french;
  for (const char* cell : {"1,234", "12,5", "1 000"}) french.Add(cell);
  EXPECT_EQ(french.decimal_mark(), DecimalMark::kComma);
  FormatEvidence unclear;
  unclear.Add("1,234");
  EXPECT_TRUE(unclear.ambiguous_numbers());
  EXPECT_EQ(unclear.decimal_mark(), DecimalMark::kUnknown);
}

TEST(ParseNumber, KeepsPercentAndWholeNumbersApart) {
  const auto share = ParseNumber("45 %", {});
  ASSERT_TRUE(share.has_value());
  EXPECT_TRUE(share->percent);
  EXPECT_EQ(share->ToInt(), 45);
  EXPECT_EQ(ParseNumber("2.5", {})->ToInt(), std::nullopt);
  EXPECT_EQ(ParseNumber("1e3", {}), std::nullopt);
  EXPECT_DOUBLE_EQ(ParseNumber("0.1", {})->ToDouble(), 0.1);
  EXPECT_EQ(ParseNumber("12 Md", {})->ToInt(), 12'000'000'000);
}

TEST(ParseYesNo, ReadsBothLanguages) {
  for (const char* yes : {"Yes", "y", "OUI", "o", "TRUE", "Vrai", "1", " x "}) {
    EXPECT_EQ(ParseYesNo(yes), true) << yes;
  }
  for (const char* no : {"No", "N", "non", "FALSE", "Faux", "0"}) {
    EXPECT_EQ(ParseYesNo(no), false) << no;
  }
  for (const char* neither : {"", "maybe", "2", "Novembre"}) {
    EXPECT_EQ(ParseYesNo(neither), std::nullopt) << neither;
  }
}

std::string Iso(const char* cell, DateOrder order = DateOrder::kUnknown) {
  CellFormat format;
  format.date_order = order;
  const auto parsed = ParseDateTime(cell, format);
  if (!parsed) return "no date";
  const CivilDay day = ToCivil(UtcDate(parsed->ToTimestamp()));
  const int64_t seconds =
      (parsed->ToTimestamp() - UtcMidnight(UtcDate(parsed->ToTimestamp()))).micros / 1'000'000;
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", day.year, day.month, day.day);
  std::string out = text;
  if (parsed->has_time) {
    std::snprintf(text, sizeof text, " %02d:%02d:%02d", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    out += text;
  }
  return out;
}

TEST(ParseDateTime, ReadsDatesAsExportsWriteThem) {
  struct Case {
    const char* cell;
    const char* iso;
  };
  for (const Case& c : {
           Case{"2021-04-16", "2021-04-16"},
           Case{"16 Apr, 2021 00:02:00", "2021-04-16 00:02:00"},
           Case{"02 Sep, 2021 00:07:00", "2021-09-02 00:07:00"},
           Case{"2020-08-04T23:12:00.000+0000", "2020-08-04 23:12:00"},
           Case{"2020-08-04T01:12:00+02:00", "2020-08-03 23:12:00"},
           Case{"2020-08-04 23:12:00Z", "2020-08-04 23:12:00"},
           Case{"5/20/2024 7:42", "2024-05-20 07:42:00"},
           Case{"20/05/2024 14h30", "2024-05-20 14:30:00"},
           Case{"02/23/26 08:55 PM", "2026-02-23 20:55:00"},
           Case{"02/24/26 12:18 AM", "2026-02-24 00:18:00"},
           Case{"28-11-16", "2016-11-28"},
           Case{"31.12.1999", "1999-12-31"},
           Case{"1er mars 2021", "2021-03-01"},
           Case{"16 février 2021", "2021-02-16"},
           Case{"16 août 2021 à 9h05", "2021-08-16 09:05:00"},
           Case{"3 déc. 2020", "2020-12-03"},
           Case{"mardi 16 mars 2021", "2021-03-16"},
           Case{"Tue, 16 Mar 2021 10:00:00 GMT", "2021-03-16 10:00:00"},
           Case{"April 16, 2021", "2021-04-16"},
           Case{"Mar 3rd, 2021", "2021-03-03"},
           Case{"16-Apr-21", "2021-04-16"},
           Case{"20210416", "2021-04-16"},
           Case{"07/07/2021", "2021-07-07"},
           Case{"15/6/85", "1985-06-15"},
       }) {
    EXPECT_EQ(Iso(c.cell), c.iso) << c.cell;
  }
}

TEST(ParseDateTime, LeavesEverythingElseAlone) {
  for (const char* cell :
       {"", "Apr", "2021", "31/02/2021", "29 Feb, 2021", "2021-13-01", "12/25", "16 Foo, 2021",
        "2021-04-16 25:00", "marche 3 2021", "1/1/1/1", "805-247-8982", "20219999", "a 3 2021"}) {
    EXPECT_EQ(Iso(cell), "no date") << cell;
  }
}

TEST(ParseDateTime, TheColumnDecidesWhichNumberIsTheDay) {
  EXPECT_EQ(Iso("03/04/2021"), "no date");
  EXPECT_EQ(Iso("03/04/2021", DateOrder::kDayFirst), "2021-04-03");
  EXPECT_EQ(Iso("03/04/2021", DateOrder::kMonthFirst), "2021-03-04");
  FormatEvidence american;
  for (const char* cell : {"3/4/2021", "12/31/2021", "1/1/2022"}) american.Add(cell);
  EXPECT_EQ(american.date_order(), DateOrder::kMonthFirst);
  EXPECT_FALSE(american.ambiguous_dates());
  FormatEvidence unclear;
  unclear.Add("3/4/2021");
  EXPECT_TRUE(unclear.ambiguous_dates());
  unclear.Add("31/12/2021");
  unclear.Add("12/31/2021");
  EXPECT_TRUE(unclear.contradictory_dates());
  EXPECT_EQ(unclear.date_order(), DateOrder::kUnknown);
}

TEST(ParseDateTime, BirthDatesOfTheLastCenturyKeepTheirCentury) {
  CellFormat birth;
  birth.date_order = DateOrder::kDayFirst;
  birth.last_short_year = 24;
  EXPECT_EQ(ToCivil(ParseDateTime("04/07/62", birth)->date).year, 1962);
  EXPECT_EQ(ToCivil(ParseDateTime("04/07/12", birth)->date).year, 2012);
}

}  // namespace
}  // namespace relata
