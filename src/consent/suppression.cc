// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/suppression.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/strings.h"
#include "relata/base/text.h"

namespace relata {
namespace {

using internal::Concat;

// Canonical composition with full case folding; marks stay, unlike in Fold.
std::optional<std::string> FoldCase(std::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto flags = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &folded, flags);
  if (size < 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(folded), static_cast<size_t>(size));
  std::free(folded);
  return out;
}

std::vector<uint32_t> CodePoints(std::string_view text) {
  std::vector<uint32_t> out;
  while (!text.empty()) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t n =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &c);
    if (n <= 0) break;
    out.push_back(static_cast<uint32_t>(c));
    text.remove_prefix(static_cast<size_t>(n));
  }
  return out;
}

// RFC 3492 section 6.1 and 6.3, with the parameters of section 5.
uint32_t AdaptBias(uint32_t delta, uint32_t points, bool first) {
  delta = first ? delta / 700 : delta / 2;
  delta += delta / points;
  uint32_t k = 0;
  for (; delta > 455; k += 36) delta /= 35;
  return k + 36 * delta / (delta + 38);
}

std::string Punycode(const std::vector<uint32_t>& label) {
  std::string out;
  for (uint32_t c : label) {
    if (c < 128) out.push_back(static_cast<char>(c));
  }
  const auto basic = static_cast<uint32_t>(out.size());
  if (basic > 0) out.push_back('-');
  uint32_t n = 128;
  uint32_t delta = 0;
  uint32_t bias = 72;
  for (uint32_t done = basic; done < label.size(); ++delta, ++n) {
    uint32_t next = 0x10ffff;
    for (uint32_t c : label) {
      if (c >= n) next = std::min(next, c);
    }
    delta += (next - n) * (done + 1);
    n = next;
    for (uint32_t c : label) {
      if (c < n) ++delta;
      if (c != n) continue;
      uint32_t q = delta;
      for (uint32_t k = 36;; k += 36) {
        const uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        const uint32_t digit = q < t ? q : t + (q - t) % (36 - t);
        out.push_back(static_cast<char>(digit < 26 ? 'a' + digit : '0' + digit - 26));
        if (q < t) break;
        q = (q - t) / (36 - t);
      }
      bias = AdaptBias(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
  }
  return out;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 128; });
}

// The domain with every label in its ASCII form; empty when it is none.
std::string AsciiDomain(std::string_view domain) {
  std::string out;
  while (true) {
    const size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (label.empty() || label.size() > 253) return {};
    out += IsAscii(label) ? std::string(label) : Concat("xn--", Punycode(CodePoints(label)));
    if (dot == std::string_view::npos) return out;
    out.push_back('.');
    domain.remove_prefix(dot + 1);
  }
}

absl::StatusOr<std::string> NormalizeEmail(std::string_view address) {
  const absl::Status refused = InvalidArgument("this is no e-mail address");
  if (address.size() > 320 || !IsValidUtf8(address)) return refused;
  const std::optional<std::string> folded = FoldCase(TrimSpace(address));
  if (!folded || folded->find_first_of(" \t\r\n<>") != std::string::npos) return refused;
  const size_t at = folded->rfind('@');
  if (at == std::string::npos || at == 0) return refused;
  std::string_view domain = std::string_view(*folded).substr(at + 1);
  if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
  const std::string ascii = AsciiDomain(domain);
  if (ascii.empty()) return refused;
  return Concat(std::string_view(*folded).substr(0, at), "@", ascii);
}

absl::StatusOr<std::string> NormalizePhone(std::string_view number) {
  std::string digits;
  bool plus = false;
  for (char c : TrimSpace(number)) {
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
    } else if (c == '+' && digits.empty() && !plus) {
      plus = true;
    } else if (std::string_view(" .-()/").find(c) == std::string_view::npos) {
      return InvalidArgument("this is no telephone number");
    }
  }
  if (!plus && digits.substr(0, 2) == "00") {
    digits.erase(0, 2);
    plus = true;
  }
  // E.164: a country code that does not begin with 0, fifteen digits at most.
  if (!plus || digits.size() < 7 || digits.size() > 15 || digits.front() == '0') {
    return InvalidArgument("a telephone number is needed in international form (+33123456789)");
  }
  return Concat("+", digits);
}

}  // namespace

absl::StatusOr<std::string> NormalizeAddress(AddressKind kind, std::string_view address) {
  return kind == AddressKind::kEmail ? NormalizeEmail(address) : NormalizePhone(address);
}

absl::StatusOr<Digest> SuppressionHash(const SecretKey& key, AddressKind kind,
                                       std::string_view address) {
  RELATA_ASSIGN_OR_RETURN(const std::string normal, NormalizeAddress(kind, address));
  return KeyedDigest(
      key, Concat("relata opposition ", kind == AddressKind::kEmail ? "mail " : "tel ", normal));
}

void SuppressionList::Add(const Digest& hash) {
  const auto place = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  if (place == hashes_.end() || *place != hash) hashes_.insert(place, hash);
}

bool SuppressionList::Contains(const Digest& hash) const {
  return std::binary_search(hashes_.begin(), hashes_.end(), hash);
}

absl::StatusOr<bool> SuppressionList::Contains(std::span<const SecretKey> keys, AddressKind kind,
                                               std::string_view address) const {
  for (const SecretKey& key : keys) {
    RELATA_ASSIGN_OR_RETURN(const Digest hash, SuppressionHash(key, kind, address));
    if (Contains(hash)) return true;
  }
  return false;
}

}  // namespace relata
