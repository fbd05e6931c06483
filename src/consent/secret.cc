// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/secret.h"

#include <sodium.h>

#include <algorithm>

namespace relata {
namespace {

static_assert(sizeof(Digest) == crypto_auth_hmacsha256_BYTES);
static_assert(sizeof(Digest) == crypto_hash_sha256_BYTES);

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

std::optional<SecretKey> SecretKey::FromHex(std::string_view hex) {
  std::array<uint8_t, kBytes> bytes{};
  size_t length = 0;
  if (hex.size() != 2 * kBytes || sodium_hex2bin(bytes.data(), bytes.size(), hex.data(), hex.size(),
                                                 nullptr, &length, nullptr) != 0) {
    return std::nullopt;
  }
  if (length != kBytes) return std::nullopt;
  return SecretKey(bytes);
}

std::string Digest::ToHex() const {
  std::string out(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

Digest KeyedDigest(const SecretKey& key, std::string_view message) {
  Digest out;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.bytes().data(), key.bytes().size());
  crypto_auth_hmacsha256_update(&state, Bytes(message), message.size());
  crypto_auth_hmacsha256_final(&state, out.bytes.data());
  return out;
}

Digest PlainDigest(std::initializer_list<std::string_view> parts) {
  Digest out;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (std::string_view part : parts) {
    crypto_hash_sha256_update(&state, Bytes(part), part.size());
  }
  crypto_hash_sha256_final(&state, out.bytes.data());
  return out;
}

}  // namespace relata
