// SPDX-License-Identifier: Apache-2.0

#include "storage/postgres/reads.h"

#include <algorithm>
#include <cstring>

#include "storage/physical.h"
#include "storage/postgres/values.h"

namespace relata::internal {
namespace {

constexpr char kPage[] = " LIMIT 4096";
static_assert(kBatchRows == 4096);

RecordRef ReadRef(const PgResult& r, int i, int at) {
  return r.IsNull(i, at) ? RecordRef()
                         : RecordRef{static_cast<TypeId>(r.Int(i, at)), r.Int(i, at + 1)};
}

std::string OptionalBytes(const PgResult& r, int i, int at) {
  return r.IsNull(i, at) ? std::string() : std::string(r.Bytes(i, at));
}

std::string CommitsFrom(const PgDialect& dialect) {
  return Concat(
      "SELECT c.id, c.recorded, c.actor, c.source, c.reason, c.operation_id, o.result, c.salt, "
      "c.commitment, c.chain, c.last_seq FROM ",
      dialect.Name("relata_commit"), " c LEFT JOIN ", dialect.Name("relata_operation"),
      " o ON o.tenant_id = $1 AND c.operation_id <> '' AND o.operation_id = c.operation_id "
      "WHERE c.tenant_id = $1 ");
}

constexpr char kNewest[] = "ORDER BY c.id DESC LIMIT 1";

ChangeRow ReadChange(const PgResult& r, int i) {
  ChangeRow row;
  row.commit = r.Int(i, 1);
  row.change = {r.Int(i, 0),
                static_cast<TypeId>(r.Int(i, 2)),
                r.Int(i, 3),
                r.Int(i, 4),
                static_cast<RecordWrite::Op>(r.Int(i, 5)),
                OptionalBytes(r, i, 9),
                OptionalBytes(r, i, 10),
                ReadRef(r, i, 6),
                std::nullopt,
                OptionalBytes(r, i, 11)};
  if (!r.IsNull(i, 8)) row.change.effective_at = r.Time(i, 8);
  return row;
}

}  // namespace

absl::StatusOr<PgResult> PgReads::Query(std::string sql, PgFields fields) {
  if (session_->connection == nullptr) return FailedPrecondition("the writer is committed");
  absl::StatusOr<PgResult> result = session_->connection->Query(std::move(sql), std::move(fields));
  if (!result.ok()) return session_->Explained(result.status());
  return result;
}

absl::Status PgReads::Pages(const std::string& sql, const std::function<PgFields()>& fields,
                            const std::function<absl::Status(const PgResult&, int)>& row) {
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const PgResult page, Query(sql, fields()));
    for (int i = 0; i < page.rows(); ++i) RELATA_RETURN_IF_ERROR(row(page, i));
    if (static_cast<size_t>(page.rows()) < kBatchRows) return absl::OkStatus();
  }
}

std::string NewestCommit(const PgDialect& dialect) { return CommitsFrom(dialect) + kNewest; }

CommitRow ReadCommit(const PgResult& r, int i) {
  CommitRow row;
  row.id = r.Int(i, 0);
  row.recorded = r.Time(i, 1);
  row.actor = r.Text(i, 2);
  row.source = r.Text(i, 3);
  row.reason = r.Text(i, 4);
  row.operation_id = r.Text(i, 5);
  row.result = r.IsNull(i, 6) ? std::string() : std::string(r.Bytes(i, 6));
  row.salt = r.Bytes(i, 7);
  row.commitment = r.Bytes(i, 8);
  row.chain = r.Bytes(i, 9);
  row.last_seq = r.Int(i, 10);
  return row;
}

absl::StatusOr<CommitRow> PgReads::OneCommit(const std::string& rest, PgFields fields,
                                             const std::string& missing) {
  if (session_->connection == nullptr) return FailedPrecondition("the writer is committed");
  RELATA_ASSIGN_OR_RETURN(const PgResult found,
                          Query(CommitsFrom(session_->dialect) + rest, std::move(fields)));
  if (found.rows() > 0) return ReadCommit(found, 0);
  if (missing.empty()) return CommitRow();
  return NotFound(missing);
}

absl::StatusOr<CommitRow> PgReads::Head() {
  if (session_->connection != nullptr && session_->head) return *session_->head;
  RELATA_ASSIGN_OR_RETURN(CommitRow head, OneCommit(kNewest, session_->Mine(), ""));
  if (session_->steady) session_->head = head;
  return head;
}

absl::StatusOr<CommitRow> PgReads::FindCommit(CommitId id) {
  PgFields fields = session_->Mine();
  fields.Int(id);
  return OneCommit("AND c.id = $2", std::move(fields), Concat("no commit ", id));
}

absl::Status PgReads::ScanCommits(CommitId since, const Sink<CommitRow>& sink) {
  CommitId last = since;
  return Pages(
      Concat(CommitsFrom(session_->dialect), "AND c.id > $2 ORDER BY c.id", kPage),
      [&] {
        PgFields fields = session_->Mine();
        return std::move(fields.Int(last));
      },
      [&](const PgResult& r, int i) {
        const CommitRow row = ReadCommit(r, i);
        last = row.id;
        return sink(row);
      });
}

absl::StatusOr<CommitRow> PgReads::FindOperation(std::string_view operation_id) {
  PgFields fields = session_->Mine();
  fields.Text(operation_id);
  return OneCommit(
      Concat("AND c.id = (SELECT p.commit_id FROM ", session_->Name("relata_operation"),
             " p WHERE p.tenant_id = $1 AND p.operation_id = $2)"),
      std::move(fields), Concat("no operation ", operation_id));
}

absl::StatusOr<std::vector<TableSpec>> PgReads::Tables() {
  return session_->catalog->layout.Specs();
}

absl::StatusOr<Row> PgReads::NextRow(TypeId type) {
  const PgCatalog& catalog = *session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog.layout.FindToRead(type, TableSpec::Kind::kRecord));
  if (table == nullptr) return Row{0};
  const auto known = session_->next_rows.find(type);
  if (session_->connection != nullptr && known != session_->next_rows.end()) return known->second;
  const PgTable& physical = catalog.Physical(type);
  RELATA_ASSIGN_OR_RETURN(const PgResult highest,
                          Query(Concat("SELECT \"row\" FROM ", physical.name, " WHERE ",
                                       physical.Mine(type), " ORDER BY \"row\" DESC LIMIT 1"),
                                session_->Mine()));
  const Row next = highest.rows() == 0 ? Row{0} : highest.Int(0, 0) + 1;
  if (session_->steady) session_->next_rows[type] = next;
  return next;
}

absl::Status PgReads::ScanRecords(const ScanSpec& spec, const Sink<RecordRows>& sink) {
  // The catalog may be replaced by Prepare; this scan keeps the one it began with.
  const std::shared_ptr<const PgCatalog> catalog = session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog->layout.FindToRead(spec.type, TableSpec::Kind::kRecord));
  if (table == nullptr) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const PgSelection selection,
                          PgSelection::Of(*catalog, *table, spec.fields, 2));
  const PgTable& physical = catalog->Physical(spec.type);
  const std::string sql = Concat(
      "SELECT \"row\", id", selection.sql(), " FROM ", physical.name, " WHERE ",
      physical.Mine(spec.type), " AND \"row\" >= $2 AND \"row\" < $3 AND NOT deleted",
      spec.rows.empty() ? "" : " AND \"row\" = ANY($4::bigint[])", " ORDER BY \"row\"", kPage);
  const auto page = [&](Row from, std::span<const Row> rows, RecordRows& out) -> absl::Status {
    PgFields fields = session_->Mine();
    fields.Int(from).Int(spec.until);
    if (!rows.empty()) fields.Ints(rows);
    RELATA_ASSIGN_OR_RETURN(const PgResult r, Query(sql, std::move(fields)));
    out = RecordRows{{}, {}, selection.MakeColumns()};
    for (int i = 0; i < r.rows(); ++i) {
      Uuid id;
      const std::string_view bytes = r.Bytes(i, 1);
      if (bytes.size() != id.bytes.size()) return DataLoss("a record's id is not 16 bytes");
      std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
      out.rows.push_back(r.Int(i, 0));
      out.ids.push_back(id);
      RELATA_RETURN_IF_ERROR(selection.Read(r, i, out.columns));
    }
    return out.rows.empty() ? absl::OkStatus() : sink(out);
  };
  RecordRows out;
  if (spec.rows.empty()) {
    for (Row from = spec.from;; from = out.rows.back() + 1) {
      RELATA_RETURN_IF_ERROR(page(from, {}, out));
      if (out.rows.size() < kBatchRows || out.rows.back() == INT64_MAX) return absl::OkStatus();
    }
  }
  for (std::span<const Row> rest(spec.rows); !rest.empty();) {
    const size_t now = std::min(rest.size(), kBatchRows);
    RELATA_RETURN_IF_ERROR(page(spec.from, rest.first(now), out));
    rest = rest.subspan(now);
  }
  return absl::OkStatus();
}

namespace {

void ReadEvent(const PgResult& r, int i, EventRows& out) {
  out.seqs.push_back(r.Int(i, 0));
  out.subjects.push_back(r.Int(i, 1));
  out.at.push_back(r.Time(i, 2));
}

}  // namespace

absl::Status PgReads::ScanEvents(const ScanSpec& spec, const Sink<EventRows>& sink) {
  const std::shared_ptr<const PgCatalog> catalog = session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog->layout.FindToRead(spec.type, TableSpec::Kind::kEvent));
  if (table == nullptr) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(const PgSelection selection,
                          PgSelection::Of(*catalog, *table, spec.fields, 3));
  const PgTable& physical = catalog->Physical(spec.type);
  if (spec.subject) return EventsBySubject(spec, selection, physical, sink);
  const std::string sql =
      Concat("SELECT seq, subject, at", selection.sql(), " FROM ", physical.name, " WHERE ",
             physical.Mine(spec.type), " AND seq >= $2 AND seq < $3 ORDER BY seq", kPage);
  for (Seq from = spec.from;;) {
    PgFields fields = session_->Mine();
    fields.Int(from).Int(spec.until);
    RELATA_ASSIGN_OR_RETURN(const PgResult r, Query(sql, std::move(fields)));
    EventRows out{{}, {}, {}, selection.MakeColumns()};
    for (int i = 0; i < r.rows(); ++i) {
      ReadEvent(r, i, out);
      RELATA_RETURN_IF_ERROR(selection.Read(r, i, out.columns));
    }
    if (!out.seqs.empty()) RELATA_RETURN_IF_ERROR(sink(out));
    if (out.seqs.size() < kBatchRows) return absl::OkStatus();
    from = out.seqs.back() + 1;
  }
}

absl::Status PgReads::CheckErased(TypeId type, std::span<const Seq> indexed, size_t found) {
  if (found == indexed.size()) return absl::OkStatus();
  PgFields fields = session_->Mine();
  fields.Int4(type).Ints(indexed);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult gone,
      Query(Concat("SELECT count(*) FROM ", session_->Name("relata_erased_event"),
                   " WHERE tenant_id = $1 AND type = $2 AND seq = ANY($3::bigint[])"),
            std::move(fields)));
  return found + static_cast<size_t>(gone.Int(0, 0)) == indexed.size()
             ? absl::OkStatus()
             : DataLoss("an event is indexed and not there");
}

absl::Status PgReads::EventsBySubject(const ScanSpec& spec, const PgSelection& selection,
                                      const PgTable& table, const Sink<EventRows>& sink) {
  PgEventRuns runs(session_.get());
  std::vector<Seq> seqs;
  if (session_->dialect.subject_index && !table.own) {
    RELATA_RETURN_IF_ERROR(runs.EventsOf(spec.type, *spec.subject, spec.from, spec.until, seqs));
  } else {
    RELATA_ASSIGN_OR_RETURN(seqs,
                            FindEvents(runs, spec.type, *spec.subject, spec.from, spec.until));
  }
  const std::string rest = Concat(" FROM ", table.name, " WHERE ", table.Mine(spec.type),
                                  " AND seq = ANY($2::bigint[]) ORDER BY at, seq");
  if (seqs.size() > kBatchRows) {
    // More than one batch: their order is found first.
    std::vector<std::pair<int64_t, Seq>> by_time;
    for (std::span<const Seq> left(seqs); !left.empty();) {
      const size_t now = std::min(left.size(), kBatchRows);
      PgFields fields = session_->Mine();
      fields.Ints(left.first(now));
      RELATA_ASSIGN_OR_RETURN(const PgResult r,
                              Query(Concat("SELECT at, seq", rest), std::move(fields)));
      for (int i = 0; i < r.rows(); ++i) by_time.emplace_back(r.Int(i, 0), r.Int(i, 1));
      left = left.subspan(now);
    }
    RELATA_RETURN_IF_ERROR(CheckErased(spec.type, seqs, by_time.size()));
    std::sort(by_time.begin(), by_time.end());
    seqs.resize(by_time.size());
    for (size_t i = 0; i < by_time.size(); ++i) seqs[i] = by_time[i].second;
  }
  const std::string sql = Concat("SELECT seq, subject, at", selection.sql(), rest);
  for (std::span<const Seq> left(seqs); !left.empty();) {
    const size_t now = std::min(left.size(), kBatchRows);
    PgFields fields = session_->Mine();
    fields.Ints(left.first(now));
    RELATA_ASSIGN_OR_RETURN(const PgResult r, Query(sql, std::move(fields)));
    RELATA_RETURN_IF_ERROR(CheckErased(spec.type, left.first(now), static_cast<size_t>(r.rows())));
    EventRows out{{}, {}, {}, selection.MakeColumns()};
    for (int i = 0; i < r.rows(); ++i) {
      ReadEvent(r, i, out);
      RELATA_RETURN_IF_ERROR(selection.Read(r, i, out.columns));
    }
    if (!out.seqs.empty()) RELATA_RETURN_IF_ERROR(sink(out));
    left = left.subspan(now);
  }
  return absl::OkStatus();
}

absl::Status PgReads::ScanLedger(Seq since, std::optional<RecordRef> person,
                                 const Sink<LedgerWrite>& sink) {
  Seq last = since;
  return Pages(
      Concat("SELECT seq, person_type, person, point_type, point, at, body FROM ",
             session_->Name("relata_ledger"), " WHERE tenant_id = $1 AND seq > $2",
             person ? " AND person_type = $3 AND person = $4" : "", " ORDER BY seq", kPage),
      [&] {
        PgFields fields = session_->Mine();
        fields.Int(last);
        if (person) fields.Int4(person->type).Int(person->row);
        return fields;
      },
      [&](const PgResult& r, int i) {
        last = r.Int(i, 0);
        return sink(LedgerWrite{last, ReadRef(r, i, 1), ReadRef(r, i, 3), r.Time(i, 5),
                                std::string(r.Bytes(i, 6))});
      });
}

absl::Status PgReads::ScanChanges(CommitId since, std::optional<RecordRef> record,
                                  const Sink<ChangeRow>& sink) {
  const std::string change = Concat(
      "SELECT c.seq, c.commit_id, c.type, c.\"row\", c.rows, c.op, c.subject_type, c.subject, "
      "c.effective_at, c.before, p.image, c.personal_digest FROM ",
      session_->Name("relata_change"), " c LEFT JOIN ", session_->Name("relata_personal_image"),
      " p ON p.tenant_id = $1 AND p.seq = c.seq WHERE c.tenant_id = $1 AND ");
  // A commit's seqs lie above the last_seq of the commit before it.
  const std::string after =
      Concat("c.seq > coalesce((SELECT k.last_seq FROM ", session_->Name("relata_commit"),
             " k WHERE k.tenant_id = $1 AND k.id = $2), 0::bigint) AND c.commit_id > $2 AND "
             "c.seq > $3 ");
  // One branch for each of the two indexes on records.
  const std::string sql =
      record ? Concat(change, "c.rows = 1 AND c.type = $4 AND c.\"row\" = $5 AND ", after,
                      "UNION ALL ", change, "c.rows > 1 AND c.type = $4 AND c.\"row\" <= $5 AND ",
                      "c.\"row\" + c.rows > $5 AND ", after, "ORDER BY 1", kPage)
             : Concat(change, after, "ORDER BY c.seq", kPage);
  Seq last = 0;
  return Pages(
      sql,
      [&] {
        PgFields fields = session_->Mine();
        fields.Int(since).Int(last);
        if (record) fields.Int4(record->type).Int(record->row);
        return fields;
      },
      [&](const PgResult& r, int i) {
        last = r.Int(i, 0);
        return sink(ReadChange(r, i));
      });
}

absl::StatusOr<Row> PgReads::FindExternalKey(TypeId type, std::string_view system,
                                             std::string_view key) {
  PgFields fields = session_->Mine();
  fields.Int4(type).Text(system).Text(key);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult found,
      Query(Concat("SELECT \"row\" FROM ", session_->Name("relata_external_key"),
                   " WHERE tenant_id = $1 AND type = $2 AND system = $3 AND key = $4"),
            std::move(fields)));
  if (found.rows() != 0) return found.Int(0, 0);
  PgNameRuns runs(session_.get());
  RELATA_ASSIGN_OR_RETURN(const Row packed,
                          FindPacked(runs, {type, NameSpace::Kind::kKey}, KeyName(system, key)));
  if (packed != kNoRow) return packed;
  return NotFound(Concat("no record has key ", system, ":", key));
}

absl::Status PgReads::ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) {
  std::string system;
  std::string key;
  PgNameRuns runs(session_.get());
  KeyMerge merge(&runs, type, sink);
  RELATA_RETURN_IF_ERROR(Pages(
      Concat("SELECT system, key, \"row\" FROM ", session_->Name("relata_external_key"),
             " WHERE tenant_id = $1 AND type = $2 AND (system, key) > ($3, $4) "
             "ORDER BY system, key",
             kPage),
      [&] {
        PgFields fields = session_->Mine();
        return std::move(fields.Int4(type).Text(system).Text(key));
      },
      [&](const PgResult& r, int i) {
        system = r.Text(i, 0);
        key = r.Text(i, 1);
        return merge.Loose({type, system, key, r.Int(i, 2)});
      }));
  return merge.Finish();
}

absl::StatusOr<Row> PgReads::FindId(TypeId type, const Uuid& id) {
  const PgCatalog& catalog = *session_->catalog;
  RELATA_ASSIGN_OR_RETURN(const Layout::Table* table,
                          catalog.layout.FindToRead(type, TableSpec::Kind::kRecord));
  if (table == nullptr) return NotFound(Concat("no record has id ", id.ToString()));
  const PgTable& physical = catalog.Physical(type);
  const bool indexed = session_->IdsIndexed(physical);
  PgFields fields = session_->Mine();
  fields.Id(id);
  if (!indexed) fields.Int4(type);
  RELATA_ASSIGN_OR_RETURN(
      const PgResult found,
      Query(indexed ? Concat("SELECT \"row\" FROM ", physical.name, " WHERE ", physical.Mine(type),
                             " AND id = $2")
                    : Concat("SELECT \"row\" FROM ", session_->Name("relata_id"),
                             " WHERE tenant_id = $1 AND id = $2 AND type = $3"),
            std::move(fields)));
  if (found.rows() > 0) return found.Int(0, 0);
  if (!indexed) {
    PgNameRuns runs(session_.get());
    RELATA_ASSIGN_OR_RETURN(const Row packed,
                            FindPacked(runs, {type, NameSpace::Kind::kId}, IdName(id)));
    if (packed != kNoRow) return packed;
  }
  return NotFound(Concat("no record has id ", id.ToString()));
}

absl::Status PgReads::ScanAliases(const Sink<AliasWrite>& sink) {
  AliasWrite last{{0, -1}, {}, INT64_MIN, std::nullopt};
  return Pages(
      Concat("SELECT loser_type, loser, winner_type, winner, from_commit, until_commit FROM ",
             session_->Name("relata_alias"),
             " WHERE tenant_id = $1 AND (from_commit, loser_type, loser) > ($2, $3, $4) "
             "ORDER BY from_commit, loser_type, loser",
             kPage),
      [&] {
        PgFields fields = session_->Mine();
        return std::move(fields.Int(last.from).Int4(last.loser.type).Int(last.loser.row));
      },
      [&](const PgResult& r, int i) {
        last = {ReadRef(r, i, 0), ReadRef(r, i, 2), r.Int(i, 4), std::nullopt};
        if (!r.IsNull(i, 5)) last.until = r.Int(i, 5);
        return sink(last);
      });
}

absl::Status PgReads::ScanDefinitions(const Sink<DefinitionWrite>& sink) {
  int64_t last = 0;
  return Pages(
      Concat("SELECT place, kind, name, version, body FROM ", session_->Name("relata_definition"),
             " WHERE tenant_id = $1 AND place > $2 ORDER BY place", kPage),
      [&] {
        PgFields fields = session_->Mine();
        return std::move(fields.Int(last));
      },
      [&](const PgResult& r, int i) {
        last = r.Int(i, 0);
        return sink(DefinitionWrite{r.Text(i, 1), r.Text(i, 2), r.Int(i, 3), r.Text(i, 4)});
      });
}

absl::Status PgReads::ScanLog(std::string_view log, Seq since, std::string_view key,
                              const Sink<LogWrite>& sink) {
  Seq last = since;
  return Pages(
      Concat("SELECT seq, subject_type, subject, key, at, body, log FROM ",
             session_->Name("relata_log"), " WHERE tenant_id = $1 AND ",
             log.empty() ? "$2 = ''" : "log = $2", " AND seq > $3",
             key.empty() ? "" : " AND key = $4 AND key <> ''", " ORDER BY seq", kPage),
      [&] {
        PgFields fields = session_->Mine();
        fields.Text(log).Int(last);
        if (!key.empty()) fields.Text(key);
        return fields;
      },
      [&](const PgResult& r, int i) {
        last = r.Int(i, 0);
        return sink(LogWrite{r.Text(i, 6), last, ReadRef(r, i, 1), r.Text(i, 3), r.Time(i, 4),
                             r.Text(i, 5)});
      });
}

absl::Status PgReads::SelectRows(const std::string& statement, std::span<const Value> parameters,
                                 const Sink<std::vector<Row>>& sink) {
  PgFields fields;
  for (const Value& v : parameters) PutParameter(fields, v);
  // The statements are unions and intersections of sets of rows, whose sizes no statistics tell. A
  // planner that takes them for small nests one loop in another, and never ends; hashed sets cost
  // what they hold.
  RELATA_ASSIGN_OR_RETURN(const PgResult before, Query("SELECT current_setting('enable_nestloop'), "
                                                       "set_config('enable_nestloop', 'off', true)",
                                                       {}));
  RELATA_ASSIGN_OR_RETURN(const PgResult found, Query(statement, std::move(fields)));
  PgFields restored;
  restored.Text(before.Text(0, 0));
  RELATA_RETURN_IF_ERROR(
      Query("SELECT set_config('enable_nestloop', $1, true)", std::move(restored)).status());
  std::vector<Row> rows;
  for (int i = 0; i < found.rows(); ++i) {
    rows.push_back(found.Int(i, 0));
    if (rows.size() < kBatchRows) continue;
    RELATA_RETURN_IF_ERROR(sink(rows));
    rows.clear();
  }
  return rows.empty() ? absl::OkStatus() : sink(rows);
}

}  // namespace relata::internal
