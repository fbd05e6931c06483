// SPDX-License-Identifier: Apache-2.0
//
// How sure one can be of a share, and of differences found by looking at many: intervals for few
// cases, shrinkage towards the whole, and a guard against what chance alone brings up. Pure
// functions.

#ifndef RELATA_SCORE_PROPORTION_H_
#define RELATA_SCORE_PROPORTION_H_

#include <cstdint>
#include <span>
#include <vector>

namespace relata {

struct ShareInterval {
  double low = 0;
  double high = 0;
};

// The 95 percent interval of a share of `hits` among `n` (Wilson 1927, "Probable inference, the law
// of succession, and statistical inference"). [0, 1] for n = 0. It lies within [0, 1] and keeps its
// coverage for few cases and shares near 0 or 1, which the normal one does not.
ShareInterval WilsonInterval(int64_t hits, int64_t n);

// The probability, were there no difference, of a split at least as uneven as hits_a of n_a against
// hits_b of n_b: Fisher's exact test, two-sided (the sum over all splits that are not more likely).
double FisherExact(int64_t hits_a, int64_t n_a, int64_t hits_b, int64_t n_b);

// For each probability the smallest false discovery rate at which it is still taken for a finding
// (Benjamini and Hochberg 1995): what is below q holds, but for a share of q.
std::vector<double> FalseDiscoveryRates(std::span<const double> p_values);

// How many cases of the whole a group's own share is mixed with: the beta prior around the pooled
// share whose strength fits the spread between the groups (moments, as Kleinman 1973); at least 2,
// at most 1000 when the groups do not differ by more than chance.
struct GroupShare {
  int64_t hits = 0;
  int64_t n = 0;
};
double PriorStrength(std::span<const GroupShare> groups);

// (hits + strength * pooled) / (n + strength).
double Shrunk(const GroupShare& group, double pooled, double strength);

}  // namespace relata

#endif  // RELATA_SCORE_PROPORTION_H_
