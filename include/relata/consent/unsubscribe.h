// SPDX-License-Identifier: Apache-2.0
//
// One-click unsubscribe (RFC 8058) that nobody can forge and no link scanner can trigger.
//
// A token names the person, the address, the scope of a message and when it ends. It is opaque:
// encrypted and authenticated under a key of the host, without state, and the same for the same
// target. Links may stay valid for ever; CAN-SPAM asks for 30 days, CASL for 60. Only a POST
// writes: opening the link shows a page, because mail scanners open every link.
//
// Construction: tag = HMAC-SHA-256(k1, body); text = XChaCha20(k2, tag[0..24), body); the token is
// base64url(version, tag, text), k1 and k2 derived from the key (a synthetic-IV scheme in the
// manner of RFC 5297: no random numbers are needed and none are drawn). Pure; any thread.

#ifndef RELATA_CONSENT_UNSUBSCRIBE_H_
#define RELATA_CONSENT_UNSUBSCRIBE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "relata/base/status.h"
#include "relata/consent/secret.h"
#include "relata/model/consent_entry.h"

namespace relata {

// Whom and what a link takes off.
struct UnsubscribeTarget {
  PartyId person;
  PartyId point;
  ChannelSet channels = Bit(Channel::kEmail);
  PurposeSet purposes = Bit(Purpose::kMarketing);
  std::string topic;                       // empty: the purpose as a whole; at most 255 bytes
  std::string controller;                  // empty: every controller; at most 255 bytes
  Timestamp expires_at = Timestamp::kMax;  // from then on the link does nothing

  friend bool operator==(const UnsubscribeTarget&, const UnsubscribeTarget&) = default;
};

// How the link was used. Only the first two are acts of the person.
enum class UnsubscribeMethod : uint8_t { kOneClickPost = 0, kPageConfirmed, kGet };

// The token of a target. InvalidArgument when neither person nor point is named, or a text is too
// long.
absl::StatusOr<std::string> MakeUnsubscribeToken(const SecretKey& key,
                                                 const UnsubscribeTarget& target);

// The target of a token made under one of `keys` (the newest first; older ones keep old links
// working). InvalidArgument for anything else; the message says nothing about why.
absl::StatusOr<UnsubscribeTarget> ReadUnsubscribeToken(std::span<const SecretKey> keys,
                                                       std::string_view token);

// The ledger entry of a used link: an opt-out of the person everywhere on the channel and of
// everyone at the address. Nothing for kGet: opening a link changes nothing.
std::optional<ConsentEntry> UnsubscribeEntry(const UnsubscribeTarget& target,
                                             UnsubscribeMethod method, Timestamp at);

// The two header lines of a message, each ending with CRLF, both to be covered by its DKIM
// signature. `url` is the https address that takes the token as its last path segment; anything but
// https is InvalidArgument.
absl::StatusOr<std::string> UnsubscribeHeaders(std::string_view url, std::string_view token);

}  // namespace relata

#endif  // RELATA_CONSENT_UNSUBSCRIBE_H_
