// SPDX-License-Identifier: Apache-2.0
//
// The suppression list: addresses that must never be written to again, kept without keeping them.
//
// What is kept is HMAC-SHA-256 of the normalised address under a key of the installation (CNIL,
// MED-2023-040). A plain hash of an e-mail address can be guessed; this one cannot without the key.
// It survives the erasure of the person and is asked by every import. Losing the key loses every
// opt-out; changing it keeps the old one beside the new until each address was seen again.

#ifndef RELATA_CONSENT_SUPPRESSION_H_
#define RELATA_CONSENT_SUPPRESSION_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/status.h"
#include "relata/consent/secret.h"

namespace relata {

enum class AddressKind : uint8_t { kEmail = 0, kPhone };

// The address as it is compared. E-mail: both parts case-folded, the domain's labels in their ASCII
// form (RFC 3492: "münchen.de" and "xn--mnchen-3ya.de" are one); dots and +tags stay, because only
// the mailbox's owner knows what they mean. Phone: E.164 ("+33123456789"); separators and a leading
// "00" are understood, a national number is not. InvalidArgument for what is no address.
absl::StatusOr<std::string> NormalizeAddress(AddressKind kind, std::string_view address);

// The keyed hash of an address.
absl::StatusOr<Digest> SuppressionHash(const SecretKey& key, AddressKind kind,
                                       std::string_view address);

// A set of hashes. Thread-compatible.
class SuppressionList {
 public:
  // Adds a hash; adding it again changes nothing.
  void Add(const Digest& hash);

  bool Contains(const Digest& hash) const;

  // Is the address suppressed under any of the keys? An address that cannot be normalised cannot be
  // cleared either: its error is returned and it must not be written to.
  absl::StatusOr<bool> Contains(std::span<const SecretKey> keys, AddressKind kind,
                                std::string_view address) const;

  size_t size() const { return hashes_.size(); }

 private:
  std::vector<Digest> hashes_;  // ascending
};

}  // namespace relata

#endif  // RELATA_CONSENT_SUPPRESSION_H_
