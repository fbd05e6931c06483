// SPDX-License-Identifier: Apache-2.0

#include "relata/quality/normalize.h"

#include <algorithm>
#include <array>
#include <vector>

#include "relata/base/text.h"

namespace relata {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

std::string Digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsDigit(c)) out += c;
  }
  return out;
}

// `text` without blanks, points and hyphens; nothing when anything but digits is left.
std::optional<std::string> DigitsOnly(std::string_view text, size_t count) {
  std::string out;
  const std::string collapsed = CollapseSpace(text);
  for (const char c : collapsed) {
    if (IsDigit(c)) {
      out += c;
    } else if (c != ' ' && c != '.' && c != '-' && c != '\xC2' && c != '\xA0') {
      return std::nullopt;
    }
  }
  if (out.size() != count) return std::nullopt;
  return out;
}

// ISO/IEC 7812-1 annex B.
bool Luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (size_t i = digits.size(); i-- > 0; twice = !twice) {
    int d = digits[i] - '0';
    if (twice && (d *= 2) > 9) d -= 9;
    sum += d;
  }
  return sum % 10 == 0;
}

bool ValidDomain(std::string_view domain) {
  size_t labels = 0;
  while (true) {
    const size_t dot = std::min(domain.find('.'), domain.size());
    const std::string_view label = domain.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    for (const char c : label) {
      if (!IsLower(c) && !IsDigit(c) && c != '-' && !(c & 0x80)) return false;
    }
    ++labels;
    if (dot == domain.size()) {
      const bool numeric = std::all_of(label.begin(), label.end(), IsDigit);
      return labels >= 2 && label.size() >= 2 && !numeric;
    }
    domain.remove_prefix(dot + 1);
  }
}

// Lower case without stripping accents: they are part of an address.
std::string LowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

struct Dialling {
  std::string_view country;
  std::string_view code;
  std::string_view trunk;  // dialled inside the country only
};
constexpr std::array kDialling = {
    Dialling{"FR", "33", "0"},  Dialling{"BE", "32", "0"},  Dialling{"CH", "41", "0"},
    Dialling{"LU", "352", ""},  Dialling{"DE", "49", "0"},  Dialling{"AT", "43", "0"},
    Dialling{"IT", "39", ""},   Dialling{"ES", "34", ""},   Dialling{"PT", "351", ""},
    Dialling{"NL", "31", "0"},  Dialling{"GB", "44", "0"},  Dialling{"IE", "353", "0"},
    Dialling{"US", "1", "1"},   Dialling{"CA", "1", "1"},   Dialling{"MA", "212", "0"},
    Dialling{"TN", "216", ""},  Dialling{"DZ", "213", "0"}, Dialling{"SN", "221", ""},
    Dialling{"SE", "46", "0"},  Dialling{"NO", "47", ""},   Dialling{"DK", "45", ""},
    Dialling{"FI", "358", "0"}, Dialling{"PL", "48", ""},   Dialling{"CZ", "420", ""},
    Dialling{"RO", "40", "0"},  Dialling{"HU", "36", "06"}, Dialling{"GR", "30", ""},
    Dialling{"AU", "61", "0"},  Dialling{"JP", "81", "0"},  Dialling{"CN", "86", "0"},
    Dialling{"IN", "91", "0"},  Dialling{"BR", "55", "0"},  Dialling{"MX", "52", ""},
    Dialling{"RE", "262", "0"}, Dialling{"GP", "590", "0"}, Dialling{"MQ", "596", "0"},
    Dialling{"GF", "594", "0"}, Dialling{"MC", "377", ""}};

// The number without its extension.
std::string_view WithoutExtension(std::string_view text) {
  const std::string lower = LowerAscii(text);
  for (const std::string_view mark : {"ext", "poste", "x", "#"}) {
    const size_t at = lower.find(mark);
    if (at != std::string::npos && at > 0) return text.substr(0, at);
  }
  return text;
}

}  // namespace

std::optional<std::string> NormalizeEmail(std::string_view text) {
  std::string email = LowerAscii(TrimSpace(text));
  if (email.starts_with("mailto:")) email.erase(0, 7);
  if (email.size() > 2 && email.front() == '<' && email.back() == '>') {
    email = email.substr(1, email.size() - 2);
  }
  const size_t at = email.find('@');
  if (at == std::string::npos || at == 0 || at > 64 || email.size() > 254 ||
      email.find('@', at + 1) != std::string::npos || !IsValidUtf8(email)) {
    return std::nullopt;
  }
  constexpr std::string_view kOther = "!#$%&'*+/=?^_`{|}~-.";
  const std::string_view local = std::string_view(email).substr(0, at);
  for (const char c : local) {
    if (!IsLower(c) && !IsDigit(c) && !(c & 0x80) && kOther.find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos ||
      !ValidDomain(std::string_view(email).substr(at + 1))) {
    return std::nullopt;
  }
  return email;
}

std::optional<std::string> NormalizePhone(std::string_view text, std::string_view country) {
  text = WithoutExtension(TrimSpace(text));
  bool international = false;
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '+' && digits.empty()) {
      international = true;
    } else if (IsDigit(c)) {
      digits += c;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '@') {
      return std::nullopt;
    }
  }
  if (digits.size() < 6) return std::nullopt;
  // "+33 (0)6 12...": the trunk prefix is not dialled from abroad.
  const bool trunk_in_brackets = international && text.find("(0)") != std::string_view::npos;
  if (!international && digits.starts_with("00")) {
    international = true;
    digits.erase(0, 2);
  }
  for (const Dialling& d : kDialling) {
    if (international) {
      if (trunk_in_brackets && digits.starts_with(std::string(d.code) + "0")) {
        digits.erase(d.code.size(), 1);
        break;
      }
    } else if (d.country == country) {
      if (!d.trunk.empty() && digits.starts_with(d.trunk)) digits.erase(0, d.trunk.size());
      digits.insert(0, d.code);
      international = true;
      break;
    }
  }
  if (digits.size() > 15) return std::nullopt;
  return international ? "+" + digits : digits;
}

std::optional<std::string> NormalizeSiren(std::string_view text) {
  auto digits = DigitsOnly(text, 9);
  if (!digits || !Luhn(*digits) || *digits == "000000000") return std::nullopt;
  return digits;
}

std::optional<std::string> NormalizeSiret(std::string_view text) {
  auto digits = DigitsOnly(text, 14);
  if (!digits || digits->starts_with("000000000")) return std::nullopt;
  if (digits->starts_with("356000000")) {
    int sum = 0;
    for (const char c : *digits) sum += c - '0';
    if (sum % 5 == 0) return digits;
  }
  if (!Luhn(*digits)) return std::nullopt;
  return digits;
}

namespace {

int64_t ToInt(std::string_view digits) {
  int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// The French key with letters, given out when the numeric ones run short: modulo 11 over the SIREN.
bool ValidLetterKey(std::string_view body) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const size_t first = kAlphabet.find(body[0]);
  const size_t second = kAlphabet.find(body[1]);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const auto key =
      static_cast<int64_t>(first < 10 ? first * 24 + second - 10 : first * 34 + second - 100);
  return (ToInt(body.substr(2)) + 1 + key / 11) % 11 == key % 11;
}

// Two letters and what the tax authority of that country gives: the form, and the check where it
// is published.
bool ValidVatBody(std::string_view country, std::string_view body) {
  const bool all_digits = std::all_of(body.begin(), body.end(), IsDigit);
  if (country == "FR") {
    if (body.size() != 11) return false;
    const std::string_view siren = body.substr(2);
    if (!std::all_of(siren.begin(), siren.end(), IsDigit)) return false;
    if (!IsDigit(body[0]) || !IsDigit(body[1])) return ValidLetterKey(body);
    return ToInt(body.substr(0, 2)) == (12 + 3 * (ToInt(siren) % 97)) % 97;
  }
  if (country == "BE") {
    if (body.size() != 10 || !all_digits || body[0] > '1') return false;
    return 97 - ToInt(body.substr(0, 8)) % 97 == ToInt(body.substr(8));
  }
  if (country == "IT") return body.size() == 11 && all_digits && Luhn(body);
  if (country == "LU") {
    return body.size() == 8 && all_digits && ToInt(body.substr(0, 6)) % 89 == ToInt(body.substr(6));
  }
  if (country == "DE") {  // ISO 7064 MOD 11,10
    if (body.size() != 9 || !all_digits || body[0] == '0') return false;
    int64_t product = 10;
    for (size_t i = 0; i < 8; ++i) {
      int64_t sum = (product + (body[i] - '0')) % 10;
      if (sum == 0) sum = 10;
      product = sum * 2 % 11;
    }
    return (11 - product) % 10 == body[8] - '0';
  }
  constexpr std::string_view kOthers =
      "AT BG CY CZ DK EE EL ES FI GB HR HU IE LT LV MT NL PL PT RO "
      "SE SI SK XI";
  return kOthers.find(country) != std::string_view::npos && body.size() >= 8 && body.size() <= 12 &&
         std::count_if(body.begin(), body.end(), IsDigit) >= 6;
}

}  // namespace

std::optional<std::string> NormalizeVatNumber(std::string_view text) {
  std::string number;
  for (const char c : CollapseSpace(text)) {
    if (c == ' ' || c == '.' || c == '-') continue;
    if (c & 0x80) return std::nullopt;
    number += c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  }
  if (number.size() < 4) return std::nullopt;
  const std::string_view body = std::string_view(number).substr(2);
  for (const char c : body) {
    if (!IsDigit(c) && !(c >= 'A' && c <= 'Z')) return std::nullopt;
  }
  if (number.starts_with("BE") && body.size() == 9) number.insert(2, "0");
  if (!ValidVatBody(number.substr(0, 2), std::string_view(number).substr(2))) return std::nullopt;
  return number;
}

bool IsGenericMailbox(std::string_view email) {
  const std::string local = LowerAscii(email.substr(0, email.find('@')));
  for (const std::string_view word :
       {"contact",     "info",      "infos",      "accueil",     "compta",    "comptabilite",
        "accounting",  "sales",     "commercial", "admin",       "office",    "support",
        "sav",         "service",   "direction",  "secretariat", "achats",    "purchasing",
        "facturation", "billing",   "rh",         "hr",          "jobs",      "noreply",
        "no-reply",    "marketing", "hello",      "bonjour",     "webmaster", "postmaster",
        "team"}) {
    if (local == word) return true;
  }
  return false;
}

bool IsPlaceholder(std::string_view text) {
  text = TrimSpace(text);
  if (text.empty() || text.size() > 40) return false;
  // The longest word below has 14 letters; only addresses and numbers are longer.
  constexpr size_t kLongest = 20;
  const bool digits_or_address = IsDigit(text.back()) || text.find('@') != std::string_view::npos;
  if (text.size() > kLongest && !digits_or_address && !(text[0] & 0x80) &&
      text.find_first_not_of("-.?_*/ ") != std::string_view::npos && text[0] != text[1]) {
    return false;
  }
  const std::string words = FoldWords(text);
  if (words.empty()) return true;  // "-", "???", "..."
  for (const std::string_view junk :
       {"n a",

        "n c",

        "null",        "none",          "nil",           "nan",
        "unknown",     "inconnu",       "inconnue",      "non renseigne",
        "a completer", "tbd",           "todo",          "test",
        "testing",     "default value", "not available", "not applicable",
        "aucun",       "aucune",        "vide",          "empty",
        "undefined",   "rien",          "azerty",        "qwerty",
        "asdf",

        "xx",          "foo",           "toto",          "titi"}) {
    if (words == junk) return true;
  }
  // One character again and again: "xxxx", "0000000000", "aaa".
  const std::string digits = Digits(text);
  const auto same = [](std::string_view s) {
    return s.size() >= 3 && s.find_first_not_of(s[0]) == std::string_view::npos;
  };
  const bool letters = std::any_of(words.begin(), words.end(), IsLower);
  if (!letters && digits.size() >= 6 && digits.size() * 2 > text.size()) {
    return same(digits) || digits == "0123456789" || digits == "123456789";
  }
  if (IsDigit(words[0])) return false;  // 000 or 111 may well be a number
  const size_t at = text.find('@');
  if (at != std::string_view::npos) {
    const std::string local = LowerAscii(text.substr(0, at));
    return same(local) || local == "test" || local == "noemail" || local == "none";
  }
  return same(words);
}

}  // namespace relata
