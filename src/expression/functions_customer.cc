// SPDX-License-Identifier: Apache-2.0
//
// Money, and text as customer data needs it: folding, e-mail domains, likeness of names.

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/values.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

Outcome ToMoney(FunctionContext&, Arguments a) {
  if (a.size() == 1) return a[0].is(Kind::kMoney) ? Outcome(a[0]) : NoOverload("money", a);
  if (!a[1].is(Kind::kText)) return NoOverload("money", a);
  const std::optional<Currency> currency = Currency::Parse(a[1].text());
  if (!currency.has_value()) {
    return Outcome::Error(Concat("'", a[1].text(), "' is no currency such as EUR"));
  }
  if (a[0].is(Kind::kInt)) {
    Money m{0, *currency};
    if (__builtin_mul_overflow(a[0].int_value(), Money::kUnitsPerMajor, &m.units)) {
      return Outcome::Error("amount out of range");
    }
    return Value::Amount(m);
  }
  if (!a[0].is(Kind::kText)) return NoOverload("money", a);
  const std::optional<Money> m = ParseMoney(a[0].text(), *currency);
  if (!m.has_value()) {
    return Outcome::Error(Concat("'", a[0].text(), "' is no amount such as 1234.50"));
  }
  return Value::Amount(*m);
}

Outcome CurrencyOf(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kMoney)) return NoOverload("currency", a);
  return Value::Text(a[0].money().currency.ToString());
}

Outcome AmountOf(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kMoney)) return NoOverload("amount", a);
  return Value::Double(static_cast<double>(a[0].money().units) / Money::kUnitsPerMajor);
}

Outcome InCurrency(FunctionContext& context, Arguments a) {
  const bool fits =
      a[0].is(Kind::kMoney) && a[1].is(Kind::kText) && (a.size() < 3 || a[2].is(Kind::kTimestamp));
  if (!fits) return NoOverload("in_currency", a);
  const std::optional<Currency> currency = Currency::Parse(a[1].text());
  if (!currency.has_value()) {
    return Outcome::Error(Concat("'", a[1].text(), "' is no currency such as EUR"));
  }
  const Money money = a[0].money();
  if (money.currency == *currency || money.units == 0) {
    return Value::Amount({money.units, *currency});
  }
  if (context.view == nullptr) return Outcome::Error("no exchange rates here");
  const Timestamp at = a.size() > 2 ? a[2].timestamp() : context.now;
  absl::StatusOr<Money> converted = context.view->Convert(money, *currency, at);
  if (converted.ok()) return Value::Amount(*converted);
  if (converted.status().code() == absl::StatusCode::kNotFound) {
    return Outcome::Error(std::string(Message(converted.status())));
  }
  context.status = converted.status();
  return Outcome::Error("stopped");
}

Outcome FoldText(FunctionContext& context, Arguments a) {
  if (!a[0].is(Kind::kText)) return NoOverload("fold", a);
  context.Charge(a[0].text().size() / 16);
  return Value::Text(Fold(a[0].text()));
}

// What stands after the last '@', in lower case; "" when there is none.
Outcome Domain(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kText)) return NoOverload("domain", a);
  const std::string& s = a[0].text();
  const size_t at = s.rfind('@');
  std::string domain = at == std::string::npos ? "" : s.substr(at + 1);
  for (char& c : domain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return Value::Text(std::move(domain));
}

// --- Likeness: Jaro-Winkler (W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules
// in the Fellegi-Sunter Model of Record Linkage", 1990) over folded words.

std::u32string CodePoints(std::string_view s) {
  std::u32string out;
  for (size_t i = 0; i < s.size();) {
    const auto lead = static_cast<unsigned char>(s[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t j = 1; j < length && i + j < s.size(); ++j) {
      c = c << 6 | (static_cast<unsigned char>(s[i + j]) & 0x3f);
    }
    out += c;
    i += length;
  }
  return out;
}

double Jaro(const std::u32string& a, const std::u32string& b) {
  if (a.empty() && b.empty()) return 1;
  if (a.empty() || b.empty()) return 0;
  const size_t window = std::max<size_t>(std::max(a.size(), b.size()) / 2, 1) - 1;
  std::u32string in_a;
  std::vector<bool> matched(b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t from = i > window ? i - window : 0;
    const size_t to = std::min(b.size(), i + window + 1);
    for (size_t j = from; j < to; ++j) {
      if (matched[j] || a[i] != b[j]) continue;
      matched[j] = true;
      in_a += a[i];
      break;
    }
  }
  if (in_a.empty()) return 0;
  size_t k = 0;
  size_t out_of_order = 0;
  for (size_t j = 0; j < b.size(); ++j) {
    if (matched[j]) out_of_order += b[j] != in_a[k++] ? 1 : 0;
  }
  const auto m = static_cast<double>(in_a.size());
  const double t = static_cast<double>(out_of_order) / 2;
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) + (m - t) / m) / 3;
}

Outcome Similar(FunctionContext& context, Arguments a) {
  if (!a[0].is(Kind::kText) || !a[1].is(Kind::kText)) return NoOverload("similar", a);
  if (a[0].text().size() > 1'000 || a[1].text().size() > 1'000) {
    return Outcome::Error("similar compares texts of at most 1000 bytes");
  }
  context.Charge(a[0].text().size() + a[1].text().size());
  const std::u32string x = CodePoints(FoldWords(a[0].text()));
  const std::u32string y = CodePoints(FoldWords(a[1].text()));
  const double jaro = Jaro(x, y);
  size_t prefix = 0;
  while (prefix < 4 && prefix < x.size() && prefix < y.size() && x[prefix] == y[prefix]) ++prefix;
  const double boost = jaro > 0.7 ? static_cast<double>(prefix) * 0.1 * (1 - jaro) : 0;
  return Value::Double(jaro + boost);
}

// FNV-1a, whose bits are then mixed (the finaliser of MurmurHash3), and scaled to n. Every release
// gives the same: a person stays in the half of a test she was put in.
Outcome Bucket(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kText) || !a[1].is(Kind::kInt)) return NoOverload("bucket", a);
  const int64_t n = a[1].int_value();
  if (n < 1 || n > 1'000'000) return Outcome::Error("bucket needs 1 to 1000000 parts");
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : a[0].text()) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
  hash ^= hash >> 33;
  return Value::Int(static_cast<int64_t>((hash >> 32) * static_cast<uint64_t>(n) >> 32));
}

}  // namespace

std::vector<FunctionRow> CustomerRows() {
  return {
      {"money",
       ToMoney,
       {"money(string, string) -> money", "money(int, string) -> money", "money(money) -> money"},
       "an amount: money('1234.50', 'EUR')"},
      {"currency", CurrencyOf, {"currency(money) -> string"}, "'EUR'; '' of an amount without"},
      {"amount",
       AmountOf,
       {"amount(money) -> double"},
       "the number alone, as the nearest double; compare amounts as money"},
      {"in_currency",
       InCurrency,
       {"in_currency(money, string) -> money", "in_currency(money, string, timestamp) -> money"},
       "converted at the rate of now or of an instant; an error without a rate"},
      {"fold", FoldText, {"fold(string) -> string"}, "case and accents taken away, for comparing"},
      {"domain", Domain, {"domain(string) -> string"}, "what follows '@', in lower case"},
      {"similar",
       Similar,
       {"similar(string, string) -> double"},
       "likeness of two names from 0 to 1: Jaro-Winkler of their folded words"},
      {"bucket",
       Bucket,
       {"bucket(string, int) -> int"},
       "0 to n - 1 for a text, the same for ever and about as often each: splits records by id"},
  };
}

}  // namespace relata::internal
