// SPDX-License-Identifier: Apache-2.0

#include "privacy/namesakes.h"

#include <algorithm>
#include <string>

#include "engine/graph.h"
#include "relata/base/text.h"
#include "relata/model/schema.h"

namespace relata::internal {
namespace {

constexpr size_t kMailboxEnd = 6;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool IsAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A sum over letters and digits: the same in any order, whatever stands between them.
uint64_t LettersOf(std::string_view text) {
  uint64_t sum = 0;
  for (const char raw : text) {
    const char c = Lower(raw);
    if (!IsAlnum(c)) continue;
    uint64_t h = static_cast<uint64_t>(c) * 0x9e3779b97f4a7c15;
    sum += h ^ (h >> 29);
  }
  return sum;
}

// 0: none.
uint64_t MailboxOf(std::string_view address) {
  const size_t at = address.find('@');
  if (at == std::string_view::npos) return 0;
  uint64_t sign = 0;
  for (size_t i = at; i > 0 && at - i < kMailboxEnd; --i) {
    const char c = Lower(address[i - 1]);
    if (!IsAlnum(c)) break;
    sign = sign << 8 | static_cast<unsigned char>(c);
  }
  return sign;
}

std::string_view TextIn(const ChunkedColumn* column, Row row) {
  return column == nullptr || !column->Has(row) ? std::string_view() : column->Text(row);
}

// 0: too few digits.
uint64_t DigitsOf(std::string_view number) {
  uint64_t sign = 0;
  size_t n = 0;
  for (size_t i = number.size(); i > 0 && n < kPhoneDigits; --i) {
    const char c = number[i - 1];
    if (c < '0' || c > '9') continue;
    sign = sign << 4 | static_cast<uint64_t>(c - '0');
    ++n;
  }
  return n < kPhoneDigits ? 0 : sign | uint64_t{1} << 40;
}

}  // namespace

WordSigns::WordSigns(const PersonWords& words) {
  const auto name = [&](std::string_view text) {
    names_.insert(LettersOf(IsAscii(text) ? std::string(text) : Fold(text)));
  };
  for (const std::string& one : words.names) name(one);
  for (const std::string& one : words.exact) name(one);
  for (const std::string& one : words.emails) mailboxes_.insert(MailboxOf(one));
  for (const std::string& one : words.exact) {
    const bool email = one.find('@') != std::string::npos;
    (email ? mailboxes_ : phones_).insert(email ? MailboxOf(one) : DigitsOf(one));
  }
  for (const std::string& one : words.phones) phones_.insert(DigitsOf(one));
}

bool WordSigns::MayBeName(std::string_view given, std::string_view family) const {
  if (given.empty() || family.empty()) return false;
  // Characters that fold to several letters, or to none, are rare: they are folded.
  const uint64_t sign = IsAscii(given) && IsAscii(family)
                            ? LettersOf(given) + LettersOf(family)
                            : LettersOf(Fold(given)) + LettersOf(Fold(family));
  return names_.contains(sign);
}

bool WordSigns::MayBeEmail(std::string_view address) const {
  // What is not ASCII may fold to a letter.
  return !address.empty() && (!IsAscii(address) || mailboxes_.contains(MailboxOf(address)));
}

bool WordSigns::MayBePhone(std::string_view number) const {
  const uint64_t sign = DigitsOf(number);
  // An extension is no part of the number.
  const bool more = std::any_of(number.begin(), number.end(), [](char c) {
    return c == '#' || (Lower(c) >= 'a' && Lower(c) <= 'z');
  });
  if (more) return true;
  return sign != 0 && phones_.contains(sign);
}

PersonColumns::PersonColumns(const Snapshot& view, const TypeDef& type) {
  const RecordTable* table = view.graph().Records(type.id);
  const auto column = [&](std::string_view name) -> const ChunkedColumn* {
    const FieldDef* field = type.FindField(name);
    const ChunkedColumn* c =
        table == nullptr || field == nullptr ? nullptr : table->Column(field->id);
    return c != nullptr && c->kind() == Value::Kind::kText ? c : nullptr;
  };
  given_ = column("given_name");
  family_ = column("family_name");
  email_ = column("email");
  phone_ = column("phone");
  mobile_ = column("mobile");
}

bool PersonColumns::MayShare(const WordSigns& signs, Row row) const {
  return signs.MayBeEmail(TextIn(email_, row)) || signs.MayBePhone(TextIn(phone_, row)) ||
         signs.MayBePhone(TextIn(mobile_, row)) ||
         signs.MayBeName(TextIn(given_, row), TextIn(family_, row));
}

}  // namespace relata::internal
