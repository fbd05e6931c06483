// SPDX-License-Identifier: Apache-2.0
//
// Every store of ours against the conformance suite.

#include "relata/testing/store_conformance.h"

#include "relata/storage/memory.h"
#include "relata/storage/sqlite.h"
#include "support/support.h"

namespace relata {
namespace {

class MemoryBackend : public testing::StoreBackend {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open() override { return NewMemoryStore(); }
  bool durable() const override { return false; }
};

class SqliteBackend : public testing::StoreBackend {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open() override {
    return OpenSqliteStore(dir_.File("crm.db"));
  }
  bool durable() const override { return true; }

 private:
  testing::TempDir dir_;
};

const bool kMemory =
    testing::RegisterStoreConformance("Memory", [] { return std::make_unique<MemoryBackend>(); });
const bool kSqlite =
    testing::RegisterStoreConformance("Sqlite", [] { return std::make_unique<SqliteBackend>(); });

}  // namespace
}  // namespace relata
