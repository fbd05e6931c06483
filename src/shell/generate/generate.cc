// SPDX-License-Identifier: Apache-2.0

#include "shell/generate/generate.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/strings.h"
#include "relata/base/status.h"
#include "shell/generate/company.h"
#include "shell/generate/exporter.h"

namespace relata::shell {
namespace {

constexpr int64_t kMinContacts = 100;
constexpr int64_t kMaxContacts = 50'000'000;
constexpr int64_t kProgressEvery = 10'000;

absl::Status MakeDirectories(const std::string& directory) {
  for (const char* part : {"/erp", "/crm", "/tableur", "/truth"}) {
    std::error_code error;
    std::filesystem::create_directories(directory + part, error);
    if (error) {
      return Unavailable(
          internal::Concat("cannot create ", directory, part, ": ", error.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GenerateCompany(const GenerateOptions& options) {
  if (options.contacts < kMinContacts || options.contacts > kMaxContacts) {
    return InvalidArgument(internal::Concat("contacts must be ", kMinContacts, " to ", kMaxContacts,
                                            ", not ", options.contacts));
  }
  if (options.directory.empty()) return InvalidArgument("a directory is needed");
  RELATA_RETURN_IF_ERROR(MakeDirectories(options.directory));
  const World world{options.seed, options.now, UtcDate(options.now)};
  Exporter exporter(world, options.directory);
  int64_t left = options.contacts;
  int64_t next_progress = kProgressEvery;
  for (int64_t number = 0; left > 0; ++number) {
    Company company =
        number < kCastSize ? CastCompany(world, number) : MakeCompany(world, number, left);
    exporter.Write(company);
    left -= static_cast<int64_t>(company.people.size());
    if (options.progress && options.contacts - left >= next_progress) {
      options.progress(options.contacts - left);
      next_progress += kProgressEvery;
    }
  }
  return exporter.Close();
}

}  // namespace relata::shell
