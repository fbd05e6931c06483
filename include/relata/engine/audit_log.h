// SPDX-License-Identifier: Apache-2.0
//
// The audit trail of a database: whether what was written is still what was written.
//
// Every commit carries a commitment to everything it wrote: its own row (who, when, why),
// before-images, definitions, consent entries, merges, every line of every log, and by how much it
// moves sums over the records, events and external keys as they stand; and to what the tables are,
// what its operation answered and which events were erased. The commitments form a chain. What a
// backend keeps beside that (SQLite: the event index, its own numbers) is compared with the rest.
// Erasing a person's values leaves their salted digests, and a note of what was erased, so that the
// chain stays whole and nothing else can be passed off as an erasure. (Who has the file and guesses
// an erased text exactly can confirm the guess by its digest: the salts stay.) The chain alone
// cannot show that its end was cut off or that all of it was written anew: for that its head is
// exported from time to time as a checkpoint and kept elsewhere.
//
// VerifyAudit reads everything back and names what was changed, left out, added or moved.
//
// The access log answers "who saw what", for the roles that ask for it: a role's definition may say
// "log": true, or name some of "search" (queries and expressions that read personal fields), "read"
// (the overview and the brief of a record) and "decide" (decisions about contacts). Each access is
// a commit of its own before it is given, names records and fields, never values, and is part of
// the trail.
//
// Free functions over a Crm; thread-safe.

#ifndef RELATA_ENGINE_AUDIT_LOG_H_
#define RELATA_ENGINE_AUDIT_LOG_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relata/base/id.h"
#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/consent/audit_chain.h"
#include "relata/engine/crm.h"

namespace relata {

struct AuditTrailReport {
  int64_t commits = 0;
  int64_t changes = 0;
  int64_t entries = 0;  // of the consent ledger
  int64_t lines = 0;    // of all logs
  int64_t records = 0;  // as they stand, with their external keys
  int64_t events = 0;
  int64_t keys = 0;
  // Commits of a version that kept no sums. If there are some, records, events and external keys
  // are not compared, and what is missing is taken for erased.
  int64_t uncovered = 0;
  int64_t erased = 0;         // entries, lines, reasons and images whose content was erased
  int64_t checkpoints = 0;    // that this chain passes through
  std::vector<Issue> issues;  // what is wrong; at most kMostIssues
  int64_t more_issues = 0;

  bool ok() const { return issues.empty(); }

  static constexpr size_t kMostIssues = 100;
};

// Reads the whole trail. `checkpoints` are those exported before; `key`, when given, is the key
// they were made with. A status only when reading failed; findings are issues.
absl::StatusOr<AuditTrailReport> VerifyAudit(const Crm& crm,
                                             std::span<const Checkpoint> checkpoints = {},
                                             const SecretKey* key = nullptr);

// The head of the chain as it stands, to be kept outside the database. Without a key the
// checkpoint's mac is all zero: whoever can write where it is kept could then replace it.
// FailedPrecondition when there is no commit.
absl::StatusOr<Checkpoint> ExportCheckpoint(const Crm& crm, const SecretKey* key = nullptr);

// A checkpoint as one line of JSON, {"commit":12,"chain":"<hex>","mac":"<hex>"}, and back.
std::string CheckpointText(const Checkpoint& checkpoint);
absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text);

// Where accesses are logged; the key of a line is the reader's name.
inline constexpr std::string_view kAccessLog = "access";

// Logs a decision about a contact that was given to `reader`, when the reader's role asks for it.
// A decision that cannot be logged is not to be given.
absl::Status LogDecision(const Crm& crm, const Actor& reader, RecordRef person,
                         std::string_view rule, Timestamp at);

}  // namespace relata

#endif  // RELATA_ENGINE_AUDIT_LOG_H_
