// SPDX-License-Identifier: Apache-2.0
//
// What customers bought, taken from the graph: the figures that RFM and customer value start from.
//
// A purchase is an order that was not cancelled, of the customer that its `account` or `contact`
// link names, at its `at` and not later than `now`. Amounts are net; orders in a currency other
// than the one asked for are left out and counted, never added as if they were the same. An order
// below zero is a return or a credit: it lowers what was bought and is no purchase itself, neither
// in number nor as the last one; a customer with returns only is left out.
//
// Whoever objects to profiling is no customer here.
//
// As thread-safe as the Crm.

#ifndef RELATA_SCORE_CUSTOMERS_H_
#define RELATA_SCORE_CUSTOMERS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/score/cadence.h"
#include "relata/score/rfm.h"

namespace relata {

struct CustomerPurchases {
  TypeId type = kNoType;             // account or contact
  Currency currency;                 // of all amounts
  std::vector<Purchases> customers;  // those with a purchase, by row
  int64_t other_currency = 0;        // orders left out because of their currency
  int64_t objecting = 0;             // customers left out: they object to profiling
};

// Purchases by customer of `type` ("account" or "contact"). With no currency given, that of most
// orders. PermissionDenied when the reader may not read orders or their amounts.
absl::StatusOr<CustomerPurchases> PurchasesOf(const Crm& crm, std::string_view type,
                                              Currency currency, const QueryOptions& options);

// The customers of `how.type`, by row, whose scores fit one of `patterns`, as those of a cell:
// three digits for recency, frequency and monetary value, `*` for any. They are those that
// PurchasesOf and ScoreRfm find; where groups are equal parts (RfmMethod::kNtile, no whole days)
// and every order is a purchase, nothing is written down for the others. InvalidArgument for no
// such pattern.
absl::StatusOr<std::vector<Row>> CustomersScored(const Crm& crm, const RfmDefinition& how,
                                                 std::span<const std::string> patterns,
                                                 Currency currency, const QueryOptions& options);

// Customers whose silence is longer than `factor` times their usual interval between orders
// (cadence.h), most overdue first.
absl::StatusOr<std::vector<Cadence>> LateCustomers(const Crm& crm, std::string_view type,
                                                   double factor, const QueryOptions& options);

}  // namespace relata

#endif  // RELATA_SCORE_CUSTOMERS_H_
