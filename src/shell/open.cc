// SPDX-License-Identifier: Apache-2.0

#include "relata/base/id.h"
#include "relata/engine/crm.h"
#include "shell/command.h"

namespace relata::shell {

absl::StatusOr<Crm> Session::Open(bool create) const {
  if (database.empty()) {
    return InvalidArgument("no database: give --db FILE, --db :memory: or set RELATA_DB");
  }
  OpenOptions options;
  options.tenant = tenant;
  options.create = create || database == ":memory:";
  options.ids = id_seed ? NewSeededIds(*id_seed) : NewRandomIds();
  absl::StatusOr<Crm> crm = Crm::Open(database, options);
  if (!crm.ok() || as_of_.today()) return crm;
  return crm->Past(as_of_);
}

}  // namespace relata::shell
