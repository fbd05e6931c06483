// SPDX-License-Identifier: Apache-2.0
//
// The public ids and external keys that a commit writes, those of a tenant that are not packed, and
// the runs of those that are.

#include <span>
#include <string>
#include <utility>

#include "storage/postgres/writer.h"

namespace relata::internal {
namespace {

using Kind = NameSpace::Kind;

constexpr size_t kManyNames = 256;

// The tenant, the space and the run: $1 to $4.
PgFields OfRun(const PgSession& session, NameSpace space, const NameRun& run) {
  PgFields fields = session.Mine();
  fields.Int4(space.type).Int4(static_cast<int64_t>(space.kind)).Int(run.run);
  return fields;
}

// The table of a kind of loose names and the columns that a name fills there.
struct LooseTable {
  const char* table;
  const char* name;        // the columns
  const char* parameters;  // as many, from $3 on
  int columns;
};

const LooseTable& Of(NameSpace space) {
  static constexpr LooseTable kIds{"relata_id", "id", "$3", 1};
  static constexpr LooseTable kKeys{"relata_external_key", "system, key", "$3, $4", 2};
  return space.kind == Kind::kId ? kIds : kKeys;
}

// The tenant, the type and the columns of a name.
PgFields WithName(const PgSession& session, NameSpace space, std::string_view name) {
  PgFields fields = session.Mine();
  fields.Int4(space.type);
  if (space.kind == Kind::kId) return std::move(fields.Bytes(name));
  std::string system;
  std::string key;
  SplitKeyName(name, system, key);
  return std::move(fields.Text(system).Text(key));
}

// The name in the first columns of a row.
std::string ReadName(NameSpace space, const PgResult& r, int i) {
  return space.kind == Kind::kId ? std::string(r.Bytes(i, 0)) : KeyName(r.Text(i, 0), r.Text(i, 1));
}

constexpr char kThisRun[] = " WHERE tenant_id = $1 AND type = $2 AND kind = $3 AND run = $4";

}  // namespace

absl::StatusOr<std::vector<NameRun>> PgNameRuns::Runs(NameSpace space) {
  std::map<NameSpace, std::vector<NameRun>>& known = session_->name_runs;
  if (const auto found = known.find(space); found != known.end()) return found->second;
  if (session_->all_name_runs) return std::vector<NameRun>();
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
  session_->Forget(space);
  PgFields fields = OfRun(*session_, space, run);
  fields.Int(run.entries);
  session_->connection->Add(
      Concat("INSERT INTO ", session_->Name("relata_name_run"),
             "(tenant_id, type, kind, run, entries) VALUES($1, $2, $3, $4, $5)"),
      std::move(fields));
  return Append(space, run, blocks);
}

absl::Status PgNameRuns::Append(NameSpace space, const NameRun& run,
                                const std::vector<NameBlock>& blocks) {
  PgBulk rows(session_->connection.get(), session_->Name("relata_name_block"),
              "tenant_id, type, kind, run, last, entries", 6, "", "a block of names");
  for (const NameBlock& block : blocks) {
    PgFields row = OfRun(*session_, space, run);
    row.Bytes(block.last).Bytes(block.bytes);
    RELATA_RETURN_IF_ERROR(rows.Add(row));
  }
  return rows.Leave();
}

absl::Status PgNameRuns::Drop(NameSpace space, const NameRun& run) {
  session_->Forget(space);
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

// One statement for each name, sent together.
absl::Status PgNameRuns::LookUp(NameSpace space, std::span<const std::string_view> names,
                                const EachLookedUp& each) {
  if (session_->all_name_runs && !session_->name_runs.contains(space)) return absl::OkStatus();
  const std::string sql = Concat(
      "SELECT b.entries FROM ", session_->Name("relata_name_run"),
      " r CROSS JOIN LATERAL (SELECT k.entries FROM ", session_->Name("relata_name_block"),
      " k WHERE k.tenant_id = $1 AND k.type = $2 AND k.kind = $3 AND k.run = r.run AND k.last >= "
      "$4 ORDER BY k.last LIMIT 1) b WHERE r.tenant_id = $1 AND r.type = $2 AND r.kind = $3 "
      "ORDER BY r.run");
  for (size_t i = 0; i < names.size(); ++i) {
    PgFields fields = session_->Mine();
    fields.Int4(space.type).Int4(static_cast<int64_t>(space.kind)).Bytes(names[i]);
    session_->connection->Add(sql, std::move(fields), [&each, i](PgResult& r) -> absl::Status {
      for (int row = 0; row < r.rows(); ++row) {
        RELATA_RETURN_IF_ERROR(each(i, r.Bytes(row, 0)));
      }
      return absl::OkStatus();
    });
  }
  return session_->connection->Sync();
}

absl::Status PgNameRuns::Replace(NameSpace space, const NameRun& run, std::string_view last,
                                 const NameBlock& block) {
  PgFields fields = OfRun(*session_, space, run);
  fields.Bytes(last);
  session_->connection->Add(
      Concat("DELETE FROM ", session_->Name("relata_name_block"), kThisRun, " AND last = $5"),
      std::move(fields));
  return block.bytes.empty() ? session_->connection->Sync() : Append(space, run, {block});
}

absl::Status PgNameRuns::Lessen(NameSpace space, const NameRun& run, int64_t entries) {
  session_->Forget(space);
  PgFields fields = OfRun(*session_, space, run);
  fields.Int(entries);
  session_->connection->Add(Concat("UPDATE ", session_->Name("relata_name_run"),
                                   " SET entries = entries - $5::bigint", kThisRun),
                            std::move(fields));
  return session_->connection->Sync();
}

absl::Status PgLooseNames::Put(NameSpace space, const NameBatch& names) {
  if (names.size() >= kManyNames) return PutMany(space, names);
  for (size_t i = 0; i < names.size(); ++i) PutOne(space, names.name(i), names.row(i));
  return absl::OkStatus();
}

// One statement for one name: giving a record the name it has changes nothing.
void PgLooseNames::PutOne(NameSpace space, std::string_view name, Row row) {
  const LooseTable& table = Of(space);
  PgFields fields = WithName(*session_, space, name);
  fields.Int(row);
  session_->connection->Add(
      Concat("INSERT INTO ", session_->Name(table.table), " AS t(tenant_id, type, ", table.name,
             ", \"row\") VALUES($1, $2, ", table.parameters, ", $", 3 + table.columns,
             ") ON CONFLICT (tenant_id, type, ", table.name,
             ") DO UPDATE SET \"row\" = excluded.\"row\" "
             "WHERE t.tenant_id = $1 AND t.\"row\" = excluded.\"row\""),
      std::move(fields), [taken = Taken(space, name)](PgResult& result) {
        return result.touched() != 0 ? absl::OkStatus() : taken;
      });
}

// Most imports bring names that are new, so COPY is tried; one that is there makes it start again,
// name by name.
absl::Status PgLooseNames::PutMany(NameSpace space, const NameBatch& names) {
  const LooseTable& table = Of(space);
  PgConnection& connection = *session_->connection;
  RELATA_RETURN_IF_ERROR(connection.Execute("SAVEPOINT relata_names"));
  PgBulk rows(&connection, session_->Name(table.table),
              Concat("tenant_id, type, ", table.name, ", \"row\""), 3 + table.columns, "",
              "a name");
  absl::Status status;
  for (size_t i = 0; i < names.size() && status.ok(); ++i) {
    PgFields row = WithName(*session_, space, names.name(i));
    status = rows.Add(row.Int(names.row(i)));
  }
  if (status.ok()) status = rows.Flush();
  if (status.ok()) return connection.Execute("RELEASE SAVEPOINT relata_names");
  if (!absl::IsAlreadyExists(status)) return status;
  RELATA_RETURN_IF_ERROR(connection.Execute("ROLLBACK TO SAVEPOINT relata_names"));
  RELATA_RETURN_IF_ERROR(connection.Execute("RELEASE SAVEPOINT relata_names"));
  for (size_t i = 0; i < names.size(); ++i) PutOne(space, names.name(i), names.row(i));
  return absl::OkStatus();
}

// Both are in order of name, so that one pass over what lies between the first and the last will
// do. New ids mostly lie behind all that are there.
absl::Status PgLooseNames::TakeOutKnown(NameSpace space, NameBatch& names) {
  if (names.size() == 0) return absl::OkStatus();
  const LooseTable& table = Of(space);
  bool found = false;
  for (size_t at = 0; at < names.size();) {
    RELATA_ASSIGN_OR_RETURN(
        const PgResult r,
        session_->connection->Query(
            Concat("SELECT ", table.name, ", \"row\" FROM ", session_->Name(table.table),
                   " WHERE tenant_id = $1 AND type = $2 AND (", table.name, ") >= (",
                   table.parameters, ") ORDER BY ", table.name, " LIMIT ", kBatchRows),
            WithName(*session_, space, names.name(at))));
    for (int i = 0; i < r.rows() && at < names.size(); ++i) {
      const std::string name = ReadName(space, r, i);
      at = names.From(at, name);
      if (at == names.size() || names.name(at) != name) continue;
      if (names.row(at) != r.Int(i, table.columns)) return Taken(space, name);
      names.Forget(at++);
      found = true;
    }
    if (r.rows() < static_cast<int>(kBatchRows)) break;
  }
  if (found) names.Compact();
  return absl::OkStatus();
}

absl::Status PgLooseNames::Free(NameSpace space, std::string_view name) {
  const LooseTable& table = Of(space);
  session_->connection->Add(Concat("DELETE FROM ", session_->Name(table.table),
                                   " WHERE tenant_id = $1 AND type = $2 AND (", table.name, ") = (",
                                   table.parameters, ")"),
                            WithName(*session_, space, name));
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

absl::StatusOr<Row> PgWriter::FindId(TypeId type, const Uuid& id) {
  RELATA_RETURN_IF_ERROR(FlushNames());
  return Forwarding::FindId(type, id);
}

absl::Status PgWriter::FlushNames() {
  return Sticky([&]() -> absl::Status {
    RELATA_RETURN_IF_ERROR(names_.Flush());
    return connection().Sync();
  });
}

}  // namespace relata::internal
