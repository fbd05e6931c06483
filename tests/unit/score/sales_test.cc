// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <random>

#include "relata/exchange/import.h"
#include "relata/process/pipeline.h"
#include "relata/score/deal_report.h"
#include "relata/score/forecast.h"
#include "relata/score/sales_model.h"
#include "support/support.h"

namespace relata {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::SizeIs;

const Actor kAmelie = Actor::User("amelie");
const Timestamp kNow = *ParseTimestamp("2026-11-13T09:00:00Z");
const Currency kEur = *Currency::Parse("EUR");

QueryOptions At(Timestamp now) {
  QueryOptions options;
  options.now = now;
  return options;
}

// --- Proportions -------------------------------------------------------------------------------

TEST(Proportion, WilsonsIntervalIsThePublishedOne) {
  // Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const struct {
    int64_t hits, n;
    double low, high;
  } cases[] = {{81, 263, 0.2553, 0.3662},
               {15, 148, 0.0624, 0.1605},
               {0, 20, 0, 0.1611},
               {1, 29, 0.0061, 0.1718}};
  for (const auto& c : cases) {
    const ShareInterval i = WilsonInterval(c.hits, c.n);
    EXPECT_NEAR(i.low, c.low, 5e-5) << c.hits;
    EXPECT_NEAR(i.high, c.high, 5e-5) << c.hits;
  }
  EXPECT_EQ(WilsonInterval(0, 0).high, 1);
}

TEST(Proportion, FishersTestIsThatOfTheLadyTastingTea) {
  EXPECT_NEAR(FisherExact(3, 4, 1, 4), 34.0 / 70, 1e-9);
  EXPECT_NEAR(FisherExact(4, 4, 0, 4), 2.0 / 70, 1e-9);
  EXPECT_NEAR(FisherExact(5, 10, 50, 100), 1, 1e-9);
}

TEST(Proportion, FalseDiscoveryRatesAreThoseOfBenjaminiAndHochberg) {
  const double p[] = {0.01, 0.04, 0.03, 0.5};
  const std::vector<double> rates = FalseDiscoveryRates(p);
  EXPECT_NEAR(rates[0], 0.04, 1e-12);
  EXPECT_NEAR(rates[1], 0.16 / 3, 1e-12);
  EXPECT_NEAR(rates[2], 0.16 / 3, 1e-12);
  EXPECT_NEAR(rates[3], 0.5, 1e-12);
}

TEST(Proportion, GroupsThatDifferByChanceOnlyAreDrawnToTheWhole) {
  const GroupShare alike[] = {{50, 100}, {52, 100}, {48, 100}, {51, 100}};
  const GroupShare apart[] = {{90, 100}, {10, 100}, {50, 100}, {30, 100}};
  EXPECT_EQ(PriorStrength(alike), 1000);
  EXPECT_LT(PriorStrength(apart), 20);
  EXPECT_NEAR(Shrunk({9, 10}, 0.5, 10), 0.7, 1e-12);
}

// --- Hazards -----------------------------------------------------------------------------------

TEST(Hazards, OpenDealsAreCutOffNotLost) {
  // Ten deals: on day 1 two are won, on day 2 two are cut off, on day 3 three of the six left are
  // lost, the rest is cut off on day 4.
  std::vector<DealDuration> deals;
  const auto add = [&](int n, int days, DealEnd end) { deals.insert(deals.end(), n, {days, end}); };
  add(2, 1, DealEnd::kWon);
  add(2, 2, DealEnd::kOpen);
  add(3, 3, DealEnd::kLost);
  add(3, 4, DealEnd::kOpen);
  const HazardCurve curve = FitHazards(deals, 1);
  EXPECT_DOUBLE_EQ(curve.win[1], 0.2);
  EXPECT_DOUBLE_EQ(curve.lose[3], 0.5);
  const Incidence fresh = IncidenceFrom(curve, -1, 4);
  EXPECT_DOUBLE_EQ(fresh.won[1], 0.2);
  EXPECT_DOUBLE_EQ(fresh.lost[3], 0.4);  // 0.8 still open, half of it: not 3 of 10
  EXPECT_DOUBLE_EQ(IncidenceFrom(curve, 2, 1).lost[0], 0.5);
}

TEST(Hazards, DealsSeenFromSomeAgeOnAreAtRiskFromItOn) {
  // Ten deals seen from the start, ten only from day 2 on; one of each is won a day.
  std::vector<DealDuration> deals;
  for (int day = 0; day < 10; ++day) {
    deals.push_back({day, DealEnd::kWon});
    if (day >= 2) deals.push_back({day, DealEnd::kWon, 1, 1, 2});
  }
  const HazardCurve curve = FitHazards(deals, 1);
  EXPECT_DOUBLE_EQ(curve.win[1], 1.0 / 9);
  EXPECT_DOUBLE_EQ(curve.win[2], 2.0 / 16);
}

// A book drawn from constant daily hazards: offer A is won four times as often as B.
DealBook Drawn(uint64_t seed, int deals_a_day, int days) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit;
  DealBook book;
  book.currency = kEur;
  book.first = MakeDate(2024, 1, 1);
  book.last = AddDays(book.first, days - 1);
  for (int d = 0; d < days; ++d) {
    for (int i = 0; i < deals_a_day; ++i) {
      Deal deal;
      deal.opportunity = {0, static_cast<Row>(book.deals.size())};
      deal.opened = AddDays(book.first, d);
      deal.stage_since = deal.opened;
      deal.offer = unit(random) < 0.5 ? "A" : "B";
      deal.sector = unit(random) < 0.5 ? "retail" : "energy";
      const double win = deal.offer == "A" ? 0.02 : 0.005;
      for (int age = 1; d + age < days && !deal.closed; ++age) {
        const double u = unit(random);
        if (u >= win + 0.015) continue;
        deal.closed = AddDays(deal.opened, age);
        deal.won = u < win;
      }
      if (deal.closed && deal.won) deal.won_amount = 500 + 1000 * unit(random);
      book.deals.push_back(std::move(deal));
    }
  }
  return book;
}

TEST(SalesModel, FindsTheTruthBehindDrawnDeals) {
  const DealBook book = Drawn(testing::Seed(7), 6, 400);
  const absl::StatusOr<SalesModel> model = FitSales(book, book.last);
  ASSERT_TRUE(model.ok()) << model.status();
  SalesOptions options;
  options.months = 1;
  const SalesForecast forecast = ForecastSales(book, *model, options);
  double a = 0, b = 0;
  int n_a = 0, n_b = 0;
  for (const DealOutlook& line : forecast.deals) {
    const Deal& deal = book.deals[static_cast<size_t>(line.opportunity.row)];
    (deal.offer == "A" ? a : b) += line.win;
    ++(deal.offer == "A" ? n_a : n_b);
  }
  // 0.02 / 0.035 and 0.005 / 0.02, whatever the age.
  EXPECT_NEAR(a / n_a, 0.571, 0.08);
  EXPECT_NEAR(b / n_b, 0.25, 0.08);
  EXPECT_NEAR(model->openings.Mean(), 6 * 30.4, 8);
}

TEST(SalesModel, RepeatsForASeedAndIsWiderForHigherLevels) {
  const DealBook book = Drawn(3, 4, 300);
  const SalesModel model = *FitSales(book, book.last);
  SalesOptions options;
  options.quotas[MonthOf(AddDays(book.last, 1)) + 1] = 1;
  const SalesForecast one = ForecastSales(book, model, options);
  const SalesForecast two = ForecastSales(book, model, options);
  ASSERT_THAT(one.months, SizeIs(3));
  for (size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(one.months[m].mean, two.months[m].mean);
    EXPECT_LT(one.months[m].low[2], one.months[m].low[1]);
    EXPECT_LT(one.months[m].low[1], one.months[m].low[0]);
    EXPECT_GT(one.months[m].high[2], one.months[m].high[0]);
    EXPECT_GE(one.months[m].mean, one.months[m].from_open);
  }
  EXPECT_GT(one.months[1].reach, 0.99);
  EXPECT_EQ(one.months[0].quota, 0);
}

TEST(RateLevel, KeepsWhatIsSteadyAndForgetsWhatMoves) {
  std::mt19937_64 random(testing::Seed(31));
  std::vector<MonthRate> steady, moving;
  for (int m = 0; m < 36; ++m) {
    steady.push_back({static_cast<double>(std::poisson_distribution<int>(50)(random)), 1});
    const double rate = m < 24 ? 50 : 120;
    moving.push_back({static_cast<double>(std::poisson_distribution<int>(rate)(random)), 1});
  }
  const RateLevel calm = FitLevel(steady);
  const RateLevel moved = FitLevel(moving);
  EXPECT_NEAR(calm.Mean(), 50, 5);
  EXPECT_NEAR(moved.Mean(), 120, 15) << "the mean of all is 73";
  EXPECT_LT(moved.keep, calm.keep);
  EXPECT_GT(moved.Variance(1), calm.Variance(1));
  EXPECT_GT(moved.Variance(3), moved.Variance(1));
  EXPECT_EQ(RateLevel().Variance(1), 1);
}

TEST(SalesModel, SeesWhatABookLacksAtItsEnds) {
  const uint64_t seed = testing::Seed(41);
  const DealBook whole = Drawn(seed, 4, 500);
  EXPECT_FALSE(ExtentOf(whole, whole.last).closings_from);
  EXPECT_FALSE(ExtentOf(whole, whole.last).openings_until);
  const Date from = MakeDate(2024, 7, 1);
  DealBook cut = whole;
  std::erase_if(cut.deals, [&](const Deal& d) { return d.closed && *d.closed < from; });
  const BookExtent extent = ExtentOf(cut, cut.last);
  ASSERT_TRUE(extent.closings_from);
  EXPECT_EQ(*extent.closings_from, from);
  // The rates of winning are those of the whole book.
  const SalesModel model = *FitSales(cut, cut.last);
  double wins = 0;
  double lives = 0;
  for (const Deal& d : whole.deals) {
    wins += d.won ? 1 : 0;
    lives += d.closed.value_or(whole.last).days - d.opened.days;
  }
  double hazard = 0;
  for (size_t day = 1; day <= 60; ++day) hazard += model.all.win[day] / 60;
  EXPECT_NEAR(hazard, wins / lives, 0.15 * wins / lives);

  const Date until = MakeDate(2024, 12, 31);
  DealBook old = whole;
  std::erase_if(old.deals, [&](const Deal& d) { return d.opened > until; });
  EXPECT_EQ(ExtentOf(old, old.last).openings_until, until);
  const BackTest test = *BackTestSales(old, 1, 1);
  EXPECT_LT(test.whole, std::ssize(test.lines));
  for (const BackTestLine& line : test.lines) {
    EXPECT_EQ(line.whole, line.forecast.month <= MonthOf(until));
    if (line.day < MakeDate(2025, 2, 1)) continue;
    EXPECT_EQ(line.forecast.mean, line.forecast.from_open) << "no new deals are made up";
  }
}

TEST(SalesModel, AnOffersAmountsAreItsOwnAfterAFewWins) {
  // Offer A is won often for 100, offer B seldom for 10,000.
  DealBook book = Drawn(testing::Seed(19), 3, 300);
  int dear = 0;
  for (Deal& d : book.deals) {
    if (d.offer == "B" && d.won && ++dear > 6) d.won = false;
    if (d.won) d.won_amount = d.offer == "A" ? 100 : 10'000;
  }
  const SalesModel model = *FitSales(book, book.last);
  for (const DealOutlook& line : ForecastSales(book, model, {}).deals) {
    const Deal& deal = book.deals[static_cast<size_t>(line.opportunity.row)];
    EXPECT_NEAR(line.amount, deal.offer == "A" ? 100 : 10'000, deal.offer == "A" ? 60 : 500);
  }
}

TEST(SalesModel, RefusesToLearnFromAFewDeals) {
  const DealBook book = Drawn(3, 1, 15);
  EXPECT_TRUE(absl::IsFailedPrecondition(FitSales(book, book.last).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(BackTestSales(book, 3, 1).status()));
}

// Months may be good and bad alike for all deals, the flow of deals may drift, amounts may be
// anything: the truth of each world is what its forecasts are held against.
struct World {
  const char* name;
  int deals_a_day;
  int days;
  double month_variance;  // of a factor on the rate of winning, by month
  double drift;           // of the logarithm of the flow, a month
  double amount_spread;   // of the logarithm of amounts
  bool quarters;          // the last month of a quarter is the best
};

DealBook DrawnIn(const World& world, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit;
  std::normal_distribution<double> normal;
  std::vector<double> luck, flow;
  for (double level = 0; luck.size() < 40;) {
    const double v = world.month_variance;
    luck.push_back(v > 0 ? std::gamma_distribution<double>(1 / v, v)(random) : 1);
    if (world.quarters) luck.back() *= std::array{0.55, 0.95, 1.5}[luck.size() % 3];
    flow.push_back(std::exp(level += world.drift * normal(random)));
  }
  DealBook book;
  book.currency = kEur;
  book.first = MakeDate(2023, 1, 1);
  book.last = AddDays(book.first, world.days - 1);
  const auto month = [&](int d) {
    return static_cast<size_t>(MonthOf(AddDays(book.first, d)) - MonthOf(book.first));
  };
  for (int d = 0; d < world.days; ++d) {
    const int n = std::poisson_distribution<int>(world.deals_a_day * flow[month(d)])(random);
    for (int i = 0; i < n; ++i) {
      Deal deal;
      deal.opportunity = {0, static_cast<Row>(book.deals.size())};
      deal.opened = deal.stage_since = AddDays(book.first, d);
      const int offer = std::min(3, static_cast<int>(unit(random) * 3.2));
      deal.offer = std::string(1, static_cast<char>('A' + offer));
      const double win = std::array{0.02, 0.008, 0.005, 0.005}[static_cast<size_t>(offer)];
      for (int age = 1; d + age < world.days && !deal.closed; ++age) {
        const double u = unit(random);
        const double w = win * luck[month(d + age)];
        if (u >= w + 0.015) continue;
        deal.closed = AddDays(deal.opened, age);
        deal.won = u < w;
      }
      const double price = std::array{500., 1100., 4000., 26000.}[static_cast<size_t>(offer)];
      const double spread = std::exp(world.amount_spread * normal(random));
      if (deal.closed && deal.won) deal.won_amount = price * spread;
      book.deals.push_back(std::move(deal));
    }
  }
  return book;
}

TEST(BackTest, IntervalsHoldAsOftenAsTheySay) {
  const World worlds[] = {{"steady", 3, 500, 0, 0, 0.1, false},
                          {"heavy amounts", 3, 700, 0, 0, 1.2, false},
                          {"quarters", 6, 400, 0, 0, 0.2, true},
                          {"good and bad months", 4, 600, 0.1, 0, 0.2, false},
                          {"drifting", 4, 600, 0, 0.1, 0.2, false},
                          {"few deals", 1, 700, 0, 0, 0.8, false},
                          {"all of it", 4, 700, 0.05, 0.08, 0.8, true}};
  const uint64_t first = testing::Seed(21);
  std::array<double, 3> all{};
  double lines = 0;
  for (const World& world : worlds) {
    std::array<double, 3> inside{};
    double n = 0;
    double error = 0;
    double naive = 0;
    for (uint64_t seed = first; seed < first + 4; ++seed) {
      const absl::StatusOr<BackTest> test = BackTestSales(DrawnIn(world, seed), 3, seed);
      ASSERT_TRUE(test.ok()) << test.status();
      const auto size = static_cast<double>(test->lines.size());
      for (size_t level = 0; level < 3; ++level) inside[level] += test->coverage[level] * size;
      n += size;
      error += test->error * size;
      naive += test->naive_error * size;
      EXPECT_LT(test->brier, test->base_brier) << world.name;
    }
    std::cout << world.name << ": " << n << " months, inside 50/80/95: " << inside[0] / n << " "
              << inside[1] / n << " " << inside[2] / n << ", error " << error / n << ", naive "
              << naive / n << "\n";
    // Months ahead of one origin, and origins of one book, are not independent.
    EXPECT_GE(inside[1] / n, 0.65) << world.name;
    EXPECT_GE(inside[2] / n, 0.85) << world.name;
    EXPECT_LT(error, 1.06 * naive) << world.name;
    for (size_t level = 0; level < 3; ++level) all[level] += inside[level];
    lines += n;
  }
  EXPECT_NEAR(all[0] / lines, 0.5, 0.09);
  EXPECT_NEAR(all[1] / lines, 0.8, 0.07);
  EXPECT_NEAR(all[2] / lines, 0.95, 0.035);
}

TEST(BackTest, LooksAtNothingThatWasNotKnown) {
  DealBook book = Drawn(5, 4, 300);
  const Date day = MakeDate(2024, 6, 30);
  const SalesModel model = *FitSales(BookAsOf(book, day), day);
  // Whatever happens afterwards, the forecast of the day is the same.
  for (Deal& deal : book.deals) {
    if (deal.closed && *deal.closed > day) {
      deal.won = !deal.won;
      deal.won_amount *= 100;
    }
  }
  const SalesModel again = *FitSales(BookAsOf(book, day), day);
  EXPECT_EQ(model.all.win, again.all.win);
  EXPECT_EQ(ForecastSales(BookAsOf(book, day), model, {}).months[0].mean,
            ForecastSales(BookAsOf(book, day), again, {}).months[0].mean);
}

TEST(SalesModel, AnOutsideSeriesMovesTheMonthsItSays) {
  DealBook book = Drawn(9, 6, 540);
  MonthlySeries index{"index", {}};
  const int first = MonthOf(book.first);
  for (int m = first; m < first + 24; ++m) index.values[m] = m % 2 == 0 ? 1 : 2;
  // Wins of months with index 1 are mostly lost instead.
  std::mt19937_64 random(1);
  for (Deal& deal : book.deals) {
    if (deal.closed && deal.won && index.values[MonthOf(*deal.closed)] == 1 && random() % 4 != 0) {
      deal.won = false;
    }
  }
  const MonthlySeries outside[] = {index};
  const SalesModel model = *FitSales(book, book.last, outside);
  EXPECT_GT(model.series.at("index"), 1);
  const int month = MonthOf(book.last) + 1;
  EXPECT_GT(model.outside.at(month + (month % 2 == 0 ? 1 : 0)),
            2 * model.outside.at(month + (month % 2 == 0 ? 0 : 1)));
}

// --- Reports -----------------------------------------------------------------------------------

TEST(DealReport, FindsPlantedPatternsAndLeavesChanceAlone) {
  std::mt19937_64 random(testing::Seed(13));
  DealBook book;
  ContactSequences sequences;
  for (Row row = 0; row < 900; ++row) {
    Deal deal;
    deal.opportunity = {0, row};
    deal.opened = MakeDate(2026, 1, 1);
    deal.closed = MakeDate(2026, 2, 1);
    deal.offer = random() % 2 == 0 ? "press" : "pump";
    deal.sector = "s" + std::to_string(random() % 12);
    const bool visited = random() % 3 == 0;
    sequences[row] = visited ? std::vector<std::string>{"call", "visit", "email"}
                             : std::vector<std::string>{"call", "email"};
    const bool planted = deal.offer == "press" && deal.sector == "s1";
    deal.won = random() % 100 < (planted ? 90U : visited ? 60U : 30U);
    book.deals.push_back(std::move(deal));
  }
  const std::vector<DealPattern> patterns = FindPatterns(book, sequences);
  std::vector<std::string> found;
  for (const DealPattern& p : patterns) {
    EXPECT_GE(p.closed, 10);
    EXPECT_LE(p.interval.low, p.share);
    EXPECT_GE(p.interval.high, p.share);
    if (p.rate < 0.01) found.push_back(p.name);
  }
  EXPECT_THAT(found, Contains("press + s1"));
  EXPECT_THAT(found, Contains("call > visit"));
  // Of what is found at a rate of one in a hundred, one may be chance.
  int by_chance = 0;
  for (const std::string& name : found) {
    const bool explained = name.find("s1") != std::string::npos || name == "press" ||
                           name == "pump" || name.find('>') != std::string::npos;
    by_chance += explained ? 0 : 1;
  }
  EXPECT_LE(by_chance, 1);
}

TEST(DealReport, TimeInAStageCountsThoseStillInIt) {
  DealBook book;
  book.last = MakeDate(2026, 3, 1);
  for (int i = 0; i < 4; ++i) {
    Deal deal;
    deal.opened = MakeDate(2026, 1, 1);
    deal.moves = {{deal.opened, "proposal", {}, {}, {}}};
    if (i < 2) deal.moves.push_back({AddDays(deal.opened, 10), "negotiation", {}, {}, {}});
    book.deals.push_back(deal);
  }
  const std::vector<StageLine> stages = StageFriction(book);
  ASSERT_THAT(stages, SizeIs(2));
  EXPECT_EQ(stages[1].stage, "proposal");
  EXPECT_EQ(stages[1].entered, 4);
  EXPECT_EQ(stages[1].days, 10);       // two of four have left by then
  EXPECT_EQ(stages[1].slow_days, -1);  // the other two have not
  EXPECT_EQ(stages[0].days, -1);
}

// --- From the graph ----------------------------------------------------------------------------

TEST(Forecast, StageProbabilitiesAreThoseOfThePipeline) {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok());
  EXPECT_EQ(StageOdds(*crm).Of("proposal"), 0.6);
  EXPECT_EQ(StageOdds(*crm).Of("trial"), 0.5);
  const absl::Status defined = DefinePipeline(*crm, "sales", R"json({"type": "opportunity",
    "stages": [{"name": "trial", "probability": 35}, {"name": "proposal", "probability": 45}]})json",
                                              kAmelie, kNow);
  ASSERT_TRUE(defined.ok()) << defined;
  EXPECT_DOUBLE_EQ(StageOdds(*crm).Of("trial"), 0.35);
  EXPECT_DOUBLE_EQ(StageOdds(*crm).Of("proposal"), 0.45);
  EXPECT_EQ(StageOdds(*crm).Of("negotiation"), 0.8);
}

TEST(Deals, QuotasAreSpreadOverTheirMonths) {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok());
  Transaction tx = crm->Begin(kAmelie);
  const RecordRef team =
      tx.Create("objective", {{"name", Value::Text("Q1")},
                              {"target_amount", Value::Amount({900'000 * 10'000LL, kEur})},
                              {"from", Value::Day(MakeDate(2026, 1, 1))},
                              {"until", Value::Day(MakeDate(2026, 3, 31))}});
  tx.Create("objective", {{"name", Value::Text("Q1, Eric")},
                          {"parent", Value::Record(team)},
                          {"target_amount", Value::Amount({400'000 * 10'000LL, kEur})},
                          {"from", Value::Day(MakeDate(2026, 1, 1))},
                          {"until", Value::Day(MakeDate(2026, 3, 31))}});
  ASSERT_TRUE(tx.Commit(kNow).ok());
  const auto quotas = QuotasOf(*crm, At(kNow), kEur);
  ASSERT_TRUE(quotas.ok()) << quotas.status();
  EXPECT_NEAR(quotas->at(2026 * 12 + 1), 280'000, 1e-6);  // 28 of 90 days
  EXPECT_EQ(quotas->size(), 3U);
}

TEST(Deals, TheMavenBookIsReadWholeAndItsPastForecastsAreChecked) {
  RELATA_REQUIRE_SHARED("data/maven_crm_sales/sales_pipeline.csv");
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok());
  ImportOptions options;
  options.now = UtcMidnight(MakeDate(2018, 1, 1));
  const auto report =
      ImportFiles(*crm, {(testing::RelataShared() / "data/maven_crm_sales").string()}, options);
  ASSERT_TRUE(report.ok()) << report.status();
  const absl::StatusOr<DealBook> book = DealsOf(*crm, At(options.now));
  ASSERT_TRUE(book.ok()) << book.status();
  const std::vector<ChannelLine> channels = ConversionByChannel(*book);
  ASSERT_FALSE(channels.empty());
  // Counted in the file.
  EXPECT_EQ(channels[0].won, 2394);
  EXPECT_EQ(book->deals.size() + static_cast<size_t>(book->without_opening), 4865U);
  EXPECT_EQ(book->without_opening, 500);
  EXPECT_FALSE(book->amounts_are_estimates);  // only won deals have one
  const absl::StatusOr<BackTest> test = BackTestSales(*book, 3, 1);
  ASSERT_TRUE(test.ok()) << test.status();
  std::cout << "maven: " << test->lines.size()
            << " forecasts, open deals inside 50/80/95: " << test->open_coverage[0] << " "
            << test->open_coverage[1] << " " << test->open_coverage[2] << ", wins foreseen "
            << test->predicted_wins << " actual " << test->actual_wins << ", brier " << test->brier
            << " base " << test->base_brier << "\n";
  EXPECT_GT(test->lines.size(), 10U);
  EXPECT_LT(test->brier, test->base_brier);
  // The file begins with the first closings, months after the first openings, and this part of it
  // has no deal opened after June: only months up to then can be judged as a whole.
  EXPECT_EQ(test->extent.closings_from, MakeDate(2017, 3, 1));
  EXPECT_EQ(test->extent.openings_until, MakeDate(2017, 6, 30));
  EXPECT_EQ(test->whole, 6);
  EXPECT_EQ(test->coverage[2], 1);
  EXPECT_LT(test->error, test->naive_error);
}

TEST(Deals, ThePastIsWhatWasRecordedThenNotWhatDatesTellToday) {
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok());
  const auto deal = [&](Transaction& tx, const char* name, Date opened, int64_t euros) {
    return tx.Create("opportunity", {{"name", Value::Text(name)},
                                     {"opened_at", Value::Time(UtcMidnight(opened))},
                                     {"stage", Value::Text("proposal")},
                                     {"amount", Value::Amount({euros * 10'000, kEur})}});
  };
  Transaction first = crm->Begin(kAmelie);
  const RecordRef corrected = deal(first, "corrected", MakeDate(2026, 1, 5), 1000);
  const RecordRef deleted = deal(first, "deleted", MakeDate(2026, 1, 6), 2000);
  ASSERT_TRUE(first.Commit(*ParseTimestamp("2026-02-01T09:00:00Z")).ok());
  Transaction later = crm->Begin(kAmelie);
  deal(later, "entered late", MakeDate(2026, 1, 7), 4000);
  later.Update(corrected, {{"amount", Value::Amount({9000 * 10'000, kEur})},
                           {"status", Value::Text("won")},
                           {"closed_on", Value::Day(MakeDate(2026, 2, 20))}});
  later.Delete(deleted);
  const absl::Status status = later.Commit(*ParseTimestamp("2026-03-10T09:00:00Z")).status();
  ASSERT_TRUE(status.ok()) << status;
  const auto sum = [](const DealBook& book) {
    double amount = 0;
    for (const Deal& d : book.deals) amount += d.amount.value_or(0);
    return amount;
  };
  const auto february = DealsKnownOn(*crm, MakeDate(2026, 2, 28), At(kNow));
  ASSERT_TRUE(february.ok()) << february.status();
  EXPECT_TRUE(february->recorded);
  ASSERT_THAT(february->book.deals, SizeIs(2));
  EXPECT_EQ(sum(february->book), 3000);
  EXPECT_FALSE(february->book.deals[0].closed) << "nobody had said so yet";
  const auto march = DealsKnownOn(*crm, MakeDate(2026, 3, 10), At(kNow));
  ASSERT_TRUE(march.ok()) << march.status();
  EXPECT_EQ(sum(march->book), 13'000);
  EXPECT_TRUE(march->book.deals[0].closed);
  // Before the database remembers anything, dates are all there is.
  const auto january = DealsKnownOn(*crm, MakeDate(2026, 1, 31), At(kNow));
  ASSERT_TRUE(january.ok()) << january.status();
  EXPECT_FALSE(january->recorded);
  EXPECT_THAT(january->book.deals, SizeIs(2));
}

TEST(BackTest, AsksForTheBookOfEachOriginAndPassesOverDealsThatWentAway) {
  const DealBook book = Drawn(5, 4, 400);
  std::vector<Date> asked;
  const auto of_day = [&](Date day) -> absl::StatusOr<KnownBook> {
    asked.push_back(day);
    KnownBook known{BookAsOf(book, day), day >= MakeDate(2024, 9, 1)};
    Deal gone;
    gone.opportunity = {0, 1'000'000};
    gone.opened = gone.stage_since = AddDays(day, -3);
    known.book.deals.push_back(gone);
    return known;
  };
  const absl::StatusOr<BackTest> test = BackTestSales(book, 2, 1, {}, of_day);
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_EQ(test->origins, std::ssize(asked));
  EXPECT_EQ(test->recorded, std::count_if(asked.begin(), asked.end(),
                                          [](Date d) { return d >= MakeDate(2024, 9, 1); }));
}

TEST(SalesModel, LargeDealsTakeLongerAndAreForeseenLater) {
  // Small deals are won within days, large ones after months; what is open is mostly large.
  std::mt19937_64 random(testing::Seed(17));
  std::uniform_real_distribution<double> unit;
  DealBook book;
  book.currency = kEur;
  book.amounts_are_estimates = true;
  book.first = MakeDate(2024, 1, 1);
  book.last = AddDays(book.first, 599);
  for (int d = 0; d < 600; ++d) {
    for (int i = 0; i < 4; ++i) {
      Deal deal;
      deal.opportunity = {0, static_cast<Row>(book.deals.size())};
      deal.opened = deal.stage_since = AddDays(book.first, d);
      const bool large = unit(random) < 0.5;
      deal.amount = (large ? 100'000 : 1'000) * (0.5 + unit(random));
      const double hazard = large ? 0.004 : 0.05;
      for (int age = 1; d + age < 600 && !deal.closed; ++age) {
        const double u = unit(random);
        if (u >= 2 * hazard) continue;
        deal.closed = AddDays(deal.opened, age);
        deal.won = u < hazard;
        deal.won_amount = deal.won ? *deal.amount : 0;
      }
      book.deals.push_back(std::move(deal));
    }
  }
  const absl::StatusOr<BackTest> test = BackTestSales(book, 1, 3);
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_LT(std::fabs(test->bias), 0.15) << "pooled hazards would foresee half as much again";
  EXPECT_LT(test->error, 1.1 * test->naive_error);
}

// What the closing note of the forecast is judged by: forecasts of forty months of a real-looking
// pipeline against what then happened.
TEST(Deals, TheContosoForecastsAreNoWorseThanTheLastMonthsAndTheirIntervalsHold) {
  RELATA_REQUIRE_SHARED("data/crm_dynamics365/Opportunity.csv");
  absl::StatusOr<Crm> crm = Crm::Open(":memory:");
  ASSERT_TRUE(crm.ok());
  ImportOptions options;
  options.now = UtcMidnight(MakeDate(2025, 1, 1));
  const auto report =
      ImportFiles(*crm, {(testing::RelataShared() / "data/crm_dynamics365").string()}, options);
  ASSERT_TRUE(report.ok()) << report.status();
  const absl::StatusOr<DealBook> book = DealsOf(*crm, At(options.now));
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_TRUE(book->amounts_are_estimates);
  for (const int months : {1, 3}) {
    const absl::StatusOr<BackTest> test = BackTestSales(*book, months, 1);
    ASSERT_TRUE(test.ok()) << test.status();
    std::cout << "contoso, " << months << " ahead: " << test->lines.size()
              << " forecasts, inside 50/80/95: " << test->coverage[0] << " " << test->coverage[1]
              << " " << test->coverage[2] << ", error " << test->error << ", naive "
              << test->naive_error << ", squared " << test->root_error << ", naive "
              << test->naive_root_error << ", bias " << test->bias << "\n";
    EXPECT_GT(test->lines.size(), 40U);
    EXPECT_LE(test->error, 1.01 * test->naive_error);
    EXPECT_LT(test->root_error, test->naive_root_error);
    EXPECT_LT(std::fabs(test->bias), 0.1);
    const double nominal[] = {0.5, 0.8, 0.95};
    for (size_t level = 0; level < 3; ++level) {
      EXPECT_NEAR(test->coverage[level], nominal[level], 0.1) << months << " ahead";
    }
    EXPECT_LT(test->brier, test->base_brier);
  }
}

}  // namespace
}  // namespace relata
