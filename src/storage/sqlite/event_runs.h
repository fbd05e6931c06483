// SPDX-License-Identifier: Apache-2.0
//
// The event index runs of a SQLite file.

#ifndef RELATA_SRC_STORAGE_SQLITE_EVENT_RUNS_H_
#define RELATA_SRC_STORAGE_SQLITE_EVENT_RUNS_H_

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

class SqliteEventRuns : public EventRuns {
 public:
  // Reads the connection and the catalog through `session` at each call; it must outlive this.
  template <class Session>
  explicit SqliteEventRuns(const Session* session)
      : connection_([session] { return session->connection.get(); }),
        source_([session](TypeId type) { return SourceOf(*session->catalog, type); }) {}
  // Of the ledger alone.
  explicit SqliteEventRuns(Connection* connection)
      : connection_([connection] { return connection; }),
        source_([](TypeId type) { return SourceOf(Catalog(), type); }) {}

  absl::StatusOr<std::vector<EventRun>> Runs(TypeId type) override;
  absl::Status Write(TypeId type, const EventRun& run,
                     const std::vector<EventBlock>& blocks) override;
  absl::Status Drop(TypeId type, const EventRun& run) override;
  absl::Status Blocks(TypeId type, const EventRun& run, Row subject,
                      const std::function<absl::StatusOr<bool>(std::string_view)>& sink) override;
  absl::Status Events(TypeId type, Seq after, Seq before, std::vector<EventEntry>& out) override;
  absl::StatusOr<int64_t> CountAfter(TypeId type, Seq seq) override;
  absl::Status EventsOf(TypeId type, Row subject, Seq from, Seq until,
                        std::vector<Seq>& out) override;

 private:
  std::function<Connection*()> connection_;
  std::function<EventSource(TypeId)> source_;
};

}  // namespace relata::internal

#endif  // RELATA_SRC_STORAGE_SQLITE_EVENT_RUNS_H_
