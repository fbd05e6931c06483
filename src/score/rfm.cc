// SPDX-License-Identifier: Apache-2.0

#include "relata/score/rfm.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace relata {
namespace {

// NTILE(5) over `order`: gives the rank group 1..5 of each position through `assign`.
template <class Assign>
void CutQuintiles(const std::vector<size_t>& order, const Assign& assign) {
  const size_t n = order.size();
  const size_t small = n / 5;
  const size_t larger = n % 5;  // so many groups have one more
  size_t at = 0;
  for (int8_t group = 1; group <= 5; ++group) {
    const size_t size = small + (static_cast<size_t>(group) <= larger ? 1 : 0);
    for (size_t i = 0; i < size; ++i) assign(order[at++], group);
  }
}

}  // namespace

std::vector<RfmScore> ScoreRfm(std::span<const Purchases> purchases) {
  std::vector<Purchases> buyers;
  for (const Purchases& p : purchases) {
    if (p.count > 0) buyers.push_back(p);
  }
  std::sort(buyers.begin(), buyers.end(),
            [](const Purchases& a, const Purchases& b) { return a.customer < b.customer; });
  std::vector<RfmScore> scores;
  for (const Purchases& p : buyers) scores.push_back({p.customer, 0, 0, 0});
  const auto rank = [&](auto measure, auto member) {
    std::vector<size_t> order(buyers.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::pair(measure(buyers[a]), a) < std::pair(measure(buyers[b]), b);
    });
    CutQuintiles(order, [&](size_t i, int8_t group) { scores[i].*member = group; });
  };
  rank([](const Purchases& p) { return p.last.micros; }, &RfmScore::recency);
  rank([](const Purchases& p) { return p.count; }, &RfmScore::frequency);
  rank([](const Purchases& p) { return p.amount; }, &RfmScore::monetary);
  return scores;
}

std::string_view RfmCell(const RfmScore& s) {
  const int r = s.recency;
  const int fm = (s.frequency + s.monetary + 1) / 2;
  if (r == 5) {
    if (fm >= 4) return "champions";
    if (fm >= 2) return "potential_loyalist";
    return "new";
  }
  if (r >= 3 && fm >= 4) return "loyal";
  if (r == 4) return fm >= 2 ? "potential_loyalist" : "promising";
  if (r == 3) return fm == 3 ? "needs_attention" : "about_to_sleep";
  if (fm == 5) return "cannot_lose";
  if (fm >= 3) return "at_risk";
  return r == 2 ? "hibernating" : "lost";
}

}  // namespace relata
