// SPDX-License-Identifier: Apache-2.0

#include "relata/base/id.h"

namespace relata {
namespace {

constexpr int kHyphens[] = {8, 13, 18, 23};

constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  for (int at : kHyphens) {
    if (text[static_cast<size_t>(at)] != '-') return std::nullopt;
  }
  Uuid id;
  size_t from = 0;
  for (uint8_t& byte : id.bytes) {
    if (text[from] == '-') ++from;
    const int high = HexDigit(text[from]);
    const int low = HexDigit(text[from + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<uint8_t>(high << 4 | low);
    from += 2;
  }
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
