// SPDX-License-Identifier: Apache-2.0
//
// What is derived from the key of the installation, each for one use, and the database's memory of
// which key that was.

#ifndef RELATA_SRC_PRIVACY_KEYS_H_
#define RELATA_SRC_PRIVACY_KEYS_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "relata/consent/secret.h"
#include "relata/consent/suppression.h"
#include "relata/engine/crm.h"
#include "relata/quality/normalize.h"

namespace relata::internal {

// The definition that says which key the suppression list was made with.
inline constexpr std::string_view kPrivacyKind = "privacy";
inline constexpr std::string_view kKeyName = "key";

inline SecretKey Derive(const SecretKey& key, std::string_view use) {
  return SecretKey(KeyedDigest(key, Concat("relata privacy ", use)).bytes);
}

// Tells keys apart without telling them.
inline std::string Fingerprint(const SecretKey& key) {
  return KeyedDigest(Derive(key, "fingerprint"), "key").ToHex().substr(0, 16);
}

// The fingerprint the database knows; nothing before the first erasure.
inline std::optional<std::string> KnownFingerprint(const Crm& crm) {
  absl::StatusOr<Definition> known = crm.FindDefinition(kPrivacyKind, kKeyName);
  if (!known.ok()) return std::nullopt;
  return known->body;
}

// FailedPrecondition when the database was made with another key.
inline absl::Status CheckKey(const Crm& crm, const SecretKey& key) {
  const std::optional<std::string> known = KnownFingerprint(crm);
  if (!known || known->find(Fingerprint(key)) != std::string::npos) return absl::OkStatus();
  return FailedPrecondition("this is not the key that earlier erasures were made with");
}

inline void RememberKey(const Crm& crm, const SecretKey& key, Transaction& tx) {
  if (KnownFingerprint(crm)) return;
  tx.Define(kPrivacyKind, kKeyName, Concat(R"({"fingerprint":")", Fingerprint(key), R"("})"));
}

// The keyed hash of an address of a person of `country`; nothing for what is no address.
inline std::optional<Digest> AddressHash(const SecretKey& key, AddressKind kind,
                                         std::string_view address, std::string_view country) {
  std::string text(address);
  if (kind == AddressKind::kPhone) {
    const std::optional<std::string> number =
        NormalizePhone(address, country.empty() ? "FR" : country);
    if (!number) return std::nullopt;
    text = *number;
  }
  const absl::StatusOr<Digest> hash = SuppressionHash(key, kind, text);
  if (!hash.ok()) return std::nullopt;
  return *hash;
}

// The keyed hash of a name together with an address: who it was, to somebody who is told both.
inline Digest IdentityHash(const SecretKey& key, std::string_view given, std::string_view family,
                           const Digest& address) {
  return KeyedDigest(Derive(key, "identity"),
                     Concat(PersonKey(given, family), "\n", address.ToHex()));
}

inline Digest ExternalKeyHash(const SecretKey& key, std::string_view type, std::string_view system,
                              std::string_view external) {
  return KeyedDigest(Derive(key, "external key"), Concat(type, "\n", system, "\n", external));
}

}  // namespace relata::internal

#endif  // RELATA_SRC_PRIVACY_KEYS_H_
