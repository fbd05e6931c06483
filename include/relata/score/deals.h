// SPDX-License-Identifier: Apache-2.0
//
// The book of deals: every opportunity with when it was opened and how it ended, as forecasts and
// reports on sales read it.
//
// A deal is opened on the day of `opened_at` (else of its first known stage) and closed on the day
// of `closed_on` (else of `close_date`). Its stages and what was thought of it at each come from
// events of the type "stage_change", where they were recorded or imported; without them only the
// stage it stands in, since `stage_since`, is known. Its offer is the product of its first line;
// sector and size are those of its account, unless the caller says otherwise (DealFields).
//
// A book is a plain value and immutable once made. DealsOf is as thread-safe as the Crm.

#ifndef RELATA_SCORE_DEALS_H_
#define RELATA_SCORE_DEALS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/money.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/engine/crm.h"

namespace relata {

// A deal's entry into a stage, and what was thought of the deal from then on.
struct DealMove {
  Date on;
  std::string stage;
  std::optional<double> amount;
  std::optional<Date> expected;
  std::optional<double> probability;  // 0 to 1
};

struct Deal {
  RecordRef opportunity;
  Date opened;
  std::optional<Date> closed;
  bool won = false;              // with `closed`
  std::optional<double> amount;  // expected, in major units
  double won_amount = 0;
  std::optional<Date> expected;       // close
  std::optional<double> probability;  // 0 to 1, its own
  std::string stage;                  // "" when not known
  Date stage_since;
  std::vector<DealMove> moves;  // oldest first
  std::string offer;            // "" when not known, here and below
  std::string sector;
  std::string size;
  std::string channel;
};

struct DealBook {
  Currency currency;
  std::vector<Deal> deals;  // by row
  // The amounts of lost deals are filled as those of won ones are: they are expectations. Otherwise
  // an amount is an outcome, and no forecast may look at it.
  bool amounts_are_estimates = false;
  int64_t without_opening = 0;  // left out: no day on which they were opened
  int64_t other_currency = 0;   // left out
  Date first;                   // day on which a deal was opened or closed
  Date last;
};

// Expressions over an opportunity that give texts; "" takes the standard field.
struct DealFields {
  std::string offer;    // the product of the first line
  std::string sector;   // account.industry
  std::string size;     // account.headcount in bands: 1-9, 10-49, 50-249, 250-999, 1000+
  std::string channel;  // origin
};

// The deals that the reader may see. With no currency given, that of most deals. PermissionDenied.
absl::StatusOr<DealBook> DealsOf(const Crm& crm, const QueryOptions& asking,
                                 const DealFields& fields = {}, Currency currency = {});

// The book as it was known at the end of `day`, in the tenant's zone: read from the graph of that
// instant (Crm::Past), where the database remembers it - corrections made since, deals entered late
// and deals that went away are as they were -, else from today's records by their dates (BookAsOf).
// Expected closes and stages planned beyond the day are not facts in either. Errors as DealsOf.
struct KnownBook {
  DealBook book;
  bool recorded = false;  // from the graph of that instant
};
absl::StatusOr<KnownBook> DealsKnownOn(const Crm& crm, Date day, const QueryOptions& asking,
                                       const DealFields& fields = {}, Currency currency = {});

// What objectives ask to be won, by month (year * 12 + month - 1), in major units: the target
// amounts of objectives that are part of no other, spread over the days from `from` to `until`.
// Amounts in another currency are left out. PermissionDenied.
absl::StatusOr<std::map<int, double>> QuotasOf(const Crm& crm, const QueryOptions& asking,
                                               Currency currency);

// The book as it stood at the end of `day`, as far as dates tell: deals opened by then, closed only
// if closed by then, in the stage and with the expectations of then. Deals that closed later lose
// what was written with their end: the amount, unless it is an estimate, and an expected close that
// is the day of the end.
DealBook BookAsOf(const DealBook& book, Date day);

}  // namespace relata

#endif  // RELATA_SCORE_DEALS_H_
