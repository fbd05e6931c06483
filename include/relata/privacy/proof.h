// SPDX-License-Identifier: Apache-2.0
//
// The proof file: everything an inspection asks for, in one signed document.
//
// JSON with the register of processing, the wordings, the coverage of consent, the requests of
// persons with their delays, the retention rules and runs, erasures, breaches and the head of the
// chain of commits. The signature is detached: Ed25519 (RFC 8032) over the bytes of the document,
// under a key whose 32-byte seed the host keeps. Whoever has the public key can tell that the
// document is the one that was made, and the head of the chain ties it to the database.
//
// Free functions; as thread-safe as the Crm.

#ifndef RELATA_PRIVACY_PROOF_H_
#define RELATA_PRIVACY_PROOF_H_

#include <string>
#include <string_view>

#include "relata/base/language.h"
#include "relata/base/status.h"
#include "relata/consent/secret.h"
#include "relata/engine/crm.h"

namespace relata {

struct ProofFile {
  std::string document;    // JSON
  std::string signature;   // 128 hexadecimal digits
  std::string public_key;  // 64 hexadecimal digits
};

// Makes and signs the document. The seed is the signing key; it is not the privacy key.
absl::StatusOr<ProofFile> MakeProofFile(const Crm& crm, const SecretKey& seed, Timestamp now,
                                        Language language = Language::kEnglish);

// Whether the signature belongs to the document and the key. False for anything malformed.
bool VerifyProofFile(std::string_view document, std::string_view signature,
                     std::string_view public_key);

}  // namespace relata

#endif  // RELATA_PRIVACY_PROOF_H_
