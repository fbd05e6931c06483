// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the file: after an erasure none of the values of the erased persons is left in the
// database, in the log beside it or in its shared memory.

#include "erasure_scan.h"

#include <filesystem>
#include <string>

namespace relata {
namespace {

std::string BytesOf(const std::string& file) {
  std::string bytes;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (std::filesystem::exists(file + suffix)) bytes += testing::ReadFile(file + suffix);
  }
  return bytes;
}

TEST(ErasureScan, NoByteOfTheFileHoldsAValueOfAnErasedPerson) {
  const testing::TempDir directory;
  const std::string file = directory.File("company.db");
  Crm crm = OpenWorld(file);
  ExpectNothingIsLeft(crm, [&] { return BytesOf(file); });
}

}  // namespace
}  // namespace relata
