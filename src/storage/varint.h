// SPDX-License-Identifier: Apache-2.0
//
// Numbers in as few bytes as they need, as the packed indexes write them: seven bits a byte, the
// lowest first, the high bit set in all but the last.

#ifndef RELATA_SRC_STORAGE_VARINT_H_
#define RELATA_SRC_STORAGE_VARINT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace relata::internal {

inline void AppendVarint(uint64_t v, std::string& out) {
  while (v >= 0x80) {
    out += static_cast<char>(v | 0x80);
    v >>= 7;
  }
  out += static_cast<char>(v);
}

// Takes a number off the front of `bytes`; false when they end or go on for too long.
inline bool TakeVarint(std::string_view& bytes, uint64_t& v) {
  v = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    v |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_VARINT_H_
