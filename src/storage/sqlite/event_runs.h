// SPDX-License-Identifier: Apache-2.0
//
// The event index runs of a SQLite file.

#ifndef RELATA_SRC_STORAGE_SQLITE_EVENT_RUNS_H_
#define RELATA_SRC_STORAGE_SQLITE_EVENT_RUNS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "storage/event_index.h"
#include "storage/sqlite/catalog.h"

namespace relata::internal {

// Where the events of a type are: the table, quoted, and the column of the subject.
struct EventSource {
  std::string table;
  std::string subject;
};
// `type` is an event type of the catalog, or kLedgerIndex.
EventSource SourceOf(const Catalog& catalog, TypeId type);

// Indexes a ledger that has no runs, inside the open transaction.
absl::Status IndexLedger(Connection& connection);

// The runs of the types that were asked for, in a transaction in which nobody else writes.
using KnownEventRuns = std::map<TypeId, std::vector<EventRun>>;

class SqliteEventRuns : public EventRuns {
 public:
  // Reads the connection and the catalog through `session` at each call, and keeps in it what is
  // known; it must outlive this.
  template <class Session>
  explicit SqliteEventRuns(Session* session)
      : connection_([session] { return session->connection.get(); }),
        known_(session->lent ? nullptr : &session->event_runs),
        source_([session](TypeId type) { return SourceOf(*session->catalog, type); }) {}
  // Of the ledger alone.
  explicit SqliteEventRuns(Connection* connection)
      : connection_([connection] { return connection; }),
        source_([](TypeId type) { return SourceOf(Catalog(), type); }) {}

  absl::StatusOr<std::vector<EventRun>> Runs(TypeId type) override;
  absl::Status Write(TypeId type, const EventRun& run,
                     const std::vector<EventBlock>& blocks) override;
  absl::Status Drop(TypeId type, const EventRun& run) override;
  // Only the ledger's: its point lookups are to stay as fast as those of a B-tree, where an import
  // of events is to be faster than one.
  bool Grow(TypeId type) const override { return type == kLedgerIndex; }
  absl::Status Append(TypeId type, const EventRun& run,
                      const std::vector<EventBlock>& blocks) override;
  absl::Status Blocks(TypeId type, const EventRun& run, Row subject,
                      const std::function<absl::StatusOr<bool>(std::string_view)>& sink) override;
  absl::Status Events(TypeId type, Seq after, Seq before, std::vector<EventEntry>& out) override;
  absl::StatusOr<int64_t> CountAfter(TypeId type, Seq seq) override;
  absl::Status EventsOf(TypeId type, Row subject, Seq from, Seq until,
                        std::vector<Seq>& out) override;

 private:
  std::function<Connection*()> connection_;
  KnownEventRuns* known_ = nullptr;
  std::function<EventSource(TypeId)> source_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_EVENT_RUNS_H_
