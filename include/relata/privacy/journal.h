// SPDX-License-Identifier: Apache-2.0
//
// The erasure journal: what a restored copy of a database must be told.
//
// A backup still holds who was erased after it was made. The journal is a file outside the
// database, append-only, one line an erasure: a keyed hash of the record's public id and the
// instant. Nothing in it is personal and nobody without the key can read it. Whoever restores a
// copy replays the journal before anybody reads it.
//
//   relata erasure journal 1
//   2026-11-12T17:00:00Z 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//
// A line is written, and forced to disk, before the commit that erases: a line without a commit
// costs nothing, a commit without a line would be forgotten.

#ifndef RELATA_PRIVACY_JOURNAL_H_
#define RELATA_PRIVACY_JOURNAL_H_

#include <span>
#include <string>
#include <vector>

#include "relata/base/status.h"
#include "relata/base/time.h"
#include "relata/consent/secret.h"
#include "relata/privacy/erasure.h"

namespace relata {

struct JournalLine {
  Timestamp at;
  Digest subject;

  friend bool operator==(const JournalLine&, const JournalLine&) = default;
};

// The keyed hash of a record's public id.
Digest JournalHash(const SecretKey& key, const Uuid& id);

// Appends the lines and waits until they are on the disk; makes the file when there is none.
// Unavailable when it cannot be written.
absl::Status AppendJournal(const std::string& file, std::span<const JournalLine> lines);

// All lines, in order; none when there is no file. A last line that was cut off by a crash is left
// out; DataLoss for any other that cannot be read.
absl::StatusOr<std::vector<JournalLine>> ReadJournal(const std::string& file);

// Erases in `crm`, a restored copy, every person the journal names and the copy still holds.
// The journal itself (options.journal) is read, not written again.
absl::StatusOr<ErasureReport> ReplayJournal(Crm& crm, const ErasureOptions& options,
                                            const Actor& actor, Timestamp now);

}  // namespace relata

#endif  // RELATA_PRIVACY_JOURNAL_H_
