// SPDX-License-Identifier: Apache-2.0
//
// What a commit takes out of a tenant's tables for good. Dead rows and the server's own log keep
// the values until the server has cleaned up behind itself.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/erased_words.h"
#include "storage/postgres/writer.h"

namespace relata::internal {
namespace {

// Runs `sql` page by page, with fields made from the last row, until a page is not full.
template <class Fields, class EachRow>
absl::Status ForEachRow(PgConnection& connection, const std::string& sql, const Fields& fields,
                        const EachRow& row) {
  const std::string paged = Concat(sql, " LIMIT ", kBatchRows);
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const PgResult page, connection.Query(paged, fields()));
    for (int i = 0; i < page.rows(); ++i) row(page, i);
    if (static_cast<size_t>(page.rows()) < kBatchRows) return absl::OkStatus();
  }
}

}  // namespace

absl::Status PgWriter::ApplyErase(const EraseWrite& erase) {
  if (erase.empty()) return absl::OkStatus();
  for (const RecordRef record : erase.images) RELATA_RETURN_IF_ERROR(EraseNow(record));
  for (const RecordRef record : erase.subjects) {
    RELATA_RETURN_IF_ERROR(EraseNow(record));
    for (const auto& [type, table] : catalog().layout.tables()) {
      if (table.spec.kind == TableSpec::Kind::kEvent && table.spec.subject == record.type) {
        RELATA_RETURN_IF_ERROR(EraseEventsOf(type, record.row));
      }
    }
  }
  std::map<TypeId, std::vector<Seq>> events;
  for (const auto& [type, seq] : erase.events) events[type].push_back(seq);
  for (const auto& [type, seqs] : events) {
    RELATA_RETURN_IF_ERROR(catalog().layout.Find(type, TableSpec::Kind::kEvent).status());
    EraseEvents(type, seqs);
  }
  if (!erase.entries.empty()) {
    PgFields fields = session_->Mine();
    fields.Ints(erase.entries);
    connection().Add(Concat("UPDATE ", session_->Name("relata_ledger"),
                            " SET body = '' WHERE tenant_id = $1 AND seq = ANY($2::bigint[])"),
                     std::move(fields));
  }
  RELATA_RETURN_IF_ERROR(EraseKeys(erase.subjects));
  const ErasedLines touched(erase);
  RELATA_RETURN_IF_ERROR(EraseLines(touched));
  return erase.words.empty() ? absl::OkStatus() : EraseReasons(touched);
}

absl::Status PgWriter::EraseEventsOf(TypeId type, Row subject) {
  std::vector<Seq> seqs;
  if (session_->dialect.subject_index && !catalog().Physical(type).own) {
    RELATA_RETURN_IF_ERROR(runs_.EventsOf(type, subject, 0, INT64_MAX, seqs));
  } else {
    RELATA_ASSIGN_OR_RETURN(seqs, FindEvents(runs_, type, subject, 0, INT64_MAX));
  }
  if (!seqs.empty()) EraseEvents(type, seqs);
  return absl::OkStatus();
}

// The packed index is not rewritten: it is told which of its events are gone.
void PgWriter::EraseEvents(TypeId type, const std::vector<Seq>& seqs) {
  const PgTable& table = catalog().Physical(type);
  PgFields fields = session_->Mine();
  fields.Ints(seqs);
  connection().Add(Concat("DELETE FROM ", table.name, " WHERE ", table.Mine(type),
                          " AND seq = ANY($2::bigint[])"),
                   std::move(fields));
  for (const Seq seq : seqs) {
    PgFields gone = session_->Mine();
    gone.Int4(type).Int(seq);
    connection().Add(Concat("INSERT INTO ", session_->Name("relata_erased_event"),
                            "(tenant_id, type, seq) VALUES($1, $2, $3) "
                            "ON CONFLICT (tenant_id, type, seq) DO NOTHING"),
                     std::move(gone));
  }
}

absl::Status PgWriter::EraseKeys(const std::vector<RecordRef>& subjects) {
  std::map<TypeId, std::vector<Row>> rows;
  for (const RecordRef subject : subjects) rows[subject.type].push_back(subject.row);
  for (const auto& [type, of_type] : rows) {
    PgFields fields = session_->Mine();
    fields.Int4(type).Ints(of_type);
    connection().Add(Concat("DELETE FROM ", session_->Name("relata_external_key"),
                            " WHERE tenant_id = $1 AND type = $2 AND \"row\" = ANY($3::bigint[])"),
                     std::move(fields));
    const std::set<Row> gone(of_type.begin(), of_type.end());
    RELATA_RETURN_IF_ERROR(ErasePacked(name_runs_, {type, NameSpace::Kind::kKey},
                                       [&](Row row) { return gone.contains(row); }));
  }
  return absl::OkStatus();
}

// Texts are compared here, byte by byte, as every store does it.
absl::Status PgWriter::EraseLines(const ErasedLines& touched) {
  std::map<std::string, std::vector<Seq>> lines;
  std::pair<std::string, Seq> last{"", -1};
  RELATA_RETURN_IF_ERROR(ForEachRow(
      connection(),
      Concat("SELECT log, seq, subject_type, subject, key, body FROM ",
             session_->Name("relata_log"),
             " WHERE tenant_id = $1 AND (log, seq) > ($2, $3) ORDER BY log, seq"),
      [&] {
        PgFields fields = session_->Mine();
        fields.Text(last.first).Int(last.second);
        return fields;
      },
      [&](const PgResult& r, int i) {
        last = {r.Text(i, 0), r.Int(i, 1)};
        const RecordRef subject{static_cast<TypeId>(r.Int(i, 2)), r.Int(i, 3)};
        if (touched.Touches(last.first, last.second, subject, r.Text(i, 4), r.Text(i, 5))) {
          lines[last.first].push_back(last.second);
        }
      }));
  for (const auto& [log, seqs] : lines) {
    PgFields fields = session_->Mine();
    fields.Text(log).Ints(seqs);
    connection().Add(Concat("UPDATE ", session_->Name("relata_log"),
                            " SET key = '', body = '{}' WHERE tenant_id = $1 AND log = $2 AND "
                            "seq = ANY($3::bigint[])"),
                     std::move(fields));
  }
  return absl::OkStatus();
}

absl::Status PgWriter::EraseReasons(const ErasedLines& touched) {
  std::vector<CommitId> reasons;
  std::map<CommitId, std::string> operations;
  CommitId last = 0;
  RELATA_RETURN_IF_ERROR(ForEachRow(
      connection(),
      Concat("SELECT id, reason, operation_id FROM ", session_->Name("relata_commit"),
             " WHERE tenant_id = $1 AND id > $2 ORDER BY id"),
      [&] {
        PgFields fields = session_->Mine();
        fields.Int(last);
        return fields;
      },
      [&](const PgResult& r, int i) {
        last = r.Int(i, 0);
        std::string operation = r.Text(i, 2);
        const bool named = touched.words().In(operation);
        if (named || touched.words().In(r.Text(i, 1))) reasons.push_back(last);
        if (named) operations.emplace(last, std::move(operation));
      }));
  if (!reasons.empty()) {
    PgFields fields = session_->Mine();
    fields.Ints(reasons);
    connection().Add(Concat("UPDATE ", session_->Name("relata_commit"),
                            " SET reason = '' WHERE tenant_id = $1 AND id = ANY($2::bigint[])"),
                     std::move(fields));
  }
  for (const auto& [id, operation] : operations) {
    PgFields commit = session_->Mine();
    commit.Int(id);
    connection().Add(Concat("UPDATE ", session_->Name("relata_commit"),
                            " SET operation_id = '' WHERE tenant_id = $1 AND id = $2"),
                     std::move(commit));
    PgFields named = session_->Mine();
    named.Text(operation);
    connection().Add(Concat("DELETE FROM ", session_->Name("relata_operation"),
                            " WHERE tenant_id = $1 AND operation_id = $2"),
                     std::move(named));
  }
  return absl::OkStatus();
}

}  // namespace relata::internal
