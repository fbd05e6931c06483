// SPDX-License-Identifier: Apache-2.0
//
// What makes a backend a backend: the cases every Store must pass, as a library for those who write
// one. Needs GoogleTest; CMake target relata::testing.
//
//   class MyBackend : public relata::testing::StoreBackend { ... };
//   const bool registered = relata::testing::RegisterStoreConformance(
//       "MyBackend", [] { return std::make_unique<MyBackend>(); });
//
// Every case becomes one test "MyBackendStore.<Case>" with a backend of its own. A durable backend
// is also closed and opened again, and compared step by step with the memory store under random
// commits (RELATA_SEED names the seed; a failure prints it).

#ifndef RELATA_TESTING_STORE_CONFORMANCE_H_
#define RELATA_TESTING_STORE_CONFORMANCE_H_

#include <functional>
#include <memory>
#include <string>

#include "relata/storage/store.h"

namespace relata::testing {

// One empty database for one case. Destroying it removes what it left behind.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;

  // Opens the database. The first call makes it; for a durable backend, a later call opens what is
  // there, also while an earlier store is still open.
  virtual absl::StatusOr<std::unique_ptr<Store>> Open() = 0;
  // Whether the database outlives its stores.
  virtual bool durable() const = 0;
  // Whether it cannot be had here, for want of a server: its cases are then skipped, visibly.
  virtual bool absent() const { return false; }
  // Whether the cases declare their tables as a tenant's own (TableSpec::custom).
  virtual bool custom() const { return false; }
};

using StoreBackendFactory = std::function<std::unique_ptr<StoreBackend>()>;

// Registers every case under the suite "<name>Store". Call before RUN_ALL_TESTS, once for a name.
// Returns true.
bool RegisterStoreConformance(const std::string& name, StoreBackendFactory factory);

}  // namespace relata::testing

#endif  // RELATA_TESTING_STORE_CONFORMANCE_H_
