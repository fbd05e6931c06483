// SPDX-License-Identifier: Apache-2.0
//
// Values in PostgreSQL's binary form: the parameters of a statement or one row of a COPY, which are
// written alike. Text cannot hold a NUL there, so NUL and SOH are written as SOH and a digit, which
// keeps the order by bytes.

#ifndef RELATA_SRC_STORAGE_POSTGRES_FIELDS_H_
#define RELATA_SRC_STORAGE_POSTGRES_FIELDS_H_

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/time.h"

namespace relata::internal {

// 2000-01-01 as Relata counts: PostgreSQL counts from there.
inline constexpr int64_t kPostgresEpoch = 946'684'800'000'000;
inline constexpr int32_t kPostgresEpochDay = 10'957;

// A signed number of up to eight bytes.
inline int64_t BigEndian(std::string_view bytes) {
  uint64_t v = 0;
  for (const char c : bytes) v = v << 8 | static_cast<unsigned char>(c);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return unused == 0 || unused >= 64 ? static_cast<int64_t>(v)
                                     : static_cast<int64_t>(v << unused) >> unused;
}

std::string Escaped(std::string_view text);
std::string Unescaped(std::string_view text);

class PgFields {
 public:
  PgFields& Null() { return Put({}, -1); }
  PgFields& Int(int64_t v) { return Number(static_cast<uint64_t>(v), 8); }
  PgFields& Int4(int64_t v) { return Number(static_cast<uint64_t>(v), 4); }
  PgFields& Bool(bool v) { return Number(v ? 1 : 0, 1); }
  PgFields& Double(double v) { return Number(std::bit_cast<uint64_t>(v), 8); }
  PgFields& Time(Timestamp v) { return Int(v.micros - kPostgresEpoch); }
  PgFields& Day(Date v) { return Int4(v.days - kPostgresEpochDay); }
  PgFields& Bytes(std::string_view v) { return Put(v, static_cast<int32_t>(v.size())); }
  PgFields& Text(std::string_view v);
  PgFields& Id(const Uuid& v) {
    return Bytes({reinterpret_cast<const char*>(v.bytes.data()), v.bytes.size()});
  }
  // A bigint[].
  PgFields& Ints(std::span<const int64_t> v);
  // A jsonb document.
  PgFields& Json(std::string_view v);

  int size() const { return static_cast<int>(at_.size()); }
  // Where field `i` lies; nullptr when it is null.
  const char* data(int i) const {
    const size_t at = at_[static_cast<size_t>(i)];
    return length(i) < 0 ? nullptr : bytes_.data() + at + 4;
  }
  int length(int i) const {
    return static_cast<int>(
        BigEndian(std::string_view(bytes_).substr(at_[static_cast<size_t>(i)], 4)));
  }
  // All fields as a COPY row has them, each after its length.
  std::string_view bytes() const { return bytes_; }
  void Clear() {
    bytes_.clear();
    at_.clear();
  }

 private:
  PgFields& Number(uint64_t v, int bytes);
  PgFields& Put(std::string_view v, int32_t length);
  void Length(int32_t length);

  std::string bytes_;
  std::vector<size_t> at_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_POSTGRES_FIELDS_H_
