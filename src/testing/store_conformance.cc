// SPDX-License-Identifier: Apache-2.0

#include "relata/testing/store_conformance.h"

#include <utility>

#include "testing/store_fixture.h"

namespace relata::testing {
namespace {

class CaseTest : public StoreFixture {
 public:
  CaseTest(std::unique_ptr<StoreBackend> backend, StoreCase c)
      : StoreFixture(std::move(backend)), case_(std::move(c)) {}

  void SetUp() override {
    if (backend().absent()) GTEST_SKIP() << "the backend cannot be had here";
    StoreFixture::SetUp();
  }
  void TestBody() override { case_.run(*this); }

 private:
  StoreCase case_;
};

}  // namespace

bool RegisterStoreConformance(const std::string& name, StoreBackendFactory factory) {
  const bool durable = factory()->durable();
  for (const auto& cases : {RecordAndEventCases(), CommitAndLogCases(), ValueCases(), SizeCases(),
                            PartCases(), LockstepCases()}) {
    for (const StoreCase& c : cases) {
      if (c.durable && !durable) continue;
      ::testing::RegisterTest(
          (name + "Store").c_str(), c.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
          [factory, c]() -> StoreFixture* { return new CaseTest(factory(), c); });
    }
  }
  return true;
}

}  // namespace relata::testing
