// SPDX-License-Identifier: Apache-2.0

#include "support/support.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <vector>

namespace relata::testing {

namespace fs = std::filesystem;

fs::path RelataShared() {
  const char* named = std::getenv("RELATA_SHARED");
  fs::path path = named != nullptr && *named != '\0' ? named : RELATA_SHARED_DEFAULT;
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? path.lexically_normal() : fs::path();
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    ADD_FAILURE() << "cannot read " << path;
    return "";
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void WriteFile(const fs::path& path, std::string_view content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << content;
  out.close();
  if (!out) ADD_FAILURE() << "cannot write " << path;
}

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "relata-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    ADD_FAILURE() << "cannot make a temporary folder like " << name;
    return;
  }
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::string PostgresDsn() {
  const char* named = std::getenv("RELATA_TEST_POSTGRES_DSN");
  return named != nullptr ? named : "";
}

std::string CitusDsn() {
  const char* named = std::getenv("RELATA_TEST_CITUS_DSN");
  return named != nullptr ? named : "";
}

std::string UniqueName(std::string_view prefix) {
  static std::atomic<int> count{0};
  return std::string(prefix) + "_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

uint64_t Seed(uint64_t fallback) {
  const char* named = std::getenv("RELATA_SEED");
  uint64_t seed = named != nullptr && *named != '\0' ? std::strtoull(named, nullptr, 10) : fallback;
  std::cout << "[   SEED   ] " << seed << " (repeat with RELATA_SEED=" << seed << ")\n";
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  return seed;
}

}  // namespace relata::testing
