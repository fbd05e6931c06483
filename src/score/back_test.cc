// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <map>

#include "relata/score/sales_model.h"

namespace relata {
namespace {

constexpr int64_t kLeastClosed = 60;
constexpr int kLastDays = 4;  // a month counts as whole when the book ends so close to its end

int64_t ClosedBy(const DealBook& book, Date day) {
  return std::count_if(book.deals.begin(), book.deals.end(),
                       [&](const Deal& d) { return d.closed && *d.closed <= day; });
}

// Adds what the origin's forecast said and what then happened.
absl::Status AddOrigin(const DealBook& book, Date day, int months, int last_month, uint64_t seed,
                       std::span<const MonthlySeries> outside, const BookOfDay& of_day,
                       BackTest& test) {
  KnownBook then;
  if (of_day) {
    RELATA_ASSIGN_OR_RETURN(then, of_day(day));
  } else {
    then.book = BookAsOf(book, day);
  }
  const DealBook& known = then.book;
  RELATA_ASSIGN_OR_RETURN(SalesModel model, FitSales(known, day, outside));
  Calibrate(model, test.lines);
  ++test.origins;
  test.recorded += then.recorded ? 1 : 0;
  const int origin = MonthOf(day);
  SalesOptions options;
  options.months = std::min(months, last_month - origin);
  options.seed = seed;
  const SalesForecast forecast = ForecastSales(known, model, options);
  const double naive = NaiveMean(book, day, model.extent.closings_from);
  const std::optional<Date> until = test.extent.openings_until;
  for (const SalesMonth& month : forecast.months) {
    const bool whole = !until || MonthStart(month.month + 1) <= AddDays(*until, kLastDays);
    test.lines.push_back({day, month.month - origin, month, WonIn(book, month.month),
                          WonIn(book, month.month, day), naive, whole});
  }
  std::map<Row, const Deal*> deals;
  for (const Deal& d : book.deals) deals[d.opportunity.row] = &d;
  const Date end = AddDays(MonthStart(origin + options.months + 1), -1);
  for (const DealOutlook& line : forecast.deals) {
    const auto today = deals.find(line.opportunity.row);
    if (today == deals.end()) continue;  // gone since: nobody knows how it ended
    const Deal& d = *today->second;
    const double won = d.won && d.closed && *d.closed <= end ? 1 : 0;
    ++test.deals;
    test.predicted_wins += line.win_in_horizon;
    test.actual_wins += won;
    test.brier += (line.win_in_horizon - won) * (line.win_in_horizon - won);
  }
  return absl::OkStatus();
}

void Summarise(BackTest& test) {
  double actual = 0;
  const auto all = static_cast<double>(test.lines.size());
  test.whole = std::count_if(test.lines.begin(), test.lines.end(),
                             [](const BackTestLine& line) { return line.whole; });
  const auto n = static_cast<double>(test.whole);
  for (const BackTestLine& line : test.lines) {
    const SalesMonth& f = line.forecast;
    for (size_t level = 0; level < 3; ++level) {
      const double open = line.actual_from_open;
      test.open_coverage[level] += open >= f.open_low[level] && open <= f.open_high[level] ? 1 : 0;
      if (!line.whole) continue;
      test.coverage[level] += line.actual >= f.low[level] && line.actual <= f.high[level] ? 1 : 0;
    }
    if (!line.whole) continue;
    actual += line.actual / n;
    test.error += std::fabs(line.forecast.mean - line.actual) / n;
    test.naive_error += std::fabs(line.naive - line.actual) / n;
    test.bias += (line.forecast.mean - line.actual) / n;
    const double off = line.forecast.mean - line.actual;
    const double naive_off = line.naive - line.actual;
    test.root_error += off * off / n;
    test.naive_root_error += naive_off * naive_off / n;
  }
  for (size_t level = 0; level < 3; ++level) {
    test.open_coverage[level] /= all;
    if (test.whole > 0) test.coverage[level] /= n;
  }
  test.root_error = std::sqrt(test.root_error);
  test.naive_root_error = std::sqrt(test.naive_root_error);
  if (actual > 0) {
    test.root_error /= actual;
    test.naive_root_error /= actual;
    test.error /= actual;
    test.naive_error /= actual;
    test.bias /= actual;
  }
  if (test.deals > 0) {
    const auto deals = static_cast<double>(test.deals);
    test.predicted_wins /= deals;
    test.actual_wins /= deals;
    test.brier /= deals;
    test.base_brier = test.actual_wins * (1 - test.actual_wins);
  }
}

}  // namespace

absl::StatusOr<BackTest> BackTestSales(const DealBook& book, int months, uint64_t seed,
                                       std::span<const MonthlySeries> outside,
                                       const BookOfDay& known) {
  if (months < 1 || months > 24) return InvalidArgument("a back-test looks 1 to 24 months ahead");
  // The last whole month: the book's last days may be free of deals.
  const int last_month = MonthOf(AddDays(book.last, kLastDays)) - 1;
  BackTest test;
  test.extent = ExtentOf(book, book.last);
  for (int origin = MonthOf(book.first) + 2; origin < last_month; ++origin) {
    const Date day = AddDays(MonthStart(origin + 1), -1);
    if (ClosedBy(book, day) < kLeastClosed) continue;
    const absl::Status status =
        AddOrigin(book, day, months, last_month, seed, outside, known, test);
    if (absl::IsFailedPrecondition(status)) continue;
    RELATA_RETURN_IF_ERROR(status);
  }
  if (test.lines.empty()) {
    return FailedPrecondition("no month's end has 60 closed deals before and a month after it");
  }
  Summarise(test);
  return test;
}

}  // namespace relata
