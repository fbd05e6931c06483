// SPDX-License-Identifier: Apache-2.0

#include "expression/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"

namespace relata::internal {
namespace {

std::string Show(const AstNode& node) {
  std::string out;
  switch (node.kind) {
    case AstKind::kLiteral:
      return node.value.is(Value::Kind::kText) ? Concat("'", node.value.text(), "'")
             : node.value.is_null()            ? "null"
                                               : ToDisplay(node.value);
    case AstKind::kIdent:
      return Concat(node.leading_dot ? "." : "", node.name);
    case AstKind::kSelect:
      return Concat(Show(*node.operands[0]), node.optional ? ".?" : ".", node.name);
    case AstKind::kHas:
      return Concat("has(", Show(*node.operands[0]), ".", node.name, ")");
    case AstKind::kIndex:
      out = node.optional ? "[?]" : "[]";
      break;
    case AstKind::kAnd:
      out = "&&";
      break;
    case AstKind::kOr:
      out = "||";
      break;
    case AstKind::kConditional:
      out = "?:";
      break;
    case AstKind::kList:
      out = "list";
      break;
    case AstKind::kMap:
      out = "map";
      break;
    case AstKind::kBind:
      out = Concat("bind ", node.variables[0]);
      break;
    case AstKind::kComprehension:
      out = Concat("macro ", node.name);
      for (const std::string& v : node.variables) out += Concat(" ", v);
      break;
    default:
      out = node.name;
  }
  for (const AstPtr& operand : node.operands) out += Concat(" ", Show(*operand));
  return Concat("(", out, ")");
}

std::string ParseToText(std::string_view source) {
  ExpressionIssue issue;
  const AstPtr root = Parse(source, {}, &issue);
  return root == nullptr ? Concat("error: ", issue.message) : Show(*root);
}

TEST(Parser, BindsOperatorsAsTheLanguageDefinitionSays) {
  const struct {
    const char* source;
    const char* tree;
  } kCases[] = {
      {"1 + 2 * 3", "(+ 1 (* 2 3))"},
      {"(1 + 2) * 3", "(* (+ 1 2) 3)"},
      {"1 - 2 - 3", "(- (- 1 2) 3)"},
      {"a || b && c", "(|| a (&& b c))"},
      {"a || b || c || d", "(|| a b c d)"},
      {"a && b && c", "(&& a b c)"},
      {"a < b == c", "(== (< a b) c)"},
      {"a in b", "(in a b)"},
      {"a ? b : c ? d : e", "(?: a b (?: c d e))"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"--5", "(- -5)"},
      {"a -1", "(- a 1)"},
      {"!!a", "(! (! a))"},
      {"-a.b", "(- a.b)"},
      {"-1.5e3", "-1500"},
      {"0x1F", "31"},
      {"5u", "5"},
      {".5", "0.5"},
      {"a.b.c", "a.b.c"},
      {".a.b", ".a.b"},
      {"a.?b", "a.?b"},
      {"a[?b]", "([?] a b)"},
      {"a[0][1]", "([] ([] a 0) 1)"},
      {"f(1, x)", "(f 1 x)"},
      {"a.f(1)", "(f a 1)"},
      {"[1, 2,]", "(list 1 2)"},
      {"{1: 2, 'a': b}", "(map 1 2 'a' b)"},
      {"a.`b-c/d.e`", "a.b-c/d.e"},
      {"{'if': 1}.if", "(map 'if' 1).if"},
      {"1 // note\n + 2", "(+ 1 2)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseToText(c.source), c.tree) << c.source;
}

TEST(Parser, ReadsMacrosWhereTheyAreCalled) {
  EXPECT_EQ(ParseToText("has(a.b)"), "has(a.b)");
  EXPECT_EQ(ParseToText("l.all(x, x > 0)"), "(macro all x l (> x 0))");
  EXPECT_EQ(ParseToText("l.map(x, x > 0, x)"), "(macro map x l (> x 0) x)");
  EXPECT_EQ(ParseToText("l.exists(i, v, v > i)"), "(macro exists i v l (> v i))");
  EXPECT_EQ(ParseToText("cel.bind(x, 1, x)"), "(bind x 1 x)");
  // A macro's name with another number of arguments is an ordinary call.
  EXPECT_EQ(ParseToText("l.all(x)"), "(all l x)");
  EXPECT_EQ(ParseToText("l.all(1, true)"), "error: a macro's variable is a plain name");
  EXPECT_EQ(ParseToText("has(a)"),
            "error: has() takes a field selection, such as has(contact.email)");
}

TEST(Parser, ReadsEveryFormOfText) {
  EXPECT_EQ(ParseToText(R"('a\tb\x41\u00e9\101')"),
            "'a\tbA\xc3\xa9"
            "A'");
  EXPECT_EQ(ParseToText(R"(r'a\tb')"), R"('a\tb')");
  EXPECT_EQ(ParseToText("'''a'b\nc'''"), "'a'b\nc'");
  EXPECT_EQ(ParseToText("\"\"\"\"\"\""), "''");
  EXPECT_EQ(ParseToText(R"(b'\xff\377')"), "bytes of length 2");
  EXPECT_EQ(ParseToText(R"('\ud800')"), "error: not a Unicode character");
  EXPECT_EQ(ParseToText(R"(b'\u0041')"),
            "error: '\\u' names a character; bytes are written '\\xHH'");
  EXPECT_EQ(ParseToText("'open"), "error: missing closing quote");
}

TEST(Parser, SaysWhereTextIsWrongWithACaret) {
  ExpressionIssue issue;
  const std::string source = "contact.country = 'FR'";
  ASSERT_EQ(Parse(source, {}, &issue), nullptr);
  EXPECT_EQ(FormatIssueWithCaret(source, issue),
            "error 1:17: unexpected character '='; equality is written '=='\n"
            "  contact.country = 'FR'\n"
            "                  ^");
  const std::string second = "contact.name ==\n  'Zoé' && )";
  ASSERT_EQ(Parse(second, {}, &issue), nullptr);
  EXPECT_EQ(FormatIssueWithCaret(second, issue),
            "error 2:12: unexpected ')' where a value is expected\n"
            "    'Zoé' && )\n"
            "             ^");
}

TEST(Parser, RefusesWhatPassesAStatedLimit) {
  const std::string deep = std::string(201, '(') + "1" + std::string(201, ')');
  EXPECT_EQ(ParseToText(deep), "error: the expression is nested more than 200 levels deep");
  std::string chain = "1";
  for (int i = 0; i < 200; ++i) chain += "+1";
  EXPECT_EQ(ParseToText(chain), "error: the expression is nested more than 200 levels deep");
  EXPECT_EQ(ParseToText(std::string(65'537, ' ')),
            "error: the expression is longer than 65536 bytes");
  std::string wide = "[1";
  for (int i = 0; i < 20'000; ++i) wide += ",1";
  EXPECT_EQ(ParseToText(wide + "]"), "error: the expression has more than 20000 parts");
  EXPECT_EQ(ParseToText("'\xff'"), "error: the expression is not valid UTF-8 here");
  // A chain of alternatives is one level however long.
  std::string alternatives = "a";
  for (int i = 0; i < 1000; ++i) alternatives += " || a";
  EXPECT_EQ(ParseToText(alternatives).substr(0, 6), "(|| a ");
}

TEST(Parser, RefusesReservedWordsAsNames) {
  for (const char* word : {"if", "for", "while", "package", "var"}) {
    EXPECT_EQ(ParseToText(word),
              Concat("error: '", word, "' is a reserved word and cannot be a name"));
  }
}

}  // namespace
}  // namespace relata::internal
