// SPDX-License-Identifier: Apache-2.0

#include "engine/blake_four.h"

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

// The same word of four texts.
using Four = uint64_t __attribute__((vector_size(32)));
using Bytes = uint8_t __attribute__((vector_size(32)));
using Halves = uint32_t __attribute__((vector_size(32)));

// By reference throughout: how such values are passed depends on the processor compiled for.
#define RELATA_BLAKE_INLINE __attribute__((target("avx2"), always_inline)) inline

RELATA_BLAKE_INLINE void Rotate32(Four& x) {
  const auto h = reinterpret_cast<Halves>(x);
  x = reinterpret_cast<Four>(__builtin_shufflevector(h, h, 1, 0, 3, 2, 5, 4, 7, 6));
}
RELATA_BLAKE_INLINE void Rotate24(Four& x) {
  const auto b = reinterpret_cast<Bytes>(x);
  x = reinterpret_cast<Four>(__builtin_shufflevector(b, b, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14,
                                                     15, 8, 9, 10, 19, 20, 21, 22, 23, 16, 17, 18,
                                                     27, 28, 29, 30, 31, 24, 25, 26));
}
RELATA_BLAKE_INLINE void Rotate16(Four& x) {
  const auto b = reinterpret_cast<Bytes>(x);
  x = reinterpret_cast<Four>(__builtin_shufflevector(b, b, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13,
                                                     14, 15, 8, 9, 18, 19, 20, 21, 22, 23, 16, 17,
                                                     26, 27, 28, 29, 30, 31, 24, 25));
}
RELATA_BLAKE_INLINE void Mix(Four& a, Four& b, Four& c, Four& d, const Four& x, const Four& y) {
  a += b + x;
  d ^= a;
  Rotate32(d);
  c += d;
  b ^= c;
  Rotate24(b);
  a += b + y;
  d ^= a;
  Rotate16(d);
  c += d;
  b ^= c;
  b = (b >> 63) ^ (b + b);
}

// One block of each text into `h`; `hashed` bytes of each come up to the block's end.
RELATA_BLAKE_INLINE void Compress(Four* h, const unsigned char (*block)[kBlakeBlock],
                                  const Four& hashed, bool last) {
  Four m[16];
  for (size_t w = 0; w < 16; ++w) {
    for (size_t lane = 0; lane < 4; ++lane) {
      uint64_t word;
      std::memcpy(&word, block[lane] + 8 * w, sizeof word);
      m[w][lane] = word;
    }
  }
  Four v[16];
  for (size_t i = 0; i < 8; ++i) {
    v[i] = h[i];
    v[i + 8] = Four{} + kStart[i];
  }
  v[12] ^= hashed;
  if (last) v[14] = ~v[14];
#pragma GCC unroll 12
  for (size_t r = 0; r < 12; ++r) {
    const auto& order = kOrder[r];
    Mix(v[0], v[4], v[8], v[12], m[order[0]], m[order[1]]);
    Mix(v[1], v[5], v[9], v[13], m[order[2]], m[order[3]]);
    Mix(v[2], v[6], v[10], v[14], m[order[4]], m[order[5]]);
    Mix(v[3], v[7], v[11], v[15], m[order[6]], m[order[7]]);
    Mix(v[0], v[5], v[10], v[15], m[order[8]], m[order[9]]);
    Mix(v[1], v[6], v[11], v[12], m[order[10]], m[order[11]]);
    Mix(v[2], v[7], v[8], v[13], m[order[12]], m[order[13]]);
    Mix(v[3], v[4], v[9], v[14], m[order[14]], m[order[15]]);
  }
  for (size_t i = 0; i < 8; ++i) h[i] ^= v[i] ^ v[i + 8];
}

#undef RELATA_BLAKE_INLINE

__attribute__((target("avx2"))) void HashFour(const std::array<std::string_view, 4>& texts,
                                              std::array<BlakeDigest, 4>& digests) {
  Four h[8];
  for (size_t i = 0; i < 8; ++i) h[i] = Four{} + kStart[i];
  h[0] ^= kParameters;
  const size_t blocks = BlakeBlocks(texts[0]);
  unsigned char block[4][kBlakeBlock];
  for (size_t n = 0; n < blocks; ++n) {
    Four hashed{};
    for (size_t lane = 0; lane < 4; ++lane) {
      const std::string_view text = texts[lane];
      const size_t from = n * kBlakeBlock;
      const size_t here = std::min(text.size() - from, kBlakeBlock);
      if (here != 0) std::memcpy(block[lane], text.data() + from, here);
      std::memset(block[lane] + here, 0, kBlakeBlock - here);
      hashed[lane] = from + here;
    }
    Compress(h, block, hashed, n + 1 == blocks);
  }
  for (size_t lane = 0; lane < 4; ++lane) {
    for (size_t i = 0; i < 4; ++i) digests[lane][i] = h[i][lane];
  }
}

}  // namespace
#endif

std::array<BlakeDigest, 4> BlakeFour(const std::array<std::string_view, 4>& texts) {
  std::array<BlakeDigest, 4> digests{};
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) {
    HashFour(texts, digests);
    return digests;
  }
#endif
  for (size_t i = 0; i < texts.size(); ++i) digests[i] = Blake(texts[i]);
  return digests;
}

}  // namespace relata::internal
