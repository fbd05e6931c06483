// SPDX-License-Identifier: Apache-2.0

#include "relata/expression/evaluate.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "relata/expression/explanation.h"
#include "relata/expression/json.h"
#include "unit/expression/memory_graph.h"

namespace relata {
namespace {

using internal::Concat;
using testing::Ask;
using testing::CheckAbout;
using testing::ContextOf;
using testing::kNow;
using testing::MemoryGraph;
using testing::SmallSchema;

Money Euros(int64_t n) { return {n * Money::kUnitsPerMajor, *Currency::Parse("EUR")}; }

// A group, its subsidiary, three contacts; orders and page views of the first contact.
class Evaluating : public ::testing::Test {
 protected:
  void SetUp() override {
    group_ = graph_.Add("account", {{"name", Value::Text("Group")}});
    acme_ = graph_.Add("account", {{"name", Value::Text("Acme")},
                                   {"industry", Value::Text("retail")},
                                   {"parent", Value::Record(group_)}});
    marie_ = graph_.Add("contact", {{"country", Value::Text("FR")},
                                    {"email", Value::Text("Marie@Acme.FR")},
                                    {"visits", Value::Int(5)},
                                    {"rate", Value::Double(0.5)},
                                    {"budget", Value::Amount(Euros(1500))},
                                    {"birth_date", Value::Day(MakeDate(1980, 2, 29))},
                                    {"account", Value::Record(acme_)}});
    paul_ = graph_.Add("contact", {{"account", Value::Record(acme_)}});
    lone_ = graph_.Add("contact", {});
    for (int i = 1; i <= 3; ++i) {
      graph_.Add("order", {{"net", Value::Amount(Euros(i * 100))},
                           {"quantity", i == 2 ? Value() : Value::Int(i)},
                           {"contact", Value::Record(marie_)}});
      graph_.AddEvent("page_view", marie_, kNow - Days(20 * i),
                      {{"path", Value::Text(i == 1 ? "/pricing/x" : "/home")}});
    }
  }
  std::string Of(RecordRef who, std::string_view text) { return Ask(graph_, who, text); }

  MemoryGraph graph_;
  RecordRef group_, acme_, marie_, paul_, lone_;
};

TEST_F(Evaluating, AbsentIsNullAndAMissingLinkIsAnEmptyRecord) {
  EXPECT_EQ(Of(marie_, "contact.account.industry"), "\"retail\"");
  EXPECT_EQ(Of(marie_, "contact.account.parent.industry"), "null");
  EXPECT_EQ(Of(lone_, "contact.account.parent.industry"), "null");
  EXPECT_EQ(Of(lone_, "contact.account.contacts"), "[]");
  EXPECT_EQ(Of(lone_, "contact.account == null"), "true");
  EXPECT_EQ(Of(lone_, "contact.interests"), "[]");
  EXPECT_EQ(Of(lone_, "contact.country == 'FR'"), "false");
  EXPECT_EQ(Of(lone_, "contact.country != 'FR'"), "true");
  EXPECT_EQ(Of(lone_, "contact.country < 'FR'"),
            "error: no matching overload for '<' applied to (null, string)");
  EXPECT_EQ(Of(lone_, "contact.country < 'FR' || true"), "true");
  EXPECT_EQ(Of(lone_, "contact.country < 'FR' && false"), "false");
  EXPECT_EQ(Of(lone_, "has(contact.country)"), "false");
  EXPECT_EQ(Of(marie_, "has(contact.country)"), "true");
  EXPECT_EQ(Of(marie_, "has(contact.orders)"), "true");
  EXPECT_EQ(Of(lone_, "has(contact.orders)"), "false");
  EXPECT_EQ(Of(lone_, "contact.?country.orValue('none')"), "\"none\"");
}

TEST_F(Evaluating, FollowsRelationsBothWaysAndUpTheHierarchy) {
  EXPECT_EQ(Of(acme_, "account.contacts.size()"), "2");
  EXPECT_EQ(Of(acme_, "account.contacts.map(c, c.country)"), "[\"FR\",null]");
  EXPECT_EQ(Of(group_, "account.children.map(a, a.contacts.size()).sum()"), "2");
  EXPECT_EQ(Of(marie_, "contact.account.ancestors.map(a, a.name)"), "[\"Group\"]");
  graph_.Delete(paul_);
  EXPECT_EQ(Of(acme_, "account.contacts.size()"), "1");
  graph_.Delete(acme_);
  EXPECT_EQ(Of(marie_, "contact.account.name"), "null");
}

TEST_F(Evaluating, CountsWhatHappenedInAWindow) {
  EXPECT_EQ(Of(marie_, "contact.events('page_view').map(e, e.path)"),
            "[\"/home\",\"/home\",\"/pricing/x\"]");
  EXPECT_EQ(Of(marie_, "contact.events('page_view').filter(e, e.at > now - days(45)).size()"), "2");
  EXPECT_EQ(Of(marie_,
               "contact.events('page_view').exists(e, e.path.startsWith('/pricing') && "
               "e.at > now - days(30))"),
            "true");
  EXPECT_EQ(Of(marie_, "contact.events('page_view')[0].subject.country"), "\"FR\"");
  EXPECT_EQ(Of(lone_, "contact.events('page_view').size() == 0"), "true");
}

TEST_F(Evaluating, SumsMoneyInOneCurrencyAndNothingToZero) {
  EXPECT_EQ(Of(marie_, "contact.orders.map(o, o.net).sum()"),
            "{\"amount\":\"600.00\",\"currency\":\"EUR\"}");
  EXPECT_EQ(Of(lone_, "contact.orders.map(o, o.net).sum() == money('0', 'USD')"), "true");
  EXPECT_EQ(Of(marie_, "contact.budget + money('1', 'USD') > money('0', 'EUR')"),
            "error: amounts in EUR and USD do not mix; use in_currency");
  EXPECT_EQ(Of(marie_, "contact.budget > money('1', 'USD')"),
            "error: amounts in EUR and USD do not compare; use in_currency");
  EXPECT_EQ(Of(marie_, "contact.budget + in_currency(money('100', 'USD'), 'EUR')"),
            "{\"amount\":\"1550.00\",\"currency\":\"EUR\"}");
  EXPECT_EQ(Of(marie_, "in_currency(contact.budget, 'CHF') == contact.budget"), "error: no rate");
  EXPECT_EQ(Of(marie_, "contact.budget * 2 / money('3000', 'EUR')"), "1.0");
  EXPECT_EQ(Of(marie_, "contact.orders.map(o, o.quantity).sum() > 0"),
            "error: sum of values of different types, or of no value");
}

TEST_F(Evaluating, IntegersOverflowIntoAnError) {
  EXPECT_EQ(Of(marie_, "contact.visits + 9223372036854775807 > 0"), "error: integer overflow");
  EXPECT_EQ(Of(marie_, "contact.visits / 0 == 1"), "error: division by zero");
  EXPECT_EQ(Of(marie_, "[9223372036854775807, 1, -1].sum()"), "9223372036854775807");
  EXPECT_EQ(Of(marie_, "[9223372036854775807, 1].sum()"), "error: integer overflow");
  EXPECT_EQ(Of(marie_, "[1e100, 1.0, -1e100].sum()"), "1.0");
}

TEST_F(Evaluating, PeriodsMoveByCivilDays) {
  const struct {
    const char* text;
    const char* result;
  } kCases[] = {
      {"now", "\"2026-03-15T12:00:00Z\""},
      {"now - months(1)", "\"2026-02-15T00:00:00Z\""},
      {"timestamp('2026-05-31T10:00:00Z') - months(3)", "\"2026-02-28T00:00:00Z\""},
      {"date('2024-02-29') + years(1)", "\"2025-02-28\""},
      {"date('2026-03-01') - days(1)", "\"2026-02-28\""},
      {"date('2026-03-01') - date('2026-02-01') == days(28)", "true"},
      {"start_of_week(now)", "\"2026-03-09T00:00:00Z\""},
      {"end_of_month(now)", "\"2026-03-31T23:59:59.999999Z\""},
      {"end_of_month(date(now))", "\"2026-03-31\""},
      {"start_of_quarter(date('2026-08-15'))", "\"2026-07-01\""},
      {"start_of_day(timestamp('2026-03-29T12:00:00Z'), 'Europe/Paris')",
       "\"2026-03-28T23:00:00Z\""},
      {"end_of_day(timestamp('2026-03-29T12:00:00Z'), 'Europe/Paris') - "
       "start_of_day(timestamp('2026-03-29T12:00:00Z'), 'Europe/Paris') < hours(23)",
       "true"},
      {"age(contact.birth_date)", "46"},
      {"age(contact.birth_date, date('2025-02-27'))", "44"},
      {"age(contact.birth_date, date('2025-02-28'))", "45"},
      {"anniversary(contact.birth_date)", "\"2027-02-28\""},
      {"timestamp('2026-01-01T00:00:00.1234567Z') < now",
       "error: times are kept in microseconds; a finer fraction is refused"},
      {"timestamp('9999-12-31T23:59:59Z') + days(1)", "error: timestamp out of range"},
      {"days(200000000)", "error: duration out of range"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Of(marie_, c.text), c.result) << c.text;
}

TEST_F(Evaluating, ReadsTextAsCustomerDataNeedsIt) {
  const struct {
    const char* text;
    const char* result;
  } kCases[] = {
      {"domain(contact.email)", "\"acme.fr\""},
      {"fold('ÉTIENNE Cœur')", "\"etienne coeur\""},
      {"similar('Société Acme', 'societe acme')", "1.0"},
      {"similar('MARTHA', 'MARHTA') > 0.96 && similar('MARTHA', 'MARHTA') < 0.962", "true"},
      {"'a,b,c'.split(',').join('-')", "\"a-b-c\""},
      {"'Zoé'.size()", "3"},
      {"'Zoé'.reverse()", "\"éoZ\""},
      {"'tacocat'.indexOf('c', 3)", "4"},
      {"'hello'.replace('l', 'L', 1)", "\"heLlo\""},
      {"'%s has %d and %.1f'.format(['x', 3, 2.25])", "\"x has 3 and 2.2\""},
      {"'a'.matches('(')", "error: invalid pattern: missing ): ("},
      {"[3, 1, 2].sort()", "[1,2,3]"},
      {"['b', 'aa'].sortBy(s, s.size())", "[\"b\",\"aa\"]"},
      {"[1, 2, 2].distinct()", "[1,2]"},
      {"sets.contains([1, 2], [2])", "true"},
      {"[[1], [2, 3]].flatten()", "[1,2,3]"},
      {"[1, 2].last().value()", "2"},
      {"{'a': 1}.transformMap(k, v, v + 1)", "{\"a\":2}"},
      {"in_segment('even')", "true"},
      {"score('fit')", "0.0"},
      {"score('none') > 1.0", "error: no score 'none'"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Of(marie_, c.text), c.result) << c.text;
}

TEST_F(Evaluating, StopsAtTheCostLimitWhateverTheAnswerWouldBe) {
  const CheckedExpression checked = CheckAbout(
      "contact", "lists.range(1000).exists(x, lists.range(1000).all(y, y >= 0 && x < 0)) || true");
  ASSERT_TRUE(checked.ok());
  EvaluationContext context = ContextOf(graph_);
  context.cost_limit = 1'500;
  const absl::StatusOr<Tri> result = EvaluateBoolean(checked.shared_plan(), marie_, context);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(result.status()), "the evaluation passed its cost limit of 1500");
}

TEST_F(Evaluating, AFailedHookIsAStatusNotAValue) {
  EXPECT_EQ(Of(marie_, "in_segment('unknown') || true"), "status: no such segment");
  EXPECT_EQ(Of(marie_, "may_contact('email', 'offers')"), "status: consent cannot be asked here");
}

TEST_F(Evaluating, AsksTheHistoryOfAField) {
  // The graph of this test says that every country was Belgium until ten days ago.
  EXPECT_EQ(Of(marie_, "was(contact.country, now - days(20))"), "\"BE\"");
  EXPECT_EQ(Of(marie_, "was(contact.country, now)"), "\"FR\"");
  EXPECT_EQ(Of(marie_, "changed(contact.country, now - days(20))"), "true");
  EXPECT_EQ(Of(marie_, "changed(contact.country, now - days(3))"), "false");
  EXPECT_EQ(Of(marie_, "time_in(contact.country) == days(10)"), "true");
}

TEST_F(Evaluating, ValuesThatShareTheirPartsDoNotExplode) {
  // 2^60 leaves in 60 lists: neither comparing nor writing them would end.
  std::string open;
  for (int i = 0; i < 60; ++i) {
    open += Concat("cel.bind(a", i, ", ",
                   i == 0 ? "[1, 1]" : Concat("[a", i - 1, ", a", i - 1, "]"), ", ");
  }
  const std::string close(60, ')');
  for (const char* body : {"a59 == [a58, a58]", "a59", "'%s'.format([a59])", "a59.flatten(90)"}) {
    EXPECT_EQ(Of(marie_, open + body + close),
              "status: the evaluation passed its cost limit of 10000000")
        << body;
  }
  std::string doubling = "cel.bind(s0, 'xxxxxxxxxxxxxxxx', ";
  for (int i = 1; i < 60; ++i) {
    doubling += Concat("cel.bind(s", i, ", s", i - 1, " + s", i - 1, ", ");
  }
  EXPECT_EQ(Of(marie_, doubling + "s59.size()" + close),
            "status: the evaluation passed its cost limit of 10000000");
}

std::vector<std::string> Why(const MemoryGraph& graph, RecordRef who, const std::string& text) {
  const CheckedExpression checked = CheckAbout("contact", text);
  EXPECT_TRUE(checked.ok()) << Message(checked.status());
  const absl::StatusOr<Explanation> explanation =
      Explain(checked.shared_plan(), who, ContextOf(graph));
  EXPECT_TRUE(explanation.ok());
  return FormatExplanation(text, *explanation, SmallSchema());
}

TEST_F(Evaluating, ExplainsByTheFactsThatDecided) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(Why(graph_, marie_, "contact.country == 'FR' && contact.visits > 3"),
            (Lines{"contact.country == 'FR' is true: country of contact/0 is 'FR'",
                   "contact.visits > 3 is true: visits of contact/0 is 5"}));
  // Of a false && only what made it false speaks.
  EXPECT_EQ(Why(graph_, marie_, "contact.visits > 3 && contact.country == 'DE'"),
            (Lines{"contact.country == 'DE' is false: country of contact/0 is 'FR'"}));
  EXPECT_EQ(Why(graph_, marie_, "contact.country == 'DE' || contact.account.industry == 'retail'"),
            (Lines{"contact.account.industry == 'retail' is true: industry of account/1 is "
                   "'retail'"}));
  EXPECT_EQ(
      Why(graph_, lone_, "contact.account.industry == 'retail'"),
      (Lines{"contact.account.industry == 'retail' is false: account of contact/2 is absent"}));
  EXPECT_EQ(
      Why(graph_, marie_, "contact.events('page_view').exists(e, e.path.startsWith('/pricing'))"),
      (Lines{"contact.events('page_view').exists(e, e.path.startsWith('/pricing')) is true: "
             "contact/0 has 3 page_view",
             "e.path.startsWith('/pricing') is true: path of page_view/0 is '/pricing/x'"}));
  // What an atom reads twice it tells once.
  EXPECT_EQ(Why(graph_, marie_, "contact.visits * contact.visits > contact.visits"),
            (Lines{"contact.visits * contact.visits > contact.visits is true: visits of contact/0 "
                   "is 5"}));
  EXPECT_EQ(Why(graph_, lone_, "contact.country.startsWith('F') && contact.visits == null"),
            (Lines{"contact.country.startsWith('F') cannot be decided (no matching overload for "
                   "'startsWith' applied to (null, string)): country of contact/2 is absent"}));
}

TEST(EvaluateText, TakesBindingsAsJsonAndGivesJson) {
  const auto eval = [](std::string_view text, std::string_view bindings) {
    const absl::StatusOr<std::string> result = EvaluateText(text, bindings, kNow, Zone());
    return result.ok() ? *result : Concat("error: ", Message(result.status()));
  };
  EXPECT_EQ(eval("1 + 2", ""), "3");
  EXPECT_EQ(eval("1 + 2", "null"), "3");
  EXPECT_EQ(eval("x.y[1] * 2", R"({"x": {"y": [1, 21]}})"), "42");
  EXPECT_EQ(eval("x", R"({"x": 9007199254740993})"), "9007199254740993");
  EXPECT_EQ(eval("x", R"({"x": 18446744073709551615})"), "18446744073709551615");
  EXPECT_EQ(eval("x", R"({"x": 1.0})"), "1.0");
  EXPECT_EQ(eval("x + 'a'", R"({"x": 1})"),
            "error: no matching overload for '+' applied to (int, string)");
  EXPECT_EQ(eval("false && 32", ""), "false");
  EXPECT_EQ(eval("y || true", ""), "true");
  EXPECT_EQ(eval("y", ""), "error: undeclared reference to 'y'");
  EXPECT_EQ(eval("timestamp(t) + duration('1h')", R"({"t": "2026-01-01T00:00:00Z"})"),
            "\"2026-01-01T01:00:00Z\"");
  EXPECT_EQ(eval("b'abc'", ""), "\"YWJj\"");
  EXPECT_EQ(eval("[1u, 2.5, null, true, {'k': duration('90s')}]", ""),
            "[1,2.5,null,true,{\"k\":\"90s\"}]");
  EXPECT_EQ(eval("1 +", "").substr(0, 10), "error: err");
  EXPECT_EQ(eval("1", "[1]"), "error: bindings: a JSON object is needed");
  EXPECT_EQ(eval("1", "{"), "error: bindings: not JSON at byte 2");
  EXPECT_EQ(eval("1", R"({"a": 1, "a": 2})"), "error: bindings: the name 'a' is repeated");
}

}  // namespace
}  // namespace relata
