// SPDX-License-Identifier: Apache-2.0
//
// BLAKE2b (RFC 7693) with a digest of 32 bytes and no key, of eight texts at once: what hashing one
// text leaves idle of a processor with wide registers hashes the others.

#ifndef RELATA_SRC_ENGINE_BLAKE_MANY_H_
#define RELATA_SRC_ENGINE_BLAKE_MANY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace relata::internal {

inline constexpr size_t kBlakeBlock = 128;
inline constexpr size_t kBlakeTexts = 8;

using BlakeDigest = std::array<uint64_t, 4>;

// How many blocks the text is hashed in; an empty one in one.
constexpr size_t BlakeBlocks(std::string_view text) {
  return text.empty() ? 1 : (text.size() + kBlakeBlock - 1) / kBlakeBlock;
}

BlakeDigest Blake(std::string_view text);

// Of up to kBlakeTexts texts, all of as many blocks, into as many digests. Any thread.
void BlakeMany(std::span<const std::string_view> texts, std::span<BlakeDigest> digests);

// The same without registers wider than `bits` (64, 256 or 512), for tests.
void BlakeMany(std::span<const std::string_view> texts, std::span<BlakeDigest> digests, int bits);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_BLAKE_MANY_H_
