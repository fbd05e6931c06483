// SPDX-License-Identifier: Apache-2.0
//
// Scores, RFM and the weighted pipeline.

#include <string>
#include <vector>

#include "capi/guard.h"
#include "capi/payload.h"
#include "relata/score/customers.h"
#include "relata/score/forecast.h"
#include "relata/score/rfm.h"
#include "relata/score/rule_score.h"

namespace relata::capi {
namespace {

using nlohmann::json;

absl::StatusOr<json> ScoredOut(const Crm& crm, const ScoredRecord& scored) {
  json out = {{"total", scored.total}, {"contributions", json::array()}};
  RELATA_ASSIGN_OR_RETURN(out["name"], crm.Name(scored.record));
  if (!scored.grade.empty()) out["grade"] = scored.grade;
  for (const Contribution& c : scored.contributions) {
    json one = {{"rule", c.rule}, {"group", c.group}, {"points", c.points}, {"events", c.events}};
    if (!c.undecided.empty()) one["undecided"] = c.undecided;
    out["contributions"].push_back(std::move(one));
  }
  return out;
}

absl::StatusOr<std::string> RfmLines(const Crm& crm, std::string_view type, std::string_view name,
                                     const QueryOptions& asking) {
  RELATA_ASSIGN_OR_RETURN(RfmDefinition how, FindRfm(crm, name));
  if (!type.empty()) how.type = type;
  RELATA_ASSIGN_OR_RETURN(const CustomerPurchases purchases,
                          PurchasesOf(crm, how.type, Currency(), asking));
  const std::vector<RfmScore> scores = ScoreRfm(purchases.customers, how, asking.now);
  std::string lines;
  for (size_t i = 0; i < scores.size(); ++i) {
    const RfmScore& score = scores[i];
    const Purchases& bought = purchases.customers[i];
    json one = {{"recency", score.recency},
                {"frequency", score.frequency},
                {"monetary", score.monetary},
                {"cell", RfmCell(how, score)},
                {"last", FormatTimestamp(bought.last)},
                {"orders", bought.count}};
    RELATA_ASSIGN_OR_RETURN(one["name"], crm.Name({purchases.type, score.customer}));
    RELATA_ASSIGN_OR_RETURN(one["bought"],
                            ValueOut(crm, Value::Amount({bought.amount, purchases.currency})));
    lines += Dump(one) + "\n";
  }
  return lines;
}

std::string MonthName(const ForecastMonth& month) {
  const std::string digits = std::to_string(month.month);
  return std::to_string(month.year) + (digits.size() < 2 ? "-0" : "-") + digits;
}

absl::StatusOr<std::string> ForecastLines(const Crm& crm, const Forecast& forecast) {
  std::string lines;
  for (const std::vector<ForecastMonth>* part : {&forecast.months, &forecast.overdue}) {
    for (const ForecastMonth& month : *part) {
      json one = {{"currency", month.currency.ToString()}, {"deals", month.deals}};
      if (month.year != 0) one["month"] = MonthName(month);
      RELATA_ASSIGN_OR_RETURN(one["amount"], ValueOut(crm, Value::Amount(month.amount)));
      RELATA_ASSIGN_OR_RETURN(one["weighted"], ValueOut(crm, Value::Amount(month.weighted)));
      RELATA_ASSIGN_OR_RETURN(one["low"], ValueOut(crm, Value::Amount(month.low)));
      RELATA_ASSIGN_OR_RETURN(one["high"], ValueOut(crm, Value::Amount(month.high)));
      lines += Dump(one) + "\n";
    }
  }
  return lines;
}

}  // namespace
}  // namespace relata::capi

using relata::QueryOptions;
using relata::capi::Asking;
using relata::capi::BufferOut;
using relata::capi::CheckHandle;
using relata::capi::Guard;
using relata::capi::TextIn;

extern "C" {

relata_status_t relata_score_top(relata_crm_t* crm, const char* score, size_t score_size,
                                 int64_t limit, int64_t now, relata_buffer_t** lines,
                                 relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const std::string_view called, TextIn(score, score_size, "score"));
    if (limit < 0) return relata::InvalidArgument("limit is negative");
    asking.limit = static_cast<size_t>(limit);
    RELATA_ASSIGN_OR_RETURN(const std::vector<relata::ScoredRecord> top,
                            relata::TopScores(crm->crm, called, asking));
    std::string out;
    for (const relata::ScoredRecord& one : top) {
      RELATA_ASSIGN_OR_RETURN(const auto line, relata::capi::ScoredOut(crm->crm, one));
      out += relata::capi::Dump(line) + "\n";
    }
    return BufferOut(std::move(out), lines);
  });
}

relata_status_t relata_score_of(relata_crm_t* crm, const char* score, size_t score_size,
                                const char* name, size_t name_size, int64_t now,
                                relata_buffer_t** scored, relata_error_t** err) {
  if (scored != nullptr) *scored = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, scored));
    RELATA_ASSIGN_OR_RETURN(const QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const std::string_view called, TextIn(score, score_size, "score"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view who, TextIn(name, name_size, "name"));
    RELATA_ASSIGN_OR_RETURN(const relata::RecordRef record, crm->crm.Find(who));
    RELATA_ASSIGN_OR_RETURN(const relata::ScoredRecord one,
                            relata::ScoreOf(crm->crm, called, record, asking));
    RELATA_ASSIGN_OR_RETURN(const auto out, relata::capi::ScoredOut(crm->crm, one));
    return BufferOut(relata::capi::Dump(out), scored);
  });
}

relata_status_t relata_rfm(relata_crm_t* crm, const char* type, size_t type_size, const char* rfm,
                           size_t rfm_size, int64_t now, relata_buffer_t** lines,
                           relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const std::string_view of, TextIn(type, type_size, "type"));
    RELATA_ASSIGN_OR_RETURN(const std::string_view called, TextIn(rfm, rfm_size, "rfm"));
    RELATA_ASSIGN_OR_RETURN(std::string out, relata::capi::RfmLines(crm->crm, of, called, asking));
    return BufferOut(std::move(out), lines);
  });
}

relata_status_t relata_forecast(relata_crm_t* crm, int32_t months, int64_t now,
                                relata_buffer_t** lines, relata_error_t** err) {
  if (lines != nullptr) *lines = nullptr;
  return Guard(err, [&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(CheckHandle(crm, lines));
    RELATA_ASSIGN_OR_RETURN(const QueryOptions asking, Asking(*crm, now));
    RELATA_ASSIGN_OR_RETURN(const relata::Forecast forecast,
                            relata::WeightedForecast(crm->crm, months, asking));
    RELATA_ASSIGN_OR_RETURN(std::string out, relata::capi::ForecastLines(crm->crm, forecast));
    return BufferOut(std::move(out), lines);
  });
}

}  // extern "C"
