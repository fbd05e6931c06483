// SPDX-License-Identifier: Apache-2.0
//
// The public ids and external keys that a commit writes, and those of a file that are not packed.

#include <string>

#include "storage/sqlite/writer.h"

namespace relata::internal {
namespace {

using Kind = NameSpace::Kind;

}  // namespace

absl::Status SqliteLooseNames::Put(NameSpace space, const NameBatch& names) {
  return space.kind == Kind::kId ? PutIds(space, names) : PutKeys(space, names);
}

absl::Status SqliteLooseNames::PutIds(NameSpace space, const NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection().Prepare("INSERT INTO relata_id VALUES(?, ?, ?)"));
  s.Bind(1, space.type);
  for (size_t i = 0; i < names.size(); ++i) {
    s.BindBlob(2, names.name(i));
    s.Bind(3, names.row(i));
    const absl::Status status = s.Run();
    if (absl::IsAlreadyExists(status)) return Taken(space, names.name(i));
    RELATA_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

// Giving a record the key it has changes nothing.
absl::Status SqliteLooseNames::PutKeys(NameSpace space, const NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s,
      connection().Prepare(
          "INSERT INTO relata_external_key VALUES(?, ?, ?, ?) "
          "ON CONFLICT(type, system, key) DO UPDATE SET row = row WHERE row = excluded.row"));
  std::string system;
  std::string key;
  s.Bind(1, space.type);
  for (size_t i = 0; i < names.size(); ++i) {
    SplitKeyName(names.name(i), system, key);
    s.BindText(2, system);
    s.BindText(3, key);
    s.Bind(4, names.row(i));
    RELATA_RETURN_IF_ERROR(s.Run());
    if (sqlite3_changes(connection().handle()) == 0) return Taken(space, names.name(i));
  }
  return absl::OkStatus();
}

absl::Status SqliteLooseNames::TakeOutKnown(NameSpace space, NameBatch& names) {
  return space.kind == Kind::kId ? CheckIds(space, names) : TakeOutKeys(space, names);
}

// Ids ascend with time, so there is mostly none that is not below the first; else one by one.
absl::Status SqliteLooseNames::CheckIds(NameSpace space, const NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("SELECT id FROM relata_id WHERE type = ? AND id >= ? "
                                        "ORDER BY id LIMIT 1"));
  s.Bind(1, space.type);
  for (size_t i = 0; i < names.size(); ++i) {
    s.BindBlob(2, names.name(i));
    RELATA_ASSIGN_OR_RETURN(const bool some, s.Step());
    if (!some) return absl::OkStatus();
    if (s.Blob(0) == names.name(i)) return Taken(space, names.name(i));
    s.Reset();
  }
  return absl::OkStatus();
}

absl::Status SqliteLooseNames::TakeOutKeys(NameSpace space, NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(
      Statement any,
      connection().Prepare("SELECT 1 FROM relata_external_key WHERE type = ? LIMIT 1"));
  any.Bind(1, space.type);
  RELATA_ASSIGN_OR_RETURN(const bool some, any.Step());
  if (!some) return absl::OkStatus();
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("SELECT row FROM relata_external_key WHERE type = ? AND "
                                        "system = ? AND key = ?"));
  s.Bind(1, space.type);
  std::string system;
  std::string key;
  for (size_t i = 0; i < names.size(); ++i) {
    SplitKeyName(names.name(i), system, key);
    s.BindText(2, system);
    s.BindText(3, key);
    RELATA_ASSIGN_OR_RETURN(const bool found, s.Step());
    if (!found) continue;
    if (s.Int(0) != names.row(i)) return Taken(space, names.name(i));
    names.Forget(i);
    s.Reset();
  }
  names.Compact();
  return absl::OkStatus();
}

absl::Status SqliteLooseNames::Free(NameSpace space, std::string_view name) {
  std::string system;
  std::string key;
  SplitKeyName(name, system, key);
  RELATA_ASSIGN_OR_RETURN(Statement s,
                          connection().Prepare("DELETE FROM relata_external_key WHERE type = ? AND "
                                               "system = ? AND key = ?"));
  s.Bind(1, space.type);
  s.BindText(2, system);
  s.BindText(3, key);
  return s.Run();
}

absl::Status SqliteLooseNames::Taken(NameSpace space, std::string_view name) const {
  return NameTaken(space, name, session_->catalog->layout);
}

// What is read back includes what was collected.

absl::StatusOr<Row> SqliteWriter::FindExternalKey(TypeId type, std::string_view system,
                                                  std::string_view key) {
  RELATA_RETURN_IF_ERROR(Sticky([&] { return names_.Flush(); }));
  return Forwarding::FindExternalKey(type, system, key);
}

absl::Status SqliteWriter::ScanExternalKeys(TypeId type, const Sink<ExternalKeyWrite>& sink) {
  RELATA_RETURN_IF_ERROR(Sticky([&] { return names_.Flush(); }));
  return Forwarding::ScanExternalKeys(type, sink);
}

absl::StatusOr<Row> SqliteWriter::FindId(TypeId type, const Uuid& id) {
  RELATA_RETURN_IF_ERROR(Sticky([&] { return names_.Flush(); }));
  return Forwarding::FindId(type, id);
}

}  // namespace relata::internal
