// SPDX-License-Identifier: Apache-2.0
//
// What a commit promises about itself, so that nothing it wrote can be changed unnoticed.
//
// With every commit goes one line of the log "audit": digests of its changes, definitions and
// reason, its aliases, by how much it moves the sums over records, events and external keys, what
// it erases, and one salted digest for each ledger entry and each line of another log. The
// commitment of the commit is over that line and the commit's own row; the chain is over the
// commitments. An entry or line that is erased leaves its digest here, so the chain stays whole and
// what was not erased still verifies.

#ifndef RELATA_SRC_ENGINE_COMMITMENT_H_
#define RELATA_SRC_ENGINE_COMMITMENT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/state_sums.h"
#include "relata/storage/store.h"

namespace relata::internal {

inline constexpr std::string_view kAuditLog = "audit";

std::string Sha256(std::string_view text);

// One after the other, so that no two sequences of calls give the same digest.
class Digester {
 public:
  explicit Digester(std::string_view salt) { Text(salt); }
  Digester& Int(int64_t n);
  Digester& Text(std::string_view text);
  Digester& Ref(RecordRef ref) { return Int(ref.type).Int(ref.row); }
  std::string Hex() const;  // 32 hexadecimal digits: the first half of SHA-256
  bool empty() const { return parts_ == 0; }

 private:
  std::string bytes_;
  int parts_ = -1;  // the salt is no part
};

// The digests of one line each.
std::string EntryDigest(std::string_view salt, const LedgerWrite& line);
std::string LineDigest(std::string_view salt, const LogWrite& line);
std::string TextDigest(std::string_view salt, std::string_view text);
void AddChange(Digester& changes, const ChangeWrite& change);
void AddDefinition(Digester& definitions, const DefinitionWrite& definition);

// What the store's tables are, of a reader or writer: digests of what it shows of them and, for
// backends that keep more (StoreInsides), of how it keeps them.
struct TablesPromise {
  std::string shown;
  std::string backend;  // empty: the backend says nothing of itself
  std::string kept;

  friend bool operator==(const TablesPromise&, const TablesPromise&) = default;
};
absl::StatusOr<TablesPromise> PromiseOfTables(std::string_view salt, StoreReader& store);

// The body of the commit's line of the log "audit". `tables` is given when the commit prepared
// them.
std::string AuditBody(const CommitRow& row, std::span<const CommitBatch> steps,
                      const StateSums& sums, const std::optional<TablesPromise>& tables);
// The commitment of a commit with its audit line.
std::string CommitmentOf(const CommitRow& row, std::string_view audit_body);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_COMMITMENT_H_
