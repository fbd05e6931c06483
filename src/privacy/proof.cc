// SPDX-License-Identifier: Apache-2.0

#include "relata/privacy/proof.h"

#include <sodium.h>

#include <array>
#include <memory>

#include "engine/engine.h"
#include "nlohmann/json.hpp"
#include "relata/privacy/archive.h"
#include "relata/privacy/registers.h"
#include "relata/privacy/retention.h"
#include "relata/privacy/rights.h"

namespace relata {
namespace {

using Json = nlohmann::ordered_json;

std::string Hex(const unsigned char* bytes, size_t size) {
  std::string out(2 * size + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, size);
  out.pop_back();
  return out;
}

template <size_t N>
bool FromHex(std::string_view hex, std::array<unsigned char, N>& out) {
  size_t size = 0;
  return hex.size() == 2 * N &&
         sodium_hex2bin(out.data(), N, hex.data(), hex.size(), nullptr, &size, nullptr) == 0 &&
         size == N;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::StatusOr<Json> Chain(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(std::unique_ptr<StoreReader> reader, crm.engine().Read());
  RELATA_ASSIGN_OR_RETURN(const CommitRow head, reader->Head());
  return Json{{"commit", head.id},
              {"recorded", FormatTimestamp(head.recorded)},
              {"chain", Hex(Bytes(head.chain), head.chain.size())}};
}

absl::StatusOr<Json> Wordings(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<Wording> wordings, ListWordings(crm));
  Json out = Json::array();
  for (const Wording& w : wordings) {
    out.push_back({{"name", w.name},
                   {"version", w.version},
                   {"language", w.language},
                   {"kind", w.kind},
                   {"reference", w.reference},
                   {"text", w.text}});
  }
  return out;
}

absl::StatusOr<Json> Coverage(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<CoverageLine> lines, ConsentCoverage(crm, now));
  Json out = Json::array();
  for (const CoverageLine& line : lines) {
    out.push_back({{"channel", Name(line.channel)},
                   {"purpose", Name(line.purpose)},
                   {"allowed", line.allowed},
                   {"needs_evidence", line.needs_evidence},
                   {"denied", line.denied}});
  }
  return out;
}

// Numbers, rights and days: nobody is named.
absl::StatusOr<Json> Requests(const Crm& crm, Timestamp now) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<RequestState> requests, ListRequests(crm, now, true));
  Json out = Json::array();
  for (const RequestState& r : requests) {
    const Timestamp end = r.answered_at.value_or(now);
    out.push_back({{"number", r.number},
                   {"right", r.right},
                   {"status", r.status},
                   {"received_at", FormatTimestamp(r.received_at)},
                   {"due_at", FormatTimestamp(r.due_at)},
                   {"extended", r.extended},
                   {"days", (end - r.received_at).micros / Days(1).micros},
                   {"late", r.overdue}});
  }
  return out;
}

absl::StatusOr<Json> RetentionOf(const Crm& crm) {
  Json out = {{"rules", Json::array()}, {"runs", Json::array()}};
  RELATA_ASSIGN_OR_RETURN(const std::vector<RetentionRule> rules, RetentionRules(crm));
  for (const RetentionRule& rule : rules) {
    out["rules"].push_back({{"type", rule.type},
                            {"active_months", rule.active_months},
                            {"archive_months", rule.archive_months},
                            {"trigger", rule.trigger},
                            {"basis", rule.basis}});
  }
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> runs, crm.Log("retention_run"));
  for (const LogWrite& run : runs) {
    Json body = Json::parse(run.body, nullptr, false);
    if (!body.is_object()) continue;
    body["at"] = FormatTimestamp(run.at);
    out["runs"].push_back(std::move(body));
  }
  return out;
}

absl::StatusOr<Json> Kept(const Crm& crm) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<ArchivedRecord> archive, ListArchive(crm));
  RELATA_ASSIGN_OR_RETURN(const std::vector<RecordRef> erased, ErasedSubjects(crm));
  RELATA_ASSIGN_OR_RETURN(const std::vector<LogWrite> hashes, crm.Log(kSuppressionLog));
  return Json{{"erased_records", erased.size()},
              {"archived_records", archive.size()},
              {"suppression_hashes", hashes.size()},
              {"legal_holds", ListHolds(crm).size()}};
}

}  // namespace

absl::StatusOr<ProofFile> MakeProofFile(const Crm& crm, const SecretKey& seed, Timestamp now,
                                        Language language) {
  Json document = {{"format", "relata proof 1"}, {"made_at", FormatTimestamp(now)}};
  RELATA_ASSIGN_OR_RETURN(document["chain"], Chain(crm));
  RELATA_ASSIGN_OR_RETURN(const std::string processing, ProcessingRegister(crm, now, language));
  document["register"] = Json::parse(processing);
  RELATA_ASSIGN_OR_RETURN(document["wordings"], Wordings(crm));
  RELATA_ASSIGN_OR_RETURN(document["consent_coverage"], Coverage(crm, now));
  RELATA_ASSIGN_OR_RETURN(document["requests"], Requests(crm, now));
  RELATA_ASSIGN_OR_RETURN(document["retention"], RetentionOf(crm));
  RELATA_ASSIGN_OR_RETURN(document["erasure"], Kept(crm));
  RELATA_ASSIGN_OR_RETURN(const std::string breaches, BreachRegister(crm, now));
  document["breaches"] = Json::parse(breaches);
  ProofFile proof;
  proof.document = document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  static_assert(crypto_sign_SEEDBYTES == SecretKey::kBytes);
  crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.bytes().data());
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, Bytes(proof.document), proof.document.size(),
                       secret_key.data());
  sodium_memzero(secret_key.data(), secret_key.size());
  proof.signature = Hex(signature.data(), signature.size());
  proof.public_key = Hex(public_key.data(), public_key.size());
  return proof;
}

bool VerifyProofFile(std::string_view document, std::string_view signature,
                     std::string_view public_key) {
  std::array<unsigned char, crypto_sign_BYTES> given{};
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> key{};
  return FromHex(signature, given) && FromHex(public_key, key) &&
         crypto_sign_verify_detached(given.data(), Bytes(document), document.size(), key.data()) ==
             0;
}

}  // namespace relata
