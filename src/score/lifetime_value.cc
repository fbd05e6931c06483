// SPDX-License-Identifier: Apache-2.0

#include "relata/score/lifetime_value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "score/kept_definition.h"
#include "score/lifetime_value_json.h"
#include "score/questions.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;
using internal::Questions;

constexpr std::string_view kKind = "clv";
// When nothing says that anybody leaves, the parameters are held by this much (BgNbdOptions).
constexpr double kFallbackPenalty = 1e-3;

struct Purchase {
  Timestamp at;
  Value amount;
};

std::vector<std::string> TextsOf(const LifetimeValueSpec& spec) {
  std::vector<std::string> texts = {Concat("(", spec.purchases, ").map(p, p.", spec.at, ")")};
  if (!spec.amount.empty()) {
    texts.push_back(Concat("(", spec.purchases, ").map(p, p.", spec.amount, ")"));
  }
  return texts;
}

LifetimeValueSpec Completed(LifetimeValueSpec spec) {
  if (spec.purchases.empty()) {
    spec.purchases = Concat(spec.type, ".orders.filter(o, o.status != 'cancelled')");
  }
  return spec;
}

absl::Status CheckSpec(const LifetimeValueSpec& spec) {
  const auto is_field = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    });
  };
  if (spec.name.empty()) return InvalidArgument("a lifetime value needs a name");
  if (spec.at.empty() || !is_field(spec.at) || !is_field(spec.amount)) {
    return InvalidArgument("the instant and the amount of a purchase are named by fields");
  }
  if (spec.unit.micros <= 0 || spec.horizon.micros < 0 || spec.hold_out.micros < 0) {
    return InvalidArgument("the unit of time is positive; horizon and hold-out are not negative");
  }
  if (!(spec.yearly_rate >= 0)) return InvalidArgument("the yearly rate of discount is 0 or more");
  if (spec.yearly_rate == 0 && spec.horizon.micros == 0) {
    return InvalidArgument("without a horizon the yearly rate of discount is more than 0");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Value>> ListOf(Questions& questions, size_t i, RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(const EvalResult result, questions.Ask(i, record));
  if (!result.ok() || result.value.is_null()) return std::vector<Value>();
  if (!result.value.is(Value::Kind::kList)) {
    return InvalidArgument("the expression of the purchases yields a list of records or events");
  }
  return result.value.list();
}

// A return or a credit lowers what was bought and is no purchase itself.
bool IsReturn(const Purchase& p) {
  if (p.amount.is(Value::Kind::kMoney)) return p.amount.money().units < 0;
  if (p.amount.is(Value::Kind::kDouble)) return p.amount.double_value() < 0;
  return p.amount.is(Value::Kind::kInt) && p.amount.int_value() < 0;
}

// A customer's purchases not later than `now`, in order of time; returns after the first purchase
// are among them.
absl::StatusOr<std::vector<Purchase>> PurchasesFor(Questions& questions, RecordRef customer,
                                                   Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<Value> at, ListOf(questions, 0, customer));
  std::vector<Value> amounts;
  if (questions.conditions().size() > 1) {
    RELATA_ASSIGN_OR_RETURN(amounts, ListOf(questions, 1, customer));
  }
  std::vector<Purchase> purchases;
  for (size_t i = 0; i < at.size(); ++i) {
    Purchase one;
    if (at[i].is(Value::Kind::kTimestamp)) {
      one.at = at[i].timestamp();
    } else if (at[i].is(Value::Kind::kDate)) {
      one.at = UtcMidnight(at[i].date());
    } else {
      continue;
    }
    if (one.at > now) continue;
    if (i < amounts.size()) one.amount = amounts[i];
    purchases.push_back(std::move(one));
  }
  std::stable_sort(purchases.begin(), purchases.end(),
                   [](const Purchase& a, const Purchase& b) { return a.at < b.at; });
  purchases.erase(purchases.begin(),
                  std::find_if_not(purchases.begin(), purchases.end(), IsReturn));
  return purchases;
}

std::vector<Timestamp> InstantsOf(const std::vector<Purchase>& purchases) {
  std::vector<Timestamp> at;
  for (const Purchase& p : purchases) {
    if (!IsReturn(p)) at.push_back(p.at);
  }
  return at;
}

// Amounts of the days after the first, a day's together; those of another currency are counted.
Spend SpendOf(const std::vector<Purchase>& purchases, Currency currency, Timestamp now,
              int64_t* other_currency) {
  Spend spend;
  std::map<Date, double> days;
  for (const Purchase& p : purchases) {
    if (p.at > now || UtcDate(p.at) == UtcDate(purchases.front().at)) continue;
    if (p.amount.is(Value::Kind::kMoney) && p.amount.money().currency != currency) {
      if (other_currency != nullptr) ++*other_currency;
      continue;
    }
    const std::optional<double> amount = internal::NumberOf(p.amount, now);
    if (amount) days[UtcDate(p.at)] += *amount;
  }
  double sum = 0;
  for (const auto& [day, amount] : days) {
    if (!(amount > 0)) continue;  // a day of returns tells nothing of what a purchase is worth
    sum += amount;
    ++spend.x;
  }
  if (spend.x > 0) spend.mean = sum / static_cast<double>(spend.x);
  return spend;
}

Currency MostUsed(const std::vector<std::pair<RecordRef, std::vector<Purchase>>>& customers) {
  std::map<Currency, int64_t> counts;
  for (const auto& [customer, purchases] : customers) {
    for (const Purchase& p : purchases) {
      if (p.amount.is(Value::Kind::kMoney)) ++counts[p.amount.money().currency];
    }
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? Currency() : most->first;
}

double UnitsOf(Duration d, const LifetimeValueSpec& spec) {
  return static_cast<double>(d.micros) / static_cast<double>(spec.unit.micros);
}

absl::StatusOr<BgNbdFit> FitBuying(std::span<const RepeatBuying> histories) {
  absl::StatusOr<BgNbdFit> fit = FitBgNbd(histories);
  const BgNbdOptions defaults;
  int64_t repeat = 0;
  for (const RepeatBuying& h : histories) repeat += h.x > 0 ? h.customers : 0;
  if (fit.ok() || repeat < defaults.least_repeat_customers) return fit;
  BgNbdOptions held;
  held.penalty = kFallbackPenalty;
  return FitBgNbd(histories, held);
}

using Customers = std::vector<std::pair<RecordRef, std::vector<Purchase>>>;

// Fits on what was before the last period and compares with what came in it.
void TestOnLastPeriod(const Customers& customers, Timestamp now, LifetimeValueModel& model) {
  Timestamp first = now;
  for (const auto& [customer, purchases] : customers) first = std::min(first, purchases[0].at);
  Duration length = model.spec.hold_out;
  if (length.micros == 0) length = {(now - first).micros / 3};
  const Timestamp split = now - length;
  std::vector<RepeatBuying> before;
  std::vector<HeldOut> held_out;
  for (const auto& [customer, purchases] : customers) {
    const std::vector<Timestamp> at = InstantsOf(purchases);
    const auto early = SummarisePurchases(at, split, model.spec.unit);
    if (!early) continue;
    const auto whole = SummarisePurchases(at, now, model.spec.unit);
    before.push_back(*early);
    held_out.push_back({*early, UnitsOf(length, model.spec), whole->x - early->x});
  }
  const absl::StatusOr<BgNbdFit> fit = FitBuying(before);
  if (!fit.ok()) {
    model.no_hold_out = std::string(Message(fit.status()));
    return;
  }
  model.hold_out = CompareHoldOut(fit->model, held_out);
  model.hold_out_length = length;
}

CustomerValue Valued(const LifetimeValueModel& model, RecordRef customer,
                     const std::vector<Purchase>& purchases, Timestamp now) {
  const LifetimeValueSpec& spec = model.spec;
  CustomerValue value;
  value.customer = customer;
  value.history = *SummarisePurchases(InstantsOf(purchases), now, spec.unit);
  value.alive = ProbabilityAlive(model.buying.model, value.history);
  const Duration year = Days(365);
  const Duration horizon = spec.horizon.micros > 0 ? spec.horizon : year;
  value.expected = ExpectedPurchases(model.buying.model, value.history, UnitsOf(horizon, spec));
  value.discounted =
      DiscountedPurchases(model.buying.model, value.history, spec.yearly_rate / UnitsOf(year, spec),
                          UnitsOf(spec.horizon, spec));
  value.expected_spend = std::numeric_limits<double>::quiet_NaN();
  if (!model.spend) return value;
  value.spend = SpendOf(purchases, spec.currency, now, nullptr);
  value.expected_spend = ExpectedSpend(model.spend->model, value.spend);
  const double cents = value.expected_spend * value.discounted * 100;
  if (std::isfinite(cents) && std::abs(cents) < 9e16) {
    value.value = {static_cast<int64_t>(std::llround(cents)) * 100, spec.currency};
  }
  return value;
}

// Every customer who bought and does not object to profiling.
absl::StatusOr<Customers> EveryCustomer(Questions& questions, Timestamp now) {
  Customers customers;
  const Snapshot& view = questions.view();
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                          internal::ObjectorsTo(view, questions.type(), now));
  for (Row row = 0; row < view.RowLimit(questions.type()); ++row) {
    const RecordRef customer{questions.type(), row};
    if (!view.Exists(customer) || objectors.contains(row)) continue;
    RELATA_ASSIGN_OR_RETURN(std::vector<Purchase> purchases,
                            PurchasesFor(questions, customer, now));
    if (!purchases.empty()) customers.emplace_back(customer, std::move(purchases));
  }
  return customers;
}

void FitSpend(const Customers& customers, Timestamp now, LifetimeValueModel& model) {
  if (model.spec.amount.empty()) {
    model.no_spend = "no amount was named";
    return;
  }
  std::vector<Spend> spends;
  for (const auto& [customer, purchases] : customers) {
    const Spend spend = SpendOf(purchases, model.spec.currency, now, &model.other_currency);
    if (spend.x > 0) spends.push_back(spend);
  }
  absl::StatusOr<SpendFit> fit = FitGammaGamma(spends);
  if (fit.ok()) {
    model.spend = *fit;
  } else {
    model.no_spend = std::string(Message(fit.status()));
  }
}

}  // namespace

absl::StatusOr<LifetimeValueModel> FitLifetimeValue(Crm& crm, const LifetimeValueSpec& asked,
                                                    const Actor& actor, Timestamp now) {
  LifetimeValueModel model;
  model.spec = Completed(asked);
  model.fitted_at = now;
  RELATA_RETURN_IF_ERROR(CheckSpec(model.spec));
  QueryOptions options;
  options.now = now;
  options.reader = actor;
  const std::vector<std::string> texts = TextsOf(model.spec);
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, model.spec.type, texts, options));
  RELATA_ASSIGN_OR_RETURN(const Customers customers, EveryCustomer(questions, now));
  if (model.spec.currency.none()) model.spec.currency = MostUsed(customers);
  std::vector<RepeatBuying> histories;
  for (const auto& [customer, purchases] : customers) {
    histories.push_back(*SummarisePurchases(InstantsOf(purchases), now, model.spec.unit));
  }
  RELATA_ASSIGN_OR_RETURN(model.buying, FitBuying(histories));
  FitSpend(customers, now, model);
  TestOnLastPeriod(customers, now, model);
  Transaction tx = crm.Begin(actor);
  tx.Define(kKind, model.spec.name, LifetimeValueToJson(model));
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  RELATA_ASSIGN_OR_RETURN(const Definition saved, crm.FindDefinition(kKind, model.spec.name));
  model.version = saved.version;
  return model;
}

absl::StatusOr<LifetimeValueModel> FindLifetimeValue(const Crm& crm, std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(
      const std::shared_ptr<const LifetimeValueModel> model,
      internal::KeptDefinition<LifetimeValueModel>(
          crm, kKind, name, [](const Definition& definition) -> absl::StatusOr<LifetimeValueModel> {
            RELATA_ASSIGN_OR_RETURN(LifetimeValueModel read, internal::LifetimeValueFromJson(
                                                                 definition.name, definition.body));
            read.version = definition.version;
            return read;
          }));
  return *model;
}

absl::StatusOr<std::vector<CustomerValue>> TopLifetimeValues(const Crm& crm, std::string_view name,
                                                             const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const LifetimeValueModel model, FindLifetimeValue(crm, name));
  const std::vector<std::string> texts = TextsOf(model.spec);
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, model.spec.type, texts, options));
  RELATA_ASSIGN_OR_RETURN(const Customers customers, EveryCustomer(questions, options.now));
  std::vector<CustomerValue> values;
  for (const auto& [customer, purchases] : customers) {
    values.push_back(Valued(model, customer, purchases, options.now));
  }
  std::stable_sort(
      values.begin(), values.end(), [](const CustomerValue& a, const CustomerValue& b) {
        return std::pair(a.value.units, a.discounted) > std::pair(b.value.units, b.discounted);
      });
  if (options.limit != 0 && values.size() > options.limit) values.resize(options.limit);
  return values;
}

absl::StatusOr<CustomerValue> LifetimeValueOf(const Crm& crm, std::string_view name,
                                              RecordRef customer, const QueryOptions& options) {
  RELATA_ASSIGN_OR_RETURN(const LifetimeValueModel model, FindLifetimeValue(crm, name));
  const RecordRef here = crm.Resolve(customer);
  const TypeDef* type = crm.schema()->Find(model.spec.type);
  if (type == nullptr || here.type != type->id) {
    return InvalidArgument(
        Concat("'", name, "' is the value of records of type ", model.spec.type));
  }
  const std::vector<std::string> texts = TextsOf(model.spec);
  RELATA_ASSIGN_OR_RETURN(Questions questions,
                          Questions::Prepare(crm, model.spec.type, texts, options));
  RELATA_RETURN_IF_ERROR(internal::MayBeProfiled(questions.view(), here, options.now));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Purchase> purchases,
                          PurchasesFor(questions, here, options.now));
  if (purchases.empty()) return NotFound("the customer has bought nothing yet");
  return Valued(model, here, purchases, options.now);
}

namespace {

struct Answering {
  LifetimeValueModel model;
  Questions questions;

  static absl::StatusOr<Answering> Make(const Asking& asking, std::string_view name, TypeId type) {
    RELATA_ASSIGN_OR_RETURN(LifetimeValueModel model, FindLifetimeValue(asking.crm, name));
    const TypeDef* def = asking.crm.schema()->Find(model.spec.type);
    if (def == nullptr || type != def->id) {
      return NotFound(Concat("'", name, "' is the value of records of type ", model.spec.type));
    }
    const std::vector<std::string> texts = TextsOf(model.spec);
    RELATA_ASSIGN_OR_RETURN(Questions questions, Questions::On(asking.crm, asking.view,
                                                               model.spec.type, texts, asking.now));
    return Answering{std::move(model), std::move(questions)};
  }

  absl::StatusOr<double> For(RecordRef record, Timestamp now) {
    RELATA_ASSIGN_OR_RETURN(const std::vector<Purchase> purchases,
                            PurchasesFor(questions, record, now));
    if (purchases.empty()) return 0;
    const CustomerValue value = Valued(model, record, purchases, now);
    return model.spend ? static_cast<double>(value.value.units) / 10'000 : value.discounted;
  }
};

}  // namespace

absl::StatusOr<double> AnswerLifetimeValue(const Asking& asking, std::string_view name,
                                           RecordRef record) {
  RELATA_ASSIGN_OR_RETURN(Answering answering, Answering::Make(asking, name, record.type));
  return answering.For(record, asking.now);
}

absl::StatusOr<std::vector<double>> AnswerLifetimeValues(const Asking& asking,
                                                         std::string_view name, TypeId type) {
  RELATA_ASSIGN_OR_RETURN(Answering answering, Answering::Make(asking, name, type));
  const Row limit = asking.view.RowLimit(type);
  std::vector<double> values(static_cast<size_t>(limit), std::numeric_limits<double>::quiet_NaN());
  for (Row row = 0; row < limit; ++row) {
    if (!asking.view.Exists({type, row})) continue;
    RELATA_ASSIGN_OR_RETURN(values[static_cast<size_t>(row)],
                            answering.For({type, row}, asking.now));
  }
  return values;
}

absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> LifetimeValuePlans(const Crm& crm,
                                                                            std::string_view name) {
  RELATA_ASSIGN_OR_RETURN(const LifetimeValueModel model, FindLifetimeValue(crm, name));
  std::vector<std::shared_ptr<const Plan>> plans;
  for (const std::string& text : TextsOf(model.spec)) {
    RELATA_ASSIGN_OR_RETURN(const internal::Condition condition,
                            internal::CheckCondition(crm, model.spec.type, text, {}, ValueType()));
    plans.push_back(condition.expression->shared_plan());
  }
  return plans;
}

}  // namespace relata
