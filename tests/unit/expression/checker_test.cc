// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "relata/crm/schema.h"
#include "relata/expression/expression.h"
#include "unit/expression/memory_graph.h"

namespace relata {
namespace {

using internal::Concat;
using testing::CheckAbout;
using testing::SmallSchema;
using Kind = ValueType::Kind;

// Every issue of a condition about contacts, one a line: "error: ..." or "warning: ... -> use".
std::string Issues(std::string_view text) {
  CheckOptions options;
  options.schema = &SmallSchema();
  options.subject = SmallSchema().Find("contact")->id;
  options.expected = Kind::kBool;
  std::string out;
  const CheckedExpression checked = Check(text, options);
  for (const ExpressionIssue& issue : checked.issues()) {
    out += Concat(out.empty() ? "" : "\n",
                  issue.severity == Severity::kError ? "error: " : "warning: ", issue.message,
                  issue.suggestion.empty() ? "" : " -> ", issue.suggestion);
  }
  return out;
}

TEST(Checker, ResolvesPathsOfAnyDepthInBothDirections) {
  for (const char* text :
       {"contact.country == 'FR'", "contact.account.industry == 'retail'",
        "contact.account.parent.parent.name == 'Group'", "contact.account.contacts.size() > 3",
        "contact.account.parent.children.exists(a, a.contacts.exists(c, c.active == true))",
        "contact.events('page_view').filter(e, e.at > now - days(30)).size() >= 3",
        "contact.orders.filter(o, o.net != null).map(o, o.net).sum() > money('1000', 'EUR')",
        "contact.account.ancestors.exists(a, a.id == 'x')", "'golf' in contact.interests",
        "in_segment('even') && score('fit') > 3.0", "may_contact('email', 'offers')",
        "contact.account == null", "contact.id == '1-0'"}) {
    EXPECT_EQ(Issues(text), "") << text;
  }
}

TEST(Checker, NamesWhatIsUnknownAndWhatIsNear) {
  const struct {
    const char* text;
    const char* issues;
  } kCases[] = {
      {"contact.contry == 'FR'",
       "error: unknown field 'contry' of contact; did you mean 'country'?"},
      {"contcat.country == 'FR'", "error: unknown name 'contcat'; did you mean 'contact'?"},
      {"country == 'FR'", "error: unknown name 'country' -> contact.country"},
      {"contact.events('page_views').size() > 1",
       "error: no event type 'page_views' about contact; did you mean 'page_view'?"},
      {"contact.country.startWith('F')",
       "error: unknown function 'startWith'; did you mean 'startsWith'?"},
      {"contact.orders.net > money('1', 'EUR')",
       "error: list(order) has no member 'net'; a list's elements are reached by exists(), "
       "filter(), map()"},
      {"contact.visits", "error: the expression gives int where bool is needed"},
      {"size('a', 'b') == 1", "error: 'size' does not take (string, string)"},
      {"size('a', 5) == 1", "error: 'size' does not take (string, int)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Issues(c.text), c.issues) << c.text;
}

TEST(Checker, NamesTheOptionsWhereAChoiceIsComparedWithAnotherWord) {
  const auto said = [](std::string_view text) {
    CheckOptions options;
    options.schema = &StandardSchema();
    options.subject = StandardSchema().Find("lead")->id;
    options.expected = Kind::kBool;
    return Check(text, options);
  };
  for (const char* text :
       {"lead.status == 'convertd'", "'convertd' != lead.status",
        "lead.status in ['new', 'convertd']", "was(lead.status, now - days(3)) == 'convertd'"}) {
    const CheckedExpression checked = said(text);
    ASSERT_EQ(checked.issues().size(), 1u) << text;
    const ExpressionIssue& issue = checked.issues()[0];
    EXPECT_TRUE(checked.ok());
    EXPECT_EQ(issue.severity, Severity::kInfo) << "other words are accepted";
    EXPECT_NE(issue.message.find("'convertd' is none of the options of status (new, "),
              std::string::npos)
        << issue.message;
    EXPECT_EQ(issue.suggestion, "'converted'");
    EXPECT_EQ(std::string(text).substr(issue.span.begin, issue.span.end - issue.span.begin),
              "'convertd'");
  }
  EXPECT_TRUE(said("lead.status == 'new' || lead.status in ['converted']").issues().empty());
  EXPECT_TRUE(said("lead.family_name == 'convertd'").issues().empty());
}

TEST(Checker, ShowsWhatToWriteWhenTypesDoNotFit) {
  const struct {
    const char* text;
    const char* issues;
  } kCases[] = {
      {"contact.budget > 1000",
       "error: '>' cannot be applied to (money, int); an amount has a currency: write "
       "money('1000', 'EUR') -> contact.budget > money('1000', 'EUR')"},
      {"contact.birth_date < '2000-01-01'",
       "error: '<' cannot be applied to (date, string); a day is written date('2026-01-31') -> "
       "contact.birth_date < date('2000-01-01')"},
      {"contact.country == 33",
       "error: '==' cannot be applied to (string, int); text is written in quotes -> "
       "contact.country == '33'"},
      {"contact.account == contact", "error: '==' cannot be applied to (account, contact)"},
      {"true ? contact.visits : 'a'", "error: the two results differ in type: int and string"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Issues(c.text), c.issues) << c.text;
}

constexpr const char* kMayBeAbsent =
    " may have no value; the record then ends in error, neither true nor false";

TEST(Checker, WarnsWhereNullIsAnErrorAndShowsTheGuardedText) {
  EXPECT_EQ(Issues("contact.country.startsWith('F')"),
            Concat("warning: 'contact.country'", kMayBeAbsent,
                   " -> (contact.country != null && contact.country.startsWith('F'))"));
  EXPECT_EQ(Issues("contact.active && contact.visits > 3"),
            Concat("warning: 'contact.active'", kMayBeAbsent, " -> contact.active == true\n",
                   "warning: 'contact.visits'", kMayBeAbsent,
                   " -> (contact.visits != null && contact.visits > 3)"));
  EXPECT_EQ(
      Issues("contact.events('page_view').exists(e, e.path.startsWith('/p'))"),
      Concat("warning: 'e.path'", kMayBeAbsent, " -> (e.path != null && e.path.startsWith('/p'))"));
  // A required field of a record that may be missing may be missing too.
  EXPECT_EQ(Issues("contact.account.name.startsWith('A')"),
            Concat("warning: 'contact.account.name'", kMayBeAbsent,
                   " -> (contact.account.name != null && contact.account.name.startsWith('A'))"));
}

TEST(Checker, SeesWhatIsGuarded) {
  for (const char* text :
       {"contact.country != null && contact.country.startsWith('F')",
        "contact.country.startsWith('F') && has(contact.country)",
        "contact.country == null || contact.country.startsWith('F')",
        "contact.country in ['FR', 'BE'] && contact.country.startsWith('F')",
        "!has(contact.country) || contact.country.startsWith('F')",
        "contact.country != null ? contact.country.startsWith('F') : false",
        "!(contact.country == null) && contact.active == true && contact.country > 'A'",
        "contact.orders.filter(o, o.quantity != null && o.quantity > 2).size() > 1",
        "contact.orders.exists(o, o.contact.country == 'FR')", "contact.country in ['FR', 'BE']",
        "contact.country == 'FR'", "contact.visits != 3"}) {
    EXPECT_EQ(Issues(text), "") << text;
  }
  // A guard in one branch guards nothing in the other.
  EXPECT_NE(Issues("contact.country != null ? true : contact.country.startsWith('F')"), "");
  EXPECT_NE(Issues("contact.country != null || contact.country.startsWith('F')"), "");
}

TEST(Checker, KnowsTypesAndWhatMayBeNull) {
  const struct {
    const char* text;
    const char* type;
  } kCases[] = {
      {"contact.country", "string?"},
      {"contact.interests", "list(string)"},
      {"contact.orders.map(o, o.net)", "list(money?)"},
      {"contact.events('page_view').map(e, e.at)", "list(timestamp)"},
      {"now - contact.events('page_view')[0].at", "duration"},
      {"contact.account.name", "string?"},
      {"contact.orders.map(o, o.id)", "list(string)"},
      {"contact.?country", "optional_type(string)"},
      {"contact.?country.orValue('FR')", "string"},
      {"[1, 2].map(x, x * 2).sum()", "int"},
      {"{'a': 1}", "map(string, int)"},
      {"now - months(3)", "timestamp"},
  };
  for (const auto& c : kCases) {
    const CheckedExpression checked = CheckAbout("contact", c.text);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_EQ(ToString(checked.type()), c.type) << c.text;
  }
}

TEST(Checker, ClassifiesEveryUseOfNow) {
  const struct {
    const char* text;
    NowUse use;
  } kCases[] = {
      {"contact.country == 'FR'", NowUse::kNone},
      {"contact.events('page_view').exists(e, e.at > now - days(30))", NowUse::kAffine},
      {"contact.since < now", NowUse::kAffine},
      {"now - contact.since > days(10)", NowUse::kAffine},
      {"contact.since > now - months(3)", NowUse::kBoundary},
      {"contact.since >= start_of_month(now)", NowUse::kBoundary},
      {"age(contact.birth_date, now) >= 18", NowUse::kBoundary},
      {"age(contact.birth_date) >= 18", NowUse::kBoundary},
      {"contact.since > now - days(contact.visits)", NowUse::kAffine},
      {"date(now) == contact.birth_date", NowUse::kBoundary},
      {"contact.since == now", NowUse::kOther},
      {"string(now).startsWith('2026')", NowUse::kOther},
      {"score('fit') > 3.0", NowUse::kOther},
  };
  for (const auto& c : kCases) {
    const CheckedExpression checked = CheckAbout("contact", c.text);
    ASSERT_TRUE(checked.ok()) << checked.status();
    EXPECT_EQ(checked.plan().now_use(), c.use) << c.text;
  }
}

TEST(Checker, ListsThePathsThatAreRead) {
  const Schema& schema = SmallSchema();
  const TypeDef& contact = *schema.Find("contact");
  const TypeDef& account = *schema.Find("account");
  const TypeDef& order = *schema.Find("order");
  const CheckedExpression checked =
      CheckAbout("contact",
                 "contact.account.industry == 'x' && contact.orders.exists(o, o.quantity == 3) && "
                 "in_segment('even')");
  ASSERT_TRUE(checked.ok());
  const PathsRead& paths = checked.plan().paths();
  EXPECT_EQ(paths.types, (std::vector<TypeId>{account.id, contact.id, order.id}));
  using Path = std::pair<TypeId, FieldId>;
  EXPECT_EQ(paths.fields, (std::vector<Path>{{account.id, account.FindField("industry")->id},
                                             {order.id, order.FindField("quantity")->id}}));
  EXPECT_EQ(paths.links, (std::vector<Path>{{contact.id, contact.FindField("account")->id}}));
  EXPECT_EQ(paths.reverses, (std::vector<Path>{{order.id, order.FindField("contact")->id}}));
  EXPECT_EQ(paths.segments, std::vector<std::string>{"even"});
}

TEST(Checker, ChecksParametersAndEveryFunctionHasItsSignatures) {
  const CheckedExpression checked =
      CheckAbout("contact", "contact.country == land", {{"land", ValueType(Kind::kString)}});
  EXPECT_TRUE(checked.ok());
  EXPECT_EQ(checked.plan().parameters(), std::vector<std::string>{"land"});
  EXPECT_FALSE(CheckAbout("contact", "contact.country == land").ok());
  EXPECT_GT(ListFunctions().size(), 250u);
  for (const FunctionInfo& f : ListFunctions()) EXPECT_FALSE(f.help.empty()) << f.signature;
}

}  // namespace
}  // namespace relata
