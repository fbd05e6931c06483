// SPDX-License-Identifier: Apache-2.0

#include "relata/base/id.h"

#include <array>

namespace relata {
namespace {

constexpr int kHyphens[] = {8, 13, 18, 23};
// Where the two digits of each byte begin.
constexpr size_t kDigits[] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

// By character: its value as a hexadecimal digit, 255 for others.
constexpr std::array<uint8_t, 256> kHexDigits = [] {
  std::array<uint8_t, 256> digits{};
  digits.fill(255);
  for (uint8_t i = 0; i < 10; ++i) digits[static_cast<size_t>('0' + i)] = i;
  for (uint8_t i = 0; i < 6; ++i) {
    digits[static_cast<size_t>('a' + i)] = digits[static_cast<size_t>('A' + i)] =
        static_cast<uint8_t>(10 + i);
  }
  return digits;
}();

}  // namespace

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  for (int at : kHyphens) {
    if (text[static_cast<size_t>(at)] != '-') return std::nullopt;
  }
  Uuid id;
  uint8_t odd = 0;
  for (size_t i = 0; i < id.bytes.size(); ++i) {
    const uint8_t high = kHexDigits[static_cast<uint8_t>(text[kDigits[i]])];
    const uint8_t low = kHexDigits[static_cast<uint8_t>(text[kDigits[i] + 1])];
    odd |= high | low;
    id.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  if (odd > 15) return std::nullopt;
  return id;
}

std::string Uuid::ToString() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (uint8_t byte : bytes) {
    if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) {
      text += '-';
    }
    text += kHex[byte >> 4];
    text += kHex[byte & 0xf];
  }
  return text;
}

}  // namespace relata
