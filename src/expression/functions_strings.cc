// SPDX-License-Identifier: Apache-2.0
//
// Text: CEL's standard functions and its strings and encoders libraries. Positions and lengths are
// in characters (Unicode code points), never bytes.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/strings.h"
#include "expression/functions.h"
#include "expression/lexer.h"
#include "expression/regexes.h"
#include "expression/text_forms.h"
#include "relata/base/text.h"

namespace relata::internal {
namespace {

using Kind = Value::Kind;

constexpr size_t kMaxText = 10'000'000;

bool AllText(Arguments a) {
  return std::all_of(a.begin(), a.end(), [](const Value& v) { return v.is(Kind::kText); });
}

// The byte offset of every character, and the end.
std::vector<size_t> Offsets(std::string_view s) {
  std::vector<size_t> offsets;
  for (size_t i = 0; i < s.size(); ++i) {
    if ((static_cast<unsigned char>(s[i]) & 0xc0) != 0x80) offsets.push_back(i);
  }
  offsets.push_back(s.size());
  return offsets;
}

Outcome StartsWith(FunctionContext&, Arguments a) {
  if (!AllText(a)) return NoOverload("startsWith", a);
  return Value::Bool(a[0].text().compare(0, a[1].text().size(), a[1].text()) == 0);
}

Outcome EndsWith(FunctionContext&, Arguments a) {
  if (!AllText(a)) return NoOverload("endsWith", a);
  const std::string& s = a[0].text();
  const std::string& end = a[1].text();
  return Value::Bool(s.size() >= end.size() &&
                     s.compare(s.size() - end.size(), end.size(), end) == 0);
}

Outcome Contains(FunctionContext& context, Arguments a) {
  if (!AllText(a)) return NoOverload("contains", a);
  context.Charge(a[0].text().size() / 64);
  return Value::Bool(a[0].text().find(a[1].text()) != std::string::npos);
}

Outcome Matches(FunctionContext& context, Arguments a) {
  if (!AllText(a)) return NoOverload("matches", a);
  context.Charge(a[0].text().size() / 16);
  return context.regexes->Matches(a[0].text(), a[1].text());
}

Outcome CharAt(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kText) || !a[1].is(Kind::kInt)) return NoOverload("charAt", a);
  const std::string& s = a[0].text();
  const std::vector<size_t> offsets = Offsets(s);
  const int64_t i = a[1].int_value();
  if (i < 0 || i >= static_cast<int64_t>(offsets.size())) {
    return Outcome::Error(Concat("index out of range: ", i));
  }
  const auto at = static_cast<size_t>(i);
  if (at + 1 == offsets.size()) return Value::Text("");
  return Value::Text(s.substr(offsets[at], offsets[at + 1] - offsets[at]));
}

// Of a text in a text, or of an element in a list.
Outcome IndexOf(FunctionContext& context, Arguments a) {
  const bool fits = a.size() < 3 || a[2].is(Kind::kInt);
  if (!a[0].is(Kind::kText) || !a[1].is(Kind::kText) || !fits) return NoOverload("indexOf", a);
  const std::string& s = a[0].text();
  context.Charge(s.size() / 16);
  const std::vector<size_t> offsets = Offsets(s);
  const int64_t from = a.size() > 2 ? a[2].int_value() : 0;
  if (from < 0 || from >= static_cast<int64_t>(offsets.size())) {
    if (a[1].text().empty() && from == static_cast<int64_t>(offsets.size()))
      return Value::Int(from);
    return Outcome::Error(Concat("index out of range: ", from));
  }
  const size_t found = s.find(a[1].text(), offsets[static_cast<size_t>(from)]);
  if (found == std::string::npos) return Value::Int(-1);
  return Value::Int(std::lower_bound(offsets.begin(), offsets.end(), found) - offsets.begin());
}

Outcome LastIndexOf(FunctionContext& context, Arguments a) {
  const bool fits = a.size() < 3 || a[2].is(Kind::kInt);
  if (!a[0].is(Kind::kText) || !a[1].is(Kind::kText) || !fits) return NoOverload("lastIndexOf", a);
  const std::string& s = a[0].text();
  context.Charge(s.size() / 16);
  const std::vector<size_t> offsets = Offsets(s);
  size_t from = std::string::npos;
  if (a.size() > 2) {
    const int64_t i = a[2].int_value();
    if (i < 0 || i >= static_cast<int64_t>(offsets.size())) {
      return Outcome::Error(Concat("index out of range: ", i));
    }
    from = offsets[static_cast<size_t>(i)];
  }
  const size_t found = s.rfind(a[1].text(), from);
  if (found == std::string::npos) return Value::Int(-1);
  return Value::Int(std::lower_bound(offsets.begin(), offsets.end(), found) - offsets.begin());
}

Outcome Join(FunctionContext& context, Arguments a) {
  if (!a[0].is(Kind::kList) || (a.size() > 1 && !a[1].is(Kind::kText))) {
    return NoOverload("join", a);
  }
  std::string out;
  bool first = true;
  for (const Value& v : a[0].list()) {
    if (!v.is(Kind::kText)) return NoOverload("join", a);
    if (!first && a.size() > 1) out += a[1].text();
    first = false;
    out += v.text();
    if (out.size() > kMaxText) return Outcome::Error("text too long");
  }
  context.Charge(out.size() / 64);
  return Value::Text(std::move(out));
}

template <class Change>
Outcome MapAscii(std::string_view name, Arguments a, Change change) {
  if (!AllText(a)) return NoOverload(name, a);
  std::string s = a[0].text();
  for (char& c : s) c = change(c);
  return Value::Text(std::move(s));
}

Outcome LowerAscii(FunctionContext&, Arguments a) {
  return MapAscii("lowerAscii", a, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

Outcome UpperAscii(FunctionContext&, Arguments a) {
  return MapAscii("upperAscii", a, [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
}

Outcome Replace(FunctionContext& context, Arguments a) {
  if (!AllText(a.first(3)) || (a.size() > 3 && !a[3].is(Kind::kInt))) {
    return NoOverload("replace", a);
  }
  const std::string& s = a[0].text();
  const std::string& from = a[1].text();
  const std::string& to = a[2].text();
  int64_t left = a.size() > 3 ? a[3].int_value() : -1;
  std::string out;
  size_t at = 0;
  const std::vector<size_t> offsets = from.empty() ? Offsets(s) : std::vector<size_t>();
  size_t character = 0;
  while (left != 0) {
    // An empty text is found before every character and at the end.
    const size_t found =
        from.empty() ? (character < offsets.size() ? offsets[character++] : std::string::npos)
                     : s.find(from, at);
    if (found == std::string::npos) break;
    out.append(s, at, found - at);
    out += to;
    at = found + from.size();
    if (left > 0) --left;
    if (out.size() > kMaxText) return Outcome::Error("text too long");
  }
  if (at < s.size()) out.append(s, at, std::string::npos);
  context.Charge(out.size() / 16);
  return Value::Text(std::move(out));
}

Outcome Split(FunctionContext& context, Arguments a) {
  if (!AllText(a.first(2)) || (a.size() > 2 && !a[2].is(Kind::kInt))) return NoOverload("split", a);
  const std::string& s = a[0].text();
  const std::string& by = a[1].text();
  const int64_t limit = a.size() > 2 ? a[2].int_value() : -1;
  ValueList parts;
  if (limit == 0) return Value::List({});
  const auto full = [&] { return limit > 0 && static_cast<int64_t>(parts.size()) + 1 >= limit; };
  size_t at = 0;
  if (by.empty()) {
    const std::vector<size_t> offsets = Offsets(s);
    if (!context.Charge(offsets.size())) return Outcome::Error("text too long");
    for (size_t i = 1; i + 1 < offsets.size() && !full(); ++i) {
      parts.push_back(Value::Text(s.substr(at, offsets[i] - at)));
      at = offsets[i];
    }
    if (!s.empty()) parts.push_back(Value::Text(s.substr(at)));
  } else {
    for (size_t found = s.find(by); found != std::string::npos && !full(); found = s.find(by, at)) {
      if (!context.Charge(1)) break;
      parts.push_back(Value::Text(s.substr(at, found - at)));
      at = found + by.size();
    }
    parts.push_back(Value::Text(s.substr(at)));
  }
  context.Charge(s.size() / 64);
  return Value::List(std::move(parts));
}

Outcome Substring(FunctionContext&, Arguments a) {
  const bool fits =
      a[0].is(Kind::kText) && a[1].is(Kind::kInt) && (a.size() < 3 || a[2].is(Kind::kInt));
  if (!fits) return NoOverload("substring", a);
  const std::string& s = a[0].text();
  const std::vector<size_t> offsets = Offsets(s);
  const auto length = static_cast<int64_t>(offsets.size()) - 1;
  const int64_t from = a[1].int_value();
  const int64_t to = a.size() > 2 ? a[2].int_value() : length;
  if (from < 0 || from > length || to < 0 || to > length) {
    return Outcome::Error(Concat("index out of range: ", from < 0 || from > length ? from : to));
  }
  if (from > to) return Outcome::Error("invalid substring range");
  const size_t begin = offsets[static_cast<size_t>(from)];
  return Value::Text(s.substr(begin, offsets[static_cast<size_t>(to)] - begin));
}

Outcome Trim(FunctionContext&, Arguments a) {
  if (!AllText(a)) return NoOverload("trim", a);
  return Value::Text(TrimSpace(a[0].text()));
}

Outcome ReverseText(std::string_view s) {
  const std::vector<size_t> offsets = Offsets(s);
  std::string out;
  for (size_t i = offsets.size() - 1; i-- > 0;) {
    out += s.substr(offsets[i], offsets[i + 1] - offsets[i]);
  }
  return Value::Text(std::move(out));
}

Outcome Reverse(FunctionContext& context, Arguments a) {
  if (a[0].is(Kind::kText)) return ReverseText(a[0].text());
  if (!a[0].is(Kind::kList)) return NoOverload("reverse", a);
  context.Charge(a[0].list().size());
  return Value::List(ValueList(a[0].list().rbegin(), a[0].list().rend()));
}

Outcome Quote(FunctionContext&, Arguments a) {
  if (!AllText(a)) return NoOverload("strings.quote", a);
  constexpr std::string_view kPlain = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kLetter = "abfnrtv\\\"";
  std::string out = "\"";
  for (char c : a[0].text()) {
    if (const size_t i = kPlain.find(c); i != std::string_view::npos) {
      out += '\\';
      out += kLetter[i];
    } else {
      out += c;
    }
  }
  return Value::Text(out + "\"");
}

// --- format --------------------------------------------------------------------------------------

std::string FormatAny(const Value& v) {
  switch (v.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kDouble:
      return FormatDouble(v.double_value());
    case Kind::kDuration:
      return FormatSeconds(v.duration());
    case Kind::kBytes:
      return v.bytes();
    case Kind::kList: {
      std::string out = "[";
      for (const Value& e : v.list()) out += Concat(out.size() > 1 ? ", " : "", FormatAny(e));
      return out + "]";
    }
    case Kind::kMap: {
      std::vector<std::string> entries;
      for (const auto& [key, value] : v.map()) {
        entries.push_back(Concat(FormatAny(key), ": ", FormatAny(value)));
      }
      std::sort(entries.begin(), entries.end());
      std::string out = "{";
      for (const std::string& e : entries) out += Concat(out.size() > 1 ? ", " : "", e);
      return out + "}";
    }
    default:
      return ToDisplay(v);
  }
}

std::string InBase(uint64_t v, unsigned base, bool upper) {
  std::string out;
  do {
    const unsigned digit = static_cast<unsigned>(v % base);
    out.insert(out.begin(), (upper ? "0123456789ABCDEF" : "0123456789abcdef")[digit]);
    v /= base;
  } while (v != 0);
  return out;
}

std::optional<std::string> FormatInteger(const Value& v, unsigned base, bool upper) {
  if (v.is(Kind::kBool)) return std::string(v.bool_value() ? "1" : "0");
  if (v.is(Kind::kUint)) return InBase(v.uint_value(), base, upper);
  if (v.is(Kind::kInt)) {
    const int64_t i = v.int_value();
    const auto size = i < 0 ? ~static_cast<uint64_t>(i) + 1 : static_cast<uint64_t>(i);
    return Concat(i < 0 ? "-" : "", InBase(size, base, upper));
  }
  const bool text = v.is(Kind::kText) || v.is(Kind::kBytes);
  if (base != 16 || !text) return std::nullopt;
  std::string out;
  for (char c : v.is(Kind::kText) ? v.text() : v.bytes()) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 16) out += '0';
    out += InBase(byte, 16, upper);
  }
  return out;
}

std::optional<std::string> FormatFloating(const Value& v, char verb, int precision) {
  double d = 0;
  if (v.is(Kind::kDouble)) {
    d = v.double_value();
  } else if (v.is(Kind::kInt)) {
    d = static_cast<double>(v.int_value());
  } else if (v.is(Kind::kUint)) {
    d = static_cast<double>(v.uint_value());
  } else {
    return std::nullopt;
  }
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d > 0 ? "Infinity" : "-Infinity";
  char buffer[1024];
  std::snprintf(buffer, sizeof(buffer), verb == 'f' ? "%.*f" : "%.*e", precision, d);
  return std::string(buffer);
}

std::optional<std::string> FormatOne(const Value& v, char verb, int precision) {
  switch (verb) {
    case 's':
      return FormatAny(v);
    case 'd':
      return v.is(Kind::kInt) || v.is(Kind::kUint) ? std::optional(ToDisplay(v)) : std::nullopt;
    case 'f':
    case 'e':
      return FormatFloating(v, verb, precision);
    case 'x':
    case 'X':
      return FormatInteger(v, 16, verb == 'X');
    case 'o':
      return v.is(Kind::kBool) ? std::nullopt : FormatInteger(v, 8, false);
    case 'b':
      return FormatInteger(v, 2, false);
    default:
      return std::nullopt;
  }
}

Outcome Format(FunctionContext& context, Arguments a) {
  if (!a[0].is(Kind::kText) || !a[1].is(Kind::kList)) return NoOverload("format", a);
  const std::string& s = a[0].text();
  size_t next = 0;
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%') {
      out += s[i];
      continue;
    }
    if (++i < s.size() && s[i] == '%') {
      out += '%';
      continue;
    }
    int precision = 6;
    if (i < s.size() && s[i] == '.') {
      precision = 0;
      while (++i < s.size() && s[i] >= '0' && s[i] <= '9' && precision < 1000) {
        precision = precision * 10 + (s[i] - '0');
      }
      if (precision > 100) return Outcome::Error("format: precision too large");
    }
    if (i >= s.size()) return Outcome::Error("format: unexpected end of the text");
    if (next >= a[1].list().size()) return Outcome::Error("format: too few arguments");
    std::optional<std::string> part = FormatOne(a[1].list()[next++], s[i], precision);
    if (!part.has_value()) {
      return Outcome::Error(Concat("format: '%", s[i], "' does not take argument ", next));
    }
    out += *part;
    if (out.size() > kMaxText) return Outcome::Error("text too long");
  }
  context.Charge(out.size() / 16);
  return Value::Text(std::move(out));
}

// --- base64 --------------------------------------------------------------------------------------

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Outcome Encode(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kBytes)) return NoOverload("base64.encode", a);
  return Value::Text(EncodeBase64(a[0].bytes()));
}

Outcome Decode(FunctionContext&, Arguments a) {
  if (!a[0].is(Kind::kText)) return NoOverload("base64.decode", a);
  std::optional<std::string> bytes = DecodeBase64(a[0].text());
  if (!bytes.has_value()) return Outcome::Error("not base64 text");
  return Value::Bytes(*std::move(bytes));
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += i + j <= bytes.size() ? kBase64[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    const size_t digit = kBase64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xff);
    }
  }
  if (held >= 6) return std::nullopt;
  return out;
}

std::vector<FunctionRow> StringRows() {
  return {
      {"startsWith", StartsWith, {"string.startsWith(string) -> bool"}, "begins with"},
      {"endsWith", EndsWith, {"string.endsWith(string) -> bool"}, "ends with"},
      {"contains", Contains, {"string.contains(string) -> bool"}, "has within"},
      {"matches",
       Matches,
       {"string.matches(string) -> bool", "matches(string, string) -> bool"},
       "whether a part matches the RE2 pattern"},
      {"charAt", CharAt, {"string.charAt(int) -> string"}, "the character at a position from 0"},
      {"indexOf",
       IndexOf,
       {"string.indexOf(string) -> int", "string.indexOf(string, int) -> int"},
       "the first position of a text, -1 when it is not there"},
      {"lastIndexOf",
       LastIndexOf,
       {"string.lastIndexOf(string) -> int", "string.lastIndexOf(string, int) -> int"},
       "the last position of a text, -1 when it is not there"},
      {"join",
       Join,
       {"list(string).join() -> string", "list(string).join(string) -> string"},
       "the texts one after the other, a text between"},
      {"lowerAscii", LowerAscii, {"string.lowerAscii() -> string"}, "A-Z in lower case"},
      {"upperAscii", UpperAscii, {"string.upperAscii() -> string"}, "a-z in upper case"},
      {"replace",
       Replace,
       {"string.replace(string, string) -> string",
        "string.replace(string, string, int) -> string"},
       "every occurrence, or the first so many, replaced"},
      {"split",
       Split,
       {"string.split(string) -> list(string)", "string.split(string, int) -> list(string)"},
       "the parts between a separator, at most so many"},
      {"substring",
       Substring,
       {"string.substring(int) -> string", "string.substring(int, int) -> string"},
       "from a position up to another"},
      {"trim", Trim, {"string.trim() -> string"}, "without white space at either end"},
      {"reverse",
       Reverse,
       {"string.reverse() -> string", "list(A).reverse() -> list(A)"},
       "from the end to the beginning"},
      {"format",
       Format,
       {"string.format(list(dyn)) -> string"},
       "%s %d %f %.2f %e %x %X %o %b and %% filled from the list"},
      {"strings.quote", Quote, {"strings.quote(string) -> string"}, "in quotes, escaped"},
      {"base64.encode", Encode, {"base64.encode(bytes) -> string"}, "RFC 4648"},
      {"base64.decode", Decode, {"base64.decode(string) -> bytes"}, "padding may be left out"},
  };
}

}  // namespace relata::internal
