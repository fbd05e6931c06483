// SPDX-License-Identifier: Apache-2.0
//
// How a commit writes public ids and external keys. Those of a small commit are written loose at
// once. Those of a large one, or of one in parts, are collected; with its last part, when enough of
// a space came together, they are packed.

#include <string>

#include "storage/sqlite/writer.h"

namespace relata::internal {
namespace {

using Kind = NameSpace::Kind;

// The most names of a space in memory before they become a run.
constexpr size_t kMostCollected = 1'000'000;

}  // namespace

absl::Status SqliteWriter::AddId(TypeId type, Row row, const Uuid& id) {
  if (catalog().indexed_ids.contains(type)) return absl::OkStatus();
  return collecting_ ? Collect({type, Kind::kId}, IdName(id), row) : PutId(type, IdName(id), row);
}

absl::Status SqliteWriter::ApplyKeys(const std::vector<ExternalKeyWrite>& keys) {
  for (const ExternalKeyWrite& key : keys) {
    const NameSpace space{key.type, Kind::kKey};
    if (key.row == kNoRow) {
      RELATA_RETURN_IF_ERROR(WriteCollected(space));
      RELATA_RETURN_IF_ERROR(FreeKey(key));
    } else if (collecting_) {
      RELATA_RETURN_IF_ERROR(Collect(space, KeyName(key.system, key.key), key.row));
    } else {
      RELATA_RETURN_IF_ERROR(PutKey(key.type, key.system, key.key, key.row));
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::Collect(NameSpace space, std::string_view name, Row row) {
  NameBatch& names = collected_[space];
  names.Add(name, row);
  return names.size() < kMostCollected ? absl::OkStatus() : WriteCollected(space);
}

absl::Status SqliteWriter::WriteCollected() {
  while (!collected_.empty()) {
    RELATA_RETURN_IF_ERROR(WriteCollected(collected_.begin()->first));
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::WriteCollected(NameSpace space) {
  auto node = collected_.extract(space);
  if (node.empty()) return absl::OkStatus();
  NameBatch& names = node.mapped();
  size_t taken = 0;
  if (!names.Sort(taken)) return TakenName(space, names.name(taken));
  if (names.size() >= session_->pack_from && names.longest() <= kLongestPacked) {
    return PackNames(space, names);
  }
  // In the order of the index, so that each of its pages is touched once.
  std::string system;
  std::string key;
  for (size_t i = 0; i < names.size(); ++i) {
    if (space.kind == Kind::kId) {
      RELATA_RETURN_IF_ERROR(PutId(space.type, names.name(i), names.row(i)));
    } else {
      SplitKeyName(names.name(i), system, key);
      RELATA_RETURN_IF_ERROR(PutKey(space.type, system, key, names.row(i)));
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::PackNames(NameSpace space, NameBatch& names) {
  RELATA_RETURN_IF_ERROR(space.kind == Kind::kId ? CheckLooseIds(space.type, names)
                                                 : TakeOutLooseKeys(space.type, names));
  size_t taken = 0;
  const absl::Status status = Pack(session_->names, space, names, taken);
  if (absl::IsAlreadyExists(status)) return TakenName(space, names.name(taken));
  packed_.insert(space);
  return status;
}

// Ids ascend with time, so there is mostly none that is not below the first; else one by one.
absl::Status SqliteWriter::CheckLooseIds(TypeId type, const NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("SELECT id FROM relata_id WHERE type = ? AND id >= ? "
                                        "ORDER BY id LIMIT 1"));
  s.Bind(1, type);
  for (size_t i = 0; i < names.size(); ++i) {
    s.BindBlob(2, names.name(i));
    RELATA_ASSIGN_OR_RETURN(const bool some, s.Step());
    if (!some) return absl::OkStatus();
    if (s.Blob(0) == names.name(i)) return TakenName({type, Kind::kId}, names.name(i));
    s.Reset();
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::TakeOutLooseKeys(TypeId type, NameBatch& names) {
  {
    RELATA_ASSIGN_OR_RETURN(
        Statement any,
        connection().Prepare("SELECT 1 FROM relata_external_key WHERE type = ? LIMIT 1"));
    any.Bind(1, type);
    RELATA_ASSIGN_OR_RETURN(const bool some, any.Step());
    if (!some) return absl::OkStatus();
  }
  std::string system;
  std::string key;
  for (size_t i = 0; i < names.size(); ++i) {
    SplitKeyName(names.name(i), system, key);
    RELATA_ASSIGN_OR_RETURN(const std::optional<Row> row, LooseKey(type, system, key));
    if (row && *row != names.row(i)) return TakenName({type, Kind::kKey}, names.name(i));
    if (row) names.Forget(i);
  }
  names.Compact();
  return absl::OkStatus();
}

absl::Status SqliteWriter::TakenName(NameSpace space, std::string_view name) const {
  if (space.kind == Kind::kId) {
    return AlreadyExists(
        Concat("an id of ", session_->catalog->layout.Find(space.type)->spec.name, " is taken"));
  }
  std::string system;
  std::string key;
  SplitKeyName(name, system, key);
  return AlreadyExists(Concat("key ", system, ":", key, " names another record"));
}

absl::Status SqliteWriter::PutId(TypeId type, std::string_view id, Row row) {
  const NameSpace space{type, Kind::kId};
  RELATA_ASSIGN_OR_RETURN(const Row packed, FindPacked(session_->names, space, id));
  if (packed != kNoRow) return TakenName(space, id);
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection().Prepare("INSERT INTO relata_id VALUES(?, ?, ?)"));
  s.Bind(1, type);
  s.BindBlob(2, id);
  s.Bind(3, row);
  const absl::Status status = s.Run();
  return absl::IsAlreadyExists(status) ? TakenName(space, id) : status;
}

absl::StatusOr<std::optional<Row>> SqliteWriter::LooseKey(TypeId type, std::string_view system,
                                                          std::string_view key) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("SELECT row FROM relata_external_key WHERE type = ? AND "
                                        "system = ? AND key = ?"));
  s.Bind(1, type);
  s.BindText(2, system);
  s.BindText(3, key);
  RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
  if (!found) return std::nullopt;
  return s.Int(0);
}

// Giving a record the key it has changes nothing.
absl::Status SqliteWriter::PutKey(TypeId type, std::string_view system, std::string_view key,
                                  Row row) {
  const NameSpace space{type, Kind::kKey};
  const std::string name = KeyName(system, key);
  RELATA_ASSIGN_OR_RETURN(const Row packed, FindPacked(session_->names, space, name));
  if (packed == row) return absl::OkStatus();
  if (packed != kNoRow) return TakenName(space, name);
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection().Prepare(
          "INSERT INTO relata_external_key VALUES(?, ?, ?, ?) "
          "ON CONFLICT(type, system, key) DO UPDATE SET row = row WHERE row = excluded.row"));
  s.Bind(1, type);
  s.BindText(2, system);
  s.BindText(3, key);
  s.Bind(4, row);
  RELATA_RETURN_IF_ERROR(s.Run());
  return sqlite3_changes(connection().handle()) != 0 ? absl::OkStatus() : TakenName(space, name);
}

absl::Status SqliteWriter::FreeKey(const ExternalKeyWrite& key) {
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection().Prepare("DELETE FROM relata_external_key WHERE type = ? AND "
                                               "system = ? AND key = ?"));
  s.Bind(1, key.type);
  s.BindText(2, key.system);
  s.BindText(3, key.key);
  RELATA_RETURN_IF_ERROR(s.Run());
  return FreePacked(session_->names, {key.type, Kind::kKey}, KeyName(key.system, key.key));
}

// What is read back includes what was collected.

absl::StatusOr<Row> SqliteWriter::FindExternalKey(TypeId type, std::string_view system,
                                                  std::string_view key) {
  RELATA_RETURN_IF_ERROR(Sticky([&] { return WriteCollected(); }));
  return Forwarding::FindExternalKey(type, system, key);
}

absl::Status SqliteWriter::ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) {
  RELATA_RETURN_IF_ERROR(Sticky([&] { return WriteCollected(); }));
  return Forwarding::ScanExternalKeys(type, sink);
}

absl::StatusOr<Row> SqliteWriter::FindId(TypeId type, const Uuid& id) {
  RELATA_RETURN_IF_ERROR(Sticky([&] { return WriteCollected(); }));
  return Forwarding::FindId(type, id);
}

}  // namespace relata::internal
