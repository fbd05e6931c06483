// SPDX-License-Identifier: Apache-2.0
//
// Keys and hashes of the consent room.
//
// A SecretKey is 32 bytes that the host keeps outside the database: who has it can make unsubscribe
// links and test addresses against the suppression list, who loses it loses every opt-out. The
// library never draws one. Digests are SHA-256 values. Plain values; a key is wiped when it goes.

#ifndef RELATA_CONSENT_SECRET_H_
#define RELATA_CONSENT_SECRET_H_

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace relata {

// 32 secret bytes. Copies are allowed and each wipes itself.
class SecretKey {
 public:
  static constexpr size_t kBytes = 32;

  explicit SecretKey(const std::array<uint8_t, kBytes>& bytes) : bytes_(bytes) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  // A key written as 64 hexadecimal digits; nothing for any other text.
  static std::optional<SecretKey> FromHex(std::string_view hex);

  std::span<const uint8_t, kBytes> bytes() const { return bytes_; }

 private:
  std::array<uint8_t, kBytes> bytes_;
};

// A SHA-256 value.
struct Digest {
  std::array<uint8_t, 32> bytes{};

  std::string ToHex() const;
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
Digest KeyedDigest(const SecretKey& key, std::string_view message);

// SHA-256 of the parts one after the other. The caller makes the parts unambiguous.
Digest PlainDigest(std::initializer_list<std::string_view> parts);

}  // namespace relata

#endif  // RELATA_CONSENT_SECRET_H_
