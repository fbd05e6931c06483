// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/archive.h"

#include <sodium.h>

#include <cstring>
#include <optional>

#include "base/strings.h"
#include "nlohmann/json.hpp"
#include "privacy/archive_seal.h"
#include "privacy/keys.h"
#include "relata/expression/json.h"

namespace relata {
namespace {

using internal::Concat;
using Json = nlohmann::ordered_json;

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;
constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// The nonce is a keyed hash of what is sealed: no random numbers are drawn, and only the same
// content repeats one (a synthetic-IV scheme in the manner of RFC 5297).
std::string Seal(const SecretKey& key, std::string_view content) {
  const Digest iv = KeyedDigest(internal::Derive(key, "archive nonce"), content);
  std::string out(reinterpret_cast<const char*>(iv.bytes.data()), kNonce);
  const SecretKey cipher = internal::Derive(key, "archive");
  std::string sealed(content.size() + kTag, '\0');
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed), &size, Bytes(content), content.size(),
                                             nullptr, 0, nullptr, iv.bytes.data(),
                                             cipher.bytes().data());
  out += sealed;
  std::string text(sodium_base64_encoded_len(out.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), Bytes(out), out.size(), kBase64);
  text.pop_back();
  return text;
}

std::optional<std::string> Open(const SecretKey& key, std::string_view text) {
  std::string sealed(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(Bytes(sealed), sealed.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, kBase64) != 0 ||
      size < kNonce + kTag) {
    return std::nullopt;
  }
  sealed.resize(size);
  const SecretKey cipher = internal::Derive(key, "archive");
  std::string content(size - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(content), nullptr, nullptr,
                                                 Bytes(sealed) + kNonce, size - kNonce, nullptr, 0,
                                                 Bytes(sealed), cipher.bytes().data()) != 0) {
    return std::nullopt;
  }
  return content;
}

// Whether the actor's role opens the archive. Without roles, and for the host's own code, nothing
// is closed.
bool MayRead(const Crm& crm, const Actor& actor) {
  if (actor.kind == Actor::Kind::kSystem || crm.Definitions("role").empty()) return true;
  const absl::StatusOr<Definition> role = crm.FindDefinition("role", actor.role);
  if (!role.ok()) return false;
  const Json body = Json::parse(role->body, nullptr, false);
  return body.is_object() && body.value("archive", Json(false)) == Json(true);
}

struct Line {
  ArchivedRecord record;
  std::string sealed;
};

absl::StatusOr<std::vector<Line>> Lines(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> stored, crm.Log(kArchiveLog));
  std::vector<Line> lines;
  for (const LogWrite& line : stored) {
    const Json body = Json::parse(line.body, nullptr, false);
    if (!body.is_object() || !body.contains("sealed")) continue;  // emptied
    Line out;
    out.record.seq = line.seq;
    out.record.archived_at = line.at;
    out.record.type = body.value("type", "");
    out.record.record_class =
        ParseRecordClass(body.value("class", "")).value_or(RecordClass::kInvoice);
    const std::optional<Timestamp> until = ParseTimestamp(body.value("until", ""));
    out.record.until = until.value_or(Timestamp::kMax);
    out.sealed = body.value("sealed", "");
    lines.push_back(std::move(out));
  }
  return lines;
}

}  // namespace

namespace internal {

std::string SealArchived(const SecretKey& key, RecordClass record_class, std::string_view type,
                         Timestamp until, std::string_view content) {
  Json body = {{"class", Name(record_class)}, {"type", type}};
  if (until != Timestamp::kMax) body["until"] = FormatTimestamp(until);
  body["sealed"] = Seal(key, content);
  return body.dump();
}

}  // namespace internal

absl::StatusOr<std::vector<ArchivedRecord>> ListArchive(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(std::vector<Line> lines, Lines(crm));
  std::vector<ArchivedRecord> out;
  for (Line& line : lines) out.push_back(std::move(line.record));
  return out;
}

absl::StatusOr<std::vector<ArchivedRecord>> ReadArchive(Crm& crm, const SecretKey& key,
                                                        std::string_view reason, const Actor& actor,
                                                        Timestamp now) {
  if (reason.empty()) return InvalidArgument("the archive is read for a reason");
  if (!MayRead(crm, actor)) {
    return PermissionDenied("the archive needs a role with \"archive\": true");
  }
  RELATA_RETURN_IF_ERROR(internal::CheckKey(crm, key));
  RELATA_ASSIGN_OR_RETURN(const std::vector<Line> lines, Lines(crm));
  std::vector<ArchivedRecord> out;
  for (const Line& line : lines) {
    std::optional<std::string> content = Open(key, line.sealed);
    if (!content) return DataLoss(Concat("line ", line.record.seq, " of the archive is damaged"));
    out.push_back(line.record);
    out.back().content = *std::move(content);
  }
  Transaction tx = crm.Begin(actor);
  tx.Log("archive_access", {}, actor.name,
         Json{{"actor", actor.ToString()}, {"reason", reason}, {"lines", out.size()}}.dump());
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  return out;
}

absl::StatusOr<int64_t> PurgeArchive(Crm& crm, const Actor& actor, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<Line> lines, Lines(crm));
  EraseWrite erase;
  for (const Line& line : lines) {
    if (line.record.until <= now) erase.lines.emplace_back(kArchiveLog, line.record.seq);
  }
  const auto count = static_cast<int64_t>(erase.lines.size());
  if (count == 0) return count;
  Transaction tx = crm.Begin(actor);
  tx.Reason("the duty to keep has ended");
  tx.Log("retention_run", {}, "archive", Json{{"deleted", count}}.dump());
  tx.Erase(std::move(erase));
  RELATA_RETURN_IF_ERROR(tx.Commit(now).status());
  return count;
}

}  // namespace relata
