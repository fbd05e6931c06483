// SPDX-License-Identifier: Apache-2.0
//
// A rule score with every expression checked: what the three ways of computing it run.

#ifndef RELATA_SRC_SCORE_SCORE_PROGRAM_H_
#define RELATA_SRC_SCORE_SCORE_PROGRAM_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/conditions.h"
#include "relata/score/decay.h"
#include "relata/score/rule_score.h"

namespace relata::internal {

// A rule has either `events` or what is before it.
struct RuleProgram {
  std::optional<Condition> when;
  std::optional<Condition> number;
  // The list of the events that pass the filter, later than the parameter kFrom and not later than
  // kUntil; and the number of each of them, for event rules with a number.
  std::optional<Condition> events;
  std::optional<Condition> values;
  TypeId event = kNoType;

  // Points depend on `now` in another way than through the age of events.
  bool asks_now() const;
};

struct ScoreProgram {
  RuleScore score;
  TypeId type = kNoType;
  std::vector<RuleProgram> rules;  // as score.rules
  std::vector<int> group;          // of each rule: its place in score.groups, or -1

  std::vector<std::shared_ptr<const Plan>> Plans() const;
  // The tables that any of the rules reads.
  absl::StatusOr<std::vector<TypeId>> Tables(const Crm& crm) const;
  // The total of the rules' points, each within its rule's cap already.
  double Total(const double* points) const;
};

// InvalidArgument names the rule whose expression does not check.
absl::StatusOr<ScoreProgram> CheckScore(const Crm& crm, RuleScore score);

inline double Capped(double points, const std::optional<double>& cap) {
  return cap ? std::clamp(points, -*cap, *cap) : points;
}

inline constexpr size_t kMostGroups = 64;

inline constexpr const char* kFrom = "counts_from";
inline constexpr const char* kUntil = "counts_until";

// What one event must be later than to count at `now`.
inline Timestamp WindowStart(const ScoreRule& rule, Timestamp now) {
  const bool bounded =
      rule.window.micros > 0 && now.micros > Timestamp::kMin.micros + rule.window.micros;
  return bounded ? now - rule.window : Timestamp::kMin;
}
// What one event must be later than to be looked at: which events count apart from each other is
// only known from the first.
inline Timestamp LookFrom(const ScoreRule& rule, Timestamp now) {
  return rule.apart.micros > 0 ? Timestamp::kMin : WindowStart(rule, now);
}

// Sums the points of one record's events under one rule. Take them in order of time.
class EventSum {
 public:
  EventSum(const ScoreRule& rule, Timestamp window_start) : rule_(rule), from_(window_start) {}

  // Whether the event counts as a repeat (apart from the last that did), whatever the window.
  bool Counts(Timestamp at) {
    if (counted_ && at - last_counted_ < rule_.apart) return false;
    counted_ = true;
    last_counted_ = at;
    return true;
  }
  void Add(double points, Timestamp at) {
    if (at > from_) sum_.Add(points, at, rule_.half_life);
  }
  const DecayingSum& sum() const { return sum_; }

 private:
  const ScoreRule& rule_;
  const Timestamp from_;
  bool counted_ = false;
  Timestamp last_counted_;
  DecayingSum sum_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_SCORE_SCORE_PROGRAM_H_
