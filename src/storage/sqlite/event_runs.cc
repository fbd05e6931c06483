// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/event_runs.h"

namespace relata::internal {
namespace {

// Calls `row` for each row of the result while it says true.
template <class F>
absl::Status While(Statement& statement, F row) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return absl::OkStatus();
    RELATA_ASSIGN_OR_RETURN(const bool go_on, row());
    if (!go_on) return absl::OkStatus();
  }
}

}  // namespace

EventSource SourceOf(const Catalog& catalog, TypeId type) {
  if (type == kLedgerIndex) return {"relata_ledger", "person"};
  return {QuoteName(catalog.Physical(type).name), "subject"};
}

absl::Status IndexLedger(Connection& connection) {
  SqliteEventRuns runs(&connection);
  EventIndexWriter index(&runs);
  const EventSource ledger = SourceOf(Catalog(), kLedgerIndex);
  RELATA_ASSIGN_OR_RETURN(Statement select,
                          connection.Prepare(Concat("SELECT ", ledger.subject, ", seq FROM ",
                                                    ledger.table, " ORDER BY seq")));
  RELATA_RETURN_IF_ERROR(While(select, [&]() -> absl::StatusOr<bool> {
    const EventEntry line{select.Int(0), select.Int(1)};
    RELATA_RETURN_IF_ERROR(index.AddLines({&line, 1}));
    return true;
  }));
  return index.Finish();
}

absl::StatusOr<std::vector<EventRun>> SqliteEventRuns::Runs(TypeId type) {
  if (known_ != nullptr) {
    if (const auto known = known_->find(type); known != known_->end()) return known->second;
  }
  std::vector<EventRun> runs;
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection_()->Prepare("SELECT run, first_seq, last_seq, entries FROM relata_event_run "
                             "WHERE type = ? ORDER BY run"));
  select.Bind(1, type);
  RELATA_RETURN_IF_ERROR(While(select, [&]() -> absl::StatusOr<bool> {
    runs.push_back({select.Int(0), select.Int(1), select.Int(2), select.Int(3)});
    return true;
  }));
  if (known_ != nullptr) (*known_)[type] = runs;
  return runs;
}

absl::Status SqliteEventRuns::Write(TypeId type, const EventRun& run,
                                    const std::vector<EventBlock>& blocks) {
  if (known_ != nullptr) known_->erase(type);
  RELATA_ASSIGN_OR_RETURN(
      Statement insert_run,
      connection_()->Prepare("INSERT INTO relata_event_run VALUES(?, ?, ?, ?, ?)"));
  insert_run.Bind(1, type);
  insert_run.Bind(2, run.run);
  insert_run.Bind(3, run.first_seq);
  insert_run.Bind(4, run.last_seq);
  insert_run.Bind(5, run.entries);
  RELATA_RETURN_IF_ERROR(insert_run.Run());
  return Append(type, run, blocks);
}

absl::Status SqliteEventRuns::Append(TypeId type, const EventRun& run,
                                     const std::vector<EventBlock>& blocks) {
  RELATA_ASSIGN_OR_RETURN(
      Statement insert,
      connection_()->Prepare("INSERT INTO relata_event_block(type, run, last_subject, last_seq, "
                             "entries) VALUES(?, ?, ?, ?, ?)"));
  insert.Bind(1, type);
  insert.Bind(2, run.run);
  for (const EventBlock& block : blocks) {
    insert.Bind(3, block.last.subject);
    insert.Bind(4, block.last.seq);
    insert.BindBlob(5, block.bytes);
    RELATA_RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteEventRuns::Drop(TypeId type, const EventRun& run) {
  if (known_ != nullptr) known_->erase(type);
  for (const char* sql : {"DELETE FROM relata_event_run WHERE type = ? AND run = ?",
                          "DELETE FROM relata_event_block WHERE type = ? AND run = ?"}) {
    RELATA_ASSIGN_OR_RETURN(Statement remove, connection_()->Prepare(sql));
    remove.Bind(1, type);
    remove.Bind(2, run.run);
    RELATA_RETURN_IF_ERROR(remove.Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteEventRuns::Blocks(
    TypeId type, const EventRun& run, Row subject,
    const std::function<absl::StatusOr<bool>(std::string_view)>& sink) {
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection_()->Prepare("SELECT entries FROM relata_event_block WHERE type = ? AND run = ? "
                             "AND last_subject >= ? ORDER BY last_subject, last_seq"));
  select.Bind(1, type);
  select.Bind(2, run.run);
  select.Bind(3, subject);
  return While(select, [&] { return sink(select.Blob(0)); });
}

absl::Status SqliteEventRuns::Events(TypeId type, Seq after, Seq before,
                                     std::vector<EventEntry>& out) {
  const EventSource source = source_(type);
  RELATA_ASSIGN_OR_RETURN(
      Statement select,
      connection_()->Prepare(Concat("SELECT seq, ", source.subject, " FROM ", source.table,
                                    " WHERE seq > ? AND seq < ? ORDER BY seq")));
  select.Bind(1, after);
  select.Bind(2, before);
  return While(select, [&]() -> absl::StatusOr<bool> {
    out.push_back({select.Int(1), select.Int(0)});
    return true;
  });
}

absl::StatusOr<int64_t> SqliteEventRuns::CountAfter(TypeId type, Seq seq) {
  RELATA_ASSIGN_OR_RETURN(
      Statement count, connection_()->Prepare(
                           Concat("SELECT count(*) FROM ", source_(type).table, " WHERE seq > ?")));
  count.Bind(1, seq);
  RELATA_ASSIGN_OR_RETURN(const bool row, count.Step());
  return row ? count.Int(0) : 0;
}

absl::Status SqliteEventRuns::EventsOf(TypeId type, Row subject, Seq from, Seq until,
                                       std::vector<Seq>& out) {
  const EventSource source = source_(type);
  RELATA_ASSIGN_OR_RETURN(Statement tail,
                          connection_()->Prepare(Concat("SELECT seq FROM ", source.table,
                                                        " WHERE seq >= ? AND seq < ? AND ",
                                                        source.subject, " = ? ORDER BY seq")));
  tail.Bind(1, from);
  tail.Bind(2, until);
  tail.Bind(3, subject);
  return While(tail, [&]() -> absl::StatusOr<bool> {
    out.push_back(tail.Int(0));
    return true;
  });
}

}  // namespace relata::internal
