// SPDX-License-Identifier: Apache-2.0

#include "engine/blake_many.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace relata::internal {

BlakeDigest Blake(std::string_view text) {
  BlakeDigest digest{};
  crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), sizeof digest,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return digest;
}

#if defined(__x86_64__)
namespace {

constexpr std::array<uint64_t, 8> kStart = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
// Digest of 32 bytes, no key, one in a row.
constexpr uint64_t kParameters = 0x01010020;

constexpr uint8_t kOrder[12][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
                                    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

// The same word of four texts, and of eight.
using Four = uint64_t __attribute__((vector_size(32)));
using Eight = uint64_t __attribute__((vector_size(64)));
using Bytes = uint8_t __attribute__((vector_size(32)));
using Halves = uint32_t __attribute__((vector_size(32)));

// By reference throughout: how such values are passed depends on the processor compiled for. And
// each width apart: a template would be broken into narrower registers before it is inlined.
#define RELATA_BLAKE_INLINE __attribute__((target(RELATA_BLAKE_TARGET), always_inline)) inline

namespace four {

#define RELATA_BLAKE_TARGET "avx2"
using Lanes = Four;

RELATA_BLAKE_INLINE void Rotate32(Lanes& x) {
  const auto h = reinterpret_cast<Halves>(x);
  x = reinterpret_cast<Four>(__builtin_shufflevector(h, h, 1, 0, 3, 2, 5, 4, 7, 6));
}
RELATA_BLAKE_INLINE void Rotate24(Lanes& x) {
  const auto b = reinterpret_cast<Bytes>(x);
  x = reinterpret_cast<Four>(__builtin_shufflevector(b, b, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14,
                                                     15, 8, 9, 10, 19, 20, 21, 22, 23, 16, 17, 18,
                                                     27, 28, 29, 30, 31, 24, 25, 26));
}
RELATA_BLAKE_INLINE void Rotate16(Lanes& x) {
  const auto b = reinterpret_cast<Bytes>(x);
  x = reinterpret_cast<Four>(__builtin_shufflevector(b, b, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13,
                                                     14, 15, 8, 9, 18, 19, 20, 21, 22, 23, 16, 17,
                                                     26, 27, 28, 29, 30, 31, 24, 25));
}
RELATA_BLAKE_INLINE void Rotate63(Lanes& x) { x = (x >> 63) ^ (x + x); }

// Words of a block for each text, turned into texts for each word.
RELATA_BLAKE_INLINE void Words(const unsigned char (*block)[kBlakeBlock], Lanes (&m)[16]) {
  for (size_t w = 0; w < 16; w += 4) {
    Four r[4];
    for (size_t lane = 0; lane < 4; ++lane) std::memcpy(&r[lane], block[lane] + 8 * w, sizeof r[0]);
    const Four a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6);
    const Four b = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7);
    const Four c = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6);
    const Four d = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
    m[w] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    m[w + 1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    m[w + 2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    m[w + 3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  }
}

#include "engine/blake_lanes.inc"

#undef RELATA_BLAKE_TARGET

}  // namespace four

namespace eight {

#define RELATA_BLAKE_TARGET "avx512f"
using Lanes = Eight;

// Wide registers rotate by themselves.
RELATA_BLAKE_INLINE void Rotate32(Lanes& x) { x = x >> 32 | x << 32; }
RELATA_BLAKE_INLINE void Rotate24(Lanes& x) { x = x >> 24 | x << 40; }
RELATA_BLAKE_INLINE void Rotate16(Lanes& x) { x = x >> 16 | x << 48; }
RELATA_BLAKE_INLINE void Rotate63(Lanes& x) { x = x >> 63 | x << 1; }

RELATA_BLAKE_INLINE void Words(const unsigned char (*block)[kBlakeBlock], Lanes (&m)[16]) {
  for (size_t w = 0; w < 16; w += 8) {
    Eight r[8];
    for (size_t lane = 0; lane < 8; ++lane) std::memcpy(&r[lane], block[lane] + 8 * w, sizeof r[0]);
    Eight pairs[8];  // of the even and of the odd words of two texts
    for (size_t i = 0; i < 8; i += 2) {
      pairs[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
      pairs[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    Eight fours[8];  // words 0 and 4, 1 and 5, 2 and 6, 3 and 7 of texts 0 to 3; of 4 to 7
    for (size_t i = 0; i < 8; i += 4) {
      for (size_t odd = 0; odd < 2; ++odd) {
        const Eight& a = pairs[i + odd];
        const Eight& b = pairs[i + 2 + odd];
        fours[i + odd] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
        fours[i + 2 + odd] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
      }
    }
    for (size_t i = 0; i < 4; ++i) {
      m[w + i] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
      m[w + 4 + i] = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
  }
}

#include "engine/blake_lanes.inc"

#undef RELATA_BLAKE_TARGET

}  // namespace eight

#undef RELATA_BLAKE_INLINE

}  // namespace
#endif

void BlakeMany(std::span<const std::string_view> texts, std::span<BlakeDigest> digests, int bits) {
  size_t done = 0;
#if defined(__x86_64__)
  if (bits >= 512 && __builtin_cpu_supports("avx512f") != 0) {
    for (; done + 8 <= texts.size(); done += 8) eight::Hash(&texts[done], &digests[done]);
  }
  if (bits >= 256 && __builtin_cpu_supports("avx2") != 0) {
    for (; done + 4 <= texts.size(); done += 4) four::Hash(&texts[done], &digests[done]);
  }
#endif
  for (; done < texts.size(); ++done) digests[done] = Blake(texts[done]);
}

void BlakeMany(std::span<const std::string_view> texts, std::span<BlakeDigest> digests) {
  BlakeMany(texts, digests, 512);
}

}  // namespace relata::internal
