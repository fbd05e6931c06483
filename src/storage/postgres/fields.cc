// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/fields.h"

#include <cstring>

namespace relata::internal {
namespace {

bool NeedsEscape(std::string_view text) {
  return std::memchr(text.data(), 0, text.size()) != nullptr ||
         std::memchr(text.data(), 1, text.size()) != nullptr;
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
  const auto v = static_cast<uint32_t>(length);
  const char head[4] = {static_cast<char>(v >> 24), static_cast<char>(v >> 16),
                        static_cast<char>(v >> 8), static_cast<char>(v)};
  bytes_.append(head, sizeof head);
}

PgFields& PgFields::Put(std::string_view v, int32_t length) {
  Length(length);
  bytes_.append(v);
  return *this;
}

PgFields& PgFields::Number(uint64_t v, int bytes) {
  Length(bytes);
  char out[8];
  for (int i = 0; i < bytes; ++i) out[i] = static_cast<char>(v >> (8 * (bytes - 1 - i)));
  bytes_.append(out, static_cast<size_t>(bytes));
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
