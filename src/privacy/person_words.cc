// SPDX-License-Identifier: Apache-2.0

#include "privacy/person_words.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "relata/base/text.h"
#include "relata/quality/normalize.h"

namespace relata::internal {
namespace {

constexpr size_t kHead = 3;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordByte(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string Digits(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), IsDigit);
  return digits;
}

size_t HeadSign(uint32_t head) { return (head * 0x9e3779b1U) >> 17; }  // 15 bits

uint32_t HeadOf(const char* bytes) {
  uint32_t head = 0;
  std::memcpy(&head, bytes, kHead);
  return head;
}

// A text folded character by character, with blanks and commas run together, and for each byte the
// place in the text it comes from.
struct FoldedText {
  std::string bytes;
  std::vector<size_t> from;

  explicit FoldedText(std::string_view text) {
    bytes.reserve(text.size());
    from.reserve(text.size() + 1);
    for (size_t at = 0; at < text.size();) {
      const auto c = static_cast<unsigned char>(text[at]);
      const size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
      const std::string_view one = text.substr(at, length);
      if (c < 0x80) {
        const bool blank = c <= ' ' || c == ',' || c == ';';
        if (!blank) {
          Put(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c), at);
        } else if (bytes.empty() || bytes.back() != ' ') {
          Put(' ', at);
        }
      } else {
        for (const char folded : Fold(one)) {
          if (folded != ' ' || bytes.empty() || bytes.back() != ' ') Put(folded, at);
        }
      }
      at += length;
    }
    from.push_back(text.size());
  }

 private:
  void Put(char c, size_t at) {
    bytes.push_back(c);
    from.push_back(at);
  }
};

}  // namespace

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsAscii(c); });
}

void PersonWords::AddEmail(std::string_view address) {
  if (address.empty()) return;
  exact.emplace(address);
  emails.insert(Fold(address));
  if (const auto normal = NormalizeEmail(address)) {
    exact.insert(*normal);
    emails.insert(Fold(*normal));
  }
}

void PersonWords::AddPhone(std::string_view number) {
  const std::string digits = Digits(number);
  if (digits.size() < kPhoneDigits) return;
  exact.emplace(number);
  if (const auto normal = NormalizePhone(number, "FR")) exact.insert(*normal);
  phones.insert(digits.substr(digits.size() - kPhoneDigits));
}

void PersonWords::Add(const RecordReader& read, RecordRef person) {
  AddEmail(read.Text(person, "email"));
  AddPhone(read.Text(person, "phone"));
  AddPhone(read.Text(person, "mobile"));
  const std::string given = read.Text(person, "given_name");
  const std::string family = read.Text(person, "family_name");
  if (family.size() >= kHead) families.insert(Fold(CollapseSpace(family)));
  if (given.empty() || family.empty()) return;
  exact.insert(Concat(given, " ", family));
  exact.insert(Concat(family, " ", given));
  names.insert(Fold(CollapseSpace(Concat(given, " ", family))));
  names.insert(Fold(CollapseSpace(Concat(family, " ", given))));
}

void PersonWords::Add(const PersonWords& other) {
  exact.insert(other.exact.begin(), other.exact.end());
  names.insert(other.names.begin(), other.names.end());
  families.insert(other.families.begin(), other.families.end());
  emails.insert(other.emails.begin(), other.emails.end());
  phones.insert(other.phones.begin(), other.phones.end());
}

Redactor::Redactor(const PersonWords& words, bool families)
    : phones_(words.phones.begin(), words.phones.end()) {
  for (const std::string& email : words.emails) AddNeedle(email);
  for (const std::string& name : words.names) AddNeedle(name);
  if (!families) return;
  for (const std::string& family : words.families) AddNeedle(family);
}

void Redactor::AddNeedle(const std::string& folded) {
  if (folded.size() < kHead) return;
  const uint32_t head = HeadOf(folded.data());
  needles_[head].push_back(folded);
  heads_.set(HeadSign(head));
}

// Looks at the beginnings of words only, as they are folded, without copying the text. A character
// whose folding is not obvious may be anything.
bool Redactor::MayName(std::string_view text) const {
  const auto folded = [](char c) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == ',' || c == ';';
    return blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  size_t digits = 0;
  char before = ' ';
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = folded(text[at]);
    if (IsDigit(c) && !phones_.empty() && ++digits >= kPhoneDigits) return true;
    // What is not ASCII may fold to a letter or to a blank.
    const bool inside = IsDigit(before) || (before >= 'a' && before <= 'z');
    before = c;
    if (!IsAscii(c)) {
      if (!inside) return true;
      while (at + 1 < text.size() && (text[at + 1] & 0xc0) == 0x80) ++at;
      continue;
    }
    if (inside || c == ' ' || needles_.empty()) continue;
    char head[kHead];
    size_t n = 0;
    for (size_t i = at; i < text.size() && n < kHead; ++i) {
      const char one = folded(text[i]);
      if (!IsAscii(one)) return true;
      if (one == ' ' && n > 0 && head[n - 1] == ' ') continue;
      head[n++] = one;
    }
    if (n == kHead && heads_.test(HeadSign(HeadOf(head)))) return true;
  }
  return false;
}

void Redactor::FindWords(std::string_view text, std::vector<Range>& out) const {
  if (needles_.empty() || text.size() < kHead) return;
  const FoldedText folded(text);
  const std::string_view bytes = folded.bytes;
  for (size_t at = 0; at + kHead <= bytes.size(); ++at) {
    if (at > 0 && IsWordByte(bytes[at - 1])) continue;
    const auto found = needles_.find(HeadOf(bytes.data() + at));
    if (found == needles_.end()) continue;
    for (const std::string& needle : found->second) {
      const size_t end = at + needle.size();
      if (bytes.substr(at, needle.size()) != needle) continue;
      if (end < bytes.size() && IsWordByte(bytes[end])) continue;
      out.push_back({folded.from[at], folded.from[end]});
    }
  }
}

// Digits that belong to one number: separators between them are skipped.
void Redactor::FindPhones(std::string_view text, std::vector<Range>& out) const {
  if (phones_.empty()) return;
  std::string digits;
  std::vector<size_t> at;
  const auto search = [&] {
    for (size_t i = 0; i + kPhoneDigits <= digits.size(); ++i) {
      if (!phones_.contains(std::string_view(digits).substr(i, kPhoneDigits))) continue;
      // A trunk zero or a country code before them goes too.
      const size_t first = i <= 5 ? 0 : i;
      out.push_back({at[first], at[i + kPhoneDigits - 1] + 1});
    }
    digits.clear();
    at.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsDigit(c)) {
      digits.push_back(c);
      at.push_back(i);
    } else if (std::string_view(" .-()/+\t\xc2\xa0").find(c) == std::string_view::npos) {
      search();
    }
  }
  search();
}

std::vector<Redactor::Range> Redactor::Find(std::string_view text) const {
  std::vector<Range> found;
  FindWords(text, found);
  FindPhones(text, found);
  std::sort(found.begin(), found.end(),
            [](const Range& a, const Range& b) { return a.from < b.from; });
  return found;
}

std::optional<std::string> Redactor::Redact(std::string_view text) const {
  const std::vector<Range> found = Find(text);
  if (found.empty()) return std::nullopt;
  std::string out;
  size_t done = 0;
  for (const Range& range : found) {
    if (range.until <= done) continue;
    if (range.from >= done) {
      out.append(text.substr(done, range.from - done));
      out.append(kErasedMark);
    }
    done = range.until;
  }
  return out.append(text.substr(done));
}

std::optional<Value> Redactor::Redact(const Value& value) const {
  if (value.is(Value::Kind::kText)) {
    std::optional<std::string> text = Redact(value.text());
    if (!text) return std::nullopt;
    return Value::Text(*std::move(text));
  }
  if (!value.is(Value::Kind::kList)) return std::nullopt;
  ValueList items;
  bool changed = false;
  for (const Value& item : value.list()) {
    std::optional<Value> redacted = Redact(item);
    changed |= redacted.has_value();
    items.push_back(redacted ? *std::move(redacted) : item);
  }
  if (!changed) return std::nullopt;
  return Value::List(std::move(items));
}

}  // namespace relata::internal
