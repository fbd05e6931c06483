// SPDX-License-Identifier: Apache-2.0
//
// Which events a subject has, without a B-tree on the event tables.
//
// Events of a type are indexed in runs: a run covers the events of the type from one seq to another
// and holds their (subject, seq) pairs, sorted, in packed blocks. What came after the last run is
// the tail, found by scanning it. A bulk import writes a run every million events; commits let the
// tail grow to kTail, then seal it into a run that takes smaller younger runs up with it, so that a
// type of n events has about n / 1,000,000 + 7 runs.

#ifndef RELATA_SRC_STORAGE_SQLITE_EVENT_INDEX_H_
#define RELATA_SRC_STORAGE_SQLITE_EVENT_INDEX_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relata/storage/store.h"
#include "storage/sqlite/connection.h"

namespace relata::internal {

struct EventEntry {
  Row subject = 0;
  Seq seq = 0;
};

// The last event of `type` that a run covers; 0 when there is no run.
absl::StatusOr<Seq> SealedSeq(Connection& connection, TypeId type);

// The seqs of one subject's events in [from, until), ascending: from the runs and the tail of
// `table`.
absl::StatusOr<std::vector<Seq>> FindEvents(Connection& connection, TypeId type,
                                            const std::string& table, Row subject, Seq from,
                                            Seq until);

// The index of the events one writer writes.
class EventIndexWriter {
 public:
  static constexpr size_t kRun = 1'000'000;
  static constexpr int64_t kTail = 8'192;

  explicit EventIndexWriter(Connection* connection) : connection_(connection) {}

  // Notes events of one type that have been inserted into `table`, in order of seq.
  absl::Status Add(TypeId type, const std::string& table, Seq first_seq,
                   const std::vector<Row>& subjects);
  // Called before the commit: seals the tails that have grown long.
  absl::Status Finish();

 private:
  struct Pending {
    std::string table;
    Seq sealed = 0;
    Seq first = 0;  // the first seq this writer wrote since the last run
    std::vector<EventEntry> entries;
  };

  absl::Status Seal(TypeId type, Pending& pending);

  Connection* connection_;
  std::map<TypeId, Pending> pending_;
  size_t entries_ = 0;
};

// One block of a run, for tests: entries in, bytes out, and back. Seqs are not below `first_seq`.
std::string PackBlock(const EventEntry* from, const EventEntry* until, Seq first_seq);
// False when the bytes are damaged.
bool UnpackBlock(std::string_view bytes, Seq first_seq, std::vector<EventEntry>& out);

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_EVENT_INDEX_H_
