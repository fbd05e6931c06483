// SPDX-License-Identifier: Apache-2.0
//
// Rule scores: points for who somebody is (fit) and what they did (engagement).
//
// A score is a definition of kind "score" over one type of record. A rule gives points, which may
// be negative, in one of two ways: when a condition is true, or for each event of a type that
// passes a filter. The points are a number, or a number expression over the record (over the event
// `e` in an event rule). Rules belong to groups; rules, groups and the whole have caps, and the
// total falls into a grade.
//
//   {"type": "contact", "cap": 100,
//    "groups": [{"name": "fit", "cap": 40}, {"name": "engagement", "cap": 60}],
//    "rules": [
//      {"name": "industry", "group": "fit", "points": 20,
//       "when": "contact.account.industry == 'retail'"},
//      {"name": "size", "group": "fit", "cap": 10,
//       "number": "contact.account.headcount == null ? 0.0 : double(contact.account.headcount) /
//       100.0"},
//      {"name": "pricing page", "group": "engagement", "points": 5, "cap": 25,
//       "event": "page_view", "where": "e.path != null && e.path.startsWith('/pricing')",
//       "window_days": 90, "half_life_days": 30, "most": 10, "apart_days": 1}],
//    "grades": [{"name": "A", "from": 60}, {"name": "B", "from": 30}, {"name": "C", "from": 0}]}
//
// What an event gives fades with the half-life (decay.h) and is gone when it leaves the window;
// both together are allowed. Repeats are limited in two ways: with `apart_days` an event counts
// only when it comes at least so long after the last one that counted, taken in order of time from
// the first; of those, `most` keeps the newest. An event in the window is later than now - window;
// events later than `now` do not count. A cap bounds the absolute value: between -cap and cap.
//
// What cannot be decided gives no points and says so: a condition or number that ends in an error,
// and the events of a rule when the filter or number of one of them in the window does.
//
// A total is a function of the graph and `now` alone, closed in `now` between two events: nothing
// has to run at night. Three ways give the same number, up to the rounding of sums: one record
// (ScoreOf, with the events that counted), the whole population by columns (ScoreAll, TopScores,
// and score('name') in a condition over a population), and kept current commit by commit
// (score_keeper.h).
//
// A RuleScore is immutable and thread-safe; the functions are as thread-safe as the Crm.

#ifndef RELATA_SCORE_RULE_SCORE_H_
#define RELATA_SCORE_RULE_SCORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/engine/crm.h"
#include "relata/engine/hooks.h"

namespace relata {

struct ScoreGroup {
  std::string name;
  std::optional<double> cap;
};

struct ScoreRule {
  std::string name;
  std::string group;   // "" is none
  double points = 0;   // when `when` is true, or for each event
  std::string number;  // or a number expression, added to `points`; over `e` in an event rule
  std::string when;    // condition over the type; empty for event rules
  std::string event;   // event type; empty for condition rules
  std::string where;   // filter over the event `e`; empty takes all
  Duration window;     // zero: no window
  Duration half_life;  // zero: no decay
  Duration apart;      // between events that count; zero: any
  int64_t most = 0;    // newest events that count; 0: all
  std::optional<double> cap;
};

struct ScoreGrade {
  std::string name;
  double from = 0;
};

struct RuleScore {
  std::string name;
  int64_t version = 0;
  std::string type;
  std::optional<double> cap;
  std::vector<ScoreGroup> groups;
  std::vector<ScoreRule> rules;
  std::vector<ScoreGrade> grades;  // any order; the highest `from` not above the total
};

// What one rule gave a record. `events` are the seqs that counted, newest first.
struct Contribution {
  std::string rule;
  std::string group;
  double points = 0;  // after the rule's cap
  std::vector<Seq> events;
  std::string undecided;  // the error, when the rule could not be decided
};

struct ScoredRecord {
  RecordRef record;
  double total = 0;  // after all caps
  std::string grade;
  std::vector<Contribution> contributions;  // in the order of the rules; empty ones left out
};

// Reads a definition's body. InvalidArgument names the rule and what is wrong.
absl::StatusOr<RuleScore> ParseRuleScore(std::string_view name, std::string_view body);

// Saves a score as the next version of its definition after checking every expression in it.
// InvalidArgument, or FailedPrecondition when it would depend on itself.
absl::Status DefineScore(Crm& crm, std::string_view name, std::string_view body, const Actor& actor,
                         Timestamp now);

// NotFound when there is none.
absl::StatusOr<RuleScore> FindScore(const Crm& crm, std::string_view name);

// One record's score with what gave it. NotFound; PermissionDenied when the reader may not read a
// field that a rule names, or it was not collected for options.purpose.
absl::StatusOr<ScoredRecord> ScoreOf(const Crm& crm, std::string_view name, RecordRef record,
                                     const QueryOptions& options);

// The records with the highest totals, highest first, ties by row; at most options.limit (0: all).
// NotFound, PermissionDenied as ScoreOf.
absl::StatusOr<std::vector<ScoredRecord>> TopScores(const Crm& crm, std::string_view name,
                                                    const QueryOptions& options);

// The totals of all records of the score's type, computed by columns where the rules allow it.
struct PopulationScores {
  TypeId type = kNoType;
  std::vector<double> totals;  // by row; NaN where there is no record
  int64_t undecided = 0;       // records with a rule that could not be decided
};
absl::StatusOr<PopulationScores> ScoreAll(const Crm& crm, std::string_view name,
                                          const QueryOptions& options);

// For the engine: score('name') inside expressions, of one record and of all, and the expressions
// behind it.
absl::StatusOr<double> AnswerScore(const Asking& asking, std::string_view name, RecordRef record);
absl::StatusOr<std::vector<double>> AnswerScores(const Asking& asking, std::string_view name,
                                                 TypeId type);
absl::StatusOr<std::vector<std::shared_ptr<const Plan>>> ScorePlans(const Crm& crm,
                                                                    std::string_view name);

}  // namespace relata

#endif  // RELATA_SCORE_RULE_SCORE_H_
