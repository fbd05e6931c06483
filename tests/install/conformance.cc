// SPDX-License-Identifier: Apache-2.0
//
// A program that holds a store against the installed conformance suite.

#include "relata/storage/memory.h"
#include "relata/testing/store_conformance.h"

namespace {

class Backend : public relata::testing::StoreBackend {
 public:
  absl::StatusOr<std::unique_ptr<relata::Store>> Open() override {
    return relata::NewMemoryStore();
  }
  bool durable() const override { return false; }
};

const bool registered = relata::testing::RegisterStoreConformance(
    "Consumers", [] { return std::make_unique<Backend>(); });

}  // namespace
