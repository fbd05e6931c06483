// SPDX-License-Identifier: Apache-2.0

#include "score/sales_rates.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <utility>

#include "base/strings.h"

namespace relata::internal {
namespace {

constexpr int64_t kLeastOnCurve = 40;  // closed deals for a curve of its own
constexpr int64_t kLeastInGroup = 5;
constexpr int kRounds = 8;             // until curves and factors agree
constexpr double kMissed = 12;         // expected and not seen, for a gap to be no chance
constexpr size_t kLeastAmounts = 160;  // estimates, to tell their eighths apart
constexpr double kLeastFactor = 0.1;   // of all groups together
constexpr double kMostFactor = 10;

constexpr const char* kKinds[] = {"offer", "sector", "size", "channel", "amount"};
constexpr size_t kKindCount = std::size(kKinds);

size_t EighthOf(const SalesModel& model, double amount) {
  return static_cast<size_t>(
      std::upper_bound(model.amount_bounds.begin(), model.amount_bounds.end(), amount) -
      model.amount_bounds.begin());
}

std::string GroupOf(const SalesModel& model, const Deal& deal, size_t kind) {
  switch (kind) {
    case 0:
      return deal.offer;
    case 1:
      return deal.sector;
    case 2:
      return deal.size;
    case 3:
      return deal.channel;
    default:
      break;
  }
  if (model.amount_bounds.empty() || !deal.amount) return "";
  const size_t eighth = EighthOf(model, *deal.amount);
  const auto whole = [](double v) { return std::to_string(std::llround(v)); };
  if (eighth == 0) return Concat("under ", whole(model.amount_bounds.front()));
  if (eighth == model.amount_bounds.size())
    return Concat("from ", whole(model.amount_bounds.back()));
  return Concat(whole(model.amount_bounds[eighth - 1]), " - ", whole(model.amount_bounds[eighth]));
}

// A stretch of a deal's life on one curve.
struct Episode {
  std::string curve;
  DealDuration time;
  int group[kKindCount] = {};  // place in the kind's list, -1 for none
};

struct Group {
  std::string name;
  GroupEffect effect;
  double wins = 0;
  double losses = 0;
  double expected_wins = 0;
  double expected_losses = 0;
};

// Hazards summed up to and with each day.
class Cumulated {
 public:
  explicit Cumulated(const HazardCurve& curve)
      : win_(Sum(curve.win)), lose_(Sum(curve.lose)), tails_{curve.tail_win, curve.tail_lose} {}
  double Win(int day) const { return At(win_, tails_[0], day); }
  double Lose(int day) const { return At(lose_, tails_[1], day); }

 private:
  static std::vector<double> Sum(const std::vector<double>& hazards) {
    std::vector<double> sums;
    double sum = 0;
    for (const double h : hazards) sums.push_back(sum += h);
    return sums;
  }
  static double At(const std::vector<double>& sums, double tail, int day) {
    if (day < 0) return 0;
    const auto n = static_cast<size_t>(day) + 1;
    if (n <= sums.size()) return sums[n - 1];
    return (sums.empty() ? 0 : sums.back()) + tail * static_cast<double>(n - sums.size());
  }

  std::vector<double> win_, lose_;
  double tails_[2];
};

// As many events as groups are drawn towards the whole with: the inverse of the variance of their
// factors that chance (Poisson) does not explain.
double PriorEvents(const std::vector<Group>& groups, double Group::*seen, double Group::*expected) {
  double beyond = 0;
  double square = 0;
  for (const Group& g : groups) {
    beyond += (g.*seen - g.*expected) * (g.*seen - g.*expected) - g.*expected;
    square += g.*expected * g.*expected;
  }
  if (square <= 0 || groups.size() < 2) return 1000;
  return std::clamp(square / std::max(beyond, 1e-9), 2.0, 1000.0);
}

class RateFitter {
 public:
  RateFitter(std::vector<Episode> episodes, std::vector<Group> (&groups)[kKindCount])
      : episodes_(std::move(episodes)), groups_(groups) {
    for (const Episode& e : episodes_) {
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        if (e.group[kind] < 0 || e.time.end == DealEnd::kOpen) continue;
        Group& g = groups_[kind][static_cast<size_t>(e.group[kind])];
        (e.time.end == DealEnd::kWon ? g.wins : g.losses) += 1;
      }
    }
  }

  SalesRates Fit() {
    SalesRates rates;
    for (int round = 0; round < kRounds; ++round) {
      rates.curves = Curves();
      for (size_t kind = 0; kind < kKindCount; ++kind) FitKind(kind, rates.curves);
    }
    rates.curves = Curves();
    for (auto& kind : groups_) {
      for (const Group& g : kind) {
        if (g.effect.closed >= kLeastInGroup) rates.groups.push_back(g.effect);
      }
    }
    return rates;
  }

 private:
  std::map<std::string, HazardCurve> Curves() const {
    std::map<std::string, std::vector<DealDuration>> times;
    for (const Episode& e : episodes_) times[e.curve].push_back(e.time);
    std::map<std::string, HazardCurve> curves;
    for (const auto& [name, list] : times) curves[name] = FitHazards(list);
    return curves;
  }

  void FitKind(size_t kind, const std::map<std::string, HazardCurve>& curves) {
    std::vector<Group>& groups = groups_[kind];
    if (groups.size() < 2) return;
    for (Group& g : groups) g.expected_wins = g.expected_losses = 0;
    std::map<std::string, Cumulated> sums;
    for (const auto& [name, curve] : curves) sums.emplace(name, Cumulated(curve));
    for (const Episode& e : episodes_) {
      if (e.group[kind] < 0) continue;
      Group& g = groups[static_cast<size_t>(e.group[kind])];
      const Cumulated& sum = sums.at(e.curve);
      const int before = e.time.from - 1;
      g.expected_wins += e.time.win / g.effect.win * (sum.Win(e.time.days) - sum.Win(before));
      g.expected_losses += e.time.lose / g.effect.lose * (sum.Lose(e.time.days) - sum.Lose(before));
    }
    const double wins = PriorEvents(groups, &Group::wins, &Group::expected_wins);
    const double losses = PriorEvents(groups, &Group::losses, &Group::expected_losses);
    for (Group& g : groups) {
      g.effect.win = (g.wins + wins) / (g.expected_wins + wins);
      g.effect.lose = (g.losses + losses) / (g.expected_losses + losses);
      if (g.effect.closed < kLeastInGroup) g.effect.win = g.effect.lose = 1;
    }
    for (Episode& e : episodes_) Weigh(e);
  }

  void Weigh(Episode& e) const {
    e.time.win = e.time.lose = 1;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (e.group[kind] < 0) continue;
      const GroupEffect& effect = groups_[kind][static_cast<size_t>(e.group[kind])].effect;
      e.time.win *= effect.win;
      e.time.lose *= effect.lose;
    }
  }

  std::vector<Episode> episodes_;
  std::vector<Group> (&groups_)[kKindCount];
};

DealDuration DurationFrom(const Deal& deal, Date start, Date day, std::optional<Date> seen_from) {
  DealDuration time;
  time.days = std::max(0, deal.closed.value_or(day).days - start.days);
  if (deal.closed) time.end = deal.won ? DealEnd::kWon : DealEnd::kLost;
  if (seen_from) time.from = std::clamp(seen_from->days - start.days, 0, time.days);
  return time;
}

void FindAmountBounds(const DealBook& known, SalesModel& model) {
  std::vector<double> amounts;
  for (const Deal& deal : known.deals) {
    if (known.amounts_are_estimates && deal.amount) amounts.push_back(*deal.amount);
  }
  std::sort(amounts.begin(), amounts.end());
  if (amounts.size() < kLeastAmounts) return;
  for (size_t eighth = 1; eighth < 8; ++eighth) {
    const double bound = amounts[amounts.size() * eighth / 8];
    if (bound <= amounts.front()) continue;
    if (model.amount_bounds.empty() || bound > model.amount_bounds.back()) {
      model.amount_bounds.push_back(bound);
    }
  }
}

// Two neighbouring eighths are a quarter.
std::string QuarterOf(const SalesModel& model, const Deal& deal) {
  if (model.amount_bounds.empty() || !deal.amount) return "";
  return Concat("quarter ", EighthOf(model, *deal.amount) / 2 + 1);
}

// The groups of every deal, and how they closed.
class Grouping {
 public:
  Grouping(const DealBook& known, const SalesModel& model) : model_(model) {
    for (const Deal& deal : known.deals) {
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        const int place = Place(kind, GroupOf(model, deal, kind), true);
        if (place < 0 || !deal.closed) continue;
        GroupEffect& effect = groups[kind][static_cast<size_t>(place)].effect;
        ++effect.closed;
        effect.won += deal.won ? 1 : 0;
      }
    }
  }

  void Put(const Deal& deal, Episode& episode) {
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      episode.group[kind] = Place(kind, GroupOf(model_, deal, kind), false);
    }
  }

  std::vector<Group> groups[kKindCount];

 private:
  int Place(size_t kind, const std::string& name, bool add) {
    if (name.empty()) return -1;
    const auto next = static_cast<int>(groups[kind].size());
    const auto found = places_[kind].find(name);
    if (found != places_[kind].end()) return found->second;
    if (!add) return -1;
    places_[kind].emplace(name, next);
    Group g;
    g.effect.kind = kKinds[kind];
    g.effect.name = name;
    groups[kind].push_back(std::move(g));
    return next;
  }

  const SalesModel& model_;
  std::map<std::string, int> places_[kKindCount];
};

// Curves with too few ends are not kept apart.
void Pool(std::vector<Episode>& episodes, bool drop) {
  std::map<std::string, int64_t> closed;
  for (const Episode& e : episodes) closed[e.curve] += e.time.end == DealEnd::kOpen ? 0 : 1;
  for (Episode& e : episodes) {
    if (closed[e.curve] < kLeastOnCurve) e.curve.clear();
  }
  if (drop) std::erase_if(episodes, [](const Episode& e) { return e.curve.empty(); });
}

void Apply(const SalesModel& model, const SalesRates& rates, const Deal& deal, DealClock& clock) {
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string name = GroupOf(model, deal, kind);
    if (name.empty()) continue;
    for (const GroupEffect& g : rates.groups) {
      if (g.kind != kKinds[kind] || g.name != name) continue;
      clock.win *= g.win;
      clock.lose *= g.lose;
      break;
    }
  }
  clock.win = std::clamp(clock.win, kLeastFactor, kMostFactor);
  clock.lose = std::clamp(clock.lose, kLeastFactor, kMostFactor);
}

std::optional<Date> FirstClosingKept(const DealBook& known, Date day) {
  std::optional<Date> first;
  for (const Deal& deal : known.deals) {
    if (deal.closed && (!first || *deal.closed < *first)) first = deal.closed;
  }
  if (!first) return std::nullopt;
  std::vector<DealDuration> times;
  for (const Deal& deal : known.deals) {
    times.push_back(DurationFrom(deal, deal.opened, day, first));
  }
  const HazardCurve curve = FitHazards(times);
  const Cumulated sum(curve);
  double missing = 0;
  for (const Deal& deal : known.deals) {
    const int before = first->days - deal.opened.days - 1;
    missing += sum.Win(before) + sum.Lose(before);
  }
  return missing >= kMissed ? first : std::nullopt;
}

std::optional<Date> LastOpeningKept(const DealBook& known, Date day) {
  constexpr int kYear = 365;
  constexpr int kMonth = 31;
  std::set<Date> opened;
  for (const Deal& deal : known.deals) opened.insert(deal.opened);
  if (opened.empty()) return std::nullopt;
  const Date last = *opened.rbegin();
  const Date since = std::max(*opened.begin(), AddDays(last, -kYear));
  const int silent = day.days - last.days;
  int longest = 1;  // silence before
  for (auto at = opened.lower_bound(since); std::next(at) != opened.end(); ++at) {
    longest = std::max(longest, std::next(at)->days - at->days);
  }
  const auto n = std::count_if(known.deals.begin(), known.deals.end(),
                               [&](const Deal& d) { return d.opened >= since; });
  const double a_day = static_cast<double>(n) / (last.days - since.days + 1);
  const bool ended = silent >= kMonth && silent > 3 * longest && a_day * silent >= kMissed;
  return ended ? std::optional(last) : std::nullopt;
}

}  // namespace

void FitRates(const DealBook& known, Date day, SalesModel& model) {
  FindAmountBounds(known, model);
  std::vector<DealDuration> all;
  std::vector<Episode> by_age, by_stage;
  Grouping since_opening(known, model);
  Grouping in_stage(known, model);
  for (const Deal& deal : known.deals) {
    Episode episode;
    episode.time = DurationFrom(deal, deal.opened, day, model.extent.closings_from);
    all.push_back(episode.time);
    since_opening.Put(deal, episode);
    episode.curve = QuarterOf(model, deal);
    by_age.push_back(episode);
    std::set<std::string> entered;
    for (const DealMove& move : deal.moves) {
      const bool end = deal.closed && move.on >= *deal.closed;
      if (end || move.stage.empty() || !entered.insert(move.stage).second) continue;
      episode.curve = move.stage;
      episode.time = DurationFrom(deal, move.on, day, model.extent.closings_from);
      by_stage.push_back(episode);
    }
  }
  model.all = FitHazards(all);
  Pool(by_age, false);
  Pool(by_stage, true);
  model.by_age = RateFitter(std::move(by_age), since_opening.groups).Fit();
  model.by_stage = RateFitter(std::move(by_stage), in_stage.groups).Fit();
}

std::string AgeCurveOf(const SalesModel& model, const Deal& deal) {
  const std::string quarter = QuarterOf(model, deal);
  return model.by_age.curves.contains(quarter) ? quarter : "";
}

DealClock AgeClock(const SalesModel& model, const Deal& deal) {
  DealClock clock;
  const auto found = model.by_age.curves.find(AgeCurveOf(model, deal));
  clock.curve = found == model.by_age.curves.end() ? &model.all : &found->second;
  clock.start = deal.opened;
  Apply(model, model.by_age, deal, clock);
  return clock;
}

DealClock BestClock(const SalesModel& model, const Deal& deal) {
  const auto stage = model.by_stage.curves.find(deal.stage);
  if (stage == model.by_stage.curves.end()) return AgeClock(model, deal);
  DealClock clock;
  clock.curve = &stage->second;
  clock.start = deal.stage_since;
  clock.in_stage = true;
  Apply(model, model.by_stage, deal, clock);
  return clock;
}

}  // namespace relata::internal

namespace relata {

BookExtent ExtentOf(const DealBook& book, Date day) {
  return {internal::FirstClosingKept(book, day), internal::LastOpeningKept(book, day)};
}

}  // namespace relata
