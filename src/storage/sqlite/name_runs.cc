// SPDX-License-Identifier: Apache-2.0

#include "storage/sqlite/name_runs.h"

namespace relata::internal {
namespace {

void BindSpace(Statement& s, NameSpace space) {
  s.Bind(1, space.type);
  s.Bind(2, static_cast<int64_t>(space.kind));
}

void BindRun(Statement& s, NameSpace space, const NameRun& run) {
  BindSpace(s, space);
  s.Bind(3, run.run);
}

}  // namespace

absl::StatusOr<std::vector<NameRun>> SqliteNameRuns::Runs(NameSpace space) {
  if (const auto known = runs_.find(space); known != runs_.end()) return known->second;
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection_->Prepare(
          "SELECT run, entries FROM relata_name_run WHERE type = ? AND kind = ? ORDER BY run"));
  BindSpace(s, space);
  std::vector<NameRun> runs;
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
    if (!row) break;
    runs.push_back({s.Int(0), s.Int(1)});
  }
  if (!shared_) runs_[space] = runs;
  return runs;
}

absl::Status SqliteNameRuns::Write(NameSpace space, const NameRun& run,
                                   const std::vector<NameBlock>& blocks) {
  runs_.erase(space);
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection_->Prepare("INSERT INTO relata_name_run VALUES(?, ?, ?, ?)"));
  BindRun(s, space, run);
  s.Bind(4, run.entries);
  RELATA_RETURN_IF_ERROR(s.Run());
  return Append(space, run, blocks);
}

absl::Status SqliteNameRuns::Append(NameSpace space, const NameRun& run,
                                    const std::vector<NameBlock>& blocks) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection_->Prepare("INSERT INTO relata_name_block(type, kind, run, last, entries) "
                           "VALUES(?, ?, ?, ?, ?)"));
  BindRun(s, space, run);
  for (const NameBlock& block : blocks) {
    s.BindBlob(4, block.last);
    s.BindBlob(5, block.bytes);
    RELATA_RETURN_IF_ERROR(s.Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteNameRuns::Drop(NameSpace space, const NameRun& run) {
  runs_.erase(space);
  for (const char* sql :
       {"DELETE FROM relata_name_run WHERE type = ? AND kind = ? AND run = ?",
        "DELETE FROM relata_name_block WHERE type = ? AND kind = ? AND run = ?"}) {
    RELATA_ASSIGN_OR_RETURN(Statement s, connection_->Prepare(sql));
    BindRun(s, space, run);
    RELATA_RETURN_IF_ERROR(s.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<NameBlock>> SqliteNameRuns::Kept(NameSpace space, const NameRun& run,
                                                            std::string_view from, size_t most) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection_->Prepare(
                       "SELECT last, entries FROM relata_name_block WHERE type = ? AND kind = ? "
                       "AND run = ? AND last >= ? ORDER BY last LIMIT ?"));
  BindRun(s, space, run);
  s.BindBlob(4, from);
  s.Bind(5, static_cast<int64_t>(most));
  std::vector<NameBlock> blocks;
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
    if (!row) return blocks;
    blocks.push_back({std::string(s.Blob(0)), std::string(s.Blob(1))});
  }
}

absl::StatusOr<std::vector<NameBlock>> SqliteNameRuns::Blocks(NameSpace space, const NameRun& run,
                                                              std::string_view from, size_t most) {
  RELATA_ASSIGN_OR_RETURN(std::vector<NameBlock> blocks, Kept(space, run, from, most));
  for (NameBlock& block : blocks) {
    Row first = 0;
    int64_t count = 0;
    if (!ReadRowsBlock(block.bytes, first, count)) continue;
    RELATA_RETURN_IF_ERROR(FindIds(space.type, first, count, block.bytes));
  }
  return blocks;
}

absl::Status SqliteNameRuns::LookUp(NameSpace space, std::span<const std::string_view> names,
                                    const EachLookedUp& each) {
  RELATA_ASSIGN_OR_RETURN(const std::vector<NameRun> all, Runs(space));
  for (size_t i = 0; i < names.size(); ++i) {
    for (const NameRun& run : all) {
      RELATA_ASSIGN_OR_RETURN(std::vector<NameBlock> blocks, Kept(space, run, names[i], 1));
      if (blocks.empty()) continue;
      std::string& bytes = blocks.front().bytes;
      Row first = 0;
      int64_t count = 0;
      if (ReadRowsBlock(bytes, first, count)) {
        RELATA_RETURN_IF_ERROR(FindId(space.type, first, count, names[i], bytes));
      }
      RELATA_RETURN_IF_ERROR(each(i, bytes));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SqliteNameRuns::TableOf(TypeId type) const {
  const auto table = (*catalog_)->tables.find(type);
  if (table == (*catalog_)->tables.end()) return DataLoss("ids of no type are indexed");
  return QuoteName(table->second.name);
}

absl::Status SqliteNameRuns::FindIds(TypeId type, Row first, int64_t count, std::string& bytes) {
  RELATA_ASSIGN_OR_RETURN(const std::string table, TableOf(type));
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection_->Prepare(Concat("SELECT id, row FROM ", table,
                                                      " WHERE row >= ? AND row < ? ORDER BY row")));
  s.Bind(1, first);
  s.Bind(2, first + count);
  NameBatch names;
  while (true) {
    RELATA_ASSIGN_OR_RETURN(const bool row, s.Step());
    if (!row) break;
    names.Add(s.Blob(0), s.Int(1));
  }
  bytes.clear();
  if (names.size() == 0 || names.size() != static_cast<size_t>(count) || !names.ascending() ||
      names.bytes() != names.size() * sizeof(Uuid) || PackBlock(names, 0, bytes) != names.size()) {
    return DataLoss("ids that are indexed are not there");
  }
  return absl::OkStatus();
}

absl::Status SqliteNameRuns::FindId(TypeId type, Row first, int64_t count, std::string_view id,
                                    std::string& bytes) {
  RELATA_ASSIGN_OR_RETURN(const std::string table, TableOf(type));
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection_->Prepare(Concat("SELECT row FROM ", table,
                                                      " WHERE row >= ? AND row < ? AND id = ?")));
  s.Bind(1, first);
  s.Bind(2, first + count);
  s.BindBlob(3, id);
  RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
  bytes.clear();
  if (!found) return absl::OkStatus();
  NameBatch names;
  names.Add(id, s.Int(0));
  PackBlock(names, 0, bytes);
  return absl::OkStatus();
}

absl::Status SqliteNameRuns::Replace(NameSpace space, const NameRun& run, std::string_view last,
                                     const NameBlock& block) {
  {
    RELATA_ASSIGN_OR_RETURN(
        Statement s,
        connection_->Prepare("DELETE FROM relata_name_block WHERE type = ? AND kind = ? "
                             "AND run = ? AND last = ?"));
    BindRun(s, space, run);
    s.BindBlob(4, last);
    RELATA_RETURN_IF_ERROR(s.Run());
  }
  return block.bytes.empty() ? absl::OkStatus() : Append(space, run, {block});
}

absl::Status SqliteNameRuns::Lessen(NameSpace space, const NameRun& run, int64_t entries) {
  runs_.erase(space);
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection_->Prepare("UPDATE relata_name_run SET entries = entries - ?4 WHERE "
                                        "type = ?1 AND kind = ?2 AND run = ?3"));
  BindRun(s, space, run);
  s.Bind(4, entries);
  return s.Run();
}

}  // namespace relata::internal
