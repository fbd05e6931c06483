// SPDX-License-Identifier: Apache-2.0

#include "relata/base/id.h"
#include "relata/base/text.h"
#include "relata/engine/crm.h"
#include "shell/command.h"

namespace relata::shell {

absl::StatusOr<Crm> Session::Open(bool create) const {
  if (database.empty()) {
    return InvalidArgument("no database: give --db FILE, --db :memory: or set RELATA_DB");
  }
  OpenOptions options;
  RELATA_ASSIGN_OR_RETURN(options.privacy_key, PrivacyKey());
  options.tenant = tenant;
  options.create = create || database == ":memory:";
  options.ids = id_seed ? NewSeededIds(*id_seed) : NewRandomIds();
  absl::StatusOr<Crm> crm = Crm::Open(database, options);
  if (!crm.ok() || as_of_.today()) return crm;
  return crm->Past(as_of_);
}

absl::StatusOr<std::string> Session::Journal(const std::string& given) const {
  if (!given.empty() || database == ":memory:") return given;
  if (on_server()) {
    return InvalidArgument(
        "a server's database has no place beside it: say where the erasure journal is, --journal "
        "FILE, which is what a restored copy is told by");
  }
  // Beside the database and not in it, so that a copy of the database does not hold it.
  return database + ".erasures";
}

absl::StatusOr<std::optional<SecretKey>> Session::PrivacyKey() const { return ReadKey(key_file); }

absl::StatusOr<std::optional<SecretKey>> ReadKey(const std::string& file) {
  if (file.empty()) return std::optional<SecretKey>();
  RELATA_ASSIGN_OR_RETURN(const std::string text, ReadText(file));
  std::optional<SecretKey> key = SecretKey::FromHex(TrimSpace(text));
  if (!key) return InvalidArgument(file + ": a key is 64 hexadecimal digits");
  return key;
}

}  // namespace relata::shell
