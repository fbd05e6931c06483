// SPDX-License-Identifier: Apache-2.0
//
// What is true about each company's signals, counted from the company itself.

#include <algorithm>

#include "shell/generate/exporter.h"

namespace relata::shell {

void Exporter::WriteSignals(const Company& c) {
  for (const Person& p : c.people) {
    int before = 0;
    int since = 0;
    for (const Event& e : p.events) {
      const bool counts = e.kind == "page_view" || e.kind == "email_opened" ||
                          e.kind == "email_clicked" || e.kind == "download" ||
                          e.kind == "form_sent" || e.kind == "app_used" || e.kind == "login";
      if (!counts || e.at > world_.now) continue;
      since += e.at > world_.now - Days(60) ? 1 : 0;
      before += e.at > world_.now - Days(240) && e.at <= world_.now - Days(60) ? 1 : 0;
    }
    if (before >= 3 && since == 0) truth_.Member("engagement_gone", ContactKey(p));
    const bool dropped = std::any_of(p.answers.begin(), p.answers.end(), [&](const Answer& a) {
      return a.at > world_.now - Days(180) &&
             std::any_of(p.answers.begin(), p.answers.end(), [&](const Answer& b) {
               return b.at < a.at && b.survey == a.survey && b.score - a.score >= 3;
             });
    });
    if (dropped) truth_.Member("satisfaction_dropped", ContactKey(p));
  }
  // A company of several sites is several accounts; whose ticket is whose is not judged then.
  if (!c.customer() || c.sites.size() != 1) return;
  const std::string client = ClientKey(c);
  truth_.Member("signals_judged", client);
  int orders_before = 0;
  int orders_since = 0;
  for (const Order& o : c.orders) {
    const int age = world_.today.days - o.day.days;
    if (o.cancelled) continue;
    orders_since += age < 180 ? 1 : 0;
    orders_before += age >= 180 && age < 540 ? 1 : 0;
  }
  if (orders_before >= 4 && 4 * orders_since < orders_before) {
    truth_.Member("frequency_falling", client);
  }
  int tickets_before = 0;
  int tickets_since = 0;
  for (const Ticket& t : c.tickets) {
    tickets_since += t.opened > world_.now - Days(90) ? 1 : 0;
    tickets_before +=
        t.opened > world_.now - Days(180) && t.opened <= world_.now - Days(90) ? 1 : 0;
  }
  if (tickets_since >= 3 && tickets_since >= 2 * tickets_before) {
    truth_.Member("tickets_rising", client);
  }
}

}  // namespace relata::shell
