// SPDX-License-Identifier: Apache-2.0
//
// Which store a place names: a file, ":memory:" or a server.

#ifndef RELATA_SRC_ENGINE_OPEN_STORE_H_
#define RELATA_SRC_ENGINE_OPEN_STORE_H_

#include <memory>
#include <string_view>

#include "relata/engine/crm.h"
#include "relata/storage/store.h"

namespace relata::internal {

// Whether the place is a connection string of a server.
bool IsServer(std::string_view where);

// The store that Crm::Open(where, options) opens, with its errors (facade/open.cc).
absl::StatusOr<std::unique_ptr<Store>> OpenStore(std::string_view where,
                                                 const OpenOptions& options);

// A new tenant of a server that is filled out of sight (storage/postgres/staging.h): it takes the
// name of `options.tenant` when it is kept. `where` is a connection string.
absl::StatusOr<std::unique_ptr<Store>> OpenStagedStore(std::string_view where,
                                                       const OpenOptions& options);
absl::Status KeepStaged(std::string_view where, const OpenOptions& options);
absl::Status DropStaged(std::string_view where, const OpenOptions& options);

}  // namespace relata::internal

#endif  // RELATA_SRC_ENGINE_OPEN_STORE_H_
