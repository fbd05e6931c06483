// SPDX-License-Identifier: Apache-2.0

#include "relata/consent/audit_chain.h"

#include "base/strings.h"

namespace relata {
namespace {

using internal::Concat;

std::string_view View(const Digest& d) {
  return {reinterpret_cast<const char*>(d.bytes.data()), d.bytes.size()};
}

// Eight bytes, least significant first: every part of a head has a fixed length.
std::string Fixed(uint64_t n) {
  std::string out;
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(n >> (8 * i) & 0xff));
  return out;
}

Digest HeadOf(const Digest& before, const AuditLink& link) {
  const std::string seq = Fixed(static_cast<uint64_t>(link.seq));
  const std::string at = Fixed(static_cast<uint64_t>(link.at.micros));
  return PlainDigest({"relata audit 1", View(before), seq, at, View(link.commitment)});
}

Digest MacOf(const SecretKey& key, Seq seq, const Digest& head) {
  return KeyedDigest(key,
                     Concat("relata checkpoint ", Fixed(static_cast<uint64_t>(seq)), View(head)));
}

}  // namespace

Digest CommitmentTo(std::string_view salt, std::string_view payload) {
  return PlainDigest({"relata commitment", Fixed(salt.size()), salt, payload});
}

AuditLink NextLink(const AuditLink& previous, Timestamp at, const Digest& commitment) {
  AuditLink link{previous.seq + 1, at, commitment, {}};
  link.head = HeadOf(previous.head, link);
  return link;
}

std::vector<Issue> VerifyChain(std::span<const AuditLink> links,
                               std::span<const Checkpoint> checkpoints, const SecretKey* key,
                               const AuditLink& previous) {
  std::vector<Issue> issues;
  const auto report = [&](Seq seq, std::string_view what) {
    issues.push_back({Severity::kError, Concat("audit:", seq), std::string(what)});
  };
  const AuditLink* before = &previous;
  for (const AuditLink& link : links) {
    if (link.seq != before->seq + 1) {
      report(link.seq, Concat("follows entry ", before->seq));
    } else if (link.head != HeadOf(before->head, link)) {
      report(link.seq, "does not follow from the entry before it");
    }
    if (before->seq > 0 && link.at < before->at) report(link.seq, "is older than the one before");
    before = &link;
  }
  const Seq first = previous.seq + 1;
  for (const Checkpoint& c : checkpoints) {
    if (key != nullptr && MacOf(*key, c.seq, c.head) != c.mac) {
      report(c.seq, "the checkpoint was not exported by this installation");
    } else if (c.seq >= first && c.seq - first >= static_cast<Seq>(links.size())) {
      report(c.seq, "the chain ends before its checkpoint");
    } else if (c.seq >= first && links[static_cast<size_t>(c.seq - first)].head != c.head) {
      report(c.seq, "the chain is not the one that was exported");
    }
  }
  return issues;
}

bool VerifyPayload(const AuditLink& link, std::string_view salt, std::string_view payload) {
  return CommitmentTo(salt, payload) == link.commitment;
}

Checkpoint MakeCheckpoint(const SecretKey& key, const AuditLink& last) {
  return {last.seq, last.head, MacOf(key, last.seq, last.head)};
}

}  // namespace relata
