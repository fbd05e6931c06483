// SPDX-License-Identifier: Apache-2.0
//
// What was sold, offered, repaired and said.

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "shell/generate/company.h"

namespace relata::shell {
namespace {

using internal::Concat;

Timestamp At(Date day, Random& random) {
  return UtcMidnight(day) + Hours(7) + Seconds(random.Below(34'000));
}

Date DaysAgo(const World& world, int64_t n) {
  return AddDays(world.today, -static_cast<int32_t>(n));
}

size_t AnySite(const Company& c, Random& random) {
  return static_cast<size_t>(random.Below(static_cast<int64_t>(c.sites.size())));
}

size_t AnyPerson(const Company& c, Random& random) {
  return static_cast<size_t>(random.LowBetween(0, static_cast<int64_t>(c.people.size()) - 1));
}

void AddRegularOrders(const World& world, Random& random, Company& c) {
  constexpr int kCadences[] = {14, 21, 28, 31, 35, 45, 60};
  c.cadence = random.Pick(kCadences);
  c.overdue = random.Percent(20);
  const int64_t elapsed = c.overdue ? c.cadence * 19 / 10 + random.Below(c.cadence / 2)
                                    : random.Between(1, c.cadence * 8 / 10);
  const int64_t count = random.Between(8, 18);
  for (int64_t k = 0; k < count; ++k) {
    const int64_t jitter = k == 0 ? 0 : random.Between(-2, 2);
    c.orders.push_back(ConsumableOrder(random, DaysAgo(world, elapsed + k * c.cadence + jitter),
                                       AnySite(c, random)));
  }
}

void AddPress(const World& world, Random& random, Company& c) {
  const int press = random.Percent(60) ? kPress100 : kPress250;
  const int64_t age = random.Between(40, 1700);
  const size_t site = AnySite(c, random);
  c.orders.push_back(PressOrder(press, DaysAgo(world, age), site));
  if (random.Percent(58)) {
    const Date start = DaysAgo(world, std::max<int64_t>(1, age - random.Between(20, 45)));
    int years = 1;
    while (AddMonths(start, 12 * years) <= world.today) ++years;
    const bool cancelled = years > 1 && random.Percent(20);
    if (cancelled) years = static_cast<int>(random.Between(1, years - 1));
    for (int y = 0; y < years; ++y) {
      c.orders.push_back(MaintenanceOrder(AddMonths(start, 12 * y), site));
    }
    c.contracts.push_back(MaintenanceContract(start, years));
    if (cancelled) c.contracts.back().cancelled = c.contracts.back().end;
  }
  const int64_t count = random.LowBetween(0, 10);
  for (int64_t k = 0; k < count; ++k) {
    c.orders.push_back(
        ConsumableOrder(random, DaysAgo(world, random.Between(1, age)), AnySite(c, random)));
  }
}

void AddScattered(const World& world, Random& random, int64_t count, int64_t low, int64_t high,
                  Company& c) {
  for (int64_t k = 0; k < count; ++k) {
    c.orders.push_back(
        ConsumableOrder(random, DaysAgo(world, random.Between(low, high)), AnySite(c, random)));
    c.orders.back().cancelled = random.Percent(4);
  }
}

void AddOrders(const World& world, Random& random, Company& c) {
  switch (c.profile) {
    case Profile::kProspect:
      break;
    case Profile::kRegular:
      AddRegularOrders(world, random, c);
      break;
    case Profile::kPressOwner:
      AddPress(world, random, c);
      break;
    case Profile::kOccasional:
      AddScattered(world, random, random.Between(1, 6), 5, 900, c);
      break;
    case Profile::kDormant:
      if (random.Percent(25)) {
        c.orders.push_back(PressOrder(kPress100, DaysAgo(world, random.Between(700, 1600)), 0));
      }
      AddScattered(world, random, random.Between(2, 8), 420, 1500, c);
      break;
  }
  for (Order& order : c.orders) {
    if (random.Percent(95)) order.paid_after = static_cast<int>(random.Between(18, 62));
  }
}

int64_t ListAmount(int product, Random& random) {
  return Products()[static_cast<size_t>(product)].price * random.Between(90, 104) / 100 / 100 * 100;
}

// The life of one opportunity from `start` on: moves until it closes or `now` is reached.
Opportunity Simulate(const World& world, Random& random, const Company& c, Date start) {
  Opportunity o;
  o.product = random.Percent(45) ? (random.Percent(50) ? kPress100 : kPress250)
                                 : static_cast<int>(random.Between(kFirstService, 6));
  o.name = Concat(Products()[static_cast<size_t>(o.product)].code, " ", c.short_name);
  o.person = AnyPerson(c, random);
  o.origin = random.Pick(Origins());
  Move move{At(start, random), kQualification, ListAmount(o.product, random),
            AddDays(start, static_cast<int32_t>(random.Between(50, 140)))};
  o.moves.push_back(move);
  while (move.stage < kWon) {
    const Timestamp at = move.at + Days(random.Between(8, 45)) + Minutes(random.Below(300));
    if (at > world.now) break;
    move.at = at;
    if (random.Percent(15)) {
      move.stage = kLost;
    } else if (random.Percent(75)) {
      move.stage = static_cast<Stage>(move.stage + 1);
    }
    if (random.Percent(30)) move.amount = move.amount * random.Between(80, 118) / 100;
    if (UtcDate(at) > move.close || random.Percent(20)) {
      move.close = AddDays(UtcDate(at), static_cast<int32_t>(random.Between(15, 75)));
    }
    if (move.stage >= kWon) move.close = UtcDate(at);
    o.moves.push_back(move);
    if (move.stage == kLost) break;
  }
  if (move.stage == kLost) o.loss_reason = random.Pick(LossReasons());
  if (move.stage < kWon) o.next_step = random.Pick(NextSteps());
  if (random.Percent(35)) o.competitor = random.Pick(Competitors());
  return o;
}

// The opportunity behind a press that was sold on `day`.
Opportunity WonPress(Random& random, const Company& c, int press, Date day) {
  Opportunity o;
  o.product = press;
  o.name = Concat(Products()[static_cast<size_t>(press)].code, " ", c.short_name);
  o.person = AnyPerson(c, random);
  o.origin = random.Pick(Origins());
  const int64_t amount =
      Products()[static_cast<size_t>(press)].price + Products()[kFirstService + 1].price;
  const int64_t length = random.Between(60, 150);
  for (int step = 0; step <= kWon; ++step) {
    const Date at = AddDays(day, static_cast<int32_t>(-length + length * step / kWon));
    o.moves.push_back({At(at, random), static_cast<Stage>(step), amount,
                       AddDays(day, step == kWon ? 0 : static_cast<int32_t>(random.Below(30)))});
  }
  return o;
}

void AddOpportunities(const World& world, Random& random, Company& c) {
  std::vector<Opportunity> won;
  for (const Order& order : c.orders) {
    const int product = order.lines[0].product;
    if (product <= kPress250 && world.today.days - order.day.days < 540) {
      won.push_back(WonPress(random, c, product, order.day));
    }
  }
  if (random.Percent(c.customer() ? 45 : 30)) {
    Opportunity o = Simulate(world, random, c, DaysAgo(world, random.Between(3, 420)));
    const Move& last = o.moves.back();
    // A deal that is won is an order; presses and cadences are told elsewhere, so those deals
    // are dropped rather than contradicted.
    const bool sells = last.stage == kWon;
    if (!sells || (c.customer() && c.cadence == 0 && o.product >= kFirstService &&
                   c.profile != Profile::kDormant)) {
      if (sells) {
        Order order{UtcDate(last.at), AnySite(c, random), false, {{o.product, 1, 0}}, 30};
        c.orders.push_back(order);
      }
      c.opportunities.push_back(std::move(o));
    }
  }
  for (Opportunity& o : won) c.opportunities.push_back(std::move(o));
}

void AddTickets(const World& world, Random& random, Company& c) {
  constexpr std::string_view kSeverities[] = {"low", "medium", "medium", "high", "critical"};
  constexpr std::string_view kChannels[] = {"phone", "email", "web"};
  const bool owner = c.Bought(kPress100) || c.Bought(kPress250);
  const int64_t count = owner ? random.LowBetween(0, 5) : random.Percent(10) ? 1 : 0;
  for (int64_t i = 0; i < count; ++i) {
    Ticket t;
    t.subject = random.Pick(TicketSubjects());
    t.person = AnyPerson(c, random);
    if (owner) t.product = c.Bought(kPress250) ? kPress250 : kPress100;
    t.severity = random.Pick(kSeverities);
    t.channel = random.Pick(kChannels);
    t.opened = At(DaysAgo(world, random.Between(2, 700)), random);
    const Timestamp closed = t.opened + Hours(random.LowBetween(2, 600));
    if (closed < world.now && random.Percent(92)) {
      t.closed = closed;
      t.cause = random.Pick(TicketCauses());
      if (random.Percent(40)) t.satisfaction = static_cast<int>(random.Between(1, 5));
    }
    t.reopened = random.Percent(7);
    c.tickets.push_back(t);
  }
  if (c.Bought(kPress250) && random.Percent(15)) {
    Ticket t;
    t.subject = "Fuite sur le vérin principal, série 2024";
    t.person = 0;
    t.product = kPress250;
    t.severity = "high";
    t.channel = "phone";
    t.opened = At(DaysAgo(world, random.Between(1, 8)), random);
    t.of_incident = true;
    c.tickets.push_back(t);
  }
}

void AddActivities(const World& world, Random& random, Company& c) {
  constexpr std::string_view kTypes[] = {"call", "email", "meeting", "visit", "task"};
  for (size_t person = 0; person < c.people.size(); ++person) {
    const int64_t count = random.LowBetween(0, 4);
    for (int64_t i = 0; i < count; ++i) {
      Activity a;
      a.type = random.Pick(kTypes);
      a.subject = Concat(a.type == "task" ? "Relance " : "Point ", c.short_name);
      a.person = person;
      a.done = !random.Percent(6);
      a.due = At(AddDays(world.today, a.done ? -static_cast<int32_t>(random.Between(1, 800))
                                             : static_cast<int32_t>(random.Between(1, 40))),
                 random);
      if (a.done && random.Percent(30)) a.minutes = random.Pick(Comments());
      c.activities.push_back(std::move(a));
    }
  }
}

void AddAnswers(const World& world, Random& random, Company& c) {
  if (!c.customer()) return;
  for (Person& p : c.people) {
    if (!random.Percent(35)) continue;
    int64_t score = random.Between(3, 10);
    for (int64_t year = random.Between(0, 2); year >= 0; --year) {
      Answer a;
      a.survey = "NPS";
      a.score = static_cast<int>(std::clamp<int64_t>(score, 0, 10));
      a.at = At(DaysAgo(world, year * 365 + random.Between(5, 300)), random);
      if (random.Percent(30)) a.comment = random.Pick(Comments());
      p.answers.push_back(a);
      score += random.Between(-3, 2);
    }
  }
}

}  // namespace

Order PressOrder(int press, Date day, size_t site) {
  return {day, site, false, {{press, 1, 0}, {kFirstService + 1, 1, 0}}, 45};
}

Order MaintenanceOrder(Date day, size_t site) {
  return {day, site, false, {{kMaintenance, 1, 0}}, 30};
}

Order ConsumableOrder(Random& random, Date day, size_t site) {
  Order order{day, site, false, {}, 30};
  const int64_t lines = random.LowBetween(1, 4);
  const int64_t first = random.Between(kFirstConsumable, 13);
  for (int64_t i = 0; i < lines; ++i) {
    const int product = static_cast<int>(kFirstConsumable + (first - kFirstConsumable + i) % 7);
    order.lines.push_back({product, random.LowBetween(1, 20), random.Percent(20) ? 5 : 0});
  }
  return order;
}

Contract MaintenanceContract(Date start, int years) {
  return {start, AddMonths(start, 12 * years), Products()[kMaintenance].price, std::nullopt};
}

void AddCommerce(const World& world, Random& random, Company& c) {
  AddOrders(world, random, c);
  AddOpportunities(world, random, c);
  std::stable_sort(c.orders.begin(), c.orders.end(),
                   [](const Order& a, const Order& b) { return a.day < b.day; });
  AddTickets(world, random, c);
  AddActivities(world, random, c);
  AddAnswers(world, random, c);
}

}  // namespace relata::shell
