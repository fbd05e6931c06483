// SPDX-License-Identifier: Apache-2.0

#include "relata/score/signals.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "base/strings.h"
#include "relata/score/rule_score.h"
#include "relata/segment/segment.h"
#include "segment/profiling.h"

namespace relata {
namespace {

using internal::Concat;

constexpr std::string_view kScore = "leaving";

std::string Counted(std::string_view list, std::string_view element, std::string_view at,
                    std::string_view from, std::string_view until, std::string_view also = "") {
  std::string out = Concat(list, ".filter(", element, ", ", element, ".", at, " != null && ");
  out += Concat(element, ".", at, " > now - days(", from, ")");
  if (!until.empty()) out += Concat(" && ", element, ".", at, " <= now - days(", until, ")");
  return Concat(out, also.empty() ? "" : " && ", also, ").size()");
}

std::string Frequency() {
  const std::string_view kept = "o.status != 'cancelled' && o.at <= now";
  const std::string before = Counted("account.orders", "o", "at", "540", "180", kept);
  const std::string since = Counted("account.orders", "o", "at", "180", "", kept);
  return Concat(before, " >= 4 && 4 * ", since, " < ", before);
}

std::string Tickets() {
  const std::string before = Counted("account.tickets", "t", "opened_at", "180", "90");
  const std::string since =
      Counted("account.tickets", "t", "opened_at", "90", "", "t.opened_at <= now");
  return Concat(since, " >= 3 && ", since, " >= 2 * ", before);
}

std::string Engagement() {
  std::string before;
  std::string since;
  for (const std::string_view type : {"page_view", "email_opened", "email_clicked", "download",
                                      "form_sent", "app_used", "login"}) {
    const std::string list = Concat("contact.events('", type, "')");
    if (!before.empty()) before += " + ";
    before += Concat(list, ".filter(e, e.at > now - days(240) && e.at <= now - days(60)).size()");
    since += Concat(" && ", list, ".filter(e, e.at > now - days(60) && e.at <= now).size() == 0");
  }
  return Concat(before, " >= 3", since);
}

}  // namespace

const std::vector<CustomerSignal>& ReadySignals() {
  static const auto* const signals = new std::vector<CustomerSignal>{
      {"frequency_falling", "account", {"Orders fewer", "Commandes en baisse"}, Frequency()},
      {"tickets_rising", "account", {"Tickets rising", "Tickets en hausse"}, Tickets()},
      {"contact_changed",
       "account",
       {"A contact left", "Un contact est parti"},
       "account.employments.exists(e, e.until != null && e.until > date(now - days(90)) && "
       "e.until <= date(now))"},
      {"engagement_gone", "contact", {"Gone silent", "Devenu silencieux"}, Engagement()},
      {"satisfaction_dropped",
       "contact",
       {"Satisfaction dropped", "Satisfaction en baisse"},
       "contact.survey_answers.exists(a, a.at != null && a.score != null && "
       "a.at > now - days(180) && a.at <= now && contact.survey_answers.exists(b, "
       "b.at != null && b.score != null && b.at < a.at && b.kind == a.kind && "
       "b.score - a.score >= 3.0))"},
  };
  return *signals;
}

std::string_view LeavingScore() {
  return R"json({"type": "account", "cap": 100, "rules": [
  {"name": "frequency falling", "points": 35, "when": "in_segment('signal_frequency_falling')"},
  {"name": "tickets rising", "points": 20, "when": "in_segment('signal_tickets_rising')"},
  {"name": "contact changed", "points": 15, "when": "in_segment('signal_contact_changed')"},
  {"name": "engagement gone", "points": 15,
   "when": "account.contacts.exists(c, c.in_segment('signal_engagement_gone'))"},
  {"name": "satisfaction dropped", "points": 25,
   "when": "account.contacts.exists(c, c.in_segment('signal_satisfaction_dropped'))"}],
 "grades": [{"name": "high", "from": 50}, {"name": "watch", "from": 20}, {"name": "calm", "from": 0}]})json";
}

absl::Status DefineSignals(Crm& crm, const Actor& actor, Timestamp now) {
  for (const CustomerSignal& signal : ReadySignals()) {
    Segment segment;
    segment.name = Concat("signal_", signal.name);
    segment.type = signal.type;
    segment.label = signal.label;
    segment.expression = signal.expression;
    RELATA_RETURN_IF_ERROR(DefineSegment(crm, segment, actor, now));
  }
  return DefineScore(crm, kScore, LeavingScore(), actor, now);
}

namespace {

absl::StatusOr<QueryAnswer> EverySignal(const Crm& crm, std::string_view name,
                                        const QueryOptions& asking) {
  const absl::StatusOr<QueryAnswer> own = SegmentMembers(crm, Concat("signal_", name), asking);
  if (!absl::IsNotFound(own.status())) return own;
  const std::vector<CustomerSignal>& signals = ReadySignals();
  const auto found = std::find_if(signals.begin(), signals.end(),
                                  [&](const CustomerSignal& s) { return s.name == name; });
  if (found == signals.end()) return NotFound(Concat("there is no signal '", name, "'"));
  return crm.Query(found->type, found->expression, asking);
}

}  // namespace

absl::StatusOr<QueryAnswer> FindSignal(const Crm& crm, std::string_view name,
                                       const QueryOptions& asking) {
  QueryOptions all = asking;
  all.limit = 0;
  RELATA_ASSIGN_OR_RETURN(QueryAnswer answer, EverySignal(crm, name, all));
  const TypeId types[] = {answer.type};
  RELATA_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> view, crm.View(types));
  RELATA_ASSIGN_OR_RETURN(const std::set<Row> objectors,
                          internal::ObjectorsTo(*view, answer.type, asking.now));
  answer.count -= std::erase_if(answer.rows, [&](Row row) { return objectors.contains(row); });
  if (asking.limit != 0 && answer.rows.size() > asking.limit) answer.rows.resize(asking.limit);
  return answer;
}

}  // namespace relata
