// SPDX-License-Identifier: Apache-2.0
//
// An answer comes with the instant up to which it holds: for random conditions and graphs nothing
// changes before it, whichever instant is asked.

#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "base/strings.h"
#include "property/expression_source.h"
#include "support/support.h"

namespace relata {
namespace {

using internal::Concat;
using testing::ContextOf;
using testing::ExpressionSource;
using testing::kNow;
using testing::MemoryGraph;
using testing::SmallSchema;

constexpr int kExpressions = 600;
constexpr int kExpressionsPerGraph = 50;

CheckedExpression CheckAboutContact(const std::string& text) {
  CheckOptions options;
  options.schema = &SmallSchema();
  options.subject = SmallSchema().Find("contact")->id;
  options.expected = ValueType::Kind::kBool;
  return Check(text, options);
}

// Conditions on windows around now, joined with those that the source draws.
std::string WithWindow(std::mt19937_64& random, std::string condition) {
  constexpr const char* kWindows[] = {
      "contact.events('page_view').exists(w, w.at > now - days(30))",
      "contact.events('page_view').filter(w, w.at > now - days(29) && w.at <= now).size() >= 1",
      "contact.orders.all(w, w.placed_at < now - months(1))",
      "!contact.orders.exists(w, now - w.placed_at < days(40))",
      "contact.since >= start_of_month(now - days(3), 'Europe/Paris')",
      "age(contact.birth_date) >= 56",
      "(now - contact.since).getHours() >= 1",
      "contact.since + contact.delay < now && contact.since > now - contact.delay",
      "anniversary(contact.birth_date, now) <= date(now + days(2))",
      "now.getHours() < 13 || contact.events('page_view').size() > 1",
      "start_of_week(now) < contact.since ? contact.since > now - days(2) : now.getMinutes() > 1",
  };
  constexpr const char* kJoins[] = {" && ", " || "};
  const char* window = kWindows[random() % std::size(kWindows)];
  switch (random() % 4) {
    case 0:
      return window;
    case 1:
      return Concat("!((", window, ")", kJoins[random() % 2], "(", condition, "))");
    default:
      return Concat("(", condition, ")", kJoins[random() % 2], "(", window, ")");
  }
}

TEST(ValidUntil, MayBeEarlyAndIsNeverLate) {
  const uint64_t seed = testing::Seed(20261123);
  ExpressionSource source(seed);
  std::mt19937_64 random(seed);
  std::unique_ptr<MemoryGraph> graph;
  const TypeId contact = SmallSchema().Find("contact")->id;
  int64_t finite = 0;
  int64_t flips = 0;
  int64_t checks = 0;
  for (int i = 0; i < kExpressions && !HasFailure(); ++i) {
    if (i % kExpressionsPerGraph == 0) graph = source.Graph();
    const std::string text = WithWindow(random, source.Condition(i % 3));
    SCOPED_TRACE(Concat("expression ", i, " of seed ", seed, ": ", text));
    const CheckedExpression checked = CheckAboutContact(text);
    ASSERT_TRUE(checked.ok()) << Message(checked.status());
    if (checked.plan().now_use() == NowUse::kOther) continue;
    const EvaluationContext now = ContextOf(*graph);
    Interpreter timed(checked.shared_plan(), now);
    // The instants asked are the same for every contact, and those at which some answer ends.
    std::vector<Timestamp> instants;
    for (const int64_t hours : {1, 23, 24, 72, 700, 800, 20'000}) {
      instants.push_back(kNow + Seconds(static_cast<int64_t>(random() % (hours * 3600))));
    }
    std::vector<TimedTri> answers;
    for (Row row = 0; row < static_cast<Row>(graph->Count(contact)); ++row) {
      const absl::StatusOr<TimedTri> answer = timed.EvaluateTimed({contact, row});
      ASSERT_TRUE(answer.ok()) << answer.status();
      ASSERT_GT(answer->valid_until, kNow);
      answers.push_back(*answer);
      if (answer->valid_until == Timestamp::kMax) continue;
      ++finite;
      if (random() % 8 == 0) instants.push_back(answer->valid_until - Microseconds(1));
      if (random() % 8 == 0) instants.push_back(answer->valid_until);
    }
    for (const Timestamp instant : instants) {
      EvaluationContext then = now;
      then.now = instant;
      Interpreter asked(checked.shared_plan(), then);
      for (Row row = 0; row < static_cast<Row>(answers.size()); ++row) {
        const TimedTri& answer = answers[static_cast<size_t>(row)];
        const absl::StatusOr<Tri> tri = asked.EvaluateBoolean({contact, row});
        ASSERT_TRUE(tri.ok());
        flips += *tri != answer.value ? 1 : 0;
        if (instant >= answer.valid_until) continue;
        ++checks;
        EXPECT_EQ(*tri, answer.value)
            << "row " << row << " at " << FormatTimestamp(instant) << ", said to hold until "
            << FormatTimestamp(answer.valid_until);
      }
    }
  }
  std::cout << checks << " answers checked, " << finite << " with an end, " << flips
            << " changed after it" << std::endl;
  EXPECT_GT(finite, 500);
  EXPECT_GT(flips, 500);
}

}  // namespace
}  // namespace relata
