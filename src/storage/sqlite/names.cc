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

// From the first loose id that is not below the first of `names` to the first of `names` that is
// not below that, and so on: ids ascend with time, so that there is mostly none.
absl::Status SqliteLooseNames::CheckIds(NameSpace space, const NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("SELECT id FROM relata_id WHERE type = ? AND id >= ? "
                                        "ORDER BY id LIMIT 1"));
  s.Bind(1, space.type);
  for (size_t i = 0; i < names.size();) {
    s.BindBlob(2, names.name(i));
    RELATA_ASSIGN_OR_RETURN(const bool some, s.Step());
    if (!some) return absl::OkStatus();
    i = names.From(i, s.Blob(0));
    if (i < names.size() && s.Blob(0) == names.name(i)) return Taken(space, names.name(i));
    s.Reset();
  }
  return absl::OkStatus();
}

// By turns in the same way.
absl::Status SqliteLooseNames::TakeOutKeys(NameSpace space, NameBatch& names) {
  RELATA_ASSIGN_OR_RETURN(
      Statement s, connection().Prepare("SELECT system, key, row FROM relata_external_key WHERE "
                                        "type = ? AND (system, key) >= (?, ?) "
                                        "ORDER BY system, key LIMIT 1"));
  s.Bind(1, space.type);
  std::string system;
  std::string key;
  bool known = false;
  for (size_t i = 0; i < names.size();) {
    SplitKeyName(names.name(i), system, key);
    s.BindText(2, system);
    s.BindText(3, key);
    RELATA_ASSIGN_OR_RETURN(const bool some, s.Step());
    if (!some) break;
    const std::string found = KeyName(s.Text(0), s.Text(1));
    i = names.From(i, found);
    if (i < names.size() && names.name(i) == found) {
      if (s.Int(2) != names.row(i)) return Taken(space, names.name(i));
      names.Forget(i++);
      known = true;
    }
    s.Reset();
  }
  if (known) names.Compact();
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
