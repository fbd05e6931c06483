// SPDX-License-Identifier: Apache-2.0

#include "score/lifetime_value_json.h"

#include <string>

#include "base/json_members.h"
#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace relata {
namespace {

using Json = nlohmann::json;
using internal::Concat;
using internal::JsonMembers;

double DaysOf(Duration d) {
  return static_cast<double>(d.micros) / static_cast<double>(Days(1).micros);
}
Duration OfDays(double days) {
  return {static_cast<int64_t>(days * static_cast<double>(Days(1).micros))};
}

Json BuyingJson(const BgNbdFit& fit) {
  const auto four = [](const BgNbd& m) {
    return Json{{"r", m.r}, {"alpha", m.alpha}, {"a", m.a}, {"b", m.b}};
  };
  return {{"parameters", four(fit.model)},
          {"standard_errors", four(fit.standard_error)},
          {"log_likelihood", fit.log_likelihood},
          {"customers", fit.customers},
          {"repeat_customers", fit.repeat_customers},
          {"repeat_purchases", fit.repeat_purchases},
          {"penalty", fit.penalty}};
}

Json SpendJson(const SpendFit& fit) {
  const auto three = [](const GammaGamma& m) {
    return Json{{"p", m.p}, {"q", m.q}, {"gamma", m.gamma}};
  };
  return {{"parameters", three(fit.model)},
          {"standard_errors", three(fit.standard_error)},
          {"log_likelihood", fit.log_likelihood},
          {"customers", fit.customers},
          {"correlation", fit.correlation}};
}

Json HoldOutJson(const HoldOut& h, Duration length) {
  Json lines = Json::array();
  for (const HoldOut::Line& line : h.lines) {
    lines.push_back({{"x", line.x},
                     {"customers", line.customers},
                     {"expected", line.expected},
                     {"actual", line.actual}});
  }
  return {{"days", DaysOf(length)},
          {"customers", h.customers},
          {"expected", h.expected},
          {"actual", h.actual},
          {"mean_absolute_error", h.mean_absolute_error},
          {"root_mean_square_error", h.root_mean_square_error},
          {"correlation", h.correlation},
          {"by_frequency", lines}};
}

BgNbd ReadBgNbd(const Json& json) {
  return {json.value("r", 0.0), json.value("alpha", 0.0), json.value("a", 0.0),
          json.value("b", 0.0)};
}
GammaGamma ReadGammaGamma(const Json& json) {
  return {json.value("p", 0.0), json.value("q", 0.0), json.value("gamma", 0.0)};
}

BgNbdFit ReadBuying(const Json& json) {
  BgNbdFit fit;
  fit.model = ReadBgNbd(json.value("parameters", Json::object()));
  fit.standard_error = ReadBgNbd(json.value("standard_errors", Json::object()));
  fit.log_likelihood = json.value("log_likelihood", 0.0);
  fit.customers = json.value("customers", int64_t{0});
  fit.repeat_customers = json.value("repeat_customers", int64_t{0});
  fit.repeat_purchases = json.value("repeat_purchases", int64_t{0});
  fit.penalty = json.value("penalty", 0.0);
  return fit;
}

SpendFit ReadSpend(const Json& json) {
  SpendFit fit;
  fit.model = ReadGammaGamma(json.value("parameters", Json::object()));
  fit.standard_error = ReadGammaGamma(json.value("standard_errors", Json::object()));
  fit.log_likelihood = json.value("log_likelihood", 0.0);
  fit.customers = json.value("customers", int64_t{0});
  fit.correlation = json.value("correlation", 0.0);
  return fit;
}

HoldOut ReadHoldOut(const Json& json) {
  HoldOut h;
  h.customers = json.value("customers", int64_t{0});
  h.expected = json.value("expected", 0.0);
  h.actual = json.value("actual", int64_t{0});
  h.mean_absolute_error = json.value("mean_absolute_error", 0.0);
  h.root_mean_square_error = json.value("root_mean_square_error", 0.0);
  h.correlation = json.value("correlation", 0.0);
  for (const Json& line : json.value("by_frequency", Json::array())) {
    h.lines.push_back({line.value("x", int64_t{0}), line.value("customers", int64_t{0}),
                       line.value("expected", 0.0), line.value("actual", 0.0)});
  }
  return h;
}

// nlohmann's value() throws when a member is of another type: one guard for the whole body.
absl::StatusOr<LifetimeValueModel> ReadModel(std::string_view name, const Json& json) try {
  LifetimeValueModel model;
  LifetimeValueSpec& spec = model.spec;
  spec.name = name;
  spec.type = json.at("type").get<std::string>();
  spec.purchases = json.at("purchases").get<std::string>();
  spec.at = json.value("at", "at");
  spec.amount = json.value("amount", "");
  const std::string currency = json.value("currency", "");
  if (!currency.empty()) spec.currency = Currency::Parse(currency).value_or(Currency());
  spec.unit = OfDays(json.value("unit_days", 7.0));
  spec.yearly_rate = json.value("yearly_rate", 0.0);
  spec.horizon = OfDays(json.value("horizon_days", 0.0));
  spec.hold_out = OfDays(json.value("hold_out_days", 0.0));
  model.fitted_at = ParseTimestamp(json.value("fitted_at", "")).value_or(Timestamp{});
  model.buying = ReadBuying(json.at("buying"));
  if (json.contains("spend")) model.spend = ReadSpend(json["spend"]);
  model.no_spend = json.value("no_spend", "");
  model.other_currency = json.value("other_currency", int64_t{0});
  if (json.contains("hold_out")) {
    model.hold_out = ReadHoldOut(json["hold_out"]);
    model.hold_out_length = OfDays(json["hold_out"].value("days", 0.0));
  }
  model.no_hold_out = json.value("no_hold_out", "");
  return model;
} catch (const Json::exception& error) {
  return DataLoss(Concat("the definition of lifetime value '", name,
                         "' cannot be read: ", std::string_view(error.what())));
}

}  // namespace

std::string LifetimeValueToJson(const LifetimeValueModel& model) {
  const LifetimeValueSpec& spec = model.spec;
  Json json = {{"type", spec.type},
               {"purchases", spec.purchases},
               {"at", spec.at},
               {"amount", spec.amount},
               {"currency", spec.currency.none() ? "" : spec.currency.ToString()},
               {"unit_days", DaysOf(spec.unit)},
               {"yearly_rate", spec.yearly_rate},
               {"horizon_days", DaysOf(spec.horizon)},
               {"hold_out_days", DaysOf(spec.hold_out)},
               {"fitted_at", FormatTimestamp(model.fitted_at)},
               {"buying", BuyingJson(model.buying)},
               {"other_currency", model.other_currency}};
  if (model.spend) json["spend"] = SpendJson(*model.spend);
  if (!model.no_spend.empty()) json["no_spend"] = model.no_spend;
  if (model.hold_out) json["hold_out"] = HoldOutJson(*model.hold_out, model.hold_out_length);
  if (!model.no_hold_out.empty()) json["no_hold_out"] = model.no_hold_out;
  return json.dump();
}

absl::StatusOr<LifetimeValueModel> internal::LifetimeValueFromJson(std::string_view name,
                                                                   std::string_view body) {
  return ReadModel(name, Json::parse(body, nullptr, false));
}

}  // namespace relata
