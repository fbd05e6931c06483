// SPDX-License-Identifier: Apache-2.0
//
// The external keys that a commit writes, those of a tenant that are not packed, and the runs of
// those that are. Public ids keep the index of their table.

#include <algorithm>
#include <string>
#include <utility>

#include "storage/postgres/writer.h"

namespace relata::internal {
namespace {

constexpr size_t kManyKeys = 256;

// The tenant, the space and the run: $1 to $4.
PgFields OfRun(const PgSession& session, NameSpace space, const NameRun& run) {
  PgFields fields = session.Mine();
  fields.Int4(space.type).Int4(static_cast<int64_t>(space.kind)).Int(run.run);
  return fields;
}

constexpr char kThisRun[] = " WHERE tenant_id = $1 AND type = $2 AND kind = $3 AND run = $4";

}  // namespace

absl::StatusOr<std::vector<NameRun>> PgNameRuns::Runs(NameSpace space) {
  std::map<NameSpace, std::vector<NameRun>>& known = session_->name_runs;
  if (const auto found = known.find(space); found != known.end()) return found->second;
  PgFields fields = session_->Mine();
  fields.Int4(space.type).Int4(static_cast<int64_t>(space.kind));
  RELATA_ASSIGN_OR_RETURN(
      const PgResult r,
      session_->connection->Query(
          Concat("SELECT run, entries FROM ", session_->Name("relata_name_run"),
                 " WHERE tenant_id = $1 AND type = $2 AND kind = $3 ORDER BY run"),
          std::move(fields)));
  std::vector<NameRun> runs;
  for (int i = 0; i < r.rows(); ++i) runs.push_back({r.Int(i, 0), r.Int(i, 1)});
  // In a host's transaction others write too: what was asked once may be otherwise later.
  if (!session_->connection->borrowed()) known[space] = runs;
  return runs;
}

absl::Status PgNameRuns::Write(NameSpace space, const NameRun& run,
                               const std::vector<NameBlock>& blocks) {
  session_->name_runs.erase(space);
  PgFields fields = OfRun(*session_, space, run);
  fields.Int(run.entries);
  session_->connection->Add(
      Concat("INSERT INTO ", session_->Name("relata_name_run"),
             "(tenant_id, type, kind, run, entries) VALUES($1, $2, $3, $4, $5)"),
      std::move(fields));
  return Insert(space, run, blocks);
}

absl::Status PgNameRuns::Insert(NameSpace space, const NameRun& run,
                                const std::vector<NameBlock>& blocks) {
  PgBulk rows(session_->connection.get(), session_->Name("relata_name_block"),
              "tenant_id, type, kind, run, last, entries", 6, "", "a block of names");
  for (const NameBlock& block : blocks) {
    PgFields row = OfRun(*session_, space, run);
    row.Bytes(block.last).Bytes(block.bytes);
    RELATA_RETURN_IF_ERROR(rows.Add(row));
  }
  RELATA_RETURN_IF_ERROR(rows.Flush());
  return session_->connection->Sync();
}

absl::Status PgNameRuns::Drop(NameSpace space, const NameRun& run) {
  session_->name_runs.erase(space);
  for (const char* table : {"relata_name_run", "relata_name_block"}) {
    session_->connection->Add(Concat("DELETE FROM ", session_->Name(table), kThisRun),
                              OfRun(*session_, space, run));
  }
  return session_->connection->Sync();
}

absl::StatusOr<std::vector<NameBlock>> PgNameRuns::Blocks(NameSpace space, const NameRun& run,
                                                          std::string_view from, size_t most) {
  PgFields fields = OfRun(*session_, space, run);
  fields.Bytes(from).Int(static_cast<int64_t>(most));
  RELATA_ASSIGN_OR_RETURN(
      const PgResult r,
      session_->connection->Query(
          Concat("SELECT last, entries FROM ", session_->Name("relata_name_block"), kThisRun,
                 " AND last >= $5 ORDER BY last LIMIT $6::bigint"),
          std::move(fields)));
  std::vector<NameBlock> blocks;
  for (int i = 0; i < r.rows(); ++i) {
    blocks.push_back({std::string(r.Bytes(i, 0)), std::string(r.Bytes(i, 1))});
  }
  return blocks;
}

absl::Status PgNameRuns::Replace(NameSpace space, const NameRun& run, std::string_view last,
                                 const NameBlock& block) {
  PgFields fields = OfRun(*session_, space, run);
  fields.Bytes(last);
  session_->connection->Add(
      Concat("DELETE FROM ", session_->Name("relata_name_block"), kThisRun, " AND last = $5"),
      std::move(fields));
  return block.bytes.empty() ? session_->connection->Sync() : Insert(space, run, {block});
}

absl::Status PgNameRuns::Lessen(NameSpace space, const NameRun& run, int64_t entries) {
  session_->name_runs.erase(space);
  PgFields fields = OfRun(*session_, space, run);
  fields.Int(entries);
  session_->connection->Add(Concat("UPDATE ", session_->Name("relata_name_run"),
                                   " SET entries = entries - $5::bigint", kThisRun),
                            std::move(fields));
  return session_->connection->Sync();
}

absl::Status PgLooseNames::Put(NameSpace space, const NameBatch& names) {
  if (names.size() >= kManyKeys) return PutMany(space, names);
  for (size_t i = 0; i < names.size(); ++i) PutOne(space, names.name(i), names.row(i));
  return absl::OkStatus();
}

// One statement for one key: giving a record the key it has changes nothing.
void PgLooseNames::PutOne(NameSpace space, std::string_view name, Row row) {
  std::string system;
  std::string key;
  SplitKeyName(name, system, key);
  PgFields fields = session_->Mine();
  fields.Int4(space.type).Text(system).Text(key).Int(row);
  session_->connection->Add(
      Concat("INSERT INTO ", session_->Name("relata_external_key"),
             " AS t(tenant_id, type, system, key, \"row\") VALUES($1, $2, $3, $4, $5) "
             "ON CONFLICT (tenant_id, type, system, key) DO UPDATE SET \"row\" = excluded.\"row\" "
             "WHERE t.tenant_id = $1 AND t.\"row\" = excluded.\"row\""),
      std::move(fields), [taken = Taken(space, name)](PgResult& result) {
        return result.touched() != 0 ? absl::OkStatus() : taken;
      });
}

// Most imports bring keys that are new, so COPY is tried; one that is there makes it start again,
// key by key.
absl::Status PgLooseNames::PutMany(NameSpace space, const NameBatch& names) {
  PgConnection& connection = *session_->connection;
  RELATA_RETURN_IF_ERROR(connection.Execute("SAVEPOINT relata_keys"));
  PgBulk rows(&connection, session_->Name("relata_external_key"),
              "tenant_id, type, system, key, \"row\"", 5, "", "a key");
  std::string system;
  std::string key;
  absl::Status status;
  for (size_t i = 0; i < names.size() && status.ok(); ++i) {
    SplitKeyName(names.name(i), system, key);
    PgFields row = session_->Mine();
    row.Int4(space.type).Text(system).Text(key).Int(names.row(i));
    status = rows.Add(row);
  }
  if (status.ok()) status = rows.Flush();
  if (status.ok()) return connection.Execute("RELEASE SAVEPOINT relata_keys");
  if (!absl::IsAlreadyExists(status)) return status;
  RELATA_RETURN_IF_ERROR(connection.Execute("ROLLBACK TO SAVEPOINT relata_keys"));
  RELATA_RETURN_IF_ERROR(connection.Execute("RELEASE SAVEPOINT relata_keys"));
  for (size_t i = 0; i < names.size(); ++i) PutOne(space, names.name(i), names.row(i));
  return absl::OkStatus();
}

// Both are in order of name, so that one pass over what lies between the first and the last will
// do.
absl::Status PgLooseNames::TakeOutKnown(NameSpace space, NameBatch& names) {
  if (names.size() == 0) return absl::OkStatus();
  std::string system;
  std::string key;
  bool found = false;
  size_t at = 0;
  SplitKeyName(names.name(0), system, key);
  for (bool inclusive = true; at < names.size(); inclusive = false) {
    PgFields fields = session_->Mine();
    fields.Int4(space.type).Text(system).Text(key);
    RELATA_ASSIGN_OR_RETURN(
        const PgResult r,
        session_->connection->Query(
            Concat("SELECT system, key, \"row\" FROM ", session_->Name("relata_external_key"),
                   " WHERE tenant_id = $1 AND type = $2 AND (system, key) ", inclusive ? ">=" : ">",
                   " ($3, $4) ORDER BY system, key LIMIT ", kBatchRows),
            std::move(fields)));
    for (int i = 0; i < r.rows() && at < names.size(); ++i) {
      system = r.Text(i, 0);
      key = r.Text(i, 1);
      const std::string name = KeyName(system, key);
      while (at < names.size() && names.name(at) < name) ++at;
      if (at == names.size() || names.name(at) != name) continue;
      if (names.row(at) != r.Int(i, 2)) return Taken(space, name);
      names.Forget(at++);
      found = true;
    }
    if (r.rows() < static_cast<int>(kBatchRows)) break;
  }
  if (found) names.Compact();
  return absl::OkStatus();
}

absl::Status PgLooseNames::Free(NameSpace space, std::string_view name) {
  std::string system;
  std::string key;
  SplitKeyName(name, system, key);
  PgFields fields = session_->Mine();
  fields.Int4(space.type).Text(system).Text(key);
  session_->connection->Add(
      Concat("DELETE FROM ", session_->Name("relata_external_key"),
             " WHERE tenant_id = $1 AND type = $2 AND system = $3 AND key = $4"),
      std::move(fields));
  return absl::OkStatus();
}

absl::Status PgLooseNames::Taken(NameSpace space, std::string_view name) const {
  return NameTaken(space, name, session_->catalog->layout);
}

// What is read back includes what was collected.

absl::StatusOr<Row> PgWriter::FindExternalKey(TypeId type, std::string_view system,
                                              std::string_view key) {
  RELATA_RETURN_IF_ERROR(FlushNames());
  return Forwarding::FindExternalKey(type, system, key);
}

absl::Status PgWriter::ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) {
  RELATA_RETURN_IF_ERROR(FlushNames());
  return Forwarding::ScanExternalKeys(type, sink);
}

absl::Status PgWriter::FlushNames() {
  return Sticky([&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(names_.Flush());
    return connection().Sync();
  });
}

}  // namespace relata::internal
