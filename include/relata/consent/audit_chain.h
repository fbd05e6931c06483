// SPDX-License-Identifier: Apache-2.0
//
// The audit chain: a log in which nothing can be changed, left out, added or moved unnoticed, and
// whose contents can still be erased.
//
// Each link holds a commitment to a payload, SHA-256(salt, payload), and a head that hashes the
// link together with the head before it. The payload and its salt lie elsewhere: erasing both
// leaves the chain whole and says nothing about what was erased. A chain alone cannot tell that its
// end was cut off or that all of it was written anew; for that its head is exported from time to
// time as a Checkpoint and kept outside.
//
// Plain values and pure functions; any thread.

#ifndef RELATA_CONSENT_AUDIT_CHAIN_H_
#define RELATA_CONSENT_AUDIT_CHAIN_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/consent/secret.h"

namespace relata {

struct AuditLink {
  Seq seq = 0;  // 1, 2, 3 ... without gaps
  Timestamp at;
  Digest commitment;
  Digest head;  // of the chain up to and with this link

  friend bool operator==(const AuditLink&, const AuditLink&) = default;
};

// What is exported: the chain had `seq` links and this head. `mac` proves who exported it.
struct Checkpoint {
  Seq seq = 0;
  Digest head;
  Digest mac;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The commitment to a payload. The salt is 16 random bytes or more of the caller's IdSource or key
// store; without it a short payload could be guessed from its commitment.
Digest CommitmentTo(std::string_view salt, std::string_view payload);

// The next link of a chain that ends with `previous` (an empty AuditLink for the first).
AuditLink NextLink(const AuditLink& previous, Timestamp at, const Digest& commitment);

// Every break of the chain: links whose number, time or head does not follow from the one before
// (`previous` is what comes before the first of `links`), and checkpoints that are not of this
// chain or lie past its end. Empty: the chain is whole. After a break checking goes on from what
// the broken link says, so that one wound is one issue.
std::vector<Issue> VerifyChain(std::span<const AuditLink> links,
                               std::span<const Checkpoint> checkpoints, const SecretKey* key,
                               const AuditLink& previous = {});

// Does the payload belong to the link?
bool VerifyPayload(const AuditLink& link, std::string_view salt, std::string_view payload);

// The checkpoint of a chain that ends with `last`.
Checkpoint MakeCheckpoint(const SecretKey& key, const AuditLink& last);

}  // namespace relata

#endif  // RELATA_CONSENT_AUDIT_CHAIN_H_
