// SPDX-License-Identifier: Apache-2.0
//
// What tests share: the folder of reference data, a temporary folder, the seed of a random run.

#ifndef RELATA_TESTS_SUPPORT_SUPPORT_H_
#define RELATA_TESTS_SUPPORT_SUPPORT_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace relata::testing {

// The folder of reference data: the environment variable RELATA_SHARED, or ../shared beside the
// project. Empty when there is no such folder; use RELATA_REQUIRE_SHARED to skip the test then.
std::filesystem::path RelataShared();

// The whole content of a file; fails the running test when it cannot be read.
std::string ReadFile(const std::filesystem::path& path);

// Writes (or overwrites) a file; fails the running test when it cannot be written.
void WriteFile(const std::filesystem::path& path, std::string_view content);

// A folder of its own, removed with everything in it when the object goes. Not copyable.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The path of `name` inside the folder.
  std::string File(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The connection string of the server that tests may use (RELATA_TEST_POSTGRES_DSN); "" when there
// is none. ctest starts one for the tests that need it. Each test makes a schema of its own there.
std::string PostgresDsn();
// The same of a server with the extension Citus (RELATA_TEST_CITUS_DSN).
std::string CitusDsn();

// A name no other test of this machine uses now: `prefix`, the process and a counter.
std::string UniqueName(std::string_view prefix);

// The seed of a random test: the environment variable RELATA_SEED, or `fallback`. Prints it, and
// records it in the test's result, so that a failing run can be repeated.
uint64_t Seed(uint64_t fallback);

}  // namespace relata::testing

// Skips the running test, saying so, when the reference data (or `path` inside it) is not there.
// First statement of a test body: RELATA_REQUIRE_SHARED("vectors/consent.json");
#define RELATA_REQUIRE_SHARED(path)                                         \
  if (::relata::testing::RelataShared().empty() ||                          \
      !std::filesystem::exists(::relata::testing::RelataShared() / (path))) \
  GTEST_SKIP() << "no reference data: set RELATA_SHARED to the folder that holds " << (path)

// Skips the running test, saying so, when there is no PostgreSQL server to use.
#define RELATA_REQUIRE_POSTGRES()               \
  if (::relata::testing::PostgresDsn().empty()) \
  GTEST_SKIP() << "no PostgreSQL server: set RELATA_TEST_POSTGRES_DSN, or run it by ctest"

#endif  // RELATA_TESTS_SUPPORT_SUPPORT_H_
