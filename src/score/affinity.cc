// SPDX-License-Identifier: Apache-2.0

#include "relata/score/affinity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace relata {
namespace {

constexpr double kZ = 1.959963984540054;

uint64_t PairKey(int32_t a, int32_t b) {
  return static_cast<uint64_t>(static_cast<uint32_t>(a)) << 32 | static_cast<uint32_t>(b);
}

// The distinct items of each unit that is counted.
std::vector<std::vector<int32_t>> UnitsOf(std::span<const Basket> baskets,
                                          AffinityOptions::Per per) {
  std::vector<std::vector<int32_t>> units;
  std::unordered_map<int64_t, size_t> of_customer;
  for (const Basket& basket : baskets) {
    size_t unit = units.size();
    if (per == AffinityOptions::Per::kCustomer) {
      unit = of_customer.emplace(basket.customer, units.size()).first->second;
    }
    if (unit == units.size()) units.emplace_back();
    units[unit].insert(units[unit].end(), basket.items.begin(), basket.items.end());
  }
  for (auto& items : units) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
  }
  return units;
}

AffinityRule RuleOf(int32_t a, int32_t b, int64_t with_a, int64_t with_b, int64_t both,
                    int64_t all) {
  AffinityRule rule{a, b, with_a, with_b, both, all, 0, {}, {}, 0};
  const auto n = static_cast<double>(all);
  const auto na = static_cast<double>(with_a);
  const auto nb = static_cast<double>(with_b);
  const auto k = static_cast<double>(both);
  rule.support = k / n;
  rule.confidence = Share(both, with_a);
  rule.lift.value = k / na * n / nb;
  const double error = kZ * std::sqrt(std::max(0.0, 1 / k - 1 / na + 1 / nb - 1 / n));
  rule.lift.low = rule.lift.value * std::exp(-error);
  rule.lift.high = rule.lift.value * std::exp(error);
  return rule;
}

void SurestFirst(std::vector<AffinityRule>& rules) {
  std::sort(rules.begin(), rules.end(), [](const AffinityRule& x, const AffinityRule& y) {
    return std::tuple(-x.lift.low, x.a, x.b) < std::tuple(-y.lift.low, y.a, y.b);
  });
}

std::unordered_map<int32_t, int64_t> CountItems(const std::vector<std::vector<int32_t>>& units) {
  std::unordered_map<int32_t, int64_t> counts;
  for (const auto& items : units) {
    for (const int32_t item : items) ++counts[item];
  }
  return counts;
}

// When each customer first bought each item, in order of time.
std::unordered_map<int64_t, std::vector<std::pair<Timestamp, int32_t>>> FirstPurchases(
    std::span<const Basket> baskets) {
  std::unordered_map<int64_t, std::map<int32_t, Timestamp>> first;
  for (const Basket& basket : baskets) {
    for (const int32_t item : basket.items) {
      const auto [place, fresh] = first[basket.customer].emplace(item, basket.at);
      if (!fresh) place->second = std::min(place->second, basket.at);
    }
  }
  std::unordered_map<int64_t, std::vector<std::pair<Timestamp, int32_t>>> out;
  for (const auto& [customer, items] : first) {
    auto& list = out[customer];
    for (const auto& [item, at] : items) list.emplace_back(at, item);
    std::sort(list.begin(), list.end());
  }
  return out;
}

}  // namespace

std::vector<AffinityRule> BoughtTogether(std::span<const Basket> baskets,
                                         const AffinityOptions& options) {
  std::vector<std::vector<int32_t>> units = UnitsOf(baskets, options.per);
  const std::unordered_map<int32_t, int64_t> counts = CountItems(units);
  const int64_t least = std::max<int64_t>(1, options.least);
  std::unordered_map<uint64_t, int64_t> pairs;
  for (auto& items : units) {
    // No pair is more frequent than its rarer item.
    std::erase_if(items, [&](int32_t item) { return counts.at(item) < least; });
    for (size_t i = 0; i < items.size(); ++i) {
      for (size_t j = i + 1; j < items.size(); ++j) ++pairs[PairKey(items[i], items[j])];
    }
  }
  std::vector<AffinityRule> rules;
  for (const auto& [key, both] : pairs) {
    if (both < least) continue;
    const auto a = static_cast<int32_t>(key >> 32);
    const auto b = static_cast<int32_t>(key & 0xFFFFFFFF);
    rules.push_back(RuleOf(a, b, counts.at(a), counts.at(b), both, std::ssize(units)));
    rules.push_back(RuleOf(b, a, counts.at(b), counts.at(a), both, std::ssize(units)));
  }
  SurestFirst(rules);
  return rules;
}

std::vector<AffinityRule> BoughtAfter(std::span<const Basket> baskets,
                                      const AffinityOptions& options) {
  const auto customers = FirstPurchases(baskets);
  const int64_t least = std::max<int64_t>(1, options.least);
  std::unordered_map<int32_t, int64_t> counts;
  for (const auto& [customer, list] : customers) {
    for (const auto& [at, item] : list) ++counts[item];
  }
  struct Pair {
    std::vector<double> days;  // from a to b, when it came in time
  };
  std::unordered_map<uint64_t, Pair> pairs;
  std::unordered_map<uint64_t, int64_t> had_before;
  for (const auto& [customer, list] : customers) {
    for (const auto& [at_a, a] : list) {
      if (counts.at(a) < least) continue;
      for (const auto& [at_b, b] : list) {
        if (a == b || counts.at(b) < least) continue;
        const Duration gap = at_b - at_a;
        if (gap.micros <= 0) {
          ++had_before[PairKey(a, b)];
        } else if (options.within.micros == 0 || gap <= options.within) {
          pairs[PairKey(a, b)].days.push_back(static_cast<double>(gap.micros) /
                                              static_cast<double>(Days(1).micros));
        }
      }
    }
  }
  std::vector<AffinityRule> rules;
  for (auto& [key, pair] : pairs) {
    const auto both = std::ssize(pair.days);
    if (both < least) continue;
    const auto a = static_cast<int32_t>(key >> 32);
    const auto b = static_cast<int32_t>(key & 0xFFFFFFFF);
    const auto before = had_before.find(key);
    const int64_t could = counts.at(a) - (before == had_before.end() ? 0 : before->second);
    AffinityRule rule = RuleOf(a, b, could, counts.at(b), both, std::ssize(customers));
    const auto middle = pair.days.begin() + both / 2;
    std::nth_element(pair.days.begin(), middle, pair.days.end());
    rule.days = *middle;
    rules.push_back(rule);
  }
  SurestFirst(rules);
  return rules;
}

std::vector<Offer> NextBestOffers(std::span<const AffinityRule> rules,
                                  std::span<const int32_t> items, size_t limit) {
  const std::set<int32_t> owned(items.begin(), items.end());
  std::map<int32_t, AffinityRule> best;
  for (const AffinityRule& rule : rules) {
    if (!owned.contains(rule.a) || owned.contains(rule.b) || rule.lift.low <= 1) continue;
    const auto [place, fresh] = best.emplace(rule.b, rule);
    if (!fresh && rule.confidence.low > place->second.confidence.low) place->second = rule;
  }
  std::vector<Offer> offers;
  for (const auto& [item, rule] : best) offers.push_back({item, rule});
  std::stable_sort(offers.begin(), offers.end(), [](const Offer& x, const Offer& y) {
    return x.because.confidence.low > y.because.confidence.low;
  });
  if (limit != 0 && offers.size() > limit) offers.resize(limit);
  return offers;
}

std::vector<AlikeBuyer> BuyAlike(std::span<const Basket> baskets, int64_t customer) {
  std::map<int64_t, std::set<int32_t>> owned;
  for (const Basket& basket : baskets) {
    owned[basket.customer].insert(basket.items.begin(), basket.items.end());
  }
  std::unordered_map<int32_t, double> weight;
  for (const auto& [who, items] : owned) {
    for (const int32_t item : items) ++weight[item];
  }
  const auto all = static_cast<double>(owned.size());
  for (auto& [item, buyers] : weight) buyers = std::log(all / buyers);
  const auto length = [&](const std::set<int32_t>& items) {
    double square = 0;
    for (const int32_t item : items) square += weight[item] * weight[item];
    return std::sqrt(square);
  };
  std::vector<AlikeBuyer> alike;
  const auto asked = owned.find(customer);
  if (asked == owned.end()) return alike;
  const double own = length(asked->second);
  for (const auto& [who, items] : owned) {
    if (who == customer) continue;
    AlikeBuyer one{who, 0, {}};
    for (const int32_t item : items) {
      if (!asked->second.contains(item)) continue;
      one.shared.push_back(item);
      one.cosine += weight[item] * weight[item];
    }
    if (!(one.cosine > 0)) continue;
    one.cosine /= own * length(items);
    std::stable_sort(one.shared.begin(), one.shared.end(),
                     [&](int32_t a, int32_t b) { return weight[a] > weight[b]; });
    alike.push_back(std::move(one));
  }
  std::stable_sort(alike.begin(), alike.end(),
                   [](const AlikeBuyer& a, const AlikeBuyer& b) { return a.cosine > b.cosine; });
  return alike;
}

}  // namespace relata
