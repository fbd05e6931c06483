// SPDX-License-Identifier: Apache-2.0

#include "property/expression_source.h"

#include <iterator>
#include <limits>
#include <vector>

#include "base/strings.h"

namespace relata::testing {
namespace {

using internal::Concat;

struct Member {
  const char* path;
  const char* kind;
};

constexpr Member kContact[] = {{"country", "text"},
                               {"email", "text"},
                               {"active", "bool"},
                               {"visits", "int"},
                               {"rate", "double"},
                               {"budget", "money"},
                               {"birth_date", "date"},
                               {"since", "timestamp"},
                               {"delay", "duration"},
                               {"account.industry", "text"},
                               {"account.headcount", "int"},
                               {"account.revenue", "money"},
                               {"account.parent.industry", "text"},
                               {"account.parent.headcount", "int"}};
constexpr Member kOrder[] = {
    {"net", "money"}, {"quantity", "int"}, {"placed_at", "timestamp"}, {"contact.country", "text"}};
constexpr Member kPageView[] = {{"path", "text"}, {"seconds", "int"}, {"at", "timestamp"}};
constexpr Member kAccount[] = {{"industry", "text"}, {"headcount", "int"}, {"parent.name", "text"}};

struct Members {
  const Member* list;
  size_t size;
};

Members MembersOf(std::string_view type) {
  if (type == "contact") return {kContact, std::size(kContact)};
  if (type == "order") return {kOrder, std::size(kOrder)};
  if (type == "account") return {kAccount, std::size(kAccount)};
  return {kPageView, std::size(kPageView)};
}

// As written in an expression, and as stored.
struct Sample {
  const char* text;
  Value value;
};

const std::vector<Sample>& Samples(std::string_view kind) {
  static const auto eur = [](int64_t units) {
    return Value::Amount({units, *Currency::Parse("EUR")});
  };
  static const std::vector<Sample> kText = {
      {"''", Value::Text("")},
      {"'FR'", Value::Text("FR")},
      {"'fr'", Value::Text("fr")},
      {"'F'", Value::Text("F")},
      {"'Zo\\u00e9'", Value::Text("Zo\xc3\xa9")},
      {"'\\U0001F600'", Value::Text("\xf0\x9f\x98\x80")},
      {"'\\uffee'", Value::Text("\xef\xbf\xae")},
      {"'a\\x00b'", Value::Text(std::string("a\0b", 3))},
      {"'a\\x00'", Value::Text(std::string("a\0", 2))},
      {"'100%_x'", Value::Text("100%_x")},
  };
  static const std::vector<Sample> kInt = {
      {"0", Value::Int(0)},
      {"1", Value::Int(1)},
      {"-1", Value::Int(-1)},
      {"3", Value::Int(3)},
      {"9007199254740993", Value::Int(9007199254740993)},
      {"9223372036854775807", Value::Int(std::numeric_limits<int64_t>::max())},
      {"-9223372036854775808", Value::Int(std::numeric_limits<int64_t>::min())},
  };
  static const std::vector<Sample> kDouble = {
      {"0.0", Value::Double(0)},
      {"-0.0", Value::Double(-0.0)},
      {"0.5", Value::Double(0.5)},
      {"3.0", Value::Double(3)},
      {"-1e300", Value::Double(-1e300)},
      {"9007199254740992.0", Value::Double(9007199254740992.0)},
      {"9223372036854775807.0", Value::Double(9223372036854775808.0)},
  };
  static const std::vector<Sample> kMoney = {
      {"money('0', 'EUR')", eur(0)},
      {"money('12.50', 'EUR')", eur(125'000)},
      {"money('-3', 'EUR')", eur(-30'000)},
      {"money('12.50', 'USD')", Value::Amount({125'000, *Currency::Parse("USD")})},
      {"money('0', 'USD')", Value::Amount({0, *Currency::Parse("USD")})},
      {"money('900000000000000', 'EUR')", eur(9'000'000'000'000'000'000)},
  };
  static const std::vector<Sample> kDate = {
      {"date('2000-02-29')", Value::Day(MakeDate(2000, 2, 29))},
      {"date('1969-12-31')", Value::Day(MakeDate(1969, 12, 31))},
      {"date('0001-01-01')", Value::Day(MakeDate(1, 1, 1))},
      {"date(now)", Value::Day(UtcDate(kNow))},
  };
  static const std::vector<Sample> kTimestamp = {
      {"now", Value::Time(kNow)},
      {"(now - days(30))", Value::Time(kNow - Days(30))},
      {"(now - months(2))", Value::Time(UtcMidnight(MakeDate(2026, 1, 15)))},
      {"start_of_year(now)", Value::Time(UtcMidnight(MakeDate(2026, 1, 1)))},
      {"timestamp('1969-12-31T23:59:59.999999Z')", Value::Time({-1})},
      {"timestamp('9999-12-31T23:59:59Z')", Value::Time({253'402'300'799'000'000})},
  };
  static const std::vector<Sample> kDuration = {
      {"days(0)", Value::Length({0})},
      {"days(30)", Value::Length(Days(30))},
      {"duration('-0.000001s')", Value::Length({-1})},
  };
  static const std::vector<Sample> kBool = {{"true", Value::Bool(true)},
                                            {"false", Value::Bool(false)}};
  if (kind == "text") return kText;
  if (kind == "int") return kInt;
  if (kind == "double") return kDouble;
  if (kind == "money") return kMoney;
  if (kind == "date") return kDate;
  if (kind == "timestamp") return kTimestamp;
  if (kind == "duration") return kDuration;
  return kBool;
}

constexpr const char* kOrderings[] = {"<", "<=", ">", ">="};

}  // namespace

std::string ExpressionSource::Constant(std::string_view kind) {
  const std::vector<Sample>& samples = Samples(kind);
  return samples[Pick(samples.size())].text;
}

Value ExpressionSource::Random(std::string_view kind) {
  const std::vector<Sample>& samples = Samples(kind);
  return samples[Pick(samples.size())].value;
}

std::string ExpressionSource::Comparison(const std::string& path, std::string_view kind) {
  // Numbers are compared across their types.
  if (kind == "int" && Chance(10)) kind = "double";
  switch (Pick(6)) {
    case 0:
      return Concat(path, Chance(50) ? " == " : " != ", Constant(kind));
    case 1:
      return Concat(path, Chance(50) ? " == null" : " != null");
    case 2:
      return Concat(path, " in [", Constant(kind), ", ", Constant(kind), "]");
    case 3:
      return Concat("has(", path, ")");
    case 4:
      return Concat(Constant(kind), " ", kOrderings[Pick(4)], " ", path);
    default:
      return Concat(path, " ", kOrderings[Pick(4)], " ", Constant(kind));
  }
}

std::string ExpressionSource::TextTest(const std::string& path) {
  constexpr const char* kTests[] = {"startsWith", "endsWith", "contains", "matches"};
  const size_t test = Pick(4);
  if (test == 3) return Concat(path, ".matches('^[A-Z]')");
  if (Chance(20)) return Concat("fold(", path, ") == ", Constant("text"));
  return Concat(path, ".", kTests[test], "(", Constant("text"), ")");
}

std::string ExpressionSource::Arithmetic(const std::string& name) {
  switch (Pick(5)) {
    case 0:
      return Concat(name, ".visits + ", Constant("int"), " > ", Constant("int"));
    case 1:
      return Concat(name, ".visits / (", name, ".visits - 3) >= 0");
    case 2:
      return Concat(name, ".orders.map(o, o.net).sum() > ", Constant("money"));
    case 3:
      return Concat(name, ".orders.map(o, o.quantity).max() > 0");
    default:
      return Concat(name, ".since + ", name, ".delay < now");
  }
}

std::string ExpressionSource::Relation(const std::string& name, int depth) {
  const std::string v = Concat("v", variables_++);
  const bool events = Chance(50);
  const std::string list = events ? Concat(name, ".events('page_view')") : Concat(name, ".orders");
  const std::string_view type = events ? "page_view" : "order";
  const auto body = [&] { return Condition(v, type, depth - 1); };
  switch (Pick(6)) {
    case 0:
      return Concat(list, ".exists(", v, ", ", body(), ")");
    case 1:
      return Concat(list, ".all(", v, ", ", body(), ")");
    case 2:
      return Concat(list, ".exists_one(", v, ", ", body(), ")");
    case 3: {
      constexpr const char* kOps[] = {"==", "!=", "<", "<=", ">", ">="};
      return Concat(list, ".size() ", kOps[Pick(6)], " ", Pick(4));
    }
    case 4:
      return Concat(name, ".account.contacts.exists(", v, ", ", Condition(v, "contact", 0), ")");
    default: {
      constexpr const char* kOps[] = {"==", "!=", "<", "<=", ">", ">="};
      return Concat(list, ".filter(", v, ", ", body(), ").size() ", kOps[Pick(6)], " ", Pick(4));
    }
  }
}

std::string ExpressionSource::Atom(const std::string& name, std::string_view type, int depth) {
  const Members members = MembersOf(type);
  const Member& member = members.list[Pick(members.size)];
  const std::string path = Concat(name, ".", member.path);
  const std::string_view kind = member.kind;
  if (type == "contact" && depth > 0 && Chance(35)) return Relation(name, depth);
  if (type == "contact" && Chance(8)) return Arithmetic(name);
  if (type == "contact" && Chance(4)) return Concat(Constant("text"), " in ", name, ".interests");
  if (type == "contact" && Chance(4)) return Concat(name, ".account == null");
  if (type == "contact" && Chance(4)) {
    return Concat(name, ".country ", Chance(50) ? "==" : kOrderings[Pick(4)], " ", name, ".email");
  }
  if (kind == "text" && Chance(30)) return TextTest(path);
  if (kind == "bool" && Chance(40)) return path;
  return Comparison(path, kind);
}

std::string ExpressionSource::Condition(const std::string& name, std::string_view type, int depth) {
  if (depth <= 0 || Chance(25)) return Atom(name, type, depth);
  const auto part = [&] { return Condition(name, type, depth - 1); };
  switch (Pick(5)) {
    case 0:
      return Concat("!(", part(), ")");
    case 1:
      return Concat("((", part(), ") ? (", part(), ") : (", part(), "))");
    case 2:
      return Concat("(", part(), " || ", part(), ")");
    default:
      return Concat("(", part(), " && ", part(), ")");
  }
}

std::unique_ptr<MemoryGraph> ExpressionSource::Graph() {
  auto graph = std::make_unique<MemoryGraph>();
  std::vector<RecordRef> accounts;
  for (int i = 0; i < 8; ++i) {
    Fields fields = {{"name", Random("text")},
                     {"industry", OrAbsent(Random("text"))},
                     {"headcount", OrAbsent(Random("int"))},
                     {"revenue", OrAbsent(Random("money"))}};
    if (!accounts.empty() && Chance(60)) {
      fields.emplace_back("parent", Value::Record(accounts[Pick(accounts.size())]));
    }
    accounts.push_back(graph->Add("account", fields));
  }
  std::vector<RecordRef> contacts;
  for (int i = 0; i < 40; ++i) {
    Fields fields;
    for (const Member& m : kContact) {
      if (std::string_view(m.path).find('.') == std::string_view::npos) {
        fields.emplace_back(m.path, OrAbsent(Random(m.kind)));
      }
    }
    fields.emplace_back(
        "interests", Chance(50) ? Value::List({}) : Value::List({Random("text"), Random("text")}));
    fields.emplace_back("account", OrAbsent(Value::Record(accounts[Pick(accounts.size())])));
    contacts.push_back(graph->Add("contact", fields));
  }
  // Half of the contacts have nothing related.
  const auto someone = [&] { return contacts[Pick(contacts.size() / 2)]; };
  std::vector<RecordRef> orders;
  for (int i = 0; i < 50; ++i) {
    orders.push_back(graph->Add("order", {{"net", OrAbsent(Random("money"))},
                                          {"quantity", OrAbsent(Random("int"))},
                                          {"placed_at", OrAbsent(Random("timestamp"))},
                                          {"contact", OrAbsent(Value::Record(someone()))}}));
  }
  for (int i = 0; i < 60; ++i) {
    graph->AddEvent("page_view", someone(), Random("timestamp").timestamp(),
                    {{"path", OrAbsent(Random("text"))}, {"seconds", OrAbsent(Random("int"))}});
  }
  for (const auto& list : {accounts, contacts, orders}) {
    for (const RecordRef& record : list) {
      if (Chance(5)) graph->Delete(record);
    }
  }
  return graph;
}

}  // namespace relata::testing
