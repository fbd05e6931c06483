// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/fields.h"

#include <cstring>

namespace relata::internal {
namespace {

// Whether a byte is NUL or SOH. Most texts are short: eight bytes at a time.
bool NeedsEscape(std::string_view text) {
  constexpr uint64_t kEach = 0x0101'0101'0101'0101;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    // The high bit of each byte that is below 2, and of none when there is no such byte.
    if (((word - 2 * kEach) & ~word & 0x80 * kEach) != 0) return true;
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 2) return true;
  }
  return false;
}

// The last `size` bytes of `v`, the highest first.
void PutBigEndian(uint64_t v, int size, char* out) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(v >> (8 * (size - 1 - i)));
}

}  // namespace

std::string Escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  for (const char c : text) {
    if (c == '\0' || c == '\1') {
      out += '\1';
      out += static_cast<char>('0' + c);
    } else {
      out += c;
    }
  }
  return out;
}

std::string Unescaped(std::string_view text) {
  if (text.empty() || std::memchr(text.data(), 1, text.size()) == nullptr) {
    return std::string(text);
  }
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\1' && i + 1 < text.size()) {
      out += static_cast<char>(text[++i] - '0');
    } else {
      out += text[i];
    }
  }
  return out;
}

void PgFields::Length(int32_t length) {
  at_.push_back(bytes_.size());
  char head[4];
  PutBigEndian(static_cast<uint32_t>(length), 4, head);
  bytes_.append(head, sizeof head);
}

PgFields& PgFields::Put(std::string_view v, int32_t length) {
  Length(length);
  bytes_.append(v);
  return *this;
}

PgFields& PgFields::Number(uint64_t v, int bytes) {
  at_.push_back(bytes_.size());
  char out[12];
  PutBigEndian(static_cast<uint64_t>(bytes), 4, out);
  switch (bytes) {  // each a constant that becomes one instruction
    case 8:
      PutBigEndian(v, 8, out + 4);
      break;
    case 4:
      PutBigEndian(v, 4, out + 4);
      break;
    default:
      PutBigEndian(v, bytes, out + 4);
  }
  bytes_.append(out, static_cast<size_t>(4 + bytes));
  return *this;
}

PgFields& PgFields::Text(std::string_view v) {
  if (v.empty() || !NeedsEscape(v)) return Bytes(v);
  return Bytes(Escaped(v));
}

PgFields& PgFields::Ints(std::span<const int64_t> v) {
  PgFields inner;
  for (const int64_t n : v) inner.Int(n);
  const auto head = [&](uint64_t n) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes_ += static_cast<char>(n >> shift);
  };
  Length(static_cast<int32_t>(20 + inner.bytes().size()));
  head(v.empty() ? 0 : 1);  // dimensions
  head(0);                  // no nulls
  head(20);                 // of bigint
  head(v.size());
  head(1);  // counted from 1
  bytes_.append(inner.bytes());
  return *this;
}

PgFields& PgFields::Json(std::string_view v) {
  Length(static_cast<int32_t>(v.size() + 1));
  bytes_ += '\1';  // the version of the binary form
  bytes_.append(v);
  return *this;
}

}  // namespace relata::internal
