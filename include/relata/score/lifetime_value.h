// SPDX-License-Identifier: Apache-2.0
//
// What each customer is worth from now on: BG/NBD and Gamma-Gamma over the graph.
//
// A lifetime value is a definition of kind "clv". It names a type of customer and, in one
// expression, the customer's purchases: orders of an account, invoices of a contact, lines of a
// type of your own, events. Fitting reads every customer's purchases up to `now`, fits how often
// they buy and when they leave (bg_nbd.h) and what they spend (gamma_gamma.h), and saves the
// parameters with their standard errors. Asking reads a customer's purchases up to the asker's
// `now` and gives, from the saved parameters:
//
//   value = mean amount expected of a purchase * purchases expected, each discounted to now
//
// Amounts are of one currency; purchases in another count as purchases, and their amounts are left
// out and counted. The mean amount is of the purchases after the first day, as in the literature.
//
// `score('NAME')` in an expression gives the value in major units of the currency.
//
// Free functions over a Crm; as thread-safe as the Crm.

#ifndef RELATA_SCORE_LIFETIME_VALUE_H_
#define RELATA_SCORE_LIFETIME_VALUE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/money.h"
#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/engine/hooks.h"
#include "relata/score/bg_nbd.h"
#include "relata/score/gamma_gamma.h"

namespace relata {

// What to fit. The expression yields a list of records or events; `at` and `amount` are fields of
// them. With `amount` empty only purchases are counted and there is no money.
struct LifetimeValueSpec {
  std::string name = "clv";
  std::string type = "account";
  std::string purchases;  // empty: TYPE.orders without the cancelled
  std::string at = "at";
  std::string amount = "net";
  Currency currency;                 // none: the one most purchases are in
  Duration unit = Weeks(1);          // of time in the parameters
  double yearly_rate = 0.10;         // of discount, continuously compounded
  Duration horizon = Days(3 * 365);  // zero: all time
  Duration hold_out;                 // how long a last period to test on; zero: a third of the data
};

struct LifetimeValueModel {
  LifetimeValueSpec spec;  // with purchases and currency filled in
  int64_t version = 0;
  Timestamp fitted_at;
  BgNbdFit buying;
  std::optional<SpendFit> spend;
  std::string no_spend;  // why there is none
  int64_t other_currency = 0;
  // The same fit on the data before the last period, compared with what happened in it.
  std::optional<HoldOut> hold_out;
  Duration hold_out_length;
  std::string no_hold_out;  // why there is none
};

struct CustomerValue {
  RecordRef customer;
  RepeatBuying history;
  Spend spend;                // x = 0: no amount of a repeat purchase is known
  double alive = 0;           // probability, 0 to 1
  double expected = 0;        // purchases within the horizon (a year when it is all time)
  double discounted = 0;      // the same over the horizon, discounted
  double expected_spend = 0;  // a purchase, in major units; NaN without a spend model
  Money value;                // none without a spend model
};

// Fits and saves the next version. InvalidArgument when an expression does not check,
// FailedPrecondition when there is too little data (the message says how much is needed). When the
// likelihood of buying has no maximum it is fitted with a small penalty, which the fit shows.
absl::StatusOr<LifetimeValueModel> FitLifetimeValue(Crm& crm, const LifetimeValueSpec& spec,
                                                    const Actor& actor, Timestamp now);

// NotFound when there is none.
absl::StatusOr<LifetimeValueModel> FindLifetimeValue(const Crm& crm, std::string_view name);

// Customers by value at options.now, highest first (by discounted purchases without money), ties by
// row; at most options.limit (0: all). Those who never bought are left out.
absl::StatusOr<std::vector<CustomerValue>> TopLifetimeValues(const Crm& crm, std::string_view name,
                                                             const QueryOptions& options);

// One customer. NotFound when they never bought.
absl::StatusOr<CustomerValue> LifetimeValueOf(const Crm& crm, std::string_view name,
                                              RecordRef customer, const QueryOptions& options);

// The model as JSON, shaped as LifetimeValueModel in proto/relata/v1/model.proto.
std::string LifetimeValueToJson(const LifetimeValueModel& model);

// For the engine: score('NAME') inside expressions, of a record and of all of a type by row.
absl::StatusOr<double> AnswerLifetimeValue(const Asking& asking, std::string_view name,
                                           RecordRef record);
absl::StatusOr<std::vector<double>> AnswerLifetimeValues(const Asking& asking,
                                                         std::string_view name, TypeId type);
absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> LifetimeValuePlans(const Crm& crm,
                                                                            std::string_view name);

}  // namespace relata

#endif  // RELATA_SCORE_LIFETIME_VALUE_H_
