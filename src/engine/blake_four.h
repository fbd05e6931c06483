// SPDX-License-Identifier: Apache-2.0
//
// BLAKE2b (RFC 7693) with a digest of 32 bytes and no key, of four texts at once: what hashing one
// text leaves idle of a processor with wide registers hashes three more.

#ifndef RELATA_SRC_ENGINE_BLAKE_FOUR_H_
#define RELATA_SRC_ENGINE_BLAKE_FOUR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace relata::internal {

inline constexpr size_t kBlakeBlock = 128;

using BlakeDigest = std::array<uint64_t, 4>;

// How many blocks the text is hashed in; an empty one in one.
constexpr size_t BlakeBlocks(std::string_view text) {
  return text.empty() ? 1 : (text.size() + kBlakeBlock - 1) / kBlakeBlock;
}

BlakeDigest Blake(std::string_view text);

// All of as many blocks. Any thread.
std::array<BlakeDigest, 4> BlakeFour(const std::array<std::string_view, 4>& texts);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_BLAKE_FOUR_H_
