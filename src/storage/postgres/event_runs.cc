// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/bulk.h"
#include "storage/postgres/reads.h"

namespace relata::internal {
absl::StatusOr<std::vector<EventRun>> PgEventRuns::Runs(TypeId type) {
  PgFields fields = session_->Mine();
  fields.Int4(type);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult r,
      session_->connection->Query(Concat("SELECT run, first_seq, last_seq, entries FROM ",
                                         session_->Name("relata_event_run"),
                                         " WHERE tenant_id = $1 AND type = $2 ORDER BY run"),
                                  std::move(fields)));
  std::vector<EventRun> runs;
  for (int i = 0; i < r.rows(); ++i) {
    runs.push_back({r.Int(i, 0), r.Int(i, 1), r.Int(i, 2), r.Int(i, 3)});
  }
  return runs;
}

absl::Status PgEventRuns::Write(TypeId type, const EventRun& run,
                                const std::vector<EventBlock>& blocks) {
  PgFields fields = session_->Mine();
  fields.Int4(type).Int(run.run).Int(run.first_seq).Int(run.last_seq).Int(run.entries);
  session_->connection->Add(
      Concat("INSERT INTO ", session_->Name("relata_event_run"),
             "(tenant_id, type, run, first_seq, last_seq, entries) VALUES($1, $2, $3, $4, $5, $6)"),
      std::move(fields));
  PgBulk rows(session_->connection.get(), session_->Name("relata_event_block"),
              "tenant_id, type, run, last_subject, last_seq, entries", 6, "", "a block of events");
  PgFields row;
  for (const EventBlock& block : blocks) {
    session_->Mine(row).Int4(type).Int(run.run).Int(block.last.subject).Int(block.last.seq);
    RELATA_RETURN_IF_ERROR(rows.Add(row.Bytes(block.bytes)));
  }
  return rows.Leave();
}

absl::Status PgEventRuns::Drop(TypeId type, const EventRun& run) {
  for (const char* table : {"relata_event_run", "relata_event_block"}) {
    PgFields fields = session_->Mine();
    fields.Int4(type).Int(run.run);
    session_->connection->Add(Concat("DELETE FROM ", session_->Name(table),
                                     " WHERE tenant_id = $1 AND type = $2 AND run = $3"),
                              std::move(fields));
  }
  return session_->connection->Sync();
}

absl::Status PgEventRuns::Blocks(
    TypeId type, const EventRun& run, Row subject,
    const std::function<absl::StatusOr<bool>(std::string_view)>& sink) {
  // A subject's entries lie in one block as a rule, so pages grow from few.
  int64_t page = 4;
  for (std::pair<Row, Seq> last(subject, -1);; page = std::min<int64_t>(page * 4, 512)) {
    PgFields fields = session_->Mine();
    fields.Int4(type).Int(run.run).Int(last.first).Int(last.second).Int(page);
    RELATA_ASSIGN_OR_RETURN(
        const PgResult r,
        session_->connection->Query(Concat("SELECT last_subject, last_seq, entries FROM ",
                                           session_->Name("relata_event_block"),
                                           " WHERE tenant_id = $1 AND type = $2 AND run = $3 AND "
                                           "(last_subject, last_seq) > ($4, $5) "
                                           "ORDER BY last_subject, last_seq LIMIT $6::bigint"),
                                    std::move(fields)));
    for (int i = 0; i < r.rows(); ++i) {
      RELATA_ASSIGN_OR_RETURN(const bool go_on, sink(r.Bytes(i, 2)));
      if (!go_on) return absl::OkStatus();
      last = {r.Int(i, 0), r.Int(i, 1)};
    }
    if (r.rows() < page) return absl::OkStatus();
  }
}

absl::Status PgEventRuns::Events(TypeId type, Seq after, Seq before, std::vector<EventEntry>& out) {
  const PgTable& table = session_->catalog->Physical(type);
  const std::string sql =
      Concat("SELECT seq, subject FROM ", table.name, " WHERE ", table.Mine(type),
             " AND seq > $2 AND seq < $3 ORDER BY seq LIMIT 4096");
  while (true) {
    PgFields fields = session_->Mine();
    fields.Int(after).Int(before);
    RELATA_ASSIGN_OR_RETURN(const PgResult r, session_->connection->Query(sql, std::move(fields)));
    for (int i = 0; i < r.rows(); ++i) out.push_back({r.Int(i, 1), r.Int(i, 0)});
    if (r.rows() < 4096) return absl::OkStatus();
    after = out.back().seq;
  }
}

absl::StatusOr<int64_t> PgEventRuns::CountAfter(TypeId type, Seq seq) {
  const PgTable& table = session_->catalog->Physical(type);
  PgFields fields = session_->Mine();
  fields.Int(seq);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult r,
      session_->connection->Query(
          Concat("SELECT count(*) FROM ", table.name, " WHERE ", table.Mine(type), " AND seq > $2"),
          std::move(fields)));
  return r.Int(0, 0);
}

absl::Status PgEventRuns::EventsOf(TypeId type, Row subject, Seq from, Seq until,
                                   std::vector<Seq>& out) {
  const PgTable& table = session_->catalog->Physical(type);
  PgFields fields = session_->Mine();
  fields.Int(subject).Int(from).Int(until);
  RELATA_ASSIGN_OR_RETURN(const PgResult r,
                          session_->connection->Query(
                              Concat("SELECT seq FROM ", table.name, " WHERE ", table.Mine(type),
                                     " AND subject = $2 AND seq >= $3 AND seq < $4 ORDER BY seq"),
                              std::move(fields)));
  for (int i = 0; i < r.rows(); ++i) out.push_back(r.Int(i, 0));
  return absl::OkStatus();
}

}  // namespace relata::internal
